"""Audit: who did what to which account, definition or unit, from where, with what result.

Rows are appended, never changed or deleted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from workflows.store.tables import audit
from workflows.usecases.actor import Actor
from workflows.usecases.runtime import Transaction
from workflows.usecases.views import Page

_INSERT = sa.insert(audit)


@dataclass(frozen=True)
class AuditLine:
    id: int
    at: datetime
    username: str
    event: str
    subject: str
    result: str
    address: str
    facts: Mapping[str, Any]


def record(
    tx: Transaction,
    actor: Actor,
    event: str,
    subject: str,
    *,
    result: str = "ok",
    address: str = "",
    facts: Mapping[str, Any] | None = None,
) -> None:
    """Append one row. `event` is `noun.verb`; `facts` is plain JSON and holds no password and no file."""
    tx.db.execute(
        _INSERT,
        {
            "at": tx.at,
            "account_id": actor.account_id,
            "username": actor.username,
            "event": event,
            "subject": subject[:300],
            "result": result,
            "address": address,
            "facts": dict(facts) if facts else None,
        },
    )


def listing(
    tx: Transaction, actor: Actor, *, text: str = "", event: str = "", page: int = 1, size: int = 50
) -> Page[AuditLine]:
    """Audit rows, latest first. Permission `audit.see`."""
    actor.require("audit.see")
    query = sa.select(audit, sa.func.count().over().label("total"))
    if text:
        query = query.where(sa.or_(audit.c.username.contains(text), audit.c.subject.contains(text)))
    if event:
        query = query.where(audit.c.event == event)
    rows = tx.db.execute(query.order_by(audit.c.id.desc()).limit(size).offset((page - 1) * size)).all()
    items = tuple(
        AuditLine(
            id=row.id,
            at=row.at,
            username=row.username,
            event=row.event,
            subject=row.subject,
            result=row.result,
            address=row.address,
            facts=row.facts or {},
        )
        for row in rows
    )
    return Page(items=items, total=rows[0].total if rows else 0, number=page, size=size)
