"""Tables of certificates: the list of what may be certified, what was asked for, and each use of a community's seal.

None of them names a resident: who asked and what is certified stand in the posted form alone.
"""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Date, ForeignKey, Integer, String, Table, Text, UniqueConstraint

from workflows.store.tables import metadata
from workflows.store.types import Id, Moment

#: 证明事项清单: what a community may certify, and what it may not, with the reason.
certificate_item = Table(
    "certificate_item",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("name", String(400), nullable=False),
    Column("name_key", String(400), nullable=False, unique=True),  # without spaces and signs
    Column("permitted", Boolean, nullable=False),
    Column("reason_class", String(20), nullable=False, default=""),  # see certificate_items.REASONS
    Column("reason", Text, nullable=False, default=""),
    Column("go_to", String(400), nullable=False, default=""),
    Column("legal_basis", Text, nullable=False, default=""),
    Column("materials_needed", Text, nullable=False, default=""),
    Column("remarks", Text, nullable=False, default=""),
    Column("updated_at", Moment, nullable=False),
)

#: A certificate that was asked for, from the request to its number, refusal or cancellation.
certificate = Table(
    "certificate",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("instance_id", Id, nullable=False, unique=True),
    Column("community_id", Id, nullable=False, index=True),
    Column("community_name", String(200), nullable=False),
    Column("item_name", String(400), nullable=False),
    Column("finding", String(20), nullable=False),  # see certificate_items.FINDINGS
    Column("state", String(20), nullable=False, index=True),  # see certificates.STATES
    Column("number", String(100), unique=True),
    Column("check_code", String(20)),  # 查验码, printed beside the number
    Column("reason", Text, nullable=False, default=""),  # why it was refused
    Column("asked_on", Date, nullable=False),
    Column("closed_on", Date),
    Column("valid_until", Date),
    Column("cancelled_on", Date),
    Column("cancelled_by", String(100), nullable=False, default=""),
    Column("cancel_reason", Text, nullable=False, default=""),
    Column("updated_at", Moment, nullable=False),
)

#: 用印登记: which seal of a community was used, by whom, when, for what.
seal_use = Table(
    "seal_use",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("kind", String(20), nullable=False, default="certificate"),  # see seal_uses.KINDS
    Column("certificate_id", Id, ForeignKey("certificate.id")),  # none for the work seal
    Column("community_id", Id, nullable=False, index=True),
    Column("community_name", String(200), nullable=False),
    Column("seal", String(100), nullable=False, default=""),  # which one
    Column("used_on", Date, nullable=False),
    Column("used_by", String(100), nullable=False),
    Column("recorded_by", String(100), nullable=False, default=""),  # 代录
    Column("subject", String(400), nullable=False),
    Column("purpose", String(400), nullable=False, default=""),
    Column("document", String(400), nullable=False, default=""),  # what it was put on
    Column("approved_by", String(100), nullable=False, default=""),
    Column("copies", Integer, nullable=False, default=1),
    Column("at", Moment, nullable=False),
    UniqueConstraint("certificate_id", "at"),
)
