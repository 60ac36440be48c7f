"""What a rule sees: one diagram, indexed, and what exists around it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cached_property

from lxml import etree

from workflows.engine.drawing import children, is_bpmn, local_name
from workflows.engine.model import Finding

FLOW_NODES = frozenset(
    (
        "startEvent",
        "endEvent",
        "intermediateCatchEvent",
        "intermediateThrowEvent",
        "boundaryEvent",
        "task",
        "userTask",
        "manualTask",
        "serviceTask",
        "scriptTask",
        "sendTask",
        "receiveTask",
        "businessRuleTask",
        "callActivity",
        "subProcess",
        "transaction",
        "adHocSubProcess",
        "exclusiveGateway",
        "parallelGateway",
        "inclusiveGateway",
        "eventBasedGateway",
        "complexGateway",
        "callChoreography",
        "choreographyTask",
        "subChoreography",
    )
)
GATEWAYS = frozenset(name for name in FLOW_NODES if name.endswith("Gateway"))
SCOPES = frozenset({"subProcess", "transaction", "adHocSubProcess"})
ACTIVITIES = (
    frozenset(name for name in FLOW_NODES if name.endswith("Task")) | SCOPES | {"task", "callActivity"}
)


@dataclass(frozen=True)
class Around:
    """What exists among the files, beside them and in the application; None where nobody knows.

    `forms`, `decisions`, `processes`, `services`, `groups`: keys and names.
    """

    forms: Collection[str] | None = None
    decisions: Collection[str] | None = None
    processes: Collection[str] | None = None
    services: Collection[str] | None = None
    groups: Collection[str] | None = None


@dataclass(frozen=True)
class Node:
    """A flow node with the scope (process or subprocess) it stands in."""

    element: etree._Element
    scope: etree._Element

    @property
    def id(self) -> str:
        """Its id, or empty."""
        return self.element.get("id", "")

    @property
    def kind(self) -> str:
        """Its tag."""
        return local_name(self.element)

    @property
    def title(self) -> str:
        """What to call it in a sentence."""
        return self.element.get("name") or self.id


class Look:
    """One diagram under check."""

    def __init__(self, name: str, root: etree._Element, around: Around) -> None:
        self.name = name
        self.root = root
        self.around = around

    @cached_property
    def processes(self) -> list[etree._Element]:
        """All processes of the file."""
        return children(self.root, "process")

    @cached_property
    def executable(self) -> list[etree._Element]:
        """Processes that are to run; without the attribute a process is taken as executable."""
        return [process for process in self.processes if process.get("isExecutable", "true") in ("true", "1")]

    @cached_property
    def ids(self) -> dict[str, list[etree._Element]]:
        """Id -> every BPMN element that has it."""
        found: dict[str, list[etree._Element]] = {}
        for element in self.root.iter(etree.Element):
            key = element.get("id")
            if key is not None and is_bpmn(element):
                found.setdefault(key, []).append(element)
        return found

    def one(self, key: str) -> etree._Element | None:
        """The BPMN element of an id, or None."""
        found = self.ids.get(key)
        return found[0] if found else None

    @cached_property
    def nodes(self) -> list[Node]:
        """Every flow node of the executable processes, in drawn order."""
        return [node for process in self.executable for node in _nodes(process)]

    @cached_property
    def all_nodes(self) -> list[Node]:
        """Every flow node of all processes."""
        return [node for process in self.processes for node in _nodes(process)]

    @cached_property
    def flows(self) -> list[tuple[etree._Element, etree._Element]]:
        """Every sequence flow of all processes, with its scope."""
        return [(flow, scope) for scope in self.scopes for flow in children(scope, "sequenceFlow")]

    @cached_property
    def scopes(self) -> list[etree._Element]:
        """Processes and subprocesses."""
        return [
            *self.processes,
            *(node.element for node in self.all_nodes if node.kind in SCOPES | {"subChoreography"}),
        ]

    @cached_property
    def outgoing(self) -> dict[str, list[etree._Element]]:
        """Node id -> flows that leave it."""
        found: dict[str, list[etree._Element]] = {}
        for flow, _ in self.flows:
            found.setdefault(flow.get("sourceRef", ""), []).append(flow)
        return found

    @cached_property
    def incoming(self) -> dict[str, list[etree._Element]]:
        """Node id -> flows that enter it."""
        found: dict[str, list[etree._Element]] = {}
        for flow, _ in self.flows:
            found.setdefault(flow.get("targetRef", ""), []).append(flow)
        return found


def _nodes(scope: etree._Element) -> Iterator[Node]:
    for element in scope:
        if is_bpmn(element) and local_name(element) in FLOW_NODES:
            yield Node(element, scope)
            if local_name(element) in SCOPES | {"subChoreography"}:
                yield from _nodes(element)


def error(rule: str, element: str, zh: str, en: str) -> Finding:
    """A finding that keeps the file from being deployed."""
    return Finding("error", rule, element, zh, en)


def warning(rule: str, element: str, zh: str, en: str) -> Finding:
    """A finding to think about."""
    return Finding("warning", rule, element, zh, en)
