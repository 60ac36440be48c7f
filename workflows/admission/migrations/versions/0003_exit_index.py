"""The matter of an exit is found by its instance without reading all.

Revision: admission_0003
"""

from __future__ import annotations

from alembic import op

revision = "admission_0003"
down_revision = "admission_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_matter_exit_instance_id", "matter", ["exit_instance_id"])
