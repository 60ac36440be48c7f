"""Services of `hand_over`: subdistricts sign for an admitted matter, the grid centre dispatches it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workflows.admission import grid_platform, matters, reading
from workflows.engine import ServiceCall
from workflows.usecases.runtime import InstanceRef, Transaction


def list_hand_overs(tx: Transaction, call: ServiceCall, instance: InstanceRef) -> Mapping[str, Any]:
    """列出对接街道: one task a subdistrict in scope, where the community carries the matter out."""
    row = matters.required(tx, instance.id)
    streets = reading.streets_of(tx, matters.scope_of(tx, row["id"])) if row["by_community"] else []
    to_grid = bool(row["by_grid"])
    return {
        "streets": streets,
        "to_grid": to_grid,
        "to_platform": to_grid and grid_platform.connected(tx),
        "dispatch_number": None,
        "grid_refusal": None,
    }


def record_hand_over(tx: Transaction, call: ServiceCall, instance: InstanceRef) -> Mapping[str, Any]:
    """登记签收: who of the subdistrict section signed, and to which communities it was passed on."""
    row = matters.required(tx, instance.id)
    _receive(tx, call, instance, row["id"], "hand_over", reading.posted(tx, instance, "hand_over_receipt"))
    return {}


def record_dispatch(tx: Transaction, call: ServiceCall, instance: InstanceRef) -> Mapping[str, Any]:
    """登记派单: number and day of the dispatch on the grid platform, as the grid centre or the platform itself gave it."""
    row = matters.required(tx, instance.id)
    posted = reading.posted(tx, instance, "grid_dispatch")
    said = str(posted.get("dispatch_number") or call.variables.get("dispatch_number") or "")
    matters.add_receipt(
        tx,
        row["id"],
        "dispatch",
        None,
        unit_name="网格平台",
        signed_on=posted.get("dispatched_on") or tx.world.today,
        note=" ".join(part for part in (said, posted.get("opinion") or "") if part),
        instance_id=instance.id,
    )
    return {"dispatch_number": said}


def record_completion(tx: Transaction, call: ServiceCall, instance: InstanceRef) -> Mapping[str, Any]:
    """登记办结: what the platform told of the work: `completed_on` and `result`, both as it likes."""
    row = matters.required(tx, instance.id)
    told = "".join(sign for sign in str(call.variables.get("result") or "") if sign.isprintable())[:500]
    on = reading.day(call, "completed_on") or tx.world.today
    matters.add_receipt(
        tx,
        row["id"],
        "grid_done",
        None,
        unit_name="网格平台",
        signed_on=min(on, tx.world.today),
        note=" ".join(part for part in (str(call.variables.get("dispatch_number") or ""), told) if part),
        instance_id=instance.id,
    )
    return {}


def list_exit_notices(tx: Transaction, call: ServiceCall, instance: InstanceRef) -> Mapping[str, Any]:
    """列出通知街道: the subdistricts that tell their communities to stop."""
    row = matters.required(tx, instance.id)
    return {"streets": reading.streets_of(tx, matters.scope_of(tx, row["id"]))}


def _receive(
    tx: Transaction,
    call: ServiceCall,
    instance: InstanceRef,
    matter_id: int,
    kind: str,
    posted: Mapping[str, Any],
) -> None:
    street = call.variables.get("street")
    unit_id = int(street) if street is not None else None
    named = list(posted.get("communities") or [])
    scope = set(matters.scope_of(tx, matter_id))
    if not named and unit_id is not None:
        below = [ref.id for ref in tx.units.children(unit_id)]
        named = [each for each in below if each in scope] or below
    matters.add_receipt(
        tx,
        matter_id,
        kind,
        unit_id,
        signed_by=posted.get("signed_by") or "",
        signed_on=posted.get("signed_on") or tx.world.today,
        communities=named,
        note=posted.get("opinion") or "",
        instance_id=instance.id,
    )
