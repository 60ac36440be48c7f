"""Rows of permitted ledgers: a community fills them in once, every department reads them (数据一次采集).

A row is the same as another of its community and period where the columns marked `unique` say the same, or all columns
where none is marked: a table that comes again corrects it and does not double it. Each state it was in is kept.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import orjson
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from forms.faults import Refused
from forms.kinds import KINDS, values_to_json
from forms.masking import MASK, masked_keys
from forms.schema import Form
from forms.written.words import squeeze
from workflows.admission import ledger_periods, ledger_rows, matters, permitted, reading, states
from workflows.admission.ledger_columns import COMMUNITY, PERIOD, UNIQUE
from workflows.admission.ledger_periods import Plan
from workflows.admission.ledger_sight import FILL
from workflows.admission.tables import ledger_return, ledger_row, ledger_row_version
from workflows.usecases import submissions
from workflows.usecases.actor import Actor
from workflows.usecases.errors import NotAllowed
from workflows.usecases.runtime import Transaction

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


class RowsThere(Refused):
    """Nothing to report, where rows stand. Facts: count."""

    zh: ClassVar[str] = "本期已填报 {count} 行，不能报“本期无”；确实没有的，请先删除各行"
    en: ClassVar[str] = (
        "{count} rows stand in this period; remove them before you report that there is nothing"
    )


class NothingBefore(Refused):
    """No row of an earlier period is left to be taken over. Facts: none."""

    zh: ClassVar[str] = "以前各期没有可以沿用的行，或本期已经都有"
    en: ClassVar[str] = "No row of an earlier period is left to be taken over"


class RowThere(Refused):
    """The community has a row of the same identity. Facts: said."""

    zh: ClassVar[str] = "本社区已有这一行({said})，请修改原有的一行"
    en: ClassVar[str] = "The community has this row already ({said}); change that one"


class MaskGiven(Refused):
    """What masks a sensitive value came back in its place. Facts: label."""

    zh: ClassVar[str] = "“{label}”是遮盖后的 ＊＊＊，不是填报的内容；请填原值，或清空此格保留原值"
    en: ClassVar[str] = (
        "“{label}” holds the mask, not a value: write the value, or empty the cell to keep what stands"
    )


class RowChanged(Refused):
    """Somebody changed the row after this page of it was opened. Facts: by."""

    zh: ClassVar[str] = "这一行在您打开后已被{by}修改(见下方历史)；请核对后再保存"
    en: ClassVar[str] = "{by} changed this row after you opened it (see its history): look, then save again"


# ------------------------------------------------------------------ who
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
@dataclass(frozen=True)
class Ledger:
    """A ledger that rows go into. `row`: of its matter."""

    id: int
    row: Mapping[str, Any]
    form: Form
    plan: Plan


@dataclass(frozen=True)
class Spot:
    """Where a row stands: a community, a period."""

    unit_id: int
    period: str


def ledger_of(tx: Transaction, matter_id: int) -> Ledger:
    """Raises `NotFound`, `NoLedger`."""
    row = matters.get(tx, matter_id)
    return Ledger(matter_id, row, permitted.form_of(tx, matter_id), ledger_periods.plan(row))


def placed(tx: Transaction, ledger: Ledger, values: Mapping[str, Any]) -> tuple[Spot, dict[str, Any]]:
    """Where a row belongs, and its values with the period as it is written everywhere. Raises `Refused`."""
    for key in masked_keys(ledger.form):
        if values.get(key) == MASK:
            raise MaskGiven(label=ledger.form.field(key).label)
    period = ledger.plan.given(values.get(PERIOD), tx.world.today)
    told = {PERIOD: period.label} if PERIOD in ledger.form and period.label else {}
    return Spot(int(values[COMMUNITY]), period.key), {**values, **told}


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

    Raises: as `require_fill` and `Plan.given`, and `RowThere`, `RowChanged`, `NotFound`.
    """
    ledger = ledger_of(tx, matter_id)
    spot, values = placed(tx, ledger, values)
    require_fill(tx, ledger.row, spot.unit_id, actor)
    form = ledger.form
    there = same_row(tx, ledger, spot, values)
    if there is not None and there.id != row_id and not there.removed:
        raise RowThere(said=said(tx, form, values))
    if row_id is not None:
        held = ledger_rows.one(tx, matter_id, row_id, actor)
        require_fill(tx, ledger.row, held.unit_id, actor)
        if there is not None and there.id != row_id:
            raise RowThere(said=said(tx, form, values))
        if version not in (None, held.version):
            raise RowChanged(by=held.updated_by)
        return write(tx, ledger, spot, held, values, actor, "changed")
    if there is not None:
        return write(tx, ledger, spot, there, values, actor, "restored")
    return insert(tx, ledger, spot, values, actor)


def remove(tx: Transaction, matter_id: int, row_id: int, actor: Actor) -> None:
    """A row no longer stands; what it said is kept. Raises as `save`."""
    ledger = ledger_of(tx, matter_id)
    held = ledger_rows.one(tx, matter_id, row_id, actor)
    require_fill(tx, ledger.row, held.unit_id, actor)
    write(tx, ledger, Spot(held.unit_id, held.period), held, held.values, actor, "removed")


def nothing(tx: Transaction, matter_id: int, community: int, period: str, actor: Actor) -> None:
    """零报告: the community has nothing to fill in for a period. Raises as `save`, and `RowsThere`."""
    ledger = ledger_of(tx, matter_id)
    spot, _values = placed(tx, ledger, {COMMUNITY: community, PERIOD: period})
    require_fill(tx, ledger.row, community, actor)
    standing = sa.select(sa.func.count()).select_from(ledger_row).where(*_at(tx, ledger, spot))
    count = tx.db.execute(standing.where(~ledger_row.c.removed)).scalar_one()
    if count:
        raise RowsThere(count=count)
    _returned(tx, ledger, spot, actor, nil=True)


def take_over(tx: Transaction, matter_id: int, community: int, period: str, actor: Actor) -> int:
    """沿用上期: the rows of the community's newest earlier period, as far as this one lacks them; returns how many.

    Raises as `save`, and `NothingBefore`.
    """
    ledger = ledger_of(tx, matter_id)
    spot, given = placed(tx, ledger, {COMMUNITY: community, PERIOD: period})
    require_fill(tx, ledger.row, community, actor)
    here = (ledger_row.c.matter_id == ledger.id, ledger_row.c.unit_id.in_(holders(tx, community)))
    earlier = sa.select(sa.func.max(ledger_row.c.period)).where(*here, ~ledger_row.c.removed)
    newest = tx.db.execute(earlier.where(ledger_row.c.period < spot.period)).scalar_one()
    query = sa.select(ledger_row).where(*here, ~ledger_row.c.removed, ledger_row.c.period == newest)
    count = 0
    for row in tx.db.execute(query.order_by(ledger_row.c.id)).all():
        stands = submissions.values_from_json(ledger.form, row._mapping["values"])
        values = {**stands, **given}
        if same_row(tx, ledger, spot, values) is None:
            insert(tx, ledger, spot, values, actor)
            count += 1
    if not count:
        raise NothingBefore()
    return count


def identity(form: Form, values: Mapping[str, Any], period: str) -> str:
    """What makes two rows of a community the same."""
    fields = _unique(form)
    plain = values_to_json({each.key: values.get(each.key) for each in fields}, fields)
    plainly = {key: squeeze(value) if isinstance(value, str) else value for key, value in plain.items()}
    digest = hashlib.sha256(orjson.dumps(plainly, option=orjson.OPT_SORT_KEYS)).hexdigest()
    return hashlib.sha256(f"{period} {digest}".encode()).hexdigest() if period else digest


def _unique(form: Form) -> tuple[Any, ...]:
    own = tuple(each for each in form.fields if each.key not in (COMMUNITY, PERIOD))
    return tuple(each for each in own if each.properties.get(UNIQUE) == "true") or own


def said(tx: Transaction, form: Form, values: Mapping[str, Any]) -> str:
    """A row in a few words."""
    return "，".join(_words(tx, form, values, [each.key for each in _unique(form)][:3]))


def _words(tx: Transaction, form: Form, values: Mapping[str, Any], keys: Sequence[str]) -> list[str]:
    fields = [form.field(key) for key in keys if values.get(key) not in (None, "")]
    return [KINDS[each.kind].show(values[each.key], each, tx.units, "zh") for each in fields]


# ------------------------------------------------------------------ rows
def holders(tx: Transaction, community: int) -> tuple[int, ...]:
    """The community, and those whose place it has taken."""
    return (community, *tx.units.former(community))


def _at(tx: Transaction, ledger: Ledger, spot: Spot) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        ledger_row.c.matter_id == ledger.id,
        ledger_row.c.unit_id.in_(holders(tx, spot.unit_id)),
        ledger_row.c.period == spot.period,
    )


def same_row(tx: Transaction, ledger: Ledger, spot: Spot, values: Mapping[str, Any]) -> Any:
    """The row of this identity that the community has, or one whose place it has taken: its own first."""
    mark = identity(ledger.form, values, spot.period)
    query = sa.select(ledger_row).where(*_at(tx, ledger, spot), ledger_row.c.identity == mark)
    own = sa.case((ledger_row.c.unit_id == spot.unit_id, 0), else_=1)
    return tx.db.execute(query.order_by(ledger_row.c.removed, own, ledger_row.c.id).limit(1)).one_or_none()


def _columns(
    tx: Transaction, ledger: Ledger, spot: Spot, values: Mapping[str, Any], actor: Actor
) -> dict[str, Any]:
    form = ledger.form
    known = {key: value for key, value in values.items() if key in form}
    return {
        "unit_id": spot.unit_id,
        "period": spot.period,
        "identity": identity(form, known, spot.period),
        "values": values_to_json(known, form.fields),
        "text": " ".join(_words(tx, form, known, [each.key for each in form.fields])),
        "updated_at": tx.at,
        "updated_by": actor.name,
    }


def insert(tx: Transaction, ledger: Ledger, spot: Spot, values: Mapping[str, Any], actor: Actor) -> int:
    columns = _columns(tx, ledger, spot, values, actor)
    made = sa.insert(ledger_row).returning(ledger_row.c.id)
    whole = {"matter_id": ledger.id, "version": 1, "removed": False, **columns}
    try:
        with tx.savepoint():
            row_id = int(tx.db.execute(made, [whole]).scalar_one())
    except sa.exc.IntegrityError:  # another clerk entered it at the same moment
        raise RowThere(said=said(tx, ledger.form, values)) from None
    _keep(tx, row_id, 1, "added", actor, columns["values"])
    _returned(tx, ledger, spot, actor)
    return row_id


def write(
    tx: Transaction,
    ledger: Ledger,
    spot: Spot,
    held: Any,
    values: Mapping[str, Any],
    actor: Actor,
    act: str,
) -> int:
    """Write a row that is there. `held`: its id and version as they were seen."""
    columns = _columns(tx, ledger, spot, values, actor)
    given = {**columns, "version": held.version + 1, "removed": act == "removed"}
    seen = sa.and_(ledger_row.c.id == held.id, ledger_row.c.version == held.version)
    if tx.db.execute(sa.update(ledger_row).where(seen).values(given)).rowcount != 1:
        now = sa.select(ledger_row.c.updated_by).where(ledger_row.c.id == held.id)
        raise RowChanged(by=tx.db.execute(now).scalar_one())
    _keep(tx, held.id, held.version + 1, act, actor, columns["values"])
    if act != "removed":
        _returned(tx, ledger, spot, actor)
    return int(held.id)


def _keep(tx: Transaction, row_id: int, number: int, act: str, actor: Actor, values: Any) -> None:
    row = {"row_id": row_id, "number": number, "at": tx.at, "act": act, "actor_name": actor.name}
    tx.db.execute(sa.insert(ledger_row_version), [{**row, "values": values}])


def _returned(tx: Transaction, ledger: Ledger, spot: Spot, actor: Actor, nil: bool = False) -> None:
    """A community has filled in a period: when first, and whether it had nothing to report."""
    key = {"matter_id": ledger.id, "unit_id": spot.unit_id, "period": spot.period}
    where = [ledger_return.c[name] == value for name, value in key.items()]
    known = tx.db.execute(sa.select(ledger_return.c.nil).where(*where)).scalar_one_or_none()
    if known is None:
        insert = (postgresql if tx.db.dialect.name == "postgresql" else sqlite).insert(ledger_return)
        row = {**key, "at": tx.at, "by_name": actor.name, "nil": nil}
        tx.db.execute(insert.on_conflict_do_nothing(), [row])
    elif known != nil:
        tx.db.execute(sa.update(ledger_return).where(*where).values(nil=nil))
