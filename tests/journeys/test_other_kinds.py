"""What else is admitted, each by its own form: a board and a system entered from paper, a contest that is refused."""

from __future__ import annotations

import re
from pathlib import Path

import openpyxl
import pytest
from people import People, Person, Typed, people
from playwright.sync_api import Browser
from serving import Served

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys-shared")]

BOARD, CONTEST, SYSTEM = "社区法官工作站", "无讼社区创建评比", "多元解纷信息平台"
TITLES = {BOARD: f"机构牌子：{BOARD}", CONTEST: f"考核评比：{CONTEST}", SYSTEM: f"信息系统：{SYSTEM}"}


def test_a_board_a_contest_and_a_system_each_by_its_own_form(
    shared_office: Served, own_browser: Browser, tmp_path: Path
) -> None:
    with people(own_browser, shared_office.url) as person:
        enter_from_paper(person("minzheng"))
        apply(person("fayuan"))
        person("fayuan_kz").do(TITLES[CONTEST], "科室负责人审核", "同意申报")
        person("fayuan_ld").do(TITLES[CONTEST], "分管领导审批", "同意申报")
        person("fayuan_yz").do(TITLES[CONTEST], "单位盖章", "已盖章")
        the_bureau_decides(person)
        for title in (TITLES[BOARD], TITLES[SYSTEM]):
            person("xinli").do(title, "街道签收", "确认接收")
        they_stand_in_the_registry(person("fayuan"), tmp_path)


def common(**own: Typed) -> dict[str, Typed]:
    return {
        "contact_name": "吴桂玉",
        "contact_phone": "022-84908838",
        "duration_class": "long_term",
        "legal_basis": "《人民法院组织法》第二条",
        "period_start": "2026-04-01",
        "scope": ["新立街道"],
        **own,
    }


def hand_in(clerk: Person) -> None:
    clerk.press("提交")
    clerk.page.wait_for_url(re.compile(r"/instances/\d+$"))


def enter_from_paper(clerk: Person) -> None:
    """The bureau enters what came on paper: the unit's own steps are over."""
    board = common(matter_name=BOARD, board_kinds=["board"], board_place="inside", content="每周值守半天。")
    system = common(
        matter_name=SYSTEM,
        system_kind="web",
        users="社区调解员",
        frequency="每周",
        data_items="纠纷类型、调解结果",
        integrated="yes",
        content="录入调解结果。",
    )
    for process, form in (("admit_board", board), ("admit_system", system)):
        clerk.go(f"/start/{process}?confidential=no")
        clerk.type(applicant_unit="区人民法院", **form)
        hand_in(clerk)


def apply(clerk: Person) -> None:
    clerk.go("/start/admit_assessment?confidential=no")
    clerk.type(
        **common(
            matter_name=CONTEST,
            assessment_kind="contest",
            frequency="yearly",
            veto="yes",
            method="排名通报。",
            content="诉讼案件发生率。",
        )
    )
    hand_in(clerk)


def the_bureau_decides(person: People) -> None:
    """The contest is refused with its reason, the others are admitted."""
    for title in TITLES.values():
        person("minzheng").do(title, "收件登记", "收件")
    for who, step in (
        ("minzheng", "经办初审"),
        ("minzheng_kz", "科长审核"),
        ("minzheng_ld", "分管局领导签批"),
    ):
        for name, title in TITLES.items():
            refused = name == CONTEST
            words = "评比过多，一票否决无依据。" if refused else "同意。"
            person(who).do(title, step, "不予准入" if refused else "同意准入", opinion=words)
    for title in (TITLES[BOARD], TITLES[SYSTEM]):
        person("minzheng_yz").do(title, "用印登记", "已用印")


def they_stand_in_the_registry(clerk: Person, folder: Path) -> None:
    """Each kind on its own tab; what was refused says why; the official table goes out."""
    clerk.go(f"/matters?kind=assessment&state=refused&q={CONTEST}")
    clerk.page.get_by_role("link", name=CONTEST).click()
    assert "一票否决无依据" in clerk.text
    for kind, name in (("system", SYSTEM), ("board", BOARD)):
        clerk.go(f"/matters?kind={kind}&q={name}")
        row = clerk.page.locator("table.list tbody tr")
        assert "未生效" in row.inner_text()
        row.get_by_role("link", name=name).click()
    assert "悬挂位置\n室内" in clerk.text
    told = openpyxl.load_workbook(clerk.download("导出机构牌子准入审批表.xlsx", folder)).active
    assert any("☑室内" in str(cell) for line in told.values for cell in line if cell)


def test_of_a_confidential_matter_dates_alone_are_entered(
    shared_office: Served, own_browser: Browser
) -> None:
    with people(own_browser, shared_office.url) as person:
        clerk = person("minzheng")
        clerk.go("/start/confidential")
        assert clerk.page.locator("main textarea").count() == 0
        clerk.type(offline_number="S-2026-11", applicant_unit="区人民法院", received_on="2026-03-13")
        hand_in(clerk)
        clerk.open("涉密事项 S-2026-11", "登记审结日期")
        clerk.type(offline_decided_on="2026-03-16")
        clerk.press("提交")
        clerk.page.wait_for_url(re.compile(r"/inbox/todo$"))
        clerk.go("/matters?state=offline")
        assert "涉密事项 S-2026-11" in clerk.text
        person("fayuan").go("/matters?state=offline")
        assert "S-2026-11" not in person("fayuan").text
