"""Cells that hold two fields at once, split for the fields they hold.

起止时间 holds a start and an end, 拨付工作经费(金额、来源) an amount and its source, 联系人及电话 a name and
a number. Each piece is judged by its own field afterwards; what cannot be split goes whole to the first.
"""

from __future__ import annotations

import re

from forms.written.amounts import read_money
from forms.written.dates import parse_period
from forms.written.phones import LOOSE

__all__ = ["parse_contact_and_phone", "parse_money_and_source", "parse_period"]

# Values keep the width they were written in, so full-width signs are matched as they stand:
# \uff0c comma, \uff1b semicolon, \uff1a colon, \uff08 \uff09 brackets, \uffe5 yuan sign.
_OPEN, _CLOSE = "(\uff08", ")\uff09"
_STOPS = ",\uff0c、;\uff1b:\uff1a/ \t\r\n\u3000"
_DIGIT = "[0-9\uff10-\uff19.\uff0e]"
_AMOUNT = f"[¥\uffe5]?\\s*{_DIGIT}+(?:[,\uff0c]{_DIGIT}{{3,}})*\\s*[千百十万亿]*\\s*元?整?"
_AMOUNT_FIRST = re.compile(rf"({_AMOUNT})(.+)", re.DOTALL)
_AMOUNT_LAST = re.compile(rf"([^0-9\uff10-\uff19¥\uffe5]+?)({_AMOUNT})[{_CLOSE}]?", re.DOTALL)
_ANY_SPLIT = re.compile(rf"([^{_OPEN},\uff0c、;\uff1b]+?)\s*[{_OPEN},\uff0c、;\uff1b](.+)", re.DOTALL)
_LEAD = re.compile("(?:拨付)?(?:工作)?(?:经费)?(?:金额|经费|拨付)\\s*[:\uff1a]\\s*")
_SOURCE_LEAD = re.compile("(?:经费|资金)?来源\\s*[:\uff1a]?\\s*")


def parse_money_and_source(text: str) -> tuple[str, str]:
    """Split 36000.5元(部门预算), 3万元,区级财政专项, 部门预算36000元 into the texts of amount and source."""
    whole = _LEAD.sub("", text.strip(), count=1)
    if read_money(whole) is not None:
        return whole, ""
    found = _AMOUNT_FIRST.fullmatch(whole)
    if found and read_money(found[1]) is not None:
        return found[1].strip(), _bare(found[2])
    found = _AMOUNT_LAST.fullmatch(whole)
    if found and read_money(found[2]) is not None:
        return found[2].strip(), _bare(found[1])
    found = _ANY_SPLIT.fullmatch(whole)
    if found:
        return found[1].strip(), _bare(found[2])
    return whole, ""


def _bare(text: str) -> str:
    """Return the source without the signs and the word 来源 around it."""
    bare = text.strip(_STOPS)
    opened, closed = any(each in bare for each in _OPEN), any(each in bare for each in _CLOSE)
    if bare[:1] in tuple(_OPEN):
        bare = bare[1:].rstrip(_CLOSE)
    elif (closed and not opened) or bare[-1:] in tuple(_OPEN):
        bare = bare[:-1]
    return _SOURCE_LEAD.sub("", bare.strip(_STOPS), count=1).strip(_STOPS)


def parse_contact_and_phone(text: str) -> tuple[str, str]:
    """Split 吴桂玉 022-84908838 into name and number; also number first, signs or brackets between."""
    kept = text.strip()
    # Only digits and signs are folded, one for one: names are never normalised, and places must agree.
    folded = "".join(chr(ord(each) - 0xFEE0) if "\uff01" <= each <= "\uff5e" else each for each in kept)
    found = re.search(LOOSE, folded) or re.search(r"\d[\d\s()\-.]{4,}\d", folded)
    if found is None:
        return kept, ""
    name = f"{kept[: found.start()]} {kept[found.end() :]}".strip()
    name = re.sub("(?:联系)?(?:电话|手机|方式)\\s*[:\uff1a]?", "", name)
    name = re.sub("^联系人\\s*[:\uff1a]\\s*", "", name)
    return name.strip(_STOPS + _OPEN + _CLOSE), found[0].strip()
