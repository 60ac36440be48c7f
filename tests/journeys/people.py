"""People of the office at their browsers: what a clerk sees, types and presses, in the words of the pages."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from playwright.sync_api import Browser, BrowserContext, Locator, Page, Playwright

from workflows.admission.sample.people import PASSWORD

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--lang=zh-CN",
)
WAIT = 15_000  # ms; two cores are shared with other tests

Typed = str | bool | list[str] | Path


def launch(playwright: Playwright, chromium: str) -> Browser:
    """Open the browser of this machine."""
    # Chromium takes the language of its own words (年/月/日 in a date field) from the environment alone.
    speaks = {**os.environ, "LANGUAGE": "zh_CN"}
    return playwright.chromium.launch(executable_path=chromium, args=list(FLAGS), env=speaks)


class Person:
    """Somebody signed in, in a browser profile of their own.

    Attributes:
        page: the page in front of them.
        complaints: errors of the console and of scripts, breaches of the content policy among them.
        excused: what the console may say from now on; see `excuse`.
    """

    def __init__(
        self, browser: Browser, url: str, username: str, *, width: int = 1280, height: int = 900
    ) -> None:
        self.url = url
        self.username = username
        self.complaints: list[str] = []
        self.excused: list[str] = []
        self.context: BrowserContext = browser.new_context(
            base_url=url,
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            viewport={"width": width, "height": height},
        )
        self.context.set_default_timeout(WAIT)
        self.page: Page = self.context.new_page()
        self.page.on("console", lambda said: self._hear(said.text) if said.type == "error" else None)
        self.page.on("pageerror", lambda error: self._hear(str(error)))

    def sign_in(self, password: str = PASSWORD) -> Person:
        self.page.goto("/sign-in")
        self.page.fill("#username", self.username)
        self.page.fill("#password", password)
        self.page.get_by_role("button", name="登录").click()
        self.page.wait_for_url(re.compile(r"/(account)?$"))
        return self

    def leave(self) -> None:
        self.context.close()

    # ---- listening
    def _hear(self, said: str) -> None:
        if not any(words in said for words in self.excused):
            self.complaints.append(said)

    @contextmanager
    def refused(self, *statuses: int) -> Iterator[None]:
        """The server refuses what is done here with one of these statuses.

        The browser's console names every refusal, at a moment of its own and often after the page has come:
        wait for that one message and drop it alone.
        """
        named = re.compile(rf"status of ({'|'.join(map(str, statuses))})\b")
        with self.page.expect_console_message(
            lambda said: said.type == "error" and bool(named.search(said.text))
        ) as waiting:
            yield
        self.complaints.remove(waiting.value.text)

    def excuse(self, words: str) -> None:
        """From now on the console may say this, as often as it comes."""
        self.excused.append(words)

    # ---- looking
    @property
    def text(self) -> str:
        """What is read on the page."""
        return self.page.locator("main").inner_text()

    def seen(self) -> str:
        """What stands in front of them, briefly, for a failed test."""
        return re.sub(r"\s+", " ", self.page.locator("main").inner_text(timeout=2000))[:300]

    def said(self) -> str:
        """The sentences above the page: what was done, or why not."""
        return self.page.locator("#messages").inner_text()

    def go(self, path: str) -> Page:
        self.page.goto(path)
        return self.page

    def todo(self, title: str) -> list[str]:
        """Names of the steps that wait for this person in the matter of this title."""
        return [step.inner_text() for step in self._rows(title).locator(".chip.blue").all()]

    def wait_for(self, title: str) -> None:
        """Look at what is to do until this matter is there: the clock of the house works beside its pages."""
        for _again in range(100):
            if self.todo(title):
                return
            self.page.wait_for_timeout(200)
        raise AssertionError(f"nothing to do in {title}")

    def _rows(self, title: str) -> Locator:
        self.page.goto(f"/inbox/todo?q={quote(title)}")
        return self.page.locator("table.list tbody tr")

    # ---- acting
    def open(self, title: str, step: str) -> Page:
        """Open the task of this step from the list of what is to do."""
        row = self._rows(title).filter(
            has=self.page.locator(".chip", has_text=re.compile(f"^{re.escape(step)}$"))
        )
        row.first.locator("a").first.click()
        self.page.wait_for_url(re.compile(r"/tasks/\d+$"))
        return self.page

    def do(self, title: str, step: str, answer: str, **typed: Typed) -> None:
        """Do a task: open it, type, press the button with this answer, and see that it was taken."""
        self.open(title, step)
        self.type(**typed)
        self.press(answer)
        self.page.wait_for_url(re.compile(r"/inbox/todo$"))
        assert f"“{title}”的{step}已办理" in self.said(), self.text

    def record(self, title: str, step: str, answer: str, **typed: Typed) -> None:
        """Enter what somebody else decided on paper, from the list of what may be recorded."""
        self.page.goto(f"/inbox/recordable?q={quote(title)}")
        row = self.page.locator("table.list tbody tr").filter(
            has=self.page.locator(".chip", has_text=re.compile(f"^{re.escape(step)}$"))
        )
        row.first.locator("a").first.click()
        self.page.wait_for_url(re.compile(r"/tasks/\d+$"))
        self.type(**typed)
        self.press(answer)
        self.page.wait_for_url(re.compile(r"/inbox/todo$"))

    def press(self, name: str) -> None:
        """Press a button at the foot of the page."""
        self.page.locator(".acts").get_by_role("button", name=name, exact=True).click()

    def type(self, **typed: Typed) -> None:
        """Fill fields by key: text, True/False for a box to tick, a list of names or keys for several, a file."""
        for key, value in typed.items():
            self._type(key, value)

    def _type(self, key: str, value: Typed) -> None:
        named = self.page.locator(f'main [name="{key}"]:not([type=hidden])')
        if isinstance(value, bool):
            named.set_checked(value)
        elif isinstance(value, Path):
            named.and_(self.page.locator("[type=file]")).set_input_files(value)
        elif isinstance(value, list):
            self._tick(key, value)
        elif named.first.get_attribute("type") == "radio":
            self.page.locator(f'main [name="{key}"][value="{value}"]').check()
        elif named.first.evaluate("box => box.tagName") == "SELECT":
            named.first.select_option(label=value)
        else:
            named.first.fill(value)

    def _tick(self, key: str, names: list[str]) -> None:
        picks = self.page.locator("details[data-pick]").filter(has=self.page.locator(f'[name="{key}"]'))
        if picks.count():
            if picks.get_attribute("open") is None:
                picks.locator("summary").click()
            for name in names:
                picks.locator(f'input[data-name="{name}"]').first.check()
            return
        for name in names:
            self.page.locator(f'main [name="{key}"][value="{name}"]').check()

    def download(self, name: str, folder: Path) -> Path:
        """Press the link with this name and keep the file it gives."""
        with self.page.expect_download() as waiting:
            self.page.get_by_role("link", name=name).click()
        kept = folder / waiting.value.suggested_filename
        waiting.value.save_as(kept)
        return kept

    def upload_table(self, table: Path, form: str = "") -> None:
        """Bring a table to the import page and confirm that it is not confidential."""
        self.page.goto("/imports/new" + (f"?form={form}" if form else ""))
        self.page.set_input_files("#table", table)
        self.page.check('[name="not_secret"]')
        self.page.get_by_role("button", name="上传并核对").click()

    def wait_for_import(self) -> None:
        """Wait until the progress bar has gone to its end and the page tells what came of it."""
        self.page.wait_for_selector(".progress-box #progress:not([hx-get])", timeout=60_000)
        self.page.wait_for_selector(".tiles")


class People:
    """Everybody who signed in during a journey; each signs in once."""

    def __init__(self, browser: Browser, url: str) -> None:
        self.browser = browser
        self.url = url
        self.present: dict[str, Person] = {}

    def __call__(self, username: str, password: str = PASSWORD) -> Person:
        if username not in self.present:
            self.present[username] = Person(self.browser, self.url, username).sign_in(password)
        return self.present[username]

    def leave(self) -> None:
        """Everybody leaves; nobody's console has complained."""
        complaints = {name: person.complaints for name, person in self.present.items() if person.complaints}
        for person in self.present.values():
            person.leave()
        self.present.clear()
        assert not complaints, f"the console complained: {complaints}"


@contextmanager
def people(browser: Browser, url: str) -> Iterator[People]:
    """People at work on one installation, who leave at the end."""
    everybody = People(browser, url)
    try:
        yield everybody
    except BaseException as error:
        for person in everybody.present.values():
            error.add_note(f"--- {person.username} at {person.page.url}\n{person.seen()}")
            person.leave()
        raise
    everybody.leave()


def facts(page: Page) -> Mapping[str, Any]:
    """Terms and descriptions of the lists of facts on a page."""
    pairs = page.locator("dl.facts").evaluate_all(
        "lists => lists.flatMap(l => [...l.querySelectorAll('dt')].map(t => [t.innerText, t.nextElementSibling.innerText]))"
    )
    return dict(pairs)
