"""Reading a sheet by a layout that a person confirmed: the same tables and headers that labels would give."""

from __future__ import annotations

from collections.abc import Sequence

from templates_xlsx.labels import Meaning, Vocabulary, hint_of
from templates_xlsx.layouts import Assignment, Layout, Place, inline_parts, shifted
from templates_xlsx.ledger import Header, HeaderColumn, serials
from templates_xlsx.recognise import Found, Table
from templates_xlsx.sheets import Sheet, cell_text, position

REMEMBERED = -1
"""Rank of what a person confirmed: as good as a name."""


def add_remembered(table: Table, layout: Layout, offset: Place) -> None:
    """Add to a table what a layout says stands where; fields that names have found already stay theirs."""
    have = {key for each in table.found for key in each.meaning.keys}
    by_cell: dict[str, list[Assignment]] = {}
    for each in layout.assignments:
        if have.isdisjoint(each.keys) and all(key in table.vocabulary.form for key in each.keys):
            by_cell.setdefault(shifted(each.place, *offset), []).append(each)
    for place, assigned in by_cell.items():
        cells = _cells(table, place)
        texts = _texts(table, cells, assigned)
        for each, (before, text) in zip(assigned, texts, strict=True):
            label = position(shifted(each.label, *offset)) if each.label else cells[0]
            hint = hint_of(before if each.inline else table.texts.get(label, ""))
            meaning = Meaning(each.keys, REMEMBERED, hint)
            table.found.append(Found(meaning, label, cells[0], text, REMEMBERED, "remembered", cells[-1]))
        table.claimed.update(cells)


def _cells(table: Table, place: str) -> list[Place]:
    first, _, last = place.partition(":")
    (top, left), (bottom, right) = position(first), position(last or first)
    homes = (table.home(row, column) for row in range(top, bottom + 1) for column in range(left, right + 1))
    return list(dict.fromkeys(homes))


def _texts(
    table: Table, cells: Sequence[Place], assigned: Sequence[Assignment]
) -> list[tuple[str, str | None]]:
    """Return label and text of each assignment of a place; None where it is the whole cell's value."""
    inline = tuple(each.inline for each in assigned if each.inline)
    if inline:
        whole = cell_text(table.sheet.value(*cells[0]))
        values = iter(inline_parts(whole, inline) or [("", "")] * len(inline))
        return [next(values) if each.inline else ("", None) for each in assigned]
    if len(cells) > 1:
        joined = "\n".join(text for text in (cell_text(table.sheet.value(*each)) for each in cells) if text)
        return [("", joined)] * len(assigned)
    return [("", None)] * len(assigned)


def remembered_header(layout: Layout, sheet: Sheet, vocabulary: Vocabulary, offset: Place) -> Header:
    """Return the header of a ledger at a place where the layout was found."""
    assert layout.header_rows is not None
    down, aside = offset
    top, bottom = (row + down for row in layout.header_rows)
    columns = []
    for each in layout.assignments:
        if not all(key in vocabulary.form for key in each.keys):
            continue
        column = position(f"{shifted(each.place, 0, aside)}1")[1]
        row, left = position(shifted(each.label, down, aside)) if each.label else (bottom, column)
        label = sheet.value(row, left)
        hint = hint_of(label) if isinstance(label, str) else ""
        meaning = Meaning(each.keys, REMEMBERED, hint)
        columns.append(HeaderColumn(column, meaning, sheet.span(row, left), "remembered"))
    return Header(top, bottom, tuple(columns), _serial(sheet, top, bottom), top)


def _serial(sheet: Sheet, top: int, bottom: int) -> int | None:
    found = [column for row in range(top, bottom + 1) for column in serials(sheet, row)]
    return found[0] if found else None
