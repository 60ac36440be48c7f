"""What an office remembers of its tables: layouts a person confirmed, values a person put right."""

from __future__ import annotations

import sqlalchemy as sa

from workflows.store.tables.base import key, metadata
from workflows.store.types import Id, Json, Moment

EVERY_UNIT = 0
"""`unit_id` of what holds for every unit."""


def _confirmed() -> list[sa.Column[object]]:
    """Who said so, and how often it served since."""
    return [
        sa.Column("account_id", Id),
        sa.Column("created_by_name", sa.String(100), nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("used", sa.Integer, nullable=False, server_default="0"),
        sa.Column("used_at", Moment),
    ]


remembered_layout = sa.Table(  # where the fields of a form stand in tables of one layout
    "remembered_layout",
    metadata,
    key(),
    sa.Column("form_key", sa.String(200), nullable=False),
    sa.Column("unit_id", Id, nullable=False),
    sa.Column("fingerprint", sa.String(64), nullable=False),
    sa.Column("name", sa.String(300), nullable=False),  # the file and sheet it was confirmed on
    sa.Column("layout", Json, nullable=False),
    *_confirmed(),
    sa.UniqueConstraint("form_key", "unit_id", "fingerprint"),
)

remembered_value = sa.Table(  # what a person means who writes this in that field
    "remembered_value",
    metadata,
    key(),
    sa.Column("form_key", sa.String(200), nullable=False),  # "": names of units, in any form
    sa.Column("unit_id", Id, nullable=False),
    sa.Column("field", sa.String(200), nullable=False),  # "": names of units, in any field
    sa.Column("given", sa.String(200), nullable=False),
    sa.Column("value", sa.String(200), nullable=False),  # a choice's key, a unit's id
    *_confirmed(),
    sa.UniqueConstraint("form_key", "unit_id", "field", "given"),
)
