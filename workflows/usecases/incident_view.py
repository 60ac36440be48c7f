"""流程异常: what stands still in running instances, as a person with the right sees it.

An incident is of one element; the other branches of its instance go on. Its kind says how it is taken up again:
`step` (a token that failed within a step), `job` (a job without tries left), `timer` (a timer that could not fire),
`start` (a process that the clock could not start: it has no instance).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from workflows.store.tables import incident, instance
from workflows.usecases import flow, masking, typed
from workflows.usecases.access import require_see, visible_to
from workflows.usecases.actor import Actor
from workflows.usecases.errors import NotFound
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
        return self.open and self.kind not in WITHOUT_TOKEN

    @property
    def may_skip(self) -> bool:
        """Whether the step can be passed over, or the start."""
        return self.open and self.kind != "timer"

    def tell(self, locale: str = "zh") -> str:
        """The cause."""
        return self.message_en if locale.lower().startswith("en") else self.message


WITHOUT_TOKEN = ("timer", "start")
"""Kinds of incidents behind which no token stands: they have no variables to mend."""
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
    row = row_of(tx, incident_id, actor)
    if row.resolved_at is not None or row.kind in WITHOUT_TOKEN or row.status != "running":
        return _view(row)
    running = flow.load(tx, row.instance_id)
    tx.running.pop(running.id, None)
    seen = masking.public(running, running.engine.seen_at(row.key))
    return _view(row, tuple(typed.shown(name, seen[name]) for name in sorted(seen)))


def row_of(tx: Transaction, incident_id: int, actor: Actor) -> Any:
    """The row of an incident, for those who may see to it. Raises `NotFound`, `NotAllowed`."""
    actor.require(PERMISSION)
    row = tx.db.execute(_SELECT.where(incident.c.id == incident_id)).one_or_none()
    if row is None:
        raise NotFound(kind="incident", key=incident_id)
    if row.instance_id is not None:
        require_see(tx, row.instance_id, actor)
    return row
