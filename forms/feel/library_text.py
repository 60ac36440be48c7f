"""Built-in functions on strings, and those that turn values into strings and truths.

Source: DMN 1.3, tables 71, 72 and 73; string join: DMN 1.4. XPath's regular expressions are Python's here,
with its flags s, m, i and x.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from forms.feel.arguments import items, num, single, text, whole
from forms.feel.builtin import Builtin, define
from forms.feel.patterns import compile_pattern
from forms.feel.temporal import show
from forms.feel.values import Function, Range, YearsMonths, equal, number, time_offset

MAX_TEXT = 1_000_000
_TEMPORAL = (date, datetime, time, timedelta, YearsMonths)


def show_number(value: int | Decimal) -> str:
    """Write a number without an exponent and without zeros at the end of its fraction."""
    if type(value) is int:
        return str(value)
    shown = format(value, "f")
    return shown.rstrip("0").rstrip(".") if "." in shown else shown


def show_value(value: Any, *, nested: bool = False) -> str:
    """Write any value as FEEL does; strings inside lists and contexts are quoted."""
    if type(value) is str:
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"' if nested else value
    if value is None:
        return "null"
    if type(value) is bool:
        return "true" if value else "false"
    if type(value) in (int, Decimal):
        return show_number(value)
    if isinstance(value, _TEMPORAL):
        return show(value)
    if type(value) is list:
        return f"[{', '.join(show_value(item, nested=True) for item in value)}]"
    if type(value) is dict:
        entries = (f"{_key(key)}: {show_value(item, nested=True)}" for key, item in value.items())
        return f"{{{', '.join(entries)}}}"
    if isinstance(value, Range):
        return _show_range(value)
    if isinstance(value, Function):
        return f"function({', '.join(value.parameters)})"
    return str(value)


def _key(key: str) -> str:
    return key if re.fullmatch(r"\w+( \w+)*", key) else show_value(key, nested=True)


def _show_range(value: Range) -> str:
    if value.end is None:
        return f"{'>=' if value.start_included else '>'} {show_value(value.start, nested=True)}"
    if value.start is None:
        return f"{'<=' if value.end_included else '<'} {show_value(value.end, nested=True)}"
    first, last = "[" if value.start_included else "(", "]" if value.end_included else ")"
    return f"{first}{show_value(value.start, nested=True)}..{show_value(value.end, nested=True)}{last}"


def string(value: Any) -> str | None:
    """Return a value as text; null stays null."""
    return None if value is None else show_value(value)


def substring(given: Any, start: Any, length: Any = None) -> str:
    """Return a part of a string; the first character is 1, -1 is the last."""
    whole_text, place = text(given), whole(start)
    if place == 0 or abs(place) > len(whole_text):
        raise ValueError("outside the string")
    begin = place - 1 if place > 0 else len(whole_text) + place
    if length is None:
        return whole_text[begin:]
    count = whole(length)
    if count < 1:
        raise ValueError("no length")
    return whole_text[begin : begin + count]


def substring_before(given: Any, match: Any) -> str:
    """Return what stands before a match, "" where there is none."""
    before, found, _after = text(given).partition(text(match)) if text(match) else ("", "", "")
    return before if found else ""


def substring_after(given: Any, match: Any) -> str:
    """Return what stands after a match, "" where there is none; all of it for an empty match."""
    if not text(match):
        return text(given)
    return text(given).partition(text(match))[2]


def _flags(value: Any) -> str:
    return "" if value is None else text(value)


def matches(given: Any, pattern: Any, flags: Any = None) -> bool:
    """Tell whether a pattern is found in a string."""
    return compile_pattern(text(pattern), _flags(flags)).search(text(given)) is not None


def replace(given: Any, pattern: Any, replacement: Any, flags: Any = None) -> str:
    """Return a string with each match replaced; `$1` stands for the first group."""
    compiled = compile_pattern(text(pattern), _flags(flags))
    wanted = text(replacement)

    def put(match: re.Match[str]) -> str:
        return re.sub(r"\\(.)|\$(\d)", lambda part: _group(match, part), wanted)

    return compiled.sub(put, text(given))


def _group(match: re.Match[str], part: re.Match[str]) -> str:
    if part[1] is not None:
        return part[1]
    place = int(part[2])
    return (match[place] or "") if place <= (match.re.groups) else ""


def split(given: Any, delimiter: Any) -> list[str]:
    """Return the parts of a string between the matches of a pattern."""
    compiled, whole_text = compile_pattern(text(delimiter), ""), text(given)
    parts, at = [], 0
    for match in compiled.finditer(whole_text):
        if match.end() > match.start():
            parts.append(whole_text[at : match.start()])
            at = match.end()
    return [*parts, whole_text[at:]]


def string_join(given: Any, delimiter: Any = None) -> str:
    """Return the strings of a list, nulls left out, with a delimiter between them."""
    between = "" if single(delimiter) is None else text(delimiter)
    parts = [item for item in items(given) if item is not None]
    if any(type(item) is not str for item in parts):
        raise TypeError("not strings")
    return between.join(parts)


def number_of(given: Any, grouping: Any = None, decimal: Any = None) -> int | Decimal:
    """Read a number from text with its grouping and decimal separators, or return a number as it is."""
    given = single(given)
    if type(given) in (int, Decimal):
        return num(given)
    shown, group, point = text(given), single(grouping), single(decimal)
    if group not in (None, " ", ",", ".") or point not in (None, ",", ".") or (group and group == point):
        raise ValueError("no such separators")
    if group:
        shown = shown.replace(group, "")
    if point:
        shown = shown.replace(point, ".")
    if re.fullmatch(r"\s*-?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?\s*", shown, re.ASCII) is None:
        raise ValueError("not a number")
    return number(Decimal(shown.strip()))


def not_(value: Any) -> bool | None:
    """Return the opposite of a truth; null for anything else."""
    value = single(value)
    return not value if type(value) is bool else None


def is_(value: Any, other: Any) -> bool:
    """Tell whether two values are the same in kind and value, a zone included."""
    if type(value) is not type(other):
        return False
    if isinstance(value, time) and time_offset(value) != time_offset(other):
        return False
    if isinstance(value, datetime) and value.utcoffset() != other.utcoffset():
        return False
    return value is None or equal(value, other) is True


def contains(given: Any, match: Any) -> bool:
    """Tell whether a string holds another."""
    return text(match) in text(given)


def starts_with(given: Any, match: Any) -> bool:
    """Tell whether a string begins with another."""
    return text(given).startswith(text(match))


def ends_with(given: Any, match: Any) -> bool:
    """Tell whether a string ends with another."""
    return text(given).endswith(text(match))


def get_or_else(value: Any, default: Any) -> Any:
    """Return a value, or the default where it is null."""
    return default if value is None else value


def is_blank(given: Any) -> bool:
    """Tell whether a string holds only white space."""
    return not text(given).strip()


FUNCTIONS: tuple[Builtin, ...] = (
    define("string", "from", string),
    define("number", "from, grouping separator, decimal separator", number_of),
    define("not", "negand", not_),
    define("is", "value1, value2", is_),
    define("substring", "string, start position, length", substring),
    define("string length", "string", lambda given: len(text(given))),
    define("upper case", "string", lambda given: text(given).upper()),
    define("lower case", "string", lambda given: text(given).lower()),
    define("substring before", "string, match", substring_before),
    define("substring after", "string, match", substring_after),
    define("replace", "input, pattern, replacement, flags", replace),
    define("contains", "string, match", contains),
    define("starts with", "string, match", starts_with),
    define("ends with", "string, match", ends_with),
    define("matches", "input, pattern, flags", matches),
    define("split", "string, delimiter", split),
    define("string join", "list, delimiter", string_join),
    define("trim", "string", lambda given: text(given).strip()),
    define("is blank", "string", is_blank),
    define("get or else", "value, default", get_or_else),
    define("is defined", "value", lambda value: value is not None),
)
