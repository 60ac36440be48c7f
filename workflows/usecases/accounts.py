"""Accounts: sign-in, passwords, roles."""

from __future__ import annotations

from collections.abc import Collection

from workflows.usecases.actor import Actor
from workflows.usecases.runtime import Transaction
from workflows.usecases.views import AccountView, Page, SignIn


def sign_in(tx: Transaction, username: str, password: str, address: str = "") -> SignIn:
    """Try to sign in. Never raises for a wrong password: commit, then raise `result.refusal` if set."""
    raise NotImplementedError


def sign_out(tx: Transaction, actor: Actor, address: str = "") -> None:
    """Write the audit row."""
    raise NotImplementedError


def actor(tx: Transaction, account_id: int) -> Actor:
    """The actor of an account. Raises `NotFound`, `AccountDisabled`."""
    raise NotImplementedError


def actor_named(tx: Transaction, username: str) -> Actor:
    """The actor of a username. Raises `NotFound`, `AccountDisabled`."""
    raise NotImplementedError


def create(
    tx: Transaction,
    username: str,
    name: str,
    unit_id: int | None,
    roles: Collection[str],
    password: str,
    actor: Actor,
    *,
    must_change: bool = True,
) -> int:
    """Permission `accounts.manage`. Raises `AlreadyExists`, `WeakPassword`, `NotFound` (unit, role)."""
    raise NotImplementedError


def change_password(tx: Transaction, actor: Actor, old: str, new: str) -> None:
    """Raises `SignInRefused`, `WeakPassword`."""
    raise NotImplementedError


def reset_password(tx: Transaction, account_id: int, new: str, actor: Actor) -> None:
    """Set by an administrator; must be changed at the next sign-in."""
    raise NotImplementedError


def set_roles(tx: Transaction, account_id: int, roles: Collection[str], actor: Actor) -> None:
    raise NotImplementedError


def update(tx: Transaction, account_id: int, actor: Actor, *, name: str, unit_id: int | None) -> None:
    raise NotImplementedError


def enable(tx: Transaction, account_id: int, enabled: bool, actor: Actor) -> None:
    """Switch on (also unlocks) or off."""
    raise NotImplementedError


def get(tx: Transaction, account_id: int) -> AccountView:
    raise NotImplementedError


def listing(
    tx: Transaction, text: str = "", unit_id: int | None = None, page: int = 1, size: int = 50
) -> Page[AccountView]:
    raise NotImplementedError


def colleagues(tx: Transaction, text: str = "", size: int = 20) -> list[AccountView]:
    """Enabled accounts whose name, username or unit holds the text: for 转办, 加签, 抄送."""
    raise NotImplementedError
