"""JavaScript patterns of `.form` files, as Python reads them."""

from __future__ import annotations

import re
from functools import lru_cache

from forms.feel.patterns import guarded

_UNICODE = re.compile(r"\\u\{([0-9a-fA-F]{1,6})\}")
_NAMED = re.compile(r"\(\?<([A-Za-z_]\w*)>")
_NAMED_AGAIN = re.compile(r"\\k<([A-Za-z_]\w*)>")


@lru_cache(maxsize=512)
def compile_pattern(pattern: str) -> re.Pattern[str]:
    """Compile a JavaScript pattern (searched, not anchored; \\d is 0-9 only, $ is the very end).

    Raises:
        ValueError: Python cannot compile it.
        Endless: it may run for ever on some text.
    """
    text = _NAMED_AGAIN.sub(r"(?P=\1)", _NAMED.sub(r"(?P<\1>", pattern))
    text = _UNICODE.sub(lambda found: re.escape(chr(int(found[1], 16))), text)
    return guarded(_end_means_end(text), re.ASCII)


def _end_means_end(text: str) -> str:
    """Python's $ also matches before a last line break; JavaScript's does not."""
    out: list[str] = []
    in_class = escaped = False
    for each in text:
        if escaped:
            escaped = False
        elif each == "\\":
            escaped = True
        elif each == "[":
            in_class = True
        elif each == "]":
            in_class = False
        elif each == "$" and not in_class:
            out.append(r"\Z")
            continue
        out.append(each)
    return "".join(out)
