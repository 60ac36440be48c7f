"""What the clock does, in one order: acts whose day has come, the starts of processes, the timers of instances."""

from __future__ import annotations

from datetime import UTC, datetime

from workflows.usecases import planned_acts, start_timers, timers
from workflows.usecases.runtime import Transaction

_NEVER = datetime.max.replace(tzinfo=UTC)


def any_due(tx: Transaction) -> bool:
    """Whether something is due at `tx.at`; takes no write lock."""
    asked = (planned_acts.first_due, start_timers.first_due, timers.first_due)
    return any(first_due(tx) is not None for first_due in asked)


def fire_next(tx: Transaction) -> int | None:
    """Do what was due first: an act takes effect at the first moment of its day, before all that happens on it.

    1 if something moved, 0 if it could not yet, None if nothing is due.
    """
    start, timer = start_timers.first_due(tx), timers.first_due(tx)
    act = planned_acts.first_due(tx)
    if act is not None and act <= min(start or _NEVER, timer or _NEVER):
        return planned_acts.perform_due(tx)
    if start is None and timer is None:
        return None
    if start is not None and start <= (timer or _NEVER):
        return start_timers.start_due(tx, 1, until=start)
    return timers.fire_due(tx, 1, until=start)
