"""机构调整: units renamed, merged or split, and work transferred, each as one recorded act.

The unit that is no more keeps its row and its last name, so that old documents read as they were written. The unit
that takes over what it did is its `successor`: whatever still names the old one (candidate groups, parties, variables
of running instances) is understood as the new one (`directory.Directory.standing`). What goes elsewhere than to the
successor (chosen belongings at a split, all at a transfer) is written anew in the running instances about it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, ClassVar

import sqlalchemy as sa

from forms.faults import Refused
from workflows.store.tables import (
    account,
    instance,
    instance_party,
    reorganisation,
    submission,
    task,
    task_candidate,
    unit,
)
from workflows.usecases import audit, definitions, flow, history, units
from workflows.usecases.actor import Actor
from workflows.usecases.errors import NotFound
from workflows.usecases.runtime import Belonging, Transaction

PERMISSION = "units.manage"
ACTS: Mapping[str, tuple[str, str]] = {
    "rename": ("更名", "renamed"),
    "merge": ("合并", "merged"),
    "split": ("分设", "split"),
    "transfer": ("职责划转", "transferred"),
}
"""What can happen to units: key -> what it is called."""


EARLIEST = timedelta(days=366)
"""How far back an act may be dated that is entered late."""


class BadReorganisation(Refused):
    """What is asked makes no such act. Facts: why, why_en."""

    zh: ClassVar[str] = "{why}"
    en: ClassVar[str] = "{why_en}"


@dataclass(frozen=True)
class Target:
    """A unit that comes out of the act: one that stands already, or a new one of this name."""

    name: str = ""
    unit_id: int | None = None


@dataclass(frozen=True)
class Wanted:
    """An act as somebody asks for it.

    Attributes:
        act: a key of `ACTS`.
        units: what is reorganised; one, save for a merger.
        into: what comes out of it. The first takes over all that is not given to another.
        on: the first day of it; today, or up to `EARLIEST` before; one to come goes to `planned_acts`.
        document: the paper it rests on (发文字号).
        belongings: key of a belonging -> place in `into` (split and transfer).
        people: account id -> place in `into` (split and transfer).
    """

    act: str
    units: tuple[int, ...]
    into: tuple[Target, ...]
    on: date
    document: str = ""
    note: str = ""
    belongings: Mapping[str, int] = field(default_factory=dict)
    people: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Extent:
    """What an act about a unit would carry: people, units below, open tasks, belongings."""

    people: tuple[tuple[int, str], ...]
    below: int
    tasks: int
    belongings: tuple[Belonging, ...]


@dataclass(frozen=True)
class Act:
    """A recorded act. `before` and `after` are names of units, as they were called then."""

    id: int
    act: str
    zh: str
    en: str
    on: date
    document: str
    note: str
    at: datetime
    actor: str
    before: tuple[tuple[int, str], ...]
    after: tuple[tuple[int, str], ...]
    carried: Mapping[str, int]


# ------------------------------------------------------------------ looking
def extent(tx: Transaction, unit_id: int, actor: Actor) -> Extent:
    """What stands with a unit now. Permission `units.manage`."""
    actor.require(PERMISSION)
    query = sa.select(account.c.id, account.c.name).where(account.c.unit_id == unit_id, account.c.enabled)
    return Extent(
        people=tuple((row.id, row.name) for row in tx.db.execute(query.order_by(account.c.name))),
        below=len(tx.units.children(unit_id)),
        tasks=len(_open_tasks(tx, [unit_id])),
        belongings=tuple(each for carrier in tx.runtime.carriers for each in carrier.belongings(tx, unit_id)),
    )


def acts(tx: Transaction, unit_id: int | None = None, size: int = 200) -> list[Act]:
    """Recorded acts, latest first; only those that a unit came from or went into, where one is given."""
    rows = tx.db.execute(sa.select(reorganisation).order_by(reorganisation.c.id.desc()).limit(size))
    found = [_act(row) for row in rows]
    if unit_id is None:
        return found
    return [each for each in found if unit_id in {key for key, _name in (*each.before, *each.after)}]


def _act(row: Any) -> Act:
    zh, en = ACTS[row.act]
    facts = row.facts
    return Act(
        row.id,
        row.act,
        zh,
        en,
        row.on_day,
        row.document,
        row.note,
        row.at,
        row.actor_name,
        tuple((key, name) for key, name in facts["from"]),
        tuple((key, name) for key, name in facts["to"]),
        facts["carried"],
    )


# ------------------------------------------------------------------ doing
def perform(tx: Transaction, wanted: Wanted, actor: Actor) -> int:
    """Carry out an act; returns its id.

    Permission `units.manage`. Raises `BadReorganisation`, `AlreadyExists` (a new unit's name), `NotFound`.
    """
    actor.require(PERMISSION)
    before = [units.get(tx, unit_id) for unit_id in dict.fromkeys(wanted.units)]
    check(tx, wanted, [view.id for view in before])
    _check_day(tx, wanted, [view.id for view in before])
    stays = {target.unit_id for target in wanted.into}
    if wanted.act == "transfer":
        stays |= {view.id for view in before}
    ended = [view.id for view in before if view.id not in stays]
    instances = _concerned(tx, ended)
    if ended:
        tx.db.execute(sa.update(unit).where(unit.c.id.in_(ended)).values(valid_to=wanted.on))
    into = [_made(tx, target, before[0].id, wanted.on, actor) for target in wanted.into]
    words = "、".join(view.name for view in before)
    note = f"{words}{ACTS[wanted.act][0]}，{wanted.document}".rstrip("，")
    carried = {
        "kept": closed_since(tx, ended, wanted.on),
        "belongings": 0,
        "people": 0,
        "below": 0,
        "tasks": len(_open_tasks(tx, ended)),
    }
    below = _children_go(tx, ended, into[0]) if ended else []
    carried["below"] = len(below)
    if ended:
        tx.db.execute(sa.update(unit).where(unit.c.id.in_(ended)).values(successor_id=into[0]))
    tx.touch("units")
    _chosen_go(tx, wanted, into, actor, note, carried)
    for unit_id in ended:
        carried["people"] += _people_go(tx, account.c.unit_id == unit_id, into[0])
        for carrier in tx.runtime.carriers:
            carried["belongings"] += carrier.carry(tx, unit_id, into[0], None, actor, note)
    names = [[unit_id, units.get(tx, unit_id).name] for unit_id in into]
    _tell(tx, instances, words, units.name_of(tx, into[0]), wanted, actor)
    facts = {
        "from": [[view.id, view.name] for view in before],
        "to": names,
        "carried": carried,
        "below": below,
    }
    made = tx.db.execute(
        sa.insert(reorganisation).returning(reorganisation.c.id),
        {
            "act": wanted.act,
            "on_day": wanted.on,
            "document": wanted.document,
            "note": wanted.note,
            "at": tx.at,
            "actor_name": actor.name,
            "facts": facts,
        },
    ).scalar_one()
    audit.record(tx, actor, f"units.{wanted.act}", words, facts=facts | {"on": wanted.on.isoformat()})
    return int(made)


def closed_since(tx: Transaction, unit_ids: Sequence[int], day: date) -> int:
    """How many instances of units were closed from a day on: what an act dated back cannot undo, they keep the old name."""
    if not unit_ids or day >= tx.at.date():
        return 0
    query = sa.select(sa.func.count(instance.c.id.distinct())).join(
        instance_party, instance_party.c.instance_id == instance.c.id
    )
    named = [str(each) for each in unit_ids]
    query = query.where(instance_party.c.kind == "unit", instance_party.c.value.in_(named))
    since = datetime.combine(day, time(), tx.at.tzinfo)
    return int(tx.db.execute(query.where(instance.c.ended_at >= since)).scalar_one())


def _check_day(tx: Transaction, wanted: Wanted, before: Sequence[int]) -> None:
    """An act takes effect today, or on a past day on which its units stood already. Raises `BadReorganisation`."""
    on, today = wanted.on, tx.at.date()
    if on > today:
        _wrong(f"生效日期 {on} 还没有到，到日自动生效", f"{on} has not come yet; the act takes effect then")
    if on < today - EARLIEST:
        _wrong(
            f"生效日期 {on} 在一年以前，不能补录：其间的文书和统计都已按原单位形成",
            f"{on} is over a year ago: what was written and counted since stands under the old unit",
        )
    query = sa.select(unit.c.name, unit.c.valid_from).where(unit.c.id.in_(before), unit.c.valid_from > on)
    later = tx.db.execute(query.order_by(unit.c.valid_from.desc()).limit(1)).one_or_none()
    if later is not None:
        _wrong(
            f"“{later.name}”自 {later.valid_from} 才设立，生效日期不能早于这一天",
            f"{later.name} stands since {later.valid_from} only; the act cannot be earlier",
        )


def check(tx: Transaction, wanted: Wanted, before: Sequence[int]) -> None:
    """Raise `BadReorganisation` where the parts do not make the act."""
    for unit_id in before:
        ref = tx.units.get(unit_id)
        if ref is None or not ref.valid:
            _wrong(
                f"“{ref.name if ref else unit_id}”已不存在，不能再调整",
                f"{ref.name if ref else unit_id} is no more",
            )
    names = [target.name.strip() for target in wanted.into if target.unit_id is None]
    if not wanted.into or not all(names) or len(set(names)) < len(names):
        _wrong("请填写调整后的单位名称，名称不能重复", "Name each unit that comes out of it, each once")
    if wanted.act != "merge" and len(before) != 1:
        _wrong("请选择一个单位", "Choose one unit")
    if wanted.act == "rename" and (len(wanted.into) != 1 or wanted.into[0].unit_id is not None):
        _wrong("更名须填写新名称", "A unit is renamed to a new name")
    if wanted.act == "merge" and len({*before, *(t.unit_id or 0 for t in wanted.into)}) < 2:
        _wrong("合并至少要有两个单位", "It takes two units to merge")
    if wanted.act == "merge" and len(wanted.into) != 1:
        _wrong("合并后应是一个单位", "A merger makes one unit")
    if wanted.act == "split" and len(wanted.into) < 2:
        _wrong("分设后至少要有两个单位", "A split makes two units at least")
    if wanted.act == "transfer":
        if len(wanted.into) != 1 or wanted.into[0].unit_id is None or wanted.into[0].unit_id in before:
            _wrong("请选择接收职责的另一个单位", "Choose another unit that takes the work")
        if not wanted.belongings and not wanted.people:
            _wrong("请选择要划转的事项或人员", "Choose what is transferred")
    if any(
        not 0 <= place < len(wanted.into) for place in (*wanted.belongings.values(), *wanted.people.values())
    ):
        _wrong("所选事项或人员没有指明去向", "Say which unit takes what was chosen")


def _wrong(why: str, why_en: str) -> None:
    raise BadReorganisation(why=why, why_en=why_en)


def _made(tx: Transaction, target: Target, like: int, on: date, actor: Actor) -> int:
    """The id of a unit that comes out of it; a new one stands where the first one stood."""
    if target.unit_id is not None:
        ref = tx.units.get(target.unit_id)
        if ref is None or not ref.valid:
            raise NotFound(kind="unit", key=target.unit_id)
        return target.unit_id
    row = tx.db.execute(sa.select(unit).where(unit.c.id == like)).one()
    return units.create(tx, target.name.strip(), row.kind, row.parent_id, actor, on, position=row.position)


def _children_go(tx: Transaction, ended: Sequence[int], to: int) -> list[list[int]]:
    """Units below go along; each with the unit it stood under, by which earlier days are read."""
    mine = sa.and_(unit.c.parent_id.in_(ended), unit.c.valid_to.is_(None), unit.c.id != to)
    found = [
        [row.id, row.parent_id] for row in tx.db.execute(sa.select(unit.c.id, unit.c.parent_id).where(mine))
    ]
    tx.db.execute(sa.update(unit).where(mine).values(parent_id=to))
    return found


def _people_go(tx: Transaction, whose: sa.ColumnElement[bool], to: int) -> int:
    return tx.db.execute(sa.update(account).where(whose).values(unit_id=to)).rowcount


def _chosen_go(
    tx: Transaction, wanted: Wanted, into: Sequence[int], actor: Actor, note: str, carried: dict[str, int]
) -> None:
    """What was given to a unit of its own: people, belongings, and the instances about these."""
    unit_id = wanted.units[0]
    people: dict[int, list[int]] = defaultdict(list)
    for account_id, place in wanted.people.items():
        people[into[place]].append(account_id)
    for to, ids in people.items():
        carried["people"] += _people_go(tx, sa.and_(account.c.id.in_(ids), account.c.unit_id == unit_id), to)
    keys: dict[int, list[str]] = defaultdict(list)
    for key, place in wanted.belongings.items():
        keys[into[place]].append(key)
    for to, chosen in keys.items():
        for carrier in tx.runtime.carriers:
            mine = [each for each in carrier.belongings(tx, unit_id) if each.key in set(chosen)]
            if mine:
                carried["belongings"] += carrier.carry(
                    tx, unit_id, to, [each.key for each in mine], actor, note
                )
            for instance_id in sorted({key for each in mine for key in each.instance_ids}):
                carried["tasks"] += _rewrite(tx, instance_id, unit_id, to, actor)


# ------------------------------------------------------------------ running instances
def _open_tasks(tx: Transaction, ended: Sequence[int]) -> list[int]:
    """Open tasks that wait for groups of these units."""
    if not ended:
        return []
    groups = sa.or_(*(task_candidate.c.value.endswith(f"@{unit_id}") for unit_id in ended))
    query = sa.select(task.c.id).join(task_candidate, task_candidate.c.task_id == task.c.id)
    query = query.where(task_candidate.c.kind == "group", groups, task.c.state.in_(flow.OPEN_STATES))
    return list(tx.db.execute(query.distinct()).scalars())


def _concerned(tx: Transaction, ended: Sequence[int]) -> list[int]:
    """Running instances that these units are parties of."""
    if not ended:
        return []
    query = sa.select(instance.c.id).join(instance_party, instance_party.c.instance_id == instance.c.id)
    query = query.where(
        instance_party.c.kind == "unit",
        instance_party.c.value.in_([str(each) for each in ended]),
        instance.c.status == "running",
    )
    return sorted(set(tx.db.execute(query).scalars()))


def _tell(
    tx: Transaction, instances: Iterable[int], before: str, after: str, wanted: Wanted, actor: Actor
) -> None:
    """A line in the history of each instance that goes on under another unit."""
    facts = {"before": before, "after": after, "act": ACTS[wanted.act][0], "on": wanted.on.isoformat()}
    rows = [history.row(each, tx, "reorganised", actor, facts=facts) for each in instances]
    history.INSERT.run_many(tx.db, rows)


def _rewrite(tx: Transaction, instance_id: int, unit_id: int, to: int, actor: Actor) -> int:
    """Let a running instance be about another unit: its variables, its open tasks; how many tasks that were."""
    status = tx.db.execute(
        sa.select(instance.c.status).where(instance.c.id == instance_id)
    ).scalar_one_or_none()
    if status != "running":
        return 0
    mine = [row.id for row in tx.db.execute(_tasks_at(instance_id, unit_id))]
    running = flow.load(tx, instance_id)
    named = _unit_variables(tx, instance_id)
    swap = re.compile(rf"@{unit_id}(?![0-9])")

    def change(name: str, value: Any) -> Any:
        if isinstance(value, str):
            return swap.sub(f"@{to}", value)
        if value == unit_id and name in named and not isinstance(value, bool):
            return to
        return value

    flow.step(tx, running, actor, lambda engine: engine.reword(change))
    listed = sa.select(task.c.id).where(task.c.instance_id == instance_id, task.c.state.in_(flow.OPEN_STATES))
    waits = sa.and_(
        task_candidate.c.task_id.in_(listed),
        task_candidate.c.kind != "user",
        task_candidate.c.value.endswith(f"@{unit_id}"),
    )
    moved = sa.func.replace(task_candidate.c.value, f"@{unit_id}", f"@{to}")
    tx.db.execute(sa.update(task_candidate).where(waits).values(value=moved))
    if mine:
        given_back = sa.update(task).where(task.c.id.in_(mine), task.c.state == "open")
        tx.db.execute(given_back.values(assignee=None, version=task.c.version + 1))
    flow.PARTY.run(tx.db, flow.party(instance_id, "unit", str(to)))
    facts = {"before": units.name_of(tx, unit_id), "after": units.name_of(tx, to), "act": ACTS["transfer"][0]}
    history.add(tx, instance_id, "reorganised", actor, facts=facts | {"on": tx.at.date().isoformat()})
    return len(mine)


def _tasks_at(instance_id: int, unit_id: int) -> sa.Select[Any]:
    """Open tasks of an instance that wait for groups of a unit."""
    return (
        sa.select(task.c.id)
        .join(task_candidate, task_candidate.c.task_id == task.c.id)
        .where(
            task.c.instance_id == instance_id,
            task.c.state.in_(flow.OPEN_STATES),
            task_candidate.c.kind == "group",
            task_candidate.c.value.endswith(f"@{unit_id}"),
        )
        .distinct()
    )


def _unit_variables(tx: Transaction, instance_id: int) -> set[str]:
    """Names of variables that hold a unit: the fields of that kind in what was posted."""
    query = sa.select(submission.c.form_id).where(submission.c.instance_id == instance_id).distinct()
    found: set[str] = set()
    for form_id in tx.db.execute(query).scalars():
        if form_id is not None:
            form = definitions.form_by_id(tx, form_id)
            found |= {each.key for each in form.fields if each.kind == "unit"}
    return found
