"""The process that reads uploaded workbooks, one after the other: requests on standard input, blocks on standard output.

Started by `templates_xlsx.readers` with nothing of the server in it: no environment, no database, no open file. What
a file does to it stays here. A frame is a letter, eight bytes of length, the bytes.
"""

from __future__ import annotations

import gc
import os
import resource
import select
import signal
import struct
import traceback
from typing import IO, Any

import orjson

from forms.secrecy import ConfidentialRefused
from templates_xlsx.refusals import WorkbookRefused

FRAME = struct.Struct(">cQ")
IDLE_SECONDS = 600
"""A reader that is asked nothing for so long ends; the next table starts another."""


def serve() -> None:
    """Answer requests until standard input ends."""
    # The parsers may print; standard output belongs to the answer.
    source, target = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_RDWR), 0)
    os.dup2(2, 1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    from templates_xlsx import reader  # the parsers, loaded before the first request

    gc.disable()  # cells make no circles; what else does is collected between two files
    gc.freeze()
    while True:
        ready, _, _ = select.select([source], [], [], IDLE_SECONDS)
        head = source.read(FRAME.size) if ready else b""
        if len(head) < FRAME.size:
            return
        request = orjson.loads(source.read(FRAME.unpack(head)[1]))
        content = source.read(request["size"])
        _limit(request)
        _answer(reader, request, content, target)
        del content
        target.flush()
        gc.collect()


def _limit(request: dict[str, Any]) -> None:
    used = resource.getrusage(resource.RUSAGE_SELF)
    seconds = int(used.ru_utime + used.ru_stime) + 1 + request["cpu_seconds"]
    memory = request["memory_mb"] << 20
    for kind, limit in (
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, 16),
    ):
        hard = resource.getrlimit(kind)[1]
        resource.setrlimit(kind, (limit if hard == resource.RLIM_INFINITY else min(limit, hard), hard))


def _answer(reader: Any, request: dict[str, Any], content: bytes, target: IO[bytes]) -> None:
    def send(letter: bytes, block: bytes) -> None:
        target.write(FRAME.pack(letter, len(block)))
        target.write(block)

    try:
        if request["unlock"]:
            send(b"U", reader.sniff(content, request["name"], request["password"]).content)
        else:
            reader.read(content, request["name"], request["password"], send)
    except WorkbookRefused as error:
        send(b"E", orjson.dumps({"code": error.code, "facts": error.facts}))
    except ConfidentialRefused as error:
        send(b"E", orjson.dumps({"secret": error.facts["where"]}))
    except MemoryError:
        send(b"E", orjson.dumps({"code": "too_much_memory", "facts": {"name": request["name"]}}))
    except Exception as error:
        # What no parser is known to raise: the clerk gets a sentence, the log the place. Not the text: it may quote.
        frames = traceback.extract_tb(error.__traceback__)
        place = f"{type(error).__name__} at {frames[-1].filename.rsplit('/', 1)[-1]}:{frames[-1].lineno}"
        facts = {"name": request["name"]}
        send(b"E", orjson.dumps({"code": "broken", "facts": facts, "unexpected": place}))
    send(b"M", orjson.dumps({"memory_kb": _memory_kb()}))


def _memory_kb() -> int:
    """Memory held now. (The peak that the system keeps begins with that of the process that started this one.)"""
    with open("/proc/self/statm") as told:
        return int(told.read().split()[1]) * resource.getpagesize() // 1024


if __name__ == "__main__":
    serve()
