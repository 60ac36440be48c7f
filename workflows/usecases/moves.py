"""One running instance goes over to another version of its process: looked at, or done.

The state, the open tasks, timers, waits, incidents and jobs change in one transaction. A task keeps its key, its
holder, its drafts and its due time; name, form, candidates and priority are those of the new version, and a page
opened before is told that the task has changed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from workflows.engine import Bundle, Finding, OpenIncident, OpenJob
from workflows.engine.migrating import Renames, go_on, move
from workflows.store.tables import draft, incident, instance, service_job, task, task_candidate
from workflows.usecases import aside, definitions, flow, history, submissions
from workflows.usecases.actor import Actor
from workflows.usecases.process_versions import versions_of
from workflows.usecases.runtime import Transaction
from workflows.usecases.services import own_words


@dataclass(frozen=True)
class Target:
    """Where instances are moved to.

    Attributes:
        mapping: process id -> element of the old version -> element of the new one.
        source: version an instance must run on to be moved; one that is elsewhere meanwhile stays there.
    """

    process_key: str
    source: int
    version: int
    bundle_id: int
    bundle: Bundle
    mapping: Renames
    reason: str = ""


def wrong(findings: Sequence[Finding]) -> bool:
    """Whether something keeps the instance where it is."""
    return any(each.severity == "error" for each in findings)


def outlook(tx: Transaction, instance_id: int, target: Target) -> list[Finding] | None:
    """What a move would meet, without doing it; None where the instance is not on the version it is to leave.

    Raises `NotFound`, `InstanceEnded`.
    """
    running = flow.load(tx, instance_id)
    tx.running.pop(instance_id, None)
    if not _is_there(tx, running, target):
        return None
    return move(running.engine, target.bundle, target.mapping, _known(tx, running, target.bundle))


def carry_out(tx: Transaction, instance_id: int, target: Target, actor: Actor) -> list[Finding] | None:
    """Move an instance; with an error among the findings it stays as it is, None as in `outlook`.

    Raises `NotFound`, `InstanceEnded`, `StaleVersion`; `Incident`, or the `Refused` of a service, where what runs
    on at once fails.
    """
    running = flow.load(tx, instance_id)
    if not _is_there(tx, running, target):
        tx.running.pop(instance_id, None)
        return None
    findings = move(running.engine, target.bundle, target.mapping, _known(tx, running, target.bundle))
    if wrong(findings):
        tx.running.pop(instance_id, None)
        return findings
    running.bundle, running.bundle_id = target.bundle, target.bundle_id
    # Every wait is written anew: its name, its element, what it is offered to may be others now.
    running.waits_before = {key: (was[0],) for key, was in running.waits_before.items()}
    running.engine.joined_waits = ()
    with own_words(running, actor):
        go_on(running.engine)
    changes = flow.Changes(tx, actor)
    changes.take(running)
    left_out = _rewrite_tasks(tx, running, changes, target)
    changes.history.insert(0, _line(tx, instance_id, target, actor, left_out))
    _follow_elements(tx, running, target)
    tx.db.execute(
        sa.update(instance)
        .where(instance.c.id == instance_id)
        .values(
            bundle_id=target.bundle_id,
            process_name=target.bundle.processes[target.bundle.root].name or target.process_key,
        )
    )
    changes.write()
    tx.running.pop(instance_id, None)
    return findings


def _is_there(tx: Transaction, running: flow.Running, target: Target) -> bool:
    if running.process_key != target.process_key or running.bundle_id == target.bundle_id:
        return False
    return versions_of(tx, running.process_key).get(running.bundle_id) == target.source


def _known(tx: Transaction, running: flow.Running, new: Bundle) -> dict[str, Any]:
    """What was filled in, of the fields that only the new version reads: they were no variables before."""
    fresh = new.reads - running.bundle.reads - set(running.engine.variables)
    if not fresh:
        return {}
    query = sa.select(task.c.id, task.c.process, task.c.element).where(task.c.instance_id == running.id)
    inside = set()
    for row in tx.db.execute(query):
        element = running.bundle.element(row.process, row.element)
        if row.process != running.bundle.root or (element is not None and element.multi):
            inside.add(row.id)
    found: dict[str, Any] = {}
    for posted in submissions.posted(tx, running.id):
        if posted.task_id not in inside:
            found.update(
                {
                    field.key: posted.values.get(field.key)
                    for field in posted.form.fields
                    if field.key in fresh
                }
            )
    return found


# ---------------------------------------------------------------- the read models
def _rewrite_tasks(
    tx: Transaction, running: flow.Running, changes: flow.Changes, target: Target
) -> list[dict[str, Any]]:
    """Describe the open tasks by the new version; returns what drafts hold of fields that are no more."""
    query = sa.select(task.c.id, task.c.key, task.c.name, task.c.form_id).where(
        task.c.instance_id == running.id, task.c.kind == "task", task.c.state.in_(flow.OPEN_STATES)
    )
    rows = {row.key: row for row in tx.db.execute(query)}
    described = flow.Changes(tx, changes.actor)
    left_out: list[dict[str, Any]] = []
    for opened in running.engine.tasks(set(rows)):
        described.add_task(running, opened)
        new, row = described.tasks[-1], rows[opened.key]
        kept = {name: new[name] for name in _REWRITTEN}
        tx.db.execute(sa.update(task).where(task.c.id == row.id).values(**kept, version=task.c.version + 1))
        asked = {name: new[name] for name in ("element", "process")}
        tx.db.execute(sa.update(task).where(task.c.parent_id == row.id).values(**asked))
        tx.db.execute(sa.delete(task_candidate).where(task_candidate.c.task_id == row.id))
        listed = [
            {"task_id": row.id, "kind": kind, "value": value} for kind, value in described.candidates[-1]
        ]
        if listed:
            tx.db.execute(sa.insert(task_candidate), listed)
        if row.form_id and row.form_id != new["form_id"]:
            left_out += _left_out(tx, row, new["form_id"])
    changes.parties.update(described.parties)
    return left_out


_REWRITTEN = (
    "element",
    "name",
    "process",
    "lane",
    "form_key",
    "form_id",
    "properties",
    "priority",
    "part",
)


def _left_out(tx: Transaction, row: Any, form_id: int | None) -> list[dict[str, Any]]:
    """What drafts of a task hold of fields that its new form does not have."""
    old = definitions.form_by_id(tx, row.form_id)
    new = definitions.form_by_id(tx, form_id) if form_id else None
    found = []
    query = sa.select(draft.c.account_id, draft.c.posted).where(draft.c.task_id == row.id)
    for each in tx.db.execute(query):
        values = {
            key: value
            for key, value in each.posted.items()
            if key.split("-")[0] in old and (new is None or key.split("-")[0] not in new)
        }
        if values:
            found.append({"task": row.id, "account": each.account_id, "values": values})
    return found


def _follow_elements(tx: Transaction, running: flow.Running, target: Target) -> None:
    """Incidents, jobs and finished tasks under the element ids of the new version."""
    standing: list[OpenIncident | OpenJob] = [*running.engine.incidents, *running.engine.jobs]
    for each in standing:
        tx.db.execute(
            sa.update(incident)
            .where(
                incident.c.instance_id == running.id,
                incident.c.key == each.key,
                incident.c.resolved_at.is_(None),
            )
            .values(
                element=each.element,
                process=each.process,
                name=(each.name or each.element)[:300],
                element_type=each.type,
            )
        )
    for job in running.engine.jobs:
        _rewrite_job(tx, running.id, job)
    for process, renamed in target.mapping.items():
        ids = {old: new for old, new in renamed.items() if new and new != old}
        if ids:
            tx.db.execute(
                sa.update(task)
                .where(
                    task.c.instance_id == running.id,
                    task.c.process == process,
                    task.c.element.in_(ids),
                    task.c.state.not_in(flow.OPEN_STATES),
                )
                .values(element=sa.case(ids, value=task.c.element))
            )


def _rewrite_job(tx: Transaction, instance_id: int, job: OpenJob) -> None:
    """A job by the new version; where another service is asked now, the answer of the old one is dropped."""
    mine = sa.and_(service_job.c.instance_id == instance_id, service_job.c.key == job.key)
    row = tx.db.execute(sa.select(service_job).where(mine)).one_or_none()
    if row is None:
        return
    values: dict[str, Any] = {
        "element": job.element,
        "process": job.process,
        "name": (job.name or job.element)[:300],
        "topic": job.topic,
        "priority": job.priority,
        "kind": job.kind,
    }
    anew = (row.topic, row.kind) != (job.topic, job.kind)
    if anew:
        values.update(worker=None, locked_until=None, due_at=tx.at)
    tx.db.execute(sa.update(service_job).where(mine).values(**values))
    if anew and job.kind != "external":
        aside.hand_over(tx, row.id)


def _line(
    tx: Transaction, instance_id: int, target: Target, actor: Actor, left_out: list[dict[str, Any]]
) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "source": target.source,
        "target": target.version,
        "mapping": {process: dict(renamed) for process, renamed in target.mapping.items() if renamed},
        "detail": target.reason,
    }
    if left_out:
        facts["left_out"] = left_out
    return history.row(instance_id, tx, "migrated", actor, facts=facts)


def as_json(findings: Sequence[Finding]) -> list[Mapping[str, str]]:
    """Findings as they are kept with an item of a batch."""
    return [
        {"severity": f.severity, "rule": f.rule, "element": f.element, "zh": f.zh, "en": f.en}
        for f in findings
    ]


def from_json(stored: Any) -> tuple[Finding, ...]:
    return tuple(Finding(**each) for each in stored or ())
