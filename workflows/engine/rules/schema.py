"""The grammar of BPMN 2.0, read from the schema that comes with the engine library, as plain tables.

What an element may hold, which attributes it may have, and what values they take. The schema is read as
data: a validator of XML would stop at the first fault of an element, and tell it in words nobody knows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from lxml import etree

_XSD = "{http://www.w3.org/2001/XMLSchema}"


@dataclass(frozen=True)
class Attribute:
    """An attribute: its simple type, whether it must be there, its values where they are listed."""

    type: str
    required: bool = False
    values: tuple[str, ...] = ()


@dataclass(frozen=True)
class Child:
    """A child element: its complex type, its place in the sequence, how often at least and at most."""

    type: str
    place: int
    least: int
    most: int | None


@dataclass(frozen=True)
class Type:
    """What an element of a type may have; `anything`: its content is not BPMN's business."""

    name: str
    attributes: Mapping[str, Attribute] = field(default_factory=dict)
    children: Mapping[str, Child] = field(default_factory=dict)
    required: tuple[tuple[str, frozenset[str], int], ...] = ()
    anything: bool = False
    abstract: bool = False


@dataclass(frozen=True)
class Schema:
    """Types by name, and the type of each global element."""

    types: Mapping[str, Type]
    elements: Mapping[str, str]


@cache
def bpmn_schema() -> Schema:
    """The schema, read once."""
    spec = find_spec("SpiffWorkflow")
    folders = list(spec.submodule_search_locations or ()) if spec is not None else []
    folder = Path(folders[0]) / "bpmn" / "parser" / "schema"
    roots = [etree.parse(str(folder / name)).getroot() for name in ("BPMN20.xsd", "Semantic.xsd")]
    return _Reader(roots).read()


class _Reader:
    """Turns the declarations of some schema files into tables."""

    def __init__(self, roots: list[etree._Element]) -> None:
        self.complex = {t.get("name", ""): t for root in roots for t in root.findall(f"{_XSD}complexType")}
        self.enums = {
            t.get("name", ""): tuple(e.get("value", "") for e in t.iter(f"{_XSD}enumeration"))
            for root in roots
            for t in root.findall(f"{_XSD}simpleType")
            if t.find(f"{_XSD}union") is None
        }
        self.globals = {e.get("name", ""): e for root in roots for e in root.findall(f"{_XSD}element")}
        self.instead: dict[str, list[str]] = {}
        for name, element in self.globals.items():
            head = (element.get("substitutionGroup") or "").rpartition(":")[2]
            if head:
                self.instead.setdefault(head, []).append(name)

    def read(self) -> Schema:
        types = {name: self._type(name) for name in self.complex}
        return Schema(types, {name: e.get("type", "") for name, e in self.globals.items()})

    def _line(self, name: str) -> list[etree._Element]:
        """The declaration of a type, after those of the types it extends."""
        found: list[etree._Element] = []
        while name in self.complex:
            found.insert(0, self.complex[name])
            base = self.complex[name].find(f".//{_XSD}extension")
            name = base.get("base", "").rpartition(":")[2] if base is not None else ""
        return found

    def _type(self, name: str) -> Type:
        attributes: dict[str, Attribute] = {}
        children: dict[str, Child] = {}
        required: list[tuple[str, frozenset[str], int]] = []
        place, anything = 0, False
        for declared in self._line(name):
            for entry in declared.iter(f"{_XSD}attribute"):
                kind = entry.get("type", "")
                values = self.enums.get(kind, ())
                attributes[entry.get("name", "")] = Attribute(kind, entry.get("use") == "required", values)
            anything = anything or declared.find(f".//{_XSD}any") is not None
            for entry in declared.iter(f"{_XSD}element"):
                place += 1
                around = entry.getparent()
                chosen = around is not None and around.tag == f"{_XSD}choice"
                least = 0 if chosen else int(entry.get("minOccurs", "1"))
                most = None if chosen or (often := entry.get("maxOccurs", "1")) == "unbounded" else int(often)
                names = self._names(entry)
                for child, kind in names.items():
                    children[child] = Child(kind, 0 if chosen else place, least, most)
                if least:
                    shown = entry.get("name") or entry.get("ref", "").rpartition(":")[2]
                    required.append((shown, frozenset(names), least))
        abstract = self.complex[name].get("abstract") == "true"
        return Type(name, attributes, children, tuple(required), anything, abstract)

    def _names(self, entry: etree._Element) -> dict[str, str]:
        """Element name -> type, of a declaration and whatever may stand in its place."""
        reference = entry.get("ref", "").rpartition(":")[2]
        if not reference:
            return {entry.get("name", ""): entry.get("type", "").rpartition(":")[2]}
        found: dict[str, str] = {}
        todo = [reference]
        while todo:
            name = todo.pop()
            element = self.globals.get(name)
            if element is not None:
                found[name] = element.get("type", "").rpartition(":")[2]
            todo.extend(self.instead.get(name, ()))
        return found
