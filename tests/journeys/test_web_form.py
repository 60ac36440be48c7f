"""The unit fills the web form by hand: faults in place, the confidential stop, and every way a review can go."""

from __future__ import annotations

import re

import pytest
from people import People, Person, Typed, people
from playwright.sync_api import Browser
from serving import Served

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys-forms")]

TITLE = "社区普法宣传栏更新"
FORM: dict[str, Typed] = {
    "unit_head": "周兰",
    "contact_name": "吴桂玉",
    "contact_phone": "022-84908838",
    "matter_name": TITLE,
    "duration_class": "short_term",
    "executor": ["community"],
    "legal_basis": "《法治宣传教育法》第十二条",
    "content": "协助更新社区普法宣传栏。",
    "period_start": "2026-04-13",
    "period_end": "2026-10-12",
    "scope": ["新立街道"],
    "funds_amount": "12000",
}


def test_wrong_values_are_told_in_place_and_nothing_typed_is_lost(
    office: Served, own_browser: Browser
) -> None:
    with people(own_browser, office.url) as person:
        clerk = person("fayuan")
        begin(clerk)
        clerk.type(**{**FORM, "contact_phone": "1380013", "funds_amount": "约三万", "content": ""})
        with clerk.refused(422):
            clerk.press("提交")
        clerk.page.wait_for_selector(".summary")
        assert "有 3 处需要改正" in clerk.page.locator(".summary").inner_text()
        for key in ("contact_phone", "funds_amount", "content"):
            assert clerk.page.locator(f'[name="{key}"]').get_attribute("aria-invalid") == "true", key
        assert clerk.page.input_value('[name="contact_phone"]') == "1380013"
        assert clerk.page.input_value('[name="funds_amount"]') == "约三万"
        assert clerk.page.input_value('[name="matter_name"]') == TITLE
        assert clerk.page.input_value('[name="period_end"]') == "2026-10-12"
        assert clerk.page.is_checked('[name="duration_class"][value="short_term"]')
        assert clerk.page.locator('[name="scope"]:checked').count() == 1
        clerk.type(contact_phone="13800138000", funds_amount="30000", content="协助更新。")
        sent(clerk)
        assert "30,000" in clerk.text


def test_a_confidential_matter_stops_and_leaves_nothing(office: Served, own_browser: Browser) -> None:
    before = rows(office)
    with people(own_browser, office.url) as person:
        clerk = person("fayuan")
        clerk.go("/start/apply")
        clerk.page.check('[name="confidential"][value="yes"]')
        clerk.page.get_by_role("button", name="下一步").click()
        clerk.page.wait_for_selector(".summary")
        assert "请线下办理" in clerk.text
        assert clerk.page.locator("textarea").count() == 0  # no other field was shown
        begin(clerk)
        clerk.excuse(
            "status of 422"
        )  # with the mark on the page nothing of it is taken, checks and drafts neither
        clerk.type(**{**FORM, "legal_basis": "机密★1年"})  # a secrecy mark among the values
        clerk.press("提交")
        clerk.page.wait_for_selector(".summary")
        assert "机密★1年" not in clerk.page.content()
    assert rows(office) == before
    for kept in office.folder.glob("*.sqlite*"):
        assert "机密★1年".encode() not in kept.read_bytes(), kept.name
    assert "机密★1年" not in (office.folder / "server.log").read_text("utf-8")


def test_who_comes_late_gives_the_reason(office: Served, own_browser: Browser) -> None:
    with people(own_browser, office.url) as person:
        clerk = person("fayuan")
        begin(clerk)
        reason = clerk.page.locator('[name="late_reason"]')
        assert not reason.is_visible()
        clerk.type(**{**FORM, "period_start": "2026-03-18"})
        clerk.page.keyboard.press("Tab")
        reason.wait_for(state="visible")
        assert "不足 5 个工作日" in clerk.text
        with clerk.refused(422):
            clerk.press("提交")
        clerk.page.wait_for_selector(".summary")
        assert "原因" in clerk.page.locator(".summary").inner_text()
        clerk.type(late_reason="上级部署时间较紧")
        sent(clerk)
        assert "上级部署时间较紧" in clerk.text


def test_a_supplement_goes_back_to_the_unit_and_returns(office: Served, own_browser: Browser) -> None:
    with people(own_browser, office.url) as person:
        reviewed(person)
        clerk = person("minzheng")
        clerk.open(TITLE, "经办初审")
        with clerk.refused(422):
            clerk.press("退回补正")  # what is to be supplemented must be told
        clerk.page.wait_for_selector(".summary")
        clerk.type(supplement_items="请补充经费安排文件。")
        clerk.press("退回补正")
        clerk.page.wait_for_url(re.compile(r"/inbox/todo$"))
        unit = person("fayuan")
        unit.open(TITLE, "补正材料")
        assert "请补充经费安排文件。" in unit.text
        assert unit.page.input_value('[name="content"]') == FORM["content"]
        unit.type(funds_source="部门预算(津财〔2026〕3号)")
        unit.press(unit.page.locator(".acts button.btn-primary").first.inner_text())
        unit.page.wait_for_url(re.compile(r"/inbox/todo$"))
        clerk.open(TITLE, "经办初审")
        assert "津财〔2026〕3号" in clerk.text


def test_the_unit_withdraws_before_the_decision(office: Served, own_browser: Browser) -> None:
    with people(own_browser, office.url) as person:
        case = reviewed(person)
        unit = person("fayuan")
        unit.go(case)
        unit.page.get_by_role("link", name="撤回申请").click()
        unit.page.fill("#reason", "场地另有安排")
        unit.page.get_by_role("button", name="撤回申请").click()
        unit.page.wait_for_url(re.compile(r"/instances/\d+$"))
        assert "已撤回" in unit.text
        assert "场地另有安排" in unit.text
        assert person("minzheng").todo(TITLE) == []


def test_a_refusal_says_why(office: Served, own_browser: Browser) -> None:
    reason = "无法律法规依据，不得转嫁社区。"
    with people(own_browser, office.url) as person:
        case = reviewed(person)
        person("minzheng").do(TITLE, "经办初审", "不予准入", opinion="属部门自身职责。")
        person("minzheng_kz").do(TITLE, "科长审核", "不予准入", opinion="不予准入。")
        leader = person("minzheng_ld")
        leader.open(TITLE, "分管局领导签批")
        with leader.refused(422):
            leader.press("不予准入")  # not without a reason
        leader.page.wait_for_selector(".summary")
        leader.type(opinion=reason)
        leader.press("不予准入")
        leader.page.wait_for_url(re.compile(r"/inbox/todo$"))
        unit = person("fayuan")
        unit.go(case)
        assert "不予准入" in unit.text
        assert reason in unit.text
        unit.go(f"/matters?q={TITLE}")
        assert not re.search(r"准〔2026〕\d{4}号", unit.text)


def test_an_approval_with_conditions_shows_them(office: Served, own_browser: Browser) -> None:
    conditions = "经费足额到位后实施。"
    with people(own_browser, office.url) as person:
        case = reviewed(person)
        person("minzheng").do(TITLE, "经办初审", "同意准入", opinion="依据充分。")
        chief = person("minzheng_kz")
        chief.open(TITLE, "科长审核")
        with chief.refused(422):
            chief.press("附条件准入")  # which conditions?
        chief.page.wait_for_selector(".summary")
        chief.type(conditions=conditions, opinion="附条件准入。")
        chief.press("附条件准入")
        chief.page.wait_for_url(re.compile(r"/inbox/todo$"))
        leader = person("minzheng_ld")
        leader.open(TITLE, "分管局领导签批")
        leader.type(opinion="同意附条件准入。")
        leader.press("附条件准入")  # the chief's conditions stand
        leader.page.wait_for_url(re.compile(r"/inbox/todo$"))
        person("minzheng_yz").do(TITLE, "用印登记", "已用印")
        unit = person("fayuan")
        unit.go(case)
        assert conditions in unit.page.content()
        unit.go(f"/matters?q={TITLE}")
        unit.page.get_by_role("link", name=TITLE).click()
        assert conditions in unit.text


# ------------------------------------------------------------------ stretches of the way
def begin(clerk: Person) -> None:
    """Start an application as the menu leads to it; confidential is asked before any other field."""
    clerk.go("/start")
    clerk.page.locator(".choice-card", has_text="社区工作事务准入申请").get_by_role(
        "link", name="在线填报"
    ).or_(clerk.page.locator('.choice-card a[href$="/start/apply"]')).first.click()
    clerk.page.check('[name="confidential"][value="no"]')
    clerk.page.get_by_role("button", name="下一步").click()
    clerk.page.wait_for_selector("#start-form")


def sent(clerk: Person) -> str:
    """Press 提交; returns the address of the application."""
    clerk.press("提交")
    clerk.page.wait_for_url(re.compile(r"/instances/\d+$"))
    return clerk.page.url


def reviewed(person: People) -> str:
    """An application that went through the unit and lies on the reviewing clerk's desk; returns its address."""
    clerk = person("fayuan")
    clerk.go("/start/apply?confidential=no")
    clerk.type(**FORM)
    case = sent(clerk)
    person("fayuan_kz").do(TITLE, "科室负责人审核", "同意申报")
    person("fayuan_ld").do(TITLE, "分管领导审批", "同意申报", opinion="同意申报。")
    person("fayuan_yz").do(TITLE, "单位盖章", "已盖章")
    person("minzheng").do(TITLE, "收件登记", "收件")
    return case


def rows(office: Served) -> dict[str, int]:
    """How many rows each table of the house holds, but for what a sign-in leaves and what the server writes by the clock."""
    tables = office.ask("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    signed_in = {"audit", "web_session", "tally"}
    by_the_clock = {"worker_heartbeat", "notice", "task_reminder", "calendar_year"}
    return {
        str(name): int(office.ask(f'SELECT count(*) FROM "{name}"')[0][0])
        for (name,) in tables
        if name not in signed_in | by_the_clock
    }
