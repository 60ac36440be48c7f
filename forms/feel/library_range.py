"""Built-in functions that relate points and ranges (Allen's relations).

Source: DMN 1.3, table 79.
"""

from __future__ import annotations

from typing import Any

from forms.feel.builtin import Builtin, define
from forms.feel.values import Range, less, same


def _below(a: Any, b: Any) -> bool:
    result = less(a, b)
    if result is None:
        raise TypeError("no order")
    return result


def _range(value: Any) -> Range:
    if type(value) is not Range:
        raise TypeError("not a range")
    return value


def _point(value: Any) -> Any:
    if value is None or type(value) in (Range, list, dict, bool):
        raise TypeError("not a point")
    return value


def before(a: Any, b: Any) -> bool:
    """Tell whether a lies wholly before b."""
    first, first_in = (a.end, a.end_included) if type(a) is Range else (_point(a), True)
    second, second_in = (b.start, b.start_included) if type(b) is Range else (_point(b), True)
    return _below(first, second) or (same(first, second) and not (first_in and second_in))


def after(a: Any, b: Any) -> bool:
    """Tell whether a lies wholly after b."""
    return before(b, a)


def meets(a: Any, b: Any) -> bool:
    """Tell whether a ends where b starts, both ends included."""
    one, other = _range(a), _range(b)
    _below(one.end, other.start)
    return one.end_included and other.start_included and same(one.end, other.start)


def met_by(a: Any, b: Any) -> bool:
    """Tell whether a starts where b ends."""
    return meets(b, a)


def overlaps(a: Any, b: Any) -> bool:
    """Tell whether two ranges share a point."""
    one, other = _range(a), _range(b)
    return not before(one, other) and not before(other, one)


def _starts_earlier(one: Range, other: Range) -> bool:
    """Tell whether one starts before other, or with it and only one includes the point."""
    return _below(one.start, other.start) or (
        same(one.start, other.start) and one.start_included and not other.start_included
    )


def _ends_earlier(one: Range, other: Range) -> bool:
    return _below(one.end, other.end) or (
        same(one.end, other.end) and other.end_included and not one.end_included
    )


def overlaps_before(a: Any, b: Any) -> bool:
    """Tell whether a starts before b, shares points with it, and ends no later."""
    one, other = _range(a), _range(b)
    return _starts_earlier(one, other) and overlaps(one, other) and not _ends_earlier(other, one)


def overlaps_after(a: Any, b: Any) -> bool:
    """Tell whether a starts within b and ends after it."""
    one, other = _range(a), _range(b)
    return _ends_earlier(other, one) and overlaps(one, other) and not _starts_earlier(one, other)


def finishes(a: Any, b: Any) -> bool:
    """Tell whether a point or range ends b."""
    other = _range(b)
    if type(a) is not Range:
        _below(_point(a), other.end)
        return other.end_included and same(a, other.end)
    return same(a.end, other.end) and a.end_included == other.end_included and not _starts_earlier(a, other)


def finished_by(a: Any, b: Any) -> bool:
    """Tell whether a is ended by b."""
    return finishes(b, a)


def includes(a: Any, b: Any) -> bool:
    """Tell whether a range holds a point, or all of another range."""
    one = _range(a)
    if type(b) is not Range:
        held = one.holds(_point(b))
        if held is None:
            raise TypeError("no order")
        return held
    return not _starts_earlier(b, one) and not _ends_earlier(one, b)


def during(a: Any, b: Any) -> bool:
    """Tell whether a lies within b."""
    return includes(b, a)


def starts(a: Any, b: Any) -> bool:
    """Tell whether a point or range starts b."""
    other = _range(b)
    if type(a) is not Range:
        _below(_point(a), other.start)
        return other.start_included and same(a, other.start)
    return (
        same(a.start, other.start)
        and a.start_included == other.start_included
        and not _ends_earlier(other, a)
    )


def started_by(a: Any, b: Any) -> bool:
    """Tell whether a is started by b."""
    return starts(b, a)


def coincides(a: Any, b: Any) -> bool:
    """Tell whether two points or two ranges are the same."""
    if type(a) is Range and type(b) is Range:
        _below(a.start, b.start)
        return (
            same(a.start, b.start)
            and same(a.end, b.end)
            and a.start_included == b.start_included
            and a.end_included == b.end_included
        )
    _below(_point(a), _point(b))
    return same(a, b)


_PAIRS = "point1, point2 | point, range | range, point | range1, range2"

FUNCTIONS: tuple[Builtin, ...] = (
    define("before", _PAIRS, before),
    define("after", _PAIRS, after),
    define("meets", "range1, range2", meets),
    define("met by", "range1, range2", met_by),
    define("overlaps", "range1, range2", overlaps),
    define("overlaps before", "range1, range2", overlaps_before),
    define("overlaps after", "range1, range2", overlaps_after),
    define("finishes", "point, range | range1, range2", finishes),
    define("finished by", "range, point | range1, range2", finished_by),
    define("includes", "range, point | range1, range2", includes),
    define("during", "point, range | range1, range2", during),
    define("starts", "point, range | range1, range2", starts),
    define("started by", "range, point | range1, range2", started_by),
    define("coincides", "point1, point2 | range1, range2", coincides),
)
