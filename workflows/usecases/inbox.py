"""Lists a person works from: 待办, 已办, 我发起的, 抄送, and the figures of the front page."""

from __future__ import annotations

from dataclasses import dataclass

from workflows.usecases.actor import Actor
from workflows.usecases.runtime import Transaction
from workflows.usecases.views import Counts, InboxItem, InstanceItem, NoticeView, Page


@dataclass(frozen=True)
class Filters:
    """What to narrow a list by. `due`: "" | "today" | "overdue" | "soon"; `order`: "due" | "new" | "old"."""

    text: str = ""
    process_key: str = ""
    element: str = ""
    status: str = ""
    due: str = ""
    order: str = "due"


def todo(
    tx: Transaction, actor: Actor, filters: Filters | None = None, page: int = 1, size: int = 20
) -> Page[InboxItem]:
    """Open tasks this actor may do, due first."""
    raise NotImplementedError


def done(
    tx: Transaction, actor: Actor, filters: Filters | None = None, page: int = 1, size: int = 20
) -> Page[InboxItem]:
    """Tasks this actor completed, latest first."""
    raise NotImplementedError


def started(
    tx: Transaction, actor: Actor, filters: Filters | None = None, page: int = 1, size: int = 20
) -> Page[InstanceItem]:
    """Instances this actor started."""
    raise NotImplementedError


def copied(
    tx: Transaction, actor: Actor, filters: Filters | None = None, page: int = 1, size: int = 20
) -> Page[InstanceItem]:
    """Instances copied to this actor."""
    raise NotImplementedError


def visible(
    tx: Transaction, actor: Actor, filters: Filters | None = None, page: int = 1, size: int = 20
) -> Page[InstanceItem]:
    """All instances this actor may see (search)."""
    raise NotImplementedError


def counts(tx: Transaction, actor: Actor) -> Counts:
    """Figures of the front page, in one query."""
    raise NotImplementedError


def notices(tx: Transaction, actor: Actor, unread: bool = False, size: int = 20) -> list[NoticeView]:
    """Reminders and other notices to this actor, latest first."""
    raise NotImplementedError


def read_notice(tx: Transaction, notice_id: int, actor: Actor) -> None:
    raise NotImplementedError


def read_copy(tx: Transaction, instance_id: int, actor: Actor) -> None:
    """Mark a copy as read."""
    raise NotImplementedError
