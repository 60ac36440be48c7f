"""What a new version of a file changes: its elements, rules, fields or named cells, by id, and what they say now."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from forms.faults import Refused
from templates_xlsx.grid import cell_text, open_workbook
from templates_xlsx.sheets import reference

CELLS = ("inputEntry", "outputEntry")  # of a decision table: told by their rule
LINKS = ("incoming", "outgoing", "flowNodeRef")  # told by the connection itself
OWN = (
    *("conditionExpression", "timeDuration", "timeDate", "timeCycle", "completionCondition"),
    *("loopCardinality", "script", "documentation", "text", "extensionElements", "condition"),
)
"""Parts of an element that may have an id, and are still told as words of that element."""
OWN_ENDS = ("EventDefinition", "LoopCharacteristics")


@dataclass(frozen=True)
class Part:
    """A part of a file as it is compared: its name, and property -> what it says."""

    name: str
    says: dict[str, str]


Parts = dict[str, Part]


@dataclass(frozen=True)
class Change:
    """One property that reads otherwise: its name in the file, what it said and says ("" for nothing)."""

    key: str
    was: str
    now: str


@dataclass(frozen=True)
class Difference:
    """One part of a file that came, went or reads differently, and in what."""

    kind: Literal["added", "removed", "changed"]
    element: str
    name: str
    changes: tuple[Change, ...] = ()


def differences(old: bytes, new: bytes, suffix: str) -> list[Difference]:
    """Compare two versions of a file; nothing where either cannot be read."""
    try:
        before, now = _READERS[suffix](old), _READERS[suffix](new)
    except (KeyError, ValueError, ParseError, DefusedXmlException, Refused):
        return []
    added = [Difference("added", key, now[key].name) for key in now if key not in before]
    removed = [Difference("removed", key, before[key].name) for key in before if key not in now]
    cells = (_cells(old), _cells(new)) if suffix == ".dmn" else ({}, {})
    changed = []
    for key, part in now.items():
        if key not in before or before[key] == part:
            continue
        if told := _told(cells[0].get(key), cells[1].get(key)):
            changed.append(Difference("changed", key, told))
        else:
            changed.append(Difference("changed", key, part.name, _changes(before[key].says, part.says)))
    return [*added, *removed, *changed]


def _changes(old: dict[str, str], new: dict[str, str]) -> tuple[Change, ...]:
    return tuple(
        Change(key, old.get(key, ""), new.get(key, ""))
        for key in {**old, **new}
        if old.get(key) != new.get(key)
    )


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
        if ident:
            says: dict[str, str] = {"": _local(element)}
            for key, value in _said(element, ""):
                says[key] = f"{says[key]}、{value}" if key in says else value
            found[ident] = Part((element.get("name") or "").replace("\n", ""), says)
    return found


def _belongs(element: Element) -> bool:
    """Whether an element is told as words of the one it stands in."""
    name = _local(element)
    return name in (*CELLS, *OWN) or name.endswith(OWN_ENDS) or element.get("id") is None


def _meaning(element: Element) -> Iterator[Element]:
    for child in element:
        if not _local(child).startswith(("BPMNDiagram", "DMNDI")):
            if not _belongs(child) or _local(element) == "definitions":
                yield child
            yield from _meaning(child)


def _said(element: Element, within: str) -> Iterator[tuple[str, str]]:
    """Every property of an element and what it says: attributes, extension properties, conditions, times."""
    for name, value in element.attrib.items():
        key = name.rpartition("}")[2]
        if key not in ("id", "type") or (key == "type" and not name.endswith("instance}type")):
            yield (f"{within}.{key}" if within else key), value.replace("\n", "")
    for child in element:
        name = _local(child)
        if name in LINKS or not _belongs(child):
            continue
        if name == "property" and child.get("name"):
            yield str(child.get("name")), child.get("value") or ""
        elif name in ("inputParameter", "outputParameter"):
            yield f"{name} {child.get('name')}", "".join(child.itertext()).strip()
        elif name in ("extensionElements", "properties", "inputOutput") or name.endswith(OWN_ENDS):
            if name.endswith(OWN_ENDS):
                yield name, "✓"
            yield from _said(child, "")
        else:
            yield name, (child.text or "").strip()
            yield from _said(child, name)


def _fields(content: bytes) -> Parts:
    document = json.loads(content)
    whole = document.get("properties") or {}
    found: Parts = {"": Part(str(whole.get("title") or ""), dict(_flat(whole, "")))}

    def walk(components: list[dict[str, Any]]) -> None:
        for each in components:
            key = str(each.get("key") or each.get("path") or each.get("id") or "")
            own = {name: value for name, value in each.items() if name not in ("components", "id")}
            if key:
                found[key] = Part(str(each.get("label") or ""), dict(_flat(own, "")))
            walk(each.get("components") or [])

    walk(document.get("components") or [])
    return found


def _flat(value: object, path: str) -> Iterator[tuple[str, str]]:
    """A field's JSON as path -> text: validate.required -> true; the answers of a choice stand in one line."""
    if isinstance(value, dict):
        for key, each in value.items():
            inner = "" if path == "properties" else path
            yield from _flat(each, f"{inner}.{key}" if inner else str(key))
    elif isinstance(value, list):
        yield path, "、".join(_choice(each) for each in value)
    else:
        yield path, value if isinstance(value, str) else json.dumps(value)


def _choice(value: object) -> str:
    if isinstance(value, dict) and {"label", "value"} <= set(value):
        return f"{value['label']}({value['value']})"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


COMPARED_ROWS = 400
SHOWN = 24
"""Characters of a cell that tell which it is."""


def _names(content: bytes) -> Parts:
    """Names and the words of a workbook, each at its cell."""
    book = open_workbook(content, "")
    parts = {
        name: Part(" ".join(map(str, place)), {"cell": " ".join(map(str, place))})
        for name, place in book.names.items()
    }
    for sheet in book.sheets:
        for row, values in enumerate(sheet.rows[:COMPARED_ROWS], 1):
            for column, value in enumerate(values, 1):
                if value not in (None, ""):
                    place = f"{sheet.name}!{reference(row, column)}"
                    text = cell_text(value)
                    parts[place] = Part(f"{place} {text[:SHOWN]}", {"text": text})
    return parts


_READERS: dict[str, Callable[[bytes], Parts]] = {
    ".bpmn": _drawn,
    ".dmn": _drawn,
    ".form": _fields,
    ".xlsx": _names,
}
