"""Reading a workbook whole: guard, grid, defined names, secrecy marks. Runs in a reader process.

`read` hands each sheet over in blocks as it goes, so that a large one is never whole in memory as Python values.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import orjson
import python_calamine as calamine

from forms.secrecy import ConfidentialRefused, mark_in_name, secrecy_mark
from templates_xlsx.biff import header_lines
from templates_xlsx.looks import Look, trimmed
from templates_xlsx.looks_biff import biff_sheets
from templates_xlsx.looks_xlsx import looks_of
from templates_xlsx.opendocument import ods_sheets
from templates_xlsx.origin import NAMES
from templates_xlsx.outline import outline_of, printed_lines
from templates_xlsx.package import Package, pieces
from templates_xlsx.packed import ROWS, pack, unpack
from templates_xlsx.refusals import WorkbookRefused
from templates_xlsx.sheets import CellValue, Sheet, Span, reference
from templates_xlsx.sniffing import UNREADABLE, Sniffed, sniff
from templates_xlsx.text_formats import read_csv, read_html, read_xml2003

MAX_MERGED_CELLS = 2_000_000
"""Cells covered by the merged ranges of one sheet."""

Send: TypeAlias = Callable[[bytes, bytes], None]
"""Takes a block's letter and its bytes: R rows of the sheet to come, S a sheet, B the book (last)."""
_SECRET = "密".encode()


@dataclass(frozen=True)
class Told:
    """What a file tells of a sheet and the reader of grids does not: fields of `Sheet`."""

    merged: tuple[Span, ...] = ()
    widths: Mapping[int, float] = field(default_factory=dict)
    hidden_rows: frozenset[int] = frozenset()
    uncached: frozenset[str] = frozenset()
    errors: Mapping[str, str] = field(default_factory=dict)
    look: Look = field(default_factory=Look)


def read(content: bytes, name: str, password: str | None, send: Send) -> None:
    """Read a workbook and send its blocks.

    Raises:
        WorkbookRefused: it is no workbook, is broken, protected or dangerous.
        ConfidentialRefused: a secrecy mark stands in a cell, header, footer, note or drawn box.
    """
    sniffed = sniff(content, name, password)
    try:
        book = _read(sniffed, name, send)
    except calamine.PasswordError as error:
        raise WorkbookRefused("encrypted", name=name) from error
    except (calamine.CalamineError, *UNREADABLE, KeyError, orjson.JSONEncodeError) as error:
        raise WorkbookRefused("broken", name=name) from error
    except BaseException as error:
        # A damaged file may make the reader panic; its PanicException is no Exception, and cannot be imported.
        if type(error).__name__ == "PanicException":
            raise WorkbookRefused("broken", name=name) from None
        raise
    if mark_in_name(name) is not None:
        raise ConfidentialRefused(where="文件名")
    send(b"B", orjson.dumps({"format": sniffed.format, "notes": sniffed.notes, **book}))


def _read(sniffed: Sniffed, name: str, send: Send) -> dict[str, Any]:
    """Send the sheets; return what else the book tells."""
    if sniffed.format in ("csv", "html", "xml2003"):
        for sheet in _text_sheets(sniffed, name):
            _send_sheet(sheet, sheet.rows, send)
        return {}
    if sniffed.format == "xlsx":
        package = Package(sniffed.content)
        outlines = {
            sheet: sniffed.outlines.get(part)
            or outline_of(pieces(package.archive, package.archive.getinfo(part), b"row>"))
            for sheet, part in package.sheet_parts.items()
        }
        looks = looks_of(package)
        told = {
            sheet: Told(
                widths=each.widths,
                hidden_rows=each.hidden_rows,
                uncached=each.uncached,
                errors=each.errors,
                look=trimmed(looks, each.heights, each.styles),
            )
            for sheet, each in outlines.items()
        }
        _send_grids(sniffed, name, told, send)
        _refuse_marked(printed_lines(package, [*sniffed.outlines.values(), *outlines.values()]))
        return _names(package)
    _send_grids(sniffed, name, _told(sniffed), send)
    if sniffed.format == "xls":
        _refuse_marked(("页眉页脚", line) for line in header_lines(sniffed.content))
    return {}


def _text_sheets(sniffed: Sniffed, name: str) -> tuple[Sheet, ...]:
    if sniffed.format == "xml2003":
        return read_xml2003(sniffed.content, name)
    text = sniffed.content.decode(sniffed.encoding)
    return (read_csv(text),) if sniffed.format == "csv" else read_html(text, name)


def _told(sniffed: Sniffed) -> dict[str, Told]:
    """What an .ods, .xls or .et file tells of its sheets beside their cells."""
    if sniffed.format == "ods":
        return {
            sheet: Told(each.merged, each.widths, each.hidden_rows, look=each.look)
            for sheet, each in ods_sheets(sniffed.content).items()
        }
    return {
        sheet: Told((), each.widths, frozenset(each.hidden_rows), look=each.look)
        for sheet, each in biff_sheets(sniffed.content).items()
    }


def _send_grids(sniffed: Sniffed, name: str, told: Mapping[str, Told], send: Send) -> None:
    workbook = calamine.CalamineWorkbook.from_filelike(io.BytesIO(sniffed.content))
    names = [meta.name for meta in workbook.sheets_metadata]
    if len(set(names)) < len(names):
        # No office program writes two sheets of one name; a small file may so stand for hundreds of large sheets.
        raise WorkbookRefused("broken", name=name)
    for meta in workbook.sheets_metadata:
        if meta.typ != calamine.SheetTypeEnum.WorkSheet:
            continue
        grid = workbook.get_sheet_by_name(meta.name)
        of_sheet = told.get(meta.name, Told())
        spans = of_sheet.merged or tuple(
            Span(top + 1, left + 1, bottom + 1, right + 1)
            for (top, left), (bottom, right) in grid.merged_cell_ranges or ()
        )
        sheet = Sheet(
            meta.name,
            (),
            spans,
            hidden=meta.visible != calamine.SheetVisibleEnum.Visible,
            widths=of_sheet.widths,
            hidden_rows=of_sheet.hidden_rows,
            uncached=of_sheet.uncached,
            errors=of_sheet.errors,
            look=of_sheet.look,
        )
        _send_sheet(sheet, _rows(grid), send, name)


def _rows(grid: Any) -> Iterator[Sequence[CellValue]]:
    """Yield the rows of a grid from A1: references are counted from there, merged ranges too."""
    left = [None] * (grid.start[1] if grid.start else 0)
    if not left:
        yield from grid.iter_rows()
        return
    for row in grid.iter_rows():
        yield [*left, *row]


def _send_sheet(sheet: Sheet, rows: Iterable[Sequence[CellValue]], send: Send, name: str = "") -> None:
    if "密" in sheet.name and secrecy_mark(sheet.name) is not None:
        raise ConfidentialRefused(where="工作表名")
    height = width = 0
    waiting: list[Sequence[CellValue]] = []

    def hand_over() -> None:
        nonlocal height
        block = pack(waiting)
        if _SECRET in block:
            _refuse_marked(_cell_lines(sheet.name, height, unpack(block)))
        height += len(waiting)
        waiting.clear()
        send(b"R", block)

    for row in rows:
        waiting.append(row)
        width = max(width, len(row))
        if len(waiting) == ROWS:
            hand_over()
    if waiting:
        hand_over()
    covered = sum(
        max(min(span.bottom, height) - span.top + 1, 0) * max(min(span.right, width) - span.left + 1, 0)
        for span in sheet.merged
    )
    if covered > MAX_MERGED_CELLS:
        raise WorkbookRefused("too_many_merges", name=name, sheet=sheet.name)
    send(b"S", orjson.dumps(_sheet_document(sheet, height, width)))


def _sheet_document(sheet: Sheet, height: int, width: int) -> dict[str, Any]:
    return {
        "name": sheet.name,
        "height": height,
        "width": width,
        "merged": [(span.top, span.left, span.bottom, span.right) for span in sheet.merged],
        "hidden": sheet.hidden,
        "widths": list(sheet.widths.items()),
        "hidden_rows": sorted(sheet.hidden_rows),
        "uncached": sorted(sheet.uncached),
        "errors": dict(sheet.errors),
        "look": sheet.look.packed(),
    }


def _names(package: Package) -> dict[str, Any]:
    names: dict[str, tuple[str, str]] = {}
    local_names: dict[str, dict[str, str]] = {}
    for each in package.defined_names:
        if each.scope is None:
            names[each.name] = (each.sheet, each.cell)
        elif each.scope == each.sheet:
            local_names.setdefault(each.scope, {})[each.name] = each.cell
    ours = {name: text for name, text in package.own_properties.items() if name in NAMES}
    return {"names": names, "local_names": local_names, "properties": ours}


def _refuse_marked(lines: Iterable[tuple[str, str]]) -> None:
    """Refuse the workbook where a line is a secrecy mark; its place is told in words that give nothing away."""
    for where, line in lines:
        if "密" in line and secrecy_mark(line) is not None:
            raise ConfidentialRefused(where=where)


def _cell_lines(sheet: str, above: int, rows: Sequence[Sequence[CellValue]]) -> Iterator[tuple[str, str]]:
    for number, row in enumerate(rows, above + 1):
        for column, value in enumerate(row, 1):
            if isinstance(value, str) and "密" in value:
                for line in [*value.splitlines(), value] if len(value) < 40 else value.splitlines():
                    yield f"{sheet} {reference(number, column)}", line
