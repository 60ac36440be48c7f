"""Tables that are text: CSV, HTML and XML 2003, which offices' systems export and name .xls."""

from __future__ import annotations

import csv
import io
from datetime import datetime

from lxml import etree, html

from templates_xlsx.package import attribute, local, parse_xml
from templates_xlsx.refusals import WorkbookRefused
from templates_xlsx.sheets import CellValue, Sheet, Span

MAX_ROWS, MAX_COLUMNS = 200_000, 500
"""Bounds for formats whose size nothing else tells."""


def read_csv(text: str) -> Sheet:
    """Read a text table; the delimiter is the one of comma, semicolon and tab that its first lines hold most."""
    head = "\n".join(text.splitlines()[:20])
    delimiter = max(",;\t", key=head.count)
    # A stray NUL or an endless quoted field must not raise: fields may be as long as the file.
    csv.field_size_limit(max(len(text), 131072))
    rows = []
    for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
        rows.append(tuple(row[:MAX_COLUMNS]))
        if len(rows) >= MAX_ROWS:
            break
    return Sheet("CSV", rows)


class _Grid:
    """Cells as they come, with their spans, into rows."""

    def __init__(self) -> None:
        self.rows: list[list[CellValue]] = []
        self.merged: list[Span] = []
        self.taken: set[tuple[int, int]] = set()

    def free(self, row: int, column: int) -> int:
        while (row, column) in self.taken:
            column += 1
        return column

    def put(self, row: int, column: int, value: CellValue, rowspan: int = 1, colspan: int = 1) -> None:
        if row > MAX_ROWS or column > MAX_COLUMNS:
            return
        while len(self.rows) < row:
            self.rows.append([])
        cells = self.rows[row - 1]
        cells.extend([None] * (column - len(cells)))
        cells[column - 1] = value
        rowspan, colspan = min(rowspan, 2000), min(colspan, MAX_COLUMNS - column + 1)
        if rowspan > 1 or colspan > 1:
            self.merged.append(Span(row, column, row + rowspan - 1, column + colspan - 1))
            for covered_row in range(row, row + rowspan):
                for covered in range(column, column + colspan):
                    self.taken.add((covered_row, covered))

    def sheet(self, name: str) -> Sheet:
        width = max((len(row) for row in self.rows), default=0)
        width = max([width, *(span.right for span in self.merged)])
        rows = [tuple(row) + (None,) * (width - len(row)) for row in self.rows]
        return Sheet(name, rows, tuple(self.merged))


def read_html(text: str, name: str) -> tuple[Sheet, ...]:
    """Read the tables of a page, one a sheet; tables inside cells belong to their cell."""
    parser = html.HTMLParser(no_network=True, huge_tree=False, remove_comments=True)
    try:
        # lxml refuses text with an encoding declaration: bytes in a known encoding instead.
        parser = html.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False, remove_comments=True)
        root = html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise WorkbookRefused("broken", name=name) from error
    tables = [each for each in root.iter("table") if next(each.iterancestors("table"), None) is None]
    if not tables:
        raise WorkbookRefused("not_a_workbook", name=name, kind="网页", kind_en="a web page without a table")
    return tuple(_html_sheet(table, f"Sheet{number}") for number, table in enumerate(tables, 1))


def _html_sheet(table: html.HtmlElement, name: str) -> Sheet:
    grid = _Grid()
    rows = [each for each in table.iter("tr") if next(each.iterancestors("table"), None) is table]
    for row_number, row in enumerate(rows, 1):
        column = 1
        for cell in row:
            if cell.tag not in ("td", "th"):
                continue
            column = grid.free(row_number, column)
            for each in cell.iter("br"):
                each.tail = "\n" + (each.tail or "")
            rowspan, colspan = _count(cell.get("rowspan")), _count(cell.get("colspan"))
            grid.put(row_number, column, cell.text_content().strip() or None, rowspan, colspan)
            column += colspan
    return grid.sheet(name)


def _count(text: str | None) -> int:
    return min(max(int(text), 1), 2000) if text and text.strip().isdigit() else 1


def read_xml2003(content: bytes, name: str) -> tuple[Sheet, ...]:
    """Read "XML Spreadsheet 2003": rows and cells may skip by ss:Index, merges count cells beyond the first."""
    try:
        root = parse_xml(content)
    except ValueError as error:
        raise WorkbookRefused("broken", name=name) from error
    return tuple(_xml2003_sheet(each) for each in root.iter() if local(each) == "Worksheet")


def _xml2003_sheet(worksheet: etree._Element) -> Sheet:
    grid = _Grid()
    row_number = 0
    for row in (each for each in worksheet.iter() if local(each) == "Row"):
        row_number = max(int(attribute(row, "Index") or row_number + 1), 1)
        column = 1
        for cell in (each for each in row if local(each) == "Cell"):
            column = max(int(attribute(cell, "Index") or grid.free(row_number, column)), 1)
            down, across = (max(int(attribute(cell, f"Merge{each}") or 0), 0) for each in ("Down", "Across"))
            data = next((each for each in cell if local(each) == "Data"), None)
            grid.put(row_number, column, _xml2003_value(data), down + 1, across + 1)
            column += across + 1
    return grid.sheet(attribute(worksheet, "Name") or "Sheet1")


def _xml2003_value(data: etree._Element | None) -> CellValue:
    if data is None:
        return None
    text = "".join(str(each) for each in data.itertext())
    kind = attribute(data, "Type")
    try:
        if kind == "Number":
            return float(text)
        if kind == "DateTime":
            return datetime.fromisoformat(text)
        if kind == "Boolean":
            return text == "1"
    except ValueError:
        return text
    return None if kind == "Error" else text or None
