"""The first schema.

Revision: store_0001
"""

from __future__ import annotations

from alembic import op

from workflows.store.tables import metadata

revision = "store_0001"
down_revision = None
branch_labels = ("store",)
depends_on = None

TABLES = (
    "unit account account_role password_used calendar_day counter notice audit "
    "resource definition bundle bundle_resource "
    "instance instance_state instance_party submission opinion copy history incident "
    "task task_candidate draft attachment attachment_link import_batch import_record "
    "timer wait worker_heartbeat number_sequence number"
).split()


def upgrade() -> None:
    metadata.create_all(op.get_bind(), tables=[metadata.tables[name] for name in TABLES])
