"""Reorganisations entered ahead: an act that is decided today and takes effect on a coming day, by the clock.

What was asked for is kept as it was asked; on its day it is carried out as any act (`reorganising.perform`). Where it no
longer makes an act then (the unit was merged meanwhile), it stands there refused with its reason, and who entered it is told.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa

from forms.faults import Refused
from workflows.settings import SHANGHAI
from workflows.store.tables import planned_act
from workflows.usecases import audit, notices, reorganising, units
from workflows.usecases.actor import SYSTEM, Actor
from workflows.usecases.errors import NotFound
from workflows.usecases.reorganising import ACTS, PERMISSION, Target, Wanted
from workflows.usecases.runtime import Transaction

FARTHEST = timedelta(days=366)
"""How far ahead an act is entered."""
STATES: dict[str, tuple[str, str]] = {
    "planned": ("待生效", "to come"),
    "done": ("已生效", "in effect"),
    "refused": ("未能生效", "not carried out"),
    "withdrawn": ("已撤销", "withdrawn"),
}


@dataclass(frozen=True)
class Planned:
    """An act that waits for its day, or did. `state` is a key of `STATES`."""

    id: int
    act: str
    on: date
    before: str
    after: str
    document: str
    state: str
    why: str
    by: str
    at: datetime


def plan(tx: Transaction, wanted: Wanted, actor: Actor) -> int:
    """Keep an act for its day; returns its id. Raises as `reorganising.perform`."""
    actor.require(PERMISSION)
    before = [units.get(tx, unit_id) for unit_id in dict.fromkeys(wanted.units)]
    reorganising.check(tx, wanted, [view.id for view in before])
    if wanted.on > tx.world.today + FARTHEST:
        raise reorganising.BadReorganisation(
            why=f"生效日期 {wanted.on} 在一年以后，请到时再办理",
            why_en=f"{wanted.on} is more than a year ahead: enter the act later",
        )
    row = {
        "on_day": wanted.on,
        "act": wanted.act,
        "wanted": _kept(wanted),
        "before_names": "、".join(view.name for view in before),
        "after_names": "、".join(
            target.name if target.unit_id is None else units.name_of(tx, target.unit_id)
            for target in wanted.into
        ),
        "document": wanted.document,
        "state": "planned",
        "why": "",
        "actor_id": actor.account_id,
        "actor_name": actor.name,
        "at": tx.at,
    }
    made = tx.db.execute(sa.insert(planned_act).returning(planned_act.c.id), [row]).scalar_one()
    facts = {"on": wanted.on.isoformat(), "to": row["after_names"]}
    audit.record(tx, actor, "units.planned", str(row["before_names"]), facts=facts)
    return int(made)


def _kept(wanted: Wanted) -> dict[str, Any]:
    return {
        "units": list(wanted.units),
        "into": [{"name": each.name, "unit_id": each.unit_id} for each in wanted.into],
        "note": wanted.note,
        "belongings": dict(wanted.belongings),
        "people": {str(key): place for key, place in wanted.people.items()},
    }


def _wanted(row: Any) -> Wanted:
    kept = row.wanted
    return Wanted(
        act=row.act,
        units=tuple(kept["units"]),
        into=tuple(Target(each["name"], each["unit_id"]) for each in kept["into"]),
        on=row.on_day,
        document=row.document,
        note=kept["note"],
        belongings=kept["belongings"],
        people={int(key): place for key, place in kept["people"].items()},
    )


def listed(tx: Transaction) -> list[Planned]:
    """What is to come, soonest first; then what could not be carried out, or was withdrawn."""
    query = sa.select(planned_act).where(planned_act.c.state != "done")
    waiting = sa.case((planned_act.c.state == "planned", 0), else_=1)
    return [
        Planned(
            row.id,
            row.act,
            row.on_day,
            row.before_names,
            row.after_names,
            row.document,
            row.state,
            row.why,
            row.actor_name,
            row.at,
        )
        for row in tx.db.execute(query.order_by(waiting, planned_act.c.on_day, planned_act.c.id).limit(100))
    ]


def withdraw(tx: Transaction, planned_id: int, actor: Actor) -> None:
    """The act will not take place. Raises `NotAllowed`, `NotFound` where none waits."""
    actor.require(PERMISSION)
    where = (planned_act.c.id == planned_id, planned_act.c.state == "planned")
    if tx.db.execute(sa.update(planned_act).where(*where).values(state="withdrawn")).rowcount != 1:
        raise NotFound(kind="act", key=planned_id)
    audit.record(tx, actor, "units.plan_withdrawn", str(planned_id))


# ------------------------------------------------------------------ by the clock
def first_due(tx: Transaction) -> datetime | None:
    """The first moment of the day of the first act whose day has come; None where none has."""
    query = sa.select(sa.func.min(planned_act.c.on_day)).where(
        planned_act.c.state == "planned", planned_act.c.on_day <= tx.world.today
    )
    day = tx.db.execute(query).scalar_one()
    return datetime.combine(day, time(), SHANGHAI) if day is not None else None


def perform_due(tx: Transaction) -> int:
    """Carry out the first act whose day has come; 1, or 0 where it no longer makes an act."""
    query = sa.select(planned_act).where(
        planned_act.c.state == "planned", planned_act.c.on_day <= tx.world.today
    )
    row = tx.db.execute(query.order_by(planned_act.c.on_day, planned_act.c.id).limit(1)).one()
    by = replace(SYSTEM, name=row.actor_name, permissions=frozenset({PERMISSION}))
    mine = sa.update(planned_act).where(planned_act.c.id == row.id)
    try:
        with tx.savepoint():
            reorganising.perform(tx, _wanted(row), by)
    except Refused as refused:
        tx.touch("units")
        tx.db.execute(mine.values(state="refused", why=refused.tell("zh")[:500]))
        words = (
            f"{row.before_names}{ACTS[row.act][0]}未能于{row.on_day.isoformat()}生效：{refused.tell('zh')}"
        )
        if row.actor_id is not None:
            notices.to_accounts(tx, [row.actor_id], "reorganised", words)
        return 0
    tx.db.execute(mine.values(state="done"))
    return 1
