"""`zhunru try`: run a diagram in memory on a virtual clock.

The clock stands at `world.at` and jumps to the next due time only when nothing else can move and no user task,
message or signal waits unanswered. With `until`, timers due up to then fire whatever waits, and none later.
A service answers what an answer to its element says, else nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from workflows.engine.drawing import NotReadable, called_by, descendants, executable_processes, read_xml
from workflows.engine.model import (
    BusinessError,
    DefinitionRefused,
    EngineError,
    Finding,
    Incident,
    ServiceCall,
    Source,
    Surroundings,
    TryResult,
)

if TYPE_CHECKING:
    from forms.feel import World
    from workflows.engine.bundle import Bundle
    from workflows.engine.instance import Instance


class UnknownElement(EngineError):
    """An answer names an element that is not drawn."""

    zh = "流程及其调用的流程里没有元素“{element}”，无法给出答复"
    en = "Neither the process nor one it calls has an element {element} to answer"


ERROR = "bpmn_error"
"""With a code in an answer to a service: it fails with this error, for the diagram to catch."""

_MOVES = 20_000
"""Answers and timers one try may take."""


def try_run(
    sources: Sequence[Source],
    *,
    world: World,
    process: str | None = None,
    data: Mapping[str, Any] | None = None,
    answers: Sequence[tuple[str, Mapping[str, Any]]] = (),
    until: datetime | None = None,
) -> TryResult:
    """Run a diagram in memory.

    Args:
        sources: the diagram first, then what lies beside it.
        process: id of the process; None for the only executable one of the first source.
        data: variables at the start.
        answers: (element id, variables) for user tasks, messages, signals and services; those to one element
            are used up in order.
        until: the clock does not pass this moment.

    Raises:
        UnknownElement: an answer to what neither the process nor one it calls has.
    """
    try:
        prepared = prepare(sources, process)
    except DefinitionRefused as refused:
        return TryResult("refused", error=refused.tell("zh"), findings=tuple(refused.findings))
    return prepared.run(world, data, answers, until)


@dataclass(frozen=True)
class Prepared:
    """A diagram ready to be tried, any number of times: its bundle, and what the check said of it."""

    bundle: Bundle
    findings: tuple[Finding, ...]

    def run(
        self,
        world: World,
        data: Mapping[str, Any] | None = None,
        answers: Sequence[tuple[str, Mapping[str, Any]]] = (),
        until: datetime | None = None,
    ) -> TryResult:
        """Run it once; see `try_run`. Raises UnknownElement."""
        for element, _ in answers:
            if not any(element in info.elements for info in self.bundle.processes.values()):
                raise UnknownElement(element=element)
        return _Try(self.bundle, world, answers, until).run(data or {}, self.findings)


def prepare(sources: Sequence[Source], process: str | None = None) -> Prepared:
    """Compile a diagram for tries. Raises DefinitionRefused with all findings of the check."""
    from workflows.engine.bundle import compile_bundle
    from workflows.engine.checking import check

    findings = check(sources[:1], sources[1:])[0].findings
    try:
        root = process if process is not None else _only_process(sources[0])
        return Prepared(compile_bundle(root, sources), tuple(findings))
    except DefinitionRefused as refused:
        raise DefinitionRefused(list(dict.fromkeys([*findings, *refused.findings]))) from refused


def _only_process(source: Source) -> str:
    """The process to run: the only executable one, or the only one that no other of the file calls."""
    try:
        root = read_xml(source.content)
    except NotReadable as fault:
        raise DefinitionRefused([Finding("error", fault.rule, "", fault.zh, fault.en)]) from fault
    ids = executable_processes(root)
    if len(ids) > 1:
        called = {called_by(call) for call in descendants(root, "callActivity")}
        ids = [key for key in ids if key not in called]
    if len(ids) == 1:
        return ids[0]
    raise DefinitionRefused(
        [
            Finding(
                "error",
                "process.none" if not ids else "process.several",
                "",
                "图中没有可执行的流程"
                if not ids
                else f"图中有多个可执行的流程，请指明一个：{'、'.join(ids)}",
                "There is no executable process in the diagram"
                if not ids
                else f"There are several executable processes; name one of {', '.join(ids)}",
            )
        ]
    )


class _Try:
    """One run: the answers left, the clock, the path so far."""

    def __init__(
        self,
        bundle: Bundle,
        world: World,
        answers: Sequence[tuple[str, Mapping[str, Any]]],
        until: datetime | None,
    ) -> None:
        self.bundle = bundle
        self.answers = list(answers)
        self.until = until
        self.around = Surroundings(world, self.serve)
        self.instance: Instance | None = None

    def serve(self, call: ServiceCall) -> Mapping[str, Any]:
        """Answer for a service."""
        given = self.take(call.element) or {}
        if ERROR in given:
            rest = {name: value for name, value in given.items() if name != ERROR}
            raise BusinessError(str(given[ERROR]), "", rest)
        return given

    def take(self, element: str) -> Mapping[str, Any] | None:
        """The next answer to an element, used up."""
        for place, (name, given) in enumerate(self.answers):
            if name == element:
                del self.answers[place]
                return given
        return None

    def run(self, data: Mapping[str, Any], findings: Sequence[Finding]) -> TryResult:
        """Run to the end, to where it waits, or to an incident."""
        from workflows.engine.instance import Instance

        error: str | None = None
        try:
            start = self.start_event()
            due = self.start_due(start)
            if due is not None and self.until is not None and due > self.until:
                return self.not_begun(start, due, data, findings)
            if due is not None:
                self.put_clock(due)
            given = self.start_answer(start)
            self.instance = Instance.prepare(self.bundle, {**data, **given}, self.around)
            self.instance.begin(start)
            for _ in range(_MOVES):
                if self.instance.status != "running" or not (self.answered() or self.jumped()):
                    break
        except Incident as incident:
            error = incident.tell("zh")
        except (EngineError, ValueError) as fault:
            error = fault.tell("zh") if isinstance(fault, EngineError) else str(fault)
        instance = self.instance
        if instance is None:
            return TryResult("incident", error=error, findings=tuple(findings))
        status = "incident" if error is not None else instance.status
        return TryResult(
            "completed" if status == "completed" else "incident" if status == "incident" else "waiting",
            path=tuple(step.element for step in instance.trail if step.event == "completed"),
            waiting=tuple(_waiting(instance)) if status == "running" else (),
            data=instance.variables,
            error=error,
            findings=tuple(findings),
            ends=tuple(instance.ends),
            unused=tuple(name for name, _ in self.answers),
        )

    def start_event(self) -> str | None:
        """The start event: one that is answered, else the plain one, else the first."""
        spec = self.bundle.specs[self.bundle.root]
        named = [name for name, _ in self.answers if name in spec.starts]
        if named:
            return named[0]
        return None if spec.entries or not spec.starts else spec.starts[0]

    def start_answer(self, start: str | None) -> Mapping[str, Any]:
        """Variables that come with the start event."""
        spec = self.bundle.specs[self.bundle.root]
        chosen = start or next(iter(spec.entries), "")
        return self.take(chosen) or {} if chosen in spec.starts else {}

    def start_due(self, start: str | None) -> datetime | None:
        """When a timer begins the instance; None if something else does, or its time is past."""
        from workflows.engine.timers import next_start

        chosen = start or next(iter(self.bundle.specs[self.bundle.root].entries), "")
        if any(name == chosen for name, _ in self.answers):
            return None
        world = self.around.world
        for timer in self.bundle.start.timers:
            if timer.element == chosen:
                return next_start(timer.kind, timer.text, world.at, world)
        return None

    def not_begun(
        self, start: str | None, due: datetime, data: Mapping[str, Any], findings: Sequence[Finding]
    ) -> TryResult:
        """The clock may not go as far as the start."""
        chosen = start or next(iter(self.bundle.specs[self.bundle.root].entries), "")
        waiting: dict[str, Any] = {"element": chosen, "type": "timer", "due": due}
        return TryResult(
            "waiting",
            waiting=(waiting,),
            data=data,
            findings=tuple(findings),
            unused=tuple(name for name, _ in self.answers),
        )

    def put_clock(self, at: datetime) -> None:
        """Put the clock forward."""
        world = self.around.world
        if at > world.at:
            self.around = replace(self.around, world=replace(world, at=at))
            if self.instance is not None:
                self.instance.around = self.around

    def answered(self) -> bool:
        """Give the first answer that somebody waits for; True if there was one."""
        instance = self.instance
        if instance is None or not self.answers:
            return False
        tasks = {task.element: task.key for task in reversed(instance.user_tasks)}
        waits = {wait.element: wait for wait in reversed(instance.waits)}
        for name, _ in self.answers:
            if name in tasks:
                instance.complete(tasks[name], self.take(name) or {})
                return True
            wait = waits.get(name)
            if wait is not None:
                instance.trigger(wait.key, self.take(name) or {})
                return True
        return False

    def jumped(self) -> bool:
        """Put the clock to the next due time and fire; True if there was one to go to."""
        instance = self.instance
        due = instance.next_due if instance is not None else None
        if instance is None or due is None:
            return False
        if self.until is not None:
            if due > self.until:
                return False
        elif instance.open_keys or any(wait.type in ("message", "signal") for wait in instance.waits):
            return False
        self.put_clock(due)
        return instance.fire_next()


def _waiting(instance: Instance) -> list[dict[str, Any]]:
    tasks = [
        (task.key, {"element": task.element, "type": task.type, "due": task.due})
        for task in instance.user_tasks
    ]
    waits = [
        (
            wait.key,
            {"element": wait.element, "type": wait.type, "due": wait.due}
            | ({"attached_to": wait.attached_to} if wait.attached_to else {}),
        )
        for wait in instance.waits
        if wait.type in ("timer", "message", "signal", "conditional")
    ]
    found = [each for _, each in sorted([*tasks, *waits], key=lambda entry: int(entry[0][1:]))]
    # Where nobody and nothing is waited for, a join holds what is left: it waits for flows that will not come.
    return found or [{"element": step.element, "type": step.type, "due": None} for step in instance.stuck]
