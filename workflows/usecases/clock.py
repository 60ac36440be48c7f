"""What the clock does, in one order: the starts of processes and the timers of instances."""

from __future__ import annotations

from datetime import UTC, datetime

from workflows.usecases import start_timers, timers
from workflows.usecases.runtime import Transaction

_NEVER = datetime.max.replace(tzinfo=UTC)


def any_due(tx: Transaction) -> bool:
    """Whether something is due at `tx.at`; takes no write lock."""
    return start_timers.first_due(tx) is not None or timers.first_due(tx) is not None


def fire_next(tx: Transaction) -> int | None:
    """Start or move what was due first; 1 if it moved, 0 if it could not yet, None if nothing is due."""
    start, timer = start_timers.first_due(tx), timers.first_due(tx)
    if start is None and timer is None:
        return None
    if start is not None and start <= (timer or _NEVER):
        return start_timers.start_due(tx, 1, until=start)
    return timers.fire_due(tx, 1, until=start)
