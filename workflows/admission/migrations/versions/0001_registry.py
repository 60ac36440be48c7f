"""The registry of matters and the catalogue, as they were: the tables of today stand in `workflows/admission/tables.py`.

Revision: admission_0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from workflows.store.types import Id, Json, Moment

revision = "admission_0001"
down_revision = None
branch_labels = ("admission",)
depends_on = "store_0001"


def upgrade() -> None:
    _matter()
    _matter_scope()
    _matter_version()
    _matter_receipt()
    _catalogue_edition()
    _catalogue_entry()
    _refresh_answer()


def _matter() -> None:
    op.create_table(
        "matter",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("name", sa.String(length=400), nullable=False),
        sa.Column("origin", sa.String(length=20), nullable=False),
        sa.Column("stage", sa.String(length=20), nullable=False),
        sa.Column("instance_id", Id, nullable=True),
        sa.Column("exit_instance_id", Id, nullable=True),
        sa.Column("applicant_unit_id", Id, nullable=True),
        sa.Column("applicant_unit_name", sa.String(length=200), nullable=False),
        sa.Column("unit_head", sa.String(length=100), nullable=False),
        sa.Column("contact_name", sa.String(length=100), nullable=False),
        sa.Column("contact_phone", sa.String(length=100), nullable=False),
        sa.Column("class_name", sa.String(length=200), nullable=False),
        sa.Column("duration_class", sa.String(length=20), nullable=False),
        sa.Column("by_community", sa.Boolean(), nullable=False),
        sa.Column("by_grid", sa.Boolean(), nullable=False),
        sa.Column("legal_basis", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("target_group", sa.Text(), nullable=False),
        sa.Column("authority", sa.Text(), nullable=False),
        sa.Column("period_start", sa.Date(), nullable=True),
        sa.Column("period_end", sa.Date(), nullable=True),
        sa.Column("scope_text", sa.Text(), nullable=False),
        sa.Column("funds_amount", sa.BigInteger(), nullable=True),
        sa.Column("funds_source", sa.String(length=400), nullable=False),
        sa.Column("staff_equipment", sa.Text(), nullable=False),
        sa.Column("opinions_heard", sa.Text(), nullable=False),
        sa.Column("remarks", sa.Text(), nullable=False),
        sa.Column("application_date", sa.Date(), nullable=True),
        sa.Column("application_number", sa.String(length=100), nullable=True),
        sa.Column("filing_number", sa.String(length=100), nullable=True),
        sa.Column("exit_number", sa.String(length=100), nullable=True),
        sa.Column("document_number", sa.String(length=200), nullable=True),
        sa.Column("received_on", sa.Date(), nullable=True),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column("filed_on", sa.Date(), nullable=True),
        sa.Column("decision_days", sa.Integer(), nullable=True),
        sa.Column("outcome", sa.String(length=20), nullable=True),
        sa.Column("conditions", sa.Text(), nullable=False),
        sa.Column("higher_approval", sa.String(length=400), nullable=False),
        sa.Column("approved_by", sa.String(length=200), nullable=False),
        sa.Column("exit_kind", sa.String(length=20), nullable=True),
        sa.Column("exit_reason", sa.Text(), nullable=False),
        sa.Column("exit_asked_on", sa.Date(), nullable=True),
        sa.Column("dispatch_number", sa.String(length=100), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("updated_at", Moment(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_matter")),
    )
    op.create_index(op.f("ix_matter_applicant_unit_id"), "matter", ["applicant_unit_id"], unique=False)
    op.create_index(op.f("ix_matter_application_number"), "matter", ["application_number"], unique=False)
    op.create_index(op.f("ix_matter_filing_number"), "matter", ["filing_number"], unique=False)
    op.create_index(op.f("ix_matter_instance_id"), "matter", ["instance_id"], unique=False)
    op.create_index("ix_matter_stage_end", "matter", ["stage", "period_end"], unique=False)


def _matter_scope() -> None:
    op.create_table(
        "matter_scope",
        sa.Column("matter_id", Id, nullable=False),
        sa.Column("unit_id", Id, nullable=False),
        sa.ForeignKeyConstraint(["matter_id"], ["matter.id"], name=op.f("fk_matter_scope_matter_id_matter")),
        sa.PrimaryKeyConstraint("matter_id", "unit_id", name=op.f("pk_matter_scope")),
    )
    op.create_index(op.f("ix_matter_scope_unit_id"), "matter_scope", ["unit_id"], unique=False)


def _matter_version() -> None:
    op.create_table(
        "matter_version",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("matter_id", Id, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("cause", sa.String(length=30), nullable=False),
        sa.Column("actor_id", Id, nullable=True),
        sa.Column("actor_name", sa.String(length=100), nullable=False),
        sa.Column("instance_id", Id, nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("snapshot", Json, nullable=False),
        sa.ForeignKeyConstraint(
            ["matter_id"], ["matter.id"], name=op.f("fk_matter_version_matter_id_matter")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_matter_version")),
        sa.UniqueConstraint("matter_id", "number", name=op.f("uq_matter_version_matter_id_number")),
    )
    op.create_index(op.f("ix_matter_version_matter_id"), "matter_version", ["matter_id"], unique=False)


def _matter_receipt() -> None:
    op.create_table(
        "matter_receipt",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("matter_id", Id, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("unit_id", Id, nullable=True),
        sa.Column("unit_name", sa.String(length=200), nullable=False),
        sa.Column("signed_by", sa.String(length=100), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=True),
        sa.Column("communities", Json, nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("instance_id", Id, nullable=True),
        sa.Column("at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["matter_id"], ["matter.id"], name=op.f("fk_matter_receipt_matter_id_matter")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_matter_receipt")),
        sa.UniqueConstraint(
            "matter_id", "kind", "unit_id", name=op.f("uq_matter_receipt_matter_id_kind_unit_id")
        ),
    )
    op.create_index(op.f("ix_matter_receipt_matter_id"), "matter_receipt", ["matter_id"], unique=False)
    op.create_index(op.f("ix_matter_receipt_unit_id"), "matter_receipt", ["unit_id"], unique=False)


def _catalogue_edition() -> None:
    op.create_table(
        "catalogue_edition",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("serial", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=400), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("origin", sa.String(length=20), nullable=False),
        sa.Column("document_number", sa.String(length=200), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("instance_id", Id, nullable=True),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("published_at", Moment(), nullable=True),
        sa.Column("published_by", sa.String(length=100), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_catalogue_edition")),
        sa.UniqueConstraint("year", "serial", name=op.f("uq_catalogue_edition_year_serial")),
    )


def _catalogue_entry() -> None:
    op.create_table(
        "catalogue_entry",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("edition_id", Id, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("class_name", sa.String(length=200), nullable=False),
        sa.Column("matter_id", Id, nullable=True),
        sa.Column("matter_name", sa.String(length=400), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("legal_basis", sa.Text(), nullable=False),
        sa.Column("applicant_unit_id", Id, nullable=True),
        sa.Column("applicant_unit_name", sa.String(length=200), nullable=False),
        sa.Column("duty", sa.Text(), nullable=False),
        sa.Column("flow", sa.Text(), nullable=False),
        sa.Column("by_community", sa.Boolean(), nullable=False),
        sa.Column("by_grid", sa.Boolean(), nullable=False),
        sa.Column("period_text", sa.String(length=200), nullable=False),
        sa.Column("funds_text", sa.String(length=400), nullable=False),
        sa.Column("filing_number", sa.String(length=100), nullable=False),
        sa.Column("change", sa.String(length=20), nullable=False),
        sa.Column("no_feedback", sa.Boolean(), nullable=False),
        sa.Column("remarks", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["edition_id"],
            ["catalogue_edition.id"],
            name=op.f("fk_catalogue_entry_edition_id_catalogue_edition"),
        ),
        sa.ForeignKeyConstraint(
            ["matter_id"], ["matter.id"], name=op.f("fk_catalogue_entry_matter_id_matter")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_catalogue_entry")),
        sa.UniqueConstraint("edition_id", "position", name=op.f("uq_catalogue_entry_edition_id_position")),
    )
    op.create_index(op.f("ix_catalogue_entry_edition_id"), "catalogue_entry", ["edition_id"], unique=False)
    op.create_index(op.f("ix_catalogue_entry_matter_id"), "catalogue_entry", ["matter_id"], unique=False)


def _refresh_answer() -> None:
    op.create_table(
        "refresh_answer",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("instance_id", Id, nullable=False),
        sa.Column("matter_id", Id, nullable=False),
        sa.Column("unit_id", Id, nullable=False),
        sa.Column("answer", sa.String(length=20), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("changes", Json, nullable=False),
        sa.Column("no_feedback", sa.Boolean(), nullable=False),
        sa.Column("answered_on", sa.Date(), nullable=True),
        sa.Column("answered_by", sa.String(length=100), nullable=False),
        sa.ForeignKeyConstraint(
            ["matter_id"], ["matter.id"], name=op.f("fk_refresh_answer_matter_id_matter")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refresh_answer")),
        sa.UniqueConstraint("instance_id", "matter_id", name=op.f("uq_refresh_answer_instance_id_matter_id")),
    )
    op.create_index(op.f("ix_refresh_answer_instance_id"), "refresh_answer", ["instance_id"], unique=False)
