"""Accounts: sign-in, passwords, roles."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from workflows.store.tables import account, account_role, password_used, unit, web_session
from workflows.usecases import audit, sessions
from workflows.usecases.actor import SYSTEM, Actor
from workflows.usecases.errors import (
    AccountDisabled,
    AccountLocked,
    AlreadyExists,
    NotAllowed,
    NotFound,
    SignInRefused,
)
from workflows.usecases.passwords import NO_PASSWORD, Hashed, Known, Proof, hashed, verify
from workflows.usecases.runtime import Transaction
from workflows.usecases.views import AccountView, Page, SignIn

_REMEMBERED = 3


# ------------------------------------------------------------------ signing in
def stored_hash(tx: Transaction, username: str) -> str | None:
    """What `verify` compares with; None where there is no such account."""
    query = sa.select(account.c.password_hash).where(account.c.username == username)
    return tx.db.execute(query).scalar_one_or_none()


def sign_in(tx: Transaction, username: str, password: str | Proof, address: str = "") -> SignIn:
    """Try to sign in. Never raises for a wrong password: commit, then raise `result.refusal` if set.

    Args:
        password: a `Proof` by `verify(stored_hash(tx, username), password)`, so that the hashing holds no lock;
            a plain password is verified here.

    After `lock_after` wrong passwords in a row the account is locked for `lock_minutes`.
    """
    row = tx.db.execute(sa.select(account).where(account.c.username == username)).one_or_none()
    stored = row.password_hash if row is not None else None
    proof = password if isinstance(password, Proof) else verify(stored, password)
    if row is None:
        return _refused(tx, None, username, address, SignInRefused(left=None), "unknown")
    if row.locked_until is not None and row.locked_until > tx.at:
        minutes = -(-int((row.locked_until - tx.at).total_seconds()) // 60)
        return _refused(
            tx, row, username, address, AccountLocked(until=row.locked_until, minutes=minutes), "locked"
        )
    if not proof.fits or proof.stored != stored:  # the password may have been changed meanwhile
        return _wrong_password(tx, row, address)
    if not row.enabled:
        return _refused(tx, row, username, address, AccountDisabled(username=username), "disabled")
    changes: dict[str, Any] = {
        "failed_tries": 0,
        "locked_until": None,
        "last_sign_in_at": tx.at,
        "last_sign_in_address": address[:64],
    }
    if proof.renewed:
        changes["password_hash"] = proof.renewed
    tx.db.execute(sa.update(account).where(account.c.id == row.id).values(**changes))
    audit.record(tx, actor(tx, row.id), "accounts.signed_in", username, address=address)
    return SignIn(
        account_id=row.id,
        previous_sign_in_at=row.last_sign_in_at,
        previous_address=row.last_sign_in_address,
        must_change=row.must_change,
    )


def _wrong_password(tx: Transaction, row: Any, address: str) -> SignIn:
    settings = tx.runtime.settings
    tries = row.failed_tries + 1
    locked = tries >= settings.lock_after
    until = tx.at + timedelta(minutes=settings.lock_minutes) if locked else None
    tx.db.execute(
        sa.update(account)
        .where(account.c.id == row.id)
        .values(failed_tries=0 if locked else tries, locked_until=until)
    )
    if locked:
        sessions.end(tx, row.id)
    refusal = (
        AccountLocked(until=until, minutes=settings.lock_minutes)
        if locked
        else SignInRefused(left=settings.lock_after - tries)
    )
    return _refused(tx, row, row.username, address, refusal, "locked" if locked else "wrong password")


def _refused(
    tx: Transaction, row: Any, username: str, address: str, refusal: Exception, result: str
) -> SignIn:
    who = Actor(
        account_id=row.id if row is not None else None,
        username=username[:100],
        name=username,
        unit_id=None,
        unit_name="",
    )
    audit.record(tx, who, "accounts.sign_in_refused", username, result=result, address=address)
    return SignIn(None, None, None, False, refusal)


def sign_out(tx: Transaction, actor: Actor, address: str = "") -> None:
    """End the account's session."""
    if actor.account_id is not None:
        sessions.end(tx, actor.account_id)
    audit.record(tx, actor, "accounts.signed_out", actor.username, address=address)


# ------------------------------------------------------------------ who acts
def actor(tx: Transaction, account_id: int) -> Actor:
    """The actor of an account. Raises `NotFound`, `AccountDisabled`."""
    return _actor(tx, account.c.id == account_id, account_id)


def actor_in_session(tx: Transaction, account_id: int, token: str) -> Actor:
    """The actor of a session, in one read. Raises `NotFound` where it is over, `AccountDisabled`."""
    held = sa.select(web_session.c.account_id).where(
        web_session.c.account_id == account_id, web_session.c.token_hash == sessions.digest(token)
    )
    return _actor(tx, account.c.id.in_(held), account_id)


def actor_named(tx: Transaction, username: str) -> Actor:
    """The actor of a username. Raises `NotFound`, `AccountDisabled`."""
    return _actor(tx, account.c.username == username, username)


def _actor(tx: Transaction, condition: sa.ColumnElement[bool], asked: int | str) -> Actor:
    query = (
        sa.select(
            account.c.id,
            account.c.username,
            account.c.name,
            account.c.unit_id,
            account.c.enabled,
            account_role.c.role,
        )
        .outerjoin(account_role)
        .where(condition)
    )
    rows = tx.db.execute(query).all()
    if not rows:
        raise NotFound(kind="account", key=asked)
    first = rows[0]
    if not first.enabled:
        raise AccountDisabled(username=first.username)
    reach = tx.units.reach(first.unit_id)
    roles = frozenset(row.role for row in rows if row.role and tx.posts.holds(row.role, reach))
    known = tx.runtime.permissions
    ref = tx.units.standing(first.unit_id) if first.unit_id is not None else None
    return Actor(
        account_id=first.id,
        username=first.username,
        name=first.name,
        unit_id=ref.id if ref else first.unit_id,
        unit_name=ref.full_name if ref else "",
        roles=roles,
        permissions=frozenset().union(*(known.get(role, frozenset()) for role in roles)),
        unit_path=reach,
    )


# ------------------------------------------------------------------ keeping them
def _require(actor: Actor) -> None:
    if not actor.is_system:
        actor.require("accounts.manage")


def create(
    tx: Transaction,
    username: str,
    name: str,
    unit_id: int | None,
    roles: Collection[str],
    password: str | Hashed,
    actor: Actor,
    *,
    must_change: bool = True,
) -> int:
    """Permission `accounts.manage`. Raises `AlreadyExists`, `WeakPassword`, `NotFound` (unit, role).

    Args:
        password: by `passwords.hashed`, so that the hashing holds no lock; a plain one is hashed here.
    """
    _require(actor)
    taken = sa.select(account.c.id).where(sa.func.lower(account.c.username) == username.lower())
    if tx.db.execute(taken).first() is not None or username == SYSTEM.username:
        raise AlreadyExists(kind="account", key=username)
    _require_unit(tx, unit_id)
    made = int(
        tx.db.execute(
            sa.insert(account).returning(account.c.id),
            {
                "username": username,
                "name": name,
                "unit_id": unit_id,
                "password_hash": _value(username, password),
                "password_changed_at": tx.at,
                "must_change": must_change,
                "enabled": True,
                "created_at": tx.at,
            },
        ).scalar_one()
    )
    _write_roles(tx, made, roles)
    audit.record(tx, actor, "accounts.created", username, facts={"roles": sorted(roles)})
    return made


def _value(username: str, password: str | Hashed) -> str:
    return password.value if isinstance(password, Hashed) else hashed(username, password).value


def _require_unit(tx: Transaction, unit_id: int | None) -> None:
    if unit_id is None:
        return
    if tx.db.execute(sa.select(unit.c.id).where(unit.c.id == unit_id)).first() is None:
        raise NotFound(kind="unit", key=unit_id)


def _write_roles(tx: Transaction, account_id: int, roles: Collection[str]) -> None:
    for role in roles:
        if role not in tx.runtime.permissions:
            raise NotFound(kind="role", key=role)
    tx.db.execute(sa.delete(account_role).where(account_role.c.account_id == account_id))
    if roles:
        rows = [{"account_id": account_id, "role": role} for role in sorted(set(roles))]
        tx.db.execute(sa.insert(account_role), rows)


def known_passwords(tx: Transaction, account_id: int) -> Known:
    """What `passwords.changed` compares with. Raises `NotFound`."""
    query = sa.select(account.c.username, account.c.password_hash).where(account.c.id == account_id)
    row = tx.db.execute(query).one_or_none()
    if row is None:
        raise NotFound(kind="account", key=account_id)
    used = (
        sa.select(password_used.c.password_hash)
        .where(password_used.c.account_id == account_id)
        .order_by(password_used.c.id.desc())
        .limit(_REMEMBERED)
    )
    return Known(row.username, row.password_hash, tuple(tx.db.execute(used).scalars()))


def change_password(tx: Transaction, actor: Actor, new: Hashed) -> None:
    """Change the own password; the session ends with the old one, the edge begins another.

    Args:
        new: by `passwords.changed(known_passwords(...), old, new)`, before this transaction.

    Raises `SignInRefused` where the password was changed meanwhile.
    """
    row = tx.db.execute(sa.select(account).where(account.c.id == actor.account_id).with_for_update()).one()
    if row.password_hash != new.replaces:
        raise SignInRefused(left=None)
    tx.db.execute(
        sa.insert(password_used),
        {"account_id": row.id, "password_hash": row.password_hash, "at": tx.at},
    )
    _set_password(tx, row.id, new.value, must_change=False)
    audit.record(tx, actor, "accounts.password_changed", row.username)


def reset_password(tx: Transaction, account_id: int, new: str | Hashed, actor: Actor) -> None:
    """Set by an administrator; must be changed at the next sign-in. Unlocks; ends the account's session."""
    _require(actor)
    found = get(tx, account_id)
    _set_password(tx, account_id, _value(found.username, new), must_change=True)
    audit.record(tx, actor, "accounts.password_reset", found.username)


def give_first_password(tx: Transaction, account_id: int, new: Hashed, actor: Actor) -> bool:
    """The first password of an account that has none yet, to be changed at the first sign-in; False where it has one."""
    _require(actor)
    unset = sa.update(account).where(account.c.id == account_id, account.c.password_hash == NO_PASSWORD)
    given = unset.values(password_hash=new.value, password_changed_at=tx.at, must_change=True)
    username = tx.db.execute(given.returning(account.c.username)).scalar_one_or_none()
    if username is None:
        return False
    audit.record(tx, actor, "accounts.password_reset", username)
    return True


def _set_password(tx: Transaction, account_id: int, value: str, *, must_change: bool) -> None:
    tx.db.execute(
        sa.update(account)
        .where(account.c.id == account_id)
        .values(
            password_hash=value,
            password_changed_at=tx.at,
            must_change=must_change,
            failed_tries=0,
            locked_until=None,
        )
    )
    sessions.end(tx, account_id)


def set_roles(tx: Transaction, account_id: int, roles: Collection[str], actor: Actor) -> None:
    """Permission `accounts.manage`. Raises `NotFound` (account, role)."""
    _require(actor)
    found = get(tx, account_id)
    _write_roles(tx, account_id, roles)
    facts = {"before": list(found.roles), "after": sorted(roles)}
    audit.record(tx, actor, "accounts.roles_set", found.username, facts=facts)


def update(tx: Transaction, account_id: int, actor: Actor, *, name: str, unit_id: int | None) -> None:
    """Permission `accounts.manage`. Raises `NotFound` (account, unit)."""
    _require(actor)
    found = get(tx, account_id)
    _require_unit(tx, unit_id)
    tx.db.execute(sa.update(account).where(account.c.id == account_id).values(name=name, unit_id=unit_id))
    facts = {"before": [found.name, found.unit_id], "after": [name, unit_id]}
    audit.record(tx, actor, "accounts.changed", found.username, facts=facts)


def enable(tx: Transaction, account_id: int, enabled: bool, actor: Actor) -> None:
    """Switch on (also unlocks) or off. The own account cannot be switched off (`NotAllowed`)."""
    _require(actor)
    found = get(tx, account_id)
    if account_id == actor.account_id and not enabled:
        raise NotAllowed(account=found.username)
    tx.db.execute(
        sa.update(account)
        .where(account.c.id == account_id)
        .values(enabled=enabled, failed_tries=0, locked_until=None)
    )
    if not enabled:
        sessions.end(tx, account_id)
    elif found.stand_in_id is not None:  # the person is back
        tx.db.execute(sa.update(account).where(account.c.id == account_id).values(stand_in_id=None))
        tx.touch("posts")
    audit.record(tx, actor, "accounts.enabled" if enabled else "accounts.disabled", found.username)


# ------------------------------------------------------------------ looking
_VIEW = sa.select(account, unit.c.name.label("unit_name")).outerjoin(unit, unit.c.id == account.c.unit_id)


def _views(tx: Transaction, rows: Collection[Any]) -> list[AccountView]:
    ids = [row.id for row in rows]
    roles: dict[int, list[str]] = {}
    query = sa.select(account_role).where(account_role.c.account_id.in_(ids)).order_by(account_role.c.role)
    for each in tx.db.execute(query):
        roles.setdefault(each.account_id, []).append(each.role)
    return [
        AccountView(
            id=row.id,
            username=row.username,
            name=row.name,
            unit_id=row.unit_id,
            unit_name=row.unit_name or "",
            roles=tuple(roles.get(row.id, ())),
            enabled=row.enabled,
            locked_until=row.locked_until,
            last_sign_in_at=row.last_sign_in_at,
            must_change=row.must_change,
            stand_in_id=row.stand_in_id,
        )
        for row in rows
    ]


def get(tx: Transaction, account_id: int) -> AccountView:
    """Raises `NotFound`."""
    row = tx.db.execute(_VIEW.where(account.c.id == account_id)).one_or_none()
    if row is None:
        raise NotFound(kind="account", key=account_id)
    return _views(tx, [row])[0]


def _matching(text: str) -> sa.ColumnElement[bool]:
    return sa.or_(
        account.c.username.contains(text, autoescape=True),
        account.c.name.contains(text, autoescape=True),
        unit.c.name.contains(text, autoescape=True),
    )


def listing(
    tx: Transaction, text: str = "", unit_id: int | None = None, page: int = 1, size: int = 50
) -> Page[AccountView]:
    """Accounts by username; `text` is looked for in username, name and unit."""
    query = _VIEW.add_columns(sa.func.count().over().label("total")).order_by(account.c.username)
    if text:
        query = query.where(_matching(text))
    if unit_id is not None:
        query = query.where(account.c.unit_id.in_(tx.units.below(unit_id)))
    rows = tx.db.execute(query.limit(size).offset((page - 1) * size)).all()
    return Page(tuple(_views(tx, rows)), rows[0].total if rows else 0, page, size)


def without_password(tx: Transaction, size: int = 100) -> list[AccountView]:
    """Enabled accounts that were taken in from a table and have no password yet, by username."""
    query = _VIEW.where(account.c.password_hash == NO_PASSWORD, account.c.enabled)
    return _views(tx, tx.db.execute(query.order_by(account.c.username).limit(size)).all())


def colleagues(tx: Transaction, text: str = "", size: int = 20, near: int | None = None) -> list[AccountView]:
    """Enabled accounts whose name, username or unit holds the text: for 转办, 加签, 抄送.

    Args:
        near: the unit whose people come first; then unit by unit.
    """
    order = (account.c.unit_id.is_distinct_from(near), account.c.unit_id.asc().nulls_last(), account.c.name)
    query = _VIEW.where(account.c.enabled).order_by(*order).limit(size)
    if text:
        query = query.where(_matching(text))
    return _views(tx, tx.db.execute(query).all())
