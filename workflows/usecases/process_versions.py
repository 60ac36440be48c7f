"""Which instances run on which version of a process, and what lies between two versions."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import sqlalchemy as sa

from workflows.engine import Bundle, DefinitionRefused
from workflows.engine.migrating import Place, places
from workflows.store.tables import bundle, bundle_resource, definition, instance, resource
from workflows.usecases import definitions
from workflows.usecases.errors import NotFound
from workflows.usecases.runtime import Transaction

UNDER_WAY = ("running", "incident")


@dataclass(frozen=True)
class VersionLine:
    """A version of a process and the instances that run on it.

    `behind`: those of them that use older forms, decisions or called processes than a new instance of this version
    would; they may be moved to this very version.
    """

    version: int
    running: int
    behind: int = 0
    newest: bool = False
    target: bool = False  # instances may be moved to it


@dataclass(frozen=True)
class FilePair:
    """A definition that differs between two bundles; a resource id is None where the bundle has none."""

    kind: str
    key: str
    title: str
    old: int | None
    new: int | None
    old_version: int | None
    new_version: int | None


@dataclass(frozen=True)
class Plan:
    """What lies between two versions, for the page where elements are mapped."""

    process_key: str
    source: int
    target: int
    instances: int
    files: tuple[FilePair, ...]
    places: tuple[Place, ...]


_VERSIONS = (
    sa.select(bundle.c.id.label("bundle_id"), definition.c.version)
    .join_from(bundle, bundle_resource, bundle_resource.c.bundle_id == bundle.c.id)
    .join(definition, definition.c.resource_id == bundle_resource.c.resource_id)
    .where(definition.c.kind == "process", definition.c.key == bundle.c.root)
)


def versions_of(tx: Transaction, process_key: str) -> dict[int, int]:
    """Bundle id -> version of the process it runs."""
    query = _VERSIONS.where(bundle.c.root == process_key).order_by(bundle.c.id)
    return {row.bundle_id: row.version for row in tx.db.execute(query)}


def _running(tx: Transaction, process_key: str) -> Counter[int]:
    """Bundle id -> how many instances run on it."""
    query = (
        sa.select(instance.c.bundle_id, sa.func.count())
        .where(instance.c.process_key == process_key, instance.c.status.in_(UNDER_WAY))
        .group_by(instance.c.bundle_id)
    )
    return Counter({row[0]: row[1] for row in tx.db.execute(query)})


def standing(tx: Transaction, process_key: str) -> list[VersionLine]:
    """Every version with how many instances run on it, newest first. Raises `NotFound`."""
    deployed = definitions.versions(tx, process_key)
    if not deployed:
        raise NotFound(kind="process", key=process_key)
    bundles, running = versions_of(tx, process_key), _running(tx, process_key)
    best = _best(tx, process_key, bundles, deployed[0].version)
    lines = []
    for each in deployed:
        mine = [key for key, version in bundles.items() if version == each.version]
        lines.append(
            VersionLine(
                version=each.version,
                running=sum(running[key] for key in mine),
                behind=sum(running[key] for key in mine if key != best.get(each.version)),
                newest=each.latest,
                target=each.version in best,
            )
        )
    return lines


def _best(tx: Transaction, process_key: str, bundles: dict[int, int], newest: int) -> dict[int, int]:
    """Version -> the bundle instances are moved to: the last one; of the newest version what a start would take."""
    found = {version: key for key, version in sorted(bundles.items())}
    try:
        found[newest] = definitions.bundle_for_start(tx, process_key)[0]
    except DefinitionRefused:  # deployed when less was refused: nobody is moved to it
        found.pop(newest, None)
    return found


def target(tx: Transaction, process_key: str, version: int) -> tuple[int, Bundle]:
    """Id and bundle that instances are moved to. Raises `NotFound` for a version that nothing ever ran on."""
    deployed = definitions.versions(tx, process_key)
    if deployed and deployed[0].version == version:
        return definitions.bundle_for_start(tx, process_key)
    mine = [key for key, found in versions_of(tx, process_key).items() if found == version]
    if not mine:
        raise NotFound(kind="process", key=f"{process_key} v{version}")
    return max(mine), definitions.bundle(tx, max(mine))


def sources(tx: Transaction, process_key: str, version: int, target_id: int) -> dict[int, int]:
    """Bundles of a version that instances run on, but for the target -> how many."""
    running = _running(tx, process_key)
    return {
        key: running[key]
        for key, found in versions_of(tx, process_key).items()
        if found == version and key != target_id and running[key]
    }


def plan(tx: Transaction, process_key: str, source: int, wanted: int) -> Plan:
    """What differs, and which elements are to be mapped. Raises `NotFound`."""
    target_id, there = target(tx, process_key, wanted)
    here = sources(tx, process_key, source, target_id)
    found: dict[tuple[str, str], Place] = {}
    for bundle_id in sorted(here, reverse=True):
        for place in places(definitions.bundle(tx, bundle_id), there):
            found.setdefault((place.process, place.element), place)
    files = _files(tx, max(here), target_id, there) if here else ()
    return Plan(process_key, source, wanted, sum(here.values()), files, tuple(found.values()))


def _files(tx: Transaction, old_id: int, new_id: int, new: Bundle) -> tuple[FilePair, ...]:
    old = _members(tx, old_id)
    now = _members(tx, new_id) if new_id else _newest(tx, new)
    pairs = []
    for key in dict.fromkeys([*old, *now]):
        before, after = old.get(key), now.get(key)
        if before is None or after is None or before.resource_id != after.resource_id:
            named = after if after is not None else before
            assert named is not None
            pairs.append(
                FilePair(
                    kind=key[0],
                    key=key[1],
                    title=named.title,
                    old=before.resource_id if before else None,
                    new=after.resource_id if after else None,
                    old_version=before.version if before else None,
                    new_version=after.version if after else None,
                )
            )
    return tuple(pairs)


@dataclass(frozen=True)
class _Member:
    resource_id: int
    version: int
    title: str


def _members(tx: Transaction, bundle_id: int) -> dict[tuple[str, str], _Member]:
    query = (
        sa.select(definition)
        .join(bundle_resource, bundle_resource.c.resource_id == definition.c.resource_id)
        .join(resource, resource.c.id == definition.c.resource_id)
        .where(bundle_resource.c.bundle_id == bundle_id)
        .order_by(definition.c.kind.desc(), definition.c.key)
    )
    return {
        (row.kind, row.key): _Member(row.resource_id, row.version, row.title) for row in tx.db.execute(query)
    }


def _newest(tx: Transaction, new: Bundle) -> dict[tuple[str, str], _Member]:
    """The members a bundle will have that no instance uses yet."""
    keys = {"process": set(new.processes), "decision": set(new.decisions), "form": set(new.form_keys)}
    return {
        (view.kind, view.key): _Member(view.resource_id, view.version, view.title)
        for view in definitions.overview(tx)
        if view.key in keys.get(view.kind, ())
    }
