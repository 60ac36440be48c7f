"""某日在册, 社区清单 and the versions of a matter: pages, workbook, API."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from openpyxl import load_workbook
from sample_office import Office, words

from workflows.usecases import accounts, api_tokens
from workflows.usecases.actor import SYSTEM

HERE = "新立东园社区居民委员会"


def unit_id(office: Office, name: str) -> int:
    with office.runtime.reading() as tx:
        found = tx.units.find(name)
        assert found is not None
        return found.id


@pytest.fixture
def ask(office: Office) -> Any:
    """GET of the API by a machine that sees nothing but what is open to all."""
    with office.runtime.transaction() as tx:
        accounts.create(tx, "watcher", "接口", None, ["machine"], "Long-word-2026", SYSTEM, must_change=False)
        token = api_tokens.issue(tx, "watcher", "对接", 30, office.actor("admin"))
    client = office.app.test_client()

    def get(path: str) -> tuple[int, Any]:
        answer = client.get(f"/api/v1{path}", headers={"Authorization": f"Bearer {token}"})
        return answer.status_code, answer.json

    return get


def test_a_clerk_asks_for_a_day_and_a_community_and_opens_the_version_of_then(office: Office) -> None:
    client = office.client("minzheng")
    page = client.get(f"/in-force?day=2026-10-30&community={unit_id(office, HERE)}").text
    assert "诉前调解进社区" in page  # its period ended in November
    assert "巡回法庭进社区便民服务" not in page  # enters another subdistrict
    assert "诉前调解进社区" not in client.get("/in-force?day=2026-11-20").text
    found = re.search(r'href="(/matters/\d+/versions/\d+)"><b>诉前调解进社区', page)
    assert found
    assert "原样留存" in words(client.get(found[1]).text)
    assert client.get(re.sub(r"\d+$", "99", found[1])).status_code == 404


def test_the_workbook_holds_what_the_page_shows(office: Office) -> None:
    query = f"day=2026-10-30&community={unit_id(office, HERE)}"
    client = office.client("dongyuan")
    page, answer = client.get(f"/in-force?{query}").text, client.get(f"/lists/in_force/export.xlsx?{query}")
    sheet = load_workbook(io.BytesIO(answer.data)).active
    text = "\n".join(str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value)
    assert "诉前调解进社区" in text
    assert HERE in text
    assert "2026年10月30日" in text
    assert len(re.findall(r'class="number half"', page)) == sum(
        isinstance(row[0].value, int) for row in sheet.iter_rows()
    )


def test_a_community_opens_its_own_page(office: Office) -> None:
    client = office.client("dongyuan")
    page = client.get(f"/in-force/communities/{unit_id(office, HERE)}").text
    must, _, rest = words(page).partition("可以拒绝的 ")
    for name in ("厨余垃圾分类入户指导", "无偿献血宣传"):
        assert name in must, name
    assert "正在申请，尚未准入" in rest
    assert "进入范围不含本社区" in rest
    assert HERE in client.get("/in-force/communities?q=新立东园").text


def test_a_community_that_never_was_is_a_sentence_on_page_workbook_and_api(office: Office, ask: Any) -> None:
    client = office.client("minzheng")
    for address in (
        "/in-force/communities/999999",
        "/in-force?community=999999",
        "/lists/in_force/export.xlsx?community=999999",
    ):
        answer = client.get(address)
        assert answer.status_code == 404, address
        assert "没有编号为 999999 的街道或社区" in words(answer.text), address
    status, told = ask("/communities/999999/lists")
    assert (status, told["error"]["code"]) == (404, "NoSuchCommunity")


def test_the_api_answers_by_day_and_community(office: Office, ask: Any) -> None:
    here = unit_id(office, HERE)
    status, told = ask(f"/matters/in-force?day=2026-10-30&community={here}")
    assert (status, told["day"], told["community"]["name"]) == (200, "2026-10-30", HERE)
    (found,) = [each for each in told["items"] if each["name"] == "诉前调解进社区"]
    assert found["state"] == "in_force"
    assert ask(f"/matters/{found['matter_id']}")[0] == 403  # its whole life is for those it concerns
    _, lists = ask(f"/communities/{here}/lists?day=2026-11-20")
    assert "诉前调解进社区" in [
        each["matter"]["name"] for each in lists["may_refuse"] if each["why"] == "expired"
    ]
    assert not [each for each in lists["may_refuse"] if each["why"] == "pending"]
    _, listed = ask("/communities?q=新立东园")
    assert [each["name"] for group in listed["items"] for each in group["communities"]] == [HERE]
    for bad in ("/matters/in-force?day=gestern", "/matters/in-force?community=x", "/matters/in-force?from=1"):
        assert ask(bad)[0] == 422, bad


def test_a_change_is_shown_old_beside_new_and_the_version_of_then_holds_the_old(office: Office) -> None:
    client = office.client("chengguan")
    page = client.get("/matters?q=厨余垃圾分类入户指导").text
    found = re.search(r'href="(/matters/\d+)"', page)
    assert found
    life = client.get(found[1]).text
    assert "准〔2026〕变0001号" in life
    told = words(life.partition('id="asked-changes"')[2])
    assert told.index("120,000.00 元") < told.index("150,000.00 元")
    assert 'href="/start/change?' in life
    assert "/start/change" not in office.client("minzheng_ld").get(found[1]).text
    before = client.get("/in-force?day=2026-10-01&q=厨余垃圾分类入户指导").text
    version = re.search(r'href="(/matters/\d+/versions/\d+)"', before)
    assert version
    assert "120,000.00" in client.get(version[1]).text


def test_a_program_asks_for_a_change_and_is_told_what_cannot_be(office: Office) -> None:
    with office.runtime.transaction() as tx:
        unit = tx.units.find("区城市管理委员会")
        assert unit is not None
        roles = ["machine", "unit_clerk"]
        accounts.create(tx, "oa", "办公系统", unit.id, roles, "Long-word-2026", SYSTEM, must_change=False)
        token = api_tokens.issue(tx, "oa", "对接", 30, office.actor("admin"))
    client, headers = office.app.test_client(), {"Authorization": f"Bearer {token}"}
    form = {
        "applicant_unit": "区城市管理委员会",
        "filing_number": office.number_of("厨余垃圾分类入户指导"),
        "change_reason": "范围扩大",
        "contact_name": "高静",
        "contact_phone": "022-84375201",
    }

    def post(**more: Any) -> Any:
        body = {"process": "change", "form": {**form, **more}}
        return client.post("/api/v1/instances", json=body, headers=headers)

    told = post()
    assert told.status_code == 422
    assert told.json["error"]["faults"][0]["field"] == "new_content"
    begun = post(new_scope=["新立街道", "华明街道", "金桥街道"])
    assert begun.status_code == 200, begun.text
    view = client.get(f"/api/v1/instances/{begun.json['instance_id']}", headers=headers).json
    assert view["title"] == "变更：厨余垃圾分类入户指导"
    again = post(new_scope=["金桥街道"])
    assert "已有一件变更在办" in again.json["error"]["faults"][0]["message"]


def test_a_clerk_follows_a_community_and_stops(office: Office) -> None:
    client, here = office.client("xinli"), unit_id(office, HERE)
    assert "关注" in client.get(f"/in-force/communities/{here}").text
    assert "有变化时会收到通知" in client.post(f"/following/community/{here}", follow_redirects=True).text
    assert HERE in client.get("/following").text
    posted = {"stop": "1", "list": "1"}
    told = client.post(f"/following/community/{here}", data=posted, follow_redirects=True).text
    assert "还没有关注" in told
    page = office.client("minzheng").get("/matters?q=巡回法庭进社区便民服务").text
    found = re.search(r'href="/matters/(\d+)"', page)
    assert found
    assert office.client("chengguan").post(f"/following/matter/{found[1]}").status_code == 403
    assert (
        "取消关注"
        in office.client("fayuan").post(f"/following/matter/{found[1]}", follow_redirects=True).text
    )
    assert client.post("/following/community/999999").status_code == 404


def test_a_notice_of_a_change_leads_to_the_matter_and_nowhere_its_reader_may_not_go(office: Office) -> None:
    """The subdistrict is told that a matter changed; the application for it is the unit's and the bureau's."""
    client = office.client("xinli")
    page = client.get("/inbox/notices").text
    (leads,) = re.findall(r'href="(/matters/\d+)"[^>]*>(?:<b>)?“厨余垃圾分类入户指导”已变更', page)
    assert "厨余垃圾分类入户指导" in client.get(leads).text
    for address in re.findall(r'href="(/instances/\d+)"', page):
        assert client.get(address).status_code == 200, address
