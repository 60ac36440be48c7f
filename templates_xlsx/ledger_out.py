"""Ledgers as offices print them: title, unit row, frozen and repeated header, total, signatures, A3 landscape.

Rows are written as they come and never kept, so a ledger of a million rows needs no more memory than one of ten;
what a sheet cannot hold goes on in the next.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, BinaryIO, Literal

import xlsxwriter

from templates_xlsx.cellwriter import MAX_HEIGHT, MAX_TEXT, display_width, lines_needed

FONT = "宋体"
NARROWEST, WIDEST = 6.0, 40.0
"""Bounds of a column whose width follows its content, in half-width characters."""
READABLE = 300.0
"""Half-width characters over all columns that still print legibly on A3; wider ledgers have their columns narrowed."""
SHEET_ROWS = 1_048_576
"""Rows of a sheet in Excel, headings and signatures included."""
LEAST = {"date": 11.0, "money": 12.0, "number": 6.0}


@dataclass(frozen=True)
class Column:
    """One column of a ledger.

    Attributes:
        key: where its value stands in a row.
        label: the words in the header.
        kind: text stays text (also "=1+1", 身份证号, phones); money and number are numbers, date a real date.
        group: words of a header row above, shared by neighbours of the same group; "" for none.
        width: characters; None measures the content.
        total: whether the 合计 row sums it.
        merged: whether equal values under each other are one cell.
    """

    key: str
    label: str
    kind: Literal["text", "long_text", "number", "money", "date"] = "text"
    group: str = ""
    width: float | None = None
    total: bool = False
    merged: bool = False


@dataclass(frozen=True)
class Heading:
    """What stands above and below the rows.

    Attributes:
        title: the large line; also the sheet's name where `sheet` is empty.
        unit: 填报单位.
        day: 填报日期 as it is to be read, such as 2026年3月2日.
        prepared_by, reviewed_by: 填表人, 审核人 of the signature tail; empty leaves room for a pen.
        signatures: whether the tail is written at all.
        numbered: whether a 序号 column comes first.
    """

    title: str
    unit: str = ""
    day: str = ""
    sheet: str = ""
    prepared_by: str = ""
    reviewed_by: str = ""
    signatures: bool = True
    numbered: bool = True


def write_ledger(columns: Sequence[Column], rows: Iterable[Mapping[str, Any]], heading: Heading) -> bytes:
    """Return an .xlsx of a ledger.

    Rows are taken one by one; dates may be `date` or ISO text, money and numbers `Decimal`, int or text. What is
    no date or number under such a column is written as text, so that nothing is lost.
    """
    out = io.BytesIO()
    write_ledger_to(out, columns, rows, heading)
    return out.getvalue()


def write_ledger_to(
    out: BinaryIO,
    columns: Sequence[Column],
    rows: Iterable[Mapping[str, Any]],
    heading: Heading,
    *,
    sheet_rows: int = SHEET_ROWS,
) -> int:
    """Write the ledger into a stream, over as many sheets as it takes. Returns the number of rows."""
    book = xlsxwriter.Workbook(out, {"constant_memory": True, "default_date_format": "yyyy-mm-dd"})
    try:
        formats = _formats(book)
        waiting = _Waiting(rows)
        part = _Ledger(book, columns, heading, formats, sheet_rows)
        while part.write(waiting):
            part = _Ledger(book, columns, heading, formats, sheet_rows, part)
        return part.count
    finally:
        book.close()


class _Waiting(Iterator[Mapping[str, Any]]):
    """Rows one by one; tells whether another one comes."""

    def __init__(self, rows: Iterable[Mapping[str, Any]]) -> None:
        self.rows = iter(rows)
        self.ahead = next(self.rows, None)

    def __next__(self) -> Mapping[str, Any]:
        if self.ahead is None:
            raise StopIteration
        found, self.ahead = self.ahead, next(self.rows, None)
        return found


def sheet_name(text: str) -> str:
    """Return a text as the name of a sheet: no []:*?/\\, at most 31 characters."""
    return re.sub(r"[\[\]:*?/\\\uff1a']", "", text).strip()[:31] or "Sheet1"


class _Ledger:
    """One sheet of a ledger being written; `before` is the sheet it goes on from."""

    def __init__(
        self,
        book: xlsxwriter.Workbook,
        columns: Sequence[Column],
        heading: Heading,
        formats: Mapping[str, Any],
        sheet_rows: int,
        before: _Ledger | None = None,
    ) -> None:
        self.heading, self.formats = heading, formats
        serial = (Column("", "序号", "number", width=6),) if heading.numbered else ()
        self.columns = (*serial, *columns)
        self.part: int = before.part + 1 if before else 1
        name = sheet_name(heading.sheet or heading.title)
        self.sheet = book.add_worksheet(name if self.part == 1 else f"{name[:26]}({self.part})")
        self.widths: list[float] = (
            before.widths if before else self._narrowed([self._label_width(each) for each in self.columns])
        )
        self.sums: list[Decimal] = before.sums if before else [Decimal(0) for _ in self.columns]
        self.count: int = before.count if before else 0
        self.full = sheet_rows - 2
        self.last = len(self.columns) - 1
        self.depth = 2 if any(each.group for each in self.columns) else 1

    def _label_width(self, column: Column) -> float:
        if column.width is not None:
            return column.width
        return min(
            max(NARROWEST, display_width(column.label) / (2 if len(column.label) > 6 else 1) + 2), WIDEST
        )

    def _narrowed(self, widths: list[float]) -> list[float]:
        """Narrow given widths until the ledger prints legibly; what no longer fits wraps."""
        over = sum(widths) - READABLE
        slack = [
            max(width - LEAST.get(each.kind, 8.0), 0.0)
            for width, each in zip(widths, self.columns, strict=True)
        ]
        if over <= 0 or not sum(slack):
            return widths
        share = min(over / sum(slack), 1.0)
        return [round(width - spare * share, 1) for width, spare in zip(widths, slack, strict=True)]

    def write(self, rows: _Waiting) -> bool:
        """Write rows until they end or the sheet is full; returns whether some are left."""
        first = row = self._head()
        runs: dict[int, tuple[Any, int]] = {}  # column -> value that runs on, its first row
        while row < self.full and (values := next(rows, None)) is not None:
            self.count += 1
            lines = 1
            for index, column in enumerate(self.columns):
                value = self.count if index == 0 and self.heading.numbered else values.get(column.key)
                if column.merged and value and runs.get(index, (None, 0))[0] == value:
                    self.sheet.write_blank(row, index, None, self.formats["text"])
                    continue
                if column.merged:
                    self._close(index, runs.get(index), row)
                    runs[index] = (value, row)
                lines = max(lines, self._value(row, index, column, value))
            self.sheet.set_row(row, min(max(lines * 14 + 6, 22), MAX_HEIGHT))
            # The row above is in the file; the library would keep its height for ever, 400 bytes a row.
            self.sheet.row_info.pop(row - 1, None)
            self.sheet.row_sizes.pop(row - 1, None)
            row += 1
        for index, run in runs.items():
            self._close(index, run, row)
        more = rows.ahead is not None
        if not more:
            self._tail(self._total(row, self.count))
        self._print_setup(first)
        return more

    def _close(self, index: int, run: tuple[Any, int] | None, row: int) -> None:
        """Merge the cells of a value that ran on until before a row; only noted, see `_groups`."""
        if run is not None and row - run[1] > 1:
            self.sheet.merge.append([run[1], index, row - 1, index])

    def _head(self) -> int:
        """Write title, unit row and header. Returns the first row of data."""
        sheet, formats = self.sheet, self.formats
        sheet.set_row(0, 36)
        self._across(0, 0, self.last, self.heading.title, formats["title"])
        row = 1
        if self.heading.unit or self.heading.day:
            sheet.set_row(1, 20)
            half = max(self.last // 2, 0)
            self._across(1, 0, half, f"填报单位\uff1a{self.heading.unit}", formats["left"])
            if self.last > half:
                self._across(1, half + 1, self.last, f"填报日期\uff1a{self.heading.day}", formats["right"])
            row = 2
        if self.depth == 2:
            self._groups(row)
        row += self.depth - 1
        sheet.set_row(row, 32)
        for index, column in enumerate(self.columns):
            if self.depth == 2 and not column.group:
                sheet.write_blank(row, index, None, formats["header"])
            else:
                sheet.write_string(row, index, column.label, formats["header"])
        return row + 1

    def _groups(self, row: int) -> None:
        """Write the upper header row. Cells below a label are blank and merged with it.

        `merge_range` would write the lower row first, which a ledger written row by row does not allow: the two
        rows are written plainly and the ranges only noted.
        """
        self.sheet.set_row(row, 24)
        start = 0
        while start <= self.last:
            group = self.columns[start].group
            end = start
            while group and end < self.last and self.columns[end + 1].group == group:
                end += 1
            self.sheet.write_string(row, start, group or self.columns[start].label, self.formats["header"])
            for index in range(start + 1, end + 1):
                self.sheet.write_blank(row, index, None, self.formats["header"])
            if not group:
                self.sheet.merge.append([row, start, row + 1, start])
            elif end > start:
                self.sheet.merge.append([row, start, row, end])
            start = end + 1

    def _value(self, row: int, index: int, column: Column, value: Any) -> int:
        """Write a cell. Returns over how many lines it wraps."""
        if value is None or value == "":
            self.sheet.write_blank(row, index, None, self.formats["text"])
            return 1
        if column.kind in ("number", "money"):
            number = _number(value)
            if number is not None:
                self.sums[index] += number
                self.sheet.write_number(row, index, float(number), self.formats[column.kind])
                self._measure(index, f"{number:,.2f}" if column.kind == "money" else str(number))
                return 1
        elif column.kind == "date":
            day = _day(value)
            if day is not None:
                self.sheet.write_datetime(row, index, day, self.formats["date"])
                self._measure(index, "2026-03-02")
                return 1
        text = _text(value)[:MAX_TEXT]
        # write_string, never write: "=1+1" and links stay the text they are.
        self.sheet.write_string(row, index, text, self.formats["text"])
        self._measure(index, text)
        return lines_needed(text, self.widths[index] - 1.5)

    def _measure(self, index: int, text: str) -> None:
        if self.columns[index].width is None and self.widths[index] < WIDEST:
            longest = max(display_width(line) for line in text.split("\n"))
            self.widths[index] = min(max(self.widths[index], longest + 2), WIDEST)

    def _total(self, row: int, count: int) -> int:
        totals = [index for index, column in enumerate(self.columns) if column.total]
        if not totals or not count:
            return row
        self.sheet.set_row(row, 24)
        before = max(totals[0] - 1, 0)
        for index, column in enumerate(self.columns):
            if column.total:
                self.sheet.write_number(
                    row, index, float(self.sums[index]), self.formats[f"{column.kind}_total"]
                )
                self._measure(index, f"{self.sums[index]:,.2f}")
            elif index == 0:
                self._across(row, 0, before, "合计", self.formats["header"])
            elif index > before:
                self.sheet.write_blank(row, index, None, self.formats["header"])
        return row + 1

    def _tail(self, row: int) -> None:
        if not self.heading.signatures:
            return
        self.sheet.set_row(row, 28)
        gap = "\u3000" * 8
        words = (
            f"填表人\uff1a{self.heading.prepared_by or gap}{gap}审核人\uff1a{self.heading.reviewed_by or gap}"
            f"{gap}单位负责人\uff1a{gap}\uff08盖章\uff09"
        )
        self._across(row, 0, self.last, words, self.formats["left"])

    def _across(self, row: int, first: int, last: int, text: str, style: Any) -> None:
        if last > first:
            self.sheet.merge_range(row, first, row, last, "", style)
        self.sheet.write_string(row, first, text, style)

    def _print_setup(self, first: int) -> None:
        sheet = self.sheet
        for index, width in enumerate(self.widths):
            sheet.set_column(index, index, width)
        sheet.freeze_panes(first, min(2, self.last) if self.heading.numbered else 0)
        sheet.repeat_rows(first - self.depth, first - 1)
        sheet.set_paper(8)
        sheet.set_landscape()
        sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.6)
        sheet.center_horizontally()
        sheet.fit_to_pages(1, 0)
        sheet.set_footer("&C第 &P 页\u3000共 &N 页")
        sheet.hide_gridlines(2)


def _formats(book: xlsxwriter.Workbook) -> dict[str, Any]:
    base = {"font_name": FONT, "font_size": 10.5, "valign": "vcenter"}
    cell = {**base, "border": 1, "text_wrap": True}
    header = {**cell, "bold": True, "align": "center", "bg_color": "#F2F2F2"}
    return {
        "title": book.add_format({**base, "font_size": 18, "bold": True, "align": "center"}),
        "left": book.add_format({**base, "align": "left"}),
        "right": book.add_format({**base, "align": "right"}),
        "header": book.add_format(header),
        "text": book.add_format({**cell, "align": "left", "num_format": "@"}),
        "number": book.add_format({**cell, "align": "center", "num_format": "General"}),
        "money": book.add_format({**cell, "align": "right", "num_format": "#,##0.00"}),
        "date": book.add_format({**cell, "align": "center", "num_format": "yyyy-mm-dd"}),
        "number_total": book.add_format({**header, "num_format": "General"}),
        "money_total": book.add_format({**header, "align": "right", "num_format": "#,##0.00"}),
    }


def _number(value: Any) -> Decimal | None:
    """Return a number that a cell holds exactly: at most 15 digits."""
    if isinstance(value, bool):
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() and len(number.as_tuple().digits) <= 15 else None


def _day(value: Any) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value if value.year >= 1900 else None
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        return None


def _text(value: Any) -> str:
    if isinstance(value, list | tuple):
        return "、".join(map(str, value))
    return value.isoformat() if isinstance(value, date) else str(value)
