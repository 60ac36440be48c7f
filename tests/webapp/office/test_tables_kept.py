"""A table that was uploaded is drawn and marked from its own bytes, whoever signs in again, in every format."""

from __future__ import annotations

import io
import re
from pathlib import Path

import openpyxl
import pytest
from sample_office import Office

from templates_xlsx.grid import open_workbook
from tests.odd_tables import saved

LINES = """申请单位,工作事务名称,事项性质,协助主体,上位法或文件依据,授权内容,开始日期,联系人,联系电话
区人民法院,法治宣传进楼栋,短期,社区组织,《民法典》,张贴宣传画,2027-03-01,吴桂玉,022-84905580
区人民法院,法律咨询日,短期,社区组织,《民法典》,每月一次,没有日期,吴桂玉,022-84905580
"""


def upload(office: Office, username: str, name: str, content: bytes) -> str:
    answer = office.client(username).post(
        "/imports/new",
        data={"form": "admission_application", "not_secret": "yes", "table": (io.BytesIO(content), name)},
        content_type="multipart/form-data",
    )
    assert answer.status_code == 303, answer.text
    return str(answer.location)


def test_after_signing_in_again_the_table_is_drawn_as_it_is(office: Office, tables: Path) -> None:
    name = "申请汇总表-有错.xlsx"
    address = upload(office, "minzheng", name, (tables / name).read_bytes())
    again = office.anew("minzheng")
    page = again.get(address).text
    assert 'class="sheet"' in page
    assert 'class="wrong"' in page
    marked = again.get(f"{address}/marked.xlsx")
    assert marked.status_code == 200
    assert "错误清单" in [sheet.name for sheet in open_workbook(marked.data, "marked.xlsx").sheets]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_a_csv_is_drawn_and_comes_back_marked(office: Office, encoding: str) -> None:
    address = upload(office, "fayuan", "汇总.csv", LINES.encode(encoding))
    again = office.anew("fayuan")
    page = again.get(address).text
    assert 'class="sheet"' in page
    assert "没有日期" in page
    marked = again.get(f"{address}/marked.xlsx")
    assert marked.status_code == 200
    assert marked.data[:2] == b"PK"


def test_the_rest_of_a_table_tells_of_its_own_rows_alone(office: Office) -> None:
    address = upload(office, "fayuan", "汇总.csv", LINES.encode())
    client = office.client("fayuan")
    assert client.post(f"{address}/accept", data={"only_right": "yes"}).status_code == 303
    rest = open_workbook(client.get(f"{address}/rest.xlsx").data, "rest.xlsx")
    listed = next(sheet for sheet in rest.sheets if sheet.name == "错误清单")
    told = [str(listed.value(row, 5)) for row in range(2, listed.height + 1)]
    assert any(each.startswith("第 3 行(盖章扫描件)：") for each in told), told
    assert not any(each.startswith("第 2 行") for each in told), told


def test_a_table_put_aside_is_gone(office: Office) -> None:
    address = upload(office, "fayuan", "汇总.csv", LINES.encode())
    client = office.client("fayuan")
    assert client.post(f"{address}/discard").location == "/imports/new"
    assert client.get(address).status_code == 404


def test_another_unit_does_not_see_the_table(office: Office) -> None:
    address = upload(office, "fayuan", "汇总.csv", LINES.encode())
    for place in (address, f"{address}/marked.xlsx"):
        assert office.client("chengguan").get(place).status_code in (403, 404)


def test_labels_over_two_rows_are_marked_as_read_like_the_others(office: Office) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    header, *rows = (line.split(",") for line in LINES.splitlines())
    for line in (header, [""] * len(header), *rows):
        sheet.append(line)
    for column in "ABCDEFGHI":
        sheet.merge_cells(f"{column}1:{column}2")
    address = upload(office, "fayuan", "两层.xlsx", saved(book))
    page = office.client("fayuan").get(address).text
    assert re.search(r'<td id="[^"]*" rowspan="2" class="field">工作事务名称', page)
