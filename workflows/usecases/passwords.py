"""Passwords: hashed, compared, and judged. Hashing takes a tenth of a second, so none of it stands in a transaction."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from workflows.usecases.errors import SignInRefused, WeakPassword

SHORTEST = 8
_KINDS = (re.compile(r"[A-Za-z]"), re.compile(r"\d"), re.compile(r"[^A-Za-z\d]"))


@lru_cache(maxsize=1)
def _hasher() -> PasswordHasher:
    return PasswordHasher()


@lru_cache(maxsize=1)
def _nobody() -> str:
    """A hash to compare with where there is no account, so that both cases take as long."""
    return _hasher().hash("nobody's password")


def _fits(stored: str, password: str) -> bool:
    try:
        return _hasher().verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False


@dataclass(frozen=True)
class Proof:
    """A password compared with what was stored: what takes long of a sign-in, done before its transaction."""

    stored: str | None
    fits: bool
    renewed: str | None = None  # the password hashed anew, where the stored hash is of an old kind


NO_PASSWORD = "-"  # noqa: S105 - no password, and no hash of any
"""Stands for the hash of an account that was given no password yet: nothing fits it."""


def verify(stored: str | None, password: str) -> Proof:
    """Compare a password; takes as long where there is no account, or none that has a password."""
    known = stored is not None and stored != NO_PASSWORD
    fits = _fits(stored if stored and known else _nobody(), password) and known
    renew = fits and stored is not None and _hasher().check_needs_rehash(stored)
    return Proof(stored, fits, _hasher().hash(password) if renew else None)


@dataclass(frozen=True)
class Hashed:
    """A password that was found strong enough, hashed.

    Attributes:
        replaces: the stored hash which it was compared with, where a person changes the own password.
    """

    value: str
    replaces: str | None = None


@dataclass(frozen=True)
class Known:
    """What is stored of an account's passwords: the present one, and those it must not be changed back to."""

    username: str
    stored: str
    used: tuple[str, ...] = ()


def hashed(username: str, password: str) -> Hashed:
    """Hash a password for an account. Raises `WeakPassword`."""
    _require_strong(username, password)
    return Hashed(_hasher().hash(password))


def changed(known: Known, old: str, new: str) -> Hashed:
    """Hash the own new password. Raises `SignInRefused` (old one wrong), `WeakPassword` (also one used lately)."""
    if not _fits(known.stored, old):
        raise SignInRefused(left=None)
    _require_strong(known.username, new)
    if any(_fits(each, new) for each in (known.stored, *known.used)):
        raise WeakPassword(shortest=SHORTEST)
    return Hashed(_hasher().hash(new), replaces=known.stored)


def _require_strong(username: str, password: str) -> None:
    kinds = sum(1 for kind in _KINDS if kind.search(password))
    if len(password) < SHORTEST or kinds < 2 or username.lower() in password.lower():
        raise WeakPassword(shortest=SHORTEST)
