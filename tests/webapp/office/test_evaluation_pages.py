"""效果评议 on its pages: who sees what before and after the result is published; by API; as workbooks."""

from __future__ import annotations

import io
import re
from typing import Any

import openpyxl
import pytest
from sample_office import Office, words

from workflows.usecases import accounts, api_tokens, inbox
from workflows.usecases.actor import SYSTEM

FORM = {"year": "2027", "raters": ["community", "street", "station", "residents"], "answer_by": "2026-12-10"}


def token(office: Office, username: str, unit_name: str, *roles: str) -> dict[str, str]:
    """The header of a machine's account in a unit."""
    with office.runtime.transaction() as tx:
        unit = tx.units.find(unit_name)
        assert unit is not None
        listed = ["machine", *roles]
        accounts.create(tx, username, username, unit.id, listed, "Long-word-2026", SYSTEM, must_change=False)
        issued = api_tokens.issue(tx, username, "对接", 30, office.actor("admin"))
    return {"Authorization": f"Bearer {issued}"}


@pytest.fixture
def begun(office: Office) -> Office:
    """The evaluation of 2027 is under way, begun by API."""
    headers = token(office, "robot", "区民政局社区科", "review_clerk")
    answer = office.app.test_client().post(
        "/api/v1/instances", json={"process": "evaluate", "form": FORM}, headers=headers
    )
    assert answer.status_code == 200, answer.text
    return office


def row_texts(data: bytes) -> list[str]:
    sheet = openpyxl.load_workbook(io.BytesIO(data), read_only=True).worksheets[0]
    return [
        "|".join(str(cell) for cell in row if cell is not None) for row in sheet.iter_rows(values_only=True)
    ]


def test_a_published_result_is_read_by_unit_and_the_bureau_reads_all(office: Office) -> None:
    of_bureau = words(office.client("minzheng").get("/evaluations/1").text)
    assert "已公布" in of_bureau
    assert "30/30" in of_bureau
    assert "限期改进" in of_bureau
    of_court = words(office.client("fayuan").get("/evaluations/1").text)
    assert "区人民法院" in of_court
    assert "司法文书送达协助" in of_court
    assert "燃气安全入户提示" not in of_court
    assert "燃气安全入户提示" in of_bureau


def test_a_matter_shows_what_it_scored_each_year(office: Office) -> None:
    client = office.client("fayuan")
    found = re.search(r'href="(/matters/\d+)"><b>司法文书送达协助', client.get("/evaluations/1").text)
    assert found
    page = client.get(found[1]).text
    scored = words(page[page.index('id="evaluations"') :])
    assert "年度评议" in scored
    assert 'href="/evaluations/1"' in page
    assert "居民认可" in scored


def test_the_table_behind_a_chart_says_what_the_chart_draws(office: Office) -> None:
    page = office.client("minzheng").get("/evaluations/1").text
    assert page.count('data-chart="bars"') == 2
    assert page.count("data-series") == 2
    assert "dist/charts.js" in page
    assert " style=" not in page


def test_before_it_is_published_a_unit_reads_no_points_and_a_subdistrict_finds_its_tables(
    begun: Office,
) -> None:
    of_court = words(begun.client("fayuan").get("/evaluations/2").text)
    assert "结果公布后在此查看" in of_court
    assert "逐项得分" not in of_court
    street = begun.client("xinli").get("/evaluations/2")
    assert "新立街道/先锋社区居民委员会" in street.text or "先锋" in street.text
    assert "张贵" not in words(street.text)
    (first, *_) = [
        part.partition('"')[0] for part in street.text.split('href="')[1:] if "/raters/" in part[:60]
    ]
    found = begun.client("xinli").get(first)
    assert found.status_code == 303
    assert begun.client("xinli").get(found.location).status_code == 200
    assert begun.client("fayuan").get(found.location).status_code == 403


def test_a_rater_reads_a_drawing_without_expressions_and_no_list_of_all_raters(begun: Office) -> None:
    client, task = begun.client("xinli"), begun.task("xinli", "逐项评议：新立街道")
    page = client.get(f"/tasks/{task.task_id}").text
    drawn = re.search(rf"/instances/{task.instance_id}/diagrams/\d+", page)
    assert drawn
    assert 'name="逐项评议"' in client.get(drawn[0]).text
    assert words(page).count("街道科室经办(") < 20


def test_a_rater_that_has_answered_has_no_open_table_any_more(begun: Office) -> None:
    assert begun.client("minzheng").get("/evaluations/1/raters/1").status_code == 404
    assert begun.client("minzheng").get("/evaluations/99").status_code == 404


def test_a_community_answers_by_api_in_one_call(begun: Office) -> None:
    headers = token(begun, "huaxin_api", "新立华新社区居民委员会", "community_clerk")
    client = begun.app.test_client()
    listed = client.get("/api/v1/tasks", headers=headers).json
    assert listed is not None
    (task,) = listed["items"]
    rows = [
        {"usefulness": "100", "effect": "80", "funds": "-", "acceptance": "100"}
        for _ in range(40)  # more than there are: a fixed table takes its own rows
    ]
    at = f"/api/v1/tasks/{task['task_id']}/complete"
    wrong = client.post(at, json={"form": {"rows": [{"usefulness": "7"}]}}, headers=headers)
    assert wrong.status_code == 422
    assert client.post(at, json={"form": {"rows": rows}}, headers=headers).status_code == 204
    late: Any = client.post(at, json={"form": {"rows": rows}}, headers=headers)
    assert (late.status_code, late.json["error"]["code"]) == (409, "TaskNotOpen")
    assert "1/" in words(begun.client("minzheng").get("/evaluations/2").text)


def test_the_results_go_out_as_a_workbook_filtered_and_every_answer_only_to_the_bureau(
    office: Office,
) -> None:
    court = office.client("fayuan").get("/lists/evaluations/export.xlsx?evaluation=1")
    assert court.status_code == 200
    told = row_texts(court.data)
    assert any("司法文书送达协助" in each for each in told)
    assert not any("燃气安全入户提示" in each for each in told)
    assert office.client("fayuan").get("/lists/evaluation_scores/export.xlsx?evaluation=1").status_code == 403
    every = office.client("minzheng").get("/lists/evaluation_scores/export.xlsx?evaluation=1")
    assert every.status_code == 200
    assert any("居民代表" in each and "新立街道" in each for each in row_texts(every.data))


def test_a_second_evaluation_of_the_year_is_refused_in_a_sentence(begun: Office) -> None:
    client = begun.client("minzheng")
    with begun.runtime.reading() as tx:
        before = len(inbox.visible(tx, begun.actor("minzheng"), inbox.Filters(), 1, 200).items)
    answer = client.post("/start/evaluate", data={"year": "2027", "raters": ["street"]})
    assert "评议每年进行一次" in answer.text
    with begun.runtime.reading() as tx:
        assert len(inbox.visible(tx, begun.actor("minzheng"), inbox.Filters(), 1, 200).items) == before
