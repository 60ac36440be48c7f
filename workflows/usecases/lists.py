"""Lists of the house as tables that go out: one description each, from which page, command and API make workbooks.

`LISTS` is a registry by key. The process package adds its own (`register`) when it is imported.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, BinaryIO, ClassVar, cast

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from forms.faults import Refused
from forms.kinds import KINDS
from forms.schema import Field, Form
from templates_xlsx.ledger_out import Column, Heading, write_ledger_to
from workflows.store.tables import list_choice
from workflows.usecases import definitions
from workflows.usecases.actor import Actor
from workflows.usecases.errors import NotAllowed, NotFound
from workflows.usecases.runtime import Transaction

Query = Mapping[str, Any]
"""What a page's address asks for: the filters of the list."""
Rows = Callable[[Transaction, Actor, Query], Iterable[Mapping[str, Any]]]
Columns = Callable[[Transaction], Sequence[Column]]
Head = Callable[[Transaction, Query], Mapping[str, Any]]
Count = Callable[[Transaction, Actor, Query], int]
Wanted = Callable[[Transaction, Actor, Query], sa.Select[Any]]


class NoColumns(Refused):
    """A list goes out with a column at least. Facts: none."""

    zh: ClassVar[str] = "请至少选择一列"
    en: ClassVar[str] = "Choose at least one column"


@dataclass(frozen=True)
class OfficeList:
    """A list that goes out as a workbook.

    Attributes:
        key: name in addresses, commands and the API.
        title: the workbook's large line.
        columns: what it can show, in the office's order: literal, or made of a form.
        rows: what `actor` may see of it and `query` asks for; keys of the columns.
        permissions: one of them is needed; none: whoever is signed in, rows are then the actor's own or open to all.
        filters: what a query may hold, for documents and commands.
        form: the form by which the same table goes in again, or "".
        head: what of the heading is not as everywhere, such as the title of an edition.
        signatures: whether 填表人, 审核人 stand below.
        count: how many rows there are, without reading them; None: a list that never grows long.
    """

    key: str
    title: str
    columns: tuple[Column, ...] | Columns
    rows: Rows
    permissions: tuple[str, ...] = ()
    filters: tuple[str, ...] = ()
    form: str = ""
    head: Head | None = None
    signatures: bool = True
    count: Count | None = None


LISTS: dict[str, OfficeList] = {}


def register(*found: OfficeList) -> None:
    """Add lists, or replace those of the same key."""
    LISTS.update({each.key: each for each in found})


FAMILIES: list[tuple[re.Pattern[str], Callable[[str], OfficeList]]] = []
"""Lists that are made while the house runs: pattern of the key -> the list."""


def find(key: str) -> OfficeList | None:
    """The list of a key, itself or by its family."""
    found = LISTS.get(key)
    if found is not None:
        return found
    return next((make(key) for pattern, make in FAMILIES if pattern.fullmatch(key)), None)


def get(key: str) -> OfficeList:
    """Raises `NotFound`."""
    found = find(key)
    if found is None:
        raise NotFound(kind="list", key=key)
    return found


def open_to(actor: Actor) -> list[OfficeList]:
    """The lists this actor may take out."""
    return [each for each in LISTS.values() if may(actor, each)]


def may(actor: Actor, asked: OfficeList) -> bool:
    """Whether this actor may take a list out."""
    return actor.is_system or not asked.permissions or any(map(actor.may, asked.permissions))


def allowed(key: str, actor: Actor) -> OfficeList:
    """A list this actor may take out. Raises `NotFound`, `NotAllowed`."""
    found = get(key)
    if not may(actor, found):
        raise NotAllowed(list=key)
    return found


# ------------------------------------------------------------------ columns
def columns_of(tx: Transaction, asked: OfficeList) -> tuple[Column, ...]:
    """All columns of a list, in the office's order."""
    return tuple(asked.columns(tx)) if callable(asked.columns) else asked.columns


_KINDS = {
    "number": "number",
    "money": "money",
    "date": "date",
    "long_text": "long_text",
    "units": "long_text",
}


def form_columns(form_key: str) -> Columns:
    """The columns of a list whose table goes in again by a form: its fields."""

    def columns(tx: Transaction) -> tuple[Column, ...]:
        try:
            form = definitions.form(tx, form_key)
        except NotFound:  # an office that has no such table
            return ()
        return tuple(field_column(each) for each in form.fields if each.kind not in ("files", "rows"))

    return columns


def field_column(field: Field) -> Column:
    """The column of such a field."""
    return Column(field.key, field.label, cast(Any, _KINDS.get(field.kind, "text")))


def form_row(tx: Transaction, form: Form, values: Mapping[str, Any]) -> dict[str, Any]:
    """Stored values of a form as the cells of such a list."""
    return {
        key: KINDS[form.field(key).kind].cell(value, form.field(key), tx.units)
        for key, value in values.items()
        if value is not None
    }


def chosen(tx: Transaction, asked: OfficeList, actor: Actor) -> tuple[Column, ...]:
    """The columns this account wants, in its order; all, where it never chose."""
    every = columns_of(tx, asked)
    query = sa.select(list_choice.c.shown).where(
        list_choice.c.account_id == actor.account_id, list_choice.c.list == asked.key
    )
    kept = tx.db.execute(query).scalar_one_or_none() if actor.account_id is not None else None
    known = {each.key: each for each in every}
    return tuple(known[key] for key in kept or () if key in known) or every


def choose(tx: Transaction, asked: OfficeList, actor: Actor, keys: Sequence[str]) -> None:
    """Remember for this account which columns it wants, and in which order. Raises `NoColumns`, `NotFound`."""
    known = {each.key for each in columns_of(tx, asked)}
    wanted = list(dict.fromkeys(keys))
    if not wanted:
        raise NoColumns()
    for key in wanted:
        if key not in known:
            raise NotFound(kind="column", key=key)
    insert = (postgresql if tx.db.dialect.name == "postgresql" else sqlite).insert(list_choice)
    kept = insert.on_conflict_do_update(
        index_elements=["account_id", "list"], set_={"shown": insert.excluded.shown}
    )
    tx.db.execute(kept, {"account_id": actor.account_id, "list": asked.key, "shown": wanted})


def forget(tx: Transaction, asked: OfficeList, actor: Actor) -> None:
    """All columns again, in the office's order."""
    mine = sa.and_(list_choice.c.account_id == actor.account_id, list_choice.c.list == asked.key)
    tx.db.execute(sa.delete(list_choice).where(mine))


# ------------------------------------------------------------------ how long
def counted(wanted: Wanted) -> Count:
    """The count of a list whose rows are those of a query."""

    def count(tx: Transaction, actor: Actor, query: Query) -> int:
        found = wanted(tx, actor, query).order_by(None)
        number = found.with_only_columns(sa.func.count(), maintain_column_froms=True)
        return int(tx.db.execute(number).scalar_one())

    return count


def walked(rows: Rows) -> Count:
    """The count of a list whose rows no single query tells: they are gone through once."""

    def count(tx: Transaction, actor: Actor, query: Query) -> int:
        return sum(1 for _row in rows(tx, actor, query))

    return count


def length(tx: Transaction, key: str, actor: Actor, query: Query) -> int:
    """How many rows a list has for this actor; 0 for one that never grows long. Raises `NotFound`, `NotAllowed`."""
    asked = allowed(key, actor)
    return asked.count(tx, actor, query) if asked.count is not None else 0


# ------------------------------------------------------------------ going out
def write(
    out: BinaryIO,
    tx: Transaction,
    key: str,
    actor: Actor,
    query: Query | None = None,
    columns: Sequence[str] = (),
    told: Callable[[int], None] | None = None,
) -> int:
    """Write a list as an .xlsx, rows as they are read; returns how many.

    Args:
        query: the filters, as the list's page has them in its address.
        columns: keys of the columns wanted, in order; else what the account chose.
        told: called with how many rows are written, now and then.

    Raises `NotFound`, `NotAllowed`, `NoColumns`.
    """
    asked = allowed(key, actor)
    shown = chosen(tx, asked, actor)
    if columns:
        known = {each.key: each for each in columns_of(tx, asked)}
        unknown = next((each for each in columns if each not in known), None)
        if unknown is not None:
            raise NotFound(kind="column", key=unknown)
        shown = tuple(known[each] for each in dict.fromkeys(columns))
    wanted = query or {}
    heading = Heading(
        asked.title,
        unit=actor.unit_name,
        day=chinese(tx.world.today),
        prepared_by=actor.name,
        signatures=asked.signatures,
        numbered=False,
    )
    if asked.head is not None:
        heading = replace(heading, **asked.head(tx, wanted))
    return write_ledger_to(out, shown, numbered(asked.rows(tx, actor, wanted), told), heading)


POSITION = "position"
"""Key of a 序号 column: counted here, whatever the list's rows say of it."""


TOLD_EVERY = 500
"""Rows between two reports of how far a list is."""


def numbered(
    rows: Iterable[Mapping[str, Any]], told: Callable[[int], None] | None = None
) -> Iterator[Mapping[str, Any]]:
    """Count the rows as they stand in the workbook."""
    for number, row in enumerate(rows, start=1):
        if told is not None and number % TOLD_EVERY == 0:
            told(number)
        yield {**row, POSITION: number}


def chinese(day: date) -> str:
    """2026年3月2日."""
    return f"{day.year}年{day.month}月{day.day}日"


def file_name(tx: Transaction, key: str, query: Query | None = None) -> str:
    """What the workbook of a list is called."""
    asked = get(key)
    title = asked.head(tx, query or {}).get("title", asked.title) if asked.head else asked.title
    return f"{title}-{tx.world.today.isoformat()}.xlsx"


# ------------------------------------------------------------------ for those who describe lists
def moment(at: datetime | None) -> str:
    """2026-03-02 09:30, or nothing."""
    return f"{at:%Y-%m-%d %H:%M}" if at is not None else ""


def number_in(query: Query, name: str) -> int | None:
    """A number of the address; None where it is none."""
    text = str(query.get(name) or "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 12 else None
