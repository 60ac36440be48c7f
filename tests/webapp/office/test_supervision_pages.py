"""监督反馈 on its pages: who reported stays hidden wherever one looks, the list, the matter's page, what the reporter hears."""

from __future__ import annotations

import io
import re
import zipfile

import pytest
from sample_office import Office, words

from workflows.admission import supervisions
from workflows.usecases import accounts, api_tokens, imports, lists
from workflows.usecases.actor import SYSTEM

#: Of the reporters of the sample office: names, telephones, the number of a complaint, account names.
SECRETS = (
    "任静怡",
    "窦文娟",
    "祝云珍",
    "84901133",
    "84906622",
    "13800004477",
    "TJ12345",
    "dongyuan",
    "xiuli",
)
CIRCLE = ("minzheng", "minzheng_kz", "jiwei")
OTHERS = ("chengguan", "fayuan", "xinli", "fengniancun", "zuzhi", "minzheng_ld", "wangge", "admin")
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de"
    "0000000c49444154789c63f8cfc0000003010100c9fe92ef0000000049454e44ae426082"
)
LISTS = (
    "/",
    "/inbox/todo",
    "/inbox/done",
    "/inbox/instances",
    "/inbox/notices",
    "/supervisions",
    "/supervisions?q=任静怡",
    "/inbox/todo?q=祝云珍",
    "/matters",
)


def reports(office: Office, username: str) -> list[int]:
    with office.runtime.reading() as tx:
        found = supervisions.search(tx, office.actor(username), supervisions.Filters(), 1, 100)
    return [each.instance_id for each in found.items]


def plain(data: bytes) -> str:
    """Everything a workbook holds, or a page, as one text."""
    if not data.startswith(b"PK"):
        return data.decode()
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return "".join(archive.read(name).decode("utf-8", "replace") for name in archive.namelist())


def told(text: str, asked: str = "") -> list[str]:
    """The secrets a text tells, beyond what was asked for."""
    return [each for each in SECRETS if each in text and each not in asked]


@pytest.mark.parametrize("username", OTHERS)
def test_nobody_else_learns_who_reported(office: Office, username: str) -> None:
    client = office.client(username)
    addresses = list(LISTS)
    for instance_id in reports(office, username):
        at = f"/instances/{instance_id}"
        addresses += [at, f"{at}/print", f"{at}/diagram", f"{at}/application.xlsx"]
        addresses.append(f"/lists/history/export.xlsx?instance={instance_id}")
    # That these people have accounts is no secret; that they reported is.
    taken_out = {each.key for each in lists.open_to(office.actor(username))} - {"accounts", "audit"}
    addresses += [f"/lists/{key}/export.xlsx" for key in sorted(taken_out)]
    for address in addresses:
        answer = client.get(address)
        if answer.status_code in (403, 404):
            continue
        assert answer.status_code == 200, address
        assert told(plain(answer.data), asked=address) == [], address


def test_those_whom_the_form_names_read_it_and_so_does_the_reporter(office: Office) -> None:
    for username in CIRCLE:
        seen = "".join(
            office.client(username).get(f"/instances/{each}").text for each in reports(office, username)
        )
        assert "任静怡" in seen or "祝云珍" in seen, username
        assert "发起人(身份保密)" in seen
    own = reports(office, "xiuli")
    assert own
    page = office.client("xiuli").get(f"/instances/{own[0]}").text
    assert "窦文娟" in words(page)
    assert office.client("dongyuan").get(f"/instances/{own[0]}").status_code == 403


def test_the_api_does_not_tell_either(office: Office) -> None:
    with office.runtime.transaction() as tx:
        for username, roles in (
            ("watcher", ["machine", "supervisor"]),
            ("hands", ["machine", "review_leader"]),
        ):
            unit = tx.units.find("区委组织部")
            assert unit is not None
            accounts.create(tx, username, "接口", unit.id, roles, "Long-word-2026", SYSTEM, must_change=False)
        tokens = [
            api_tokens.issue(tx, each, "对接", 30, office.actor("admin")) for each in ("watcher", "hands")
        ]
    ids = reports(office, "zuzhi")
    assert len(ids) == 8
    for token in tokens:
        client, headers = office.app.test_client(), {"Authorization": f"Bearer {token}"}
        paths = ["instances?process=supervise&size=100", "instances?text=任静怡", "tasks?size=100"]
        for path in paths + [f"instances/{each}" for each in ids]:
            answer = client.get(f"/api/v1/{path}", headers=headers)
            assert answer.status_code == 200, path
            assert told(answer.text.encode().decode("unicode_escape", "replace"), asked=path) == []
            assert told(str(answer.json), asked=path) == [], path


def test_a_complaint_comes_in_by_api_once_and_its_outcome_is_asked_for(office: Office) -> None:
    with office.runtime.transaction() as tx:
        unit = tx.units.find("区民政局社区科")
        assert unit is not None
        accounts.create(
            tx, "hotline", "12345", unit.id, ["machine"], "Long-word-2026", SYSTEM, must_change=False
        )
        token = api_tokens.issue(tx, "hotline", "热线", 30, office.actor("admin"))
    form = {
        "source": "hotline",
        "hotline_number": "TJ12345-9",
        "reporter_name": "居民甲",
        "matter_name": "厨余垃圾分类入户指导",
        "accused_unit": "区城市管理委员会",
        "community": "新立东园社区居民委员会",
        "problems": ["not_admitted"],
        "details": "要求逐户登记。",
    }
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": "TJ12345-9"}
    posts = [
        office.app.test_client().post(
            "/api/v1/instances", json={"process": "supervise", "form": form}, headers=headers
        )
        for _ in range(2)
    ]
    assert [each.status_code for each in posts] == [200, 200]
    assert posts[0].json == posts[1].json
    assert posts[0].json is not None
    at = f"/instances/{posts[0].json['instance_id']}"
    page = words(office.client("minzheng").get(at).text)
    assert "居民甲" in page
    assert "已经准入，在进入范围和期限之内" in page
    view = office.app.test_client().get(f"/api/v1{at}", headers=headers).json
    assert view is not None
    assert (view["status"], view["variables"]["finding"]) == ("running", "admitted")


def test_the_registry_answers_while_the_form_is_filled_in(office: Office) -> None:
    client = office.client("dongyuan")
    page = client.get("/start/supervise").text
    assert 'value="任静怡"' in page
    community = re.search(r'<option value="(\d+)" selected[^>]*>新立东园社区居民委员会', page)
    assert community
    posted = {"community": community[1], "matter_name": "厨余垃圾分类入户", "source": "community"}
    asked = client.post("/start/supervise/conditions", data=posted)
    assert asked.json is not None
    assert "没有名为“厨余垃圾分类入户”的事务" in asked.json["given"]["registry_check"]
    assert "厨余垃圾分类入户指导" in asked.json["given"]["registry_check"]  # a name near it is offered


def test_the_list_is_sifted_and_a_matters_page_shows_what_was_reported_of_it(office: Office) -> None:
    client = office.client("minzheng")
    page = words(client.get("/supervisions?state=ordered").text)
    assert "案件执行张贴公告并拍照回传" in page
    assert "垃圾分类APP注册率统计" not in page
    found = re.search(r'href="(/matters/\d+)"', client.get("/matters?q=厨余垃圾分类入户指导").text)
    assert found
    assert "1件" in words(client.get(found[1]).text.partition('id="reports"')[2])
    table = plain(client.get("/lists/supervisions/export.xlsx?state=transferred").data)
    assert "沿街门店红黑榜排名上报" in table
    assert "居民信用档案采集" not in table


def test_the_reporter_hears_the_outcome(office: Office) -> None:
    page = words(office.client("dongyuan").get("/inbox/notices").text)
    assert "您反映的“商户经营信息摸底填报”已办结：属实，整改到位，已通报(督通〔2026〕0001号)" in page


def test_an_attachment_of_the_reporter_is_not_handed_out(office: Office) -> None:
    client = office.client("xiuli")
    page = client.get("/start/supervise").text
    community = re.search(r'<option value="(\d+)" selected[^>]*>丰年秀丽社区', page)
    unit = re.search(r'<option value="(\d+)"[^>]*>区城市管理委员会', page)
    assert community
    assert unit
    posted = {
        "community": community[1],
        "accused_unit": unit[1],
        "source": "community",
        "matter_name": "楼道堆物每日拍照",
        "problems": "not_admitted",
        "details": "每日拍照上传。",
        "evidence": (io.BytesIO(PNG), "群聊截图.png"),
    }
    answer = client.post("/start/supervise", data=posted, content_type="multipart/form-data")
    assert answer.status_code == 303, words(answer.text)[:2000]
    at = answer.headers["Location"]
    link = re.search(r'href="(/attachments/\d+[^"]*)"', office.client("minzheng").get(at).text)
    assert link
    assert office.client("minzheng").get(link[1]).status_code == 200
    seen = office.client("zuzhi").get(at)
    assert seen.status_code == 200
    assert "群聊截图" not in seen.text
    assert office.client("zuzhi").get(link[1]).status_code == 403


def test_the_official_table_goes_out_and_comes_in_again(office: Office) -> None:
    (instance_id,) = (
        each for each in reports(office, "minzheng") if "TJ12345-0030" in table_of(office, each)
    )
    assert "导出监督反馈表.xlsx" in office.client("minzheng").get(f"/instances/{instance_id}").text
    content = office.client("minzheng").get(f"/instances/{instance_id}/application.xlsx").data
    for words_of_it in (
        "社区工作事务准入监督反馈表",
        "督〔2026〕",
        "☑12345投诉",
        "经核查",
        "已接收，按规定追责问责",
    ):
        assert words_of_it in plain(content), words_of_it
    with office.runtime.reading() as tx:
        found = imports.preview(
            tx, content, "监督反馈表.xlsx", "supervision_report", office.actor("minzheng")
        )
        (record,) = found.records
        assert [fault.zh for fault in record.faults if fault.severity == "error"] == []
        assert record.values["problems"] == ["not_admitted"]
        assert record.values["reporter_name"] == "祝云珍"


def table_of(office: Office, instance_id: int) -> str:
    answer = office.client("minzheng").get(f"/instances/{instance_id}/application.xlsx")
    return plain(answer.data)


def test_a_table_of_reports_starts_a_process_each_and_the_registry_answers_each(office: Office) -> None:
    clerk = office.actor("minzheng")
    rows = (
        "下派事务名称,涉及单位,反馈渠道,12345工单号,投诉人,问题类型,情况说明\n"
        "居民信用积分采集,区人民法院,12345,A-1,居民乙,未准入,要求逐户登记\n"
        "厨余垃圾分类入户指导,区城市管理委员会,12345,A-2,居民丙,超范围,要求代收费用\n"
    )
    before = set(reports(office, "minzheng"))
    with office.runtime.reading() as tx:
        found = imports.preview(tx, rows.encode(), "投诉.csv", "supervision_report", clerk)
        assert [fault.zh for record in found.records for fault in record.faults] == []
    staged = imports.stage(office.runtime, found)
    with office.runtime.transaction() as tx:
        batch_id = imports.accept(tx, staged, clerk)
    with office.runtime.transaction() as tx:
        while imports.run_chunk(tx, batch_id):
            pass
    fresh = sorted(set(reports(office, "minzheng")) - before)
    pages = [words(office.client("minzheng").get(f"/instances/{each}").text) for each in fresh]
    assert len(pages) == 2
    assert "没有名为“居民信用积分采集”的事务" in pages[0]
    assert "居民乙" in pages[0]
    assert "已经准入，在进入范围和期限之内" in pages[1]
    # Who may take in every unit's tables, but is none of the form's readers, does not look into this one.
    assert office.client("minzheng").get(f"/imports/{batch_id}").status_code == 200
    assert office.client("admin").get(f"/imports/{batch_id}").status_code == 403
    assert office.client("admin").get(f"/imports/{batch_id}/withdrawal").status_code == 403
    assert "投诉.csv" in office.client("minzheng").get("/imports").text
    assert "投诉.csv" not in office.client("admin").get("/imports").text
