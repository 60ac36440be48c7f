"""Rewriting single cells in the XML of one sheet; nothing else of the sheet is touched.

Text goes in as inline strings (never a formula, whatever it begins with), numbers as numbers; the cell's style stays.
"""

from __future__ import annotations

import re
from decimal import Decimal

from lxml import etree

from templates_xlsx.package import local, parse_xml, serialize
from templates_xlsx.runs import Runs
from templates_xlsx.sheets import position, reference

CellFilling = str | int | Decimal | Runs | None
"""What a cell may be filled with."""
PICTURE = "DISPIMG("
"""The formula by which WPS shows a picture in a cell; no other program can reckon it."""
XML_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
MAX_TEXT = 32767
"""Characters a cell holds."""
MAX_HEIGHT = 409.0
"""Points a row may be high."""

# What XML 1.0 forbids, and Excel's own escape _x0041_, which must be escaped to be taken as written.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")


class SheetEditor:
    """One sheet's XML, its cells found by reference."""

    def __init__(self, content: bytes) -> None:
        self.root = parse_xml(content)
        # The prefix may be any: the namespace of the root is that of all.
        self.namespace = etree.QName(self.root).namespace or ""
        self.data = next(each for each in self.root if local(each) == "sheetData")
        self._rows: dict[int, etree._Element] = {}
        self.index()

    def index(self) -> None:
        """Find the rows again, after some were put in."""
        self._rows.clear()
        self._merged: dict[str, tuple[int, int, int, int]] | None = None
        self._widths: dict[int, float] | None = None
        number = 0
        for row in self.data:
            number = int(row.get("r") or number + 1)
            self._rows[number] = row

    def tag(self, name: str) -> str:
        return f"{{{self.namespace}}}{name}"

    def row(self, number: int) -> etree._Element:
        """Return a row, made in its place where it is not there yet."""
        found = self._rows.get(number)
        if found is None:
            found = etree.Element(self.tag("row"), r=str(number))
            later = min((each for each in self._rows if each > number), default=None)
            if later is None:
                self.data.append(found)
            else:
                self._rows[later].addprevious(found)
            self._rows[number] = found
        return found

    def has_row(self, number: int) -> bool:
        """Whether something was drawn in a row."""
        return number in self._rows

    def cell(self, where: str) -> etree._Element:
        """Return a cell, made in its place where it is not there yet."""
        row_number, column = position(where)
        row = self.row(row_number)
        at = 0
        for each in row:
            if local(each) != "c":
                continue
            given = each.get("r")
            at = position(given)[1] if given else at + 1
            if at == column:
                return each
            if at > column:
                made = etree.Element(self.tag("c"), r=reference(row_number, column))
                each.addprevious(made)
                return made
        return etree.SubElement(row, self.tag("c"), r=reference(row_number, column))

    def write(self, where: str, value: CellFilling) -> bool:
        """Put a value into a cell. Returns whether a formula was replaced."""
        cell = self.cell(where)
        had_formula = any(local(each) == "f" for each in cell)
        for child in list(cell):
            cell.remove(child)
        for attribute in ("t", "cm", "vm"):
            if attribute in cell.attrib:
                del cell.attrib[attribute]
        if value is None or value in ("", ()):
            return had_formula
        if isinstance(value, int | Decimal):
            etree.SubElement(cell, self.tag("v")).text = (
                format(value, "f") if isinstance(value, Decimal) else str(value)
            )
            return had_formula
        cell.set("t", "inlineStr")
        holder = etree.SubElement(cell, self.tag("is"))
        if isinstance(value, str):
            self._text(holder, value)
            return had_formula
        left = MAX_TEXT
        for each in value:
            run = etree.SubElement(holder, self.tag("r"))
            if each.format:
                run.append(parse_xml(each.format.encode()))
            self._text(run, each.text[:left])
            left -= min(len(each.text), left)
        return had_formula

    def _text(self, holder: etree._Element, text: str) -> None:
        element = etree.SubElement(holder, self.tag("t"))
        element.text = safe_text(text)
        element.set(XML_SPACE, "preserve")

    def reckoned(self, where: str) -> bool:
        """Whether a formula stands in a cell."""
        return any(local(each) == "f" for each in self.cell(where))

    def forget_results(self) -> bool:
        """Take the kept results away from all formulas but pictures (of WPS). Returns whether there are any."""
        found = False
        for cell in (each for row in self.data for each in row):
            formula = next((part.text or "" for part in cell if local(part) == "f"), None)
            if formula is None or PICTURE in formula:
                continue
            found = True
            if "t" in cell.attrib:
                del cell.attrib["t"]
            for kept in [each for each in cell if local(each) == "v"]:
                cell.remove(kept)
        return found

    def style(self, where: str) -> int:
        """Return the number of a cell's format."""
        return int(self.cell(where).get("s") or 0)

    def restyle(self, where: str, style: int) -> None:
        """Give a cell another format."""
        if style != self.style(where):
            self.cell(where).set("s", str(style))

    def height(self, row: int) -> float | None:
        """Return a row's height in points, None where it is the default."""
        found = self._rows.get(row)
        given = found.get("ht") if found is not None else None
        return float(given) if given else None

    def heights(self) -> dict[int, float]:
        """Return row -> height in points, of those that have one."""
        return {number: float(row.get("ht", "")) for number, row in self._rows.items() if row.get("ht")}

    def grow(self, row: int, points: float) -> None:
        """Set a row's height."""
        element = self.row(row)
        element.set("ht", f"{min(points, MAX_HEIGHT):g}")
        element.set("customHeight", "1")

    def default_height(self) -> float:
        found = next((each for each in self.root if local(each) == "sheetFormatPr"), None)
        return float(found.get("defaultRowHeight") or 15) if found is not None else 15.0

    def widths(self) -> dict[int, float]:
        """Return column -> width in characters, of those that have one; 0 where it is hidden."""
        if self._widths is not None:
            return self._widths
        widths: dict[int, float] = {}
        for columns in self.root:
            if local(columns) != "cols":
                continue
            for each in columns:
                last = min(int(each.get("max", "0")), 702)
                width = 0.0 if each.get("hidden") in ("1", "true") else float(each.get("width") or 8.43)
                widths.update((column, width) for column in range(int(each.get("min", "1")), last + 1))
        self._widths = widths
        return widths

    def merged(self) -> dict[str, tuple[int, int, int, int]]:
        """Return top left cell -> (top, left, bottom, right) of the merged ranges."""
        if self._merged is not None:
            return self._merged
        found: dict[str, tuple[int, int, int, int]] = {}
        for holder in self.root:
            if local(holder) != "mergeCells":
                continue
            for each in holder:
                first, _, last = each.get("ref", "").partition(":")
                if last:
                    found[first] = (*position(first), *position(last))
        self._merged = found
        return found

    def content(self) -> bytes:
        return serialize(self.root)


def safe_text(text: str) -> str:
    """Return a text as a cell can hold it."""
    plain = _FORBIDDEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    return _ESCAPE.sub("_x005F_", plain)[:MAX_TEXT]


_WIDE = re.compile("[\u1100-\u1fff\u2001-\u200a\u200c-\U0010ffff]+")


def display_width(text: str) -> int:
    """Return how many half-width characters a line takes: a Chinese one counts two."""
    if text.isascii():
        return len(text)
    return len(text) + sum(map(len, _WIDE.findall(text)))


def lines_needed(text: str, width: float) -> int:
    """Return over how many lines a text wraps in so many half-width characters."""
    room = max(int(width), 1)
    if len(text) * 2 <= room and "\n" not in text:
        return 1
    return sum(max(1, -(-display_width(line) // room)) for line in text.split("\n"))
