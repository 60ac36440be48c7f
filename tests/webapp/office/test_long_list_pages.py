"""A long list goes out by a job: its page shows how far it is, may be left, and hands the file to who asked."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from openpyxl import load_workbook
from sample_office import Office, words

from workflows.admission.package import LISTS
from workflows.usecases import audit, exports, lists, long_lists

SHORT = {
    *("history", "catalogue", "organisation", "calendar", "definitions"),
    *("statistics", "certificate_items", "ledgers"),
}
"""Lists of one instance, one year, one office, or a line for each unit, thing certified or ledger: never long."""


@pytest.fixture
def long(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever has more than two rows is long."""
    monkeypatch.setattr(long_lists, "LONG", 2)


def test_a_long_list_is_written_by_a_job_and_fetched_by_who_asked(office: Office, long: None) -> None:
    client = office.client("minzheng")
    client.post("/lists/registry/columns", data={"order": ["name", "state"], "column": ["name", "state"]})
    (button,) = re.findall(r"<a [^>]*/lists/registry/export\.xlsx[^>]*>", client.get("/matters").text)
    assert "download" not in button  # a browser would save the page of the job as a file
    asked = client.get("/lists/registry/export.xlsx?state=in_force&sort=name")
    assert asked.status_code == 303
    page = client.get(asked.location).text
    (rows,) = re.findall(r"已写 (\d+) 行", words(page))
    assert f"共 {rows} 行" in words(page)
    made = client.get(f"{asked.location}/file")
    assert "attachment" in made.headers["Content-Disposition"]
    sheet = load_workbook(io.BytesIO(made.data)).worksheets[0]
    assert [each.value for each in sheet[3]] == ["工作事务名称", "状态"]
    assert {sheet.cell(row, 2).value for row in range(4, 4 + int(rows))} == {"有效"}
    with office.runtime.reading() as tx:
        (line,) = audit.listing(tx, office.actor("admin"), event="lists.exported").items
    assert (line.username, line.subject, line.facts) == ("minzheng", "registry", {"rows": int(rows)})
    for other in ("admin", "fayuan"):
        for address in (asked.location, f"{asked.location}/file", f"{asked.location}/progress"):
            assert office.client(other).get(address).status_code == 404
    assert f'href="{asked.location}"' in client.get("/inbox/notices").text


def test_the_manual_says_from_when_on_a_list_is_long() -> None:
    manual = Path(__file__).parents[3] / "docs" / "MANUAL.zh-CN.md"
    assert f"不超过 {long_lists.LONG} 行的立即下载" in manual.read_text()


def test_a_short_list_is_there_at_once(office: Office, long: None) -> None:
    answer = office.client("minzheng").get("/lists/registry/export.xlsx?q=没有这样的事项")
    assert answer.status_code == 200
    assert answer.mimetype.endswith("spreadsheetml.sheet")


def test_how_far_a_list_is_stands_on_its_page_and_it_can_be_stopped(office: Office) -> None:
    actor = office.actor("minzheng")
    with office.runtime.transaction() as tx:
        export_id = exports.ask_list(tx, "registry", {}, 6000, actor)
        exports._set(tx, export_id, state="running", done=1500)
        tx._commit_calls.clear()  # no worker is there yet
    client = office.client("minzheng")
    page = words(client.get(f"/exports/{export_id}").text)
    assert "已写 1500 行，共 6000 行" in page
    assert "可以离开" in page
    client.post(f"/exports/{export_id}/cancel")
    assert "导出已停止" in words(client.get(f"/exports/{export_id}").text)


@pytest.mark.parametrize("asked", LISTS, ids=lambda each: each.key)
def test_every_list_that_may_grow_long_is_counted_as_it_is_written(
    office: Office, asked: lists.OfficeList
) -> None:
    assert (asked.count is None) == (asked.key in SHORT)
    for username in ("admin", "minzheng", "fayuan"):
        actor = office.actor(username)
        if asked.count is None or asked not in lists.open_to(actor):
            continue
        for query in ({}, {"q": "法律"}, {"state": "in_force"}):
            with office.runtime.reading() as tx:
                told = lists.length(tx, asked.key, actor, query)
                assert lists.write(io.BytesIO(), tx, asked.key, actor, query) == told, (username, query)
