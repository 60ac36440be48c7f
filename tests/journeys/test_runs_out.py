"""Before periods are over units are asked: one matter is extended, one ends, one runs out in silence."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from people import Person, people
from playwright.sync_api import Browser
from serving import Served

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys-change")]

EXTENDED, ENDING, SILENT = "共享单车停放秩序巡查", "涉诉信访人员走访", "图书流动站服务"
ASKED = "到期确认：2026年3月17日"
TITLE = f"退出：{ENDING}"
NEXT_MORNING, AFTER_ALL = "2026-03-17T09:30:00+08:00", "2026-04-14T09:30:00+08:00"


def test_what_runs_out_is_extended_or_ended_or_left(
    make_office: Callable[[str], Served], own_browser: Browser, tmp_path: Path
) -> None:
    office = make_office("")
    office.settings["ZHUNRU_NOW"] = NEXT_MORNING
    office.start()
    with people(own_browser, office.url) as person:
        clerk = person("minzheng")
        the_unit_extends(person("chengguan"))
        clerk.open(ASKED, "核准延期")
        assert "工作未完成" in clerk.text
        clerk.page.select_option('[name="rows-0-ruling"]', label="同意延期")
        clerk.press("提交核准结果")
        clerk.page.wait_for_url(re.compile(r"/inbox/todo$"))
        person("minzheng_ld").do(ASKED, "分管局领导签批", "同意核准结果", opinion="同意。")
        ask_by_hand(clerk, tmp_path)
        person("fayuan").open(ASKED, "确认延期或终止")
        person("fayuan").page.select_option('[name="rows-0-answer"]', label="到期终止")
        person("fayuan").press("提交")
        person("fayuan").page.wait_for_url(re.compile(r"/inbox/todo$"))
        clerk.do(TITLE, "经办初审", "准予退出", opinion="单位已确认到期终止。")
        person("jinqiao").do(TITLE, "通知社区停止", "已通知")
        office.stop()
        office.settings["ZHUNRU_NOW"] = AFTER_ALL
        office.start()
        assert stands(clerk, EXTENDED) == "有效"
        assert stands(clerk, ENDING) == "终止"
        assert stands(clerk, SILENT) == "到期"


def the_unit_extends(unit: Person) -> None:
    """The clock has asked at half past eight; the sheet holds what of the unit ends within thirty days."""
    unit.wait_for(ASKED)
    unit.open(ASKED, "确认延期或终止")
    rows = unit.page.locator("table.rows tbody tr")
    assert rows.count() == 1
    assert EXTENDED in rows.inner_text()
    unit.page.select_option('[name="rows-0-answer"]', label="延期")
    unit.page.fill('[name="rows-0-new_end"]', "2026-10-31")
    unit.page.fill('[name="rows-0-note"]', "工作未完成")
    unit.press("提交")
    unit.page.wait_for_url(re.compile(r"/inbox/todo$"))


def ask_by_hand(clerk: Person, folder: Path) -> None:
    """One more that is in force comes in by a table, and nobody waits for the next morning."""
    table = folder / "存量.csv"
    table.write_text(
        "申请单位,工作事务名称,准入备案号,事项性质,起始日期,截止日期,进入范围,状态\n"
        f"区人民法院,{ENDING},准〔2025〕0099号,短期,2025-04-01,2026-04-08,金桥街道,有效\n",
        "utf-8",
    )
    clerk.upload_table(table, "matter_backlog")
    clerk.page.get_by_role("button", name=re.compile("导入")).click()
    clerk.wait_for_import()
    clerk.go("/start/expire")
    clerk.page.get_by_role("button", name="发起").click()
    clerk.page.wait_for_url(re.compile(r"/instances/\d+$"))


def stands(clerk: Person, name: str) -> str:
    """The state of a matter in the registry."""
    clerk.go(f"/matters?q={name}")
    return clerk.page.locator("table.list tbody tr .chip").first.inner_text()
