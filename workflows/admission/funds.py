"""经费: what was promised, arrived and was spent of each matter, by community; earmarked (专款专用).

An entry is made by the process `funds`, so that page, table and API are one door and each entry has its history. Money is
spent of what arrived: for the place itself, else for a place above it, else for the whole matter. Who enters what: the
unit of a matter what it promises and has paid; a subdistrict or community what it spends.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

import sqlalchemy as sa

from forms.binding import Known
from forms.faults import Refused
from forms.written.dates import show_date
from forms.written.words import squeeze
from workflows.admission import ledger, matters, reading, registry
from workflows.admission.funds_tables import funds_entry
from workflows.admission.tables import matter
from workflows.engine import ServiceCall
from workflows.usecases import instances
from workflows.usecases.actor import Actor
from workflows.usecases.runtime import InstanceRef, Transaction

SPENDERS = frozenset({"社区", "村", "街道"})
FORM = "funds_entry"
SEE_ALL = "matters.see_all"
STAGES = ("filed", "leaving", "ended")
KINDS: dict[str, tuple[str, str]] = {
    "promised": ("应拨付", "promised"),
    "arrived": ("已到位", "arrived"),
    "spent": ("已支出", "spent"),
}
"""What an entry says: key -> words."""


class FundsRefused(Refused):
    """An entry of money that cannot be. `field`: where to say it."""

    field: ClassVar[str] = "filing_number"


class NoSuchMatter(FundsRefused):
    """Facts: given."""

    zh: ClassVar[str] = "备案登记中没有编号或名称为“{given}”的在册事项；同名的请填写准入编号"
    en: ClassVar[str] = (
        "No filed matter has the number or name “{given}”; of several of a name give the number"
    )


class NotYourMatter(FundsRefused):
    """Facts: name, unit."""

    field: ClassVar[str] = "kind"
    zh: ClassVar[str] = "“{name}”的经费由申请单位“{unit}”登记应拨付和到位"
    en: ClassVar[str] = "What is promised and arrives for “{name}” is entered by its unit, {unit}"


class NotYourPlace(FundsRefused):
    """Facts: place."""

    field: ClassVar[str] = "place"
    zh: ClassVar[str] = "支出由使用经费的社区或其所在街道登记，“{place}”不是"
    en: ClassVar[str] = "What is spent is entered by the community or its subdistrict, not for “{place}”"


class OutOfScope(FundsRefused):
    """Facts: place, name."""

    field: ClassVar[str] = "place"
    zh: ClassVar[str] = "“{place}”不在“{name}”的进入范围内"
    en: ClassVar[str] = "“{name}” does not enter “{place}”"


class NothingToSpend(FundsRefused):
    """More is spent than arrived. Facts: name, place, available, given."""

    field: ClassVar[str] = "amount"
    zh: ClassVar[str] = (
        "“{name}”在“{place}”到位未用的经费是{available}元，不能支出{given}元；经费专款专用，不得超支"
    )
    en: ClassVar[str] = (
        "{available} yuan of “{name}” have arrived for “{place}” and are not spent; {given} cannot be"
    )


class SpentAlready(FundsRefused):
    """An arrival that was spent of is not taken back. Facts: short."""

    field: ClassVar[str] = "amount"
    zh: ClassVar[str] = "这笔到位经费已有支出，冲销后将超支{short}元；请先冲销有关支出"
    en: ClassVar[str] = "Of this money {short} yuan are spent: take back first what was spent"


class TooMuchBack(FundsRefused):
    """More is taken back than was entered. Facts: whole."""

    field: ClassVar[str] = "amount"
    zh: ClassVar[str] = "该处这一类共登记{whole}元，冲销不能超过此数"
    en: ClassVar[str] = "{whole} yuan are entered here of this kind; no more can be taken back"


@dataclass(frozen=True)
class Sums:
    """The money of a matter. `late`: what was promised until yesterday and has not arrived, since `late_since`."""

    promised: Decimal = Decimal(0)
    arrived: Decimal = Decimal(0)
    spent: Decimal = Decimal(0)
    late: Decimal = Decimal(0)
    late_since: date | None = None

    @property
    def left(self) -> Decimal:
        return self.arrived - self.spent


# ------------------------------------------------------------------ entering
def known(
    tx: Transaction, actor: Actor | None, values: Mapping[str, Any], variables: Mapping[str, Any]
) -> Known:
    """What the registry and the entries before say of one that is being filled in."""
    spender = _spender(tx, values)
    told = {"place": spender} if spender is not None else {}
    if not values.get("filing_number") and not values.get("matter_name"):
        return Known(told)
    try:
        row = _matter(tx, values)
        _require(tx, row, {**told, **values})
    except FundsRefused as wrong:
        return Known(told, refused={wrong.field: wrong})
    return Known({**told, "filing_number": row["filing_number"], "matter_name": row["name"]})


def _spender(tx: Transaction, values: Mapping[str, Any]) -> int | None:
    """Where money is spent that a community or subdistrict enters without saying so: with itself."""
    unit_id = values.get("unit") if values.get("kind") == "spent" else None
    unit = tx.units.get(unit_id) if unit_id is not None else None
    return unit.id if unit is not None and unit.kind in SPENDERS else None


def _matter(tx: Transaction, values: Mapping[str, Any]) -> Mapping[str, Any]:
    number = str(values.get("filing_number") or "").strip()
    name = str(values.get("matter_name") or "").strip()
    query = sa.select(matter).where(matter.c.stage.in_(STAGES))
    query = query.where(matter.c.filing_number == number if number else matter.c.name == name)
    rows = [dict(row) for row in tx.db.execute(query.order_by(matter.c.id.desc())).mappings()]
    standing = [row for row in rows if row["stage"] == "filed"] or rows
    if not standing or len(standing) > 1 or (name and squeeze(standing[0]["name"]) != squeeze(name)):
        raise NoSuchMatter(given=number or name)
    return standing[0]


def _require(tx: Transaction, row: Mapping[str, Any], values: Mapping[str, Any]) -> None:
    """Raises `FundsRefused`: who may enter what, and that no more is spent than arrived."""
    unit, place, kind = values.get("unit"), values.get("place"), values.get("kind")
    if place is not None and not _reaches(tx, row["id"], place):
        raise OutOfScope(place=matters.unit_name(tx, place), name=row["name"])
    if kind in ("promised", "arrived"):
        own = row["applicant_unit_id"]
        if unit is not None and own not in reading.path(tx, unit) and unit not in reading.path(tx, own):
            raise NotYourMatter(name=row["name"], unit=row["applicant_unit_name"])
    amount = values.get("amount")
    if amount is not None and amount < 0:
        _require_back(tx, row["id"], str(kind), place, amount)
    if kind == "spent" and place is not None:
        if unit is not None and unit not in reading.path(tx, place):
            raise NotYourPlace(place=matters.unit_name(tx, place))
        left = available(tx, row["id"], place)
        if amount is not None and amount > left:
            raise NothingToSpend(
                name=row["name"],
                place=matters.unit_name(tx, place),
                available=f"{left:,.2f}",
                given=f"{amount:,.2f}",
            )


def _require_back(tx: Transaction, matter_id: int, kind: str, place: int | None, amount: Decimal) -> None:
    """红字冲销: no more than was entered there, and nothing that was spent of."""
    query = sa.select(funds_entry.c.place_id, funds_entry.c.amount)
    query = query.where(funds_entry.c.matter_id == matter_id, funds_entry.c.kind == kind)
    here = _standing(tx, place)
    whole = sum(
        (row.amount for row in tx.db.execute(query) if _standing(tx, row.place_id) == here), Decimal(0)
    )
    if whole + amount < 0:
        raise TooMuchBack(whole=f"{whole:,.2f}")
    if kind == "arrived":
        balances = _balances(tx, matter_id)
        short = _lacking(tx, {**balances, here: balances.get(here, Decimal(0)) + amount})
        if short > 0:
            raise SpentAlready(short=f"{short:,.2f}")


def _reaches(tx: Transaction, matter_id: int, place: int) -> bool:
    scope = set(matters.scope_of(tx, matter_id))
    return not scope or bool(scope & {*reading.path(tx, place), *tx.units.below(place)})


def record_funds(tx: Transaction, call: ServiceCall, instance: InstanceRef) -> Mapping[str, Any]:
    """登记经费: asked once more under the lock of the matter's row. Raises `FundsRefused`."""
    values = reading.posted(tx, instance, FORM)
    row = _matter(tx, values)
    tx.db.execute(sa.select(matter.c.id).where(matter.c.id == row["id"]).with_for_update())
    _require(tx, row, values)
    tx.db.execute(
        sa.insert(funds_entry),
        {
            "instance_id": instance.id,
            "matter_id": row["id"],
            "kind": values["kind"],
            "place_id": values.get("place"),
            "place_name": matters.unit_name(tx, values.get("place")),
            "amount": values["amount"],
            "on_date": values.get("on_date") or tx.world.today,
            "purpose": values.get("purpose") or "",
            "document": values.get("document") or "",
            "unit_name": matters.unit_name(tx, values.get("unit")),
            "entered_by": values.get("contact_name") or "",
            "at": tx.at,
        },
    )
    word = KINDS[values["kind"]][0]
    instances.set_title(tx, instance.id, f"经费登记：{row['name']}（{word}{values['amount']:,.2f}元）")
    instances.add_unit(tx, instance.id, row["applicant_unit_id"])
    return {}


# ------------------------------------------------------------------ what is left
def available(tx: Transaction, matter_id: int, place: int) -> Decimal:
    """What a place may spend of a matter: of its own, then of what arrived above it and nobody below has spent."""
    balances = _balances(tx, matter_id)
    drawn = _drawn(tx, balances)
    return sum(
        (max(Decimal(0), drawn.get(each, Decimal(0))) for each in [*reading.path(tx, place), None]),
        Decimal(0),
    )


def _standing(tx: Transaction, place: int | None) -> int | None:
    """A place as it is now: what came for a community that was renamed or merged is for the one in its place."""
    ref = tx.units.standing(place) if place is not None else None
    return ref.id if ref is not None else place


def _balances(tx: Transaction, matter_id: int) -> dict[int | None, Decimal]:
    """Place -> what arrived less what was spent there."""
    query = sa.select(funds_entry.c.place_id, funds_entry.c.kind, funds_entry.c.amount)
    query = query.where(funds_entry.c.matter_id == matter_id)
    found: dict[int | None, Decimal] = {}
    for place_id, kind, amount in tx.db.execute(query.where(funds_entry.c.kind != "promised")):
        place = _standing(tx, place_id)
        found[place] = found.get(place, Decimal(0)) + (amount if kind == "arrived" else -amount)
    return found


def _drawn(tx: Transaction, balances: Mapping[int | None, Decimal]) -> dict[int | None, Decimal]:
    """The balances after each place that spent more than its own has drawn on those above it, nearest first."""
    left = dict(balances)
    for place, balance in balances.items():
        if place is None or balance >= 0:
            continue
        lacking = -balance
        for above in [*reading.path(tx, place)[1:], None]:
            taken = min(lacking, max(Decimal(0), left.get(above, Decimal(0))))
            if taken:
                left[above] -= taken
                left[place] += taken
                lacking -= taken
    return left


def _lacking(tx: Transaction, balances: Mapping[int | None, Decimal]) -> Decimal:
    return -sum((each for each in _drawn(tx, balances).values() if each < 0), Decimal(0))


# ------------------------------------------------------------------ reading
def sums_of(
    tx: Transaction, matter_ids: Iterable[int], day: date | None = None, actor: Actor | None = None
) -> dict[int, Sums]:
    """The money of some matters as on a day (today), of what an actor may see; matters without an entry are left out."""
    today = day or tx.world.today
    seen = _visible(tx, actor) if actor is not None else []
    query = sa.select(funds_entry).where(funds_entry.c.matter_id.in_(list(matter_ids)), *seen)
    rows: dict[int, list[Any]] = {}
    for row in tx.db.execute(query.order_by(funds_entry.c.on_date, funds_entry.c.id)):
        rows.setdefault(row.matter_id, []).append(row)
    return {matter_id: _sums(listed, today) for matter_id, listed in rows.items()}


def _sums(rows: list[Any], today: date) -> Sums:
    whole = {kind: sum((row.amount for row in rows if row.kind == kind), Decimal(0)) for kind in KINDS}
    arrived = sum((row.amount for row in rows if row.kind == "arrived" and row.on_date <= today), Decimal(0))
    late, since = Decimal(0), None
    for row in rows:
        if row.kind == "promised" and row.on_date < today:
            covered = min(arrived, row.amount)
            arrived -= covered
            if covered < row.amount:
                late += row.amount - covered
                since = since or row.on_date
    return Sums(whole["promised"], whole["arrived"], whole["spent"], late, since)


def told_late(tx: Transaction, matter_id: int, day: date) -> str:
    """A sentence on money that is late; empty where none is."""
    found = sums_of(tx, [matter_id], day).get(matter_id)
    if found is None or not found.late or found.late_since is None:
        return ""
    return f"该事项应于{show_date(found.late_since)}前拨付的工作经费尚有{found.late:,.2f}元未到位。"


def entries(tx: Transaction, actor: Actor, matter_id: int) -> list[Mapping[str, Any]]:
    """The entries of a matter, latest first: all to its unit and who sees every matter; to others those of their places."""
    query = sa.select(funds_entry).where(funds_entry.c.matter_id == matter_id, *_visible(tx, actor))
    ordered = query.order_by(funds_entry.c.on_date.desc(), funds_entry.c.id.desc())
    return [dict(row) for row in tx.db.execute(ordered).mappings()]


def _visible(tx: Transaction, actor: Actor) -> list[sa.ColumnElement[bool]]:
    if actor.is_system or actor.may(SEE_ALL):
        return []
    own = sa.select(matter.c.id).where(matter.c.applicant_unit_id.in_(actor.unit_path))
    places = [*actor.unit_path, *(tx.units.below(actor.unit_id) if actor.unit_id is not None else ())]
    return [sa.or_(funds_entry.c.matter_id.in_(own), funds_entry.c.place_id.in_(places))]


COLUMNS: tuple[ledger.ColumnRow, ...] = (
    ("position", "序号", "", 6, "number"),
    ("filing_number", "准入编号", "", 20, "text"),
    ("matter_name", "工作事务名称", "", 30, "long_text"),
    ("applicant_unit", "责任单位", "", 20, "text"),
    ("kind", "类别", "", 10, "text"),
    ("place_name", "社区(街道)", "", 24, "text"),
    ("amount", "金额(元)", "", 14, "money"),
    ("on_date", "日期", "", 12, "date"),
    ("purpose", "用途", "", 26, "long_text"),
    ("document", "凭证或文号", "", 18, "text"),
    ("unit_name", "登记单位", "", 20, "text"),
    ("entered_by", "登记人", "", 12, "text"),
)


def ledger_query(tx: Transaction, actor: Actor, query: Mapping[str, Any]) -> sa.Select[Any]:
    """The 经费台账: every entry an actor may see, by matter; `kind` sifts."""
    found = (
        sa.select(funds_entry, matter.c.filing_number, matter.c.name, matter.c.applicant_unit_name)
        .join(matter, matter.c.id == funds_entry.c.matter_id)
        .where(*_visible(tx, actor))
    )
    if query.get("kind") in KINDS:
        found = found.where(funds_entry.c.kind == query["kind"])
    return found.order_by(funds_entry.c.matter_id, funds_entry.c.on_date, funds_entry.c.id)


def ledger_rows(tx: Transaction, actor: Actor, query: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The rows of the 经费台账."""
    for row in tx.stream(ledger_query(tx, actor, query)):
        yield {
            **row._mapping,
            "matter_name": row.name,
            "applicant_unit": row.applicant_unit_name,
            "kind": KINDS[row.kind][0],
        }


def by_matter(tx: Transaction, actor: Actor) -> list[tuple[Mapping[str, Any], Sums]]:
    """Matters with money that an actor may see, what is late first; a community's sums are those of its own entries."""
    query = sa.select(matter.c.id, matter.c.name, matter.c.filing_number, matter.c.applicant_unit_name)
    concerned = sa.select(funds_entry.c.matter_id).where(*_visible(tx, actor))
    query = query.where(matter.c.id.in_(concerned), *registry.visible(tx, actor))
    rows = [dict(row) for row in tx.db.execute(query.order_by(matter.c.id)).mappings()]
    sums = sums_of(tx, [row["id"] for row in rows], actor=actor)
    found = [(row, sums.get(row["id"], Sums())) for row in rows]
    return sorted(found, key=lambda each: (-each[1].late, each[0]["id"]))
