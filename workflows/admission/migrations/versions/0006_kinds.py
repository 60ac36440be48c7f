"""Kinds of what is admitted: besides work, ledgers, boards, assessments and systems; rows of permitted ledgers.

Revision: admission_0006
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from workflows.store.types import Id, Json, Moment

revision = "admission_0006"
down_revision = "admission_0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    kind = sa.Column("kind", sa.String(length=20), nullable=False, server_default="matter")
    op.add_column("matter", kind)
    op.add_column("matter", sa.Column("details", Json, nullable=True))
    op.create_index(op.f("ix_matter_kind"), "matter", ["kind"], unique=False)
    op.create_table(
        "ledger_row",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("matter_id", Id, nullable=False),
        sa.Column("unit_id", Id, nullable=False),
        sa.Column("identity", sa.String(length=64), nullable=False),
        sa.Column("values", Json, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("removed", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", Moment, nullable=False),
        sa.Column("updated_by", sa.String(length=100), nullable=False),
        sa.ForeignKeyConstraint(["matter_id"], ["matter.id"], name=op.f("fk_ledger_row_matter_id_matter")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_row")),
        sa.UniqueConstraint(
            "matter_id", "unit_id", "identity", name=op.f("uq_ledger_row_matter_id_unit_id_identity")
        ),
    )
    op.create_table(
        "ledger_row_version",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("row_id", Id, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("act", sa.String(length=20), nullable=False),
        sa.Column("actor_name", sa.String(length=100), nullable=False),
        sa.Column("values", Json, nullable=False),
        sa.ForeignKeyConstraint(
            ["row_id"], ["ledger_row.id"], name=op.f("fk_ledger_row_version_row_id_ledger_row")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_row_version")),
        sa.UniqueConstraint("row_id", "number", name=op.f("uq_ledger_row_version_row_id_number")),
    )
