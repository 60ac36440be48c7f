"""Exits: who brought them about, and what each community does about them.

Revision: admission_0004
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from workflows.store.types import Id

revision = "admission_0004"
down_revision = "admission_0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("matter", sa.Column("exit_raised_by", sa.String(length=20), nullable=True))
    op.create_table(
        "exit_answer",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("instance_id", Id, nullable=False),
        sa.Column("matter_id", Id, nullable=False),
        sa.Column("street_id", Id, nullable=False),
        sa.Column("street_name", sa.String(length=200), nullable=False),
        sa.Column("community_id", Id, nullable=False),
        sa.Column("community_name", sa.String(length=200), nullable=False),
        sa.Column("answer", sa.String(length=20), nullable=True),
        sa.Column("stopped_on", sa.Date(), nullable=True),
        sa.Column("answered_by", sa.String(length=100), nullable=False),
        sa.Column("via", sa.String(length=20), nullable=False),
        sa.Column("answered_on", sa.Date(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["matter_id"], ["matter.id"], name=op.f("fk_exit_answer_matter_id_matter")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exit_answer")),
        sa.UniqueConstraint(
            "instance_id", "community_id", name=op.f("uq_exit_answer_instance_id_community_id")
        ),
    )
    for column in ("matter_id", "community_id"):
        op.create_index(op.f(f"ix_exit_answer_{column}"), "exit_answer", [column], unique=False)
