"""What the registry held on any day: each matter by the version that stood then, what was in force, in which community.

A matter's data are those of its last version up to that day, so a change leaves what was there before to be read. Two
facts count from the day they are about, not from the one they were written down: what was entered as it stood (存量补录,
a catalogue) held since its filing or its first day, and a registered exit holds from its 终止日期.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, ClassVar

import sqlalchemy as sa

from workflows.admission import ledger, registry, states
from workflows.admission.finding import Filters
from workflows.admission.tables import matter, matter_version
from workflows.settings import SHANGHAI
from workflows.usecases import units
from workflows.usecases.actor import Actor
from workflows.usecases.errors import NotFound
from workflows.usecases.lists import Query
from workflows.usecases.runtime import Transaction

BINDING = ("in_force", "leaving")
"""States in which communities do the work: also while an exit is asked for and not yet registered."""
_AS_IT_STOOD = ("backlog", "catalogue")
"""Origins of matters that were in force before they were entered."""


class NoSuchCommunity(NotFound):
    """The address or request names a unit that never was. Facts: unit."""

    zh: ClassVar[str] = "没有编号为 {unit} 的街道或社区，请在“社区”页按名称查找"
    en: ClassVar[str] = "There is no subdistrict or community of the number {unit}: look it up by its name"


@dataclass(frozen=True)
class Stood:
    """A matter as it stood on a day."""

    matter_id: int
    version: int
    name: str
    unit_id: int | None
    unit: str
    number: str
    class_name: str
    duration_class: str
    executor: tuple[str, ...]  # community, grid
    content: str
    legal_basis: str
    period_start: date | None
    period_end: date | None
    scope: frozenset[int]  # empty: the whole district
    scope_text: str
    funds_amount: Decimal | None
    funds_source: str
    filed_on: date | None
    ended_on: date | None
    state: str  # key of states.STATES
    kind: str  # key of kinds.KINDS

    @property
    def by_community(self) -> bool:
        """Whether a community has to do it; what only grid workers do it need not."""
        return self.executor != ("grid",)


@dataclass(frozen=True)
class Place:
    """A subdistrict or community. `gone_on`: the day from which it is no more, where that day is over."""

    id: int
    name: str
    kind: str
    street: str
    gone_on: date | None
    called_then: str  # what stood in its place on a day before its own first; else empty
    reach: frozenset[int]  # a matter whose scope names one of these enters here


def place(tx: Transaction, unit_id: int, day: date | None = None) -> Place:
    """A community with the units above and below it on a day. Raises `NoSuchCommunity`.

    One that is no more has its last ones; before its first day it is what it was made of (renamed, merged).
    """
    try:
        found = units.get(tx, unit_id)
    except NotFound:
        raise NoSuchCommunity(unit=unit_id) from None
    on = day or tx.world.today
    gone = found.valid_to if found.valid_to is not None and found.valid_to <= on else None
    there = units.directory(tx, gone - timedelta(days=1) if gone else on)
    before = there.before(unit_id) if found.valid_from is not None and found.valid_from > on else ()
    reach = {unit_id}
    for each in [ref.id for ref in before] or [unit_id]:
        reach |= {*there.reach(each), *there.below(each)}
    then = "、".join(ref.name for ref in before)
    return Place(unit_id, found.name, found.kind, found.parent_name, gone, then, frozenset(reach))


def enters(scope: frozenset[int], reach: frozenset[int] | None) -> bool:
    """Whether a matter of this scope enters a place; an empty scope is the whole district."""
    return reach is None or not scope or not scope.isdisjoint(reach)


def stood(tx: Transaction, day: date, among: Collection[int] | None = None) -> Iterator[Stood]:
    """Every matter the registry held on a day, or those `among` these ids, in the order of unit and entry."""
    after = datetime.combine(day + timedelta(days=1), time(), SHANGHAI)
    told = (
        sa.select(matter_version.c.matter_id, sa.func.max(matter_version.c.number).label("number"))
        .where(matter_version.c.at < after)
        .group_by(matter_version.c.matter_id)
        .subquery()
    )
    last = sa.func.coalesce(told.c.number, sa.case((matter.c.origin.in_(_AS_IT_STOOD), 1)))
    query = (
        sa.select(
            matter.c.id, matter.c.kind, matter.c.origin, matter.c.stage, matter.c.ended_on, matter.c.exit_number,
            matter_version.c.number, matter_version.c.at, matter_version.c.snapshot,
        )
        .outerjoin(told, told.c.matter_id == matter.c.id)
        .join(matter_version, sa.and_(matter_version.c.matter_id == matter.c.id, matter_version.c.number == last))
        .order_by(matter.c.applicant_unit_id, matter.c.id)
    )  # fmt: skip
    if among is not None:
        query = query.where(matter.c.id.in_(among))
    for row in tx.db.execute(query):
        found = _read(row, day)
        if found is not None:
            yield found


def in_force(tx: Transaction, day: date, reach: frozenset[int] | None = None) -> list[Stood]:
    """What communities had to do on a day, in one place or in all: open to everybody, as the catalogue is."""
    return [each for each in stood(tx, day) if binds(each, day) and enters(each.scope, reach)]


def binds(each: Stood, day: date) -> bool:
    """Whether communities had to do it on the day; a matter that leaves stays 退出办理中 even past its period."""
    return (
        each.state in BINDING
        and (each.period_start is None or each.period_start <= day)
        and (each.period_end is None or each.period_end >= day)
    )


def _read(row: Any, day: date) -> Stood | None:
    """The snapshot as it counted on the day; None where the matter was not known yet."""
    kept: dict[str, Any] = dict(row.snapshot)
    start, end = _day(kept, "period_start"), _day(kept, "period_end")
    filed_on, ended_on = _day(kept, "filed_on"), _day(kept, "ended_on")
    if row.at.astimezone(SHANGHAI).date() > day and (filed_on or start or date.max) > day:
        return None
    if row.stage == "ended":
        ended_on = row.ended_on or ended_on
        if ended_on is not None and ended_on <= day:
            kept["stage"] = "ended"
    dates = {"period_start": start, "period_end": end, "ended_on": ended_on}
    return Stood(
        matter_id=row.id,
        version=row.number,
        name=kept.get("name", ""),
        unit_id=kept.get("applicant_unit_id"),
        unit=kept.get("applicant_unit_name", ""),
        number=kept.get("filing_number") or kept.get("application_number") or "",
        class_name=kept.get("class_name", ""),
        duration_class=kept.get("duration_class", ""),
        executor=tuple(key for key in ("community", "grid") if kept.get(f"by_{key}")),
        content=kept.get("content", ""),
        legal_basis=kept.get("legal_basis", ""),
        scope=frozenset(kept.get("scope") or ()),
        scope_text=kept.get("scope_text", ""),
        funds_amount=Decimal(kept["funds_amount"]) if kept.get("funds_amount") else None,
        funds_source=kept.get("funds_source", ""),
        filed_on=filed_on,
        state=states.state_of({**dates, "stage": kept["stage"]}, day),
        kind=row.kind,
        **dates,
    )


def _day(kept: Mapping[str, Any], key: str) -> date | None:
    text = kept.get(key)
    return date.fromisoformat(str(text)[:10]) if text else None


# ------------------------------------------------------------------ as a list
COLUMNS: tuple[ledger.ColumnRow, ...] = (
    ("position", "序号", "", 6, "number"),
    ("number", "准入备案号", "", 22, "text"),
    ("name", "工作事务名称", "", 32, "text"),
    ("unit", "责任单位", "", 20, "text"),
    ("executor", "协助主体", "", 14, "text"),
    ("content", "授权内容", "", 36, "long_text"),
    ("legal_basis", "依据", "", 28, "long_text"),
    ("period_start", "起始日期", "期限", 12, "date"),
    ("period_end", "截止日期", "期限", 12, "date"),
    ("funds_amount", "工作经费(元)", "", 14, "money"),
    ("scope_text", "进入范围", "", 26, "long_text"),
    ("version", "数据版本", "", 8, "number"),
)


@dataclass(frozen=True)
class Asked:
    """What a page, a workbook or a program asks of a day. `place`: None for the whole district."""

    day: date
    place: Place | None = None
    text: str = ""


def asked(tx: Transaction, query: Query) -> Asked:
    """Read a URL's query: `day`, `community` (id), `q`; no day is today. Raises `NoSuchCommunity`."""
    found = Filters.from_query({**query, "scope": query.get("community") or query.get("scope") or ""})
    day = found.day or tx.world.today
    where = place(tx, found.scope_id, day) if found.scope_id is not None else None
    return Asked(day, where, found.text)


def look_up(tx: Transaction, wanted: Asked) -> list[Stood]:
    """What was in force, as asked."""
    found = in_force(tx, wanted.day, wanted.place.reach if wanted.place else None)
    return [each for each in found if wanted.text in f"{each.name}\n{each.unit}\n{each.number}"]


def rows(tx: Transaction, actor: Actor, query: Query) -> Iterator[dict[str, Any]]:
    """The rows of the workbook, keys of `COLUMNS`."""
    for each in look_up(tx, asked(tx, query)):
        yield line(each)


def line(each: Stood) -> dict[str, Any]:
    """A matter as a row of a workbook, words in place of keys."""
    return {
        **each.__dict__,
        "executor": "、".join(states.EXECUTORS[key] for key in each.executor),
        "scope_text": each.scope_text or "全区",
        "duration_class": states.DURATIONS.get(each.duration_class, ""),
    }


def visible_among(tx: Transaction, actor: Actor, found: Collection[Stood]) -> frozenset[int]:
    """Those whose page `actor` may open."""
    return registry.visible_among(tx, actor, [each.matter_id for each in found])
