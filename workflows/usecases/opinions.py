"""Opinions: one row a decision, for the boxes of the paper table."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime, time
from typing import Any

import sqlalchemy as sa

from forms.binding import Submission
from forms.schema import Form
from workflows.settings import SHANGHAI
from workflows.store.statements import Statement
from workflows.store.tables import opinion, task
from workflows.usecases.actor import Actor
from workflows.usecases.runtime import Transaction
from workflows.usecases.views import OpinionView

INSERT = Statement(
    sa.insert(opinion),
    (
        "instance_id",
        "task_id",
        "element",
        "task_name",
        "box",
        "decision",
        "decision_label",
        "text",
        "signer",
        "unit_id",
        "unit_name",
        "decided_on",
        "recorded_by",
        "scan",
        "at",
    ),
)


def row_of(
    tx: Transaction,
    posted: Submission,
    form: Form | None,
    actor: Actor,
    *,
    instance_id: int,
    task_id: int | None,
    element: str,
    task_name: str,
    properties: Mapping[str, str],
) -> dict[str, Any] | None:
    """The opinion a posted form holds, or None when it holds neither `decision` nor `opinion`.

    With `recorded` (代录) the signer is `decided_by`, the day `decided_on`, and the actor is the one who
    entered it. The box is the task's property `opinion_box`, else the form's. Its text is `words_of` the form.
    """
    values = posted.values
    if values.get("decision") is None and values.get("opinion") is None:
        return None
    box = properties.get("opinion_box") or (form.properties.get("opinion_box", "") if form else "")
    recorded = bool(values.get("recorded"))
    day = values.get("decided_on")
    on = datetime.combine(day, time(), SHANGHAI) if recorded and isinstance(day, date) else tx.at
    decision = values.get("decision")
    return {
        "instance_id": instance_id,
        "task_id": task_id,
        "element": element,
        "task_name": task_name,
        "box": box,
        "decision": decision,
        "decision_label": label_of(form, decision),
        "text": words_of(form, values),
        "signer": (values.get("decided_by") or actor.name) if recorded else actor.name,
        "unit_id": actor.unit_id,
        "unit_name": actor.unit_name,
        "decided_on": on,
        "recorded_by": actor.name if recorded else None,
        "scan": list(values.get("decision_scan") or []) if recorded else [],
        "at": tx.at,
    }


def words_of(form: Form | None, values: Mapping[str, Any]) -> str:
    """The opinion, and the conditions (key `conditions`) under which it agrees, as they stand in the box."""
    said = str(values.get("opinion") or "")
    conditions = values.get("conditions")
    if not conditions or form is None or "conditions" not in form:
        return said
    return f"{said}\n{form.field('conditions').label}：{conditions}".strip()


def label_of(form: Form | None, decision: Any) -> str | None:
    """The words of a decision as the form's choice says them."""
    if form is None or decision is None or "decision" not in form:
        return decision
    return next((each.label for each in form.field("decision").choices if each.key == decision), decision)


def of_instance(tx: Transaction, instance_id: int) -> list[OpinionView]:
    """All opinions, oldest first; those undone by a return are left out."""
    query = (
        sa.select(opinion)
        .where(opinion.c.instance_id == instance_id, opinion.c.undone_at.is_(None))
        .order_by(opinion.c.id)
    )
    return [_view(row) for row in tx.db.execute(query)]


def tasks_with(tx: Transaction, instance_id: int) -> list[Any]:
    """Rows (id, key, element, completed_at) of the finished tasks whose opinions stand."""
    standing = sa.select(opinion.c.task_id).where(
        opinion.c.instance_id == instance_id, opinion.c.undone_at.is_(None)
    )
    query = sa.select(task.c.id, task.c.key, task.c.element, task.c.completed_at).where(
        task.c.instance_id == instance_id, task.c.id.in_(standing), task.c.state == "completed"
    )
    return list(tx.db.execute(query.order_by(task.c.id)))


def undo(tx: Transaction, task_ids: Collection[int]) -> None:
    """Mark the opinions of tasks as undone: they leave the paper, the history keeps them."""
    if task_ids:
        tx.db.execute(
            sa.update(opinion)
            .where(opinion.c.task_id.in_(list(task_ids)), opinion.c.undone_at.is_(None))
            .values(undone_at=tx.at)
        )


def by_box(tx: Transaction, instance_id: int) -> dict[str, list[OpinionView]]:
    """Opinions that stand, by opinion box, oldest first in each."""
    found: dict[str, list[OpinionView]] = {}
    for each in of_instance(tx, instance_id):
        if each.box:
            found.setdefault(each.box, []).append(each)
    return found


def _view(row: Any) -> OpinionView:
    return OpinionView(
        id=row.id,
        box=row.box,
        task_name=row.task_name,
        decision=row.decision,
        decision_label=row.decision_label,
        text=row.text,
        signer=row.signer,
        recorded_by=row.recorded_by,
        unit_name=row.unit_name,
        on=row.decided_on,
        scan=tuple(row.scan or ()),
    )
