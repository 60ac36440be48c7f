"""How a database is opened, and how its schema is brought up to date."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.pool import ConnectionPoolEntry

_BUSY_MS = 15_000
_ASK_AGAIN = 0.002


def _dumps(value: Any) -> str:
    return orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS).decode()


def open_engine(url: str | sa.URL, *, pool_size: int = 10) -> sa.Engine:
    """Open a SQLite or PostgreSQL database.

    SQLite: WAL, foreign keys on, and every transaction begins with BEGIN IMMEDIATE, so that two writers
    queue instead of failing; a connection with the execution option `readonly` begins plainly and is
    forbidden to write. PostgreSQL: psycopg 3, READ COMMITTED, and `readonly` becomes READ ONLY.
    """
    address = sa.make_url(url)
    if address.get_backend_name() == "postgresql" and address.drivername == "postgresql":
        address = address.set(drivername="postgresql+psycopg")
    options: dict[str, Any] = {
        "json_serializer": _dumps,
        "json_deserializer": orjson.loads,
        "pool_size": pool_size,
        "max_overflow": 10,
        "hide_parameters": True,  # an error in the log quotes no one's data
    }
    if address.get_backend_name() == "sqlite":
        if address.database:
            Path(address.database).parent.mkdir(parents=True, exist_ok=True)
        engine = sa.create_engine(address, poolclass=sa.QueuePool, **options)
        _hook_sqlite(engine)
        return engine
    engine = sa.create_engine(address, pool_pre_ping=True, **options)
    _hook_postgresql(engine)
    return engine


def for_reading(engine: sa.Engine) -> sa.Engine:
    """What reading transactions connect by: connections of their own on SQLite, else the engine itself.

    Whether a connection may write is part of what SQLite has prepared on it: one that did now this, now that, would
    have every statement prepared anew at each turn, which costs more than most of them.
    """
    return open_engine(engine.url) if engine.dialect.name == "sqlite" else engine


def _hook_sqlite(engine: sa.Engine) -> None:
    @event.listens_for(engine, "connect")
    def connect(connection: Any, _entry: ConnectionPoolEntry) -> None:
        connection.isolation_level = None  # the driver shall emit no BEGIN of its own
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout={_BUSY_MS}")
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=NORMAL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        driver: Any = connection.connection.dbapi_connection
        readonly = bool(connection.get_execution_options().get("readonly"))
        if connection.info.get("readonly") is not readonly:
            # Only where it changes; see `for_reading`.
            driver.execute(f"PRAGMA query_only={'ON' if readonly else 'OFF'}")
            driver.execute(f"PRAGMA busy_timeout={_BUSY_MS if readonly else 0}")
            connection.info["readonly"] = readonly
        if readonly:
            driver.execute("BEGIN")
        else:
            _begin_writing(driver)


def _begin_writing(connection: Any) -> None:
    """Take the write lock, asking for it every other millisecond.

    SQLite's own waiting, which is off for who writes, asks ever more seldom: who writes once would hardly come in
    between the transactions of an import that writes one after the other.
    """
    until = time.monotonic() + _BUSY_MS / 1000
    while True:
        try:
            connection.execute("BEGIN IMMEDIATE")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
        time.sleep(_ASK_AGAIN)


def _hook_postgresql(engine: sa.Engine) -> None:
    @event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        if connection.get_execution_options().get("readonly"):
            connection.exec_driver_sql("SET TRANSACTION READ ONLY")


def upgrade(engine: sa.Engine) -> None:
    """Bring the schema to the newest migration; nothing happens where it is there already."""
    from workflows.store.migrations.run import upgrade as run

    run(engine)
