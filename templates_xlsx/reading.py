"""A workbook -> records of a form: which sheets hold single tables, which ledgers, which nothing to read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from forms.schema import Form
from templates_xlsx.grid import Book
from templates_xlsx.refusals import CellFault


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


def read_records(book: Book, form: Form) -> Reading:
    """Read every record of `form` that the workbook holds, in the order of its sheets and rows.

    Raises:
        ConfidentialRefused: a record is ticked 涉密.
    """
    raise NotImplementedError
