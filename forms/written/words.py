"""Reading what people write: labels, lists, Chinese numerals.

Labels are normalised so that 申 请 单 位(盖章): and 申请单位 are the same; values never are.
"""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal

_BRACKETED = re.compile(r"[(\[【〔<〈《][^)\]】〕>〉》]{0,20}[)\]】〕>〉》]")
_BRACKETS = re.compile(r"[()\[\]【】〔〕<>〈〉《》]")
_NOISE = re.compile(r"[\s\u200b-\u200f\ufeff:*※★·•,。.、/\\\-—_~]+")
_ENUMERATION = re.compile(r"^(?:\d{1,2}|[一二三四五六七八九十]{1,3})[、.]\s*")
_LIST = re.compile("[\u3001,\uff0c;\uff1b\n\r]+")
_DIGITS = {
    "〇": 0, "○": 0, "零": 0, "一": 1, "壹": 1, "二": 2, "贰": 2, "两": 2, "三": 3, "叁": 3, "四": 4, "肆": 4,
    "五": 5, "伍": 5, "六": 6, "陆": 6, "七": 7, "柒": 7, "八": 8, "捌": 8, "九": 9, "玖": 9,
}  # fmt: skip
_TENS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_GROUPS = {"万": 10**4, "萬": 10**4, "亿": 10**8}


def fold(text: str) -> str:
    """Return a text in NFKC without white space at its ends: for comparing and parsing, never for keeping."""
    return unicodedata.normalize("NFKC", text).strip()


def squeeze(text: str) -> str:
    """Return a text folded and without any white space."""
    return re.sub(r"\s+", "", fold(text))


def normalise_label(text: str, *, keep_brackets: bool = False) -> str:
    """Return a label as it is compared.

    NFKC; hints in brackets, numbering (1. 一、), spaces, line breaks, colons, asterisks and dashes dropped.

    Args:
        keep_brackets: keep the words in brackets (without the brackets themselves).
    """
    without = _BRACKETS if keep_brackets else _BRACKETED
    folded = without.sub("", fold(text))
    return _NOISE.sub("", _ENUMERATION.sub("", folded)).casefold()


def split_list(text: str) -> list[str]:
    """Split a list written with 、 , ; or line breaks. Empty pieces are dropped."""
    return [piece.strip() for piece in _LIST.split(text) if piece.strip()]


def whole_float(text: str) -> str:
    """Return `13800138000.0` or `1.38E+10` without its float dress, where it is a whole number."""
    folded = fold(text)
    if re.fullmatch(r"[+-]?\d+\.0+", folded):
        return folded.split(".")[0]
    if re.fullmatch(r"\d(?:\.\d+)?[eE]\+?\d{1,2}", folded):
        number = Decimal(folded)
        digits = len(folded.upper().split("E")[0].replace(".", ""))
        if number == number.to_integral_value() and number.adjusted() + 1 <= digits:
            return format(number.to_integral_value(), "f")
    return folded


def small_number(text: str) -> int | None:
    """Return a number up to 99, or a year, in digits or Chinese (三十一, 二〇二四); None where it is none."""
    if re.fullmatch(r"[0-9]+", text):
        return int(text)
    if re.fullmatch(r"[一二三四五六七八九]?十[一二三四五六七八九]?", text):
        tens, _, ones = text.partition("十")
        return _DIGITS.get(tens, 1) * 10 + _DIGITS.get(ones, 0)
    if text and all(each in _DIGITS or each.isdecimal() for each in text):
        return int("".join(str(_DIGITS[each]) if each in _DIGITS else each for each in text))
    return None


def chinese_number(text: str) -> Decimal | None:
    """Return a whole number written in Chinese (三万, 叁万陆仟, 一百二十); None where it is none."""
    total = group = digit = 0
    seen = False
    for each in text:
        if each in _DIGITS:
            digit = _DIGITS[each]
            seen = True
        elif each in _TENS:
            group += (digit if digit or (seen and group) else 1) * _TENS[each]
            digit, seen = 0, True
        elif each in _GROUPS:
            if not seen:
                return None
            total += (group + digit) * _GROUPS[each]
            group = digit = 0
        else:
            return None
    return Decimal(total + group + digit) if seen else None
