"""A workbook as it is drawn: cells by their place, merged ranges, and what each place is known to hold."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import xlsxwriter

from templates_xlsx.grid import open_workbook
from templates_xlsx.sheets import cell_text
from tests.recognition.values import Record


@dataclass
class Pointed:
    """What a clerk who knows the sheet would point at."""

    kind: str
    header_rows: tuple[int, int] | None
    places: dict[str, list[str]]


@dataclass
class Drawn:
    """A workbook, the records that stand in it in reading order, and where (of each sheet, its first table)."""

    content: bytes
    truth: list[Record]
    keys: frozenset[str]
    pointed: dict[str, Pointed]


@dataclass
class Paper:
    """Sheets being drawn."""

    out: io.BytesIO = field(default_factory=io.BytesIO)
    pointed: dict[str, Pointed] = field(default_factory=dict)
    truth: list[Record] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.book = xlsxwriter.Workbook(self.out, {"in_memory": True})
        self.day = self.book.add_format({"num_format": "yyyy-mm-dd"})

    def page(self, name: str) -> Page:
        return Page(self, self.book.add_worksheet(name))

    def done(self, keys: frozenset[str]) -> Drawn:
        self.book.close()
        return Drawn(self.out.getvalue(), self.truth, keys, self.pointed)


class Page:
    """One sheet being drawn; rows and columns count from 1."""

    def __init__(self, paper: Paper, sheet: Any) -> None:
        self.paper, self.sheet = paper, sheet

    def put(self, row: int, column: int, value: Any, rows: int = 1, columns: int = 1) -> str:
        """Write a value, merging what it covers; return its reference."""
        if rows > 1 or columns > 1:
            self.sheet.merge_range(row - 1, column - 1, row + rows - 2, column + columns - 2, "")
        if isinstance(value, date):
            self.sheet.write_datetime(row - 1, column - 1, value, self.paper.day)
        elif isinstance(value, float | int):
            self.sheet.write_number(row - 1, column - 1, value)
        elif value:
            self.sheet.write_string(row - 1, column - 1, value)
        return f"{letters(column)}{row}"

    def point(
        self, kind: str, places: dict[str, list[str]], header_rows: tuple[int, int] | None = None
    ) -> None:
        """Tell what stands where; only the first table of a sheet is told."""
        self.paper.pointed.setdefault(self.sheet.get_name(), Pointed(kind, header_rows, places))


def letters(column: int) -> str:
    found = ""
    while column:
        column, rest = divmod(column - 1, 26)
        found = chr(65 + rest) + found
    return found


def as_csv(content: bytes, encoding: str) -> bytes:
    """The first sheet of a workbook saved as .csv, as a spreadsheet does it: no merged cells, no widths, all text."""
    sheet = open_workbook(content, "x.xlsx").sheets[0]
    out = io.StringIO()
    writer = csv.writer(out)
    for line in sheet.rows:
        writer.writerow([cell_text(value) for value in line])
    return out.getvalue().encode(encoding)
