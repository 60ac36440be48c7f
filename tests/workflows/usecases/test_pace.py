"""How many rows a transaction of a job takes, and what does not happen meanwhile."""

from __future__ import annotations

import gc

import pytest

from workflows.usecases.pace import MOST, Pace


def test_a_chunk_grows_by_twice_at_most_and_shrinks_at_once() -> None:
    pace = Pace(5)
    sizes = []
    for seconds in (0.001, 0.001, 0.001, 0.4, 0.001):
        sizes.append(pace.size)
        pace.took(seconds)
    assert sizes == [5, 10, 20, 40, 5]
    for _ in range(20):
        pace.took(0.0001)
    assert pace.size == MOST


def test_no_garbage_is_collected_while_others_wait_for_the_writer() -> None:
    with Pace(5).chunk():
        assert not gc.isenabled()
        with Pace(5).chunk():
            pass
        assert not gc.isenabled()
    assert gc.isenabled()
    with pytest.raises(ValueError), Pace(5).chunk():
        raise ValueError
    assert gc.isenabled()
