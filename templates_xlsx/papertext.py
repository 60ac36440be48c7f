"""What a template says for one record: values as they stand on paper, opinions, numbers, rows of lists."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from forms.fields import Field, Form
from forms.kinds import KINDS
from forms.setting import UnitDirectory
from forms.written.dates import show_date
from templates_xlsx.cellwriter import display_width
from templates_xlsx.drawn import DrawnCell
from templates_xlsx.labels import NEVER_READ
from templates_xlsx.opinions import Opinion, opinion_text
from templates_xlsx.placeholders import NUMBER, SIGNED_ON, SIGNER, WORDS, Pattern, Slot, slots
from templates_xlsx.runs import Runs, dressed
from templates_xlsx.template import FillValue

MAX_BOXES = 8
"""Answers that are printed as boxes to tick; of more only the chosen ones are printed."""


def paper_text(value: Any, field: Field, units: UnitDirectory, locale: str = "zh") -> str:
    """Return a value as it stands on paper: boxes for answers, 2026年4月13日, 36000.5元, names of units."""
    kind = KINDS[field.kind]
    if field.kind == "date":
        return show_date(date.fromisoformat(value) if isinstance(value, str) else value)
    if field.kind == "money":
        return f"{plain_number(Decimal(str(value)))}元"
    if field.kind == "number":
        return plain_number(Decimal(str(value)))
    if field.kind in ("choice", "choices") and len(field.choices) > MAX_BOXES:
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


def _joined(
    form: Form, keys: list[str], texts: Mapping[str, str], values: Mapping[str, Any]
) -> str | Decimal:
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


class Saying:
    """What the cells of a template say for one record.

    Args:
        values: field key -> value as stored, or its JSON form.
        numbers: further texts by key, which the house fills in by itself.
        drawn: all keys of the template: an opinion leaves out the signer and day that have cells of their own.
    """

    def __init__(
        self,
        form: Form,
        values: Mapping[str, Any],
        opinions: Sequence[Opinion],
        units: UnitDirectory,
        *,
        numbers: Mapping[str, str],
        drawn: frozenset[str],
        locale: str = "zh",
    ) -> None:
        self.form, self.values, self.units, self.locale, self.drawn = form, values, units, locale, drawn
        self.texts = {
            each.key: paper_text(values[each.key], each, units, locale)
            for each in form.fields
            if each.kind not in NEVER_READ and values.get(each.key) is not None
        }
        self.texts.update(numbers)
        self.boxes: dict[str, list[Opinion]] = {}
        for said in opinions:
            self.boxes.setdefault(said.box, []).append(said)
        for box, said_here in self.boxes.items():
            self.texts[box] = "\n".join(each.text.strip() for each in said_here)
            self.texts[f"{box}.{WORDS}"] = self.texts[box]
            self.texts[f"{box}.{SIGNER}"] = "、".join(dict.fromkeys(each.signed_by for each in said_here))
            self.texts[f"{box}.{SIGNED_ON}"] = show_date(said_here[-1].signed_on)

    def speaks(self, cell: DrawnCell) -> bool:
        """Whether anything was said for a cell; else it stays as it was drawn."""
        return any(key in self.texts for key in cell.keys)

    def value(self, cell: DrawnCell, room: int) -> FillValue:
        """Return what a cell says. `room`: half-width characters of a line of it."""
        if not cell.plain:
            return dressed(written(cell.pattern, self._slot), cell.runs)
        return _dressed(self._alone(cell, room), cell.runs)

    def _alone(self, cell: DrawnCell, room: int) -> str | int | Decimal | None:
        keys = list(cell.keys)
        if keys[0] in self.boxes and not self.drawn & {f"{keys[0]}.{SIGNER}", f"{keys[0]}.{SIGNED_ON}"}:
            return opinion_text(self.boxes[keys[0]], room)
        own = [each.key for each in self.form.fields if each.key in keys] or keys
        own += [key for key in _family(self.form, own) if key not in self.drawn and key in self.texts]
        return _joined(self.form, own, self.texts, self.values)

    def _slot(self, slot: Slot) -> str:
        keys = [each.key for each in self.form.fields if each.key in slot.keys] or list(slot.keys)
        said = _joined(self.form, keys, self.texts, self.values)
        if said in ("", None) and keys[0] in self.form:
            field = self.form.field(keys[0])
            if field.properties.get("not_before") in self.texts and field.properties.get("end_date"):
                return "长期"
        return plain_number(said) if isinstance(said, Decimal) else str(said or "")

    def rows(self, key: str) -> list[Mapping[str, Any]]:
        """Return the rows of a list, as stored."""
        return list(self.values.get(key) or ()) if key in self.form else []

    def row_value(self, cell: DrawnCell, row: Mapping[str, Any], number: int) -> FillValue:
        """Return what a cell of a list's row says; an amount alone in its cell is a number, to be reckoned with."""
        field = self.form.field(cell.row_of)

        def say(slot: Slot) -> str:
            name = slot.keys[0].partition(".")[2]
            if name == NUMBER:
                return str(number)
            column = next((each for each in field.columns if each.key == name), None)
            value = row.get(name) if column is not None else None
            if column is None or value is None:
                return self.texts.get(slot.keys[0], "")
            return paper_text(value, column, self.units, self.locale)

        if not cell.plain:
            return dressed(written(cell.pattern, say), cell.runs)
        name = cell.keys[0].partition(".")[2]
        if name == NUMBER:
            return number
        column = next((each for each in field.columns if each.key == name), None)
        if column is not None and column.kind in ("number", "money") and row.get(name) is not None:
            return Decimal(str(row[name]))
        return _dressed(say(slots(cell.pattern)[0]), cell.runs)


def _dressed(value: str | int | Decimal | None, runs: tuple[Runs, ...]) -> FillValue:
    """A text that stands alone in the format it was drawn in; a number stays one, to be reckoned with."""
    return dressed([value], runs) if isinstance(value, str) else value


def written(pattern: Pattern, say: Callable[[Slot], str]) -> list[str]:
    """Return what each piece says; the unit of an amount is not written twice (36000.5元 元, 3.6 万元)."""
    pieces = []
    for number, each in enumerate(pattern):
        if isinstance(each, str):
            pieces.append(each)
            continue
        text = say(each)
        after = pattern[number + 1] if number + 1 < len(pattern) else ""
        unit = after.strip() if isinstance(after, str) else ""
        if text.endswith("元") and unit.startswith("元"):
            text = text.removesuffix("元")
        elif text.endswith("元") and unit.startswith("万元"):
            text = plain_number(Decimal(text.removesuffix("元")) / 10000)
        if text and each.blank and not each.word:  # the day ends where 年 月 日 did
            text = " " * max(display_width(each.blank) - display_width(text), 0) + text
        pieces.append(text or each.blank)
    return pieces
