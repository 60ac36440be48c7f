"""User tasks: open, claim, complete, hand on, ask, return.

Completing is here; handing on and asking is in `task_handing`, returning in `task_return`, the page's view
in `task_view`. Callers take all of them from this module.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from forms.binding import Submission
from forms.schema import Form
from workflows.store.statements import Statement
from workflows.store.tables import draft
from workflows.usecases import (
    definitions,
    files,
    flow,
    history,
    masking,
    opinions,
    submissions,
    task_rows,
)
from workflows.usecases.actor import Actor
from workflows.usecases.errors import StaleVersion
from workflows.usecases.runtime import Transaction
from workflows.usecases.task_handing import (
    answer_consultation,
    claim,
    consult,
    copy_to,
    remind,
    remind_all,
    save_draft,
    transfer,
    unclaim,
    withdraw_consultation,
)
from workflows.usecases.task_return import return_targets, return_to
from workflows.usecases.task_view import open_task, setting

__all__ = [
    "answer_consultation",
    "claim",
    "complete",
    "consult",
    "copy_to",
    "open_task",
    "remind",
    "remind_all",
    "return_targets",
    "return_to",
    "save_draft",
    "setting",
    "transfer",
    "unclaim",
    "withdraw_consultation",
]

_DROP_DRAFTS = Statement(sa.delete(draft).where(draft.c.task_id == sa.bindparam("b_task")))


def complete(
    tx: Transaction,
    task_id: int,
    submission: Submission | None,
    actor: Actor,
    *,
    version: int | None = None,
) -> None:
    """Complete a task with its posted form.

    Args:
        submission: of the task's form; None for a task without one.
        version: `TaskView.version` of the page that was filled; a task changed since is refused.

    Raises:
        TaskNotOpen: done or closed before; tells who did it and when.
        OnlyToRecord: a recorder's form is not the record of a decision made on paper.
        StaleVersion, TaskHeld, TaskTaken, NotAllowed, NotFound, InstanceEnded.
        workflows.engine.Incident: what follows the task failed; roll back, the task stays open.
    """
    row = task_rows.load(tx, task_id)
    task_rows.require_open(tx, row, version)
    task_rows.require_completer(tx, row, actor, submission.values if submission else {})
    if row.kind == "consultation":
        text = submission.values.get("opinion") if submission else ""
        answer_consultation(tx, task_id, text or "", actor)
        return
    if submission is not None and row.form_key and submission.form_key != row.form_key:
        raise StaleVersion(name=row.name)
    form = definitions.form_by_id(tx, row.form_id) if row.form_id else None
    submission = masking.kept(tx, row, form, submission, actor)
    actor = masking.shown_as(row, actor)
    decision = submission.values.get("decision") if submission else None
    task_rows.completed(tx, row, actor, str(decision) if decision is not None else None)
    part = None if row.part_state is None else (row.part, row.part_state)
    running = flow.from_row(tx, row, part, whole=False)
    line = _keep(tx, row, submission, form, actor)
    variables = submissions.variables_of(form, submission, running.bundle.reads)
    flow.step(
        tx,
        running,
        actor,
        lambda engine: engine.complete(row.key, variables),
        rows=[line],
        done={row.key: task_id},
    )


def _keep(
    tx: Transaction, row: Any, posted: Submission | None, form: Form | None, actor: Actor
) -> dict[str, Any]:
    """Write submission, files and opinion; return the line of the history."""
    facts: dict[str, Any] = {}
    event = "completed"
    if posted is not None:
        submissions.INSERT.run(
            tx.db,
            submissions.row(tx, row.id, posted, actor, form_id=row.form_id, task_id=row.task_id),
        )
        files.link(tx, row.id, posted.form_key, files.named_by(form or posted.form, posted), actor)
        found = opinions.row_of(
            tx,
            posted,
            form,
            actor,
            instance_id=row.id,
            task_id=row.task_id,
            element=row.element,
            task_name=row.name,
            properties=row.properties or {},
        )
        if found is not None:
            opinions.INSERT.run(tx.db, found)
            facts["detail"] = found["text"]
            if found["decision"] is not None:
                event = "decided"
                facts["decision"] = found["decision_label"]
            if found["recorded_by"]:
                event = "decided_recorded"
                facts["decision"] = found["decision_label"] or ""
                facts["signer"] = found["signer"]
        if row.drafted:
            _DROP_DRAFTS.run(tx.db, {"b_task": row.task_id})
    return history.row(
        row.id,
        tx,
        event,
        actor,
        task_id=row.task_id,
        process=row.process,
        element=row.element,
        name=row.name,
        element_type="userTask",
        facts=facts or None,
    )
