"""Notices that a service sends: to an account by its name, or to all who hold a role in some units.

`about` is what a notice tells of where its reader is no party of an instance: a kind and a key, such as `matter:12`; the edge
knows its page.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

import sqlalchemy as sa

from workflows.store.tables import account, account_role, notice
from workflows.usecases.runtime import Transaction


def to_account(tx: Transaction, username: str, kind: str, text: str, instance_id: int | None) -> None:
    """Send a notice to one account; nothing where it is disabled or gone."""
    query = sa.select(account.c.id).where(account.c.username == username, account.c.enabled)
    _send(tx, tx.db.execute(query).scalars(), kind, text, instance_id)


def to_accounts(
    tx: Transaction,
    accounts: Iterable[int],
    kind: str,
    text: str,
    instance_id: int | None = None,
    about: str | None = None,
) -> None:
    """Send a notice to accounts by their ids; those that are disabled get none."""
    query = sa.select(account.c.id).where(account.c.id.in_(list(accounts)), account.c.enabled)
    _send(tx, tx.db.execute(query).scalars(), kind, text, instance_id, about)


def to_role(
    tx: Transaction,
    role: str,
    units: Collection[int],
    kind: str,
    text: str,
    instance_id: int | None = None,
    about: str | None = None,
) -> None:
    """Send a notice to everybody of these units, or of those that have taken their place, who holds a role."""
    units = {ref.id for each in units if (ref := tx.units.standing(each)) is not None}
    query = sa.select(account.c.id).join(account_role, account_role.c.account_id == account.c.id)
    query = query.where(account_role.c.role == role, account.c.unit_id.in_(list(units)), account.c.enabled)
    _send(tx, tx.db.execute(query.distinct()).scalars(), kind, text, instance_id, about)


def _send(
    tx: Transaction,
    accounts: Iterable[int],
    kind: str,
    text: str,
    instance_id: int | None,
    about: str | None = None,
) -> None:
    told = {"kind": kind, "text": text, "at": tx.at, "instance_id": instance_id, "about": about}
    rows = [{"account_id": each, **told} for each in accounts]
    if rows:
        tx.db.execute(sa.insert(notice), rows)
