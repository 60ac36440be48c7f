"""A filled-in blank form of one record -> the texts a browser would post, rows included, each with its cell."""

from __future__ import annotations

import dataclasses

from forms.fields import Form
from templates_xlsx.reading import read_records
from templates_xlsx.recognise import NAME_PREFIX
from templates_xlsx.row_sheets import Answer, Standing, read_row_sheets
from templates_xlsx.sheets import Book

__all__ = ["Answer", "Standing", "read_answer"]


def read_answer(book: Book, form: Form, standing: Standing) -> Answer:
    """Read one record with its rows.

    Raises:
        ConfidentialRefused: it is ticked 涉密.
    """
    answer, with_rows = read_row_sheets(book, form, standing)
    rest = dataclasses.replace(book, sheets=tuple(each for each in book.sheets if each.name not in with_rows))
    reading = read_records(rest, form)
    record = next((each for each in reading.records if each.row is None), None)
    if record is not None:
        answer.posted.update(record.posted)
        answer.cells.update({key: (record.sheet, cell) for key, cell in record.cells.items()})
        answer.faults.extend(dataclasses.replace(each, sheet=record.sheet) for each in record.faults)
    elif not with_rows and book.origin.form != form.key:
        answer.faults.extend(reading.faults)
    _place_empty(answer, rest, form)
    return answer


def _place_empty(answer: Answer, book: Book, form: Form) -> None:
    """What was left empty has its cell too, where the sheet is a blank form's: what lacks is told there."""
    if book.origin.form != form.key:
        return
    for sheet in book.sheets:
        for name, cell in book.names_on(sheet.name).items():
            key = name.removeprefix(NAME_PREFIX)
            if name.startswith(NAME_PREFIX) and key in form:
                answer.cells.setdefault(key, (sheet.name, cell))
