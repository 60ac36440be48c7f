"""What happened, in sentences."""

from __future__ import annotations

from workflows.usecases.runtime import Transaction
from workflows.usecases.views import HistoryLine


def sentences(tx: Transaction, instance_id: int, locale: str = "zh") -> list[HistoryLine]:
    """The history of an instance as people read it, oldest first. Visibility is the caller's question."""
    raise NotImplementedError
