"""The office: units, accounts, calendar, notices, audit."""

from __future__ import annotations

import sqlalchemy as sa

from workflows.store.tables.base import key, metadata, ref
from workflows.store.types import Id, Json, Moment

unit = sa.Table(
    "unit",
    metadata,
    key(),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("kind", sa.String(50), nullable=False),
    ref("parent_id", "unit.id", nullable=True, index=True),
    sa.Column("position", sa.Integer, nullable=False, server_default="0"),
    sa.Column("contact_name", sa.String(100), nullable=False, server_default=""),
    sa.Column("contact_phone", sa.String(50), nullable=False, server_default=""),
    sa.Column("valid_from", sa.Date),  # None: since ever
    sa.Column("valid_to", sa.Date),  # first day on which it is no more; None: open
    sa.Column("successor_id", Id),  # the unit that took over what it did
)

reorganisation = sa.Table(  # one recorded act: units renamed, merged, split, or work transferred
    "reorganisation",
    metadata,
    key(),
    sa.Column("act", sa.String(20), nullable=False),  # rename | merge | split | transfer
    sa.Column("on_day", sa.Date, nullable=False),
    sa.Column("document", sa.String(200), nullable=False, server_default=""),
    sa.Column("note", sa.Text, nullable=False, server_default=""),
    sa.Column("at", Moment, nullable=False),
    sa.Column("actor_name", sa.String(100), nullable=False, server_default=""),
    sa.Column(
        "facts", Json, nullable=False
    ),  # from, to: [[id, name]]; carried: what -> how many; below: [[id, parent before]]
)

planned_act = sa.Table(  # an act that is entered ahead of its day
    "planned_act",
    metadata,
    key(),
    sa.Column("on_day", sa.Date, nullable=False),
    sa.Column("act", sa.String(20), nullable=False),
    sa.Column("wanted", Json, nullable=False),  # units, into, note, belongings, people: as `Wanted`
    sa.Column("before_names", sa.Text, nullable=False),
    sa.Column("after_names", sa.Text, nullable=False),
    sa.Column("document", sa.String(200), nullable=False),
    sa.Column("state", sa.String(20), nullable=False, index=True),  # see planned_acts.STATES
    sa.Column("why", sa.Text, nullable=False),  # it could not be carried out
    sa.Column("actor_id", Id),
    sa.Column("actor_name", sa.String(100), nullable=False),
    sa.Column("at", Moment, nullable=False),
)

role_seat = sa.Table(  # the only unit whose people a role is in force for
    "role_seat",
    metadata,
    sa.Column("role", sa.String(50), primary_key=True),
    ref("unit_id", "unit.id"),
)

account = sa.Table(
    "account",
    metadata,
    key(),
    sa.Column("username", sa.String(100), nullable=False, unique=True),
    sa.Column("name", sa.String(100), nullable=False),
    ref("unit_id", "unit.id", nullable=True, index=True),
    sa.Column("password_hash", sa.String(200), nullable=False),
    sa.Column("password_changed_at", Moment, nullable=False),
    sa.Column("must_change", sa.Boolean, nullable=False),
    sa.Column("enabled", sa.Boolean, nullable=False),
    sa.Column("failed_tries", sa.Integer, nullable=False, server_default="0"),
    sa.Column("locked_until", Moment),
    sa.Column("last_sign_in_at", Moment),
    sa.Column("last_sign_in_address", sa.String(64)),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("stand_in_id", Id),  # who was handed this person's work
)

account_role = sa.Table(
    "account_role",
    metadata,
    ref("account_id", "account.id", cascade=True, primary_key=True),
    sa.Column("role", sa.String(50), primary_key=True),
    sa.Index("ix_account_role_role", "role"),
)

password_used = sa.Table(
    "password_used",
    metadata,
    key(),
    ref("account_id", "account.id", cascade=True, index=True),
    sa.Column("password_hash", sa.String(200), nullable=False),
    sa.Column("at", Moment, nullable=False),
)

calendar_day = sa.Table(
    "calendar_day",
    metadata,
    sa.Column("day", sa.Date, primary_key=True),
    sa.Column("working", sa.Boolean, nullable=False),
    sa.Column("note", sa.String(200), nullable=False, server_default=""),
)

counter = sa.Table(
    "counter",
    metadata,
    sa.Column("name", sa.String(50), primary_key=True),
    sa.Column("value", sa.Integer, nullable=False),
)

notice = sa.Table(
    "notice",
    metadata,
    key(),
    ref("account_id", "account.id", cascade=True),
    sa.Column("kind", sa.String(30), nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("read_at", Moment),
    ref("instance_id", "instance.id", nullable=True),
    ref("task_id", "task.id", nullable=True),
    sa.Column("batch_id", Id),  # the import it tells of
    sa.Column("export_id", Id),  # the export it tells of, while its file is kept
    sa.Column("about", sa.String(60)),  # what else it tells of: a kind and a key, such as matter:12
    sa.Index("ix_notice_account_id_read_at", "account_id", "read_at"),
)

list_choice = sa.Table(
    "list_choice",
    metadata,
    ref("account_id", "account.id", cascade=True, primary_key=True),
    sa.Column("list", sa.String(50), primary_key=True),
    sa.Column("shown", Json, nullable=False),  # keys of columns, in the order wanted
)

audit = sa.Table(
    "audit",
    metadata,
    key(),
    sa.Column("at", Moment, nullable=False, index=True),
    sa.Column("account_id", sa.BigInteger),
    sa.Column("username", sa.String(100), nullable=False),
    sa.Column("event", sa.String(60), nullable=False),
    sa.Column("subject", sa.String(300), nullable=False),
    sa.Column("result", sa.String(30), nullable=False),
    sa.Column("address", sa.String(64), nullable=False, server_default=""),
    sa.Column("facts", Json),
)
