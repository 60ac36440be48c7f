"""Services of `certificate`: a request at the counter of a community, compared with the list, to its number or its refusal.

The rows name no resident: who asked and what is certified stand in the posted form, masked for all but the community.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from workflows.admission import certificate_codes, certificate_items, matters, reading
from workflows.admission.certificate_items import REQUEST
from workflows.admission.certificate_tables import certificate, seal_use
from workflows.engine import ServiceCall
from workflows.usecases import instances, numbers, submissions
from workflows.usecases.errors import NotFound
from workflows.usecases.runtime import InstanceRef, Transaction

Answer = Mapping[str, Any]
CERTIFYING_SEAL = "居民委员会印章"
"""The seal of a residents' committee, which certifies (001, III.(4))."""
REFUSALS = {
    "unknown": "社区不能如实掌握情况",
    "untrue": "所述情况不属实",
    "materials": "材料不全",
    "other": "",
}


def check_certificate(tx: Transaction, call: ServiceCall, instance: InstanceRef) -> Answer:
    """核对证明事项清单: what the list says decides whether the request goes on."""
    posted = reading.posted(tx, instance, REQUEST)
    looked = certificate_items.look(tx, str(posted.get("item_name") or ""))
    community = int(posted["community"])
    row = {
        "instance_id": instance.id,
        "community_id": community,
        "community_name": matters.unit_name(tx, community),
        "item_name": looked.item.name if looked.item else str(posted.get("item_name") or ""),
        "finding": looked.finding,
        "state": "asked",
        "reason": "" if looked.finding == "listed" else looked.sentence,
        "asked_on": tx.world.today,
        "updated_at": tx.at,
    }
    tx.db.execute(sa.insert(certificate), [row])
    above = tx.units.get(community)
    return {
        "finding": looked.finding,
        "community": community,
        "street": above.parent_id if above else None,
        "item_name": row["item_name"],
        "verdict": None,
    }


def issue_certificate(tx: Transaction, call: ServiceCall, instance: InstanceRef) -> Answer:
    """编号并登记用印: the number, until when it is good, and who used the seal for it, when, in how many copies."""
    row = required(tx, instance.id)
    pattern = str(call.inputs.get("number_pattern") or "{year}-{seq:05d}")
    text = numbers.give(tx, "certificate", pattern, subject=row["item_name"], instance_id=instance.id)
    sealed = reading.posted(tx, instance, "certificate_seal")
    used_on = sealed.get("sealed_on") or tx.world.today
    rules = call.variables.get("rules")
    days = rules.get("valid_days") if isinstance(rules, Mapping) else None
    until: date | None = used_on + timedelta(days=int(days)) if days else None
    given = {"number": text, "check_code": certificate_codes.made(), "valid_until": until}
    _change(tx, instance.id, state="issued", closed_on=used_on, **given)
    said = reading.last_opinion(tx, instance, "seal_opinion")
    posted = reading.posted(tx, instance, REQUEST)
    use = {
        "kind": "certificate",
        "certificate_id": row["id"],
        "seal": CERTIFYING_SEAL,
        "community_id": row["community_id"],
        "community_name": row["community_name"],
        "used_on": used_on,
        "used_by": said.signer if said else "",
        "approved_by": said.signer if said else "",
        "document": f"《{row['item_name']}》"[:400],
        "recorded_by": (said.recorded_by or "") if said else "",
        "subject": f"{row['item_name']} {text}",
        "purpose": str(posted.get("purpose") or "")[:400],
        "copies": int(sealed.get("copies") or 1),
        "at": tx.at,
    }
    tx.db.execute(sa.insert(seal_use), [use])
    submissions.give(tx, instance.id, REQUEST, certificate_number=text)
    instances.set_business_key(tx, instance.id, text)
    return {"certificate_number": text}


def refuse_certificate(tx: Transaction, call: ServiceCall, instance: InstanceRef) -> Answer:
    """登记不予出具: with the reason of the list, or what was found at the counter."""
    row = required(tx, instance.id)
    reason = row["reason"]
    if row["finding"] == "listed":
        verified = reading.posted(tx, instance, "certificate_verify")
        said = reading.posted(tx, instance, "certificate_seal") or verified
        kind = REFUSALS.get(str(verified.get("refusal") or "other"), "")
        words = str(said.get("opinion") or verified.get("opinion") or "")
        reason = "：".join(each for each in (kind, words) if each) or "不予出具"
    _change(tx, instance.id, state="refused", reason=reason, closed_on=tx.world.today)
    outcome = "不予出具" if row["finding"] == "listed" else certificate_items.FINDINGS[row["finding"]][0]
    instances.set_outcome(tx, instance.id, f"不予出具({outcome})" if outcome != "不予出具" else outcome)
    return {}


def withdraw_certificate(tx: Transaction, call: ServiceCall, instance: InstanceRef) -> Answer:
    """登记撤回: the resident took the request back."""
    _change(tx, instance.id, state="withdrawn", closed_on=tx.world.today)
    return {}


# ------------------------------------------------------------------ rows
def of_instance(tx: Transaction, instance_id: int) -> Mapping[str, Any] | None:
    """The row of a request, or None."""
    query = sa.select(certificate).where(certificate.c.instance_id == instance_id)
    row = tx.db.execute(query).mappings().one_or_none()
    return dict(row) if row is not None else None


def required(tx: Transaction, instance_id: int) -> Mapping[str, Any]:
    """The row of a request. Raises `NotFound`."""
    row = of_instance(tx, instance_id)
    if row is None:
        raise NotFound(kind="certificate", key=instance_id)
    return row


def _change(tx: Transaction, instance_id: int, **values: Any) -> None:
    statement = sa.update(certificate).where(certificate.c.instance_id == instance_id)
    tx.db.execute(statement.values(**values, updated_at=tx.at))


def void(tx: Transaction, instance_id: int) -> None:
    """The process was cancelled (作废): its number is cancelled by the use case itself."""
    _change(tx, instance_id, state="void", closed_on=tx.world.today)
