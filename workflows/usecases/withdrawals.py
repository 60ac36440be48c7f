"""撤销导入: an import is taken back as far as nobody has acted on what it started.

    done or stopped -> withdrawing -> withdrawn

What moved stays and is named. A job goes through the records in order and cancels the others (作废), some a
transaction; how far it has come stands in the batch and a record changes its state in the transaction that cancels its
instance, so a killed worker loses nothing and cancels nothing twice.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

import sqlalchemy as sa

from forms.faults import Refused
from workflows.store.tables import draft, history, import_batch, import_record, instance, task
from workflows.store.types import Id
from workflows.usecases import accounts, audit, flow, instances
from workflows.usecases.actor import SYSTEM, Actor
from workflows.usecases.errors import NotAllowed, NotFound
from workflows.usecases.import_batches import require_open
from workflows.usecases.import_preview import target_of_batch
from workflows.usecases.pace import Pace
from workflows.usecases.runtime import Runtime, Transaction

JOB = "withdraw_import"
PERMISSION = "imports.take_back_any"
CHUNK = 3
"""Instances a transaction, at the least."""
SHOWN = 200
"""So many of those that go, and of those that stay, are listed."""
OVER = ("done", "stopped")
"""States of an import that can be taken back."""
_BURST = 20
_NO_ACTS = ("started", "started_for", "started_beside", "reminded", "due_soon", "due_now")

batch, record = import_batch, import_record

ENDED = ("已经结束", "it has ended")
ACTED = ("已由{who}办理", "{who} has acted on it")
DRAFTED = ("已有人正在填写", "somebody is filling it in")


class WithdrawnBefore(Refused):
    """The import was taken back. Facts: by, at."""

    zh: ClassVar[str] = "这次导入已由{by}于 {at} 撤销，无需再次撤销"
    en: ClassVar[str] = "This import was taken back by {by} on {at} already"


class NothingToWithdraw(Refused):
    """Nothing of the import can be taken back. Facts: name."""

    zh: ClassVar[str] = "“{name}”中没有可以撤销的记录"
    en: ClassVar[str] = "Nothing of “{name}” can be taken back"


class NotFinished(Refused):
    """The import is still under way, or was never accepted. Facts: name."""

    zh: ClassVar[str] = "“{name}”尚未导入完成，完成后才能撤销"
    en: ClassVar[str] = "“{name}” has not been taken in yet; it can be taken back afterwards"


class Lasting(Refused):
    """What tables of this kind bring in is not taken back as a whole. Facts: name."""

    zh: ClassVar[str] = (
        "“{name}”导入的是登记资料，不启动流程，不能整批撤销；请在台账、指导目录、组织机构或工作日历中逐条更正"
    )
    en: ClassVar[str] = (
        "“{name}” entered records and started nothing; they are not taken back as a whole: "
        "correct them in the registry, the catalogue, the organisation or the calendar"
    )


@dataclass(frozen=True)
class Item:
    """A record that started an instance, and why it stays, if it does."""

    position: int
    sheet: str
    row: int | None
    instance_id: int
    title: str
    business_key: str | None
    zh: str = ""
    en: str = ""

    @property
    def stays(self) -> bool:
        return bool(self.zh)

    def tell(self, locale: str = "zh") -> str:
        return self.en if locale.lower().startswith("en") else self.zh


@dataclass(frozen=True)
class Outlook:
    """What taking an import back would do, or has done."""

    id: int
    name: str
    form_key: str
    state: str
    items: tuple[Item, ...]  # the first of them, see `SHOWN`
    free_count: int
    staying_count: int
    withdrawn: int
    left: int
    by_name: str
    at: datetime | None
    reason: str

    @property
    def free(self) -> list[Item]:
        return [each for each in self.items if not each.stays]

    @property
    def staying(self) -> list[Item]:
        return [each for each in self.items if each.stays]


# ------------------------------------------------------------------ what people do
def may(row: Any, actor: Actor) -> bool:
    """Who imported, or the administrator. `row` has `account_id`."""
    return actor.is_system or actor.may(PERMISSION) or row.account_id == actor.account_id


def possible(tx: Transaction, batch_id: int, actor: Actor) -> bool:
    """Whether the page of a batch offers it."""
    row = tx.db.execute(sa.select(batch).where(batch.c.id == batch_id)).one_or_none()
    return (
        row is not None and may(row, actor) and row.state in OVER and bool(row.process_key) and row.done > 0
    )


def outlook(tx: Transaction, batch_id: int, actor: Actor) -> Outlook:
    """What can be taken back and what stays, with the reason. Raises `NotFound`, `NotAllowed`, `Lasting`."""
    row = _row(tx, batch_id, actor)
    free, staying = _counted(tx, batch_id)
    some = [*_started(tx, batch_id, _FREE, SHOWN), *_started(tx, batch_id, ~_FREE, SHOWN)]
    why = _why_they_stay(tx, [each.instance_id for each in some])
    return Outlook(
        id=row.id,
        name=row.name,
        form_key=row.form_key,
        state=row.state,
        items=tuple(_item(each, why) for each in sorted(some, key=lambda each: each.position)),
        free_count=free,
        staying_count=staying,
        withdrawn=row.withdrawn,
        left=_left(tx, row) if row.state == "withdrawing" else 0,
        by_name=row.withdrawn_by_name,
        at=row.withdrawn_at,
        reason=row.withdrawal_reason,
    )


def withdraw(tx: Transaction, batch_id: int, actor: Actor, reason: str) -> int:
    """Take an import back; returns how many instances the job will cancel.

    Raises `WithdrawnBefore`, `NothingToWithdraw`, `NotFinished`, `Lasting`, `NotAllowed`, `NotFound`.
    """
    row = _row(tx, batch_id, actor, lock=True)
    if row.state in ("withdrawing", "withdrawn"):
        raise WithdrawnBefore(by=row.withdrawn_by_name, at=f"{row.withdrawn_at:%Y-%m-%d %H:%M}")
    if row.state not in OVER:
        raise NotFinished(name=row.name)
    free, staying = _counted(tx, batch_id)
    if not free:
        raise NothingToWithdraw(name=row.name)
    tx.db.execute(
        sa.update(batch)
        .where(batch.c.id == batch_id)
        .values(
            state="withdrawing",
            checked=0,
            withdrawn_by=actor.account_id,
            withdrawn_by_name=actor.name,
            withdrawn_at=tx.at,
            withdrawal_reason=reason.strip()[:500],
        )
    )
    facts = {"batch": batch_id, "records": free, "staying": staying, "reason": reason.strip()}
    audit.record(tx, actor, "imports.withdrawn", row.name, facts=facts)
    tx.enqueue(JOB, batch_id, key=job_key(batch_id))
    return free


def _row(tx: Transaction, batch_id: int, actor: Actor, *, lock: bool = False) -> Any:
    query = sa.select(batch).where(batch.c.id == batch_id)
    row = tx.db.execute(query.with_for_update() if lock else query).one_or_none()
    if row is None:
        raise NotFound(kind="import", key=batch_id)
    if not may(row, actor):
        raise NotAllowed(batch=batch_id)
    require_open(tx, row, actor)
    if not target_of_batch(row).process_key:
        raise Lasting(name=row.name)
    return row


# ------------------------------------------------------------------ what has moved
_STANDING = ("done", "withdrawing")  # the second: marked by a job of an earlier version
_DRAFT = sa.exists().where(task.c.instance_id == instance.c.id, draft.c.task_id == task.c.id)
_ACT = sa.exists().where(
    history.c.instance_id == instance.c.id,
    history.c.actor != SYSTEM.username,
    history.c.event.not_in(_NO_ACTS),
)
_FREE = sa.and_(instance.c.status.not_in(("completed", "cancelled")), ~_DRAFT, ~_ACT)


def _taken_in(batch_id: int, *columns: Any) -> sa.Select[Any]:
    """Records of a batch that started an instance and stand, with it. Another batch's `result` may be no number."""
    of_batch = record.c.batch_id == batch_id
    instance_id = sa.case((of_batch, sa.cast(record.c.result, Id)))
    query = sa.select(*columns).select_from(record).join(instance, instance.c.id == instance_id)
    return query.where(of_batch, record.c.state.in_(_STANDING))


def _started(tx: Transaction, batch_id: int, which: Any, many: int, first: int = 0) -> list[Any]:
    """The first records from a position on that started an instance and stand, with it, in order."""
    named = (record.c.id, record.c.position, record.c.sheet, record.c.row)
    query = _taken_in(
        batch_id, *named, instance.c.id.label("instance_id"), instance.c.title, instance.c.business_key
    ).where(record.c.position >= first, which)
    return list(tx.db.execute(query.order_by(record.c.position).limit(many)))


def _counted(tx: Transaction, batch_id: int) -> tuple[int, int]:
    """How many can be taken back, and how many stay."""
    counted = _taken_in(batch_id, sa.func.count(), sa.func.count(sa.case((_FREE, 1))))
    both, free = tx.db.execute(counted).one()
    return free, both - free


def _left(tx: Transaction, row: Any) -> int:
    """How many records the job has not come to yet; `checked` is the position it goes on at."""
    query = sa.select(sa.func.count()).where(
        record.c.batch_id == row.id, record.c.state.in_(_STANDING), record.c.position >= row.checked
    )
    return int(tx.db.execute(query).scalar_one())


def _item(row: Any, why: dict[int, tuple[str, str]]) -> Item:
    zh, en = why.get(row.instance_id, ("", ""))
    return Item(row.position, row.sheet, row.row, row.instance_id, row.title, row.business_key, zh, en)


def _why_they_stay(tx: Transaction, ids: Collection[int]) -> dict[int, tuple[str, str]]:
    """Instance id -> why it cannot be taken back; one that nobody has acted on is not among them."""
    drafts = (
        sa.select(task.c.instance_id)
        .join(draft, draft.c.task_id == task.c.id)
        .where(task.c.instance_id.in_(ids))
    )
    found = dict.fromkeys(tx.db.execute(drafts).scalars(), DRAFTED)
    acts = sa.select(history.c.instance_id, history.c.actor_name).where(
        history.c.instance_id.in_(ids),
        history.c.actor != SYSTEM.username,
        history.c.event.not_in(_NO_ACTS),
    )
    for each in tx.db.execute(acts.order_by(history.c.id)):
        found[each.instance_id] = (ACTED[0].format(who=each.actor_name), ACTED[1].format(who=each.actor_name))
    ended = sa.select(instance.c.id).where(
        instance.c.id.in_(ids), instance.c.status.in_(("completed", "cancelled"))
    )
    found.update(dict.fromkeys(tx.db.execute(ended).scalars(), ENDED))
    return found


# ------------------------------------------------------------------ what the job does
def job_key(batch_id: int) -> str:
    return f"withdraw:{batch_id}"


def waiting(tx: Transaction) -> list[tuple[int, str]]:
    """Imports a job should take back, with its key, for a worker that starts."""
    query = sa.select(batch.c.id).where(batch.c.state == "withdrawing").order_by(batch.c.id)
    return [(found, job_key(found)) for found in tx.db.execute(query).scalars()]


def run(runtime: Runtime, batch_id: int) -> None:
    """Take back all that is marked, a short transaction after the other."""
    while burst(runtime, batch_id):
        pass


def burst(runtime: Runtime, batch_id: int) -> int:
    """Take some back; returns how many are left."""
    left, pace = 0, Pace(CHUNK)
    for _ in range(_BURST):
        with pace.chunk() as size, runtime.transaction() as tx:
            left = run_chunk(tx, batch_id, size)
        if not left:
            break
    return left


def run_chunk(tx: Transaction, batch_id: int, size: int = CHUNK) -> int:
    """Cancel the next instances; returns how many are left. Safe to repeat.

    One that somebody acted on since, or that cannot be cancelled, stays and keeps none of the others.
    """
    row = tx.db.execute(sa.select(batch).where(batch.c.id == batch_id).with_for_update()).one_or_none()
    if row is None or row.state != "withdrawing":
        return 0
    some = _started(tx, batch_id, sa.true(), size, row.checked)
    actor = accounts.actor(tx, row.withdrawn_by) if row.withdrawn_by is not None else SYSTEM
    reason = f"撤销导入“{row.name}”" + (f"：{row.withdrawal_reason}" if row.withdrawal_reason else "")
    gone = 0
    for each in some:
        values = _take_back(tx, each.instance_id, actor, reason)
        gone += values["state"] == "withdrawn"
        tx.db.execute(sa.update(record).where(record.c.id == each.id).values(**values))
    came_to = some[-1].position + 1 if some else row.checked
    tx.db.execute(
        sa.update(batch)
        .where(batch.c.id == batch_id)
        .values(withdrawn=batch.c.withdrawn + gone, checked=came_to)
    )
    left = _left(tx, tx.db.execute(sa.select(batch).where(batch.c.id == batch_id)).one())
    if not left:
        tx.db.execute(sa.update(batch).where(batch.c.id == batch_id).values(state="withdrawn"))
    return left


def _take_back(tx: Transaction, instance_id: int, actor: Actor, reason: str) -> dict[str, Any]:
    flow.lock(tx, instance_id)
    why = _why_they_stay(tx, [instance_id]).get(instance_id)
    if why is not None:
        return {"state": "done", "error": f"未撤销：{why[0]}"}
    try:
        with tx.savepoint():
            instances.call_off(tx, instance_id, actor, reason)
    except (sa.exc.OperationalError, sa.exc.InterfaceError, OSError):
        raise  # the database's trouble, not the record's: the job tries again
    except Exception as error:
        told = error.tell("zh") if isinstance(error, Refused) else f"系统未能撤销({type(error).__name__})"
        return {"state": "done", "error": f"未撤销：{told}"}
    return {"state": "withdrawn"}
