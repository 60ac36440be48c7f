"""Changes of admitted matters, and who follows what. A matter's own data and versions stand in `tables`."""

from __future__ import annotations

from sqlalchemy import Column, Date, ForeignKey, String, Table, Text

from workflows.store.tables import metadata
from workflows.store.types import Id, Json, Moment

#: 准入事项变更: what of a matter was asked to be otherwise, old beside new, and what came of it.
matter_change = Table(
    "matter_change",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("instance_id", Id, nullable=False, unique=True),
    Column("matter_id", Id, ForeignKey("matter.id"), nullable=False, index=True),
    Column("number", String(100)),  # 变更备案号
    Column("state", String(20), nullable=False),  # see changes.STATES
    Column(
        "old", Json, nullable=False
    ),  # field of changes.FIELDS -> words, as it stood when it was asked for
    Column("new", Json, nullable=False),  # the same fields, those that change
    Column("reason", Text, nullable=False, default=""),
    Column("asked_on", Date, nullable=False),
    Column("filed_on", Date),
    Column("effective_on", Date),
    Column("updated_at", Moment, nullable=False),
)

#: 关注: an account wants to hear when something changes of a matter, of a unit's matters, of what a community does.
following = Table(
    "following",
    metadata,
    Column("account_id", Id, ForeignKey("account.id", ondelete="CASCADE"), primary_key=True),
    Column("kind", String(20), primary_key=True),  # matter | unit | community
    Column("key", Id, primary_key=True, autoincrement=False),  # id of the matter or unit
    Column("at", Moment, nullable=False),
)
