"""Many filled tables, or a long list, in one file: what was asked for, how far it is."""

from __future__ import annotations

import sqlalchemy as sa

from workflows.store.tables.base import key, metadata, ref
from workflows.store.types import Json, Moment

export_job = sa.Table(
    "export_job",
    metadata,
    key(),
    ref("account_id", "account.id", cascade=True, index=True),
    sa.Column("kind", sa.String(10), nullable=False),  # zip | xlsx | pdf
    sa.Column("instances", Json, nullable=False),
    sa.Column(
        "list", sa.String(50), nullable=False, server_default=""
    ),  # a list's key; "": tables of instances
    sa.Column("asked", Json),  # of a list: filters, columns, who asked with which permissions
    sa.Column("total", sa.Integer, nullable=False),
    sa.Column("done", sa.Integer, nullable=False),
    sa.Column("skipped", sa.Integer, nullable=False),
    sa.Column("state", sa.String(20), nullable=False),  # queued | running | done | failed | cancelled
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("error", sa.Text),  # in Chinese
    sa.Column("error_en", sa.Text, nullable=False, server_default=""),
    sa.Column("tries", sa.Integer, nullable=False, server_default="0"),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("finished_at", Moment),
)
