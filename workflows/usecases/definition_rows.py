"""Looking up what is deployed: versions, their files, forms."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from forms.schema import Form, load_form
from workflows.engine import Source
from workflows.store.statements import Statement
from workflows.store.tables import definition, resource
from workflows.usecases.errors import NotFound
from workflows.usecases.runtime import Transaction
from workflows.usecases.views import DefinitionView

_VIEW = (
    sa.select(
        definition.c.id,
        definition.c.kind,
        definition.c.key,
        definition.c.version,
        definition.c.title,
        definition.c.resource_id,
        resource.c.name,
        resource.c.sha256,
        resource.c.deployed_at,
        resource.c.deployed_by,
    )
    .join_from(definition, resource)
    .order_by(definition.c.kind, definition.c.key, definition.c.version.desc())
)
_FORMS = sa.select(definition.c.id).where(
    definition.c.kind == "form", definition.c.key == sa.bindparam("form_key")
)
_FORM = Statement(_FORMS.where(definition.c.version == sa.bindparam("form_version")))
_NEWEST = sa.select(sa.func.max(definition.c.version)).where(
    definition.c.kind == "form", definition.c.key == sa.bindparam("form_key")
)
_NEWEST_FORM = Statement(_FORMS.where(definition.c.version == _NEWEST.scalar_subquery()))


def _views(tx: Transaction, query: sa.Select[Any]) -> list[DefinitionView]:
    return [
        DefinitionView(
            id=row.id,
            kind=row.kind,
            key=row.key,
            version=row.version,
            title=row.title,
            file=row.name,
            resource_id=row.resource_id,
            sha256=row.sha256,
            deployed_at=row.deployed_at,
            deployed_by=row.deployed_by,
        )
        for row in tx.db.execute(query)
    ]


def latest(tx: Transaction, key: str, kind: str = "process") -> DefinitionView:
    """Newest version. Raises `NotFound`."""
    found = versions(tx, key, kind)
    if not found:
        raise NotFound(kind=kind, key=key)
    return found[0]


def versions(tx: Transaction, key: str, kind: str = "process") -> list[DefinitionView]:
    """All versions, newest first."""
    found = _views(tx, _VIEW.where(definition.c.kind == kind, definition.c.key == key))
    return [replace(view, latest=number == 0) for number, view in enumerate(found)]


def overview(tx: Transaction, kind: str | None = None) -> list[DefinitionView]:
    """Newest version of everything deployed, by kind and key."""
    query = _VIEW if kind is None else _VIEW.where(definition.c.kind == kind)
    newest: dict[tuple[str, str], DefinitionView] = {}
    for view in _views(tx, query):
        newest.setdefault((view.kind, view.key), view)
    return list(newest.values())


def get(tx: Transaction, definition_id: int) -> DefinitionView:
    """One version by id. Raises `NotFound`."""
    found = _views(tx, _VIEW.where(definition.c.id == definition_id))
    if not found:
        raise NotFound(kind="definition", key=definition_id)
    newest = versions(tx, found[0].key, found[0].kind)[0]
    return replace(found[0], latest=newest.id == definition_id)


def content(tx: Transaction, resource_id: int) -> Source:
    """The bytes of a deployed file, as uploaded, with its file name. Raises `NotFound`."""
    query = sa.select(resource.c.name, resource.c.content).where(resource.c.id == resource_id)
    row = tx.db.execute(query).one_or_none()
    if row is None:
        raise NotFound(kind="resource", key=resource_id)
    return Source(row.name, bytes(row.content))


def form(tx: Transaction, form_key: str, version: int | None = None) -> Form:
    """A deployed form; newest version unless given. Raises `NotFound`."""
    return form_by_id(tx, form_id(tx, form_key, version))


def form_id(tx: Transaction, form_key: str, version: int | None = None) -> int:
    """Definition id of a form; newest version unless given. Raises `NotFound`."""
    if version is None:
        found = _NEWEST_FORM.fetch(tx.db, {"form_key": form_key})
    else:
        found = _FORM.fetch(tx.db, {"form_key": form_key, "form_version": version})
    if not found:
        raise NotFound(kind="form", key=form_key)
    return int(found[0].id)


def form_by_id(tx: Transaction, definition_id: int) -> Form:
    """A form by its definition id, read once a process."""
    found = tx.runtime.forms.get(definition_id)
    if found is None:
        view = get(tx, definition_id)
        found = load_form(content(tx, view.resource_id).content, view.file)
        tx.runtime.forms[definition_id] = found
    return found


def template(tx: Transaction, key: str) -> bytes:
    """Newest bytes of a deployed workbook template (key: file name without suffix). Raises `NotFound`."""
    return content(tx, latest(tx, key, "template").resource_id).content


def latest_sources(
    tx: Transaction, without: Iterable[tuple[str, str]] = (), taken: Iterable[str] = ()
) -> list[Source]:
    """Newest files deployed, templates and tests left out, and those that define something of `without`.

    Two files of one name are told apart: the engine goes by name. `taken` are names already in use.
    """
    left_out = set(without)
    views = overview(tx)
    hidden = {view.resource_id for view in views if (view.kind, view.key) in left_out}
    wanted = {view.resource_id for view in views if view.kind not in ("template", "tests")} - hidden
    query = sa.select(resource.c.id, resource.c.name, resource.c.content)
    query = query.where(resource.c.id.in_(sorted(wanted))).order_by(resource.c.id)
    return told_apart(tx.db.execute(query), taken)


def told_apart(rows: Iterable[Any], taken: Iterable[str] = ()) -> list[Source]:
    names = set(taken)
    found = []
    for row in rows:
        name = f"{row.id}-{row.name}" if row.name in names else row.name
        names.add(name)
        found.append(Source(name, bytes(row.content)))
    return found
