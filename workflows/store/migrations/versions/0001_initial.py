"""The first schema, as it was: the tables of today stand in `workflows/store/tables`.

Revision: store_0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from workflows.store.types import Id, Json, Moment

revision = "store_0001"
down_revision = None
branch_labels = ("store",)
depends_on = None


def upgrade() -> None:
    _attachment()
    _audit()
    _bundle()
    _calendar_day()
    _counter()
    _number_sequence()
    _resource()
    _unit()
    _start_timer()
    _worker_heartbeat()
    _account()
    _bundle_resource()
    _definition()
    _account_role()
    _import_batch()
    _instance()
    _password_used()
    _attachment_link()
    _copy()
    _history()
    _import_record()
    _incident()
    _instance_party()
    _instance_state()
    _number()
    _task()
    _timer()
    _wait()
    _draft()
    _notice()
    _opinion()
    _submission()
    _task_candidate()


def _attachment() -> None:
    op.create_table(
        "attachment",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("uploaded_by", sa.String(length=100), nullable=False),
        sa.Column("uploaded_by_name", sa.String(length=100), nullable=False),
        sa.Column("uploaded_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachment")),
    )
    op.create_index(op.f("ix_attachment_sha256"), "attachment", ["sha256"], unique=False)


def _audit() -> None:
    op.create_table(
        "audit",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("username", sa.String(length=100), nullable=False),
        sa.Column("event", sa.String(length=60), nullable=False),
        sa.Column("subject", sa.String(length=300), nullable=False),
        sa.Column("result", sa.String(length=30), nullable=False),
        sa.Column("address", sa.String(length=64), server_default="", nullable=False),
        sa.Column("facts", Json, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    op.create_index(op.f("ix_audit_at"), "audit", ["at"], unique=False)


def _bundle() -> None:
    op.create_table(
        "bundle",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("root", sa.String(length=200), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bundle")),
        sa.UniqueConstraint("digest", name=op.f("uq_bundle_digest")),
    )


def _calendar_day() -> None:
    op.create_table(
        "calendar_day",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("working", sa.Boolean(), nullable=False),
        sa.Column("note", sa.String(length=200), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_calendar_day")),
    )


def _counter() -> None:
    op.create_table(
        "counter",
        sa.Column("name", sa.String(length=50), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_counter")),
    )


def _number_sequence() -> None:
    op.create_table(
        "number_sequence",
        sa.Column("sequence", sa.String(length=50), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("sequence", "year", name=op.f("pk_number_sequence")),
    )


def _resource() -> None:
    op.create_table(
        "resource",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("deployed_at", Moment(), nullable=False),
        sa.Column("deployed_by", sa.String(length=100), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resource")),
    )
    op.create_index(op.f("ix_resource_sha256"), "resource", ["sha256"], unique=False)


def _unit() -> None:
    op.create_table(
        "unit",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=50), nullable=False),
        sa.Column("parent_id", Id, nullable=True),
        sa.Column("position", sa.Integer(), server_default="0", nullable=False),
        sa.Column("contact_name", sa.String(length=100), server_default="", nullable=False),
        sa.Column("contact_phone", sa.String(length=50), server_default="", nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["parent_id"], ["unit.id"], name=op.f("fk_unit_parent_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit")),
    )
    op.create_index(op.f("ix_unit_parent_id"), "unit", ["parent_id"], unique=False)


def _worker_heartbeat() -> None:
    op.create_table(
        "worker_heartbeat",
        sa.Column("worker_id", sa.String(length=100), nullable=False),
        sa.Column("started_at", Moment(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("worker_id", name=op.f("pk_worker_heartbeat")),
    )


def _account() -> None:
    op.create_table(
        "account",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("username", sa.String(length=100), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("unit_id", Id, nullable=True),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("password_changed_at", Moment(), nullable=False),
        sa.Column("must_change", sa.Boolean(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("failed_tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("locked_until", Moment(), nullable=True),
        sa.Column("last_sign_in_at", Moment(), nullable=True),
        sa.Column("last_sign_in_address", sa.String(length=64), nullable=True),
        sa.Column("created_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_account_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("username", name=op.f("uq_account_username")),
    )
    op.create_index(op.f("ix_account_unit_id"), "account", ["unit_id"], unique=False)


def _bundle_resource() -> None:
    op.create_table(
        "bundle_resource",
        sa.Column("bundle_id", Id, nullable=False),
        sa.Column("resource_id", Id, nullable=False),
        sa.ForeignKeyConstraint(
            ["bundle_id"], ["bundle.id"], name=op.f("fk_bundle_resource_bundle_id_bundle"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["resource_id"], ["resource.id"], name=op.f("fk_bundle_resource_resource_id_resource")
        ),
        sa.PrimaryKeyConstraint("bundle_id", "resource_id", name=op.f("pk_bundle_resource")),
    )


def _definition() -> None:
    op.create_table(
        "definition",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("resource_id", Id, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.ForeignKeyConstraint(
            ["resource_id"], ["resource.id"], name=op.f("fk_definition_resource_id_resource")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_definition")),
        sa.UniqueConstraint("kind", "key", "version", name=op.f("uq_definition_kind_key_version")),
    )
    op.create_index(op.f("ix_definition_resource_id"), "definition", ["resource_id"], unique=False)


def _account_role() -> None:
    op.create_table(
        "account_role",
        sa.Column("account_id", Id, nullable=False),
        sa.Column("role", sa.String(length=50), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
            name=op.f("fk_account_role_account_id_account"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account_id", "role", name=op.f("pk_account_role")),
    )
    op.create_index("ix_account_role_role", "account_role", ["role"], unique=False)


def _import_batch() -> None:
    op.create_table(
        "import_batch",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("form_key", sa.String(length=200), nullable=False),
        sa.Column("form_id", Id, nullable=True),
        sa.Column("process_key", sa.String(length=200), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.Column("skipped", sa.Integer(), nullable=False),
        sa.Column("ignored", Json, nullable=True),
        sa.Column("faults", Json, nullable=True),
        sa.Column("account_id", Id, nullable=True),
        sa.Column("created_by_name", sa.String(length=100), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("accepted_at", Moment(), nullable=True),
        sa.Column("finished_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_import_batch_account_id_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_batch")),
    )
    op.create_index(op.f("ix_import_batch_sha256"), "import_batch", ["sha256"], unique=False)


def _instance() -> None:
    op.create_table(
        "instance",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("process_key", sa.String(length=200), nullable=False),
        sa.Column("process_name", sa.String(length=300), nullable=False),
        sa.Column("bundle_id", Id, nullable=False),
        sa.Column("business_key", sa.String(length=200), nullable=True),
        sa.Column("title", sa.String(length=500), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("outcome", sa.String(length=200), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("initiator", sa.String(length=100), nullable=False),
        sa.Column("initiator_name", sa.String(length=100), nullable=False),
        sa.Column("initiator_account", Id, nullable=True),
        sa.Column("initiator_unit_id", Id, nullable=True),
        sa.Column("initiator_unit_name", sa.String(length=200), server_default="", nullable=False),
        sa.Column("entered_for", Id, nullable=True),
        sa.Column("started_at", Moment(), nullable=False),
        sa.Column("ended_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(["bundle_id"], ["bundle.id"], name=op.f("fk_instance_bundle_id_bundle")),
        sa.ForeignKeyConstraint(["entered_for"], ["unit.id"], name=op.f("fk_instance_entered_for_unit")),
        sa.ForeignKeyConstraint(
            ["initiator_account"], ["account.id"], name=op.f("fk_instance_initiator_account_account")
        ),
        sa.ForeignKeyConstraint(
            ["initiator_unit_id"], ["unit.id"], name=op.f("fk_instance_initiator_unit_id_unit")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_instance")),
    )
    op.create_index(op.f("ix_instance_business_key"), "instance", ["business_key"], unique=False)
    op.create_index("ix_instance_initiator_started_at", "instance", ["initiator", "started_at"], unique=False)
    op.create_index("ix_instance_process_key_status", "instance", ["process_key", "status"], unique=False)


def _password_used() -> None:
    op.create_table(
        "password_used",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("account_id", Id, nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
            name=op.f("fk_password_used_account_id_account"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_password_used")),
    )
    op.create_index(op.f("ix_password_used_account_id"), "password_used", ["account_id"], unique=False)


def _attachment_link() -> None:
    op.create_table(
        "attachment_link",
        sa.Column("attachment_id", Id, nullable=False),
        sa.Column("instance_id", Id, nullable=False),
        sa.Column("form_key", sa.String(length=200), nullable=False),
        sa.Column("field", sa.String(length=100), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["attachment_id"], ["attachment.id"], name=op.f("fk_attachment_link_attachment_id_attachment")
        ),
        sa.ForeignKeyConstraint(
            ["instance_id"],
            ["instance.id"],
            name=op.f("fk_attachment_link_instance_id_instance"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "attachment_id", "instance_id", "form_key", "field", name=op.f("pk_attachment_link")
        ),
    )
    op.create_index(op.f("ix_attachment_link_instance_id"), "attachment_link", ["instance_id"], unique=False)


def _copy() -> None:
    op.create_table(
        "copy",
        sa.Column("instance_id", Id, nullable=False),
        sa.Column("account_id", Id, nullable=False),
        sa.Column("by_name", sa.String(length=100), nullable=False),
        sa.Column("note", sa.String(length=500), server_default="", nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("read_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_copy_account_id_account"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["instance.id"], name=op.f("fk_copy_instance_id_instance"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("instance_id", "account_id", name=op.f("pk_copy")),
    )
    op.create_index(op.f("ix_copy_account_id"), "copy", ["account_id"], unique=False)


def _history() -> None:
    op.create_table(
        "history",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("instance_id", Id, nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("event", sa.String(length=40), nullable=False),
        sa.Column("task_id", Id, nullable=True),
        sa.Column("process", sa.String(length=200), nullable=True),
        sa.Column("element", sa.String(length=200), nullable=True),
        sa.Column("element_name", sa.String(length=300), nullable=True),
        sa.Column("element_type", sa.String(length=50), nullable=True),
        sa.Column("actor", sa.String(length=100), nullable=False),
        sa.Column("actor_name", sa.String(length=100), nullable=False),
        sa.Column("actor_unit_name", sa.String(length=200), server_default="", nullable=False),
        sa.Column("facts", Json, nullable=True),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["instance.id"], name=op.f("fk_history_instance_id_instance"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_history")),
    )
    op.create_index(op.f("ix_history_instance_id"), "history", ["instance_id"], unique=False)


def _import_record() -> None:
    op.create_table(
        "import_record",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("batch_id", Id, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("sheet", sa.String(length=200), nullable=False),
        sa.Column("row", sa.Integer(), nullable=True),
        sa.Column("values", Json, nullable=False),
        sa.Column("cells", Json, nullable=True),
        sa.Column("shown", Json, nullable=True),
        sa.Column("faults", Json, nullable=True),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("duplicate", sa.String(length=200), server_default="", nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("result", sa.String(length=300), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["batch_id"],
            ["import_batch.id"],
            name=op.f("fk_import_record_batch_id_import_batch"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_record")),
        sa.UniqueConstraint("batch_id", "position", name=op.f("uq_import_record_batch_id_position")),
    )
    op.create_index(op.f("ix_import_record_content_hash"), "import_record", ["content_hash"], unique=False)


def _incident() -> None:
    op.create_table(
        "incident",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("instance_id", Id, nullable=False),
        sa.Column("element", sa.String(length=200), server_default="", nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("resolved_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(
            ["instance_id"],
            ["instance.id"],
            name=op.f("fk_incident_instance_id_instance"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident")),
    )
    op.create_index(op.f("ix_incident_instance_id"), "incident", ["instance_id"], unique=False)


def _instance_party() -> None:
    op.create_table(
        "instance_party",
        sa.Column("instance_id", Id, nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("value", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["instance_id"],
            ["instance.id"],
            name=op.f("fk_instance_party_instance_id_instance"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("instance_id", "kind", "value", name=op.f("pk_instance_party")),
    )
    op.create_index("ix_instance_party_kind_value", "instance_party", ["kind", "value"], unique=False)


def _instance_state() -> None:
    op.create_table(
        "instance_state",
        sa.Column("instance_id", Id, nullable=False),
        sa.Column("state", sa.LargeBinary(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["instance_id"],
            ["instance.id"],
            name=op.f("fk_instance_state_instance_id_instance"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("instance_id", name=op.f("pk_instance_state")),
    )


def _number() -> None:
    op.create_table(
        "number",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("sequence", sa.String(length=50), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("subject", sa.String(length=500), server_default="", nullable=False),
        sa.Column("instance_id", Id, nullable=True),
        sa.Column("given_at", Moment(), nullable=False),
        sa.Column("cancelled_at", Moment(), nullable=True),
        sa.Column("cancelled_by", sa.String(length=100), nullable=True),
        sa.Column("reason", sa.String(length=500), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["instance.id"], name=op.f("fk_number_instance_id_instance")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_number")),
        sa.UniqueConstraint("text", name=op.f("uq_number_text")),
    )
    op.create_index("ix_number_sequence_year_seq", "number", ["sequence", "year", "seq"], unique=False)


def _task() -> None:
    op.create_table(
        "task",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("instance_id", Id, nullable=False),
        sa.Column("key", sa.String(length=100), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("parent_id", Id, nullable=True),
        sa.Column("element", sa.String(length=200), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("process", sa.String(length=200), nullable=False),
        sa.Column("lane", sa.String(length=200), nullable=True),
        sa.Column("form_key", sa.String(length=200), nullable=True),
        sa.Column("form_id", sa.BigInteger(), nullable=True),
        sa.Column("properties", Json, nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("assignee", sa.String(length=100), nullable=True),
        sa.Column("question", sa.Text(), nullable=True),
        sa.Column("priority", sa.Integer(), server_default="50", nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("due_at", Moment(), nullable=True),
        sa.Column("completed_at", Moment(), nullable=True),
        sa.Column("completed_by", sa.String(length=100), nullable=True),
        sa.Column("completed_by_name", sa.String(length=100), nullable=True),
        sa.Column("decision", sa.String(length=50), nullable=True),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["instance.id"], name=op.f("fk_task_instance_id_instance"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["parent_id"], ["task.id"], name=op.f("fk_task_parent_id_task")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task")),
    )
    op.create_index("ix_task_assignee_state", "task", ["assignee", "state"], unique=False)
    op.create_index(
        "ix_task_completed_by_completed_at", "task", ["completed_by", "completed_at"], unique=False
    )
    op.create_index("ix_task_instance_id_state", "task", ["instance_id", "state"], unique=False)
    op.create_index("ix_task_state_due_at", "task", ["state", "due_at"], unique=False)


def _timer() -> None:
    op.create_table(
        "timer",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("instance_id", Id, nullable=False),
        sa.Column("key", sa.String(length=100), nullable=False),
        sa.Column("element", sa.String(length=200), nullable=False),
        sa.Column("due_at", Moment(), nullable=False),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["instance.id"], name=op.f("fk_timer_instance_id_instance"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_timer")),
    )
    op.create_index(op.f("ix_timer_due_at"), "timer", ["due_at"], unique=False)
    op.create_index(op.f("ix_timer_instance_id"), "timer", ["instance_id"], unique=False)


def _wait() -> None:
    op.create_table(
        "wait",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("instance_id", Id, nullable=False),
        sa.Column("key", sa.String(length=100), nullable=False),
        sa.Column("element", sa.String(length=200), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("type", sa.String(length=20), nullable=False),
        sa.Column("message", sa.String(length=200), nullable=True),
        sa.Column("properties", Json, nullable=True),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["instance.id"], name=op.f("fk_wait_instance_id_instance"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wait")),
    )
    op.create_index(op.f("ix_wait_instance_id"), "wait", ["instance_id"], unique=False)
    op.create_index("ix_wait_type_message", "wait", ["type", "message"], unique=False)


def _draft() -> None:
    op.create_table(
        "draft",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("task_id", Id, nullable=True),
        sa.Column("process_key", sa.String(length=200), nullable=True),
        sa.Column("account_id", Id, nullable=False),
        sa.Column("posted", Json, nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_draft_account_id_account"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["task_id"], ["task.id"], name=op.f("fk_draft_task_id_task"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft")),
        sa.UniqueConstraint(
            "account_id", "task_id", "process_key", name=op.f("uq_draft_account_id_task_id_process_key")
        ),
    )


def _notice() -> None:
    op.create_table(
        "notice",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("account_id", Id, nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("read_at", Moment(), nullable=True),
        sa.Column("instance_id", Id, nullable=True),
        sa.Column("task_id", Id, nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_notice_account_id_account"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["instance.id"], name=op.f("fk_notice_instance_id_instance")
        ),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_notice_task_id_task")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
    )
    op.create_index("ix_notice_account_id_read_at", "notice", ["account_id", "read_at"], unique=False)


def _opinion() -> None:
    op.create_table(
        "opinion",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("instance_id", Id, nullable=False),
        sa.Column("task_id", Id, nullable=True),
        sa.Column("element", sa.String(length=200), nullable=False),
        sa.Column("task_name", sa.String(length=300), nullable=False),
        sa.Column("box", sa.String(length=100), nullable=False),
        sa.Column("decision", sa.String(length=50), nullable=True),
        sa.Column("decision_label", sa.String(length=200), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("signer", sa.String(length=100), nullable=False),
        sa.Column("unit_id", Id, nullable=True),
        sa.Column("unit_name", sa.String(length=200), nullable=False),
        sa.Column("decided_on", Moment(), nullable=False),
        sa.Column("recorded_by", sa.String(length=100), nullable=True),
        sa.Column("scan", Json, nullable=True),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("undone_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["instance.id"], name=op.f("fk_opinion_instance_id_instance"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_opinion_task_id_task")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opinion")),
    )
    op.create_index(op.f("ix_opinion_instance_id"), "opinion", ["instance_id"], unique=False)


def _submission() -> None:
    op.create_table(
        "submission",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("instance_id", Id, nullable=False),
        sa.Column("task_id", Id, nullable=True),
        sa.Column("form_key", sa.String(length=200), nullable=False),
        sa.Column("form_id", Id, nullable=True),
        sa.Column("values", Json, nullable=False),
        sa.Column("actor", sa.String(length=100), nullable=False),
        sa.Column("actor_name", sa.String(length=100), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["instance_id"],
            ["instance.id"],
            name=op.f("fk_submission_instance_id_instance"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_submission_task_id_task")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submission")),
    )
    op.create_index(
        "ix_submission_instance_id_form_key", "submission", ["instance_id", "form_key"], unique=False
    )


def _task_candidate() -> None:
    op.create_table(
        "task_candidate",
        sa.Column("task_id", Id, nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("value", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["task_id"], ["task.id"], name=op.f("fk_task_candidate_task_id_task"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("task_id", "kind", "value", name=op.f("pk_task_candidate")),
    )
    op.create_index("ix_task_candidate_kind_value", "task_candidate", ["kind", "value"], unique=False)


def _start_timer() -> None:
    op.create_table(
        "start_timer",
        sa.Column("process_key", sa.String(length=200), nullable=False),
        sa.Column("element", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("text", sa.String(length=500), nullable=False),
        sa.Column("due_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("process_key", "element", name=op.f("pk_start_timer")),
    )
    op.create_index(op.f("ix_start_timer_due_at"), "start_timer", ["due_at"], unique=False)
