"""Statements of the hot path go past Core to the driver: whoever listens hears them, and errors are Core's all the same."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from workflows.store import database
from workflows.store.statements import Statement
from workflows.store.tables import counter, metadata

_INSERT = Statement(sa.insert(counter), ("name", "value"))
_FIND = Statement(sa.select(counter.c.value).where(counter.c.name == sa.bindparam("name")))


@pytest.fixture
def engine(database_url: str) -> Iterator[sa.Engine]:
    made = database.open_engine(database_url)
    metadata.create_all(made, [counter])
    yield made
    made.dispose()


def test_whoever_listens_to_statements_hears_each_once(engine: sa.Engine) -> None:
    heard: list[tuple[str, bool]] = []

    @sa.event.listens_for(engine, "before_cursor_execute")
    def note(_db: object, _cursor: object, text: str, _given: object, _context: object, many: bool) -> None:
        heard.append((text.split()[0], many))

    with engine.begin() as db:
        assert _INSERT.run(db, {"name": "a", "value": 1}) == 1
        assert _INSERT.run_many(db, [{"name": "b", "value": 2}, {"name": "c", "value": 3}]) == 2
        assert [row.value for row in _FIND.fetch(db, {"name": "c"})] == [3]
    assert heard == [("INSERT", False), ("INSERT", True), ("SELECT", False)]


@pytest.mark.parametrize("names", [["mine"], ["new", "mine"]])
def test_what_the_database_refuses_is_core_s_error_and_tells_no_value(
    engine: sa.Engine, names: list[str]
) -> None:
    with engine.begin() as db:
        _INSERT.run(db, {"name": "mine", "value": 20231127})
    with pytest.raises(sa.exc.IntegrityError) as told, engine.begin() as db:
        _INSERT.run_many(db, [{"name": name, "value": 20231127} for name in names])
    assert "20231127" not in str(told.value)
    with engine.begin() as db:
        assert _FIND.fetch(db, {"name": "new"}) == []


def test_a_lost_connection_is_replaced_for_the_next_transaction(engine: sa.Engine) -> None:
    with engine.begin() as db:
        _INSERT.run(db, {"name": "kept", "value": 7})
    with engine.connect() as db:
        db.begin()
        driver = db.connection.dbapi_connection
        assert driver is not None
        driver.close()
        with pytest.raises(sa.exc.DBAPIError) as told:
            _FIND.fetch(db, {"name": "kept"})
    assert told.value.connection_invalidated
    with engine.begin() as db:
        assert [row.value for row in _FIND.fetch(db, {"name": "kept"})] == [7]
