"""How an office numbers: its own pattern of each sequence, what was given, what was cancelled, what is lacking."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from forms.faults import Refused
from workflows.store.tables import number, number_rule, number_sequence
from workflows.usecases import audit
from workflows.usecases.actor import Actor
from workflows.usecases.numbers import write_out
from workflows.usecases.runtime import Transaction

PERMISSION = "settings.manage"
_PLACES = re.compile(r"\{(?:year|seq(?::0[1-9]d)?)\}")
LONGEST = 100


class BadPattern(Refused):
    """A pattern by which no number could be given. Facts: pattern, why, why_en."""

    zh: ClassVar[str] = "编号规则“{pattern}”{why}；应如 津丽准〔{{year}}〕{{seq:04d}}号"
    en: ClassVar[str] = "The pattern “{pattern}” {why_en}; wanted such as 津丽准〔{{year}}〕{{seq:04d}}号"


class PatternOfAnother(Refused):
    """Two sequences of one pattern would give one number twice. Facts: pattern, other (key of the sequence)."""

    zh: ClassVar[str] = "编号规则“{pattern}”已用于另一类编号({other})，两类编号会重复"
    en: ClassVar[str] = "The pattern “{pattern}” is that of another sequence already ({other})"


@dataclass(frozen=True)
class Numbering:
    """A sequence in a year. `pattern`: the office's own, "" where the diagram's holds; `gaps`: numbers nobody has."""

    key: str
    pattern: str
    set_by: str
    last: int
    used: int
    cancelled: int
    gaps: tuple[int, ...]
    latest: str  # the text given last
    following: str  # what the next one will be, where that is known


@dataclass(frozen=True)
class Given:
    """A number of the list. `state`: used | cancelled | gap; a gap has no text."""

    seq: int
    text: str
    state: str
    subject: str
    on: date | None
    cancelled_on: date | None
    cancelled_by: str
    reason: str
    instance_id: int | None


def set_rule(tx: Transaction, sequence: str, pattern: str, actor: Actor) -> None:
    """Number a sequence by the office's own pattern from the next number on; "" goes back to the diagram's.

    Permission `settings.manage`. Numbers that were given stay as they are. Raises `BadPattern`, `PatternOfAnother`.
    """
    actor.require(PERMISSION)
    wanted = pattern.strip()
    if not wanted:
        tx.db.execute(sa.delete(number_rule).where(number_rule.c.sequence == sequence))
        audit.record(tx, actor, "numbers.rule", sequence, facts={"pattern": ""})
        return
    _require_good(wanted)
    same = sa.select(number_rule.c.sequence).where(
        number_rule.c.pattern == wanted, number_rule.c.sequence != sequence
    )
    other = tx.db.execute(same).scalar()
    if other is not None:
        raise PatternOfAnother(pattern=wanted, other=other)
    insert = (postgresql if tx.db.dialect.name == "postgresql" else sqlite).insert(number_rule)
    row = {"pattern": wanted, "set_at": tx.at, "set_by": actor.name}
    statement = insert.on_conflict_do_update(
        index_elements=["sequence"], set_={key: insert.excluded[key] for key in row}
    )
    tx.db.execute(statement, {"sequence": sequence, **row})
    audit.record(tx, actor, "numbers.rule", sequence, facts={"pattern": wanted})


def _require_good(pattern: str) -> None:
    rest = _PLACES.sub("", pattern)
    if len(pattern) > LONGEST or not pattern.isprintable():
        raise BadPattern(
            pattern=pattern[:40], why="太长或含有不可见的字符", why_en="is too long, or has signs nobody sees"
        )
    if "{" in rest or "}" in rest:
        raise BadPattern(pattern=pattern, why="含有不认识的括号", why_en="has braces that mean nothing")
    if "{seq" not in pattern or "{year}" not in pattern:
        raise BadPattern(
            pattern=pattern,
            why="缺少 {year} 或 {seq}，每年会重复",
            why_en="lacks {year} or {seq}: it would repeat itself",
        )


def overview(tx: Transaction, year: int, known: Iterable[str] = ()) -> list[Numbering]:
    """Every sequence of a year, those in `known` first and also where nothing was given yet."""
    rules = {row.sequence: row for row in tx.db.execute(sa.select(number_rule))}
    query = sa.select(number_sequence.c.sequence, number_sequence.c.last).where(
        number_sequence.c.year == year
    )
    last = {row.sequence: row.last for row in tx.db.execute(query)}
    keys = dict.fromkeys([*known, *sorted({*rules, *last})])
    return [_sequence(tx, key, year, rules.get(key), last.get(key, 0)) for key in keys]


def _sequence(tx: Transaction, key: str, year: int, rule: sa.Row | None, last: int) -> Numbering:
    query = sa.select(number.c.seq, number.c.state, number.c.text).where(
        number.c.sequence == key, number.c.year == year
    )
    rows = list(tx.db.execute(query.order_by(number.c.seq, number.c.id)))
    pattern = rule.pattern if rule is not None else ""
    return Numbering(
        key=key,
        pattern=pattern,
        set_by=rule.set_by if rule is not None else "",
        last=last,
        used=sum(row.state == "used" for row in rows),
        cancelled=sum(row.state == "cancelled" for row in rows),
        gaps=_gaps([row.seq for row in rows], last),
        latest=rows[-1].text if rows else "",
        following=write_out(pattern, year, last + 1) if pattern else "",
    )


def _gaps(given: Sequence[int], last: int) -> tuple[int, ...]:
    there = set(given)
    return tuple(seq for seq in range(1, last + 1) if seq not in there)


def numbers_of(tx: Transaction, sequence: str, year: int) -> list[Given]:
    """The numbers of a sequence in a year, the latest first, with what is lacking between them at its place."""
    query = sa.select(number).where(number.c.sequence == sequence, number.c.year == year)
    found = [
        Given(
            row.seq,
            row.text,
            row.state,
            row.subject,
            row.given_at.date(),
            row.cancelled_at.date() if row.cancelled_at else None,
            row.cancelled_by or "",
            row.reason,
            row.instance_id,
        )
        for row in tx.db.execute(query.order_by(number.c.id))
    ]
    last = sa.select(number_sequence.c.last).where(
        number_sequence.c.sequence == sequence, number_sequence.c.year == year
    )
    upto = tx.db.execute(last).scalar() or 0
    lacking = [
        Given(seq, "", "gap", "", None, None, "", "", None)
        for seq in _gaps([each.seq for each in found], upto)
    ]
    return sorted([*found, *lacking], key=lambda each: each.seq, reverse=True)
