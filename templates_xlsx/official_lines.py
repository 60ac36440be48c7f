"""What an official table is drawn from: lines of a label and its value cell, and boxes for opinions."""

from __future__ import annotations

from dataclasses import dataclass

from templates_xlsx.opinions import SEAL, padding

WIDTHS = (18, 15.5, 15.5, 16, 15.5, 15.5)
BLANK_SIGNATURE = f"{SEAL}          年    月    日"


@dataclass(frozen=True)
class Cell:
    """A label and its value cell: names without F_, and the words an empty table shows there."""

    label: str
    names: tuple[str, ...]
    blank: str = ""
    tall: bool = False


@dataclass(frozen=True)
class Line:
    """A row of one cell over the whole width, or of two."""

    cells: tuple[Cell, ...]
    height: float = 40


@dataclass(frozen=True)
class Official:
    """One official table. `head` stands without borders below the title."""

    sheet: str
    title: str
    head: tuple[Cell, Cell]
    lines: tuple[Line, ...]
    note: str
    stamp: bool = True  # the drawn box for the stamp of receipt


def one(label: str, *names: str, blank: str = "", height: float = 40) -> Line:
    return Line((Cell(label, names, blank),), height)


def two(left: Cell, right: Cell, height: float = 40) -> Line:
    return Line((left, right), height)


def signature_line() -> str:
    """Return the empty place for name, seal and date, at the lower right of a box over five columns."""
    return "\n\n\n\n" + padding(BLANK_SIGNATURE, int(sum(WIDTHS[1:]) - 3)) + BLANK_SIGNATURE


def box(label: str, name: str) -> Line:
    return Line((Cell(label, (name,), signature_line(), tall=True),), 104)
