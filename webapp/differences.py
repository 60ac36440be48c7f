"""What a new version of a file changes: its elements, rules, fields or named cells, by id."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from forms.faults import Refused
from templates_xlsx.grid import open_workbook

CELLS = ("inputEntry", "outputEntry")  # of a decision table: told by their rule
Parts = dict[str, tuple[str, str]]  # id -> name, all that makes it what it is


@dataclass(frozen=True)
class Difference:
    """One part of a file that came, went or reads differently."""

    kind: Literal["added", "removed", "changed"]
    element: str
    name: str


def differences(old: bytes, new: bytes, suffix: str) -> list[Difference]:
    """Compare two versions of a file; nothing where either cannot be read."""
    try:
        before, now = _READERS[suffix](old), _READERS[suffix](new)
    except (KeyError, ValueError, ParseError, DefusedXmlException, Refused):
        return []
    added = [Difference("added", key, now[key][0]) for key in now if key not in before]
    removed = [Difference("removed", key, before[key][0]) for key in before if key not in now]
    cells = (_cells(old), _cells(new)) if suffix == ".dmn" else ({}, {})
    changed = [
        Difference("changed", key, _told(cells[0].get(key), cells[1].get(key)) or now[key][0])
        for key in now
        if before.get(key, now[key]) != now[key]
    ]
    return [*added, *removed, *changed]


def _cells(content: bytes) -> dict[str, dict[str, str]]:
    """Rule id -> label of the column -> its cell, of every decision table."""
    found: dict[str, dict[str, str]] = {}
    for table in fromstring(content).iter():
        if _local(table) != "decisionTable":
            continue
        labels = [
            each.get("label") or each.get("name") or ""
            for kind in ("input", "output")
            for each in table
            if _local(each) == kind
        ]
        for rule in (each for each in table if _local(each) == "rule"):
            texts = ["".join(each.itertext()).strip() for each in rule if _local(each) in CELLS]
            found[rule.get("id") or ""] = dict(zip(labels, texts, strict=False))
    return found


def _told(old: dict[str, str] | None, new: dict[str, str] | None) -> str:
    """What a rule says otherwise, in its columns' words: 审结 10 → 15."""
    if old is None or new is None:
        return ""
    keys = [key for key in {**old, **new} if old.get(key) != new.get(key)]
    return "、".join(f"{key} {old.get(key) or '—'} → {new.get(key) or '—'}".strip() for key in keys)


def _local(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _drawn(content: bytes) -> Parts:
    """Elements of a diagram without the drawing: attributes, extensions and texts of each."""
    found: Parts = {}
    for element in _meaning(fromstring(content)):
        ident = element.get("id")
        if ident and _local(element) not in CELLS:
            own = "|".join(_words(element))
            name = (element.get("name") or "").replace("\n", "")
            found[ident] = (name, f"{_local(element)} {sorted(element.attrib.items())} {own}")
    return found


def _meaning(element: Element) -> Iterator[Element]:
    for child in element:
        if not _local(child).startswith(("BPMNDiagram", "DMNDI")):
            yield child
            yield from _meaning(child)


def _words(element: Element) -> Iterator[str]:
    """What belongs to an element and has no id of its own: extensions, conditions, cells of a rule."""
    for child in element:
        if child.get("id") is None and _local(child) not in ("incoming", "outgoing", "flowNodeRef"):
            yield f"{_local(child)} {sorted(child.attrib.items())} {(child.text or '').strip()}"
            yield from _words(child)
        elif _local(child) in CELLS:
            yield from _words(child)


def _fields(content: bytes) -> Parts:
    found: Parts = {}

    def walk(components: list[dict[str, Any]]) -> None:
        for each in components:
            key = str(each.get("key") or each.get("path") or each.get("id") or "")
            own = {name: value for name, value in each.items() if name not in ("components", "id")}
            if key:
                found[key] = (
                    str(each.get("label") or ""),
                    json.dumps(own, sort_keys=True, ensure_ascii=False),
                )
            walk(each.get("components") or [])

    document = json.loads(content)
    walk(document.get("components") or [])
    return found


def _names(content: bytes) -> Parts:
    book = open_workbook(content, "")
    return {name: (" ".join(map(str, place)), str(place)) for name, place in book.names.items()}


_READERS: dict[str, Callable[[bytes], Parts]] = {
    ".bpmn": _drawn,
    ".dmn": _drawn,
    ".form": _fields,
    ".xlsx": _names,
}
