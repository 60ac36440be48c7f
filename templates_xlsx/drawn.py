"""A template as it is kept: the workbook with named cells, and what the server remembers of each of them.

The names survive cutting, inserting and filling; the patterns (text around a placeholder) and the label texts are
kept beside the workbook, as a filled cell no longer shows them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

from templates_xlsx.package import DefinedName, Package
from templates_xlsx.placeholders import Pattern, Slot, pattern_from_json, pattern_to_json, slots
from templates_xlsx.recognise import NAME_PREFIX
from templates_xlsx.runs import Runs, from_json, to_json
from templates_xlsx.sheets import position

TWICE = "__"
"""What parts a key from a number where a field is drawn several times: `F_matter_name__2`."""


@dataclass(frozen=True)
class DrawnCell:
    """One cell that is filled.

    Attributes:
        sheet, cell: where it was drawn; the names tell where it stands in a copy that somebody worked on.
        names: its names without F_, in the order of the pattern.
        label: the words beside or above it.
        row_of: key of the list whose row the cell stands in; '' for a cell of its own.
        runs: of each piece of the pattern, where letters in the cell have formats of their own; else ().
    """

    sheet: str
    cell: str
    names: tuple[str, ...]
    pattern: Pattern
    label: str = ""
    row_of: str = ""
    runs: tuple[Runs, ...] = ()

    @property
    def place(self) -> tuple[str, str]:
        return self.sheet, self.cell

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of all its slots, in their order."""
        return tuple(key for slot in slots(self.pattern) for key in slot.keys)

    @property
    def plain(self) -> bool:
        """Whether a value stands here alone, without text around it."""
        return len(self.pattern) == 1


@dataclass(frozen=True)
class DrawnList:
    """A list that grows downwards: the row that was drawn, and how many empty ones like it stand below."""

    key: str
    sheet: str
    row: int
    spare: int = 0


@dataclass(frozen=True)
class Drawn:
    """A template: its workbook, emptied and with named cells; the cells in reading order, and the lists."""

    content: bytes
    cells: tuple[DrawnCell, ...]
    lists: tuple[DrawnList, ...] = ()
    key: str = ""
    version: int = 0

    @cached_property
    def keys(self) -> frozenset[str]:
        """All keys that are drawn somewhere."""
        return frozenset(key for each in self.cells for key in each.keys)

    def to_json(self) -> dict[str, Any]:
        """Return what is remembered beside the workbook."""
        return {
            "cells": [
                {
                    "sheet": each.sheet,
                    "cell": each.cell,
                    "names": list(each.names),
                    "label": each.label,
                    "row_of": each.row_of,
                    "pattern": pattern_to_json(each.pattern),
                    "runs": to_json(each.runs),
                }
                for each in self.cells
            ],
            "lists": [asdict(each) for each in self.lists],
        }


def drawn_from_json(content: bytes, stored: Mapping[str, Any], key: str, version: int) -> Drawn:
    """Return a template from its workbook and what was remembered beside it."""
    cells = tuple(
        DrawnCell(
            each["sheet"],
            each["cell"],
            tuple(each["names"]),
            pattern_from_json(each["pattern"]),
            each["label"],
            each["row_of"],
            from_json(each.get("runs", ())),
        )
        for each in stored["cells"]
    )
    lists = tuple(DrawnList(**each) for each in stored["lists"])
    return Drawn(content, cells, lists, key, version)


def by_names(content: bytes) -> Drawn:
    """Return a template known by its names alone: the official table, or one an office named cell by cell."""
    package = Package(content)
    return Drawn(content, tuple(named_cells(package, chosen_names(package))))


def chosen_names(package: Package) -> list[DefinedName]:
    """Return the F_ names that stand on a sheet; one of the whole workbook goes before what copying a sheet made."""
    found: dict[str, DefinedName] = {}
    for each in package.defined_names:
        ours = each.name.startswith(NAME_PREFIX) and each.sheet in package.sheet_parts
        if ours and (each.scope is None or each.name not in found):
            found[each.name] = each
    return list(found.values())


def named_cells(package: Package, names: list[DefinedName]) -> list[DrawnCell]:
    """Return a cell for each place that names stand on, in reading order."""
    by_place: dict[tuple[str, str], list[str]] = {}
    for each in names:
        by_place.setdefault((each.sheet, each.cell), []).append(each.name.removeprefix(NAME_PREFIX))
    order = {name: number for number, name in enumerate(package.sheet_parts)}
    places = sorted(by_place, key=lambda place: (order[place[0]], position(place[1])))
    return [
        DrawnCell(
            sheet,
            cell,
            tuple(by_place[sheet, cell]),
            (Slot(tuple(key.partition(TWICE)[0] for key in by_place[sheet, cell]), ""),),
        )
        for sheet, cell in places
    ]
