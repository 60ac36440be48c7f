"""A fixed world for expressions: Friday 13 February 2026, 09:00 in Shanghai, China's calendar."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from forms.feel import SHANGHAI, World, china, compile_expression


@pytest.fixture(scope="session")
def world() -> World:
    return World(datetime(2026, 2, 13, 9, tzinfo=SHANGHAI), china())


@pytest.fixture(scope="session")
def feel(world: World) -> Callable[..., Any]:
    """Evaluate a text with variables given by name (or a dict for names with spaces)."""

    def evaluate(text: str, scope: dict[str, Any] | None = None, **variables: Any) -> Any:
        return compile_expression(text).evaluate({**(scope or {}), **variables}, world)

    return evaluate
