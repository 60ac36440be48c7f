"""An instance in hand: load it, let the engine step, write what changed. The use cases' own workshop.

One step is a handful of statements: the state, and of tasks, candidates, parties, timers, waits and history
what changed, each in one `executemany`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from forms.faults import Refused
from forms.feel import compile_expression
from workflows.engine import Bundle, Instance, OpenTask, Wait
from workflows.settings import SHANGHAI
from workflows.store.tables import instance, instance_state, task, task_candidate, timer, wait
from workflows.usecases import definitions, history
from workflows.usecases.access import RECORDER
from workflows.usecases.actor import SYSTEM, Actor
from workflows.usecases.errors import InstanceEnded, NotFound, StaleVersion
from workflows.usecases.runtime import InstanceRef, Transaction
from workflows.usecases.services import own_words, surroundings

OPEN_STATES = ("open", "held")
compiled = lru_cache(maxsize=256)(compile_expression)
_NARRATED = ("serviceTask", "sendTask", "businessRuleTask", "scriptTask")


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
    initiator_unit: int | None
    entered_for: int | None
    started_at: datetime
    state_version: int = 0
    engine: Instance = field(init=False)
    tasks_before: frozenset[str] = frozenset()
    waits_before: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    refusal: Refused | None = None  # what a service refused in this step

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


_LOAD = (
    sa.select(
        instance.c.id,
        instance.c.process_key,
        instance.c.bundle_id,
        instance.c.title,
        instance.c.business_key,
        instance.c.initiator,
        instance.c.initiator_unit_id,
        instance.c.entered_for,
        instance.c.started_at,
        instance.c.status,
        instance_state.c.state,
        instance_state.c.version.label("state_version"),
    )
    .join_from(instance, instance_state)
    .where(instance.c.id == sa.bindparam("instance_id"))
)
_LOCK = (
    sa.select(instance_state.c.version)
    .where(instance_state.c.instance_id == sa.bindparam("instance_id"))
    .with_for_update()
)


def lock(tx: Transaction, instance_id: int) -> None:
    """Queue behind whoever steps this instance now. SQLite's BEGIN IMMEDIATE has done so already."""
    if tx.db.dialect.name != "sqlite" and not tx.readonly:
        tx.db.execute(_LOCK, {"instance_id": instance_id})


def load(tx: Transaction, instance_id: int, *, ended_too: bool = False) -> Running:
    """Lock and load an instance. Raises `NotFound`, `InstanceEnded`."""
    lock(tx, instance_id)
    row = tx.db.execute(_LOAD, {"instance_id": instance_id}).one_or_none()
    if row is None:
        raise NotFound(kind="instance", key=instance_id)
    if row.status in ("completed", "cancelled") and not ended_too:
        raise InstanceEnded(instance_id=instance_id, status=row.status)
    return from_row(tx, row)


def from_row(tx: Transaction, row: Any) -> Running:
    """Restore the engine's instance from a row with the columns of `_LOAD`."""
    running = Running(
        id=row.id,
        process_key=row.process_key,
        bundle_id=row.bundle_id,
        bundle=definitions.bundle(tx, row.bundle_id),
        title=row.title,
        business_key=row.business_key,
        initiator=row.initiator,
        initiator_unit=row.initiator_unit_id,
        entered_for=row.entered_for,
        started_at=row.started_at,
        state_version=row.state_version,
    )
    running.engine = Instance.load(running.bundle, bytes(row.state), surroundings(tx, running))
    running.tasks_before = frozenset(running.engine.open_keys)
    running.waits_before = {each.key: _identity(each) for each in running.engine.waits}
    tx.running[running.id] = running
    return running


def _identity(found: Wait) -> tuple[Any, ...]:
    return (found.type, found.message, found.due)


# ------------------------------------------------------------------ writing
_UPDATE_STATE = (
    sa.update(instance_state)
    .where(
        instance_state.c.instance_id == sa.bindparam("b_instance"),
        instance_state.c.version == sa.bindparam("b_version"),
    )
    .values(state=sa.bindparam("b_state"), version=instance_state.c.version + 1)
)
_INSERT_STATE = sa.insert(instance_state)
_INSERT_TASKS = sa.insert(task).returning(task.c.id, sort_by_parameter_order=True)
_INSERT_CANDIDATES = sa.insert(task_candidate)
_INSERT_TIMERS = sa.insert(timer)
_INSERT_WAITS = sa.insert(wait)
_CLOSE_TASK = (
    sa.update(task)
    .where(
        task.c.instance_id == sa.bindparam("b_instance"),
        task.c.key == sa.bindparam("b_key"),
        sa.or_(*(task.c.state == state for state in OPEN_STATES)),  # IN cannot be executed for many rows
    )
    .values(state="cancelled", completed_at=sa.bindparam("b_at"), version=task.c.version + 1)
)
_DELETE_TIMER = sa.delete(timer).where(
    timer.c.instance_id == sa.bindparam("b_instance"), timer.c.key == sa.bindparam("b_key")
)
_DELETE_WAIT = sa.delete(wait).where(
    wait.c.instance_id == sa.bindparam("b_instance"), wait.c.key == sa.bindparam("b_key")
)
_END = (
    sa.update(instance)
    .where(instance.c.id == sa.bindparam("b_instance"))
    .values(
        status=sa.bindparam("b_status"),
        ended_at=sa.bindparam("b_ended"),
        error=sa.bindparam("b_error"),
        outcome=sa.func.coalesce(instance.c.outcome, sa.bindparam("b_outcome", type_=sa.String)),
    )
)
PARTY = sa.text(
    "INSERT INTO instance_party (instance_id, kind, value) VALUES (:instance_id, :kind, :value) "
    "ON CONFLICT DO NOTHING"
)


def party(instance_id: int, kind: str, value: Any) -> dict[str, Any]:
    return {"instance_id": instance_id, "kind": kind, "value": str(value)}


@dataclass
class Changes:
    """Rows that one or many instances leave behind, written together by `write`."""

    tx: Transaction
    actor: Actor
    new_states: list[dict[str, Any]] = field(default_factory=list)
    states: list[dict[str, Any]] = field(default_factory=list)
    tasks: list[dict[str, Any]] = field(default_factory=list)
    candidates: list[list[tuple[str, str]]] = field(default_factory=list)
    parties: dict[tuple[int, str, str], dict[str, Any]] = field(default_factory=dict)
    closed: list[dict[str, Any]] = field(default_factory=list)
    timers: list[dict[str, Any]] = field(default_factory=list)
    waits: list[dict[str, Any]] = field(default_factory=list)
    gone_timers: list[dict[str, Any]] = field(default_factory=list)
    gone_waits: list[dict[str, Any]] = field(default_factory=list)
    ended: list[dict[str, Any]] = field(default_factory=list)
    history: list[dict[str, Any]] = field(default_factory=list)
    assign: Mapping[str, str] = field(default_factory=dict)
    new_task_ids: list[int] = field(default_factory=list)

    def add_party(self, instance_id: int, kind: str, value: Any) -> None:
        row = party(instance_id, kind, value)
        self.parties[instance_id, kind, row["value"]] = row

    def take(self, running: Running, done: Mapping[str, Any] | None = None) -> None:
        """Note what changed in an instance since it was loaded or started.

        Args:
            done: task key -> task id completed by hand in this step; its row is updated by the caller.
        """
        engine = running.engine
        blob = engine.dump()
        if running.state_version:
            self.states.append(
                {"b_instance": running.id, "b_version": running.state_version, "b_state": blob}
            )
        else:
            self.new_states.append({"instance_id": running.id, "state": blob, "version": 1})
        now_open = {each.key: each for each in engine.user_tasks}
        for key, opened in now_open.items():
            if key not in running.tasks_before or (done and key in done):
                self._open(running, opened)
        for key in running.tasks_before - set(now_open):
            if not done or key not in done:
                self.closed.append({"b_instance": running.id, "b_key": key, "b_at": self.tx.at})
        self._take_waits(running)
        self._take_trail(running)
        self.tx.thrown.extend((running.id, running.business_key, each) for each in engine.thrown)
        if engine.status != "running":
            self._end(running)

    def _open(self, running: Running, opened: OpenTask) -> None:
        form_id = None
        if opened.form_key:
            if opened.form_binding == "latest":
                form_id = definitions.form_id(self.tx, opened.form_key)
            else:
                form_id = definitions.bundle_form_id(self.tx, running.bundle_id, opened.form_key)
        assignee = self.assign.get(opened.key) or opened.assignee or None
        self.tasks.append(
            {
                "instance_id": running.id,
                "key": opened.key,
                "kind": "task",
                "parent_id": None,
                "element": opened.element,
                "name": opened.name or opened.element,
                "process": opened.process,
                "lane": opened.lane or None,
                "form_key": opened.form_key or None,
                "form_id": form_id,
                "properties": dict(opened.properties),
                "state": "open",
                "version": 1,
                "assignee": assignee,
                "priority": opened.priority,
                "created_at": self.tx.at,
                "due_at": aware(opened.due),
            }
        )
        groups = [("group", str(group)) for group in dict.fromkeys(opened.candidate_groups)]
        users = [("user", str(user)) for user in dict.fromkeys(opened.candidate_users)]
        recorders = []
        if opened.recorders and form_id and "recorded" in definitions.form_by_id(self.tx, form_id):
            recorders = [(RECORDER, str(group)) for group in dict.fromkeys(opened.recorders)]
        self.candidates.append(groups + users + recorders)
        if assignee:
            self.add_party(running.id, "account", assignee)
        for _kind, user in users:
            self.add_party(running.id, "account", user)
        for _kind, group in groups + recorders:
            self.add_party(running.id, "group", group)
            role, at_sign, unit_id = group.partition("@")
            if role and at_sign and unit_id.isdigit():
                self.add_party(running.id, "unit", unit_id)

    def _take_waits(self, running: Running) -> None:
        now = {each.key: each for each in running.engine.waits}
        for key, identity in running.waits_before.items():
            if key not in now or _identity(now[key]) != identity:
                gone = self.gone_timers if identity[0] == "timer" else self.gone_waits
                gone.append({"b_instance": running.id, "b_key": key})
        for key, found in now.items():
            if running.waits_before.get(key) == _identity(found):
                continue
            row: dict[str, Any] = {"instance_id": running.id, "key": key, "element": found.element}
            if found.type == "timer":
                if found.due is not None:
                    self.timers.append({**row, "due_at": aware(found.due), "tries": 0})
                continue
            row.update(
                name=found.name or found.message or found.element,
                type=found.type,
                message=found.message,
                properties=self._evaluated(running, found.properties),
            )
            self.waits.append(row)

    def _evaluated(self, running: Running, properties: Mapping[str, str]) -> dict[str, str]:
        """Properties of a waiting event, expressions in them (`unit_clerk@${unit}`) evaluated now."""
        found = dict(properties)
        for key, text in properties.items():
            if "${" in text or text.startswith("="):
                value = compiled(text).evaluate(running.engine.variables, self.tx.world)
                found[key] = ",".join(map(str, value)) if isinstance(value, list) else str(value or "")
        return found

    def _take_trail(self, running: Running) -> None:
        for step in running.engine.trail:
            if step.event != "completed" or step.type in ("userTask", "manualTask"):
                continue
            event = "service" if step.type in _NARRATED and step.name else "passed"
            if step.type == "endEvent" and step.process == running.process_key and step.name:
                event = "ended"
            self.history.append(
                history.row(
                    running.id,
                    self.tx,
                    event,
                    SYSTEM,
                    process=step.process,
                    element=step.element,
                    name=step.name,
                    element_type=step.type,
                )
            )

    def _end(self, running: Running) -> None:
        engine = running.engine
        elements = running.bundle.processes[running.bundle.root].elements
        names = [elements[end].name for end in engine.ends if end in elements and elements[end].name]
        over = engine.status in ("completed", "cancelled")
        self.ended.append(
            {
                "b_instance": running.id,
                "b_status": engine.status,
                "b_ended": self.tx.at if over else None,
                "b_error": engine.error,
                "b_outcome": names[-1] if names else None,
            }
        )

    def write(self) -> None:
        """Write everything. Raises `StaleVersion` when a state was changed by somebody else."""
        db = self.tx.db
        for state in self.states:
            if db.execute(_UPDATE_STATE, state).rowcount != 1:
                raise StaleVersion(name=str(state["b_instance"]))
        if self.tasks:
            self.new_task_ids = list(db.execute(_INSERT_TASKS, self.tasks).scalars())
            rows = [
                {"task_id": task_id, "kind": kind, "value": value}
                for task_id, listed in zip(self.new_task_ids, self.candidates, strict=True)
                for kind, value in listed
            ]
            _many(db, _INSERT_CANDIDATES, rows)
        _many(db, _INSERT_STATE, self.new_states)
        _many(db, PARTY, list(self.parties.values()))
        _many(db, _CLOSE_TASK, self.closed)
        _many(db, _DELETE_TIMER, self.gone_timers)
        _many(db, _DELETE_WAIT, self.gone_waits)
        _many(db, _INSERT_TIMERS, self.timers)
        _many(db, _INSERT_WAITS, self.waits)
        _many(db, _END, self.ended)
        _many(db, history.INSERT, self.history)


def _many(db: sa.Connection, statement: Any, rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        db.execute(statement, list(rows))


def aware(moment: datetime | None) -> datetime | None:
    """A moment without a zone is meant in the office's."""
    if moment is None or moment.tzinfo is not None:
        return moment
    return moment.replace(tzinfo=SHANGHAI)


def step(
    tx: Transaction,
    running: Running,
    actor: Actor,
    act: Callable[[Instance], Any],
    *,
    rows: Iterable[dict[str, Any]] = (),
    done: Mapping[str, Any] | None = None,
    assign: Mapping[str, str] | None = None,
) -> Changes:
    """Let the engine act, then write: first the rows of what a person did, then what followed from it.

    Raises the `Refused` of a service that the person's act led to.
    """
    with own_words(running, actor):
        act(running.engine)
    changes = Changes(tx, actor, assign=assign or {})
    changes.history.extend(rows)
    changes.take(running, done)
    changes.write()
    tx.running.pop(running.id, None)
    return changes
