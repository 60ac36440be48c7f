"""Services of `change`: an admitted matter is changed, and its registry keeps what stood before."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time
from typing import Any

import sqlalchemy as sa

from workflows.admission import changes, matters, reading, registry
from workflows.admission.change_tables import matter_change
from workflows.admission.changes import FORM, MatterChange
from workflows.engine import ServiceCall
from workflows.settings import SHANGHAI
from workflows.usecases import instances, notices, numbers
from workflows.usecases.errors import NotFound
from workflows.usecases.runtime import InstanceRef, Transaction

Answer = Mapping[str, Any]


def register_change(tx: Transaction, call: ServiceCall, instance: InstanceRef) -> Answer:
    """登记变更申请: old beside new. Raises `exits.NotThisMatter`."""
    posted = reading.posted(tx, instance, FORM)
    row = changes.named(tx, posted, held=True)
    tx.db.execute(
        sa.insert(matter_change),
        [
            {
                "instance_id": instance.id,
                "matter_id": row["id"],
                "state": "pending",
                "asked_on": tx.world.today,
                "updated_at": tx.at,
                **_said(tx, row, posted),
            }
        ],
    )
    _happened(
        tx, instance, row["id"], "change_asked", posted.get("change_reason"), posted.get("contact_name")
    )
    instances.set_title(tx, instance.id, f"变更：{row['name']}")
    instances.set_business_key(tx, instance.id, row["filing_number"] or "")
    return {
        "matter_id": row["id"],
        "applicant_unit": row["applicant_unit_id"],
        "duration_class": row["duration_class"],
        "entered_by_bureau": reading.entered_by_bureau(instance),
        "filler_groups": reading.filler_groups(instance, row["applicant_unit_id"]),
        "applicant_level": reading.level_of(tx, row["applicant_unit_id"]),
        "executor": list(registry.executor_of(row)),
        "received_on": tx.world.today,
        "accepted_on": None,
        "unit_decision": None,
        "proposal": None,
        "grid_decision": None,
    }


def accept_change(tx: Transaction, call: ServiceCall, instance: InstanceRef) -> Answer:
    """受理变更: 收件日期 (the clerk's, never one to come; the first one stays), and which of `changes.FIELDS` change.

    What was corrected is reviewed anew, by the grid centre too.
    """
    _change, row, posted = _stands(tx, instance)
    said = _said(tx, row, posted)
    _set(tx, instance.id, **said)
    today = tx.world.today
    given = reading.posted(tx, instance, "change_receive").get("received_on") or today
    before = reading.day(call, "accepted_on") is not None
    return {
        "accepted_on": today,
        "received_on": reading.day(call, "received_on") if before else min(given, today),
        "changed": list(said["new"]),
        "applicant_level": reading.level_of(tx, row["applicant_unit_id"]),
        "proposal": None,
        "grid_decision": None,
    }


def _said(tx: Transaction, row: Mapping[str, Any], posted: Mapping[str, Any]) -> dict[str, Any]:
    """What stands and what the form asks for, in words."""
    stands = matters.scope_of(tx, row["id"])
    changed, scope = changes.after(tx, row, posted)
    old = changes.words_of(tx, row, stands)
    new = changes.words_of(tx, {**row, **changed}, stands if scope is None else scope)
    return {
        "old": old,
        "new": {key: text for key, text in new.items() if text != old[key]},
        "reason": posted.get("change_reason") or "",
        "effective_on": posted.get("effective_on"),
    }


def file_change(tx: Transaction, call: ServiceCall, instance: InstanceRef) -> Answer:
    """变更备案登记: 变更备案号, and the day from which the new data count: that of the form, never one that is over."""
    change, row, posted = _stands(tx, instance)
    number = change.number or numbers.give(
        tx,
        "change",
        str(call.inputs.get("number_pattern") or "{year}-{seq:04d}"),
        subject=row["name"],
        instance_id=instance.id,
    )
    on = max(posted.get("effective_on") or tx.world.today, tx.world.today)
    _set(tx, instance.id, **_said(tx, row, posted) | {"effective_on": on})
    _set(tx, instance.id, state="filed", number=number, filed_on=tx.world.today)
    said = reading.last_opinion(tx, instance, "bureau_opinion")
    _happened(tx, instance, row["id"], "change_filed", number, said.signed if said else "")
    instances.set_business_key(tx, instance.id, number)
    return {
        "change_number": number,
        "takes_effect_later": on > tx.world.today,
        "takes_effect_at": datetime.combine(on, time(), SHANGHAI),
    }


def apply_change(tx: Transaction, call: ServiceCall, instance: InstanceRef) -> Answer:
    """按变更后登记: a new version of the matter; its subdistricts and communities are told.

    One that left meanwhile stays as it was.
    """
    change, row, posted = _stands(tx, instance)
    if row["stage"] not in ("filed", "leaving"):
        _set(tx, instance.id, state="lapsed")
        instances.set_outcome(tx, instance.id, "事项已退出，变更未生效")
        return {"changed": False}
    before = matters.scope_of(tx, row["id"])
    changed, scope = changes.after(tx, row, posted)
    matters.change(
        tx,
        row["id"],
        "change_applied",
        scope=scope,
        note=change.number,
        instance_id=instance.id,
        **changed,
    )
    _set(tx, instance.id, state="in_effect")
    told = "；".join(f"{changes.FIELDS[each.key][0]}：{each.new}" for each in change.lines if each.new)
    words = f"“{row['name']}”已变更({change.number})，{told}"
    everywhere = not before or scope == []
    reached = set() if everywhere else {*before, *(scope or ())}
    _tell(tx, reached, words, instance.id, f"matter:{row['id']}")
    return {"changed": True}


def _tell(tx: Transaction, scope: set[int], words: str, instance_id: int, about: str) -> None:
    """Notices to the clerks of the subdistricts it entered or enters, and of those communities that have accounts.

    An empty scope is the whole district.
    """
    streets = reading.streets_of(tx, sorted(scope))
    below = {child.id for street in streets for child in tx.units.children(street)}
    notices.to_role(tx, "street_clerk", streets, "change", words, instance_id, about)
    notices.to_role(tx, "community_clerk", below, "change", words, instance_id, about)


def reject_change(tx: Transaction, call: ServiceCall, instance: InstanceRef) -> Answer:
    """登记不予变更: the matter stays what it was."""
    said = reading.last_opinion(tx, instance, "bureau_opinion")
    _close(tx, instance, "refused", said.text if said else "", said.signed if said else "")
    return {}


def withdraw_change(tx: Transaction, call: ServiceCall, instance: InstanceRef) -> Answer:
    """登记撤回: the unit leaves the matter as it is."""
    _close(tx, instance, "withdrawn", str(call.variables.get("reason") or ""))
    return {}


def void(tx: Transaction, instance: InstanceRef, change: MatterChange, reason: str, actor_name: str) -> None:
    """The process of a change was cancelled (作废); what is in effect already stays, it is a version of the matter."""
    if change.state in changes.UNDER_WAY:
        _close(tx, instance, "void", reason, actor_name)


def _close(tx: Transaction, instance: InstanceRef, state: str, note: str = "", actor_name: str = "") -> None:
    _change, row, _posted = _stands(tx, instance)
    _set(tx, instance.id, state=state)
    _happened(tx, instance, row["id"], f"change_{state}", note, actor_name)


def _stands(
    tx: Transaction, instance: InstanceRef
) -> tuple[MatterChange, Mapping[str, Any], Mapping[str, Any]]:
    """The change of an instance, the matter's row, what stands of the form. Raises `NotFound`."""
    change = changes.of_instance(tx, instance.id)
    if change is None:
        raise NotFound(kind="matter", key=instance.id)
    return change, matters.get(tx, change.matter_id), reading.posted(tx, instance, FORM)


def _set(tx: Transaction, instance_id: int, **values: Any) -> None:
    statement = sa.update(matter_change).where(matter_change.c.instance_id == instance_id)
    tx.db.execute(statement.values(**values, updated_at=tx.at))


def _happened(
    tx: Transaction, instance: InstanceRef, matter_id: int, cause: str, note: Any, actor_name: Any = ""
) -> None:
    """A line of the matter's life that leaves its data as they are."""
    matters.change(
        tx,
        matter_id,
        cause,
        note=str(note or ""),
        actor_name=str(actor_name or ""),
        instance_id=instance.id,
    )
