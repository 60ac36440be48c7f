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
    """Split 36000.5元(部门预算), 3万元,区级财政专项, 部门预算36000元 into the texts of amount and source.

    Where the words beside the number make another amount of it (3万元/年, 每人50元, 3-5万元, 2万元(市级)1万元(区级)),
    all comes back as the amount, which is then told to be none.
    """
    whole = _LEAD.sub("", text.strip(), count=1)
    if read_money(whole) is not None:
        return whole, ""
    found = _AMOUNT_FIRST.fullmatch(whole)
    if found and read_money(found[1]) is not None:
        amount, beside = found[1].strip(), found[2]
        if not _NAMES_MONEY.search(amount) and beside[:1] not in (*_STOPS, *_OPEN):
            return whole, ""  # 12个月..., 2026年...: a number of something else
        return (amount, _bare(beside)) if _is_source(amount, beside) else (whole, "")
    found = _AMOUNT_LAST.fullmatch(whole)
    if found and read_money(found[2]) is not None:
        amount, beside = found[2].strip(), _bare(found[1])
        if beside in _SUM:
            return amount, ""
        return (amount, beside) if _is_source(amount, beside) else (whole, "")
    found = _ANY_SPLIT.fullmatch(whole)
    if found and _is_source(found[1], found[2]):
        return found[1].strip(), _bare(found[2])
    return whole, ""


_SUM = frozenset({"共", "共计", "合计", "总计", "总额", "计", "小计", "金额", "经费"})
_NAMES_MONEY = re.compile("[¥\uffe5元千百十万亿]")
_MISTYPED = tuple("园员員圆圓園块")
"""What stands in the place of 元 where it was mistyped: no source begins so right behind a number."""
_RUNS_ON = re.compile("\\s*[-—–~\uff5e/\uff0f×xX*+\uff0b至到起余多%\uff05]")
_OF_EACH = re.compile(
    "每|[人户年月]均|左右|上下|以内|以上|以下|不超过|不少于|不低于|不高于|至少"
    "|^(?:约|大约|大概|预计|暂定|最高|最低|最多|近)|约$"
)
_ANOTHER = re.compile(f"{_DIGIT}+(?:[,\uff0c]{_DIGIT}{{3,}})*\\s*(?:[千百十]?[万亿千百]元?|元)")


def _is_source(amount: str, beside: str) -> bool:
    """Whether what stands beside an amount leaves it the whole sum.

    Other amounts there must be its parts: named so (其中市级2万元), or as much together.
    """
    if len(beside.strip(_STOPS + _OPEN + _CLOSE)) == 1 or beside[:1] in _MISTYPED:
        return False
    if _RUNS_ON.match(beside) or _OF_EACH.search(beside.strip(_STOPS + _OPEN + _CLOSE)):
        return False
    others = [read_money(each[0]) for each in _ANOTHER.finditer(beside)]
    if not others or "其中" in beside:
        return True
    return None not in others and sum(each for each in others if each is not None) == read_money(amount)


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
    """Split 吴桂玉 022-84908838 into name and number; also number first, several numbers, signs or brackets between.

    Numbers of several people are not told apart: all comes back as the name, and the number is told to lack.
    """
    kept = text.strip()
    # Only digits and signs are folded, one for one: names are never normalised, and places must agree.
    folded = "".join(chr(ord(each) - 0xFEE0) if "\uff01" <= each <= "\uff5e" else each for each in kept)
    found = _NUMBERS.search(folded) or re.search(r"\d[\d\s()\-.]{4,}\d", folded)
    if found is None:
        return kept, ""
    if re.search(r"\d{5}", folded[: found.start()] + " " + folded[found.end() :]):
        return kept, ""
    name = f"{kept[: found.start()]} {kept[found.end() :]}".strip()
    name = re.sub("(?:联系)?(?:电话|手机|方式)\\s*[:\uff1a]?", "", name)
    name = re.sub("[(\uff08]\\s*[)\uff09]", " ", name).strip()  # 吴桂玉(13800138000): the pair is empty now
    name = re.sub("^联系人\\s*[:\uff1a]\\s*", "", name)
    return _unbracketed(name), found[0].strip()


_NUMBERS = re.compile(f"{LOOSE}(?:\\s*[、,;/\\n]\\s*{LOOSE})*")


def _unbracketed(name: str) -> str:
    """A name without the signs and lone brackets around it: 张三（办公室） keeps its pair."""
    bare = name.strip(_STOPS)
    while bare:
        opened, closed = (sum(each in signs for each in bare) for signs in (_OPEN, _CLOSE))
        if bare[0] in _CLOSE or (bare[0] in _OPEN and (closed < opened or bare[-1] in _CLOSE)):
            bare = bare[1:].strip(_STOPS)
        elif bare[-1] in _OPEN or (bare[-1] in _CLOSE and opened < closed):
            bare = bare[:-1].strip(_STOPS)
        else:
            break
    return bare
