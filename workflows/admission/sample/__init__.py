"""A sample office to try the house with: a district's organisation, last year's catalogue, applications in every state.

Organisation and catalogue go in by the same door as an office's own tables; every application was made by running
its process. Loading takes a few seconds.
"""

from __future__ import annotations

from dataclasses import replace
from importlib.resources import files

from workflows.admission.sample.desk import Desk
from workflows.admission.sample.people import ACCOUNTS, PASSWORD, SampleAccount
from workflows.admission.sample.stories import tell_all
from workflows.usecases import accounts, imports
from workflows.usecases.actor import SYSTEM
from workflows.usecases.runtime import Runtime, Transaction

__all__ = ["ACCOUNTS", "PASSWORD", "TABLES", "SampleAccount", "load"]

TABLES = (("组织机构.xlsx", "organisation_unit", 0), ("指导目录-2025年版.xlsx", "catalogue_entry", 160))
"""Table, form key, and how many working days ago it is said to have gone in."""


def load(runtime: Runtime) -> tuple[SampleAccount, ...]:
    """Fill an empty office whose definitions are deployed; returns the accounts it made."""
    office = Runtime(
        replace(runtime.settings, jobs="inline"),
        runtime.engine,
        runtime.services,
        runtime.permissions,
        runtime.titles,
    )
    (units, units_form, _), (catalogue, catalogue_form, ago) = TABLES
    with office.transaction() as tx:
        _import(tx, units, units_form)
    with office.transaction() as tx:
        for each in ACCOUNTS:
            _account(tx, each)
    desk = Desk(office)
    with office.transaction(at=desk.moment(ago)) as tx:
        _import(tx, catalogue, catalogue_form)
    tell_all(desk)
    return ACCOUNTS


def _import(tx: Transaction, name: str, form_key: str) -> None:
    content = files(__package__).joinpath(name).read_bytes()
    found = imports.preview(tx, content, name, form_key, SYSTEM)
    batch_id = imports.keep(tx, found, SYSTEM)
    imports.accept(tx, batch_id, SYSTEM)
    while imports.run_chunk(tx, batch_id):
        pass


def _account(tx: Transaction, each: SampleAccount) -> None:
    unit = tx.units.find(each.unit) if each.unit else None
    accounts.create(
        tx,
        each.username,
        each.name,
        unit.id if unit else None,
        each.roles,
        PASSWORD,
        SYSTEM,
        must_change=False,
    )
