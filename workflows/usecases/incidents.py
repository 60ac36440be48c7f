"""流程异常: what stands still in running instances, and what a person with the right does about it.

An incident is of one element; the other branches of its instance go on. Its kind says how it is taken up again:
`step` (a token that failed within a step), `job` (a job without tries left), `timer` (a timer that could not fire),
`start` (a process that the clock could not start: it has no instance).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from workflows.engine import Instance
from workflows.store.tables import incident, instance, service_job, timer
from workflows.usecases import aside, audit, flow, history, masking, start_timers, typed
from workflows.usecases.access import require_see, visible_to
from workflows.usecases.actor import Actor
from workflows.usecases.errors import IncidentOver, NotFound
from workflows.usecases.runtime import Transaction
from workflows.usecases.typed import Typed
from workflows.usecases.views import Page

PERMISSION = "instances.repair"


@dataclass(frozen=True)
class Filters:
    """What to narrow the list by. `state`: "open" | "resolved" | ""."""

    text: str = ""
    process_key: str = ""
    state: str = "open"
    instance_id: int | None = None


@dataclass(frozen=True)
class IncidentView:
    """One incident. `variables`: what its element sees, where it is open (only in `view`).

    Of a process that could not start, `instance_id` is None and `title` its name.
    """

    id: int
    instance_id: int | None
    title: str
    process_key: str
    process_name: str
    process: str
    element: str
    name: str
    element_type: str
    kind: str
    message: str
    message_en: str
    at: datetime
    tries: int
    resolved_at: datetime | None
    resolution: str | None
    resolved_by: str | None
    variables: tuple[Typed, ...] = ()

    @property
    def open(self) -> bool:
        """Whether it still waits for somebody."""
        return self.resolved_at is None

    @property
    def may_change(self) -> bool:
        """Whether its variables can be changed."""
        return self.open and self.kind not in _WITHOUT_TOKEN

    @property
    def may_skip(self) -> bool:
        """Whether the step can be passed over, or the start."""
        return self.open and self.kind != "timer"

    def tell(self, locale: str = "zh") -> str:
        """The cause."""
        return self.message_en if locale.lower().startswith("en") else self.message


_WITHOUT_TOKEN = ("timer", "start")
_PROCESS_KEY = sa.func.coalesce(instance.c.process_key, incident.c.process)
_PROCESS_NAME = sa.func.coalesce(instance.c.process_name, incident.c.name)
_SELECT = sa.select(
    incident,
    sa.func.coalesce(instance.c.title, incident.c.name).label("title"),
    _PROCESS_KEY.label("process_key"),
    _PROCESS_NAME.label("process_name"),
    sa.func.coalesce(instance.c.status, "running").label("status"),
).join_from(incident, instance, isouter=True)


def _seen_by(actor: Actor) -> sa.ColumnElement[bool]:
    """Of instances the actor may see, and of none: what did not start is nobody's yet."""
    return sa.or_(incident.c.instance_id.is_(None), visible_to(actor))


def _view(row: Any, variables: tuple[Typed, ...] = ()) -> IncidentView:
    return IncidentView(
        id=row.id,
        instance_id=row.instance_id,
        title=row.title,
        process_key=row.process_key,
        process_name=row.process_name,
        process=row.process or row.process_key,
        element=row.element,
        name=row.name or row.element,
        element_type=row.element_type,
        kind=row.kind,
        message=row.message,
        message_en=row.message_en or row.message,
        at=row.at,
        tries=row.tries,
        resolved_at=row.resolved_at,
        resolution=row.resolution,
        resolved_by=row.resolved_by,
        variables=variables,
    )


# ------------------------------------------------------------------ looking
def listing(
    tx: Transaction, actor: Actor, filters: Filters | None = None, page: int = 1, size: int = 20
) -> Page[IncidentView]:
    """Incidents of instances the actor may see, latest first. Permission `instances.repair`."""
    actor.require(PERMISSION)
    wanted = filters or Filters()
    where: list[sa.ColumnElement[bool]] = [_seen_by(actor)]
    if wanted.state == "open":
        where.append(incident.c.resolved_at.is_(None))
    elif wanted.state == "resolved":
        where.append(incident.c.resolved_at.is_not(None))
    if wanted.process_key:
        where.append(_PROCESS_KEY.in_((wanted.process_key,)))
    if wanted.instance_id is not None:
        where.append(incident.c.instance_id == wanted.instance_id)
    if wanted.text:
        columns = (instance.c.title, incident.c.name, incident.c.element, incident.c.message)
        where.append(sa.or_(*(column.contains(wanted.text, autoescape=True) for column in columns)))
    counted = sa.select(sa.func.count()).select_from(incident).outerjoin(instance).where(*where)
    rows = tx.db.execute(
        _SELECT.where(*where).order_by(incident.c.id.desc()).limit(size).offset((page - 1) * size)
    )
    return Page(tuple(map(_view, rows)), int(tx.db.execute(counted).scalar_one()), page, size)


def processes(tx: Transaction, actor: Actor) -> list[tuple[str, str]]:
    """Key and name of the processes that have incidents, for a filter."""
    actor.require(PERMISSION)
    query = sa.select(_PROCESS_KEY, sa.func.max(_PROCESS_NAME)).select_from(incident).outerjoin(instance)
    rows = tx.db.execute(query.group_by(_PROCESS_KEY).order_by(_PROCESS_KEY))
    return [(key, name) for key, name in rows]


def count_open(tx: Transaction, actor: Actor) -> int:
    """How many wait for somebody; 0 for who may not repair."""
    if not actor.may(PERMISSION):
        return 0
    query = sa.select(sa.func.count()).select_from(incident).outerjoin(instance)
    query = query.where(incident.c.resolved_at.is_(None), _seen_by(actor))
    return int(tx.db.execute(query).scalar_one())


def at_elements(tx: Transaction, instance_id: int) -> dict[str, list[str]]:
    """Process -> elements that stand still, for the diagram."""
    query = sa.select(incident.c.process, instance.c.process_key, incident.c.element).join(instance)
    query = query.where(incident.c.instance_id == instance_id, incident.c.resolved_at.is_(None))
    found: dict[str, list[str]] = {}
    for row in tx.db.execute(query.order_by(incident.c.id)):
        if row.element:
            found.setdefault(row.process or row.process_key, []).append(row.element)
    return found


def starts_standing(tx: Transaction, process_key: str) -> list[str]:
    """Start events by which the clock could not start a process, for the diagram of its definition."""
    query = sa.select(incident.c.element).where(
        incident.c.kind == "start", incident.c.process == process_key, incident.c.resolved_at.is_(None)
    )
    return list(tx.db.scalars(query.distinct().order_by(incident.c.element)))


def view(tx: Transaction, incident_id: int, actor: Actor) -> IncidentView:
    """One incident with what its element sees. Raises `NotFound`, `NotAllowed`."""
    row = _row(tx, incident_id, actor)
    if row.resolved_at is not None or row.kind in _WITHOUT_TOKEN or row.status != "running":
        return _view(row)
    running = flow.load(tx, row.instance_id)
    tx.running.pop(running.id, None)
    seen = masking.public(running, running.engine.seen_at(row.key))
    return _view(row, tuple(typed.shown(name, seen[name]) for name in sorted(seen)))


def _row(tx: Transaction, incident_id: int, actor: Actor) -> Any:
    actor.require(PERMISSION)
    row = tx.db.execute(_SELECT.where(incident.c.id == incident_id)).one_or_none()
    if row is None:
        raise NotFound(kind="incident", key=incident_id)
    if row.instance_id is not None:
        require_see(tx, row.instance_id, actor)
    return row


# ------------------------------------------------------------------ doing
def _in_hand(tx: Transaction, incident_id: int, actor: Actor) -> Any:
    """The row of an open incident, its instance locked. Raises `IncidentOver` where somebody was faster."""
    instance_id = _row(tx, incident_id, actor).instance_id
    if instance_id is None:
        tx.db.execute(sa.select(incident.c.id).where(incident.c.id == incident_id).with_for_update())
    else:
        flow.lock(tx, instance_id)
    row = _row(tx, incident_id, actor)
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
    if row.kind in _WITHOUT_TOKEN:
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
