"""A workbook -> records of a form, with what the office remembers of its layout and of its words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from forms.fields import Form
from forms.setting import UnitDirectory
from templates_xlsx.grid import Book
from templates_xlsx.reading import Reading, read_records
from workflows.usecases import corrections
from workflows.usecases.memory import Memory


@dataclass(frozen=True)
class TableRead:
    """What was read, and what of the memory served for it.

    Attributes:
        unconfirmed: sheets of which a person has to confirm the layout before anything is taken in.
        fingerprints, words: remembered layouts and corrections that were of use.
    """

    reading: Reading
    unconfirmed: tuple[str, ...] = ()
    fingerprints: tuple[str, ...] = ()
    words: tuple[tuple[str, str, str], ...] = ()


def read_table(book: Book, form: Form, memory: Memory, units: UnitDirectory) -> TableRead:
    """Read every record of `form` in a workbook. Raises `ConfidentialRefused`."""
    reading = read_records(book, form)
    known = corrections.known(memory.corrections)
    found = [corrections.put_right(each, form, units, known) for each in reading.records]
    return TableRead(
        replace(reading, records=tuple(each.record for each in found)),
        words=_distinct([word for each in found for word in each.used]),
    )


def _distinct(words: Sequence[tuple[str, str, str]]) -> tuple[tuple[str, str, str], ...]:
    return tuple(dict.fromkeys(words))
