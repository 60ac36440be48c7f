"""The bureau orders a matter out: the unit is heard, communities and subdistricts answer, all read who has stopped."""

from __future__ import annotations

import re

import pytest
from people import Person, people
from playwright.sync_api import Browser
from serving import Served

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys-shared")]

MATTER = "厨余垃圾分类入户指导"
TITLE = f"退出：{MATTER}"


def test_the_bureau_orders_a_matter_out_and_its_unit_is_heard(
    shared_office: Served, own_browser: Browser
) -> None:
    with people(own_browser, shared_office.url) as person:
        order(person("minzheng"))
        unit = person("chengguan")
        unit.do(TITLE, "陈述意见", "不同意退出", opinion="居民仍有需要，请予保留。")
        chief = person("minzheng_kz")
        chief.open(TITLE, "科长审核")
        assert "居民仍有需要，请予保留。" in chief.text
        chief.type(opinion="超出备案范围，责令退出。")
        chief.press("准予退出")
        chief.page.wait_for_url(re.compile(r"/inbox/todo$"))
        person("dongyuan").do(TITLE, "确认停止", "已停止")
        street = person("xinli")
        street.open(TITLE, "通知社区停止")
        own = street.page.locator("table.rows tbody tr", has_text="新立东园")
        assert own.locator('[name$="-answered_by"]').input_value() == "任静怡"
        street.press("已通知")
        street.page.wait_for_url(re.compile(r"/inbox/todo$"))
        person("huaming").do(TITLE, "通知社区停止", "已通知")
        unit.go(f"/matters?q={MATTER}")
        assert "终止" in unit.page.locator("table.list tbody").inner_text()
        unit.page.get_by_role("link", name=MATTER).click()
        assert "审核单位责令退出" in unit.text
        unit.page.get_by_role("link", name="社区停止情况").click()
        assert "社区确认" in unit.page.locator("table.list tr", has_text="新立东园").inner_text()


def order(clerk: Person) -> None:
    clerk.go("/start/terminate")
    clerk.type(applicant_unit="区城市管理委员会")
    clerk.type(
        raised_by="order",
        matter_name=MATTER,
        exit_kind="violation",
        exit_reason="多次超出备案范围要求社区代收费用。",
        contact_phone="022-84901111",
    )
    clerk.press("提交")
    clerk.page.wait_for_url(re.compile(r"/instances/\d+$"))
