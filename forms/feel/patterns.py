"""Regular expressions of FEEL texts, refused where matching them could take for ever.

Python's matcher goes back over every way to divide a text, so `(a+)+$` on thirty letters runs for minutes and
no thread can be stopped. A repetition is refused if it may repeat something that itself repeats without a sign
between the rounds that tells them apart, or if two of its branches may begin alike.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from re import _constants as code
from re import _parser as parser
from typing import Any

from forms.feel.xpath import translate

_FLAGS = {"i": re.IGNORECASE, "s": re.DOTALL, "m": re.MULTILINE, "x": re.VERBOSE}
_MANY = 8
"""Rounds from which a repetition counts as one without bound."""
_SAMPLE = frozenset(map(chr, range(32, 127))) | frozenset("\t\n中文é\u3000，。（）")
_REPEATS = (code.MAX_REPEAT, code.MIN_REPEAT)

Items = Iterable[tuple[Any, Any]]


@lru_cache(maxsize=512)
def compile_pattern(pattern: str, flags: str) -> re.Pattern[str]:
    """Return a compiled pattern. Raises ValueError for what is no pattern, LookupError for an unknown flag."""
    options = 0
    for letter in flags.replace("q", ""):
        options |= _FLAGS[letter]
    return guarded(re.escape(pattern) if "q" in flags else translate(pattern, flags), options)


class Endless(ValueError):
    """Matching this pattern could take for ever."""


def guarded(written: str, options: int) -> re.Pattern[str]:
    """Compile a pattern as Python writes it. Raises ValueError for what is no pattern, `Endless`."""
    try:
        compiled = re.compile(written, options)
        tree = parser.parse(written, options)
    except (re.error, OverflowError, RecursionError) as fault:
        raise ValueError(str(fault)) from None
    if _endless(tree, _SAMPLE | frozenset(written)):
        raise Endless("matching this pattern could take for ever")
    return compiled


def _parts(item: tuple[Any, Any]) -> list[Items]:
    """Return the sequences an item holds."""
    kind, held = item
    if kind in _REPEATS:
        return [held[2]]
    if kind is code.SUBPATTERN:
        return [held[3]]
    if kind is code.BRANCH:
        return list(held[1])
    if kind in (code.ASSERT, code.ASSERT_NOT):
        return [held[1]]
    if kind is code.GROUPREF_EXISTS:
        return [part for part in held[1:] if part is not None]
    if kind in (code.POSSESSIVE_REPEAT, code.ATOMIC_GROUP):
        return [held[2] if kind is code.POSSESSIVE_REPEAT else held]
    return []


def _endless(items: Items, sample: frozenset[str]) -> bool:
    for item in items:
        if _is_many(item) and _ambiguous(item[1][2], sample):
            return True
        if any(_endless(part, sample) for part in _parts(item)):
            return True
    return False


def _is_many(item: tuple[Any, Any]) -> bool:
    return item[0] in _REPEATS and (item[1][1] is code.MAXREPEAT or item[1][1] > _MANY)


def _ambiguous(body: Items, sample: frozenset[str]) -> bool:
    """Tell whether a body that repeats may divide one text between its rounds in several ways."""
    flat = list(_flattened(body))
    inner: set[str] = set()
    for item in flat:
        if item[0] is code.BRANCH:
            firsts = [_chars(list(part)[:1], sample) if list(part) else set(sample) for part in item[1][1]]
            if sum(map(len, firsts)) > len(set().union(*firsts)):
                return True
            if any(_has_many(part) for part in item[1][1]):
                inner |= _chars([item], sample)
        elif _has_many([item]):
            inner |= _chars([item], sample)
    if not inner:
        return False
    fixed = [item for item in flat if not _has_many([item]) and _needed(item)]
    return all(_chars([item], sample) & inner for item in fixed)


def _flattened(items: Items) -> Iterable[tuple[Any, Any]]:
    for item in items:
        if item[0] is code.SUBPATTERN:
            yield from _flattened(item[1][3])
        else:
            yield item


def _has_many(items: Items) -> bool:
    return any(_is_many(item) or any(map(_has_many, _parts(item))) for item in items)


def _needed(item: tuple[Any, Any]) -> bool:
    """Tell whether an item takes at least one character in each round."""
    kind, held = item
    if kind in _REPEATS:
        return bool(held[0])
    return kind in (code.LITERAL, code.NOT_LITERAL, code.IN, code.ANY)


def _chars(items: Items, sample: frozenset[str]) -> set[str]:
    """Return the characters of the sample that items may take; all of them where that is not plain."""
    found: set[str] = set()
    for item in items:
        kind, held = item
        if kind is code.LITERAL:
            found.add(chr(held))
        elif kind is code.NOT_LITERAL:
            found |= sample - {chr(held)}
        elif kind is code.IN:
            found |= _class(held, sample)
        elif kind in (code.ANY, code.GROUPREF):
            found |= sample
        for part in _parts(item):
            found |= _chars(part, sample)
    return found


_CATEGORIES = {
    code.CATEGORY_DIGIT: str.isdecimal,
    code.CATEGORY_SPACE: str.isspace,
    code.CATEGORY_WORD: lambda sign: sign.isalnum() or sign == "_",
    code.CATEGORY_NOT_DIGIT: lambda sign: not sign.isdecimal(),
    code.CATEGORY_NOT_SPACE: lambda sign: not sign.isspace(),
    code.CATEGORY_NOT_WORD: lambda sign: not (sign.isalnum() or sign == "_"),
}


def _class(members: Items, sample: frozenset[str]) -> set[str]:
    found: set[str] = set()
    negated = False
    for kind, held in members:
        if kind is code.NEGATE:
            negated = True
        elif kind is code.LITERAL:
            found.add(chr(held))
        elif kind is code.RANGE:
            found |= {sign for sign in sample if held[0] <= ord(sign) <= held[1]}
        elif kind is code.CATEGORY:
            found |= {sign for sign in sample if _CATEGORIES[held](sign)}
    return set(sample - found) if negated else found
