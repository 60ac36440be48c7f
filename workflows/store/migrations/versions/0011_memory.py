"""Layouts of tables, and values put right, are remembered.

Revision: store_0011
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from workflows.store.types import Id, Json, Moment

revision = "store_0011"
down_revision = "store_0010"
branch_labels = None
depends_on = None


def _confirmed() -> list[sa.Column[object]]:
    return [
        sa.Column("account_id", Id, nullable=True),
        sa.Column("created_by_name", sa.String(length=100), nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("used", sa.Integer(), server_default="0", nullable=False),
        sa.Column("used_at", Moment, nullable=True),
    ]


def upgrade() -> None:
    op.create_table(
        "remembered_layout",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("form_key", sa.String(length=200), nullable=False),
        sa.Column("unit_id", Id, nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("layout", Json, nullable=False),
        *_confirmed(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_remembered_layout")),
        sa.UniqueConstraint(
            "form_key",
            "unit_id",
            "fingerprint",
            name=op.f("uq_remembered_layout_form_key_unit_id_fingerprint"),
        ),
    )
    op.create_table(
        "remembered_value",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("form_key", sa.String(length=200), nullable=False),
        sa.Column("unit_id", Id, nullable=False),
        sa.Column("field", sa.String(length=200), nullable=False),
        sa.Column("given", sa.String(length=200), nullable=False),
        sa.Column("value", sa.String(length=200), nullable=False),
        *_confirmed(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_remembered_value")),
        sa.UniqueConstraint(
            "form_key",
            "unit_id",
            "field",
            "given",
            name=op.f("uq_remembered_value_form_key_unit_id_field_given"),
        ),
    )
    for name in ("unconfirmed", "layouts", "corrections"):
        op.add_column("import_batch", sa.Column(name, Json, nullable=True))
