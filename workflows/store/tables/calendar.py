"""The office's calendar of working days: its own days are in `calendar_day`; here years, and every change."""

from __future__ import annotations

import sqlalchemy as sa

from workflows.store.tables.base import key, metadata
from workflows.store.types import Id, Json, Moment

#: What the shipped notices said of a year when they were last looked at, and whether the office holds it for settled.
calendar_year = sa.Table(
    "calendar_year",
    metadata,
    sa.Column("year", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("announced", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("days", Json, nullable=False),  # {"2026-02-14": true}: exceptions, true is a working day
    sa.Column("source", sa.String(50), nullable=False, server_default=""),  # version that said so
    sa.Column("settled", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("settled_by_name", sa.String(100), nullable=False, server_default=""),
    sa.Column("settled_at", Moment),
)

#: One row a change; its job counts due times again, instance by instance, up to `last_instance`.
calendar_revision = sa.Table(
    "calendar_revision",
    metadata,
    key(),
    sa.Column("at", Moment, nullable=False),
    sa.Column("cause", sa.String(20), nullable=False),  # office | import | notice | settled | unsettled
    sa.Column("account_id", Id),
    sa.Column("by_name", sa.String(100), nullable=False),
    sa.Column("reason", sa.String(300), nullable=False, server_default=""),
    sa.Column("days", Json, nullable=False),  # [["2026-10-09", was worked, is worked]]
    sa.Column("state", sa.String(20), nullable=False),  # queued | running | done
    sa.Column("total", sa.Integer, nullable=False, server_default="0"),  # instances to be looked at
    sa.Column("seen", sa.Integer, nullable=False, server_default="0"),
    sa.Column("moved", sa.Integer, nullable=False, server_default="0"),  # due times
    sa.Column("failed", sa.Integer, nullable=False, server_default="0"),
    sa.Column("last_instance", Id, nullable=False, server_default="0"),
    sa.Column("finished_at", Moment),
    sa.Index("ix_calendar_revision_state", "state"),
)
