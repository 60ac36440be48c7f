"""The look of an .xlsx sheet: heights and style numbers from its text, fonts from the part of styles."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from lxml import etree

from templates_xlsx.looks import COLUMNS, ROWS, TALLEST, CellLook, family_of, is_red
from templates_xlsx.package import Package, local, parse_xml
from templates_xlsx.sheets import position

MOST_OF_STYLES = 4 << 20
"""Bytes of a part of styles that is still parsed."""
UPRIGHT = "255"
"""The rotation of text whose characters stand one below the other."""
_PLACED = re.compile(rb"<(?:[\w.-]+:)?(row|c)\s([^>]*?)/?>")
_REFERENCE = re.compile(rb"\br\s*=\s*[\"']([A-Z]{0,3}\d{1,7})[\"']")
_STYLE = re.compile(rb"(?:^|\s)s\s*=\s*[\"'](\d{1,6})[\"']")
_HEIGHT = re.compile(rb"\bht\s*=\s*[\"'](\d{1,4}(?:\.\d{1,9})?)")
_ALIGN = {"left": "left", "center": "center", "centerContinuous": "center", "right": "right", "fill": "left"}
_VALIGN = {"top": "top", "center": "middle", "bottom": "bottom"}


@dataclass
class Drawn:
    """Heights and style numbers of the first rows, as a sheet's text goes by."""

    heights: dict[int, float] = field(default_factory=dict)
    styles: dict[tuple[int, int], int] = field(default_factory=dict)
    row: int = 0

    def see(self, piece: bytes) -> None:
        """Take in the next piece of the rows; nothing below the last row that is shown."""
        if self.row > ROWS:
            return
        for match in _PLACED.finditer(piece):
            reference = _REFERENCE.search(match[2])
            if match[1] == b"row":
                told = reference[1].decode() if reference else ""
                self.row = int(told) if told.isdigit() else self.row + 1
                if self.row > ROWS:
                    return
                height = _HEIGHT.search(match[2])
                if height is not None:
                    self.heights[self.row] = min(float(height[1]), TALLEST)
                continue
            style = _STYLE.search(match[2])
            if reference is not None and style is not None and not reference[1].isdigit():
                row, column = position(reference[1].decode())
                if row <= ROWS and column <= COLUMNS:
                    self.styles[row, column] = int(style[1])


def looks_of(package: Package) -> tuple[CellLook, ...]:
    """The looks of a workbook by style number; none where its styles are missing, invalid or endless."""
    relations = package.relations(package.workbook_part).values()
    part = next((path for kind, path in relations if kind.endswith("/styles")), "")
    if part not in package.part_names or package.archive.getinfo(part).file_size > MOST_OF_STYLES:
        return ()
    try:
        root = parse_xml(package.read(part))
    except ValueError:
        return ()
    groups = {local(each): each for each in root}
    fonts = [_font(each) for each in groups.get("fonts", ())]
    return tuple(_look(each, fonts) for each in groups.get("cellXfs", ()) if local(each) == "xf")


def _font(element: etree._Element) -> CellLook:
    said = {local(each): each for each in element}
    colour = said.get("color")
    return CellLook(
        bold=_on(said.get("b")),
        italic=_on(said.get("i")),
        underline="u" in said and said["u"].get("val") != "none",
        red=colour is not None and is_red(colour.get("rgb", "")),
        size=_size(said.get("sz")),
        family=family_of(said["name"].get("val", "")) if "name" in said else "",
    )


def _on(element: etree._Element | None) -> bool:
    return element is not None and element.get("val", "1") not in ("0", "false")


def _size(element: etree._Element | None) -> float:
    try:
        return min(max(float(element.get("val", "0")), 0.0), TALLEST) if element is not None else 0.0
    except ValueError:
        return 0.0


def _look(element: etree._Element, fonts: Sequence[CellLook]) -> CellLook:
    given = element.get("fontId", "")
    font = fonts[int(given)] if given.isdigit() and int(given) < len(fonts) else CellLook()
    stands = next((each for each in element if local(each) == "alignment"), None)
    if stands is None:
        return font
    return CellLook(
        font.bold,
        font.italic,
        font.underline,
        font.red,
        font.size,
        font.family,
        _ALIGN.get(stands.get("horizontal", ""), ""),
        _VALIGN.get(stands.get("vertical", ""), ""),
        stands.get("textRotation") == UPRIGHT,
    )
