"""对接系统: other systems that are called, each by an address the administrator sets and a secret that signs both ways."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

import sqlalchemy as sa

from forms.faults import Refused
from workflows.store.tables import account, connection
from workflows.usecases import audit, outgoing
from workflows.usecases.actor import Actor
from workflows.usecases.errors import NotFound
from workflows.usecases.runtime import Transaction

PERMISSION = "settings.manage"
COUNTER = "connections"
_KEY = re.compile(r"[a-z][a-z0-9_]{0,29}")


class BadKey(Refused):
    """A connection's key is none, or is taken. Facts: given."""

    zh: ClassVar[str] = "标识“{given}”应为未用过的小写字母、数字、下划线，字母开头，至多 30 位"
    en: ClassVar[str] = "The key {given} must be new: small letters, digits, _, a letter first, 30 at most"


@dataclass(frozen=True)
class Connection:
    """A system that is called. The secret is shown to nobody but in the moment it is made."""

    id: int
    key: str
    name: str
    address: str
    secret: str = field(repr=False)
    username: str | None
    must_sign: bool
    enabled: bool
    created_at: datetime


_QUERY = sa.select(connection, account.c.username).outerjoin(account, account.c.id == connection.c.account_id)


def _of(row: Any) -> Connection:
    return Connection(
        id=row.id,
        key=row.key,
        name=row.name,
        address=row.address,
        secret=row.secret,
        username=row.username,
        must_sign=row.must_sign,
        enabled=row.enabled,
        created_at=row.created_at,
    )


def listing(tx: Transaction, actor: Actor) -> list[Connection]:
    """All connections by key. Permission `settings.manage`."""
    actor.require(PERMISSION)
    return [_of(row) for row in tx.db.execute(_QUERY.order_by(connection.c.key))]


def by_key(tx: Transaction, key: str) -> Connection | None:
    """An enabled connection, for a service that calls it."""
    if not tx.counters.connections:
        return None
    row = tx.db.execute(_QUERY.where(connection.c.key == key, connection.c.enabled)).one_or_none()
    return None if row is None else _of(row)


def by_id(tx: Transaction, connection_id: int) -> Connection:
    """A connection. Raises `NotFound`."""
    row = tx.db.execute(_QUERY.where(connection.c.id == connection_id)).one_or_none()
    if row is None:
        raise NotFound(kind="connection", key=connection_id)
    return _of(row)


def create(
    tx: Transaction,
    actor: Actor,
    *,
    key: str,
    name: str,
    address: str,
    username: str = "",
    must_sign: bool = False,
) -> str:
    """Make a connection; returns its secret, shown this once. Raises `BadKey`, `outgoing.BadAddress`, `NotFound`."""
    actor.require(PERMISSION)
    taken = sa.select(connection.c.id).where(connection.c.key == key)
    if not _KEY.fullmatch(key) or tx.db.execute(taken).first() is not None:
        raise BadKey(given=key[:50])
    secret = secrets.token_urlsafe(32)
    values = {
        **_checked(tx, name=name, address=address, username=username, must_sign=must_sign),
        "key": key,
        "secret": secret,
        "enabled": True,
        "created_at": tx.at,
        "created_by": actor.username,
    }
    tx.db.execute(sa.insert(connection), values)
    _changed(tx, actor, "made", key, address)
    return secret


def change(
    tx: Transaction,
    connection_id: int,
    actor: Actor,
    *,
    name: str,
    address: str,
    username: str = "",
    must_sign: bool = False,
    enabled: bool = True,
) -> None:
    """Change what is set of a connection. Raises as `create` does."""
    actor.require(PERMISSION)
    found = by_id(tx, connection_id)
    values = _checked(tx, name=name, address=address, username=username, must_sign=must_sign)
    tx.db.execute(
        sa.update(connection).where(connection.c.id == connection_id).values(**values, enabled=enabled)
    )
    _changed(tx, actor, "changed", found.key, address)


def renew_secret(tx: Transaction, connection_id: int, actor: Actor) -> str:
    """Make a new secret; the old one signs nothing from now on. Raises `NotFound`."""
    actor.require(PERMISSION)
    found, secret = by_id(tx, connection_id), secrets.token_urlsafe(32)
    tx.db.execute(sa.update(connection).where(connection.c.id == connection_id).values(secret=secret))
    _changed(tx, actor, "secret", found.key, "")
    return secret


def proves(
    tx: Transaction, username: str, body: bytes, headers: Mapping[str, str], *, method: str, target: str
) -> bool:
    """Whether a request of an account is signed as its connections want it; true where none wants it.

    One that is switched off is not called, and its account's requests must be signed all the same.
    """
    if not tx.counters.connections:
        return True
    query = _QUERY.where(account.c.username == username, connection.c.must_sign)
    wanting = [_of(row) for row in tx.db.execute(query)]
    return not wanting or any(
        outgoing.signed(each.secret, tx.at, body, headers, method=method, target=target) for each in wanting
    )


def _checked(tx: Transaction, *, name: str, address: str, username: str, must_sign: bool) -> dict[str, Any]:
    outgoing.look_at(address, tx.runtime.settings.outgoing_hosts)
    account_id = None
    if username:
        query = sa.select(account.c.id).where(account.c.username == username, account.c.enabled)
        account_id = tx.db.execute(query).scalar_one_or_none()
        if account_id is None:
            raise NotFound(kind="account", key=username[:50])
    return {
        "name": name[:100],
        "address": address[:500],
        "account_id": account_id,
        "must_sign": must_sign and account_id is not None,
    }


def _changed(tx: Transaction, actor: Actor, what: str, key: str, address: str) -> None:
    tx.touch(COUNTER)
    audit.record(tx, actor, f"connection.{what}", key, facts={"address": address[:300]})
