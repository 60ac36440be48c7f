"""Audit: who did what to which account, definition or unit, from where, with what result."""

from __future__ import annotations

from typing import Any

from workflows.usecases.actor import Actor
from workflows.usecases.runtime import Transaction


def record(
    tx: Transaction,
    actor: Actor,
    event: str,
    subject: str,
    *,
    result: str = "ok",
    address: str = "",
    facts: Any = None,
) -> None:
    """Append one audit row; rows are never changed or deleted."""
    raise NotImplementedError
