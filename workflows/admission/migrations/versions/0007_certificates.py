"""Certificates: the list of what may be certified, what was asked for, uses of the seal.

Revision: admission_0007
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from workflows.store.types import Id, Moment

revision = "admission_0007"
down_revision = "admission_0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "certificate_item",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("name", sa.String(length=400), nullable=False),
        sa.Column("name_key", sa.String(length=400), nullable=False),
        sa.Column("permitted", sa.Boolean(), nullable=False),
        sa.Column("reason_class", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("go_to", sa.String(length=400), nullable=False),
        sa.Column("legal_basis", sa.Text(), nullable=False),
        sa.Column("materials_needed", sa.Text(), nullable=False),
        sa.Column("remarks", sa.Text(), nullable=False),
        sa.Column("updated_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate_item")),
        sa.UniqueConstraint("name_key", name=op.f("uq_certificate_item_name_key")),
    )
    op.create_table(
        "certificate",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("instance_id", Id, nullable=False),
        sa.Column("community_id", Id, nullable=False),
        sa.Column("community_name", sa.String(length=200), nullable=False),
        sa.Column("item_name", sa.String(length=400), nullable=False),
        sa.Column("finding", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("number", sa.String(length=100), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("asked_on", sa.Date(), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("cancelled_on", sa.Date(), nullable=True),
        sa.Column("cancelled_by", sa.String(length=100), nullable=False),
        sa.Column("cancel_reason", sa.Text(), nullable=False),
        sa.Column("updated_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate")),
        sa.UniqueConstraint("instance_id", name=op.f("uq_certificate_instance_id")),
        sa.UniqueConstraint("number", name=op.f("uq_certificate_number")),
    )
    for column in ("community_id", "state"):
        op.create_index(op.f(f"ix_certificate_{column}"), "certificate", [column], unique=False)
    op.create_table(
        "seal_use",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("certificate_id", Id, nullable=False),
        sa.Column("community_id", Id, nullable=False),
        sa.Column("community_name", sa.String(length=200), nullable=False),
        sa.Column("used_on", sa.Date(), nullable=False),
        sa.Column("used_by", sa.String(length=100), nullable=False),
        sa.Column("recorded_by", sa.String(length=100), nullable=False),
        sa.Column("subject", sa.String(length=400), nullable=False),
        sa.Column("purpose", sa.String(length=400), nullable=False),
        sa.Column("copies", sa.Integer(), nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.ForeignKeyConstraint(
            ["certificate_id"], ["certificate.id"], name=op.f("fk_seal_use_certificate_id_certificate")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seal_use")),
        sa.UniqueConstraint("certificate_id", "at", name=op.f("uq_seal_use_certificate_id_at")),
    )
    op.create_index(op.f("ix_seal_use_community_id"), "seal_use", ["community_id"], unique=False)
