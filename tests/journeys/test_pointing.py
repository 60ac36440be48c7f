"""A table that no form knows: a clerk points at its cells once, with the mouse, the keyboard or a finger."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from people import people
from playwright.sync_api import Browser
from serving import Served

from tests.odd_tables import PLACES, odd_table

CHECK = re.compile(r"/imports/\d+$")
pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys-tables")]


def table(folder: Path, name: str) -> Path:
    path = folder / f"{name}.xlsx"
    path.write_bytes(odd_table(name))
    return path


def test_an_odd_table_is_pointed_at_once_and_the_next_goes_straight_to_the_check(
    office: Served, own_browser: Browser, tmp_path: Path
) -> None:
    with people(own_browser, office.url) as person:
        clerk = person("minzheng")
        page = clerk.page
        clerk.upload_table(table(tmp_path, "法治宣传进楼栋"), "admission_application")
        page.wait_for_url("**/layout")
        for key, cell in PLACES.items():
            if key in ("matter_name", "content"):
                continue
            page.click(f'[data-point="{key}"]')
            assert "picking" in (page.locator(".layout-sheet").get_attribute("class") or "")
            page.click(f'td[data-cell="{cell}"]')
            tag = page.locator(f'td[data-cell="{cell}"] .tag[data-tag="{key}"]')
            assert tag.count() == 1
        assert page.locator('[data-group="missing"] [data-left]').inner_text() == "2"  # these two are left
        # by keyboard: from the field into the table, down to its cell, Enter, and back at the field
        page.focus('[data-point="matter_name"]')
        page.keyboard.press("Enter")
        for key in ("ArrowDown", "ArrowDown", "ArrowDown", "ArrowRight"):
            page.keyboard.press(key)
        page.keyboard.press("Enter")
        assert page.input_value('[name="place-0-matter_name"]') == "B4"
        assert page.evaluate("document.activeElement.dataset.point") == "matter_name"
        # the cell first, then its field; and taken away again in the list
        page.click('td[data-cell="B8"]')
        page.click('[data-point="content"]')
        page.select_option('[name="place-0-unit_head"]', "")
        assert page.locator('.tag[data-tag="unit_head"]').count() == 0
        page.get_by_role("button", name="确认并记住").click()
        page.wait_for_url(CHECK)
        assert "已记住这种版式" in clerk.said()
        page.get_by_role("button", name="全部导入(1 条)").click()
        clerk.wait_for_import()
        assert office.ask("SELECT count(*) FROM instance WHERE title LIKE '%法治宣传进楼栋%'") == [(1,)]
        clerk.upload_table(table(tmp_path, "法律咨询日"), "admission_application")
        page.wait_for_url(CHECK)
        assert page.get_by_role("button", name="全部导入(1 条)").count() == 1


def test_on_a_telephone_a_field_is_given_its_cell_with_a_finger_and_nothing_runs_out_of_the_page(
    office: Served, own_browser: Browser, tmp_path: Path
) -> None:
    with people(own_browser, office.url) as person:
        clerk = person("minzheng")
        page = clerk.page
        page.set_viewport_size({"width": 390, "height": 860})
        clerk.upload_table(table(tmp_path, "法治宣传进楼栋"), "admission_application")
        page.wait_for_url("**/layout")
        page.click('[data-point="matter_name"]')
        page.click('td[data-cell="B4"]')
        assert page.input_value('[name="place-0-matter_name"]') == "B4"
        page.select_option('[name="place-0-content"]', "B8")
        assert page.locator('td[data-cell="B8"] .tag').inner_text() == "授权内容"
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
