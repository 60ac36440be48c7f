"""Workbook templates are kept as they are filled, beside the file as it was uploaded.

Revision: store_0010
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from workflows.store.types import Id, Json

revision = "store_0010"
down_revision = "store_0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "workbook_template",
        sa.Column("definition_id", Id, nullable=False),
        sa.Column("mapping", Json, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["definition_id"],
            ["definition.id"],
            name=op.f("fk_workbook_template_definition_id_definition"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("definition_id", name=op.f("pk_workbook_template")),
    )
