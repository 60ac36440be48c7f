"""Timers of running instances: rows written with the instance, fired by a scheduled job."""

from __future__ import annotations

from workflows.usecases.runtime import Transaction


def fire_due(tx: Transaction, limit: int = 50) -> int:
    """Fire what is due at `tx.at`, earliest first, each once; returns how many instances moved."""
    raise NotImplementedError
