"""Two editions of the catalogue beside each other: what came, what reads differently, what left and why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from workflows.admission import catalogue, states
from workflows.admission.catalogue import Edition, Entry
from workflows.admission.tables import matter
from workflows.usecases.runtime import Transaction

COLUMNS: dict[str, tuple[str, str]] = {
    "content": ("事务内容", "Content"),
    "legal_basis": ("法律法规政策依据", "Legal basis"),
    "applicant_unit": ("责任部门", "Responsible unit"),
    "duty": ("社区协助职责范围", "What the community does"),
    "executor": ("协助主体", "Carried out by"),
    "period_text": ("起止/频次", "Period"),
    "funds_text": ("经费保障", "Funds"),
}
KINDS: dict[str, tuple[str, str, str]] = {
    "added": ("新增", "added", "green"),
    "changed": ("变更", "changed", "amber"),
    "ended": ("终止", "ended", "red"),
}


@dataclass(frozen=True)
class Change:
    """A column that reads differently: key of `COLUMNS`, earlier and present words."""

    column: str
    before: str
    after: str


@dataclass(frozen=True)
class Line:
    """A matter that one edition has and the other lacks, or has otherwise. `kind`: a key of `KINDS`.

    `why`: of what ended, its 退出备案号 and reason, where the registry knows them.
    """

    kind: str
    old: Entry | None
    new: Entry | None
    changes: tuple[Change, ...] = ()
    why: str = ""

    @property
    def entry(self) -> Entry:
        found = self.new or self.old
        assert found is not None
        return found


@dataclass(frozen=True)
class Comparison:
    old: Edition
    new: Edition
    lines: tuple[Line, ...]

    def counts(self) -> dict[str, int]:
        """How many lines of each kind."""
        return {kind: sum(line.kind == kind for line in self.lines) for kind in KINDS}


def pair(tx: Transaction, old_id: int = 0, new_id: int = 0) -> tuple[int, int]:
    """Which two editions are compared: those named, else the newest and the one before (itself where there is none).

    Raises `NotFound`.
    """
    listed = [each for each in catalogue.editions(tx) if each.status == "published" or each.id == new_id]
    found = [each.id for each in listed]
    new = new_id or (found[0] if found else 0)
    older = found[found.index(new) + 1 :] if new in found else []
    old = old_id or (older[0] if older else new)
    for each in (old, new):
        catalogue.edition(tx, each)
    return old, new


def compare(tx: Transaction, old_id: int, new_id: int) -> Comparison:
    """Compare two editions: what was added, changed, ended, in the order of the editions. Raises `NotFound`."""
    found = catalogue.difference(tx, old_id, new_id)
    why = _why(tx, [each.matter_id for each in found.removed if each.matter_id is not None])
    lines = [
        *(Line("added", None, each) for each in found.added),
        *(Line("changed", old, new, _changes(old, new)) for old, new in found.changed),
        *(Line("ended", each, None, why=why.get(each.matter_id or 0, "")) for each in found.removed),
    ]
    return Comparison(catalogue.edition(tx, old_id), catalogue.edition(tx, new_id), tuple(lines))


def _changes(old: Entry, new: Entry) -> tuple[Change, ...]:
    return tuple(
        Change(key, words(old, key), words(new, key))
        for key in COLUMNS
        if catalogue.read(old, key) != catalogue.read(new, key)
    )


def words(entry: Entry, key: str) -> str:
    """A column of an entry as it is read."""
    value = getattr(entry, key)
    return (
        "、".join(states.EXECUTORS[each] for each in value) if isinstance(value, tuple) else str(value or "")
    )


def _why(tx: Transaction, ids: list[int]) -> dict[int, str]:
    found: dict[int, str] = {}
    for start in range(0, len(ids), 500):
        query = sa.select(matter.c.id, matter.c.exit_number, matter.c.exit_reason)
        for row in tx.db.execute(query.where(matter.c.id.in_(ids[start : start + 500]))):
            found[row.id] = "，".join(filter(None, (row.exit_number, row.exit_reason)))
    return found


def rows(tx: Transaction, old_id: int, new_id: int) -> Iterator[dict[str, Any]]:
    """The rows of the comparison's workbook: one for each matter, of what changed one for each column."""
    for line in compare(tx, old_id, new_id).lines:
        entry = line.entry
        told = {
            "kind": KINDS[line.kind][0],
            "class_name": entry.class_name,
            "matter_name": entry.matter_name,
            "applicant_unit": entry.applicant_unit,
            "filing_number": entry.filing_number,
        }
        if line.kind == "changed":
            for each in line.changes:
                yield {**told, "what": COLUMNS[each.column][0], "before": each.before, "after": each.after}
        elif line.kind == "added":
            yield {**told, "what": "整项", "before": "", "after": _brief(entry)}
        else:
            yield {**told, "what": "整项", "before": _brief(entry), "after": line.why}


def _brief(entry: Entry) -> str:
    return "；".join(filter(None, (entry.content, entry.legal_basis, entry.period_text)))
