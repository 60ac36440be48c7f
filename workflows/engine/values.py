"""Variables as JSON and back, exactly: Decimal, dates, times and periods are tagged, all else is itself.

A tagged value is a map of one key that starts with `$`; keys of users' maps that start with `$` get one more.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

_PLAIN = frozenset({str, bool, float, type(None)})
_LIMIT = 2**53


def pack(value: Any) -> Any:
    """Turn a value into plain JSON. Raises TypeError for what no variable may hold."""
    kind = type(value)
    if kind in _PLAIN:
        return value
    if kind is int:
        return value if -_LIMIT <= value <= _LIMIT else {"$i": str(value)}
    if kind is list or kind is tuple:
        return [pack(item) for item in value]
    if kind is dict:
        return {_key(name): pack(item) for name, item in value.items()}
    return _pack_special(value)


def _key(name: Any) -> str:
    if not isinstance(name, str):
        raise TypeError(f"a map needs text keys, not {type(name).__name__}")
    return "$" + name if name.startswith("$") else name


def _pack_special(value: Any) -> Any:
    if isinstance(value, Decimal):
        return {"$n": str(value)}
    if isinstance(value, datetime):
        zone = value.tzinfo
        if isinstance(zone, ZoneInfo):
            return {"$t": value.replace(tzinfo=None).isoformat(), "$z": zone.key, "$f": value.fold}
        return {"$t": value.isoformat()}
    if isinstance(value, date):
        return {"$d": value.isoformat()}
    if isinstance(value, time):
        if isinstance(value.tzinfo, ZoneInfo):
            return {"$c": value.replace(tzinfo=None).isoformat(), "$z": value.tzinfo.key}
        return {"$c": value.isoformat()}
    if isinstance(value, timedelta):
        return {"$p": [value.days, value.seconds, value.microseconds]}
    if type(value).__name__ == "YearsMonths":
        return {"$m": value.months}
    if isinstance(value, dict):
        return pack(dict(value))
    if isinstance(value, (str, int, float, bool)):
        return pack(_base(value))
    if isinstance(value, (list, tuple, set, frozenset)):
        return [pack(item) for item in value]
    raise TypeError(f"a variable cannot hold a {type(value).__name__}")


def _base(value: Any) -> Any:
    """A subclass of a plain type (an enum, say) as that plain type."""
    for kind in (bool, int, float, str):
        if isinstance(value, kind):
            return kind(value) if kind is not str else str.__str__(value)
    return value


def unpack(value: Any) -> Any:
    """Undo `pack`."""
    kind = type(value)
    if kind is list:
        return [unpack(item) for item in value]
    if kind is not dict:
        return value
    for name in value:
        if name[:1] == "$":
            return _unpack_tagged(value)
        break
    return {(name[1:] if name[:1] == "$" else name): unpack(item) for name, item in value.items()}


def _unpack_tagged(value: dict[str, Any]) -> Any:
    tag, body = next(iter(value.items()))
    zone = ZoneInfo(value["$z"]) if "$z" in value else None
    if tag == "$n":
        return Decimal(body)
    if tag == "$d":
        return date.fromisoformat(body)
    if tag == "$t":
        moment = datetime.fromisoformat(body)
        return moment if zone is None else moment.replace(tzinfo=zone, fold=value.get("$f", 0))
    if tag == "$c":
        clock = time.fromisoformat(body)
        return clock if zone is None else clock.replace(tzinfo=zone)
    if tag == "$p":
        return timedelta(*body)
    if tag == "$i":
        return int(body)
    if tag == "$m":
        from forms.feel import YearsMonths

        return YearsMonths(body)
    return {(name[1:] if name[:1] == "$" else name): unpack(item) for name, item in value.items()}
