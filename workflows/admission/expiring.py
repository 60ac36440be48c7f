"""Services of `expire`: before a matter's period is over its unit is asked once whether it is extended or ends."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from functools import lru_cache
from typing import Any, ClassVar

import sqlalchemy as sa

from forms.faults import Refused
from workflows.admission import matters, reading, states
from workflows.admission.tables import expiry_answer, matter
from workflows.engine import ServiceCall
from workflows.engine.dmn import Decisions, load_decisions
from workflows.usecases import definitions, instances
from workflows.usecases.errors import NotFound
from workflows.usecases.runtime import InstanceRef, Transaction

ANSWER, APPROVAL, SIGNATURE = "expiry_answer", "expiry_approval", "expiry_sign"
RULES = "expiry_rules"
AHEAD, ANSWER_DAYS = 30, 10
"""Days ahead, and working days to answer, where the decision `RULES` says nothing."""


class NothingExpires(Refused):
    """No unit is to be asked. Facts: days."""

    zh: ClassVar[str] = "{days}天内没有到期而尚未确认的事项"
    en: ClassVar[str] = "No matter ends within {days} days that was not asked about already"


def ahead(tx: Transaction) -> int:
    """Days before its last one from which a matter is 即将到期: from then on its unit is asked, by the office's own table."""
    return tx.once("days ahead of an end", lambda: _ahead(tx))


def _ahead(tx: Transaction) -> int:
    try:
        view = definitions.latest(tx, RULES, "decision")
    except NotFound:
        return AHEAD
    rules = _table(definitions.content(tx, view.resource_id).content).evaluate(RULES, {}, tx.world).result
    return int(rules["ahead"]) if isinstance(rules, Mapping) and rules.get("ahead") is not None else AHEAD


@lru_cache(maxsize=8)
def _table(content: bytes) -> Decisions:
    return load_decisions(content, RULES)


def _rule(call: ServiceCall, name: str, otherwise: int) -> int:
    rules = call.variables.get("rules")
    return int(rules[name]) if isinstance(rules, Mapping) and rules.get(name) is not None else otherwise


def list_expiring(tx: Transaction, call: ServiceCall, instance: InstanceRef) -> Mapping[str, Any]:
    """列出即将到期事项: `items` [{"unit": id, "answer_by": date}], one task each. A period is asked about once.

    Raises `NothingExpires`: the clock then starts nothing.
    """
    today, ahead = tx.world.today, _rule(call, "ahead", AHEAD)
    asked = sa.exists().where(
        expiry_answer.c.matter_id == matter.c.id, expiry_answer.c.period_end == matter.c.period_end
    )
    query = sa.select(matter.c.id, matter.c.applicant_unit_id, matter.c.period_end).where(
        matter.c.applicant_unit_id.is_not(None),
        matter.c.period_end <= today + timedelta(days=ahead),
        states.in_state("in_force", today),
        ~asked,
    )
    rows = tx.db.execute(query.order_by(matter.c.applicant_unit_id, matter.c.period_end, matter.c.id)).all()
    if not rows:
        raise NothingExpires(days=ahead)
    tx.db.execute(
        sa.insert(expiry_answer),
        [
            {
                "instance_id": instance.id,
                "matter_id": row.id,
                "unit_id": row.applicant_unit_id,
                "period_end": row.period_end,
            }
            for row in rows
        ],
    )
    last = tx.world.calendar.add_working_days(today, _rule(call, "answer", ANSWER_DAYS))
    first_end: dict[int, date] = {}
    for row in rows:
        first_end.setdefault(row.applicant_unit_id, row.period_end)
    instances.set_title(tx, instance.id, f"到期确认：{today:%Y年%-m月%-d日}")
    items = [{"unit": unit_id, "answer_by": min(last, end)} for unit_id, end in first_end.items()]
    return {"items": items, "exits": []}


def _asked(tx: Transaction, instance_id: int, unit_id: Any) -> list[Any]:
    query = (
        sa.select(expiry_answer, matter.c.name, matter.c.filing_number, matter.c.stage)
        .join(matter, matter.c.id == expiry_answer.c.matter_id)
        .where(expiry_answer.c.instance_id == instance_id, expiry_answer.c.unit_id == unit_id)
    )
    return list(tx.db.execute(query.order_by(expiry_answer.c.id)))


def begin(tx: Transaction, instance_id: int, variables: Mapping[str, Any]) -> Mapping[str, Any]:
    """The rows of a unit's table, and of those who approve and sign what it wants extended."""
    item = variables.get("item")
    if not isinstance(item, Mapping):
        return {}
    rows = _asked(tx, instance_id, item.get("unit"))
    return {
        "expiry_rows": [_line(row) for row in rows],
        "extension_rows": [
            {
                **_line(row),
                "new_end": row.new_end,
                "reason": row.note,
                "ruling": row.ruling or "adopt",
                "ruling_note": row.ruling_note,
            }
            for row in rows
            if row.answer == "extend"
        ],
    }


def _line(row: Any) -> dict[str, Any]:
    return {
        "filing_number": row.filing_number or "",
        "matter_name": row.name,
        "period_end": row.period_end,
    }


def _given(posted: Mapping[str, Any]) -> dict[tuple[str, str], Mapping[str, Any]]:
    return {(row.get("filing_number") or "", row["matter_name"]): row for row in posted.get("rows") or ()}


def record_expiry_answers(tx: Transaction, call: ServiceCall, instance: InstanceRef) -> Mapping[str, Any]:
    """登记答复: of one unit; silence is marked 未反馈, its matters end by themselves. Returns `extensions` (how many)."""
    item = call.variables.get("item") or {}
    given = _given(reading.posted(tx, instance, ANSWER))
    extensions = 0
    for row in _asked(tx, instance.id, item.get("unit")):
        said = given.get((row.filing_number or "", row.name), {})
        extensions += said.get("answer") == "extend"
        _write(
            tx,
            row.id,
            answer=said.get("answer"),
            new_end=said.get("new_end"),
            note=said.get("note") or "",
            no_feedback=not said,
            answered_on=tx.world.today if said else None,
        )
    return {"extensions": extensions}


def record_extension_rulings(tx: Transaction, call: ServiceCall, instance: InstanceRef) -> Mapping[str, Any]:
    """登记核准意见: what the clerk makes of the extensions of one unit, for the leader to sign."""
    item = call.variables.get("item") or {}
    given = _given(reading.posted(tx, instance, APPROVAL))
    for row in _asked(tx, instance.id, item.get("unit")):
        said = given.get((row.filing_number or "", row.name), {})
        if row.answer == "extend" and said:
            _write(tx, row.id, ruling=said.get("ruling"), ruling_note=said.get("ruling_note") or "")
    return {}


def extend_matters(tx: Transaction, call: ServiceCall, instance: InstanceRef) -> Mapping[str, Any]:
    """登记延期: what the bureau approved and signed ends later. A matter that left meanwhile stays as it is."""
    item = call.variables.get("item") or {}
    for row in _asked(tx, instance.id, item.get("unit")):
        if row.answer == "extend" and row.ruling == "adopt" and row.stage == "filed" and row.new_end:
            matters.change(
                tx, row.matter_id, "extended", note=row.note, instance_id=instance.id, period_end=row.new_end
            )
    return {}


def list_expiry_exits(tx: Transaction, call: ServiceCall, instance: InstanceRef) -> Mapping[str, Any]:
    """汇总终止事项: `exits`, each as the message `exit_matter` takes it."""
    query = sa.select(expiry_answer).where(
        expiry_answer.c.instance_id == instance.id, expiry_answer.c.answer == "end"
    )
    return {
        "exits": [
            {
                "matter_id": row.matter_id,
                "raised_by": "expiry",
                "exit_kind": "expired",
                "exit_reason": row.note or "期限届满",
                "exit_on": row.period_end,
            }
            for row in tx.db.execute(query.order_by(expiry_answer.c.id))
        ]
    }


def _write(tx: Transaction, answer_id: int, **values: Any) -> None:
    tx.db.execute(sa.update(expiry_answer).where(expiry_answer.c.id == answer_id).values(**values))
