"""The grid of a workbook as plain values: cell references, sheets, merged ranges, previews.

Rows and columns count from 1, as in a cell reference.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import cached_property
from typing import TypeAlias

from templates_xlsx.looks import Look
from templates_xlsx.origin import Origin

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

    def moved(self, down: int, aside: int = 0) -> Span:
        """Return the rectangle so many rows and columns further."""
        return Span(self.top + down, self.left + aside, self.bottom + down, self.right + aside)


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


LIST_SHEET = "选项"
"""The hidden sheet of a blank form with the choices of its drop-downs."""
MARK_SHEET = "错误清单"
"""The sheet of faults that `marks` adds; it is never read."""
DEFAULT_WIDTH = 8.43
"""Characters of a column whose width the file does not tell."""


def number_text(value: float | int) -> str:
    """Return a number as Excel shows it without a format: 15 digits, no exponent, whole ones without point."""
    if isinstance(value, float):
        if value != value or value in (float("inf"), float("-inf")):
            return ""
        exact = Decimal(f"{value:.15g}")
    else:
        exact = Decimal(value)
    text = format(exact, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def cell_text(value: CellValue) -> str:
    """Return a cell's value as a person would type it: dates ISO, 1.0 as "1", 36000.5 as "36000.5".

    Text keeps its characters; only space around it and carriage returns are dropped.
    """
    if value is None or value == "":
        return ""
    if isinstance(value, str):
        return value.replace("_x000D_", "").replace("\r\n", "\n").replace("\r", "\n").strip(BLANKS)
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, (int, float)):
        return number_text(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ")
    if isinstance(value, (date, time)):
        return value.isoformat()
    return str(value)


BLANKS = " \t\n\r\u3000\xa0\u200b\ufeff"


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
    numbers: tuple[int, ...] = ()  # of the rows


@dataclass(frozen=True)
class Sheet:
    """One sheet.

    Attributes:
        rows: dense rows from A1; a row may be shorter than the sheet is wide.
        merged: merged ranges.
        widths: column -> width in characters, where the file tells it (.xlsx, .xls, .ods).
        hidden_rows: rows hidden in the file (.xlsx, .xls, .ods).
        uncached: references of formulas that were saved without a value (.xlsx only).
        errors: reference -> the formula error that stands there, such as "#N/A" (.xlsx only).
        look: heights and fonts of its first rows, where the file tells them (.xlsx, .xls, .ods).
    """

    name: str
    rows: Sequence[Sequence[CellValue]]
    merged: tuple[Span, ...] = ()
    hidden: bool = False
    widths: Mapping[int, float] = field(default_factory=dict)
    hidden_rows: frozenset[int] = frozenset()
    uncached: frozenset[str] = frozenset()
    errors: Mapping[str, str] = field(default_factory=dict)
    look: Look = field(default_factory=Look)

    @cached_property
    def height(self) -> int:
        return len(self.rows)

    @cached_property
    def width(self) -> int:
        told = getattr(self.rows, "width", None)
        return told if told is not None else max((len(row) for row in self.rows), default=0)

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

    def window(self, span: Span) -> Sheet:
        """Return the sheet with nothing on it but what stands in a rectangle; places stay what they are."""
        left = [None] * (span.left - 1)
        rows: list[Sequence[CellValue]] = [()] * (span.top - 1)
        for row in self.rows[span.top - 1 : span.bottom]:
            rows.append([*left, *row[span.left - 1 : span.right]])
        inside = tuple(
            each
            for each in self.merged
            if span.top <= each.top <= span.bottom and span.left <= each.left <= span.right
        )
        return replace(self, rows=rows, merged=inside)

    def preview(
        self, max_rows: int = 60, max_columns: int = 30, only: Collection[int] | None = None
    ) -> Preview:
        """Return the top left part as a page draws it: covered cells left out, spans cut at the edge.

        With `only` these rows alone; a cell that is merged over rows stands in the first of them that is drawn.
        """
        height = min(max((span.bottom for span in self.merged), default=0), self.height + 50)
        width = min(max((span.right for span in self.merged), default=0), self.width + 50)
        last = max(self.height, height)
        numbers = tuple(range(1, min(last, max_rows) + 1))
        if only is not None:
            numbers = tuple(row for row in sorted(only) if 1 <= row <= last)[:max_rows]
        bottom, right = max(numbers, default=0), min(max(self.width, width), max_columns)
        owner = {
            (row, column): span
            for span in self.merged
            for row in range(span.top, min(span.bottom, bottom) + 1)
            for column in range(span.left, min(span.right, right) + 1)
        }
        rows = []
        drawn: set[Span] = set()
        for row in numbers:
            cells = []
            for column in range(1, right + 1):
                span = owner.get((row, column)) or Span(row, column, row, column)
                if span in drawn:
                    continue
                if span.rows > 1 or span.columns > 1:
                    drawn.add(span)
                rowspan = sum(span.top <= each <= span.bottom for each in numbers) if span.rows > 1 else 1
                colspan = min(span.right, right) - column + 1
                text = cell_text(self.value(row, column))
                cells.append(PreviewCell(span.top, span.left, text, rowspan, colspan))
            rows.append(tuple(cells))
        widths = tuple(self.widths.get(column, DEFAULT_WIDTH) for column in range(1, right + 1))
        return Preview(
            self.name,
            tuple(rows),
            widths,
            max(self.height - (len(numbers) if only is not None else bottom), 0),
            max(self.width - right, 0),
            numbers,
        )


@dataclass(frozen=True)
class Book:
    """A workbook that passed the guard.

    Attributes:
        names: defined names of the whole workbook that stand for one cell or one merged range:
            name -> (sheet, top left cell).
        local_names: sheet -> names that hold on that sheet only (what copying a sheet makes of them).
        format: "xlsx", "xls", "ods", "csv", "html" or "xml2003".
        notes: what a person is told of the file: "macros", "external_links".
        origin: the template or form it was made from, where it says so.
    """

    name: str
    format: str
    sheets: tuple[Sheet, ...]
    names: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    local_names: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    origin: Origin = field(default_factory=Origin)

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
