"""A ledger is admitted, filled in and read by another department; a resident gets one certificate and is refused another."""

from __future__ import annotations

import re

import pytest
from people import People, Person, people
from playwright.sync_api import Browser
from serving import Served

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys-counter")]

NAME = "涉诉家庭关爱台账"
TITLE = f"台账：{NAME}"


def test_a_ledger_is_admitted_and_filled_in_once_for_every_department(
    office: Served, own_browser: Browser
) -> None:
    with people(own_browser, office.url) as person:
        apply(person("fayuan"))
        admit(person)
        community = person("dongyuan")
        community.go(f"/ledgers?q={NAME}")
        community.page.get_by_role("link", name=NAME).click()
        community.page.get_by_role("link", name="填报一行").click()
        community.type(c1="蒲松", c2="120110195001011234", c3="低保", c4="已联系法律援助")
        community.press("保存")
        community.page.wait_for_url(re.compile(r"/ledgers/\d+$"))
        assert "已保存，各部门共用，不需再报" in community.said()
        department = person("chengguan")
        department.go(community.page.url.removeprefix(office.url))
        assert "蒲松" in department.text
        assert "填报一行" not in department.text


def apply(clerk: Person) -> None:
    """The directory answers while the columns are written."""
    clerk.go("/start/admit_ledger?confidential=no")
    clerk.type(
        contact_name="吴桂玉",
        contact_phone="022-84908838",
        matter_name=NAME,
        duration_class="long_term",
        ledger_kind="ledger",
        frequency="每月",
        column_list="姓名(必填)\n身份证号(唯一)\n类别(低保/其他)\n帮扶情况(长文)",
        legal_basis="《法律援助法》第三条",
        content="每月更新。",
        period_start="2026-03-16",
        scope=["新立街道"],
    )
    clerk.page.locator("[data-given]", has_text="《困难群众走访台账》(区民政局)：姓名、身份证号").wait_for()
    clerk.press("提交")
    clerk.page.wait_for_url(re.compile(r"/instances/\d+$"))


def admit(person: People) -> None:
    """The same steps as of work, by the same people."""
    person("fayuan_kz").do(TITLE, "科室负责人审核", "同意申报")
    person("fayuan_ld").do(TITLE, "分管领导审批", "同意申报")
    person("fayuan_yz").do(TITLE, "单位盖章", "已盖章")
    person("minzheng").do(TITLE, "收件登记", "收件")
    reviewer = person("minzheng")
    reviewer.open(TITLE, "经办初审")
    assert "社区台账(报表)准入审批表" in reviewer.text
    reviewer.do(TITLE, "经办初审", "同意准入", opinion="栏目精简，同意。")
    person("minzheng_kz").do(TITLE, "科长审核", "同意准入", opinion="同意。")
    person("minzheng_ld").do(TITLE, "分管局领导签批", "同意准入", opinion="同意准入。")
    person("minzheng_yz").do(TITLE, "用印登记", "已用印", copies="2")
    person("xinli").do(TITLE, "街道签收", "确认接收")


def test_a_resident_gets_a_numbered_certificate_and_is_refused_one_outside_the_list(
    office: Served, own_browser: Browser
) -> None:
    with people(own_browser, office.url) as person:
        counter = person("dongyuan")
        asks(counter, "奶牛养殖证明", "不在证明事项清单内，不予出具")
        assert "不予出具(不在清单内)" in counter.text
        asks(counter, "志愿服务情况证明", "在清单内，可以出具")
        title = "证明：志愿服务情况证明"
        counter.do(title, "核实情况", "属实，拟出具", opinion="经核对志愿服务记录，情况属实。")
        counter.do(title, "签发用印", "同意，用印", copies="1")
        counter.go("/certificates")
        number = re.search(r"社证〔2026〕\d{5}号", counter.text)
        assert number
        counter.go("/certificates/seal-uses")
        assert f"志愿服务情况证明 {number[0]}" in counter.text
        the_seal_is_used_for_work(counter)
        counter.go(f"/certificates?q={number[0]}")
        counter.page.locator("main a", has_text="志愿服务情况证明").first.click()
        code = counter.page.locator("dd code").inner_text()
        counter.go(f"/certificates/check?number={number[0]}&code={code}")
        assert "有效" in counter.text
        assert "甲居民" not in counter.page.content()


def the_seal_is_used_for_work(counter: Person) -> None:
    """What else is sealed goes into the same register."""
    counter.go("/start/seal_use")
    counter.type(subject="报送冬季除雪志愿服务名单", copies="2", purpose="新立街道", approved_by="任静怡")
    counter.press("提交")
    counter.page.wait_for_url(re.compile(r"/instances/\d+$"))
    counter.go("/certificates/seal-uses")
    assert "报送冬季除雪志愿服务名单" in counter.text


def asks(counter: Person, name: str, answer: str) -> None:
    """The list answers while the clerk types."""
    counter.go("/start/certificate?promised=yes")
    counter.type(
        item_name=name,
        purpose="升学",
        applicant_name="甲居民",
        id_number="120110200801010011",
        statement="自2025年起参加社区志愿服务。",
    )
    counter.page.locator("[data-given]", has_text=answer).wait_for()
    counter.press("提交")
    counter.page.wait_for_url(re.compile(r"/instances/\d+$"))
