"""新增, 有变化, 无变化: a record is held against what stands under the same business key.

Unchanged ones are passed over. Changed ones are taken in where the target updates; where they would start something a
second time they are told, with every field that differs, and passed over until a person says otherwise
(`imports.accept(..., anyway=...)`). What goes in as a whole, as a catalogue does, is only told apart.
An empty cell changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from forms.faults import Sentence
from forms.kinds import KINDS
from forms.schema import Form
from forms.setting import Setting
from forms.written.words import squeeze
from workflows.usecases.import_targets import ImportItem, ImportTarget, Standing
from workflows.usecases.import_views import Difference, PreviewFault, PreviewRecord
from workflows.usecases.runtime import Transaction

SAME = Sentence(
    "与{place}内容相同，不再重复导入",
    "The same as an earlier record ({place}); it is passed over",
)
STANDS = Sentence(
    "本单位已有同名事项({place})，内容无变化，不再重复导入",
    "The unit has a matter of this name ({place}) and nothing has changed; it is passed over",
)
UNCHANGED = Sentence(
    "与已登记的({place})相比无变化，不再重复导入",
    "Nothing has changed against what is registered ({place}); it is passed over",
)
CHANGED = Sentence(
    "本单位已有同名事项({place})，有变化：{differences}；不会重复发起，请到该事项中修改，确需另行发起的请勾选",
    "The unit has a matter of this name ({place}), and it differs: {differences}; "
    "it is not started again: please change that matter, or tick it where it is to be started all the same",
)
TWICE = Sentence(
    "与{place}是同一单位的同名事项，内容不同：{differences}；只办理前一条，请合并为一条，确需分别发起的请勾选",
    "The same unit and name as {place}, and it differs: {differences}; "
    "only the earlier one is started: please make one of them, or tick it where it is to be started all the same",
)
UPDATES = Sentence(
    "将更新已登记的({place})：{differences}",
    "This updates what is registered ({place}): {differences}",
)


def told_apart(
    tx: Transaction,
    records: Sequence[PreviewRecord],
    form: Form,
    target: ImportTarget,
    before: Mapping[str, str],
    setting: Setting,
) -> list[PreviewRecord]:
    """The records, each told to be new, changed or unchanged.

    Args:
        before: content hash -> where a record of that content was imported before.
    """
    right = [ImportItem(r.index, r.sheet, r.row, r.values) for r in records if not r.wrong]
    standing = target.standing(tx, right) if target.standing is not None else {}
    seen: dict[str, PreviewRecord] = {}
    first: dict[str, PreviewRecord] = {}
    found = []
    for record in records:
        told = record if record.wrong else _told(record, form, target, standing, before, setting, seen)
        found.append(_twice(told, form, target, setting, first) if _starts(told, target) else told)
    return found


def _starts(record: PreviewRecord, target: ImportTarget) -> bool:
    """Whether a record would start a process of its own."""
    return (
        not (record.wrong or record.duplicate)
        and target.process_key is not None
        and bool(target.business_key)
    )


def _twice(
    record: PreviewRecord,
    form: Form,
    target: ImportTarget,
    setting: Setting,
    first: dict[str, PreviewRecord],
) -> PreviewRecord:
    """A record whose business key stands in the same table already: told, and passed over."""
    key = squeeze("\n".join(str(record.values.get(each, "")) for each in target.business_key))
    earlier = first.setdefault(key, record)
    if earlier is record:
        return record
    standing = {each.key: earlier.values.get(each.key) for each in form.fields}
    found = differences(form, record, standing, setting)
    place = f"本表“{earlier.sheet}”" + (f"第 {earlier.row} 行" if earlier.row else "")
    told = "；".join(f"{each.label} {each.old or '(空)'} → {each.new}" for each in found)
    if not found:
        return _passed_over(record, "unchanged", place, SAME)
    record = replace(record, change="changed", differences=found)
    return replace(_warned(record, TWICE, {"place": place, "differences": told}), duplicate=place)


def _told(
    record: PreviewRecord,
    form: Form,
    target: ImportTarget,
    standing: Mapping[int, Standing],
    before: Mapping[str, str],
    setting: Setting,
    seen: dict[str, PreviewRecord],
) -> PreviewRecord:
    there = standing.get(record.index)
    twin = seen.setdefault(record.content_hash, record)
    if twin is not record and not target.repeatable:
        place = f"本表“{twin.sheet}”" + (f"第 {twin.row} 行" if twin.row else "")
        return _passed_over(record, "unchanged", place, SAME)
    told_only = target.repeatable or target.whole
    if not target.updates and not told_only and record.content_hash in before:
        return _passed_over(record, "unchanged", before[record.content_hash], SAME)
    if there is None:
        return record
    found = differences(form, record, there.values, setting)
    if not found:
        if told_only:
            return replace(record, change="unchanged")
        return _passed_over(record, "unchanged", there.place, UNCHANGED if target.updates else STANDS)
    record = replace(record, change="changed", differences=found)
    if told_only:
        return record
    told = "；".join(f"{each.label} {each.old or '(空)'} → {each.new}" for each in found)
    if target.updates:
        return _warned(record, UPDATES, {"place": there.place, "differences": told})
    warned = _warned(record, CHANGED, {"place": there.place, "differences": told})
    return replace(warned, duplicate=there.place)


def _passed_over(record: PreviewRecord, change: str, place: str, told: Sentence) -> PreviewRecord:
    warned = _warned(record, told, {"place": place})
    return replace(warned, duplicate=place, change=change)


def _warned(record: PreviewRecord, told: Sentence, facts: Mapping[str, Any]) -> PreviewRecord:
    fault = PreviewFault(
        severity="warning",
        cell=None,
        field=None,
        given="",
        zh=told.tell("zh", facts),
        en=told.tell("en", facts),
        sheet=record.sheet,
        row=record.row,
    )
    return replace(record, faults=(*record.faults, fault))


def differences(
    form: Form, record: PreviewRecord, standing: Mapping[str, Any], setting: Setting
) -> tuple[Difference, ...]:
    """Fields that the table has and that stand otherwise, as a clerk reads them."""
    found = []
    for field in form.fields:
        new = record.values.get(field.key)
        if field.key not in standing or field.key not in record.cells or _plain(new) in ("", ()):
            continue
        old = standing[field.key]
        if _plain(old) == _plain(new):
            continue
        show = KINDS[field.kind].show
        shown = "" if _plain(old) in ("", ()) else show(old, field, setting.units, setting.locale)
        new_shown = show(new, field, setting.units, setting.locale)
        if shown != new_shown:
            found.append(Difference(field.key, field.label, shown, new_shown))
    return tuple(found)


def _plain(value: Any) -> Any:
    """A value as it is compared: blanks and the order of a choice do not count."""
    if value is None:
        return ""
    if isinstance(value, str):
        return squeeze(value)
    if isinstance(value, list | tuple | set | frozenset):
        return tuple(sorted(map(str, value)))
    return value
