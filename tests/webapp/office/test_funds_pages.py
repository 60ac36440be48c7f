"""经费 on its pages, by API and by table: one door; what is late on the matter's page; the ledger goes out."""

from __future__ import annotations

import io

import openpyxl
from sample_office import Office, words
from test_evaluation_pages import row_texts, token

from workflows.usecases import imports

NAME = "司法文书送达协助"
FORM = {
    "unit": "区人民法院",
    "kind": "promised",
    "matter_name": NAME,
    "amount": "5000",
    "on_date": "2026-10-31",
}


def test_money_comes_in_by_page_and_api_and_stands_on_the_matter(office: Office) -> None:
    court = office.client("fayuan")
    made = court.post("/start/funds", data=FORM)
    assert made.status_code == 303, words(made.text)[:2000]
    headers = token(office, "bank", "区人民法院", "unit_clerk")
    api = office.app.test_client()
    arrived = {**FORM, "kind": "arrived", "amount": "2000", "place": "新立东园社区居民委员会"}
    answer = api.post("/api/v1/instances", json={"process": "funds", "form": arrived}, headers=headers)
    assert answer.status_code == 200, answer.text
    page = words(court.get("/funds").text)
    assert "3,000.00" in page
    assert NAME in page
    (at,) = {
        part.partition("#")[0] for part in court.get("/funds").text.split('href="') if "#money" in part[:40]
    }
    assert "3,000.00元未到位" in words(court.get(at).text)
    assert "3,000.00" not in words(office.client("chengguan").get("/funds").text)


def test_a_community_may_not_spend_more_than_arrived_by_any_door(office: Office) -> None:
    spent = {
        **FORM,
        "unit": "新立东园社区居民委员会",
        "kind": "spent",
        "place": "新立东园社区居民委员会",
        "purpose": "宣传品",
    }
    page = office.client("dongyuan").post("/start/funds", data=spent)
    assert "不能支出5,000.00元" in page.text
    headers = token(office, "till", "新立东园社区居民委员会", "community_clerk")
    answer = office.app.test_client().post(
        "/api/v1/instances", json={"process": "funds", "form": spent}, headers=headers
    )
    assert answer.status_code == 422
    assert (
        "不得超支" in answer.get_data(as_text=True).encode().decode("unicode_escape", "replace")
        or "amount" in answer.text
    )


def test_the_ledger_goes_out_and_a_table_of_it_comes_in(office: Office) -> None:
    court = office.client("fayuan")
    court.post("/start/funds", data=FORM)
    out = court.get("/lists/funds/export.xlsx")
    assert out.status_code == 200
    assert any(NAME in each and "应拨付" in each for each in row_texts(out.data))
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["登记单位", "类别", "工作事务名称", "金额(元)", "日期", "用途"])
    sheet.append(["区人民法院", "已到位", NAME, "1200", "2026-11-02", "第一批"])
    sheet.append(["区人民法院", "已到位", "没有这个事项", "1", "2026-11-02", ""])
    kept = io.BytesIO()
    book.save(kept)
    with office.runtime.reading() as tx:
        found = imports.preview(tx, kept.getvalue(), "经费.xlsx", "funds_entry", office.actor("fayuan"))
    first, second = found.records
    assert not [each for each in first.faults if each.severity == "error"]
    assert any("没有编号或名称为“没有这个事项”" in each.zh for each in second.faults)
