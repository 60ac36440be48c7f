"""A filled template that comes back: its cells by their names and patterns, the rows of its lists."""

from __future__ import annotations

import re
from collections.abc import Iterator

from templates_xlsx.drawn import Drawn, DrawnCell
from templates_xlsx.labels import Meaning, hint_of, normalise
from templates_xlsx.placeholders import NUMBER, Pattern, Slot, parse
from templates_xlsx.recognise import NAME_PREFIX, Found, Place, Table
from templates_xlsx.sheets import cell_text, position, reference
from templates_xlsx.values import LIST_UNIT, is_blank, posted_value

MAX_LIST = 2000
"""Rows of a list that are read."""
_TAIL = re.compile(r"^(?:合计|总计|小计|注|说明|备注)(?:$|[\s::])")


def add_drawn(table: Table, drawn: Drawn) -> None:
    """Add to a table what the server remembers of its template; cells whose words were changed are left to labels."""
    for cell in drawn.cells:
        if cell.row_of:
            continue
        place = _place(table, cell)
        if place is None or place in table.claimed:
            continue
        text = cell_text(table.sheet.value(*place))
        said = [(cell.pattern[0], None)] if cell.plain else parse(cell.pattern, text)
        if said is None:
            table.broken.add(place)
            continue
        table.claimed.add(place)
        for slot, value in said:
            if isinstance(slot, Slot):
                _add(table, cell, slot, place, value)


def _add(table: Table, cell: DrawnCell, slot: Slot, place: Place, value: str | None) -> None:
    form = table.vocabulary.form
    keys = tuple(key for key in slot.keys if key in form and form.field(key).kind not in ("files", "rows"))
    if keys and len(keys) == len(slot.keys):
        hint = _unit_after(cell.pattern, slot) or hint_of(cell.label)
        table.found.append(Found(Meaning(keys, -1, hint), place, place, value, -1, "name"))
    elif slot.keys[0] in {box.key for box in form.boxes}:
        table.boxes[slot.keys[0]] = place


def _unit_after(pattern: Pattern, slot: Slot) -> str:
    """Return the words behind a slot where they name the unit of its amount: 万元."""
    after = pattern[pattern.index(slot) + 1 :]
    text = after[0].strip() if after and isinstance(after[0], str) else ""
    return text[:2] if text.startswith(("万", "亿")) else ""


def _place(table: Table, cell: DrawnCell) -> Place | None:
    """Where a cell stands now: by its name, else beside the words it was drawn beside."""
    for name in cell.names:
        where = table.names.get(NAME_PREFIX + name)
        if where is not None:
            return table.home(*position(where))
    if not cell.label or cell.names[0] != cell.keys[0]:
        return None
    beside = [place for place, text in table.texts.items() if normalise(text) == normalise(cell.label)]
    if len(beside) != 1:
        return None
    return table.right(beside[0]) or table.below(beside[0])


def read_lists(table: Table, drawn: Drawn | None = None) -> None:
    """Read the rows of lists downwards from the cells named `F_<list>.<column>`."""
    form = table.vocabulary.form
    columns: dict[str, dict[str, Place]] = {}
    for name, where in table.names.items():
        head, _, tail = name.removeprefix(NAME_PREFIX).partition(".")
        if tail and head in form and form.field(head).kind == "rows":
            columns.setdefault(head, {})[tail] = table.home(*position(where))
    patterns = {
        key: cell.pattern for cell in (drawn.cells if drawn else ()) if cell.row_of for key in cell.keys
    }
    for head, places in columns.items():
        field = form.field(head)
        for number, row in enumerate(_rows(table, places)):
            for column in field.columns:
                place = places.get(column.key)
                if place is None:
                    continue
                where = reference(row, place[1])
                value = table.sheet.value(row, place[1])
                pattern = patterns.get(f"{head}.{column.key}", ())
                if len(pattern) > 1:
                    said = parse(pattern, cell_text(value)) or []
                    value = next((text for slot, text in said if f"{head}.{column.key}" in slot.keys), value)
                posted, faults = posted_value(value, column, where, LIST_UNIT)
                table.listed[f"{head}-{number}-{column.key}"] = posted
                table.list_cells[f"{head}-{number}-{column.key}"] = where
                table.list_faults.extend(faults)
            table.list_cells.setdefault(head, reference(row, min(place[1] for place in places.values())))


def _rows(table: Table, places: dict[str, Place]) -> Iterator[int]:
    """Yield the rows of a list: until one is empty, merged otherwise, named by itself or a total."""
    first = max(row for row, _ in places.values())
    named = {table.home(*position(where))[0] for where in table.names.values()}
    values = {key: column for key, (_, column) in places.items() if key != NUMBER}
    row, last = first - 1, min(first + MAX_LIST, table.sheet.height + 1) - 1
    while (row := row + 1) <= last:
        texts = [cell_text(table.sheet.value(row, column)).strip() for column in values.values()]
        leftmost = cell_text(table.sheet.value(row, min(column for _, column in places.values()))).strip()
        if row > first and (row in named or _TAIL.match(leftmost) or not _alike(table, places, first, row)):
            return
        if all(is_blank(text) for text in texts):
            return
        yield row
        row += table.sheet.span(row, max(values.values())).rows - 1  # it goes on in the rows below


def _alike(table: Table, places: dict[str, Place], first: int, row: int) -> bool:
    """Whether a row is merged as the first one is; one too high for a row goes on below, in all its cells."""
    spans = [
        (table.sheet.span(first, column), table.sheet.span(row, column)) for _, column in places.values()
    ]
    sides = all((one.left, one.right, row) == (other.left, other.right, other.top) for one, other in spans)
    return sides and len({other.rows for _, other in spans}) == 1
