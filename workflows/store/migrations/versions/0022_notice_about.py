"""What a notice tells of beside an instance, such as a matter.

Revision: store_0022
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "store_0022"
down_revision = "store_0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("notice", sa.Column("about", sa.String(length=60), nullable=True))
