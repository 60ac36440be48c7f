"""A workbook -> records of a form: which sheets hold single tables, which ledgers, which nothing to read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from forms.fields import Form
from forms.secrecy import ConfidentialRefused
from forms.written.choices import read_yes_no
from forms.written.remembered import told
from templates_xlsx.doubts import header_doubts, table_doubts
from templates_xlsx.drawn import Drawn
from templates_xlsx.labels import Vocabulary
from templates_xlsx.layouts import Layout
from templates_xlsx.ledger import header_faults
from templates_xlsx.ledger_rows import LedgerReader
from templates_xlsx.refusals import CellFault
from templates_xlsx.row_sheets import Answer, read_row_sheets
from templates_xlsx.seen import Ignored, Seen, see
from templates_xlsx.sheets import Book
from templates_xlsx.single import record_of
from templates_xlsx.ticked import refuse_ticked

__all__ = ["Ignored", "ReadRecord", "Reading", "read_records"]


@dataclass(frozen=True)
class ReadRecord:
    """One record as it stands in the workbook, not yet bound.

    Attributes:
        sheet: name of the sheet.
        row: the ledger's row, from 1; None for a single table.
        posted: field key -> text, or list of texts for kinds of several values, as a browser would post it.
        cells: field key -> cell reference ("E7"); fields that share a cell share the reference.
        faults: what the reader itself found; `bind` finds the rest.
        places: name of a value in a row of a list (`steps-0-name`) -> sheet and cell, where it has one of its own.
        unsure: what was only guessed; the record must not be stored before a person confirmed its sheet's layout.
    """

    sheet: str
    row: int | None
    posted: Mapping[str, str | list[str]]
    cells: Mapping[str, str]
    faults: tuple[CellFault, ...] = ()
    unsure: tuple[CellFault, ...] = ()
    places: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    def place(self, key: str | None, row: int | None = None, column: str = "") -> tuple[str, str | None]:
        """Return sheet and cell of a field, or of a column of one of its rows."""
        cell = self.cells.get(key or "")
        if row is not None:
            name = f"{key}-{row}-{column}"
            return self.places.get(name) or (self.sheet, self.cells.get(name) or cell)
        return self.sheet, cell


@dataclass(frozen=True)
class Reading:
    """All records of a workbook, the sheets left aside, and faults of the whole file."""

    records: tuple[ReadRecord, ...]
    ignored: tuple[Ignored, ...] = ()
    faults: tuple[CellFault, ...] = ()

    @property
    def unsure(self) -> bool:
        """Whether a person must confirm a layout before anything of this is stored."""
        return any(each.unsure for each in self.records)


def read_records(
    book: Book,
    form: Form,
    layouts: Sequence[Layout] = (),
    words: Mapping[str, Mapping[str, str]] | None = None,
    drawn: Drawn | None = None,
) -> Reading:
    """Read every record of `form` that the workbook holds, in the order of its sheets and rows.

    Each visible sheet is a ledger, a single table (or several), or ignored with a reason. What is wrong with values
    is found by `bind`; a field of a record that has an error here need not be told again there.

    Args:
        layouts: confirmed before; the first that matches a sheet is used, so the newest comes first.
        words: field key -> as a person once wrote it -> what was meant (a unit's name, an answer).
        drawn: the template the workbook says it was made from (`Book.origin`), where it is known.

    Raises:
        ConfidentialRefused: a record is ticked 涉密.
    """
    vocabulary = Vocabulary(form)
    lists = [each.key for each in form.fields if each.kind in ("units", "choices")]
    records: list[ReadRecord] = []
    ignored: list[Ignored] = []
    faults: list[CellFault] = []
    of_lists, with_rows = read_row_sheets(book, form, {})
    for sheet in (each for each in book.sheets if each.name not in with_rows):
        seen = see(book, sheet, vocabulary, layouts, drawn)
        found = [
            record if not words else _with_words(record, words, lists)
            for record in records_of(seen, vocabulary)
        ]
        records.extend(found)
        why = seen.why or _nothing_in(seen, found)
        if why is not None:
            ignored.append(why)
        for each in seen.ledgers:
            faults.extend(header_faults(sheet, each.header, vocabulary) if why is None else ())
    if of_lists.posted:
        records, told = _with_lists(records, of_lists)
        ignored.extend(told)
    if not records and not faults:
        faults.append(CellFault("", None, "error", "no_records", "", {"form": form.title}))
    _refuse_confidential(book, records, form)
    return Reading(tuple(records), tuple(ignored), tuple(faults))


def _with_lists(records: list[ReadRecord], lists: Answer) -> tuple[list[ReadRecord], list[Ignored]]:
    """Give the rows of a list to the one record of the workbook; nobody can tell whose they are where it has more."""
    first = next(iter(lists.cells.values()))[0]
    if not records:
        records = [ReadRecord(first, None, {}, {})]
    if len(records) > 1 or records[0].row is not None:
        zh, en = "表中有多条记录，列表属于哪一条无法确定，未读取", "rows of a list, but of which record?"
        return records, [
            Ignored(sheet, zh, en) for sheet in dict.fromkeys(each for each, _ in lists.cells.values())
        ]
    (record,) = records
    whole = replace(
        record,
        posted={**record.posted, **lists.posted},
        faults=(*record.faults, *lists.faults),
        places={**record.places, **lists.cells},
    )
    return [whole], []


def records_of(seen: Seen, vocabulary: Vocabulary) -> Iterator[ReadRecord]:
    """Yield the records of a sheet."""
    name = seen.sheet.name
    for ledger in seen.ledgers:
        unsure = tuple(header_doubts(ledger.sheet, ledger.header, vocabulary))
        for each in LedgerReader(ledger.sheet, vocabulary, ledger.header, ledger.again).rows():
            yield ReadRecord(name, each.row, each.posted, each.cells, each.faults, unsure)
    for table in seen.tables:
        record = record_of(table)
        doubts = table_doubts(table)
        # Of several tables one may be blank; one of which something is left over is not passed over.
        if any(record.posted.values()) or (doubts and len(seen.tables) > 1):
            unsure = (*record.unsure, *doubts)
            yield ReadRecord(name, None, record.posted, record.cells, tuple(record.faults), unsure)


def _nothing_in(seen: Seen, found: Sequence[ReadRecord]) -> Ignored | None:
    if found:
        return None
    if seen.kind == "ledger":
        return Ignored(seen.sheet.name, "只有表头，没有内容", "a header without rows")
    return Ignored(seen.sheet.name, "空白表格，没有填写内容", "a blank form, nothing filled in")


def _with_words(
    record: ReadRecord, words: Mapping[str, Mapping[str, str]], lists: Sequence[str]
) -> ReadRecord:
    return replace(record, posted=told(record.posted, words, lists))


def _refuse_confidential(book: Book, records: list[ReadRecord], form: Form) -> None:
    """Refuse the whole workbook where a record is ticked 涉密, whether or not the form knows that column."""
    for record in records:
        ticked = record.posted.get("confidential")
        if isinstance(ticked, str) and read_yes_no(ticked):
            raise ConfidentialRefused(where=f"{record.sheet} {record.cells.get('confidential', '')}".strip())
    refuse_ticked(book, form)
