"""From posted texts to the value of each kind.

Every function takes the texts as posted (a page posts several for a list, a table one), the field and the
setting, and returns a value, None where nothing was given, a `Fault`, or `Warned`.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

from forms.faults import Fault
from forms.fields import Choice, Field
from forms.patterns import compile_pattern
from forms.setting import Setting
from forms.written.amounts import NO_FUNDS, read_money, read_number, show_number
from forms.written.choices import Choices, read_yes_no
from forms.written.dates import is_open_end, parse_period, read_date, show_date
from forms.written.identities import read_identity
from forms.written.phones import read_phone
from forms.written.unit_names import read_units
from forms.written.words import fold

_GIVEN_AT_MOST = 60
MONEY_AT_MOST = Decimal("99999999999999.99")
"""Yuan; what a NUMERIC(16, 2) column holds."""


@dataclass(frozen=True)
class Warned:
    """A value that was taken, with a warning about how."""

    value: Any
    fault: Fault


def fault(field: Field, code: str, given: str = "", **facts: Any) -> Fault:
    """Return an error at a field; `label` is always among its facts."""
    return Fault(field.key, "error", code, shorten(given), {"label": field.label, **facts})


def warning(field: Field, code: str, given: str = "", **facts: Any) -> Fault:
    """Return a warning at a field."""
    return Fault(field.key, "warning", code, shorten(given), {"label": field.label, **facts})


def shorten(text: str) -> str:
    """Return a text short enough to be quoted in a sentence."""
    flat = " ".join(text.split())
    return flat if len(flat) <= _GIVEN_AT_MOST else flat[: _GIVEN_AT_MOST - 1] + "…"


def _single(texts: list[str]) -> str:
    return "、".join(each.strip() for each in texts if each.strip())


def _cannot_be_kept(text: str) -> bool:
    """Control characters (but line breaks and tabs) and half surrogates: no database keeps them."""
    return any(unicodedata.category(each) in ("Cc", "Cs") and each not in "\n\t" for each in text)


def parse_text(texts: list[str], field: Field, setting: Setting) -> Any:
    """Keep the text as written, without white space at its ends. Line breaks become \\n."""
    text = _single(texts).replace("\r\n", "\n").replace("\r", "\n")
    if not text:
        return None
    if _cannot_be_kept(text):
        return fault(field, "control_characters")
    if field.properties.get("id_number") == "true":
        return read_identity(text) or fault(field, "not_an_identity", text)
    return text


def parse_number(texts: list[str], field: Field, setting: Setting) -> Any:
    """Read a number."""
    text = _single(texts)
    if not text:
        return None
    number = read_number(text)
    return fault(field, "not_a_number", text) if number is None else number


def parse_money(texts: list[str], field: Field, setting: Setting) -> Any:
    """Read an amount in yuan with at most two decimals; 无 is 0, with a warning."""
    text = _single(texts)
    if not text:
        return None
    amount = read_money(text)
    if amount is None:
        if fold(text) in NO_FUNDS:
            return Warned(Decimal(0), warning(field, "money_none", text))
        return fault(field, "not_money", text)
    if amount != round(amount, 2):
        return fault(field, "money_places", text)
    if amount > MONEY_AT_MOST:
        return fault(field, "too_large", text, maximum=show_number(MONEY_AT_MOST))
    if amount < 0 and field.minimum is None:
        return fault(field, "too_small", text, minimum="0")
    return amount


def parse_phone(texts: list[str], field: Field, setting: Setting) -> Any:
    """Read telephone numbers."""
    text = _single(texts)
    if not text:
        return None
    number = read_phone(text)
    return fault(field, "not_a_phone", text) if number is None else number


def is_end_date(field: Field) -> bool:
    """Tell whether a date field is the open or closed end of a period (property `end_date: true`)."""
    return field.properties.get("end_date") == "true"


def parse_date(texts: list[str], field: Field, setting: Setting) -> Any:
    """Read a date; an end date may be 长期, which is None: open."""
    text = _single(texts)
    if not text:
        return None
    end = is_end_date(field)
    if end and is_open_end(text):
        return None
    return _date(text, field, end=end)


def _date(text: str, field: Field, *, end: bool) -> date | Fault | Warned:
    reading = read_date(text, end=end)
    if reading is None:
        return fault(field, "not_an_end_date" if end else "not_a_date", text)
    if reading.how == "day":
        return reading.value
    return Warned(reading.value, warning(field, f"date_{reading.how}", text, value=show_date(reading.value)))


def parse_whole_period(texts: list[str], field: Field, setting: Setting) -> Any:
    """Read a period from one text, or from two (start, end) as a page posts them."""
    if not any(each.strip() for each in texts):
        return None
    start_text, end_text = (texts[0], texts[1]) if len(texts) == 2 else parse_period(_single(texts))
    start = _date(start_text, field, end=False)
    end = None if is_open_end(end_text) else _date(end_text, field, end=True)
    if isinstance(start, Fault) or isinstance(end, Fault):
        return fault(
            field, "not_a_period", " 至 ".join(each for each in (start_text, end_text) if each.strip())
        )
    warned = next((each.fault for each in (start, end) if isinstance(each, Warned)), None)
    first = start.value if isinstance(start, Warned) else start
    last = end.value if isinstance(end, Warned) else end
    if last is not None and last < first:
        return fault(
            field, "end_before_start", show_date(last), other_label="开始日期", other=show_date(first)
        )
    value = {"start": first, "end": last}
    return Warned(value, warned) if warned is not None else value


@lru_cache(maxsize=512)
def _choices(choices: tuple[Choice, ...]) -> Choices:
    return Choices(choices)


def _wanted(field: Field) -> str:
    return "、".join(each.label for each in field.choices)


def parse_choice(texts: list[str], field: Field, setting: Setting) -> Any:
    """Read one answer: key, label, other word, or ticked box."""
    text = _single(texts)
    answers = _choices(field.choices).read(text)
    if answers.unknown:
        return fault(field, "not_a_choice", text, wanted=_wanted(field))
    if len(answers.keys) > 1:
        return fault(field, "one_choice_only", text)
    return answers.keys[0] if answers.keys else None


def parse_choices(texts: list[str], field: Field, setting: Setting) -> Any:
    """Read several answers; they come back in the order of the form."""
    reader = _choices(field.choices)
    keys: set[str] = set()
    for text in texts:
        answers = reader.read(text)
        if answers.unknown:
            return fault(field, "not_choices", _single(texts), wanted=_wanted(field))
        keys.update(answers.keys)
    return [each.key for each in field.choices if each.key in keys] or None


def parse_yes_no(texts: list[str], field: Field, setting: Setting) -> Any:
    """Read yes or no. A checkbox of a page that posts nothing is no; elsewhere nothing is nothing."""
    # A checkbox is drawn with a hidden "false" before it, as browsers post nothing for an empty one.
    text = texts[-1].strip() if texts else ""
    if not text:
        return False if field.type == "checkbox" and setting.mode == "page" else None
    answer = read_yes_no(text)
    return fault(field, "not_yes_no", text) if answer is None else answer


def parse_units(texts: list[str], field: Field, setting: Setting) -> Any:
    """Read units by id (as a page posts them, no table does) or by name; a list is joined with 、 , ; or line breaks."""
    given = [each for each in texts if each.strip()]
    if not given:
        return None
    reading = read_units(given, setting.units, field.properties, by_id=setting.mode != "table")
    text = _single(given)
    if reading.ambiguous:
        return _unit_fault(field, "unit_ambiguous", text, reading.ambiguous, reading.near)
    if reading.unknown:
        return _unit_fault(field, "unit_unknown", text, reading.unknown, reading.near)
    if reading.wrong_kind:
        return fault(field, "unit_kind", "、".join(reading.wrong_kind), wanted=field.properties["unit_kinds"])
    return list(reading.ids) or None


def _unit_fault(field: Field, code: str, text: str, names: tuple[str, ...], near: tuple[str, ...]) -> Fault:
    return fault(
        field,
        code,
        text,
        names="、".join(names),
        near=list(near),
        near_zh=f"，是否为：{'、'.join(near)}？" if near else "",
        near_en=f"; near it: {', '.join(near)}" if near else "",
    )


def parse_unit(texts: list[str], field: Field, setting: Setting) -> Any:
    """Read one unit."""
    units = parse_units(texts, field, setting)
    if not isinstance(units, list):
        return units
    if len(units) > 1:
        return fault(field, "one_unit_only", _single(texts))
    if not setting.may_name(field, units[0]):
        given, own = setting.units.get(units[0]), setting.units.get((setting.acts_for or (0,))[0])
        names = [each.full_name if each else "—" for each in (given, own)]
        return fault(field, "foreign_unit", names[0], own=names[1])
    return units[0]


def parse_files(texts: list[str], field: Field, setting: Setting) -> Any:
    """Read attachment ids as a page sends them back. Only ids that stand, or that the poster may use."""
    ids: list[int] = []
    standing = setting.previous.get(field.key) or []
    for text in texts:
        for piece in text.replace(",", " ").split():
            if not piece.isascii() or not piece.isdigit() or len(piece) > 18:
                return fault(field, "file_unknown")
            number = int(piece)
            if number not in standing and setting.attachment(number) is None:
                return fault(field, "file_unknown")
            ids.append(number)
    return list(dict.fromkeys(ids)) or None


def parse_rows(texts: list[str], field: Field, setting: Setting) -> Any:
    """Rows are bound column by column (`forms.binding`); a text by itself is never rows."""
    return None


def bounds(value: Any, field: Field) -> Fault | None:
    """Return the error of a value outside the bounds of its field."""
    if isinstance(value, str) and field.kind in ("text", "long_text"):
        return _text_bounds(value, field)
    if isinstance(value, Decimal):
        grouped = field.properties.get("grouping") != "false"
        given = show_number(value, grouped=grouped)
        if field.minimum is not None and value < field.minimum:
            return fault(field, "too_small", given, minimum=show_number(field.minimum, grouped=grouped))
        if field.maximum is not None and value > field.maximum:
            return fault(field, "too_large", given, maximum=show_number(field.maximum, grouped=grouped))
    if isinstance(value, list):
        if field.min_length is not None and len(value) < field.min_length:
            return fault(field, "too_few_pieces", length=len(value), minimum=field.min_length)
        if field.max_length is not None and len(value) > field.max_length:
            return fault(field, "too_many_pieces", length=len(value), maximum=field.max_length)
    return None


TEXT_AT_MOST = {"text": 1000, "long_text": 20000}
"""Characters a text takes where its field sets no limit."""


def _text_bounds(value: str, field: Field) -> Fault | None:
    length = len(value)
    most = field.max_length if field.max_length is not None else TEXT_AT_MOST[field.kind]
    if length > most:
        return fault(field, "too_long", value, length=length, maximum=most)
    if field.min_length is not None and length < field.min_length:
        return fault(field, "too_short", value, length=length, minimum=field.min_length)
    if field.pattern is not None and not matches(field.pattern, value):
        message = field.pattern_message or field.pattern
        english = field.properties.get("pattern_en") or message
        return fault(field, "pattern", value, message=message, message_en=english)
    return None


def matches(pattern: str, value: str) -> bool:
    """Tell whether a JavaScript pattern is found in a value."""
    return compile_pattern(pattern).search(value) is not None
