"""The exit's pages and table, the refresh closed early, and the words each form offers."""

from __future__ import annotations

import io
import re

from openpyxl import load_workbook
from sample_office import Office, words

LEAVING = "司法文书送达协助"


def matter_page(office: Office, username: str, name: str) -> str:
    page = office.client(username).get(f"/matters?q={name}").text
    found = re.search(r'href="(/matters/\d+)"', page)
    assert found, name
    return office.client(username).get(found[1]).text


def test_the_exits_table_is_downloaded_from_the_matter(office: Office) -> None:
    page = matter_page(office, "minzheng", LEAVING)
    addresses = re.findall(r'href="(/instances/\d+/application\.xlsx)"', page)
    tables = [office.client("minzheng").get(each) for each in addresses]
    titles = [load_workbook(io.BytesIO(each.data)).sheetnames for each in tables if each.status_code == 200]
    assert ["终止备案表"] in titles


def test_the_button_that_exports_a_table_says_what_the_table_is(office: Office) -> None:
    leaving = matter_page(office, "minzheng", LEAVING)
    assert "导出终止备案表.xlsx" in leaving
    (address,) = set(re.findall(r'href="(/instances/\d+)"', leaving))
    assert re.findall(r"导出([^<]+)\.xlsx", office.client("minzheng").get(address).text) == ["终止备案表"]
    task = office.task("minzheng", "经办初审")
    for page in (f"/tasks/{task.task_id}", f"/instances/{task.instance_id}"):
        assert re.findall(r"导出([^<]+)\.xlsx", office.client("minzheng").get(page).text) == ["审批表"]


def test_a_process_whose_paper_is_no_table_offers_none(office: Office) -> None:
    clerk = office.client("minzheng")
    address = clerk.post("/start/annual_refresh", data={"year": "2027", "answer_by": "2026-12-31"}).location
    page = clerk.get(address).text
    assert "application.xlsx" not in page
    assert not re.search("导出[^<]*表", page)


def test_a_number_of_another_matter_is_told_at_its_field(office: Office) -> None:
    unit = re.search(r'<option value="(\d+)" selected', office.client("fayuan").get("/start/terminate").text)
    assert unit
    posted = {
        "applicant_unit": unit[1],
        "filing_number": office.number_of("巡回法庭进社区便民服务"),
        "matter_name": "人民陪审员候选人推荐协助",
        "exit_kind": "done",
        "exit_reason": "完成",
        "exit_on": "2026-11-20",
        "contact_name": "吴桂玉",
        "contact_phone": "022-84908838",
    }
    answer = office.client("fayuan").post("/start/terminate", data=posted)
    assert answer.status_code == 422
    assert f"“{posted['filing_number']}”是“巡回法庭进社区便民服务”的备案号" in answer.text
    asked = office.client("fayuan").post(
        "/start/terminate/conditions", data={**posted, "matter_name": "", "admitted_on": ""}
    )
    assert asked.json is not None
    assert asked.json["known"] == {
        "matter_name": "巡回法庭进社区便民服务",
        "admitted_on": "2026-09-29",
    }


def test_the_unit_is_offered_itself_only(office: Office) -> None:
    page = office.client("fayuan").get("/start/terminate").text
    select = page.partition('name="applicant_unit"')[2].partition("</select>")[0]
    assert re.findall(r"<option value=\"\d+\"[^>]*>([^<]+)", select) == ["区人民法院"]


def test_the_bureau_closes_the_refresh_early_by_its_button(office: Office) -> None:
    clerk = office.client("minzheng")
    address = clerk.post("/start/annual_refresh", data={"year": "2027", "answer_by": "2026-12-31"}).location
    assert "提前汇总" in clerk.get(address).text
    assert "提前汇总" not in office.client("fayuan").get(address).text.partition('class="acts"')[2]
    again = clerk.post("/start/annual_refresh", data={"year": "2027", "answer_by": "2026-12-31"})
    assert again.status_code == 422
    assert "每年只更新一次" in again.text
    page = words(clerk.get(f"{address}/messages/close_early").text)
    assert "标明未反馈" in page
    assert clerk.post(f"{address}/messages/close_early", data={}).status_code == 422
    answer = clerk.post(f"{address}/messages/close_early", data={"reason": "已电话确认"})
    assert answer.status_code == 303
    assert "归并" in words(clerk.get(address).text)


def test_each_form_offers_its_own_words(office: Office) -> None:
    bureau = office.task("minzheng", "经办初审")
    page = office.client("minzheng").get(f"/tasks/{bureau.task_id}").text
    assert "拟同意准入。" in page
    assert "准予退出" not in page.partition("常用")[2].partition("</div>")[0]


def test_what_nobody_can_do_stands_before_the_administrator(office: Office) -> None:
    clerk = office.client("minzheng")
    clerk.post("/start/annual_refresh", data={"year": "2027", "answer_by": "2026-12-31"})
    home = office.client("admin").get("/").text
    assert re.search(r"有 \d+ 项待办任务无人可办", home)
    listed = words(office.client("admin").get("/inbox/nobody").text)
    assert "2027年指导目录更新" in listed
    assert "无人可办" in office.client("admin").get("/inbox/todo").text
    assert "无人可办" not in words(clerk.get("/inbox/todo").text)
    assert clerk.get("/inbox/nobody").status_code == 403
