"""Moved to the very same version, nothing changes: for every diagram of the coverage table, at every step."""

from __future__ import annotations

import pytest

from tests.workflows.engine.builders import AT, around
from tests.workflows.engine.coverage import activities, compensations, data, events, gateways
from tests.workflows.engine.coverage.case import Case
from workflows.engine import Incident, Instance, compile_bundle
from workflows.engine.bundle import Bundle
from workflows.engine.migrating import go_on, move

CASES = [
    case
    for module in (activities, compensations, data, events, gateways)
    for case in module.CASES
    if isinstance(case, Case)
]


def same(bundle: Bundle, again: Bundle, state: bytes) -> None:
    """The state is what it was after a move there."""
    there = Instance.load(bundle, state, around())
    assert move(there, again, {}) == []
    go_on(there)
    assert there.dump() == state


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.row}: {case.says}")
def test_nothing_changes_where_the_version_is_the_same(case: Case) -> None:
    sources = [case.drawn, *case.beside]
    attempt = case.tries[0]
    root = attempt.process or "p"
    bundle, again = compile_bundle(root, sources), compile_bundle(root, sources)
    starts = bundle.specs[root]
    try:
        instance = Instance.start(
            bundle,
            attempt.data,
            around(at=AT),
            start_event=None if starts.entries else starts.starts[0],
        )
        for _ in range(12):
            state = instance.dump()
            same(bundle, again, state)
            instance = Instance.load(bundle, state, around(at=AT))
            if instance.user_tasks:
                instance.complete(instance.user_tasks[0].key, {})
            elif instance.waits:
                instance.trigger(instance.waits[-1].key, {})
            else:
                break
    except Incident:
        return  # the diagram is there to fail
