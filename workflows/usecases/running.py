"""An instance in hand: its row, its state, the engine's instance of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson
import sqlalchemy as sa

from forms.faults import Refused
from workflows.engine import Bundle, Instance, Wait
from workflows.store.counters import Counters
from workflows.store.statements import Statement, pairs
from workflows.store.tables import counter, instance, instance_part, instance_party, instance_state
from workflows.usecases import definitions
from workflows.usecases.errors import InstanceEnded, NotFound
from workflows.usecases.runtime import InstanceRef, Transaction
from workflows.usecases.services import surroundings

engine_class: type[Instance] = Instance
"""What runs an instance; the figures put the stock engine here."""


@dataclass
class Running:
    """A process instance in hand within one transaction."""

    id: int
    process_key: str
    bundle_id: int
    bundle: Bundle
    title: str
    business_key: str | None
    initiator: str
    initiator_name: str
    initiator_unit: int | None
    entered_for: int | None
    started_at: datetime
    state_version: int = 0
    parties: frozenset[tuple[str, str]] = frozenset()  # that stand already
    engine: Instance = field(init=False)
    tasks_before: frozenset[str] = frozenset()
    waits_before: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    refusal: Refused | None = None  # what a service refused in this step
    refusable: bool = False  # what a service refuses goes back to who acts, else it is an incident
    incidents_before: frozenset[str] = frozenset()
    jobs_before: frozenset[str] = frozenset()
    resolution: str = "passed"  # what is said of an incident that is over after this step

    def ref(self) -> InstanceRef:
        return InstanceRef(
            id=self.id,
            process_key=self.process_key,
            title=self.title,
            business_key=self.business_key,
            initiator=self.initiator,
            initiator_unit=self.initiator_unit,
            entered_for=self.entered_for,
            started_at=self.started_at,
        )


def columns(dialect: str) -> list[sa.ColumnElement[Any]]:
    """What `from_row` reads of an instance, with the version counters, so that a step asks once."""
    parties = sa.select(pairs(dialect, instance_party.c.kind, instance_party.c.value)).where(
        instance_party.c.instance_id == instance.c.id
    )
    return [
        instance.c.id,
        instance.c.process_key,
        instance.c.bundle_id,
        instance.c.title,
        instance.c.business_key,
        instance.c.initiator,
        instance.c.initiator_name,
        instance.c.initiator_unit_id,
        instance.c.entered_for,
        instance.c.started_at,
        instance.c.status,
        instance_state.c.state,
        instance_state.c.version.label("state_version"),
        parties.correlate(instance).scalar_subquery().label("parties"),
        sa.select(pairs(dialect, counter.c.name, counter.c.value)).scalar_subquery().label("counters"),
    ]


def _load(dialect: str) -> sa.Select[Any]:
    return (
        sa.select(*columns(dialect))
        .join_from(instance, instance_state)
        .where(instance.c.id == sa.bindparam("instance_id"))
    )


_LOAD = Statement(_load)
_LOCK = Statement(
    sa.select(instance_state.c.version)
    .where(instance_state.c.instance_id == sa.bindparam("instance_id"))
    .with_for_update()
)
_PARTS = Statement(
    sa.select(instance_part.c.part, instance_part.c.state).where(
        instance_part.c.instance_id == sa.bindparam("instance_id")
    )
)


def lock(tx: Transaction, instance_id: int) -> None:
    """Queue behind whoever steps this instance now. SQLite's BEGIN IMMEDIATE has done so already."""
    if tx.db.dialect.name != "sqlite" and not tx.readonly:
        _LOCK.fetch(tx.db, {"instance_id": instance_id})


def load(tx: Transaction, instance_id: int, *, ended_too: bool = False) -> Running:
    """Lock and load an instance. Raises `NotFound`, `InstanceEnded`."""
    lock(tx, instance_id)
    rows = _LOAD.fetch(tx.db, {"instance_id": instance_id})
    if not rows:
        raise NotFound(kind="instance", key=instance_id)
    if rows[0].status in ("completed", "cancelled") and not ended_too:
        raise InstanceEnded(instance_id=instance_id, status=rows[0].status)
    return from_row(tx, rows[0])


def from_row(
    tx: Transaction, row: Any, part: tuple[int, bytes] | None = None, *, whole: bool = True
) -> Running:
    """Restore the engine's instance from a row with `columns`.

    Args:
        part: number and state of the multi-instance child that is to move, where it is kept apart.
        whole: have all children in hand at once; else they are fetched when something asks for them.
    """
    learn(tx, row)
    running = Running(
        id=row.id,
        process_key=row.process_key,
        bundle_id=row.bundle_id,
        bundle=definitions.bundle(tx, row.bundle_id),
        title=row.title,
        business_key=row.business_key,
        initiator=row.initiator,
        initiator_name=row.initiator_name,
        initiator_unit=row.initiator_unit_id,
        entered_for=row.entered_for,
        started_at=row.started_at,
        state_version=row.state_version,
        parties=frozenset(map(tuple, orjson.loads(row.parties or b"[]"))),
    )
    engine = running.engine = engine_class.load(
        running.bundle, row.state, surroundings(tx, running), part=part, rest=_rest(tx, row.id)
    )
    if whole:
        engine.gather()
    running.tasks_before = frozenset(engine.open_keys)
    running.waits_before = {each.key: identity(each) for each in engine.waits}
    running.incidents_before = frozenset(each.key for each in engine.incidents)
    running.jobs_before = frozenset(each.key for each in engine.jobs)
    tx.running[running.id] = running
    return running


def learn(tx: Transaction, row: Any) -> None:
    """Take the version counters that came with a row."""
    if tx.known_counters is None:
        tx.known_counters = Counters.of(dict(orjson.loads(row.counters or b"[]")))


def _rest(tx: Transaction, instance_id: int) -> Callable[[], dict[int, bytes]]:
    def fetch() -> dict[int, bytes]:
        return {each.part: each.state for each in _PARTS.fetch(tx.db, {"instance_id": instance_id})}

    return fetch


def identity(found: Wait) -> tuple[Any, ...]:
    """What makes a wait another one under the same key."""
    return (found.type, found.message, found.due)
