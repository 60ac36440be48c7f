"""What the pages do in a real browser: conditions, drafts, phrases, units, and no breach of the policy."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import sync_playwright
from werkzeug.serving import make_server
from work_desk import Desk, make_task

pytestmark = pytest.mark.browser
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-sync", "--lang=zh-CN"]


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Any]:
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield launched
        launched.close()


@pytest.fixture
def page(browser: Any, app: Flask) -> Iterator[Any]:
    """A page whose every console error fails the test."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    context = browser.new_context(
        base_url=f"http://127.0.0.1:{server.server_port}",
        locale="zh-CN",
        viewport={"width": 390, "height": 860},
    )
    opened = context.new_page()
    opened.set_default_timeout(10_000)
    said: list[str] = []
    opened.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    opened.on("pageerror", lambda error: said.append(str(error)))
    yield opened
    context.close()
    server.shutdown()
    assert said == []


def test_recording_a_paper_decision_shows_its_fields(page: Any, desk: Desk) -> None:
    desk.task = make_task(desk.at, "review_leader")
    page.goto("/tasks/40")
    assert not page.is_visible("#f-decided_by")
    page.check("#f-recorded")
    page.wait_for_selector("#f-decided_by", state="visible")
    assert page.is_visible('[data-field="decided_by"] .need')
    page.uncheck("#f-recorded")
    page.wait_for_selector("#f-decided_by", state="hidden")


def test_a_phrase_fills_the_opinion_and_the_draft_is_saved(page: Any, desk: Desk) -> None:
    page.goto("/tasks/40")
    page.click("[data-phrase-for]")
    assert page.input_value("#f-opinion") == "情况属实，拟同意，请审示。"
    page.wait_for_selector("#draft-said:has-text('09:30')")
    (call,) = [each for each in desk.done if each[0] == "save_draft"]
    assert call[2]["opinion"] == ["情况属实，拟同意，请审示。"]


def test_the_diagram_is_drawn_on_the_task_page(page: Any) -> None:
    page.goto("/tasks/40")
    page.wait_for_selector('[data-bpmn-viewer][data-ready="1"] svg')


def test_units_are_searched_and_counted(page: Any) -> None:
    page.goto("/start/apply?confidential=no")
    page.click(".pick summary")
    page.fill("[data-pick-search]", "绿香")
    assert page.is_visible('input[data-name="绿香社区"]')
    assert not page.is_visible('input[data-name="新立街道"]')
    page.check('input[data-name="绿香社区"]')
    assert "绿香社区 (1)" in page.inner_text("[data-pick-said]")


def test_a_late_start_asks_for_its_reason_at_once(page: Any) -> None:
    page.goto("/start/apply?confidential=no")
    assert not page.is_visible("#f-late_reason")
    page.fill("#f-period_start", "2026-03-18")
    page.dispatch_event("#f-period_start", "change")
    page.wait_for_selector("#f-late_reason", state="visible")
    assert "5 个工作日" in page.inner_text("#f-period_start-warn")


def test_no_page_is_wider_than_a_phone(page: Any) -> None:
    for address in ("/tasks/40", "/start", "/start/apply?confidential=no", "/instances/30", "/imports/new"):
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, address


def test_the_main_act_is_reached_by_the_keyboard(page: Any, desk: Desk) -> None:
    page.goto("/tasks/40")
    page.focus('.acts button[value="agree"]')
    page.keyboard.press("Enter")
    page.wait_for_url("**/inbox/todo")
    assert [each for each in desk.done if each[0] == "complete"]
