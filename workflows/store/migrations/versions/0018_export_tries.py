"""How often an export was begun, and in English too why there is no file.

Revision: store_0018
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "store_0018"
down_revision = "store_0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("export_job", sa.Column("error_en", sa.Text(), server_default="", nullable=False))
    op.add_column("export_job", sa.Column("tries", sa.Integer(), server_default="0", nullable=False))
