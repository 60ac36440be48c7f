"""Numbers in yearly sequences."""

from __future__ import annotations

import sqlalchemy as sa

from workflows.store.tables.base import key, metadata, ref
from workflows.store.types import Moment

number_sequence = sa.Table(
    "number_sequence",
    metadata,
    sa.Column("sequence", sa.String(50), primary_key=True),
    sa.Column("year", sa.Integer, primary_key=True),
    sa.Column("last", sa.Integer, nullable=False),
)

#: The office's own pattern of a sequence; without a row the diagram's holds.
number_rule = sa.Table(
    "number_rule",
    metadata,
    sa.Column("sequence", sa.String(50), primary_key=True),
    sa.Column("pattern", sa.String(100), nullable=False),
    sa.Column("set_at", Moment, nullable=False),
    sa.Column("set_by", sa.String(100), nullable=False),
)

number = sa.Table(
    "number",
    metadata,
    key(),
    sa.Column("sequence", sa.String(50), nullable=False),
    sa.Column("year", sa.Integer, nullable=False),
    sa.Column("seq", sa.Integer, nullable=False),
    sa.Column("text", sa.String(200), nullable=False, unique=True),
    sa.Column("state", sa.String(20), nullable=False),  # used | cancelled
    sa.Column("subject", sa.String(500), nullable=False, server_default=""),
    ref("instance_id", "instance.id", nullable=True),
    sa.Column("given_at", Moment, nullable=False),
    sa.Column("cancelled_at", Moment),
    sa.Column("cancelled_by", sa.String(100)),
    sa.Column("reason", sa.String(500), nullable=False, server_default=""),
    sa.Index("ix_number_sequence_year_seq", "sequence", "year", "seq"),
)
