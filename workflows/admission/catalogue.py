"""The catalogue 《社区组织依法协助政府工作事务指导目录》: editions, their entries, and the difference between two."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from workflows.usecases.runtime import Actor, Transaction


@dataclass(frozen=True)
class Edition:
    id: int
    year: int
    serial: int
    title: str
    status: str  # draft | published
    origin: str  # refresh | import
    document_number: str
    published_at: datetime | None
    published_by: str
    entries: int
    content_hash: str
    instance_id: int | None


@dataclass(frozen=True)
class Entry:
    id: int
    position: int
    class_name: str
    matter_id: int | None
    matter_name: str
    content: str
    legal_basis: str
    applicant_unit_id: int | None
    applicant_unit: str
    duty: str
    flow: str
    executor: tuple[str, ...]
    period_text: str
    funds_text: str
    filing_number: str
    change: str  # kept | changed | added
    no_feedback: bool
    remarks: str


@dataclass(frozen=True)
class Difference:
    """From one edition to another: what is new, what is gone, and what reads differently."""

    added: tuple[Entry, ...]
    removed: tuple[Entry, ...]
    changed: tuple[tuple[Entry, Entry], ...]


def editions(tx: Transaction) -> list[Edition]:
    """Return all editions, newest first."""
    raise NotImplementedError


def edition(tx: Transaction, edition_id: int) -> Edition:
    """Return one edition. Raises NotFound."""
    raise NotImplementedError


def current(tx: Transaction) -> Edition | None:
    """Return the published edition that stands today."""
    raise NotImplementedError


def entries(tx: Transaction, edition_id: int) -> list[Entry]:
    """Return the entries of an edition in their order."""
    raise NotImplementedError


def difference(tx: Transaction, old_id: int, new_id: int) -> Difference:
    """Compare two editions by matter, else by name and unit."""
    raise NotImplementedError


def publish(tx: Transaction, edition_id: int, actor: Actor | None, document_number: str = "") -> Edition:
    """Publish a draft. Raises EditionPublished when it was published before: an edition is never written again."""
    raise NotImplementedError


def workbook_rows(tx: Transaction, edition_id: int) -> Iterator[dict[str, Any]]:
    """Yield the rows of the catalogue's workbook, keys of `ledger.CATALOGUE_COLUMNS`."""
    raise NotImplementedError
