"""The words of the engine: values that go in and come out, and the errors it tells.

Nothing here imports SpiffWorkflow, so that `zhunru check` starts fast.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from forms.faults import Refused

if TYPE_CHECKING:
    from forms.feel import World

Severity = Literal["error", "warning"]
Status = Literal["running", "completed", "cancelled", "incident"]


# ---------------------------------------------------------------- files and findings
@dataclass(frozen=True)
class Source:
    """One file of a deployment.

    Attributes:
        name: file name; its suffix (.bpmn, .dmn, .form) is its kind.
        content: the bytes as uploaded.
    """

    name: str
    content: bytes

    @property
    def kind(self) -> str:
        """Suffix without the dot, in small letters: `bpmn`, `dmn`, `form`, or whatever it is."""
        return self.name.rpartition(".")[2].lower() if "." in self.name else ""


@dataclass(frozen=True)
class Finding:
    """One thing a check has to say about a file.

    Attributes:
        severity: an error keeps the file from being deployed, a warning does not.
        rule: stable name of the rule, such as `flow.unknown-target`.
        element: id of the element as drawn; empty where the whole file is meant.
        zh, en: the sentence.
    """

    severity: Severity
    rule: str
    element: str
    zh: str
    en: str

    def tell(self, locale: str = "zh") -> str:
        """Return the sentence in a locale (`en...` is English, all else Chinese)."""
        return self.en if locale.lower().startswith("en") else self.zh


@dataclass(frozen=True)
class FileReport:
    """The verdict on one file."""

    file: str
    findings: tuple[Finding, ...]

    @property
    def deployable(self) -> bool:
        """True if no finding is an error."""
        return not any(finding.severity == "error" for finding in self.findings)


@dataclass(frozen=True)
class Known:
    """What exists besides the files at hand.

    Forms, decisions and processes count besides those of the files. `services` and `groups` are only
    checked where given: None means that everything may exist. A candidate group may be `role@unit`; the
    role is what is looked up.
    """

    forms: Collection[str] = ()
    decisions: Collection[str] = ()
    processes: Collection[str] = ()
    services: Collection[str] | None = None
    groups: Collection[str] | None = None


# ---------------------------------------------------------------- a compiled process
@dataclass(frozen=True)
class ElementInfo:
    """One element of a process as drawn.

    Attributes:
        id: id as drawn.
        name: its name, empty where it has none.
        type: BPMN tag without namespace (`userTask`, `exclusiveGateway`, ...).
        lane: name of its lane.
        form_key: key of its form.
        form_binding: `deployment` (default), `latest`, `version`.
        candidate_groups: as written, expressions not evaluated.
        properties: `camunda:property` name -> value.
        scope: id of the process or subprocess it stands in.
        multi: `parallel`, `sequential`, `loop` or empty.
    """

    id: str
    name: str
    type: str
    lane: str = ""
    form_key: str = ""
    form_binding: str = "deployment"
    candidate_groups: tuple[str, ...] = ()
    properties: Mapping[str, str] = field(default_factory=dict)
    scope: str = ""
    multi: str = ""


@dataclass(frozen=True)
class ProcessInfo:
    """One process of a bundle: what it is called, its lanes, its elements, and the drawing itself.

    Attributes:
        file: name of the source it came from.
        lanes: names in drawn order.
        elements: element id -> info, subprocess content included.
        xml: the bytes of its file, for the viewer.
    """

    id: str
    name: str
    file: str
    lanes: tuple[str, ...]
    elements: Mapping[str, ElementInfo]
    xml: bytes
    properties: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class TimerStart:
    """A start event with a timer: `kind` is `date`, `duration` or `cycle`, `text` as written."""

    element: str
    kind: Literal["date", "duration", "cycle"]
    text: str


@dataclass(frozen=True)
class StartInfo:
    """How instances of a process begin.

    Attributes:
        element: id of the plain start event, empty where there is none.
        form_key: form to fill before the instance starts.
        initiator: variable that takes who started it.
        candidate_starters: groups of `camunda:candidateStarterGroups`, as written.
        messages: message name -> id of the start event it starts.
        signals: signal name -> id of the start event.
        timers: start events with a timer.
    """

    element: str = ""
    form_key: str = ""
    form_binding: str = "deployment"
    initiator: str = ""
    candidate_starters: tuple[str, ...] = ()
    messages: Mapping[str, str] = field(default_factory=dict)
    signals: Mapping[str, str] = field(default_factory=dict)
    timers: tuple[TimerStart, ...] = ()


# ---------------------------------------------------------------- the outside of a running instance
@dataclass(frozen=True)
class ServiceCall:
    """What a service is asked to do.

    Attributes:
        name: of the service (`camunda:delegateExpression="${name}"`, or `camunda:topic`).
        element, element_name: the element as drawn.
        process: id of the process it stands in.
        variables: all variables it can see. Read only: a service answers by what it returns.
        inputs: `camunda:inputParameter` name -> value, and `camunda:field` names.
        key: the same for every attempt of this very call within this instance, and for no other.
    """

    name: str
    element: str
    element_name: str
    process: str
    variables: Mapping[str, Any]
    inputs: Mapping[str, Any]
    key: str


@dataclass(frozen=True)
class Surroundings:
    """What a running instance may know and ask of the outside.

    Attributes:
        services: asks a service.
        parks: whether a failure stops its own token alone, which is then set aside (see `Instance.incidents`);
            None, or False for a failure, raises the Incident instead.
        later: service name, and whether the diagram says `camunda:type="external"` -> `remote` or `external` for
            a job outside of the step, empty for now; None runs everything at once, `camunda:asyncBefore` too.
    """

    world: World
    services: Callable[[ServiceCall], Mapping[str, Any] | None]
    parks: Callable[[Incident], bool] | None = None
    later: Callable[[str, bool], str] | None = None


@dataclass(frozen=True)
class OpenTask:
    """A user task (or manual task) that waits for a person.

    `key` stays the same as long as the task is open, also over dump and load. In a multi-instance activity
    each child is a task of its own. Expressions (assignee, groups, dates, priority) are evaluated. `recorders` are
    the groups whose members may enter what was decided on paper (`camunda:property name="recorders"`).
    """

    key: str
    element: str
    name: str
    type: str
    lane: str
    process: str
    form_key: str
    form_binding: str
    assignee: str | None
    candidate_users: tuple[str, ...]
    candidate_groups: tuple[str, ...]
    due: datetime | None
    follow_up: datetime | None
    priority: int
    properties: Mapping[str, str]
    variables: Mapping[str, Any]
    index: int | None = None
    recorders: tuple[str, ...] = ()


def came_later(key: str, than: str) -> bool:
    """True if a task (by its key) came to be after another; whatever follows a task comes later than it."""
    return int(key[1:]) > int(than[1:])


@dataclass(frozen=True)
class Wait:
    """An event or receive task that waits.

    Attributes:
        type: `timer`, `message`, `signal`, `conditional`, `error`, `escalation` or `cancel`.
        message: name of the message or signal awaited.
        due: when a timer fires; None for all else.
        attached_to: element a boundary event sits on.
    """

    key: str
    element: str
    name: str
    type: str
    message: str | None
    due: datetime | None
    properties: Mapping[str, str]
    process: str = ""
    attached_to: str = ""
    task_key: str = ""


@dataclass(frozen=True)
class OpenIncident:
    """A token that stands still because a step failed; the other branches go on.

    Attributes:
        type: BPMN tag of the element.
        phase: what failed; see `workflows.engine.parking`.
        zh, en: the cause.
    """

    key: str
    element: str
    name: str
    type: str
    process: str
    phase: str
    zh: str
    en: str


@dataclass(frozen=True)
class OpenJob:
    """A token that waits until its element is run, or done, outside of the step.

    Attributes:
        kind: `step` (run it by `run_job`), `remote` or `external` (`finish_job`, `error_in_job`).
        topic: name of the service, or the topic.
        retries: `camunda:failedJobRetryTimeCycle` as written.
    """

    key: str
    element: str
    name: str
    type: str
    process: str
    kind: str
    topic: str
    priority: int
    retries: str


@dataclass(frozen=True)
class Step:
    """Something that happened to a drawn element, in order.

    `key` is the task key, so that a user task's `entered` and `completed` belong together.
    """

    element: str
    name: str
    type: str
    process: str
    event: Literal["entered", "completed", "cancelled"]
    key: str = ""


@dataclass(frozen=True)
class Thrown:
    """A message or signal that left the instance, for other instances to catch.

    `correlation` is what the element's `camunda:property name="correlation"` says, evaluated.
    """

    kind: Literal["message", "signal"]
    name: str
    variables: Mapping[str, Any]
    element: str
    correlation: str = ""


@dataclass(frozen=True)
class TryResult:
    """What `zhunru try` tells.

    `path`: completed elements as drawn, in order; `waiting`: element, type, due; `unused`: elements of answers
    that nobody asked for.
    """

    status: Literal["completed", "waiting", "incident", "refused"]
    path: tuple[str, ...] = ()
    waiting: tuple[Mapping[str, Any], ...] = ()
    data: Mapping[str, Any] = field(default_factory=dict)
    error: str | None = None
    findings: tuple[Finding, ...] = ()
    ends: tuple[str, ...] = ()
    unused: tuple[str, ...] = ()


# ---------------------------------------------------------------- errors
class EngineError(Refused):
    """Base of the engine's errors."""


class DefinitionRefused(EngineError):
    """A diagram cannot be deployed or run; `findings` say why."""

    zh = "流程定义有 {count} 处错误，首先是：{first_zh}"
    en = "The definition has {count} errors, the first being: {first_en}"

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = tuple(findings)
        wrong = [finding for finding in self.findings if finding.severity == "error"]
        first = wrong[0] if wrong else None
        super().__init__(
            count=len(wrong),
            first_zh=first.zh if first else "",
            first_en=first.en if first else "",
        )


class NoSuchTask(EngineError):
    """The task is not (or no longer) open in this instance."""

    zh = "这个办理环节不存在或已办结"
    en = "There is no such open task in this instance"

    def __init__(self, key: str) -> None:
        super().__init__(key=key)


class Incident(EngineError):
    """Something in the diagram failed while it ran: a script, a decision, a service, an uncaught error event.

    The instance it left must be thrown away: load it again from its last state.

    Attributes:
        element: id of the element that failed.
        cause: the error behind it, if there is one.
    """

    zh = "流程在“{element_name}”（{element}）处发生异常：{reason}"
    en = "The process failed at {element}: {reason}"

    def __init__(
        self, element: str, reason: str, *, element_name: str = "", cause: BaseException | None = None
    ) -> None:
        self.element = element
        self.cause = cause
        super().__init__(element=element, element_name=element_name or element, reason=reason)

    def words(self) -> tuple[str, str]:
        """The cause alone, in Chinese and English. Of a strange error its kind: its text may quote anything."""
        cause, reason = self.cause, str(self.facts["reason"])
        if isinstance(cause, Refused):
            return cause.tell("zh"), cause.tell("en")
        if cause is not None and str(cause) != reason:
            kind = type(cause).__name__
            return f"系统未能完成此步({kind})", f"The system could not do this step ({kind})"
        zh, _, en = reason.partition(" / ")
        return zh, en or zh


class BusinessError(EngineError):
    """Raised by a service: a fault the diagram may catch with an error boundary event of this code."""

    zh = "业务错误 {code}：{reason}"
    en = "Business error {code}: {reason}"

    def __init__(self, code: str, reason: str = "", variables: Mapping[str, Any] | None = None) -> None:
        self.code = code
        self.variables = dict(variables or {})
        super().__init__(code=code, reason=reason)
