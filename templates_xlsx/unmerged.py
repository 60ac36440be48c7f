"""Labels of a sheet that lost its merging (a .csv, an export): read as wide and as tall as they were drawn."""

from __future__ import annotations

from dataclasses import replace

from templates_xlsx.labels import Vocabulary
from templates_xlsx.sheets import Sheet, Span

MAX_ROWS, MAX_COLUMNS = 400, 60


def merged_again(sheet: Sheet, vocabulary: Vocabulary) -> Sheet:
    """Return the sheet with a span for each label that surely had one; the very sheet where cells are merged.

    Only a column that holds labels of the form elsewhere is taken for the second half of a label: an empty cell in it
    is no value that was left out.
    """
    if sheet.merged or sheet.height > MAX_ROWS or sheet.width > MAX_COLUMNS:
        return sheet
    known = {
        (row, column)
        for row in range(1, sheet.height + 1)
        for column in range(1, sheet.width + 1)
        if _is_label(sheet, vocabulary, row, column)
    }
    spans: list[Span] = []
    for column in sorted({at for _row, at in known if at > 1}):
        rows = [row for row, at in known if at == column and (row, column - 1) not in known]
        if rows:
            spans.extend(_wide(sheet, known, column - 1))
            spans.extend(_tall(sheet, known, column - 1, sorted(rows)))
    return replace(sheet, merged=tuple(spans)) if spans else sheet


def _is_label(sheet: Sheet, vocabulary: Vocabulary, row: int, column: int) -> bool:
    value = sheet.value(row, column)
    if not isinstance(value, str) or len(value) > 40:
        return False
    meaning = vocabulary.strict(value)
    return meaning is not None and bool(meaning.keys)


def _wide(sheet: Sheet, known: set[tuple[int, int]], column: int) -> list[Span]:
    """Labels that stretch over the next column: nothing beside them, and a value behind that."""
    return [
        Span(row, column, row, column + 1)
        for row, at in sorted(known)
        if at == column
        and sheet.value(row, column + 1) is None
        and sheet.value(row, column + 2) is not None
        and (row, column + 2) not in known
    ]


def _tall(sheet: Sheet, known: set[tuple[int, int]], column: int, rows: list[int]) -> list[Span]:
    """Labels of groups beside labels: 保障情况 beside 经费, 来源, 设备 in rows below one another."""
    spans = []
    for row in rows:
        if sheet.value(row, column) is None or (row, column) in known:
            continue
        last = row
        while last + 1 in rows and sheet.value(last + 1, column) is None:
            last += 1
        if last > row:
            spans.append(Span(row, column, last, column))
    return spans
