"""Services of `supervise`: from a report to its outcome. The reporter is named nowhere but in the posted form."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from forms.binding import Known
from forms.written.dates import show_date
from workflows.admission import matters, reading, verdicts
from workflows.admission.tables import supervision
from workflows.engine import ServiceCall
from workflows.usecases import instances, notices, numbers, submissions
from workflows.usecases.actor import Actor
from workflows.usecases.errors import NotFound
from workflows.usecases.runtime import InstanceRef, Transaction

REPORT = "supervision_report"
PROVEN = ("ordered", "transferred", "corrected", "uncorrected")
"""States of a report that was found true."""

Answer = Mapping[str, Any]


def known(tx: Transaction, actor: Actor | None, values: Mapping[str, Any], variables: Answer) -> Known:
    """What the registry says at once of a report, whichever way it comes in."""
    if not values.get("matter_name"):
        return Known()
    return Known({"registry_check": _look(tx, values).sentence})


def _look(tx: Transaction, values: Mapping[str, Any]) -> verdicts.Verdict:
    """The verdict of the day on which it was handed down; of today where nobody says."""
    return verdicts.look(
        tx,
        str(values.get("matter_name") or ""),
        values.get("accused_unit"),
        values.get("community"),
        values.get("handed_on") or tx.world.today,
    )


def check_supervision(tx: Transaction, call: ServiceCall, instance: InstanceRef) -> Answer:
    """比对备案登记: is it admitted, for this community, on that day; how often was the unit at fault."""
    posted = reading.posted(tx, instance, REPORT)
    verdict = _look(tx, posted)
    unit_id = posted.get("accused_unit")
    row = {
        "instance_id": instance.id,
        "source": posted.get("source") or "",
        "matter_id": verdict.matter_id,
        "matter_name": posted.get("matter_name") or "",
        "unit_id": unit_id,
        "unit_name": matters.unit_name(tx, unit_id),
        "problems": list(posted.get("problems") or []),
        "finding": verdict.finding,
        "verdict": verdict.sentence,
        "state": "reported",
        "reported_on": tx.world.today,
        "updated_at": tx.at,
    }
    tx.db.execute(sa.insert(supervision), [row])
    submissions.give(tx, instance.id, REPORT, registry_check=verdict.sentence)
    street = (
        next(iter(reading.streets_of(tx, [posted["community"]])), None) if posted.get("community") else None
    )
    return {
        "finding": verdict.finding,
        "repeated": _repeated(tx, unit_id),
        "street": street,
        "reported_on": tx.world.today,
        "accused_unit": unit_id,
        "responsible_unit": unit_id,
        "problems": row["problems"],
        **dict.fromkeys(("acceptance", "inquiry", "order_decision", "recheck_decision", "correct_by")),
        **dict.fromkeys(("ask_street", "notice", "serious"), False),
    }


def _repeated(tx: Transaction, unit_id: int | None) -> int:
    """How many reports against a unit, under whatever name it had, were found true within a year."""
    if unit_id is None:
        return 0
    now = tx.units.standing(unit_id)
    same = [unit_id] if now is None else [now.id, *tx.units.former(now.id)]
    since = tx.world.today - timedelta(days=365)
    query = sa.select(sa.func.count()).select_from(supervision)
    query = query.where(supervision.c.unit_id.in_(same), supervision.c.state.in_(PROVEN))
    return int(tx.db.execute(query.where(supervision.c.reported_on >= since)).scalar_one())


def accept_supervision(tx: Transaction, call: ServiceCall, instance: InstanceRef) -> Answer:
    """登记受理编号."""
    row = required(tx, instance.id)
    pattern = str(call.inputs.get("number_pattern") or "{year}-{seq:04d}")
    text = numbers.give(tx, "supervision", pattern, subject=row["matter_name"], instance_id=instance.id)
    _change(tx, instance.id, number=text, state="investigating")
    instances.set_business_key(tx, instance.id, text)
    return {"supervision_number": text}


def order_correction(tx: Transaction, call: ServiceCall, instance: InstanceRef) -> Answer:
    """登记整改要求: what the inquiry found, who is to correct it, until when."""
    inquiry = reading.posted(tx, instance, "supervision_inquiry")
    unit_id = inquiry.get("responsible_unit")
    _change(
        tx,
        instance.id,
        state="ordered",
        unit_id=unit_id,
        unit_name=matters.unit_name(tx, unit_id),
        problems=list(inquiry.get("breaches") or required(tx, instance.id)["problems"]),
        correct_by=reading.day(call, "correct_by"),
    )
    return {"repeated": _repeated(tx, unit_id)}


def record_overdue(tx: Transaction, call: ServiceCall, instance: InstanceRef) -> Answer:
    """登记逾期: the day is over and nobody reported a correction."""
    _change(tx, instance.id, overdue=True)
    return {"overdue": True}


def publish_notice(tx: Transaction, call: ServiceCall, instance: InstanceRef) -> Answer:
    """印发通报: its number, and a notice to the clerks of every unit it is circulated to; the report stays closed to them."""
    posted = reading.posted(tx, instance, "supervision_notice")
    title = str(posted.get("notice_title") or "通报")
    pattern = str(call.inputs.get("number_pattern") or "{year}-{seq:04d}")
    text = numbers.give(tx, "supervision_notice", pattern, subject=title, instance_id=instance.id)
    _change(tx, instance.id, notice_number=text)
    words = f"{title}({text})：{posted.get('opinion') or ''}"
    for role in ("unit_clerk", "street_clerk"):
        notices.to_role(tx, role, posted.get("notice_units") or (), "circular", words)
    return {"notice_number": text}


def transfer_supervision(tx: Transaction, call: ServiceCall, instance: InstanceRef) -> Answer:
    """登记移交."""
    _change(tx, instance.id, state="transferred", transferred_on=tx.world.today)
    return {}


def close_supervision(tx: Transaction, call: ServiceCall, instance: InstanceRef) -> Answer:
    """办结并告知: the reporter hears what came of it, at the account that reported; others see only the outcome."""
    row = required(tx, instance.id)
    state = _outcome(call.variables)
    corrected = reading.posted(tx, instance, "supervision_correction").get("corrected_on")
    _change(
        tx,
        instance.id,
        state=state,
        closed_on=tx.world.today,
        corrected_on=corrected if state == "corrected" else None,
    )
    told = OUTCOMES[state][0]
    if row["transferred_on"]:
        told += "，已移交区纪检监察部门"
    if row["notice_number"]:
        told += f"，已通报({row['notice_number']})"
    instances.set_outcome(tx, instance.id, told)
    words = f"您反映的“{row['matter_name']}”已办结：{told}。{_reason(tx, instance)}"
    notices.to_account(tx, instance.initiator, "outcome", words, instance.id)
    return {"result": state}


def _outcome(variables: Mapping[str, Any]) -> str:
    if variables.get("acceptance") == "decline":
        return "declined"
    if variables.get("inquiry") == "unfounded":
        return "unfounded"
    return "corrected" if variables.get("recheck_decision") == "passed" else "uncorrected"


def _reason(tx: Transaction, instance: InstanceRef) -> str:
    """The words of the latest decision on the report, such as why it was not accepted."""
    for form_key in ("supervision_recheck", "supervision_inquiry", "supervision_accept"):
        if said := submissions.latest(tx, instance.id, form_key):
            return str(said.get("opinion") or "")
    return ""


def withdraw_supervision(tx: Transaction, call: ServiceCall, instance: InstanceRef) -> Answer:
    """登记撤回: the reporter took it back."""
    _change(tx, instance.id, state="withdrawn", closed_on=tx.world.today)
    return {}


OUTCOMES: dict[str, tuple[str, str]] = {
    "declined": ("不予受理", "not accepted"),
    "unfounded": ("不属实", "unfounded"),
    "corrected": ("属实，整改到位", "true, and corrected"),
    "uncorrected": ("属实，未整改到位", "true, and not corrected"),
}
"""What a report may come to: state -> words."""


# ------------------------------------------------------------------ rows
def of_instance(tx: Transaction, instance_id: int) -> Mapping[str, Any] | None:
    """The row of a report, or None."""
    query = sa.select(supervision).where(supervision.c.instance_id == instance_id)
    row = tx.db.execute(query).mappings().one_or_none()
    return dict(row) if row is not None else None


def required(tx: Transaction, instance_id: int) -> Mapping[str, Any]:
    """The row of a report. Raises `NotFound`."""
    row = of_instance(tx, instance_id)
    if row is None:
        raise NotFound(kind="supervision", key=instance_id)
    return row


def _change(tx: Transaction, instance_id: int, **values: Any) -> None:
    statement = sa.update(supervision).where(supervision.c.instance_id == instance_id)
    tx.db.execute(statement.values(**values, updated_at=tx.at))


def void(tx: Transaction, instance_id: int) -> None:
    """The process of a report was cancelled (作废)."""
    _change(tx, instance_id, state="void", closed_on=tx.world.today)


def numbers_of(row: Mapping[str, Any]) -> dict[str, str]:
    """What the official table names beside the fields of its form."""
    told = {"application_date": show_date(row["reported_on"])}
    return {**told, "application_number": row["number"]} if row["number"] else told
