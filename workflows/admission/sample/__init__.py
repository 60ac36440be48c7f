"""A sample office to try the house with: a district's organisation, last year's catalogue, applications in every state.

Organisation and catalogue go in by the same door as an office's own tables; every application was made by running
its process. Loading takes a few seconds.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from importlib.resources import files

import sqlalchemy as sa

from workflows.admission.sample import ledgers
from workflows.admission.sample.desk import Desk
from workflows.admission.sample.people import ACCOUNTS, PASSWORD, SampleAccount
from workflows.admission.sample.stories import tell_all
from workflows.store.tables import account, account_role
from workflows.usecases import accounts, imports, passwords
from workflows.usecases.actor import SYSTEM
from workflows.usecases.passwords import Hashed
from workflows.usecases.runtime import Runtime, Transaction

__all__ = ["ACCOUNTS", "PASSWORD", "TABLES", "SampleAccount", "load"]

TABLES = (
    ("组织机构.xlsx", "organisation_unit", 0),
    ("指导目录-2025年版.xlsx", "catalogue_entry", 160),
    ("台账目录.xlsx", "ledger_entry", 20),
    ("证明事项清单.xlsx", "certificate_item", 120),
)
"""Table, form key, and how many working days ago it is said to have gone in."""


def load(runtime: Runtime) -> tuple[SampleAccount, ...]:
    """Fill an empty office whose definitions are deployed; returns the accounts it made."""
    office = Runtime(
        replace(runtime.settings, jobs="inline"),
        runtime.engine,
        runtime.services,
        runtime.permissions,
        runtime.titles,
        registers=runtime.registers,
        beginnings=runtime.beginnings,
    )
    (units, units_form, _), *registers = TABLES
    _import(office, units, units_form)
    password = passwords.hashed(ACCOUNTS[0].username, PASSWORD)
    with office.transaction() as tx:
        _accounts(tx, password)
    desk = Desk(office)
    for name, form_key, ago in registers:
        _import(office, name, form_key, desk.moment(ago))
    tell_all(desk)
    ledgers.fill(desk)
    return ACCOUNTS


def _import(office: Runtime, name: str, form_key: str, at: datetime | None = None) -> None:
    content = files(__package__).joinpath(name).read_bytes()
    with office.reading(at=at) as tx:
        found = imports.preview(tx, content, name, form_key, SYSTEM)
    staged = imports.stage(office, found)
    with office.transaction(at=at) as tx:
        batch_id = imports.accept(tx, staged, SYSTEM)
        while imports.run_chunk(tx, batch_id):
            pass


def _accounts(tx: Transaction, password: Hashed) -> None:
    """Make the accounts. They share one password, so they share its hash: hashing it 25 times takes seconds."""
    first, *others = ACCOUNTS
    made = accounts.create(
        tx, first.username, first.name, None, first.roles, password, SYSTEM, must_change=False
    )
    shared = tx.db.execute(
        sa.select(account.c.password_hash, account.c.password_changed_at, account.c.created_at).where(
            account.c.id == made
        )
    ).one()
    rows = []
    for each in others:
        unit = tx.units.find(each.unit)
        rows.append(
            {
                **shared._mapping,
                "username": each.username,
                "name": each.name,
                "unit_id": unit.id if unit else None,
                "must_change": False,
                "enabled": True,
            }
        )
    tx.db.execute(sa.insert(account), rows)
    ids = {row.username: row.id for row in tx.db.execute(sa.select(account.c.id, account.c.username))}
    tx.db.execute(
        sa.insert(account_role),
        [{"account_id": ids[each.username], "role": role} for each in others for role in each.roles],
    )
