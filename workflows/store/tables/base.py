"""The one metadata, with names for constraints so that migrations can speak of them."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from workflows.store.types import Id

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def key() -> sa.Column[int]:
    """The primary key column `id`."""
    return sa.Column("id", Id, primary_key=True, autoincrement=True)


def ref(
    name: str, target: str, *, nullable: bool = False, cascade: bool = False, **options: Any
) -> sa.Column[Any]:
    """A column that points to `target` (`table.column`)."""
    foreign = sa.ForeignKey(target, ondelete="CASCADE" if cascade else None)
    return sa.Column(name, Id, foreign, nullable=nullable, **options)
