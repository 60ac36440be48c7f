"""Jobs of service tasks, incidents of single steps, reminders that were sent, tokens of machines.

Revision: store_0004
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from workflows.store.types import Id, Moment

revision = "store_0004"
down_revision = "store_0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _incident()
    _service_job()
    _task_reminder()
    _api_token()


def _incident() -> None:
    for column in (
        sa.Column("kind", sa.String(length=20), server_default="step", nullable=False),
        sa.Column("key", sa.String(length=100), nullable=True),
        sa.Column("process", sa.String(length=200), server_default="", nullable=False),
        sa.Column("name", sa.String(length=300), server_default="", nullable=False),
        sa.Column("element_type", sa.String(length=50), server_default="", nullable=False),
        sa.Column("message_en", sa.Text(), nullable=True),
        sa.Column("tries", sa.Integer(), server_default="1", nullable=False),
        sa.Column("resolution", sa.String(length=20), nullable=True),
        sa.Column("resolved_by", sa.String(length=100), nullable=True),
    ):
        op.add_column("incident", column)
    op.create_index("ix_incident_resolved_at", "incident", ["resolved_at"])
    # An instance no longer stops as a whole: what was stopped by a timer waits in the list, and can be tried again.
    op.execute("UPDATE incident SET kind = 'timer'")
    op.execute("UPDATE instance SET status = 'running', error = NULL WHERE status = 'incident'")


def _service_job() -> None:
    op.create_table(
        "service_job",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("instance_id", Id, nullable=False),
        sa.Column("key", sa.String(length=100), nullable=False),
        sa.Column("process", sa.String(length=200), nullable=False),
        sa.Column("element", sa.String(length=200), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("topic", sa.String(length=200), server_default="", nullable=False),
        sa.Column("priority", sa.Integer(), server_default="0", nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("due_at", Moment, nullable=False),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("retries", sa.Integer(), nullable=False),
        sa.Column("worker", sa.String(length=100), nullable=True),
        sa.Column("locked_until", Moment, nullable=True),
        sa.Column("message", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["instance.id"], name="fk_service_job_instance_id_instance", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_service_job"),
        sa.UniqueConstraint("instance_id", "key", name="uq_service_job_instance_id_key"),
    )
    op.create_index("ix_service_job_due_at", "service_job", ["due_at"])
    op.create_index("ix_service_job_kind_topic_priority", "service_job", ["kind", "topic", "priority"])


def _task_reminder() -> None:
    op.create_table(
        "task_reminder",
        sa.Column("task_id", Id, nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("due_at", Moment, nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.ForeignKeyConstraint(
            ["task_id"], ["task.id"], name="fk_task_reminder_task_id_task", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("task_id", "kind", name="pk_task_reminder"),
    )


def _api_token() -> None:
    op.create_table(
        "api_token",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("account_id", Id, nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("created_by", sa.String(length=100), nullable=False),
        sa.Column("expires_at", Moment, nullable=False),
        sa.Column("last_used_at", Moment, nullable=True),
        sa.Column("revoked_at", Moment, nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name="fk_api_token_account_id_account", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_api_token"),
        sa.UniqueConstraint("digest", name="uq_api_token_digest"),
    )
    op.create_index("ix_api_token_account_id", "api_token", ["account_id"])
