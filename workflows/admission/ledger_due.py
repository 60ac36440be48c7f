"""What of the permitted ledgers is due: for a community what it still has to fill in, for a department who has.

A ledger is due in each community it enters, once a period (`ledger_periods`); what was filled in after its day is late.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import Any

import sqlalchemy as sa

from forms.setting import UnitRef
from workflows.admission import ledger, ledger_periods, matters, permitted, reading
from workflows.admission.ledger_periods import Period, Plan
from workflows.admission.ledger_sight import FILL, READ
from workflows.admission.tables import ledger_return
from workflows.admission.unit_kinds import COMMUNITY_KINDS
from workflows.usecases.actor import Actor
from workflows.usecases.lists import OfficeList, Query, number_in, walked
from workflows.usecases.runtime import Transaction

OFFERED = 12
"""Periods, newest first, that a page lets a reader choose from."""
ASKED = 3
"""Periods, the current one included, that are asked for: what was missed longer ago is a matter for the figures."""
STATES: dict[str, tuple[str, str, str]] = {
    "due": ("待填报", "due", "warn"),
    "late": ("逾期未填", "overdue", "bad"),
    "filled": ("已填报", "filled in", "good"),
    "nothing": ("本期无", "nothing to report", "good"),
    "filled_late": ("逾期填报", "filled in late", "warn"),
}
"""Key -> words and the tone of its mark."""
MISSING = ("due", "late")


@dataclass(frozen=True)
class Due:
    """A period of a ledger in one community. `state` is a key of `STATES`; `due_on` None: no day was set."""

    matter_id: int
    ledger: str
    unit: str
    community_id: int
    community: str
    period: Period
    due_on: date | None
    state: str
    filled_at: datetime | None
    filled_by: str


def state_of(due_on: date | None, returned: Any, today: date) -> str:
    """A key of `STATES`. `returned`: the row of `ledger_return`, or None."""
    if returned is None:
        return "late" if due_on is not None and today > due_on else "due"
    if due_on is not None and returned.at.date() > due_on:
        return "filled_late"
    return "nothing" if returned.nil else "filled"


# ------------------------------------------------------------------ of one ledger
def periods(tx: Transaction, row: Mapping[str, Any]) -> list[Period]:
    """The periods of a ledger that a page offers, newest first."""
    return list(islice(ledger_periods.plan(row).until(tx.world.today), OFFERED))


def of_period(tx: Transaction, row: Mapping[str, Any], period: Period, actor: Actor) -> list[Due]:
    """Every community the ledger enters and this actor may see, with how far it is; what is missing first."""
    held = _returns(tx, [row["id"]])
    found = [_due(tx, row, ledger_periods.plan(row), period, each, held) for each in _enters(tx, row, actor)]
    order = tuple(STATES)
    return sorted(found, key=lambda each: (each.state not in MISSING, -order.index(each.state)))


def _enters(tx: Transaction, row: Mapping[str, Any], actor: Actor) -> list[UnitRef]:
    """The communities a ledger enters: all for departments, else the actor's own."""
    scope = set(matters.scope_of(tx, row["id"]))
    own = None
    if not (actor.is_system or actor.may(READ)):
        own = set(tx.units.below(actor.unit_id)) if actor.unit_id is not None else set()
    return [
        each
        for each in tx.units.all(COMMUNITY_KINDS)
        if (own is None or each.id in own) and (not scope or scope & set(reading.path(tx, each.id)))
    ]


def _returns(tx: Transaction, ids: Sequence[int]) -> dict[tuple[int, int, str], Any]:
    """(ledger, the community that stands, period) -> when it was filled in first."""
    query = sa.select(ledger_return).where(ledger_return.c.matter_id.in_(ids))
    found: dict[tuple[int, int, str], Any] = {}
    for each in tx.db.execute(query.order_by(ledger_return.c.at)):
        heir = tx.units.standing(each.unit_id)
        found.setdefault((each.matter_id, heir.id if heir else each.unit_id, each.period), each)
    return found


def _due(
    tx: Transaction,
    row: Mapping[str, Any],
    plan: Plan,
    period: Period,
    place: UnitRef,
    held: Mapping[Any, Any],
) -> Due:
    returned = held.get((row["id"], place.id, period.key))
    due_on = plan.due(period)
    return Due(
        matter_id=row["id"],
        ledger=row["name"],
        unit=row["applicant_unit_name"],
        community_id=place.id,
        community=place.name,
        period=period,
        due_on=due_on,
        state=state_of(due_on, returned, tx.world.today),
        filled_at=returned.at if returned is not None else None,
        filled_by=returned.by_name if returned is not None else "",
    )


# ------------------------------------------------------------------ of one community
def owed(tx: Transaction, actor: Actor) -> list[Due]:
    """What the communities this actor fills in for still have to fill in, what is due first on top."""
    if not actor.may(FILL) or actor.unit_id is None or actor.is_system:
        return []
    rows = permitted.in_force(tx, tx.world.today)
    held = _returns(tx, [row["id"] for row in rows])
    own = _Own(tx, actor)
    found = [each for row in rows for each in _missing(tx, row, own.entered(row), held)]
    return sorted(found, key=lambda each: (each.due_on or date.max, each.ledger, each.community))


class _Own:
    """The communities an actor fills in for, each with its path upwards."""

    def __init__(self, tx: Transaction, actor: Actor) -> None:
        self._tx = tx
        below = set(tx.units.below(actor.unit_id)) if actor.unit_id is not None else set()
        self._paths = {
            each.id: (each, set(reading.path(tx, each.id)))
            for each in tx.units.all(COMMUNITY_KINDS)
            if each.id in below
        }

    def entered(self, row: Mapping[str, Any]) -> list[UnitRef]:
        scope = set(matters.scope_of(self._tx, row["id"]))
        return [each for each, path in self._paths.values() if not scope or scope & path]


def _missing(
    tx: Transaction, row: Mapping[str, Any], places: Iterable[UnitRef], held: Mapping[Any, Any]
) -> Iterator[Due]:
    plan = ledger_periods.plan(row)
    for period in islice(plan.until(tx.world.today), ASKED):
        for place in places:
            if (row["id"], place.id, period.key) not in held:
                yield _due(tx, row, plan, period, place, held)


@dataclass(frozen=True)
class Owed:
    """A period of a ledger that some of an account's communities still have to fill in. `first`: one of them."""

    first: Due
    communities: int


def grouped(found: Iterable[Due]) -> list[Owed]:
    """One line for each period of a ledger: a subdistrict has dozens of communities."""
    lines: dict[tuple[int, str], list[Due]] = {}
    for each in found:
        lines.setdefault((each.matter_id, each.period.key), []).append(each)
    return [Owed(some[0], len(some)) for some in lines.values()]


# ------------------------------------------------------------------ as a table
COLUMNS: tuple[tuple[str, str, str, int, str], ...] = (
    ("position", "序号", "", 6, "number"),
    ("matter_name", "台账(报表)名称", "", 28, "text"),
    ("period", "填报期", "", 14, "text"),
    ("street", "街道(镇)", "", 16, "text"),
    ("community", "社区", "", 26, "text"),
    ("due_on", "填报截止", "", 12, "date"),
    ("state", "填报情况", "", 12, "text"),
    ("filled_on", "填报日期", "", 12, "date"),
    ("filled_by", "填表人", "", 12, "text"),
)
"""As `ledger.COLUMNS`."""


def table(tx: Transaction, actor: Actor, query: Query) -> Iterator[dict[str, Any]]:
    """Rows of the list: of one ledger and period, or without a ledger what the actor's communities still owe."""
    matter_id = number_in(query, "ledger")
    if matter_id is None:
        found = owed(tx, actor)
    else:
        _line, row = permitted.ledger(tx, matter_id)
        found = of_period(tx, row, chosen(tx, row, query.get("period")), actor) if dated(row) else []
    for each in found:
        above = tx.units.get(each.community_id)
        street = tx.units.get(above.parent_id) if above is not None and above.parent_id is not None else None
        yield {
            "matter_name": each.ledger,
            "period": each.period.label,
            "street": street.name if street is not None else "",
            "community": each.community,
            "due_on": each.due_on,
            "state": STATES[each.state][0],
            "filled_on": each.filled_at.date() if each.filled_at is not None else None,
            "filled_by": each.filled_by,
        }


def dated(row: Mapping[str, Any]) -> bool:
    """Whether a ledger is due at all: not one that is brought up to date whenever something changes."""
    plan = ledger_periods.plan(row)
    return plan.periodic or plan.frequency == "once"


def chosen(tx: Transaction, row: Mapping[str, Any], key: Any) -> Period:
    """The period of a key, else the current one. Only of a ledger that is due."""
    plan = ledger_periods.plan(row)
    if key in (None, "", "all") or not plan.periodic:
        return plan.now(tx.world.today)
    return plan.given(str(key), tx.world.today)


LIST = OfficeList(
    "ledger_returns",
    "社区台账(报表)填报情况",
    ledger.columns(COLUMNS),
    table,
    filters=("ledger", "period"),
    signatures=False,
    count=walked(table),
)
