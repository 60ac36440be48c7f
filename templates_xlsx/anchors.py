"""Where drawings hang when rows are put in or grow; the drawings themselves, pictures and seals, are never touched.

As Excel has it, a drawing says what it does with its cells:

- moves and sizes with them (`twoCell`, what Excel draws unless told otherwise): it stretches when a row below it
  grows, and what hangs within a row keeps its share of the row's height;
- moves only (`oneCell`): its upper edge stays with its cell, its size stays;
- does neither (`absolute`): place and size stay;
- hangs on one cell (`oneCellAnchor`) or none (`absoluteAnchor`): the file says its size, nothing is to be done.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from lxml import etree

from templates_xlsx.package import local
from templates_xlsx.rowshift import Shift

POINT = 12700
"""English metric units, in which drawings are measured, of a point."""


@dataclass(frozen=True)
class Heights:
    """Heights of a sheet's rows in points, before some of them grew and after."""

    default: float
    drawn: Mapping[int, float]
    grown: Mapping[int, float]
    """Of the rows that grew: row -> height before."""

    def now(self, row: int) -> int:
        return round(self.drawn.get(row, self.default) * POINT)

    def before(self, row: int) -> int:
        return round(self.grown[row] * POINT) if row in self.grown else self.now(row)


@dataclass
class _End:
    """One end of a drawing: a row (from 1) and how far below its upper edge."""

    row_element: etree._Element
    offset_element: etree._Element

    @property
    def place(self) -> tuple[int, int]:
        return int(self.row_element.text or 0) + 1, int(self.offset_element.text or 0)

    def put(self, row: int, offset: int) -> None:
        if (row, offset) != self.place:
            self.row_element.text, self.offset_element.text = str(row - 1), str(offset)


def shift_anchors(root: etree._Element, shift: Shift) -> None:
    """Move drawings that hang on cells below; one that reaches over the new rows and sizes with its cells grows."""
    for anchor in root.iter():
        begin, end = _ends(anchor)
        if begin is None or anchor.get("editAs") == "absolute":
            continue
        row, offset = begin.place
        begin.put(shift.start(row), offset)
        if end is not None and (shift.start(row) != row or anchor.get("editAs") != "oneCell"):
            row, offset = end.place
            end.put(shift.start(row), offset)


def grow_anchors(root: etree._Element, heights: Heights) -> None:
    """Let drawings do what they say when rows have grown."""
    for anchor in root.iter():
        begin, end = _ends(anchor)
        if begin is None or end is None:
            continue
        top, bottom = begin.place, end.place
        if anchor.get("editAs") not in ("oneCell", "absolute"):
            begin.put(*_share(top, heights))
            end.put(*_share(bottom, heights))
            continue
        size = _between(top, bottom, heights.before)
        if anchor.get("editAs") == "absolute":
            begin.put(*_below((1, 0), _between((1, 0), top, heights.before), heights))
        end.put(*_below(begin.place, size, heights))


def stretching(root: etree._Element) -> Iterator[tuple[int, int, int]]:
    """Yield (first row, last row, column) of the drawings that are stretched when one of their rows grows."""
    for anchor in root.iter():
        begin, end = _ends(anchor)
        if begin is not None and end is not None and anchor.get("editAs") not in ("oneCell", "absolute"):
            columns = [part.text for each in anchor for part in each if local(part) == "col"]
            yield begin.place[0], end.place[0], int(columns[0] or 0) + 1 if columns else 1


def _ends(anchor: etree._Element) -> tuple[_End | None, _End | None]:
    found: dict[str, _End] = {}
    for each in anchor:
        if local(each) in ("from", "to"):
            parts = {local(part): part for part in each}
            if "row" in parts and "rowOff" in parts:
                found[local(each)] = _End(parts["row"], parts["rowOff"])
    return found.get("from"), found.get("to")


def _share(place: tuple[int, int], heights: Heights) -> tuple[int, int]:
    """A place within a row keeps its share of the row's height."""
    row, offset = place
    before, now = heights.before(row), heights.now(row)
    return (row, offset) if before == now or not before else (row, round(min(offset / before, 1) * now))


def _between(one: tuple[int, int], other: tuple[int, int], height: Callable[[int], int]) -> int:
    rows = range(one[0], min(other[0], one[0] + 10_000))
    return sum(height(row) for row in rows) - one[1] + other[1]


def _below(place: tuple[int, int], distance: int, heights: Heights) -> tuple[int, int]:
    """The place so far below another; one at the lower edge of a row stays in it."""
    row, left = place[0], place[1] + distance
    while left > heights.now(row) and row < 1_048_576:
        left -= heights.now(row)
        row += 1
    return row, left


_VML_ROW = re.compile(rb"(<x:Row>)\s*(\d+)\s*(</x:Row>)")
_VML_ANCHOR = re.compile(rb"(<x:Anchor>)([^<]+)(</x:Anchor>)")


def shift_vml(content: bytes, shift: Shift) -> bytes:
    """Move the boxes of notes; this part is not always well-formed, so it is not parsed."""

    def row(match: re.Match[bytes]) -> bytes:
        return match[1] + str(shift.start(int(match[2]) + 1) - 1).encode() + match[3]

    def anchor(match: re.Match[bytes]) -> bytes:
        numbers = [each.strip() for each in match[2].split(b",")]
        if len(numbers) == 8 and all(each.lstrip(b"-").isdigit() for each in numbers):
            for at in (2, 6):
                numbers[at] = str(shift.start(int(numbers[at]) + 1) - 1).encode()
        return match[1] + b", ".join(numbers) + match[3]

    return _VML_ANCHOR.sub(anchor, _VML_ROW.sub(row, content))
