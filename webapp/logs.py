"""What is logged of an error: its class and where it happened, never its own words, which may quote what people wrote."""

from __future__ import annotations

import logging
import traceback
from typing import Any


def keep_values_out() -> None:
    """Have every log record of this process, a library's too, carry the trace of its error without values."""
    logging.setLogRecordFactory(_record)


def _record(*args: Any, **more: Any) -> logging.LogRecord:
    made = logging.LogRecord(*args, **more)
    if made.exc_info and made.exc_info[1] is not None:
        made.exc_text = trace(made.exc_info[1])
        made.exc_info = None  # no handler shall write it out in its own way
    return made


def trace(error: BaseException) -> str:
    """The trace of an error and of what led to it, causes first: files, lines, classes, no message."""
    chain: list[BaseException] = []
    each: BaseException | None = error
    while each is not None and each not in chain:
        chain.append(each)
        each = each.__cause__ or (None if each.__suppress_context__ else each.__context__)
    return "\n".join(_one(each) for each in reversed(chain))


def _one(error: BaseException) -> str:
    frames = "".join(traceback.format_list(traceback.extract_tb(error.__traceback__)))
    kind = type(error)
    return f"Traceback (most recent call last):\n{frames}{kind.__module__}.{kind.__qualname__}"
