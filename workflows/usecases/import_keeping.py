"""Kept previews of many records: written, read anew and forgotten in short transactions, one after the other.

On SQLite whoever else writes waits for each of them, and for one that holds ten thousand records would wait long.

    keeping or checking -> preview -> ... or discarded
"""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from workflows.store.tables import import_batch, import_record
from workflows.usecases import files, import_batches
from workflows.usecases.actor import Actor
from workflows.usecases.pace import Pace
from workflows.usecases.runtime import Runtime, Transaction
from workflows.usecases.views import Preview

_KEPT = timedelta(days=1)
_FIRST = 50


def keep_many(runtime: Runtime, found: Preview, actor: Actor) -> int:
    """As `import_batches.keep`, however many records there are."""
    with runtime.transaction() as tx:
        batch_id = import_batches.open_batch(tx, found, actor, "keeping")
    write(runtime, batch_id, found, actor)
    return batch_id


def write(runtime: Runtime, batch_id: int, found: Preview, actor: Actor) -> bool:
    """Put a preview into a batch that nobody sees yet, in the place of what was kept of it, and show it.

    Returns whether it did: where the batch was put aside meanwhile, or another worker has begun anew, nothing more is
    written.
    """
    with runtime.transaction() as tx:
        if not _goes_on(tx, batch_id, None, done=0, total=len(found.records)):
            return False
    empty(runtime, batch_id)
    pace, at = Pace(_FIRST), 0
    while at < len(found.records):
        with pace.chunk() as size, runtime.transaction() as tx:
            some = found.records[at : at + size]
            if not _goes_on(tx, batch_id, at, done=at + len(some)):
                return False
            import_batches.write_records(tx, batch_id, found.form, some)
        at += len(some)
    with runtime.transaction() as tx:
        return import_batches.show(tx, batch_id, found, actor)


def _goes_on(tx: Transaction, batch_id: int, at: int | None, **values: int) -> bool:
    """Note how far the writing has come, if the batch stands where this writer left it."""
    mine = sa.update(import_batch).where(
        import_batch.c.id == batch_id, import_batch.c.state.in_(("keeping", "checking"))
    )
    if at is not None:
        mine = mine.where(import_batch.c.done == at)
    return bool(tx.db.execute(mine.values(**values)).rowcount == 1)


# ------------------------------------------------------------------ forgetting
def forget(tx: Transaction, batch_id: int) -> None:
    """A preview is gone for everybody now; its rows go when the worker tidies up (`clear`), its bytes after the commit."""
    gone = sa.update(import_batch).where(import_batch.c.id == batch_id)
    gone = gone.values(state="discarded", stored=False).returning(import_batch.c.sha256)
    files.release(tx, tx.db.execute(gone).scalar_one())


def forget_old(tx: Transaction) -> int:
    """Forget previews nobody accepted within a day, and checks that came to no end; returns how many."""
    old = sa.select(import_batch.c.id).where(
        import_batch.c.state.in_(("keeping", "checking", "preview", "refused")),
        import_batch.c.created_at < tx.at - _KEPT,
    )
    found = tx.db.execute(old).scalars().all()
    for batch_id in found:
        forget(tx, batch_id)
    return len(found)


def clear(runtime: Runtime) -> int:
    """Delete what was forgotten, some records a transaction; returns how many batches."""
    with runtime.reading() as tx:
        query = sa.select(import_batch.c.id).where(import_batch.c.state == "discarded")
        found = tx.db.execute(query).scalars().all()
    for batch_id in found:
        empty(runtime, batch_id)
        with runtime.transaction() as tx:
            tx.db.execute(sa.delete(import_batch).where(import_batch.c.id == batch_id))
    return len(found)


def empty(runtime: Runtime, batch_id: int) -> None:
    """Delete the records of a batch, some a transaction."""
    mine = sa.select(import_record.c.id).where(import_record.c.batch_id == batch_id)
    with runtime.reading() as tx:
        gone = tx.db.execute(mine.limit(1)).first() is not None
    pace = Pace(_FIRST)
    while gone:
        with pace.chunk() as size, runtime.transaction() as tx:
            some = sa.delete(import_record).where(import_record.c.id.in_(mine.limit(size)))
            gone = tx.db.execute(some).rowcount > 0
