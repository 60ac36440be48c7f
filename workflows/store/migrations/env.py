"""Alembic runs this file; the connection comes from `run.upgrade`, which owns the transaction."""

from __future__ import annotations

from alembic import context

from workflows.store.tables import metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
context.run_migrations()
