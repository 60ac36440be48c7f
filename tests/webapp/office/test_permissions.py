"""Who sees what: the menu holds what may be opened, and a foreign address answers with a sentence."""

from __future__ import annotations

import re

import pytest
from sample_office import Office, words

ACCOUNTS = (
    "fayuan",
    "fayuan_kz",
    "minzheng",
    "minzheng_kz",
    "minzheng_ld",
    "wangge",
    "xinli",
    "zuzhi",
    "admin",
)
FOREIGN = "chengguan"  # a unit with applications of its own


@pytest.mark.parametrize("username", ACCOUNTS)
def test_every_line_of_a_menu_opens(office: Office, username: str) -> None:
    client = office.client(username)
    page = client.get("/").text
    menu = re.findall(r'<a href="([^"]+)"', page.partition('<div class="side">')[2].partition("</div>")[0])
    assert len(menu) > 5
    for address in menu:
        assert client.get(address).status_code == 200, address


@pytest.mark.parametrize(
    ("username", "closed"),
    [
        ("fayuan", ("/accounts", "/definitions", "/matters/backlog")),
        ("fayuan_kz", ("/accounts", "/definitions", "/imports/new", "/lists/registry/export.xlsx")),
        ("minzheng", ("/accounts", "/definitions/new")),
        ("wangge", ("/accounts", "/imports/blank/admission_application.xlsx", "/definitions/new")),
        ("xinli", ("/accounts", "/imports/blank/admission_application.xlsx", "/definitions")),
        ("jiwei", ("/accounts", "/imports/new", "/matters/backlog", "/lists/supervisions/export.xlsx")),
        ("dongyuan", ("/accounts", "/imports/blank/admission_application.xlsx", "/matters/backlog")),
    ],
)
def test_what_is_not_in_the_menu_answers_with_a_sentence(
    office: Office, username: str, closed: tuple[str, ...]
) -> None:
    client = office.client(username)
    menu = client.get("/").text.partition('<div class="side">')[2].partition("</div>")[0]
    for address in closed:
        assert f'href="{address}"' not in menu
        answer = client.get(address)
        assert answer.status_code == 403, address
        assert "没有权限" in words(answer.text) or "无权" in words(answer.text)


def test_another_units_instance_task_and_attachment_stay_closed(office: Office) -> None:
    task = office.task("minzheng", "经办初审")
    mine = "fayuan" if "城市管理" in task.initiator_unit_name else "chengguan"
    stranger = office.client(mine)
    for address in (
        f"/instances/{task.instance_id}",
        f"/instances/{task.instance_id}/print",
        f"/instances/{task.instance_id}/application.xlsx",
        f"/tasks/{task.task_id}",
    ):
        answer = stranger.get(address)
        assert answer.status_code in (403, 404), address
        assert len(words(answer.text)) > 20
        assert task.title not in answer.text
    for act in ("claim", "remind", "return"):
        assert stranger.post(f"/tasks/{task.task_id}/{act}", data={}).status_code in (403, 404)
    assert stranger.post(f"/tasks/{task.task_id}", data={"decision": "agree"}).status_code in (403, 404)
    assert stranger.post(f"/instances/{task.instance_id}/cancel").status_code == 403


def test_another_units_matter_stays_closed(office: Office) -> None:
    own = set(re.findall(r"/matters/(\d+)", office.client("fayuan").get("/matters").text))
    everything = set(re.findall(r"/matters/(\d+)", office.client("minzheng").get("/matters").text))
    foreign = sorted(everything - own)
    assert foreign
    answer = office.client("fayuan").get(f"/matters/{foreign[0]}")
    assert answer.status_code in (403, 404)


def test_what_does_not_exist_is_said_in_a_sentence(office: Office) -> None:
    client = office.client("minzheng")
    for address in (
        "/instances/99999",
        "/tasks/99999",
        "/matters/99999",
        "/attachments/99999",
        "/catalogue/99999",
    ):
        answer = client.get(address)
        assert answer.status_code == 404, address
        assert "不存在" in answer.text or "没有" in answer.text
