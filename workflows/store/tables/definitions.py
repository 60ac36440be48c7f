"""Deployed files, the versions they hold, and bundles: which versions a running instance keeps."""

from __future__ import annotations

import sqlalchemy as sa

from workflows.store.tables.base import key, metadata, ref
from workflows.store.types import Json, Moment

resource = sa.Table(
    "resource",
    metadata,
    key(),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("kind", sa.String(20), nullable=False),  # process | decision | form | template
    sa.Column("content", sa.LargeBinary, nullable=False),
    sa.Column("sha256", sa.String(64), nullable=False, index=True),
    sa.Column("deployed_at", Moment, nullable=False),
    sa.Column("deployed_by", sa.String(100), nullable=False),
)

definition = sa.Table(
    "definition",
    metadata,
    key(),
    ref("resource_id", "resource.id", index=True),
    sa.Column("kind", sa.String(20), nullable=False),
    sa.Column("key", sa.String(200), nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("title", sa.String(300), nullable=False),
    sa.UniqueConstraint("kind", "key", "version"),
)

workbook_template = sa.Table(  # a template as it is filled, beside the file as it was uploaded
    "workbook_template",
    metadata,
    ref("definition_id", "definition.id", cascade=True, primary_key=True),
    sa.Column("mapping", Json, nullable=False),  # cells, patterns, label texts, lists
    sa.Column("content", sa.LargeBinary, nullable=False),  # named cells, emptied: the blank form
)

bundle = sa.Table(
    "bundle",
    metadata,
    key(),
    sa.Column("root", sa.String(200), nullable=False),
    sa.Column("digest", sa.String(64), nullable=False, unique=True),  # of root and resource ids
    sa.Column("created_at", Moment, nullable=False),
)

bundle_resource = sa.Table(
    "bundle_resource",
    metadata,
    ref("bundle_id", "bundle.id", cascade=True, primary_key=True),
    ref("resource_id", "resource.id", primary_key=True),
)
