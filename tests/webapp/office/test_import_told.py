"""What the import page says of a table: kinds of faults, what is known already, the file that comes back."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from click.testing import CliRunner
from openpyxl import Workbook, load_workbook
from sample_office import Office, words

from webapp.cli import zhunru
from workflows.usecases import api_tokens, imports
from workflows.usecases.actor import SYSTEM

TABLES = Path(__file__).parents[2] / "data" / "tables"


def upload(office: Office, content: bytes, name: str) -> Any:
    answer = office.client("minzheng").post(
        "/imports/new",
        data={
            "form": "admission_application",
            "not_secret": "yes",
            "table": (io.BytesIO(content), name),
        },
    )
    assert answer.status_code == 303, words(answer.text)
    return office.client("minzheng").get(answer.location), answer.location


def test_the_same_warning_of_many_rows_is_one_line_with_its_places(office: Office) -> None:
    page, _address = upload(office, (TABLES / "申请汇总表-120行.xlsx").read_bytes(), "汇总.xlsx")
    said = words(page.text)
    assert "尚缺盖章扫描件，请随后补交 120 处" in said
    assert page.text.count('class="fault ask"') < 10


def test_a_corrected_table_tells_new_from_known_and_counts_each_once(office: Office) -> None:
    content = (TABLES / "申请汇总表-有错.xlsx").read_bytes()
    _page, address = upload(office, content, "汇总.xlsx")
    clerk = office.client("minzheng")
    clerk.post(f"{address}/accept", data={"only_right": "yes"})
    book = load_workbook(io.BytesIO(content))
    book.active["A1"] = "改正后"
    again = io.BytesIO()
    book.save(again)
    page, _address = upload(office, again.getvalue(), "汇总-改.xlsx")
    said = words(page.text)
    assert "0可以导入" in said
    assert "8请核对" in said
    assert re.search(r"需要改正 \d+ 处，请核对 \d+ 处", said)
    assert "8有错误" in said
    assert "52与已有记录重复" in said


def test_a_matter_that_stands_in_the_registry_is_not_applied_for_twice(office: Office) -> None:
    book = load_workbook(TABLES / "申请汇总表-120行.xlsx")
    sheet = book.active
    head = {cell.value: cell.column for cell in sheet[4] if cell.value}
    sheet.cell(5, head["工作事务名称"]).value = "巡回法庭进社区便民服务"
    sheet.cell(5, head["申请单位"]).value = "区人民法院"
    out = io.BytesIO()
    book.save(out)
    page, _address = upload(office, out.getvalue(), "汇总.xlsx")
    said = words(page.text)
    assert "119可以导入" in said
    assert "本单位已有同名事项，不会重复发起：请到该事项中修改" in said
    assert office.number_of("巡回法庭进社区便民服务") in said


def test_the_marked_table_has_a_chinese_name(office: Office) -> None:
    _page, address = upload(office, (TABLES / "申请汇总表-有错.xlsx").read_bytes(), "汇总.xlsx")
    answer = office.client("minzheng").get(f"{address}/marked.xlsx")
    assert "汇总-批注.xlsx" in unquote(answer.headers["Content-Disposition"])


def test_a_long_table_is_looked_at_some_rows_at_a_time_and_filtered(office: Office) -> None:
    page, address = upload(office, (TABLES / "申请汇总表-有错.xlsx").read_bytes(), "汇总.xlsx")
    assert "全部 60" in words(page.text)
    clerk = office.client("minzheng")
    wrong = clerk.get(f"{address}?show=wrong").text
    rows = re.findall(r'<th scope="row">(\d+)</th>', wrong)
    assert rows[:3] == ["1", "2", "3"]  # title and header stay
    assert len(rows) == 3 + 8
    second = clerk.get(f"{address}?page=2").text
    assert re.findall(r'<th scope="row">(\d+)</th>', second)[3:] == [str(row) for row in range(54, 64)]
    assert re.search(r'href="/imports/\d+\?page=2#c[0-9a-f]+-\w+"', page.text)  # a fault leads to its page


def test_a_changed_application_is_started_all_the_same_where_a_person_ticks_it(office: Office) -> None:
    content = (TABLES / "申请汇总表-120行.xlsx").read_bytes()
    _page, address = upload(office, content, "汇总.xlsx")
    clerk = office.client("minzheng")
    clerk.post(f"{address}/accept")
    book = load_workbook(io.BytesIO(content))
    book.active["P5"] = "李新"
    book.active["P7"] = "王五"
    out = io.BytesIO()
    book.save(out)
    page, address = upload(office, out.getvalue(), "补报.xlsx")
    assert "有变化 2" in words(page.text)
    ticked = re.findall(r'form="accept" name="anyway" value="(\d+)"', page.text)
    assert len(ticked) == 2
    clerk.post(f"{address}/accept", data={"only_right": "yes", "anyway": ticked[1]})
    done = clerk.get(f"{address}?show=done").text
    started = re.search(r"/instances/\d+", done)
    assert started
    assert "1已导入" in words(done)
    assert "周志远确认后另行发起：本单位已有同名事项(在办)" in words(clerk.get(started[0]).text)


def changed_table(office: Office) -> bytes:
    """The office's applications a second time, after the first are under way: in one somebody else is the contact."""
    content = (TABLES / "申请汇总表-120行.xlsx").read_bytes()
    _page, address = upload(office, content, "汇总.xlsx")
    office.client("minzheng").post(f"{address}/accept")
    book = load_workbook(io.BytesIO(content))
    book.active["P5"] = "李新"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_a_program_starts_changed_applications_where_it_says_so(office: Office) -> None:
    content = changed_table(office)
    with office.runtime.transaction() as tx:
        token = api_tokens.issue(tx, "admin", "对接", 30, SYSTEM)

    def post(**more: str) -> Any:
        data = {
            "form": "admission_application",
            "not_secret": "yes",
            "table": (io.BytesIO(content), "补.xlsx"),
        }
        headers = {"Authorization": f"Bearer {token}"}
        return office.app.test_client().post("/api/v1/imports", data={**data, **more}, headers=headers)

    assert post().status_code == 422
    answer = post(anyway="yes")
    assert answer.status_code == 200
    with office.runtime.reading() as tx:
        batch = imports.progress(tx, answer.get_json()["batch"], office.actor("admin"))
    assert (batch.done, batch.skipped) == (1, 119)


def test_the_command_starts_changed_applications_where_it_is_told_to(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = tmp_path / "补.xlsx"
    table.write_bytes(changed_table(office))
    folder = office.runtime.settings.data_dir
    monkeypatch.setenv("ZHUNRU_DATA_DIR", str(folder))
    monkeypatch.setenv("ZHUNRU_DATABASE_URL", f"sqlite:///{folder / 'zhunru.sqlite'}")
    asked = ["import", str(table), "--form", "admission_application", "--as", "admin", "--json"]
    assert CliRunner().invoke(zhunru, asked).exit_code == 1
    answer = CliRunner().invoke(zhunru, [*asked, "--anyway"])
    told = json.loads(answer.stdout)
    assert (told["started"], told["skipped"]) == (1, 119)


def test_of_two_rows_of_one_unit_and_name_the_second_is_told_and_not_started_beside_the_first(
    office: Office,
) -> None:
    lines = list(
        load_workbook(TABLES / "申请汇总表-120行.xlsx").active.iter_rows(
            min_row=4, max_row=6, values_only=True
        )
    )
    header, first, second = ([*line] for line in lines)
    header[0] = "序号"
    second[1], second[2], second[4] = first[1], first[2], first[4]
    book = Workbook()
    for line in (header, first, second, [*first[:1], "另一事项", *first[2:]]):
        book.active.append(line)
    out = io.BytesIO()
    book.save(out)
    page, address = upload(office, out.getvalue(), "同名.xlsx")
    said = words(page.text)
    assert "有变化 · 1" in said
    assert "本表“Sheet”第 2 行" in said
    office.client("minzheng").post(f"{address}/accept")
    with office.runtime.reading() as tx:
        batch = imports.progress(tx, int(address.rpartition("/")[2]), office.actor("minzheng"))
    assert (batch.done, batch.failed, batch.skipped) == (2, 0, 1)
