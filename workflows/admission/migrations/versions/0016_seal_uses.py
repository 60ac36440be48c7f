"""用印登记: which seal, on what, who let it be used; and the work seal besides certificates.

Revision: admission_0016
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from workflows.store.types import Id

revision = "admission_0016"
down_revision = "admission_0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "seal_use", sa.Column("kind", sa.String(length=20), nullable=False, server_default="certificate")
    )
    seal = sa.Column("seal", sa.String(length=100), nullable=False, server_default="居民委员会印章")
    op.add_column("seal_use", seal)
    for name, length in (("document", 400), ("approved_by", 100)):
        op.add_column(
            "seal_use", sa.Column(name, sa.String(length=length), nullable=False, server_default="")
        )
    with op.batch_alter_table("seal_use") as batch:
        batch.alter_column("certificate_id", existing_type=Id, nullable=True)
