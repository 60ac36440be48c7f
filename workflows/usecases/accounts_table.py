"""Accounts as a table: names, unit, roles, never a password. New ones wait for their first password."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from forms.schema import Form
from workflows.store.tables import account, account_role
from workflows.usecases import accounts, audit
from workflows.usecases.actor import Actor
from workflows.usecases.import_targets import ImportItem, RecordFault, Standing
from workflows.usecases.passwords import NO_PASSWORD, Hashed
from workflows.usecases.runtime import Transaction

FORM = "account"
SHOWN = 500


def check(tx: Transaction, form: Form, items: Sequence[ImportItem], actor: Actor) -> Sequence[RecordFault]:
    """An account stands once in a table; roles are known; nobody takes the own account away."""
    seen: dict[str, ImportItem] = {}
    found = []
    for item in items:
        username = str(item.values["username"])
        before = seen.setdefault(username.lower(), item)
        if before is not item:
            place = f"第 {before.row} 行" if before.row else f"“{before.sheet}”"
            found.append(
                RecordFault(
                    item.index,
                    "username",
                    f"“{username}”与{place}重复",
                    f"“{username}” stands in the table already (row {before.row})",
                )
            )
        unknown = [role for role in item.values.get("roles") or () if role not in tx.runtime.permissions]
        if unknown:
            told = "、".join(unknown)
            found.append(RecordFault(item.index, "roles", f"没有角色“{told}”", f"There is no role {told}"))
        if username.lower() == actor.username.lower() and not _keeps_own(tx, item.values):
            found.append(
                RecordFault(
                    item.index,
                    "username",
                    "不能停用自己的账号，也不能去掉自己的账号管理权限",
                    "You cannot disable your own account, nor take the management of accounts from yourself",
                )
            )
    return found


def _keeps_own(tx: Transaction, values: Mapping[str, Any]) -> bool:
    known = tx.runtime.permissions
    kept = frozenset[str]().union(*(known.get(role, frozenset()) for role in values.get("roles") or ()))
    return values.get("enabled") is not False and ("accounts.manage" in kept or not values.get("roles"))


def standing(tx: Transaction, items: Sequence[ImportItem]) -> dict[int, Standing]:
    """Index of a record -> the account of that username, however it is written."""
    roles: dict[int, list[str]] = {}
    for each in tx.db.execute(sa.select(account_role)):
        roles.setdefault(each.account_id, []).append(each.role)
    rows = {row.username.lower(): row for row in tx.db.execute(sa.select(account))}
    found: dict[int, Standing] = {}
    for item in items:
        row = rows.get(str(item.values["username"]).lower())
        if row is not None:
            values = {"name": row.name, "unit": row.unit_id, "enabled": row.enabled}
            found[item.index] = Standing(row.username, {**values, "roles": roles.get(row.id, [])})
    return found


def take_in(tx: Transaction, items: Sequence[ImportItem], actor: Actor) -> Sequence[str]:
    """Make accounts that are not there, without a password; correct name, unit, roles and state of those that are.

    An empty cell changes nothing: who was switched off stays so until a table says otherwise.
    """
    query = sa.select(sa.func.lower(account.c.username), account.c.id, account.c.enabled, account.c.unit_id)
    there = {row[0]: (row.id, row.enabled, row.unit_id) for row in tx.db.execute(query)}
    results = []
    for item in items:
        values = item.values
        username, name = str(values["username"]), str(values["name"])
        unit_id, roles = values.get("unit"), values.get("roles") or ()
        enabled = values.get("enabled")
        known = there.get(username.lower())
        if known is None:
            made = accounts.create(tx, username, name, unit_id, roles, Hashed(NO_PASSWORD), actor)
            there[username.lower()] = known = (made, True, unit_id)
        else:
            stands = known[2] if unit_id is None else unit_id
            accounts.update(tx, known[0], actor, name=name, unit_id=stands)
            if roles:
                accounts.set_roles(tx, known[0], roles, actor)
        if enabled is not None and known[1] != enabled:
            accounts.enable(tx, known[0], enabled, actor)
        results.append(str(known[0]))
    audit.record(tx, actor, "accounts.imported", f"{len(items)}")
    return results


def rows(tx: Transaction, form: Form, text: str, unit_id: int | None) -> Iterator[dict[str, Any]]:
    """The accounts as the table that goes in again has them: stored values of the form."""
    number = 1
    while True:
        page = accounts.listing(tx, text, unit_id, number, SHOWN)
        for each in page.items:
            values = {
                "username": each.username,
                "name": each.name,
                "unit": each.unit_id,
                "roles": list(each.roles) or None,
                "enabled": each.enabled,
            }
            yield {key: value for key, value in values.items() if key in form}
        if number >= page.pages:
            return
        number += 1
