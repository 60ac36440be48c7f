"""User tasks: a read model written in the same transaction as the state."""

from __future__ import annotations

import sqlalchemy as sa

from workflows.store.tables.base import key, metadata, ref
from workflows.store.types import Json, Moment

task = sa.Table(
    "task",
    metadata,
    key(),
    ref("instance_id", "instance.id", cascade=True),
    sa.Column("key", sa.String(100), nullable=False),  # the engine's; a returned task has it again
    sa.Column("kind", sa.String(20), nullable=False),  # task | consultation
    ref("parent_id", "task.id", nullable=True),  # the task that asked, for a consultation
    sa.Column("element", sa.String(200), nullable=False),
    sa.Column("name", sa.String(300), nullable=False),
    sa.Column("process", sa.String(200), nullable=False),
    sa.Column("lane", sa.String(200)),
    sa.Column("form_key", sa.String(200)),
    sa.Column("form_id", sa.BigInteger),  # definition.id of the form's version
    sa.Column("properties", Json),
    sa.Column("state", sa.String(20), nullable=False),  # open | held | completed | cancelled
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("assignee", sa.String(100)),
    sa.Column("question", sa.Text),
    sa.Column("priority", sa.Integer, nullable=False, server_default="50"),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("due_at", Moment),
    sa.Column("follow_up_at", Moment),  # from then on it is to be taken up; a notice says so
    sa.Column("completed_at", Moment),
    sa.Column("completed_by", sa.String(100)),
    sa.Column("completed_by_name", sa.String(100)),
    sa.Column("decision", sa.String(50)),
    sa.Column("part", sa.BigInteger),  # instance_part it stands in, where its state is kept apart
    sa.Index("ix_task_instance_id_state", "instance_id", "state"),
    sa.Index("ix_task_assignee_state", "assignee", "state"),
    sa.Index("ix_task_state_due_at", "state", "due_at"),
    sa.Index("ix_task_completed_by_completed_at", "completed_by", "completed_at"),
)

task_candidate = sa.Table(
    "task_candidate",
    metadata,
    ref("task_id", "task.id", cascade=True, primary_key=True),
    sa.Column("kind", sa.String(10), primary_key=True),  # group | user | recorder (代录)
    sa.Column("value", sa.String(200), primary_key=True),
    sa.Index("ix_task_candidate_kind_value", "kind", "value"),
)

draft = sa.Table(
    "draft",
    metadata,
    key(),
    ref("task_id", "task.id", nullable=True, cascade=True),
    sa.Column("process_key", sa.String(200)),  # a draft of a start form
    ref("account_id", "account.id", cascade=True),
    sa.Column("posted", Json, nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.UniqueConstraint("account_id", "task_id", "process_key"),
)
