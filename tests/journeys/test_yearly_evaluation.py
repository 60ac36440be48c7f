"""The yearly evaluation: begun, filled in on the page and by workbook, closed early, considered, published, seen as a chart."""

from __future__ import annotations

import re
from pathlib import Path

import openpyxl
import pytest
from people import People, Person, people
from playwright.sync_api import Browser
from serving import Served

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys-evaluation")]

TITLE = "2027年社区工作事务效果评议"
ASPECTS = ("usefulness", "effect", "funds", "acceptance")


def test_a_year_is_evaluated_and_what_is_unfit_leaves(
    office: Served, own_browser: Browser, tmp_path: Path
) -> None:
    with people(own_browser, office.url) as person:
        begin(person)
        rate_on_the_page(person("dongyuan"))
        rate_by_workbook(person("xinli"), tmp_path)
        clerk = person("minzheng")
        clerk.go("/evaluations")
        clerk.page.get_by_role("link", name="2027年效果评议").click()
        assert "2/" in clerk.text
        clerk.page.get_by_role("link", name="办理过程").click()
        close_early(clerk)
        clerk.open(TITLE, "研究处理意见")
        clerk.page.select_option('[name="rows-0-treatment"]', label="退出")
        clerk.type(contact_phone="022-84901111", opinion="居民不认可，建议退出。")
        clerk.press("提交")
        clerk.page.wait_for_url(re.compile(r"/inbox/todo$"))
        person("minzheng_ld").do(TITLE, "审定评议结果", "同意公布")
        clerk.go("/evaluations/2")
        assert "已公布" in clerk.text
        assert clerk.page.locator(".chart-plot canvas").count() == 2
        clerk.page.get_by_role("link", name="退出办理").first.click()
        assert "评议不合格" in clerk.text


def begin(person: People) -> None:
    clerk = person("minzheng")
    clerk.go("/evaluations")
    clerk.page.get_by_role("link", name="发起本年度评议").click()
    clerk.type(year="2027")
    clerk.press("提交")
    clerk.page.wait_for_url(re.compile(r"/instances/\d+$"))


def rate_on_the_page(community: Person) -> None:
    """Every matter is good but the first, of which residents will not hear."""
    community.open(TITLE, "逐项评议：新立东园社区居民委员会")
    boxes = community.page.locator('select[name^="rows-"]')
    for place in range(boxes.count()):
        boxes.nth(place).select_option("30" if place < len(ASPECTS) else "100")
    community.press("提交")
    community.page.wait_for_url(re.compile(r"/inbox/todo$"))


def rate_by_workbook(street: Person, folder: Path) -> None:
    """The subdistrict's own table comes back as a workbook."""
    street.open(TITLE, "逐项评议：新立街道")
    street.page.get_by_role("link", name="离线填写").click()
    table = street.download("下载表格.xlsx", folder)
    book = openpyxl.load_workbook(table)
    sheet = book["评议事项"]
    heads = {str(cell.value): cell.column for cell in sheet[4]}
    for line in range(5, sheet.max_row + 1):
        for label in ("作用", "效果", "经费落实", "居民认可"):
            sheet.cell(line, heads[label]).value = "差" if line == 5 else "好"
    book.save(table)
    street.page.set_input_files("#table", table)
    street.page.get_by_role("button", name="上传并填入").click()
    street.page.wait_for_url(re.compile(r"/tasks/\d+"))
    street.press("提交")
    street.page.wait_for_url(re.compile(r"/inbox/todo$"))


def close_early(clerk: Person) -> None:
    clerk.page.get_by_role("link", name="提前汇总").click()
    clerk.page.fill('[name="reason"]', "各单位已电话确认")
    clerk.page.get_by_role("button", name="提前汇总").click()
    clerk.page.wait_for_url(re.compile(r"/instances/\d+$"))
