"""Figures of the home page: admitted and ended a month, what is in force, what is late."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workflows.usecases.runtime import Actor, Transaction


@dataclass(frozen=True)
class Month:
    year: int
    month: int
    admitted: int
    ended: int


@dataclass(frozen=True)
class Figures:
    in_force: int
    pending: int
    expiring: int
    admitted_this_year: int
    ended_this_year: int
    average_days: float | None  # working days from receipt to decision, this year


def months(tx: Transaction, actor: Actor, count: int = 12) -> list[Month]:
    """Return the last `count` months, oldest first, this month included."""
    raise NotImplementedError


def figures(tx: Transaction, actor: Actor) -> Figures:
    """Return the figures of what `actor` may see."""
    raise NotImplementedError
