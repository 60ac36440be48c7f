"""An admitted matter is changed: the unit asks from its page, each desk sees old beside new, the registry keeps both."""

from __future__ import annotations

import re

import pytest
from people import People, people
from playwright.sync_api import Browser
from serving import Served

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys-change")]

MATTER = "巡回法庭进社区便民服务"
TITLE = f"变更：{MATTER}"
NEW = "每季度在社区开庭一次，社区提供场地"


def test_a_matter_is_changed_and_its_earlier_version_stays(office: Served, own_browser: Browser) -> None:
    with people(own_browser, office.url) as person:
        old = ask(person)
        person("fayuan_ld").do(TITLE, "分管领导审批", "同意变更", opinion="同意变更。")
        clerk = person("minzheng")
        clerk.do(TITLE, "收件登记", "收件")
        clerk.open(TITLE, "经办初审")
        assert old in clerk.text
        assert NEW in clerk.text
        clerk.type(opinion="依据充分，拟同意变更。")
        clerk.press("同意变更")
        clerk.page.wait_for_url(re.compile(r"/inbox/todo$"))
        person("minzheng_kz").do(TITLE, "科长审核", "同意变更", opinion="同意变更。")
        person("minzheng_ld").do(TITLE, "分管局领导签批", "同意变更", opinion="同意变更。")
        person("minzheng_yz").do(TITLE, "用印登记", "已用印")
        unit = person("fayuan")
        unit.go(f"/matters?q={MATTER}")
        unit.page.get_by_role("link", name=MATTER).click()
        assert "变更生效" in unit.text
        assert NEW in unit.page.locator("#asked-changes ins").inner_text()
        day_before = "2026-03-15"
        unit.go(f"/in-force?day={day_before}&q={MATTER}")
        unit.page.get_by_role("link", name=MATTER).click()
        assert old in unit.text
        assert NEW not in unit.text


def ask(person: People) -> str:
    """From the matter's page; what stands is filled in by itself. Returns it."""
    unit = person("fayuan")
    unit.go(f"/matters?q={MATTER}")
    unit.page.get_by_role("link", name=MATTER).click()
    unit.page.get_by_role("link", name="申请变更").click()
    given = unit.page.locator("td", has_text="协助开展").first
    given.wait_for()
    old: str = given.inner_text().strip()
    unit.type(new_content=NEW, change_reason="开庭次数调整。", contact_phone="022-84905566")
    unit.press("提交")
    unit.page.wait_for_url(re.compile(r"/instances/\d+$"))
    return old
