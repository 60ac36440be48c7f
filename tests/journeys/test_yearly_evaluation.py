"""The yearly evaluation: begun, filled in on the page and by workbook, closed early, considered, published, seen as a chart;
what residents do not accept leaves, once its unit was heard."""

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
UNFIT = "厨余垃圾分类入户指导"
EXIT = f"退出：{UNFIT}"


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
        assert UNFIT in clerk.page.locator("table.rows tbody tr").first.inner_text()
        clerk.page.select_option('[name="rows-0-treatment"]', label="退出")
        clerk.type(contact_phone="022-84901111", opinion="居民不认可，建议退出。")
        clerk.press("提交")
        clerk.page.wait_for_url(re.compile(r"/inbox/todo$"))
        person("minzheng_ld").do(TITLE, "审定评议结果", "同意公布")
        person("chengguan").wait_for(EXIT)
        clerk.go("/evaluations/2")
        assert "已公布" in clerk.text
        assert clerk.page.locator(".chart-plot canvas").count() == 2
        clerk.page.get_by_role("link", name="退出办理").first.click()
        assert "评议不合格" in clerk.text
        it_leaves(person)


def begin(person: People) -> None:
    clerk = person("minzheng")
    clerk.go("/evaluations")
    clerk.page.get_by_role("link", name="发起本年度评议").click()
    clerk.type(year="2027")
    clerk.press("提交")
    clerk.page.wait_for_url(re.compile(r"/instances/\d+$"))


def rate_on_the_page(community: Person) -> None:
    """Every matter is good but one, of which residents will not hear."""
    community.open(TITLE, "逐项评议：新立东园社区居民委员会")
    for row in community.page.locator("table.rows tbody tr").all():
        mark = "30" if UNFIT in row.inner_text() else "100"
        for box in row.locator("select").all():
            box.select_option(mark)
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
        unfit = sheet.cell(line, heads["工作事务名称"]).value == UNFIT
        for label in ("作用", "效果", "经费落实", "居民认可"):
            sheet.cell(line, heads[label]).value = "差" if unfit else "好"
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


def it_leaves(person: People) -> None:
    """Its unit has nothing against it, the bureau decides, the communities are told."""
    person("chengguan").do(EXIT, "陈述意见", "同意退出")
    person("minzheng").do(EXIT, "经办初审", "准予退出", opinion="单位同意，拟准予退出。")
    person("minzheng_kz").do(EXIT, "科长审核", "准予退出", opinion="准予退出。")
    for street in ("xinli", "huaming"):
        person(street).do(EXIT, "通知社区停止", "已通知")
    clerk = person("minzheng")
    clerk.go(f"/matters?q={UNFIT}")
    assert "终止" in clerk.page.locator("table.list tbody").inner_text()
