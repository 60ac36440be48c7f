"""The clock of the edge: the only place that asks what time it is."""

from __future__ import annotations

import os
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from forms.feel import World

SHANGHAI = ZoneInfo("Asia/Shanghai")


def now() -> datetime:
    """The present moment in Asia/Shanghai, or the moment ZHUNRU_NOW fixes (ISO; without a zone it is Shanghai time).

    Raises:
        ValueError: ZHUNRU_NOW is no ISO date or date-time.
    """
    if fixed := os.environ.get("ZHUNRU_NOW"):
        moment = datetime.fromisoformat(fixed)
        return moment.astimezone(SHANGHAI) if moment.tzinfo else moment.replace(tzinfo=SHANGHAI)
    return datetime.now(SHANGHAI)


def world_now() -> World:
    """What an expression may know when no database is open: the clock, and the State Council's calendar."""
    from forms.feel import World
    from forms.feel.calendar import china

    return World(now(), china())
