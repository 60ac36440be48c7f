"""Numbers and money as clerks write them."""

from __future__ import annotations

import re
from decimal import Decimal

from forms.written.words import chinese_number, fold

_PLAIN = re.compile(r"[+-]?(?:\d+|\d{1,3}(?:,\d{3})+)(?:\.\d*)?|[+-]?\.\d+")
_APART = re.compile(r"\d\s+\d")
_GROUPED = re.compile(r"(?<!\d)\d{1,3}(?:\s\d{3})+(?!\d)")
_FLOAT = re.compile(r"[+-]?\d(?:\.\d+)?[eE][+-]?\d{1,2}")
_UNITS = {"": 1, "千": 10**3, "万": 10**4, "十万": 10**5, "百万": 10**6, "千万": 10**7, "亿": 10**8}
_AMOUNT = re.compile(
    r"(?:人民币|RMB|CNY|¥)?\s*:?\s*(?P<number>[^元圆整块]*?)\s*(?P<unit>千万|百万|十万|万|千|亿)?\s*"
    r"(?:元|圆|块)?\s*(?:整|正)?\s*(?:人民币|RMB|CNY)?",
    re.IGNORECASE,
)
DIGITS_AT_MOST = 16
"""Digits before the point that a number may have."""
NO_FUNDS = ("无", "没有", "不涉及", "无经费", "不需要")
"""Words that say that there is no money: read as 0."""


def tidy(number: Decimal) -> Decimal:
    """Return a number without trailing zeros or exponent: 36000.50 is 36000.5, 1.2E5 is 120000."""
    return number.quantize(Decimal(1)) if number == number.to_integral_value() else number.normalize()


def read_number(text: str) -> Decimal | None:
    """Read a number: full-width digits, 1,200, floats of a worksheet. None where it is none."""
    folded = _together(text)
    if len(folded) > 40:
        return None
    if _PLAIN.fullmatch(folded) or _FLOAT.fullmatch(folded):
        return _sane(Decimal(folded.replace(",", "")))
    return None


def _together(text: str) -> str:
    """A text folded and without spaces. Digits that a space parts stay apart (3 5万), but for groups of three (12 000)."""
    folded = fold(text)
    if _APART.search(folded) and _APART.search(_GROUPED.sub("0", folded)):
        return folded
    return re.sub(r"\s+", "", folded)


def _sane(number: Decimal) -> Decimal | None:
    """Return a number tidied; None where it has more digits than any office's table means."""
    if number and not -12 <= number.adjusted() < DIGITS_AT_MOST:
        return None
    return tidy(_without_float_noise(number))


def _without_float_noise(number: Decimal) -> Decimal:
    """36000.49999999999 came from a binary float: it was 36000.5."""
    rounded = round(number, 6)
    digits = number.as_tuple().exponent
    return (
        rounded
        if isinstance(digits, int) and digits < -9 and abs(rounded - number) < Decimal("1e-8")
        else number
    )


def read_money(text: str) -> Decimal | None:
    """Read yuan: 36000.5元, 1,200, 3万元, ¥1,200.00, 叁万元整. None where it is no amount (约三万)."""
    found = _AMOUNT.fullmatch(_together(text))
    if found is None:
        return None
    number = read_number(found["number"])
    if number is not None:
        return _sane(number * _UNITS[found["unit"] or ""])
    in_words = chinese_number(found["number"] + (found["unit"] or ""))
    return _sane(in_words) if in_words is not None else None


def show_number(number: Decimal, *, grouped: bool = True) -> str:
    """Return 36,000.5; 2026 where not `grouped`."""
    return f"{number:,f}" if grouped else f"{number:f}"


def show_money(amount: Decimal) -> str:
    """Return 36,000.50 元, or 120,000 元 where nothing stands behind the point."""
    return f"{amount:,.0f} 元" if amount == amount.to_integral_value() else f"{amount:,.2f} 元"
