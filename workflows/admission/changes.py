"""What a change of an admitted matter says: which matter, what stands, what is to stand; the changes that were asked for.

The form asks here through `Setting.look_up` whichever way it comes in (page, table, API): the old data are filled in beside
the new ones, and what cannot be is said at its field.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

import sqlalchemy as sa

from forms.binding import Known
from forms.faults import Refused
from forms.written.dates import show_date
from workflows.admission import exits, matters, reading, states
from workflows.admission.change_tables import matter_change
from workflows.admission.exits import NotThisMatter
from workflows.admission.states import State
from workflows.usecases.actor import Actor
from workflows.usecases.runtime import Transaction

FORM = "change_application"
STATES: dict[str, State] = {
    state.key: state
    for state in (
        State("pending", "审批中", "under review", "blue"),
        State("filed", "已备案，待生效", "filed, takes effect later", "amber"),
        State("in_effect", "已生效", "in effect", "green"),
        State("refused", "不予变更", "refused", "red"),
        State("withdrawn", "已撤回", "withdrawn", "grey"),
        State("lapsed", "事项已退出，未生效", "lapsed: the matter had left", "grey"),
        State("void", "作废", "cancelled", "grey"),
    )
}
UNDER_WAY = ("pending", "filed")
FIELDS: dict[str, tuple[str, str]] = {
    "content": ("授权内容", "Content"),
    "scope": ("进入范围", "Where"),
    "period": ("授权时间", "Period"),
    "funds": ("工作经费", "Funds"),
}
"""What may be changed of a matter: key -> words."""


class LeavesOrLeft(NotThisMatter):
    """A matter that leaves or has left is not changed. Facts: name, state."""

    zh: ClassVar[str] = "“{name}”{state}，不能申请变更"
    en: ClassVar[str] = "“{name}” is leaving or has left and cannot be changed"


class IsOver(NotThisMatter):
    """The period is over: what begins anew is applied for anew. Facts: name, end (date in words)."""

    zh: ClassVar[str] = "“{name}”的期限已于{end}届满，不能变更；仍需社区协助的，请重新申请准入"
    en: ClassVar[str] = "The period of “{name}” ended on {end}; apply for its admission anew"


class ChangedAlready(NotThisMatter):
    """Another change of the matter is under way. Facts: name, number, state."""

    zh: ClassVar[str] = "“{name}”已有一件变更在办({state})，办结后才能再次申请"
    en: ClassVar[str] = "Another change of “{name}” is under way"


class AnotherChange(NotThisMatter):
    """A change under way is corrected to name another matter. Facts: name."""

    zh: ClassVar[str] = "本流程办理的是“{name}”的变更，不能改为其他事项；如需变更其他事项，请另行申请"
    en: ClassVar[str] = "This is the change of “{name}”; start another one for another matter"


class NothingChanges(Refused):
    """No field says anything else than what stands. Facts: none."""

    zh: ClassVar[str] = "请至少填写一项变更后的内容(授权内容、进入范围、授权时间、工作经费)，并与变更前不同"
    en: ClassVar[str] = "Fill in at least one thing that is to be otherwise than it stands"


class EndsBeforeItStarts(Refused):
    """The new period ends before the one that stands starts. Facts: start, end."""

    zh: ClassVar[str] = "截止日期 {end} 早于起始日期 {start}"
    en: ClassVar[str] = "It would end on {end}, before it starts on {start}"


def named(
    tx: Transaction, values: Mapping[str, Any], under_way: int | None = None, *, held: bool = False
) -> Mapping[str, Any]:
    """The row of the matter that is to be changed. Raises `NotThisMatter`.

    Args:
        under_way: id of the matter whose change is corrected; it and no other may be named.
        held: as of `exits.named`.
    """
    try:
        row = exits.named(tx, values, under_way, held=held)
    except exits.AlreadyLeaving as wrong:
        raise LeavesOrLeft(**wrong.facts) from None
    except exits.AnotherExit as wrong:
        raise AnotherChange(**wrong.facts) from None
    if states.state_of(row, tx.world.today) == "expired":
        raise IsOver(name=row["name"], end=show_date(row["period_end"]))
    query = sa.select(matter_change.c.state).where(
        matter_change.c.matter_id == row["id"], matter_change.c.state.in_(UNDER_WAY)
    )
    found = tx.db.execute(query).scalars().first() if row["id"] != under_way else None
    if found is not None:
        raise ChangedAlready(name=row["name"], state=STATES[found].zh)
    return row


def known(
    tx: Transaction, actor: Actor | None, values: Mapping[str, Any], variables: Mapping[str, Any]
) -> Known:
    """What the registry says of a change that is being filled in: the old data, or why it cannot be."""
    found = exits.given(tx, actor, values)
    if found is None:
        return Known()
    under_way = variables.get("matter_id")
    try:
        row = named(tx, found, under_way if isinstance(under_way, int) else None)
    except NotThisMatter as wrong:
        return Known(refused={wrong.field: wrong})
    old = words_of(tx, row, matters.scope_of(tx, row["id"]))
    told = {f"old_{key}": text for key, text in old.items()}
    return Known(
        {
            **told,
            "applicant_unit": row["applicant_unit_id"],
            "filing_number": row["filing_number"],
            "matter_name": row["name"],
        },
        _contradictions(tx, row, values),
    )


def _contradictions(tx: Transaction, row: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Refused]:
    changed, scope = after(tx, row, values)
    start, end = (
        changed.get("period_start", row["period_start"]),
        changed.get("period_end", row["period_end"]),
    )
    if start is not None and end is not None and end < start:
        return {"new_period_end": EndsBeforeItStarts(start=show_date(start), end=show_date(end))}
    return {} if changed or scope is not None else {"new_content": NothingChanges()}


def after(
    tx: Transaction, row: Mapping[str, Any], values: Mapping[str, Any]
) -> tuple[dict[str, Any], list[int] | None]:
    """Columns of the matter that the form changes, and its new scope; None: it stays, empty: the whole district."""
    asked = {
        "content": values.get("new_content"),
        "period_start": values.get("new_period_start"),
        "period_end": values.get("new_period_end"),
        "funds_amount": values.get("new_funds_amount"),
        "funds_source": values.get("new_funds_source"),
    }
    changed = {key: value for key, value in asked.items() if value not in (None, "") and value != row[key]}
    if values.get("open_ended") and row["period_end"] is not None:
        changed["period_end"] = None
    stands, scope = matters.scope_of(tx, row["id"]), list(values.get("new_scope") or [])
    whole = values.get("whole_district") or set(scope) == set(reading.streets_of(tx, []))
    if whole:
        scope = []
    if sorted(scope) == stands or not (scope or whole):
        return changed, None
    changed["scope_text"] = "、".join(matters.unit_name(tx, each) for each in scope)
    return changed, scope


def words_of(tx: Transaction, row: Mapping[str, Any], scope: list[int]) -> dict[str, str]:
    """What stands of `FIELDS`, in words as the paper has them."""
    where = row["scope_text"] or "、".join(matters.unit_name(tx, each) for each in scope)
    return {
        "content": row["content"] or "—",
        "scope": where or "全区",
        "period": _period(row["period_start"], row["period_end"]),
        "funds": _funds(row["funds_amount"], row["funds_source"]),
    }


def _period(start: date | None, end: date | None) -> str:
    return f"{show_date(start) if start else '—'}至{show_date(end) if end else '长期'}"


def _funds(amount: Decimal | None, source: str) -> str:
    words = f"{amount:,.2f} 元" if amount is not None else ""
    return "，".join(each for each in (words, source) if each) or "—"


# ------------------------------------------------------------------ rows
@dataclass(frozen=True)
class Line:
    """One field of a change: as it stood, as it is asked for (None: it stays)."""

    key: str
    old: str
    new: str | None


@dataclass(frozen=True)
class MatterChange:
    """A change of a matter, as it was asked for and what came of it."""

    instance_id: int
    matter_id: int
    number: str
    state: str
    lines: tuple[Line, ...]
    reason: str
    asked_on: date
    filed_on: date | None
    effective_on: date | None


def of_matter(tx: Transaction, matter_id: int) -> list[MatterChange]:
    """The changes of a matter, latest first."""
    query = sa.select(matter_change).where(matter_change.c.matter_id == matter_id)
    return [_change(row) for row in tx.db.execute(query.order_by(matter_change.c.id.desc()))]


def of_instance(tx: Transaction, instance_id: int) -> MatterChange | None:
    """The change an instance is about, or None."""
    query = sa.select(matter_change).where(matter_change.c.instance_id == instance_id)
    row = tx.db.execute(query).one_or_none()
    return _change(row) if row is not None else None


def _change(row: Any) -> MatterChange:
    return MatterChange(
        instance_id=row.instance_id,
        matter_id=row.matter_id,
        number=row.number or "",
        state=row.state,
        lines=tuple(Line(key, row.old.get(key, ""), row.new.get(key)) for key in FIELDS),
        reason=row.reason,
        asked_on=row.asked_on,
        filed_on=row.filed_on,
        effective_on=row.effective_on,
    )
