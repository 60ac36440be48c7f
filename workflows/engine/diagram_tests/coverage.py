"""Which elements and sequence flows of a diagram its tests walk."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from workflows.engine.drawing import NotReadable, descendants, local_name, read_xml
from workflows.engine.model import Source


@dataclass
class Coverage:
    """Elements and sequence flows of a diagram that no case has walked."""

    elements: list[str] = field(default_factory=list)
    flows: list[str] = field(default_factory=list)


_NODES = ("Task", "task", "Event", "Gateway", "subProcess", "transaction", "adHocSubProcess", "callActivity")


def coverage(diagram: Source, paths: Iterable[Sequence[str]]) -> Coverage:
    """What of a diagram no path has walked.

    A sequence flow counts as walked when its target comes after its source, before the source comes again.
    """
    try:
        root = read_xml(diagram.content)
    except NotReadable:
        return Coverage()
    walks = [list(path) for path in paths]
    seen = {element for path in walks for element in path}
    nodes = [
        element.get("id", "")
        for element in root.iter()
        if isinstance(element.tag, str) and local_name(element).endswith(_NODES)
    ]
    found = Coverage([ident for ident in nodes if ident and ident not in seen])
    for flow in descendants(root, "sequenceFlow"):
        source, target = flow.get("sourceRef", ""), flow.get("targetRef", "")
        if not any(_follows(path, source, target) for path in walks):
            found.flows.append(flow.get("id", ""))
    return found


def _follows(path: Sequence[str], source: str, target: str) -> bool:
    waiting = False
    for element in path:
        if element == target and waiting:
            return True
        if element == source:
            waiting = True
    return False
