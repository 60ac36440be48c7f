"""Attachments: bytes lie on disk by their sha256."""

from __future__ import annotations

import sqlalchemy as sa

from workflows.store.tables.base import key, metadata, ref
from workflows.store.types import Moment

attachment = sa.Table(
    "attachment",
    metadata,
    key(),
    sa.Column("name", sa.String(300), nullable=False),
    sa.Column("kind", sa.String(20), nullable=False),
    sa.Column("media_type", sa.String(100), nullable=False),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("sha256", sa.String(64), nullable=False, index=True),
    sa.Column("uploaded_by", sa.String(100), nullable=False),
    sa.Column("uploaded_by_name", sa.String(100), nullable=False),
    sa.Column("uploaded_at", Moment, nullable=False),
)

attachment_link = sa.Table(
    "attachment_link",
    metadata,
    ref("attachment_id", "attachment.id", primary_key=True),
    ref("instance_id", "instance.id", cascade=True, primary_key=True, index=True),
    sa.Column("form_key", sa.String(200), primary_key=True),
    sa.Column("field", sa.String(100), primary_key=True),
    sa.Column("at", Moment, nullable=False),
)
