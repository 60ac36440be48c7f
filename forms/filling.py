"""Filling a form: each posted text becomes a value or a fault; conditions say what counts.

`Filling` holds one attempt at one record: the form's own fields, or one row of a field of kind rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from forms.faults import Fault
from forms.fields import Field
from forms.kinds import KINDS
from forms.parsing import Warned, bounds, fault, warning
from forms.posted import PostedData
from forms.setting import Known, Setting, Upload
from forms.written.dates import show_date

ROWS_AT_MOST = 2000
"""Rows one field of kind rows takes."""


@dataclass
class Filling:
    """Values, faults and texts of one record while it is filled.

    Attributes:
        values: good values by key; absent ones are not in it.
        given: keys that the system gave (read-only with `prefill`), not the post.
        faults: by key.
        texts: what a page shows in each field: the value as a browser would post it, else what was posted.
        written: what was posted, joined.
        rows: by key of a field of kind rows, its rows.
    """

    fields: tuple[Field, ...]
    setting: Setting
    outer: Mapping[str, Any]
    values: dict[str, Any] = field(default_factory=dict)
    given: set[str] = field(default_factory=set)
    faults: dict[str, list[Fault]] = field(default_factory=dict)
    texts: dict[str, list[str]] = field(default_factory=dict)
    written: dict[str, str] = field(default_factory=dict)
    rows: dict[str, list[Filling]] = field(default_factory=dict)
    hidden: set[str] = field(default_factory=set)
    required: set[str] = field(default_factory=set)

    def scope(self) -> dict[str, Any]:
        """Return what expressions see: variables around, every field (absent or hidden ones as null)."""
        scope = dict(self.outer)
        for each in self.fields:
            scope[each.key] = None if each.key in self.hidden else self.values.get(each.key)
        return scope

    def given_so_far(self) -> dict[str, Any]:
        """Return the good values, of rows too, before the whole is judged."""
        rows = {key: [dict(row.values) for row in listed] for key, listed in self.rows.items()}
        return {**self.values, **{key: listed for key, listed in rows.items() if any(listed)}}

    def note(self, found: Fault) -> None:
        """Add a fault; an error takes the value away."""
        assert found.field is not None
        self.faults.setdefault(found.field, []).append(found)
        if found.severity == "error":
            self.values.pop(found.field, None)

    def has_error(self, key: str) -> bool:
        """Tell whether a field has an error."""
        return any(each.severity == "error" for each in self.faults.get(key, ()))

    def all_faults(self) -> list[Fault]:
        """Return the faults in the order of the form; those of a row stand at their rows field."""
        found: list[Fault] = []
        for each in self.fields:
            if each.key in self.hidden:
                continue
            found.extend(self.faults.get(each.key, ()))
            for number, row in enumerate(self.rows.get(each.key, ())):
                found.extend(_at_row(one, each, number) for one in row.all_faults())
        return found


def _at_row(found: Fault, rows: Field, number: int) -> Fault:
    """A fault of a column stands at the rows field and its row; the column is among its facts."""
    return replace(found, field=rows.key, row=number, facts={**found.facts, "column": found.field})


def fill(
    fields: tuple[Field, ...],
    posted: PostedData,
    setting: Setting,
    files: Mapping[str, list[Upload]],
    *,
    outer: Mapping[str, Any],
    prefix: str = "",
) -> Filling:
    """Read every field of a post."""
    filling = Filling(fields, setting, outer)
    for each in fields:
        if each.readonly and not _told_by_table(each, posted.getlist(prefix + each.key), setting):
            _restore(each, filling)
        elif each.kind == "rows":
            _fill_rows(each, posted, filling)
        else:
            texts = posted.getlist(prefix + each.key)
            filling.texts[each.key] = texts
            filling.written[each.key] = "、".join(one.strip() for one in texts if one.strip())
            texts = [*texts, *(str(one.attachment_id) for one in files.get(prefix + each.key, ()))]
            known = _knowing(setting, files.get(prefix + each.key, ()))
            _take(each, KINDS[each.kind].parse(texts, each, known), filling)
    return filling


def _told_by_table(each: Field, texts: list[str], setting: Setting) -> bool:
    """Whether a table says what the system would else give."""
    return setting.mode == "table" and each.told_by_table and any(one.strip() for one in texts)


def fill_from_standing(fields: tuple[Field, ...], setting: Setting, *, outer: Mapping[str, Any]) -> Filling:
    """Fill a record with what stands, else with what a new page begins with."""
    filling = Filling(fields, setting, outer)
    for each in fields:
        if each.readonly:
            _restore(each, filling)
            continue
        if each.kind == "rows":
            _stand_rows(each, filling)
        elif not _stand(each, setting.previous.get(each.key), filling):
            _stand(each, begun(each, filling.scope(), setting), filling)
    return filling


def _knowing(setting: Setting, uploads: Iterable[Upload]) -> Setting:
    """Files that came with this very post may be used."""
    fresh = {each.attachment_id: each for each in uploads}
    if not fresh:
        return setting
    return replace(setting, attachment=lambda number: fresh.get(number) or setting.attachment(number))


def _take(each: Field, read: Any, filling: Filling) -> None:
    if isinstance(read, Fault):
        filling.note(read)
        return
    if isinstance(read, Warned):
        filling.note(read.fault)
        read = read.value
    if read is None:
        filling.texts[each.key] = []
        return
    wrong = bounds(read, each)
    if wrong is not None:
        filling.note(wrong)
        return
    filling.values[each.key] = read
    filling.texts[each.key] = KINDS[each.kind].to_posted(read, each, filling.setting.units)


def _restore(each: Field, filling: Filling) -> None:
    """A read-only field keeps what stands; where nothing stands, the system may give it."""
    if each.kind == "rows":
        _stand_rows(each, filling)
        return
    setting = filling.setting
    if _stand(each, setting.previous.get(each.key), filling) or each.prefill is None:
        return
    if _stand(each, begun(each, filling.scope(), setting), filling):
        filling.given.add(each.key)


def _stand(each: Field, value: Any, filling: Filling) -> bool:
    """Let a value stand. What is of another kind (an older form used the key otherwise) does not."""
    if value is None:
        return False
    try:
        texts = KINDS[each.kind].to_posted(value, each, filling.setting.units)
    except (TypeError, ValueError, AttributeError, LookupError):
        return False
    filling.values[each.key] = value
    filling.texts[each.key] = texts
    return True


def begun(each: Field, scope: Mapping[str, Any], setting: Setting) -> Any:
    """Return the value a field begins with (`prefill`, else its default), or None."""
    value = each.prefill.evaluate(scope, setting.world) if each.prefill is not None else None
    return as_stored(each.default if value is None else value, each, setting)


def as_stored(value: Any, each: Field, setting: Setting) -> Any:
    """Return what an expression or a default gives as a value of the field's kind, or None."""
    if value is None or value == "":
        return None
    if isinstance(value, date) and each.kind == "date":
        return value
    listed = value if isinstance(value, list) else [value]
    texts = [("yes" if one else "no") if isinstance(one, bool) else str(one) for one in listed]
    read = KINDS[each.kind].parse(texts, each, setting)
    if isinstance(read, Fault):
        return None
    return read.value if isinstance(read, Warned) else read


def _fill_rows(each: Field, posted: PostedData, filling: Filling) -> None:
    setting = filling.setting
    standing = _standing_rows(each, filling)
    numbers = list(range(len(standing))) if each.fixed_rows else posted.row_numbers(each.key)
    if len(numbers) > ROWS_AT_MOST:
        filling.note(fault(each, "too_many_pieces", length=len(numbers), maximum=ROWS_AT_MOST))
        return
    rows: list[Filling] = []
    for number in numbers:
        before = standing[number] if number < len(standing) else {}
        row = fill(
            each.columns,
            posted,
            replace(setting, previous=before),
            {},
            outer=filling.scope(),
            prefix=f"{each.key}-{number}-",
        )
        if each.fixed_rows or row.values or row.faults:
            rows.append(row)
    filling.rows[each.key] = rows


def _stand_rows(each: Field, filling: Filling) -> None:
    setting = filling.setting
    standing = _standing_rows(each, filling)
    shown = standing or ([] if each.fixed_rows or each.readonly else [{}] * each.first_rows)
    filling.rows[each.key] = [
        fill_from_standing(each.columns, replace(setting, previous=row), outer=filling.scope())
        for row in shown
    ]


def _standing_rows(each: Field, filling: Filling) -> list[dict[str, Any]]:
    """Return the rows that stand, else those that `prefill` gives (a list of contexts)."""
    setting = filling.setting
    standing = setting.previous.get(each.key)
    if standing is None and each.prefill is not None:
        given = each.prefill.evaluate(filling.scope(), setting.world)
        rows = [row for row in given if isinstance(row, dict)] if isinstance(given, list) else []
        return [{one.key: as_stored(row.get(one.key), one, setting) for one in each.columns} for row in rows]
    return [row for row in standing if isinstance(row, dict)] if isinstance(standing, list) else []


def settle_hidden(filling: Filling) -> None:
    """Find what the conditions hide. A hidden field counts as absent in the others, until nothing changes."""
    for _ in range(len(filling.fields) + 1):
        scope = filling.scope()
        hidden = {
            each.key
            for each in filling.fields
            if each.hide is not None and each.hide.evaluate(scope, filling.setting.world) is True
        }
        if hidden == filling.hidden:
            break
        filling.hidden = hidden
    for rows in filling.rows.values():
        for row in rows:
            row.outer = filling.scope()
            settle_hidden(row)
    for key in filling.hidden:
        filling.values.pop(key, None)
        filling.given.discard(key)


def learn(filling: Filling, known: Known) -> None:
    """Fill in what a register knows of fields that were left empty."""
    for each in filling.fields:
        value = known.values.get(each.key)
        free = not filling.written.get(each.key) and each.key not in filling.hidden
        if free and filling.values.get(each.key) is None and _stand(each, value, filling):
            filling.given.add(each.key)


def contradict(filling: Filling, known: Known) -> None:
    """Add what a register says against the record, at its fields."""
    for each in filling.fields:
        wrong = known.refused.get(each.key)
        if wrong is not None and each.key not in filling.hidden:
            given = filling.written.get(each.key, "")
            filling.note(
                fault(each, "registered", given, message=wrong.tell("zh"), message_en=wrong.tell("en"))
            )


def stopped_by(filling: Filling) -> Field | None:
    """Return the field whose `stop_when` holds."""
    scope = filling.scope()
    for each in filling.fields:
        if (
            each.stop_when is not None
            and each.key not in filling.hidden
            and each.stop_when.evaluate(scope, filling.setting.world) is True
        ):
            return each
    return None


def judge(filling: Filling) -> None:
    """Add what only the whole record can tell: what is lacking, ends before starts, the form's own warnings."""
    for each in filling.fields:
        if each.kind == "rows" and each.key in filling.rows:
            _judge_rows(each, filling)
    scope = filling.scope()
    for each in filling.fields:
        if each.key in filling.hidden:
            continue
        _judge_lacking(each, filling, scope)
        _judge_order(each, filling)
        if each.warn is not None and each.warn.evaluate(scope, filling.setting.world) is True:
            english = each.properties.get("warn_message_en") or each.warn_message
            written = filling.written.get(each.key, "")
            filling.note(warning(each, "warned", written, message=each.warn_message, message_en=english))


def _judge_rows(each: Field, filling: Filling) -> None:
    rows = filling.rows[each.key]
    for row in rows:
        if not each.readonly:
            judge(row)
    values = [dict(row.values) for row in rows if row.values or each.fixed_rows]
    if values:
        wrong = bounds(values, each)
        if wrong is not None:
            filling.note(wrong)
        else:
            filling.values[each.key] = values


def _judge_lacking(each: Field, filling: Filling, scope: Mapping[str, Any]) -> None:
    by_condition = each.require is not None and each.require.evaluate(scope, filling.setting.world) is True
    on_page = filling.setting.mode == "page"
    wanted_on_page = each.required_on_page and (each.require is None or by_condition)
    required = each.required or (wanted_on_page and on_page) or (by_condition and not each.required_on_page)
    if each.readonly:
        return
    if required:
        filling.required.add(each.key)
    value = filling.values.get(each.key)
    lacks = value is None or (required and each.type == "checkbox" and value is False)
    if not lacks or filling.has_error(each.key):
        return
    if required:
        filling.note(fault(each, "required"))
    elif wanted_on_page and not each.quiet:
        filling.note(warning(each, "wanted_later"))
    elif each.expected:
        filling.note(warning(each, "expected"))


def _judge_order(each: Field, filling: Filling) -> None:
    other_key = each.properties.get("not_before")
    if not other_key:
        return
    value = filling.values.get(each.key)
    other = filling.values.get(other_key, filling.outer.get(other_key))
    if isinstance(value, date) and isinstance(other, date) and value < other:
        label = next((one.label for one in filling.fields if one.key == other_key), other_key)
        given = filling.written.get(each.key) or show_date(value)
        filling.note(fault(each, "end_before_start", given, other_label=label, other=show_date(other)))
