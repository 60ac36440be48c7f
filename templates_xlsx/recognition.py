"""What was recognised in a workbook, for a person to confirm: each sheet's kind, places, doubts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from forms.fields import Form
from templates_xlsx.doubts import header_doubts, table_doubts
from templates_xlsx.labels import Vocabulary
from templates_xlsx.layouts import Kind, Layout
from templates_xlsx.ledger import Header, header_faults
from templates_xlsx.recognise import Found, Source, Table, place_reference
from templates_xlsx.refusals import CellFault
from templates_xlsx.seen import Seen, see
from templates_xlsx.sheets import Book, column_letters, reference
from templates_xlsx.single import record_of


@dataclass(frozen=True)
class RecognisedPlace:
    """One place that holds one field, or two together.

    Attributes:
        keys: the fields.
        place: a cell "E7", a range "E7:G7", or, of a ledger, a column "E": what `corrected` takes.
        label: the cell of the label; that of the value itself where it was found by name or holds both.
        source: how it was found; "suggested" waits for a person.
        record: of several tables on one sheet, which, from 0.
    """

    keys: tuple[str, ...]
    place: str
    label: str | None
    source: Source
    record: int = 0


@dataclass(frozen=True)
class SheetRecognition:
    """One sheet.

    Attributes:
        header_rows: first and last row of a ledger's header.
        unsure: suggestions, required fields that lack, labels that stand twice.
        needs_confirmation: nothing of this sheet may be stored before a person confirmed it.
        layout: the remembered layout it was read by.
        why: where nothing is read, the reason.
    """

    sheet: str
    kind: Kind
    header_rows: tuple[int, int] | None = None
    places: tuple[RecognisedPlace, ...] = ()
    unsure: tuple[CellFault, ...] = ()
    needs_confirmation: bool = False
    layout: Layout | None = None
    why: str = ""
    why_en: str = ""


@dataclass(frozen=True)
class Recognition:
    """All sheets of a workbook."""

    sheets: tuple[SheetRecognition, ...]

    @property
    def needs_confirmation(self) -> bool:
        """Whether a person must look before anything is stored; also where nothing at all was recognised."""
        return any(each.needs_confirmation for each in self.sheets)

    def sheet(self, name: str) -> SheetRecognition:
        """Return a sheet by its name. Raises KeyError."""
        for each in self.sheets:
            if each.sheet == name:
                return each
        raise KeyError(name)


_DOUBTS = frozenset({"label_missing", "label_doubled"})
"""Faults of the reader that pointing at a cell mends."""


def recognise_book(book: Book, form: Form, layouts: Sequence[Layout] = ()) -> Recognition:
    """Recognise the sheets of a workbook without reading their records.

    Args:
        layouts: confirmed before; the first that matches a sheet is used.
    """
    vocabulary = Vocabulary(form)
    found = [_told(see(book, sheet, vocabulary, layouts), vocabulary) for sheet in book.sheets]
    return Recognition(tuple(found))


def _told(seen: Seen, vocabulary: Vocabulary) -> SheetRecognition:
    name = seen.sheet.name
    if seen.why is not None:
        return SheetRecognition(
            name, "ignore", layout=seen.layout, why=seen.why.reason_zh, why_en=seen.why.reason_en
        )
    doubts: list[CellFault] = []
    places: list[RecognisedPlace] = []
    rows = None
    for number, ledger in enumerate(seen.ledgers):
        doubts.extend(header_doubts(ledger.sheet, ledger.header, vocabulary))
        faults = header_faults(ledger.sheet, ledger.header, vocabulary)
        doubts.extend(each for each in faults if each.code in _DOUBTS)
        rows = rows or (ledger.header.top, ledger.header.bottom)
        places.extend(_columns(ledger.header, number))
    for number, table in enumerate(seen.tables):
        record = record_of(table)
        doubts.extend(
            [*record.unsure, *table_doubts(table), *(each for each in record.faults if each.code in _DOUBTS)]
        )
        places.extend(_place(table, found, number) for found in table.found if found.cell is not None)
    return SheetRecognition(name, seen.kind, rows, tuple(places), tuple(doubts), bool(doubts), seen.layout)


def _columns(header: Header, record: int) -> Iterator[RecognisedPlace]:
    for each in header.columns:
        label = reference(each.label.top, each.label.left)
        yield RecognisedPlace(each.meaning.keys, column_letters(each.column), label, each.source, record)


def _place(table: Table, found: Found, record: int) -> RecognisedPlace:
    assert found.cell is not None
    place = place_reference(found.cell)
    if found.last is not None and found.last != found.cell:
        place = f"{place}:{place_reference(found.last)}"
    return RecognisedPlace(found.meaning.keys, place, place_reference(found.label), found.source, record)
