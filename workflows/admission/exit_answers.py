"""What communities answer when a matter ends: told by their subdistrict, by list or table, or by themselves where they sign in.

A community that is no more needs no answer; what was renamed or merged meanwhile answers once, under the name it has now.
What a community said itself its subdistrict does not overwrite, unless it
had said that the work goes on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa

from workflows.admission import matters, reading
from workflows.admission.tables import exit_answer
from workflows.admission.unit_kinds import COMMUNITY_KINDS
from workflows.engine import ServiceCall
from workflows.store.tables import account, account_role, unit
from workflows.usecases.runtime import InstanceRef, Transaction
from workflows.usecases.views import Page

NOTICE, CONFIRMATION = "exit_notice", "exit_confirm"
ANSWERS: dict[str, tuple[str, str]] = {
    "stopped": ("已停止", "stopped"),
    "never": ("未开展过", "never done"),
    "unstopped": ("尚未停止", "not stopped yet"),
    "gone": ("社区已撤销", "the community is no more"),
}
GONE = "该社区已撤销，无需答复"
MERGED = "该社区已并入{name}，无需单独答复"


def list_communities(tx: Transaction, call: ServiceCall, instance: InstanceRef) -> Mapping[str, Any]:
    """列出社区: which communities of a subdistrict the matter is in; those with accounts are asked themselves too.

    Returns `own_communities` (unit ids), and `unstopped`, `promised_on` as nothing is answered yet.
    """
    row = matters.required(tx, instance.id)
    street = int(call.variables["street"])
    concerned = _concerned(tx, street, matters.scope_of(tx, row["id"]))
    _open(tx, instance.id, row["id"], street, concerned)
    own = _with_accounts(tx, [unit_id for unit_id, _name, stands in concerned if stands])
    return {"own_communities": own, "unstopped": 0, "promised_on": None}


def _concerned(tx: Transaction, street: int, scope: Sequence[int]) -> list[tuple[int, str, bool]]:
    """Id, name and whether it still is, of the communities of a subdistrict that a scope names; all, where it names none."""
    below = [ref for ref in tx.units.children(street) if ref.kind in COMMUNITY_KINDS]
    gone = sa.select(unit.c.id, unit.c.name).where(unit.c.parent_id == street, unit.c.id.in_(list(scope)))
    past = [row for row in tx.db.execute(gone.order_by(unit.c.id)) if _gone(tx, row.id)]
    named = [ref for ref in below if ref.id in scope] or ([] if past else below)
    return [*((ref.id, ref.name, True) for ref in named), *((row.id, row.name, False) for row in past)]


def _gone(tx: Transaction, unit_id: int) -> str:
    """Why a community that is no more needs no answer; empty where it still is."""
    heir = tx.units.standing(unit_id)
    if heir is None:
        return GONE
    return "" if heir.id == unit_id else MERGED.format(name=heir.name)


def _open(
    tx: Transaction, instance_id: int, matter_id: int, street: int, concerned: list[tuple[int, str, bool]]
) -> None:
    shared = {
        "instance_id": instance_id,
        "matter_id": matter_id,
        "street_id": street,
        "street_name": matters.unit_name(tx, street),
    }
    rows = [
        {
            **shared,
            "community_id": unit_id,
            "community_name": name,
            "answer": None if stands else "gone",
            "answered_on": None if stands else tx.world.today,
            "note": "" if stands else _gone(tx, unit_id),
        }
        for unit_id, name, stands in concerned
    ]
    if rows:
        tx.db.execute(sa.insert(exit_answer), rows)


def _with_accounts(tx: Transaction, communities: Sequence[int]) -> list[int]:
    query = (
        sa.select(account.c.unit_id)
        .join(account_role, account_role.c.account_id == account.c.id)
        .where(account_role.c.role == "community_clerk", account.c.enabled)
        .where(account.c.unit_id.in_(communities))
    )
    found = set(tx.db.execute(query).scalars())
    return [each for each in communities if each in found]


def _rows(tx: Transaction, instance_id: int, street: int) -> list[Any]:
    query = sa.select(exit_answer).where(
        exit_answer.c.instance_id == instance_id, exit_answer.c.street_id == street
    )
    return list(tx.db.execute(query.order_by(exit_answer.c.id)))


def begin(tx: Transaction, instance_id: int, variables: Mapping[str, Any]) -> Mapping[str, Any]:
    """The rows of a subdistrict's table: its communities, with what they said themselves meanwhile."""
    street = variables.get("street")
    if not isinstance(street, int):
        return {}
    rows = _rows(tx, instance_id, street)
    heirs = _heirs(tx, rows)
    return {
        "community_rows": [
            {
                "community": heirs.get(row.id, row.community_name),
                "answer": row.answer if row.answer != "gone" else None,
                "stopped_on": row.stopped_on,
                "answered_by": row.answered_by,
                "note": row.note,
            }
            for row in rows
        ]
    }


def _heirs(tx: Transaction, rows: Sequence[Any]) -> dict[int, str]:
    """Row of a community that is no more -> the one in its place, which answers there where it has no row of its own."""
    answering = {row.community_id for row in rows}
    found = {}
    for row in rows:
        heir = tx.units.standing(row.community_id)
        if row.answer != "gone" and heir is not None and heir.id not in answering:
            answering.add(heir.id)
            found[row.id] = heir.name
    return found


# ------------------------------------------------------------------ answers
def record_exit_notice(tx: Transaction, call: ServiceCall, instance: InstanceRef) -> Mapping[str, Any]:
    """登记通知情况: the subdistrict answers for its communities; whom its table leaves open has stopped.

    Returns `unstopped` (how many go on) and `promised_on` (the last day promised).
    """
    matter_row = matters.required(tx, instance.id)
    street = int(call.variables["street"])
    posted = reading.posted(tx, instance, NOTICE)
    told = {str(each.get("community") or ""): each for each in posted.get("rows") or ()}
    asked = _rows(tx, instance.id, street)
    heirs = _heirs(tx, asked)
    for row in asked:
        name = heirs.get(row.id, row.community_name)
        if name != row.community_name:
            _write(tx, row.id, community_name=name)
        _settle(tx, row, told.get(name, {}), posted, "" if row.id in heirs else _gone(tx, row.community_id))
    rows = _rows(tx, instance.id, street)
    matters.add_receipt(
        tx,
        matter_row["id"],
        NOTICE,
        street,
        signed_by=posted.get("signed_by") or "",
        signed_on=posted.get("notified_on") or tx.world.today,
        communities=[row.community_id for row in rows if row.answer in ("stopped", "never")],
        note=posted.get("opinion") or "",
        instance_id=instance.id,
    )
    promised = [row.stopped_on for row in rows if row.answer == "unstopped" and row.stopped_on]
    return {
        "unstopped": sum(row.answer == "unstopped" for row in rows),
        "promised_on": max(promised, default=None),
    }


def _settle(
    tx: Transaction, row: Any, given: Mapping[str, Any], posted: Mapping[str, Any], gone: str
) -> None:
    if row.answer == "gone" or (row.via == "community" and row.answer != "unstopped"):
        return
    if gone:
        _write(tx, row.id, answer="gone", note=gone, answered_on=tx.world.today)
        return
    if row.via == "community" and given.get("answer") in (None, "unstopped"):
        return
    answer = given.get("answer") or "stopped"
    _write(
        tx,
        row.id,
        answer=answer,
        stopped_on=given.get("stopped_on") or (None if answer != "stopped" else posted.get("notified_on")),
        answered_by=given.get("answered_by") or posted.get("signed_by") or "",
        note=given.get("note") or "",
        via="street",
        answered_on=tx.world.today,
    )


def record_confirmation(tx: Transaction, call: ServiceCall, instance: InstanceRef) -> Mapping[str, Any]:
    """登记社区确认: a community that signs in answers for itself."""
    posted = reading.posted(tx, instance, CONFIRMATION)
    query = sa.select(exit_answer.c.id).where(
        exit_answer.c.instance_id == instance.id,
        exit_answer.c.community_id == int(call.variables["community"]),
    )
    _write(
        tx,
        tx.db.execute(query).scalar_one(),
        answer=posted.get("decision"),
        stopped_on=posted.get("stopped_on"),
        answered_by=posted.get("answered_by") or "",
        note=posted.get("opinion") or "",
        via="community",
        answered_on=tx.world.today,
    )
    return {}


def _write(tx: Transaction, answer_id: int, **values: Any) -> None:
    tx.db.execute(sa.update(exit_answer).where(exit_answer.c.id == answer_id).values(**values))


# ------------------------------------------------------------------ to read
def tally(tx: Transaction, instance_id: int) -> dict[str, int]:
    """How many communities gave each answer; `open`: none yet; `all`."""
    query = sa.select(exit_answer.c.answer, sa.func.count()).where(exit_answer.c.instance_id == instance_id)
    found = {answer or "open": count for answer, count in tx.db.execute(query.group_by(exit_answer.c.answer))}
    return {**found, "all": sum(found.values())} if found else {}


def query_of(instance_id: int, answer: str = "") -> sa.Select[Any]:
    """The answers of an exit, by subdistrict; `answer`: a key of `ANSWERS` or `open`."""
    query = sa.select(exit_answer).where(exit_answer.c.instance_id == instance_id)
    if answer:
        query = query.where(
            exit_answer.c.answer.is_(None) if answer == "open" else exit_answer.c.answer == answer
        )
    return query.order_by(exit_answer.c.street_id, exit_answer.c.id)


def page(tx: Transaction, instance_id: int, answer: str, number: int, size: int) -> Page[Any]:
    """A page of the answers of an exit."""
    query = query_of(instance_id, answer)
    total = tx.db.execute(sa.select(sa.func.count()).select_from(query.subquery())).scalar_one()
    rows = tx.db.execute(query.limit(size).offset((max(1, number) - 1) * size)).all()
    return Page(tuple(rows), total, max(1, number), size)


def is_late(row: Any, today: date) -> bool:
    """Whether a community promised to stop by a day that is over."""
    return row.answer == "unstopped" and row.stopped_on is not None and row.stopped_on < today
