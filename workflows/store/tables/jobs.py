"""What wakes an instance: timers, waits for messages, jobs; and the workers that are alive."""

from __future__ import annotations

import sqlalchemy as sa

from workflows.store.tables.base import key, metadata, ref
from workflows.store.types import Json, Moment

timer = sa.Table(
    "timer",
    metadata,
    key(),
    ref("instance_id", "instance.id", cascade=True, index=True),
    sa.Column("key", sa.String(100), nullable=False),
    sa.Column("element", sa.String(200), nullable=False),
    sa.Column("due_at", Moment, nullable=False, index=True),
    sa.Column("tries", sa.Integer, nullable=False, server_default="0"),
)

start_timer = sa.Table(
    "start_timer",
    metadata,
    sa.Column("process_key", sa.String(200), primary_key=True),
    sa.Column("element", sa.String(200), primary_key=True),
    sa.Column("kind", sa.String(20), nullable=False),
    sa.Column("text", sa.String(500), nullable=False),
    sa.Column("due_at", Moment, nullable=False, index=True),
    sa.Column("tries", sa.Integer, nullable=False, server_default="0"),
)

wait = sa.Table(
    "wait",
    metadata,
    key(),
    ref("instance_id", "instance.id", cascade=True, index=True),
    sa.Column("key", sa.String(100), nullable=False),
    sa.Column("element", sa.String(200), nullable=False),
    sa.Column("name", sa.String(300), nullable=False),
    sa.Column("type", sa.String(20), nullable=False),
    sa.Column("message", sa.String(200)),
    sa.Column("properties", Json),
    sa.Index("ix_wait_type_message", "type", "message"),
)

worker_heartbeat = sa.Table(
    "worker_heartbeat",
    metadata,
    sa.Column("worker_id", sa.String(100), primary_key=True),
    sa.Column("started_at", Moment, nullable=False),
    sa.Column("at", Moment, nullable=False),
)

service_job = sa.Table(
    "service_job",
    metadata,
    key(),
    ref("instance_id", "instance.id", cascade=True),
    sa.Column("key", sa.String(100), nullable=False),  # the engine's, of the token that waits
    sa.Column("process", sa.String(200), nullable=False),
    sa.Column("element", sa.String(200), nullable=False),
    sa.Column("name", sa.String(300), nullable=False),
    sa.Column(
        "kind", sa.String(20), nullable=False
    ),  # step (run here) | remote (called from here) | external
    sa.Column("topic", sa.String(200), nullable=False, server_default=""),  # the service, or the topic
    sa.Column("priority", sa.Integer, nullable=False, server_default="0"),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("due_at", Moment, nullable=False, index=True),
    sa.Column("tries", sa.Integer, nullable=False, server_default="0"),  # failed ones
    sa.Column("retries", sa.Integer, nullable=False),  # left; 0: an incident says so
    sa.Column("worker", sa.String(100)),
    sa.Column("locked_until", Moment),
    sa.Column("message", sa.Text),
    sa.UniqueConstraint("instance_id", "key"),
    sa.Index("ix_service_job_kind_topic_priority", "kind", "topic", "priority"),
)

task_reminder = sa.Table(
    "task_reminder",
    metadata,
    ref("task_id", "task.id", cascade=True, primary_key=True),
    sa.Column("kind", sa.String(10), primary_key=True),  # ahead | due | follow
    sa.Column("due_at", Moment, nullable=False),  # the due time it was sent for
    sa.Column("at", Moment, nullable=False),
)
