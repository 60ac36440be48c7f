"""Opening a workbook: a look at the file here, all reading in a process of its own -> a `Book`."""

from __future__ import annotations

from typing import Any

import orjson

from templates_xlsx.guard import OLE, look
from templates_xlsx.looks import unpacked
from templates_xlsx.origin import origin_of
from templates_xlsx.packed import PackedRows
from templates_xlsx.readers import READERS, Readers
from templates_xlsx.sheets import (
    Book,
    CellValue,
    Preview,
    PreviewCell,
    Sheet,
    Span,
    cell_text,
)

__all__ = ["Book", "CellValue", "Preview", "PreviewCell", "Sheet", "Span", "cell_text", "open_workbook"]


def open_workbook(
    content: bytes, name: str, password: str | None = None, *, readers: Readers = READERS
) -> Book:
    """Open a workbook by its content, whatever its name says.

    Args:
        content: the bytes as uploaded.
        name: the file's name, for sentences only.
        password: opens a protected file.

    Raises:
        WorkbookRefused: it is no workbook, is broken, protected or dangerous.
        ConfidentialRefused: a secrecy mark stands in a cell, header, footer, note or drawn box.
    """
    look(content, name)
    sheets: list[Sheet] = []
    rows: list[bytes] = []
    book: dict[str, Any] = {}
    for letter, block in readers.ask(content, name, password):
        if letter == b"R":
            rows.append(block)
        elif letter == b"S":
            sheets.append(_sheet(orjson.loads(block), rows))
            rows = []
        else:
            book = orjson.loads(block)
    return Book(
        name,
        book["format"],
        tuple(sheets),
        {each: (sheet, cell) for each, (sheet, cell) in book.get("names", {}).items()},
        book.get("local_names", {}),
        tuple(book["notes"]),
        origin_of(book.get("properties", {})),
    )


def unlocked(content: bytes, name: str, password: str, *, readers: Readers = READERS) -> bytes:
    """Return the bytes of a protected workbook without its protection; those of any other as they are.

    Raises:
        WorkbookRefused: the password is wrong, or the file is none.
    """
    look(content, name)
    if content[:8] != OLE:
        return content
    return readers.ask(content, name, password, unlock=True)[0][1]


def _sheet(told: dict[str, Any], rows: list[bytes]) -> Sheet:
    return Sheet(
        told["name"],
        PackedRows(rows, told["height"], told["width"]),
        tuple(Span(*each) for each in told["merged"]),
        hidden=told["hidden"],
        widths=dict(told["widths"]),
        hidden_rows=frozenset(told["hidden_rows"]),
        uncached=frozenset(told["uncached"]),
        errors=told["errors"],
        look=unpacked(told["look"]),
    )
