"""Sessions and tries stand in the database: a restart revives nothing, and several serving processes agree."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from frame_office import PASSWORD, open_office, sign_in

from tests.moulds import Moulds
from webapp.app import create_app
from workflows.admission import package
from workflows.settings import Settings
from workflows.usecases import tallies
from workflows.usecases.runtime import Runtime


@pytest.fixture
def house(new_url: str, tmp_path: Path, at: datetime, moulds: Moulds) -> Iterator[Runtime]:
    opened = open_office(Settings(database_url=new_url, data_dir=tmp_path, now=at, jobs="inline"), moulds)
    yield opened
    opened.close()


def process(house: Runtime, **config: bool) -> Flask:
    """Another serving process of the same office: a runtime and an application of its own."""
    return create_app(package.open_office(house.settings), TESTING=True, WTF_CSRF_ENABLED=False, **config)


def with_cookie(app: Flask, client: FlaskClient) -> FlaskClient:
    cookie = client.get_cookie("zhunru")
    assert cookie is not None
    copy = app.test_client()
    copy.set_cookie("zhunru", cookie.value)
    return copy


def is_in(client: FlaskClient) -> bool:
    return client.get("/account").status_code == 200


def test_a_session_lives_on_in_every_process_and_after_a_restart(house: Runtime) -> None:
    client = process(house).test_client()
    sign_in(client, "zhou")
    assert is_in(with_cookie(process(house), client))


def test_what_was_ended_is_ended_in_every_process_and_after_a_restart(house: Runtime) -> None:
    client = process(house).test_client()
    sign_in(client, "zhou")
    other = with_cookie(process(house), client)
    assert is_in(other)
    stolen = with_cookie(process(house), client)
    client.post("/sign-out")
    assert not is_in(other)
    assert not is_in(stolen)  # the first request this process sees
    assert not is_in(with_cookie(process(house), stolen))


def test_a_second_sign_in_in_another_process_ends_the_first(house: Runtime) -> None:
    first, second = process(house).test_client(), process(house).test_client()
    sign_in(first, "zhou")
    sign_in(second, "zhou")
    assert not is_in(first)
    assert is_in(second)


def test_a_changed_password_ends_every_copy_of_the_cookie_but_not_this_browsers(house: Runtime) -> None:
    app = process(house)
    client = app.test_client()
    sign_in(client, "zhou")
    copy = with_cookie(app, client)
    change = {"old": PASSWORD, "new": "Rainy-day-2026", "again": "Rainy-day-2026"}
    assert client.post("/account/password", data=change).status_code == 303
    assert is_in(client)
    assert not is_in(copy)


def test_an_account_that_is_locked_is_out(house: Runtime) -> None:
    app = process(house, RATELIMIT_ENABLED=False)
    client = app.test_client()
    sign_in(client, "zhou")
    for _try in range(house.settings.lock_after):
        assert is_in(client)
        sign_in(app.test_client(), "zhou", "wrong")
    assert not is_in(client)


@pytest.mark.parametrize("given", ["", "2", "2:", "²:x", "2:x", "99:x", f"{2**70}:x"])
def test_a_made_up_session_is_nobodys(house: Runtime, given: str) -> None:
    app = process(house)
    client = app.test_client()
    with client.session_transaction() as session:
        session["_user_id"] = given
        session["_fresh"] = True
    assert not is_in(client)


def test_tries_in_two_processes_count_together(house: Runtime) -> None:
    clients = [process(house).test_client(), process(house).test_client()]
    statuses = [sign_in(clients[number % 2], "nobody").status_code for number in range(12)]
    assert statuses[:10] == [401] * 10
    assert statuses[10:] == [429, 429]


def test_a_count_begins_anew_when_its_time_is_over(house: Runtime) -> None:
    now = datetime(2026, 3, 16, 1, 0, tzinfo=UTC)
    minute = timedelta(minutes=1)
    with house.transaction() as tx:
        assert [tallies.add(tx, "k", now, now + minute) for _time in range(3)] == [1, 2, 3]
        assert tallies.count(tx, "k", now) == (3, now + minute)
        assert tallies.count(tx, "k", now + minute) == (0, None)
        assert tallies.add(tx, "k", now + minute, now + 2 * minute) == 1
        assert tallies.forget_old(tx, now + minute) == 0
        assert tallies.forget_old(tx, now + 2 * minute) == 1
