"""A value written over several cells: lines beside a tall label, boxes one a cell -> the range that holds it whole.

What was read as one value is shown, and confirmed, as one place.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from templates_xlsx.recognition import RecognisedPlace
from templates_xlsx.sheets import Sheet, Span, cell_text, position, reference
from templates_xlsx.values import has_boxes


def whole_place(sheet: Sheet, found: RecognisedPlace, others: Sequence[RecognisedPlace]) -> str:
    """Return the place of a value of a single table, as a range "B5:B7" where it goes on in further cells."""
    if found.source not in ("label", "suggested") or found.label in (None, found.place) or ":" in found.place:
        return found.place
    assert found.label is not None
    label, value = sheet.span(*position(found.label)), sheet.span(*position(found.place))
    if label.right >= value.left or not label.top <= value.top <= label.bottom:
        return found.place
    taken = {place for each in others for place in (each.place, each.label) if place} - {found.place}
    last = _lines(sheet, label, value, taken) or _boxes(sheet, value, taken)
    return f"{found.place}:{last}" if last else found.place


def _lines(sheet: Sheet, label: Span, value: Span, taken: Collection[str]) -> str | None:
    """The last of the cells under a value that stand beside the same tall label."""
    row, last = value.bottom + 1, None
    while row <= label.bottom:
        span = sheet.span(row, value.left)
        place = reference(span.top, span.left)
        if place in taken:
            return None
        last, row = place, span.bottom + 1
    return last


def _boxes(sheet: Sheet, value: Span, taken: Collection[str]) -> str | None:
    """The last of the cells at the right of a value that go on with boxes to tick."""
    if not has_boxes(cell_text(sheet.value(value.top, value.left))):
        return None
    column, last = value.right + 1, None
    while column <= sheet.width:
        span = sheet.span(value.top, column)
        place = reference(span.top, span.left)
        if place in taken or not has_boxes(cell_text(sheet.value(value.top, column))):
            break
        last, column = place, span.right + 1
    return last
