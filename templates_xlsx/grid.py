"""The grid of a workbook as plain values: sheets, merged ranges, defined names.

Rows and columns count from 1, as in a cell reference.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import TypeAlias

CellValue: TypeAlias = str | int | float | bool | date | datetime | time | timedelta | None
"""What a cell holds; "" and None are an empty cell."""


@dataclass(frozen=True)
class Span:
    """A rectangle of cells, ends included, from 1."""

    top: int
    left: int
    bottom: int
    right: int

    @property
    def rows(self) -> int:
        return self.bottom - self.top + 1

    @property
    def columns(self) -> int:
        return self.right - self.left + 1


def column_letters(column: int) -> str:
    """Return the letters of a column: 1 -> "A", 28 -> "AB"."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def column_number(letters: str) -> int:
    """Return the number of a column: "A" -> 1, "AB" -> 28."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number


def reference(row: int, column: int) -> str:
    """Return a cell reference: (7, 5) -> "E7"."""
    return f"{column_letters(column)}{row}"


def position(cell: str) -> tuple[int, int]:
    """Return (row, column) of a reference such as "E7" or "$E$7".

    Raises:
        ValueError: it is no reference of one cell.
    """
    bare = cell.replace("$", "")
    letters = bare.rstrip("0123456789")
    digits = bare[len(letters) :]
    if not letters.isascii() or not letters.isalpha() or not digits:
        raise ValueError(f"no cell reference: {cell}")
    return int(digits), column_number(letters)


@dataclass(frozen=True)
class PreviewCell:
    """One cell of a preview: its text, and over how many rows and columns it stretches."""

    row: int
    column: int
    text: str
    rowspan: int = 1
    colspan: int = 1

    @property
    def cell(self) -> str:
        return reference(self.row, self.column)


@dataclass(frozen=True)
class Preview:
    """The top left part of a sheet for a page: rows of cells, covered cells left out as in an HTML table."""

    sheet: str
    rows: tuple[tuple[PreviewCell, ...], ...]
    widths: tuple[float, ...]
    more_rows: int = 0
    more_columns: int = 0


@dataclass(frozen=True)
class Sheet:
    """One sheet.

    Attributes:
        rows: dense rows from A1; a row may be shorter than the sheet is wide.
        merged: merged ranges.
        widths: column -> width in characters, where the file tells it (.xlsx only).
        hidden_rows: rows hidden in the file (.xlsx only).
        uncached: references of formulas that were saved without a value (.xlsx only).
    """

    name: str
    rows: Sequence[Sequence[CellValue]]
    merged: tuple[Span, ...] = ()
    hidden: bool = False
    widths: Mapping[int, float] = field(default_factory=dict)
    hidden_rows: frozenset[int] = frozenset()
    uncached: frozenset[str] = frozenset()

    @cached_property
    def height(self) -> int:
        return len(self.rows)

    @cached_property
    def width(self) -> int:
        return max((len(row) for row in self.rows), default=0)

    @cached_property
    def _owner(self) -> Mapping[tuple[int, int], Span]:
        owner: dict[tuple[int, int], Span] = {}
        for span in self.merged:
            for row in range(span.top, min(span.bottom, self.height) + 1):
                for column in range(span.left, min(span.right, self.width) + 1):
                    owner[row, column] = span
        return owner

    def span(self, row: int, column: int) -> Span:
        """Return the merged range a cell lies in, or the cell itself as a range."""
        return self._owner.get((row, column)) or Span(row, column, row, column)

    def value(self, row: int, column: int) -> CellValue:
        """Return the value at a place; inside a merged range that of its top left cell; None where empty."""
        span = self._owner.get((row, column))
        if span is not None:
            row, column = span.top, span.left
        if not 1 <= row <= len(self.rows):
            return None
        cells = self.rows[row - 1]
        if not 1 <= column <= len(cells):
            return None
        value = cells[column - 1]
        return None if value == "" else value


@dataclass(frozen=True)
class Book:
    """A workbook that passed the guard.

    Attributes:
        names: defined names of the whole workbook that stand for one cell or one merged range:
            name -> (sheet, top left cell).
        local_names: sheet -> names that hold on that sheet only (what copying a sheet makes of them).
        format: "xlsx", "xls", "ods", "csv", "html" or "xml2003".
        notes: what a person is told of the file: "macros", "external_links".
    """

    name: str
    format: str
    sheets: tuple[Sheet, ...]
    names: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    local_names: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def sheet(self, name: str) -> Sheet:
        """Return a sheet by its name.

        Raises:
            KeyError: there is none.
        """
        for sheet in self.sheets:
            if sheet.name == name:
                return sheet
        raise KeyError(name)

    def names_on(self, sheet: str) -> dict[str, str]:
        """Return name -> cell of all defined names that point into a sheet, its own names first."""
        found = {name: cell for name, (where, cell) in self.names.items() if where == sheet}
        found.update(self.local_names.get(sheet, {}))
        return found


def open_workbook(content: bytes, name: str, password: str | None = None) -> Book:
    """Open a workbook by its content, whatever its name says.

    Raises:
        WorkbookRefused: it is no workbook, is broken, protected or dangerous.
        ConfidentialRefused: a secrecy mark stands in it.
    """
    raise NotImplementedError
