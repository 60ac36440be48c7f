"""Units, accounts and notices as pages show them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True)
class UnitView:
    id: int
    name: str
    full_name: str
    kind: str
    parent_id: int | None
    parent_name: str
    valid_from: date | None
    valid_to: date | None
    accounts: int = 0
    children: int = 0


@dataclass(frozen=True)
class AccountView:
    id: int
    username: str
    name: str
    unit_id: int | None
    unit_name: str
    roles: tuple[str, ...]
    enabled: bool
    locked_until: datetime | None
    last_sign_in_at: datetime | None
    must_change: bool
    stand_in_id: int | None = None


@dataclass(frozen=True)
class SignIn:
    """Result of a sign-in try. The try is stored either way: commit first, then raise `refusal`."""

    account_id: int | None
    previous_sign_in_at: datetime | None
    previous_address: str | None
    must_change: bool
    refusal: Exception | None = None


@dataclass(frozen=True)
class NoticeView:
    id: int
    kind: str
    text: str
    at: datetime
    read_at: datetime | None
    instance_id: int | None
    task_id: int | None
    batch_id: int | None = None  # the import it tells of
    export_id: int | None = None  # the export it tells of
    about: str = ""  # kind and key of what else it tells of, such as matter:12
