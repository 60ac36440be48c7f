"""Organisation units."""

from __future__ import annotations

from datetime import date

from workflows.usecases.actor import Actor
from workflows.usecases.runtime import Transaction
from workflows.usecases.views import UnitView


def tree(tx: Transaction, on: date | None = None) -> list[UnitView]:
    """Units valid on a day (today), parents before children, in their order."""
    raise NotImplementedError


def get(tx: Transaction, unit_id: int) -> UnitView:
    raise NotImplementedError


def create(
    tx: Transaction, name: str, kind: str, parent_id: int | None, actor: Actor, valid_from: date | None = None
) -> int:
    """Permission `units.manage`. Raises `AlreadyExists` (same name under the same parent)."""
    raise NotImplementedError


def update(
    tx: Transaction, unit_id: int, actor: Actor, *, name: str, kind: str, parent_id: int | None
) -> None:
    raise NotImplementedError


def close(tx: Transaction, unit_id: int, on: date, actor: Actor) -> None:
    """The unit is no longer valid from a day on; nothing is deleted. Raises `StillInUse` (units below)."""
    raise NotImplementedError
