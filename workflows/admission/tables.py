"""Tables of the registry of matters and of the catalogue.

They hang on the store's one `metadata`, so that migrations and both databases see them. A matter
row exists from receipt on; what it *is* on a day (in force, over, leaving) is computed from its stage
and its period, see `states.py`, because the registry must be right on every day without a nightly job.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)

from workflows.store.tables import metadata
from workflows.store.types import Id, Json, Moment


class Money(TypeDecorator[Decimal]):
    """Yuan as Decimal with two places, stored as whole fen, so that both databases keep it exactly."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        return None if value is None else int((Decimal(value) * 100).to_integral_value())

    def process_result_value(self, value: Any | None, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value).scaleb(-2)


#: One row a matter: an admitted piece of work, or the application for one (stage `pending`).
#: Units keep the name they had, because old documents keep old names after a reform.
matter = Table(
    "matter",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("kind", String(20), nullable=False, default="matter", index=True),  # see kinds.KINDS
    Column("name", String(400), nullable=False),
    Column("origin", String(20), nullable=False),  # apply | emergency | confidential | backlog | catalogue
    Column("stage", String(20), nullable=False),  # see states.STAGES
    Column("instance_id", Id, index=True),  # the admission's process instance; none for 存量补录
    Column("exit_instance_id", Id, index=True),
    Column("applicant_unit_id", Id, index=True),
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
    Column("funds_amount", Money),  # yuan
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
    Column("decision_limit", Integer),  # working days there were for it
    Column("outcome", String(20)),  # admitted | conditional | refused | withdrawn
    Column("conditions", Text, nullable=False, default=""),
    Column("higher_approval", String(400), nullable=False, default=""),  # 机关 文号 日期
    Column("approved_by", String(200), nullable=False, default=""),
    Column("exit_raised_by", String(20)),  # see states.RAISED_BY
    Column("exit_kind", String(20)),  # expired | done | basis_gone | evaluation | violation | other
    Column("exit_reason", Text, nullable=False, default=""),
    Column("exit_asked_on", Date),
    Column("dispatch_number", String(100), nullable=False, default=""),  # 网格平台单号
    Column("ended_on", Date),
    Column("details", Json),  # what only the form of its kind asks for
    Column("created_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
    Column("version", Integer, nullable=False, default=1),
)
Index("ix_matter_stage_end", matter.c.stage, matter.c.period_end)

#: Where a matter enters: subdistricts and communities as the application names them.
matter_scope = Table(
    "matter_scope",
    metadata,
    Column("matter_id", Id, ForeignKey("matter.id"), primary_key=True),
    Column("unit_id", Id, primary_key=True, index=True),
)

#: Each state a matter has been in, whole, so that a matter's life and an old document can be shown.
matter_version = Table(
    "matter_version",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("matter_id", Id, ForeignKey("matter.id"), nullable=False, index=True),
    Column("number", Integer, nullable=False),
    Column("at", Moment, nullable=False),
    Column("cause", String(30), nullable=False),  # see registry.CAUSES
    Column("actor_id", Id),
    Column("actor_name", String(100), nullable=False, default=""),
    Column("instance_id", Id),
    Column("note", Text, nullable=False, default=""),
    Column("snapshot", Json, nullable=False),
    UniqueConstraint("matter_id", "number"),
)

#: 签收 by a subdistrict section, dispatch by the grid centre, an answer for communities at an exit.
matter_receipt = Table(
    "matter_receipt",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("matter_id", Id, ForeignKey("matter.id"), nullable=False, index=True),
    Column("kind", String(20), nullable=False),  # hand_over | dispatch | exit_notice
    Column("unit_id", Id, index=True),
    Column("unit_name", String(200), nullable=False, default=""),
    Column("signed_by", String(100), nullable=False, default=""),
    Column("signed_on", Date),
    Column("communities", Json, nullable=False, default=list),  # unit ids the subdistrict answers for
    Column("note", Text, nullable=False, default=""),
    Column("instance_id", Id),
    Column("at", Moment, nullable=False),
    UniqueConstraint("matter_id", "kind", "unit_id"),
)

#: What a unit answered before the period of one of its matters was over; each period is asked about once.
expiry_answer = Table(
    "expiry_answer",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("instance_id", Id, nullable=False, index=True),
    Column("matter_id", Id, ForeignKey("matter.id"), nullable=False),
    Column("unit_id", Id, nullable=False),
    Column("period_end", Date, nullable=False),
    Column("answer", String(20)),  # extend | end; none: not answered
    Column("new_end", Date),
    Column("note", Text, nullable=False, default=""),
    Column("no_feedback", Boolean, nullable=False, default=False),
    Column("answered_on", Date),
    Column("ruling", String(20)),  # adopt | keep
    Column("ruling_note", Text, nullable=False, default=""),
    UniqueConstraint("matter_id", "period_end"),
)

#: What a community does about a matter that ends: answered by its subdistrict, or by itself where it signs in.
exit_answer = Table(
    "exit_answer",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("instance_id", Id, nullable=False),
    Column("matter_id", Id, ForeignKey("matter.id"), nullable=False, index=True),
    Column("street_id", Id, nullable=False),
    Column("street_name", String(200), nullable=False, default=""),
    Column("community_id", Id, nullable=False, index=True),
    Column("community_name", String(200), nullable=False, default=""),
    Column("answer", String(20)),  # see exit_answers.ANSWERS; none: not answered yet
    Column("stopped_on", Date),  # of `unstopped`: when it is to stop
    Column("answered_by", String(100), nullable=False, default=""),
    Column("via", String(20), nullable=False, default=""),  # street | community
    Column("answered_on", Date),
    Column("note", Text, nullable=False, default=""),
    UniqueConstraint("instance_id", "community_id"),
)

#: An edition of 《社区组织依法协助政府工作事务指导目录》. Published, it is never written again.
catalogue_edition = Table(
    "catalogue_edition",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("year", Integer, nullable=False),
    Column("serial", Integer, nullable=False, default=1),  # 2nd edition of one year: 2
    Column("title", String(400), nullable=False),
    Column("status", String(20), nullable=False),  # draft | published
    Column("origin", String(20), nullable=False),  # refresh | import
    Column("document_number", String(200), nullable=False, default=""),
    Column("note", Text, nullable=False, default=""),
    Column("instance_id", Id),
    Column("created_at", Moment, nullable=False),
    Column("published_at", Moment),
    Column("published_by", String(100), nullable=False, default=""),
    Column("content_hash", String(64), nullable=False, default=""),
    UniqueConstraint("year", "serial"),
)

catalogue_entry = Table(
    "catalogue_entry",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("edition_id", Id, ForeignKey("catalogue_edition.id"), nullable=False, index=True),
    Column("position", Integer, nullable=False),
    Column("class_name", String(200), nullable=False, default=""),
    Column("matter_id", Id, ForeignKey("matter.id"), index=True),
    Column("matter_name", String(400), nullable=False),
    Column("content", Text, nullable=False, default=""),
    Column("legal_basis", Text, nullable=False, default=""),
    Column("applicant_unit_id", Id),
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
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("instance_id", Id, nullable=False, index=True),
    Column("matter_id", Id, ForeignKey("matter.id"), nullable=False),
    Column("unit_id", Id, nullable=False),
    Column("answer", String(20)),  # continue | change | end; none: not answered yet
    Column("note", Text, nullable=False, default=""),
    Column("changes", Json, nullable=False, default=dict),  # column of the matter -> new value
    Column("no_feedback", Boolean, nullable=False, default=False),
    Column("answered_on", Date),
    Column("answered_by", String(100), nullable=False, default=""),
    Column("ruling", String(20)),  # adopt | keep: what the bureau makes of it; none: as answered
    Column("ruling_note", Text, nullable=False, default=""),
    UniqueConstraint("instance_id", "matter_id"),
)

#: 监督反馈: work handed down without admission was reported. Who reported it stands in the posted form alone.
supervision = Table(
    "supervision",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("instance_id", Id, nullable=False, unique=True),
    Column("number", String(100)),  # 受理编号
    Column("source", String(20), nullable=False, default=""),  # community | hotline | other
    Column("matter_id", Id, ForeignKey("matter.id"), index=True),  # what the registry knows under the name
    Column("matter_name", String(400), nullable=False),
    Column("unit_id", Id, index=True),  # who handed it down
    Column("unit_name", String(200), nullable=False, default=""),
    Column("problems", Json, nullable=False, default=list),
    Column("finding", String(20), nullable=False),  # see verdicts.FINDINGS
    Column("verdict", Text, nullable=False, default=""),
    Column("state", String(20), nullable=False, index=True),  # see supervisions.STATES
    Column("reported_on", Date, nullable=False),
    Column("correct_by", Date),
    Column("corrected_on", Date),
    Column("overdue", Boolean, nullable=False, default=False),
    Column("notice_number", String(100)),  # 通报文号
    Column("transferred_on", Date),
    Column("closed_on", Date),
    Column("updated_at", Moment, nullable=False),
)

#: A row of a permitted ledger as it stands: filled in once by a community, read by every department.
ledger_row = Table(
    "ledger_row",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("matter_id", Id, ForeignKey("matter.id"), nullable=False),
    Column("unit_id", Id, nullable=False),  # the community
    Column("period", String(12), nullable=False, default=""),  # key of a `ledger_periods.Period`
    Column("identity", String(64), nullable=False),  # digest of period and what makes two rows the same
    Column("values", Json, nullable=False),
    Column("text", Text, nullable=False, default=""),  # the values as words, for the search
    Column("removed", Boolean, nullable=False, default=False),
    Column("version", Integer, nullable=False, default=1),
    Column("updated_at", Moment, nullable=False),
    Column("updated_by", String(100), nullable=False, default=""),
    UniqueConstraint("matter_id", "unit_id", "identity"),
)

#: A community has filled in a period of a ledger: when first, and whether it had nothing to report.
ledger_return = Table(
    "ledger_return",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("matter_id", Id, ForeignKey("matter.id"), nullable=False),
    Column("unit_id", Id, nullable=False, index=True),
    Column("period", String(12), nullable=False, default=""),
    Column("at", Moment, nullable=False),
    Column("by_name", String(100), nullable=False, default=""),
    Column("nil", Boolean, nullable=False, default=False),
    UniqueConstraint("matter_id", "unit_id", "period"),
)

#: Each state a row of a ledger has been in.
ledger_row_version = Table(
    "ledger_row_version",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("row_id", Id, ForeignKey("ledger_row.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("at", Moment, nullable=False),
    Column("act", String(20), nullable=False),  # see filled.ACTS
    Column("actor_name", String(100), nullable=False, default=""),
    Column("values", Json, nullable=False),
    UniqueConstraint("row_id", "number"),
)
