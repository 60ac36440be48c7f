"""Version counters: what a process has cached is good as long as its counter stands still."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from workflows.store.tables import counter

_READ = sa.select(counter.c.name, counter.c.value)
_TOUCH = sa.text(
    "INSERT INTO counter (name, value) VALUES (:name, 1) "
    "ON CONFLICT (name) DO UPDATE SET value = counter.value + 1"
)


@dataclass(frozen=True)
class Counters:
    units: int = 0
    calendar: int = 0
    definitions: int = 0
    posts: int = 0
    connections: int = 0  # 0: no other system was ever set, and nothing is asked about any

    @classmethod
    def read(cls, db: sa.Connection) -> Counters:
        """Read all counters in one statement."""
        return cls.of({row.name: row.value for row in db.execute(_READ)})

    @classmethod
    def of(cls, found: Mapping[str, int]) -> Counters:
        """From counters by name; one that was never touched is 0."""
        return cls(
            units=found.get("units", 0),
            calendar=found.get("calendar", 0),
            definitions=found.get("definitions", 0),
            posts=found.get("posts", 0),
            connections=found.get("connections", 0),
        )

    @staticmethod
    def touch(db: sa.Connection, name: str) -> None:
        db.execute(_TOUCH, {"name": name})
