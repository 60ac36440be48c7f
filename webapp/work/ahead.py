"""What may come next: the steps a person does that follow, in a drawing, those where an instance stands."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from defusedxml import ElementTree

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
STEPS = frozenset({"userTask", "callActivity", "manualTask"})
ENOUGH = 4
_NAMED = re.compile(rb'\sname="[^"]*\$\{[^"]*"')
_TOLD_APART = re.compile(rb"\s*(?:" + "：".encode() + rb"|:)?\s*\$\{[^}\"]*\}")


@lru_cache(maxsize=64)
def _drawing(xml: bytes) -> tuple[dict[str, tuple[str, str]], dict[str, list[str]]]:
    """Read a diagram: element id -> (type, name), and element id -> ids that its flows lead to."""
    root = ElementTree.fromstring(spoken(xml))
    elements: dict[str, tuple[str, str]] = {}
    flows: dict[str, list[str]] = {}
    for element in root.iter():
        kind, ident = str(element.tag).removeprefix(BPMN), element.get("id")
        if kind == "sequenceFlow":
            flows.setdefault(element.get("sourceRef", ""), []).append(element.get("targetRef", ""))
        elif ident and str(element.tag).startswith(BPMN):
            elements[ident] = (kind, (element.get("name") or "").strip())
    return elements, flows


def spoken(xml: bytes) -> bytes:
    """A diagram for reading: what tells a name apart (`逐项评议：${item.name}`) is known to a token, not to a drawing.

    On bytes, for a drawing need not be in UTF-8.
    """
    return _NAMED.sub(lambda found: _TOLD_APART.sub(b"", found[0]), xml)


def process_name(xml: bytes, key: str) -> str:
    """The name of a process in a diagram, else its key."""
    kind, name = _drawing(xml)[0].get(key, ("", ""))
    return name if kind == "process" and name else key


@lru_cache(maxsize=64)
def calls(xml: bytes) -> dict[str, str]:
    """The calls of a diagram: id of the call activity -> key of the process it calls."""
    found = ElementTree.fromstring(xml).iter(BPMN + "callActivity")
    return {each.get("id", ""): each.get("calledElement", "").rpartition(":")[2] for each in found}


def steps_ahead(xml: bytes, active: Iterable[str]) -> list[str]:
    """Return the names of the nearest steps after `active`, nearest first; each branch ends at its first step."""
    elements, flows = _drawing(xml)
    standing = set(active)
    seen = set(standing)
    nearest = [target for each in standing for target in flows.get(each, [])]
    names: list[str] = []
    while nearest and len(names) < ENOUGH:
        beyond: list[str] = []
        for each in nearest:
            if each in seen:
                continue
            seen.add(each)
            kind, name = elements.get(each, ("", ""))
            if kind in STEPS:
                if name and name not in names:
                    names.append(name.replace("\n", ""))
            else:
                beyond += flows.get(each, [])
        nearest = beyond
    return names[:ENOUGH]
