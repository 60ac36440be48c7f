"""`make pictures`: the pictures of the README, taken from the real pages of a fresh sample office."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.journeys.people import Person, launch
from tests.journeys.serving import NOW, Served
from tests.odd_tables import PLACES, odd_table

ROOT = Path(__file__).parents[1]
PICTURES = ROOT / "docs" / "pictures"
TABLES = ROOT / "tests" / "data" / "tables"
LARGEST = 300 * 1024  # bytes; a README is read over slow lines too
TASK = ("犬只登记信息入户采集", "会审意见归并")  # bureau and grid centre disagree: the paper shows both
DESKTOP, PHONE = (1280, 800), (390, 844)


def main() -> int:
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        print("chromium is needed", file=sys.stderr)
        return 1
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="zhunru") as folder, sync_playwright() as playwright:
        office = Served(Path(folder), settings={"ZHUNRU_NOW": NOW})
        office.command("init", "--sample")
        browser = launch(playwright, chromium)
        try:
            office.start()
            desktop(browser, office)
            phone(browser, office)
        finally:
            browser.close()
            office.stop()
    return 0


def desktop(browser: Browser, office: Served) -> None:
    clerk = Person(browser, office.url, "minzheng", width=DESKTOP[0], height=DESKTOP[1]).sign_in()
    clerk.go("/")
    take(clerk, "home-1280")
    clerk.open(*TASK)
    clerk.page.wait_for_selector("[data-bpmn-viewer][data-ready] svg")
    take(clerk, "task-1280", height=1000)
    clerk.go("/matters")
    take(clerk, "matters-1280")
    clerk.upload_table(TABLES / "申请汇总表-有错.xlsx", "admission_application")
    clerk.page.wait_for_url("**/imports/*")
    take(clerk, "import-1280")
    odd = office.folder / "下沉事务报送表.xlsx"
    odd.write_bytes(odd_table("法治宣传进楼栋"))
    clerk.upload_table(odd, "admission_application")
    clerk.page.wait_for_url("**/layout")
    for key in ("applicant_unit", "matter_name", "duration_class", "executor"):
        clerk.page.click(f'[data-point="{key}"]')
        clerk.page.click(f'td[data-cell="{PLACES[key]}"]')
    clerk.page.click('[data-point="content"]')
    take(clerk, "layout-1280")
    clerk.leave()


def phone(browser: Browser, office: Served) -> None:
    clerk = Person(browser, office.url, "minzheng", width=PHONE[0], height=PHONE[1]).sign_in()
    clerk.go("/")
    take(clerk, "home-390")
    clerk.open(*TASK)
    clerk.page.wait_for_selector("[data-bpmn-viewer][data-ready] svg")
    take(clerk, "task-390", height=1200)
    clerk.leave()


def take(person: Person, name: str, height: int = 0) -> None:
    """Keep what is in sight as a PNG, `height` pixels of it if given.

    Raises:
        AssertionError: the page complained to the console, or the picture is too large.
    """
    size = person.page.viewport_size
    assert size is not None
    if height:
        person.page.set_viewport_size({"width": size["width"], "height": height})
    person.page.wait_for_load_state("networkidle")
    person.page.evaluate("document.activeElement.blur(); window.scrollTo(0, 0)")
    target = PICTURES / f"{name}.png"
    person.page.screenshot(path=target, animations="disabled", caret="hide")
    person.page.set_viewport_size(size)
    assert person.complaints == [], (name, person.complaints)
    assert target.stat().st_size < LARGEST, (name, target.stat().st_size)
    print(f"{target.relative_to(ROOT)}: {target.stat().st_size // 1024} kB")


if __name__ == "__main__":
    raise SystemExit(main())
