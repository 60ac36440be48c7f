"""Taking arguments of built-in functions: the wanted kind or TypeError, which becomes null.

A list of one item stands for the item where a single value is wanted (DMN 1.3, 10.3.2.9.4).
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from forms.feel.values import is_number


def single(value: Any) -> Any:
    """Return the item of a list of one, anything else as it is."""
    return value[0] if type(value) is list and len(value) == 1 else value


def text(value: Any) -> str:
    """Return a string argument."""
    value = single(value)
    if type(value) is not str:
        raise TypeError("not a string")
    return value


def num(value: Any) -> int | Decimal:
    """Return a number argument."""
    value = single(value)
    if not is_number(value):
        raise TypeError("not a number")
    return value


def whole(value: Any) -> int:
    """Return a number argument as an int, its fraction cut off."""
    return int(num(value))


def flag(value: Any, *, default: bool) -> bool:
    """Return a boolean argument, or the default for null."""
    value = single(value)
    if value is None:
        return default
    if type(value) is not bool:
        raise TypeError("not a boolean")
    return value


def items(value: Any) -> list[Any]:
    """Return a list argument; a single value is a list of one. Null is refused."""
    if value is None:
        raise TypeError("not a list")
    return value if type(value) is list else [value]


def spread(arguments: tuple[Any, ...]) -> list[Any]:
    """Return the items of a function that takes a list or the items themselves."""
    if not arguments:
        raise TypeError("no argument")
    return items(arguments[0]) if len(arguments) == 1 else list(arguments)


def context(value: Any) -> dict[str, Any]:
    """Return a context argument."""
    value = single(value)
    if type(value) is not dict:
        raise TypeError("not a context")
    return value


def day(value: Any) -> date:
    """Return a date argument; of a date and time its date."""
    value = single(value)
    if isinstance(value, datetime):
        return value.date()
    if type(value) is not date:
        raise TypeError("not a date")
    return value
