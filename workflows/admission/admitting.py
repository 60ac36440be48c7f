"""Services of `apply`, `review`, `file` and `emergency`: an application becomes a filed matter."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, ClassVar

from forms.faults import Refused
from workflows.admission import kinds, matters, reading
from workflows.engine import ServiceCall
from workflows.usecases import instances, numbers, submissions
from workflows.usecases.actor import SYSTEM
from workflows.usecases.runtime import InstanceRef, Transaction

Answer = Mapping[str, Any]
_ADMITTING = {"agree": "admitted", "conditional": "conditional"}


def register_application(tx: Transaction, call: ServiceCall, instance: InstanceRef) -> Answer:
    """登记申请: the matter stands in the registry as 在办 from here on."""
    kind, values = kinds.of(tx, call, instance)
    columns, scope = matters.from_application(tx, values)
    columns |= kinds.columns(tx, kind, values)
    matter_id = matters.create(
        tx,
        origin="apply",
        stage="pending",
        values=columns,
        scope=scope,
        cause="applied",
        actor_name=columns["contact_name"],
        instance_id=instance.id,
    )
    unit_id = columns["applicant_unit_id"]
    return {
        "matter_id": matter_id,
        "applicant_unit": unit_id,
        "applicant_level": reading.level_of(tx, unit_id),
        "entered_by_bureau": reading.entered_by_bureau(instance),
        "by_machine": call.variables.get("by_machine") is True,
        "filler_groups": reading.filler_groups(instance, unit_id),
        "unit_decision": None,
        **({} if kind.key == kinds.MATTER else {kinds.FORM_VARIABLE: kind.form, "executor": ["community"]}),
    }


def _take_corrected(
    tx: Transaction, call: ServiceCall, instance: InstanceRef, cause: str, **values: Any
) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """Bring the matter up to the application that stands now; returns its row and the application."""
    kind, posted = kinds.of(tx, call, instance)
    columns, scope = matters.from_application(tx, posted)
    columns |= kinds.columns(tx, kind, posted)
    matter_id, name = matters.named(tx, instance.id)
    if columns["name"] and columns["name"] != name:
        instances.set_title(tx, instance.id, str(columns["name"]))
    changed = matters.change(
        tx, matter_id, cause, scope=scope, instance_id=instance.id, **{**columns, **values}
    )
    return changed, posted


def submit_application(tx: Transaction, call: ServiceCall, instance: InstanceRef) -> Answer:
    """报送审核单位: the application leaves the unit as it stands now."""
    row, _ = _take_corrected(tx, call, instance, "submitted")
    return {
        "submitted_on": tx.world.today,
        "applicant_unit": row["applicant_unit_id"],
        "applicant_level": reading.level_of(tx, row["applicant_unit_id"]),
        "filler_groups": reading.filler_groups(instance, row["applicant_unit_id"]),
        "received_on": None,
        "supplemented": False,
        "paused_days": 0,
        "proposal": None,
        "grid_decision": None,
        "outcome": None,
    }


class ReceivedTooEarly(Refused):
    """The day of receipt lies before the application left its unit. Facts: given, since (dates)."""

    zh: ClassVar[str] = "收件日期为 {given}，早于报送日期 {since}；收件日期须在报送当日或之后"
    en: ClassVar[str] = (
        "Received on {given}, before it was submitted on {since}; it must be that day or later"
    )


def _require_submitted(call: ServiceCall, instance: InstanceRef, received_on: date) -> None:
    """What a unit sends here is received when it was sent, or later; what the bureau enters (代录) came on paper before."""
    since = reading.day(call, "submitted_on")
    if since is not None and received_on < since and not reading.entered_by_bureau(instance):
        raise ReceivedTooEarly(given=received_on, since=since)


def accept_application(tx: Transaction, call: ServiceCall, instance: InstanceRef) -> Answer:
    """受理登记: 收件日期 and 受理编号. The clerk's date of receipt counts, never one to come.

    What comes back by a return (退回) keeps the number it has.
    """
    row = matters.required(tx, instance.id)
    received_on = min(reading.day(call, "received_on") or tx.world.today, tx.world.today)
    _require_submitted(call, instance, received_on)
    text = row["application_number"] or numbers.give(
        tx,
        "application",
        str(call.inputs.get("number_pattern") or "{year}-{seq:04d}"),
        subject=row["name"],
        instance_id=instance.id,
    )
    matters.change(
        tx, row["id"], "received", received_on=received_on, application_number=text, instance_id=instance.id
    )
    instances.set_business_key(tx, instance.id, text)
    return {"received_on": received_on, "clock_start": received_on, "application_number": text}


def record_supplement(tx: Transaction, call: ServiceCall, instance: InstanceRef) -> Answer:
    """登记补正: the clock went on standing (pause) or starts again (restart), as `time_limits` says.

    Both reviewers look at the application anew.
    """
    today = tx.world.today
    row, _ = _take_corrected(tx, call, instance, "supplemented")
    answer: dict[str, Any] = {
        "supplemented": True,
        "applicant_unit": row["applicant_unit_id"],
        "proposal": None,
        "grid_decision": None,
    }
    if reading.limit(call, "supplement_clock") == "restart":
        return {**answer, "clock_start": today, "paused_days": 0}
    asked_on = reading.opened_on(tx, instance, "supplement") or today
    paused = max(0, tx.world.calendar.working_days_between(asked_on, today))
    return {**answer, "paused_days": reading.number(call, "paused_days") + paused}


def decide_application(tx: Transaction, call: ServiceCall, instance: InstanceRef) -> Answer:
    """审结登记: outcome, day, working days used, who approved, conditions, the higher authority's document."""
    row = matters.required(tx, instance.id)
    outcome = _ADMITTING.get(str(call.variables.get("proposal")), "refused")
    said = reading.last_opinion(tx, instance, "bureau_opinion")
    decided_on = tx.world.today
    received_on = row["received_on"] or decided_on
    if said is not None and said.recorded_by and received_on <= said.on.date() <= decided_on:
        decided_on = said.on.date()
    used = tx.world.calendar.working_days_between(
        reading.day(call, "clock_start") or received_on, decided_on
    ) - reading.number(call, "paused_days")
    if outcome == "refused" and row["filing_number"]:  # returned after its filing, then refused
        numbers.cancel(tx, row["filing_number"], SYSTEM, "退回后不予准入")
    matters.change(
        tx,
        row["id"],
        "decided",
        stage="refused" if outcome == "refused" else row["stage"],
        filing_number=None if outcome == "refused" else row["filing_number"],
        outcome=outcome,
        decided_on=decided_on,
        decision_days=max(0, used),
        decision_limit=reading.number_of(reading.limit(call, "decide")),
        approved_by=said.signed if said else "",
        conditions=_conditions(tx, instance) if outcome == "conditional" else "",
        higher_approval=_higher(tx, instance),
        actor_name=said.signed if said else "",
        note=said.text if said else "",
        instance_id=instance.id,
    )
    if outcome == "conditional":
        instances.set_outcome(tx, instance.id, "附条件准入")
    return {"outcome": outcome, "decided_on": decided_on}


def _conditions(tx: Transaction, instance: InstanceRef) -> str:
    """The conditions of the last one who wrote any."""
    for view in reversed(submissions.standing(tx, instance.id)):
        if view.values.get("decision") == "conditional" and view.values.get("conditions"):
            return str(view.values["conditions"])
    return ""


def _higher(tx: Transaction, instance: InstanceRef) -> str:
    posted = reading.posted(tx, instance, "higher_approval")
    on: date | None = posted.get("approved_on")
    parts = (posted.get("approving_body"), posted.get("approval_number"), on.isoformat() if on else None)
    return " ".join(str(part) for part in parts if part)


def file_matter(tx: Transaction, call: ServiceCall, instance: InstanceRef) -> Answer:
    """编号并登记台账: the matter is admitted; what it is on a day follows from its period."""
    row = matters.required(tx, instance.id)
    text = row["filing_number"] or numbers.give(
        tx,
        "filing",
        str(call.inputs.get("number_pattern") or "{year}-{seq:04d}"),
        subject=row["name"],
        instance_id=instance.id,
    )
    document = reading.posted(tx, instance, "review_seal").get("document_number")
    given = document or row["document_number"]
    values: dict[str, Any] = {
        "document_number": given
        or numbers.give_by_rule(tx, "document", subject=row["name"], instance_id=instance.id)
    }
    if row["origin"] == "emergency":
        said = reading.last_opinion(tx, instance, "bureau_opinion")
        values |= {
            "outcome": "admitted",
            "decided_on": tx.world.today,
            "approved_by": said.signed if said else "",
        }
    matters.change(
        tx,
        row["id"],
        "filed",
        stage="filed",
        filing_number=text,
        filed_on=tx.world.today,
        instance_id=instance.id,
        **values,
    )
    instances.set_business_key(tx, instance.id, text)
    return {"filing_number": text, "filed_on": tx.world.today}


def withdraw_application(tx: Transaction, call: ServiceCall, instance: InstanceRef) -> Answer:
    """登记撤回: the unit takes its application back before a decision."""
    row = matters.required(tx, instance.id)
    matters.change(
        tx,
        row["id"],
        "withdrawn",
        stage="withdrawn",
        outcome="withdrawn",
        note=str(call.variables.get("reason") or ""),
        instance_id=instance.id,
    )
    return {"outcome": "withdrawn"}


def register_emergency(tx: Transaction, call: ServiceCall, instance: InstanceRef) -> Answer:
    """登记快速准入: the grid centre itself starts it, for grid workers only."""
    posted = {**reading.posted(tx, instance, "emergency_application"), "executor": ["grid"]}
    posted |= {"applicant_unit": instance.initiator_unit, "duration_class": "temporary"}
    columns, scope = matters.from_application(tx, posted)
    today = tx.world.today
    matter_id = matters.create(
        tx,
        origin="emergency",
        stage="pending",
        values={**columns, "application_date": today, "received_on": today},
        scope=scope,
        cause="emergency",
        actor_name=columns["contact_name"],
        instance_id=instance.id,
    )
    return {
        "matter_id": matter_id,
        "applicant_unit": instance.initiator_unit,
        "executor": ["grid"],
        "duration_class": "temporary",
        "received_on": today,
        "clock_start": today,
        "paused_days": 0,
        "proposal": None,
    }


def register_confidential(tx: Transaction, call: ServiceCall, instance: InstanceRef) -> Answer:
    """登记: a number, the unit, the day of receipt. Nothing else is kept of a confidential matter."""
    posted = reading.posted(tx, instance, "confidential_record")
    text = str(posted.get("offline_number") or "")
    unit_id = posted.get("applicant_unit")
    matter_id = matters.create(
        tx,
        origin="confidential",
        stage="offline",
        values={
            "name": f"涉密事项 {text}",
            "application_number": text,
            "applicant_unit_id": unit_id,
            "applicant_unit_name": matters.unit_name(tx, unit_id),
            "received_on": posted.get("received_on"),
        },
        cause="offline",
        instance_id=instance.id,
    )
    instances.set_title(tx, instance.id, f"涉密事项 {text}")
    instances.set_business_key(tx, instance.id, text)
    return {"matter_id": matter_id, "received_on": posted.get("received_on")}


def close_confidential(tx: Transaction, call: ServiceCall, instance: InstanceRef) -> Answer:
    """登记审结: the day of the decision that was taken offline."""
    row = matters.required(tx, instance.id)
    decided_on = reading.posted(tx, instance, "confidential_decision").get("offline_decided_on")
    matters.change(tx, row["id"], "decided", decided_on=decided_on, instance_id=instance.id)
    return {}
