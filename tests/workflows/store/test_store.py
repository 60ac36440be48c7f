"""The database: how it is opened, what its columns keep, and that migrations make exactly the tables."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

import workflows.admission.package  # noqa: F401  the package's tables are on the metadata too
from workflows.store import database
from workflows.store.counters import Counters
from workflows.store.migrations.run import locations
from workflows.store.tables import audit, counter, metadata, unit
from workflows.store.types import SHANGHAI, Json, Moment


@pytest.fixture
def engine(database_url: str) -> Any:
    made = database.open_engine(database_url)
    database.upgrade(made)
    yield made
    made.dispose()


def test_migrations_make_the_tables_of_the_metadata(engine: sa.Engine) -> None:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        found = compare_metadata(context, metadata)
    strange = [each for each in found if "alembic_version" not in str(each)]
    assert strange == []


@pytest.mark.parametrize("folder", locations(), ids=lambda folder: folder.parents[1].name)
def test_a_migration_is_frozen(folder: Path) -> None:
    """What a migration makes does not follow the tables of today."""
    for revision in folder.glob("*.py"):
        text = revision.read_text("utf-8")
        assert "metadata" not in text, revision.name
        assert ".tables import" not in text, revision.name


def test_a_second_upgrade_changes_nothing(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        Counters.touch(connection, "units")
    database.upgrade(engine)
    with engine.connect() as connection:
        assert Counters.read(connection).units == 1


def test_two_processes_may_upgrade_at_once(database_url: str) -> None:
    engines = [database.open_engine(database_url) for _ in range(3)]
    failures: list[Exception] = []

    def run(each: sa.Engine) -> None:
        try:
            database.upgrade(each)
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=run, args=(each,)) for each in engines]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert failures == []
    assert "instance" in sa.inspect(engines[0]).get_table_names()
    for each in engines:
        each.dispose()


def test_a_moment_is_kept_to_the_instant_and_read_in_the_offices_zone(engine: sa.Engine) -> None:
    given = datetime(2026, 3, 16, 1, 30, 0, 123456, tzinfo=UTC)
    row = {"at": given, "username": "a", "event": "e", "subject": "s", "result": "ok"}
    with engine.begin() as connection:
        connection.execute(sa.insert(audit), row)
        read = connection.execute(sa.select(audit.c.at)).scalar_one()
    assert read == given
    assert read.utcoffset() == SHANGHAI.utcoffset(datetime(2026, 3, 16))


def test_a_naive_moment_is_refused(engine: sa.Engine) -> None:
    row = {"at": datetime(2026, 3, 16), "username": "a", "event": "e", "subject": "s", "result": "ok"}
    with pytest.raises(sa.exc.StatementError), engine.begin() as connection:
        connection.execute(sa.insert(audit), row)


def test_json_keeps_the_order_of_its_keys(engine: sa.Engine) -> None:
    facts = {"z": 1, "a": {"y": "镕", "b": None}}
    row = {
        "at": datetime.now(UTC),
        "username": "a",
        "event": "e",
        "subject": "s",
        "result": "ok",
        "facts": facts,
    }
    with engine.begin() as connection:
        connection.execute(sa.insert(audit), row)
        read = connection.execute(sa.select(audit.c.facts)).scalar_one()
    assert list(read) == ["z", "a"]
    assert list(read["a"]) == ["y", "b"]


def test_foreign_keys_hold(engine: sa.Engine) -> None:
    with pytest.raises(sa.exc.IntegrityError), engine.begin() as connection:
        connection.execute(sa.insert(unit), {"name": "x", "kind": "k", "parent_id": 99})


def test_a_reader_cannot_write(engine: sa.Engine) -> None:
    with engine.connect() as connection:
        connection = connection.execution_options(readonly=True)
        with pytest.raises(sa.exc.DBAPIError), connection.begin():
            connection.execute(sa.insert(counter), {"name": "n", "value": 1})
    with engine.begin() as connection:
        connection.execute(sa.insert(counter), {"name": "n", "value": 1})


def test_eight_writers_queue_and_none_is_turned_away(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        connection.execute(sa.insert(counter), {"name": "n", "value": 0})
    failures: list[Exception] = []

    def write() -> None:
        try:
            for _ in range(10):
                with engine.begin() as connection:
                    query = sa.select(counter.c.value).where(counter.c.name == "n").with_for_update()
                    before = connection.execute(query).scalar_one()
                    time.sleep(0.001)
                    connection.execute(
                        sa.update(counter).where(counter.c.name == "n").values(value=before + 1)
                    )
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=write) for _ in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert failures == []
    with engine.connect() as connection:
        assert connection.execute(sa.select(counter.c.value)).scalar_one() == 80


def test_a_reader_waits_for_no_writer(new_sqlite_url: str) -> None:
    engine = database.open_engine(new_sqlite_url)
    database.upgrade(engine)
    with engine.begin() as writer:
        Counters.touch(writer, "units")
        began = time.monotonic()
        with engine.connect() as reader:
            reader = reader.execution_options(readonly=True)
            with reader.begin():
                assert Counters.read(reader).units == 0
        assert time.monotonic() - began < 1
    engine.dispose()


def test_the_database_file_is_made_with_its_folder(tmp_path: Path) -> None:
    engine = database.open_engine(f"sqlite:///{tmp_path / 'a' / 'b' / 'x.sqlite'}")
    database.upgrade(engine)
    assert (tmp_path / "a" / "b" / "x.sqlite").exists()
    engine.dispose()


def test_every_time_column_is_a_moment_and_every_json_column_portable() -> None:
    for table in metadata.tables.values():
        for column in table.columns:
            assert not isinstance(column.type, sa.DateTime) or isinstance(column.type, Moment), column
            if isinstance(column.type, sa.JSON):
                assert column.type is Json, column
