"""What a page says before there is anything, and where it says a matter stands."""

from __future__ import annotations

import json
import re
from pathlib import Path

from sample_office import PASSWORD, Office, words

from webapp.app import create_app
from workflows.admission import package
from workflows.settings import Settings


def standing(page: str) -> list[str]:
    """The elements that are drawn as those where it stands."""
    state = re.search(r'<script type="application/json" id="diagram-\d-state">(.*?)</script>', page, re.S)
    assert state is not None
    current = json.loads(state[1])["current"]
    assert isinstance(current, list)
    return current


def test_a_call_is_where_it_stands_while_the_called_process_is(office: Office) -> None:
    task = office.task("minzheng", "经办初审")
    clerk = office.client("minzheng")
    caller = clerk.get(f"/instances/{task.instance_id}/diagram?process=apply").text
    assert standing(caller) == ["review"]
    assert standing(clerk.get(f"/instances/{task.instance_id}/diagram?process=review").text)


def test_who_reports_in_confidence_is_named_so_in_the_lists(office: Office) -> None:
    page = words(office.client("xinli").get("/inbox/todo").text)
    assert "发起人(身份保密)" in page
    assert "新立东园社区" not in page


def test_an_office_without_units_says_what_comes_first(tmp_path: Path) -> None:
    runtime = package.open_office(Settings(data_dir=tmp_path, jobs="inline"), upgrade=True)
    package.set_up(runtime, admin_password=PASSWORD)
    app = create_app(runtime, TESTING=True, WTF_CSRF_ENABLED=False, RATELIMIT_ENABLED=False)
    empty = Office(app, runtime)
    admin = empty.client("admin")
    changed = {"old": PASSWORD, "new": "Anfang-2026", "again": "Anfang-2026"}
    assert admin.post("/account/password", data=changed).status_code == 303
    home = admin.get("/").text
    assert "请先录入组织机构" in home
    assert "半年内没有准入或退出的事项" in home
    page = admin.get("/organisation").text
    assert "还没有单位。请导入机构表，或逐个新增。" in page
    assert "请选择一个单位" not in page
    runtime.close()


def test_no_link_is_offered_to_a_matter_that_may_not_be_seen(office: Office) -> None:
    for username in ("huaming", "xiuli", "xinli", "dongyuan"):
        client = office.client(username)
        for number in range(1, 40):
            page = client.get(f"/instances/{number}")
            offered = re.search(r'href="(/matters/\d+)"', page.text)
            if page.status_code == 200 and offered is not None:
                assert client.get(offered[1]).status_code == 200, (username, number)


def test_the_menu_shows_under_which_line_a_page_stands(office: Office) -> None:
    clerk = office.client("minzheng")
    task = office.task("minzheng", "经办初审")
    for address, line in (
        ("/", "首页"),
        ("/inbox/done", "已办"),
        (f"/tasks/{task.task_id}", "待办"),
        ("/imports/memory", "批量导入"),
        ("/in-force", "事项台账"),
        ("/organisation/acts", "组织机构"),
    ):
        page = clerk.get(address).text
        side = page.split("<nav", 2)[1].split("</nav>")[0]
        assert re.findall(r'aria-current="page">([^<]+)<', side) == [line], address
