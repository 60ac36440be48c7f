"""Numbers in yearly sequences; a cancelled one is kept as 作废 and never given again."""

from __future__ import annotations

from dataclasses import dataclass

from workflows.usecases.actor import Actor
from workflows.usecases.runtime import Transaction


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


def give(
    tx: Transaction, sequence: str, pattern: str, *, subject: str = "", instance_id: int | None = None
) -> str:
    """The next number of a sequence this year.

    Args:
        sequence: key such as `receipt`.
        pattern: text with `{year}` and `{seq}` (or `{seq:04d}`), such as `津丽准〔{year}〕{seq}号`.
        subject: what it is given to, for the list of numbers.
    """
    raise NotImplementedError


def register(tx: Transaction, sequence: str, text: str, *, subject: str = "") -> None:
    """Enter an old number as it stands (存量补录). Raises `NumberTaken`."""
    raise NotImplementedError


def cancel(tx: Transaction, text: str, actor: Actor, reason: str) -> None:
    """作废. Raises `NotFound`."""
    raise NotImplementedError


def listing(tx: Transaction, sequence: str, year: int | None = None) -> list[Number]:
    raise NotImplementedError
