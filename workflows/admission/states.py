"""What a matter is on a day: one function in Python and the same condition in SQL.

Stored is only the stage, which an act moves; the rest follows from the period, so a matter whose
period is over is 到期 on that very day without anybody's doing. Source: DOMAIN, states of a matter.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, false, or_

from workflows.admission.tables import matter


@dataclass(frozen=True)
class State:
    key: str
    zh: str
    en: str
    tone: str  # blue | green | amber | red | grey: what the chip's colour means


STATES: dict[str, State] = {
    s.key: s
    for s in (
        State("pending", "在办", "in progress", "blue"),
        State("not_yet", "未生效", "not yet in force", "amber"),
        State("in_force", "有效", "in force", "green"),
        State("leaving", "退出办理中", "leaving", "amber"),
        State("expired", "到期", "expired", "grey"),
        State("ended", "终止", "ended", "grey"),
        State("refused", "不予准入", "refused", "red"),
        State("withdrawn", "已撤回", "withdrawn", "grey"),
        State("void", "作废", "cancelled", "grey"),
        State("offline", "涉密线下办理", "handled offline", "grey"),
    )
}

#: What an act moves a matter to. `filed` and a dated `ended` give several states, the others one each.
STAGES = ("pending", "filed", "leaving", "ended", "refused", "withdrawn", "void", "offline")
#: The six a registry shows; an application that came to nothing is looked for by its outcome.
REGISTRY_STATES = ("pending", "not_yet", "in_force", "leaving", "expired", "ended")
DURATIONS = {"long_term": "长期性(一年以上)", "short_term": "短期", "temporary": "临时性"}
EXECUTORS = {"community": "社区组织", "grid": "网格员"}
OUTCOMES = {"admitted": "准入", "conditional": "附条件准入", "refused": "不予准入", "withdrawn": "撤回"}
EXIT_KINDS = {
    "expired": "到期",
    "done": "任务完成",
    "basis_gone": "依据废止",
    "evaluation": "评议不合格/居民不认可",
    "violation": "违规清退",
    "other": "其他",
}


RAISED_BY = {
    "unit": "申请单位申请",
    "expiry": "到期确认",
    "evaluation": "年度评议提出",
    "refresh": "年度更新",
    "order": "审核单位责令退出",
}
"""Who brought a matter's end about."""


def state_of(row: Mapping[str, Any], day: date) -> str:
    """Return the key of the state in which a matter row is on `day`.

    A matter that leaves stays 退出办理中 until its exit is registered, even past its period; one whose
    exit is dated later than `day` is still what it was.
    """
    stage = row["stage"]
    if stage == "ended" and row["ended_on"] is not None and row["ended_on"] > day:
        stage = "filed"
    if stage != "filed":
        return str(stage)
    if row["period_start"] is not None and row["period_start"] > day:
        return "not_yet"
    if row["period_end"] is not None and row["period_end"] < day:
        return "expired"
    return "in_force"


def is_expiring(row: Mapping[str, Any], day: date, ahead: int) -> bool:
    """即将到期: in force, and its last day is at most so many days `ahead` (`expiring.ahead`)."""
    end = row["period_end"]
    return state_of(row, day) == "in_force" and end is not None and end <= day + timedelta(days=ahead)


def _filed(day: date) -> ColumnElement[bool]:
    return or_(
        matter.c.stage == "filed",
        and_(matter.c.stage == "ended", matter.c.ended_on.is_not(None), matter.c.ended_on > day),
    )


def in_state(state: str, day: date) -> ColumnElement[bool]:
    """Return the SQL condition that is true of the rows for which `state_of(row, day) == state`."""
    started = or_(matter.c.period_start.is_(None), matter.c.period_start <= day)
    over = and_(matter.c.period_end.is_not(None), matter.c.period_end < day)
    if state == "not_yet":
        return and_(_filed(day), matter.c.period_start.is_not(None), matter.c.period_start > day)
    if state == "expired":
        return and_(_filed(day), started, over)
    if state == "in_force":
        return and_(_filed(day), started, or_(matter.c.period_end.is_(None), matter.c.period_end >= day))
    if state == "ended":
        return and_(matter.c.stage == "ended", or_(matter.c.ended_on.is_(None), matter.c.ended_on <= day))
    if state in STATES:
        return matter.c.stage == state
    return false()


def expiring(day: date, ahead: int) -> ColumnElement[bool]:
    """SQL of `is_expiring`."""
    limit = day + timedelta(days=ahead)
    return and_(in_state("in_force", day), matter.c.period_end.is_not(None), matter.c.period_end <= limit)
