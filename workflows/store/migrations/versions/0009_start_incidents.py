"""A start that keeps failing is an incident without an instance.

Revision: store_0009
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from workflows.store.types import Id

revision = "store_0009"
down_revision = "store_0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("start_timer", sa.Column("tries", sa.Integer(), server_default="0", nullable=False))
    with op.batch_alter_table("incident") as batch:
        batch.alter_column("instance_id", existing_type=Id, nullable=True)
