"""Whether a piece of work that was handed down is admitted: for this community, in this period.

It is judged by the registry as it stood on the day (`as_of`): what was filed, changed or ended since counts for nothing.
What it answers is written down and read by the unit complained of: it never names the community.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches

import sqlalchemy as sa

from forms.written.dates import show_date
from forms.written.words import squeeze
from workflows.admission import as_of, funds, kinds, matters
from workflows.admission.as_of import Stood
from workflows.admission.states import REGISTRY_STATES
from workflows.admission.tables import matter, matter_version
from workflows.usecases.runtime import Transaction

FINDINGS: dict[str, tuple[str, str]] = {
    "not_admitted": ("未准入", "not admitted"),
    "pending": ("尚在审批", "still under review"),
    "ended": ("已退出", "ended"),
    "out_of_period": ("不在期限内", "outside its period"),
    "out_of_scope": ("不在进入范围", "does not enter here"),
    "other_unit": ("准入单位不同", "admitted for another unit"),
    "admitted": ("已准入", "admitted"),
}
"""What a look into the registry finds: key -> words."""

_REGISTERED = ("filed", "leaving", "ended")
"""Stages of what stands in the registry, open to everybody; an application is known to its parties alone."""
_MOST_NEAR = 3
_COMPARED = 20
"""Names of a transaction that are compared with all others."""
_WORST = tuple(FINDINGS)


@dataclass(frozen=True)
class Verdict:
    """What the registry says. `matter_id`: the matter it speaks of; `near`: names that resemble the one given."""

    finding: str
    sentence: str
    matter_id: int | None = None
    near: tuple[str, ...] = ()


def look(
    tx: Transaction,
    name: str,
    unit_id: int | None,
    community: int | None,
    day: date,
) -> Verdict:
    """Look a name up as on a day; of several matters of the name the one that speaks most for the unit counts.

    Args:
        name: as it was handed down; spaces and signs do not count.
        unit_id: who handed it down; None: any unit.
        community: where; None: anywhere.

    Names that resemble it are offered for the first few that are looked up: to compare one with the whole registry
    takes long, and a table of hundreds would be read for it.
    """
    known = tx.once("matters by name", lambda: _by_name(tx)).get(squeeze(name), ())
    stood = list(as_of.stood(tx, day, known)) if known else []
    judged = [
        (_judge(tx, each, unit_id, community, day), each) for each in stood if each.state in REGISTRY_STATES
    ]
    if judged:
        finding, found = max(judged, key=lambda each: (_WORST.index(each[0]), each[1].matter_id))
        told = _told(finding, found, day) + funds.told_late(tx, found.matter_id, day)
        return Verdict(finding, told, found.matter_id)
    if later := _filed_since(tx, known, day):
        return Verdict("not_admitted", f"{_not_found(name, day)}{FILED_SINCE.format(show_date(later))}")
    near = _near(tx, name)
    return Verdict("not_admitted", _not_found(name, day, near), near=near)


def _by_name(tx: Transaction) -> dict[str, set[int]]:
    """The matters by each name they ever had, without spaces and signs."""
    called = matter_version.c.snapshot["name"].as_string()
    found: dict[str, set[int]] = {}
    for name, matter_id in tx.db.execute(sa.select(called, matter_version.c.matter_id).distinct()):
        found.setdefault(squeeze(name or ""), set()).add(matter_id)
    return found


def _filed_since(tx: Transaction, known: Collection[int], day: date) -> date | None:
    """The day on which a matter of the name was filed first, though not on `day`."""
    if not known:
        return None
    query = sa.select(sa.func.min(matter.c.filed_on)).where(matter.c.id.in_(known), matter.c.filed_on > day)
    return tx.db.execute(query.where(matter.c.stage.in_(_REGISTERED))).scalar_one()


def _near(tx: Transaction, name: str) -> tuple[str, ...]:
    """Names of the registry that resemble one."""
    compared: list[str] = tx.once("names compared", list)
    compared.append(name)
    if len(compared) > _COMPARED:
        return ()
    names = tx.once("names of the registry", lambda: _registered(tx))
    return tuple(get_close_matches(name, names, _MOST_NEAR, 0.5))


def _registered(tx: Transaction) -> list[str]:
    query = sa.select(matter.c.name).where(matter.c.stage.in_(_REGISTERED))
    return list(dict.fromkeys(tx.db.execute(query.order_by(matter.c.id)).scalars()))


def _judge(tx: Transaction, each: Stood, unit_id: int | None, community: int | None, day: date) -> str:
    if each.state in ("pending", "ended"):
        return each.state
    if unit_id is not None and matters.standing(tx, each.unit_id) not in tx.units.path(unit_id):
        return "other_unit"
    if not as_of.binds(each, day):
        return "out_of_period"
    reach = as_of.place(tx, community, day).reach if community is not None else None
    return "admitted" if as_of.enters(each.scope, reach) else "out_of_scope"


def _not_found(name: str, day: date, near: Sequence[str] = ()) -> str:
    told = f"截至{show_date(day)}，备案登记中没有名为“{name}”的事务，社区有权拒绝。"
    kind = kinds.told_by(name)
    if kind.key != kinds.MATTER:
        told += f"准入的{kind.zh}目录中也没有它。"
    return told + (f"名称相近的有：{'、'.join(near)}。" if near else "")


_WORDS = {
    "pending": "截至{day}正在申请准入，尚未备案，社区有权拒绝",
    "ended": "已经退出，社区不再承担",
    "out_of_period": "已经备案，但{day}不在期限内，社区有权拒绝",
    "out_of_scope": "已经准入，但进入范围不含反馈的社区，该社区有权拒绝",
    "other_unit": "已经准入，但申请单位不是所反映的单位",
    "admitted": "已经准入，在进入范围和期限之内",
}

FILED_SINCE = "同名事项{}才备案。"


def _told(finding: str, each: Stood, day: date) -> str:
    end = show_date(each.period_end) if each.period_end else "长期"
    if finding == "pending":  # whose it is, only the parties of an application know
        return f"“{each.name}”{_WORDS[finding].format(day=show_date(day))}。"
    facts = [each.unit, each.number]
    if each.kind != kinds.MATTER:
        facts.insert(0, kinds.KINDS[each.kind].zh)
    if each.period_start:
        facts.append(f"{show_date(each.period_start)}至{end}")
    if each.ended_on:
        facts.append(f"{show_date(each.ended_on)}退出")
    about = "，".join(fact for fact in facts if fact)
    return f"“{each.name}”({about}){_WORDS[finding].format(day=show_date(day))}。"
