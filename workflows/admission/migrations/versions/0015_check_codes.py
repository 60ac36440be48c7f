"""A check code on each certificate; those that were issued before are given theirs, printed when they are printed again.

Revision: admission_0015
"""

from __future__ import annotations

import secrets

import sqlalchemy as sa
from alembic import op

revision = "admission_0015"
down_revision = "admission_0014"
branch_labels = None
depends_on = None

_SIGNS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


def upgrade() -> None:
    op.add_column("certificate", sa.Column("check_code", sa.String(length=20), nullable=True))
    table = sa.table("certificate", sa.column("id"), sa.column("number"), sa.column("check_code"))
    db = op.get_bind()
    for key in db.execute(sa.select(table.c.id).where(table.c.number.is_not(None))).scalars().all():
        code = "".join(secrets.choice(_SIGNS) for _ in range(10))
        db.execute(sa.update(table).where(table.c.id == key).values(check_code=f"{code[:5]}-{code[5:]}"))
