"""A process with all it needs, compiled once. Threads may share it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from lxml import etree

from workflows.engine.drawing import (
    BPMN,
    NotReadable,
    bare,
    called_by,
    camunda,
    children,
    descendants,
    executable_processes,
    is_bpmn,
    is_true,
    lanes_of,
    local_name,
    processes_of,
    read_xml,
)
from workflows.engine.extensions import event_plan, form_of, names_of, properties_of, rounds_of
from workflows.engine.model import (
    DefinitionRefused,
    ElementInfo,
    Finding,
    ProcessInfo,
    Source,
    StartInfo,
    TimerStart,
)
from workflows.engine.reading import expression_names
from workflows.engine.rules.look import FLOW_NODES, SCOPES

if TYPE_CHECKING:
    from workflows.engine.dmn import Decisions
    from workflows.engine.specs import ProcessSpec


@dataclass(frozen=True)
class Ruled:
    """A decision of the bundle: where it is, and the names of its outputs."""

    decisions: Decisions
    outputs: tuple[str, ...]


@dataclass(frozen=True)
class Bundle:
    """The compiled closure of one process.

    Attributes:
        root: id of the process that starts.
        processes: process id -> info, the root and all it calls.
        decisions: decision id -> decision, those of all .dmn sources.
        form_keys: keys of all forms the closure names, in drawn order.
        reads: names of variables that some expression or decision of the closure reads.
        start: how instances of the root begin.
        services: names of all services the closure asks.
        specs: spec name (process or subprocess id) -> compiled spec; for the engine alone.
    """

    root: str
    processes: Mapping[str, ProcessInfo]
    decisions: Mapping[str, Ruled]
    form_keys: tuple[str, ...]
    reads: frozenset[str]
    start: StartInfo
    services: tuple[str, ...] = ()
    specs: Mapping[str, ProcessSpec] = field(default_factory=dict, repr=False)

    def element(self, process: str, element: str) -> ElementInfo | None:
        """An element of a process, or None."""
        info = self.processes.get(process)
        return None if info is None else info.elements.get(element)


def compile_bundle(root: str, sources: Sequence[Source]) -> Bundle:
    """Compile the process `root` and all it calls.

    Args:
        root: id of the process.
        sources: the files that hold it, its called processes and its decisions; others may be among them.

    Raises:
        DefinitionRefused: a file cannot be read, or holds what cannot run.
    """
    from workflows.engine.checking import refusals

    findings = refusals(root, sources)
    if findings:
        raise DefinitionRefused(findings)
    sources = closure_of(root, sources)
    roots = {source.name: read_xml(source.content) for source in sources if source.kind == "bpmn"}
    where = _where(roots)
    wanted = _closure(root, where)
    decisions = _decisions(sources)
    specs = _specs(wanted, where, roots, decisions)
    contents = {source.name: source.content for source in sources}
    processes = {key: _process_info(*where[key], contents[where[key][0]]) for key in wanted}
    reads = expression_names([where[key][1] for key in wanted])
    for process in (where[key][1] for key in wanted):
        for task in descendants(process, "businessRuleTask"):
            found = decisions.get(camunda(task, "decisionRef"))
            if found is not None:
                reads |= found.decisions.names(camunda(task, "decisionRef"))
    return Bundle(
        root=root,
        processes=processes,
        decisions=decisions,
        form_keys=_form_keys(processes.values()),
        reads=frozenset(reads),
        start=_start_info(where[root][1], roots[where[root][0]]),
        services=_services([where[key][1] for key in wanted]),
        specs=specs,
    )


def process_ids(source: Source) -> list[str]:
    """Ids of the processes of a diagram that can be run; none where it cannot be read."""
    try:
        return executable_processes(read_xml(source.content))
    except NotReadable:
        return []


def closure_of(root: str, sources: Sequence[Source]) -> list[Source]:
    """The files a process needs: those of the processes it calls, and of the decisions they ask.

    Files that cannot be read are left out, unless nothing else defines the root.
    """
    readable: dict[str, etree._Element] = {}
    for source in sources:
        if source.kind in ("bpmn", "dmn"):
            try:
                readable.setdefault(source.name, read_xml(source.content))
            except NotReadable:
                continue
    diagrams = {s.name: readable[s.name] for s in sources if s.kind == "bpmn" and s.name in readable}
    where = _where(diagrams)
    needed: set[str] = set()
    asked: set[str] = set()
    todo, seen = [root], set()
    while todo:
        key = todo.pop()
        if key in seen or key not in where:
            continue
        seen.add(key)
        name, process = where[key]
        needed.add(name)
        todo.extend(called_by(call) for call in descendants(process, "callActivity"))
        asked |= {camunda(task, "decisionRef") for task in descendants(process, "businessRuleTask")}
    for source in sources:
        if source.kind == "dmn" and source.name in readable:
            held = {e.get("id") for e in readable[source.name] if local_name(e) == "decision"} & asked
            if held:
                asked -= held
                needed.add(source.name)
    needed |= _imported(
        needed, {s.name: readable[s.name] for s in sources if s.kind == "dmn" and s.name in readable}
    )
    if root not in where:
        return list(sources)
    found: dict[str, Source] = {}
    for source in sources:
        if source.name in needed:
            found.setdefault(source.name, source)
    return list(found.values())


def _imported(needed: set[str], files: Mapping[str, etree._Element]) -> set[str]:
    """Names of the decision files that needed ones import, and those that these import."""
    spaces = {root.get("namespace"): name for name, root in files.items()}
    found: set[str] = set()
    todo = [name for name in needed if name in files]
    while todo:
        for part in files[todo.pop()]:
            name = spaces.get(part.get("namespace")) if local_name(part) == "import" else None
            if name is not None and name not in found:
                found.add(name)
                todo.append(name)
    return found


def _where(roots: Mapping[str, etree._Element]) -> dict[str, tuple[str, etree._Element]]:
    """Process id -> file and element; the first file that defines it counts."""
    found: dict[str, tuple[str, etree._Element]] = {}
    for name, document in roots.items():
        for process in processes_of(document):
            found.setdefault(process.get("id", ""), (name, process))
    return found


def _closure(root: str, where: Mapping[str, tuple[str, etree._Element]]) -> list[str]:
    """The root and all processes called from it, root first."""
    found: list[str] = []
    todo = [root]
    while todo:
        key = todo.pop(0)
        if key in found:
            continue
        if key not in where:
            raise DefinitionRefused(
                [
                    Finding(
                        "error",
                        "call.unknown-process",
                        key,
                        f"找不到流程“{key}”",
                        f"Process {key} was not found",
                    )
                ]
            )
        found.append(key)
        todo.extend(called_by(call) for call in descendants(where[key][1], "callActivity"))
    return found


def _specs(
    wanted: Sequence[str],
    where: Mapping[str, tuple[str, etree._Element]],
    roots: Mapping[str, etree._Element],
    decisions: Mapping[str, Ruled],
) -> dict[str, ProcessSpec]:
    """Compile the wanted processes and their subprocesses."""
    from workflows.engine.parser import BundleParser
    from workflows.engine.specs import RuleTask, SubProcess

    specs: dict[str, ProcessSpec] = {}
    for file in dict.fromkeys(where[key][0] for key in wanted):
        parser = BundleParser()
        parser.add_bpmn_xml(roots[file], file)
        todo = [key for key in wanted if where[key][0] == file]
        while todo:
            key = todo.pop()
            specs[key] = spec = parser.get_spec(key)
            for task in spec.task_specs.values():
                if isinstance(task, RuleTask):
                    task.decisions = decisions
                elif isinstance(task, SubProcess):
                    todo.append(task.spec)
    return specs


def _decisions(sources: Sequence[Source]) -> dict[str, Ruled]:
    found: dict[str, Ruled] = {}
    beside = [source.content for source in sources if source.kind == "dmn"]
    for source in sources:
        if source.kind != "dmn":
            continue
        from workflows.engine.dmn import load_decisions

        loaded = load_decisions(source.content, source.name, beside)
        for key in loaded.ids:
            decision = loaded.find(key)
            names = decision.output_names if decision is not None else ()
            if len(names) <= 1:
                names = ((names[0] if names else "") or loaded.titles[key],)
            found.setdefault(key, Ruled(loaded, tuple(names)))
    return found


# ---------------------------------------------------------------- descriptions
def flow_nodes(scope: etree._Element) -> Iterator[tuple[etree._Element, etree._Element]]:
    """Every flow node below a process with the process or subprocess it stands in, in drawn order."""
    for node in scope:
        if is_bpmn(node) and local_name(node) in FLOW_NODES:
            yield node, scope
            if local_name(node) in SCOPES:
                yield from flow_nodes(node)


def _process_info(file: str, process: etree._Element, content: bytes) -> ProcessInfo:
    lanes = lanes_of(process)
    elements: dict[str, ElementInfo] = {}
    for node, scope in flow_nodes(process):
        key = node.get("id", "")
        scope_id = scope.get("id", "")
        form_key, binding = form_of(node)
        elements[key] = ElementInfo(
            id=key,
            name=node.get("name", ""),
            type=local_name(node),
            lane=lanes.get(key) or (elements[scope_id].lane if scope_id in elements else ""),
            form_key=form_key,
            form_binding=binding,
            candidate_groups=_listed(camunda(node, "candidateGroups")),
            properties=properties_of(node),
            scope=scope_id,
            multi=_multi(node),
        )
    return ProcessInfo(
        id=process.get("id", ""),
        name=process.get("name", "") or process.get("id", ""),
        file=file,
        lanes=tuple(dict.fromkeys(lane.get("name") or "" for lane in descendants(process, "lane"))),
        elements=elements,
        xml=content,
        properties=properties_of(process),
    )


def _multi(node: etree._Element) -> str:
    if children(node, "standardLoopCharacteristics"):
        return "loop"
    for loop in children(node, "multiInstanceLoopCharacteristics"):
        return "sequential" if loop.get("isSequential", "false") in ("true", "1") else "parallel"
    return ""


def _listed(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _form_keys(processes: Any) -> tuple[str, ...]:
    keys = [
        element.form_key
        for process in processes
        for element in process.elements.values()
        if element.form_key and "${" not in element.form_key
    ]
    return tuple(dict.fromkeys(keys))


def _services(processes: Sequence[etree._Element]) -> tuple[str, ...]:
    from workflows.engine.extensions import performer, service_name

    names = [
        service_name(performer(node))
        for process in processes
        for node, _ in flow_nodes(process)
        if local_name(node) in ("serviceTask", "sendTask", "intermediateThrowEvent", "endEvent")
    ]
    return tuple(dict.fromkeys(name for name in names if name))


def _start_info(process: etree._Element, document: etree._Element) -> StartInfo:
    names = names_of(document)
    plain: etree._Element | None = None
    messages: dict[str, str] = {}
    signals: dict[str, str] = {}
    timers: list[TimerStart] = []
    for start in (*children(process, "startEvent"), *_instantiating(process)):
        plan, key = event_plan(start, names), start.get("id", "")
        for each in plan.each:
            if each.kind == "message":
                messages[each.name] = key
            elif each.kind == "signal":
                signals[each.name] = key
            elif each.kind == "timer":
                timers.append(TimerStart(key, each.timer, each.text))
        if not plan.kind and plain is None:
            plain = start
    first = plain if plain is not None else next(iter(children(process, "startEvent")), None)
    form_key, binding = form_of(first) if first is not None else ("", "deployment")
    return StartInfo(
        element=plain.get("id", "") if plain is not None else "",
        form_key=form_key,
        form_binding=binding,
        initiator=camunda(first, "initiator") if first is not None else "",
        candidate_starters=_listed(camunda(process, "candidateStarterGroups")),
        messages=messages,
        signals=signals,
        timers=tuple(timers),
    )


def _instantiating(process: etree._Element) -> Iterator[etree._Element]:
    """What begins an instance without being a start event: receive tasks, and events behind a gateway."""
    entered = {bare(flow.get("targetRef")) for flow in children(process, "sequenceFlow")}
    for task in children(process, "receiveTask"):
        if is_true(task, "instantiate") and task.get("id") not in entered:
            yield task
    for gateway in children(process, "eventBasedGateway"):
        if is_true(gateway, "instantiate") and gateway.get("id") not in entered:
            behind = {
                bare(flow.get("targetRef"))
                for flow in children(process, "sequenceFlow")
                if bare(flow.get("sourceRef")) == gateway.get("id")
            }
            yield from (node for node in process if node.get("id") in behind)


__all__ = ["BPMN", "Bundle", "Ruled", "compile_bundle", "flow_nodes", "rounds_of"]
