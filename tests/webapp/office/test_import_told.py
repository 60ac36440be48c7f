"""What the import page says of a table: kinds of faults, what is known already, the file that comes back."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from openpyxl import load_workbook
from sample_office import Office, words

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
    assert "0其中请核对" in said
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
    assert "本单位已有同名事项(准〔2026〕0005号)，有变化：" in said
    assert "不会重复发起，请到该事项中修改" in said


def test_the_marked_table_has_a_chinese_name(office: Office) -> None:
    _page, address = upload(office, (TABLES / "申请汇总表-有错.xlsx").read_bytes(), "汇总.xlsx")
    answer = office.client("minzheng").get(f"{address}/marked.xlsx")
    assert "汇总-批注.xlsx" in unquote(answer.headers["Content-Disposition"])
