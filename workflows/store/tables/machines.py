"""Machines that sign in to the API, and those that are called."""

from __future__ import annotations

import sqlalchemy as sa

from workflows.store.tables.base import key, metadata, ref
from workflows.store.types import Json, Moment

api_token = sa.Table(
    "api_token",
    metadata,
    key(),
    ref("account_id", "account.id", cascade=True, index=True),
    sa.Column("name", sa.String(100), nullable=False),
    sa.Column("digest", sa.String(64), nullable=False, unique=True),  # the token itself is shown once
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("created_by", sa.String(100), nullable=False),
    sa.Column("expires_at", Moment, nullable=False),
    sa.Column("last_used_at", Moment),
    sa.Column("revoked_at", Moment),
)

connection = sa.Table(
    "connection",
    metadata,
    key(),
    sa.Column("key", sa.String(30), nullable=False, unique=True),  # what a diagram's service names it by
    sa.Column("name", sa.String(100), nullable=False),
    sa.Column("address", sa.String(500), nullable=False),
    sa.Column("secret", sa.String(100), nullable=False),  # signs what goes out and what comes in
    # The account that system signs in with: it is told what becomes of the instances this account started.
    ref("account_id", "account.id", nullable=True, index=True),
    sa.Column("must_sign", sa.Boolean, nullable=False),  # requests of that account are taken signed only
    sa.Column("enabled", sa.Boolean, nullable=False),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("created_by", sa.String(100), nullable=False),
)

#: What is to be told to another system, once: the same key is the same news.
delivery = sa.Table(
    "delivery",
    metadata,
    key(),
    ref("connection_id", "connection.id", cascade=True),
    ref("instance_id", "instance.id", nullable=True, index=True),
    sa.Column("event", sa.String(50), nullable=False),
    sa.Column("key", sa.String(100), nullable=False),
    sa.Column("body", Json, nullable=False),
    sa.Column("state", sa.String(20), nullable=False),  # waiting, sent, given_up
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("due_at", Moment, nullable=False),
    sa.Column("message", sa.String(300), nullable=False),
    sa.Column("message_en", sa.String(300), nullable=False),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("sent_at", Moment),
    sa.UniqueConstraint("connection_id", "key", name="uq_delivery_key"),
    sa.Index("ix_delivery_state_due_at", "state", "due_at"),
)
