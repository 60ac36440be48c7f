"""The world of a command that opens no database: the clock of the settings, the State Council's calendar."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from forms.feel import World


def world_now() -> World:
    """What an expression may know: the moment ZHUNRU_NOW fixes, else the present one; announced holidays."""
    from forms.feel import World
    from forms.feel.calendar import china
    from workflows.settings import SHANGHAI, Settings

    return World(Settings.from_environment().now or datetime.now(SHANGHAI), china())
