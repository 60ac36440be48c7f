"""Where a role sits: the only unit whose people it is in force for, moved by a setting."""

from __future__ import annotations

from collections.abc import Collection
from typing import ClassVar

import sqlalchemy as sa

from forms.faults import Refused
from workflows.store.tables import account, account_role, role_seat, task, task_candidate
from workflows.usecases import audit, flow, history, units
from workflows.usecases.actor import SYSTEM, Actor
from workflows.usecases.instance_view import in_group
from workflows.usecases.runtime import Transaction

PERMISSION = "settings.manage"


class NobodyThere(Refused):
    """The unit a role is to move to has nobody who holds it. Facts: unit, roles."""

    zh: ClassVar[str] = "“{unit}”还没有承担以下角色的账号：{roles}。请先在账号管理中为该单位人员设置角色"
    en: ClassVar[str] = "{unit} has no account with these roles: {roles}. Give them to its people first"


def seat(tx: Transaction, roles: Collection[str]) -> int | None:
    """The unit some roles sit at; None where they are in force for whoever holds them."""
    return next((tx.posts.seats[role] for role in roles if role in tx.posts.seats), None)


def holders(tx: Transaction, roles: Collection[str]) -> dict[int, int]:
    """Units (of enabled accounts) -> how many of their people hold one of the roles, in force or not."""
    query = (
        sa.select(account.c.unit_id, sa.func.count(sa.distinct(account.c.id)))
        .join(account_role, account_role.c.account_id == account.c.id)
        .where(account_role.c.role.in_(list(roles)), account.c.enabled, account.c.unit_id.is_not(None))
        .group_by(account.c.unit_id)
    )
    return {row[0]: row[1] for row in tx.db.execute(query)}


def move(tx: Transaction, roles: Collection[str], unit_id: int | None, actor: Actor) -> int:
    """Let roles be in force at a unit (and below) only; None: wherever they are held. Returns tasks given back.

    Every role somebody holds now must have a holder there. Open tasks that were claimed under a role by people who
    lose it go back to the group. Permission `settings.manage`. Raises `NobodyThere`, `NotFound`.
    """
    actor.require(PERMISSION)
    if unit_id is not None:
        name = units.get(tx, unit_id).full_name
        lacking = [role for role in roles if _held(tx, role) and not _held(tx, role, unit_id)]
        if lacking:
            raise NobodyThere(
                unit=name, roles="、".join(tx.runtime.titles.get(each, each) for each in lacking)
            )
    before = seat(tx, roles)
    tx.db.execute(sa.delete(role_seat).where(role_seat.c.role.in_(list(roles))))
    if unit_id is not None:
        tx.db.execute(sa.insert(role_seat), [{"role": role, "unit_id": unit_id} for role in roles])
    tx.touch("posts")
    given_back = _give_back(tx, roles, actor)
    audit.record(
        tx,
        actor,
        "roles.moved",
        "、".join(tx.runtime.titles.get(role, role) for role in roles),
        facts={"from": units.name_of(tx, before), "to": units.name_of(tx, unit_id), "given_back": given_back},
    )
    return given_back


def _held(tx: Transaction, role: str, unit_id: int | None = None) -> bool:
    query = sa.select(account.c.id).join(account_role, account_role.c.account_id == account.c.id)
    query = query.where(account_role.c.role == role, account.c.enabled)
    if unit_id is not None:
        query = query.where(account.c.unit_id.in_(tx.units.below(unit_id)))
    return tx.db.execute(query.limit(1)).first() is not None


def _give_back(tx: Transaction, roles: Collection[str], actor: Actor) -> int:
    """Unclaim open tasks whose holder is no more in the group they were offered to."""
    query = (
        sa.select(task.c.id, task.c.instance_id, task.c.process, task.c.element, task.c.name, task.c.assignee)
        .join(task_candidate, task_candidate.c.task_id == task.c.id)
        .where(
            task_candidate.c.kind == "group",
            task_candidate.c.value.in_(list(roles)),
            task.c.assignee.is_not(None),
            task.c.kind == "task",
            task.c.state.in_(flow.OPEN_STATES),
        )
        .distinct()
    )
    still = {
        name
        for role in roles
        for name in tx.db.execute(
            sa.select(account.c.username).where(account.c.enabled, in_group(tx, role))
        ).scalars()
    }
    lost = [row for row in tx.db.execute(query) if row.assignee not in still]
    if lost:
        ids = [row.id for row in lost]
        tx.db.execute(
            sa.update(task).where(task.c.id.in_(ids)).values(assignee=None, version=task.c.version + 1)
        )
        details = [
            history.row(
                row.instance_id,
                tx,
                "unclaimed",
                SYSTEM if actor.is_system else actor,
                task_id=row.id,
                process=row.process,
                element=row.element,
                name=row.name,
            )
            for row in lost
        ]
        history.INSERT.run_many(tx.db, details)
    return len(lost)
