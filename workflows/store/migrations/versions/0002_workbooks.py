"""An imported table's bytes are kept with its batch.

Revision: store_0002
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "store_0002"
down_revision = "store_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "import_batch", sa.Column("stored", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
