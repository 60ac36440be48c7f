"""How many rows a transaction of a job takes: as many as fit into a moment, so that nobody who writes meanwhile waits."""

from __future__ import annotations

import gc
import time
from collections.abc import Iterator
from contextlib import contextmanager

MOMENT = 0.04
"""Seconds a write transaction of a job shall last: on SQLite it is the only writer meanwhile."""
MOST = 500
REST = 0.005
"""Seconds between two chunks, in which who waits for the writer gets in."""


class Pace:
    """The size of the next chunk, by how long the last one took; it at most doubles, and is never less than at first."""

    def __init__(self, least: int, *, moment: float = MOMENT) -> None:
        self.size = self._least = least
        self._moment = moment

    @contextmanager
    def chunk(self) -> Iterator[int]:
        """Take so many rows, and be timed. Garbage is collected between two chunks: it takes longer than one."""
        begun = time.perf_counter()
        collecting = gc.isenabled()  # where it is not, another thread's chunk will enable it again
        gc.disable()
        try:
            yield self.size
        finally:
            if collecting:
                gc.enable()
        self.took(time.perf_counter() - begun)
        time.sleep(REST)

    def took(self, seconds: float) -> None:
        """A chunk of the present size lasted so long: the next is of the size that would have fitted."""
        fitting = int(self.size * self._moment / max(seconds, 1e-6))
        self.size = max(self._least, min(fitting, self.size * 2, MOST))
