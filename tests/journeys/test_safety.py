"""Two at once, the wrong person, no token; and every page on every screen."""

from __future__ import annotations

import re

import pytest
from people import People, Person, people
from playwright.sync_api import Browser
from serving import Served

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys-safety")]

OPEN_TASK = "建筑垃圾投放点公示宣传"  # lies on the reviewing clerk's desk
MENU_OF = ("admin", "minzheng", "fayuan")


def test_of_two_clerks_at_once_one_wins_and_the_other_is_told_who(
    office: Served, own_browser: Browser
) -> None:
    with people(own_browser, office.url) as person:
        second = another_clerk(person)
        first = person("minzheng")
        first.open(OPEN_TASK, "经办初审")
        second.open(OPEN_TASK, "经办初审")
        first.type(opinion="同意。")
        second.type(opinion="我也同意。")
        first.press("同意准入")
        with second.refused(409):
            second.press("同意准入")
        first.page.wait_for_url(re.compile(r"/inbox/todo$"))
        second.page.wait_for_selector("h1")
        assert "周志远" in second.page.locator("body").inner_text()
        chief = person("minzheng_kz")
        chief.open(OPEN_TASK, "科长审核")
        assert "同意。" in chief.text
        assert "我也同意。" not in chief.text


def test_what_is_not_ones_own_is_refused_with_a_sentence(office: Served, own_browser: Browser) -> None:
    with people(own_browser, office.url) as person:
        clerk = person("minzheng")
        clerk.open(OPEN_TASK, "经办初审")
        address = clerk.page.url
        stranger = person("wanxin")
        for path in (address, address + "?x=1", "/accounts", "/definitions/new", "/tasks/999999"):
            with stranger.refused(403, 404):
                stranger.page.goto(path)
            assert re.search(r"[\u4e00-\u9fff]{4}", stranger.text), path
            assert "Traceback" not in stranger.text
        token = stranger.page.locator('meta[name="csrf-token"]').get_attribute("content")
        posted = stranger.context.request.post(address, form={"decision": "agree", "csrf_token": token or ""})
        assert posted.status in (403, 404)
        forged = clerk.context.request.post(address, form={"decision": "agree", "opinion": "伪造"})
        assert forged.status == 400
        assert "重新" in forged.text()
        assert clerk.todo(OPEN_TASK) == ["经办初审"]


def test_the_grid_centre_alone_starts_an_emergency(office: Served, own_browser: Browser) -> None:
    with people(own_browser, office.url) as person:
        with person("fayuan").refused(403, 404):
            person("fayuan").go("/start/emergency")
        grid = person("wangge")
        grid.go("/start/emergency?confidential=no")
        grid.type(
            matter_name="燃气管线抢修入户排查",
            reason="燃气泄漏。",
            content="网格员逐户排查。",
            period_start="2026-03-16",
            scope=["无瑕街道"],
            contact_name="刘洋",
            contact_phone="022-84907712",
        )
        grid.press("提交")
        grid.page.wait_for_url(re.compile(r"/instances/\d+$"))
        grid.do("燃气管线抢修入户排查", "网格平台派单", "已派单", dispatch_number="WG-E1")
        person("minzheng").do("燃气管线抢修入户排查", "补办备案", "同意备案", opinion="情况属实。")
        clerk = person("minzheng")
        clerk.go("/matters?q=燃气管线抢修入户排查")
        assert "有效" in clerk.page.locator("table.list tbody").inner_text()


def test_the_keyboard_does_a_whole_task(office: Served, own_browser: Browser) -> None:
    with people(own_browser, office.url) as person:
        clerk = person("minzheng")
        clerk.open(OPEN_TASK, "经办初审")
        keys = clerk.page.keyboard
        keys.press("Tab")
        assert focused(clerk)["class"] == "skip"
        keys.press("Enter")
        assert focused(clerk)["id"] == "main"
        clerk.page.focus('[name="opinion"]')
        keys.type("依据充分。")
        for _step in range(60):
            keys.press("Tab")
            if focused(clerk)["text"] == "同意准入":
                break
        assert focused(clerk)["text"] == "同意准入"
        keys.press("Enter")
        clerk.page.wait_for_url(re.compile(r"/inbox/todo$"))
        assert "已办理" in clerk.said()


def test_the_pages_speak_english_on_request(office: Served, own_browser: Browser) -> None:
    with people(own_browser, office.url) as person:
        clerk = person("minzheng")
        clerk.page.click(".who summary")
        clerk.page.click(".who button:has-text('English')")
        for path, heading in (("/", "Home"), ("/inbox/todo", "To do"), ("/matters", "Registry of matters")):
            clerk.go(path)
            assert clerk.page.locator("h1").inner_text() == heading
            assert clerk.page.locator("html").get_attribute("lang") == "en"


@pytest.mark.parametrize("username", MENU_OF)
def test_every_page_of_the_menu_keeps_the_policy_and_fits(
    username: str, office: Served, own_browser: Browser
) -> None:
    visitor = Person(own_browser, office.url, username).sign_in()
    links = visitor.page.locator(".side nav a")
    ahead = links.evaluate_all("links => links.map(link => link.getAttribute('href'))")
    assert len(ahead) >= 5
    seen: set[str] = set()
    for path in ahead:  # grows by the first entry of each list
        if path in seen:
            continue
        seen.add(path)
        answer = visitor.page.goto(path)
        assert answer is not None
        assert answer.status == 200, path
        if visitor.page.locator("[data-bpmn-viewer]").count():
            visitor.page.locator("[data-bpmn-viewer][data-ready]").first.wait_for()
        ahead.extend(first_link(visitor))
        assert visitor.page.locator("h1").count() == 1, path
        for width in (390, 1280):
            visitor.page.set_viewport_size({"width": width, "height": 844})
            too_wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            assert visitor.page.evaluate(too_wide) <= 0, f"{path} scrolls sideways at {width} px"
        assert visitor.complaints == [], path
    assert len(seen) > 8
    visitor.leave()


# ------------------------------------------------------------------ helpers
def another_clerk(person: People) -> Person:
    """The administrator makes a second reviewing clerk, who signs in with the first password."""
    admin = person("admin")
    admin.go("/accounts/new")
    admin.type(username="minzheng2", name="钱晓", unit="区民政局社区科", roles=["review_clerk"])
    admin.page.get_by_role("button", name="新建账号").or_(
        admin.page.locator("main form .btn-primary")
    ).first.click()
    admin.page.wait_for_url(re.compile(r"/accounts/\d+$"))
    told = re.search(r"([A-Za-z0-9-]{8,})", admin.said())
    assert told, admin.said()
    clerk = person("minzheng2", told[1])
    clerk.page.wait_for_url(re.compile(r"/account$"))
    clerk.type(old=told[1])
    for name in ("new", "again"):
        clerk.type(**{name: "Qian-xiao-2026"})
    clerk.page.locator("main form .btn-primary").click()
    clerk.page.wait_for_selector(".note.green, .note.blue")
    return clerk


def focused(person: Person) -> dict[str, str]:
    found: dict[str, str] = person.page.evaluate(
        "({id: document.activeElement.id, class: document.activeElement.className,"
        " text: document.activeElement.innerText})"
    )
    return found


def first_link(visitor: Person) -> list[str]:
    """The address of the first entry of the list on a page: a task, a matter, an edition, a definition ..."""
    links = visitor.page.locator("main table a[href], main .choice-card a[href]")
    href = (links.first.get_attribute("href") or "") if links.count() else ""
    return [href] if href.startswith("/") and ".xlsx" not in href and "export" not in href else []
