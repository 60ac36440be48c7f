"""How often an import was read anew: each time is a job of its own.

Revision: store_0016
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "store_0016"
down_revision = "store_0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("import_batch", sa.Column("checks", sa.Integer(), server_default="0", nullable=False))
