"""What a rule sees: one diagram, indexed, and what exists around it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from lxml import etree

from workflows.engine.drawing import bare, children, is_bpmn, local_name, processes_of
from workflows.engine.model import Finding
from workflows.engine.reading import Text, texts_of

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
CHOREOGRAPHIES = frozenset({"callChoreography", "choreographyTask", "subChoreography"})
EVENTS = frozenset(name for name in FLOW_NODES if name.endswith("Event"))
ACTIVITIES = (
    frozenset(name for name in FLOW_NODES if name.endswith("Task")) | SCOPES | {"task", "callActivity"}
) - CHOREOGRAPHIES


_OWN_LANGUAGES = ("feel", "juel", "unified-expression", "unifiedexpression")
"""Words in the names of the languages that expressions are written in here."""
_STANDARD = ("http://www.omg.org/", "http://www.w3.org/")
"""How the namespaces begin that extend BPMN by nothing."""
_ENGINES = ("camunda", "zeebe", "activiti", "flowable", "operaton", "drools", "spiffworkflow", "cibseven")
"""Words in the namespaces that diagrams for an engine declare, used or not."""


@dataclass(frozen=True)
class Around:
    """What exists among the files, beside them and in the application; None where nobody knows.

    Attributes:
        forms, decisions, processes, services, groups: keys and names.
        files: lower-case base names of all files at hand.
        spaces: target namespace -> ids of the BPMN elements defined under it -> their tags.
        drawings: lower-case base name of a diagram -> its target namespace and the ids in it.
        fields: form key -> keys of its fields, for the forms at hand.
        outputs: decision id -> names of what it gives back, for the decisions at hand.
        calls: process id -> names that callers hand in; None where a caller hands in everything.
    """

    forms: Collection[str] | None = None
    decisions: Collection[str] | None = None
    processes: Collection[str] | None = None
    services: Collection[str] | None = None
    groups: Collection[str] | None = None
    files: Collection[str] | None = None
    spaces: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    drawings: Mapping[str, tuple[str, frozenset[str]]] = field(default_factory=dict)
    fields: Mapping[str, frozenset[str]] = field(default_factory=dict)
    outputs: Mapping[str, frozenset[str]] = field(default_factory=dict)
    calls: Mapping[str, frozenset[str] | None] = field(default_factory=dict)


@dataclass(frozen=True)
class Node:
    """A flow node with the scope (process, subprocess or choreography) it stands in."""

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
        """Processes that are to run; without the attribute a process is taken as executable.

        A global task is a process of one task.
        """
        found = processes_of(self.root)[len(self.processes) :]
        said = [process for process in self.processes if is_true(process, "isExecutable", "true")]
        return [*said, *found]

    @cached_property
    def to_the_letter(self) -> bool:
        """True for a file whose expressions are in a language that is not ours, and which extends BPMN by nothing.

        Modellers leave out what the engine they draw for takes for granted; such a file has only the
        specification to be understood by.
        """
        language = self.root.get("expressionLanguage", "").lower()
        if not language or any(name in language for name in _OWN_LANGUAGES):
            return False
        declared = " ".join(str(space) for space in self.root.nsmap.values()).lower()
        if any(name in declared for name in _ENGINES):
            return False
        names = {name for each in self.root.iter(etree.Element) for name in (each.tag, *each.attrib)}
        return not any("{" in name and not name[1:].startswith(_STANDARD) for name in names)

    @cached_property
    def by_tag(self) -> dict[str, list[etree._Element]]:
        """Tag -> every BPMN element of it, in document order."""
        found: dict[str, list[etree._Element]] = {}
        for element in self.root.iter(etree.Element):
            if is_bpmn(element):
                found.setdefault(local_name(element), []).append(element)
        return found

    @cached_property
    def texts(self) -> list[tuple[etree._Element, list[Text]]]:
        """Each executable process with the texts of it that are evaluated."""
        return [(process, list(texts_of(process))) for process in self.executable]

    def all(self, *tags: str) -> Iterator[etree._Element]:
        """Every BPMN element of some tags."""
        for tag in tags:
            yield from self.by_tag.get(tag, ())

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

    def to(self, reference: str | None) -> etree._Element | None:
        """The BPMN element that a reference means, a prefix before its id left aside; None if there is none."""
        key = bare(reference)
        return self.one(key) if key else None

    @cached_property
    def nodes(self) -> list[Node]:
        """Every flow node of the executable processes, in drawn order."""
        return [node for process in self.executable for node in _nodes(process)]

    @cached_property
    def all_nodes(self) -> list[Node]:
        """Every flow node of all processes and choreographies."""
        tops = [*self.processes, *children(self.root, "choreography")]
        return [node for top in tops for node in _nodes(top)]

    @cached_property
    def of_kind(self) -> dict[str, list[Node]]:
        """Tag -> flow nodes of all processes and choreographies."""
        found: dict[str, list[Node]] = {}
        for node in self.all_nodes:
            found.setdefault(node.kind, []).append(node)
        return found

    @cached_property
    def flows(self) -> list[tuple[etree._Element, etree._Element]]:
        """Every sequence flow of all processes and choreographies, with its scope."""
        return [(flow, scope) for scope in self.scopes for flow in children(scope, "sequenceFlow")]

    @cached_property
    def scopes(self) -> list[etree._Element]:
        """Processes, subprocesses and choreographies."""
        return [
            *self.processes,
            *children(self.root, "choreography"),
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

    @cached_property
    def attached(self) -> dict[str, list[etree._Element]]:
        """Activity id -> boundary events that sit on it."""
        found: dict[str, list[etree._Element]] = {}
        for node in self.of_kind.get("boundaryEvent", ()):
            found.setdefault(bare(node.element.get("attachedToRef")), []).append(node.element)
        return found

    @cached_property
    def _running(self) -> set[etree._Element]:
        return set(self.executable)

    def runs(self, element: etree._Element) -> bool:
        """True for what stands in an executable process."""
        return any(above in self._running for above in element.iterancestors()) or element in self._running


def _nodes(scope: etree._Element) -> Iterator[Node]:
    for element in scope:
        if is_bpmn(element) and local_name(element) in FLOW_NODES:
            yield Node(element, scope)
            if local_name(element) in SCOPES | {"subChoreography"}:
                yield from _nodes(element)


def is_true(element: etree._Element, name: str, default: str = "false") -> bool:
    """The value of a boolean attribute."""
    return element.get(name, default).strip() in ("true", "1")


def nearest_id(element: etree._Element) -> str:
    """Id of an element, or of the nearest around it that has one."""
    for found in (element, *element.iterancestors()):
        if found.get("id"):
            return str(found.get("id"))
    return ""


def texts(element: etree._Element, name: str) -> list[str]:
    """Texts of the children of a name, such as the ids in `incoming`."""
    return [(child.text or "").strip() for child in children(element, name)]


def error(rule: str, element: str, zh: str, en: str) -> Finding:
    """A finding that keeps the file from being deployed."""
    return Finding("error", rule, element, zh, en)


def warning(rule: str, element: str, zh: str, en: str) -> Finding:
    """A finding to think about."""
    return Finding("warning", rule, element, zh, en)
