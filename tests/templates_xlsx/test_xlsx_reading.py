"""What the reader itself tells a clerk: labels missing or doubled, numbers as they stand, sheets passed over."""

from __future__ import annotations

import contextlib
import io
import random
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from forms.faults import Refused
from forms.fields import Form
from forms.schema import load_form
from templates_xlsx.grid import Book, open_workbook
from templates_xlsx.labels import Vocabulary, normalise
from templates_xlsx.package import Package
from templates_xlsx.reading import Reading, ReadRecord, read_records
from templates_xlsx.refusals import CELL_SENTENCES
from templates_xlsx.sheets import cell_text, position, reference
from templates_xlsx.ticked import stop_cells
from templates_xlsx.values import split_compound

ROOT = Path(__file__).parents[2]
TABLES = ROOT / "tests" / "data" / "tables"


@pytest.fixture(scope="module")
def form() -> Form:
    return load_form(
        (ROOT / "forms" / "admission_application.form").read_bytes(), "admission_application.form"
    )


def drawn(draw: Callable[[Any, Any], None]) -> Book:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    draw(book, book.add_worksheet("表"))
    book.close()
    return open_workbook(out.getvalue(), "x.xlsx")


def single(*rows: tuple[Any, ...]) -> Callable[[Any, Any], None]:
    def draw(book: Any, sheet: Any) -> None:
        for number, row in enumerate(rows):
            for column, value in enumerate(row):
                if isinstance(value, date):
                    sheet.write_datetime(number, column, value, book.add_format({"num_format": "yyyy-mm-dd"}))
                elif value is not None:
                    sheet.write(number, column, value)

    return draw


BASE: tuple[tuple[Any, ...], ...] = (
    ("申请单位", "区教育局", "联系人", "张三"),
    ("工作事务名称", "甲", "联系电话", "13800138000"),
    ("事项性质", "短期", "协助主体", "网格员"),
    ("依据", "《某法》", "授权内容", "乙"),
    ("开始日期", "2026-04-01", "结束日期", "长期"),
)


def only(reading: Reading) -> ReadRecord:
    (record,) = reading.records
    return record


def test_a_label_that_is_missing_is_told_at_the_table(form: Form) -> None:
    record = only(read_records(drawn(single(*BASE[1:])), form))
    missing = {each.field: each for each in record.faults if each.code == "label_missing"}
    assert set(missing) == {"applicant_unit", "contact_name"}
    assert missing["applicant_unit"].severity == "error"
    assert "申请单位" in missing["applicant_unit"].tell()
    assert missing["applicant_unit"].cell == "A1"


def test_a_label_that_stands_twice_with_two_values_is_an_error_at_the_second(form: Form) -> None:
    record = only(read_records(drawn(single(*BASE, ("经办人", "李四"))), form))
    (fault,) = record.faults
    assert (fault.cell, fault.field, fault.severity, fault.code) == (
        "A6",
        "contact_name",
        "error",
        "label_doubled",
    )
    assert "C1" in fault.tell()
    assert record.posted["contact_name"] == "张三"


def test_a_label_that_stands_twice_with_one_value_is_a_warning(form: Form) -> None:
    record = only(read_records(drawn(single(*BASE, ("经办人", "张三"))), form))
    assert [(each.code, each.severity) for each in record.faults] == [("label_doubled_same", "warning")]


def test_an_empty_second_label_is_no_fault(form: Form) -> None:
    assert only(read_records(drawn(single(*BASE, ("经办人", None))), form)).faults == ()


def test_the_unit_in_the_dressing_line_does_not_beat_the_one_in_the_table(form: Form) -> None:
    record = only(read_records(drawn(single(("填报单位:区民政局",), *BASE)), form))
    assert record.posted["applicant_unit"] == "区教育局"
    assert record.faults == ()


@pytest.mark.parametrize(
    ("label", "value", "key", "posted"),
    [
        ("工作经费(万元)", 3.6, "funds_amount", "36000"),
        ("工作经费(万元)", "1,200", "funds_amount", "12000000"),
        ("工作经费(元)", 36000.5, "funds_amount", "36000.5"),
        ("工作经费", 0.1 + 0.2, "funds_amount", "0.3"),
        ("经费保障", 5000, "funds_amount", "5000"),
        ("拨付工作经费(万元)", 3.6, "funds_amount", "36000"),
        ("经费保障(万元)", 3.6, "funds_amount", "36000"),
        ("经费保障(万元)", 12, "funds_amount", "120000"),
        ("经费保障", "约3万元", "funds_amount", "约3万元"),
        ("经费保障", "约3万元", "funds_source", ""),
        ("经费保障", "区级财政专项", "funds_source", "区级财政专项"),
        ("经费保障", "约三万", "funds_amount", "约三万"),
        ("填表日期", date(2026, 3, 2), "application_date", "2026-03-02"),
        ("填表日期", 46083, "application_date", "2026-03-02"),
        ("填表日期", "   年  月  日", "application_date", ""),
        ("备注", "  𬸚\u3000", "remarks", "𬸚"),
        ("备注", True, "remarks", "是"),
        ("起止时间", "自2026年5月起", "period_start", "2026年5月"),
    ],
)
def test_a_value_is_posted_as_a_person_would_type_it(
    label: str, value: Any, key: str, posted: str, form: Form
) -> None:
    rows = BASE if key != "period_start" else BASE[:-1]
    assert only(read_records(drawn(single(*rows, (label, value))), form)).posted[key] == posted


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("李四(02224981234)", ("李四", "02224981234")),
        ("李四\uff0813800138000\uff09", ("李四", "13800138000")),
        ("李四 (022)24981234", ("李四", "(022)24981234")),
    ],
)
def test_brackets_around_a_number_are_not_part_of_it(text: str, parts: tuple[str, str], form: Form) -> None:
    assert split_compound(text, (form.field("contact_name"), form.field("contact_phone"))) == parts


def test_a_number_taken_for_a_date_is_told(form: Form) -> None:
    record = only(read_records(drawn(single(*BASE[:-1], ("开始日期", 46113))), form))
    assert record.posted["period_start"] == "2026-04-01"
    assert [(each.cell, each.code, each.severity) for each in record.faults] == [
        ("B5", "date_from_number", "warning")
    ]


def test_an_id_number_stored_as_a_number_is_an_error_and_never_guessed(form: Form) -> None:
    record = only(read_records(drawn(single(*BASE, ("备注", 120101199001011234.0))), form))
    (fault,) = record.faults
    assert (fault.cell, fault.code, fault.severity) == ("B6", "digits_lost", "error")
    assert record.posted["remarks"] == ""


def test_a_formula_without_a_value_and_a_formula_error_are_told(form: Form) -> None:
    def draw(book: Any, sheet: Any) -> None:
        single(*BASE, ("备注", None), ("申请理由", None))(book, sheet)
        sheet.write_formula("B6", "=NA()", None, "#N/A")
        sheet.write_formula("B7", "=A1", None, "x")

    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    draw(book, book.add_worksheet("表"))
    book.close()
    package = Package(out.getvalue())
    part = "xl/worksheets/sheet1.xml"
    content = package.replaced({part: package.read(part).replace(b"<v>x</v>", b"")})
    record = only(read_records(open_workbook(content, "x.xlsx"), form))
    assert {(each.cell, each.code) for each in record.faults} == {
        ("B6", "formula_error"),
        ("B7", "formula_without_value"),
    }


def test_hidden_sheets_are_passed_over_and_hidden_rows_told(form: Form) -> None:
    def draw(book: Any, sheet: Any) -> None:
        header = ("序号", "工作事务名称", "申请单位", "联系人", "联系电话")
        single(header, (1, "甲", "区教育局", "张三", "1"), (2, "乙", "区教育局", "李四", "2"))(book, sheet)
        sheet.set_row(2, None, None, {"hidden": True})
        other = book.add_worksheet("选项")
        single(*BASE)(book, other)
        other.hide()

    reading = read_records(drawn(draw), form)
    assert [each.row for each in reading.records] == [2, 3]
    assert [each.code for each in reading.records[1].faults] == ["row_hidden"]
    assert [(each.sheet, each.reason_en) for each in reading.ignored] == [("选项", "hidden sheet, not read")]


def test_a_ledger_without_a_required_column_and_with_a_doubled_one_says_so_once(form: Form) -> None:
    header = ("序号", "工作事务名称", "申请单位", "联系人", "联系电话", "经办人")
    reading = read_records(
        drawn(single(header, (1, "甲", "乙", "丙", "1", "丁"), (2, "甲", "乙", "丙", "1", "丁"))), form
    )
    told = {(each.code, each.field) for each in reading.faults}
    assert ("label_doubled", "contact_name") in told
    assert ("label_missing", "content") in told
    assert {each.sheet for each in reading.faults} == {"表"}
    assert len(reading.records) == 2


def test_a_workbook_with_nothing_of_the_form_says_what_was_looked_for(form: Form) -> None:
    reading = read_records(drawn(single(("某年某月工资表",), ("姓名", "金额"))), form)
    assert reading.records == ()
    assert [each.code for each in reading.faults] == ["no_records"]
    assert form.title in reading.faults[0].tell()


def test_names_go_before_labels(form: Form) -> None:
    def draw(book: Any, sheet: Any) -> None:
        single(*BASE)(book, sheet)
        sheet.write("F9", "区统计局")
        book.define_name("F_applicant_unit", "='表'!$F$9")

    record = only(read_records(drawn(draw), form))
    assert (record.posted["applicant_unit"], record.cells["applicant_unit"]) == ("区统计局", "F9")
    assert record.posted["contact_name"] == "张三"


def test_copied_sheets_keep_names_of_their_own(form: Form) -> None:
    def draw(book: Any, sheet: Any) -> None:
        for name, unit in (("表", "区教育局"), ("表 (2)", "区统计局")):
            target = sheet if name == "表" else book.add_worksheet(name)
            single(("x", unit, "y", "甲"), ("z", "张三"))(book, target)
            for key, cell in (("applicant_unit", "$B$1"), ("matter_name", "$D$1"), ("contact_name", "$B$2")):
                scope = "" if name == "表" else f"'{name}'!"
                book.define_name(f"{scope}F_{key}", f"='{name}'!{cell}")

    records = read_records(drawn(draw), form).records
    assert [each.posted["applicant_unit"] for each in records] == ["区教育局", "区统计局"]


def test_boxes_one_a_cell_and_lines_beside_a_tall_label(form: Form) -> None:
    def draw(book: Any, sheet: Any) -> None:
        single(*(each for each in BASE if each[0] != "事项性质"))(book, sheet)
        single(*BASE[:2])(book, sheet)
        for column, text in enumerate(("事项性质", "□长期性", "☑短期", "□临时性")):
            sheet.write(6, column, text)
        sheet.merge_range(7, 0, 9, 0, "申请理由")
        for row, text in enumerate(("一、为民", "二、便民", "三、利民"), 7):
            sheet.write(row, 1, text)

    record = only(read_records(drawn(draw), form))
    assert record.posted["duration_class"] == "short_term"
    assert record.posted["reason"] == "一、为民\n二、便民\n三、利民"


def test_groups_on_the_left_complete_their_labels(form: Form) -> None:
    def draw(book: Any, sheet: Any) -> None:
        single(("申请单位", "区教育局", "", "联系人", "张三"), ("工作事务名称", "甲", "", "联系电话", "1"))(
            book, sheet
        )
        sheet.merge_range(2, 0, 4, 0, "授权")
        for row, (label, text) in enumerate((("内容", "乙"), ("对象", "居民"), ("权限", "入户")), 2):
            sheet.write(row, 1, label)
            sheet.merge_range(row, 2, row, 4, text)

    record = only(read_records(drawn(draw), form))
    got = {key: record.posted[key] for key in ("content", "target_group", "authority")}
    assert got == {"content": "乙", "target_group": "居民", "authority": "入户"}


def test_a_three_level_header_and_merged_cells_filled_down(form: Form) -> None:
    def draw(book: Any, sheet: Any) -> None:
        sheet.merge_range(0, 0, 0, 5, "汇总表")
        sheet.merge_range(1, 0, 3, 0, "申请单位")
        sheet.merge_range(1, 1, 1, 4, "授权情况")
        sheet.merge_range(2, 1, 2, 2, "授权时间")
        sheet.merge_range(2, 3, 3, 3, "工作事务名称")
        sheet.merge_range(2, 4, 3, 4, "授权内容")
        sheet.write(3, 1, "起")
        sheet.write(3, 2, "止")
        sheet.merge_range(4, 0, 6, 0, "区教育局")
        for row in range(4, 7):
            for column, text in enumerate(("2026-01-01", "2026-12-31", f"事务{row}", "内容"), 1):
                sheet.write(row, column, text)
        sheet.merge_range(7, 0, 7, 2, "合 计")

    records = read_records(drawn(draw), form).records
    assert [each.row for each in records] == [5, 6, 7]
    assert {each.posted["applicant_unit"] for each in records} == {"区教育局"}
    assert [each.posted["matter_name"] for each in records] == ["事务4", "事务5", "事务6"]
    assert {(each.posted["period_start"], each.posted["period_end"]) for each in records} == {
        ("2026-01-01", "2026-12-31")
    }


def test_a_header_of_two_rows_exported_without_merging_is_read_whole(form: Form) -> None:
    rows = (
        ("序号", "工作事务名称", "申请单位", "联系", None, "授权时间", None, "备注"),
        (None, None, None, "联系人", "联系电话", "起", "止", None),
        (1, "甲", "区教育局", "张三", "13800138000", "2026-01-01", "2026-12-31", "无"),
    )
    record = only(read_records(drawn(single(*rows)), form))
    assert record.row == 3
    assert record.posted["contact_phone"] == "13800138000"
    assert (record.posted["period_start"], record.posted["period_end"]) == ("2026-01-01", "2026-12-31")


@pytest.mark.parametrize(
    "written",
    [
        "申 请 单 位",
        "*申请单位:",
        "申请单位\n(盖章)",
        "一、申请单位",
        "申请单位\uff08盖章\uff09\uff1a",
        "申\n请\n单\n位",
    ],
)
def test_a_label_is_the_same_however_it_is_dressed(written: str, form: Form) -> None:
    assert normalise(written) == "申请单位"
    found = Vocabulary(form).strict(written)
    assert found is not None
    assert found.keys == ("applicant_unit",)


@pytest.mark.parametrize(
    ("row", "column", "cell"), [(7, 5, "E7"), (1, 26, "Z1"), (1, 27, "AA1"), (9, 703, "AAA9")]
)
def test_references_go_both_ways(row: int, column: int, cell: str) -> None:
    assert reference(row, column) == cell
    assert position(f"${cell}") == (row, column)


def test_every_sentence_of_a_cell_is_there_in_both_languages() -> None:
    for sentence in CELL_SENTENCES.values():
        assert sentence.zh
        assert sentence.en


@pytest.mark.parametrize(
    ("value", "text"),
    [(36000.50, "36000.5"), (1e15, "1000000000000000"), (13800138000.0, "13800138000"), (1e-7, "0.0000001")],
)
def test_numbers_are_written_without_exponent(value: float, text: str) -> None:
    assert cell_text(value) == text


def test_a_preview_draws_merged_cells_once_and_counts_what_is_left(form: Form) -> None:
    sheet = open_workbook((TABLES / "审批表-样式一.xlsx").read_bytes(), "x.xlsx").sheets[0]
    preview = sheet.preview(5, 6)
    assert preview.rows[0][0].text == "东丽区社区工作事务准入审批表"
    assert (preview.rows[0][0].colspan, len(preview.rows[0])) == (6, 1)
    assert [each.cell for each in preview.rows[2]] == ["A3", "B3", "D3", "E3"]
    assert preview.more_rows == 12
    assert len(preview.widths) == 6


def test_a_long_list_of_something_else_is_passed_over(form: Form) -> None:
    rows = tuple((number, f"工资{number}", f"说明{number}") for number in range(3000))
    reading = read_records(drawn(single(("编号", "姓名", "备注"), *rows)), form)
    assert reading.records == ()
    assert [each.sheet for each in reading.ignored] == ["表"]


def test_mutated_files_never_raise_anything_but_a_sentence(form: Form) -> None:
    rng = random.Random(7)
    sources = [
        (TABLES / name).read_bytes()
        for name in ("审批表-样式一.xlsx", "old/审批表-样式二.xls", "审批表-样式二.xlsx")
    ]
    for _ in range(150):
        content = bytearray(rng.choice(sources))
        for _ in range(rng.choice((1, 5, 20))):
            at = rng.randrange(len(content))
            content[at : at + rng.randrange(4)] = bytes(rng.randrange(256) for _ in range(rng.randrange(4)))
        with contextlib.suppress(Refused):
            read_records(open_workbook(bytes(content), "x"), form)


@pytest.mark.parametrize("line", ["单位:万元", "(金额单位\uff1a万元)", "金额单位:人民币万元"])
def test_a_line_above_the_table_says_in_what_amounts_are(line: str, form: Form) -> None:
    rows = (*BASE, ("经费金额", 3.6))
    record = only(read_records(drawn(single((None, None, None, line), *rows)), form))
    assert (record.posted["funds_amount"], record.unsure) == ("36000", ())
    header = ("序号", "工作事务名称", "申请单位", "联系人", "联系电话", "经费金额", "经费来源")
    record = (1, "甲", "区教育局", "张三", "13800138000", 3.6, "预算")
    reading = read_records(drawn(single(("台账",), (None, None, line), header, record)), form)
    assert only(reading).posted["funds_amount"] == "36000"
    told = (*header[:5], "经费金额(元)", "经费来源")
    reading = read_records(drawn(single(("台账",), (None, None, line), told, record)), form)
    assert only(reading).posted["funds_amount"] == "3.6"


def test_a_unit_behind_the_label_counts_without_brackets(form: Form) -> None:
    for label in ("经费金额/万元", "经费金额万元"):
        assert only(read_records(drawn(single(*BASE, (label, 3.6))), form)).posted["funds_amount"] == "36000"


def test_hidden_rows_of_a_single_table_are_told(form: Form) -> None:
    def draw(book: Any, sheet: Any) -> None:
        single(*BASE)(book, sheet)
        sheet.set_row(1, None, None, {"hidden": True})

    record = only(read_records(drawn(draw), form))
    assert {(each.cell, each.code) for each in record.faults} == {("B2", "row_hidden"), ("D2", "row_hidden")}


def test_a_line_that_speaks_of_the_head_of_a_box_is_no_field(form: Form) -> None:
    rows = (*BASE, ("领导批示", "负责人(签字):王五  2026年3月2日"))
    assert only(read_records(drawn(single(*rows)), form)).posted.get("unit_head", "") == ""


def test_whose_telephone_it_is_is_asked_where_the_label_leaves_it_open(form: Form) -> None:
    rows = (
        *(each for each in BASE if "联系电话" not in each),
        ("工作事务名称", "甲"),
        ("负责人及电话", "王五 13900139000"),
    )
    record = only(read_records(drawn(single(*rows)), form))
    assert [(each.field, each.code) for each in record.unsure] != []


def test_a_column_that_means_nothing_known_is_asked_about_once(form: Form) -> None:
    header = ("序号", "工作事务名称", "申请单位", "联系人", "联系电话", "到期时分")
    record = only(read_records(drawn(single(header, (1, "甲", "乙", "丙", "1", "2026-12-31"))), form))
    assert [(each.cell, each.code, each.given) for each in record.unsure] == [("F1", "unread", "到期时分")]
    assert "到期时分" in record.unsure[0].tell()


def test_the_end_of_an_empty_box_begins_no_label(form: Form) -> None:
    line = "协助主体:社区组织[√]  网格员[ ]    授权对象:居民"
    record = only(
        read_records(drawn(single(*(each for each in BASE if "协助主体" not in each), (line,))), form)
    )
    assert (record.posted["executor"], record.posted["target_group"]) == (["community"], "居民")


def test_what_stops_a_form_is_found_wherever_its_column_stands_without_reading_records(form: Form) -> None:
    def draw(book: Any, sheet: Any) -> None:
        heads = ("工作事务名称", "申请单位", "授权内容", "是否涉密(含依据文件)")
        sheet.write_row(0, 0, heads)
        for row in range(1, 50):
            sheet.write_row(row, 0, (f"走访{row}", "区民政局", "走访", "否"))
        sheet.write_row(60, 0, ("涉 密", *heads[:3]))
        sheet.write_row(61, 0, ("是", "送法上门", "区人民法院", "宣讲"))

    said = {each.cell: each.posted for each in stop_cells(drawn(draw), form)}
    assert (said["D2"], said["A62"]) == ("否", "是")
    assert "D3" not in said  # an answer is looked at once
