"""Who is signed in: one session an account, kept in the database, so that every serving process says the same.

The token itself is in the browser's cookie only; what is stored is its digest.
"""

from __future__ import annotations

import hashlib

import sqlalchemy as sa

from workflows.store.tables import web_session
from workflows.usecases.runtime import Transaction


def digest(token: str) -> str:
    """What is stored of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


_BEGIN = sa.text(
    "INSERT INTO web_session (account_id, token_hash, started_at) VALUES (:account_id, :token_hash, :at) "
    "ON CONFLICT (account_id) DO UPDATE SET token_hash = excluded.token_hash, started_at = excluded.started_at"
).bindparams(sa.bindparam("at", type_=web_session.c.started_at.type))


def begin(tx: Transaction, account_id: int, token: str) -> None:
    """Begin the session of a token; an earlier one of the same account ends with it."""
    tx.db.execute(_BEGIN, {"account_id": account_id, "token_hash": digest(token), "at": tx.at})


def end(tx: Transaction, account_id: int) -> None:
    """End the session of an account: a copy of its cookie opens nothing any more, in no process."""
    tx.db.execute(sa.delete(web_session).where(web_session.c.account_id == account_id))
