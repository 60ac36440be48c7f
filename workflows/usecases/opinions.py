"""Opinions: one row a decision, for the boxes of the paper table."""

from __future__ import annotations

from workflows.usecases.runtime import Transaction
from workflows.usecases.views import OpinionView


def of_instance(tx: Transaction, instance_id: int) -> list[OpinionView]:
    """All opinions, oldest first; those undone by a return are left out."""
    raise NotImplementedError


def by_box(tx: Transaction, instance_id: int) -> dict[str, list[OpinionView]]:
    """Opinions that stand, by opinion box."""
    raise NotImplementedError
