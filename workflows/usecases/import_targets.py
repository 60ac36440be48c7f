"""Where the records of a table go: a registry by form key, and what a handler is given.

The process package adds its own (`register`) when it is imported. A form that stands here for nothing, but with
which a deployed process begins, is a target all the same (`import_preview.target_of`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from forms.schema import Form
    from workflows.usecases.actor import Actor
    from workflows.usecases.runtime import Transaction


@dataclass(frozen=True)
class ImportItem:
    """One right record. `values` are stored values of the kinds."""

    index: int
    sheet: str
    row: int | None
    values: Mapping[str, Any]


@dataclass(frozen=True)
class RecordFault:
    """What a target finds wrong with a record, beyond what its form says."""

    index: int
    field: str | None
    zh: str
    en: str
    severity: str = "error"


Handler = Callable[["Transaction", Sequence[ImportItem], "Actor"], Sequence[str]]
"""Takes records in; returns for each what came of it (a matter's id, a word). Raises `Refused` for one it
cannot take: a chunk that fails is tried again record by record."""

Check = Callable[["Transaction", "Form", Sequence[ImportItem], "Actor"], Sequence[RecordFault]]
"""Looks at records that are right by their form; called for the preview."""


@dataclass(frozen=True)
class Standing:
    """What a register holds under the business key of a record.

    Attributes:
        place: what a clerk finds it by: its number, or its state.
        values: stored values by field key; fields that are not among them are not compared.
    """

    place: str
    values: Mapping[str, Any]


Held = Callable[["Transaction", Sequence[ImportItem]], Mapping[int, Standing]]
"""Index of a right record -> what stands under its business key."""


@dataclass(frozen=True)
class ImportTarget:
    """What becomes of the records of one form.

    Attributes:
        form_key: key of the form.
        permissions: one of them is needed; `imports.every_unit` and `imports.own_unit` among them mean the
            rule of the form's `in_name_of`: its unit must be the actor's own, unless the actor has
            `imports.every_unit` (then it is a 代录 for that unit).
        process_key: records start this process; None where a handler takes them.
        handler: takes records that start nothing.
        check: further faults for the preview.
        business_key: fields that together make a record the same as one that stands.
        standing: what stands under that key; by it records are new, changed or unchanged.
        updates: changed records go in and correct what stands; without it they are told and passed over.
        whole: the handler needs all records at once (a tree, an edition); they are told apart and all taken in.
        repeatable: the same table may be taken in again.
        starters: groups one of which starts the process, where no permission is named; none: everybody.
    """

    form_key: str
    permissions: tuple[str, ...]
    process_key: str | None = None
    handler: Handler | None = None
    check: Check | None = None
    business_key: tuple[str, ...] = ()
    standing: Held | None = None
    updates: bool = False
    whole: bool = False
    repeatable: bool = False
    starters: frozenset[str] = frozenset()
    facts: Mapping[str, Any] = field(default_factory=dict)


def _units(tx: Transaction, items: Sequence[ImportItem], actor: Actor) -> Sequence[str]:
    from workflows.usecases import units_import  # the registry is a table; its rows load when they are used

    return units_import.take_in(tx, items, actor)


def _units_check(
    tx: Transaction, form: Form, items: Sequence[ImportItem], actor: Actor
) -> Sequence[RecordFault]:
    from workflows.usecases import units_import

    return units_import.check(tx, form, items, actor)


def _days(tx: Transaction, items: Sequence[ImportItem], actor: Actor) -> Sequence[str]:
    from workflows.usecases import calendar_table

    return calendar_table.take_in(tx, items, actor)


def _days_check(
    tx: Transaction, form: Form, items: Sequence[ImportItem], actor: Actor
) -> Sequence[RecordFault]:
    from workflows.usecases import calendar_table

    return calendar_table.check(tx, form, items, actor)


def _accounts(tx: Transaction, items: Sequence[ImportItem], actor: Actor) -> Sequence[str]:
    from workflows.usecases import accounts_table

    return accounts_table.take_in(tx, items, actor)


def _accounts_check(
    tx: Transaction, form: Form, items: Sequence[ImportItem], actor: Actor
) -> Sequence[RecordFault]:
    from workflows.usecases import accounts_table

    return accounts_table.check(tx, form, items, actor)


def _accounts_standing(tx: Transaction, items: Sequence[ImportItem]) -> Mapping[int, Standing]:
    from workflows.usecases import accounts_table

    return accounts_table.standing(tx, items)


HOUSE = ("organisation_unit", "account", "calendar_day")
"""Forms of the house's own registers, offered after those of the process package."""


def _units_standing(tx: Transaction, items: Sequence[ImportItem]) -> Mapping[int, Standing]:
    from workflows.usecases import units_import

    return units_import.standing(tx, items)


def _days_standing(tx: Transaction, items: Sequence[ImportItem]) -> Mapping[int, Standing]:
    from workflows.usecases import calendar_table

    return calendar_table.standing(tx, items)


IMPORT_TARGETS: dict[str, ImportTarget] = {
    "calendar_day": ImportTarget(
        form_key="calendar_day",
        permissions=("calendar.manage",),
        handler=_days,
        check=_days_check,
        business_key=("day", "until"),
        standing=_days_standing,
        whole=True,
        repeatable=True,
    ),
    "account": ImportTarget(
        form_key="account",
        permissions=("accounts.manage",),
        handler=_accounts,
        check=_accounts_check,
        business_key=("username",),
        standing=_accounts_standing,
        whole=True,
        repeatable=True,
    ),
    "organisation_unit": ImportTarget(
        form_key="organisation_unit",
        permissions=("units.manage",),
        handler=_units,
        check=_units_check,
        business_key=("parent", "name"),
        standing=_units_standing,
        whole=True,
        repeatable=True,
    ),
}


FAMILIES: list[tuple[re.Pattern[str], Callable[[str], ImportTarget]]] = []
"""Targets of forms that are made while the house runs: pattern of the form key -> its target.

They are not offered on the page of imports: the way to them leads from where such a form belongs.
"""


def find(form_key: str) -> ImportTarget | None:
    """The target registered for a form, itself or by its family."""
    found = IMPORT_TARGETS.get(form_key)
    if found is not None:
        return found
    return next((make(form_key) for pattern, make in FAMILIES if pattern.fullmatch(form_key)), None)


def register(target: ImportTarget) -> None:
    """Add a target, or replace the one of the same form."""
    IMPORT_TARGETS[target.form_key] = target
