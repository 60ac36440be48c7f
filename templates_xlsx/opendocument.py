"""Merged ranges of an .ods, which the reader of grids does not tell."""

from __future__ import annotations

import io
import zipfile

from lxml import etree

from templates_xlsx.package import attribute, local, parse_xml
from templates_xlsx.sheets import Span

_CELLS = frozenset({"table-cell", "covered-table-cell"})


def merged_ranges(content: bytes) -> dict[str, tuple[Span, ...]]:
    """Return sheet name -> merged ranges. The guard has seen the file: its repeats are bounded."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        root = parse_xml(archive.read("content.xml"))
    return {
        attribute(table, "name"): tuple(_ranges(table)) for table in root.iter() if local(table) == "table"
    }


def _ranges(table: etree._Element) -> list[Span]:
    found = []
    row = 1
    for line in (each for each in table.iter() if local(each) == "table-row"):
        column = 1
        for cell in (each for each in line if local(each) in _CELLS):
            down = _count(cell, "number-rows-spanned")
            across = _count(cell, "number-columns-spanned")
            if down > 1 or across > 1:
                found.append(Span(row, column, row + down - 1, column + across - 1))
            column += _count(cell, "number-columns-repeated")
        row += _count(line, "number-rows-repeated")
    return found


def _count(element: etree._Element, name: str) -> int:
    text = attribute(element, name)
    return max(int(text), 1) if text.isdigit() else 1
