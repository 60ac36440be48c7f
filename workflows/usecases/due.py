"""How much time is left, in working days."""

from __future__ import annotations

from datetime import datetime

from forms.feel.world import World
from workflows.usecases.views import Due


def due_of(world: World, created_at: datetime, due_at: datetime | None) -> Due | None:
    """What a page says about a due time; None where there is none.

    Today does not count: due tomorrow (a working day) is 1 left, due today is 0, and -2 means that two
    working days have passed since.
    """
    if due_at is None:
        return None
    today = world.today
    day = due_at.astimezone(world.now.tzinfo).date()
    left = world.calendar.working_days_between(today, day)
    total = max(world.calendar.working_days_between(created_at.astimezone(world.now.tzinfo).date(), day), 1)
    overdue = due_at < world.at
    return Due(
        at=due_at,
        working_days_left=left,
        overdue=overdue,
        today=day == today,
        provisional=world.calendar.is_provisional(day),
        fraction=1.0 if overdue else min(1.0, max(0.0, 1 - left / total)),
    )
