"""流程异常: what a person with the right does about what stands still. What it shows of itself is in `incident_view`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from workflows.engine import Instance
from workflows.store.tables import incident, service_job, timer
from workflows.usecases import aside, audit, flow, history, start_timers, typed
from workflows.usecases.actor import Actor
from workflows.usecases.errors import IncidentOver, NotFound
from workflows.usecases.incident_view import PERMISSION, WITHOUT_TOKEN, row_of
from workflows.usecases.runtime import Transaction
from workflows.usecases.typed import Typed


def _in_hand(tx: Transaction, incident_id: int, actor: Actor) -> Any:
    """The row of an open incident, its instance locked. Raises `IncidentOver` where somebody was faster."""
    instance_id = row_of(tx, incident_id, actor).instance_id
    if instance_id is None:
        tx.db.execute(sa.select(incident.c.id).where(incident.c.id == incident_id).with_for_update())
    else:
        flow.lock(tx, instance_id)
    row = row_of(tx, incident_id, actor)
    if row.resolved_at is not None or row.status != "running":
        raise IncidentOver(name=row.name or row.element, by=row.resolved_by or "")
    return row


def retry(tx: Transaction, incident_id: int, actor: Actor) -> bool:
    """Do once more what failed; False if it failed again at once. Raises `IncidentOver`, `NotFound`, `NotAllowed`."""
    row = _in_hand(tx, incident_id, actor)
    if row.kind == "start":
        return _retry_start(tx, row, actor)
    line = _line(tx, row, "incident_retried", actor)
    if row.kind == "step":
        return _retry_step(tx, row, actor, line)
    if row.kind == "job":
        mine = sa.and_(service_job.c.instance_id == row.instance_id, service_job.c.key == row.key)
        tx.db.execute(sa.update(service_job).where(mine).values(retries=1, due_at=tx.at, locked_until=None))
        job = tx.db.execute(sa.select(service_job.c.id, service_job.c.kind).where(mine)).one_or_none()
        if job is not None and job.kind != "external":
            aside.hand_over(tx, job.id)
    else:
        tx.db.execute(sa.update(timer).where(timer.c.instance_id == row.instance_id).values(tries=0))
    _resolve(tx, row, "retried", actor)
    history.INSERT.run(tx.db, line)
    return True


@dataclass(frozen=True)
class Retried:
    """What became of several incidents that were tried again."""

    gone_on: int = 0
    failed: int = 0
    over: int = 0


def retry_many(tx: Transaction, incident_ids: Sequence[int], actor: Actor) -> Retried:
    """Try several again, each in a savepoint of its own; one that somebody else was faster with is passed over.

    Raises `NotAllowed`.
    """
    actor.require(PERMISSION)
    gone_on = failed = over = 0
    for incident_id in sorted(set(incident_ids)):
        try:
            with tx.savepoint():
                if retry(tx, incident_id, actor):
                    gone_on += 1
                else:
                    failed += 1
        except (IncidentOver, NotFound):
            over += 1
    return Retried(gone_on, failed, over)


def _retry_step(tx: Transaction, row: Any, actor: Actor, line: dict[str, Any]) -> bool:
    running = flow.load(tx, row.instance_id)
    running.resolution = "retried"
    flow.step(tx, running, actor, lambda engine: engine.retry(row.key), rows=[line])
    again = next((each for each in running.engine.incidents if each.key == row.key), None)
    if again is None:
        return True
    tx.db.execute(
        sa.update(incident)
        .where(incident.c.id == row.id)
        .values(tries=incident.c.tries + 1, message=again.zh, message_en=again.en, at=tx.at)
    )
    history.INSERT.run(tx.db, _line(tx, row, "incident_again", actor, detail=again.zh))
    return False


def _retry_start(tx: Transaction, row: Any, actor: Actor) -> bool:
    done = start_timers.start_again(tx, row)
    if done:
        _resolve(tx, row, "retried", actor)
    audit.record(tx, actor, "incident.retried", row.process, result="ok" if done else "failed")
    return done


def skip(
    tx: Transaction, incident_id: int, actor: Actor, variables: Sequence[Typed] = (), reason: str = ""
) -> None:
    """Go on behind the element as though it were done, with the variables it should have set.

    A start that is passed over does not take place; the next one does.

    Raises `IncidentOver`, `BadVariable`, `BadName`, `NotFound`, `NotAllowed`.
    """
    row = _in_hand(tx, incident_id, actor)
    if row.kind == "timer":
        raise IncidentOver(name=row.name or row.element, by="")
    if row.kind == "start":
        _resolve(tx, row, "skipped", actor)
        audit.record(tx, actor, "incident.skipped", row.process, facts={"reason": reason} if reason else None)
        return
    running = flow.load(tx, row.instance_id)
    running.resolution = "skipped"
    given = {each.name: typed.read(each) for each in variables}
    lines = [*_changes(tx, row, running.engine, given, actor)]
    lines.append(_line(tx, row, "incident_skipped", actor, detail=reason))
    flow.step(tx, running, actor, lambda engine: engine.skip(row.key, given), rows=lines)


def repair(tx: Transaction, incident_id: int, actor: Actor, variables: Sequence[Typed]) -> int:
    """Change variables where the incident stands, each change told in the history; how many differ now.

    It is not tried again by this; see `retry`. Raises as `skip`.
    """
    row = _in_hand(tx, incident_id, actor)
    if row.kind in WITHOUT_TOKEN:
        raise IncidentOver(name=row.name or row.element, by="")
    given = {each.name: typed.read(each) for each in variables}
    running = flow.load(tx, row.instance_id)
    lines = _changes(tx, row, running.engine, given, actor)
    if lines:
        flow.step(tx, running, actor, lambda engine: engine.change_variables(row.key, given), rows=lines)
    tx.running.pop(running.id, None)
    return len(lines)


_ABSENT = object()


def _changes(
    tx: Transaction, row: Any, engine: Instance, given: Mapping[str, Any], actor: Actor
) -> list[dict[str, Any]]:
    """A line of the history for each variable that changes."""
    seen = engine.seen_at(row.key)
    lines = []
    for name, value in given.items():
        before = seen.get(name, _ABSENT)
        if before is not _ABSENT and type(before) is type(value) and before == value:
            continue
        was = "—" if before is _ABSENT else typed.shown(name, before).text
        now = typed.shown(name, value).text
        lines.append(_line(tx, row, "variable_changed", actor, variable=name, was=was[:200], now=now[:200]))
    return lines


def _resolve(tx: Transaction, row: Any, resolution: str, actor: Actor) -> None:
    tx.db.execute(
        sa.update(incident)
        .where(incident.c.id == row.id)
        .values(resolved_at=tx.at, resolution=resolution, resolved_by=actor.name)
    )


def _line(tx: Transaction, row: Any, event: str, actor: Actor, **facts: Any) -> dict[str, Any]:
    return history.row(
        row.instance_id,
        tx,
        event,
        actor,
        process=row.process or None,
        element=row.element,
        name=row.name or row.element,
        element_type=row.element_type or None,
        facts={key: value for key, value in facts.items() if value != ""} or None,
    )
