"""Labels and values in one text: 编号:〔2026〕3号  填表日期:2026年3月2日."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from templates_xlsx.labels import Meaning, Vocabulary, unit_line

MAX_PAIRS = 60
"""Colons looked at in one cell; a text of more is no row of labels and values."""
COLON = re.compile("[:\uff1a]")
_STOPS = " \t\n\u3000\xa0;\uff1b,\uff0c"

_CLOSED = ")]}\uff09】"
"""What a label does not begin with: the end of an empty box, as in 网格员[ ]."""


def pairs(vocabulary: Vocabulary, text: str) -> Iterator[tuple[Meaning, str]]:
    """Yield what each label of a text means and what stands behind it; nothing where it does not begin with one."""
    if unit_line(text):
        return
    starts: list[tuple[int, int, Meaning]] = []
    for colon in islice(COLON.finditer(text), MAX_PAIRS):
        floor = starts[-1][1] if starts else 0
        begin = max(floor, colon.start() - 24)
        for start in range(begin, colon.start() - 1):
            # Another pair begins after space only: "...;联系人:见附件" inside a text is no label.
            if (start > floor and not text[start - 1].isspace()) or text[start] in _CLOSED:
                continue
            meaning = vocabulary.strict(text[start : colon.start()])
            if meaning is not None and meaning.keys and not text[start].isspace():
                starts.append((start, colon.end(), meaning))
                break
    if not starts or text[: starts[0][0]].strip():
        return
    for index, (_, after, meaning) in enumerate(starts):
        until = starts[index + 1][0] if index + 1 < len(starts) else len(text)
        yield meaning, text[after:until].strip(_STOPS)
