"""Posts that count once: the same form sent twice, even at the same moment, does its deed once.

Whoever posts brings a key of its own (a page's form a random one, a program whatever it chose). The key is taken in
the transaction of the deed and goes with it: a post that was refused may be corrected and sent again.
"""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from workflows.store.tables import posted_once
from workflows.usecases.actor import Actor
from workflows.usecases.errors import PostedBefore
from workflows.usecases.runtime import Transaction

LONGEST = 64
LONGEST_RESULT = 500
_KEPT = timedelta(days=7)

_TAKE = sa.text(
    "INSERT INTO posted_once (actor, key, at) VALUES (:actor, :key, :at) ON CONFLICT (actor, key) DO NOTHING"
).bindparams(sa.bindparam("at", type_=posted_once.c.at.type))


def take(tx: Transaction, actor: Actor, key: str) -> None:
    """Take a key, before the deed. Raises `PostedBefore` with what came of the post that took it first.

    A post at the same moment waits here until the other one is committed or rolled back.
    """
    row = {"actor": actor.username, "key": key[:LONGEST], "at": tx.at}
    if tx.db.execute(_TAKE, row).rowcount != 1:
        look(tx, actor, key)


def look(tx: Transaction, actor: Actor, key: str) -> None:
    """Only look, before anything costly is done. Raises `PostedBefore`."""
    query = sa.select(posted_once.c.result).where(_is(actor, key))
    if (row := tx.db.execute(query).one_or_none()) is not None:
        raise PostedBefore(result=row.result or "")


def settle(tx: Transaction, actor: Actor, key: str, result: str) -> None:
    """Note what came of it, in the same transaction: an id, or the address of a page."""
    tx.db.execute(sa.update(posted_once).where(_is(actor, key)).values(result=result[:LONGEST_RESULT]))


def _is(actor: Actor, key: str) -> sa.ColumnElement[bool]:
    return sa.and_(posted_once.c.actor == actor.username, posted_once.c.key == key[:LONGEST])


def forget_old(tx: Transaction) -> int:
    """Delete keys nobody will post again; returns how many."""
    return tx.db.execute(sa.delete(posted_once).where(posted_once.c.at < tx.at - _KEPT)).rowcount
