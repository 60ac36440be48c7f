"""The layout of one sheet as a person confirmed it: which cells or columns hold which fields.

It is told again by its *anchors*, the label texts at their places, and the merged cells around them; values never
enter it, so that the next file drawn alike is read without a question. Places count from the first anchor's table:
a table that moved as a whole (a line of title more, a second application below the first) is still the same.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, TypeAlias

import orjson

from templates_xlsx.labels import normalise, squash
from templates_xlsx.sheets import Sheet, Span, cell_text, column_letters, position, reference

Kind: TypeAlias = Literal["single", "ledger", "ignore"]
Place: TypeAlias = tuple[int, int]
KINDS: tuple[Kind, ...] = ("single", "ledger", "ignore")
SEARCHED_ROWS, SEARCHED_COLUMNS = 400, 100
"""Where a remembered layout is looked for; no single table is larger, no header of a ledger lower."""
FEWEST = 2
"""Anchors by which a layout can be told again; one label alone stands in every table."""


def anchor_text(text: str) -> str:
    """Return a label as it is remembered: normalised, its bracketed hint only where there is nothing else."""
    return normalise(text) or squash(text)


@dataclass(frozen=True)
class Anchor:
    """A label at its place.

    Attributes:
        cell: reference on the sheet that was confirmed.
        text: as `anchor_text` gives it; of a label that shares its cell with the value, the label alone.
        inline: whether the value follows in the same cell.
    """

    cell: str
    text: str
    inline: bool = False


@dataclass(frozen=True)
class Assignment:
    """Fields at a place.

    Attributes:
        place: a cell "E7", a range of cells whose texts are joined "E7:G7", or, of a ledger, a column "E".
        keys: the fields that stand there; two where the cell holds both (起止时间).
        label: the cell of the label, where one is known.
        inline: the label before the value, where both stand in one cell.
    """

    place: str
    keys: tuple[str, ...]
    label: str | None = None
    inline: str = ""


@dataclass(frozen=True)
class Layout:
    """One sheet's confirmed mapping.

    Attributes:
        kind: one record, one record a row, or nothing to read.
        form: key of the form.
        header_rows: first and last row of a ledger's header.
        assignments: what stands where.
        anchors: the labels at their places; `merged`: the merged ranges that hold a label or a value.
        over_names: a person set it above the names of a template, which stood at the wrong cells.
    """

    kind: Kind
    form: str
    header_rows: tuple[int, int] | None = None
    assignments: tuple[Assignment, ...] = ()
    anchors: tuple[Anchor, ...] = ()
    merged: tuple[str, ...] = ()
    over_names: bool = False

    @cached_property
    def origin(self) -> Place:
        """The place all others count from: the first anchor, row by row."""
        return min((position(each.cell) for each in self.anchors), default=(1, 1))

    @cached_property
    def fingerprint(self) -> str:
        """What is the same for every file of this layout: labels and merged cells, no value, no sheet name."""
        top, left = self.origin
        labels = sorted((row - top, column - left, each.text) for each, row, column in _placed(self.anchors))
        spans = sorted((a - top, b - left, c - top, d - left) for a, b, c, d in map(_corners, self.merged))
        return hashlib.sha256(orjson.dumps([self.kind, labels, spans])).hexdigest()

    def to_json(self) -> dict[str, Any]:
        """Return the layout as plain JSON."""
        return {
            "kind": self.kind,
            "form": self.form,
            "header_rows": list(self.header_rows) if self.header_rows else None,
            "assignments": [
                {"place": each.place, "keys": list(each.keys), "label": each.label, "inline": each.inline}
                for each in self.assignments
            ],
            "anchors": [[each.cell, each.text, each.inline] for each in self.anchors],
            "merged": list(self.merged),
            "over_names": self.over_names,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Layout:
        """Return a layout that `to_json` wrote.

        Raises:
            ValueError: it did not.
        """
        try:
            rows = data["header_rows"]
            layout = cls(
                data["kind"],
                str(data["form"]),
                (int(rows[0]), int(rows[1])) if rows else None,
                tuple(
                    Assignment(each["place"], tuple(each["keys"]), each["label"], each["inline"])
                    for each in data["assignments"]
                ),
                tuple(Anchor(cell, text, bool(inline)) for cell, text, inline in data["anchors"]),
                tuple(data["merged"]),
                bool(data.get("over_names")),
            )
            assert layout.kind in KINDS
            assert layout.fingerprint
        except (AssertionError, AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
            raise ValueError("no layout") from error
        return layout


def matches(layout: Layout, sheet: Sheet) -> bool:
    """Whether a sheet is drawn as the layout says, whatever its values, its name and the number of its rows."""
    return next(places(layout, sheet), None) is not None


def places(layout: Layout, sheet: Sheet) -> Iterator[Place]:
    """Yield by how many rows and columns each table of this layout lies off the one that was confirmed."""
    if len(layout.anchors) < FEWEST:
        return
    anchors = [(row, column, each) for each, row, column in _placed(layout.anchors)]
    row, column, first = min(anchors, key=lambda each: each[:2])
    merged = frozenset(sheet.merged)
    spans = [Span(*_corners(each)) for each in layout.merged]
    for top, line in enumerate(sheet.rows[:SEARCHED_ROWS], 1):
        for left, value in enumerate(line[:SEARCHED_COLUMNS], 1):
            if not isinstance(value, str) or not _says(value, first):
                continue
            down, aside = top - row, left - column
            if all(_stands(sheet, each, a + down, b + aside) for a, b, each in anchors) and all(
                each.moved(down, aside) in merged for each in spans
            ):
                yield down, aside


def unlike(layout: Layout, sheet: Sheet, offset: Place) -> tuple[str, str] | None:
    """Where a table so far off is not drawn as the layout says: the cell, and the label that ought to stand there."""
    for each, row, column in _placed(layout.anchors):
        if not _stands(sheet, each, row + offset[0], column + offset[1]):
            return reference(row + offset[0], column + offset[1]), each.text
    merged = frozenset(sheet.merged)
    spans = (Span(*_corners(each)).moved(*offset) for each in layout.merged)
    return next(((reference(each.top, each.left), "") for each in spans if each not in merged), None)


def _placed(anchors: tuple[Anchor, ...]) -> Iterator[tuple[Anchor, int, int]]:
    for each in anchors:
        row, column = position(each.cell)
        yield each, row, column


def _stands(sheet: Sheet, anchor: Anchor, row: int, column: int) -> bool:
    span = sheet.span(row, column)
    if (span.top, span.left) != (row, column):
        return False
    value = sheet.value(row, column)
    return value is not None and _says(cell_text(value), anchor)


def _says(text: str, anchor: Anchor) -> bool:
    if anchor.inline:
        return any(anchor_text(before) == anchor.text for before, _ in inline_parts(text, (anchor.text,)))
    return anchor_text(text) == anchor.text


def colons_of(text: str) -> list[int]:
    """Return where the colons of a text stand; those in brackets, as in (单位:万元), part no label from its value."""
    found = []
    depth = 0
    for at, each in enumerate(text):
        depth = depth + 1 if each in _OPEN else max(depth - 1, 0) if each in _CLOSE else depth
        if each in _COLONS and not depth:
            found.append(at)
    return found[:60]


def inline_parts(text: str, labels: tuple[str, ...]) -> list[tuple[str, str]]:
    """Return (label, value) for the remembered labels that stand in a text, each before its colon, in order."""
    colons = colons_of(text)
    starts: list[tuple[int, int]] = []
    for wanted in labels:
        floor = starts[-1][1] if starts else 0
        for colon in colons:
            if colon < floor:
                continue
            begin = next(
                (
                    at
                    for at in range(floor, colon)
                    if (at == floor or text[at - 1] in _SPACES) and anchor_text(text[at:colon]) == wanted
                ),
                None,
            )
            if begin is not None:
                starts.append((begin, colon + 1))
                break
        else:
            return []
    ends = [begin for begin, _ in starts[1:]] + [len(text)]
    return [
        (text[begin : after - 1], text[after:end].strip(_STOPS))
        for (begin, after), end in zip(starts, ends, strict=True)
    ]


# Full-width signs as escapes: \uff1a colon, \uff1b semicolon, \uff0c comma.
_COLONS = ":\uff1a"
_OPEN, _CLOSE = "(\uff08[【", ")\uff09]】"
_SPACES = " \t\n\r\u3000\xa0;\uff1b,\uff0c"
_STOPS = _SPACES


def _corners(merged: str) -> tuple[int, int, int, int]:
    first, _, last = merged.partition(":")
    return (*position(first), *position(last or first))


def shifted(place: str, down: int, aside: int) -> str:
    """Return a cell, a range or a column so many rows and columns further."""
    if not any(each.isdigit() for each in place):
        return column_letters(position(f"{place}1")[1] + aside)
    ends = [position(each) for each in place.split(":")]
    return ":".join(reference(row + down, column + aside) for row, column in ends)
