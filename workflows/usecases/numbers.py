"""Numbers in yearly sequences; a cancelled one is kept as 作废 and never given again."""

from __future__ import annotations

import re
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from workflows.store.tables import number, number_rule
from workflows.usecases import audit
from workflows.usecases.actor import Actor
from workflows.usecases.errors import NotFound, NumberTaken
from workflows.usecases.runtime import Transaction

_PLACE = re.compile(r"\{(year|seq)(?::0?(\d+)d)?\}")
_NEXT = sa.text(
    "INSERT INTO number_sequence (sequence, year, last) VALUES (:sequence, :year, 1) "
    "ON CONFLICT (sequence, year) DO UPDATE SET last = number_sequence.last + 1 "
    "RETURNING last, (SELECT pattern FROM number_rule WHERE number_rule.sequence = :sequence) AS pattern"
)
_INSERT = sa.insert(number)


@dataclass(frozen=True)
class Number:
    id: int
    sequence: str
    year: int
    seq: int
    text: str
    state: str  # used | cancelled
    subject: str
    reason: str = ""


def write_out(pattern: str, year: int, seq: int) -> str:
    """Fill a pattern: `津丽准〔{year}〕{seq:04d}号`. Raises `ValueError` for one without `{seq}`."""
    if "{seq" not in pattern:
        raise ValueError(f"the pattern {pattern!r} has no {{seq}}")
    values = {"year": year, "seq": seq}
    return _PLACE.sub(lambda found: f"{values[found[1]]:0{int(found[2] or 1)}d}", pattern)


def give(
    tx: Transaction, sequence: str, pattern: str, *, subject: str = "", instance_id: int | None = None
) -> str:
    """The next number of a sequence this year.

    Two who ask at once get two numbers: the sequence's row is the lock. A number that was registered by hand
    is passed over. A transaction that is rolled back gives its number back.

    Args:
        sequence: key such as `receipt`.
        pattern: text with `{year}` and `{seq}` (or `{seq:04d}`), such as `津丽准〔{year}〕{seq}号`; the office's own
            rule of the sequence (`set_rule`) goes before it.
        subject: what it is given to, for the list of numbers.
    """
    year = tx.world.today.year
    while True:
        seq, own = tx.db.execute(_NEXT, {"sequence": sequence, "year": year}).one()
        text = write_out(own or pattern, year, seq)
        taken = tx.db.execute(sa.select(number.c.id).where(number.c.text == text)).first()
        if taken is None:
            break
    tx.db.execute(
        _INSERT,
        {
            "sequence": sequence,
            "year": year,
            "seq": seq,
            "text": text,
            "state": "used",
            "subject": subject[:500],
            "instance_id": instance_id,
            "given_at": tx.at,
        },
    )
    return text


def register(tx: Transaction, sequence: str, text: str, *, subject: str = "") -> None:
    """Enter an old number as it stands (存量补录). Raises `NumberTaken`."""
    found = re.search(r"(?:19|20)\d\d", text)
    try:
        with tx.savepoint():
            tx.db.execute(
                _INSERT,
                {
                    "sequence": sequence,
                    "year": int(found[0]) if found else 0,
                    "seq": 0,
                    "text": text,
                    "state": "used",
                    "subject": subject[:500],
                    "given_at": tx.at,
                },
            )
    except IntegrityError:
        raise NumberTaken(number=text) from None


def cancel(tx: Transaction, text: str, actor: Actor, reason: str) -> None:
    """作废: the number stays in the list and is never given again. Raises `NotFound`."""
    found = tx.db.execute(
        sa.update(number)
        .where(number.c.text == text, number.c.state == "used")
        .values(state="cancelled", cancelled_at=tx.at, cancelled_by=actor.name, reason=reason[:500])
    )
    if found.rowcount != 1:
        raise NotFound(kind="number", key=text)
    audit.record(tx, actor, "numbers.cancelled", text, facts={"reason": reason})


def cancel_of_instance(tx: Transaction, instance_id: int, actor: Actor, reason: str) -> None:
    """作废 of all numbers that were given to an instance and stand."""
    given = sa.select(number.c.text).where(number.c.instance_id == instance_id, number.c.state == "used")
    for text in tx.db.execute(given.order_by(number.c.id)).scalars().all():
        cancel(tx, text, actor, reason)


def give_by_rule(
    tx: Transaction, sequence: str, *, subject: str = "", instance_id: int | None = None
) -> str | None:
    """The next number of a sequence that is numbered only where the office has a rule for it; None without one."""
    rule = sa.select(number_rule.c.pattern).where(number_rule.c.sequence == sequence)
    pattern = tx.db.execute(rule).scalar_one_or_none()
    return give(tx, sequence, pattern, subject=subject, instance_id=instance_id) if pattern else None


def listing(tx: Transaction, sequence: str, year: int | None = None) -> list[Number]:
    """Numbers of a sequence, latest first."""
    query = sa.select(number).where(number.c.sequence == sequence)
    if year is not None:
        query = query.where(number.c.year == year)
    rows = tx.db.execute(query.order_by(number.c.year.desc(), number.c.seq.desc(), number.c.id.desc()))
    return [
        Number(row.id, row.sequence, row.year, row.seq, row.text, row.state, row.subject, row.reason)
        for row in rows
    ]
