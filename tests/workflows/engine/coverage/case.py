"""What a case is, and short ways to write one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.workflows.engine.builders import diagram, flows, nodes
from workflows.engine import Source


@dataclass(frozen=True)
class Try:
    """One run of a diagram: what goes in, and what comes out.

    Attributes:
        path: ids of the completed elements, in order, parted by spaces.
        waiting: elements that wait at the end.
        holds: variables at the end, as far as they matter.
    """

    path: str
    data: Mapping[str, Any] = field(default_factory=dict)
    answers: tuple[tuple[str, Mapping[str, Any]], ...] = ()
    status: str = "completed"
    waiting: tuple[str, ...] = ()
    holds: Mapping[str, Any] = field(default_factory=dict)
    until: datetime | None = None
    process: str | None = None


@dataclass(frozen=True)
class Case:
    """A diagram for a row of docs/BPMN_COVERAGE.md, and how it runs."""

    row: str
    says: str
    drawn: Source
    tries: tuple[Try, ...]
    beside: tuple[Source, ...] = ()


@dataclass(frozen=True)
class Refusal:
    """A diagram for a row of docs/BPMN_COVERAGE.md that may not be deployed."""

    row: str
    says: str
    drawn: Source
    rule: str


def case(row: str, says: str, elements: str, connected: str, *tries: Try, outside: str = "") -> Case:
    """A case of one diagram."""
    return Case(row, says, diagram(elements, connected, outside), tries)


def refusal(
    row: str, says: str, elements: str, connected: str, rule: str = "element.unsupported", outside: str = ""
) -> Refusal:
    """A diagram that is refused."""
    return Refusal(row, says, diagram(elements, connected, outside), rule)


def inner(elements: str, connected: str) -> str:
    """The content of a subprocess, in one line."""
    return nodes(elements) + flows(connected)


def event(kind: str, reference: str = "", body: str = "") -> str:
    """An event definition: `event("signal", "S")`, `event("compensate")`."""
    attribute = f' {kind}Ref="{reference}"' if reference else ""
    return f"<bpmn:{kind}EventDefinition{attribute}>{body}</bpmn:{kind}EventDefinition>"


def timer(text: str, kind: str = "timeDuration") -> str:
    """A timer."""
    return event("timer", body=f"<bpmn:{kind}>{text}</bpmn:{kind}>")


def condition(text: str) -> str:
    """A conditional event."""
    return event("conditional", body=f"<bpmn:condition>{text}</bpmn:condition>")


def on_event(key: str, start: str, elements: str, connected: str, interrupting: bool = True) -> str:
    """An event subprocess as a line; its start event is `{key}s`, its end event `{key}e`."""
    stops = "" if interrupting else ' isInterrupting="false"'
    content = inner(f"startEvent {key}s{stops} | {start}\n{elements}\nend {key}e", f"{connected} -> {key}e")
    return f'subProcess {key} triggeredByEvent="true" | {content}'


def undone_by(event_id: str, handler: str) -> str:
    """An association from a compensation event to its handler, as a line."""
    return f'association {event_id}_{handler} sourceRef="{event_id}" targetRef="{handler}"'


SIGNAL = '<bpmn:signal id="S" name="stop"/>'
MESSAGE = '<bpmn:message id="M" name="go"/>'
ERROR = '<bpmn:error id="E" errorCode="bad"/>'
ESCALATION = '<bpmn:escalation id="C" escalationCode="slow"/>'
