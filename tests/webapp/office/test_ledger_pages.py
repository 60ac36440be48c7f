"""台账目录 on its pages: what is permitted, rows by page and workbook and API, and what is not permitted."""

from __future__ import annotations

import io
import re
from typing import Any

import openpyxl
import pytest
from sample_office import Office, words

from workflows.admission import ledger_rows, permitted
from workflows.usecases import accounts, api_tokens, imports
from workflows.usecases.actor import SYSTEM

VISITS = "困难群众走访台账"
OWN = "新立街道/新立东园社区居民委员会"


def ledger(office: Office, name: str = VISITS) -> int:
    with office.runtime.reading() as tx:
        return next(
            each.id for each in permitted.search(tx, permitted.filters_of({})).items if each.name == name
        )


def unit(office: Office, name: str) -> int:
    with office.runtime.reading() as tx:
        found = tx.units.find(name)
    assert found is not None
    return found.id


def test_the_directory_says_what_may_be_asked_for_and_how_far_it_is_filled_in(office: Office) -> None:
    page = words(office.client("dongyuan").get("/ledgers").text)
    for told in (VISITS, "区民政局", "每月", "台账〔2025〕1号", "姓名、身份证号", "2 个社区"):
        assert told in page


def test_of_two_who_change_a_row_the_second_is_told_and_overwrites_nothing(office: Office) -> None:
    number, community = ledger(office), office.client("dongyuan")
    row = {"community": unit(office, OWN), "c1": "蒲松", "c2": "120110195001011234", "c5": "低保"}
    community.post(f"/ledgers/{number}/rows/new", data=row)
    with office.runtime.reading() as tx:
        (held,) = ledger_rows.rows(tx, number, office.actor("dongyuan"), ledger_rows.Sifted("蒲松")).items
    address = f"/ledgers/{number}/rows/{held.id}"
    opened = re.search(r'name="version" value="(\d+)"', community.get(address).text)
    assert opened is not None
    first, second = ({**row, "version": opened[1], "c1": name} for name in ("蒲松龄", "蒲生"))
    assert community.post(address, data=first).status_code == 303
    refused = community.post(address, data=second)
    assert refused.status_code == 422
    assert "修改(见下方历史)；请核对后再保存" in words(refused.text)
    assert "蒲松龄" in community.get(address).text
    assert 'name="version" value="2"' in refused.text  # who has looked saves again
    assert community.post(address, data={**second, "version": "2"}).status_code == 303


def test_a_ledger_that_is_not_in_the_directory_is_told_to_be_one_that_may_be_refused(office: Office) -> None:
    page = office.client("dongyuan").get("/ledgers?q=微信打卡台账").text
    assert "没有名为“微信打卡台账”的事务，社区有权拒绝。准入的台账报表目录中也没有它。" in words(page)
    assert "/start/supervise?matter_name=" in page


def test_a_community_fills_in_a_row_and_a_department_reads_and_exports_it(office: Office) -> None:
    number, community = ledger(office), office.client("dongyuan")
    address = f"/ledgers/{number}/rows/new"
    assert community.get(address).status_code == 200
    row = {"community": unit(office, OWN), "c1": "蒲松", "c2": "120110195001011234", "c5": "低保"}
    assert community.post(address, data={**row, "c1": ""}).status_code == 422
    assert community.post(address, data=row).status_code == 303
    again = community.post(address, data=row)
    assert again.status_code == 422
    assert "本社区已有这一行(120110195001011234)" in words(again.text)
    department = office.client("fayuan")
    assert "蒲松" in department.get(f"/ledgers/{number}").text
    sheet = openpyxl.load_workbook(
        io.BytesIO(department.get(f"/lists/ledger_{number}/export.xlsx").data)
    ).active
    assert sheet["A1"].value == VISITS
    assert "蒲松" in [cell.value for line in sheet.iter_rows() for cell in line]
    assert department.get(address).status_code == 403


def test_a_department_without_the_right_sees_masks_with_their_reason_and_the_responsible_one_sees_numbers(
    office: Office,
) -> None:
    number = ledger(office)
    for who, told in (("fayuan", False), ("minzheng", True), ("dongyuan", True)):
        client = office.client(who)
        page = client.get(f"/ledgers/{number}").text
        address = re.search(rf'href="(/ledgers/{number}/rows/\d+)"', page)[1]
        row = client.get(address).text
        book = client.get(f"/lists/ledger_{number}/export.xlsx").data
        sheet = openpyxl.load_workbook(io.BytesIO(book)).active
        written = {str(cell.value) for line in sheet.iter_rows() for cell in line}
        for seen in (page, row):
            assert ("12011019480312004X" in seen) is told, who
            assert ("只有责任部门、台账载明可查看的部门、填报的社区和所在街道看得到" in seen) is not told, who
        assert ("12011019480312004X" in written) is told
        assert ("＊＊＊" in written) is not told


def test_a_community_is_told_what_is_due_fills_it_in_and_a_department_sees_who_has(office: Office) -> None:
    number, community = ledger(office), office.client("xinli")
    assert "项台账待填报" in words(community.get("/").text)
    page = community.get("/ledgers/due").text
    period = re.search(rf'/ledgers/{number}/returns\?period=([\d-]+)"', page)[1]
    assert "沿用上期" in community.get(f"/ledgers/{number}/returns?period={period}").text
    place = unit(office, "新立华新社区居民委员会")
    posted = {"community": place, "period": period}
    assert "没有可以沿用的行" in words(community.post(f"/ledgers/{number}/take-over", data=posted).text)
    assert community.post(f"/ledgers/{number}/nothing", data=posted).status_code == 303
    for bad in ({"community": "0", "period": "那月"}, {"community": place, "period": "2999-01"}, {}):
        assert community.post(f"/ledgers/{number}/nothing", data=bad).status_code in (403, 404, 422)
    department = office.client("fayuan")
    address = f"/ledgers/{number}/returns?period={period}"
    told = "".join(department.get(f"{address}&state={key}").text for key in ("nothing", "filled_late"))
    assert f"unit={place}" in told  # reported in time, or late
    missing = "".join(department.get(f"{address}&state={key}").text for key in ("due", "late"))
    assert f"unit={place}" not in missing
    assert "新立津门里社区居民委员会" in community.get(f"{address}").text
    assert department.get(f"/ledgers/{number}/returns?period=nothing").status_code == 422
    assert department.get("/ledgers/due").status_code == 403
    assert department.post(f"/ledgers/{number}/nothing", data=posted).status_code == 403


def test_a_row_shows_each_change_with_what_it_was(office: Office) -> None:
    number, community = ledger(office), office.client("dongyuan")
    page = community.get(f"/ledgers/{number}").text
    address = re.search(rf'href="(/ledgers/{number}/rows/\d+)"', page)[1]
    own = unit(office, OWN)
    changed = {"community": own, "c1": "崔玉珍", "c2": "12011019480312004X", "c5": "特困", "c6": "2026-11-18"}
    assert community.post(address, data=changed).status_code == 303
    told = community.get(address).text
    assert "<del>低保</del> <ins>特困</ins>" in told
    assert community.post(f"{address}/remove").status_code == 303
    assert "崔玉珍" not in community.get(f"/ledgers/{number}").text
    assert "崔玉珍" in community.get(address).text


def test_a_filled_table_corrects_what_is_there_and_doubles_nothing(office: Office) -> None:
    number = ledger(office)
    key = permitted.form_key(number)
    community = office.client("dongyuan")
    book = openpyxl.load_workbook(io.BytesIO(community.get(f"/lists/{key}/export.xlsx").data))
    sheet = book.active
    header = next(line for line in sheet.iter_rows() if "姓名" in [cell.value for cell in line])
    column = {cell.value: cell.column for cell in header}
    line = next(each[0].row for each in sheet.iter_rows() if "崔玉珍" in [cell.value for cell in each])
    sheet.cell(line, column["家庭住址"]).value = "3号楼2门"
    out = io.BytesIO()
    book.save(out)
    with office.runtime.reading() as tx:
        found = imports.preview(tx, out.getvalue(), "台账.xlsx", key, office.actor("dongyuan"))
    assert {record.change for record in found.records} == {"changed", "unchanged"}
    with office.runtime.transaction() as tx:
        batch = imports.accept(tx, imports.stage(office.runtime, found), office.actor("dongyuan"))
    with office.runtime.transaction() as tx:
        imports.run_chunk(tx, batch, 50)
    page = community.get(f"/ledgers/{number}").text
    assert "3号楼2门" in page
    assert page.count("崔玉珍") == 1


def test_rows_for_another_community_are_refused_at_their_cells(office: Office) -> None:
    key = permitted.form_key(ledger(office))
    blank = openpyxl.load_workbook(
        io.BytesIO(office.client("dongyuan").get(f"/imports/blank/{key}.xlsx?rows=many").data)
    )
    sheet = blank.active
    header = next(line for line in sheet.iter_rows() if any("姓名" in str(cell.value) for cell in line))
    row = header[0].row + 1
    for cell in header:
        label = str(cell.value)
        if "填报社区" in label:
            sheet.cell(row, cell.column).value = "丰年村街道/丰年秀丽社区居民委员会"
        elif "姓名" in label or "身份证号" in label:
            sheet.cell(row, cell.column).value = "120110195001011234"
    out = io.BytesIO()
    blank.save(out)
    with office.runtime.reading() as tx:
        found = imports.preview(tx, out.getvalue(), "空白表.xlsx", key, office.actor("dongyuan"))
    (record,) = found.records
    assert [fault.zh for fault in record.faults if fault.field == "community"] == [
        "“丰年秀丽社区居民委员会”不是您所在的社区，也不属于您所在的街道，不能代为填报"
    ]


def test_programs_read_the_directory_and_fill_in_rows(office: Office) -> None:
    number = ledger(office)
    with office.runtime.transaction() as tx:
        accounts.set_roles(tx, office.account_id("dongyuan"), ["community_clerk", "machine"], SYSTEM)
        token = api_tokens.issue(tx, "dongyuan", "台账对接", 30, office.actor("admin"))
    head = {"Authorization": f"Bearer {token}"}

    def ask(method: str, path: str, body: Any = None) -> tuple[int, Any]:
        answer = office.app.test_client().open(f"/api/v1{path}", method=method, json=body, headers=head)
        return answer.status_code, answer.get_json()

    status, told = ask("GET", "/ledgers?q=走访")
    assert (status, [each["name"] for each in told["items"]]) == (200, [VISITS])
    row = {"community": OWN, "c1": "蒲松", "c2": "120110195001011234"}
    status, made = ask("POST", f"/ledgers/{number}/rows", {"values": row})
    assert status == 200
    assert ask("POST", f"/ledgers/{number}/rows", {"values": {**row, "c6": "某日"}})[0] == 422
    assert ask("POST", f"/ledgers/{number}/rows", {"values": row})[1]["error"]["code"] == "RowThere"
    status, rows = ask("GET", f"/ledgers/{number}/rows?q=蒲松")
    assert [each["row_id"] for each in rows["items"]] == [made["row_id"]]
    assert rows["items"][0]["values"]["c1"] == "蒲松"


@pytest.mark.parametrize("address", ["/ledgers/1", "/ledgers/99999"])
def test_what_is_no_ledger_has_no_page_of_rows(office: Office, address: str) -> None:
    assert office.client("dongyuan").get(address).status_code in (404, 422)


def test_the_registry_shows_each_kind_apart(office: Office) -> None:
    clerk = office.client("minzheng")
    assert VISITS not in clerk.get("/matters").text
    assert VISITS in clerk.get("/matters?kind=ledger").text
    page = clerk.get(f"/matters/{ledger(office)}").text
    assert "困难类别(低保/低收入/特困/其他)" in page
    assert f"/ledgers/{ledger(office)}" in page
