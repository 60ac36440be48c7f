"""The running tree: SpiffWorkflow's tasks and workflows, made flat.

Differences from the stock classes, all by overriding:

- a task is a `Token`; its variables are those of its scope, not a copy;
- nothing is predicted: a token's followers are made when it completes, one per flow taken;
- workflows keep the set of unfinished tokens and a queue of ready ones, so that no step walks the tree;
- a workflow is complete when no unfinished token is left in it (no end join);
- ids are small numbers, counted by the instance, so that equal histories give equal ids.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping, MutableMapping
from typing import TYPE_CHECKING, Any, cast

from SpiffWorkflow.bpmn.util.subworkflow import BpmnSubWorkflow
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from workflows.engine.advancing import Advancing
from workflows.engine.model import Step, Surroundings, Thrown
from workflows.engine.scope import Counted, Scope

if TYPE_CHECKING:
    from workflows.engine.specs import Node, ProcessSpec

FUTURE, WAITING, READY, STARTED = TaskState.FUTURE, TaskState.WAITING, TaskState.READY, TaskState.STARTED
COMPLETED, CANCELLED = TaskState.COMPLETED, TaskState.CANCELLED
ACTIVE = WAITING | READY | STARTED
FINISHED = TaskState.FINISHED_MASK


class Token(Task):
    """A task of the running tree.

    Attributes:
        instance: it is one of the children of a multi-instance or loop activity.
        local: variables of its own; None where it has none.
        keep: new variables stay in `local` (see Scope).
        take: names of the specs to go on to, set by a gateway; None means by its flows.
    """

    id: int
    workflow: Flat
    task_spec: Node
    internal_data: dict[str, Any]

    def __init__(self, workflow: Flat, spec: Node, parent: Token | None, id: int | None = None) -> None:
        # The stock constructor draws a UUID, reads the clock and logs; none is wanted here.
        top = workflow.top
        self.id = top.next_id() if id is None else id
        self.workflow = workflow
        self._parent = None if parent is None else parent.id
        self._children: list[int] = []
        self._state = FUTURE
        self.triggered = False
        self.task_spec = spec
        self.thread_id = 0
        self.internal_data = {}
        self.last_state_change = 0.0
        self.local: dict[str, Any] | None = None
        self.keep = False
        self.take: list[str] | None = None
        workflow.tasks[self.id] = self
        if parent is not None:
            parent._children.append(self.id)

    # ---- variables
    @property
    def data(self) -> MutableMapping[str, Any]:
        """Variables this token sees and writes."""
        seen = self.workflow.seen
        if self.local is None:
            return seen
        outer = self.parent if self.task_spec.counted else None
        if outer is not None:
            count = outer.task_spec.counter
            return Counted(self.local, seen, self.keep, lambda name: count(outer, name))
        return Scope(self.local, seen, self.keep)

    @data.setter
    def data(self, value: object) -> None:
        raise AttributeError("variables belong to the scope; assign them one by one")

    def assign(self, variables: Mapping[str, Any]) -> None:
        """Write variables where they belong."""
        self.data.update(variables)

    @property
    def key(self) -> str:
        """The key others know this token by."""
        return f"t{self.id}"

    @property
    def instance(self) -> bool:
        """True for a child of a multi-instance or loop activity."""
        return self.triggered

    # ---- the tree
    @property
    def parent(self) -> Token | None:
        """The token this one came from."""
        return None if self._parent is None else self.workflow.tasks.get(self._parent)

    @property
    def children(self) -> list[Token]:
        """The tokens that came from this one."""
        if "apart" in self.internal_data:
            self.workflow.top.gather()
        tasks = self.workflow.tasks
        return [tasks[child] for child in self._children if child in tasks]

    @property
    def unfinished(self) -> bool:
        """True while it waits, is ready or has started."""
        return bool(self._state & ACTIVE)

    def spawn(self, spec_name: str) -> Token:
        """Make a follower on a spec; the caller has it arrive."""
        return Token(self.workflow, self.workflow.spec.task_specs[spec_name], self)

    # ---- life
    def arrive(self) -> None:
        """Reach the element: it becomes ready, or waits, as its spec says."""
        try:
            if self.task_spec._update_hook(self):
                self._ready()
            elif self._state == FUTURE:
                self._set_state(WAITING)
        except Exception as error:
            self.workflow.top.failed(self, "arrive", error)

    def _ready(self) -> None:
        if not self._state & FINISHED:
            self._set_state(READY)

    def run(self) -> bool | None:
        """Do what the element does; None means that it has only started."""
        result = self.task_spec._run_hook(self)
        if result is None:
            if self._state == READY:
                self._set_state(STARTED)
        elif self._state & ACTIVE:
            self.complete()
        return result

    def complete(self) -> None:
        """Finish, and send tokens along the flows taken."""
        try:
            self.task_spec._on_complete_hook(self)
        except Exception as error:
            self.workflow.top.failed(self, "complete", error)
        else:
            self.finish()

    def finish(self) -> None:
        """As `complete`, without the output parameters."""
        self._set_state(COMPLETED)
        self.leave("after")

    def leave(self, phase: str) -> None:
        """What follows completion: from phase `after` on, or from `leave` (see `parking`)."""
        stops = self.workflow.stops
        try:
            if phase == "after":
                self.task_spec.after(self)
                phase = "leave"
                if self.workflow.stops != stops:
                    return  # what it threw has stopped the scope it stands in
            targets = self.task_spec.outgoing(self) if self.take is None else self.take
        except Exception as error:
            self.workflow.top.failed(self, phase, error)
            return
        # All tokens are made before the first arrives, so that a join sees its siblings coming.
        followers = [self.spawn(name) for name in targets]
        for follower in followers:
            if follower._state == FUTURE and self.workflow.tasks.get(follower.id) is follower:
                follower.arrive()

    def cancel(self) -> None:
        """Stop this activity and all that runs inside it; branches that left it go on."""
        if self._state & ACTIVE:
            self._set_state(CANCELLED)
        elif self._state == FUTURE:
            self._state = CANCELLED
        self.cancel_inside()
        if self.workflow.undo:
            self.task_spec.forget(self)

    def cancel_inside(self) -> None:
        """Stop what runs inside: instances, armed boundary events, the subprocess."""
        for child in self.children:
            if child.instance or (child.task_spec.attached and (child._state == WAITING or _unarmed(child))):
                child.cancel()
        inner = self.workflow.top.subprocesses.get(self.id)
        if inner is not None and not inner.completed:
            inner.stop()

    def _set_state(self, value: int) -> None:
        self._state = value
        workflow = self.workflow
        top = workflow.top
        armed = self.task_spec.background and value == WAITING
        if armed:
            workflow.armed[self.id] = self
        elif self.task_spec.background:
            workflow.armed.pop(self.id, None)
        if value & ACTIVE and not armed:
            workflow.active[self.id] = self
            if value == READY and not self.task_spec.manual:
                top.queue.append(self)
        else:
            workflow.active.pop(self.id, None)
            if not workflow.active:
                top.idle.append(workflow)
        self.task_spec.note(self, value)


class _Flatness:
    """What the top workflow and the inner ones have in common.

    Attributes:
        active: unfinished tokens; without any, the workflow is complete.
        armed: tokens that wait beside them, for the start of an event subprocess.
        undo: what was done and can be compensated; see `compensation`.
        stops: how often it was stopped, wholly or but for one token, since it was loaded.
    """

    spec: ProcessSpec
    tasks: dict[int, Token]
    active: dict[int, Token]
    armed: dict[int, Token]
    undo: list[dict[str, Any]]
    stops: int
    data: MutableMapping[str, Any]
    completed: bool
    top: Top

    @property
    def seen(self) -> MutableMapping[str, Any]:
        """The variables as tokens see them: results of children that are apart are fetched on demand."""
        if not self.top.apart:
            return self.data
        from workflows.engine.parts import Apart

        return Apart(self.data, self.top)

    def begin(self, start_names: Iterable[str]) -> None:
        """Arm the event subprocesses, then send a token to each of the given specs."""
        self.root()
        stops = self.stops
        self.listen()
        if self.stops == stops:
            self.send(start_names)
        if not self.active:
            self.top.idle.append(cast("Flat", self))

    def root(self) -> None:
        """Plant the tree."""
        self.task_tree = root = Token(cast("Flat", self), self.spec.start, None)
        root._state = COMPLETED

    def listen(self) -> None:
        """Arm the event subprocesses; where one interrupts the scope at once, the rest are not wanted."""
        stops = self.stops
        for name in self.spec.listening:
            if self.stops == stops:
                self.task_tree.spawn(name).arrive()

    def send(self, names: Iterable[str]) -> None:
        """Send a token to each of the given specs; an event among them has happened."""
        openings = self.spec.openings
        # All tokens are made before the first arrives, as in `leave`.
        made = [(self.task_tree.spawn(openings.get(name, name)), name) for name in names]
        for token, name in made:
            token.task_spec.begin(token, name)

    def stop(self, spare: Token | None = None) -> None:
        """Cancel every unfinished token but one."""
        self.stops += 1
        for token in [*self.active.values(), *self.armed.values()]:
            if token is not spare:
                token.cancel()
        if spare is None:
            self.completed = True


class Inner(_Flatness, BpmnSubWorkflow):
    """The content of a subprocess or call activity."""

    def __init__(self, spec: ProcessSpec, host: Token, data: MutableMapping[str, Any], own: bool) -> None:
        # The stock constructor walks up the tree for its depth and makes events; not needed.
        self.spec = spec
        self.top = self.top_workflow = host.workflow.top
        self.parent_task_id = host.id
        self.host = host
        self.data = data
        self.own_data = own
        self.tasks = {}
        self.active = {}
        self.armed = {}
        self.undo = []
        self.stops = 0
        self.completed = False
        self.success = True
        self.last_task = None
        self.correlations: dict[str, Any] = {}


class Top(_Flatness, Advancing, BpmnWorkflow):
    """The root process of an instance."""

    def __init__(self, spec: ProcessSpec, specs: Mapping[str, ProcessSpec], around: Surroundings) -> None:
        self.around = around
        self.queue: deque[Token] = deque()
        self.idle: list[Flat] = []
        self.active = {}
        self.armed = {}
        self.undo = []
        self.stops = 0
        self.trail: list[Step] = []
        self.ends: list[str] = []
        self.thrown: list[Thrown] = []
        self.conditionals: dict[int, Token] = {}
        self.joins: dict[int, Token] = {}
        self.last_id = 0
        self.aside: dict[int, Token] = {}
        self.insisted = 0
        self.passing = 0
        self.apart: dict[int, Token] = {}  # activities whose children are not all in hand, see `parts`
        self.parts: dict[int, bytes] = {}  # as they were read or last written, of the children in hand
        self.fetch: Callable[[], None] | None = None
        super().__init__(spec, specs, script_engine=_NO_ENGINE, deserializing=True)
        self.top: Top = self
        self.subprocesses: dict[int, Inner] = {}

    def next_id(self) -> int:
        """Count up."""
        self.last_id += 1
        return self.last_id

    def gather(self) -> None:
        """Have all children in hand."""
        if self.apart and self.fetch is not None:
            self.fetch()

    def all_active(self) -> list[Token]:
        """Every unfinished token of the instance, oldest first."""
        found = [*self.active.values(), *self.armed.values()]
        for inner in self.subprocesses.values():
            found.extend(inner.active.values())
            found.extend(inner.armed.values())
        found.sort(key=_by_id)
        return found

    def find(self, token_id: int) -> Token | None:
        """The token of an id, in whatever scope."""
        token = self.tasks.get(token_id)
        if token is None:
            for inner in self.subprocesses.values():
                token = inner.tasks.get(token_id)
                if token is not None:
                    return token
        if token is None and self.apart:
            self.gather()
            return self.find(token_id)
        return token

    def open_inner(self, host: Token, spec_name: str, data: MutableMapping[str, Any], own: bool) -> Inner:
        """Open the content of a subprocess or call activity; `own`: it has variables of its own."""
        inner = Inner(self.subprocess_specs[spec_name], host, data, own)
        self.subprocesses[host.id] = inner
        return inner

    def close_inner(self, host: Token) -> None:
        """Forget a finished inner workflow, and what lies in it."""
        inner = self.subprocesses.pop(host.id, None)
        if inner is not None:
            for token in inner.tasks.values():
                if token.id in self.subprocesses:
                    self.close_inner(token)


Flat = Top | Inner


class _NoEngine:
    """Stands where SpiffWorkflow wants a script engine; expressions go through forms.feel instead."""


_NO_ENGINE = _NoEngine()


def _unarmed(token: Token) -> bool:
    """A boundary event that failed before it could wait."""
    failed = token.internal_data.get("incident")
    return failed is not None and failed["phase"] in ("arrive", "condition")


def _by_id(token: Token) -> int:
    return token.id
