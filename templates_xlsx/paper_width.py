"""Whether a sheet is wider than the paper it is printed on, as Excel reckons it: columns, margins, scale, fit to pages."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from lxml import etree

from templates_xlsx.cellwriter import SheetEditor
from templates_xlsx.package import Package, local, parse_xml

MILLIMETRE, INCH = 72 / 25.4, 72.0
PAPERS: dict[int, tuple[str, int, int]] = {
    1: ("Letter", 216, 279), 5: ("Legal", 216, 356), 8: ("A3", 297, 420), 9: ("A4", 210, 297),
    11: ("A5", 148, 210), 12: ("B4", 257, 364), 13: ("B5", 182, 257),
}  # fmt: skip
"""Number of a paper in the file -> its name, width and height in millimetres."""
A4 = PAPERS[9]
MARGIN = 0.7
"""Inches left free at each side where the file does not say."""
SPARE = 1.02
"""So much wider a table may be: widths differ a little from printer to printer."""


@dataclass(frozen=True)
class TooWide:
    """A sheet that does not fit: the first column beyond the paper, and the widths in centimetres."""

    column: int
    paper: str
    landscape: bool
    wide: float
    printable: float


def too_wide(package: Package, editor: SheetEditor, first: int, last: int) -> TooWide | None:
    """Return what is wrong with the width of a sheet whose columns `first` to `last` are printed; None: they fit."""
    page = _Page(editor.root)
    if page.fitted or page.broken:
        return None
    digit = digit_width(package)
    widths = editor.widths()
    room, at, beyond = page.printable * SPARE, 0.0, 0
    for column in range(first, last + 1):
        at += widths.get(column, page.default_width(digit)) * digit * 0.75 * page.scale
        if at > room and not beyond:
            beyond = column
    if not beyond:
        return None
    name, landscape = page.paper[0], page.landscape
    return TooWide(
        beyond, name, landscape, round(at / MILLIMETRE / 10, 1), round(page.printable / MILLIMETRE / 10, 1)
    )


def digit_width(package: Package) -> int:
    """Return how many pixels a digit of the workbook's font is wide: columns are measured by it.

    At 11 points 8 for 宋体 and other Chinese fonts, 7 for Calibri.
    """
    relations = package.relations(package.workbook_part)
    part = next((target for kind, target in relations.values() if kind.endswith("/styles")), None)
    root = parse_xml(package.read(part)) if part is not None else ()
    fonts = next((each for each in root if local(each) == "fonts"), None)
    said = (
        {local(each): each.get("val") or "" for each in fonts[0]} if fonts is not None and len(fonts) else {}
    )
    size = float(said.get("sz") or 11)
    return max(round(size * (8 if not said.get("name", "Calibri").isascii() else 7) / 11), 4)


class _Page:
    """What a sheet says of its paper."""

    def __init__(self, root: etree._Element) -> None:
        self.parts = {local(each): each for each in root}

    def _say(self, part: str, attribute: str) -> str:
        element = self.parts.get(part)
        return (element.get(attribute) or "") if element is not None else ""

    @cached_property
    def fitted(self) -> bool:
        """Whether the columns are made to fit one page."""
        properties = self.parts.get("sheetPr")
        fits = any(
            local(each) == "pageSetUpPr" and each.get("fitToPage") in ("1", "true")
            for each in (properties if properties is not None else ())
        )
        return fits and (self._say("pageSetup", "fitToWidth") or "1") == "1"

    @property
    def broken(self) -> bool:
        """Whether somebody set page breaks between columns: several pages side by side are meant."""
        return "colBreaks" in self.parts

    @property
    def paper(self) -> tuple[str, int, int]:
        return PAPERS.get(int(self._say("pageSetup", "paperSize") or 9), A4)

    @property
    def landscape(self) -> bool:
        return self._say("pageSetup", "orientation") == "landscape"

    @property
    def scale(self) -> float:
        return float(self._say("pageSetup", "scale") or 100) / 100

    @property
    def printable(self) -> float:
        """Points between the margins."""
        margins = sum(float(self._say("pageMargins", side) or MARGIN) for side in ("left", "right"))
        _, width, height = self.paper
        return (height if self.landscape else width) * MILLIMETRE - margins * INCH

    def default_width(self, digit: int) -> float:
        """Characters of a column that says nothing."""
        given = self._say("sheetFormatPr", "defaultColWidth")
        return float(given) if given else -(-(8 * digit + 5) // 8) * 8 / digit
