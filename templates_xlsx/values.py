"""What stands in a cell -> the text a browser would post for a field.

How a value is written (dates, money, phones, boxes) is known to `forms`; here is only what comes from standing in
a cell: numbers without their format, the unit in the column's label, empty phrases of the template, and cells that
two fields share.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache

from forms.fields import Choice, Field
from forms.written.amounts import NO_FUNDS, read_money, read_number
from forms.written.choices import Choices, is_unticked
from forms.written.compounds import parse_contact_and_phone, parse_money_and_source, parse_period
from forms.written.dates import read_date
from forms.written.phones import read_phone
from templates_xlsx.refusals import CellFault
from templates_xlsx.sheets import CellValue, cell_text, number_text

Posted = str | list[str]

# Values keep their width, so full-width signs stand here as escapes:
# \uff08 \uff09 brackets, \uff1a colon, \uff0c comma, \uff0e stop, \uff3f low line.
_TICK = re.compile("[☑☒√✓✔■●◉⊙✅]|[\\[(\uff08【]\\s*[√✓✔xX]\\s*[\\])\uff09】]")
_BOX = re.compile("[☑☒√✓✔■●◉⊙✅□☐○◯▢]|[\\[(\uff08【]\\s*[√✓✔xX]?\\s*[\\])\uff09】]")
_BLANK_WORDS = re.compile(
    "(?:请?加盖)?(?:单位)?(?:公章|盖章|签章|印章|签字|签名|签署|章)"
    "|(?:经办人|负责人|领导|审核人|(?:主要|单位)负责人)(?=\\s*(?:[(\uff08](?:签|盖)|[:\uff1a]|签))"
    "|必填|选填|请填写|请选择|请输入|点击填写|年|月|日|[\\s\u3000_\uff3f:\uff1a()\uff08\uff09【】\\[\\]、,\uff0c。./\uff0e—-]"
)


_COUNTED = re.compile(
    "[0-9\uff10-\uff19]|[零一二三四五六七八九十百千两壹贰叁肆伍陆柒捌玖拾佰仟]+[万元圆千]|万"
)
"""What speaks of an amount, even one that cannot be read (约三万)."""


_VAGUE = frozenset(
    {"约", "大约", "大概", "近", "约计", "预计", "左右", "上下", "不超过", "不少于", "以内", "以上", "余"}
)
"""Words that make an amount none: they are not where the money comes from."""
_OPENED, _CLOSED = ("(", "\uff08"), frozenset(")\uff09")


_BLANK_ENDS = frozenset(
    "章字名署填写择入年月日_\uff3f:\uff1a()\uff08\uff09【】[]、,\uff0c。./\uff0e—- \t\n\u3000\xa0"
)
"""What such a text can end with: most texts are told apart by this alone."""


def is_blank(text: str) -> bool:
    """Whether a text is only what a template prints: (盖章) 年 月 日, underscores, 请填写."""
    if text and text[-1] not in _BLANK_ENDS:
        return False
    return not _BLANK_WORDS.sub("", text)


def has_boxes(text: str) -> bool:
    """Whether boxes to tick stand in a text."""
    return _BOX.search(text) is not None


@lru_cache(maxsize=256)
def _answers(choices: tuple[Choice, ...]) -> Choices:
    return Choices(choices)


def _untouched(text: str) -> bool:
    """Whether boxes stand in a text and none is ticked."""
    return has_boxes(text) and _TICK.search(text) is None


def choice_posted(text: str, field: Field) -> Posted:
    """Return the keys where every answer is known, the text as it stands where not: `bind` says what is wrong."""
    keys = _chosen(text, field.choices)
    if keys is None:
        return text
    if field.kind == "choices":
        return list(keys) if keys else ""
    if len(keys) > 1:
        return text
    return keys[0] if keys else ""


@lru_cache(maxsize=4096)
def _chosen(text: str, choices: tuple[Choice, ...]) -> tuple[str, ...] | None:
    """Return the keys of the answers in a text; None where one of them is unknown."""
    if _untouched(text):
        return ()
    answers = _answers(choices).read(text)
    return None if answers.unknown else answers.keys


def date_from_serial(number: float) -> date | None:
    """Return the day of a spreadsheet's serial between 30000 and 60000; other numbers are no dates."""
    reading = read_date(str(int(number))) if 30000 <= number <= 60000 else None
    return reading.value if reading is not None and reading.how == "serial" else None


_FACTORS = (
    ("千万", 10**7),
    ("百万", 10**6),
    ("十万", 10**5),
    ("万", 10**4),
    ("亿", 10**8),
    ("千元", 10**3),
)
_UNIT = re.compile("[元圆千万亿]")
SMALL = 100
"""Yuan; a bare number below may have been meant in 万元."""
LIST_UNIT = "元"
"""What the amounts in the rows of a list are in: prices of single things, of which small ones are nothing strange."""


def _small_amount(text: str, field: Field, cell: str, hint: str) -> tuple[CellFault, ...]:
    """The warning of a small amount of which neither cell, label nor table says the unit."""
    if field.kind != "money" or len(text) > 8 or _UNIT.search(hint):
        return ()
    number = read_number(text)
    if number is None or not 0 < number < SMALL:
        return ()
    return (CellFault(cell, field.key, "warning", "amount_small", text),)


def in_yuan(text: str, hint: str) -> str:
    """Return a bare amount in yuan where the label says 万元; an amount that names its unit stays as it is."""
    factor = next((worth for word, worth in _FACTORS if word in hint), 1)
    number = read_number(text) if factor > 1 else None
    if number is None:
        return text
    plain = format(Decimal(number) * factor, "f")
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def posted_value(
    value: CellValue, field: Field, cell: str, hint: str = ""
) -> tuple[Posted, tuple[CellFault, ...]]:
    """Return what a cell posts for a field, and what is wrong with how it stands there.

    Args:
        hint: what the label says in brackets, such as 万元.
    """
    if isinstance(value, float | int) and not isinstance(value, bool):
        return _number_posted(value, field, cell, hint)
    if isinstance(value, datetime) and field.kind == "date":
        value = value.date()
    text = cell_text(value)
    if isinstance(value, date) and field.kind in ("text", "long_text"):
        return text, (CellFault(cell, field.key, "warning", "text_from_date", text),)
    if is_blank(text) or (field.kind == "yes_no" and is_unticked(text)):
        return "", ()
    if field.kind in ("choice", "choices"):
        return choice_posted(text, field), ()
    return (in_yuan(text, hint) if field.kind == "money" else text), _small_amount(text, field, cell, hint)


def _number_posted(value: float, field: Field, cell: str, hint: str) -> tuple[Posted, tuple[CellFault, ...]]:
    text = number_text(value)
    if field.kind == "date":
        day = date_from_serial(float(value))
        if day is not None:
            facts = {"taken": day.isoformat()}
            return day.isoformat(), (CellFault(cell, field.key, "warning", "date_from_number", text, facts),)
        if re.fullmatch(r"(?:19|20|21)\d\d\.1", text):
            facts = {"year": text[:4]}
            return "", (CellFault(cell, field.key, "error", "month_from_number", text, facts),)
    if field.kind in ("text", "long_text", "phone") and abs(value) >= 10**15:
        return "", (CellFault(cell, field.key, "error", "digits_lost", text),)
    if field.kind in ("choice", "choices"):
        return choice_posted(text, field), ()
    return (in_yuan(text, hint) if field.kind == "money" else text), _small_amount(text, field, cell, hint)


def compound_posted(
    value: CellValue, fields: tuple[Field, ...], cell: str, hint: str = ""
) -> tuple[tuple[str, ...], tuple[CellFault, ...]]:
    """Return what a cell posts for the two fields that share it, and what is wrong with how it stands there.

    Text is split; a bare number or a real date belongs to the first field of such a kind.
    """
    text = cell_text(value)
    if not isinstance(value, str) and text:
        at = next((at for at, each in enumerate(fields) if each.kind in ("money", "phone", "date")), 0)
        posted, faults = posted_value(value, fields[at], cell, hint)
        if isinstance(posted, str):
            return tuple(posted if place == at else "" for place in range(len(fields))), faults
    if is_blank(text):
        return ("",) * len(fields), ()
    parts = split_compound(text, fields, hint)
    small = (_small_amount(part, each, cell, hint) for part, each in zip(parts, fields, strict=True))
    return parts, next(filter(None, small), ())


def split_compound(text: str, fields: tuple[Field, ...], hint: str = "") -> tuple[str, ...]:
    """Return the texts of the fields that share a cell; what cannot be split stays whole with the first."""
    first, second = fields[0], fields[-1]
    kinds = {first.kind, second.kind}
    if kinds == {"date"}:
        return parse_period(text)
    if "money" in kinds:
        amount, source = parse_money_and_source(text)
        if source in _VAGUE:
            amount, source = text, ""
        if not source and not _COUNTED.search(amount) and amount not in NO_FUNDS:
            amount, source = "", amount
        amount = in_yuan(amount, hint)
        return (amount, source) if first.kind == "money" else (source, amount)
    if read_phone(text) is not None:
        name, phone = "", text
    else:
        name, phone = parse_contact_and_phone(text)
        if phone[:1] in _OPENED and not _CLOSED.intersection(phone):
            phone = phone[1:]
    return (name, phone) if second.kind == "phone" else (phone, name)


def splits_surely(text: str, fields: tuple[Field, ...]) -> bool:
    """Whether a text clearly holds both fields, though its label names the first only."""
    parts = split_compound(text, fields)
    if not all(parts):
        return False
    for part, field in zip(parts, fields, strict=True):
        if field.kind == "date" and read_date(part) is None and part != "长期":
            return False
        if field.kind == "money" and read_money(part) is None:
            return False
        if field.kind == "phone" and read_phone(part) is None:
            return False
    return True
