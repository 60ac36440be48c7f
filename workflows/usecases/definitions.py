"""Definitions: immutable versions of processes, decisions, forms and templates, and their bundles."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import PurePath
from typing import Any

import sqlalchemy as sa
from defusedxml import ElementTree

from forms.schema import Form, load_form
from workflows.engine import Bundle, FileReport, Finding, Known, Source, compile_bundle
from workflows.engine import check as engine_check
from workflows.store.tables import bundle as bundle_table
from workflows.store.tables import bundle_resource, definition, resource
from workflows.usecases import audit
from workflows.usecases.actor import Actor
from workflows.usecases.errors import DeploymentRefused, NotFound
from workflows.usecases.runtime import Transaction
from workflows.usecases.views import DefinitionView, Deployment, ProcessView

KINDS: Mapping[str, str] = {"bpmn": "process", "dmn": "decision", "form": "form", "xlsx": "template"}
"""Suffix of a deployed file -> kind of what it defines."""

_BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"


def check(tx: Transaction, sources: Sequence[Source]) -> list[FileReport]:
    """All findings of files, seen beside what is deployed. Stores nothing."""
    strange = [source for source in sources if source.kind not in KINDS]
    reports = {source.name: _not_deployable(source) for source in strange}
    checked = [source for source in sources if source.kind in ("bpmn", "dmn", "form")]
    given = {(kind, key) for source in checked for kind, key, _title in _safe_keys(source)}
    known = Known(
        services=frozenset(tx.runtime.services),
        groups=frozenset(tx.runtime.permissions) or None,
    )
    if checked:
        beside = _latest_sources(tx, without=given, taken=[source.name for source in checked])
        for report in engine_check(checked, beside=beside, known=known):
            reports[report.file] = report
    return [reports.get(source.name) or FileReport(source.name, ()) for source in sources]


def deploy(tx: Transaction, sources: Sequence[Source], actor: Actor) -> Deployment:
    """Check and store files (.bpmn .dmn .form .xlsx). Identical content makes no new version.

    Needs permission `definitions.deploy` (the system actor has it). Raises `DeploymentRefused` (with
    `.reports`) when a file has an error: then nothing is stored.
    """
    from workflows.usecases import start_timers  # it starts instances, which need this module

    if not actor.is_system:
        actor.require("definitions.deploy")
    reports = tuple(check(tx, sources))
    wrong = [report for report in reports if not report.deployable]
    if wrong:
        count = sum(1 for report in wrong for finding in report.findings if finding.severity == "error")
        raise DeploymentRefused(reports, files="、".join(report.file for report in wrong), count=count)
    created: list[DefinitionView] = []
    unchanged: list[DefinitionView] = []
    newest = {(view.kind, view.key): view for view in overview(tx)}
    for source in sources:
        _deploy_one(tx, source, actor, newest, created, unchanged)
    if created:
        tx.touch("definitions")
        start_timers.plan(tx, [view.key for view in created if view.kind == "process"])
        audit.record(
            tx, actor, "definitions.deployed", "、".join(f"{view.key} v{view.version}" for view in created)
        )
    return Deployment(created=tuple(created), unchanged=tuple(unchanged), reports=reports)


def _deploy_one(
    tx: Transaction,
    source: Source,
    actor: Actor,
    newest: Mapping[tuple[str, str], DefinitionView],
    created: list[DefinitionView],
    unchanged: list[DefinitionView],
) -> None:
    sha256 = hashlib.sha256(source.content).hexdigest()
    keys = _keys(source)
    before = [newest.get((kind, key)) for kind, key, _title in keys]
    if all(view is not None and view.sha256 == sha256 for view in before):
        unchanged.extend(view for view in before if view is not None)
        return
    resource_id = tx.db.execute(
        sa.insert(resource).returning(resource.c.id),
        {
            "name": source.name,
            "kind": KINDS[source.kind],
            "content": source.content,
            "sha256": sha256,
            "deployed_at": tx.at,
            "deployed_by": actor.username,
        },
    ).scalar_one()
    for (kind, key, title), old in zip(keys, before, strict=True):
        made = tx.db.execute(
            sa.insert(definition).returning(definition.c.id),
            {
                "resource_id": resource_id,
                "kind": kind,
                "key": key,
                "version": old.version + 1 if old else 1,
                "title": title,
            },
        ).scalar_one()
        created.append(get(tx, made))


def _not_deployable(source: Source) -> FileReport:
    finding = Finding(
        severity="error",
        rule="file.kind",
        element="",
        zh=f"“{source.name}”不是 .bpmn、.dmn、.form 或 .xlsx 文件",
        en=f"“{source.name}” is no .bpmn, .dmn, .form or .xlsx file",
    )
    return FileReport(source.name, (finding,))


def _keys(source: Source) -> list[tuple[str, str, str]]:
    """What a file defines: (kind, key, title) each."""
    stem = PurePath(source.name).stem
    if source.kind == "xlsx":
        return [("template", stem, stem)]
    if source.kind == "form":
        found = load_form(source.content, source.name)
        return [("form", found.key, found.title)]
    root = ElementTree.fromstring(source.content)
    if source.kind == "bpmn":
        return [
            ("process", each.get("id", ""), each.get("name") or each.get("id") or "")
            for each in root.iter(f"{_BPMN}process")
        ]
    return [
        ("decision", each.get("id", ""), each.get("name") or each.get("id") or "")
        for each in root.iter()
        if isinstance(each.tag, str) and each.tag.endswith("}decision")
    ]


def _safe_keys(source: Source) -> list[tuple[str, str, str]]:
    """As `_keys`, but nothing for a file that cannot be read: the check tells what is wrong with it."""
    try:
        return _keys(source)
    except Exception:  # any parser's error: the check reports it with its place
        return []


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
    query = sa.select(definition.c.id).where(definition.c.kind == "form", definition.c.key == form_key)
    if version is not None:
        query = query.where(definition.c.version == version)
    found = tx.db.execute(query.order_by(definition.c.version.desc()).limit(1)).scalar()
    if found is None:
        raise NotFound(kind="form", key=form_key)
    return int(found)


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


def start_form(tx: Transaction, process_key: str) -> Form | None:
    """The form of the process's start event, newest version; None when it has none."""
    bundle_id, compiled = bundle_for_start(tx, process_key)
    if not compiled.start.form_key:
        return None
    return bundle_form(tx, bundle_id, compiled.start.form_key)


def startable(tx: Transaction, actor: Actor) -> list[ProcessView]:
    """Processes this actor may start by hand (candidateStarterGroups), by name.

    A process that only others call or that only a timer or message starts has no plain start event's form
    and no starters; it is left out.
    """
    found = []
    groups = actor.groups()
    for view in overview(tx, "process"):
        _bundle_id, compiled = bundle_for_start(tx, view.key)
        start = compiled.start
        if start.candidate_starters and groups.isdisjoint(start.candidate_starters):
            continue
        if not start.candidate_starters and not start.form_key:
            continue
        found.append(ProcessView(view.key, view.title, view.version, start.form_key or None))
    return sorted(found, key=lambda process: process.name)


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
        found = compile_bundle(row.root, _told_apart(tx.db.execute(query)))
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
    compiled = compile_bundle(process_key, _latest_sources(tx))
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


def _latest_sources(
    tx: Transaction, without: Iterable[tuple[str, str]] = (), taken: Iterable[str] = ()
) -> list[Source]:
    """Newest files deployed, templates left out, and those that define something of `without`.

    Two files of one name are told apart: the engine goes by name. `taken` are names already in use.
    """
    left_out = set(without)
    views = overview(tx)
    hidden = {view.resource_id for view in views if (view.kind, view.key) in left_out}
    wanted = {view.resource_id for view in views if view.kind != "template"} - hidden
    query = sa.select(resource.c.id, resource.c.name, resource.c.content)
    query = query.where(resource.c.id.in_(sorted(wanted))).order_by(resource.c.id)
    return _told_apart(tx.db.execute(query), taken)


def _told_apart(rows: Iterable[Any], taken: Iterable[str] = ()) -> list[Source]:
    names = set(taken)
    found = []
    for row in rows:
        name = f"{row.id}-{row.name}" if row.name in names else row.name
        names.add(name)
        found.append(Source(name, bytes(row.content)))
    return found


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
