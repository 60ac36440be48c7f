"""Imported tables: a batch a file, a record a row."""

from __future__ import annotations

import sqlalchemy as sa

from workflows.store.tables.base import key, metadata, ref
from workflows.store.types import Id, Json, Moment

import_batch = sa.Table(
    "import_batch",
    metadata,
    key(),
    sa.Column("name", sa.String(300), nullable=False),
    sa.Column("sha256", sa.String(64), nullable=False, index=True),
    sa.Column("form_key", sa.String(200), nullable=False),
    sa.Column("form_id", Id),
    sa.Column("process_key", sa.String(200)),
    sa.Column("state", sa.String(20), nullable=False),  # see usecases.views.BatchView
    sa.Column("total", sa.Integer, nullable=False),
    sa.Column("done", sa.Integer, nullable=False),
    sa.Column("failed", sa.Integer, nullable=False),
    sa.Column("skipped", sa.Integer, nullable=False),
    sa.Column("ignored", Json),
    sa.Column("faults", Json),
    ref("account_id", "account.id", nullable=True),
    sa.Column("created_by_name", sa.String(100), nullable=False),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("accepted_at", Moment),
    sa.Column("finished_at", Moment),
    sa.Column("stored", sa.Boolean, nullable=False, server_default=sa.false()),  # bytes are among the files
    sa.Column("withdrawn", sa.Integer, nullable=False, server_default="0"),  # records taken back
    sa.Column("withdrawn_by", Id),
    sa.Column("withdrawn_by_name", sa.String(100), nullable=False, server_default=""),
    sa.Column("withdrawn_at", Moment),
    sa.Column("withdrawal_reason", sa.String(500), nullable=False, server_default=""),
    sa.Column("unconfirmed", Json),  # sheets whose layout a person has to confirm first
    sa.Column("layouts", Json),  # layouts confirmed for this table
    sa.Column("corrections", Json),  # values put right in this table: [form key, field, given, value]
    sa.Column("checked", sa.Integer, nullable=False, server_default="0"),  # records looked at so far
    sa.Column(
        "checks", sa.Integer, nullable=False, server_default="0"
    ),  # times a job was asked to read it anew
    sa.Column("counts", Json),  # figures of the preview, see `import_preview.counts_of`
    sa.Column("refusal", Json),  # {"zh", "en"}: why the table was not taken
    sa.Column("stopped_by_name", sa.String(100), nullable=False, server_default=""),
    sa.Column("stopped_at", Moment),
)

import_record = sa.Table(
    "import_record",
    metadata,
    key(),
    ref("batch_id", "import_batch.id", cascade=True),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("sheet", sa.String(200), nullable=False),
    sa.Column("row", sa.Integer),
    sa.Column("values", Json, nullable=False),
    sa.Column("cells", Json),
    sa.Column("shown", Json),
    sa.Column("faults", Json),
    sa.Column("content_hash", sa.String(64), nullable=False, index=True),
    sa.Column("duplicate", sa.String(200), nullable=False, server_default=""),
    sa.Column(
        "state", sa.String(20), nullable=False
    ),  # waiting | wrong | known | done | failed | skipped | withdrawing | withdrawn
    sa.Column("result", sa.String(300)),  # instance id, or what the handler answered
    sa.Column("error", sa.Text),
    sa.Column("change", sa.String(20), nullable=False, server_default="new"),  # new | changed | unchanged
    sa.Column("differences", Json),  # [[field, as it stands, as the table has it]] of one that is changed
    sa.UniqueConstraint("batch_id", "position"),
    sa.Index("ix_import_record_batch_state", "batch_id", "state", "position"),
)
