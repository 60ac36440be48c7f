"""A table of many records is checked by a job: the upload returns at once, the page shows how far it is and may be left.

    checking -> preview, or refused with a sentence

The job may be repeated from its beginning at any time: what it writes takes the place of what an earlier run wrote, and
the batch is shown by the last transaction alone. A table of which a cell or a row says that it is classified is never
staged: rows ticked 涉密 are looked for when it comes in. Should the job find what was overlooked, its bytes go at once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import sqlalchemy as sa

from forms.faults import Refused
from templates_xlsx.grid import open_workbook, unlocked
from templates_xlsx.refusals import WorkbookRefused
from workflows.store.tables import import_batch
from workflows.usecases import accounts, definitions, files, import_batches, import_notices
from workflows.usecases.actor import SYSTEM, Actor
from workflows.usecases.corrections import Correction
from workflows.usecases.import_batches import MANY, check_key
from workflows.usecases.import_keeping import write
from workflows.usecases.import_preview import (
    earlier,
    preview,
    refuse_stopped,
    require_import,
    target_of,
)
from workflows.usecases.memory import Memory
from workflows.usecases.runtime import Runtime, Transaction
from workflows.usecases.views import Preview

JOB = import_batches.CHECK
_SMALL = 15_000
"""A file of fewer bytes has no more rows than `MANY`: it is opened once only."""
_EVERY = 100


class _PutAside(Exception):
    """Nobody waits for this check any more."""


# ------------------------------------------------------------------ what the upload does
def at_length(
    tx: Transaction, content: bytes, name: str, form_key: str, actor: Actor, password: str | None = None
) -> Preview | None:
    """A table that a job shall check, opened and guarded but not read; None for one that may be read at once.

    What a row says of secrecy is looked at all the same: nothing of a classified table may be kept until the job comes.

    Raises `ConfidentialRefused`, `AlreadyImported`, `NoImportTarget`, `NotAllowed`.
    """
    target = target_of(tx, form_key)
    require_import(actor, target)
    if len(content) < _SMALL:
        return None
    try:
        content = unlocked(content, name, password) if password else content
        book = open_workbook(content, name)
    except WorkbookRefused:
        return None  # who reads it at once says why
    if sum(sheet.height for sheet in book.sheets) <= MANY:
        return None
    sha256 = hashlib.sha256(content).hexdigest()
    already = None if target.repeatable else earlier(tx, sha256, form_key)
    if already is not None:
        raise already
    form = definitions.form(tx, form_key)
    refuse_stopped(tx, book, form, actor)
    return Preview(name=name, sha256=sha256, form=form, records=(), ignored=(), counts={}, content=content)


def begin(tx: Transaction, staged: Preview, actor: Actor) -> int:
    """Have a staged table checked; returns the id of its batch."""
    batch_id = import_batches.open_batch(tx, staged, actor, "checking")
    tx.enqueue(JOB, batch_id, key=check_key(batch_id, 0))
    return batch_id


# ------------------------------------------------------------------ what the job does
def waiting(tx: Transaction) -> list[tuple[int, str]]:
    """Tables a job should check, with its key, for a worker that starts."""
    query = sa.select(import_batch.c.id, import_batch.c.checks)
    query = query.where(import_batch.c.state == "checking").order_by(import_batch.c.id)
    return [(row.id, check_key(*row)) for row in tx.db.execute(query)]


def run(runtime: Runtime, batch_id: int) -> None:
    """Read a table, check it, and show what it holds."""
    with runtime.reading() as tx:
        batch = tx.db.execute(sa.select(import_batch).where(import_batch.c.id == batch_id)).one_or_none()
        if batch is None or batch.state != "checking":
            return
        actor = accounts.actor(tx, batch.account_id) if batch.account_id is not None else SYSTEM
    try:
        with runtime.reading() as tx:
            content = files.read(tx, batch.sha256, batch.name)
            own = Memory(batch.layouts or {}, tuple(Correction(*each) for each in batch.corrections or ()))
            watch = _watching(runtime, batch_id)
            found = preview(tx, content, batch.name, batch.form_key, actor, own=own, watch=watch)
    except _PutAside:
        return
    except Refused as error:
        _refuse(runtime, batch_id, actor, error)
        return
    if write(runtime, batch_id, found, actor):
        with runtime.transaction() as tx:
            import_notices.checked(tx, batch_id, actor)


def _watching(runtime: Runtime, batch_id: int) -> Callable[[int, int], None]:
    """Note now and then how many records were looked at; stop where the table was put aside."""

    def watch(done: int, total: int) -> None:
        if done % _EVERY and done != total:
            return
        mine = sa.update(import_batch).where(
            import_batch.c.id == batch_id, import_batch.c.state == "checking"
        )
        with runtime.transaction() as tx:
            if tx.db.execute(mine.values(checked=done, total=total)).rowcount != 1:
                raise _PutAside

    return watch


def _refuse(runtime: Runtime, batch_id: int, actor: Actor, error: Refused) -> None:
    """Keep why the table is not taken, and nothing else of it."""
    with runtime.transaction() as tx:
        mine = sa.update(import_batch).where(
            import_batch.c.id == batch_id, import_batch.c.state == "checking"
        )
        told = {"zh": error.tell("zh"), "en": error.tell("en")}
        gone = mine.values(state="refused", stored=False, refusal=told).returning(import_batch.c.sha256)
        sha256 = tx.db.execute(gone).scalar_one_or_none()
        if sha256 is not None:
            files.release(tx, sha256)
            import_notices.checked(tx, batch_id, actor)
