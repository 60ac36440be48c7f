"""Tables for moving running instances to another version of their process.

Revision: store_0006
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from workflows.store.types import Id, Json, Moment

revision = "store_0006"
down_revision = "store_0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "instance_migration",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("process_key", sa.String(length=200), nullable=False),
        sa.Column("source_version", sa.Integer(), nullable=False),
        sa.Column("target_version", sa.Integer(), nullable=False),
        sa.Column("target_bundle_id", Id, nullable=False),
        sa.Column("mapping", Json, nullable=False),
        sa.Column("reason", sa.String(length=500), server_default="", nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("round", sa.Integer(), server_default="1", nullable=False),
        sa.Column("account_id", Id, nullable=True),
        sa.Column("created_by_name", sa.String(length=100), nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("accepted_at", Moment, nullable=True),
        sa.Column("finished_at", Moment, nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_instance_migration_account_id_account")
        ),
        sa.ForeignKeyConstraint(
            ["target_bundle_id"], ["bundle.id"], name=op.f("fk_instance_migration_target_bundle_id_bundle")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_instance_migration")),
    )
    op.create_index(op.f("ix_instance_migration_process_key"), "instance_migration", ["process_key"])
    op.create_table(
        "instance_migration_item",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("migration_id", Id, nullable=False),
        sa.Column("instance_id", Id, nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("findings", Json, nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("error_en", sa.Text(), nullable=True),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("at", Moment, nullable=True),
        sa.ForeignKeyConstraint(
            ["instance_id"],
            ["instance.id"],
            name=op.f("fk_instance_migration_item_instance_id_instance"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["migration_id"],
            ["instance_migration.id"],
            name=op.f("fk_instance_migration_item_migration_id_instance_migration"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_instance_migration_item")),
        sa.UniqueConstraint(
            "migration_id",
            "instance_id",
            name=op.f("uq_instance_migration_item_migration_id_instance_id"),
        ),
    )
    op.create_index(
        op.f("ix_instance_migration_item_instance_id"), "instance_migration_item", ["instance_id"]
    )
    op.create_index(
        "ix_instance_migration_item_migration_id_state", "instance_migration_item", ["migration_id", "state"]
    )
