"""`zhunru try`: run a diagram in memory on a virtual clock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from workflows.engine.model import Source, TryResult

if TYPE_CHECKING:
    from forms.feel import World


def try_run(
    sources: Sequence[Source],
    *,
    world: World,
    process: str | None = None,
    data: Mapping[str, Any] | None = None,
    answers: Sequence[tuple[str, Mapping[str, Any]]] = (),
    until: datetime | None = None,
) -> TryResult:
    """Run a diagram in memory; `answers` are (element id, variables), consumed in order."""
    raise NotImplementedError
