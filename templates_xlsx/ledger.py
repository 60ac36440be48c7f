"""The header of a sheet of one record a row: one to three levels of labels, drawn with or without merging."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from templates_xlsx.labels import Meaning, Vocabulary, hint_of, normalise
from templates_xlsx.option_columns import asked, options
from templates_xlsx.recognise import Source, source_of
from templates_xlsx.refusals import CellFault
from templates_xlsx.sheets import Sheet, Span, cell_text, position, reference

COLUMN_PREFIX = "C_"
"""How the name of a column's header begins in a list that was made from its form."""
SEARCHED_ROWS = 40
"""Rows in which a header is looked for."""
GROUP_ROWS = 2
"""Rows of group labels that may stand above the labels of the columns."""

_COLON_OR_DIGIT = re.compile("[:\uff1a\\d]")
NUMBER_LABELS = frozenset({"序号", "编号", "序", "号", "行次", "no"})


@dataclass(frozen=True)
class HeaderColumn:
    """One column that holds a field, or two that share it."""

    column: int
    meaning: Meaning
    label: Span
    source: Source = "label"


@dataclass(frozen=True)
class Header:
    """The header of a ledger: its last row, its columns."""

    row: int
    bottom: int
    columns: tuple[HeaderColumn, ...]
    serial: int | None
    top: int = 0

    def moved(self, down: int) -> Header:
        """Return the same header so many rows further down."""
        columns = tuple(replace(each, label=each.label.moved(down)) for each in self.columns)
        return Header(self.row + down, self.bottom + down, columns, self.serial, self.top + down)

    @cached_property
    def keys(self) -> frozenset[str]:
        return frozenset(key for each in self.columns for key in each.meaning.keys)


def header_at(sheet: Sheet, vocabulary: Vocabulary, row: int) -> Header | None:
    """Read a row as the row of column labels, with up to two rows of groups above; None where nothing fits."""
    found: list[HeaderColumn] = []
    serial = None
    bottom = row
    seen: set[tuple[int, int]] = set()
    for column in range(1, sheet.width + 1):
        span = sheet.span(row, column)
        value = sheet.value(row, column)
        if (span.top, span.left) in seen or not isinstance(value, str):
            continue
        seen.add((span.top, span.left))
        if normalise(value) in NUMBER_LABELS and vocabulary.strict(value) is None:
            serial = column
            continue
        meaning = _meaning(sheet, vocabulary, row, column, value)
        if meaning is None:
            continue
        bottom = max(bottom, span.bottom)
        if found and column in {at for at, _ in answers_of(sheet, vocabulary, found[-1], row)}:
            continue  # a further answer of the column before
        if meaning.keys:
            found.append(HeaderColumn(column, meaning, span, source_of(meaning)))
    return Header(row, bottom, tuple(found), serial) if found else None


def answers_of(sheet: Sheet, vocabulary: Vocabulary, column: HeaderColumn, row: int) -> list[tuple[int, str]]:
    """The columns of the answers that begin at a column of a header, where each answer has its own."""
    if len(column.meaning.keys) != 1:
        return []
    return options(sheet, vocabulary.form.field(column.meaning.keys[0]), row, column.column)


def serials(sheet: Sheet, row: int) -> list[int]:
    """Return the columns of a row of labels that only number the rows."""
    values = ((column, sheet.value(row, column)) for column in range(1, sheet.width + 1))
    return [
        column for column, value in values if isinstance(value, str) and normalise(value) in NUMBER_LABELS
    ]


def _meaning(sheet: Sheet, vocabulary: Vocabulary, row: int, column: int, label: str) -> Meaning | None:
    """Return what a column label means, alone or under the labels of its groups."""
    own = sheet.span(row, column)
    groups = []
    for above in range(own.top - 1, max(own.top - 1 - GROUP_ROWS, 0), -1):
        span = sheet.span(above, column)
        group = sheet.value(above, column)
        if isinstance(group, str) and span.columns < sheet.width and group not in groups:
            groups.append(group)
    strict = vocabulary.strict(label)
    for group in groups:
        key = asked(vocabulary, group, label)
        if key is not None:
            return Meaning((key,), 1)
        within = vocabulary.within(group, label)
        if within is not None and (strict is None or within.rank == 0):
            return within
    return strict


def find_header(sheet: Sheet, vocabulary: Vocabulary, first: int = 1) -> Header | None:
    """Return the row that names most fields; of equals the first."""
    best: Header | None = None
    for row in range(first, min(sheet.height, first + SEARCHED_ROWS) + 1):
        header = header_at(sheet, vocabulary, row)
        if header is not None and (best is None or len(header.keys) > len(best.keys)):
            best = header
    return whole_header(sheet, vocabulary, best) if best is not None else None


def whole_header(sheet: Sheet, vocabulary: Vocabulary, header: Header) -> Header:
    """Return a header with the rows above and below its row of labels that belong to it."""
    above = _refined(sheet, vocabulary, _with_above(sheet, vocabulary, header))
    whole = _extended(sheet, vocabulary, above)
    if whole is not above:  # labels of the next row may be wide in their turn: 联系人 over 姓名 and 电话
        whole = _refined(sheet, vocabulary, whole)
    return replace(whole, top=_top(sheet, whole))


def _top(sheet: Sheet, header: Header) -> int:
    """Return the first row of a header, the rows of its groups included."""
    top = min([header.row, *(each.label.top for each in header.columns)])
    while top > 1 and top > header.row - GROUP_ROWS and _is_group_row(sheet, top - 1):
        top -= 1
    return top


def _is_group_row(sheet: Sheet, row: int) -> bool:
    """Whether a row above labels holds their groups: short texts, no line of the title or of who filled it in."""
    texts = {
        (span.top, span.left): (value, span)
        for column in range(1, sheet.width + 1)
        if (value := sheet.value(row, column)) is not None
        for span in (sheet.span(row, column),)
    }
    plain = all(
        isinstance(value, str) and len(value) <= 20 and not _COLON_OR_DIGIT.search(value)
        for value, _ in texts.values()
    )
    wide = any(span.columns > 1 for _, span in texts.values())
    whole = any(span.columns >= sheet.width for _, span in texts.values())
    return bool(texts) and plain and not whole and (wide or len(texts) > 1)


def _extended(sheet: Sheet, vocabulary: Vocabulary, header: Header) -> Header:
    """Add the labels of the next row, where a header of two rows was drawn or exported without merging.

    Then the next row is empty below every label found so far, and holds labels only.
    """
    row = header.row + 1
    there = {
        column
        for each in header.columns
        for column in range(each.label.left, each.label.right + 1)
        if each.label.top <= row <= each.label.bottom
    }
    taken = {each.column for each in header.columns} | {header.serial}
    group = ""
    added: list[HeaderColumn] = []
    for column in range(1, sheet.width + 1):
        label = sheet.value(row, column)
        above = sheet.value(header.row, column)
        group = above if isinstance(above, str) else group
        if label is None or column in there or label == above:
            continue
        if column in taken or not isinstance(label, str):
            return header
        meaning = vocabulary.strict(label) or vocabulary.within(group, label)
        if meaning is not None and meaning.keys:
            added.append(HeaderColumn(column, meaning, sheet.span(row, column), source_of(meaning)))
    if not added:
        return header
    return Header(header.row, max(row, header.bottom), (*header.columns, *added), header.serial)


def _with_above(sheet: Sheet, vocabulary: Vocabulary, header: Header) -> Header:
    """Add the labels that stand above, with nothing below them, where merging was lost: a .csv, an export.

    The row above then holds groups over labels, and labels over empty cells, of which the form knows most.
    """
    for row in range(header.row - 1, max(header.row - 1 - GROUP_ROWS, 0), -1):
        texts = {
            column: value
            for column in range(1, sheet.width + 1)
            if (value := sheet.value(row, column)) is not None
        }
        if not texts or not all(isinstance(each, str) and len(each) <= 20 for each in texts.values()):
            break
        bare = {
            column: str(label)
            for column, label in texts.items()
            if all(sheet.value(below, column) is None for below in range(row + 1, header.row + 1))
        }
        meanings = {column: vocabulary.strict(label) for column, label in bare.items()}
        fresh = [
            HeaderColumn(column, each, Span(row, column, header.row, column), source_of(each))
            for column, each in meanings.items()
            if each is not None and each.keys and not header.keys.intersection(each.keys)
        ]
        if len(fresh) < 2 or 2 * len(fresh) < len(bare):
            continue
        serial = next((at for at, each in bare.items() if normalise(each) in NUMBER_LABELS), header.serial)
        header = Header(header.row, header.bottom, (*header.columns, *fresh), serial, row)
    return header


def _refined(sheet: Sheet, vocabulary: Vocabulary, header: Header) -> Header:
    """Take the labels below a wide one instead of it: 授权时间 over 起 and 止."""
    columns: list[HeaderColumn] = []
    bottom = header.bottom
    for each in header.columns:
        parts = []
        group = sheet.value(each.label.top, each.label.left)
        right = each.label.right
        while right < sheet.width and sheet.value(each.label.top, right + 1) is None:
            right += 1
        for column in range(each.label.left, right + 1) if right > each.label.left else ():
            label = sheet.value(each.label.bottom + 1, column)
            if isinstance(label, str) and isinstance(group, str):
                meaning = vocabulary.within(group, label)
                if meaning is not None and meaning.keys:
                    below = sheet.span(each.label.bottom + 1, column)
                    parts.append(HeaderColumn(column, meaning, below, source_of(meaning)))
        if len(parts) > 1:
            bottom = max([bottom, *(part.label.bottom for part in parts)])
        columns.extend(parts if len(parts) > 1 else [each])
    return Header(header.row, bottom, tuple(columns), header.serial)


def named_header(sheet: Sheet, vocabulary: Vocabulary, names: Mapping[str, str]) -> Header | None:
    """Return the header of a list that tells its columns by name (`C_<key>`), whatever their labels are now."""
    found = []
    for name, cell in names.items():
        key = name.removeprefix(COLUMN_PREFIX)
        if name.startswith(COLUMN_PREFIX) and key in vocabulary.form:
            row, column = position(cell)
            label = cell_text(sheet.value(row, column))
            meaning = Meaning((key,), 0, hint_of(label))
            found.append(HeaderColumn(column, meaning, sheet.span(row, column), "name"))
    if not found:
        return None
    found.sort(key=lambda each: each.column)
    bottom = max(each.label.bottom for each in found)
    serial = min(each.column for each in found) - 1
    top = min(each.label.top for each in found)
    return Header(bottom, bottom, tuple(found), serial or None, top)


def header_faults(sheet: Sheet, header: Header, vocabulary: Vocabulary) -> list[CellFault]:
    """Return what is wrong with a header: required fields without a column, fields with two."""
    faults = []
    form = vocabulary.form
    first: dict[str, HeaderColumn] = {}
    for each in header.columns:
        for key in each.meaning.keys:
            earlier = first.setdefault(key, each)
            if earlier is not each and earlier.meaning.keys == each.meaning.keys:
                facts = {"label": form.field(key).label, "other": _cell(earlier.label)}
                faults.append(
                    CellFault(_cell(each.label), key, "error", "label_doubled", "", facts, sheet.name)
                )
    for wanted in form.fields:
        if (
            wanted.required
            and not wanted.readonly
            and wanted.key not in header.keys
            and wanted.kind != "files"
        ):
            where = reference(header.row, header.columns[0].column)
            facts = {"label": wanted.label}
            faults.append(CellFault(where, wanted.key, "error", "label_missing", "", facts, sheet.name))
    return faults


def _cell(span: Span) -> str:
    return reference(span.top, span.left)
