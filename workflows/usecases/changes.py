"""What a step leaves behind, as rows, and how they are written: few statements, each in one `executemany`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from forms.feel import compile_expression
from workflows.engine import OpenTask, Wait
from workflows.settings import SHANGHAI
from workflows.store.statements import Statement
from workflows.store.tables import (
    instance,
    instance_part,
    instance_party,
    instance_state,
    task,
    task_candidate,
    timer,
    wait,
)
from workflows.usecases import aside, definitions, deliveries, history, masking
from workflows.usecases.access import RECORDER
from workflows.usecases.actor import SYSTEM, Actor
from workflows.usecases.errors import StaleVersion
from workflows.usecases.running import Running, identity
from workflows.usecases.runtime import Transaction

OPEN_STATES = ("open", "held")
compiled = lru_cache(maxsize=256)(compile_expression)
_NARRATED = ("serviceTask", "sendTask", "businessRuleTask", "scriptTask")

_UPDATE_STATE = Statement(
    sa.update(instance_state)
    .where(
        instance_state.c.instance_id == sa.bindparam("b_instance"),
        instance_state.c.version == sa.bindparam("b_version"),
    )
    .values(state=sa.bindparam("b_state"), version=instance_state.c.version + 1)
)
_INSERT_STATE = Statement(sa.insert(instance_state), ("instance_id", "state", "version"))
_TASK_COLUMNS = (
    "instance_id",
    "key",
    "kind",
    "parent_id",
    "element",
    "name",
    "process",
    "lane",
    "form_key",
    "form_id",
    "properties",
    "state",
    "version",
    "assignee",
    "priority",
    "created_at",
    "due_at",
    "follow_up_at",
    "part",
)
_INSERT_TASKS = sa.insert(task).returning(task.c.id, task.c.instance_id, task.c.key)
_INSERT_TASK = Statement(_INSERT_TASKS, _TASK_COLUMNS)
_INSERT_CANDIDATE = Statement(sa.insert(task_candidate), ("task_id", "kind", "value"))
_INSERT_TIMER = Statement(sa.insert(timer), ("instance_id", "key", "element", "due_at", "tries"))
_INSERT_WAIT = Statement(
    sa.insert(wait), ("instance_id", "key", "element", "name", "type", "message", "properties")
)
_CLOSE_TASK = Statement(
    sa.update(task)
    .where(
        task.c.instance_id == sa.bindparam("b_instance"),
        task.c.key == sa.bindparam("b_key"),
        sa.or_(*(task.c.state == state for state in OPEN_STATES)),  # IN cannot be executed for many rows
    )
    .values(state="cancelled", completed_at=sa.bindparam("b_at"), version=task.c.version + 1)
)
_DELETE_TIMER = Statement(
    sa.delete(timer).where(
        timer.c.instance_id == sa.bindparam("b_instance"), timer.c.key == sa.bindparam("b_key")
    )
)
_DELETE_WAIT = Statement(
    sa.delete(wait).where(
        wait.c.instance_id == sa.bindparam("b_instance"), wait.c.key == sa.bindparam("b_key")
    )
)
_END = Statement(
    sa.update(instance)
    .where(instance.c.id == sa.bindparam("b_instance"))
    .values(
        status=sa.bindparam("b_status"),
        ended_at=sa.bindparam("b_ended"),
        error=sa.bindparam("b_error"),
        outcome=sa.func.coalesce(instance.c.outcome, sa.bindparam("b_outcome", type_=sa.String)),
    )
)
_DELETE_PART = Statement(
    sa.delete(instance_part).where(
        instance_part.c.instance_id == sa.bindparam("instance_id"),
        instance_part.c.part == sa.bindparam("part"),
    )
)


def _insert(dialect: str, table: sa.Table) -> Any:
    """An INSERT that may say ON CONFLICT, which each dialect has in a module of its own."""
    return (postgresql if dialect == "postgresql" else sqlite).insert(table)


def _keep_part(dialect: str) -> Any:
    insert = _insert(dialect, instance_part)
    return insert.on_conflict_do_update(
        index_elements=["instance_id", "part"], set_={"state": insert.excluded.state}
    )


_KEEP_PART = Statement(_keep_part, ("instance_id", "part", "state"))
PARTY = Statement(
    lambda dialect: _insert(dialect, instance_party).on_conflict_do_nothing(),
    ("instance_id", "kind", "value"),
)


def party(instance_id: int, kind: str, value: Any) -> dict[str, Any]:
    return {"instance_id": instance_id, "kind": kind, "value": str(value)}


@dataclass
class Changes:
    """Rows that one or many instances leave behind, written together by `write`."""

    tx: Transaction
    actor: Actor
    known: set[tuple[int, str, str]] = field(default_factory=set)
    parts: list[dict[str, Any]] = field(default_factory=list)
    gone_parts: list[dict[str, Any]] = field(default_factory=list)
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
    told: dict[int, Mapping[str, Any]] = field(
        default_factory=dict
    )  # ended, and other systems may hear of it
    history: list[dict[str, Any]] = field(default_factory=list)
    assign: Mapping[str, str] = field(default_factory=dict)
    new_task_ids: list[int] = field(default_factory=list)
    moved: list[Running] = field(default_factory=list)

    def add_party(self, instance_id: int, kind: str, value: Any) -> None:
        self.parties[instance_id, kind, str(value)] = party(instance_id, kind, value)

    def take(self, running: Running, done: Mapping[str, Any] | None = None) -> None:
        """Note what changed in an instance since it was loaded or started.

        Args:
            done: task key -> task id completed by hand in this step; its row is updated by the caller.
        """
        engine = running.engine
        self.known.update((running.id, kind, value) for kind, value in running.parties)
        blob, parts = engine.split()
        for number, state in parts.items():
            row = {"instance_id": running.id, "part": number}
            if state is None:
                self.gone_parts.append(row)
            else:
                self.parts.append({**row, "state": state})
        if running.state_version:
            self.states.append(
                {"b_instance": running.id, "b_version": running.state_version, "b_state": blob}
            )
        else:
            self.new_states.append({"instance_id": running.id, "state": blob, "version": 1})
        before = running.tasks_before | engine.joined_tasks
        now_open = set(engine.open_keys)
        for opened in engine.tasks(now_open - before | (now_open & set(done or ()))):
            self.add_task(running, opened)
        for key in before - now_open:
            if not done or key not in done:
                self.closed.append({"b_instance": running.id, "b_key": key, "b_at": self.tx.at})
        self._take_waits(running)
        self._take_trail(running)
        self.moved.append(running)
        self.tx.thrown.extend((running.id, running.business_key, each) for each in engine.thrown)
        if engine.status != "running":
            self._end(running)

    def add_task(self, running: Running, opened: OpenTask) -> None:
        """Note an open task: its row, its candidates, the parties it makes."""
        form_id = None
        if opened.form_key:
            if opened.form_binding == "latest":
                form_id = definitions.form_id(self.tx, opened.form_key)
            else:
                form_id = definitions.bundle_form_id(self.tx, running.bundle_id, opened.form_key)
        assignee = self.assign.get(opened.key) or opened.assignee or None
        if assignee:
            assignee = self.tx.posts.at_work(assignee)
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
                "follow_up_at": aware(opened.follow_up),
                "part": running.engine.part_of(opened.key),
            }
        )
        groups = [("group", str(group)) for group in dict.fromkeys(opened.candidate_groups)]
        at_work = map(self.tx.posts.at_work, map(str, opened.candidate_users))
        users = [("user", user) for user in dict.fromkeys(at_work)]
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
        before = {**running.waits_before}
        before.update((each.key, identity(each)) for each in running.engine.joined_waits)
        for key, was in before.items():
            if key not in now or identity(now[key]) != was:
                gone = self.gone_timers if was[0] == "timer" else self.gone_waits
                gone.append({"b_instance": running.id, "b_key": key})
        for key, found in now.items():
            if before.get(key) == identity(found):
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
                properties=self._evaluated(running, found),
            )
            self.waits.append(row)

    def _evaluated(self, running: Running, waiting: Wait) -> dict[str, str]:
        """Properties of a waiting event, expressions in them (`unit_clerk@${unit}`) evaluated now."""
        found = dict(waiting.properties)
        for key, text in waiting.properties.items():
            if "${" in text or text.startswith("="):
                value = compiled(text).evaluate(running.engine.seen_by(waiting.key), self.tx.world)
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
        if over and self.tx.counters.connections:
            self.told[running.id] = masking.public(running, engine.variables)
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
            if _UPDATE_STATE.run(db, state) != 1:
                raise StaleVersion(name=str(state["b_instance"]))
        _INSERT_STATE.run_many(db, self.new_states)
        _DELETE_PART.run_many(db, self.gone_parts)
        _KEEP_PART.run_many(db, self.parts)
        self._write_tasks(db)
        PARTY.run_many(db, [row for key, row in self.parties.items() if key not in self.known])
        _CLOSE_TASK.run_many(db, self.closed)
        _DELETE_TIMER.run_many(db, self.gone_timers)
        _DELETE_WAIT.run_many(db, self.gone_waits)
        _INSERT_TIMER.run_many(db, self.timers)
        _INSERT_WAIT.run_many(db, self.waits)
        _END.run_many(db, self.ended)
        deliveries.tell_ended(self.tx, self.told)
        history.INSERT.run_many(db, self.history)
        aside.write(self.tx, self.moved, self.actor)

    def _write_tasks(self, db: sa.Connection) -> None:
        if not self.tasks:
            return
        only = self.tasks[0] if len(self.tasks) == 1 else None
        made: list[Any] = (
            _INSERT_TASK.fetch(db, only) if only else list(db.execute(_INSERT_TASKS, self.tasks))
        )
        # The database may answer in another order; within an instance a key is open once.
        ids = {(row.instance_id, row.key): row.id for row in made}
        self.new_task_ids = [ids[row["instance_id"], row["key"]] for row in self.tasks]
        rows = [
            {"task_id": task_id, "kind": kind, "value": value}
            for task_id, listed in zip(self.new_task_ids, self.candidates, strict=True)
            for kind, value in listed
        ]
        _INSERT_CANDIDATE.run_many(db, rows)


def aware(moment: datetime | None) -> datetime | None:
    """A moment without a zone is meant in the office's."""
    if moment is None or moment.tzinfo is not None:
        return moment
    return moment.replace(tzinfo=SHANGHAI)
