"""Templates an office draws itself: placeholders become named cells, are checked, filled, given back and read again."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.packaging.custom import StringProperty
from openpyxl.workbook.defined_name import DefinedName
from xlsx_drawn import (
    drawn_table,
    form_with_list,
    looked_at,
    saved_by_libreoffice,
    template,
    value,
    words,
)
from xlsx_forms import application

from forms.secrecy import ConfidentialRefused
from templates_xlsx.converting import converted, placeheld
from templates_xlsx.drawn import drawn_from_json
from templates_xlsx.fill import Opinion, fill_application
from templates_xlsx.grid import open_workbook
from templates_xlsx.origin import Origin
from templates_xlsx.package import Package
from templates_xlsx.reading import read_records
from templates_xlsx.refusals import WorkbookRefused

VALUES: dict[str, Any] = {
    "unit_head": "陈𬸚",
    "contact_name": "张三",
    "contact_phone": "13800138000",
    "matter_name": "社区教育需求摸底",
    "duration_class": "short_term",
    "executor": ["grid"],
    "legal_basis": "=HYPERLINK(1)",
    "content": "摸底",
    "period_start": date(2026, 4, 13),
    "period_end": date(2029, 4, 12),
    "funds_amount": Decimal("36000.50"),
    "funds_source": "部门预算",
    "items": [
        {"name": "展板", "count": Decimal(2), "price": Decimal("120.5"), "remark": "宣传"},
        {"name": "问卷", "count": Decimal(300), "price": Decimal("0.5"), "remark": "入户调查用" * 9},
        {"name": "饮水", "count": Decimal(40), "price": Decimal(2), "remark": "活动"},
    ],
}
OPINION = Opinion("bureau_opinion", "同意准入。", "李伟民", date(2026, 3, 6), "王强")


def filled(drawn: Any = None, **changes: Any) -> bytes:
    return fill_application(
        form_with_list(),
        VALUES | changes,
        (OPINION,),
        template=drawn or template(),
        numbers={"filing_number": "准〔2026〕1号"},
    )


def parts(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def posted(content: bytes, drawn: Any = None) -> dict[str, Any]:
    reading = read_records(open_workbook(content, "x.xlsx"), form_with_list(), drawn=drawn or template())
    (record,) = reading.records
    assert record.faults == ()
    return dict(record.posted)


def rules(cells: dict[str, str]) -> dict[str, str]:
    """Rule of every finding -> where it stands, for a drawing with some texts changed."""
    found = looked_at(drawn_table(cells)).findings
    return {each.rule: each.where for each in found if each.rule != "missing_name"}


# Drawing


def test_labels_synonyms_keys_and_full_width_braces_all_name_a_field() -> None:
    drawing = looked_at(drawn_table())
    places = {name: each.cell for each in drawing.cells for name in each.names}
    assert places["applicant_unit"] == "B3"
    assert places["unit_head"] == "E3"
    assert places["contact_name"] == places["contact_phone"] == "B4"
    assert places["matter_name"] == "B5"
    assert places["content"] == "B8"
    assert places["items.price"] == "D12"
    assert places["items._number"] == "A12"
    assert places["bureau_opinion"] == places["bureau_opinion.signer"] == "B14"
    assert {each.label for each in drawing.cells if each.cell == "B5"} == {"事项名称"}
    assert [each for each in drawing.findings if each.severity == "error"] == []


def test_the_template_has_names_an_identity_and_no_placeholder_left() -> None:
    made = template()
    names = {each.name: each.cell for each in Package(made.content).defined_names}
    assert names["F_contact_name"] == names["F_contact_phone"] == "B4"
    assert names["F_items.name"] == "B12"
    book = open_workbook(made.content, "x.xlsx")
    assert book.origin == Origin("审批单", version=3)
    assert not any("{{" in str(each) for sheet in book.sheets for row in sheet.rows for each in row)
    assert drawn_from_json(made.content, made.to_json(), "审批单", 3) == made


def test_the_blank_form_keeps_its_words_boxes_and_lines_to_write_on() -> None:
    blank = template().content
    assert value(blank, "B4") == "联系人：____  电话："
    assert value(blank, "B6") == "性质：☐长期性(一年以上)  ☐短期  ☐临时性\n主体：☐社区组织  ☐网格员"
    assert value(blank, "B10") == "共____万元，由____列支"
    assert str(value(blank, "B14")).endswith("（盖章）        年    月    日")
    reading = read_records(open_workbook(blank, "x.xlsx"), form_with_list(), drawn=template())
    assert reading.records == ()


def test_a_filled_blank_form_is_read_by_the_words_around_the_values() -> None:
    book = openpyxl.load_workbook(io.BytesIO(template().content))
    sheet = book.worksheets[0]
    sheet["B4"] = "联系人:  李四 电话： 022-84908838"
    sheet["B5"] = "社区教育"
    sheet["B10"] = "共__3.6__万元，由 区财政 列支"
    sheet["B12"], sheet["C12"], sheet["B13"] = "展板", 2, "合计以外"
    out = io.BytesIO()
    book.save(out)
    got = posted(out.getvalue())
    assert (got["contact_name"], got["contact_phone"]) == ("李四", "022-84908838")
    assert (got["funds_amount"], got["funds_source"]) == ("36000", "区财政")
    assert (got["items-0-name"], got["items-0-count"]) == ("展板", "2")


def test_the_drawing_comes_back_with_its_placeholders() -> None:
    made = template()
    again = placeheld(made, words())
    assert value(again, "B4") == "联系人：{{联系人}}  电话：{{联系电话}}"
    assert value(again, "B12") == "{{经费明细.名称}}"
    assert not any(each.name.startswith("F_") for each in Package(again).defined_names)
    drawing = looked_at(again)
    assert not [each for each in drawing.findings if each.severity == "error"]
    before, after = ({(each.cell, each.keys) for each in drawn.cells} for drawn in (made, drawing))
    assert before == after


def test_a_blank_form_that_is_redrawn_keeps_the_words_around_its_values() -> None:
    made = template()
    book = openpyxl.load_workbook(io.BytesIO(made.content))
    book.worksheets[0]["A1"] = "新区社区工作事务准入审批单"
    out = io.BytesIO()
    book.save(out)
    again = converted(looked_at(out.getvalue()), "审批单", 4, made)
    assert value(filled(again), "B4") == "联系人：张三  电话：13800138000"
    assert open_workbook(again.content, "x.xlsx").origin == Origin("审批单", version=4)


# Findings


def test_every_finding_is_told_at_once_each_at_its_cell() -> None:
    found = looked_at(
        drawn_table({"B5": "{{事项名称}", "A6": "{{联系仁}}", "C7": "{{备注}}", "F9": "{{联系人}}"})
    ).findings
    told = {(each.rule, each.where) for each in found if each.severity == "error"}
    assert told == {
        ("unclosed", "审批单 (一)!B5"),
        ("unknown", "审批单 (一)!A6"),
        ("covered", "审批单 (一)!C7"),
    }
    (near,) = [each.tell() for each in found if each.rule == "unknown"]
    assert "是不是“联系人”" in near
    (twice,) = [each.tell() for each in found if each.rule == "doubled"]
    assert "“联系人”在 B4 已经有了" in twice
    (missing,) = [each for each in found if each.rule == "missing_name" and "工作事务名称" in each.tell()]
    assert "必填的“工作事务名称”在表中没有填写的位置" in missing.tell()
    assert all(each.tell("en") for each in found)


def test_findings_name_fields_by_their_labels_and_say_what_to_do() -> None:
    found = looked_at(drawn_table({"B4": "", "A4": "联系电话", "B5": "{{事项}}"})).findings
    told = {(each.where, each.tell()) for each in found}
    said = "A4 是“联系电话”，而此处没有写 {{联系电话}}，必填的“联系电话”不会填到表中；请写上"
    assert ("审批单 (一)!B4", said) in told
    assert ("", "必填的“联系人”在表中没有填写的位置；请在要填的单元格里写 {{联系人}}") in told
    keys = [each.key for each in form_with_list().fields]
    assert not [sentence for _, sentence in told if any(key in sentence for key in keys)]


@pytest.mark.parametrize(
    ("cells", "rule", "where"),
    [
        ({"B5": "{{联系人}}{{联系电话}}"}, "together", "审批单 (一)!B5"),
        ({"E16": "{{经费明细.名称}}"}, "list_rows", "审批单 (一)!E16"),
        ({"B5": "{{没有这一栏}}"}, "unknown", "审批单 (一)!B5"),
        ({"B5": "{{ }}"}, "unclosed", "审批单 (一)!B5"),
    ],
)
def test_a_drawing_with_a_mistake_is_told_where_it_is(cells: dict[str, str], rule: str, where: str) -> None:
    assert rules(cells).get(rule) == where


def changed(change: Any, **names: str) -> dict[str, str]:
    """Rules -> places of a drawing that was changed by openpyxl, with names added."""
    book = openpyxl.load_workbook(io.BytesIO(drawn_table()))
    change(book)
    for name, target in names.items():
        book.defined_names[name] = DefinedName(name, attr_text=target)
    out = io.BytesIO()
    book.save(out)
    return {each.rule: each.where for each in looked_at(out.getvalue()).findings}


def test_names_that_are_lost_strange_or_on_formulas_are_told() -> None:
    def nothing(book: Any) -> None:
        pass

    assert (
        changed(nothing, F_remarks="#REF!$A$1")["name_lost"] == ""
    )  # nowhere: it is told which field was lost
    assert changed(nothing, F_remarks="'没有'!$A$1")["name_lost"] == ""
    assert changed(nothing, F_remarks="SUM(1)")["name_target"] == ""
    assert changed(nothing, F_remark="'汇总'!$C$3")["unknown_name"] == "汇总!C3"
    assert changed(nothing, F_remarks="'汇总'!$A$1")["formula"] == "汇总!A1"


def test_a_lost_name_is_told_by_the_label_of_its_field() -> None:
    book = openpyxl.load_workbook(io.BytesIO(drawn_table()))
    book.defined_names["F_remarks"] = DefinedName("F_remarks", attr_text="#REF!$A$1")
    out = io.BytesIO()
    book.save(out)
    (lost,) = [each.tell() for each in looked_at(out.getvalue()).findings if each.rule == "name_lost"]
    assert lost.startswith("“备注”要填的单元格已被删除")
    assert "再在要填的单元格里写 {{备注}}" in lost


def paper(change: Any) -> list[str]:
    """What is said of the width of a drawing."""
    book = openpyxl.load_workbook(io.BytesIO(drawn_table()))
    sheet = book.worksheets[0]
    sheet.page_setup.fitToWidth, sheet.sheet_properties.pageSetUpPr.fitToPage = None, False
    change(sheet)
    out = io.BytesIO()
    book.save(out)
    return [
        f"{each.where} {each.tell()}" for each in looked_at(out.getvalue()).findings if each.rule == "wide"
    ]


def test_a_table_wider_than_its_paper_is_told_with_the_first_column_beyond_it() -> None:
    def widened(sheet: Any) -> None:
        sheet.column_dimensions["D"].width = 44

    def fitted(sheet: Any) -> None:
        widened(sheet)
        sheet.sheet_properties.pageSetUpPr.fitToPage, sheet.page_setup.fitToHeight = True, 0

    def turned(sheet: Any) -> None:
        widened(sheet)
        sheet.page_setup.orientation = "landscape"

    def smaller(sheet: Any) -> None:
        widened(sheet)
        sheet.page_setup.scale = 60

    def hidden(sheet: Any) -> None:
        widened(sheet)
        sheet.column_dimensions["D"].hidden = True

    def printed(sheet: Any) -> None:
        widened(sheet)
        sheet.print_area = "A1:C15"

    (told,) = paper(widened)
    assert told.startswith("审批单 (一)!E1 从 E 列起超出打印纸(A4 纵向可印 17.4 厘米，表宽 2")
    assert "把“宽度”设为 1 页" in told
    assert paper(lambda sheet: None) == []
    for change in (fitted, turned, smaller, hidden, printed):
        assert paper(change) == []


def test_hidden_sheets_boxes_and_vertical_merges_are_told() -> None:
    def hide(book: Any) -> None:
        book["汇总"]["B2"] = "{{备注}}"
        book["汇总"].sheet_state = "hidden"

    def merge(book: Any) -> None:
        book.worksheets[0].merge_cells("B12:B13")

    def note(book: Any) -> None:
        book.worksheets[0]["A5"].comment = openpyxl.comments.Comment("{{事项名称}}", "甲")

    assert changed(hide)["hidden_sheet"] == "汇总!B2"
    assert changed(merge)["list_merged"] == "审批单 (一)!B12"
    assert "not_in_cell" in changed(note)


def test_a_workbook_without_placeholders_and_one_that_is_no_xlsx_are_told_what_to_do(tables: Path) -> None:
    book = openpyxl.Workbook()
    book.active["A1"] = "表"
    out = io.BytesIO()
    book.save(out)
    (found,) = looked_at(out.getvalue()).findings
    assert found.rule == "names"
    assert "{{编号}}" in found.tell()
    with pytest.raises(WorkbookRefused) as refused:
        looked_at((tables / "old" / "审批表-样式二.xls").read_bytes())
    assert "另存为" in refused.value.tell()


def test_a_template_with_a_secrecy_mark_is_refused() -> None:
    with pytest.raises(ConfidentialRefused):
        looked_at(drawn_table({"G5": "机密★1年"}))


# Filling


def test_a_filled_template_reads_back_as_it_was_filled() -> None:
    got = posted(filled())
    assert got["unit_head"] == "陈𬸚"
    assert (got["contact_name"], got["contact_phone"]) == ("张三", "13800138000")
    assert (got["duration_class"], got["executor"]) == ("short_term", ["grid"])
    assert (got["period_start"], got["period_end"]) == ("2026年4月13日", "2029年4月12日")
    assert (got["funds_amount"], got["funds_source"]) == ("36000.5", "部门预算")
    assert got["legal_basis"] == "=HYPERLINK(1)"
    rows = [[got[f"items-{row}-{key}"] for key in ("name", "count", "price")] for row in range(3)]
    assert rows == [["展板", "2", "120.5"], ["问卷", "300", "0.5"], ["饮水", "40", "2"]]
    assert "items-3-name" not in got


def test_opinions_names_and_days_stand_where_they_were_drawn() -> None:
    said = str(value(filled(), "B16"))
    assert said.startswith("同意准入。\n\n审核人：李伟民\uff08王强代录\uff09")
    assert said.endswith("2026年3月6日")
    assert "年    月" not in said
    alone = str(value(filled(template(drawn_table({"B14": "{{区民政局审核意见}}"}))), "B16"))
    assert "签名：李伟民" in alone


def test_without_a_list_only_the_sheet_of_the_cells_changes() -> None:
    made = template()
    before, after = parts(made.content), parts(filled(made, items=[]))
    assert list(before) == list(after)
    assert [name for name in before if before[name] != after[name]] == ["xl/worksheets/sheet1.xml"]


def test_a_growing_list_touches_only_what_points_below_it() -> None:
    made = template()
    before, after = parts(made.content), parts(filled(made))
    assert list(before) == list(after)
    touched = {name for name in before if before[name] != after[name]}
    assert touched <= {
        "xl/workbook.xml",
        "xl/worksheets/sheet1.xml",
        "xl/worksheets/sheet2.xml",
        "xl/drawings/drawing1.xml",
        "xl/drawings/vmlDrawing1.vml",
        "xl/comments1.xml",
        "xl/calcChain.xml",
    }
    assert before["xl/styles.xml"] == after["xl/styles.xml"]
    assert {name for name in before if "media" in name} == {name for name in after if "media" in name}


def test_everything_below_a_grown_list_moves_along() -> None:
    content = filled()
    book = openpyxl.load_workbook(io.BytesIO(content))
    sheet = book.worksheets[0]
    assert [sheet.cell(row, 1).value for row in range(11, 17)] == ["序号", 1, 2, 3, "合计", "审核意见"]
    assert sheet["C15"].value == "=SUM(C12:C14)"
    assert sheet["D15"].value == "=SUMPRODUCT(C12:C14,D12:D14)"
    assert sheet["G1"].value == "=D15*2"
    assert book["汇总"]["A1"].value == "='审批单 (一)'!D15"
    merged = {str(each) for each in sheet.merged_cells.ranges}
    assert {"B16:E16", "A17:E17"} <= merged
    assert "B14:E14" not in merged
    assert sheet.print_area == "'审批单 (一)'!$A$1:$E$17"
    assert sheet.print_title_rows == "$1:$2"
    checks = {str(each.sqref) for each in sheet.data_validations.dataValidation}
    assert checks == {"E12:E14", "G16"}
    assert [str(each.sqref) for each in sheet.conditional_formatting] == ["D15"]
    assert sheet["A15"].comment.text.strip() == "合计由公式得出"
    assert sheet.row_dimensions[16].height == 90
    assert sheet.protection.sheet
    drawing = parts(content)["xl/drawings/drawing1.xml"].decode()
    assert "受理章" in drawing
    assert drawing.count("<xdr:row>15</xdr:row>") == 2  # the seal begins and ends in the row of the opinion
    names = {each.name: each.cell for each in Package(content).defined_names}
    assert (names["F_bureau_opinion"], names["F_items.name"]) == ("B16", "B12")


def test_new_rows_have_the_style_of_the_drawn_one_and_long_texts_make_them_higher() -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(filled())).worksheets[0]
    for column in "ABCDE":
        assert sheet[f"{column}14"].border.left.style == sheet[f"{column}12"].border.left.style == "thin"
    assert sheet["E13"].alignment.wrap_text
    heights = [sheet.row_dimensions[row].height for row in (12, 13, 14)]
    assert heights[1] > 2 * (heights[0] or 15)


def test_empty_rows_drawn_below_a_list_are_filled_before_rows_are_added() -> None:
    for spare, total in ((2, 15), (1, 15), (4, 17)):
        made = template(drawn_table(spare=spare))
        assert made.lists[0].spare == spare
        content = filled(made)
        assert value(content, f"A{total}") == "合计"
        assert [value(content, f"B{row}") for row in (12, 13, 14)] == ["展板", "问卷", "饮水"]
        assert posted(content, made)["items-2-name"] == "饮水"
    assert value(content, "A16") in ("5", 5)


def test_a_label_beside_a_list_grows_with_it() -> None:
    book = openpyxl.load_workbook(io.BytesIO(drawn_table({"A11": "经费明细", "A12": ""})))
    book.worksheets[0].merge_cells("A11:A12")
    out = io.BytesIO()
    book.save(out)
    sheet = openpyxl.load_workbook(io.BytesIO(filled(template(out.getvalue())))).worksheets[0]
    assert "A11:A14" in {str(each) for each in sheet.merged_cells.ranges}


def test_a_text_that_is_longer_than_its_cell_makes_merged_rows_grow() -> None:
    def height(text: str) -> float:
        sheet = openpyxl.load_workbook(io.BytesIO(filled(content=text))).worksheets[0]
        assert sheet["B8"].alignment.wrap_text
        return sheet.row_dimensions[8].height

    assert height("短") == 60
    assert height("宣传动员居民参加社区学校课程，" * 40) > 150


def test_a_template_without_its_names_is_told_by_its_labels() -> None:
    made = template()
    book = openpyxl.load_workbook(io.BytesIO(filled(made, items=[])))
    for name in [each for each in book.defined_names if each.startswith("F_")]:
        del book.defined_names[name]
    out = io.BytesIO()
    book.save(out)
    got = posted(out.getvalue(), made)
    assert (got["matter_name"], got["unit_head"]) == ("社区教育需求摸底", "陈𬸚")
    assert (got["contact_name"], got["funds_source"]) == ("张三", "部门预算")


@pytest.mark.slow
@pytest.mark.usefixtures("soffice")
def test_filled_saved_in_libreoffice_and_imported_the_values_are_the_same(tmp_path: Path) -> None:
    made = template()
    content = filled(made, content="一、摸底；\n二、反馈。" * 30)
    again = saved_by_libreoffice(content, tmp_path)
    assert open_workbook(again, "x.xlsx").origin == Origin("审批单", version=3)
    assert posted(again, made) == posted(content, made)


def test_the_form_of_the_office_without_lists_reads_templates_too() -> None:
    plain = application()
    drawing = looked_at(drawn_table(), plain)
    unknown = [each.where for each in drawing.findings if each.rule == "unknown"]
    assert "审批单 (一)!B12" in unknown


def test_own_properties_that_are_numbered_by_words_are_refused_in_a_sentence() -> None:
    book = openpyxl.load_workbook(io.BytesIO(drawn_table()))
    book.custom_doc_props.append(StringProperty(name="文号", value="1"))
    saved, out = io.BytesIO(), io.BytesIO()
    book.save(saved)
    with zipfile.ZipFile(saved) as old, zipfile.ZipFile(out, "w") as new:
        for part in old.namelist():
            content = old.read(part)
            if part == "docProps/custom.xml":
                content = content.replace(b'pid="2"', b'pid="two"')
                assert b"two" in content
            new.writestr(part, content)
    with pytest.raises(WorkbookRefused) as refused:
        converted(looked_at(out.getvalue()), "审批单", 4)
    assert "“审批单.xlsx”已损坏" in refused.value.tell("zh")
