"""Tables: preview, accept, and the chunks a job takes in."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from forms.binding import Submission
from forms.faults import Refused
from forms.schema import Form
from workflows.store.tables import import_batch, import_record
from workflows.usecases import accounts, audit, definitions, import_notices, instances
from workflows.usecases.actor import SYSTEM, Actor
from workflows.usecases.errors import (
    ImportHasFaults,
    LayoutUnconfirmed,
    NotFound,
    NothingToImport,
)
from workflows.usecases.import_batches import (
    MANY,
    batch_row,
    closed_forms,
    form_of,
    keep,
    load,
    read_again,
    records,
    renew,
    some_records,
    stage,
    workbook,
)
from workflows.usecases.import_keeping import forget, keep_many
from workflows.usecases.import_preview import (
    as_json,
    changed,
    counts_of,
    earlier,
    imported_before,
    offered,
    preview,
    require_import,
    target_of,
    target_of_batch,
)
from workflows.usecases.import_targets import ImportItem, ImportTarget
from workflows.usecases.runtime import Transaction
from workflows.usecases.submissions import values_from_json
from workflows.usecases.views import BatchView, Page, Preview

__all__ = [
    "MANY",
    "accept",
    "as_json",
    "batches",
    "changed",
    "discard",
    "keep",
    "keep_many",
    "load",
    "make_ready",
    "offered",
    "preview",
    "progress",
    "read_again",
    "records",
    "renew",
    "require_import",
    "run_chunk",
    "some_records",
    "stage",
    "stop",
    "target_of",
    "waiting",
    "workbook",
]

log = logging.getLogger(__name__)

CHUNK = 5
"""Records a transaction: on SQLite the write lock is held for well under 100 ms."""


# ------------------------------------------------------------------ accepting
def accept(
    tx: Transaction,
    what: Preview | int,
    actor: Actor,
    *,
    process_key: str | None = None,
    only_right: bool = False,
    anyway: Collection[int] = (),
) -> int:
    """Queue a preview (or kept batch id); returns the batch id. The job starts after the commit.

    Records that are wrong (with `only_right`) and duplicates are passed over.

    Args:
        anyway: positions of changed records that are started although what they change stands; their history says so.

    Raises `LayoutUnconfirmed`, `ImportHasFaults` unless `only_right`, `AlreadyImported`, `NothingToImport`,
    `NotAllowed`.
    """
    batch_id = keep(tx, what, actor) if isinstance(what, Preview) else what
    batch = batch_row(tx, batch_id, actor, lock=True)
    target = target_of(tx, batch.form_key)
    require_import(actor, target)
    already = None if target.repeatable else earlier(tx, batch.sha256, batch.form_key, but=batch_id)
    if already is not None:
        raise already
    if batch.state != "preview":
        raise NothingToImport(name=batch.name)
    if batch.unconfirmed:
        raise LayoutUnconfirmed(name=batch.name, sheets="、".join(batch.unconfirmed))
    counts = dict(batch.counts or counts_of(records(tx, batch_id, actor)))
    if counts["wrong"] and not only_right:
        raise ImportHasFaults(wrong=counts["wrong"], total=batch.total)
    beside = _have_started(tx, batch_id, anyway)
    counts["right"] += beside
    if not counts["right"]:
        raise NothingToImport(name=batch.name)
    tx.db.execute(
        sa.update(import_batch)
        .where(import_batch.c.id == batch_id)
        .values(
            state="queued",
            process_key=process_key or target.process_key,
            total=counts["right"],
            skipped=batch.total - counts["right"],
            accepted_at=tx.at,
        )
    )
    facts = {"batch": batch_id, "records": counts["right"], **({"anyway": beside} if beside else {})}
    audit.record(tx, actor, "imports.accepted", batch.name, facts=facts)
    tx.enqueue("run_import", batch_id, key=f"import:{batch_id}")
    return batch_id


def _have_started(tx: Transaction, batch_id: int, positions: Collection[int]) -> int:
    """Put changed records that would be passed over among those that are taken in; returns how many."""
    listed, found = sorted(set(positions)), 0
    for start in range(0, len(listed), 500):
        passed_over = sa.update(import_record).where(
            import_record.c.batch_id == batch_id,
            import_record.c.state == "known",
            import_record.c.change == "changed",
            import_record.c.position.in_(listed[start : start + 500]),
        )
        found += tx.db.execute(passed_over.values(state="waiting")).rowcount
    return found


# ------------------------------------------------------------------ taking in
_WAITING = (
    sa.select(
        *(
            import_record.c[name]
            for name in ("id", "position", "sheet", "row", "values", "content_hash", "duplicate")
        )
    )
    .where(import_record.c.batch_id == sa.bindparam("batch_id"), import_record.c.state == "waiting")
    .order_by(import_record.c.position)
)
_FLIP = (
    sa.update(import_record)
    .where(import_record.c.id == sa.bindparam("b_id"))
    .values(
        state=sa.bindparam("b_state"),
        result=sa.bindparam("b_result"),
        error=sa.bindparam("b_error"),
        duplicate=sa.bindparam("b_duplicate"),
    )
)


def waiting(tx: Transaction) -> list[int]:
    """Batches that were accepted and are not finished, for a worker that starts."""
    query = sa.select(import_batch.c.id).where(import_batch.c.state.in_(("queued", "running")))
    return list(tx.db.execute(query.order_by(import_batch.c.id)).scalars())


def make_ready(tx: Transaction, batch_id: int) -> None:
    """Compile what the batch starts, in a reading transaction: no write transaction shall wait for it."""
    query = sa.select(import_batch.c.process_key).where(import_batch.c.id == batch_id)
    process_key = tx.db.execute(query).scalar_one_or_none()
    if process_key:
        definitions.bundle_for_start(tx, process_key)


def run_chunk(tx: Transaction, batch_id: int, size: int = CHUNK) -> int:
    """Take in the next records; returns how many are left.

    Safe to repeat, from several workers too: the batch is locked, and a record flips state in the same
    transaction as its deed. A record that cannot be taken in is marked failed with its sentence and keeps
    none of the others.
    """
    query = sa.select(import_batch).where(import_batch.c.id == batch_id).with_for_update()
    batch = tx.db.execute(query).one_or_none()
    if batch is None or batch.state not in ("queued", "running"):
        return 0
    target = target_of_batch(batch)
    limit = batch.total if target.whole else size
    rows = tx.db.execute(_WAITING.limit(limit), {"batch_id": batch_id}).all()
    actor = accounts.actor(tx, batch.account_id) if batch.account_id is not None else SYSTEM
    told_only = target.repeatable or target.updates or target.whole
    flips = [] if told_only else _taken_meanwhile(tx, batch, rows)
    known = {flip["b_id"] for flip in flips}
    fresh = [row for row in rows if row.id not in known]
    flips += _take_in(tx, batch, target, fresh, actor) if fresh else []
    if flips:
        tx.db.execute(_FLIP, flips)
    done = sum(1 for flip in flips if flip["b_state"] == "done")
    left = max(0, batch.total - batch.done - batch.failed - len(flips))
    over = left == 0 or not rows
    tx.db.execute(
        sa.update(import_batch)
        .where(import_batch.c.id == batch_id)
        .values(
            done=batch.done + done,
            failed=batch.failed + len(fresh) - done,
            total=batch.total - len(known),
            skipped=batch.skipped + len(known),
            state="done" if over else "running",
            finished_at=tx.at if over else None,
        )
    )
    if over and batch.total > MANY:
        import_notices.taken_in(tx, batch_id, batch.account_id)
    return 0 if over else left


def stop(tx: Transaction, batch_id: int, actor: Actor) -> None:
    """Stop an import that is under way: what is in stays in and may be taken back, the rest is not begun.

    Raises `NotFound` where nothing is under way, `NotAllowed`.
    """
    batch = batch_row(tx, batch_id, actor, lock=True)
    if batch.state not in ("queued", "running"):
        raise NotFound(kind="import", key=batch_id)
    values = {"state": "stopped", "stopped_by_name": actor.name, "stopped_at": tx.at, "finished_at": tx.at}
    tx.db.execute(sa.update(import_batch).where(import_batch.c.id == batch_id).values(**values))
    facts = {"batch": batch_id, "records": batch.done, "left": batch.total - batch.done - batch.failed}
    audit.record(tx, actor, "imports.stopped", batch.name, facts=facts)
    if batch.account_id != actor.account_id or batch.total > MANY:
        import_notices.taken_in(tx, batch_id, batch.account_id)


def _taken_meanwhile(tx: Transaction, batch: Any, rows: Sequence[Any]) -> list[dict[str, Any]]:
    """Records that another batch has taken in since this one was previewed (the same cells in another file)."""
    tx.alone(f"import:{batch.form_key}")  # two batches of the same rows queue here
    places = imported_before(tx, {row.content_hash for row in rows}, batch.form_key, but=batch.id)
    return [
        {**_flip(row, "skipped", None), "b_duplicate": places[row.content_hash]}
        for row in rows
        if row.content_hash in places
    ]


def _take_in(
    tx: Transaction, batch: Any, target: ImportTarget, rows: Sequence[Any], actor: Actor
) -> list[dict[str, Any]]:
    """Take a chunk in at once; where that fails, record by record, to find the one at fault."""
    form = form_of(tx, batch)
    try:
        with tx.savepoint():
            results = _deed(tx, batch, target, form, rows, actor)
        return [_flip(row, "done", result) for row, result in zip(rows, results, strict=True)]
    except (sa.exc.OperationalError, sa.exc.InterfaceError, OSError):
        raise  # the database's or the disk's trouble, not the record's: the job tries again, nothing is lost
    except Exception as error:
        if len(rows) == 1 or target.whole:
            log.warning("import %s: a record failed: %s", batch.id, type(error).__name__)
            return [_flip(row, "failed", None, _told(error)) for row in rows]
    return [flip for row in rows for flip in _take_in(tx, batch, target, [row], actor)]


def _flip(row: Any, state: str, result: str | None, error: str | None = None) -> dict[str, Any]:
    return {
        "b_id": row.id,
        "b_state": state,
        "b_result": result,
        "b_error": error,
        "b_duplicate": row.duplicate,
    }


def _told(error: Exception) -> str:
    """A sentence for the clerk; what has none is named by its kind only, its text may quote the record."""
    cause = error.__cause__ if isinstance(error.__cause__, Refused) else error
    return cause.tell("zh") if isinstance(cause, Refused) else f"系统未能办理此条({type(error).__name__})"


def _deed(
    tx: Transaction, batch: Any, target: ImportTarget, form: Form, rows: Sequence[Any], actor: Actor
) -> list[str]:
    found = [(row, values_from_json(form, row._mapping["values"])) for row in rows]
    if batch.process_key:
        items = [_start_item(form, values, actor, row.duplicate) for row, values in found]
        return [str(each) for each in instances.start_many(tx, batch.process_key, items, actor)]
    if target.handler is None:
        raise NotFound(kind="import target", key=target.form_key)
    records = [ImportItem(row.position, row.sheet, row.row, values) for row, values in found]
    return list(target.handler(tx, records, actor))


def _start_item(form: Form, values: Mapping[str, Any], actor: Actor, beside: str) -> instances.StartItem:
    """A record for another unit than the actor's own is a 代录 for that unit."""
    unit_id = values.get(form.in_name_of)
    entered_for = unit_id if unit_id is not None and unit_id not in actor.unit_path else None
    submission = Submission(form_key=form.key, values=values, form=form)
    return instances.StartItem(submission=submission, entered_for=entered_for, beside=beside)


# ------------------------------------------------------------------ looking
def progress(tx: Transaction, batch_id: int, actor: Actor) -> BatchView:
    """How far an import is. Raises `NotFound`, `NotAllowed`."""
    return _view(batch_row(tx, batch_id, actor))


def batches(tx: Transaction, actor: Actor, page: int = 1, size: int = 20) -> Page[BatchView]:
    """Imports of this actor (of everybody with `imports.every_unit`), latest first; previews left out.

    Others' tables of forms that mask who posted them are for those who read all of such a form.
    """
    query = sa.select(import_batch, sa.func.count().over().label("n")).where(
        import_batch.c.state.not_in(("keeping", "preview", "discarded"))
    )
    mine = import_batch.c.account_id == actor.account_id
    if actor.may("imports.every_unit"):
        mine = sa.or_(mine, import_batch.c.form_key.not_in(closed_forms(tx, actor)))
    query = query.where(mine)
    query = query.order_by(import_batch.c.id.desc()).limit(size).offset((page - 1) * size)
    rows = tx.db.execute(query).all()
    return Page(tuple(_view(row) for row in rows), rows[0].n if rows else 0, page, size)


def _view(row: Any) -> BatchView:
    return BatchView(
        id=row.id,
        name=row.name,
        form_key=row.form_key,
        state=row.state,
        total=row.total,
        done=row.done,
        failed=row.failed,
        skipped=row.skipped,
        created_at=row.created_at,
        created_by_name=row.created_by_name,
        finished_at=row.finished_at,
        sha256=row.sha256,
        checked=row.checked,
        refusal=row.refusal or {},
        stopped_by_name=row.stopped_by_name,
        counts=row.counts or {},
        unconfirmed=tuple(row.unconfirmed or ()),
    )


def discard(tx: Transaction, batch_id: int, actor: Actor) -> None:
    """Forget a preview, bytes and all. Raises `NotFound` where it was accepted, `NotAllowed`."""
    if batch_row(tx, batch_id, actor, lock=True).state not in ("checking", "refused", "preview"):
        raise NotFound(kind="import", key=batch_id)
    forget(tx, batch_id)
