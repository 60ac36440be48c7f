"""A table that was read, kept until somebody accepts it: its batch, its records, its bytes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import astuple, replace
from typing import Any

import sqlalchemy as sa

from forms.binding import Submission
from forms.schema import Form
from templates_xlsx.reading import Ignored
from workflows.store.statements import Statement
from workflows.store.tables import import_batch, import_record
from workflows.usecases import definitions, files, masking, memory
from workflows.usecases.actor import Actor
from workflows.usecases.corrections import Correction
from workflows.usecases.errors import NotAllowed, NotFound
from workflows.usecases.import_preview import counts_of, preview
from workflows.usecases.memory import Memory
from workflows.usecases.runtime import Runtime, Transaction
from workflows.usecases.submissions import values_from_json
from workflows.usecases.views import Difference, Page, Preview, PreviewFault, PreviewRecord

MANY = 300
"""Of more records than these the check and the writing are a job's."""
CHECK = "check_import"
"""The job, see `import_checking`."""
_INSERT = Statement(
    sa.insert(import_record),
    (
        "batch_id",
        "position",
        "sheet",
        "row",
        "values",
        "cells",
        "shown",
        "faults",
        "content_hash",
        "duplicate",
        "state",
        "change",
        "differences",
    ),
)
_STATES = {"waiting": ("waiting", "known"), "skipped": ("skipped", "wrong", "known", "waiting")}
"""A state as it is asked for -> those that rows have."""


# ------------------------------------------------------------------ keeping
def stage(runtime: Runtime, found: Preview) -> Preview:
    """The preview with its workbook's bytes on disk, synced: done before the transaction that keeps it."""
    return replace(found, staged=files.stage(runtime, found.content))


def keep(tx: Transaction, found: Preview, actor: Actor) -> int:
    """Store a preview as a batch in state `preview`, so that a later request accepts it by id.

    The workbook's bytes are kept with it where they were staged (see `stage`, `workbook`); a confidential one never
    comes so far.
    """
    batch_id = open_batch(tx, found, actor, "preview")
    _keep_records(tx, batch_id, found, actor)
    return batch_id


def open_batch(tx: Transaction, found: Preview, actor: Actor, state: str) -> int:
    """The row of a batch, without its records."""
    if found.staged is not None:
        files.keep(tx, found.staged)
    values = {
        "name": found.name[:300],
        "sha256": found.sha256,
        "form_key": found.form.key,
        "state": state,
        "done": 0,
        "failed": 0,
        "skipped": 0,
        "account_id": actor.account_id,
        "created_by_name": actor.name,
        "created_at": tx.at,
        "stored": found.staged is not None,
        **_told(tx, found),
    }
    made = sa.insert(import_batch).returning(import_batch.c.id)
    return int(tx.db.execute(made, values).scalar_one())


def _told(tx: Transaction, found: Preview) -> dict[str, Any]:
    """What a batch's row says of its preview as a whole."""
    return {
        "form_id": definitions.form_id(tx, found.form.key),
        "total": len(found.records),
        "ignored": [[each.sheet, each.reason_zh, each.reason_en] for each in found.ignored],
        "faults": [_fault_to_json(each) for each in found.faults],
        "counts": dict(found.counts),
        **_said(found),
    }


def show(tx: Transaction, batch_id: int, found: Preview, actor: Actor) -> bool:
    """A preview whose records are all written is there to be looked at.

    Returns whether it is: it may have been put aside at the last moment, or begun anew by another worker.
    """
    mine = sa.update(import_batch).where(
        import_batch.c.id == batch_id,
        import_batch.c.state.in_(("keeping", "checking")),
        import_batch.c.done == len(found.records),
    )
    values = {**_told(tx, found), "state": "preview", "done": 0}
    if tx.db.execute(mine.values(**values)).rowcount != 1:
        return False
    _note_served(tx, found, actor)
    return True


def _said(found: Preview) -> dict[str, Any]:
    """What people said of this very table, and what they still have to say, for its row."""
    own = found.own or Memory()
    return {
        "unconfirmed": list(found.unconfirmed),
        "layouts": dict(own.layouts),
        "corrections": [list(astuple(each)) for each in own.corrections],
    }


def _keep_records(tx: Transaction, batch_id: int, found: Preview, actor: Actor) -> None:
    write_records(tx, batch_id, found.form, found.records)
    _note_served(tx, found, actor)


def _note_served(tx: Transaction, found: Preview, actor: Actor) -> None:
    if found.read is not None:
        memory.served(tx, found.form.key, found.read.fingerprints, found.read.words, actor)


def write_records(tx: Transaction, batch_id: int, form: Form, records: Sequence[PreviewRecord]) -> None:
    _INSERT.run_many(tx.db, [_record_row(batch_id, record, form) for record in records])


def read_again(
    tx: Transaction,
    batch_id: int,
    actor: Actor,
    *,
    layouts: Mapping[str, Any] | None = None,
    said: Sequence[Correction] = (),
) -> Preview:
    """A kept table read anew from its bytes, with what is said of it now besides what was said before.

    Stores nothing; `renew` puts it in the old one's place. Raises as `preview` does, and `NotFound` where the bytes
    are kept no more.
    """
    batch = batch_row(tx, batch_id, actor)
    own = own_memory(batch).with_own(Memory(layouts or {}, tuple(said)))
    name, content = workbook(tx, batch_id, actor)
    return preview(tx, content, name, batch.form_key, actor, own=own)


def own_memory(batch: Any) -> Memory:
    """What was said of this very table, from its row."""
    return Memory(batch.layouts or {}, tuple(Correction(*each) for each in batch.corrections or ()))


def renew(tx: Transaction, batch_id: int, found: Preview, actor: Actor) -> None:
    """Put a table that was read anew in the place of what was kept of it. Raises `NotFound` where it was accepted.

    Of a long one only what was said of it is kept, and a job reads it.
    """
    row = batch_row(tx, batch_id, actor, lock=True)
    if row.state != "preview":
        raise NotFound(kind="import", key=batch_id)
    if len(found.records) > MANY:
        checks = row.checks + 1
        values = {**_said(found), "unconfirmed": [], "state": "checking", "checked": 0, "checks": checks}
        tx.db.execute(sa.update(import_batch).where(import_batch.c.id == batch_id).values(**values))
        tx.enqueue(CHECK, batch_id, key=check_key(batch_id, checks))
        return
    tx.db.execute(sa.delete(import_record).where(import_record.c.batch_id == batch_id))
    tx.db.execute(sa.update(import_batch).where(import_batch.c.id == batch_id).values(**_told(tx, found)))
    _keep_records(tx, batch_id, found, actor)


def check_key(batch_id: int, checks: int) -> str:
    """The key of the job that checks a table: another one each time it is read anew, even by the same words."""
    return f"check:{batch_id}:{checks}"


def _record_row(batch_id: int, record: PreviewRecord, form: Form) -> dict[str, Any]:
    state = "known" if record.duplicate else "waiting"
    return {
        "batch_id": batch_id,
        "position": record.index,
        "sheet": record.sheet,
        "row": record.row,
        "values": Submission(form_key=form.key, values=record.values, form=form).to_json(),
        "cells": dict(record.cells),
        "shown": dict(record.shown),
        "faults": [_fault_to_json(each) for each in record.faults],
        "content_hash": record.content_hash,
        "duplicate": record.duplicate[:200],
        "state": "wrong" if record.wrong else state,
        "change": record.change,
        "differences": [list(astuple(each)) for each in record.differences] or None,
    }


def _fault_to_json(fault: PreviewFault) -> dict[str, Any]:
    return {
        "severity": fault.severity,
        "cell": fault.cell,
        "field": fault.field,
        "given": fault.given,
        "zh": fault.zh,
        "en": fault.en,
        "sheet": fault.sheet,
        "row": fault.row,
        **({"words": list(fault.words)} if fault.words else {}),
    }


def load(tx: Transaction, batch_id: int, actor: Actor) -> Preview:
    """A kept preview again, as it was shown. Raises `NotFound`, `NotAllowed`."""
    batch = batch_row(tx, batch_id, actor)
    form = form_of(tx, batch)
    found = records(tx, batch_id, actor)
    return Preview(
        name=batch.name,
        sha256=batch.sha256,
        form=form,
        records=tuple(found),
        ignored=tuple(Ignored(*each) for each in batch.ignored or ()),
        faults=tuple(PreviewFault(**each) for each in batch.faults or ()),
        counts=counts_of(found),
        unconfirmed=tuple(batch.unconfirmed or ()),
    )


# ------------------------------------------------------------------ looking
def batch_row(tx: Transaction, batch_id: int, actor: Actor, *, lock: bool = False) -> Any:
    """The row of a batch. Raises `NotFound`, and `NotAllowed` for somebody else's, or one of forms they may not read."""
    query = sa.select(import_batch).where(import_batch.c.id == batch_id)
    row = tx.db.execute(query.with_for_update() if lock else query).one_or_none()
    if row is None or row.state == "discarded":
        raise NotFound(kind="import", key=batch_id)
    if not (actor.is_system or row.account_id == actor.account_id or actor.may("imports.every_unit")):
        raise NotAllowed(batch=batch_id)
    require_open(tx, row, actor)
    return row


def require_open(tx: Transaction, batch: Any, actor: Actor) -> None:
    """Raises `NotAllowed` for somebody else's table of forms that mask who posted them."""
    if batch.account_id != actor.account_id and not masking.may_read_table(form_of(tx, batch), actor):
        raise NotAllowed(batch=batch.id)


def closed_forms(tx: Transaction, actor: Actor) -> list[str]:
    """Keys of the forms of which an actor may not know that somebody else brought a table."""
    forms = [definitions.form(tx, view.key) for view in definitions.overview(tx, "form")]
    return [each.key for each in forms if not masking.may_read_table(each, actor)]


def form_of(tx: Transaction, batch: Any) -> Form:
    """The form in the version the batch was read by."""
    return (
        definitions.form_by_id(tx, batch.form_id) if batch.form_id else definitions.form(tx, batch.form_key)
    )


def records(tx: Transaction, batch_id: int, actor: Actor, state: str = "") -> list[PreviewRecord]:
    """Records of a batch, in order; state: "" (all) | waiting | wrong | done | failed | skipped."""
    batch = batch_row(tx, batch_id, actor)
    form = form_of(tx, batch)
    query = sa.select(import_record).where(import_record.c.batch_id == batch_id)
    if state:
        query = query.where(import_record.c.state.in_(_STATES.get(state, (state,))))
    return [_record(form, row) for row in tx.db.execute(query.order_by(import_record.c.position))]


def some_records(
    tx: Transaction, batch_id: int, actor: Actor, state: str, number: int, size: int
) -> Page[PreviewRecord]:
    """A page of the records of a batch."""
    batch = batch_row(tx, batch_id, actor)
    form = form_of(tx, batch)
    mine = import_record.c.batch_id == batch_id
    if state:
        mine = sa.and_(mine, import_record.c.state.in_(_STATES.get(state, (state,))))
    total = tx.db.execute(sa.select(sa.func.count()).select_from(import_record).where(mine)).scalar_one()
    query = sa.select(import_record).where(mine).order_by(import_record.c.position)
    rows = tx.db.execute(query.limit(size).offset((number - 1) * size))
    return Page(tuple(_record(form, row) for row in rows), total, number, size)


def _record(form: Form, row: Any) -> PreviewRecord:
    values = values_from_json(form, row._mapping["values"])
    faults = tuple(PreviewFault(**each) for each in row.faults or ())
    wrong = row.state == "wrong" or any(fault.severity == "error" for fault in faults)
    return PreviewRecord(
        index=row.position,
        sheet=row.sheet,
        row=row.row,
        values=values,
        shown=row.shown or {},
        cells=row.cells or {},
        faults=faults,
        submission=None if wrong else Submission(form_key=form.key, values=values, form=form),
        content_hash=row.content_hash,
        duplicate=row.duplicate,
        state="waiting" if row.state == "known" else row.state,
        result=row.result,
        error=row.error or "",
        change=row.change,
        differences=tuple(Difference(*each) for each in row.differences or ()),
        unfit=row.state == "wrong",
    )


def workbook(tx: Transaction, batch_id: int, actor: Actor) -> tuple[str, bytes]:
    """File name and bytes of a batch's table, as uploaded. Raises `NotFound`, `NotAllowed`."""
    batch = batch_row(tx, batch_id, actor)
    if not batch.stored:
        raise NotFound(kind="file", key=batch.name)
    return batch.name, files.read(tx, batch.sha256, batch.name)
