"""What several serving processes must agree on: sessions, posts that count once, how often somebody tried."""

from __future__ import annotations

import sqlalchemy as sa

from workflows.store.tables.base import metadata, ref
from workflows.store.types import Moment

web_session = sa.Table(  # one an account: the latest sign-in ends the one before
    "web_session",
    metadata,
    ref("account_id", "account.id", cascade=True, primary_key=True),
    sa.Column("token_hash", sa.String(64), nullable=False),
    sa.Column("started_at", Moment, nullable=False),
)

posted_once = sa.Table(  # the random mark of a form, written in the transaction of its post
    "posted_once",
    metadata,
    sa.Column("actor", sa.String(100), primary_key=True),
    sa.Column("key", sa.String(64), primary_key=True),
    sa.Column("result", sa.String(500)),
    sa.Column("at", Moment, nullable=False, index=True),
)

tally = sa.Table(  # tries within a stretch of time; by the real clock
    "tally",
    metadata,
    sa.Column("key", sa.String(64), primary_key=True),
    sa.Column("count", sa.Integer, nullable=False),
    sa.Column("until", Moment, nullable=False, index=True),
)
