"""The reader processes: one or two, started when the first table comes, each within limits and soon replaced.

Spawned, never forked: the server has threads. A reader that dies, hangs or grows ends in a sentence, and the next
table gets a fresh one.
"""

from __future__ import annotations

import atexit
import json
import logging
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import IO, Any

import orjson

from forms.secrecy import ConfidentialRefused
from templates_xlsx.refusals import WorkbookRefused

log = logging.getLogger(__name__)

HEAD = 9
MAX_ANSWER = 400 << 20
"""Bytes of one answer: more than the largest grid that the guard lets through."""
MAX_ANSWERS = 50
"""Files after which a reader is replaced."""
LARGE_KB = 200 << 10
"""Memory after which a reader is replaced: what a large file took is not given back otherwise."""

_START = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "
    "from templates_xlsx.reader_process import serve; serve()"
)


@dataclass(frozen=True)
class Limits:
    """What one file may cost: memory (address space), processor time, time on the clock."""

    memory_mb: int = 1024
    cpu_seconds: int = 30
    wall_seconds: float = 90


class _Reader:
    """One process."""

    def __init__(self) -> None:
        # Our own interpreter and code; what an office uploaded goes in by the pipe alone.
        self.process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-P", "-c", _START, json.dumps([each for each in sys.path if each])],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={},
            cwd="/",
            start_new_session=True,
        )
        self.answered = 0
        self.worn = False

    @property
    def alive(self) -> bool:
        return self.process.poll() is None

    def ask(self, request: dict[str, Any], content: bytes, seconds: float) -> tuple[tuple[bytes, bytes], ...]:
        """Send a file, return the blocks. A reader that died or was too slow is `_Died`."""
        slow = threading.Event()

        def stop() -> None:
            slow.set()
            self.process.kill()

        watch = threading.Timer(seconds, stop)
        watch.daemon = True
        watch.start()
        try:
            assert self.process.stdin is not None
            assert self.process.stdout is not None
            head = orjson.dumps({**request, "size": len(content)})
            self.process.stdin.write(b"Q" + len(head).to_bytes(8, "big") + head)
            self.process.stdin.write(content)
            self.process.stdin.flush()
            return tuple(self._blocks(self.process.stdout))
        except (OSError, EOFError) as error:
            raise _Died(slow.is_set() or self._status() == -signal.SIGXCPU) from error
        finally:
            watch.cancel()

    def _blocks(self, source: IO[bytes]) -> Iterator[tuple[bytes, bytes]]:
        total = 0
        while True:
            head = source.read(HEAD)
            if len(head) < HEAD:
                raise EOFError
            letter, size = head[:1], int.from_bytes(head[1:], "big")
            total += size
            if total > MAX_ANSWER:
                self.process.kill()
                raise EOFError
            block = source.read(size)
            if len(block) < size:
                raise EOFError
            if letter == b"M":
                self.answered += 1
                self.worn = self.answered >= MAX_ANSWERS or orjson.loads(block)["memory_kb"] > LARGE_KB
                return
            yield letter, block

    def _status(self) -> int:
        try:
            return self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()

    def close(self) -> None:
        for pipe in (self.process.stdin, self.process.stdout):
            try:
                if pipe is not None:
                    pipe.close()
            except OSError:
                pass
        self.process.kill()
        self.process.wait()


class _Died(Exception):
    """The reader did not answer: it was too slow, or it is gone."""

    def __init__(self, slow: bool) -> None:
        super().__init__()
        self.slow = slow


class Readers:
    """A pool of reader processes; threads may share it."""

    def __init__(self, limits: Limits | None = None, most: int = 2) -> None:
        self.limits = limits or Limits()
        self._room = threading.BoundedSemaphore(most)
        self._lock = threading.Lock()
        self._idle: list[_Reader] = []

    def ask(
        self, content: bytes, name: str, password: str | None = None, *, unlock: bool = False
    ) -> tuple[tuple[bytes, bytes], ...]:
        """Have a file read, or only opened with its password.

        Raises:
            WorkbookRefused: the reader's own refusal; or readers_busy, too_slow, reader_died.
            ConfidentialRefused: as the reader found.
        """
        request = {"name": name, "password": password, "unlock": unlock, **asdict(self.limits)}
        with self._room_for_one(name):
            try:
                blocks = self._asked(request, content)
            except _Died as died:
                told = "stopped: too slow" if died.slow else "killed by a file"
                log.warning("A reader of workbooks was %s", told)
                raise WorkbookRefused("too_slow" if died.slow else "reader_died", name=name) from None
        if blocks and blocks[-1][0] == b"E":
            refusal = orjson.loads(blocks[-1][1])
            if "secret" in refusal:
                raise ConfidentialRefused(where=refusal["secret"])
            if "unexpected" in refusal:
                log.warning(
                    "A reader of workbooks raised %s; the file was called broken", refusal["unexpected"]
                )
            raise WorkbookRefused(refusal["code"], **refusal["facts"])
        return blocks

    def _asked(self, request: dict[str, Any], content: bytes) -> tuple[tuple[bytes, bytes], ...]:
        """Ask a reader that waits; one that ended while it waited is no fault of this file: then a fresh one."""
        with self._lock:
            reader = self._idle.pop() if self._idle else None
        if reader is not None:
            try:
                return self._finished(reader, request, content)
            except _Died as died:
                if died.slow:
                    raise
        return self._finished(_Reader(), request, content)

    def _finished(
        self, reader: _Reader, request: dict[str, Any], content: bytes
    ) -> tuple[tuple[bytes, bytes], ...]:
        """Ask one reader. One that is worn or gone does not come back."""
        good = False
        try:
            blocks = reader.ask(request, content, self.limits.wall_seconds)
            good = not reader.worn
        finally:
            if good:
                with self._lock:
                    self._idle.append(reader)
            else:
                reader.close()
        return blocks

    @contextmanager
    def _room_for_one(self, name: str) -> Iterator[None]:
        if not self._room.acquire(timeout=self.limits.wall_seconds):
            raise WorkbookRefused("readers_busy", name=name)
        try:
            yield
        finally:
            self._room.release()

    @property
    def processes(self) -> tuple[int, ...]:
        """Ids of the processes that wait for a file."""
        with self._lock:
            return tuple(each.process.pid for each in self._idle if each.alive)

    def close(self) -> None:
        """End the processes that wait."""
        with self._lock:
            idle, self._idle = self._idle, []
        for each in idle:
            each.close()

    def forget(self) -> None:
        """In a forked child: the processes are the parent's."""
        self._lock = threading.Lock()
        self._idle = []


READERS = Readers()
atexit.register(READERS.close)
os.register_at_fork(after_in_child=READERS.forget)
