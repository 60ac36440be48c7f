"""Services of `terminate`: a matter leaves the communities."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import sqlalchemy as sa

from workflows.admission import exits, matters, reading, states
from workflows.admission.exits import TERMINATION
from workflows.admission.tables import matter
from workflows.engine import ServiceCall
from workflows.usecases import instances, notices, numbers, submissions
from workflows.usecases.runtime import InstanceRef, Transaction


def register_exit(tx: Transaction, call: ServiceCall, instance: InstanceRef) -> Mapping[str, Any]:
    """登记退出申请: the matter is 退出办理中. By the form: named by its number. By another process: its message.

    The message `exit_matter` brings `matter_id`, `raised_by` (a key of `states.RAISED_BY`), `exit_kind`,
    `exit_reason`, `exit_on` (a date or empty); `standing` is then False where the matter leaves or has left already.

    Raises `exits.NotThisMatter` at who filled in the form.
    """
    posted = reading.posted(tx, instance, TERMINATION)
    if posted:
        row = exits.named(tx, posted, held=True)
        ordered = posted.get("raised_by") if reading.entered_by_bureau(instance) else None
        raised_by = str(ordered or "unit")
    else:
        found = _of_message(tx, call)
        if found is None:
            return {"standing": False}
        row, posted = found
        raised_by = posted["raised_by"]
        submissions.enter(tx, instance.id, TERMINATION, posted)
        instances.add_unit(tx, instance.id, row["applicant_unit_id"])
        words = f"“{row['name']}”办理退出({states.RAISED_BY[raised_by]})：{posted['exit_reason']}"
        notices.to_role(tx, "unit_clerk", [row["applicant_unit_id"]], "exit", words, instance.id)
    matters.change(
        tx,
        row["id"],
        "exit_asked",
        stage="leaving",
        exit_instance_id=instance.id,
        exit_raised_by=raised_by,
        exit_kind=posted.get("exit_kind"),
        exit_reason=posted.get("exit_reason") or "",
        exit_asked_on=tx.world.today,
        actor_name=posted.get("contact_name") or "",
        note=posted.get("exit_reason") or "",
        instance_id=instance.id,
    )
    instances.set_title(tx, instance.id, f"退出：{row['name']}")
    instances.set_business_key(tx, instance.id, row["filing_number"] or "")
    of_unit = raised_by == "unit"
    fillers = reading.filler_groups(instance, row["applicant_unit_id"]) if of_unit else "review_clerk"
    return {
        "standing": True,
        "matter_id": row["id"],
        "applicant_unit": row["applicant_unit_id"],
        "duration_class": row["duration_class"],
        "raised_by": raised_by,
        "exit_kind": posted.get("exit_kind"),
        "entered_by_bureau": reading.entered_by_bureau(instance),
        "by_machine": False,
        "filler_groups": fillers,
        "withdraw_groups": fillers,
        "received_on": tx.world.today,
        "unit_decision": None,
        "statement": None,
        "proposal": None,
    }


def _of_message(tx: Transaction, call: ServiceCall) -> tuple[Mapping[str, Any], dict[str, Any]] | None:
    """The matter a message names and the paper it makes; None where it is not in the registry any more."""
    query = sa.select(matter).where(matter.c.id == reading.number(call, "matter_id"))
    row = tx.db.execute(query.with_for_update()).mappings().one_or_none()
    if row is None or row["stage"] != "filed":
        return None
    said = call.variables
    raised_by = said.get("raised_by")
    kind = said.get("exit_kind")
    return dict(row), {
        "applicant_unit": row["applicant_unit_id"],
        "filing_number": row["filing_number"],
        "matter_name": row["name"],
        "admitted_on": row["filed_on"],
        "exit_kind": kind if kind in states.EXIT_KINDS else "other",
        "raised_by": raised_by if raised_by in states.RAISED_BY else "order",
        "exit_reason": str(said.get("exit_reason") or "") or states.RAISED_BY.get(str(raised_by), "退出"),
        "exit_on": reading.day(call, "exit_on") or tx.world.today,
        "contact_name": row["contact_name"],
        "contact_phone": row["contact_phone"],
    }


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
        exit_raised_by=None,
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


def complete_matter(tx: Transaction, call: ServiceCall, instance: InstanceRef) -> Mapping[str, Any]:
    """登记撤销: the work is done, and the matter leaves by it; one that has left otherwise stays as it is."""
    row = matters.required(tx, instance.id)
    if row["stage"] != "filed":
        return {"exit_number": row["exit_number"]}
    posted = reading.posted(tx, instance, "work_done")
    text = end(
        tx,
        row,
        str(call.inputs.get("number_pattern") or "{year}-{seq:04d}"),
        kind="done",
        reason=posted.get("work_result") or "",
        on=posted.get("finished_on") or tx.world.today,
        instance_id=instance.id,
    )
    return {"exit_number": text}
