"""How far out a sheet's content lies, told from its text before a reader reserves the whole rectangle.

A reader of spreadsheets can be killed by a file of five kilobytes: one cell at XFD1048576 is enough.
"""

from __future__ import annotations

import re
from typing import IO

from lxml import etree

from templates_xlsx.package import attribute, local
from templates_xlsx.refusals import WorkbookRefused
from templates_xlsx.sheets import column_number, reference

MAX_AREA = 5_000_000
"""Cells of the rectangle from A1 to the last cell of a sheet; a reader reserves all of it."""

_FAR = re.compile(rb"r(?!=\"[A-Z]?\d{1,5}\")(?<![\w:.-]r)\s*=\s*([\"'])(.*?)\1", re.DOTALL)
"""References that may lead far out: all but those of columns A to Z in the first 99 999 rows, told first and so soonest."""
_REFERENCE = re.compile(r"([A-Za-z]{0,7})(\d{1,10})")


class Extent:
    """The rectangle of one sheet, estimated from the pieces of its text as they come.

    The reader takes references in small letters, in odd places and without a row of their own too: what cannot be
    told from references alone is `doubtful`, and `refuse_far` looks again, exactly.
    """

    def __init__(self) -> None:
        self.rows, self.columns = 1, 26
        self.odd = False

    def see(self, piece: bytes) -> None:
        """Take in one more piece; a piece ends behind a tag."""
        if self.odd:
            return
        for each in _FAR.finditer(piece):
            given = _REFERENCE.fullmatch(each[2].decode("ascii", "replace"))
            if given is None:
                self.odd = True
                return
            self.rows = max(self.rows, int(given[2]))
            self.columns = max(self.columns, column_number(given[1].upper()) if given[1] else 1)

    @property
    def doubtful(self) -> bool:
        return self.odd or self.rows * self.columns > MAX_AREA


def refuse_far(sheet: IO[bytes], part: str, name: str) -> None:
    """Refuse a sheet whose last cell with content is so far out that the grid would not fit in memory.

    Rows and cells that are only styled do no harm.
    """
    rows = columns = 1
    row = column = 0
    lowest = widest = (1, 1)
    parsed = etree.iterparse(
        sheet, events=("start", "end"), resolve_entities=False, no_network=True, load_dtd=False
    )
    for event, element in parsed:
        kind = local(element)
        if kind == "row" and event == "start":
            row, column = _placed(element.get("r"), name)[0] or row + 1, 0
        elif kind == "c" and event == "end":
            own_row, own_column = _placed(element.get("r"), name)
            row, column = own_row or row, own_column or column + 1
            if any(local(each) in ("v", "is", "f") for each in element):
                lowest = (row, column) if row > rows else lowest
                widest = (row, column) if column > columns else widest
                rows, columns = max(rows, row), max(columns, column)
            element.clear()
        elif kind == "row":
            element.clear()
    if rows * columns > MAX_AREA:
        farthest = lowest if rows > 64 * columns else widest
        raise WorkbookRefused(
            "far_cell", name=name, sheet=part.rsplit("/", 1)[-1], given=reference(*farthest)
        )


def _placed(given: str | None, name: str) -> tuple[int, int]:
    """Row and column of a reference; 0 for what it does not say."""
    if given is None:
        return 0, 0
    found = _REFERENCE.fullmatch(given.strip())
    if found is None:
        raise WorkbookRefused("broken", name=name)
    return int(found[2]), column_number(found[1].upper()) if found[1] else 0


def refuse_repeats(body: IO[bytes], name: str) -> None:
    """Refuse an .ods that says with a few words that a filled cell is repeated millions of times."""
    area = width = 0
    sheet = ""
    parsed = etree.iterparse(
        body, events=("start", "end"), resolve_entities=False, no_network=True, load_dtd=False
    )
    for event, element in parsed:
        kind = local(element)
        if event == "start":
            if kind == "table":
                sheet, area = attribute(element, "name"), 0
            continue
        if kind in ("table-cell", "covered-table-cell"):
            if len(element) or attribute(element, "value-type"):
                width += max(int(attribute(element, "number-columns-repeated") or 1), 1)
        elif kind == "table-row":
            area += width * max(int(attribute(element, "number-rows-repeated") or 1), 1)
            width = 0
            element.clear()
            if area > MAX_AREA:
                raise WorkbookRefused("far_cell", name=name, sheet=sheet, given=str(area))
