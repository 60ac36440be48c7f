"""Rows of permitted ledgers: a community fills them in once, every department reads them (数据一次采集).

A row is the same as another of its community where the columns marked `unique` say the same, or all columns where none
is marked: a table that comes again corrects it and does not double it. Each state it was in is kept.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

import orjson
import sqlalchemy as sa

from forms.faults import Refused
from forms.kinds import KINDS, values_to_json
from forms.schema import Form
from forms.written.words import squeeze
from workflows.admission import matters, permitted, reading, states
from workflows.admission.ledger_columns import COMMUNITY, UNIQUE
from workflows.admission.tables import ledger_row, ledger_row_version
from workflows.usecases import submissions
from workflows.usecases.actor import Actor
from workflows.usecases.errors import NotAllowed, NotFound
from workflows.usecases.import_targets import ImportItem, RecordFault, Standing
from workflows.usecases.runtime import Transaction
from workflows.usecases.views import Page

READ, FILL = "ledgers.read", "ledgers.fill"
ACTS: dict[str, tuple[str, str]] = {
    "added": ("填报", "filled in"),
    "changed": ("修改", "changed"),
    "removed": ("删除", "removed"),
    "restored": ("恢复", "restored"),
}


class LedgerClosed(Refused):
    """Rows go into a ledger that is in force only. Facts: name, state."""

    zh: ClassVar[str] = "台账“{name}”{state}，不能填报；社区有权不填"
    en: ClassVar[str] = "The ledger “{name}” is not in force; nothing is filled in"


class OutOfScope(Refused):
    """The ledger does not enter this community. Facts: name, community."""

    zh: ClassVar[str] = "台账“{name}”的进入范围不含“{community}”，该社区不必填报"
    en: ClassVar[str] = "The ledger “{name}” does not enter “{community}”; it need not be filled in there"


class NotThisCommunity(Refused):
    """An account fills in for its own community, or those of its subdistrict. Facts: community."""

    zh: ClassVar[str] = "“{community}”不是您所在的社区，也不属于您所在的街道，不能代为填报"
    en: ClassVar[str] = "“{community}” is neither your community nor one of your subdistrict"


class RowThere(Refused):
    """The community has a row of the same identity. Facts: said."""

    zh: ClassVar[str] = "本社区已有这一行({said})，请修改原有的一行"
    en: ClassVar[str] = "The community has this row already ({said}); change that one"


class RowChanged(Refused):
    """Somebody changed the row after this page of it was opened. Facts: by."""

    zh: ClassVar[str] = "这一行在您打开后已被{by}修改(见下方历史)；请核对后再保存"
    en: ClassVar[str] = "{by} changed this row after you opened it (see its history): look, then save again"


@dataclass(frozen=True)
class LedgerRow:
    """A row of a ledger as it stands. `values` are stored values of the ledger's form."""

    id: int
    matter_id: int
    unit_id: int
    community: str
    values: Mapping[str, Any]
    version: int
    removed: bool
    updated_at: datetime
    updated_by: str


# ------------------------------------------------------------------ who
def visible(tx: Transaction, actor: Actor) -> list[sa.ColumnElement[bool]]:
    """SQL conditions that leave the rows an actor may read: all for departments, else those of the own unit and below."""
    if actor.is_system or actor.may(READ):
        return []
    if actor.unit_id is None:
        return [sa.false()]
    return [ledger_row.c.unit_id.in_(tx.units.below(actor.unit_id))]


def require_fill(tx: Transaction, row: Mapping[str, Any], community: int, actor: Actor) -> None:
    """Raises `NotAllowed`, `LedgerClosed`, `NotThisCommunity`, `OutOfScope`."""
    if not (actor.is_system or actor.may(FILL)):
        raise NotAllowed(permission=FILL)
    state = states.state_of(row, tx.world.today)
    if state != "in_force":
        raise LedgerClosed(name=row["name"], state=states.STATES[state].zh)
    name = matters.unit_name(tx, community)
    above = reading.path(tx, community)
    if not actor.is_system and actor.unit_id not in above:
        raise NotThisCommunity(community=name)
    scope = tx.once(f"scope of {row['id']}", lambda: set(matters.scope_of(tx, row["id"])))
    if scope and not scope & set(above):
        raise OutOfScope(name=row["name"], community=name)


# ------------------------------------------------------------------ in
def save(
    tx: Transaction,
    matter_id: int,
    values: Mapping[str, Any],
    actor: Actor,
    row_id: int | None = None,
    version: int | None = None,
) -> int:
    """Add a row, or change one; returns its id.

    Args:
        values: stored values of the ledger's form.
        row_id: the row to change; without it a row of the same identity is refused.
        version: `LedgerRow.version` of the page that was filled in; a row changed since is refused.

    Raises: as `require_fill`, and `RowThere`, `RowChanged`, `NotFound`.
    """
    row = matters.get(tx, matter_id)
    form = permitted.form_of(tx, matter_id)
    community = int(values[COMMUNITY])
    require_fill(tx, row, community, actor)
    there = _same(tx, matter_id, community, identity(form, values))
    if there is not None and there.id != row_id and not there.removed:
        raise RowThere(said=_said(tx, form, values))
    if row_id is not None:
        held = one(tx, matter_id, row_id, actor)
        require_fill(tx, row, held.unit_id, actor)
        if there is not None and there.id != row_id:
            raise RowThere(said=_said(tx, form, values))
        if version not in (None, held.version):
            raise RowChanged(by=held.updated_by)
        return _write(tx, form, row_id, held.version, community, values, actor, "changed")
    if there is not None:
        return _write(tx, form, there.id, there.version, community, values, actor, "restored")
    return _insert(tx, form, matter_id, community, values, actor)


def remove(tx: Transaction, matter_id: int, row_id: int, actor: Actor) -> None:
    """A row no longer stands; what it said is kept. Raises as `save`."""
    held = one(tx, matter_id, row_id, actor)
    require_fill(tx, matters.get(tx, matter_id), held.unit_id, actor)
    form = permitted.form_of(tx, matter_id)
    _write(tx, form, row_id, held.version, held.unit_id, held.values, actor, "removed")


def take_in(matter_id: int, tx: Transaction, items: Sequence[ImportItem], actor: Actor) -> list[str]:
    """Rows of a workbook: a row that is there is corrected, an empty cell leaves what stands."""
    form = permitted.form_of(tx, matter_id)
    row = matters.get(tx, matter_id)
    done = []
    for item in items:
        community = int(item.values[COMMUNITY])
        require_fill(tx, row, community, actor)
        there = _same(tx, matter_id, community, identity(form, item.values))
        if there is None:
            done.append(_insert(tx, form, matter_id, community, item.values, actor))
            continue
        stands = {} if there.removed else submissions.values_from_json(form, there._mapping["values"])
        fresh = {key: value for key, value in item.values.items() if value not in (None, "", [])}
        act = "restored" if there.removed else "changed"
        done.append(_write(tx, form, there.id, there.version, community, {**stands, **fresh}, actor, act))
    return [str(each) for each in done]


def check(
    matter_id: int, tx: Transaction, form: Form, items: Sequence[ImportItem], actor: Actor
) -> list[RecordFault]:
    """Rows of communities for which this account does not fill in, or that the ledger does not enter."""
    row = matters.get(tx, matter_id)
    told: dict[int, Refused] = {}
    found = []
    for item in items:
        community = item.values.get(COMMUNITY)
        if community is None:
            continue
        if community not in told:
            try:
                require_fill(tx, row, int(community), actor)
            except Refused as wrong:
                told[community] = wrong
        if community in told:
            said = told[community]
            found.append(RecordFault(item.index, COMMUNITY, said.tell("zh"), said.tell("en")))
    return found


def standing(matter_id: int, tx: Transaction, items: Sequence[ImportItem]) -> dict[int, Standing]:
    """Index of a record -> the row of the same identity."""
    form = permitted.form_of(tx, matter_id)
    wanted = {
        (int(item.values[COMMUNITY]), identity(form, item.values)): item.index
        for item in items
        if item.values.get(COMMUNITY) is not None
    }
    asked = {community for community, _identity in wanted}
    holders = {each: community for community in asked for each in (community, *tx.units.former(community))}
    query = sa.select(ledger_row).where(
        ledger_row.c.matter_id == matter_id, ledger_row.c.unit_id.in_(holders), ~ledger_row.c.removed
    )
    found = {}
    for row in tx.db.execute(query):
        index = wanted.get((holders[row.unit_id], row.identity))
        if index is not None:
            stored = submissions.values_from_json(form, row._mapping["values"])
            values = {**dict.fromkeys(each.key for each in form.fields), **stored}
            found[index] = Standing(f"{matters.unit_name(tx, row.unit_id)} {_said(tx, form, values)}", values)
    return found


def identity(form: Form, values: Mapping[str, Any]) -> str:
    """What makes two rows of a community the same."""
    fields = _unique(form)
    plain = values_to_json({each.key: values.get(each.key) for each in fields}, fields)
    said = {key: squeeze(value) if isinstance(value, str) else value for key, value in plain.items()}
    return hashlib.sha256(orjson.dumps(said, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _unique(form: Form) -> tuple[Any, ...]:
    own = tuple(each for each in form.fields if each.key != COMMUNITY)
    return tuple(each for each in own if each.properties.get(UNIQUE) == "true") or own


def _said(tx: Transaction, form: Form, values: Mapping[str, Any]) -> str:
    """A row in a few words."""
    return "，".join(_words(tx, form, values, [each.key for each in _unique(form)][:3]))


def _words(tx: Transaction, form: Form, values: Mapping[str, Any], keys: Sequence[str]) -> list[str]:
    fields = [form.field(key) for key in keys if values.get(key) not in (None, "")]
    return [KINDS[each.kind].show(values[each.key], each, tx.units, "zh") for each in fields]


def _same(tx: Transaction, matter_id: int, community: int, mark: str) -> Any:
    """The row of this identity that the community has, or one whose place it has taken: its own first."""
    query = sa.select(ledger_row).where(
        ledger_row.c.matter_id == matter_id,
        ledger_row.c.unit_id.in_([community, *tx.units.former(community)]),
        ledger_row.c.identity == mark,
    )
    own = sa.case((ledger_row.c.unit_id == community, 0), else_=1)
    return tx.db.execute(query.order_by(ledger_row.c.removed, own, ledger_row.c.id).limit(1)).one_or_none()


def _columns(tx: Transaction, form: Form, values: Mapping[str, Any], actor: Actor) -> dict[str, Any]:
    known = {key: value for key, value in values.items() if key in form}
    return {
        "identity": identity(form, known),
        "values": values_to_json(known, form.fields),
        "text": " ".join(_words(tx, form, known, [each.key for each in form.fields])),
        "updated_at": tx.at,
        "updated_by": actor.name,
    }


def _insert(
    tx: Transaction, form: Form, matter_id: int, community: int, values: Mapping[str, Any], actor: Actor
) -> int:
    columns = _columns(tx, form, values, actor)
    made = sa.insert(ledger_row).returning(ledger_row.c.id)
    whole = {"matter_id": matter_id, "unit_id": community, "version": 1, "removed": False, **columns}
    try:
        with tx.savepoint():
            row_id = int(tx.db.execute(made, [whole]).scalar_one())
    except sa.exc.IntegrityError:  # another clerk entered it at the same moment
        raise RowThere(said=_said(tx, form, values)) from None
    _keep(tx, row_id, 1, "added", actor, columns["values"])
    return row_id


def _write(
    tx: Transaction,
    form: Form,
    row_id: int,
    version: int,
    community: int,
    values: Mapping[str, Any],
    actor: Actor,
    act: str,
) -> int:
    columns = _columns(tx, form, values, actor)
    given = {**columns, "unit_id": community, "version": version + 1, "removed": act == "removed"}
    held = sa.and_(ledger_row.c.id == row_id, ledger_row.c.version == version)
    if tx.db.execute(sa.update(ledger_row).where(held).values(given)).rowcount != 1:
        now = sa.select(ledger_row.c.updated_by).where(ledger_row.c.id == row_id)
        raise RowChanged(by=tx.db.execute(now).scalar_one())
    _keep(tx, row_id, version + 1, act, actor, columns["values"])
    return row_id


def _keep(tx: Transaction, row_id: int, number: int, act: str, actor: Actor, values: Any) -> None:
    row = {"row_id": row_id, "number": number, "at": tx.at, "act": act, "actor_name": actor.name}
    tx.db.execute(sa.insert(ledger_row_version), [{**row, "values": values}])


# ------------------------------------------------------------------ out
def rows_query(
    tx: Transaction, matter_id: int, actor: Actor, text: str = "", unit_id: int | None = None
) -> sa.Select[Any]:
    """The rows of a ledger that an actor may read, by community."""
    where = [ledger_row.c.matter_id == matter_id, ~ledger_row.c.removed, *visible(tx, actor)]
    if text:
        where.append(ledger_row.c.text.contains(text, autoescape=True))
    if unit_id is not None:
        where.append(ledger_row.c.unit_id.in_(tx.units.below(unit_id)))
    return sa.select(ledger_row).where(*where).order_by(ledger_row.c.unit_id, ledger_row.c.id)


def rows(
    tx: Transaction,
    matter_id: int,
    actor: Actor,
    text: str = "",
    unit_id: int | None = None,
    page: int = 1,
    size: int = 50,
) -> Page[LedgerRow]:
    """A page of the rows of a ledger."""
    form = permitted.form_of(tx, matter_id)
    query = rows_query(tx, matter_id, actor, text, unit_id)
    total = tx.db.execute(sa.select(sa.func.count()).select_from(query.order_by(None).subquery()))
    number = max(1, page)
    found = tx.db.execute(query.limit(size).offset((number - 1) * size))
    return Page(tuple(_row(tx, form, row) for row in found), total.scalar_one(), number, size)


def streamed(tx: Transaction, matter_id: int, query: sa.Select[Any]) -> Iterator[LedgerRow]:
    """Rows as they are read, for a workbook."""
    form = permitted.form_of(tx, matter_id)
    for row in tx.stream(query):
        yield _row(tx, form, row)


def one(tx: Transaction, matter_id: int, row_id: int, actor: Actor) -> LedgerRow:
    """A row, also one that was removed. Raises `NotFound` where there is none that this actor may read."""
    query = sa.select(ledger_row).where(
        ledger_row.c.id == row_id, ledger_row.c.matter_id == matter_id, *visible(tx, actor)
    )
    found = tx.db.execute(query).one_or_none()
    if found is None:
        raise NotFound(kind="row", key=row_id)
    return _row(tx, permitted.form_of(tx, matter_id), found)


@dataclass(frozen=True)
class RowVersion:
    """A row as an act left it. `act` is a key of `ACTS`."""

    number: int
    at: datetime
    act: str
    actor: str
    values: Mapping[str, Any]


def versions(tx: Transaction, matter_id: int, row_id: int, actor: Actor) -> list[RowVersion]:
    """Each state a row was in, newest first. Raises `NotFound`."""
    one(tx, matter_id, row_id, actor)
    form = permitted.form_of(tx, matter_id)
    query = sa.select(ledger_row_version).where(ledger_row_version.c.row_id == row_id)
    return [
        RowVersion(
            row.number,
            row.at,
            row.act,
            row.actor_name,
            submissions.values_from_json(form, row._mapping["values"]),
        )
        for row in tx.db.execute(query.order_by(ledger_row_version.c.number.desc()))
    ]


def _row(tx: Transaction, form: Form, row: Any) -> LedgerRow:
    return LedgerRow(
        id=row.id,
        matter_id=row.matter_id,
        unit_id=row.unit_id,
        community=matters.unit_name(tx, row.unit_id),
        values=submissions.values_from_json(form, row._mapping["values"]),
        version=row.version,
        removed=row.removed,
        updated_at=row.updated_at,
        updated_by=row.updated_by,
    )
