"""How many working days there were for a decision, beside how many were used.

Revision: admission_0010
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "admission_0010"
down_revision = "admission_0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("matter", sa.Column("decision_limit", sa.Integer()))
