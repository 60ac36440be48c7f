"""Money of a matter: promised and arrived by its unit, spent by a community, never more than there is."""

from __future__ import annotations

import re
from pathlib import Path

import openpyxl
import pytest
from people import Person, people
from playwright.sync_api import Browser
from serving import Served

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys-shared")]

MATTER = "户外广告设施安全自查宣传"
HERE = "丰年秀丽社区居民委员会"


def test_a_unit_pays_in_and_a_community_spends_no_more(
    shared_office: Served, own_browser: Browser, tmp_path: Path
) -> None:
    with people(own_browser, shared_office.url) as person:
        unit = person("chengguan")
        enter(unit, "promised", "15000", on_date="2026-03-10")
        enter(unit, "arrived", "6000", place="丰年村街道")
        unit.go(f"/matters?q={MATTER}")
        unit.page.get_by_role("link", name=MATTER).click()
        assert "9,000.00元未到位" in unit.page.locator("#money").inner_text()
        community = person("xiuli")
        community.go("/start/funds")
        fill(community, "spent", "6000.01", purpose="宣传品印制")
        with community.refused(422):
            community.press("提交")
        assert (
            "到位未用的经费是6,000.00元，不能支出6,000.01元"
            in community.page.locator(".summary").inner_text()
        )
        community.type(amount="2500")
        community.press("提交")
        community.page.wait_for_url(re.compile(r"/instances/\d+$"))
        clerk = person("minzheng")
        clerk.go("/funds")
        row = clerk.page.locator("table.list tbody tr", has_text=MATTER).inner_text()
        assert [
            each for each in ("15,000.00", "6,000.00", "2,500.00", "3,500.00", "9,000.00") if each not in row
        ] == []
        book = openpyxl.load_workbook(clerk.download("导出经费台账.xlsx", tmp_path))
        told = ["|".join(str(cell) for cell in line if cell is not None) for line in book.active.values]
        assert any(MATTER in each and "宣传品印制" in each and HERE in each for each in told)


def fill(clerk: Person, kind: str, amount: str, **more: str) -> None:
    clerk.type(kind=kind, matter_name=MATTER, amount=amount, **more)


def enter(unit: Person, kind: str, amount: str, **more: str) -> None:
    """From the form, where the unit stands already."""
    unit.go("/start/funds")
    fill(unit, kind, amount, **more)
    unit.press("提交")
    unit.page.wait_for_url(re.compile(r"/instances/\d+$"))
