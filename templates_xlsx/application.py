"""The official table of an application: filled with its values, the opinions in their boxes; and read back."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from importlib import resources
from typing import Any

from forms.fields import Field, Form
from forms.kinds import KINDS
from forms.setting import NoUnits, UnitDirectory
from forms.written.dates import show_date
from templates_xlsx.cellwriter import display_width
from templates_xlsx.labels import NEVER_READ, Vocabulary
from templates_xlsx.recognise import recognise
from templates_xlsx.sheets import Book, cell_text
from templates_xlsx.template import FillValue, Template
from templates_xlsx.values import is_blank

OFFICIAL_OF: dict[str, str] = {
    "admission_application": "审批表.xlsx",
    "emergency_application": "审批表.xlsx",
    "termination": "终止备案表.xlsx",
}
"""Form key -> the official table that ships with the house."""


@dataclass(frozen=True)
class Opinion:
    """One decision as it stands in an opinion box of the official table.

    Attributes:
        box: the box, as in the defined name `F_<box>`, such as "bureau_opinion".
        text: the words, such as 同意准入。
        signer: who decided.
        signed_on: the day of the decision.
        recorded_by: who entered a decision made on paper (代录); "" otherwise.
    """

    box: str
    text: str
    signer: str
    signed_on: date
    recorded_by: str = ""


@cache
def official_table(form_key: str) -> bytes:
    """Return the official table of a form. Raises KeyError where none ships."""
    return resources.files("templates_xlsx").joinpath(OFFICIAL_OF[form_key]).read_bytes()


def fill_application(
    form: Form,
    values: Mapping[str, Any],
    opinions: Sequence[Opinion] = (),
    *,
    units: UnitDirectory | None = None,
    template: bytes | None = None,
    numbers: Mapping[str, str] | None = None,
    locale: str = "zh",
) -> bytes:
    """Return the official table of an application, filled, with the opinions in their boxes.

    Args:
        values: field key -> value as stored (`Submission.values`), or its JSON form; other keys are left out.
        opinions: in the order they were given; several may stand in one box.
        units: names the units that values hold as ids.
        template: the office's own table; the official one of the form when None.
        numbers: further texts by the key of their name, such as application_number, filing_number.
        locale: language of the answers on the boxes.

    Raises:
        WorkbookRefused: the template is no .xlsx.
        KeyError: no template was given and none ships for this form.
    """
    target = Template(template if template is not None else official_table(form.key))
    texts = {
        each.key: paper_text(values[each.key], each, units or NoUnits(), locale)
        for each in form.fields
        if each.kind not in NEVER_READ and values.get(each.key) is not None
    }
    texts.update(numbers or {})
    written: set[tuple[str, str]] = set()
    for key, place in target.places.items():
        if place in written or not any(each in texts for each in target.together(key)):
            continue
        written.add(place)
        keys = [each.key for each in form.fields if each.key in target.together(key)] or [key]
        keys += [other for other in _family(form, keys) if other not in target.places and other in texts]
        target.write(*place, _joined(form, keys, texts, values))
    for box in dict.fromkeys(each.box for each in opinions):
        if box in target.places:
            mine = [each for each in opinions if each.box == box]
            target.write(*target.places[box], opinion_text(mine, target.room(box)))
    return target.content()


def paper_text(value: Any, field: Field, units: UnitDirectory, locale: str = "zh") -> str:
    """Return a value as it stands on paper: boxes for answers, 2026年4月13日, 36000.5元, names of units."""
    kind = KINDS[field.kind]
    if field.kind == "date":
        return show_date(date.fromisoformat(value) if isinstance(value, str) else value)
    if field.kind == "money":
        return f"{plain_number(Decimal(str(value)))}元"
    if field.kind == "number":
        return plain_number(Decimal(str(value)))
    if field.kind in ("choice", "choices") and len(field.choices) > 8:
        return kind.show(value, field, units, locale)
    return kind.paper(value, field, units, locale)


def plain_number(number: Decimal) -> str:
    """Return a number without exponent and trailing zeros."""
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _family(form: Form, keys: list[str]) -> list[str]:
    """Return the end beside a begin and the source beside an amount, where the table has one cell for both."""
    if len(keys) != 1:
        return []
    for first, second in (("_start", "_end"), ("_amount", "_source")):
        other = keys[0].removesuffix(first) + second
        if keys[0].endswith(first) and other in form:
            return [other]
    return []


def _joined(form: Form, keys: list[str], texts: Mapping[str, str], values: Mapping[str, Any]) -> FillValue:
    """Return what stands in one cell: 2026年4月13日至长期, 36000.5元\uff08部门预算\uff09, 张三 13800138000."""
    if len(keys) == 1:
        if keys[0] in form and form.field(keys[0]).kind == "number" and values.get(keys[0]) is not None:
            return Decimal(str(values[keys[0]]))  # a cell of its own can be reckoned with
        return texts.get(keys[0], "")
    first, second = keys[0], keys[1]
    one, two = texts.get(first, ""), texts.get(second, "")
    kinds = {form.field(each).kind for each in keys if each in form}
    if kinds == {"date"}:
        return f"{one}至{two or '长期'}" if one else two
    if "money" in kinds and one and two:
        return f"{one}\uff08{two}\uff09"
    return "\n".join(filter(None, (one, two))) if "long_text" in kinds else " ".join(filter(None, (one, two)))


SIGNED = "签名\uff1a"
SEAL = "\uff08盖章\uff09"


def opinion_text(opinions: Sequence[Opinion], room: int = 0) -> str:
    """Return the words of an opinion box: each opinion, then the line with name, place of the seal and date.

    Args:
        room: half-width characters of a line; the signature stands at its right end.
    """
    blocks = []
    for number, each in enumerate(opinions):
        name = f"{each.signer}\uff08{each.recorded_by}代录\uff09" if each.recorded_by else each.signer
        last = number == len(opinions) - 1
        signature = f"{SIGNED}{name}    {SEAL + '    ' if last else ''}{show_date(each.signed_on)}"
        gap = "\n\n" if len(opinions) == 1 else "\n"
        blocks.append(f"{each.text.strip()}{gap}{padding(signature, room)}{signature}")
    return "\n".join(blocks)


def padding(line: str, room: int) -> str:
    """Return the space that moves a line to the right end: full-width, as its width is the same in every font."""
    return "\u3000" * max((room - display_width(line) - 4) // 2, 0)


_SIGNATURE = re.compile(
    "^[\\s\u3000]*签名[:\uff1a]\\s*(?P<name>[^\n]*?)\\s*(?:[(\uff08](?P<recorder>[^()\uff08\uff09\n]+?)代录[)\uff09])?"
    "\\s*(?:[(\uff08]盖章[)\uff09])?\\s*(?P<year>\\d{4})年(?P<month>\\d{1,2})月(?P<day>\\d{1,2})日\\s*$",
    re.MULTILINE,
)


def read_opinions(book: Book, form: Form) -> tuple[Opinion, ...]:
    """Read the opinions back from a filled table, box by box; boxes that are empty give none.

    An opinion without a signature line that can be read is left out.
    """
    vocabulary = Vocabulary(form)
    found: list[Opinion] = []
    for sheet in book.sheets:
        table = recognise(sheet, vocabulary, book.names_on(sheet.name))
        for box, place in table.boxes.items():
            text = cell_text(sheet.value(*place))
            if not is_blank(text):
                found.extend(_opinions_in(box, text))
    order = {box.key: number for number, box in enumerate(form.boxes)}
    return tuple(sorted(found, key=lambda each: order.get(each.box, len(order))))


def _opinions_in(box: str, text: str) -> list[Opinion]:
    found = []
    start = 0
    for match in _SIGNATURE.finditer(text):
        signed_on = date(int(match["year"]), int(match["month"]), int(match["day"]))
        words = text[start : match.start()].strip()
        found.append(Opinion(box, words, match["name"], signed_on, match["recorder"] or ""))
        start = match.end()
    return found
