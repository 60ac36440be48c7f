"""What a drawn template keeps when it is filled: letters with a format of their own, every word of a long text, drawings
at their size, the pictures of WPS."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from xlsx_drawn import PNG, drawn_table, form_with_list, looked_at, template, value, words
from xlsx_forms import application

from templates_xlsx.bundling import one_workbook
from templates_xlsx.converting import converted, placeheld
from templates_xlsx.drawn import Drawn, drawn_from_json
from templates_xlsx.fill import fill_application
from templates_xlsx.grid import open_workbook
from templates_xlsx.mark import Mark
from templates_xlsx.marks import mark_faults
from templates_xlsx.reading import read_records

LONG = "一、宣传动员居民参加社区学校课程，登记造册；\n二、按月汇总上报街道，年底总结。" * 120


def filled(drawn: Drawn, **values: Any) -> bytes:
    return fill_application(form_with_list(), values, template=drawn)


def posted(content: bytes, drawn: Drawn) -> dict[str, Any]:
    (record,) = read_records(open_workbook(content, "x.xlsx"), form_with_list(), drawn=drawn).records
    return dict(record.posted)


def parts(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


# Letters with a format of their own


def rich_table(cell: str, *blocks: str | TextBlock) -> bytes:
    """The drawn table with one cell of several formats."""
    book = openpyxl.load_workbook(io.BytesIO(drawn_table()), rich_text=True)
    book.worksheets[0][cell] = CellRichText(*blocks)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


BOLD, RED = InlineFont(b=True, sz=14), InlineFont(color="FFFF0000")


def told(content: bytes, cell: str) -> list[tuple[str, bool, str]]:
    """Text of each run of a cell: bold or not, its colour."""
    found = openpyxl.load_workbook(io.BytesIO(content), rich_text=True).worksheets[0][cell].value
    runs = []
    for each in found if isinstance(found, CellRichText) else [found]:
        font = each.font if isinstance(each, TextBlock) else InlineFont()
        runs.append((str(each), bool(font.b), font.color.rgb if font.color else ""))
    return runs


def test_words_and_values_in_one_cell_keep_their_own_format() -> None:
    drawn = template(
        rich_table(
            "B5",
            TextBlock(BOLD, "名称：{{事项"),
            TextBlock(BOLD, "名称}}"),
            TextBlock(RED, "（必填）{{申请"),
            "理由}}止",
        )
    )
    assert drawn_from_json(drawn.content, drawn.to_json(), "审批单", 3) == drawn
    content = filled(drawn, matter_name="社区教育", reason="居民需要")
    assert told(content, "B5") == [
        ("名称：社区教育", True, ""),
        ("（必填）居民需要", False, "FFFF0000"),
        ("止", False, ""),
    ]
    assert posted(content, drawn)["matter_name"] == "社区教育"
    assert posted(content, drawn)["reason"] == "居民需要"


def test_the_blank_form_and_the_drawing_given_back_keep_the_formats_too() -> None:
    drawn = template(rich_table("B5", TextBlock(BOLD, "名称："), "{{事项名称}}", TextBlock(RED, "（必填）")))
    assert told(drawn.content, "B5") == [
        ("名称：", True, ""),
        ("____", False, ""),
        ("（必填）", False, "FFFF0000"),
    ]
    again = placeheld(drawn, words())
    assert told(again, "B5")[0] == ("名称：", True, "")
    assert told(again, "B5")[2] == ("（必填）", False, "FFFF0000")
    redrawn = converted(looked_at(drawn.content), "审批单", 4, drawn)
    assert told(filled(redrawn, matter_name="甲"), "B5")[0] == ("名称：", True, "")


def test_a_value_alone_keeps_its_letters_and_a_number_stays_a_number() -> None:
    drawn = template(rich_table("B5", TextBlock(RED, "{{事项名称}}")))
    assert told(filled(drawn, matter_name="甲"), "B5") == [("甲", False, "FFFF0000")]
    drawn = template(rich_table("C12", TextBlock(RED, "{{经费明细.数量}}")))
    content = filled(drawn, items=[{"name": "展板", "count": Decimal(2)}])
    assert openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]["C12"].value == 2


def test_large_letters_within_a_cell_make_its_row_higher() -> None:
    def height(size: int) -> float:
        drawn = template(rich_table("B7", TextBlock(InlineFont(sz=size), "{{依据}}")))
        content = filled(drawn, legal_basis="《社区工作条例》第三条，" * 12)
        return float(openpyxl.load_workbook(io.BytesIO(content)).worksheets[0].row_dimensions[7].height or 15)

    assert height(22) > 2 * height(11)


# Every word of a long text


def rows_of(content: bytes) -> Any:
    return openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]


def room(sheet: Any, first: int, last: int) -> float:
    return float(sum(sheet.row_dimensions[row].height or 15 for row in range(first, last + 1)))


def test_a_text_too_long_for_one_row_goes_on_in_rows_merged_with_it() -> None:
    drawn = template()
    sheet = rows_of(content := filled(drawn, content=LONG))
    (area,) = [each for each in sheet.merged_cells.ranges if each.min_row == 8 and each.min_col == 2]
    assert (area.min_col, area.max_col) == (2, 5)
    assert area.max_row > 10
    assert room(sheet, 8, area.max_row) > 240 * 14
    assert all(sheet.row_dimensions[row].height <= 409 for row in range(8, area.max_row + 1))
    assert f"A8:A{area.max_row}" in map(str, sheet.merged_cells.ranges)
    more = area.max_row - 8
    assert [sheet.cell(row + more, 1).value for row in (9, 10, 13)] == ["期限", "经费", "合计"]
    assert sheet.cell(13 + more, 3).value == f"=SUM(C{12 + more}:C{12 + more})"
    assert sheet.print_area.endswith(f"$E${15 + more}")
    assert posted(content, drawn)["content"] == LONG


def test_a_text_in_merged_rows_fills_them_before_rows_are_added() -> None:
    book = openpyxl.load_workbook(io.BytesIO(drawn_table({"A9": "", "B9": ""})))
    sheet = book.worksheets[0]
    for area in ("B8:E8", "B9:E9"):
        sheet.unmerge_cells(area)
    sheet.merge_cells("B8:E9")
    sheet.row_dimensions[8].height = sheet.row_dimensions[9].height = 30
    out = io.BytesIO()
    book.save(out)
    drawn = template(out.getvalue())
    some = rows_of(filled(drawn, content=LONG[:900]))
    assert "B8:E9" in map(str, some.merged_cells.ranges)
    assert some.row_dimensions[9].height > some.row_dimensions[8].height
    many = rows_of(filled(drawn, content=LONG))
    assert many.row_dimensions[8].height == many.row_dimensions[9].height == 409
    assert any(str(each).startswith("B8:E1") for each in many.merged_cells.ranges)


def test_a_row_of_a_list_too_long_for_one_row_goes_on_and_is_read_as_one() -> None:
    drawn = template()
    items = [
        {"name": "展板", "remark": "宣传"},
        {"name": "问卷", "remark": LONG[:2500]},
        {"name": "饮水", "remark": "活动"},
    ]
    content = filled(drawn, items=items)
    got = posted(content, drawn)
    assert [got[f"items-{row}-name"] for row in range(3)] == ["展板", "问卷", "饮水"]
    assert got["items-1-remark"] == LONG[:2500]
    assert "items-3-name" not in got
    assert value(content, "A12") in (1, "1")


def test_cells_of_an_excel_table_are_never_merged() -> None:
    book = openpyxl.load_workbook(io.BytesIO(drawn_table()))
    sheet = book.worksheets[0]
    sheet.add_table(openpyxl.worksheet.table.Table(displayName="明细", ref="A11:E12"))
    out = io.BytesIO()
    book.save(out)
    sheet = rows_of(filled(template(out.getvalue()), items=[{"name": "甲", "remark": LONG}]))
    assert sheet.row_dimensions[12].height == 409
    assert not any(each.min_row == 12 for each in sheet.merged_cells.ranges)


# Drawings


def with_drawings(place: Callable[[Any, dict[str, Any]], None]) -> Drawn:
    """A table of a short row, the row that grows (60 points), an opinion; drawings are put in by `place`."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = book.add_worksheet("表")
    wrap = book.add_format({"text_wrap": True})
    sheet.set_column(0, 1, 30)
    for row, (label, text) in enumerate(
        (("名称", "{{事项名称}}"), ("内容", "{{授权内容}}"), ("备注", "{{备注}}"))
    ):
        sheet.set_row(row, 60)
        sheet.write(row, 0, label)
        sheet.write(row, 1, text, wrap)
    place(sheet, {"image_data": io.BytesIO(PNG)})
    book.close()
    form = application()
    return converted(looked_at(out.getvalue(), form), "表", 1)


def anchors(content: bytes) -> list[tuple[int, int, int, int]]:
    """(row, points below its edge) of the upper and the lower edge of each drawing."""
    drawing = parts(content)["xl/drawings/drawing1.xml"].decode()
    ends = re.findall(r"<xdr:row>(\d+)</xdr:row><xdr:rowOff>(\d+)</xdr:rowOff>", drawing)
    flat = [number for row, offset in ends for number in (int(row) + 1, round(int(offset) / 12700))]
    return [(*flat[at : at + 4],) for at in range(0, len(flat), 4)]  # type: ignore[misc]


def grown(drawn: Drawn) -> tuple[bytes, float]:
    """The table with a text that makes its second row several times as high; that height."""
    content = fill_application(
        application(), {"content": "宣传动员居民参加社区学校课程。" * 20}, template=drawn
    )
    height = float(openpyxl.load_workbook(io.BytesIO(content)).worksheets[0].row_dimensions[2].height)
    assert height > 150
    return content, height


@pytest.mark.parametrize(
    ("position", "becomes"),
    [
        (
            1,
            lambda height: (2, round(height / 4), 3, 30),
        ),  # sizes with its cells: a share of the row stays one
        (2, lambda height: (2, 15, 2, 90)),  # moves only: its size stays
        (3, lambda height: (2, 15, 2, 90)),  # neither
    ],
)
def test_a_seal_over_a_row_that_grows_does_what_its_property_says(
    position: int, becomes: Callable[[float], tuple[int, ...]]
) -> None:
    def seal(sheet: Any, image: dict[str, Any]) -> None:
        sheet.insert_textbox(1, 1, "受理章", {"y_offset": 20, "height": 100, "object_position": position})

    drawn = with_drawings(seal)
    assert anchors(drawn.content) == [(2, 15, 3, 30)]
    content, height = grown(drawn)
    assert anchors(content) == [becomes(height)]


def test_a_seal_that_would_be_stretched_is_told_when_the_template_is_checked() -> None:
    def told(position: int, row: int) -> list[str]:
        out = io.BytesIO()
        book = xlsxwriter.Workbook(out, {"in_memory": True})
        sheet = book.add_worksheet("表")
        sheet.write_string(0, 0, "{{事项名称}}")
        sheet.write_string(1, 0, "{{授权内容}}")
        sheet.insert_textbox(row, 2, "章", {"height": 15, "object_position": position})
        book.close()
        found = looked_at(out.getvalue(), application()).findings
        return [each.where for each in found if each.rule == "stretches"]

    assert told(1, 1) == ["表!C2"]
    assert told(2, 1) == told(3, 1) == told(1, 5) == []


def test_drawings_below_a_row_that_grows_stay_with_their_cells_and_those_fixed_stay_in_place() -> None:
    def seals(sheet: Any, image: dict[str, Any]) -> None:
        for position in (1, 2, 3):
            sheet.insert_textbox(2, 1, "章", {"y_offset": 20, "height": 40, "object_position": position})

    drawn = with_drawings(seals)
    assert anchors(drawn.content) == [(3, 15, 3, 45)] * 3
    content, _ = grown(drawn)
    stays = 60 + 60 + 15 - 60  # so many points below the upper edge of the second row
    assert anchors(content) == [(3, 15, 3, 45), (3, 15, 3, 45), (2, stays, 2, stays + 30)]


def test_pictures_stay_byte_for_byte_when_rows_grow_and_are_added() -> None:
    def picture(sheet: Any, image: dict[str, Any]) -> None:
        sheet.insert_image(2, 0, "seal.png", {**image, "object_position": 2})

    drawn = with_drawings(picture)
    content = fill_application(application(), {"content": LONG}, template=drawn)
    before, after = parts(drawn.content), parts(content)
    assert list(before) == list(after)
    changed = {name for name in before if before[name] != after[name]}
    assert changed <= {"xl/worksheets/sheet1.xml", "xl/drawings/drawing1.xml", "xl/workbook.xml"}
    ((row, *_),) = anchors(content)
    assert openpyxl.load_workbook(io.BytesIO(content)).worksheets[0].cell(row, 1).value == "备注"


def test_a_drawing_above_what_grows_changes_nothing_of_its_part() -> None:
    def head(sheet: Any, image: dict[str, Any]) -> None:
        sheet.insert_image(0, 0, "head.png", {**image, "object_position": 1})

    drawn = with_drawings(head)
    content, _ = grown(drawn)
    assert parts(content)["xl/drawings/drawing1.xml"] == parts(drawn.content)["xl/drawings/drawing1.xml"]


# Pictures of WPS, which stand in a cell as a formula and in a part of their own


CELL_IMAGES = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    '<etc:cellImages xmlns:xdr="http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing"'
    ' xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
    ' xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
    ' xmlns:etc="http://www.wps.cn/officeDocument/2017/etCustomData"><etc:cellImage><xdr:pic><xdr:nvPicPr>'
    '<xdr:cNvPr id="2" name="ID_0A1B2C3D4E5F60718293A4B5C6D7E8F9" descr="seal"/><xdr:cNvPicPr/></xdr:nvPicPr><xdr:blipFill>'
    '<a:blip r:embed="rId1"/><a:stretch><a:fillRect/></a:stretch></xdr:blipFill><xdr:spPr><a:xfrm><a:off x="0" y="0"/>'
    '<a:ext cx="914400" cy="914400"/></a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom></xdr:spPr></xdr:pic>'
    "</etc:cellImage></etc:cellImages>"
)
DISPIMG = (
    "<f>_xlfn.DISPIMG(&quot;ID_0A1B2C3D4E5F60718293A4B5C6D7E8F9&quot;,1)</f>"
    "<v>=DISPIMG(&quot;ID_0A1B2C3D4E5F60718293A4B5C6D7E8F9&quot;,1)</v>"
)


def as_wps_writes_it(content: bytes, cell: str) -> bytes:
    """The workbook with a picture in a cell, in the parts and with the types and relations WPS gives it."""
    found = parts(content)
    relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    found["xl/cellimages.xml"] = CELL_IMAGES.encode()
    found["xl/_rels/cellimages.xml.rels"] = (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="rId1" Type="{relations}/image" Target="media/image9.png"/></Relationships>'
    ).encode()
    found["xl/media/image9.png"] = PNG

    def put(part: str, before: str, text: str) -> None:
        old = found[part].decode()
        assert before in old, part
        found[part] = old.replace(before, text + before, 1).encode()

    put(
        "xl/_rels/workbook.xml.rels",
        "</Relationships>",
        '<Relationship Id="rId99" Type="http://www.wps.cn/officeDocument/2020/cellImage" Target="cellimages.xml"/>',
    )
    put(
        "[Content_Types].xml",
        "</Types>",
        '<Override PartName="/xl/cellimages.xml" ContentType="application/vnd.wps-officedocument.cellimage+xml"/>',
    )
    sheet = found["xl/worksheets/sheet1.xml"].decode()
    sheet, count = re.subn(
        rf'<c r="{cell}"( s="\d+")?(?:/>| t="s"><v>\d+</v></c>)',
        rf'<c r="{cell}"\1 t="str">{DISPIMG}</c>',
        sheet,
    )
    assert count == 1
    found["xl/worksheets/sheet1.xml"] = sheet.encode()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in found.items():
            archive.writestr(name, part)
    return out.getvalue()


def pictured(content: bytes, cell: str) -> None:
    """Assert that the picture is there, and its formula in a cell as WPS wrote it."""
    found = parts(content)
    assert found["xl/cellimages.xml"] == CELL_IMAGES.encode()
    assert found["xl/media/image9.png"] == PNG
    assert b"cellimages.xml" in found["xl/_rels/workbook.xml.rels"]
    assert b"/xl/cellimages.xml" in found["[Content_Types].xml"]
    (stands,) = re.findall(rf'<c r="{cell}"[^>]*>(.*?)</c>', found["xl/worksheets/sheet1.xml"].decode())
    assert stands.replace('"', "&quot;") == DISPIMG


def test_a_picture_that_wps_put_into_a_cell_stays_and_moves_with_its_row() -> None:
    wps = as_wps_writes_it(drawn_table({"B15": ""}), "A15")
    drawn = template(wps)
    pictured(drawn.content, "A15")
    pictured(filled(drawn, matter_name="甲"), "A15")
    content = filled(drawn, items=[{"name": "展板"}, {"name": "问卷"}, {"name": "饮水"}])
    pictured(content, "A17")
    pictured(placeheld(drawn, words()), "A15")
    pictured(one_workbook([("甲", content), ("乙", content)]), "A17")
    pictured(mark_faults(content, [Mark("审批单 (一)", "B5", "请填写。")]), "A17")
