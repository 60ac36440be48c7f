"""Reading and binding a table: all faults at once, each at its cell; nothing is stored."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import orjson
import sqlalchemy as sa

from forms.binding import Bound, Setting, Submission, bind
from forms.kinds import KINDS
from forms.schema import Form
from templates_xlsx.grid import Book, open_workbook, unlocked
from templates_xlsx.reading import ReadRecord
from templates_xlsx.refusals import CellFault
from workflows.store.tables import import_batch, import_record
from workflows.usecases import definitions, offline, submissions, table_reading
from workflows.usecases.actor import Actor
from workflows.usecases.corrections import unread
from workflows.usecases.errors import AlreadyImported, NoImportTarget, NotAllowed
from workflows.usecases.import_changes import told_apart
from workflows.usecases.import_targets import HOUSE, IMPORT_TARGETS, ImportItem, ImportTarget, find
from workflows.usecases.memory import Memory, of
from workflows.usecases.runtime import Transaction
from workflows.usecases.views import Preview, PreviewFault, PreviewRecord

TAKEN = ("queued", "running", "done", "withdrawing")
"""States of a batch whose records are in, or on their way."""


CHANGES = ("new", "changed", "unchanged")


def target_of(tx: Transaction, form_key: str) -> ImportTarget:
    """What becomes of a form's tables: as registered, else the process that begins with it. Raises `NoImportTarget`."""
    found = find(form_key)
    if found is None:
        found = next((each for each in _started(tx) if each.form_key == form_key), None)
    if found is None:
        raise NoImportTarget(form_key=form_key)
    return found


def target_of_batch(batch: Any) -> ImportTarget:
    """What becomes of the records of an accepted batch: as registered, else the process it was accepted for."""
    found = find(batch.form_key)
    return found or ImportTarget(batch.form_key, (), process_key=batch.process_key)


NO_TABLE = "never"
"""Property `table` of a form whose records never come in by a table."""


def _started(tx: Transaction) -> Iterator[ImportTarget]:
    """A target for each start form of a deployed process."""
    for view in definitions.overview(tx, "process"):
        bundle_id, compiled = definitions.bundle_for_start(tx, view.key)
        key = compiled.start.form_key
        if not key:
            continue
        if definitions.bundle_form(tx, bundle_id, key).properties.get("table") != NO_TABLE:
            starters = frozenset(compiled.start.candidate_starters)
            yield ImportTarget(key, (), process_key=view.key, starters=starters)


def offered(tx: Transaction, actor: Actor) -> list[ImportTarget]:
    """What this actor may take in from a table: applications first, the registers of the house last."""
    registered = sorted(
        IMPORT_TARGETS.values(),
        key=lambda each: (
            each.process_key is None,
            HOUSE.index(each.form_key) + 1 if each.form_key in HOUSE else 0,
        ),
    )
    places = {each.form_key: each for each in (*registered, *_started(tx))}
    places.update(IMPORT_TARGETS)
    return [each for each in places.values() if may_import(actor, each)]


def may_import(actor: Actor, target: ImportTarget) -> bool:
    """Whether the actor has one of the target's permissions, or starts its process."""
    if actor.is_system or any(actor.may(each) for each in target.permissions):
        return True
    return not target.permissions and (not target.starters or not target.starters.isdisjoint(actor.groups()))


def require_import(actor: Actor, target: ImportTarget) -> None:
    """Raises `NotAllowed`; the system may always."""
    if not may_import(actor, target):
        raise NotAllowed(form=target.form_key)


def preview(
    tx: Transaction,
    content: bytes,
    name: str,
    form_key: str,
    actor: Actor,
    locale: str = "zh",
    *,
    again: bool = False,
    password: str | None = None,
    own: Memory | None = None,
    watch: Callable[[int, int], None] = lambda done, total: None,
) -> Preview:
    """Read and bind a table; stores nothing (a `runtime.reading()` will do).

    Args:
        again: show a file that was taken in before as well; `Preview.already` then says so.
        password: opens a protected table; what is kept of it is kept without protection.
        own: what was said of this very table, besides what the office remembers.
        watch: called with how many records were looked at, and how many there are.

    Raises `WorkbookRefused`, `ConfidentialRefused`, `AlreadyImported`, `NoImportTarget`, `NotAllowed`.
    """
    target = target_of(tx, form_key)
    require_import(actor, target)
    if password:
        content = unlocked(content, name, password)
    sha256 = hashlib.sha256(content).hexdigest()
    already = None if target.repeatable else earlier(tx, sha256, form_key)
    if already is not None and not again:
        raise already
    form = definitions.form(tx, form_key)
    book = open_workbook(content, name)
    offline.require_form(tx, book, form)
    memory = of(tx, form_key, actor).with_own(own or Memory())
    read = table_reading.read_table(tx, book, form, memory)
    reading = read.reading
    setting = setting_of(tx, actor, locale)
    whole = {
        sheet: [each for each in reading.faults if each.sheet == sheet and each.severity == "error"]
        for sheet in {each.sheet for each in reading.records}
    }
    records = []
    for index, each in enumerate(reading.records):
        watch(index, len(reading.records))
        records.append(_record(index, each, bind(form, each.posted, setting), setting, whole[each.sheet]))
    records = _own_units_only(records, form, target, actor)
    records = _checked(tx, records, form, target, actor)
    if already is None:
        hashes = set() if target.repeatable else {record.content_hash for record in records}
        before = imported_before(tx, hashes, form_key)
        records = told_apart(tx, records, form, target, before, setting)
    found = (_cell_fault(each, each.sheet, None) for each in reading.faults)
    faults = (*offline.stale(tx, book, form), *found)
    return Preview(
        name=name,
        sha256=sha256,
        form=form,
        records=tuple(records),
        ignored=reading.ignored,
        faults=faults,
        counts=counts_of(records),
        already=already,
        content=content,
        unconfirmed=read.unconfirmed,
        own=own,
        read=read,
    )


def setting_of(tx: Transaction, actor: Actor, locale: str = "zh") -> Setting:
    """What binds a table's records."""
    around = submissions.around(tx, actor, {}, every_unit=True)  # whose tables: told in `_own_units_only`
    return Setting(world=tx.world, units=tx.units, mode="table", locale=locale, **around)


def refuse_stopped(tx: Transaction, book: Book, form: Form, actor: Actor) -> None:
    """Refuse a table that will be checked later, now, where a row of it is ticked 涉密. Raises `ConfidentialRefused`."""
    table_reading.refuse_stopped(tx, book, form, of(tx, form.key, actor), setting_of(tx, actor))


def changed(found: Preview) -> list[int]:
    """Positions of the records that are passed over though they differ: for `imports.accept(anyway=...)`."""
    return [each.index for each in found.records if each.passed_over_changed]


def counts_of(records: Sequence[PreviewRecord]) -> dict[str, int]:
    """Figures over a preview: records, right, wrong, duplicates (these three add up), doubtful, warnings; and new,
    changed, unchanged, which make up those that are not wrong.

    A record that is known already is counted as that alone; `doubtful` are right ones with a warning.
    """
    wrong = sum(1 for each in records if each.wrong)
    duplicates = sum(1 for each in records if each.duplicate and not each.wrong)
    fresh = [each for each in records if not each.wrong and not each.duplicate]
    return {
        "records": len(records),
        "right": len(records) - wrong - duplicates,
        "wrong": wrong,
        "doubtful": sum(1 for each in fresh if each.faults),
        "warnings": sum(1 for each in records for fault in each.faults if fault.severity == "warning"),
        "duplicates": duplicates,
        **{
            change: sum(1 for each in records if not each.wrong and each.change == change)
            for change in CHANGES
        },
    }


def earlier(tx: Transaction, sha256: str, form_key: str, but: int | None = None) -> AlreadyImported | None:
    """The refusal that names the earlier batch of the very same file; None for a new one."""
    query = (
        sa.select(import_batch)
        .where(import_batch.c.sha256 == sha256, import_batch.c.form_key == form_key)
        .where(import_batch.c.state.in_(TAKEN), import_batch.c.id != (but or 0))
        .order_by(import_batch.c.id)
        .limit(1)
    )
    row = tx.db.execute(query).one_or_none()
    if row is None:
        return None
    return AlreadyImported(
        batch_id=row.id, name=row.name, imported_by=row.created_by_name, imported_at=row.accepted_at
    )


def _cell_fault(found: Any, sheet: str, row: int | None) -> PreviewFault:
    return PreviewFault(
        severity=found.severity,
        cell=found.cell or None,
        field=found.field,
        given=found.given,
        zh=found.tell("zh"),
        en=found.tell("en"),
        sheet=found.sheet or sheet,
        row=row,
    )


def _record(
    index: int, read: ReadRecord, bound: Bound, setting: Setting, whole: Sequence[CellFault]
) -> PreviewRecord:
    """One record; `whole` are the errors of its whole sheet, under which no record of it can be right.

    What the reader found wrong, a label that lacks or a number it cannot take, is told once, by the reader, which has
    the place, and not again as a field left empty.
    """
    lacking = {each.field for each in (*read.faults, *whole) if each.severity == "error"}
    faults = [_cell_fault(each, read.sheet, read.row) for each in read.faults]
    faults.extend(
        PreviewFault(
            severity=each.severity,
            cell=place[1],
            field=each.field,
            given=each.given,
            zh=each.tell("zh"),
            en=each.tell("en"),
            sheet=place[0],
            row=read.row,
            words=tuple(unread(each, read.posted, bound.form, setting.units)),
        )
        for each in bound.faults
        if not (each.code == "required" and each.field in lacking)
        for place in (read.place(each.field, each.row, str(each.facts.get("column", ""))),)
    )
    wrong_fields = {each.field for each in faults if each.severity == "error"}
    wrong = bool(wrong_fields or whole)
    values = {key: value for key, value in bound.values.items() if key not in wrong_fields}
    return PreviewRecord(
        index=index,
        sheet=read.sheet,
        row=read.row,
        values=values,
        shown=shown(bound.form, values, setting),
        cells=dict(read.cells),
        faults=tuple(faults),
        submission=None if wrong else bound.submission,
        content_hash=_hash(bound.form, values),
        unfit=bool(whole),
    )


def shown(form: Form, values: Mapping[str, Any], setting: Setting) -> dict[str, str]:
    """Values as a clerk reads them."""
    return {
        key: KINDS[form.field(key).kind].show(value, form.field(key), setting.units, setting.locale)
        for key, value in values.items()
        if key in form
    }


def _hash(form: Form, values: Mapping[str, Any]) -> str:
    plain = Submission(form_key=form.key, values=values, form=form).to_json()
    return hashlib.sha256(orjson.dumps([form.key, plain], option=orjson.OPT_SORT_KEYS)).hexdigest()


def with_fault(record: PreviewRecord, fault: PreviewFault) -> PreviewRecord:
    """The record with one fault more; an error takes its field's value and the submission away."""
    values, shown_values, submission = record.values, record.shown, record.submission
    if fault.severity == "error":
        values = {key: value for key, value in values.items() if key != fault.field}
        shown_values = {key: text for key, text in shown_values.items() if key != fault.field}
        submission = None
    faults = (*record.faults, fault)
    return replace(record, faults=faults, values=values, shown=shown_values, submission=submission)


def _own_units_only(
    records: Sequence[PreviewRecord], form: Form, target: ImportTarget, actor: Actor
) -> list[PreviewRecord]:
    """Whoever may not import for every unit imports for the own one."""
    field = form.in_name_of
    if (
        not field
        or not (target.process_key or "imports.own_unit" in target.permissions)
        or actor.is_system
        or actor.may("imports.every_unit")
    ):
        return list(records)
    found = []
    for record in records:
        unit_id = record.values.get(field)
        if unit_id is None or unit_id in actor.unit_path:
            found.append(record)
            continue
        given = record.shown.get(field, "")
        fault = PreviewFault(
            severity="error",
            cell=record.cells.get(field),
            field=field,
            given=given,
            zh=f"“{given}”不是您所在的单位({actor.unit_name})，只能导入本单位的表格",
            en=f"“{given}” is not your unit ({actor.unit_name}); you may import tables of your own unit only",
            sheet=record.sheet,
            row=record.row,
        )
        found.append(with_fault(record, fault))
    return found


def _checked(
    tx: Transaction, records: list[PreviewRecord], form: Form, target: ImportTarget, actor: Actor
) -> list[PreviewRecord]:
    if target.check is None:
        return records
    items = [item_of(record) for record in records if not record.wrong]
    for fault in target.check(tx, form, items, actor):
        record = records[fault.index]
        records[fault.index] = with_fault(
            record,
            PreviewFault(
                severity=fault.severity,
                cell=record.cells.get(fault.field or ""),
                field=fault.field,
                given=record.shown.get(fault.field or "", ""),
                zh=fault.zh,
                en=fault.en,
                sheet=record.sheet,
                row=record.row,
            ),
        )
    return records


def item_of(record: PreviewRecord) -> ImportItem:
    return ImportItem(record.index, record.sheet, record.row, record.values)


def imported_before(
    tx: Transaction, hashes: set[str], form_key: str, but: int | None = None
) -> dict[str, str]:
    """Content hash -> where a record of that content was imported before, in another batch than `but`.

    With `but` only what is in already counts, not what is still waiting.
    """
    states = ("waiting", "done") if but is None else ("done",)
    going_on = import_batch.c.state.in_(TAKEN)
    listed = sorted(hashes)
    found: dict[str, str] = {}
    for start in range(0, len(listed), 500):
        query = (
            sa.select(
                import_record.c.content_hash, import_record.c.row, import_record.c.sheet, import_batch.c.id
            )
            .join(import_batch)
            .where(import_record.c.content_hash.in_(listed[start : start + 500]))
            .where(import_record.c.state.in_(states), import_batch.c.id != (but or 0))
            .where(import_batch.c.form_key == form_key, sa.or_(going_on, import_record.c.state == "done"))
        )
        for row in tx.db.execute(query):
            place = f"第 {row.row} 行" if row.row else f"“{row.sheet}”"
            found.setdefault(row.content_hash, f"批次 {row.id} {place}")
    return found


def as_json(tx: Transaction, found: Preview, locale: str = "zh") -> dict[str, Any]:
    """The document of `zhunru import --dry-run --json`.

    `{"records": [{"sheet", "row", "values", "faults": [{"severity", "cell", "field", "given", "message"}],
    "change": "new" | "changed" | "unchanged" (None where an error stands), "differences": [{"field", "old", "new"}]}],
    "counts": see `counts_of`, "ignored": [{"sheet", "reason"}],
    "already": sentence or None}`, and `"faults"` where the whole file has some.
    `already` says that the very file was taken in before; `"confirm"`, where it is there, names the sheets whose layout
    a person has to confirm on the page before the table can be taken in.
    """
    document: dict[str, Any] = {
        "records": [
            {
                "sheet": record.sheet,
                "row": record.row,
                "values": _values(tx, found.form, record.values),
                "faults": [_fault_json(fault, locale) for fault in record.faults],
                "change": None if record.wrong else record.change,
                "differences": [
                    {"field": each.field, "old": each.old, "new": each.new} for each in record.differences
                ],
            }
            for record in found.records
        ],
        "ignored": [{"sheet": each.sheet, "reason": each.tell(locale)} for each in found.ignored],
        "already": found.already.tell(locale) if found.already else None,
        "counts": dict(found.counts),
    }
    if found.faults:
        document["faults"] = [{"sheet": each.sheet, **_fault_json(each, locale)} for each in found.faults]
    if found.unconfirmed:
        document["confirm"] = list(found.unconfirmed)
    return document


def _values(tx: Transaction, form: Form, values: Mapping[str, Any]) -> dict[str, Any]:
    """What the record posts. What the office gives itself is left out, also where it takes it from the table."""
    asked = ((key, value, form.field(key)) for key, value in values.items())
    return {key: _plain(value, field, tx) for key, value, field in asked if not field.readonly}


def _fault_json(fault: PreviewFault, locale: str) -> dict[str, Any]:
    return {
        "severity": fault.severity,
        "cell": fault.cell,
        "field": fault.field,
        "given": fault.given,
        "message": fault.tell(locale),
    }


def _plain(value: Any, field: Any, tx: Transaction) -> Any:
    """Dates ISO, choices by key, units by full name, money as a plain decimal."""
    if field.kind == "unit":
        ref = tx.units.get(value)
        return ref.full_name if ref else value
    if field.kind == "units":
        return [_plain(each, replace(field, kind="unit"), tx) for each in value]
    if isinstance(value, Decimal):
        return format(value.to_integral_value() if value == value.to_integral_value() else value, "f")
    return KINDS[field.kind].to_json(value, field)
