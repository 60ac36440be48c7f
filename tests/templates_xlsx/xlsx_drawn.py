"""Templates as offices draw them: an approval table with everything around it, and the form it is printed on."""

from __future__ import annotations

import io
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsx_forms import application, field

from forms.fields import Box, Field, Form
from templates_xlsx.converting import converted
from templates_xlsx.drawing import Drawing, look_at
from templates_xlsx.drawn import Drawn
from templates_xlsx.grid import open_workbook
from templates_xlsx.placeholders import Words

NUMBERS = {"filing_number": ("准入备案号", "备案编号"), "application_number": ("受理编号",)}
BOXES = (Box("unit_opinion", "申请单位意见"), Box("bureau_opinion", "区民政局审核意见"))


def form_with_list() -> Form:
    """The application with a list of what is to be bought."""
    plain = application()
    items = Field(
        "items",
        "经费明细",
        "rows",
        columns=(
            field("name", "名称"),
            field("count", "数量", "number"),
            field("price", "单价", "money"),
            field("remark", "用途", "long_text"),
        ),
    )
    return Form(plain.key, plain.title, (*plain.fields, items), plain.layout, BOXES, plain.properties)


def words(form: Form | None = None) -> Words:
    return Words([form or form_with_list()], NUMBERS)


def drawn_table(cells: Mapping[str, str] | None = None, *, spare: int = 0) -> bytes:
    """A table with a seal, a picture, drop-downs, protection, a list, a total, and a note below.

    Args:
        cells: other texts for some cells.
        spare: empty rows drawn below the list's first.
    """
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = book.add_worksheet("审批单 (一)")
    base = {"border": 1, "font_name": "宋体", "font_size": 11, "valign": "vcenter"}
    plain, bold = book.add_format(base), book.add_format({"bold": True})
    label = book.add_format({**base, "align": "center", "bg_color": "#EEEEEE"})
    for column, width in enumerate((14, 16, 10, 12, 24)):
        sheet.set_column(column, column, width)
    below = spare + 1
    texts = {
        "A1": "某区社区工作事务准入审批单",
        "A2": "备案编号：{{备案编号}}    填表日期：{{填表日期}}",
        "A3": "申请单位", "B3": "｛｛申报单位｝｝", "D3": "负责人", "E3": "{{ unit_head }}",
        "A4": "联系方式", "B4": "联系人：{{联系人}}  电话：{{联系电话}}",
        "A5": "事项名称", "B5": "{{事项名称}}",
        "A6": "性质与主体", "B6": "性质：{{事项性质}}\n主体：{{协助主体}}",
        "A7": "依据", "B7": "{{依据}}",
        "A8": "授权内容", "B8": "{{授权内容}}",
        "A9": "期限", "B9": "自{{授权时间(起)}}起至{{授权时间(止)}}止",
        "A10": "经费", "B10": "共{{经费金额}}万元，由{{经费来源}}列支",
        "A11": "序号", "B11": "名称", "C11": "数量", "D11": "单价(元)", "E11": "用途",
        "A12": "1", "B12": "{{经费明细.名称}}", "C12": "{{经费明细.数量}}", "D12": "{{明细.单价}}", "E12": "{{items.remark}}",
    }  # fmt: skip
    texts["D12"] = "{{经费明细.单价}}"
    tail = {
        f"A{12 + below}": "合计", f"A{13 + below}": "审核意见",
        f"B{13 + below}": "{{区民政局审核意见}}\n\n审核人：{{审核人}}  （盖章）        年    月    日",
        f"A{14 + below}": "注：本表一式三份。",
    }  # fmt: skip
    texts |= tail | dict(cells or {})
    wide = {
        "A1:E1",
        "A2:E2",
        "B3:C3",
        "B4:E4",
        f"B{13 + below}:E{13 + below}",
        f"A{14 + below}:E{14 + below}",
    }
    wide |= {f"B{row}:E{row}" for row in range(5, 11)}
    for area in wide:
        sheet.merge_range(area, "", plain)
    for cell, text in texts.items():
        sheet.write_string(cell, text, label if cell.startswith("A") else plain)
    if "B8" not in (cells or {}):
        sheet.write_rich_string("B8", "内容", bold, "：{{授权", "内容}}", plain)
    for row in range(13, 12 + below):
        sheet.write_string(f"A{row}", str(row - 11), label)
        for column in "BCDE":
            sheet.write_blank(f"{column}{row}", None, plain)
    sheet.write_formula(f"C{12 + below}", f"=SUM(C12:C{11 + below})", plain, 0)
    sheet.write_formula(f"D{12 + below}", f"=SUMPRODUCT(C12:C{11 + below},D12:D{11 + below})", plain, 0)
    sheet.write_formula("G1", f"=D{12 + below}*2", None, 0)
    sheet.set_row(7, 60)
    sheet.set_row(12 + below, 90)
    sheet.data_validation("E12", {"validate": "list", "source": ["办公", "宣传"]})
    sheet.data_validation(f"G{13 + below}", {"validate": "list", "source": ["是", "否"]})
    sheet.conditional_format(
        f"D{12 + below}", {"type": "cell", "criteria": ">", "value": 10000, "format": bold}
    )
    sheet.insert_textbox(12 + below, 3, "受理章", {"width": 90, "height": 40, "object_position": 1})
    sheet.insert_image("G2", "seal.png", {"image_data": io.BytesIO(PNG)})
    sheet.write_comment(f"A{12 + below}", "合计由公式得出")
    sheet.set_header("&C&G", {"image_center": "head.png", "image_data_center": io.BytesIO(PNG)})
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.print_area(0, 0, 13 + below, 4)
    sheet.repeat_rows(0, 1)
    sheet.protect("", {"format_rows": True})
    other = book.add_worksheet("汇总")
    other.write_formula("A1", f"='审批单 (一)'!D{12 + below}", None, 0)
    book.close()
    return out.getvalue()


PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de"
    "0000000c49444154789c63f8cfc0000003010100c9fe92ef0000000049454e44ae426082"
)


def looked_at(content: bytes, form: Form | None = None) -> Drawing:
    return look_at(content, "审批单.xlsx", words(form))


def template(content: bytes | None = None, form: Form | None = None) -> Drawn:
    """The template of a drawn table."""
    return converted(looked_at(content or drawn_table(), form), "审批单", 3)


def value(content: bytes, cell: str, sheet: int = 0) -> Any:
    """What a cell of a workbook holds, as a clerk reads it."""
    from templates_xlsx.sheets import position

    return open_workbook(content, "x.xlsx").sheets[sheet].value(*position(cell))


def saved_by_libreoffice(content: bytes, folder: Path, kind: str = "xlsx") -> bytes:
    """A workbook opened and saved by LibreOffice, with a profile of its own."""
    (folder / "in").mkdir(exist_ok=True)
    (folder / "in" / "table.xlsx").write_bytes(content)
    profile, source = f"-env:UserInstallation=file://{folder}/profile", str(folder / "in" / "table.xlsx")
    command = [
        "soffice",
        "--headless",
        profile,
        "--convert-to",
        kind,
        "--outdir",
        str(folder / "out"),
        source,
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    return (folder / "out" / f"table.{kind}").read_bytes()
