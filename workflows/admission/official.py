"""The official tables, filled: 审批表 of an application, 变更申请表, 终止备案表 of an exit, 监督反馈表 of a report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from forms.fields import Form
from forms.written.dates import show_date
from templates_xlsx.application import OFFICIAL_OF
from templates_xlsx.drawn import Drawn
from templates_xlsx.fill import Opinion, fill_application
from workflows.admission import changes, matters, supervising
from workflows.admission.exits import TERMINATION
from workflows.usecases import instance_view, templates
from workflows.usecases.actor import Actor
from workflows.usecases.errors import NotFound
from workflows.usecases.exports import FilledTable
from workflows.usecases.instance_view import OnPaper
from workflows.usecases.runtime import Transaction
from workflows.usecases.views import SubmissionView

APPLICATION = "admission_application"
ON_THE_WAY = frozenset({"return", "supplement", "again"})
"""Decisions that send the application back: part of the history, not of the paper."""
NUMBERS = ("application_number", "filing_number", "exit_number", "document_number")
"""Columns of a matter that a table may name (`F_<column>`)."""


def workbook(tx: Transaction, instance_id: int, actor: Actor) -> bytes:
    """The filled table as an .xlsx; the office's own template where one is deployed.

    Raises:
        NotFound: no such instance, or its paper is no table. NotAllowed: `actor` may not see it.
    """
    return table(tx, instance_id, actor).content


def table(tx: Transaction, instance_id: int, actor: Actor) -> FilledTable:
    """As `workbook`, with what it is called and which template it was filled into."""
    view = instance_view.on_paper(tx, instance_id, actor)
    standing = _paper(tx, view.submissions)
    if standing is None:
        raise NotFound(kind="application", key=instance_id)
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
    own = _own_template(tx, standing.form)
    content = fill_application(
        standing.form,
        standing.values,
        opinions,
        units=tx.units,
        template=own,
        numbers=_given(tx, view, standing),
    )
    return FilledTable(view.title, standing.form.title, own.key if own else standing.form.key, content)


def has_table(tx: Transaction, form: Form) -> bool:
    """Whether a form is printed on a table: one that ships, or the office's own."""
    return form.key in OFFICIAL_OF or _own_template(tx, form) is not None


def table_name(tx: Transaction, submissions: Sequence[SubmissionView]) -> str:
    """What the table of an instance is called in the office, such as 终止备案表; '' where it has none."""
    standing = _paper(tx, submissions)
    if standing is None:
        return ""
    name = templates.name_of(standing.form)
    return standing.form.title if name == standing.form.key else name


def _paper(tx: Transaction, submissions: Sequence[SubmissionView]) -> SubmissionView | None:
    """The form with which an instance began, or the first with opinion boxes, where it has a table."""
    found = [each for each in submissions if has_table(tx, each.form)]
    return next((each for each in found if each.form.boxes), next(iter(found), None))


def _own_template(tx: Transaction, form: Form) -> Drawn | None:
    return templates.newest(tx, templates.name_of(form))


def _given(tx: Transaction, view: OnPaper, standing: SubmissionView) -> Mapping[str, str]:
    """Numbers and the day that the house fills in beside the fields of the form."""
    row: Mapping[str, Any] = matters.of_instance(tx, view.id) or {}
    found = {key: str(row[key]) for key in NUMBERS if row.get(key)}
    if (reported := supervising.of_instance(tx, view.id)) is not None:
        found |= supervising.numbers_of(reported)
    if (change := changes.of_instance(tx, view.id)) is not None and change.number:
        found["change_number"] = change.number
    if standing.form.key in (TERMINATION, changes.FORM):
        found["application_date"] = show_date(view.started_at.date())
    return found
