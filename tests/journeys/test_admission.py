"""The main job, end to end: the unit's own table becomes a filed matter, handed over, and a signed-off table again."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from people import People, Person, people
from playwright.sync_api import Browser
from serving import Served

from forms.schema import load_form
from templates_xlsx.grid import open_workbook
from templates_xlsx.opinions import Opinion, read_opinions
from templates_xlsx.reading import read_records

pytestmark = pytest.mark.browser

FORM = Path(__file__).parents[2] / "forms" / "admission_application.form"
TODAY = date(2026, 3, 16)
COMMUNITY = "司法文书送达协助(2026年第1批)"
GRID = "失联被执行人线索核查(2026年第1批)"
DATABASES = [
    pytest.param("", id="sqlite", marks=pytest.mark.xdist_group("journeys-sqlite")),
    pytest.param(
        "new_postgres_url",
        id="postgres",
        marks=[pytest.mark.postgres, pytest.mark.xdist_group("journeys-postgres")],
    ),
]


@pytest.fixture(params=DATABASES)
def office(request: pytest.FixtureRequest, make_office: Callable[[str], Served]) -> Served:
    """The sample office, served, once on each database."""
    return make_office(request.getfixturevalue(request.param) if request.param else "").start()


def test_an_approval_table_becomes_a_filed_matter_and_comes_back_signed(
    office: Served, own_browser: Browser, tables: Path, tmp_path: Path
) -> None:
    scan = a_scan(tmp_path)
    with people(own_browser, office.url) as person:
        clerk = person("fayuan")
        take_in(clerk, tables / "审批表-样式一.xlsx")
        the_unit_agrees(person, scan)
        number = the_bureau_admits(person)
        filed = the_subdistricts_sign(person)
        assert filed != number
        found_in_the_registry(clerk, filed)
        kept = clerk.download("导出审批表.xlsx", tmp_path)
        the_table_says_what_was_typed(office, kept, tables / "审批表-样式一.truth.json", number)


def test_grid_work_is_reviewed_by_bureau_and_grid_centre_and_dispatched(
    office: Served, own_browser: Browser, tmp_path: Path
) -> None:
    with people(own_browser, office.url) as person:
        clerk = person("fayuan")
        clerk.go("/start/apply?confidential=no")
        clerk.type(
            unit_head="周兰",
            contact_name="吴桂玉",
            contact_phone="022-84908838",
            matter_name=GRID,
            duration_class="long_term",
            executor=["community", "grid"],
            legal_basis="《民事诉讼法》第二百五十三条",
            content="网格员核查失联被执行人线索，社区协助联系。",
            period_start="2026-04-13",
            period_end="2027-12-31",
            scope=["华明街道"],
        )
        clerk.press("提交")
        clerk.page.wait_for_url(re.compile(r"/instances/\d+$"))
        case = clerk.page.url
        person("fayuan_kz").do(GRID, "科室负责人审核", "同意申报")
        person("fayuan_ld").do(GRID, "分管领导审批", "同意申报", opinion="同意申报。")
        person("fayuan_yz").do(GRID, "单位盖章", "已盖章")
        person("minzheng").do(GRID, "收件登记", "收件")
        assert person("wangge").todo(GRID) == ["网格中心会审"]
        person("minzheng").do(GRID, "经办初审", "同意准入", opinion="依据充分，拟同意准入。")
        assert person("minzheng_kz").todo(GRID) == []  # nothing goes on before both have said
        person("wangge").do(GRID, "网格中心会审", "同意", opinion="同意由网格员协助。")
        person("minzheng_kz").do(GRID, "科长审核", "同意准入", opinion="同意。")
        person("minzheng_ld").do(GRID, "分管局领导签批", "同意准入", opinion="同意准入。")
        person("minzheng_yz").do(GRID, "用印登记", "已用印", copies="2")
        person("huaming").do(GRID, "街道签收", "确认接收")
        person("wangge").do(GRID, "网格平台派单", "已派单", dispatch_number="WG-0316")
        clerk.go(case)
        assert "已准入" in clerk.text
        kept = clerk.download("导出审批表.xlsx", tmp_path)
        assert opinions_of(kept)[-1] == Opinion("grid_opinion", "同意由网格员协助。", "刘洋", TODAY)


# ------------------------------------------------------------------ stretches of the way
def a_scan(folder: Path) -> Path:
    """A picture of a signed sheet."""
    found = folder / "签批件.png"
    found.write_bytes(
        bytes.fromhex(
            "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c4944415408d763f8ffff3f"
            "0005fe02fedccc59e70000000049454e44ae426082"
        )
    )
    return found


def take_in(clerk: Person, table: Path) -> None:
    clerk.upload_table(table)
    assert COMMUNITY in clerk.text
    assert "没有需要改正的内容" in clerk.text or "请核对" in clerk.text
    clerk.page.get_by_role("button", name=re.compile("导入")).click()
    clerk.wait_for_import()
    assert "已导入 1 / 1" in clerk.text
    clerk.page.get_by_role("link", name="查看申请").click()
    assert COMMUNITY in clerk.text


def the_unit_agrees(person: People, scan: Path) -> None:
    person("fayuan_kz").do(COMMUNITY, "科室负责人审核", "同意申报", opinion="情况属实。")
    person("fayuan").record(  # the leader signs on paper, the clerk enters it
        COMMUNITY,
        "分管领导审批",
        "同意申报",
        opinion="同意申报，经费已列入预算。",
        decided_by="周兰",
        decided_on="2026-03-13",
        decision_scan=scan,
    )
    person("fayuan_yz").do(COMMUNITY, "单位盖章", "已盖章", stamped_scan=scan)


def the_bureau_admits(person: People) -> str:
    """Receive, review, chief, leader, seal; returns the number given at receipt."""
    person("minzheng").do(COMMUNITY, "收件登记", "收件", received_on="2026-03-16")
    clerk = person("minzheng")
    clerk.open(COMMUNITY, "经办初审")
    number = re.search(r"准〔2026〕受\d{4}号", clerk.text)
    assert number
    clerk.do(COMMUNITY, "经办初审", "同意准入", opinion="依据充分，权责经费对应。")
    person("minzheng_kz").do(COMMUNITY, "科长审核", "同意准入", opinion="拟同意准入。")
    person("minzheng_ld").do(COMMUNITY, "分管局领导签批", "同意准入", opinion="同意准入，请与街道对接。")
    assert person("wangge").todo(COMMUNITY) == []  # no grid workers, no co-review
    person("minzheng_yz").do(COMMUNITY, "用印登记", "已用印", copies="3")
    return number[0]


def the_subdistricts_sign(person: People) -> str:
    """Each subdistrict in scope signs, no other; returns the filing number."""
    assert person("wanxin").todo(COMMUNITY) == []
    clerk = person("fayuan")
    for street in ("xinli", "junliangcheng", "jinqiao"):
        assert filing_number(clerk)
        person(street).do(COMMUNITY, "街道签收", "确认接收")
    return filing_number(clerk)


def filing_number(clerk: Person) -> str:
    clerk.go("/matters?q=" + COMMUNITY)
    found = re.search(r"准〔2026〕\d{4}号", clerk.text)
    assert found, clerk.text
    return found[0]


def found_in_the_registry(clerk: Person, number: str) -> None:
    clerk.go("/")
    clerk.page.fill("#top-search", "司法文书送达协助(2026")
    clerk.page.press("#top-search", "Enter")
    clerk.page.wait_for_url(re.compile(r"/matters\?"))
    rows = clerk.page.locator("table.list tbody tr")
    assert rows.count() == 1
    assert number in rows.inner_text()
    assert "未生效" in rows.inner_text()
    rows.get_by_role("link", name=COMMUNITY).click()
    receipts = clerk.page.locator("#hand-over tbody tr")
    signed = [
        (row.locator("td").nth(0).inner_text(), row.locator("td").nth(2).inner_text())
        for row in receipts.all()
    ]
    assert signed == [("新立街道", "韩雪"), ("军粮城街道", "蒋涛"), ("金桥街道", "田甜")]
    clerk.page.get_by_role("link", name="查看申请").click()
    clerk.page.wait_for_url(re.compile(r"/instances/\d+"))
    assert "已准入" in clerk.text
    assert re.search(r"编号[:：]\s*准〔2026〕受\d{4}号", clerk.text)  # on the paper, not the filing number


def opinions_of(table: Path) -> tuple[Opinion, ...]:
    form = load_form(FORM.read_bytes(), FORM.name)
    return read_opinions(open_workbook(table.read_bytes(), table.name), form)


def the_table_says_what_was_typed(office: Served, kept: Path, truth: Path, number: str) -> None:
    """Every field as the unit's own table has it, and each opinion in its box with name and date."""
    wanted: dict[str, Any] = json.loads(truth.read_text("utf-8"))[0]["values"]
    form = load_form(FORM.read_bytes(), FORM.name)
    (record,) = read_records(open_workbook(kept.read_bytes(), kept.name), form).records
    assert record.posted["application_number"] == number
    assert record.posted["matter_name"] == wanted["matter_name"]
    read = office.command(
        "import", str(kept), "--form", "admission_application", "--as", "admin", "--dry-run", "--json"
    )
    values = json.loads(read.stdout)["records"][0]["values"]
    for key, value in wanted.items():
        got = "、".join(values[key]) if isinstance(values[key], list) else values[key]
        assert got == value, key
    assert opinions_of(kept) == (
        Opinion("unit_opinion", "情况属实。", "郑凯", TODAY),
        Opinion("unit_opinion", "同意申报，经费已列入预算。", "周兰", date(2026, 3, 13), "吴桂玉"),
        Opinion("bureau_opinion", "依据充分，权责经费对应。", "周志远", TODAY),
        Opinion("bureau_opinion", "拟同意准入。", "林秀英", TODAY),
        Opinion("bureau_opinion", "同意准入，请与街道对接。", "王振华", TODAY),
    )
