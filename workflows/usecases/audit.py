"""Audit: who did what to which account, definition or unit, from where, with what result.

Rows are appended, never changed or deleted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
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
    query = _query(actor, text, event).add_columns(sa.func.count().over().label("total"))
    rows = tx.db.execute(query.limit(size).offset((page - 1) * size)).all()
    return Page(tuple(map(_line, rows)), rows[0].total if rows else 0, page, size)


def every(tx: Transaction, actor: Actor, *, text: str = "", event: str = "") -> Iterator[AuditLine]:
    """All rows of `listing`, read as they are taken."""
    return map(_line, tx.stream(_query(actor, text, event)))


def _query(actor: Actor, text: str, event: str) -> sa.Select[Any]:
    actor.require("audit.see")
    query = sa.select(audit)
    if text:
        query = query.where(sa.or_(audit.c.username.contains(text), audit.c.subject.contains(text)))
    if event:
        query = query.where(audit.c.event == event)
    return query.order_by(audit.c.id.desc())


def _line(row: Any) -> AuditLine:
    return AuditLine(
        id=row.id,
        at=row.at,
        username=row.username,
        event=row.event,
        subject=row.subject,
        result=row.result,
        address=row.address,
        facts=row.facts or {},
    )
