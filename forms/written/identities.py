"""Numbers of identity cards: 17 digits and a check digit, of which X stands for ten (GB 11643)."""

from __future__ import annotations

import re

from forms.written.words import fold

_NUMBER = re.compile(r"[1-9]\d{16}[0-9X]", re.ASCII)
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"


def read_identity(text: str) -> str | None:
    """Read an identity card's number, a small x made large; None where its digits or its check digit are wrong.

    Always text: a number of 18 digits loses its last ones in a spreadsheet.
    """
    number = re.sub(r"[\s-]", "", fold(text)).upper()
    if not _NUMBER.fullmatch(number):
        return None
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, number, strict=False))
    return number if _CHECKS[total % 11] == number[-1] else None
