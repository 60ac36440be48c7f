"""机构调整, 工作移交 and 准入审核单位, by an administrator at the pages."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa
from sample_office import Office, words

from workflows.store.tables import account, unit


def unit_id(office: Office, name: str) -> int:
    with office.runtime.reading() as tx:
        found = tx.units.find(name)
        assert found is not None
        return int(found.id)


def test_a_unit_is_renamed_and_its_history_stands_on_its_page(office: Office) -> None:
    client = office.client("admin")
    old = unit_id(office, "区司法局")
    page = client.get(f"/organisation/reform?unit={old}").text
    assert "新名称" in page
    asked = {"unit": old, "act": "rename", "name": "区司法和法治局", "document": "津丽编〔2026〕3号"}
    answer = client.post("/organisation/reform", data=asked)
    assert answer.status_code == 303
    shown = client.get(answer.location).text
    assert "区司法局 → 区司法和法治局" in words(shown)
    assert "津丽编〔2026〕3号" in shown
    assert "区司法和法治局" in client.get("/organisation/acts").text
    gone = client.post("/organisation/reform", data=asked | {"name": "另一个名称"})
    assert gone.status_code == 422
    assert "“区司法局”已不存在，不能再调整" in gone.text


def test_a_coming_day_is_entered_ahead_and_withdrawn_and_a_past_one_says_what_stays(office: Office) -> None:
    client = office.client("admin")
    old = unit_id(office, "区司法局")
    asked = {"unit": old, "act": "rename", "name": "区司法和法治局", "on": "2026-12-01"}
    answer = client.post("/organisation/reform", data=asked)
    assert answer.location.endswith("/organisation/acts")
    page = client.get("/organisation/acts").text
    assert "2026-12-01起自动生效" in page
    assert "待生效" in page
    withdraw = re.search(r'action="(/organisation/acts/\d+/withdraw)"', page)
    assert withdraw is not None
    assert office.client("fayuan").post(withdraw[1]).status_code == 403
    assert "预先登记" not in office.client("fayuan").get("/organisation/acts").text
    assert client.post(withdraw[1]).status_code == 303
    assert "已撤销" in client.get("/organisation/acts").text
    assert client.post(withdraw[1]).status_code == 404
    far = client.post("/organisation/reform", data=asked | {"on": "2099-01-01"})
    assert (far.status_code, "在一年以后" in far.text) == (422, True)
    court = unit_id(office, "区人民法院")
    late = {"unit": court, "act": "rename", "name": "区法院", "on": "2026-08-03"}
    told = client.get(client.post("/organisation/reform", data=late).location).text
    assert "件以原名称办结" in told


def test_a_split_asks_first_for_the_parts_then_who_takes_what(office: Office) -> None:
    client = office.client("admin")
    mine = unit_id(office, "区人民法院")
    with office.runtime.reading() as tx:
        kai = tx.db.execute(sa.select(account.c.id).where(account.c.username == "fayuan_kz")).scalar_one()
    asked = {
        "unit": mine,
        "act": "split",
        "others": "区法院\n区调解中心",
        "on": "",
        "document": "",
        "note": "",
    }
    second = client.post("/organisation/reform", data=asked)
    assert second.status_code == 200
    assert "由谁承接" in second.text
    assert f'name="person-{kai}"' in second.text
    with office.runtime.reading() as tx:
        assert tx.units.find("区调解中心") is None, "nothing has happened yet"
    done = client.post("/organisation/reform", data=asked | {"assigned": "1", f"person-{kai}": "1"})
    assert done.status_code == 303
    with office.runtime.reading() as tx:
        home = sa.select(unit.c.name).join(account, account.c.unit_id == unit.c.id)
        names = {row.username: row.name for row in tx.db.execute(home.add_columns(account.c.username))}
        assert tx.db.execute(home.where(account.c.id == kai)).scalar_one() == "区调解中心"
        assert "区人民法院" not in names.values()
    assert "区法院" in office.client("fayuan").get("/").text


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"act": "nothing"}, "请选择调整方式"),
        ({"act": "rename", "name": "", "on": ""}, "请填写调整后的单位名称"),
        ({"act": "rename", "name": "新名", "on": "明天"}, "“明天”不是日期"),
        ({"act": "merge", "others": "区教委", "name": "区教育"}, "没有单位“区教委”"),
        ({"act": "transfer", "target": ""}, "请填写接收职责的单位"),
    ],
)
def test_what_is_asked_wrongly_is_a_sentence_and_what_was_typed_stands(
    office: Office, asked: dict[str, str], sentence: str
) -> None:
    answer = office.client("admin").post(
        "/organisation/reform",
        data={"unit": unit_id(office, "区教育局"), "document": "津丽编〔2026〕9号"} | asked,
    )
    assert answer.status_code == 422
    assert sentence in answer.text
    assert "津丽编〔2026〕9号" in answer.text


def test_all_of_a_persons_work_is_handed_over(office: Office) -> None:
    client = office.client("admin")
    with office.runtime.reading() as tx:
        ids = {row.username: row.id for row in tx.db.execute(sa.select(account.c.username, account.c.id))}
    page = f"/accounts/{ids['fayuan_kz']}"
    nobody = client.post(f"{page}/hand-over", data={"to": "nobody 无此人"})
    assert nobody.status_code == 404
    assert client.post(f"{page}/hand-over", data={"to": "fayuan_kz"}).status_code == 422
    done = client.post(f"{page}/hand-over", data={"to": "fayuan 吴桂玉", "disable": "1", "reason": "退休"})
    assert done.status_code == 303
    shown = words(client.get(page).text)
    assert "已移交给吴桂玉" in shown
    assert "停用" in shown


def test_the_reviewing_role_sits_where_the_setting_says(office: Office) -> None:
    client = office.client("admin")
    refused = client.post("/organisation/reviewing", data={"unit": "区教育局"})
    assert refused.status_code == 422
    assert "“区教育局”还没有承担以下角色的账号" in refused.text
    assert office.client("minzheng").get("/organisation/reviewing").status_code == 403
    assert client.post("/organisation/reviewing", data={"unit": "区民政局"}).status_code == 303
    assert "只对“区民政局”的人员生效" in client.get("/organisation/reviewing").text
    assert office.client("minzheng").get("/inbox/todo").status_code == 200
