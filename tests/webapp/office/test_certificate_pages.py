"""证明与印章 on its pages: the counter, the list, the seal, and the look-up that names nobody."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from typing import Any

import openpyxl
import pytest
from sample_office import Office, words

from webapp.app import create_app
from workflows.usecases import accounts, api_tokens
from workflows.usecases.actor import SYSTEM

NUMBER = "社证〔2026〕00001号"
RESIDENT = ("史文秀", "130133199002150027", "13800007788")


def check_code(office: Office) -> str:
    """As the community reads it on the certificate's page."""
    community = office.client("dongyuan")
    found = re.search(r'href="(/certificates/\d+)"[^>]*><b>居住情况证明', community.get("/certificates").text)
    assert found
    code = re.search(r"<dt>查验码</dt><dd><code>([^<]+)", community.get(found[1]).text)
    assert code
    return code[1]


def test_a_number_is_looked_up_without_sign_in_only_where_the_office_opened_it(office: Office) -> None:
    code = check_code(office)
    shut = office.app.test_client().get("/certificates/check", query_string={"number": NUMBER})
    assert shut.status_code == 303
    assert "/sign-in" in shut.location
    assert "有效" in words(
        office.client("fayuan").get(f"/certificates/check?number={NUMBER}&code={code}").text
    )
    office.runtime.settings = replace(office.runtime.settings, public_lookup=True)
    asked = {"number": "社证[2026]00001号", "code": code.lower()}
    page = office.app.test_client().get("/certificates/check", query_string=asked)
    told = words(page.text)
    for said in (NUMBER, "居住情况证明", "新立东园社区居民委员会", "有效"):
        assert said in told
    for secret in (*RESIDENT, "任静怡", "办理居住证"):
        assert secret not in page.text
    for wrong in (
        {"number": "社证〔2026〕00077号", "code": code},
        {"number": NUMBER},
        {**asked, "code": "22222-22222"},
    ):
        missing = words(office.app.test_client().get("/certificates/check", query_string=wrong).text)
        assert "没有编号和查验码都相符的证明" in missing, wrong
        assert "居住情况证明" not in missing


def test_looking_numbers_up_one_after_another_is_slowed_down(office: Office) -> None:
    app = create_app(office.runtime, TESTING=True, WTF_CSRF_ENABLED=False)
    office.runtime.settings = replace(office.runtime.settings, public_lookup=True)
    client = app.test_client()
    found = [client.get(f"/certificates/check?number={number}").status_code for number in range(22)]
    assert found[0] == 200
    assert found[-1] == 429


def test_the_counter_answers_from_the_list_and_refuses_what_is_not_in_it(office: Office) -> None:
    community = office.client("dongyuan")
    assert "奶牛养殖证明”不在证明事项清单内，不予出具" in words(
        community.get("/certificates/items?q=奶牛养殖证明").text
    )
    with office.runtime.reading() as tx:
        own = tx.units.find("新立街道/新立东园社区居民委员会")
    assert own is not None
    asked = {
        "community": own.id,
        "item_name": "奶牛养殖证明",
        "purpose": "补贴",
        "applicant_name": "甲",
        "id_number": "1",
        "statement": "养殖",
        "promised": "yes",
    }
    answer = community.post("/start/certificate", data=asked)
    assert answer.status_code == 303
    page = words(community.get(answer.location).text)
    assert "不予出具(不在清单内)" in page
    assert "奶牛养殖证明" in community.get("/certificates?state=refused").text


def test_the_community_prints_what_was_issued_and_cancels_it(office: Office) -> None:
    community = office.client("dongyuan")
    address = re.search(
        r'href="(/certificates/\d+)"[^>]*><b>居住情况证明', community.get("/certificates").text
    )[1]
    book = openpyxl.load_workbook(io.BytesIO(community.get(f"{address}/printed.xlsx").data))
    told = [str(cell.value) for line in book.active.iter_rows() for cell in line if cell.value]
    code = check_code(office)
    assert {NUMBER, code} <= set(told)
    assert any("史文秀自2026年3月起居住" in each for each in told)
    assert office.client("xiuli").get(address).status_code == 404
    assert office.client("minzheng").get(address).status_code == 200
    assert code not in office.client("minzheng").get(address).text
    assert office.client("minzheng").get(f"{address}/printed.xlsx").status_code == 403
    assert community.post(f"{address}/cancel", data={"reason": ""}).status_code == 422
    assert community.post(f"{address}/cancel", data={"reason": "地址写错"}).status_code == 303
    assert "已作废" in words(community.get(f"/certificates/check?number={NUMBER}&code={code}").text)
    assert community.get(f"{address}/printed.xlsx").status_code == 422


@pytest.mark.parametrize("who", ["minzheng", "admin", "zuzhi", "minzheng_ld"])
def test_no_list_or_page_names_a_resident_to_others_than_the_community(office: Office, who: str) -> None:
    client = office.client(who)
    addresses = ["/certificates", "/certificates/seal-uses", "/inbox/instances?q=证明", "/certificates/1"]
    for address in addresses:
        page = client.get(address).text
        assert not [secret for secret in RESIDENT if secret in page], address
    for key in ("certificates", "seal_uses"):
        sheet = openpyxl.load_workbook(io.BytesIO(client.get(f"/lists/{key}/export.xlsx").data)).active
        told = " ".join(str(cell.value) for line in sheet.iter_rows() for cell in line)
        assert not [secret for secret in RESIDENT if secret in told], key


def test_a_certificate_goes_from_request_to_number_by_the_api(office: Office) -> None:
    with office.runtime.transaction() as tx:
        accounts.set_roles(
            tx, office.account_id("dongyuan"), ["community_clerk", "community_seal", "machine"], SYSTEM
        )
        token = api_tokens.issue(tx, "dongyuan", "窗口", 30, office.actor("admin"))
    head = {"Authorization": f"Bearer {token}"}

    def ask(method: str, path: str, body: Any = None) -> Any:
        answer = office.app.test_client().open(f"/api/v1{path}", method=method, json=body, headers=head)
        assert answer.status_code < 300, answer.text
        return answer.get_json(silent=True)

    form = {
        "community": "新立街道/新立东园社区居民委员会",
        "item_name": "志愿服务情况证明",
        "purpose": "升学",
        "applicant_name": "乙",
        "id_number": "2",
        "statement": "参加志愿服务",
        "promised": "yes",
    }
    instance_id = ask("POST", "/instances", {"process": "certificate", "form": form})["instance_id"]
    for said in ({"decision": "issue"}, {"decision": "agree", "copies": 1, "sealed_on": "2026-11-20"}):
        (task,) = ask("GET", f"/instances/{instance_id}")["tasks"]
        ask("POST", f"/tasks/{task['task_id']}/complete", {"form": said})
    done = ask("GET", f"/instances/{instance_id}")
    assert (done["status"], done["business_key"]) == ("completed", "社证〔2026〕00002号")


def test_the_work_seal_is_entered_by_page_and_api_and_stands_in_the_register(office: Office) -> None:
    use = {
        "community": "新立街道/新立东园社区居民委员会",
        "seal": "committee",
        "used_on": "2026-11-19",
        "copies": "2",
        "subject": "出具活动场地借用函",
        "purpose": "新立街道文化站",
        "approved_by": "任主任",
        "used_by": "任静怡",
    }
    community = office.client("dongyuan")
    with office.runtime.transaction() as tx:
        own = tx.units.find(use["community"])
        assert own is not None
        accounts.set_roles(tx, office.account_id("dongyuan"), ["community_clerk", "machine"], SYSTEM)
        token = api_tokens.issue(tx, "dongyuan", "用印对接", 30, office.actor("admin"))
    by_page = {**use, "community": str(own.id)}
    assert community.post("/start/seal_use", data={**by_page, "approved_by": ""}).status_code == 422
    assert community.post("/start/seal_use", data=by_page).status_code == 303
    body = {"process": "seal_use", "form": {**use, "subject": "报送党群活动方案", "seal": "party"}}
    head = {"Authorization": f"Bearer {token}"}
    answer = office.app.test_client().post("/api/v1/instances", json=body, headers=head)
    assert answer.status_code == 200, answer.text
    page = words(community.get("/certificates/seal-uses?kind=work").text)
    for told in ("出具活动场地借用函", "报送党群活动方案", "社区党组织印章", "任主任", "新立街道文化站"):
        assert told in page
    assert "居住情况证明" not in page
    assert "居住情况证明" in community.get("/certificates/seal-uses?kind=certificate").text
    assert "报送党群活动方案" not in office.client("xiuli").get("/certificates/seal-uses").text
    assert office.client("fayuan").get("/certificates/seal-uses").status_code == 403
