"""Looking for matters: what a clerk asks for, what an actor may see, both as SQL conditions.

Who sees a matter: holders of `matters.see_all`, the applicant unit and its sub-units, and the
subdistricts and communities it enters (all of them where it has no scope).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from workflows.admission import expiring, kinds, states
from workflows.admission.tables import matter as table
from workflows.admission.tables import matter_scope
from workflows.usecases.actor import Actor
from workflows.usecases.runtime import Transaction


@dataclass(frozen=True)
class Filters:
    """What a clerk looks for; everything empty finds the whole registry."""

    text: str = ""  # name, unit or number
    states: tuple[str, ...] = ()  # keys of states.STATES
    unit_id: int | None = None  # applicant unit
    scope_id: int | None = None  # subdistrict or community it enters
    executor: str = ""  # community | grid
    duration_class: str = ""
    class_name: str = ""  # 事项类别
    year: int | None = None  # of filing
    expiring: bool = False  # 即将到期
    day: date | None = None  # states as on this day; none: today
    kind: str = kinds.MATTER  # key of kinds.KINDS
    sort: str = "-updated"  # name unit number start end updated, - for descending

    @classmethod
    def from_query(cls, query: Mapping[str, Any]) -> Filters:
        """Read the filters of a URL's query; what cannot be read is left out.

        `state` may be given several times where the mapping has `getlist`, or be comma-separated.
        """
        listed = query.getlist("state") if hasattr(query, "getlist") else [query.get("state") or ""]
        wanted = [key for text in listed for key in str(text).split(",")]
        sort = str(query.get("sort") or "-updated")
        return cls(
            text=str(query.get("text") or query.get("q") or "").strip()[:200],
            states=tuple(key for key in dict.fromkeys(wanted) if key in states.STATES),
            unit_id=_int(query.get("unit_id") or query.get("unit")),
            scope_id=_int(query.get("scope_id") or query.get("scope")),
            executor=_of(query.get("executor"), states.EXECUTORS),
            duration_class=_of(query.get("duration_class"), states.DURATIONS),
            class_name=str(query.get("class_name") or "")[:200],
            year=_int(query.get("year")),
            expiring=str(query.get("expiring") or "") in ("1", "true", "yes", "on"),
            day=_date(query.get("day")),
            kind=str(query.get("kind")) if query.get("kind") in kinds.KINDS else kinds.MATTER,
            sort=sort if sort.removeprefix("-") in _SORTS else "-updated",
        )


ENTERED = frozenset({"街道", "社区", "村"})
"""Kinds of units that matters enter."""
_SCOPED = sa.exists().where(matter_scope.c.matter_id == table.c.id)
LISTED = ("pending", "filed", "leaving", "ended")
"""Stages the registry lists when no state is asked for."""
_SORTS: dict[str, sa.ColumnElement[Any]] = {
    "name": table.c.name,
    "unit": table.c.applicant_unit_name,
    "number": sa.func.coalesce(table.c.filing_number, table.c.application_number, ""),
    "start": table.c.period_start,
    "end": table.c.period_end,
    "updated": table.c.updated_at,
}


def visible(tx: Transaction, actor: Actor) -> list[sa.ColumnElement[bool]]:
    """SQL conditions that leave the matters `actor` may see."""
    if actor.is_system or actor.may("matters.see_all"):
        return []
    if actor.unit_id is None:
        return [sa.false()]
    below = [actor.unit_id, *_below(tx, actor.unit_id)]
    own = table.c.applicant_unit_id.in_([*actor.unit_path, *below])
    unit = tx.units.get(actor.unit_id)
    reached = _enters([*actor.unit_path, *below])
    if unit is None or unit.kind not in ENTERED:
        reached = sa.and_(reached, _SCOPED)
    return [sa.or_(own, reached), table.c.stage != "offline"]


def _enters(places: Collection[int]) -> sa.ColumnElement[bool]:
    """Whether a matter enters one of these places; without a scope it enters the whole district."""
    named = sa.exists().where(matter_scope.c.matter_id == table.c.id, matter_scope.c.unit_id.in_(places))
    return sa.or_(named, ~_SCOPED)


def _below(tx: Transaction, unit_id: int) -> list[int]:
    found: list[int] = []
    ahead = [unit_id]
    while ahead:
        ahead = [child.id for each in ahead for child in tx.units.children(each)]
        found.extend(ahead)
    return found


def conditions(tx: Transaction, filters: Filters, day: date) -> list[sa.ColumnElement[bool]]:
    """SQL conditions of what a clerk looks for, states as on `day`."""
    found: list[sa.ColumnElement[bool]] = [table.c.kind == filters.kind]
    if filters.states:
        found.append(sa.or_(*(states.in_state(key, day) for key in filters.states)))
    elif not filters.expiring:
        found.append(table.c.stage.in_(LISTED))
    if filters.expiring:
        found.append(states.expiring(day, expiring.ahead(tx)))
    if filters.text:
        columns = (
            table.c.name,
            table.c.applicant_unit_name,
            table.c.filing_number,
            table.c.application_number,
            table.c.exit_number,
        )
        found.append(sa.or_(*(column.contains(filters.text, autoescape=True) for column in columns)))
    if filters.unit_id is not None:
        found.append(table.c.applicant_unit_id.in_((filters.unit_id, *tx.units.former(filters.unit_id))))
    if filters.scope_id is not None:
        ref = tx.units.get(filters.scope_id)
        wanted = [filters.scope_id, *_below(tx, filters.scope_id)]
        if ref is not None and ref.parent_id is not None:
            wanted.append(ref.parent_id)
        found.append(_enters(wanted))
    if filters.executor:
        found.append(table.c.by_community if filters.executor == "community" else table.c.by_grid)
    if filters.duration_class:
        found.append(table.c.duration_class == filters.duration_class)
    if filters.class_name:
        found.append(table.c.class_name == filters.class_name)
    if filters.year is not None and 1900 <= filters.year < 9999:
        first, after = date(filters.year, 1, 1), date(filters.year + 1, 1, 1)
        found.append(sa.and_(table.c.filed_on >= first, table.c.filed_on < after))
    return found


def order(sort: str) -> list[sa.ColumnElement[Any]]:
    """How a list is sorted, see `Filters.sort`."""
    column = _SORTS[sort.removeprefix("-")]
    first = column.desc() if sort.startswith("-") else column.asc()
    return [first.nulls_last(), table.c.id.desc()]


# ------------------------------------------------------------------ reading a query
def _int(value: Any) -> int | None:
    text = str(value or "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 12 else None


def _date(value: Any) -> date | None:
    try:
        return date.fromisoformat(str(value or "").strip())
    except ValueError:
        return None


def _of(value: Any, table_of: Mapping[str, str]) -> str:
    text = str(value or "")
    return text if text in table_of else ""
