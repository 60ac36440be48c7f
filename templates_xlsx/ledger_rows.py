"""The rows of a ledger: records, and what is only dressing among them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from forms.fields import Field
from templates_xlsx.labels import Vocabulary, amounts_in, normalise, unit_line
from templates_xlsx.ledger import NUMBER_LABELS, Header, answers_of, header_at, whole_header
from templates_xlsx.option_columns import ticked
from templates_xlsx.refusals import CellFault
from templates_xlsx.sheets import Sheet, column_letters
from templates_xlsx.values import Posted, compound_posted, posted_value

_TOTAL = re.compile("(?:本页|本表|本月|本季|本年|全年|分类|以上)?[合总小共累](?:合)?计(?:数|金额)?")
TAIL = re.compile(
    r"^\s*(?:填\s*表\s*人|制\s*表\s*人?|填\s*报\s*人|审\s*核\s*人?|复\s*核\s*人?|经\s*办\s*人|单位负责人|负\s*责\s*人|"
    r"主管领导|分管领导|联\s*系\s*人|联系电话|填报单位|填报日期|填表日期|盖\s*章|日\s*期|注|备\s*注|说\s*明|填表说明|附\s*注)"
    r"\s*(?:[(\uff08].{0,12}[)\uff09])?\s*[:\uff1a]"
)
_SECTION = re.compile("\\s*[(\uff08]?[一二三四五六七八九十]{1,3}[)\uff09、.\uff0e]\\s*\\S")
"""The title of a part of a table, alone in its row: 二、短期事项."""
_SAMPLES = frozenset({"示例", "样例", "例", "范例", "填写示例", "例如"})


NUMBERED = 4
"""Cells of a row that only numbers the columns: 1, 2, 3, 4."""


@dataclass(frozen=True)
class LedgerRow:
    """One row as it was read."""

    row: int
    posted: dict[str, Posted]
    cells: dict[str, str]
    faults: tuple[CellFault, ...]


class LedgerReader:
    """Reads the rows below a header."""

    def __init__(
        self, sheet: Sheet, vocabulary: Vocabulary, header: Header, again: Mapping[int, Header] | None = None
    ) -> None:
        """Take `again` for the rows where the header is known to stand again."""
        self.sheet, self.vocabulary = sheet, vocabulary
        self.header, self.again = header, again or {}
        self.in_tail = False
        self.unit = ""
        self._use(header)

    def _use(self, header: Header) -> None:
        form = self.vocabulary.form
        self.header = header
        self.unit = self._unit_above(header) or self.unit
        ordered = sorted(header.columns, key=lambda each: len(each.meaning.keys))
        self.columns: list[tuple[int, str, tuple[Field, ...], str]] = []
        own: set[str] = set()
        for each in ordered:
            fields = tuple(form.field(key) for key in each.meaning.keys)
            if own.issuperset(each.meaning.keys):
                continue
            own.update(each.meaning.keys)
            self.columns.append(
                (each.column, column_letters(each.column), fields, amounts_in(each.meaning.hint, self.unit))
            )
        self.options = {
            each.column: found
            for each in header.columns
            if (found := answers_of(self.sheet, self.vocabulary, each, header.bottom))
        }
        self.labels = {self.sheet.value(each.label.top, each.label.left) for each in header.columns}
        self.drawn = [
            (row - header.top, column, value)
            for row in range(header.top, header.bottom + 1)
            for column in range(1, self.sheet.width + 1)
            if (value := self.sheet.value(row, column)) is not None
        ]
        self.some_columns = [column for column, *_ in self.columns[:6]]
        self.spread = max(each.column for each in header.columns)

    def _unit_above(self, header: Header) -> str:
        """Return the unit of the amounts where a line right above the header says it: 单位:万元."""
        for row in range(header.top - 1, max(header.top - 4, 0), -1):
            for value in self.sheet.rows[row - 1]:
                if isinstance(value, str) and (unit := unit_line(value)):
                    return unit
        return ""

    def rows(self) -> Iterator[LedgerRow]:
        """Yield the records; totals, signatures, notes, repeated headers and empty rows are passed over."""
        sheet = self.sheet
        row = self.header.bottom + 1
        while row <= sheet.height:
            if self._is_dressing(row):
                row += 1
                continue
            again = self._header_again(row)
            if again is not None:
                self._use(again)
                row = again.bottom + 1
                continue
            read = self._read(row)
            if read is not None:
                yield read
            row += 1

    def _is_dressing(self, row: int) -> bool:
        """Whether a row is a total, a signature line, a note or a sample."""
        cells = self.sheet.rows[row - 1]
        filled = [
            (column, value) for column, value in enumerate(cells, 1) if value is not None and value != ""
        ]
        if not filled:
            return True
        column, first = filled[0]
        numbers = list(range(1, len(filled) + 1))
        if len(filled) >= NUMBERED and [value for _, value in filled] == numbers:
            return True
        if not isinstance(first, str):
            return False
        word = normalise(first)
        if _TOTAL.fullmatch(word) or (word in _SAMPLES and column == self.header.serial):
            return True
        if TAIL.match(first) and len(filled) <= 6 and not self._has_matter(row, column):
            self.in_tail = True
            return True
        if len(filled) == 1 and (unit_line(first) or _SECTION.match(first)):
            return True
        span = self.sheet.span(row, column)
        if span.columns > max(self.spread // 2, 1) and len(filled) == 1:
            return True
        return self.in_tail and len(filled) == 1

    def _has_matter(self, row: int, first: int) -> bool:
        """Whether a row that begins like a signature line still fills many columns."""
        filled = sum(
            self.sheet.value(row, column) is not None for column, *_ in self.columns if column != first
        )
        return filled > len(self.columns) // 2

    def _header_again(self, row: int) -> Header | None:
        """A header in the middle: repeated for print, or that of a second table below the first."""
        if row in self.again:
            return self.again[row]
        if all(self.sheet.value(row + down, column) == value for down, column, value in self.drawn):
            return self.header.moved(row - self.header.top)
        values = [self.sheet.value(row, column) for column in self.some_columns]
        same = sum(isinstance(value, str) and value in self.labels for value in values)
        if same < min(3, len(values)) and not self._begins_table(row):
            return None
        header = header_at(self.sheet, self.vocabulary, row)
        if header is None or len(header.keys) < min(3, len(self.columns)):
            return None
        return whole_header(self.sheet, self.vocabulary, header)

    def _begins_table(self, row: int) -> bool:
        """Whether a row begins as the header of another table does: with 序号 or a label of the form."""
        first = next((value for value in self.sheet.rows[row - 1] if value is not None and value != ""), None)
        if not isinstance(first, str) or len(first) > 12:
            return False
        word = normalise(first)
        return word in NUMBER_LABELS or word in self.vocabulary.known

    def _read(self, row: int) -> LedgerRow | None:
        posted: dict[str, Posted] = {}
        cells: dict[str, str] = {}
        faults: list[CellFault] = []
        anything = False
        sheet = self.sheet
        for column, letters, fields, hint in self.columns:
            answers = self.options.get(column)
            value = sheet.value(row, column)
            if answers is not None:
                value, unclear = ticked(sheet, row, fields[0], answers)
                faults.extend(unclear)
            where = f"{letters}{row}"
            if where in sheet.errors:
                faults.append(
                    CellFault(where, fields[0].key, "warning", "formula_error", sheet.errors[where])
                )
            elif where in sheet.uncached:
                faults.append(CellFault(where, fields[0].key, "warning", "formula_without_value"))
            if len(fields) == 1:
                key = fields[0].key
                posted[key], more = posted_value(value, fields[0], where, hint)
                cells[key] = where
                faults.extend(more)
                anything = anything or bool(posted[key])
                continue
            parts, more = compound_posted(value, fields, where, hint)
            faults.extend(more)
            for each, part in zip(fields, parts, strict=True):
                if part or each.key not in posted:
                    posted[each.key] = part if part or each.key not in posted else posted[each.key]
                    cells[each.key] = where
                anything = anything or bool(part)
        if not anything:
            return None
        if row in sheet.hidden_rows:
            faults.append(CellFault(f"A{row}", None, "warning", "row_hidden"))
        return LedgerRow(row, posted, cells, tuple(faults))
