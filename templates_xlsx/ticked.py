"""Rows ticked 涉密: found before anything of a workbook is kept, whether or not the form knows that column."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from forms.fields import Form
from forms.secrecy import ConfidentialRefused
from forms.written.choices import read_yes_no
from templates_xlsx.drawn import Drawn
from templates_xlsx.labels import Vocabulary, normalise
from templates_xlsx.layouts import Layout
from templates_xlsx.ledger import SEARCHED_ROWS
from templates_xlsx.seen import Seen, see
from templates_xlsx.sheets import Book, Sheet, cell_text, reference
from templates_xlsx.single import record_of
from templates_xlsx.values import Posted, posted_value

_SECRET_LABELS = frozenset({"是否涉密", "涉密", "是否涉密事项", "是否为涉密事项", "涉密情况"})


@dataclass(frozen=True)
class StopCell:
    """What a table says in a field by which its form stops: the first cell that says so."""

    sheet: str
    cell: str
    key: str
    posted: Posted


def refuse_ticked(book: Book, form: Form) -> None:
    """Refuse a workbook of a form without the field 涉密 where a cell labelled so is ticked.

    Raises:
        ConfidentialRefused: one is.
    """
    if "confidential" in form:
        return
    for sheet in book.sheets:
        for row, column in _labelled(sheet, _SECRET_LABELS, SEARCHED_ROWS):
            _refuse_beside(sheet, row, column)


def _refuse_beside(sheet: Sheet, row: int, column: int) -> None:
    beside = [(row, column + 1)] if column < sheet.width else []
    for where in [*beside, *((below, column) for below in range(row + 1, sheet.height + 1))]:
        if read_yes_no(cell_text(sheet.value(*where))):
            raise ConfidentialRefused(where=f"{sheet.name} {reference(*where)}")


def stop_cells(
    book: Book, form: Form, layouts: Sequence[Layout] = (), drawn: Drawn | None = None
) -> Iterator[StopCell]:
    """Yield what a table says in the fields by which its form stops, each answer of a sheet once.

    Much cheaper than reading the records; every cell below a label of such a field is looked at, so that no answer
    is overlooked which a record of the table holds.
    """
    keys = [each.key for each in form.fields if each.stop_when is not None]
    if not keys:
        return
    vocabulary = Vocabulary(form)
    for sheet in book.sheets:
        seen = see(book, sheet, vocabulary, layouts, drawn)
        if seen.kind == "single":
            yield from _of_tables(seen, keys)
        elif not sheet.hidden:
            yield from _of_columns(seen, vocabulary, keys)


def _of_tables(seen: Seen, keys: Sequence[str]) -> Iterator[StopCell]:
    for table in seen.tables:
        record = record_of(table)
        for key in keys:
            if record.posted.get(key):
                yield StopCell(seen.sheet.name, record.cells.get(key, ""), key, record.posted[key])


def _of_columns(seen: Seen, vocabulary: Vocabulary, keys: Sequence[str]) -> Iterator[StopCell]:
    """The columns that a header names so, and those below every label that reads so, wherever it stands."""
    sheet = seen.sheet
    above: dict[tuple[int, str], int] = {}
    for ledger in seen.ledgers:
        for each in ledger.header.columns:
            for key in each.meaning.keys:
                above.setdefault((each.column, key), ledger.header.bottom)
    for row, column, key in _own_labels(sheet, vocabulary, keys):
        above[column, key] = min(row, above.get((column, key), row))
    form = vocabulary.form
    for (column, key), head in above.items():
        said: set[object] = set()
        for row in range(head + 1, sheet.height + 1) if key in keys else ():
            value = sheet.value(row, column)
            if value is None or value in said:
                continue
            said.add(value)
            cell = reference(row, column)
            yield StopCell(sheet.name, cell, key, posted_value(value, form.field(key), cell)[0])


def _own_labels(sheet: Sheet, vocabulary: Vocabulary, keys: Sequence[str]) -> Iterator[tuple[int, int, str]]:
    labels = {
        label: key
        for label, meaning in vocabulary.known.items()
        for key in meaning.keys
        if key in keys and len(meaning.keys) == 1
    }
    for row, column in _labelled(sheet, labels, sheet.height):
        yield row, column, labels[normalise(str(sheet.value(row, column)))]


def _labelled(sheet: Sheet, labels: Collection[str], rows: int) -> Iterator[tuple[int, int]]:
    """The cells among the first rows that hold one of the labels, however it is spaced."""
    ends = {label[-1] for label in labels}
    seen: dict[str, bool] = {}
    for number, line in enumerate(sheet.rows[:rows], 1):
        for column, value in enumerate(line, 1):
            if isinstance(value, str) and any(end in value for end in ends):
                if value not in seen:
                    seen[value] = normalise(value) in labels
                if seen[value]:
                    yield number, column
