"""A look at the records of an old .xls or .et file, enough to know whether it is safe to read.

Source: [MS-XLS], 2.3 (record numbers) and 2.4 (their layout).
"""

from __future__ import annotations

import io
import re
import struct
from dataclasses import dataclass

import olefile

from templates_xlsx.sheets import reference

_CODES = re.compile(r"&(?:[LCR]|\"[^\"]*\"|\d+|[A-Z])")
BOF, FILE_PASS, HEADER, FOOTER = 0x0809, 0x002F, 0x0014, 0x0015
CELLS = frozenset({0x0203, 0x027E, 0x00BD, 0x00FD, 0x0204, 0x0006, 0x0205, 0x00D6})
"""NUMBER, RK, MULRK, LABELSST, LABEL, FORMULA, BOOLERR, RSTRING: each begins with its row and column."""


@dataclass(frozen=True)
class BiffLook:
    """Cells of the largest sheet's rectangle, its last cell, whether it is encrypted, header and footer lines."""

    area: int
    farthest: str
    encrypted: bool
    lines: tuple[str, ...]


def look_at_biff(stream: bytes) -> BiffLook:
    """Walk over the records of a Workbook stream. A broken tail ends the walk; the reader will say so."""
    at, end = 0, len(stream)
    area = rows = columns = 0
    farthest = ""
    lines = []
    while at + 4 <= end:
        kind, size = struct.unpack_from("<HH", stream, at)
        at += 4
        if kind in CELLS and size >= 4 and at + 4 <= end:
            row, column = struct.unpack_from("<HH", stream, at)
            if row >= rows or column >= columns:
                rows, columns = max(rows, row + 1), max(columns, column + 1)
                if rows * columns > area:
                    area, farthest = rows * columns, reference(rows, columns)
        elif kind == BOF:
            rows = columns = 0
        elif kind == FILE_PASS:
            return BiffLook(area, farthest, True, ())
        elif kind in (HEADER, FOOTER) and size > 3:
            lines.append(_text(stream[at : at + size]))
        at += size
    return BiffLook(area, farthest, False, tuple(lines))


def _text(record: bytes) -> str:
    """Decode a long string of BIFF 8: length, a flag whether it is wide, the characters."""
    (length,) = struct.unpack_from("<H", record)
    wide = record[2] & 1
    return record[3 : 3 + length * (2 if wide else 1)].decode("utf-16-le" if wide else "latin-1", "replace")


def header_lines(content: bytes) -> tuple[str, ...]:
    """Return the header and footer texts of an .xls or .et file."""
    with olefile.OleFileIO(io.BytesIO(content)) as ole:
        book = next((each for each in ("Workbook", "Book") if ole.exists(each)), None)
        stream = ole.openstream(book).read() if book else b""
    lines = [line for text in look_at_biff(stream).lines for line in _CODES.sub("\n", text).splitlines()]
    return tuple(line.strip() for line in lines if line.strip())
