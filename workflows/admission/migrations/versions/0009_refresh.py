"""The yearly refresh: what the bureau makes of an answer.

Revision: admission_0009
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "admission_0009"
down_revision = "admission_0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("refresh_answer", sa.Column("ruling", sa.String(length=20), nullable=True))
    op.add_column("refresh_answer", sa.Column("ruling_note", sa.Text(), nullable=False, server_default=""))
