"""Several tables on one sheet: where labels come back, below one another, side by side or in a grid, each is its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TypeAlias

from templates_xlsx.sheets import CellValue, Sheet, Span

Place: TypeAlias = tuple[int, int]
ALIKE = 0.6
"""Share of the labels that must come back equally often; a label or two that stand twice are a mistake to be told."""
FEW = 3


def windows(sheet: Sheet, labels: Iterable[tuple[tuple[str, ...], Place]]) -> list[Span]:
    """Return the rectangles of the tables of a sheet; none where it holds one table.

    Args:
        labels: the fields each label of the sheet stands for, and its place.
    """
    found: dict[tuple[str, ...], list[Place]] = {}
    for keys, place in labels:
        found.setdefault(keys, []).append(place)
    times = Counter(len(each) for each in found.values())
    count, alike = max(times.items(), key=lambda each: (each[1], each[0]), default=(1, 0))
    if count < 2 or alike < FEW or alike < ALIKE * len(found):
        return []
    come_back = [each for each in found.values() if len(each) == count]
    height, width = max(sheet.height, 1), max(sheet.width, *(each.right for each in sheet.merged), 1)
    tops = _with_title(sheet, _cuts(come_back, 0))
    if tops:
        return [Span(top, 1, bottom - 1, width) for top, bottom in _between(tops, height)]
    lefts = _cuts(come_back, 1)
    if lefts:
        return [Span(1, left, height, right - 1) for left, right in _between(lefts, width)]
    return _in_rows_of_several(sheet, come_back, height, width)


def _in_rows_of_several(
    sheet: Sheet, come_back: Sequence[Sequence[Place]], height: int, width: int
) -> list[Span]:
    """Return the rectangles of tables that stand in a grid: so many below one another, so many beside one another."""
    count = len(come_back[0])
    for bands in (each for each in range(count // 2, 1, -1) if count % each == 0):
        tops = _with_title(sheet, _cuts(come_back, 0, count // bands))
        found: list[Span] = []
        for top, below in _between(tops, height):
            inside = [[place for place in each if top <= place[0] < below] for each in come_back]
            lefts = _cuts(inside, 1)
            found.extend(Span(top, left, below - 1, right - 1) for left, right in _between(lefts, width))
        if len(found) == count:
            return found
    return []


def _cuts(come_back: Sequence[Sequence[Place]], axis: int, together: int = 1) -> list[int]:
    """Return the row (axis 0) or column (axis 1) at which each table begins; none where they overlap.

    With `together` so many tables begin at once, beside one another.
    """
    ordered = [sorted(place[axis] for place in each) for each in come_back]
    firsts = [min(each) for each in zip(*ordered, strict=True)][::together]
    lasts = [max(each) for each in zip(*ordered, strict=True)][together - 1 :: together]
    apart = all(last < following for last, following in zip(lasts, firsts[1:], strict=False))
    return firsts if apart else []


def _with_title(sheet: Sheet, tops: Sequence[int]) -> list[int]:
    """Move the beginning of each table up over the lines that stand above the first one as well: title, unit."""
    if not tops:
        return []
    above = 0
    while all(_line(sheet, top - above - 1) == _line(sheet, tops[0] - above - 1) != [] for top in tops):
        above += 1
    return [top - above for top in tops]


def _line(sheet: Sheet, row: int) -> list[CellValue]:
    cells = sheet.rows[row - 1] if 1 <= row <= sheet.height else ()
    return [value for value in cells if value is not None and value != ""]


def _between(starts: Sequence[int], end: int) -> list[tuple[int, int]]:
    return list(zip([1, *starts[1:]], [*starts[1:], end + 1], strict=True)) if starts else []
