"""A workbook -> records of a form: which sheets hold single tables, which ledgers, which nothing to read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from forms.fields import Form
from forms.secrecy import ConfidentialRefused
from forms.written.choices import read_yes_no
from templates_xlsx.labels import Vocabulary, normalise, readable
from templates_xlsx.ledger import SEARCHED_ROWS, Header, LedgerReader, find_header, header_faults
from templates_xlsx.recognise import NAME_PREFIX, Table, recognise
from templates_xlsx.refusals import CellFault
from templates_xlsx.sheets import MARK_SHEET, Book, Sheet, cell_text, reference
from templates_xlsx.single import record_of


@dataclass(frozen=True)
class ReadRecord:
    """One record as it stands in the workbook, not yet bound.

    Attributes:
        sheet: name of the sheet.
        row: the ledger's row, from 1; None for a single table.
        posted: field key -> text, or list of texts for kinds of several values, as a browser would post it.
        cells: field key -> cell reference ("E7"); fields that share a cell share the reference.
        faults: what the reader itself found; `bind` finds the rest.
    """

    sheet: str
    row: int | None
    posted: Mapping[str, str | list[str]]
    cells: Mapping[str, str]
    faults: tuple[CellFault, ...] = ()


@dataclass(frozen=True)
class Ignored:
    """A sheet that was not read, and why."""

    sheet: str
    reason_zh: str
    reason_en: str

    def tell(self, locale: str = "zh") -> str:
        """Return the reason in a locale."""
        return self.reason_en if locale.lower().startswith("en") else self.reason_zh


@dataclass(frozen=True)
class Reading:
    """All records of a workbook, the sheets left aside, and faults of the whole file."""

    records: tuple[ReadRecord, ...]
    ignored: tuple[Ignored, ...] = ()
    faults: tuple[CellFault, ...] = ()


LEDGER_SHARE = 0.6
"""A sheet whose best row names this share of all fields found on it is a ledger."""
FEW = 3
"""Fields that must be found before a sheet counts as a table of a form (or all, where a form has fewer)."""

_SECRET_LABELS = frozenset({"是否涉密", "涉密", "是否涉密事项", "是否为涉密事项", "涉密情况"})


def read_records(book: Book, form: Form) -> Reading:
    """Read every record of `form` that the workbook holds, in the order of its sheets and rows.

    Each visible sheet is a ledger, a single table, or ignored with a reason. What is wrong with values is found
    by `bind`; a field of a record that has an error here need not be told again there.

    Raises:
        ConfidentialRefused: a record is ticked 涉密.
    """
    vocabulary = Vocabulary(form)
    records: list[ReadRecord] = []
    ignored: list[Ignored] = []
    faults: list[CellFault] = []
    for sheet in book.sheets:
        if sheet.hidden:
            ignored.append(Ignored(sheet.name, "隐藏的工作表，未读取", "hidden sheet, not read"))
            continue
        if sheet.name == MARK_SHEET:
            ignored.append(
                Ignored(sheet.name, "本系统上次标注的错误清单，未读取", "our own list of faults, not read")
            )
            continue
        found, wrong, reason = _read_sheet(book, sheet, vocabulary)
        records.extend(found)
        faults.extend(wrong)
        if reason is not None:
            ignored.append(reason)
    if not records and not faults:
        faults.append(CellFault("", None, "error", "no_records", "", {"form": form.title}))
    _refuse_confidential(book, records, form)
    return Reading(tuple(records), tuple(ignored), tuple(faults))


def _read_sheet(
    book: Book, sheet: Sheet, vocabulary: Vocabulary
) -> tuple[list[ReadRecord], list[CellFault], Ignored | None]:
    form = vocabulary.form
    if not any(cell_text(value) for row in sheet.rows for value in row):
        return [], [], Ignored(sheet.name, "空白工作表", "empty sheet")
    enough = min(FEW, len(readable(form)))
    names = book.names_on(sheet.name)
    named = sum(name.startswith(NAME_PREFIX) and name.removeprefix(NAME_PREFIX) in form for name in names)
    header = find_header(sheet, vocabulary)
    # A large ledger is not searched for a single table: its header settles it.
    settled = header is not None and len(header.keys) >= max(enough, 8) and sheet.height > header.bottom + 1
    if header is not None and not named and len(header.keys) >= enough:
        table = None if settled else recognise(sheet, vocabulary, names)
        keys = _filled_or_labelled(table) if table is not None else header.keys
        if len(header.keys) >= LEDGER_SHARE * len(keys | header.keys):
            return _read_ledger(sheet, vocabulary, header)
    table = recognise(sheet, vocabulary, names)
    keys = _filled_or_labelled(table)
    if len(keys) < enough:
        zh = f"没有找到“{form.title}”的栏目，按说明或其他内容略过"
        return [], [], Ignored(sheet.name, zh, f"no cells of “{form.title}” were found; taken for a note")
    record = record_of(table)
    if not any(record.posted.values()):
        return [], [], Ignored(sheet.name, "空白表格，没有填写内容", "a blank form, nothing filled in")
    read = ReadRecord(sheet.name, None, record.posted, record.cells, tuple(record.faults))
    return [read], [], None


def _filled_or_labelled(table: Table) -> frozenset[str]:
    return frozenset(key for each in table.found for key in each.meaning.keys)


def _read_ledger(
    sheet: Sheet, vocabulary: Vocabulary, header: Header
) -> tuple[list[ReadRecord], list[CellFault], Ignored | None]:
    reader = LedgerReader(sheet, vocabulary, header)
    records = [
        ReadRecord(sheet.name, each.row, each.posted, each.cells, each.faults) for each in reader.rows()
    ]
    if not records:
        return [], [], Ignored(sheet.name, "只有表头，没有内容", "a header without rows")
    return records, header_faults(sheet, header, vocabulary), None


def _refuse_confidential(book: Book, records: list[ReadRecord], form: Form) -> None:
    """Refuse the whole workbook where a record is ticked 涉密, whether or not the form knows that column."""
    for record in records:
        ticked = record.posted.get("confidential")
        if isinstance(ticked, str) and read_yes_no(ticked):
            raise ConfidentialRefused(where=f"{record.sheet} {record.cells.get('confidential', '')}".strip())
    if "confidential" in form:
        return
    for sheet in book.sheets:
        for row_number, row in enumerate(sheet.rows[:SEARCHED_ROWS], 1):
            for column, value in enumerate(row, 1):
                if isinstance(value, str) and "密" in value and normalise(value) in _SECRET_LABELS:
                    _refuse_ticked(sheet, row_number, column)


def _refuse_ticked(sheet: Sheet, row: int, column: int) -> None:
    beside = [(row, column + 1)] if column < sheet.width else []
    for where in [*beside, *((below, column) for below in range(row + 1, sheet.height + 1))]:
        if read_yes_no(cell_text(sheet.value(*where))):
            raise ConfidentialRefused(where=f"{sheet.name} {reference(*where)}")
