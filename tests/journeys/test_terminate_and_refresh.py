"""A matter leaves the communities; the yearly refresh publishes an edition without it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from people import People, Person, people
from playwright.sync_api import Browser
from serving import Served

from forms.schema import load_form
from templates_xlsx.grid import open_workbook
from templates_xlsx.reading import read_records

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys-refresh")]

FORM = Path(__file__).parents[2] / "forms" / "catalogue_entry.form"
LEAVING = "厨余垃圾分类入户指导"  # in force since last year, in two subdistricts
ENDED = "巡回法庭进社区便民服务"
CHANGED = "涉民生案件执行线索征集"
SILENT = "共享单车停放秩序巡查"
AFTER_THE_DEADLINE = "2026-03-31T09:30:00+08:00"


def test_a_matter_ends_and_the_next_edition_lacks_it(
    office: Served, own_browser: Browser, tmp_path: Path
) -> None:
    with people(own_browser, office.url) as person:
        number = the_matter_ends(person)
        clerk = person("minzheng")
        clerk.go(f"/matters?q={LEAVING}")
        assert "终止" in clerk.page.locator("table.list tbody").inner_text()
        clerk.page.get_by_role("link", name=LEAVING).click()
        assert number in clerk.text
        refresh = start_the_refresh(clerk)
        the_court_answers(person("fayuan"), refresh)
        assert person("chengguan").todo(refresh) == ["逐项确认"]
        office.stop()
        office.settings["ZHUNRU_NOW"] = AFTER_THE_DEADLINE
        office.start()
        merge_and_publish(person, refresh)
        the_new_edition_is_right(clerk, office, tmp_path)


def the_matter_ends(person: People) -> str:
    """The unit applies, its leader and the bureau agree, the subdistricts tell their communities."""
    unit = person("chengguan")
    title = f"退出：{LEAVING}"
    unit.go(f"/matters?q={LEAVING}")
    filed = re.search(r"准〔\d{4}〕\d{4}号", unit.text)
    assert filed
    unit.go("/start")
    unit.page.locator('.choice-card a[href="/start/terminate"]').click()
    unit.type(
        filing_number=filed[0],
        matter_name=LEAVING,
        exit_kind="done",
        exit_reason="入户指导已经完成，不再需要社区协助。",
        funds_settlement="已结清",
        contact_phone="022-84905566",
    )
    unit.press("提交")
    unit.page.wait_for_url(re.compile(r"/instances/\d+$"))
    case = unit.page.url
    person("chengguan_ld").do(title, "分管领导审批", "同意退出", opinion="同意退出。")
    unit.go(f"/matters?q={LEAVING}")
    assert "退出办理中" in unit.page.locator("table.list tbody").inner_text()
    person("minzheng").do(title, "经办初审", "准予退出", opinion="材料齐全，拟准予退出。")
    person("minzheng_kz").do(title, "科长审核", "准予退出", opinion="准予退出。")
    person("xinli").do(title, "通知社区停止", "已通知", opinion="已通知全部社区停止。")
    assert person("xinli").todo(title) == []
    person("huaming").open(title, "通知社区停止")
    assert person("huaming").page.input_value('[name="signed_by"]') == "魏然"  # not what 新立街道 wrote
    person("huaming").press("已通知")
    unit.go(case)
    assert "已退出" in unit.text
    number = re.search(r"准〔2026〕退\d{4}号", unit.text)
    assert number, unit.text
    return number[0]


def start_the_refresh(clerk: Person) -> str:
    clerk.go("/start")
    clerk.page.locator(".choice-card", has_text="指导目录年度更新").get_by_role("link").first.click()
    assert clerk.page.input_value('[name="answer_by"]') == "2026-03-30"
    clerk.press("提交")
    clerk.page.wait_for_url(re.compile(r"/instances/\d+$"))
    return clerk.page.locator("h1").inner_text()


def the_court_answers(clerk: Person, refresh: str) -> None:
    """One task with all matters in force of the unit: one changes, one ends, the others go on."""
    clerk.open(refresh, "逐项确认")
    rows = clerk.page.locator("table.rows tbody tr")
    listed = rows.all_inner_texts()
    assert not any(LEAVING in row or SILENT in row for row in listed)
    for name, answer, note in ((ENDED, "终止", "经费不再安排"), (CHANGED, "变更", "范围增加华明街道")):
        row = rows.filter(has_text=name)
        row.locator("select").select_option(label=answer)
        row.locator('[name$="-note"]').fill(note)
    clerk.press("提交")
    clerk.page.wait_for_url(re.compile(r"/inbox/todo$"))
    assert clerk.todo(refresh) == []


def merge_and_publish(person: People, refresh: str) -> None:
    """Silence is continue: the bureau merges what it has, the leader signs, the edition is published."""
    clerk = person("minzheng")
    until_due = clerk.todo(refresh)
    for _again in range(100):
        if until_due:
            break
        clerk.page.wait_for_timeout(200)
        until_due = clerk.todo(refresh)
    assert until_due == ["归并"]
    assert person("chengguan").todo(refresh) == []
    clerk.open(refresh, "归并")
    told = clerk.page.locator("table.rows").first.inner_text()
    assert ENDED in told
    assert "发布后办理退出。经费不再安排" in told
    assert "范围增加华明街道" in told
    clerk.type(opinions_heard="已征求街道意见。")
    clerk.press("送保密审查")
    clerk.page.wait_for_url(re.compile(r"/inbox/todo$"))
    chief = person("minzheng_kz")
    chief.open(refresh, "保密审查")
    with chief.refused(422):
        chief.press("通过")  # without the check it does not go
    assert "保密审查" in chief.page.locator(".summary").inner_text()
    chief.type(secrecy_checked="checked")
    chief.press("通过")
    chief.page.wait_for_url(re.compile(r"/inbox/todo$"))
    person("minzheng_ld").do(refresh, "领导签发", "签发", opinion="同意发布。")
    clerk.open(refresh, "编发文字号、印发")
    clerk.type(document_number="丽民发〔2026〕8号")
    clerk.press("发布")
    clerk.page.wait_for_url(re.compile(r"/inbox/todo$"))


def the_new_edition_is_right(clerk: Person, office: Served, folder: Path) -> None:
    clerk.go("/catalogue")
    newest = clerk.page.locator("table.list tbody tr").first
    assert "2026" in newest.inner_text()
    assert "现行" in newest.inner_text()
    assert "丽民发〔2026〕8号" in newest.inner_text()
    newest.get_by_role("link").first.click()
    clerk.page.wait_for_url(re.compile(r"/catalogue/\d+"))
    names = names_in(clerk.page.locator("table.list tbody tr td:nth-child(2)").all_inner_texts())
    assert CHANGED in names
    assert SILENT in names
    assert LEAVING not in names
    assert ENDED not in names
    silent = clerk.page.locator("table.list tbody tr", has_text=SILENT)
    assert "未反馈" in silent.inner_text()
    by_page = clerk.download("导出.xlsx", folder)
    by_command = folder / "目录.xlsx"
    office.command("export", "catalogue", str(by_command))
    form = load_form(FORM.read_bytes(), FORM.name)
    for kept in (by_page, by_command):
        records = read_records(open_workbook(kept.read_bytes(), kept.name), form).records
        exported = [str(record.posted["matter_name"]) for record in records]
        assert sorted(exported) == sorted(names)
    clerk.go("/catalogue")
    clerk.page.locator("table.list tbody tr").first.get_by_role("link").first.click()
    clerk.page.get_by_role("link", name="与上一版比较").click()
    assert CHANGED in clerk.text  # admitted since the edition before
    assert LEAVING not in clerk.text  # came and went between the two
    clerk.go("/catalogue/compare")
    ended = clerk.page.locator("table.list tbody tr", has_text="终止").all_inner_texts()
    assert any("准〔2026〕退" in row for row in ended)  # what left, and under which number
    assert read_titles(clerk.download("导出对照.xlsx", folder))[0].endswith("对照")


def read_titles(path: Path) -> list[str]:
    (sheet, *_rest) = open_workbook(path.read_bytes(), path.name).sheets
    return [str(sheet.value(1, 1) or "")]


def names_in(cells: list[str]) -> list[str]:
    """The first line of each cell is the name."""
    return [cell.strip().splitlines()[0].strip() for cell in cells]
