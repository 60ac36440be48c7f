"""A running instance: start it or load it, move it, write it down."""

from __future__ import annotations

from collections.abc import Callable, Mapping, MutableMapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

from workflows.engine import codec, events, parking, parts
from workflows.engine.bundle import Bundle
from workflows.engine.event_specs import waits
from workflows.engine.looking import Looking, number_of, wait_of
from workflows.engine.model import (
    BusinessError,
    Incident,
    NoSuchTask,
    Status,
    Surroundings,
    Wait,
)
from workflows.engine.resetting import reset
from workflows.engine.shifting import Shift, shift
from workflows.engine.tokens import COMPLETED, READY, Top
from workflows.engine.values import pack

if TYPE_CHECKING:
    from forms.feel.calendar import Calendar


MOST_AT_ONCE = 1000
"""Timers that one step fires; what is left is due still. A circle of timers without length would never end."""


class Instance(Looking):
    """One running instance of a bundle's root process.

    A method that moves the instance raises Incident if the diagram fails; the instance must then be thrown
    away and loaded again from its last state.

    Attributes:
        bundle: what it runs on.
        status: `running`, `completed`, `cancelled`; `incident` after an Incident was raised.
        error: the sentence of that incident.
        trail: what happened since it was started or loaded, in order.
        thrown: messages and signals that left it since then.
        ends: ids of the end events reached, those of called processes too.
        joined_tasks: keys of the tasks that were open in children that came in hand after the load.
        joined_waits: what waited in them.
    """

    def __init__(self, bundle: Bundle, top: Top, status: Status) -> None:
        self.bundle = bundle
        self.status = status
        self.error: str | None = None
        self.joined_tasks: frozenset[str] = frozenset()
        self.joined_waits: tuple[Wait, ...] = ()
        self._homes: Mapping[int, int] = {}
        self._top = top

    # ---- coming and going
    @classmethod
    def start(
        cls,
        bundle: Bundle,
        variables: Mapping[str, Any],
        around: Surroundings,
        *,
        start_event: str | None = None,
    ) -> Instance:
        """Start an instance and run it up to where it waits.

        Args:
            start_event: id of the start event that happened; None for the plain one.

        Raises:
            Incident: the diagram failed.
            ValueError: there is no such start event, or none to choose.
        """
        instance = cls.prepare(bundle, variables, around)
        instance.begin(start_event)
        return instance

    @classmethod
    def prepare(cls, bundle: Bundle, variables: Mapping[str, Any], around: Surroundings) -> Instance:
        """An instance that has not begun; so that its trail can be seen even if its first steps fail."""
        top = Top(bundle.specs[bundle.root], bundle.specs, around)
        top.data.update(variables)
        return cls(bundle, top, "running")

    def begin(self, start_event: str | None = None) -> None:
        """Begin a prepared instance; see `start`."""
        spec = self.bundle.specs[self.bundle.root]
        names = (start_event,) if start_event is not None else spec.entries
        if not names or (start_event is not None and start_event not in spec.starts):
            raise ValueError(f"process {self.bundle.root} cannot start at {start_event!r}")
        self._move(lambda: self._top.begin(names))

    @classmethod
    def load(
        cls,
        bundle: Bundle,
        blob: bytes,
        around: Surroundings,
        *,
        part: tuple[int, bytes] | None = None,
        rest: Callable[[], Mapping[int, bytes]] | None = None,
    ) -> Instance:
        """Read an instance back. Raises StateUnreadable if the state is not of this bundle.

        Args:
            part: number and state of one child that `split` wrote apart, to have it in hand.
            rest: fetches all of them, by number; asked when something needs those that are not in hand.
        """
        top, status = codec.load(blob, bundle.specs[bundle.root], bundle.specs, around)
        instance = cls(bundle, top, cast(Status, status))
        if top.apart:
            top.fetch = lambda: instance._fetch(rest)
            if part is not None:
                codec.add_part(top, *part)
                parts.came(top, part[0])
        return instance

    def gather(self) -> None:
        """Have all children in hand that are written apart."""
        self._top.gather()

    def _fetch(self, rest: Callable[[], Mapping[int, bytes]] | None) -> None:
        top = self._top
        hosts, top.apart = list(top.apart.values()), {}
        if rest is None:
            raise codec.StateUnreadable(reason="its parts are missing")
        known = {token.id for token in top.all_active()}
        for number, blob in sorted(rest().items()):
            if number not in top.parts:
                codec.add_part(top, number, blob)
        parts.put_together(hosts)
        joined = [token for token in top.all_active() if token.id not in known]
        self.joined_tasks |= {
            token.key for token in joined if token._state == READY and token.task_spec.manual
        }
        self.joined_waits += tuple(wait_of(token) for token in joined if waits(token))

    def split(self) -> tuple[bytes, dict[int, bytes | None]]:
        """Write the state down with the children of large multi-instance activities apart.

        Returns the state, and by number the children that changed since load; None for one that is gone.
        """
        if self.status == "incident":
            raise ValueError("an instance that met an incident must be loaded again")
        top = self._top
        state, written, self._homes = codec.split(top, self.status)
        changed: dict[int, bytes | None] = {
            number: blob for number, blob in written.items() if top.parts.get(number) != blob
        }
        changed.update((number, None) for number in top.parts if number not in written)
        top.parts = written
        return state, changed

    def part_of(self, task_key: str) -> int | None:
        """Number of the part an open task was written in by `split`; None if in the state itself."""
        return self._homes.get(number_of(task_key))

    def dump(self) -> bytes:
        """Write the state down, apart from the specs."""
        if self.status == "incident":
            raise ValueError("an instance that met an incident must be loaded again")
        return codec.dump(self._top, self.status)

    @property
    def around(self) -> Surroundings:
        """What the instance may know and ask of the outside."""
        return self._top.around

    @around.setter
    def around(self, around: Surroundings) -> None:
        self._top.around = around

    # ---- moving
    def shift(self, former: Calendar, opened: Mapping[str, datetime], began: datetime) -> list[Shift]:
        """Count due times again that the former calendar of working days gave; see `shifting`."""
        return shift(self._top, former, opened, began)

    def complete(self, task_key: str, variables: Mapping[str, Any]) -> None:
        """Finish a user task with what was filled in, and run on. Raises NoSuchTask, Incident."""
        token = self._open(task_key)

        def finish() -> None:
            token.assign(variables)
            self._top.attempt(token)

        self._move(finish)

    def message(
        self, name: str, variables: Mapping[str, Any] | None = None, *, wait_key: str | None = None
    ) -> bool:
        """Bring a message to the event that waits for it (the oldest, or `wait_key`); True if one did."""
        return self._deliver("message", name, variables or {}, wait_key)

    def signal(self, name: str, variables: Mapping[str, Any] | None = None) -> bool:
        """Bring a signal to every event that waits for it; True if one did."""
        return self._deliver("signal", name, variables or {}, None)

    def _deliver(self, kind: str, name: str, variables: Mapping[str, Any], wait_key: str | None) -> bool:
        only = None if wait_key is None else number_of(wait_key)
        caught: list[bool] = []
        self._move(lambda: caught.append(events.deliver(self._top, kind, name, variables, only)))
        return caught[0]

    def fire_due(self, until: datetime | None = None) -> int:
        """Fire the timers due at `around.world.at`, in the order of their times; how many fired.

        A timer that is armed by another and due already fires in the same call; a cycle fires once, however
        many rounds were missed.

        Args:
            until: leave those that were due later than this.
        """
        count = 0
        while count < MOST_AT_ONCE and self.fire_next(until):
            count += 1
        return count

    def fire_next(self, until: datetime | None = None) -> bool:
        """Fire the one timer that is due first; False if none is due. Raises Incident."""
        at = self._top.around.world.at
        due = events.due_tokens(self._top, at if until is None else min(at, until))
        if not due:
            return False
        self._move(lambda: events.fire_timer(due[0], at))
        return True

    def trigger(self, wait_key: str, variables: Mapping[str, Any] | None = None) -> None:
        """Have one waiting event happen, of whatever kind, as if it had come. Raises NoSuchTask, Incident."""
        token = self._top.find(number_of(wait_key))
        if token is None or not waits(token) or self.status != "running":
            raise NoSuchTask(wait_key)
        self._move(lambda: token.task_spec.fire(token, variables or {}))

    def retry(self, key: str) -> None:
        """Do once more what failed. Raises NoSuchTask."""
        token = self._aside(key, parking.SET_ASIDE)
        self._move(lambda: parking.retry(token))

    def skip(self, key: str, variables: Mapping[str, Any]) -> None:
        """Go on behind an incident or a job as though it were done, with these variables. Raises NoSuchTask."""
        token = self._aside(key)
        pack(dict(variables))

        def act() -> None:
            token.assign(variables)
            parking.skip(token)

        self._move(act)

    def change_variables(self, key: str, variables: Mapping[str, Any]) -> None:
        """Write variables where an incident or a job stands. Raises NoSuchTask; TypeError for what cannot be stored."""
        token = self._aside(key)
        pack(dict(variables))
        self._move(lambda: token.assign(variables))

    def run_job(self, key: str) -> None:
        """Run an element that waited for its job. Raises NoSuchTask; Incident if it fails itself."""
        token = self._aside(key, parking.JOB)
        self._move(lambda: parking.run_job(token))

    def finish_job(self, key: str, variables: Mapping[str, Any]) -> None:
        """What was done outside is done. Raises NoSuchTask."""
        token = self._aside(key, parking.JOB)
        self._move(lambda: parking.finish_job(token, variables))

    def error_in_job(self, key: str, error: BusinessError) -> None:
        """What was done outside ended in an error for the diagram to catch. Raises NoSuchTask."""
        token = self._aside(key, parking.JOB)
        self._move(lambda: parking.error_in_job(token, error))

    def reset_to(self, task_key: str) -> None:
        """Open a finished task again (退回); all that followed it is undone. Raises NoSuchTask, Incident.

        Variables stay as they are. Works into finished subprocesses and called processes too; finished
        children of a multi-instance activity that is over are gone, go back to the activity itself.
        """
        token = self._top.find(number_of(task_key))
        if token is None or token._state != COMPLETED or self.status != "running":
            raise NoSuchTask(task_key)
        self._move(lambda: reset(token))

    def reword(self, change: Callable[[str, Any], Any]) -> bool:
        """Put each variable of every scope through `change(name, value)`; whether any became another.

        Nothing moves by it. Raises TypeError for what cannot be stored.
        """
        self._top.gather()
        changed = False
        for scope in self._scopes():
            for name, value in list(scope.items()):
                now = change(name, value)
                if now != value:
                    pack({name: now})
                    scope[name] = now
                    changed = True
        return changed

    def _scopes(self) -> list[MutableMapping[str, Any]]:
        """Where variables are kept: the process, what has variables of its own, and tokens with some."""
        top = self._top
        found = [top.data, *(inner.data for inner in top.subprocesses.values() if inner.own_data)]
        for workflow in (top, *top.subprocesses.values()):
            found.extend(token.local for token in workflow.tasks.values() if token.local is not None)
        return found

    def cancel(self) -> None:
        """Stop everything; no end event is reached."""
        self._top.stop()
        self._top.queue.clear()
        self.status = "cancelled"

    # ---- inside
    def _move(self, act: Any) -> None:
        try:
            act()
            self._top.advance()
        except Incident as incident:
            self.status, self.error = "incident", incident.tell("zh")
            raise
        if self._top.completed and self.status == "running":
            self.status = "completed"
