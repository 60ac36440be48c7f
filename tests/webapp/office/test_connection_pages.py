"""对接系统: an administrator sets a system, sees its secret once, tries it, sends again what did not go through."""

from __future__ import annotations

from dataclasses import replace

from sample_office import Office, words

from tests.peer import serving


def test_an_administrator_sets_a_system_and_sends_it_a_trial(office: Office) -> None:
    admin = office.client("admin")
    with serving() as peer:
        office.runtime.settings = replace(office.runtime.settings, outgoing_hosts=(peer.host,))
        made = admin.post("/connections", data={"key": "oa", "name": "区 OA", "address": peer.address})
        assert "只显示这一次" in words(made.text)
        assert made.headers["Cache-Control"] == "no-store"
        secret = made.text.split('<code class="user-select-all">')[1].split("</code>")[0]
        assert secret not in admin.get("/connections").text
        peer.answers = [(500, {}), (200, {})]
        admin.post("/connections/1/ping")
        page = words(admin.get("/connections").text)
        assert "等待" in page or "没有正常答复：状态 500" in page
        admin.post("/connections/deliveries/1/replay")
        assert "已送达" in words(admin.get("/connections").text)
        assert [each.body["event"] for each in peer.requests] == ["ping", "ping"]


def test_an_address_that_leads_to_this_machine_is_refused_on_the_page(office: Office) -> None:
    given = {"key": "oa", "name": "区 OA", "address": "http://169.254.169.254/latest"}
    told = office.client("admin").post("/connections", data=given)
    assert told.status_code == 422
    assert "指向本机或链路本地地址" in words(told.text)
    assert 'value="http://169.254.169.254/latest"' in told.text


def test_a_key_that_is_taken_and_an_account_nobody_has_are_told(office: Office) -> None:
    admin = office.client("admin")
    given = {"key": "oa", "name": "区 OA", "address": "https://oa.example.gov.cn/take"}
    admin.post("/connections", data=given)
    assert "标识“oa”" in words(admin.post("/connections", data=given).text)
    told = admin.post("/connections", data={**given, "key": "oa2", "username": "nobody"})
    assert (told.status_code, "nobody" in told.text) == (422, True)


def test_a_connection_that_is_switched_off_is_told_nothing(office: Office) -> None:
    admin = office.client("admin")
    given = {"key": "oa", "name": "区 OA", "address": "https://oa.example.gov.cn/take"}
    admin.post("/connections", data=given)
    admin.post("/connections/1", data={**given, "name": "旧 OA"})
    admin.post("/connections/1/ping")
    page = words(admin.get("/connections").text)
    assert "旧 OA" in page
    assert "该对接系统已停用" in page


def test_others_do_not_see_the_page(office: Office) -> None:
    assert office.client("minzheng").get("/connections").status_code == 403
