"""Bundles: which versions a running instance keeps, compiled once a process."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import sqlalchemy as sa

from forms.schema import Form
from workflows.engine import Bundle, compile_bundle
from workflows.store.tables import bundle as bundle_table
from workflows.store.tables import bundle_resource, definition, resource
from workflows.usecases.definition_rows import form_by_id, form_id, latest_sources, overview, told_apart
from workflows.usecases.errors import NotFound
from workflows.usecases.runtime import Transaction
from workflows.usecases.views import DefinitionView


def bundle(tx: Transaction, bundle_id: int) -> Bundle:
    """A compiled bundle, cached by id. Raises `NotFound`."""
    found = tx.runtime.bundles.get(bundle_id)
    if found is None:
        found = next((new for _version, (key, new) in tx.new_bundles.values() if key == bundle_id), None)
    if found is None:
        row = tx.db.execute(sa.select(bundle_table).where(bundle_table.c.id == bundle_id)).one_or_none()
        if row is None:
            raise NotFound(kind="bundle", key=bundle_id)
        query = (
            sa.select(resource.c.id, resource.c.name, resource.c.content)
            .join(bundle_resource, bundle_resource.c.resource_id == resource.c.id)
            .where(bundle_resource.c.bundle_id == bundle_id)
            .order_by(resource.c.id)
        )
        found = compile_bundle(row.root, told_apart(tx.db.execute(query)))
        tx.runtime.bundles[bundle_id] = found
    return found


def bundle_for_start(tx: Transaction, process_key: str) -> tuple[int, Bundle]:
    """Id and compiled bundle of the newest versions now. Raises `NotFound`.

    In a read-only transaction a bundle that no instance uses yet has no row: its id is 0.
    """
    kept = tx.new_bundles.get(process_key) or tx.runtime.latest.get(process_key)
    version = tx.counters.definitions
    if kept is not None and kept[0] == version:
        return kept[1]
    views = overview(tx)
    if not any(view.kind == "process" and view.key == process_key for view in views):
        raise NotFound(kind="process", key=process_key)
    compiled = _compiled(tx, process_key, version)
    members = sorted({view.resource_id for view in views if _belongs(view, compiled)})
    digest = hashlib.sha256(f"{process_key}:{members}".encode()).hexdigest()
    bundle_id = tx.db.execute(
        sa.select(bundle_table.c.id).where(bundle_table.c.digest == digest)
    ).scalar_one_or_none()
    if bundle_id is None:
        if tx.readonly:
            return 0, compiled
        bundle_id = _insert_bundle(tx, process_key, digest, members)
        # Other threads must not learn of a row that may yet be rolled back.
        found = (bundle_id, compiled)
        tx.new_bundles[process_key] = (version, found)
        tx.after_commit(lambda: _publish(tx, process_key, version, found))
        return found
    found = (int(bundle_id), tx.runtime.bundles.setdefault(int(bundle_id), compiled))
    tx.runtime.latest[process_key] = (version, found)
    return found


def _compiled(tx: Transaction, process_key: str, version: int) -> Bundle:
    """Compile the newest versions, or take what a reader of the same ones has compiled: it takes a writer long."""
    kept = tx.runtime.compiled.get(process_key)
    if kept is not None and kept[0] == version and not tx.touched:
        return kept[1]
    found = compile_bundle(process_key, latest_sources(tx))
    if tx.readonly:
        tx.runtime.compiled[process_key] = (version, found)
    return found


def _publish(tx: Transaction, process_key: str, version: int, found: tuple[int, Bundle]) -> None:
    tx.runtime.bundles.setdefault(*found)
    tx.runtime.latest[process_key] = (version, found)


_INSERT_BUNDLE = sa.text(
    "INSERT INTO bundle (root, digest, created_at) VALUES (:root, :digest, :at) "
    "ON CONFLICT (digest) DO NOTHING RETURNING id"
).bindparams(sa.bindparam("at", type_=bundle_table.c.created_at.type))


def _insert_bundle(tx: Transaction, root: str, digest: str, members: Iterable[int]) -> int:
    """Write a bundle; one that another transaction wrote at the same moment is taken instead."""
    made = tx.db.execute(_INSERT_BUNDLE, {"root": root, "digest": digest, "at": tx.at}).scalar_one_or_none()
    if made is None:
        query = sa.select(bundle_table.c.id).where(bundle_table.c.digest == digest)
        return int(tx.db.execute(query).scalar_one())
    rows = [{"bundle_id": made, "resource_id": each} for each in members]
    tx.db.execute(sa.insert(bundle_resource), rows)
    tx.touched = True  # a rollback gives the id to somebody else
    return int(made)


def _belongs(view: DefinitionView, compiled: Bundle) -> bool:
    if view.kind == "process":
        return view.key in compiled.processes
    if view.kind == "decision":
        decisions = getattr(compiled, "decisions", None)
        return decisions is None or view.key in decisions
    return view.kind == "form" and view.key in compiled.form_keys


def bundle_form_id(tx: Transaction, bundle_id: int, form_key: str) -> int:
    """Definition id of the version of a form that a bundle holds; the newest where it holds none."""
    kept = tx.runtime.bundle_forms.get(bundle_id)
    if kept is None:
        query = (
            sa.select(definition.c.key, definition.c.id)
            .join(bundle_resource, bundle_resource.c.resource_id == definition.c.resource_id)
            .where(bundle_resource.c.bundle_id == bundle_id, definition.c.kind == "form")
        )
        kept = {row.key: row.id for row in tx.db.execute(query)}
        if bundle_id:
            tx.runtime.bundle_forms[bundle_id] = kept
    return kept[form_key] if form_key in kept else form_id(tx, form_key)


def bundle_form(tx: Transaction, bundle_id: int, form_key: str) -> Form:
    """The version of a form that a bundle holds; the newest where it holds none. Raises `NotFound`."""
    return form_by_id(tx, bundle_form_id(tx, bundle_id, form_key))
