"""Telephone numbers as clerks write them."""

from __future__ import annotations

import re

from forms.written.words import fold, whole_float

_MOBILE = re.compile(r"(?:\+?86)?(1[3-9]\d{9})")
_LAND = re.compile(r"(?:\+?86)?(?:(0(?:10|2\d))(\d{8})|(0[3-9]\d{2})(\d{7,8}))")
"""Area codes of three digits have numbers of eight."""
_SERVICE = re.compile(r"([48]00)(\d{7})")
_EXTENSION = re.compile(r"(?:转|分机|ext\.?|x|#)\s*:?\s*(\d{1,6})$", re.IGNORECASE)
_DASHED_EXTENSION = re.compile(r"^(0\d{2,3}-?\d{7,8})-(\d{1,6})$")
_BETWEEN = re.compile(r"[、,;/\n]+")
LOOSE = r"(?:\+?86[- ]?)?(?:1[3-9]\d[ -]?\d{4}[ -]?\d{4}|[(]?0\d{2,3}[)]?[ -]?\d{7,8}(?:(?:-|转)\d{1,6})?)"
"""A pattern that finds a number in a text; `read_phone` judges it."""


def read_phone(text: str) -> str | None:
    """Read one or more telephone numbers; None where one of them is none.

    Mobile numbers come back as 11 digits, others as 022-84908838 or 022-84908838转801; several are
    joined with 、. A local number without its area code is none: nobody could dial it from elsewhere.
    """
    numbers = [_one(piece) for piece in _BETWEEN.split(fold(text)) if piece.strip()]
    good = [each for each in numbers if each is not None]
    return "、".join(good) if good and len(good) == len(numbers) else None


def _one(text: str) -> str | None:
    plain = whole_float(text)
    extension = ""
    found = _EXTENSION.search(plain) or _DASHED_EXTENSION.match(plain)
    if found:
        extension = f"转{found[found.lastindex or 1]}"
        plain = plain[: found.start()] if found.re is _EXTENSION else found[1]
    digits = re.sub(r"[\s()\-‐‑–—]", "", plain)
    mobile = _MOBILE.fullmatch(digits)
    if mobile:
        return mobile[1] if not extension else None
    for pattern in (_LAND, _SERVICE):
        land = pattern.fullmatch(digits)
        if land:
            area, number = (each for each in land.groups() if each is not None)
            return f"{area}-{number}{extension}"
    return None
