"""Tokens by which machines sign in to the API: each belongs to an account, whose roles say what it may do."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from workflows.store.tables import account, api_token
from workflows.usecases import accounts, audit
from workflows.usecases.actor import Actor
from workflows.usecases.errors import NotFound
from workflows.usecases.runtime import Transaction

PREFIX = "zr_"
LONGEST = timedelta(days=730)
_USED_EVERY = timedelta(minutes=10)


@dataclass(frozen=True)
class TokenView:
    id: int
    username: str
    name: str
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


def _digest(token: str) -> str:
    """A token is 256 bits of chance: a plain digest cannot be guessed back."""
    return hashlib.sha256(token.encode()).hexdigest()


def _require(actor: Actor) -> None:
    if not actor.is_system:
        actor.require("accounts.manage")


def issue(tx: Transaction, username: str, name: str, days: int, actor: Actor) -> str:
    """Make a token for an account; it is shown this once. Permission `accounts.manage`. Raises `NotFound`."""
    _require(actor)
    query = sa.select(account.c.id).where(account.c.username == username, account.c.enabled)
    account_id = tx.db.execute(query).scalar_one_or_none()
    if account_id is None:
        raise NotFound(kind="account", key=username)
    token = PREFIX + secrets.token_urlsafe(32)
    tx.db.execute(
        sa.insert(api_token),
        {
            "account_id": account_id,
            "name": name[:100],
            "digest": _digest(token),
            "created_at": tx.at,
            "created_by": actor.username,
            "expires_at": tx.at + min(timedelta(days=max(1, days)), LONGEST),
        },
    )
    audit.record(tx, actor, "token.issue", username, facts={"name": name[:100], "days": days})
    return token


def listing(tx: Transaction, actor: Actor) -> list[TokenView]:
    """All tokens, latest first. Permission `accounts.manage`."""
    _require(actor)
    query = sa.select(api_token, account.c.username).join(account).order_by(api_token.c.id.desc())
    return [
        TokenView(
            id=row.id,
            username=row.username,
            name=row.name,
            created_at=row.created_at,
            expires_at=row.expires_at,
            last_used_at=row.last_used_at,
            revoked_at=row.revoked_at,
        )
        for row in tx.db.execute(query)
    ]


def revoke(tx: Transaction, token_id: int, actor: Actor) -> None:
    """End a token. Permission `accounts.manage`. Raises `NotFound`."""
    _require(actor)
    ended = tx.db.execute(
        sa.update(api_token)
        .where(api_token.c.id == token_id, api_token.c.revoked_at.is_(None))
        .values(revoked_at=tx.at)
    )
    if ended.rowcount != 1:
        raise NotFound(kind="token", key=token_id)
    audit.record(tx, actor, "token.revoke", str(token_id))


def actor_of(tx: Transaction, token: str) -> Actor | None:
    """Whose token this is; None for one that is unknown, ended, too old, or of a disabled account."""
    if not token.startswith(PREFIX):
        return None
    row = tx.db.execute(
        sa.select(api_token.c.id, account.c.username)
        .join(account)
        .where(api_token.c.digest == _digest(token), api_token.c.revoked_at.is_(None))
        .where(api_token.c.expires_at > tx.at, account.c.enabled)
    ).one_or_none()
    return None if row is None else accounts.actor_named(tx, row.username)


def used(tx: Transaction, token: str) -> None:
    """Note that a token was used, not more often than every few minutes."""
    query = sa.update(api_token).where(api_token.c.digest == _digest(token))
    late = sa.or_(api_token.c.last_used_at.is_(None), api_token.c.last_used_at < tx.at - _USED_EVERY)
    tx.db.execute(query.where(late).values(last_used_at=tx.at))
