"""Tables of the registry of matters and of the catalogue.

They hang on the store's one `metadata`, so that migrations and both databases see them. A matter
row exists from receipt on; what it *is* on a day (in force, over, leaving) is computed from its stage
and its period, see `states.py`, because the registry must be right on every day without a nightly job.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    Numeric,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from workflows.store.tables import metadata

#: One row a matter: an admitted piece of work, or the application for one (stage `pending`).
#: Units keep the name they had, because old documents keep old names after a reform.
matter = Table(
    "matter",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(400), nullable=False),
    Column("origin", String(20), nullable=False),  # apply | emergency | confidential | backlog | catalogue
    Column(
        "stage", String(20), nullable=False
    ),  # pending | filed | leaving | ended | refused | withdrawn | void
    Column("instance_id", Integer, index=True),  # the admission's process instance; none for 存量补录
    Column("exit_instance_id", Integer),
    Column("applicant_unit_id", Integer, index=True),
    Column("applicant_unit_name", String(200), nullable=False, default=""),
    Column("unit_head", String(100), nullable=False, default=""),
    Column("contact_name", String(100), nullable=False, default=""),
    Column("contact_phone", String(100), nullable=False, default=""),
    Column("class_name", String(200), nullable=False, default=""),  # 事项类别 of the catalogue
    Column("duration_class", String(20), nullable=False, default=""),
    Column("by_community", Boolean, nullable=False, default=False),
    Column("by_grid", Boolean, nullable=False, default=False),
    Column("legal_basis", Text, nullable=False, default=""),
    Column("reason", Text, nullable=False, default=""),
    Column("content", Text, nullable=False, default=""),
    Column("target_group", Text, nullable=False, default=""),
    Column("authority", Text, nullable=False, default=""),
    Column("period_start", Date),
    Column("period_end", Date),  # empty: open
    Column("scope_text", Text, nullable=False, default=""),
    Column("funds_amount", Numeric(16, 2)),  # yuan
    Column("funds_source", String(400), nullable=False, default=""),
    Column("staff_equipment", Text, nullable=False, default=""),
    Column("opinions_heard", Text, nullable=False, default=""),
    Column("remarks", Text, nullable=False, default=""),
    Column("application_date", Date),
    Column("application_number", String(100), index=True),  # 受理编号
    Column("filing_number", String(100), index=True),  # 准入备案号
    Column("exit_number", String(100)),  # 退出备案号
    Column("document_number", String(200)),  # 发文字号
    Column("received_on", Date),
    Column("decided_on", Date),
    Column("filed_on", Date),
    Column("decision_days", Integer),  # working days from receipt to decision
    Column("outcome", String(20)),  # admitted | conditional | refused | withdrawn
    Column("conditions", Text, nullable=False, default=""),
    Column("approved_by", String(200), nullable=False, default=""),
    Column("exit_kind", String(20)),  # expired | done | basis_gone | evaluation | violation | other
    Column("exit_reason", Text, nullable=False, default=""),
    Column("exit_asked_on", Date),
    Column("ended_on", Date),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("updated_at", DateTime(timezone=True), nullable=False),
    Column("version", Integer, nullable=False, default=1),
)
Index("ix_matter_stage_end", matter.c.stage, matter.c.period_end)

#: Where a matter enters: subdistricts and communities as the application names them.
matter_scope = Table(
    "matter_scope",
    metadata,
    Column("matter_id", ForeignKey("matter.id"), primary_key=True),
    Column("unit_id", Integer, primary_key=True, index=True),
)

#: Each state a matter has been in, whole, so that a matter's life and an old document can be shown.
matter_version = Table(
    "matter_version",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("matter_id", ForeignKey("matter.id"), nullable=False, index=True),
    Column("number", Integer, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("cause", String(30), nullable=False),  # see registry.CAUSES
    Column("actor_id", Integer),
    Column("actor_name", String(100), nullable=False, default=""),
    Column("instance_id", Integer),
    Column("note", Text, nullable=False, default=""),
    Column("snapshot", JSON, nullable=False),
    UniqueConstraint("matter_id", "number"),
)

#: 签收 by a subdistrict section, dispatch by the grid centre, an answer for communities at an exit.
matter_receipt = Table(
    "matter_receipt",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("matter_id", ForeignKey("matter.id"), nullable=False, index=True),
    Column("kind", String(20), nullable=False),  # hand_over | dispatch | exit_notice
    Column("unit_id", Integer, index=True),
    Column("unit_name", String(200), nullable=False, default=""),
    Column("signed_by", String(100), nullable=False, default=""),
    Column("signed_on", Date),
    Column("communities", JSON, nullable=False, default=list),  # unit ids the subdistrict answers for
    Column("note", Text, nullable=False, default=""),
    Column("instance_id", Integer),
    UniqueConstraint("matter_id", "kind", "unit_id"),
)

#: Yearly sequences of 受理编号, 准入备案号, 退出备案号: every number ever given, 作废 ones too.
matter_number = Table(
    "matter_number",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", String(20), nullable=False),  # application | filing | exit
    Column("year", Integer, nullable=False),
    Column("serial", Integer, nullable=False),
    Column("text", String(100), nullable=False),
    Column("matter_id", Integer),
    Column("instance_id", Integer),
    Column("key", String(200), unique=True),  # idempotency key of the service call that asked
    Column("given_at", DateTime(timezone=True), nullable=False),
    Column("voided_at", DateTime(timezone=True)),
    Column("void_reason", Text, nullable=False, default=""),
    UniqueConstraint("kind", "year", "serial"),
)

#: An edition of 《社区组织依法协助政府工作事务指导目录》. Published, it is never written again.
catalogue_edition = Table(
    "catalogue_edition",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("year", Integer, nullable=False),
    Column("serial", Integer, nullable=False, default=1),  # 2nd edition of one year: 2
    Column("title", String(400), nullable=False),
    Column("status", String(20), nullable=False),  # draft | published
    Column("origin", String(20), nullable=False),  # refresh | import
    Column("document_number", String(200), nullable=False, default=""),
    Column("note", Text, nullable=False, default=""),
    Column("instance_id", Integer),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("published_at", DateTime(timezone=True)),
    Column("published_by", String(100), nullable=False, default=""),
    Column("content_hash", String(64), nullable=False, default=""),
    UniqueConstraint("year", "serial"),
)

catalogue_entry = Table(
    "catalogue_entry",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("edition_id", ForeignKey("catalogue_edition.id"), nullable=False, index=True),
    Column("position", Integer, nullable=False),
    Column("class_name", String(200), nullable=False, default=""),
    Column("matter_id", ForeignKey("matter.id"), index=True),
    Column("matter_name", String(400), nullable=False),
    Column("content", Text, nullable=False, default=""),
    Column("legal_basis", Text, nullable=False, default=""),
    Column("applicant_unit_id", Integer),
    Column("applicant_unit_name", String(200), nullable=False, default=""),
    Column("duty", Text, nullable=False, default=""),  # 社区协助职责范围
    Column("flow", Text, nullable=False, default=""),  # 运行流程
    Column("by_community", Boolean, nullable=False, default=False),
    Column("by_grid", Boolean, nullable=False, default=False),
    Column("period_text", String(200), nullable=False, default=""),
    Column("funds_text", String(400), nullable=False, default=""),
    Column("filing_number", String(100), nullable=False, default=""),
    Column("change", String(20), nullable=False, default="kept"),  # kept | changed | added
    Column("no_feedback", Boolean, nullable=False, default=False),  # 未反馈: silence was read as continue
    Column("remarks", Text, nullable=False, default=""),
    UniqueConstraint("edition_id", "position"),
)

#: What a unit answered for one of its matters in a yearly refresh.
refresh_answer = Table(
    "refresh_answer",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("instance_id", Integer, nullable=False, index=True),
    Column("matter_id", ForeignKey("matter.id"), nullable=False),
    Column("unit_id", Integer, nullable=False),
    Column("answer", String(20)),  # continue | change | end; none: not answered yet
    Column("note", Text, nullable=False, default=""),
    Column("changes", JSON, nullable=False, default=dict),
    Column("no_feedback", Boolean, nullable=False, default=False),
    Column("answered_on", Date),
    Column("answered_by", String(100), nullable=False, default=""),
    UniqueConstraint("instance_id", "matter_id"),
)
