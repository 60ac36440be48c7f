"""Moving running instances to another version, as a batch: looked at first, then done, an instance a transaction.

    checking -> checked -> queued -> running -> done        (or discarded, stopped)

A job looks at every instance (`checking`): nothing of it changes, its findings are kept. Whoever started it reads
them and accepts; those that fit are moved, one after the other. What an instance is by then counts: it is looked at
again in the transaction that moves it. A killed worker loses nothing and moves nobody twice.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

import sqlalchemy as sa

from forms.faults import Refused
from workflows.engine import Finding
from workflows.engine.migrating import misdirected
from workflows.store.tables import instance, instance_migration, instance_migration_item
from workflows.usecases import accounts, audit, definitions, moves, process_versions
from workflows.usecases.actor import SYSTEM, Actor
from workflows.usecases.errors import InstanceEnded, NotFound, NotNow, StaleVersion
from workflows.usecases.failures import told
from workflows.usecases.runtime import Transaction
from workflows.usecases.views import Page

log = logging.getLogger(__name__)

PERMISSION = "instances.migrate"
AT_WORK = ("checking", "queued", "running")
TRIES = 5
"""How often an instance is tried that somebody else moved in the same moment."""
_LOOKED_AT = 20  # instances a transaction looks at

batch, item = instance_migration, instance_migration_item


class NobodyToMove(Refused):
    """No instance runs on the version. Facts: process, version."""

    zh: ClassVar[str] = "流程“{process}”第 {version} 版没有可迁移的运行中实例"
    en: ClassVar[str] = "No instance of “{process}” runs on version {version} that could be moved"


class WrongMapping(Refused):
    """The mapping names elements that a version does not have. Facts: elements."""

    zh: ClassVar[str] = "元素对应有误，没有这些元素：{elements}"
    en: ClassVar[str] = "The mapping is wrong, there are no such elements: {elements}"


@dataclass(frozen=True)
class MigrationView:
    """A batch and how far it is. `counts`: state of its items -> how many."""

    id: int
    process_key: str
    process_name: str
    source: int
    target: int
    mapping: Mapping[str, Mapping[str, str]]
    reason: str
    state: str
    created_by_name: str
    created_at: datetime
    accepted_at: datetime | None
    finished_at: datetime | None
    counts: Mapping[str, int]

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def at_work(self) -> bool:
        return self.state in AT_WORK

    @property
    def left(self) -> int:
        """Items a job has still to look at, or to move."""
        return self.counts.get("unchecked" if self.state == "checking" else "waiting", 0)


@dataclass(frozen=True)
class ItemView:
    """An instance of a batch with what was found."""

    instance_id: int
    title: str
    business_key: str | None
    state: str
    findings: tuple[Finding, ...]
    zh: str
    en: str
    at: datetime | None

    def tell(self, locale: str = "zh") -> str:
        """Why it failed, if it did."""
        return self.en if locale.lower().startswith("en") else self.zh


# ---------------------------------------------------------------- what people do
def prepare(
    tx: Transaction,
    process_key: str,
    source: int,
    target: int,
    mapping: Mapping[str, Mapping[str, str]],
    actor: Actor,
    *,
    reason: str = "",
) -> int:
    """Have every instance of a version looked at (试算); returns the batch id. Permission `instances.migrate`.

    Raises `NotFound`, `NobodyToMove`, `WrongMapping`.
    """
    _require(actor)
    target_id, there = process_versions.target(tx, process_key, target)
    here = process_versions.sources(tx, process_key, source, target_id)
    if not here:
        raise NobodyToMove(process=process_key, version=source)
    renamed = {process: dict(pairs) for process, pairs in mapping.items() if pairs}
    wrong = misdirected(definitions.bundle(tx, max(here)), there, renamed)
    if wrong:
        raise WrongMapping(elements="、".join(dict.fromkeys(each.element for each in wrong)))
    made = tx.db.execute(
        sa.insert(batch).returning(batch.c.id),
        {
            "process_key": process_key,
            "source_version": source,
            "target_version": target,
            "target_bundle_id": target_id,
            "mapping": renamed,
            "reason": reason[:500],
            "state": "checking",
            "account_id": actor.account_id,
            "created_by_name": actor.name,
            "created_at": tx.at,
        },
    ).scalar_one()
    wanted = sa.select(sa.literal(made), instance.c.id, sa.literal("unchecked")).where(
        instance.c.bundle_id.in_(here), instance.c.status.in_(process_versions.UNDER_WAY)
    )
    tx.db.execute(
        sa.insert(item).from_select(["migration_id", "instance_id", "state"], wanted.order_by(instance.c.id))
    )
    _hand_over(tx, made, 1)
    return int(made)


def accept(tx: Transaction, migration_id: int, actor: Actor) -> None:
    """Move the instances that fit; the others stay. Raises `NotNow`, `NobodyToMove`, `NotFound`."""
    row = _row(tx, migration_id, actor, "checked")
    fit = tx.db.execute(
        sa.update(item)
        .where(item.c.migration_id == migration_id, item.c.state == "fit")
        .values(state="waiting")
    ).rowcount
    if not fit:
        raise NobodyToMove(process=row.process_key, version=row.source_version)
    _set(tx, row, state="queued", accepted_at=tx.at, round=row.round + 1)
    facts = {"migration": migration_id, "instances": fit, "mapping": row.mapping, "reason": row.reason}
    subject = f"{row.process_key} v{row.source_version} → v{row.target_version}"
    audit.record(tx, actor, "instances.migrated", subject, facts=facts)
    _hand_over(tx, migration_id, row.round + 1)


def stop(tx: Transaction, migration_id: int, actor: Actor) -> None:
    """Move nobody more; who was moved stays moved. Raises `NotNow`, `NotFound`."""
    _set(tx, _row(tx, migration_id, actor, "queued", "running"), state="stopped")


def go_on(tx: Transaction, migration_id: int, actor: Actor) -> None:
    """Take a stopped batch up again. Raises `NotNow`, `NotFound`."""
    row = _row(tx, migration_id, actor, "stopped")
    _set(tx, row, state="queued", round=row.round + 1)
    _hand_over(tx, migration_id, row.round + 1)


def discard(tx: Transaction, migration_id: int, actor: Actor) -> None:
    """Put a batch aside that was only looked at. Raises `NotNow`, `NotFound`."""
    _set(tx, _row(tx, migration_id, actor, "checking", "checked"), state="discarded", finished_at=tx.at)


def _require(actor: Actor) -> None:
    if not actor.is_system:
        actor.require(PERMISSION)


def _row(tx: Transaction, migration_id: int, actor: Actor, *states: str) -> Any:
    """A batch, locked. Raises `NotNow` in another state than the given."""
    _require(actor)
    row = tx.db.execute(sa.select(batch).where(batch.c.id == migration_id).with_for_update()).one_or_none()
    if row is None:
        raise NotFound(kind="migration", key=migration_id)
    if row.state not in states:
        raise NotNow(state=row.state)
    return row


def _set(tx: Transaction, row: Any, **values: Any) -> None:
    tx.db.execute(sa.update(batch).where(batch.c.id == row.id).values(**values))


def _hand_over(tx: Transaction, migration_id: int, number: int) -> None:
    tx.enqueue("run_migration", migration_id, key=job_key(migration_id, number))


def job_key(migration_id: int, number: int) -> str:
    """Each time a batch is taken up, a job of its own works at it."""
    return f"migration:{migration_id}:{number}"


# ---------------------------------------------------------------- what the job does
def waiting(tx: Transaction) -> list[tuple[int, str]]:
    """Batches a job should work at, with its key, for a worker that starts."""
    query = sa.select(batch.c.id, batch.c.round).where(batch.c.state.in_(AT_WORK)).order_by(batch.c.id)
    return [(row.id, job_key(row.id, row.round)) for row in tx.db.execute(query)]


def run_some(tx: Transaction, migration_id: int) -> int:
    """Look at some instances, or move one; returns how many are left. Safe to repeat, from several workers too."""
    query = sa.select(batch).where(batch.c.id == migration_id).with_for_update()
    row = tx.db.execute(query).one_or_none()
    if row is None or row.state not in AT_WORK:
        return 0
    bundle = definitions.bundle(tx, row.target_bundle_id)
    target = moves.Target(
        process_key=row.process_key,
        source=row.source_version,
        version=row.target_version,
        bundle_id=row.target_bundle_id,
        bundle=bundle,
        mapping=row.mapping,
        reason=row.reason,
    )
    checking = row.state == "checking"
    state, limit = ("unchecked", _LOOKED_AT) if checking else ("waiting", 1)
    todo = (
        sa.select(item)
        .where(item.c.migration_id == migration_id, item.c.state == state)
        .order_by(item.c.tries, item.c.id)
        .limit(limit)
    )
    for each in tx.db.execute(todo).all():
        values = _look(tx, each, target) if checking else _move(tx, each, target, _actor(tx, row))
        tx.db.execute(sa.update(item).where(item.c.id == each.id).values(**values))
    left = tx.db.execute(
        sa.select(sa.func.count()).where(item.c.migration_id == migration_id, item.c.state == state)
    ).scalar_one()
    if not left:
        over = {"state": "checked"} if checking else {"state": "done", "finished_at": tx.at}
        _set(tx, row, **over)
    elif row.state == "queued":
        _set(tx, row, state="running")
    return int(left)


def _actor(tx: Transaction, row: Any) -> Actor:
    return accounts.actor(tx, row.account_id) if row.account_id is not None else SYSTEM


def _look(tx: Transaction, each: Any, target: moves.Target) -> dict[str, Any]:
    try:
        findings = moves.outlook(tx, each.instance_id, target)
    except (InstanceEnded, NotFound):
        findings = None
    except Exception as error:
        zh, en = told(error)
        return {"state": "unfit", "error": zh, "error_en": en, "at": tx.at}
    return {**_found(findings, "fit"), "at": tx.at}


def _found(findings: list[Finding] | None, well: str) -> dict[str, Any]:
    if findings is None:
        return {"state": "over"}
    return {"state": "unfit" if moves.wrong(findings) else well, "findings": moves.as_json(findings)}


def _move(tx: Transaction, each: Any, target: moves.Target, actor: Actor) -> dict[str, Any]:
    """Move one; what fails is told of this one and keeps none of the others."""
    try:
        with tx.savepoint():
            return {**_found(moves.carry_out(tx, each.instance_id, target, actor), "moved"), "at": tx.at}
    except (sa.exc.OperationalError, sa.exc.InterfaceError, OSError):
        raise  # the database's trouble, not the instance's: the job tries again
    except (InstanceEnded, NotFound):
        return {"state": "over", "at": tx.at}
    except Exception as error:
        if isinstance(error, StaleVersion) and each.tries + 1 < TRIES:
            return {"tries": each.tries + 1}
        log.warning(
            "migration %s: instance %s failed: %s", each.migration_id, each.instance_id, type(error).__name__
        )
        zh, en = told(error)
        return {"state": "failed", "error": zh, "error_en": en, "at": tx.at}


# ---------------------------------------------------------------- what pages show
def progress(tx: Transaction, migration_id: int, actor: Actor) -> MigrationView:
    """A batch with its figures. Raises `NotFound`, `NotAllowed`."""
    _require(actor)
    found = _views(tx, batch.c.id == migration_id)
    if not found:
        raise NotFound(kind="migration", key=migration_id)
    return found[0]


def of_process(tx: Transaction, process_key: str, actor: Actor, limit: int = 10) -> list[MigrationView]:
    """The latest batches of a process; those put aside are left out."""
    _require(actor)
    return _views(tx, sa.and_(batch.c.process_key == process_key, batch.c.state != "discarded"), limit)


def _views(tx: Transaction, which: sa.ColumnElement[bool], limit: int = 1) -> list[MigrationView]:
    rows = tx.db.execute(sa.select(batch).where(which).order_by(batch.c.id.desc()).limit(limit)).all()
    counted = (
        sa.select(item.c.migration_id, item.c.state, sa.func.count().label("n"))
        .where(item.c.migration_id.in_([row.id for row in rows]))
        .group_by(item.c.migration_id, item.c.state)
    )
    counts: dict[int, dict[str, int]] = {}
    for each in tx.db.execute(counted):
        counts.setdefault(each.migration_id, {})[each.state] = each.n
    names = {row.process_key: definitions.latest(tx, row.process_key).title for row in rows}
    return [
        MigrationView(
            id=row.id,
            process_key=row.process_key,
            process_name=names[row.process_key] or row.process_key,
            source=row.source_version,
            target=row.target_version,
            mapping=row.mapping,
            reason=row.reason,
            state=row.state,
            created_by_name=row.created_by_name,
            created_at=row.created_at,
            accepted_at=row.accepted_at,
            finished_at=row.finished_at,
            counts=counts.get(row.id, {}),
        )
        for row in rows
    ]


_ORDER = sa.case(
    {"failed": 0, "unfit": 1, "unchecked": 2, "waiting": 3, "fit": 4, "moved": 5}, value=item.c.state, else_=6
)


def items(
    tx: Transaction, migration_id: int, actor: Actor, *, state: str = "", page: int = 1, size: int = 50
) -> Page[ItemView]:
    """The instances of a batch with their findings, those that do not fit first."""
    _require(actor)
    query = (
        sa.select(item, instance.c.title, instance.c.business_key, sa.func.count().over().label("total"))
        .join(instance, instance.c.id == item.c.instance_id)
        .where(item.c.migration_id == migration_id)
        .order_by(_ORDER, item.c.id)
    )
    if state:
        query = query.where(item.c.state == state)
    rows = tx.db.execute(query.limit(size).offset((page - 1) * size)).all()
    found = tuple(
        ItemView(
            instance_id=row.instance_id,
            title=row.title,
            business_key=row.business_key,
            state=row.state,
            findings=moves.from_json(row.findings),
            zh=row.error or "",
            en=row.error_en or row.error or "",
            at=row.at,
        )
        for row in rows
    )
    return Page(items=found, total=rows[0].total if rows else 0, number=page, size=size)


def said(tx: Transaction, migration_id: int, actor: Actor) -> list[tuple[Finding, int]]:
    """Every finding of a batch once, with how many instances it is said of; errors first."""
    _require(actor)
    query = sa.select(item.c.findings).where(
        item.c.migration_id == migration_id, item.c.findings.is_not(None)
    )
    counts: dict[tuple[str, str, str, str, str], int] = {}
    for (stored,) in tx.db.execute(query):
        for each in moves.from_json(stored):
            key = (each.severity, each.rule, each.element, each.zh, each.en)
            counts[key] = counts.get(key, 0) + 1
    ordered = sorted(counts.items(), key=lambda entry: (entry[0][0] != "error", -entry[1], entry[0][1:3]))
    return [(Finding(*key), number) for key, number in ordered]  # type: ignore[arg-type]
