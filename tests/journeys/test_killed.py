"""A power cut in the middle of a long table loses nothing and doubles nothing."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from people import Person, people
from playwright.sync_api import Browser
from serving import Served

pytestmark = pytest.mark.browser

MANY = "申请汇总表-120行.xlsx"
DATABASES = [
    pytest.param("", id="sqlite", marks=pytest.mark.xdist_group("journeys-tables")),
    pytest.param(
        "new_postgres_url",
        id="postgres",
        marks=[pytest.mark.postgres, pytest.mark.xdist_group("journeys-postgres")],
    ),
]


@pytest.mark.parametrize("database", DATABASES)
def test_a_killed_server_takes_up_the_table_where_it_stood(
    database: str,
    request: pytest.FixtureRequest,
    make_office: Callable[[str], Served],
    own_browser: Browser,
    tables: Path,
) -> None:
    office = make_office(request.getfixturevalue(database) if database else "").start()
    before = count(office, "instance")
    with people(own_browser, office.url) as person:
        clerk = person("minzheng")
        clerk.upload_table(tables / MANY, "admission_application")
        table = clerk.page.url
        for nobody_answers in ("net::ERR_", "Failed to fetch"):
            clerk.excuse(nobody_answers)
        clerk.page.get_by_role("button", name="全部导入(120 条)").click(no_wait_after=True)
        kill_in_the_middle(office)
        half = count(office, "instance") - before
        assert 0 < half < 120
        assert done(office) == half  # what counts as done is done, nothing besides
        office.start()
        wait_until_all_are_done(office, clerk, table)
    assert count(office, "instance") == before + 120
    truth = json.loads((tables / MANY).with_suffix(".truth.json").read_text("utf-8"))
    rows = office.ask(
        "SELECT title FROM instance WHERE id IN (SELECT id FROM instance ORDER BY id DESC LIMIT 120)"
    )
    assert sorted(str(row[0]) for row in rows) == sorted(each["values"]["matter_name"] for each in truth)
    started = office.ask(
        "SELECT result FROM import_record WHERE batch_id = (SELECT max(id) FROM import_batch)"
    )
    assert len({row[0] for row in started}) == 120


def count(office: Served, table: str) -> int:
    return int(office.ask(f"SELECT count(*) FROM {table}")[0][0])


def done(office: Served) -> int:
    """Records of the latest table that are taken in."""
    return int(office.ask("SELECT done FROM import_batch ORDER BY id DESC LIMIT 1")[0][0])


def kill_in_the_middle(office: Served) -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until:
        if done(office) >= 20:
            office.kill()
            return
        time.sleep(0.01)
    raise AssertionError("the import did not begin")


def wait_until_all_are_done(office: Served, clerk: Person, table: str) -> None:
    """Nobody presses anything; the table's page, which the cut may have kept from coming, tells the end."""
    until = time.monotonic() + 60
    while time.monotonic() < until and done(office) < 120:
        time.sleep(0.2)
    clerk.go(table)
    clerk.wait_for_import()
    assert "已导入 120 / 120" in clerk.text
