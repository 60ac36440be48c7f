"""An account remembers the columns it wants of a list.

Revision: store_0012
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from workflows.store.types import Id, Json

revision = "store_0012"
down_revision = "store_0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "list_choice",
        sa.Column("account_id", Id, nullable=False),
        sa.Column("list", sa.String(length=50), nullable=False),
        sa.Column("shown", Json, nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
            name=op.f("fk_list_choice_account_id_account"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account_id", "list", name=op.f("pk_list_choice")),
    )
