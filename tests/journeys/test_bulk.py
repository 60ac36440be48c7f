"""Tables of many rows: by command and by page, twice, and with faults in them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from people import Person, people
from playwright.sync_api import Browser
from serving import Served

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys-tables")]

MANY = "申请汇总表-120行.xlsx"
FAULTY = "申请汇总表-有错.xlsx"


def test_the_long_table_goes_in_by_command_once(make_office: Callable[[str], Served], tables: Path) -> None:
    office = make_office("")
    before = instances(office)
    done = office.command(
        "import", str(tables / MANY), "--form", "admission_application", "--as", "admin", "--json"
    )
    told = json.loads(done.stdout)
    assert (told["started"], told["failed"], told["skipped"]) == (120, 0, 0)
    assert "Traceback" not in done.stderr
    truth: list[dict[str, Any]] = json.loads((tables / MANY).with_suffix(".truth.json").read_text("utf-8"))
    assert [each["row"] for each in told["records"]] == [each["row"] for each in truth]
    assert titles(office, above=before) == sorted(each["values"]["matter_name"] for each in truth)
    again = office.command(
        "import", str(tables / MANY), "--form", "admission_application", "--as", "admin", check=False
    )
    assert again.returncode == 1
    assert "不再重复导入" in again.stdout + again.stderr
    assert instances(office) == before + 120


def rows_over_pages(clerk: Person, link: str) -> int:
    """How many rows have a link of this name, from the page in front to the last one."""
    found = clerk.page.get_by_role("link", name=link).count()
    while (ahead := clerk.page.locator('a[rel="next"]')).count():
        ahead.first.click()
        clerk.page.wait_for_load_state()
        found += clerk.page.get_by_role("link", name=link).count()
    return found


def test_the_long_table_goes_in_by_page_with_progress_and_not_twice(
    office: Served, own_browser: Browser, tables: Path
) -> None:
    before = instances(office)
    with people(own_browser, office.url) as person:
        clerk = person("minzheng")
        clerk.upload_table(tables / MANY, "admission_application")
        assert "120" in clerk.page.locator(".head").inner_text()
        assert instances(office) == before  # a preview starts nothing
        clerk.page.get_by_role("button", name="全部导入(120 条)").click()
        clerk.page.wait_for_selector("progress.progress-line")
        clerk.wait_for_import()
        assert "已导入 120 / 120" in clerk.text
        assert instances(office) == before + 120
        assert rows_over_pages(clerk, "查看申请") == 120
        with clerk.refused(422):
            clerk.upload_table(tables / MANY, "admission_application")
        assert "不再重复导入" in clerk.text
        assert clerk.page.get_by_role("button", name=re.compile("导入")).count() == 0
        assert instances(office) == before + 120


def test_faults_stand_at_their_cells_and_only_right_rows_go_in_when_asked(
    office: Served, own_browser: Browser, tables: Path, tmp_path: Path
) -> None:
    before = instances(office)
    truth: list[dict[str, Any]] = json.loads((tables / FAULTY).with_suffix(".truth.json").read_text("utf-8"))
    wrong = {each["row"]: each["faults"] for each in truth if each.get("faults")}
    assert len(wrong) == 8
    with people(own_browser, office.url) as person:
        clerk = person("minzheng")
        clerk.upload_table(tables / FAULTY, "admission_application")
        clerk.page.get_by_role(
            "link", name=re.compile("^有错误")
        ).click()  # the faulty rows alone, on one page
        errors = clerk.page.locator(".fault-list .fault:not(.ask)")
        assert errors.count() == sum(len(faults) for faults in wrong.values())
        rows = set()
        for link in errors.locator("a[data-cell]").all():
            anchor = link.get_attribute("data-cell")
            cell = clerk.page.locator(f'[id="{anchor}"]')
            assert "bad" in (cell.get_attribute("class") or "") or cell.get_attribute("title")
            found = re.search(r"第 (\d+) 行 ([A-Z]+) 列", link.inner_text())
            assert found, link.inner_text()
            rows.add(int(found[1]))
        assert rows == set(wrong)
        assert clerk.page.get_by_role("button", name=re.compile("^全部导入")).count() == 0
        marked = clerk.download("下载标注错误的原表", tmp_path)
        assert marked.stat().st_size > 10_000
        assert instances(office) == before
        clerk.page.get_by_role("button", name="只导入正确的 52 条").click()
        clerk.wait_for_import()
        assert "已导入 52 / 52" in clerk.text
        assert instances(office) == before + 52


def test_a_faulty_table_starts_nothing_by_command(make_office: Callable[[str], Served], tables: Path) -> None:
    office = make_office("")
    before = instances(office)
    done = office.command(
        "import",
        str(tables / FAULTY),
        "--form",
        "admission_application",
        "--as",
        "admin",
        "--json",
        check=False,
    )
    assert done.returncode == 1
    assert instances(office) == before


# ------------------------------------------------------------------ what the database says
def instances(office: Served) -> int:
    """How many instances there are."""
    return int(office.ask("SELECT count(*) FROM instance")[0][0])


def titles(office: Served, above: int) -> list[str]:
    return sorted(str(row[0]) for row in office.ask(f"SELECT title FROM instance WHERE id > {above}"))
