"""What a worker is called: no two alive alike, and the same again after a restart.

Two workers of one id would keep each other's jobs alive, so that those of a dead one are never taken over; a worker
that comes back under its old id goes on with its jobs at once.
"""

from __future__ import annotations

import fcntl
import secrets
import socket
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import IO

_LONGEST = 60


@dataclass(frozen=True)
class WorkerName:
    """An id, held by the lock on a file: the system lets go of it when the process ends, however it ends."""

    text: str
    _lock: IO[str]

    def release(self) -> None:
        self._lock.close()


def take(folder: Path, given: str = "") -> WorkerName:
    """The first free id: the given name or the host's, a mark of the data folder, a number.

    Workers that share the folder differ in the number, all others in the mark.
    """
    folder.mkdir(parents=True, exist_ok=True)
    mark = _mark(folder / "mark")
    for number in count(1):
        lock = (folder / f"{number}.lock").open("a")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.close()
            continue
        return WorkerName(f"{(given or socket.gethostname())[:_LONGEST]}-{mark}-{number}", lock)
    raise AssertionError("counting ended")


def _mark(path: Path) -> str:
    try:
        with path.open("x") as file:
            file.write(secrets.token_hex(3))
    except FileExistsError:
        pass
    with path.open("r+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        found = file.read()
        if not found:  # its maker was stopped between making and writing it
            found = secrets.token_hex(3)
            file.write(found)
        return found
