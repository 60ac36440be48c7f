"""Attachments: bytes on disk by their sha256, rows in the store."""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from forms.attachments import Inspected, inspect
from forms.binding import Submission, Upload
from forms.schema import Form
from workflows.store.tables import attachment, attachment_link, import_batch
from workflows.usecases import masking
from workflows.usecases.access import may_see
from workflows.usecases.actor import Actor
from workflows.usecases.errors import FileTooLarge, NotAllowed, NotFound
from workflows.usecases.runtime import Runtime, Transaction
from workflows.usecases.views import AttachmentView


@dataclass(frozen=True)
class Staged:
    """Bytes that lie on disk, synced, under a name of their own; `keep` puts them in their place in a moment."""

    sha256: str
    path: Path


@dataclass(frozen=True)
class Received:
    """An upload that was looked at and staged: what takes long, done before the transaction of its row."""

    name: str
    size: int
    found: Inspected
    staged: Staged


def receive(runtime: Runtime, name: str, content: bytes) -> Received:
    """Look at an upload and stage it, in no transaction: on SQLite everybody waits for the one that writes.

    Raises `FileTooLarge`, forms.attachments' `FileRefused`, `ConfidentialRefused`. A refused file is never written.
    """
    limit = runtime.settings.max_upload_bytes
    if len(content) > limit:
        raise FileTooLarge(name=name, limit_mb=runtime.settings.max_upload_mb)
    found = inspect(name, content)
    return Received(name, len(content), found, stage(runtime, content))


def store(tx: Transaction, received: Received, actor: Actor) -> AttachmentView:
    """Keep an upload. Until a submission names it, only the uploader sees it."""
    keep(tx, received.staged)
    made = tx.db.execute(
        sa.insert(attachment).returning(attachment),
        {
            "name": received.name[:300],
            "kind": received.found.kind,
            "media_type": received.found.media_type,
            "size": received.size,
            "sha256": received.staged.sha256,
            "uploaded_by": actor.username,
            "uploaded_by_name": actor.name,
            "uploaded_at": tx.at,
        },
    ).one()
    return _view(made)


_STAGING = "staged"
_STALE_SECONDS = 86_400


def _path(tx: Transaction, sha256: str) -> Path:
    return tx.runtime.settings.data_dir / "files" / sha256[:2] / sha256


_LOCK = sa.text("SELECT pg_advisory_xact_lock(hashtext(:sha256))")


def _lock(tx: Transaction, sha256: str) -> None:
    """Of a writer and a remover of the same bytes one waits. SQLite's BEGIN IMMEDIATE has seen to it."""
    if tx.db.dialect.name != "sqlite" and not tx.readonly:
        tx.db.execute(_LOCK, {"sha256": sha256})


def stage(runtime: Runtime, content: bytes) -> Staged:
    """Write bytes and sync them, before the transaction that keeps them."""
    folder = runtime.settings.data_dir / "files" / _STAGING
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / secrets.token_hex(16)
    try:
        with path.open("wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return Staged(hashlib.sha256(content).hexdigest(), path)


def keep(tx: Transaction, staged: Staged) -> None:
    """Put staged bytes in their place, before the row that names them; a rollback takes them away again."""
    _lock(tx, staged.sha256)
    target = _path(tx, staged.sha256)
    if target.exists():
        staged.path.unlink(missing_ok=True)
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    staged.path.replace(target)
    tx.after_rollback(_taking_away(tx, staged.sha256))


def release(tx: Transaction, sha256: str) -> None:
    """A row that named these bytes is gone: after the commit they go too, if no other row names them."""
    tx.after_commit(_taking_away(tx, sha256))


def _taking_away(tx: Transaction, sha256: str) -> Callable[[], None]:
    """Remove bytes that no row names, once the transaction is over: another may have kept the same content meanwhile."""

    def take_away() -> None:
        with tx.runtime.transaction(at=tx.at) as later:
            _lock(later, sha256)
            _unlink(later, sha256)

    return take_away


def forget_staged(runtime: Runtime) -> int:
    """Delete what was staged and never kept (a process that died between); returns how many."""
    gone = 0
    for path in (runtime.settings.data_dir / "files" / _STAGING).glob("*"):
        with contextlib.suppress(FileNotFoundError):
            if time.time() - path.stat().st_mtime > _STALE_SECONDS:
                path.unlink()
                gone += 1
    return gone


def _unlink(tx: Transaction, sha256: str) -> None:
    for holder in (attachment, import_batch):
        held = sa.select(holder.c.id).where(holder.c.sha256 == sha256)
        if holder is import_batch:
            held = held.where(import_batch.c.stored)
        if tx.db.execute(held.limit(1)).first() is not None:
            return
    with contextlib.suppress(FileNotFoundError):
        _path(tx, sha256).unlink()


def read(tx: Transaction, sha256: str, name: str) -> bytes:
    """Bytes by their sha256; `name` is for the sentence. Raises `NotFound`."""
    try:
        return _path(tx, sha256).read_bytes()
    except FileNotFoundError:
        raise NotFound(kind="file", key=name) from None


def get(tx: Transaction, attachment_id: int, actor: Actor) -> AttachmentView:
    """An attachment this actor may see. Raises `NotFound`, `NotAllowed`."""
    row = tx.db.execute(sa.select(attachment).where(attachment.c.id == attachment_id)).one_or_none()
    if row is None:
        raise NotFound(kind="attachment", key=attachment_id)
    if row.uploaded_by == actor.username:
        return _view(row)
    query = sa.select(attachment_link.c.instance_id).where(attachment_link.c.attachment_id == attachment_id)
    linked = list(tx.db.execute(query.distinct()).scalars())
    if not linked and actor.may("instances.see_all"):
        return _view(row)
    for instance_id in linked:
        hidden = masking.hidden_files(tx, instance_id, actor)
        if attachment_id not in hidden and may_see(tx, instance_id, actor):
            return _view(row)
    raise NotAllowed(attachment=attachment_id)


def content(tx: Transaction, attachment_id: int, actor: Actor) -> tuple[AttachmentView, bytes]:
    """Attachment with its bytes. Raises `NotFound`, `NotAllowed`."""
    view = get(tx, attachment_id, actor)
    return view, read(tx, view.sha256, view.name)


def names(tx: Transaction, ids: Sequence[int]) -> dict[int, AttachmentView]:
    """Attachments by id, for showing values of kind `files`; visibility is the caller's question."""
    if not ids:
        return {}
    rows = tx.db.execute(sa.select(attachment).where(attachment.c.id.in_(list(ids))))
    return {row.id: _view(row) for row in rows}


def usable(tx: Transaction, actor: Actor, instance_id: int | None = None) -> Callable[[int], Upload | None]:
    """For `Setting.attachment`: tells of an id that this actor may put into a form (own upload, or linked)."""

    def look(attachment_id: int) -> Upload | None:
        row = tx.db.execute(sa.select(attachment).where(attachment.c.id == attachment_id)).one_or_none()
        if row is None:
            return None
        if row.uploaded_by != actor.username and attachment_id not in _linked(tx, instance_id):
            return None
        return Upload(attachment_id=row.id, name=row.name, size=row.size, kind=row.kind)

    return look


def of_instance(tx: Transaction, instance_id: int) -> list[AttachmentView]:
    """Everything attached to an instance, oldest first, with the form and field that name it."""
    query = (
        sa.select(attachment, attachment_link.c.field, attachment_link.c.form_key)
        .join(attachment_link)
        .where(attachment_link.c.instance_id == instance_id)
        .order_by(attachment.c.id)
    )
    return [_view(row, row.field, row.form_key) for row in tx.db.execute(query)]


# ------------------------------------------------------------------ links
_LINK = sa.text(
    "INSERT INTO attachment_link (attachment_id, instance_id, form_key, field, at) "
    "VALUES (:attachment_id, :instance_id, :form_key, :field, :at) ON CONFLICT DO NOTHING"
).bindparams(sa.bindparam("at", type_=attachment_link.c.at.type))


def named_by(form: Form | None, posted: Submission | None) -> list[tuple[str, int]]:
    """(field, attachment id) of every file a submission names, columns of rows included."""
    if posted is None or form is None:
        return []
    found: list[tuple[str, int]] = []
    for field in form.fields:
        value = posted.values.get(field.key)
        if field.kind == "files":
            found.extend((field.key, int(each)) for each in value or ())
        elif field.kind == "rows":
            columns = [column.key for column in field.columns if column.kind == "files"]
            found.extend(
                (field.key, int(each))
                for line in value or ()
                for key in columns
                for each in line.get(key) or ()
            )
    return found


def link(
    tx: Transaction, instance_id: int, form_key: str, named: Iterable[tuple[str, int]], actor: Actor
) -> None:
    """Attach files to an instance. Raises `NotAllowed` for a file of somebody else's."""
    listed = list(named)
    if not listed:
        return
    query = sa.select(attachment.c.id, attachment.c.uploaded_by).where(
        attachment.c.id.in_([attachment_id for _field, attachment_id in listed])
    )
    owners: Mapping[int, str] = {row.id: row.uploaded_by for row in tx.db.execute(query)}
    linked: set[int] | None = None
    for _field, attachment_id in listed:
        if owners.get(attachment_id) == actor.username or actor.is_system:
            continue
        linked = _linked(tx, instance_id) if linked is None else linked
        if attachment_id not in linked:
            raise NotAllowed(attachment=attachment_id)
    rows: list[dict[str, Any]] = [
        {
            "attachment_id": attachment_id,
            "instance_id": instance_id,
            "form_key": form_key,
            "field": field,
            "at": tx.at,
        }
        for field, attachment_id in dict.fromkeys(listed)
    ]
    tx.db.execute(_LINK, rows)


def _linked(tx: Transaction, instance_id: int | None) -> set[int]:
    if instance_id is None:
        return set()
    query = sa.select(attachment_link.c.attachment_id).where(attachment_link.c.instance_id == instance_id)
    return set(tx.db.execute(query).scalars())


def _view(row: Any, field: str | None = None, form_key: str | None = None) -> AttachmentView:
    return AttachmentView(
        id=row.id,
        name=row.name,
        kind=row.kind,
        media_type=row.media_type,
        size=row.size,
        sha256=row.sha256,
        uploaded_by_name=row.uploaded_by_name,
        uploaded_at=row.uploaded_at,
        uploaded_by=row.uploaded_by,
        field=field,
        form_key=form_key,
    )
