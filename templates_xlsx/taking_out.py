"""Taking rows and sheets out of a workbook that goes back: emptied and hidden, so that what stays keeps its place.

Nothing moves: merged cells, validations, names, seals and formulas beside the rows stay true, and a fault's row number is
the same on the page, in the list and in the file.
"""

from __future__ import annotations

from collections.abc import Collection

from lxml import etree

from templates_xlsx.cellwriter import SheetEditor
from templates_xlsx.package import local


def take_out(editor: SheetEditor, rows: Collection[int]) -> None:
    """Empty and hide rows. What a merged cell shows for rows that stay is kept."""
    shared = {
        first
        for first, (top, _left, bottom, _right) in editor.merged().items()
        if top in rows and any(row not in rows for row in range(top, bottom + 1))
    }
    lost: set[str] = set()
    for number in rows:
        row = editor.row(number)
        row.set("hidden", "1")
        for cell in list(row):
            if cell.get("r") in shared:
                continue
            lost |= {str(each.get("si")) for each in cell if local(each) == "f" and each.get("si")}
            row.remove(cell)
    if lost:
        _unshare(editor, lost)


def _unshare(editor: SheetEditor, lost: Collection[str]) -> None:
    """Formulas that leaned on one which is gone keep the value they have."""
    for cell in editor.data.iter(editor.tag("c")):
        for formula in [each for each in cell if local(each) == "f" and each.get("si") in lost]:
            cell.remove(formula)


def hide_sheets(workbook: etree._Element, names: Collection[str]) -> None:
    """Hide sheets; where that would be all of them, none."""
    listed = [each for holder in workbook if local(holder) == "sheets" for each in holder]
    shown = [n for n, each in enumerate(listed) if each.get("state", "visible") == "visible"]
    left = [n for n in shown if listed[n].get("name") not in names]
    if not left or left == shown:
        return
    for number in set(shown) - set(left):
        listed[number].set("state", "hidden")
    for view in workbook.iter():  # the tab that opens first must be one that shows
        if local(view) == "workbookView":
            view.set("activeTab", str(left[0]))
            view.set("firstSheet", "0")
