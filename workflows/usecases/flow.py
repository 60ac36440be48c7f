"""One step of an instance: load it, let the engine move, write what changed. The use cases' own workshop.

A step is a handful of statements. `running` loads, `changes` writes; callers take both from this module.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from workflows.engine import Instance
from workflows.usecases.actor import Actor
from workflows.usecases.changes import OPEN_STATES, PARTY, Changes, aware, compiled, party
from workflows.usecases.running import Running, from_row, load, lock
from workflows.usecases.runtime import Transaction
from workflows.usecases.services import own_words

__all__ = [
    "OPEN_STATES",
    "PARTY",
    "Changes",
    "Running",
    "aware",
    "compiled",
    "from_row",
    "load",
    "lock",
    "party",
    "step",
]


def step(
    tx: Transaction,
    running: Running,
    actor: Actor,
    act: Callable[[Instance], Any],
    *,
    rows: Iterable[dict[str, Any]] = (),
    done: Mapping[str, Any] | None = None,
    assign: Mapping[str, str] | None = None,
) -> Changes:
    """Let the engine act, then write: first the rows of what a person did, then what followed from it.

    Raises the `Refused` of a service that the person's act led to.
    """
    with own_words(running, actor):
        act(running.engine)
    changes = Changes(tx, actor, assign=assign or {})
    changes.history.extend(rows)
    changes.take(running, done)
    changes.write()
    tx.running.pop(running.id, None)
    return changes
