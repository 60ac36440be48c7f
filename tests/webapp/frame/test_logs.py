"""The log tells where something broke, and nothing of what people wrote."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from webapp.logs import keep_values_out
from workflows.store import database


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    out, usual = io.StringIO(), logging.getLogRecordFactory()
    handler = logging.StreamHandler(out)
    logging.getLogger("some.library").addHandler(handler)
    keep_values_out()
    yield out
    logging.setLogRecordFactory(usual)
    logging.getLogger("some.library").removeHandler(handler)


def test_an_error_is_logged_with_its_trace_and_without_its_words(written: io.StringIO) -> None:
    phone, person = "13812345678", "张三 110101199001011234"
    try:
        try:
            raise KeyError(phone)
        except KeyError as error:
            raise ValueError(f"given: {person}") from error
    except ValueError:
        logging.getLogger("some.library").exception("the heartbeat failed")
    said = written.getvalue()
    assert said.startswith("the heartbeat failed\n")
    assert "builtins.KeyError" in said
    assert "builtins.ValueError" in said
    assert "test_logs.py" in said
    assert phone not in said
    assert person not in said


def test_an_error_of_the_database_quotes_no_row() -> None:
    engine = database.open_engine("sqlite://")
    row = {"name": "李四"}
    with engine.connect() as connection, pytest.raises(sa.exc.OperationalError) as told:
        connection.execute(sa.text("INSERT INTO nowhere VALUES (:name)"), row)
    engine.dispose()
    assert "李四" not in str(told.value)
