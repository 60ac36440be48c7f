"""A task has a follow-up date.

Revision: store_0013
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from workflows.store.types import Moment

revision = "store_0013"
down_revision = "store_0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("task", sa.Column("follow_up_at", Moment, nullable=True))
