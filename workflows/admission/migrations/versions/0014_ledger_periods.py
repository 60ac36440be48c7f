"""Permitted ledgers are filled in by periods: the period of each row, and when a community filled one in first.

Revision: admission_0014
"""

from __future__ import annotations

import hashlib
from datetime import date

import sqlalchemy as sa
from alembic import op

from workflows.store.types import Id, Json, Moment

revision = "admission_0014"
down_revision = "admission_0013"
branch_labels = None
depends_on = None

matter = sa.table("matter", sa.column("id", Id), sa.column("details", Json))
row = sa.table(
    "ledger_row",
    sa.column("id", Id),
    sa.column("matter_id", Id),
    sa.column("unit_id", Id),
    sa.column("period", sa.String),
    sa.column("identity", sa.String),
    sa.column("removed", sa.Boolean),
    sa.column("updated_at", Moment),
    sa.column("updated_by", sa.String),
)


def upgrade() -> None:
    op.add_column("ledger_row", sa.Column("period", sa.String(length=12), nullable=False, server_default=""))
    op.create_table(
        "ledger_return",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("matter_id", Id, nullable=False),
        sa.Column("unit_id", Id, nullable=False),
        sa.Column("period", sa.String(length=12), nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("by_name", sa.String(length=100), nullable=False),
        sa.Column("nil", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["matter_id"], ["matter.id"], name=op.f("fk_ledger_return_matter_id_matter")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_return")),
        sa.UniqueConstraint(
            "matter_id", "unit_id", "period", name=op.f("uq_ledger_return_matter_id_unit_id_period")
        ),
    )
    op.create_index(op.f("ix_ledger_return_unit_id"), "ledger_return", ["unit_id"])
    _place_rows()


def _place_rows() -> None:
    """Rows that stand are of the period in which they were last changed."""
    db = op.get_bind()
    often = {each.id: (each.details or {}).get("frequency") for each in db.execute(sa.select(matter))}
    returned: dict[tuple[int, int, str], tuple[object, str]] = {}
    for each in db.execute(sa.select(row).order_by(row.c.updated_at)).all():
        period = _key(often.get(each.matter_id), each.updated_at.date())
        if period:
            mark = hashlib.sha256(f"{period} {each.identity}".encode()).hexdigest()
            db.execute(sa.update(row).where(row.c.id == each.id).values(period=period, identity=mark))
        if not each.removed:
            returned.setdefault((each.matter_id, each.unit_id, period), (each.updated_at, each.updated_by))
    table = sa.table(
        "ledger_return",
        *(sa.column(name) for name in ("matter_id", "unit_id", "period", "by_name", "nil")),
        sa.column("at", Moment),
    )
    for (matter_id, unit_id, period), (at, by) in returned.items():
        key = {"matter_id": matter_id, "unit_id": unit_id, "period": period}
        db.execute(sa.insert(table).values(**key, at=at, by_name=by, nil=False))


def _key(frequency: str | None, day: date) -> str:
    year, week, _weekday = day.isocalendar()
    return {
        "daily": day.isoformat(),
        "weekly": f"{year}-W{week:02}",
        "monthly": f"{day.year}-{day.month:02}",
        "quarterly": f"{day.year}-Q{(day.month + 2) // 3}",
        "yearly": str(day.year),
    }.get(frequency or "", "")
