"""A marked workbook drawn anew: tables that are no .xlsx come back as one, with the same cells."""

from __future__ import annotations

import io
from collections.abc import Collection, Mapping, Sequence

import xlsxwriter

from templates_xlsx.cellwriter import lines_needed
from templates_xlsx.mark import FILLS, HEADER, WORDS, Mark, notes_of, worst_of
from templates_xlsx.notes import AUTHOR
from templates_xlsx.sheets import BLANKS, MARK_SHEET, Sheet, cell_text, position


def drawn_anew(sheets: Sequence[Sheet], faults: Sequence[Mark], gone: Mapping[str, Collection[int]]) -> bytes:
    """Return an .xlsx with the cells of another format, marked; rows that are `gone` stay empty and hidden."""
    out = io.BytesIO()
    worst = worst_of(faults)
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        plain = book.add_format({"border": 1, "text_wrap": True, "valign": "vcenter"})
        fills = {
            severity: book.add_format(
                {
                    "border": 1,
                    "text_wrap": True,
                    "valign": "vcenter",
                    "bg_color": f"#{colour[2:]}",
                    "pattern": 1,
                }
            )
            for severity, colour in FILLS.items()
        }
        for sheet in sheets:
            if sheet.name == MARK_SHEET:
                continue
            target = book.add_worksheet(sheet.name)
            target.set_landscape()
            target.set_paper(9)
            target.fit_to_pages(1, 0)
            marked = {
                position(cell): severity for (name, cell), severity in worst.items() if name == sheet.name
            }
            _copy(target, sheet, marked, plain, fills, gone.get(sheet.name, ()))
            for cell, text in notes_of(faults, sheet.name).items():
                target.write_comment(cell, text, {"author": AUTHOR, "x_scale": 2})
        listed = book.add_worksheet(MARK_SHEET)
        for column, (word, width) in enumerate(zip(HEADER, (6, 20, 10, 8, 90), strict=True)):
            listed.set_column(column, column, width)
            listed.write_string(0, column, word, plain)
        for number, each in enumerate(faults, 1):
            for column, text in enumerate(
                (str(number), each.sheet, each.cell, WORDS[each.severity], each.message)
            ):
                listed.write_string(number, column, text, plain)
    return out.getvalue()


def _copy(
    target: xlsxwriter.worksheet.Worksheet,
    sheet: Sheet,
    marked: dict[tuple[int, int], str],
    plain: object,
    fills: dict[str, object],
    gone: Collection[int],
) -> None:
    widths = [8.0] * (sheet.width + 1)
    for row in range(1, sheet.height + 1):
        lines = 1
        if row in gone:
            target.set_row(row - 1, None, None, {"hidden": True})
            continue
        for column in range(1, sheet.width + 1):
            span = sheet.span(row, column)
            if (span.top, span.left) != (row, column):
                continue
            text = cell_text(sheet.value(row, column))
            style = fills[marked[row, column]] if (row, column) in marked else plain
            if span.rows > 1 or span.columns > 1:
                target.merge_range(row - 1, column - 1, span.bottom - 1, span.right - 1, "", style)
            else:
                widths[column] = min(max(widths[column], len(text.strip(BLANKS)) * 2.0), 30.0)
                lines = max(lines, lines_needed(text, 28))
            if text or (row, column) in marked:
                target.write_string(row - 1, column - 1, text, style)
        if lines > 1:
            target.set_row(row - 1, min(lines * 15, 400))
    for column in range(1, sheet.width + 1):
        target.set_column(column - 1, column - 1, widths[column])
