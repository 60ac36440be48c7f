"""Where the rate limit keeps its counts: in the office's database, so that all serving processes count together."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from limits.storage import Storage

from webapp import edge
from workflows.usecases import tallies

SCHEME = "zhunru"


def _now() -> datetime:
    """The real time: a fixed clock of the office (`ZHUNRU_NOW`) would count for ever."""
    return datetime.now(UTC)


class Tries(Storage):
    """Counts of the rate limit in the store. Each is written in a short transaction of its own."""

    STORAGE_SCHEME: list[str] | None = [SCHEME]

    @property
    def base_exceptions(self) -> type[Exception]:
        return sa.exc.SQLAlchemyError

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        now = _now()
        with edge.runtime().transaction() as tx:
            return tallies.add(tx, key, now, now + timedelta(seconds=expiry), amount)

    def get(self, key: str) -> int:
        with edge.reading() as tx:
            return tallies.count(tx, key, _now())[0]

    def get_expiry(self, key: str) -> float:
        with edge.reading() as tx:
            until = tallies.count(tx, key, _now())[1]
        return (until or _now()).timestamp()

    def check(self) -> bool:
        return True

    def reset(self) -> int | None:
        return None

    def clear(self, key: str) -> None:
        with edge.runtime().transaction() as tx:
            tallies.forget(tx, key)
