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


_SECTION = re.compile(
    r"(?:(?P<thousands>[一二两三四五六七八九])千)?零?(?:(?P<hundreds>[一二两三四五六七八九])百)?零?"
    r"(?:(?P<tens>[一二三四五六七八九])?(?P<ten>十))?(?P<nought>零)?(?P<ones>[一二两三四五六七八九])?"
)
_FORMAL = str.maketrans("〇○壹贰叁肆伍陆柒捌玖拾佰仟萬", "零零一二三四五六七八九十百千万")


def chinese_number(text: str) -> Decimal | None:
    """Return a whole number written in Chinese (三万, 叁万陆仟, 一百二十); None where it is none.

    What leaves its last unit out (三万五, 一千二) and digits in a row (三五万) are none: they are said, not written.
    """
    plain = text.translate(_FORMAL)
    if plain == "零":
        return Decimal(0)
    total, rest = 0, plain
    for sign, worth in (("亿", 10**8), ("万", 10**4)):
        above, found, below = rest.partition(sign)
        if not found:
            continue
        number = _section(above)
        if not number or (below and not _goes_on(below)):
            return None
        total, rest = total + number * worth, below
    number = _section(rest) if rest else 0
    return Decimal(total + number) if number is not None and plain else None


def _goes_on(below: str) -> bool:
    """Whether what follows 万 or 亿 names its own units: 三万五千, 三万零五, never 三万五."""
    return len(below) > 1


def _section(text: str) -> int | None:
    """Return a number below ten thousand; None where it is none."""
    found = _SECTION.fullmatch(text)
    if found is None or not text.strip("零"):
        return None
    higher = found["thousands"] or found["hundreds"]
    if found["ones"] and higher and not (found["ten"] or found["nought"]) and "零" not in text:
        return None
    digits = {name: _DIGITS[found[name]] if found[name] else 0 for name in ("thousands", "hundreds", "ones")}
    tens = (_DIGITS[found["tens"]] if found["tens"] else 1) if found["ten"] else 0
    return digits["thousands"] * 1000 + digits["hundreds"] * 100 + tens * 10 + digits["ones"]
