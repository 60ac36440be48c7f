"""From XPath's regular expressions, which FEEL uses, to Python's.

What Python lacks is written out: categories (`\\p{L}`), name characters (`\\i`, `\\c`) and the subtraction of
character classes (`[a-z-[aeiou]]`); `$` is the very end of a text.

Source: DMN 1.3, 10.3.4.3; XML Schema 1.1 part 2, appendix G.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from functools import lru_cache

_CATEGORY = re.compile(r"\\([pP])\{(\w+)\}")
_NAME_START = (
    r"A-Z_a-z:\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u02FF\u0370-\u037D\u037F-\u1FFF\u200C-\u200D"
    r"\u2070-\u218F\u2C00-\u2FEF\u3001-\uD7FF\uF900-\uFDCF\uFDF0-\uFFFD"
)
_NAME = _NAME_START + r"\-.0-9\u00B7\u0300-\u036F\u203F-\u2040"
_CATEGORIES = frozenset(
    (
        *("L", "Lu", "Ll", "Lt", "Lm", "Lo", "M", "Mn", "Mc", "Me", "N", "Nd", "Nl", "No"),
        *("P", "Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "Z", "Zs", "Zl", "Zp"),
        *("S", "Sm", "Sc", "Sk", "So", "C", "Cc", "Cf", "Co", "Cn"),
    )
)
_BLOCKS = {
    "IsBasicLatin": r"\u0000-\u007F",
    "IsLatin-1Supplement": r"\u0080-\u00FF",
    "IsGreek": r"\u0370-\u03FF",
    "IsCyrillic": r"\u0400-\u04FF",
    "IsHiragana": r"\u3040-\u309F",
    "IsKatakana": r"\u30A0-\u30FF",
    "IsHangulSyllables": r"\uAC00-\uD7A3",
    "IsCJKSymbolsandPunctuation": r"\u3000-\u303F",
    "IsCJKUnifiedIdeographs": r"\u4E00-\u9FFF",
}


def translate(pattern: str, flags: str) -> str:
    """Return an XPath pattern as Python has it. Raises ValueError for what XPath does not allow."""
    made: list[str] = []
    at = 0
    while at < len(pattern):
        char = pattern[at]
        if char == "\\":
            part, at = _escape(pattern, at, inside=False)
            made.append(part)
        elif char == "[":
            part, at = _class(pattern, at)
            made.append(part)
        else:
            made.append(r"\Z" if char == "$" and "m" not in flags else char)
            at += 1
    return "".join(made)


def _escape(pattern: str, at: int, *, inside: bool) -> tuple[str, int]:
    """Return what a backslash stands for, and the place after it."""
    category = _CATEGORY.match(pattern, at)
    if category is not None:
        found = _members(category[2])
        if not inside:
            return f"[{'^' if category[1] == 'P' else ''}{found}]", category.end()
        return (_others(category[2]) if category[1] == "P" else found), category.end()
    letter = pattern[at + 1 : at + 2]
    if letter in ("i", "c"):
        found = _NAME_START if letter == "i" else _NAME
        return (found if inside else f"[{found}]"), at + 2
    if inside and letter.isdigit():
        raise ValueError("no group can be named in a class")
    return pattern[at : at + 2], at + 2


def _class(pattern: str, at: int) -> tuple[str, int]:
    """Return a character class, the one subtracted from it in front, and the place after it."""
    start, at = at, at + 1
    made = ["["]
    while at < len(pattern):
        char = pattern[at]
        if char == "\\":
            part, at = _escape(pattern, at, inside=True)
            made.append(part)
        elif char == "-" and pattern[at + 1 : at + 2] == "[" and len(made) > 1:
            taken, at = _class(pattern, at + 1)
            if pattern[at : at + 1] != "]":
                break
            return f"(?:(?!{taken}){''.join(made)}])", at + 1
        elif char == "]" and len(made) > 1 and made[-1] != "^":
            return "".join([*made, "]"]), at + 1
        else:
            made.append(r"\[" if char == "[" else char)
            at += 1
    raise ValueError(f"a class that does not end: {pattern[start : start + 20]}")


@lru_cache(maxsize=64)
def _members(name: str) -> str:
    """Return the ranges of a category or block, as they stand in a class."""
    if name in _BLOCKS:
        return _BLOCKS[name]
    if name not in _CATEGORIES:
        raise ValueError(f"no such category: {name}")
    return _ranges(name, wanted=True)


@lru_cache(maxsize=16)
def _others(name: str) -> str:
    """Return the ranges outside of a category."""
    if name not in _CATEGORIES:
        raise ValueError(f"no such category: {name}")
    return _ranges(name, wanted=False)


def _ranges(name: str, *, wanted: bool) -> str:
    made: list[str] = []
    start = -1
    for point in range(sys.maxunicode + 2):
        held = point <= sys.maxunicode and unicodedata.category(chr(point)).startswith(name) is wanted
        if held and start < 0:
            start = point
        elif not held and start >= 0:
            made.append(f"\\U{start:08X}-\\U{point - 1:08X}")
            start = -1
    return "".join(made)
