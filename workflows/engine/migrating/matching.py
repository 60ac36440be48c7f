"""Which element of the new version an element of the old one is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

from workflows.engine.bundle import Bundle
from workflows.engine.compensation import INSIDE, UNDO
from workflows.engine.event_specs import Catch, EndEvent, StartEvent
from workflows.engine.events import EventPlan
from workflows.engine.gateways import ExclusiveGateway, Gather
from workflows.engine.model import Finding
from workflows.engine.multi import Repeated
from workflows.engine.specs import CallActivity, Node, ProcessSpec, SubProcess

Renames = Mapping[str, Mapping[str, str]]
"""Process id -> element id of the old version -> element id of the new one; empty: there is none."""


@dataclass(frozen=True)
class Place:
    """An element of the old version that the new one does not have under its id, or not of its kind.

    Attributes:
        process: id of the process it stands in.
        type: BPMN tag.
        choices: (id, name) of the elements of the new version it may become, the new ones first.
        proposed: id of the one that has its name; empty where there is none.
    """

    process: str
    element: str
    name: str
    type: str
    choices: tuple[tuple[str, str], ...]
    proposed: str = ""


def counterpart(old: Node, scope: ProcessSpec, renames: Renames) -> Node | None:
    """The spec that a spec of the old version becomes in a scope of the new one; None if there is none."""
    specs = scope.task_specs
    if old.name in (UNDO, INSIDE):
        return _node(specs.get(old.name))
    if isinstance(old, Gather):
        process = cast(ProcessSpec, old._wf_spec).process_id
        return _node(specs.get(f"#gather {_renamed(process, old.flows[0].target, renames)}"))
    key = old.bpmn_id
    if not key or old.name.startswith("#"):
        return None
    found = _node(specs.get(_renamed(old.process_id, key, renames)))
    if old.name != key:  # the child of an activity of several instances
        return _node(specs.get(found.task_spec)) if isinstance(found, Repeated) else None
    return found


def _renamed(process: str, element: str, renames: Renames) -> str:
    return renames.get(process, {}).get(element, element)


def _node(spec: Any) -> Node | None:
    return spec if isinstance(spec, Node) else None


def fits(old: Node, new: Node) -> bool:
    """Whether what is open at one may be open at the other."""
    if type(old) is not type(new) or old.plan.tag != new.plan.tag:
        return False
    return not isinstance(old, Catch) or same_event(old.plan.event, new.plan.event)


def same_event(old: EventPlan, new: EventPlan) -> bool:
    """Whether both wait for the same sort of event; of several definitions one must be of the same sort."""
    if old.parts or new.parts:
        kinds = {part.kind for part in old.each}
        return old.parallel == new.parallel and any(part.kind in kinds for part in new.each)
    return old.kind == new.kind


def inner_scope(host: Node, bundle: Bundle) -> ProcessSpec | None:
    """The content of a subprocess or call."""
    return bundle.specs.get(host.spec) if isinstance(host, (SubProcess, CallActivity)) else None


def drawn(scope: ProcessSpec) -> Iterator[Node]:
    """The elements of a scope as drawn; an activity of several instances once."""
    for spec in scope.task_specs.values():
        if isinstance(spec, Node) and spec.bpmn_id == spec.name:
            yield spec


def single(spec: Node, scope: ProcessSpec) -> Node:
    """What an activity of several instances runs; any other spec itself."""
    return cast(Node, scope.task_specs[spec.task_spec]) if isinstance(spec, Repeated) else spec


# ---------------------------------------------------------------- what a person is to map
_PASSED = (StartEvent, EndEvent, ExclusiveGateway)


def places(old: Bundle, new: Bundle) -> list[Place]:
    """The elements of the old version to be mapped, scope by scope, in drawn order."""
    found: list[Place] = []
    todo = [(old.specs[old.root], new.specs[new.root])] if old.root == new.root else []
    seen = set()
    while todo:
        before, now = todo.pop(0)
        if before.name in seen:
            continue
        seen.add(before.name)
        settled = {spec.name for spec in drawn(before) if _settled(spec, now)}
        for spec in drawn(before):
            target = now.task_specs.get(spec.name) if spec.name in settled else None
            if target is None and not isinstance(spec, _PASSED):
                place = _place(spec, now, settled)
                found.append(place)
                target = now.task_specs.get(place.proposed)
            if isinstance(target, Node):
                inside = inner_scope(single(spec, before), old), inner_scope(single(target, now), new)
                if inside[0] is not None and inside[1] is not None:
                    todo.append((inside[0], inside[1]))
    return found


def _settled(spec: Node, now: ProcessSpec) -> bool:
    target = now.task_specs.get(spec.name)
    return isinstance(target, Node) and fits(spec, target)


def _place(spec: Node, now: ProcessSpec, settled: set[str]) -> Place:
    fitting = [each for each in drawn(now) if fits(spec, each)]
    fitting.sort(key=lambda each: each.name in settled)
    free = [each for each in fitting if each.name not in settled]
    named = [each for each in free if each.bpmn_name and each.bpmn_name == spec.bpmn_name]
    return Place(
        process=spec.process_id,
        element=spec.name,
        name=spec.bpmn_name or "",
        type=spec.plan.tag,
        choices=tuple((each.name, each.bpmn_name or "") for each in fitting),
        proposed=named[0].name if named else "",
    )


def misdirected(old: Bundle, new: Bundle, renames: Renames) -> list[Finding]:
    """What is wrong with a mapping as such: elements that neither version has."""
    found = []
    for process, renamed in renames.items():
        known = old.processes[process].elements if process in old.processes else {}
        targets = {key for info in new.processes.values() for key in info.elements}
        for element, target in renamed.items():
            if element not in known:
                found.append(_unknown(element, "原版本", "old"))
            if target and target not in targets:
                found.append(_unknown(target, "新版本", "new"))
    return found


def _unknown(element: str, zh: str, en: str) -> Finding:
    return Finding(
        "error",
        "migration.unknown-element",
        element,
        f"{zh}中没有元素“{element}”",
        f"The {en} version has no element {element}",
    )
