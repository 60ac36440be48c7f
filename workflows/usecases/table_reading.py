"""A workbook -> records of a form, with what the office remembers of its layout and of its words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from forms.binding import Setting, bind
from forms.fields import Form
from forms.secrecy import ConfidentialRefused
from templates_xlsx.grid import Book
from templates_xlsx.layouts import Layout
from templates_xlsx.reading import Reading, ReadRecord, read_records
from templates_xlsx.recognition import recognise_book
from templates_xlsx.ticked import refuse_ticked, stop_cells
from workflows.usecases import corrections, templates
from workflows.usecases.memory import Memory
from workflows.usecases.runtime import Transaction


@dataclass(frozen=True)
class TableRead:
    """What was read, and what of the memory served for it.

    Attributes:
        unconfirmed: sheets of which a person has to confirm the layout before anything is taken in: some was guessed.
        doubtful: whether a person had better look at the layout first: it was guessed, or a field was not found.
        fingerprints, words: remembered layouts and corrections that were of use.
    """

    reading: Reading
    unconfirmed: tuple[str, ...] = ()
    doubtful: bool = False
    fingerprints: tuple[str, ...] = ()
    words: tuple[tuple[str, str, str], ...] = ()


def read_table(tx: Transaction, book: Book, form: Form, memory: Memory) -> TableRead:
    """Read every record of `form` in a workbook. Raises `ConfidentialRefused`."""
    layouts = layouts_of(memory)
    drawn = templates.made_from(tx, book)
    reading = read_records(book, form, layouts, drawn=drawn)
    recognised = recognise_book(book, form, layouts)
    known = corrections.known(memory.corrections)
    found = [corrections.put_right(each, form, tx.units, known) for each in reading.records]
    asked = [each for each in recognised.sheets if each.needs_confirmation and each.layout is None]
    return TableRead(
        replace(reading, records=tuple(each.record for each in found)),
        _distinct(each.sheet for each in reading.records if each.unsure),
        not reading.records or (bool(asked) and drawn is None),
        _distinct(each.layout.fingerprint for each in recognised.sheets if each.layout is not None),
        _distinct(word for each in found for word in each.used),
    )


def refuse_stopped(tx: Transaction, book: Book, form: Form, memory: Memory, setting: Setting) -> None:
    """Refuse a workbook in which a row stops its form (是否涉密: 是), before its records are read or anything is kept.

    Raises `ConfidentialRefused`.
    """
    refuse_ticked(book, form)
    known = corrections.known(memory.corrections)
    said: set[tuple[str, str]] = set()
    for each in stop_cells(book, form, layouts_of(memory), templates.made_from(tx, book)):
        if (each.key, str(each.posted)) in said:
            continue
        said.add((each.key, str(each.posted)))
        record = ReadRecord(each.sheet, None, {each.key: each.posted}, {})
        posted = corrections.put_right(record, form, tx.units, known).record.posted
        try:
            bind(form, posted, setting)
        except ConfidentialRefused:
            raise ConfidentialRefused(where=f"{each.sheet} {each.cell}".strip()) from None


def layouts_of(memory: Memory) -> list[Layout]:
    """The remembered layouts, the one that holds first; one that an older version wrote otherwise is left out."""
    found = []
    for stored in reversed([*memory.layouts.values()]):
        try:
            found.append(Layout.from_json(stored))
        except ValueError:
            continue
    return found


def _distinct(found: Iterable[Any]) -> tuple[Any, ...]:
    return tuple(dict.fromkeys(found))
