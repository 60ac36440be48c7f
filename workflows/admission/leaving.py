"""Services of `terminate`: a matter leaves the communities."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, ClassVar

import sqlalchemy as sa

from forms.faults import Refused
from workflows.admission import matters, reading
from workflows.admission.tables import matter
from workflows.engine import ServiceCall
from workflows.usecases import instances, numbers
from workflows.usecases.runtime import InstanceRef, Transaction

TERMINATION = "termination"


class NoSuchMatter(Refused):
    """No filed matter of this unit has the number or name. Facts: number."""

    zh: ClassVar[str] = "该单位没有编号或名称为“{number}”的在册事项,请核对"
    en: ClassVar[str] = "The unit has no filed matter of the number or name “{number}”"


class AlreadyLeaving(Refused):
    """The matter leaves or has left. Facts: name, state."""

    zh: ClassVar[str] = "“{name}”{state},不能再次申请退出"
    en: ClassVar[str] = "“{name}” is leaving or has left already"


def register_exit(tx: Transaction, call: ServiceCall, instance: InstanceRef) -> Mapping[str, Any]:
    """登记退出申请: the matter named by its number is 退出办理中. Raises `NoSuchMatter`, `AlreadyLeaving`."""
    posted = reading.posted(tx, instance, TERMINATION)
    row = _named(tx, posted)
    matters.change(
        tx,
        row["id"],
        "exit_asked",
        stage="leaving",
        exit_instance_id=instance.id,
        exit_kind=posted.get("exit_kind"),
        exit_reason=posted.get("exit_reason") or "",
        exit_asked_on=tx.world.today,
        actor_name=posted.get("contact_name") or "",
        note=posted.get("exit_reason") or "",
        instance_id=instance.id,
    )
    instances.set_title(tx, instance.id, f"退出:{row['name']}")
    instances.set_business_key(tx, instance.id, row["filing_number"] or "")
    return {
        "matter_id": row["id"],
        "applicant_unit": row["applicant_unit_id"],
        "duration_class": row["duration_class"],
        "entered_by_bureau": reading.entered_by_bureau(instance),
        "filler_groups": reading.filler_groups(instance, row["applicant_unit_id"]),
        "received_on": tx.world.today,
        "unit_decision": None,
        "proposal": None,
    }


def _named(tx: Transaction, posted: Mapping[str, Any]) -> Mapping[str, Any]:
    """The unit's matter of the number given, or of the name where it never had a number (存量)."""
    text = str(posted.get("filing_number") or "").strip()
    name = str(posted.get("matter_name") or "").strip()
    said = matter.c.filing_number == text if text else matter.c.name == name
    query = sa.select(matter).where(said, matter.c.applicant_unit_id == posted.get("applicant_unit"))
    rows = [dict(row) for row in tx.db.execute(query.order_by(matter.c.id.desc())).mappings()]
    rows = [row for row in rows if row["stage"] in ("filed", "leaving", "ended")]
    if not (text or name) or not rows:
        raise NoSuchMatter(number=text or name)
    row = next((each for each in rows if each["stage"] == "filed"), None)
    if row is None:
        state = "已终止" if rows[0]["stage"] == "ended" else "正在办理退出"
        raise AlreadyLeaving(name=rows[0]["name"], state=state)
    return row


def file_exit(tx: Transaction, call: ServiceCall, instance: InstanceRef) -> Mapping[str, Any]:
    """退出备案登记: 退出备案号, and the day from which the communities do it no more."""
    row = matters.required(tx, instance.id)
    posted = reading.posted(tx, instance, TERMINATION)
    said = reading.last_opinion(tx, instance, "bureau_opinion")
    text = end(
        tx,
        row,
        str(call.inputs.get("number_pattern") or "{year}-{seq:04d}"),
        kind=posted.get("exit_kind"),
        reason=posted.get("exit_reason") or "",
        on=posted.get("exit_on") or tx.world.today,
        actor_name=said.signed if said else "",
        instance_id=instance.id,
    )
    instances.set_business_key(tx, instance.id, text)
    return {"exit_number": text, "exited_on": tx.world.today}


def end(
    tx: Transaction,
    row: Mapping[str, Any],
    pattern: str,
    *,
    kind: str | None,
    reason: str,
    on: date,
    actor_name: str = "",
    instance_id: int | None = None,
) -> str:
    """Register the exit of a matter; returns its 退出备案号."""
    text = numbers.give(tx, "exit", pattern, subject=row["name"], instance_id=instance_id)
    matters.change(
        tx,
        row["id"],
        "ended",
        stage="ended",
        exit_number=text,
        exit_kind=kind,
        exit_reason=reason,
        ended_on=on,
        actor_name=actor_name,
        note=reason,
        instance_id=instance_id,
    )
    return text


def _stay(tx: Transaction, instance: InstanceRef, cause: str, note: str, actor_name: str = "") -> None:
    row = matters.required(tx, instance.id)
    matters.change(
        tx,
        row["id"],
        cause,
        stage="filed",
        exit_kind=None,
        exit_reason="",
        exit_asked_on=None,
        actor_name=actor_name,
        note=note,
        instance_id=instance.id,
    )


def reject_exit(tx: Transaction, call: ServiceCall, instance: InstanceRef) -> Mapping[str, Any]:
    """登记不予退出: the matter stays what it was."""
    said = reading.last_opinion(tx, instance, "bureau_opinion")
    _stay(tx, instance, "exit_refused", said.text if said else "", said.signed if said else "")
    return {}


def withdraw_exit(tx: Transaction, call: ServiceCall, instance: InstanceRef) -> Mapping[str, Any]:
    """登记撤回: the unit keeps the matter."""
    _stay(tx, instance, "exit_withdrawn", str(call.variables.get("reason") or ""))
    return {}
