"""A recognised single table -> one record: which finding wins, what it posts, what is wrong."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from forms.fields import Field
from templates_xlsx.doubts import suggestion, unread
from templates_xlsx.labels import amounts_in, readable
from templates_xlsx.recognise import Found, Place, Source, Table, place_reference
from templates_xlsx.refusals import CellFault
from templates_xlsx.sheets import position
from templates_xlsx.values import Posted, compound_posted, posted_value, split_compound, splits_surely

DERIVED = 10
"""Rank of a value that was found in the cell of another field: any cell of its own wins."""


@dataclass(frozen=True)
class Candidate:
    """One value found for one field."""

    rank: int
    posted: Posted
    label: Place
    cell: Place | None
    faults: tuple[CellFault, ...] = ()
    source: Source = "label"


@dataclass
class Record:
    """What a single table gives, before it becomes a `ReadRecord`."""

    posted: dict[str, Posted] = field(default_factory=dict)
    cells: dict[str, str] = field(default_factory=dict)
    faults: list[CellFault] = field(default_factory=list)
    unsure: list[CellFault] = field(default_factory=list)


def record_of(table: Table) -> Record:
    """Return the record of a recognised table."""
    candidates: dict[str, list[Candidate]] = {}
    for found in table.found:
        for key, candidate in _candidates(table, found):
            candidates.setdefault(key, []).append(replace(candidate, source=found.source))
    record = Record()
    for each in readable(table.vocabulary.form):
        offered = candidates.get(each.key)
        if offered:
            best = _choose(record, each, offered)
            record.unsure.extend(_passed_by(table, best))
            if best.source == "suggested" and best.posted:
                text = table.texts.get(best.label, "")
                record.unsure.append(suggestion(place_reference(best.label), each, text))
        elif each.required and not each.readonly:
            where = place_reference(next(iter(table.texts), (1, 1)))
            record.faults.append(
                CellFault(where, each.key, "error", "label_missing", "", {"label": each.label})
            )
    record.posted.update(table.listed)
    record.cells.update(table.list_cells)
    record.faults.extend(table.list_faults)
    return record


def _passed_by(table: Table, best: Candidate) -> list[CellFault]:
    """The doubt of a label without a value whose neighbour was read as labels and values of its own: 备注 | 联系人:张三."""
    beside = table.right(best.label) if best.cell is None and not best.posted else None
    if beside is None or beside not in table.lines:
        return []
    return [unread(place_reference(beside), table.texts[beside])]


def _candidates(table: Table, found: Found) -> list[tuple[str, Candidate]]:
    form = table.vocabulary.form
    fields = tuple(form.field(key) for key in found.meaning.keys)
    cell = found.cell
    if cell is None:
        return [(each.key, Candidate(found.rank, "", found.label, None)) for each in fields]
    where = place_reference(cell)
    hint = amounts_in(found.meaning.hint, table.unit)
    value = found.text if found.text is not None else table.sheet.value(*cell)
    faults = trouble(table, where, fields[0])
    if len(fields) == 1:
        posted, more = posted_value(value, fields[0], where, hint)
        shared = _shared_by(table, fields[0])
        text = posted if isinstance(posted, str) else ""
        if shared is not None and text and splits_surely(text, shared):
            first, second = split_compound(text, shared, hint)
            return [
                (shared[0].key, Candidate(found.rank, first, found.label, cell, faults)),
                (shared[1].key, Candidate(DERIVED, second, found.label, cell)),
            ]
        return [(fields[0].key, Candidate(found.rank, posted, found.label, cell, faults + more))]
    parts, more = compound_posted(value, fields, where, hint)
    holder = next((each.key for each, part in zip(fields, parts, strict=True) if part), fields[0].key)
    return [
        (
            each.key,
            Candidate(
                found.rank + (0 if part else DERIVED),
                part,
                found.label,
                cell,
                faults + (more if each.key == holder else ()),
            ),
        )
        for each, part in zip(fields, parts, strict=True)
    ]


def trouble(table: Table, where: str, meant: Field) -> tuple[CellFault, ...]:
    """Return the warnings about a cell that shows nothing though something stands there."""
    if table.sheet.hidden_rows and position(where)[0] in table.sheet.hidden_rows:
        return (CellFault(where, meant.key, "warning", "row_hidden"),)
    if where in table.sheet.errors:
        return (CellFault(where, meant.key, "warning", "formula_error", table.sheet.errors[where]),)
    if where in table.sheet.uncached:
        return (CellFault(where, meant.key, "warning", "formula_without_value"),)
    return ()


_PAIRS = (
    ("_start", "_end", "date", "date"),
    ("_amount", "_source", "money", "text"),
    ("_name", "_phone", "text", "phone"),
)


def _shared_by(table: Table, first: Field) -> tuple[Field, Field] | None:
    """Return a field with its neighbour of the same family, where one cell may hold both."""
    for suffix, other, kind, other_kind in _PAIRS:
        if first.key.endswith(suffix) and first.kind == kind:
            key = first.key.removesuffix(suffix) + other
            if key in table.vocabulary.form and table.vocabulary.form.field(key).kind == other_kind:
                return first, table.vocabulary.form.field(key)
    return None


def _choose(record: Record, wanted: Field, offered: list[Candidate]) -> Candidate:
    """Take the best finding; two of equal worth with values that differ are a fault, not a choice."""
    filled = sorted((each for each in offered if each.posted), key=lambda each: each.rank)
    best = filled[0] if filled else min(offered, key=lambda each: (each.cell is None, each.rank))
    rivals = [each for each in filled[1:] if _kin(each.rank) == _kin(best.rank) and each.label != best.label]
    for rival in rivals:
        if rival.cell is None or best.cell is None:
            continue
        same = rival.posted == best.posted
        record.faults.append(
            CellFault(
                place_reference(rival.label),
                wanted.key,
                "warning" if same else "error",
                "label_doubled_same" if same else "label_doubled",
                rival.posted if isinstance(rival.posted, str) else "、".join(rival.posted),
                {"label": wanted.label, "other": place_reference(best.label)},
            )
        )
    record.posted[wanted.key] = best.posted
    if best.cell is not None:
        record.cells[wanted.key] = place_reference(best.cell)
    record.faults.extend(best.faults)
    return best


def _kin(rank: int) -> int:
    """Return the class of a rank: names, labels in cells, labels in text lines, derived."""
    return -1 if rank < 0 else 0 if rank < 3 else 1 if rank < DERIVED else 2
