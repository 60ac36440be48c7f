"""The official 审批表 of an application: filled, with opinions, names and dates in their boxes."""

from __future__ import annotations

from templates_xlsx.fill import Opinion, fill_application
from workflows.admission import matters
from workflows.usecases import definitions, instances, templates
from workflows.usecases.actor import Actor
from workflows.usecases.errors import NotFound
from workflows.usecases.runtime import Transaction

APPLICATION = "admission_application"
ON_THE_WAY = frozenset({"return", "supplement", "again"})
"""Decisions that send the application back: part of the history, not of the paper."""


def workbook(tx: Transaction, instance_id: int, actor: Actor) -> bytes:
    """The filled table as an .xlsx; the office's own template where one is deployed.

    Raises:
        NotFound: no such instance, or nothing was applied for in it. NotAllowed: `actor` may not see it.
    """
    view = instances.view(tx, instance_id, actor)
    standing = view.submission(APPLICATION)
    if standing is None:
        raise NotFound(kind="application", key=instance_id)
    row = matters.of_instance(tx, instance_id)
    values = dict(standing.values)
    if row is not None and row["application_number"]:
        values["application_number"] = row["application_number"]
    opinions = [
        Opinion(
            said.box,
            said.text or said.decision_label or "",
            said.signer,
            said.on.date(),
            said.recorded_by or "",
        )
        for said in view.opinions
        if said.box and said.decision not in ON_THE_WAY
    ]
    try:
        template: bytes | None = definitions.template(tx, templates.name_of(standing.form))
    except NotFound:
        template = None
    return fill_application(standing.form, values, opinions, units=tx.units, template=template)
