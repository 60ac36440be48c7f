"""How often a job is tried, and how long after each failure: `camunda:failedJobRetryTimeCycle`.

`R3/PT10M`: three tries, ten minutes after each failure. `PT1M,PT10M,PT1H`: one try more than there are times.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from workflows.engine.timers import Duration, TimerError, parse_duration

DEFAULT = "PT1M,PT5M,PT30M"
_REPEATED = re.compile(r"R(\d{1,3})/(P.+)")


@dataclass(frozen=True)
class RetryPlan:
    """`tries` in all; `waits` after the first failure, the second ...; the last one holds for the rest."""

    tries: int
    waits: tuple[Duration, ...]

    def next_at(self, failed: int, at: datetime) -> datetime:
        """When to try again after so many failures, the latest of them at `at`."""
        if not self.waits:
            return at
        return self.waits[min(failed, len(self.waits)) - 1].after(at)


def retry_plan(text: str) -> RetryPlan:
    """Read a plan; empty text is the default. Raises TimerError."""
    stripped = "".join(text.split()) or DEFAULT
    repeated = _REPEATED.fullmatch(stripped)
    if repeated:
        return RetryPlan(max(1, int(repeated.group(1))), (parse_duration(repeated.group(2)),))
    waits = tuple(parse_duration(part) for part in stripped.split(","))
    return RetryPlan(len(waits) + 1, waits)


def lock_of(milliseconds: int) -> timedelta:
    """A lock's time. Raises ValueError outside of one second to one day."""
    if not 1_000 <= milliseconds <= 86_400_000:
        raise ValueError(milliseconds)
    return timedelta(milliseconds=milliseconds)


__all__ = ["DEFAULT", "RetryPlan", "TimerError", "lock_of", "retry_plan"]
