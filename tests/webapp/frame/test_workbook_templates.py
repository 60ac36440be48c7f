"""表格模板: an office draws its own table, sees what is wrong at its cell, deploys it, takes the blank form."""

from __future__ import annotations

import io
import json
import re
from importlib.resources import files

import openpyxl
from flask.testing import FlaskClient
from openpyxl.workbook import Workbook

from templates_xlsx.grid import open_workbook


def drawn(**cells: str) -> bytes:
    """An approval table as somebody draws it."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "审批单"
    texts = {
        "A1": "某区审批单", "A2": "事项名称", "B2": "{{事项名称}}", "A3": "联系", "B3": "联系人：{{联系人}}  电话：{{联系电话}}",
        "A4": "意见", "B4": "{{区民政局审核意见}}\n审核人：{{审核人}}    年    月    日", **cells,
    }  # fmt: skip
    for cell, text in texts.items():
        sheet[cell] = text
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def upload(client: FlaskClient, content: bytes, form: str = "admission_application") -> str:
    data = {"form": form, "file": (io.BytesIO(content), "我们的表.xlsx")}
    return client.post("/definitions/templates/upload", data=data, content_type="multipart/form-data").text


def deployed(client: FlaskClient, content: bytes) -> str:
    page = upload(client, content)
    address = re.search(r'class="acts" method="post" action="([^"]+)"', page)
    assert address, page
    return client.post(address[1], follow_redirects=True).text


def test_the_list_says_which_form_is_printed_on_which_template(full_admin: FlaskClient) -> None:
    page = full_admin.get("/definitions?kind=template").text
    assert "社区工作事务准入审批表" in page
    assert "/definitions/templates/%E5%AE%A1%E6%89%B9%E8%A1%A8/blank.xlsx" in page
    assert "{{联系人}}" in page


def test_what_is_wrong_is_shown_at_its_cell_and_nothing_is_stored(full_admin: FlaskClient) -> None:
    page = upload(full_admin, drawn(B5="{{联系仁}}", A5="{{备注}"))
    assert "审批单!B5" in page
    assert "是不是“联系人”" in page
    assert "审批单!A5" in page
    assert re.search(r'class="wrong"[^>]*>\{\{联系仁\}\}', page)
    assert "第 2 版" not in full_admin.get("/definitions?kind=template").text


def test_a_drawn_template_is_deployed_shown_filled_and_given_back(full_admin: FlaskClient) -> None:
    page = deployed(full_admin, drawn())
    assert "第 2 版" in page
    assert "联系人：联系人(示例)  电话：022-84900000" in page
    assert "审核人：示例" in page
    assert "联系人：{{联系人}}  电话：{{联系电话}}" in page
    blank = full_admin.get("/definitions/templates/审批表/blank.xlsx").data
    book = open_workbook(blank, "x.xlsx")
    assert (book.origin.template, book.origin.version) == ("审批表", 2)
    assert book.sheets[0].value(3, 2) == "联系人：____  电话："
    drawing = full_admin.get("/definitions/templates/审批表/drawing.xlsx").data
    assert openpyxl.load_workbook(io.BytesIO(drawing)).active["B2"].value == "{{事项名称}}"
    first = full_admin.get("/definitions/templates/审批表/drawing.xlsx?version=1").data
    assert "{{联系人}}" in str(list(open_workbook(first, "x.xlsx").sheets[0].rows))
    sample = full_admin.get("/definitions/templates/审批表/sample.xlsx").data
    assert "示例" in str(open_workbook(sample, "x.xlsx").sheets[0].value(2, 2))
    assert full_admin.get("/definitions/templates/审批表/blank.xlsx?version=9").status_code == 404


def test_two_versions_are_compared_by_the_words_in_their_cells(full_admin: FlaskClient) -> None:
    deployed(full_admin, drawn())
    page = deployed(full_admin, drawn(A1="新区审批单"))
    assert "与上一版本的差异" in page
    assert "<del>某区审批单</del> → <ins>新区审批单</ins>" in page


def test_a_template_with_a_secrecy_mark_leaves_nothing_behind(full_admin: FlaskClient) -> None:
    page = upload(full_admin, drawn(C9="机密★3年"))
    assert "涉密" in page
    assert "事项名称}}" not in page


def test_a_form_with_a_list_takes_a_template_whose_row_is_that_of_the_list(full_admin: FlaskClient) -> None:
    document = json.loads((files("forms") / "refresh_answer.form").read_bytes())
    rows = next(each for each in document["components"] if each.get("type") == "dynamiclist")
    column = next(each["key"] for each in rows["components"] if each.get("key"))
    page = upload(full_admin, drawn(B6=f"{{{{{rows['path']}.{column}}}}}"), "refresh_answer")
    assert "审批单!B2" in page  # no field of this form
    assert "审批单!B6" not in page
