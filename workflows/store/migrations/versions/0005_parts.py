"""Children of large multi-instance activities are stored apart from their instance's state.

Revision: store_0005
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from workflows.store.types import Id

revision = "store_0005"
down_revision = "store_0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "instance_part",
        sa.Column("instance_id", Id, nullable=False),
        sa.Column("part", Id, autoincrement=False, nullable=False),
        sa.Column("state", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["instance_id"],
            ["instance.id"],
            name=op.f("fk_instance_part_instance_id_instance"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("instance_id", "part", name=op.f("pk_instance_part")),
    )
    op.add_column("task", sa.Column("part", sa.BigInteger(), nullable=True))
