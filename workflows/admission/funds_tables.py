"""The table of money; on the store's one `metadata`, as those of the registry (`tables`)."""

from __future__ import annotations

from sqlalchemy import Column, Date, ForeignKey, String, Table, Text

from workflows.admission.tables import Money, metadata
from workflows.store.types import Id, Moment

#: 经费: what was promised, arrived, was spent, one entry a row, earmarked for its matter. Nothing is ever changed in it:
#: what was wrong is taken back by an entry of a negative amount (红字冲销).
funds_entry = Table(
    "funds_entry",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("instance_id", Id, nullable=False, unique=True),
    Column("matter_id", Id, ForeignKey("matter.id"), nullable=False, index=True),
    Column("kind", String(20), nullable=False),  # see funds.KINDS
    Column("place_id", Id, index=True),  # the community or subdistrict; none: the whole matter
    Column("place_name", String(200), nullable=False, default=""),
    Column("amount", Money, nullable=False),
    Column("on_date", Date, nullable=False),  # promised: until when it is to arrive
    Column("purpose", Text, nullable=False, default=""),
    Column("document", String(200), nullable=False, default=""),
    Column("unit_name", String(200), nullable=False, default=""),  # who entered it
    Column("entered_by", String(100), nullable=False, default=""),
    Column("at", Moment, nullable=False),
)
