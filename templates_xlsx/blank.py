"""Blank forms for offline work, drawn from a form: one table, or a list of one record a row.

Every cell has its field's name (`F_<key>`; the header of a list `C_<key>`, of rows within a form `R_<field>.<column>`),
so that the reader goes by names whatever becomes of the labels; the file's own properties tell form and version.
Drop-downs, checks and notes are those of the form; long lists stand on a hidden sheet.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

import xlsxwriter

from forms.fields import Field, Form
from templates_xlsx.blank_checks import Lists, check_of
from templates_xlsx.cellwriter import MAX_HEIGHT, display_width, lines_needed
from templates_xlsx.ledger import COLUMN_PREFIX
from templates_xlsx.ledger_out import FONT, READABLE, sheet_name
from templates_xlsx.origin import Origin
from templates_xlsx.row_sheets import NUMBER_PREFIX, ROWS_PREFIX, TASK_PREFIX

LIST_ROWS = 300
"""Rows of an empty list that are ready to be filled in; more may be added below."""
WIDTHS = (19, 15, 15, 19, 15, 15)
MOST_ON_A_PAGE = 30
DATE = "date"

Value = str | int | float | Decimal | date | None


@dataclass(frozen=True)
class Blank:
    """What a blank form is made of.

    Attributes:
        form, version: the form as it stands.
        units: field key (of a column: `rows.column`) -> full names of the units it takes, in order.
        values: field key -> what stands in its cell already.
        rows: key of a field of kind rows -> its rows, by column key.
        task: id of the task it was made for; 0: none.
        note: a line below the title.
        tab: what its sheets are called in a workbook of several.
    """

    form: Form
    version: int = 0
    units: Mapping[str, Sequence[str]] = field(default_factory=dict)
    values: Mapping[str, Value] = field(default_factory=dict)
    rows: Mapping[str, Sequence[Mapping[str, Value]]] = field(default_factory=dict)
    task: int = 0
    note: str = ""
    tab: str = ""


def asked(form: Form) -> tuple[Field, ...]:
    """The fields a person fills in offline: no files, nothing the system gives, not the question that stops."""
    return tuple(
        each for each in form.fields if each.kind != "files" and not each.readonly and each.stop_when is None
    )


def blank_table(blank: Blank) -> bytes:
    """Draw one record as one table, its rows on sheets of their own: A4 portrait, labels left of their cells."""
    return _Drawing(blank).table()


def blank_tables(blanks: Sequence[Blank]) -> bytes:
    """Draw several records of one form as one workbook, each on sheets of its own that say whose they are."""
    return _Drawing(blanks[0], several=True).tables(blanks)


def blank_list(blank: Blank, rows: int = LIST_ROWS) -> bytes:
    """Draw a list of one record a row: A3 landscape, header frozen and repeated. Rows within a form are left out."""
    return _Drawing(blank).list(rows)


class _Drawing:
    """One workbook being drawn."""

    def __init__(self, blank: Blank, several: bool = False) -> None:
        self.blank, self.form = blank, blank.form
        self.several, self.number = several, 0
        self.out = io.BytesIO()
        self.book = xlsxwriter.Workbook(self.out, {"in_memory": True})
        self.formats = _formats(self.book)
        self.lists = Lists(blank.units)

    def _close(self) -> bytes:
        self.lists.write(self.book)
        blank, form = self.blank, self.form
        task = 0 if self.several else blank.task
        made_from = Origin("", form.key, blank.version, form.content_hash[:16], task)
        for name, text in made_from.properties().items():
            self.book.set_custom_property(name, text, "text")
        self.book.close()
        return self.out.getvalue()

    def _name(self, name: str, sheet: str, row: int, column: int) -> None:
        letters = xlsxwriter.utility.xl_col_to_name(column)
        whose = f"'{sheet}'!" if self.several else ""  # of the sheet alone, or of the workbook
        self.book.define_name(f"{whose}{name}", f"='{sheet}'!${letters}${row + 1}")

    def _sheet(self, title: str) -> tuple[str, Any]:
        """A new sheet: one of several says whose it is by its tab, and by a name on it."""
        whole = f"{self.number} {title} {self.blank.tab}".replace("  ", " ") if self.several else title
        name = sheet_name(whole)
        sheet = self.book.add_worksheet(name)
        if self.several:
            self._name(f"{TASK_PREFIX}{self.blank.task}", name, 0, 0)
        return name, sheet

    # ------------------------------------------------------------------ one table
    def table(self) -> bytes:
        self._sheets()
        return self._close()

    def tables(self, blanks: Sequence[Blank]) -> bytes:
        for self.number, self.blank in enumerate(blanks, 1):
            self._sheets()
        return self._close()

    def _sheets(self) -> None:
        name, sheet = self._sheet("" if self.several else self.form.title)
        for column, width in enumerate(WIDTHS):
            sheet.set_column(column, column, width)
        row = self._title(
            sheet, len(WIDTHS) - 1, "带 * 的必填；有下拉箭头的从列表中选择；点单元格可看填写说明。"
        )
        for line in self._lines():
            row = self._line(sheet, name, row, line)
        sheet.set_paper(9)
        sheet.set_portrait()
        sheet.fit_to_pages(1, 1 if row <= MOST_ON_A_PAGE else 0)
        _dress(sheet)
        for each in self.form.fields:
            if each.kind == "rows":
                self._rows(each)

    def _lines(self) -> list[tuple[Field | str, ...]]:
        """Two short fields a line or a long one, as the form's layout has them; texts between them."""
        lines: list[tuple[Field | str, ...]] = []
        known = {each.key for each in asked(self.form)} | set(self.blank.values)
        for row in self.form.layout:
            waiting: list[Field] = []
            for cell in row.cells:
                if cell.text and not cell.box:
                    lines.append((cell.text,))
                for each in cell.fields:
                    if each.key not in known or each.kind in ("rows", "files"):
                        continue
                    if each.kind in ("long_text", "units"):
                        lines.append((each,))
                        continue
                    waiting.append(each)
                    if len(waiting) == 2:
                        lines.append(tuple(waiting))
                        waiting = []
            if waiting:
                lines.append(tuple(waiting))
        return lines

    def _line(self, sheet: Any, name: str, row: int, line: tuple[Field | str, ...]) -> int:
        last = len(WIDTHS) - 1
        if isinstance(line[0], str):
            sheet.merge_range(row, 0, row, last, line[0], self.formats["note"])
            sheet.set_row(row, 16 * lines_needed(line[0], sum(WIDTHS) - 2) + 4)
            return row + 1
        height = 56.0 if line[0].kind == "long_text" else 30.0
        for each, column in zip(line, (0, 3), strict=False):
            assert isinstance(each, Field)
            end = last if len(line) == 1 else column + 2
            sheet.write_string(row, column, label_of(each), self.formats["label"])
            style = self._style(each)
            value = self.blank.values.get(each.key)
            sheet.merge_range(row, column + 1, row, end, "", style)
            _put(sheet, row, column + 1, value, style)
            check = check_of(each, self.lists, each.key)
            if check and not each.readonly:
                sheet.data_validation(row, column + 1, row, end, check)
            self._name(f"F_{each.key}", name, row, column + 1)
            room = sum(WIDTHS[column + 1 : end + 1]) - 3
            lines = lines_needed(str(value or ""), room)
            height = max(
                height, min(16.0 * lines + 6, MAX_HEIGHT), 16.0 * lines_needed(label_of(each), 17) + 6
            )
        sheet.set_row(row, height)
        return row + 1

    # ------------------------------------------------------------------ rows of a form
    def _rows(self, holder: Field) -> None:
        """The rows of one field on a sheet of their own; what may not be changed is grey."""
        name, sheet = self._sheet(holder.label or holder.key)
        given = self.blank.rows.get(holder.key, ())
        columns = holder.columns
        told = "灰色的栏不能改；每行的序号请勿改动。" if given else "带 * 的必填。"
        row = self._title(sheet, len(columns), told, holder.label)
        self._name(f"{NUMBER_PREFIX}{holder.key}", name, row, 0)
        for index, each in enumerate(columns, 1):
            self._name(f"{ROWS_PREFIX}{holder.key}.{each.key}", name, row, index)
        ready = len(given) if holder.fixed_rows and given else max(len(given) + 30, 60)
        self._grid(sheet, row, columns, ready, given, holder.key)
        _dress(sheet, landscape=True)

    # ------------------------------------------------------------------ a list
    def list(self, ready: int) -> bytes:
        columns = tuple(each for each in asked(self.form) if each.kind != "rows")
        name = sheet_name(self.form.title)
        sheet = self.book.add_worksheet(name)
        row = self._title(
            sheet, len(columns), "每行一条，从表头下一行填起；带 * 的必填；有下拉箭头的从列表中选择。"
        )
        for index, each in enumerate(columns, 1):
            self._name(f"{COLUMN_PREFIX}{each.key}", name, row, index)
        self._grid(sheet, row, columns, ready, (), "")
        sheet.set_paper(8)
        _dress(sheet, landscape=True)
        return self._close()

    def _grid(
        self,
        sheet: Any,
        row: int,
        columns: Sequence[Field],
        ready: int,
        given: Sequence[Mapping[str, Value]],
        holder: str,
    ) -> None:
        """A header in `row`, numbered rows below it, checks over all of them."""
        widths = _widths(columns)
        sheet.set_column(0, 0, 6)
        sheet.write_string(row, 0, "序号", self.formats["header"])
        sheet.set_row(row, 34)
        for index, (each, width) in enumerate(zip(columns, widths, strict=True), 1):
            sheet.set_column(index, index, width)
            sheet.write_string(row, index, label_of(each), self.formats["header"])
            key = f"{holder}.{each.key}" if holder else each.key
            check = check_of(each, self.lists, key)
            if check and not each.readonly and ready:
                sheet.data_validation(row + 1, index, row + ready, index, check)
        for number in range(1, ready + 1):
            values = given[number - 1] if number <= len(given) else {}
            sheet.write_number(row + number, 0, number, self.formats["number"])
            lines = 1
            for index, each in enumerate(columns, 1):
                value = values.get(each.key)
                _put(sheet, row + number, index, value, self._style(each))
                lines = max(lines, lines_needed(str(value or ""), widths[index - 1] - 1.5))
            sheet.set_row(row + number, min(lines * 15 + 7, MAX_HEIGHT))
        sheet.freeze_panes(row + 1, 1)
        sheet.repeat_rows(row)

    # ------------------------------------------------------------------ what all have
    def _title(self, sheet: Any, last: int, told: str, title: str = "") -> int:
        self._across(sheet, 0, last, title or self.form.title, "title")
        sheet.set_row(0, 36)
        row = 1
        for line in filter(None, (self.blank.note, told)):
            self._across(sheet, row, last, line, "note")
            sheet.set_row(row, 20)
            row += 1
        return row

    def _across(self, sheet: Any, row: int, last: int, text: str, style: str) -> None:
        if last > 0:
            sheet.merge_range(row, 0, row, last, "", self.formats[style])
        sheet.write_string(row, 0, text, self.formats[style])

    def _style(self, each: Field) -> Any:
        kind = each.kind if each.kind in (DATE, "money", "number") else "text"
        return self.formats[f"{kind}_given" if each.readonly else kind]


def label_of(each: Field) -> str:
    """A label with the mark of what must be filled in."""
    must = each.required or (each.required_on_page and each.hide is None)
    return f"*{each.label}" if must and not each.readonly else each.label


_OWN_WIDTH = {
    "long_text": 28.0,
    "units": 22.0,
    "unit": 18.0,
    "date": 12.5,
    "phone": 15.0,
    "money": 13.0,
    "number": 9.0,
}


def _widths(columns: Sequence[Field]) -> list[float]:
    """Characters of each column; together they still print legibly on A3."""
    wanted = []
    for each in columns:
        longest = max((display_width(choice.label) for choice in each.choices), default=0) + 5
        own = longest if each.choices else _OWN_WIDTH.get(each.kind, 16.0)
        label = display_width(label_of(each)) / (2 if len(each.label) > 6 else 1) + 3
        wanted.append(min(max(own, label, 8.0), 40.0))
    over = min(READABLE / max(sum(wanted), 1.0), 1.0)
    return [round(max(width * over, 8.0), 1) for width in wanted]


def _put(sheet: Any, row: int, column: int, value: Value, style: Any) -> None:
    """Write a value as what it is; text is never read as a formula."""
    if value is None or value == "":
        sheet.write_blank(row, column, None, style)
    elif isinstance(value, date):
        sheet.write_datetime(row, column, value, style)
    elif isinstance(value, int | float | Decimal):
        sheet.write_number(row, column, float(value), style)
    else:
        sheet.write_string(row, column, value, style)


def _dress(sheet: Any, *, landscape: bool = False) -> None:
    if landscape:
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
    sheet.set_margins(left=0.6, right=0.6, top=0.7, bottom=0.6)
    sheet.center_horizontally()
    sheet.hide_gridlines(2)
    sheet.set_footer("&C第 &P 页\u3000共 &N 页")


def _formats(book: xlsxwriter.Workbook) -> dict[str, Any]:
    base = {"font_name": FONT, "font_size": 11, "valign": "vcenter", "text_wrap": True}
    cell = {**base, "border": 1}
    given: dict[str, Any] = {"bg_color": "#EDEDED", "font_color": "#404040"}
    kinds: dict[str, dict[str, Any]] = {
        "text": {"align": "left", "num_format": "@", "indent": 1},
        DATE: {"align": "center", "num_format": "yyyy-mm-dd"},
        "money": {"align": "right", "num_format": "#,##0.00"},
        "number": {"align": "center", "num_format": "General"},
    }
    found = {
        "title": book.add_format({**base, "font_size": 18, "bold": True, "align": "center"}),
        "note": book.add_format({**base, "font_size": 9.5, "font_color": "#595959", "align": "left"}),
        "label": book.add_format({**cell, "align": "center", "bg_color": "#F7F7F7"}),
        "header": book.add_format({**cell, "bold": True, "align": "center", "bg_color": "#F2F2F2"}),
    }
    for kind, own in kinds.items():
        found[kind] = book.add_format({**cell, **own})
        found[f"{kind}_given"] = book.add_format({**cell, **own, **given})
    return found
