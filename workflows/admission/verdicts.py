"""Whether a piece of work that was handed down is admitted: for this community, in this period.

What it answers is written down and read by the unit complained of: it never names the community.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from typing import Any

import sqlalchemy as sa

from forms.written.dates import show_date
from forms.written.words import squeeze
from workflows.admission import (
    funds,
    kinds,
    matters,
    reading,
    states,
)
from workflows.admission.tables import matter
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

_LOOKED_AT = ("pending", "filed", "leaving", "ended")
_MOST_NEAR = 3
_COMPARED = 20
"""Names of a transaction that are compared with all others."""
_WORST = tuple(FINDINGS)


@dataclass(frozen=True)
class Verdict:
    """What the registry says. `matter`: the row it speaks of; `near`: names that resemble the one given."""

    finding: str
    sentence: str
    matter: Mapping[str, Any] | None = None
    near: tuple[str, ...] = ()

    @property
    def matter_id(self) -> int | None:
        return int(self.matter["id"]) if self.matter is not None else None


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
    known = tx.once("matters by name", lambda: _by_name(tx))
    same = known.get(squeeze(name), ())
    if not same:
        compared: list[str] = tx.once("names compared", list)
        compared.append(name)
        names = dict.fromkeys(row["name"] for rows in known.values() for row in rows)
        found_near = get_close_matches(name, names, _MOST_NEAR, 0.5) if len(compared) <= _COMPARED else []
        return Verdict("not_admitted", _not_found(name, day, found_near), near=tuple(found_near))
    judged = [(_judge(tx, row, unit_id, community, day), row) for row in same]
    finding, found = max(judged, key=lambda each: (_WORST.index(each[0]), each[1]["id"]))
    return Verdict(finding, _told(finding, found, day) + funds.told_late(tx, found["id"], day), found)


def _by_name(tx: Transaction) -> dict[str, list[Mapping[str, Any]]]:
    """The matters that are looked at, under their names without spaces and signs."""
    columns = ("id", "kind", "name", "stage", "applicant_unit_id", "applicant_unit_name", "filing_number")
    more = ("application_number", "period_start", "period_end", "ended_on", "scope_text")
    query = sa.select(*(matter.c[each] for each in (*columns, *more))).where(matter.c.stage.in_(_LOOKED_AT))
    found: dict[str, list[Mapping[str, Any]]] = {}
    for row in tx.db.execute(query.order_by(matter.c.id)).mappings():
        found.setdefault(squeeze(row["name"]), []).append(dict(row))
    return found


def _judge(
    tx: Transaction, row: Mapping[str, Any], unit_id: int | None, community: int | None, day: date
) -> str:
    state = states.state_of(row, day)
    if state == "pending":
        return "pending"
    if state == "ended":
        return "ended"
    if unit_id is not None and row["applicant_unit_id"] not in reading.path(tx, unit_id):
        return "other_unit"
    if state in ("not_yet", "expired"):
        return "out_of_period"
    scope = matters.scope_of(tx, row["id"])
    if community is not None and scope and not set(scope) & set(reading.path(tx, community)):
        return "out_of_scope"
    return "admitted"


def _not_found(name: str, day: date, near: Sequence[str]) -> str:
    told = f"截至{show_date(day)}，备案登记中没有名为“{name}”的事务，社区有权拒绝。"
    kind = kinds.told_by(name)
    if kind.key != kinds.MATTER:
        told += f"准入的{kind.zh}目录中也没有它。"
    return told + (f"名称相近的有：{'、'.join(near)}。" if near else "")


_WORDS = {
    "pending": "正在申请准入，尚未备案，社区有权拒绝",
    "ended": "已经退出，社区不再承担",
    "out_of_period": "已经备案，但{day}不在期限内，社区有权拒绝",
    "out_of_scope": "已经准入，但进入范围不含反馈的社区，该社区有权拒绝",
    "other_unit": "已经准入，但申请单位不是所反映的单位",
    "admitted": "已经准入，在进入范围和期限之内",
}


def _told(finding: str, row: Mapping[str, Any], day: date) -> str:
    number = row["filing_number"] or row["application_number"]
    end = show_date(row["period_end"]) if row["period_end"] else "长期"
    facts = [row["applicant_unit_name"], number]
    if row["kind"] != kinds.MATTER:
        facts.insert(0, kinds.KINDS[row["kind"]].zh)
    if row["period_start"]:
        facts.append(f"{show_date(row['period_start'])}至{end}")
    if row["ended_on"]:
        facts.append(f"{show_date(row['ended_on'])}退出")
    about = "，".join(each for each in facts if each)
    return f"“{row['name']}”({about}){_WORDS[finding].format(day=show_date(day))}。"
