"""Accounts by a table: names, unit, roles; a first password is given afterwards, and shown once."""

from __future__ import annotations

import io
from typing import Any

from openpyxl import load_workbook
from sample_office import Office, words

from templates_xlsx.blank import Blank, blank_list
from templates_xlsx.grid import open_workbook
from workflows.admission.roles import ROLES
from workflows.usecases import accounts, definitions, imports


def table(office: Office, *rows: tuple[Any, ...]) -> bytes:
    with office.runtime.reading() as tx:
        form = definitions.form(tx, "account")
    book = load_workbook(io.BytesIO(blank_list(Blank(form, 1), 5)))
    for number, row in enumerate(rows, 4):
        for column, value in enumerate(row, 2):
            book.worksheets[0].cell(number, column, value)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def take_in(office: Office, content: bytes) -> None:
    with office.runtime.reading() as tx:
        found = imports.preview(tx, content, "账号.xlsx", "account", office.actor("admin"))
    wrong = [fault.zh for record in found.records for fault in record.faults if fault.severity == "error"]
    assert wrong == []
    with office.runtime.transaction() as tx:
        batch = imports.accept(tx, found, office.actor("admin"))
    with office.runtime.reading() as tx:
        view = imports.progress(tx, batch, office.actor("admin"))
    assert (view.state, view.failed) == ("done", 0)


def test_the_form_of_accounts_knows_the_roles_of_the_office(office: Office) -> None:
    with office.runtime.reading() as tx:
        choices = definitions.form(tx, "account").field("roles").choices
    assert {each.key: each.label for each in choices} == {role.key: role.zh for role in ROLES.values()}


def test_new_accounts_wait_for_a_first_password_that_is_shown_once(office: Office) -> None:
    take_in(
        office,
        table(
            office,
            ("zhangsan", "张三", "区人民法院", "是", "单位经办、单位用印"),
            ("fayuan", "吴桂玉", "区人民法院", "是", "单位经办"),
        ),
    )
    client = office.app.test_client()
    for tried in ("-", "", "whatever-Passw0rd"):
        assert client.post("/sign-in", data={"username": "zhangsan", "password": tried}).status_code != 303
    admin = office.client("admin")
    assert "还没有初始密码的账号：1 个" in words(admin.get("/accounts").text)
    answer = admin.post("/accounts/first-passwords")
    (sheet,) = open_workbook(answer.data, "初始密码.xlsx").sheets
    row = next(list(each) for each in sheet.rows if "zhangsan" in each)
    password = row[row.index("zhangsan") + 3]
    signed_in = client.post("/sign-in", data={"username": "zhangsan", "password": password})
    assert signed_in.status_code == 303
    assert client.get("/inbox/todo").status_code == 303  # the password is changed first
    assert "还没有初始密码" not in words(admin.get("/accounts").text)
    with office.runtime.reading() as tx:
        made = accounts.actor_named(tx, "zhangsan")
    assert (made.roles, made.unit_name) == (frozenset({"unit_clerk", "unit_seal"}), "区人民法院")


def test_nobody_takes_the_own_account_away_or_stands_twice(office: Office) -> None:
    content = table(
        office,
        ("admin", "系统管理员", None, "否", "系统管理员"),
        ("lisi", "李四", "区人民法院", "是", "单位经办"),
        ("LISI", "李四", "区人民法院", "是", "单位经办"),
        ("wangwu", "王五", "没有的单位", "是", "没有的角色"),
    )
    with office.runtime.reading() as tx:
        found = imports.preview(tx, content, "账号.xlsx", "account", office.actor("admin"))
    told = [[fault.zh for fault in each.faults if fault.severity == "error"] for each in found.records]
    assert "自己的账号" in told[0][0]
    assert told[1] == []
    assert "重复" in told[2][0]
    assert len(told[3]) == 2


def test_accounts_switched_off_in_the_table_are_off_and_exported_so(office: Office) -> None:
    take_in(office, table(office, ("fayuan_kz", "科长", "区人民法院", "否", "单位科室负责人")))
    content = office.client("admin").get("/lists/accounts/export.xlsx?q=fayuan_kz").data
    (sheet,) = open_workbook(content, "账号.xlsx").sheets
    row = next(list(each) for each in sheet.rows if "fayuan_kz" in each)
    assert row[:5] == ["fayuan_kz", "科长", "区人民法院", "否", "单位科室负责人"]


def test_an_empty_cell_neither_switches_on_nor_takes_the_unit_away(office: Office) -> None:
    take_in(office, table(office, ("qianqi", "钱七", "区人民法院", "否", "单位经办")))
    take_in(office, table(office, ("qianqi", "钱琪", "", "", "单位经办")))
    with office.runtime.reading() as tx:
        (found,) = accounts.listing(tx, "qianqi", None, 1, 10).items
    assert (found.name, found.unit_name, found.enabled) == ("钱琪", "区人民法院", False)


def test_the_preview_tells_new_changed_and_unchanged_accounts(office: Office) -> None:
    take_in(office, table(office, ("zhouba", "周八", "区人民法院", "是", "单位经办、单位用印")))
    content = table(
        office,
        ("zhouba", "周八", "区人民法院", "是", "单位用印、单位经办"),
        ("ZHENGSHI", "郑十", "区人民法院", "是", "单位经办"),
        ("fayuan", "吴桂玉", "区人民法院", "否", "单位经办"),
    )
    with office.runtime.reading() as tx:
        found = imports.preview(tx, content, "账号.xlsx", "account", office.actor("admin"))
    assert [each.change for each in found.records] == ["unchanged", "new", "changed"]
    told = {(each.field, each.old, each.new) for each in found.records[2].differences}
    assert ("enabled", "是", "否") in told


def test_of_two_administrators_at_once_the_second_resets_nothing(office: Office, monkeypatch: Any) -> None:
    take_in(office, table(office, ("sunjiu", "孙九", "区人民法院", "是", "单位经办")))
    admin = office.client("admin")
    with office.runtime.reading() as tx:
        waiting = accounts.without_password(tx)
    assert b"PK" in admin.post("/accounts/first-passwords").data[:2]
    with office.runtime.reading() as tx:
        before = accounts.stored_hash(tx, "sunjiu")
    monkeypatch.setattr(accounts, "without_password", lambda tx: waiting)  # read before the first one wrote
    answer = admin.post("/accounts/first-passwords", follow_redirects=True)
    assert "各账号都已有初始密码" in words(answer.text)
    with office.runtime.reading() as tx:
        assert accounts.stored_hash(tx, "sunjiu") == before
