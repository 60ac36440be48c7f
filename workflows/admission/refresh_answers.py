"""What units answer in a yearly refresh, as it is kept: the answer, what it changes, what the bureau makes of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from workflows.admission.tables import refresh_answer
from workflows.usecases.runtime import Transaction

ANSWERS = {"continue": "继续", "change": "变更", "end": "终止"}
CHANGED = {"period_end": "截止日期", "funds_amount": "工作经费", "content": "工作内容"}
"""Columns of a matter that an answer may change."""
_READ: Mapping[str, Callable[[str], Any]] = {
    "period_end": date.fromisoformat,
    "funds_amount": Decimal,
    "content": str,
}
_WRITTEN = ("answer", "note", "changes", "no_feedback", "answered_on", "answered_by")


def said(given: Mapping[str, Any], by_name: str, on: date) -> dict[str, Any]:
    """A row of a unit's table -> the columns of its answer."""
    new = {
        "period_end": given.get("new_end"),
        "funds_amount": given.get("new_funds"),
        "content": given.get("new_content"),
    }
    answer = given.get("answer") or "continue"
    return {
        "answer": answer,
        "note": given.get("note") or "",
        "changes": {key: str(value) for key, value in new.items() if value not in (None, "")}
        if answer == "change"
        else {},
        "no_feedback": False,
        "answered_on": on,
        "answered_by": by_name,
    }


def changed(changes: Mapping[str, str] | None) -> dict[str, Any]:
    """What an answer changes, as values of the matter's columns."""
    return {key: _READ[key](text) for key, text in (changes or {}).items() if key in _READ}


def write(tx: Transaction, instance_id: int, answers: Sequence[Mapping[str, Any]]) -> None:
    """Write answers over those that stand: the columns of `said`, and `b_matter`."""
    if not answers:
        return
    given: dict[str, Any] = {
        key: sa.bindparam(f"b_{key}", type_=refresh_answer.c[key].type) for key in _WRITTEN
    }
    mine = sa.and_(
        refresh_answer.c.instance_id == instance_id, refresh_answer.c.matter_id == sa.bindparam("b_matter")
    )
    tx.db.execute(
        sa.update(refresh_answer).where(mine).values(**given),
        [{"b_matter": each["b_matter"], **{f"b_{key}": each[key] for key in _WRITTEN}} for each in answers],
    )


def rule(tx: Transaction, instance_id: int, matter_id: int, ruling: str | None, note: str) -> None:
    """What the bureau makes of an answer: `adopt`, or `keep` (it goes on all the same)."""
    mine = sa.and_(refresh_answer.c.instance_id == instance_id, refresh_answer.c.matter_id == matter_id)
    tx.db.execute(sa.update(refresh_answer).where(mine).values(ruling=ruling, ruling_note=note))
