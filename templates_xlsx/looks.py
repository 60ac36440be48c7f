"""How the top of a sheet is drawn, as far as a page shows it: heights of its rows, fonts of its cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, field
from typing import Any

ROWS, COLUMNS = 150, 60
"""Of a sheet; a page shows no more."""
TALLEST = 409.5
"""Points of a row; Excel draws none higher."""
FAMILIES = {
    "song": ("宋", "simsun", "songti", "serif cjk", "ming"),
    "hei": ("黑", "雅黑", "等线", "simhei", "yahei", "dengxian", "sans cjk"),
    "fang": ("仿宋", "fangsong"),
    "kai": ("楷", "kaiti"),
}
"""Faces of Chinese paper by what stands in the names of their fonts; `fang` is looked for before `song`."""


@dataclass(frozen=True)
class CellLook:
    """A cell's font and where its text stands.

    Attributes:
        size: points; 0: not told.
        family: a key of `FAMILIES`, or "".
        align, valign: "left", "center", "right"; "top", "middle", "bottom"; "" where the file leaves it.
        upright: characters stand one below the other.
    """

    bold: bool = False
    italic: bool = False
    underline: bool = False
    red: bool = False
    size: float = 0
    family: str = ""
    align: str = ""
    valign: str = ""
    upright: bool = False


PLAIN = CellLook()


@dataclass(frozen=True)
class Look:
    """Row -> height in points where the file tells it; the looks that occur; (row, column) -> which of them."""

    heights: Mapping[int, float] = field(default_factory=dict)
    looks: Sequence[CellLook] = ()
    cells: Mapping[tuple[int, int], int] = field(default_factory=dict)

    def of(self, row: int, column: int) -> CellLook:
        """The look of a cell; a plain one where the file tells nothing."""
        number = self.cells.get((row, column))
        return self.looks[number] if number is not None and number < len(self.looks) else PLAIN

    def packed(self) -> list[Any]:
        """As plain data, for the way out of a reader process; `unpacked` takes it."""
        cells = [(row, column, number) for (row, column), number in self.cells.items()]
        return [list(self.heights.items()), [astuple(each) for each in self.looks], cells]


def trimmed(
    looks: Sequence[CellLook], heights: Mapping[int, float], styles: Mapping[tuple[int, int], int]
) -> Look:
    """The look of a sheet whose cells name their looks by number; with those only that occur on it."""
    occurring = sorted({number for number in styles.values() if number < len(looks)})
    used = {number: order for order, number in enumerate(occurring)}
    cells = {place: used[number] for place, number in styles.items() if number in used}
    return Look(heights, tuple(looks[number] for number in used), cells)


def unpacked(told: Sequence[Any]) -> Look:
    """The look that `Look.packed` made plain data of."""
    heights, looks, cells = told
    return Look(
        dict(heights),
        tuple(CellLook(*each) for each in looks),
        {(row, column): number for row, column, number in cells},
    )


def family_of(font: str) -> str:
    """The face of a font by its name: 方正小标宋简体 -> song, FangSong_GB2312 -> fang."""
    name = font.casefold()
    for family in ("fang", "kai", "hei", "song"):
        if any(each in name for each in FAMILIES[family]):
            return family
    return ""


def is_red(rgb: str) -> bool:
    """Whether a colour (RRGGBB or AARRGGBB) is what offices print must-fill-in stars and warnings in."""
    try:
        red, green, blue = bytes.fromhex(rgb[-6:])
    except ValueError:
        return False
    return red >= 160 and green <= 90 and blue <= 90
