"""Uploading definitions in a real browser: findings beside the drawing, what changes, and deploying."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from frame_office import PASSWORD
from playwright.sync_api import Page, expect, sync_playwright
from test_browser import FLAGS
from werkzeug.serving import make_server

from webapp.app import create_app
from workflows.admission import shipped
from workflows.usecases.runtime import Runtime

pytestmark = pytest.mark.browser
FILES = {source.name: source.content for source in shipped.sources()}


@pytest.fixture(scope="module")
def page(full_office: Runtime, chromium: str) -> Iterator[Page]:
    server = make_server("127.0.0.1", 0, create_app(full_office), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(args=FLAGS, executable_path=chromium)
        opened = browser.new_page(base_url=f"http://127.0.0.1:{server.server_port}", locale="zh-CN")
        opened.goto("/sign-in")
        opened.fill("#username", "admin")
        opened.fill("#password", PASSWORD)
        opened.click(".sign-in form .btn-primary")
        yield opened
        browser.close()
    server.shutdown()
    thread.join()


def send(page: Page, name: str, content: bytes) -> None:
    page.goto("/definitions/new")
    page.set_input_files("#files", {"name": name, "mimeType": "application/xml", "buffer": content})
    page.click("main form .btn-primary")


def test_a_bad_diagram_is_marked_in_its_drawing_and_cannot_be_deployed(page: Page) -> None:
    bad = FILES["apply.bpmn"].replace(
        b'camunda:type="external" camunda:topic="register_application"',
        b'camunda:delegateExpression="${no_such_service}"',
    )
    send(page, "apply.bpmn", bad)
    expect(page.locator("code", has_text="register").first).to_be_visible()
    expect(page.locator(".djs-element.incident[data-element-id=register]")).to_be_visible()
    expect(page.get_by_text("部署为新版本")).to_have_count(0)


def test_a_good_diagram_says_what_it_changes_and_becomes_the_next_version(page: Page) -> None:
    good = FILES["apply.bpmn"].replace(
        b'<bpmn:serviceTask id="register" name="', '<bpmn:serviceTask id="register" name="新'.encode()
    )
    send(page, "apply.bpmn", good)
    expect(page.get_by_text("变化 1 处")).to_be_visible()
    page.get_by_text("部署为新版本").click()
    expect(page.locator("h1 + .chip")).to_have_text("第 2 版")
    expect(page.locator("[data-bpmn-viewer][data-ready]")).to_be_visible()
