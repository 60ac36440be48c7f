"""Tables: preview, accept, and the chunks a job takes in."""

from __future__ import annotations

from typing import Any

from workflows.usecases.actor import Actor
from workflows.usecases.runtime import Transaction
from workflows.usecases.views import BatchView, Page, Preview, PreviewRecord


def preview(tx: Transaction, content: bytes, name: str, form_key: str, actor: Actor) -> Preview:
    """Read and bind a table; stores nothing (a `runtime.reading()` will do).

    Raises `WorkbookRefused`, `ConfidentialRefused`, `AlreadyImported`, `NoImportTarget`, `NotAllowed`.
    """
    raise NotImplementedError


def as_json(tx: Transaction, found: Preview, locale: str = "zh") -> dict[str, Any]:
    """The document of `zhunru import --dry-run --json`."""
    raise NotImplementedError


def keep(tx: Transaction, found: Preview, actor: Actor) -> int:
    """Store a preview as a batch in state `preview`, so that a later request accepts it by id."""
    raise NotImplementedError


def load(tx: Transaction, batch_id: int, actor: Actor) -> Preview:
    """A kept preview again, as it was shown."""
    raise NotImplementedError


def accept(
    tx: Transaction,
    what: Preview | int,
    actor: Actor,
    *,
    process_key: str | None = None,
    only_right: bool = False,
) -> int:
    """Queue a preview (or kept batch id); returns the batch id. The job starts after the commit.

    Raises `ImportHasFaults` unless `only_right`, `AlreadyImported`, `NothingToImport`.
    """
    raise NotImplementedError


def run_chunk(tx: Transaction, batch_id: int, size: int = 40) -> int:
    """Take in the next records; returns how many are left. Safe to repeat: a row flips state with its deed."""
    raise NotImplementedError


def progress(tx: Transaction, batch_id: int, actor: Actor) -> BatchView:
    raise NotImplementedError


def batches(tx: Transaction, actor: Actor, page: int = 1, size: int = 20) -> Page[BatchView]:
    raise NotImplementedError


def records(tx: Transaction, batch_id: int, actor: Actor, state: str = "") -> list[PreviewRecord]:
    """Records of a batch; state: waiting | done | failed | skipped."""
    raise NotImplementedError
