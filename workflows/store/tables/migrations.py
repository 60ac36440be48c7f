"""Running instances that go over to another version of their process: a batch, and an item an instance."""

from __future__ import annotations

import sqlalchemy as sa

from workflows.store.tables.base import key, metadata, ref
from workflows.store.types import Json, Moment

instance_migration = sa.Table(
    "instance_migration",
    metadata,
    key(),
    sa.Column("process_key", sa.String(200), nullable=False, index=True),
    sa.Column("source_version", sa.Integer, nullable=False),
    sa.Column("target_version", sa.Integer, nullable=False),
    ref("target_bundle_id", "bundle.id"),
    sa.Column("mapping", Json, nullable=False),  # process -> element of the old version -> of the new one
    sa.Column("reason", sa.String(500), nullable=False, server_default=""),
    # checking | checked | queued | running | stopped | done | discarded
    sa.Column("state", sa.String(20), nullable=False),
    sa.Column("round", sa.Integer, nullable=False, server_default="1"),  # of the job that works at it
    ref("account_id", "account.id", nullable=True),
    sa.Column("created_by_name", sa.String(100), nullable=False),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("accepted_at", Moment),
    sa.Column("finished_at", Moment),
)

instance_migration_item = sa.Table(
    "instance_migration_item",
    metadata,
    key(),
    ref("migration_id", "instance_migration.id", cascade=True),
    ref("instance_id", "instance.id", cascade=True, index=True),
    # unchecked | fit | unfit | over, then of those that fit: waiting | moved | unfit | over | failed
    sa.Column("state", sa.String(20), nullable=False),
    sa.Column("findings", Json),
    sa.Column("error", sa.Text),
    sa.Column("error_en", sa.Text),
    sa.Column("tries", sa.Integer, nullable=False, server_default="0"),
    sa.Column("at", Moment),
    sa.UniqueConstraint("migration_id", "instance_id"),
    sa.Index("ix_instance_migration_item_migration_id_state", "migration_id", "state"),
)
