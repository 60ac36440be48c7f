"""The frame in a real browser: policy kept, no sideways scrolling, everything by keyboard."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from frame_office import PASSWORD
from playwright.sync_api import Browser, Page, sync_playwright
from werkzeug.serving import make_server

from webapp.app import create_app
from workflows.usecases.runtime import Runtime

pytestmark = pytest.mark.browser

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PAGES = [
    "/",
    "/inbox/todo",
    "/inbox/done",
    "/inbox/started",
    "/inbox/copies",
    "/inbox/notices",
    "/definitions",
    "/definitions?kind=form",
    "/definitions/process/review",
    "/definitions/decision/time_limits",
    "/definitions/form/admission_application",
    "/definitions/new",
    "/organisation",
    "/organisation?unit=1",
    "/accounts",
    "/accounts/2",
    "/accounts/new",
    "/account",
    "/help",
]


@pytest.fixture(scope="module")
def address(full_office: Runtime) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, create_app(full_office), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()


@pytest.fixture(scope="module")
def own_browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield opened
        opened.close()


def open_page(browser: Browser, address: str, width: int) -> tuple[Page, list[str]]:
    """A page signed in as the administrator, and the complaints of its console."""
    page = browser.new_page(viewport={"width": width, "height": 844}, locale="zh-CN")
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(f"{address}/sign-in")
    page.fill("#username", "admin")
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{address}/")
    return page, said


@pytest.mark.parametrize("width", [1280, 390])
def test_every_page_fits_and_keeps_the_policy(own_browser: Browser, address: str, width: int) -> None:
    page, said = open_page(own_browser, address, width)
    for path in PAGES:
        page.goto(address + path)
        page.wait_for_load_state("networkidle")
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{path} scrolls sideways by {wide} px at {width}"
        assert said == [], path
        assert page.locator("h1").count() == 1, path
    page.close()


def test_the_diagram_is_drawn_and_its_mark_stays(own_browser: Browser, address: str) -> None:
    page, said = open_page(own_browser, address, 1280)
    page.goto(f"{address}/definitions/process/review")
    page.wait_for_selector("[data-bpmn-viewer][data-ready]")
    assert page.locator(".djs-shape").count() > 20
    assert page.locator(".bjs-powered-by").is_visible()
    assert said == []
    page.close()


def test_the_keyboard_reaches_content_and_menus(own_browser: Browser, address: str) -> None:
    page, _said = open_page(own_browser, address, 1280)
    page.goto(f"{address}/organisation")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.focus(".who summary")
    page.keyboard.press("Enter")
    assert page.locator(".who .pop").is_visible()
    page.keyboard.press("Escape")
    assert not page.locator(".who .pop").is_visible()
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"
    page.close()


def test_a_phone_finds_its_way_without_hover(own_browser: Browser, address: str) -> None:
    page, _said = open_page(own_browser, address, 390)
    assert not page.locator(".side").is_visible()
    page.click(".drawer summary")
    page.click(".drawer nav a:has-text('流程管理')")
    assert page.locator("h1").inner_text() == "流程管理"
    assert page.locator(".notice").is_visible()
    page.close()


def test_the_page_speaks_english_on_request(own_browser: Browser, address: str) -> None:
    page, _said = open_page(own_browser, address, 1280)
    page.click(".who summary")
    page.click(".who button:has-text('English')")
    assert page.locator("h1").inner_text() == "Home"
    page.click(".who summary")
    page.click(".who button:has-text('中文')")
    assert page.locator("h1").inner_text() == "首页"
    page.close()


def test_the_frame_works_without_scripts(own_browser: Browser, address: str) -> None:
    context = own_browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.goto(f"{address}/sign-in")
    page.fill("#username", "zhou")
    page.fill("#password", PASSWORD)
    page.click("button.btn-primary")
    page.click(".drawer summary")
    page.click(".drawer nav a:has-text('已办')")
    assert page.locator("h1").inner_text() == "已办"
    context.close()
