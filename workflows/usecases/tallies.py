"""How often something was tried within a stretch of time, counted in the database for all serving processes."""

from __future__ import annotations

import hashlib
from datetime import datetime

import sqlalchemy as sa

from workflows.store.tables import tally
from workflows.usecases.runtime import Transaction


def _digest(key: str) -> str:
    """Keys name people and addresses: only a digest of them is stored."""
    return hashlib.sha256(key.encode()).hexdigest()


_ADD = sa.text(
    "INSERT INTO tally (key, count, until) VALUES (:key, :amount, :until) "
    "ON CONFLICT (key) DO UPDATE SET "
    "count = CASE WHEN tally.until <= :now THEN excluded.count ELSE tally.count + excluded.count END, "
    "until = CASE WHEN tally.until <= :now THEN excluded.until ELSE tally.until END "
    "RETURNING count"
).bindparams(sa.bindparam("until", type_=tally.c.until.type), sa.bindparam("now", type_=tally.c.until.type))


def add(tx: Transaction, key: str, now: datetime, until: datetime, amount: int = 1) -> int:
    """Count on; the count of a stretch that is over begins anew. Returns the count.

    Args:
        now: the real time, which is not that of the transaction where the office's clock is fixed.
        until: the end of the stretch that would begin now.
    """
    row = {"key": _digest(key), "amount": amount, "until": until, "now": now}
    return int(tx.db.execute(_ADD, row).scalar_one())


def count(tx: Transaction, key: str, now: datetime) -> tuple[int, datetime | None]:
    """The count so far, and when its stretch ends."""
    query = sa.select(tally.c.count, tally.c.until).where(tally.c.key == _digest(key), tally.c.until > now)
    row = tx.db.execute(query).one_or_none()
    return (row[0], row[1]) if row is not None else (0, None)


def forget(tx: Transaction, key: str) -> None:
    """Begin anew."""
    tx.db.execute(sa.delete(tally).where(tally.c.key == _digest(key)))


def forget_old(tx: Transaction, now: datetime) -> int:
    """Delete what is over; returns how many."""
    return tx.db.execute(sa.delete(tally).where(tally.c.until <= now)).rowcount
