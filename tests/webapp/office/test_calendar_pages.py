"""The page of the working days, and an import that is taken back from its page."""

from __future__ import annotations

import html
import io
import re
from pathlib import Path

from sample_office import Office, words

TABLES = Path(__file__).parents[2] / "data" / "tables"


def test_a_year_is_shown_to_everybody_and_changed_by_the_administrator_alone(office: Office) -> None:
    clerk, admin = office.client("minzheng"), office.client("admin")
    said = words(clerk.get("/calendar?year=2026").text)
    assert "2026年工作日历" in said
    assert "已公布" in said
    assert "调整日期" not in said
    day = {"day": "2026-12-03", "kind": "off", "reason": "文明城市检查"}
    assert clerk.post("/calendar/days", data=day).status_code == 403
    assert admin.post("/calendar/days", data=day).status_code == 303
    said = words(clerk.get("/calendar?year=2026").text)
    assert "文明城市检查" in said
    assert "2026-12-03 放假" in said


def test_a_year_that_is_not_announced_says_so_until_it_is_confirmed(office: Office) -> None:
    admin = office.client("admin")
    assert "暂定" in words(admin.get("/calendar?year=2027").text)
    assert admin.post("/calendar/years/2027", data={"settled": "yes"}).status_code == 303
    assert "已确认该年安排" in words(admin.get("/calendar?year=2027").text)


def test_bad_days_are_told_in_a_sentence(office: Office) -> None:
    admin = office.client("admin")
    for given, said in (
        ({"day": "", "kind": "off", "reason": "x"}, "请填写日期和安排"),
        ({"day": "2026-12-03", "kind": "nap", "reason": "x"}, "请填写日期和安排"),
        ({"day": "2026-12-03", "until": "2026-12-01", "kind": "off", "reason": "x"}, "截止不得早于起始"),
        ({"day": "2026-12-03", "kind": "off", "reason": ""}, "请填写说明"),
        ({"day": "1900-01-01", "kind": "off", "reason": "x"}, "超出日历范围"),
    ):
        answer = admin.post("/calendar/days", data=given)
        assert answer.status_code == 422, (given, answer.status_code)
        assert said in words(answer.text)


def test_the_table_of_a_year_goes_out(office: Office) -> None:
    clerk = office.client("minzheng")
    button = re.search(r'href="(/lists/calendar/export\.xlsx[^"]*)"', clerk.get("/calendar?year=2026").text)
    assert button is not None
    answer = clerk.get(html.unescape(button[1]))
    assert answer.status_code == 200
    assert answer.data[:2] == b"PK"


def test_an_import_is_taken_back_from_its_page_and_twice_is_a_sentence(office: Office) -> None:
    clerk = office.client("minzheng")
    table = (io.BytesIO((TABLES / "申请汇总表-有错.xlsx").read_bytes()), "汇总.xlsx")
    given = {"form": "admission_application", "not_secret": "yes", "table": table}
    address = clerk.post("/imports/new", data=given).location
    clerk.post(f"{address}/accept", data={"only_right": "yes"})
    page = words(clerk.get(address).text)
    assert "撤销导入" in page
    shown = clerk.get(f"{address}/withdrawal").text
    found = re.search(r"撤销 (\d+) 件", shown)
    assert found is not None
    assert clerk.post(f"{address}/withdrawal", data={"reason": ""}).status_code == 422
    assert clerk.post(f"{address}/withdrawal", data={"reason": "传错了表"}).status_code == 303
    assert f"已撤销 {found[1]} 件" in words(clerk.get(f"{address}/withdrawal").text)
    again = clerk.post(f"{address}/withdrawal", data={"reason": "再来"})
    assert "无需再次撤销" in words(again.text)
    assert office.client("admin").get(f"{address}/withdrawal").status_code == 200
