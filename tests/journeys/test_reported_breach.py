"""A community is asked for work that was never admitted, says so, and hears what came of it; nobody learns who it was."""

from __future__ import annotations

import re

import pytest
from people import People, people
from playwright.sync_api import Browser
from serving import Served

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys-supervision")]

MATTER = "居民用水用电数据日报"
TITLE = f"监督反馈：{MATTER}"


def test_a_community_reports_a_breach_and_hears_that_it_was_put_right(
    office: Served, own_browser: Browser
) -> None:
    with people(own_browser, office.url) as person:
        case = report(person)
        person("minzheng").do(TITLE, "受理登记", "受理", ask_street=False)
        words = "经核查，未履行准入审批程序，情况属实。"
        person("minzheng").do(TITLE, "调查核实", "属实", opinion=words)
        chief = person("minzheng_kz")
        chief.open(TITLE, "责令整改")
        assert "任静怡" in chief.text
        assert chief.page.input_value('[name="correct_by"]')
        assert chief.page.is_checked(
            'main [name="notice"]:not([type=hidden])'
        )  # the office's table: never admitted is circulated
        assert chief.page.is_checked('main [name="serious"]:not([type=hidden])')  # the unit's third breach
        chief.type(opinion="立即停止下派，撤回表格。", notice=False, serious=False)
        chief.press("下达整改")
        chief.page.wait_for_url(re.compile(r"/inbox/todo$"))
        put_right(person)
        person("minzheng").do(TITLE, "复核整改", "整改到位", opinion="经复核，整改到位。")
        hears(person, case)


def report(person: People) -> str:
    """The registry answers while the form is filled in."""
    community = person("dongyuan")
    community.go("/supervisions")
    community.page.get_by_role("link", name="提交监督反馈").click()
    assert community.page.input_value('[name="reporter_name"]') == "任静怡"
    community.type(
        accused_unit="区城市管理委员会",
        matter_name=MATTER,
        handed_by="wechat",
        problems=["not_admitted"],
        details="微信群要求每日报送各户读数。",
    )
    community.page.locator("[data-given]", has_text=f"没有名为“{MATTER}”的事务，社区有权拒绝").wait_for()
    community.press("提交")
    community.page.wait_for_url(re.compile(r"/instances/\d+$"))
    assert "社区有权拒绝" in community.text
    return community.page.url


def put_right(person: People) -> None:
    """The unit reads what is asked of it, and not by whom it was reported."""
    unit = person("chengguan")
    unit.open(TITLE, "限期整改")
    assert "立即停止下派，撤回表格。" in unit.text
    assert "＊＊＊" in unit.text
    for secret in ("任静怡", "新立东园"):
        assert secret not in unit.page.content()
    unit.type(opinion="已停止下派，表格已撤回。")
    unit.press("提交")
    unit.page.wait_for_url(re.compile(r"/inbox/todo$"))


def hears(person: People, case: str) -> None:
    community = person("dongyuan")
    community.go("/inbox/notices")
    community.page.get_by_role("link", name=f"您反映的“{MATTER}”已办结：属实，整改到位").click()
    assert community.page.url.startswith(case)
    assert "整改到位" in community.text
