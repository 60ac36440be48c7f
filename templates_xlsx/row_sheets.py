"""The rows of a form's lists on sheets of their own, as blank forms draw them -> the texts a browser would post.

Rows are told by the names of their columns and by their number: sorted or filtered in a spreadsheet they still
find their place. What may not be changed is compared with what stands, never taken.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from forms.fields import Field, Form
from templates_xlsx.labels import squash
from templates_xlsx.refusals import CellFault
from templates_xlsx.sheets import Book, Sheet, cell_text, position, reference
from templates_xlsx.values import LIST_UNIT, Posted, posted_value

TASK_PREFIX = "T_"
"""Begins the name, on the sheets of a workbook of several tasks, that says by its number whose a sheet is."""
ROWS_PREFIX, NUMBER_PREFIX = "R_", "N_"
"""How the names of the columns of a list within a form begin, and that of the column of their numbers."""
MOST_ROWS = 5000
"""Rows of one field that are read."""


@dataclass(frozen=True)
class Answer:
    """What a table answers.

    Attributes:
        posted: name as a page posts it (`contact_name`, `rows-3-answer`) -> text or texts.
        cells: the same names -> sheet and cell.
        faults: what the reader itself found, each with its sheet.
    """

    posted: dict[str, Posted] = field(default_factory=dict)
    cells: dict[str, tuple[str, str]] = field(default_factory=dict)
    faults: list[CellFault] = field(default_factory=list)


Standing = Mapping[str, Sequence[Mapping[str, str]]]
"""Key of a field of rows -> the rows that stand, as a page shows their texts."""


def read_row_sheets(book: Book, form: Form, standing: Standing) -> tuple[Answer, frozenset[str]]:
    """Return what the sheets of rows answer, and their names."""
    answer = Answer()
    found: set[str] = set()
    for holder in form.fields:
        if holder.kind == "rows":
            for sheet in book.sheets:
                columns = dict(_columns(book, sheet, holder))
                if columns:
                    found.add(sheet.name)
                    _read_rows(answer, book, sheet, holder, columns, standing.get(holder.key, ()))
    return answer, frozenset(found)


def holds_rows(book: Book, sheet: Sheet, form: Form) -> bool:
    """Whether a sheet is one of those a blank form has for the rows of a list."""
    return any(each.kind == "rows" and any(_columns(book, sheet, each)) for each in form.fields)


def _columns(book: Book, sheet: Sheet, holder: Field) -> Iterator[tuple[str, tuple[int, int]]]:
    names = book.names_on(sheet.name)
    for each in holder.columns:
        cell = names.get(f"{ROWS_PREFIX}{holder.key}.{each.key}")
        if cell is not None:
            yield each.key, position(cell)


def _read_rows(
    answer: Answer,
    book: Book,
    sheet: Sheet,
    holder: Field,
    columns: Mapping[str, tuple[int, int]],
    standing: Sequence[Mapping[str, str]],
) -> None:
    number_cell = book.names_on(sheet.name).get(f"{NUMBER_PREFIX}{holder.key}")
    numbers = position(number_cell)[1] if number_cell else 0
    first = max(row for row, _column in columns.values()) + 1
    taken: dict[int, int] = {}
    fixed = holder.fixed_rows and bool(standing)
    for row in range(first, min(sheet.height, first + MOST_ROWS) + 1):
        texts = {key: cell_text(sheet.value(row, column)) for key, (_row, column) in columns.items()}
        if not any(texts.values()):
            continue
        place = _place(sheet, row, numbers, len(standing)) if fixed else len(taken)
        where = reference(row, numbers or 1)
        if place is None or place in taken:
            code = "row_unknown" if place is None else "row_twice"
            given = cell_text(sheet.value(row, numbers)) if numbers else ""
            facts = {"last": len(standing), "other": taken.get(place or 0, 0)}
            answer.faults.append(CellFault(where, holder.key, "error", code, given, facts, sheet.name))
            continue
        taken[place] = row
        _read_row(answer, sheet, row, holder, columns, place, standing[place] if fixed else {})


def _place(sheet: Sheet, row: int, numbers: int, last: int) -> int | None:
    text = cell_text(sheet.value(row, numbers)) if numbers else ""
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 0
    return number - 1 if 1 <= number <= last else None


def _read_row(
    answer: Answer,
    sheet: Sheet,
    row: int,
    holder: Field,
    columns: Mapping[str, tuple[int, int]],
    place: int,
    standing: Mapping[str, str],
) -> None:
    for key, (_row, column) in columns.items():
        meant = holder.column(key)
        where = reference(row, column)
        value = sheet.value(row, column)
        name = f"{holder.key}-{place}-{key}"
        answer.cells[name] = (sheet.name, where)
        if meant.readonly:
            text, stands = cell_text(value), standing.get(key, "")
            if standing and squash(text) != squash(stands):
                facts = {"label": meant.label, "wanted": stands}
                answer.faults.append(
                    CellFault(where, holder.key, "error", "given_changed", text, facts, sheet.name)
                )
            continue
        posted, faults = posted_value(value, meant, where, LIST_UNIT)
        answer.posted[name] = posted
        answer.faults.extend(dataclasses.replace(each, field=holder.key, sheet=sheet.name) for each in faults)


def by_task(book: Book) -> dict[int, Book]:
    """Id of a task -> its sheets, of a workbook of several; empty where no sheet says whose it is."""
    found: dict[int, list[Sheet]] = {}
    for sheet in book.sheets:
        for name in book.names_on(sheet.name):
            number = name.removeprefix(TASK_PREFIX)
            if name.startswith(TASK_PREFIX) and number.isascii() and number.isdigit() and len(number) < 19:
                found.setdefault(int(number), []).append(sheet)
    return {task: dataclasses.replace(book, sheets=tuple(sheets)) for task, sheets in found.items()}
