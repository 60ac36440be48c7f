"""Evaluation: who rates, what is rated, the answers, what came of them.

Revision: admission_0008
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from workflows.store.types import Id

revision = "admission_0008"
down_revision = "admission_0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "evaluation",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("instance_id", Id, nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("answer_by", sa.Date(), nullable=False),
        sa.Column("number", sa.String(length=100), nullable=True),
        sa.Column("published_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evaluation")),
        sa.UniqueConstraint("instance_id", name=op.f("uq_evaluation_instance_id")),
    )
    op.create_index(op.f("ix_evaluation_year"), "evaluation", ["year"])
    _matters()
    _raters()
    _scores()


def _matters() -> None:
    table = "evaluation_matter"
    op.create_table(
        table,
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("evaluation_id", Id, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("matter_id", Id, nullable=False),
        sa.Column("name", sa.String(length=400), nullable=False),
        sa.Column("filing_number", sa.String(length=100), nullable=False),
        sa.Column("unit_id", Id, nullable=True),
        sa.Column("unit_name", sa.String(length=200), nullable=False),
        sa.Column("answers", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Float(), nullable=True) for name in ("usefulness", "effect", "funds")),
        *(sa.Column(name, sa.Float(), nullable=True) for name in ("acceptance", "score")),
        sa.Column("grade", sa.String(length=40), nullable=False),
        sa.Column("proposal", sa.String(length=20), nullable=False),
        sa.Column("treatment", sa.String(length=20), nullable=True),
        sa.Column("treatment_note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["evaluation_id"], ["evaluation.id"], name=op.f("fk_evaluation_matter_evaluation_id_evaluation")
        ),
        sa.ForeignKeyConstraint(
            ["matter_id"], ["matter.id"], name=op.f("fk_evaluation_matter_matter_id_matter")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evaluation_matter")),
        sa.UniqueConstraint(
            "evaluation_id", "position", name=op.f("uq_evaluation_matter_evaluation_id_position")
        ),
    )
    for column in ("matter_id", "unit_id"):
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column])


def _raters() -> None:
    table = "evaluation_rater"
    op.create_table(
        table,
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("evaluation_id", Id, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("unit_id", Id, nullable=False),
        sa.Column("unit_name", sa.String(length=200), nullable=False),
        sa.Column("street_id", Id, nullable=True),
        sa.Column("weight", sa.Float(), nullable=False),
        sa.Column("submission_id", Id, nullable=True),
        sa.Column("people", sa.Integer(), nullable=True),
        sa.Column("answered_on", sa.Date(), nullable=True),
        sa.Column("answered_by", sa.String(length=100), nullable=False),
        sa.ForeignKeyConstraint(
            ["evaluation_id"], ["evaluation.id"], name=op.f("fk_evaluation_rater_evaluation_id_evaluation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evaluation_rater")),
        sa.UniqueConstraint(
            "evaluation_id", "kind", "unit_id", name=op.f("uq_evaluation_rater_evaluation_id_kind_unit_id")
        ),
    )
    for column in ("unit_id", "street_id"):
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column])


def _scores() -> None:
    op.create_table(
        "evaluation_score",
        sa.Column("rater_id", Id, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("evaluation_id", Id, nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=True) for name in ("usefulness", "effect", "funds")),
        sa.Column("acceptance", sa.Integer(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["rater_id"],
            ["evaluation_rater.id"],
            name=op.f("fk_evaluation_score_rater_id_evaluation_rater"),
        ),
        sa.PrimaryKeyConstraint("rater_id", "position", name=op.f("pk_evaluation_score")),
    )
    op.create_index("ix_evaluation_score_matter", "evaluation_score", ["evaluation_id", "position"])
