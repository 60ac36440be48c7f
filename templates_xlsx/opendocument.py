"""What the reader of grids does not tell of an .ods: merged ranges, widths, heights, hidden rows, fonts."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from lxml import etree

from templates_xlsx.looks import COLUMNS, PLAIN, ROWS, TALLEST, CellLook, Look, family_of, is_red
from templates_xlsx.package import attribute, local, parse_xml
from templates_xlsx.sheets import Span

_CELLS = frozenset({"table-cell", "covered-table-cell"})
_LENGTH = re.compile(r"(\d{1,4}(?:\.\d{1,6})?)(cm|mm|in|pt)")
_POINTS = {"cm": 72 / 2.54, "mm": 72 / 25.4, "in": 72.0, "pt": 1.0}
CHARACTER = 7.0
"""Points of a digit: what a column's width is counted in elsewhere."""
HIDDEN = ("collapse", "filter")
_ALIGN = {"start": "left", "left": "left", "center": "center", "end": "right", "right": "right"}
_VALIGN = {"top": "top", "middle": "middle", "bottom": "bottom"}


@dataclass(frozen=True)
class OdsSheet:
    """As the fields of `sheets.Sheet`."""

    merged: tuple[Span, ...] = ()
    widths: Mapping[int, float] = field(default_factory=dict)
    hidden_rows: frozenset[int] = frozenset()
    look: Look = field(default_factory=Look)


@dataclass
class _Seen:
    merged: list[Span] = field(default_factory=list)
    hidden: set[int] = field(default_factory=set)
    heights: dict[int, float] = field(default_factory=dict)
    looks: dict[CellLook, int] = field(default_factory=dict)
    cells: dict[tuple[int, int], int] = field(default_factory=dict)


def ods_sheets(content: bytes) -> dict[str, OdsSheet]:
    """Return what a file says of its sheets, by their names. The guard has seen it: its repeats are bounded."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        root = parse_xml(archive.read("content.xml"))
    styles = {attribute(each, "name"): each for each in root.iter() if local(each) == "style"}
    return {
        attribute(table, "name"): _sheet(table, styles) for table in root.iter() if local(table) == "table"
    }


def _sheet(table: etree._Element, styles: Mapping[str, etree._Element]) -> OdsSheet:
    seen = _Seen()
    columns: list[CellLook] = []
    widths: dict[int, float] = {}
    for each in (each for each in table.iter() if local(each) == "table-column"):
        width = _length(styles.get(attribute(each, "style-name")), "column-width")
        look = _look(styles.get(attribute(each, "default-cell-style-name")))
        for _column in range(min(_count(each, "number-columns-repeated"), COLUMNS - len(columns))):
            columns.append(look)
            if width:
                widths[len(columns)] = width / CHARACTER
    row = 1
    for line in (each for each in table.iter() if local(each) == "table-row"):
        again = _count(line, "number-rows-repeated")
        if attribute(line, "visibility") in HIDDEN:
            seen.hidden.update(range(row, row + min(again, 10_000)))
        height = _length(styles.get(attribute(line, "style-name")), "row-height")
        if row <= ROWS and height:
            seen.heights.update(dict.fromkeys(range(row, min(row + again, ROWS + 1)), min(height, TALLEST)))
        _cells(line, row, columns, styles, seen)
        row += again
    return OdsSheet(
        tuple(seen.merged), widths, frozenset(seen.hidden), Look(seen.heights, tuple(seen.looks), seen.cells)
    )


def _cells(
    line: etree._Element,
    row: int,
    columns: list[CellLook],
    styles: Mapping[str, etree._Element],
    seen: _Seen,
) -> None:
    """The merged ranges and looks of a row."""
    column = 1
    for cell in (each for each in line if local(each) in _CELLS):
        down = _count(cell, "number-rows-spanned")
        across = _count(cell, "number-columns-spanned")
        if down > 1 or across > 1:
            seen.merged.append(Span(row, column, row + down - 1, column + across - 1))
        if row <= ROWS and column <= COLUMNS and local(cell) == "table-cell":
            style = attribute(cell, "style-name")
            of_column = columns[column - 1] if column <= len(columns) else PLAIN
            look = _look(styles.get(style)) if style else of_column
            if look != PLAIN:
                seen.cells[row, column] = seen.looks.setdefault(look, len(seen.looks))
        column += _count(cell, "number-columns-repeated")


def _properties(style: etree._Element | None) -> Iterator[tuple[str, str]]:
    """All properties of a style, whatever they are of."""
    for group in style if style is not None else ():
        for key, value in group.attrib.items():
            yield str(key).rpartition("}")[2], str(value)


def _length(style: etree._Element | None, wanted: str) -> float:
    """A length of a style in points; 0 where it is not told."""
    match = _LENGTH.fullmatch(dict(_properties(style)).get(wanted, ""))
    return float(match[1]) * _POINTS[match[2]] if match else 0.0


def _look(style: etree._Element | None) -> CellLook:
    said = dict(_properties(style))
    if not said:
        return PLAIN
    size = _LENGTH.fullmatch(said.get("font-size-asian") or said.get("font-size", ""))
    font = said.get("font-name-asian") or said.get("font-name", "")
    return CellLook(
        bold="bold" in (said.get("font-weight"), said.get("font-weight-asian")),
        italic="italic" in (said.get("font-style"), said.get("font-style-asian")),
        underline=said.get("text-underline-style", "none") != "none",
        red=is_red(said.get("color", "")),
        size=float(size[1]) * _POINTS[size[2]] if size else 0.0,
        family=family_of(font),
        align=_ALIGN.get(said.get("text-align", ""), ""),
        valign=_VALIGN.get(said.get("vertical-align", ""), ""),
        upright=said.get("direction") == "ttb",
    )


def _count(element: etree._Element, name: str) -> int:
    text = attribute(element, name)
    return max(int(text), 1) if text.isdigit() else 1
