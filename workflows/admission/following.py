"""关注: an account follows a matter, a unit's matters, or what a community does, and gets a notice when something changes.

Told is what the registry writes down of a matter: those who follow the matter itself hear all of `TOLD`, the others what is
known to everybody (`OPEN`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from workflows.admission.change_tables import following
from workflows.admission.tables import matter
from workflows.usecases import notices, units
from workflows.usecases.actor import Actor
from workflows.usecases.errors import NotFound
from workflows.usecases.runtime import Transaction

KINDS: dict[str, tuple[str, str]] = {
    "matter": ("事项", "matter"),
    "unit": ("单位", "unit"),
    "community": ("社区", "community"),
}
OPEN: dict[str, str] = {
    "filed": "已准入备案",
    "ended": "已退出备案",
    "changed": "年度更新有变更",
    "change_applied": "变更已生效",
    "extended": "已延期",
    "corrected": "台账已更正",
}
"""What everybody may know of a matter: cause of a version -> words."""
TOLD: dict[str, str] = {
    **OPEN,
    "decided": "已审结",
    "exit_asked": "已申请退出",
    "exit_refused": "不予退出",
    "exit_withdrawn": "退出申请已撤回",
    "exit_void": "退出流程已作废",
    "withdrawn": "申请已撤回",
    "void": "申请已作废",
    "change_asked": "已申请变更",
    "change_filed": "变更已备案",
    "change_refused": "不予变更",
    "change_withdrawn": "变更申请已撤回",
    "change_void": "变更流程已作废",
    "reorganised": "已随机构调整转到现在的单位",
}


@dataclass(frozen=True)
class Followed:
    """A line of 我的关注."""

    kind: str  # key of KINDS
    key: int
    name: str


def follow(tx: Transaction, kind: str, key: int, actor: Actor) -> None:
    """Follow it from now on; a second time changes nothing. Raises `NotFound`, and what the name's reader may not see."""
    if actor.account_id is None:
        return
    _name(tx, kind, key)
    stop(tx, kind, key, actor)
    row = {"account_id": actor.account_id, "kind": kind, "key": key, "at": tx.at}
    tx.db.execute(sa.insert(following), [row])


def stop(tx: Transaction, kind: str, key: int, actor: Actor) -> None:
    """Follow it no more."""
    tx.db.execute(sa.delete(following).where(_mine(actor), following.c.kind == kind, following.c.key == key))


def follows(tx: Transaction, kind: str, key: int, actor: Actor) -> bool:
    """Whether this account follows it."""
    query = sa.select(following.c.key).where(_mine(actor), following.c.kind == kind, following.c.key == key)
    return tx.db.execute(query).first() is not None


def listing(tx: Transaction, actor: Actor) -> list[Followed]:
    """What this account follows, the latest first."""
    rows = tx.db.execute(sa.select(following).where(_mine(actor)).order_by(following.c.at.desc()))
    return [Followed(row.kind, row.key, _name(tx, row.kind, row.key)) for row in rows]


def _mine(actor: Actor) -> sa.ColumnElement[bool]:
    return following.c.account_id == actor.account_id


def _name(tx: Transaction, kind: str, key: int) -> str:
    """What it is called. Raises `NotFound`."""
    if kind == "matter":
        found = tx.db.execute(sa.select(matter.c.name).where(matter.c.id == key)).scalar_one_or_none()
        if found is None:
            raise NotFound(kind="matter", key=key)
        return str(found)
    if kind not in KINDS:
        raise NotFound(kind="list", key=kind)
    return units.get(tx, _standing(tx, key)).name


def _standing(tx: Transaction, unit_id: int) -> int:
    """The unit that is there now: who followed one that was renamed or merged follows the one in its place."""
    heir = tx.units.standing(unit_id)
    return heir.id if heir is not None else unit_id


def tell(tx: Transaction, matter_id: int, cause: str, row: Mapping[str, Any], scope: Collection[int]) -> None:
    """Send notices to those who follow a matter to which something happened, its unit, or where it enters."""
    if cause not in TOLD:
        return
    followers = tx.once("followers", lambda: _followers(tx))
    if not followers:
        return
    accounts: dict[int, None] = {}
    for account_id, kind, key in followers:
        if kind == "matter":
            fits = key == matter_id
        elif cause not in OPEN:
            fits = False
        elif kind == "unit":
            fits = row.get("applicant_unit_id") in (key, _standing(tx, key))
        else:
            fits = not scope or not set(scope).isdisjoint((*tx.units.path(key), *tx.units.below(key)))
        if fits:
            accounts[account_id] = None
    number = row.get("filing_number") or row.get("application_number")
    words = f"您关注的“{row['name']}”{f'({number})' if number else ''}{TOLD[cause]}"
    notices.to_accounts(tx, accounts, "followed", words, about=f"matter:{matter_id}")


def _followers(tx: Transaction) -> list[tuple[int, str, int]]:
    query = sa.select(following.c.account_id, following.c.kind, following.c.key)
    return [tuple(row) for row in tx.db.execute(query.order_by(following.c.account_id))]
