"""Process instances and what belongs to one: state, parties, submissions, opinions, history."""

from __future__ import annotations

import sqlalchemy as sa

from workflows.store.tables.base import key, metadata, ref
from workflows.store.types import Id, Json, Moment

instance = sa.Table(
    "instance",
    metadata,
    key(),
    sa.Column("process_key", sa.String(200), nullable=False),
    sa.Column("process_name", sa.String(300), nullable=False),
    ref("bundle_id", "bundle.id"),
    sa.Column("business_key", sa.String(200), index=True),
    sa.Column("title", sa.String(500), nullable=False),
    sa.Column("status", sa.String(20), nullable=False),  # running | completed | cancelled | incident
    sa.Column("outcome", sa.String(200)),
    sa.Column("error", sa.Text),
    sa.Column("initiator", sa.String(100), nullable=False),
    sa.Column("initiator_name", sa.String(100), nullable=False),
    ref("initiator_account", "account.id", nullable=True),
    ref("initiator_unit_id", "unit.id", nullable=True),
    sa.Column("initiator_unit_name", sa.String(200), nullable=False, server_default=""),
    ref("entered_for", "unit.id", nullable=True),
    sa.Column("started_at", Moment, nullable=False),
    sa.Column("ended_at", Moment),
    sa.Index("ix_instance_initiator_started_at", "initiator", "started_at"),
    sa.Index("ix_instance_process_key_status", "process_key", "status"),
)

instance_state = sa.Table(
    "instance_state",
    metadata,
    ref("instance_id", "instance.id", cascade=True, primary_key=True),
    sa.Column("state", sa.LargeBinary, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
)

instance_part = sa.Table(
    "instance_part",
    metadata,
    ref("instance_id", "instance.id", cascade=True, primary_key=True),
    # number of the multi-instance child that is kept apart from the rest of the state
    sa.Column("part", Id, primary_key=True, autoincrement=False),
    sa.Column("state", sa.LargeBinary, nullable=False),
)

instance_party = sa.Table(
    "instance_party",
    metadata,
    ref("instance_id", "instance.id", cascade=True, primary_key=True),
    sa.Column("kind", sa.String(10), primary_key=True),  # account (username) | unit (id) | group
    sa.Column("value", sa.String(200), primary_key=True),
    sa.Index("ix_instance_party_kind_value", "kind", "value"),
)

submission = sa.Table(
    "submission",
    metadata,
    key(),
    ref("instance_id", "instance.id", cascade=True),
    ref("task_id", "task.id", nullable=True),
    sa.Column("form_key", sa.String(200), nullable=False),
    sa.Column("form_id", Id),  # definition.id: the version it was posted with
    sa.Column("values", Json, nullable=False),
    sa.Column("actor", sa.String(100), nullable=False),
    sa.Column("actor_name", sa.String(100), nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.Index("ix_submission_instance_id_form_key", "instance_id", "form_key"),
)

opinion = sa.Table(
    "opinion",
    metadata,
    key(),
    ref("instance_id", "instance.id", cascade=True, index=True),
    ref("task_id", "task.id", nullable=True),
    sa.Column("element", sa.String(200), nullable=False),
    sa.Column("task_name", sa.String(300), nullable=False),
    sa.Column("box", sa.String(100), nullable=False),
    sa.Column("decision", sa.String(50)),
    sa.Column("decision_label", sa.String(200)),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("signer", sa.String(100), nullable=False),
    sa.Column("unit_id", Id),
    sa.Column("unit_name", sa.String(200), nullable=False),
    sa.Column("decided_on", Moment, nullable=False),
    sa.Column("recorded_by", sa.String(100)),  # 代录: name of the clerk who entered it
    sa.Column("scan", Json),  # attachment ids
    sa.Column("at", Moment, nullable=False),
    sa.Column("undone_at", Moment),  # the task was opened again by a return
)

copy = sa.Table(
    "copy",
    metadata,
    ref("instance_id", "instance.id", cascade=True, primary_key=True),
    ref("account_id", "account.id", cascade=True, primary_key=True, index=True),
    sa.Column("by_name", sa.String(100), nullable=False),
    sa.Column("note", sa.String(500), nullable=False, server_default=""),
    sa.Column("at", Moment, nullable=False),
    sa.Column("read_at", Moment),
)

history = sa.Table(
    "history",
    metadata,
    key(),
    ref("instance_id", "instance.id", cascade=True, index=True),
    sa.Column("at", Moment, nullable=False),
    sa.Column("event", sa.String(40), nullable=False),
    sa.Column("task_id", Id),
    sa.Column("process", sa.String(200)),
    sa.Column("element", sa.String(200)),
    sa.Column("element_name", sa.String(300)),
    sa.Column("element_type", sa.String(50)),
    sa.Column("actor", sa.String(100), nullable=False),
    sa.Column("actor_name", sa.String(100), nullable=False),
    sa.Column("actor_unit_name", sa.String(200), nullable=False, server_default=""),
    sa.Column("facts", Json),
)

incident = sa.Table(
    "incident",
    metadata,
    key(),
    ref("instance_id", "instance.id", nullable=True, cascade=True, index=True),  # none: it was not started
    sa.Column("element", sa.String(200), nullable=False, server_default=""),
    sa.Column("message", sa.Text, nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("resolved_at", Moment),
    sa.Column("kind", sa.String(20), nullable=False, server_default="step"),  # step | job | timer | start
    sa.Column("key", sa.String(100)),  # the engine's, of the token that stands still
    sa.Column("process", sa.String(200), nullable=False, server_default=""),
    sa.Column("name", sa.String(300), nullable=False, server_default=""),
    sa.Column("element_type", sa.String(50), nullable=False, server_default=""),
    sa.Column("message_en", sa.Text),
    sa.Column("tries", sa.Integer, nullable=False, server_default="1"),
    sa.Column("resolution", sa.String(20)),  # retried | skipped | passed | cancelled
    sa.Column("resolved_by", sa.String(100)),
    sa.Index("ix_incident_resolved_at", "resolved_at"),
)
