"""Built-in functions on numbers. Source: DMN 1.3, table 75; rounding: DMN 1.4."""

from __future__ import annotations

import math
from datetime import timedelta
from decimal import (
    ROUND_CEILING,
    ROUND_DOWN,
    ROUND_FLOOR,
    ROUND_HALF_DOWN,
    ROUND_HALF_EVEN,
    ROUND_HALF_UP,
    ROUND_UP,
    Context,
    Decimal,
)
from typing import Any

from forms.feel.arguments import num, single, whole
from forms.feel.builtin import Builtin, define
from forms.feel.values import NUMBERS, YearsMonths, number

_WIDE = Context(prec=7000, Emax=99_999, Emin=-99_999)
_MIN_SCALE, _MAX_SCALE = -6111, 6176


def rounded(value: Any, scale: Any, mode: str) -> int | Decimal:
    """Return a number rounded to some decimal places (negative: tens, hundreds) in a mode."""
    places = whole(scale)
    if not _MIN_SCALE <= places <= _MAX_SCALE:
        raise ValueError("no such scale")
    given = Decimal(num(value))
    return number(given.quantize(Decimal(1).scaleb(-places, _WIDE), mode, _WIDE))


def modulo(dividend: Any, divisor: Any) -> int | Decimal:
    """Return the remainder, with the sign of the divisor."""
    a, b = num(dividend), num(divisor)
    if type(a) is int and type(b) is int:
        return a % b
    quotient = NUMBERS.divide(a, b).to_integral_value(ROUND_FLOOR)
    return number(NUMBERS.subtract(a, NUMBERS.multiply(b, quotient)))


def absolute(value: Any) -> Any:
    """Return a number or a duration without its sign."""
    value = single(value)
    if type(value) is timedelta:
        return abs(value)
    if type(value) is YearsMonths:
        return YearsMonths(abs(value.months))
    return abs(num(value))


def sqrt(value: Any) -> int | Decimal:
    """Return the square root; null for a negative number."""
    return number(NUMBERS.sqrt(num(value)))


def log(value: Any) -> int | Decimal:
    """Return the natural logarithm; null for 0 and below."""
    if num(value) <= 0:
        raise ValueError("no logarithm")
    return number(NUMBERS.ln(num(value)))


def exp(value: Any) -> int | Decimal:
    """Return e to a power."""
    return number(NUMBERS.exp(num(value)))


def odd(value: Any) -> bool:
    """Tell whether a whole number is odd; null for one with a fraction."""
    return _whole(value) % 2 == 1


def even(value: Any) -> bool:
    """Tell whether a whole number is even; null for one with a fraction."""
    return _whole(value) % 2 == 0


def _whole(value: Any) -> int:
    given = num(value)
    if given != math.floor(given):
        raise ValueError("not a whole number")
    return int(given)


FUNCTIONS: tuple[Builtin, ...] = (
    define("decimal", "n, scale", lambda n, scale: rounded(n, scale, ROUND_HALF_EVEN)),
    define("floor", "n, scale", lambda n, scale=0: rounded(n, scale, ROUND_FLOOR)),
    define("ceiling", "n, scale", lambda n, scale=0: rounded(n, scale, ROUND_CEILING)),
    define("round up", "n, scale", lambda n, scale: rounded(n, scale, ROUND_UP)),
    define("round down", "n, scale", lambda n, scale: rounded(n, scale, ROUND_DOWN)),
    define("round half up", "n, scale", lambda n, scale: rounded(n, scale, ROUND_HALF_UP)),
    define("round half down", "n, scale", lambda n, scale: rounded(n, scale, ROUND_HALF_DOWN)),
    define("abs", "n", absolute),
    define("modulo", "dividend, divisor", modulo),
    define("sqrt", "number", sqrt),
    define("log", "number", log),
    define("exp", "number", exp),
    define("odd", "number", odd),
    define("even", "number", even),
)
