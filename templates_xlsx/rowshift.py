"""Rows put into a sheet: everything below moves down, and so does all that points there.

Cells, merged ranges, names, print area, formulas (of all sheets), drop-downs, conditional formats, notes, tables, page
breaks; drawings follow in `anchors`. What reaches over the new rows grows, as in Excel when a row in the middle is
copied and inserted.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from dataclasses import dataclass

from lxml import etree

from templates_xlsx.package import local
from templates_xlsx.sheets import position, reference

_CELL = r"\$?[A-Z]{1,3}\$?\d{1,7}"
_REFERENCE = re.compile(
    r'(?P<text>"(?:[^"]|"")*")'
    r"|(?P<sheet>(?:'(?:[^']|'')+'|(?<![\w.$!'])[^\W\d][\w.]*)!)?"
    rf"(?<![\w.$])(?P<first>{_CELL}|\$?\d{{1,7}}(?=:\$?\d))(?::(?P<second>{_CELL}|\$?\d{{1,7}}))?(?![\w(.!])"
)
_ROW = re.compile(r"(\$?)(\d+)$")


@dataclass(frozen=True)
class Shift:
    """`count` rows go in below row `after`; they are made like row `row`, at or above it.

    `continues`: the row is too high for one; its cells go on in the new rows, each merged with what is below it.
    """

    sheet: str
    row: int
    after: int
    count: int
    continues: bool = False

    def start(self, row: int) -> int:
        """Where a row that stands for itself, or that a range begins with, is now."""
        return row + self.count if row > self.after else row

    def end(self, row: int) -> int:
        """Where the last row of a range is now: one that ends with the rows that grow takes the new ones in."""
        return row + self.count if row >= self.after else row

    def area(self, text: str, *, grows: bool = True) -> str:
        """Return a range such as D5:E7, moved. `grows`: a single cell of the rows that grow becomes a range."""
        first, _, second = text.partition(":")
        if not second and not grows:
            return _moved(first, self.start)
        last = _moved(second or first, self.end)
        begin = _moved(first, self.start)
        return begin if not second and begin == last else f"{begin}:{last}"

    def areas(self, text: str) -> str:
        """Return the ranges of a list (sqref), moved."""
        return " ".join(self.area(each) for each in text.split())

    def formula(self, text: str, on: str | None) -> str:
        """Return a formula with its references to the sheet moved. `on`: the sheet it stands on; None: a name."""

        def moved(match: re.Match[str]) -> str:
            if match["text"]:
                return match[0]
            prefix = match["sheet"] or ""
            named = prefix[:-1].strip("'").replace("''", "'") if prefix else on
            if named != self.sheet:
                return match[0]
            if match["second"]:
                return f"{prefix}{_moved(match['first'], self.start)}:{_moved(match['second'], self.end)}"
            return prefix + _moved(match["first"], self.start)

        return _REFERENCE.sub(moved, text)


def _moved(cell: str, move: Callable[[int], int]) -> str:
    return _ROW.sub(lambda match: f"{match[1]}{move(int(match[2]))}", cell)


def copied_formula(text: str, offset: int) -> str:
    """Return a formula as it is copied so many rows down: references that are not fixed go along."""

    def moved(match: re.Match[str]) -> str:
        if match["text"]:
            return match[0]

        def down(cell: str) -> str:
            return _ROW.sub(lambda row: row[0] if row[1] else str(int(row[2]) + offset), cell)

        second = f":{down(match['second'])}" if match["second"] else ""
        return f"{match['sheet'] or ''}{down(match['first'])}{second}"

    return _REFERENCE.sub(moved, text)


def shift_sheet(root: etree._Element, shift: Shift) -> None:
    """Put the rows into the sheet itself and move all that it says of its rows."""
    _shift_rows(root, shift)
    _shift_merged(root, shift)
    for each in root.iter():
        name = local(each)
        if name in ("sheetData", "row", "c", "mergeCell", "v", "is", "t"):
            continue
        if each.get("sqref") and name != "selection":
            each.set("sqref", shift.areas(each.get("sqref", "")))
        if name in ("dimension", "autoFilter", "sortState") and each.get("ref"):
            each.set("ref", shift.area(each.get("ref", "")))
        elif name == "hyperlink" and each.get("ref"):
            each.set("ref", shift.area(each.get("ref", ""), grows=False))
        elif name == "brk" and local(_parent(each)) == "rowBreaks":
            each.set("id", str(shift.end(int(each.get("id") or 0))))
        elif name == "sqref" and each.text:
            each.text = shift.areas(each.text)
    shift_formulas(root, shift, shift.sheet)


def _parent(element: etree._Element) -> etree._Element:
    parent = element.getparent()
    return parent if parent is not None else element


def _shift_rows(root: etree._Element, shift: Shift) -> None:
    data = next(each for each in root if local(each) == "sheetData")
    template: etree._Element | None = None
    last: etree._Element | None = None
    number = 0
    for row in data:
        number = int(row.get("r") or number + 1)
        if number == shift.row:
            template = copy.deepcopy(row)
        if number <= shift.after:
            last = row
            row.set("r", str(number))
        else:
            _renumber(row, number + shift.count)
    if template is None or last is None:
        return
    for offset in range(shift.count, 0, -1):
        made = copy.deepcopy(template)
        _renumber(made, shift.after + offset)
        if shift.continues:
            _empty(made)
        for formula in (each for each in made.iter() if local(each) == "f" and each.text):
            formula.text = copied_formula(formula.text or "", shift.after + offset - shift.row)
        last.addnext(made)


def _empty(row: etree._Element) -> None:
    """Leave only the formats: a merged range shows what its first cell holds."""
    for cell in row:
        for each in list(cell):
            cell.remove(each)
        for attribute in ("t", "cm", "vm"):
            cell.attrib.pop(attribute, "")


def _renumber(row: etree._Element, number: int) -> None:
    row.set("r", str(number))
    for cell in row:
        if local(cell) == "c" and cell.get("r"):
            cell.set("r", reference(number, position(cell.get("r", ""))[1]))


def _shift_merged(root: etree._Element, shift: Shift) -> None:
    """Ranges over the growing rows grow (the label beside a list); those within its row are made for the new ones."""
    holder = next((each for each in root if local(each) == "mergeCells"), None)
    if shift.continues:
        holder = _joined_down(root, holder, shift.row)
    if holder is None:
        return
    for each in list(holder):
        first, _, second = each.get("ref", "").partition(":")
        (top, left), (bottom, right) = position(first), position(second or first)
        if top == bottom == shift.row and not shift.continues:
            for number in range(shift.after + 1, shift.after + shift.count + 1):
                made = copy.deepcopy(each)
                made.set("ref", f"{reference(number, left)}:{reference(number, right)}")
                holder.append(made)
            continue
        over = top <= shift.row and bottom >= shift.after
        last = shift.end(bottom) if over else shift.start(bottom)
        each.set("ref", f"{reference(shift.start(top), left)}:{reference(last, right)}")
    holder.set("count", str(len(holder)))


def _joined_down(root: etree._Element, holder: etree._Element | None, row: int) -> etree._Element:
    """Note each cell of a row that goes on as a range, so that it grows as the merged ones do."""
    data = next(each for each in root if local(each) == "sheetData")
    if holder is None:
        holder = etree.Element(f"{{{etree.QName(root).namespace}}}mergeCells")
        before = [each for each in root if local(each) in _BEFORE_MERGED]
        (before or [data])[-1].addnext(holder)
    merged: set[int] = set()
    for each in holder:
        first, _, second = each.get("ref", "").partition(":")
        (top, left), (bottom, right) = position(first), position(second or first)
        if top <= row <= bottom:
            merged.update(range(left, right + 1))
    drawn = next((each for each in data if each.get("r") == str(row)), None)
    for cell in drawn if drawn is not None else ():
        if local(cell) == "c" and position(cell.get("r", ""))[1] not in merged:
            made = etree.SubElement(holder, f"{{{etree.QName(root).namespace}}}mergeCell")
            made.set("ref", f"{cell.get('r')}:{cell.get('r')}")
    return holder


_BEFORE_MERGED = (
    "sheetData", "sheetCalcPr", "sheetProtection", "protectedRanges", "scenarios", "autoFilter", "sortState",
    "dataConsolidate", "customSheetViews",
)  # fmt: skip


def shift_formulas(root: etree._Element, shift: Shift, on: str | None) -> None:
    """Move the references in all formulas of a part; those just copied into the new rows are right already."""
    fresh = range(shift.after + 1, shift.after + shift.count + 1) if on == shift.sheet else range(0)
    for each in root.iter():
        name = local(each)
        if not each.text or name not in ("f", "formula", "formula1", "formula2", "definedName"):
            continue
        parent = _parent(each)
        if local(parent) == "c" and parent.get("r") and position(parent.get("r", ""))[0] in fresh:
            continue
        each.text = shift.formula(each.text, on)
        if each.get("ref"):
            each.set("ref", shift.area(each.get("ref", ""), grows=False))


def shift_notes(root: etree._Element, shift: Shift) -> None:
    """Move notes (comments, threaded comments) and tables of a sheet."""
    for each in root.iter():
        if local(each) in ("comment", "threadedComment") and each.get("ref"):
            each.set("ref", shift.area(each.get("ref", ""), grows=False))
        elif local(each) in ("table", "autoFilter", "sortState") and each.get("ref"):
            each.set("ref", shift.area(each.get("ref", "")))


def shift_chain(root: etree._Element, shift: Shift, sheet_id: str) -> None:
    """Move the list of formulas; Excel adds what is new by itself."""
    current = "1"
    for each in root:
        current = each.get("i") or current
        if current == sheet_id and each.get("r"):
            each.set("r", shift.area(each.get("r", ""), grows=False))
