"""The look of an .xls or .et sheet: widths, heights, hidden rows, fonts, which the reader of grids does not tell.

Source: [MS-XLS], 2.4 (BoundSheet8, ColInfo, Row, Font, XF).
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

import olefile

from templates_xlsx.looks import COLUMNS, ROWS, TALLEST, CellLook, Look, family_of, trimmed

BOF, BOUND_SHEET, FONT, XF, COLUMN, ROW = 0x0809, 0x0085, 0x0031, 0x00E0, 0x007D, 0x0208
ONE = frozenset({0x0203, 0x027E, 0x00FD, 0x0204, 0x0006, 0x0205, 0x00D6, 0x0201})
"""NUMBER, RK, LABELSST, LABEL, FORMULA, BOOLERR, RSTRING, BLANK: row, column, style number."""
RATIONALS, BLANKS = 0x00BD, 0x00BE
"""MULRK and MULBLANK: row, first column, then a style number for each, before its number in the first."""
HIDDEN, OWN_HEIGHT = 0x20, 0x40
"""Of a row: hidden, higher than its font wants."""
RED = frozenset({2, 10})
"""Numbers of the colour in the palette."""
UPRIGHT = 255
_ALIGN = {1: "left", 2: "center", 3: "right", 4: "left", 6: "center"}
_VALIGN = {0: "top", 1: "middle", 2: "bottom"}


@dataclass
class BiffSheet:
    """Column -> width in characters; rows that are hidden; heights and style numbers of the first rows."""

    widths: dict[int, float] = field(default_factory=dict)
    hidden_rows: set[int] = field(default_factory=set)
    heights: dict[int, float] = field(default_factory=dict)
    cells: dict[tuple[int, int], int] = field(default_factory=dict)
    look: Look = field(default_factory=Look)


def biff_sheets(content: bytes) -> dict[str, BiffSheet]:
    """Return what an .xls or .et file says of its sheets, by their names. A broken tail ends the walk."""
    with olefile.OleFileIO(io.BytesIO(content)) as ole:
        book = next((each for each in ("Workbook", "Book") if ole.exists(each)), None)
        stream = ole.openstream(book).read() if book else b""
    names: dict[int, str] = {}
    fonts: list[CellLook] = []
    formats: list[tuple[int, CellLook]] = []
    sheets: dict[str, BiffSheet] = {}
    sheet: BiffSheet | None = None
    for at, kind, body in _records(stream):
        try:
            if kind == BOF:
                sheet = sheets.setdefault(names[at], BiffSheet()) if at in names else None
            elif kind == BOUND_SHEET:
                names[struct.unpack_from("<I", body)[0]] = _short_text(body[6:])
            elif kind == FONT:
                fonts.append(_font(body))
            elif kind == XF:
                formats.append(_format(body))
            elif sheet is not None:
                _see(sheet, kind, body)
        except (struct.error, IndexError):
            continue  # a record that is cut short says nothing
    looks = [_dressed(number, stands, fonts) for number, stands in formats]
    for each in sheets.values():
        each.look = trimmed(looks, each.heights, each.cells)
    return sheets


def _records(stream: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Yield place, kind and body of each record."""
    at, end = 0, len(stream)
    while at + 4 <= end:
        kind, size = struct.unpack_from("<HH", stream, at)
        yield at, kind, stream[at + 4 : at + 4 + size]
        at += 4 + size


def _see(sheet: BiffSheet, kind: int, body: bytes) -> None:
    if kind == COLUMN:
        first, last, width = struct.unpack_from("<HHH", body)
        sheet.widths.update(dict.fromkeys(range(first + 1, min(last + 1, 256) + 1), width / 256))
    elif kind == ROW:
        row, height, flags = struct.unpack_from("<H4xH4xH", body)
        if flags & HIDDEN:
            sheet.hidden_rows.add(row + 1)
        if row < ROWS and height & 0x8000 == 0:
            sheet.heights[row + 1] = min(height / 20, TALLEST)
    elif kind in ONE:
        row, column, number = struct.unpack_from("<HHH", body)
        _put(sheet, row, column, number)
    elif kind in (RATIONALS, BLANKS):
        row, column = struct.unpack_from("<HH", body)
        step = 6 if kind == RATIONALS else 2
        for order, place in enumerate(range(4, len(body) - 2, step)):
            _put(sheet, row, column + order, struct.unpack_from("<H", body, place)[0])


def _put(sheet: BiffSheet, row: int, column: int, number: int) -> None:
    if row < ROWS and column < COLUMNS:
        sheet.cells[row + 1, column + 1] = number


def _font(body: bytes) -> CellLook:
    height, flags, colour, weight, _raised, underline = struct.unpack_from("<HHHHHB", body)
    return CellLook(
        bold=weight >= 600,
        italic=bool(flags & 2),
        underline=underline != 0,
        red=colour in RED,
        size=min(height / 20, TALLEST),
        family=family_of(_short_text(body[14:])),
    )


def _format(body: bytes) -> tuple[int, CellLook]:
    number, align, rotation = struct.unpack_from("<H4xBB", body)
    stands = CellLook(
        align=_ALIGN.get(align & 7, ""), valign=_VALIGN.get(align >> 4 & 7, ""), upright=rotation == UPRIGHT
    )
    return number, stands


def _dressed(number: int, stands: CellLook, fonts: list[CellLook]) -> CellLook:
    """A format with its font; no font has the number 4."""
    number -= number > 4
    font = fonts[number] if number < len(fonts) else CellLook()
    return CellLook(
        font.bold,
        font.italic,
        font.underline,
        font.red,
        font.size,
        font.family,
        stands.align,
        stands.valign,
        stands.upright,
    )


def _short_text(body: bytes) -> str:
    """Decode a short string of BIFF 8: its length, a flag whether it is wide, the characters."""
    length, wide = body[0], body[1] & 1
    return body[2 : 2 + length * (2 if wide else 1)].decode("utf-16-le" if wide else "latin-1", "replace")
