"""What a service reads of its instance: variables that may be absent, what was posted, who signed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from workflows.admission.roles import REVIEW_ROLES
from workflows.admission.unit_kinds import STREET_KINDS
from workflows.engine import ServiceCall
from workflows.store.statements import Statement
from workflows.store.tables import account, account_role, task
from workflows.usecases import opinions, submissions
from workflows.usecases.runtime import InstanceRef, Transaction
from workflows.usecases.views import OpinionView

_SEATS = Statement(
    sa.select(account.c.unit_id, account_role.c.role)
    .distinct()
    .join(account_role, account_role.c.account_id == account.c.id)
    .where(
        sa.or_(*(account_role.c.role == role for role in REVIEW_ROLES)),
        account.c.unit_id.is_not(None),
        account.c.enabled,
    )
)


def posted(tx: Transaction, instance: InstanceRef, form_key: str) -> Mapping[str, Any]:
    """What stands of a form of this instance; empty when it was never posted."""
    return submissions.latest(tx, instance.id, form_key) or {}


def day(call: ServiceCall, name: str) -> date | None:
    """A variable as a date."""
    value = call.variables.get(name)
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value)[:10]) if value else None
    except ValueError:
        return None


def number(call: ServiceCall, name: str, otherwise: int = 0) -> int:
    """A variable as a whole number."""
    try:
        return int(call.variables.get(name) or otherwise)
    except (TypeError, ValueError):
        return otherwise


def number_of(value: Any) -> int | None:
    """A value as a whole number, None where it is none."""
    try:
        return int(value)
    except (TypeError, ValueError):
        return None


def limit(call: ServiceCall, name: str) -> Any:
    """An output of the decision `time_limits`, None when it was not asked."""
    limits = call.variables.get("limits")
    return limits.get(name) if isinstance(limits, Mapping) else None


def last_opinion(tx: Transaction, instance: InstanceRef, box: str) -> OpinionView | None:
    """The opinion that stands in a box: the last one given."""
    found = opinions.by_box(tx, instance.id).get(box)
    return found[-1] if found else None


def opened_on(tx: Transaction, instance: InstanceRef, element: str) -> date | None:
    """The day on which the last task of an element was opened."""
    query = sa.select(task.c.created_at).where(task.c.instance_id == instance.id, task.c.element == element)
    found = tx.db.execute(query.order_by(task.c.id.desc()).limit(1)).scalar_one_or_none()
    return found.date() if found else None


def entered_by_bureau(instance: InstanceRef) -> bool:
    """代录: a clerk entered it for a unit that is not the clerk's own."""
    return instance.entered_for is not None and instance.entered_for != instance.initiator_unit


def filler_groups(instance: InstanceRef, unit_id: Any) -> str:
    """Who corrects or withdraws: the unit's clerks, and the reviewing clerks where they entered it."""
    own = f"unit_clerk@{unit_id}"
    return f"{own},review_clerk" if entered_by_bureau(instance) else own


def level_of(tx: Transaction, unit_id: Any) -> str:
    """Level of an applicant for the decision `routing`: reviewer, city or district.

    The reviewing unit is where the holders of the reviewing roles sit; it must not decide its own
    application alone, nor may the office above it that they belong to.
    """
    found = tx.units.standing(unit_id) if isinstance(unit_id, int) else None
    if found is None:
        return "district"
    if any(found.id in path(tx, seat) for seat in tx.once("reviewing seats", lambda: _reviewing(tx))):
        return "reviewer"
    return "city" if "市" in found.kind else "district"


def _reviewing(tx: Transaction) -> set[int]:
    """Units whose people hold a reviewing role that is in force for them."""
    rows = _SEATS.fetch(tx.db, {})
    return {row.unit_id for row in rows if tx.posts.holds(row.role, tx.units.reach(row.unit_id))}


def path(tx: Transaction, unit_id: int | None) -> list[int]:
    """A unit and its ancestors, nearest first; of one that is no more, those of the unit in its place."""
    return list(tx.units.path(unit_id))


def streets_of(tx: Transaction, scope: list[int]) -> list[int]:
    """The subdistricts a scope touches, in its order; an empty scope is the whole district."""
    if not scope:
        return [ref.id for ref in tx.units.all(STREET_KINDS)]
    found: dict[int, None] = {}
    for unit_id in scope:
        for each in path(tx, unit_id):
            ref = tx.units.get(each)
            if ref is not None and ref.kind in STREET_KINDS:
                found[each] = None
                break
    return list(found)
