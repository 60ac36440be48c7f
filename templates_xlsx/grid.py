"""Opening a workbook: guard, reader, defined names, secrecy marks -> a `Book`."""

from __future__ import annotations

import io
from collections.abc import Iterator

import python_calamine as calamine

from forms.secrecy import ConfidentialRefused, mark_in_name, secrecy_mark
from templates_xlsx.biff import header_lines
from templates_xlsx.guard import UNREADABLE, Sniffed, sniff
from templates_xlsx.opendocument import merged_ranges
from templates_xlsx.outline import SheetOutline, outline_of, printed_lines
from templates_xlsx.package import Package
from templates_xlsx.refusals import WorkbookRefused
from templates_xlsx.sheets import (
    Book,
    CellValue,
    Preview,
    PreviewCell,
    Sheet,
    Span,
    cell_text,
    reference,
)
from templates_xlsx.text_formats import read_csv, read_html, read_xml2003

__all__ = ["Book", "CellValue", "Preview", "PreviewCell", "Sheet", "Span", "cell_text", "open_workbook"]

MAX_MERGED_CELLS = 2_000_000
"""Cells covered by the merged ranges of one sheet."""


def open_workbook(content: bytes, name: str, password: str | None = None) -> Book:
    """Open a workbook by its content, whatever its name says.

    Args:
        content: the bytes as uploaded.
        name: the file's name, for sentences only.
        password: opens a protected file.

    Raises:
        WorkbookRefused: it is no workbook, is broken, protected or dangerous.
        ConfidentialRefused: a secrecy mark stands in a cell, header, footer, note or drawn box.
    """
    sniffed = sniff(content, name, password)
    if sniffed.format == "csv":
        book = Book(name, "csv", (read_csv(sniffed.content.decode(sniffed.encoding)),))
    elif sniffed.format == "html":
        book = Book(name, "html", read_html(sniffed.content.decode(sniffed.encoding), name))
    elif sniffed.format == "xml2003":
        book = Book(name, "xml2003", read_xml2003(sniffed.content, name))
    else:
        book = _read_with_calamine(sniffed, name)
    if mark_in_name(name) is not None:
        raise ConfidentialRefused(where="文件名")
    for where, line in _lines(book, sniffed):
        if "密" in line and secrecy_mark(line) is not None:
            raise ConfidentialRefused(where=where)
    return book


def _read_with_calamine(sniffed: Sniffed, name: str) -> Book:
    outlines: dict[str, SheetOutline] = {}
    package = Package(sniffed.content) if sniffed.format == "xlsx" else None
    try:
        if package is not None:
            outlines = {sheet: outline_of(package.read(part)) for sheet, part in package.sheet_parts.items()}
        merged = merged_ranges(sniffed.content) if sniffed.format == "ods" else {}
        workbook = calamine.CalamineWorkbook.from_filelike(io.BytesIO(sniffed.content))
        sheets = tuple(
            _sheet(workbook, meta, outlines.get(meta.name, SheetOutline()), merged.get(meta.name), name)
            for meta in workbook.sheets_metadata
            if meta.typ == calamine.SheetTypeEnum.WorkSheet
        )
    except calamine.PasswordError as error:
        raise WorkbookRefused("encrypted", name=name) from error
    except (calamine.CalamineError, *UNREADABLE, ValueError, KeyError) as error:
        raise WorkbookRefused("broken", name=name) from error
    except BaseException as error:
        # A damaged file may make the reader panic; its PanicException is no Exception, and cannot be imported.
        if type(error).__name__ == "PanicException":
            raise WorkbookRefused("broken", name=name) from None
        raise
    return Book(name, sniffed.format, sheets, *_names(package), notes=sniffed.notes)


def _sheet(
    workbook: calamine.CalamineWorkbook,
    meta: calamine.SheetMetadata,
    outline: SheetOutline,
    merged: tuple[Span, ...] | None,
    name: str,
) -> Sheet:
    read = workbook.get_sheet_by_name(meta.name)
    # Merged ranges are counted from A1, so the empty area before the first cell must stay.
    rows = read.to_python(skip_empty_area=False)
    merged = merged or tuple(
        Span(top + 1, left + 1, bottom + 1, right + 1)
        for (top, left), (bottom, right) in read.merged_cell_ranges or ()
    )
    height, width = len(rows), max(map(len, rows), default=0)
    covered = sum(
        max(min(span.bottom, height) - span.top + 1, 0) * max(min(span.right, width) - span.left + 1, 0)
        for span in merged
    )
    if covered > MAX_MERGED_CELLS:
        raise WorkbookRefused("too_many_merges", name=name, sheet=meta.name)
    return Sheet(
        meta.name,
        rows,
        merged,
        hidden=meta.visible != calamine.SheetVisibleEnum.Visible,
        widths=outline.widths,
        hidden_rows=outline.hidden_rows,
        uncached=outline.uncached,
        errors=outline.errors,
    )


def _names(package: Package | None) -> tuple[dict[str, tuple[str, str]], dict[str, dict[str, str]]]:
    names: dict[str, tuple[str, str]] = {}
    local_names: dict[str, dict[str, str]] = {}
    for each in package.defined_names if package is not None else ():
        if each.scope is None:
            names[each.name] = (each.sheet, each.cell)
        elif each.scope == each.sheet:
            local_names.setdefault(each.scope, {})[each.name] = each.cell
    return names, local_names


def _lines(book: Book, sniffed: Sniffed) -> Iterator[tuple[str, str]]:
    """Yield (place, line) of all text of a workbook, the place in words that give nothing away."""
    for sheet in book.sheets:
        yield sheet.name if "密" not in sheet.name else "工作表名", sheet.name
        for row_number, row in enumerate(sheet.rows, 1):
            for column, value in enumerate(row, 1):
                if isinstance(value, str) and "密" in value:
                    for line in [*value.splitlines(), value] if len(value) < 40 else value.splitlines():
                        yield f"{sheet.name} {reference(row_number, column)}", line
    if sniffed.format == "xlsx":
        yield from printed_lines(Package(sniffed.content))
    elif sniffed.format == "xls":
        for line in header_lines(sniffed.content):
            yield "页眉页脚", line
