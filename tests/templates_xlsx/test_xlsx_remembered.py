"""A layout confirmed once: the next file drawn alike is read without a question, any other is not."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from typing import Any

import pytest
import xlsx_forms
import xlsxwriter

from templates_xlsx.correcting import LAYOUT_SENTENCES, LayoutRefused, corrected
from templates_xlsx.grid import Book, open_workbook
from templates_xlsx.layouts import Layout, matches
from templates_xlsx.reading import read_records
from templates_xlsx.recognition import recognise_book

FORM = xlsx_forms.application()


def drawn(*rows: Sequence[Any], name: str = "表", merged: Sequence[str] = ()) -> Book:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet(name)
        for number, row in enumerate(rows):
            for column, value in enumerate(row):
                if value is not None:
                    sheet.write(number, column, value)
        for each in merged:
            sheet.merge_range(each, "")
            first = each.split(":")[0]
            row, column = int(first[1:]) - 1, ord(first[0]) - 65
            sheet.write(row, column, rows[row][column])
    return open_workbook(out.getvalue(), "x.xlsx")


def strange(unit: str, matter: str, person: str, phone: str, **options: Any) -> Book:
    """A table whose every label is unknown to the form."""
    return drawn(
        ("入社区工作单",),
        ("呈报机关", unit, "对接同志", person),
        ("下沉工作", matter, "号码", phone),
        ("背景", "为民", None, None),
        **options,
    )


POINTED = {
    "B2": ["applicant_unit"],
    "B3": ["matter_name"],
    "D2": ["contact_name"],
    "D3": ["contact_phone"],
}


def test_what_a_clerk_pointed_at_reads_the_next_file_of_the_layout() -> None:
    first = strange("区教育局", "读书会", "张三", "13800138000")
    assert read_records(first, FORM).records == ()
    layout = corrected(first.sheets[0], FORM, "single", None, POINTED)
    assert {each.text for each in layout.anchors} == {"呈报机关", "对接同志", "下沉工作", "号码"}
    second = strange("区统计局", "人口普查", "李四𬸚", "022-24981234", name="另一张")
    (record,) = read_records(second, FORM, [layout]).records
    assert record.posted["applicant_unit"] == "区统计局"
    assert record.posted["contact_name"] == "李四𬸚"
    assert record.cells["contact_phone"] == "D3"
    assert record.unsure == ()
    (told,) = recognise_book(second, FORM, [layout]).sheets
    assert (told.kind, told.layout) == ("single", layout)
    assert {each.source for each in told.places} == {"remembered"}


def test_values_and_sheet_names_do_not_enter_the_fingerprint_and_labels_do() -> None:
    def layout(book: Book) -> Layout:
        return corrected(book.sheets[0], FORM, "single", None, POINTED)

    one = layout(strange("区教育局", "读书会", "张三", "1"))
    assert layout(strange("区统计局", "普查", "李四", "2", name="乙")).fingerprint == one.fingerprint
    renamed = drawn(
        ("单",), ("呈报机关", "甲", "对接人员", "乙"), ("下沉工作", "丙", "号码", "丁"), ("背景", "戊")
    )
    assert layout(renamed).fingerprint != one.fingerprint
    assert not matches(one, renamed.sheets[0])


def test_a_moved_label_is_another_layout_and_a_table_moved_as_a_whole_is_not() -> None:
    layout = corrected(strange("甲", "乙", "丙", "1").sheets[0], FORM, "single", None, POINTED)
    moved = drawn(("呈报机关", "甲", "对接同志", "乙"), ("背景", "丁"), ("下沉工作", "丙", "号码", "1"))
    assert not matches(layout, moved.sheets[0])
    lower = drawn(
        ("附件",), ("单",), ("",), ("呈报机关", "甲", "对接同志", "乙"), ("下沉工作", "丙", "号码", "1")
    )
    (record,) = read_records(lower, FORM, [layout]).records
    assert (record.posted["matter_name"], record.cells["matter_name"]) == ("丙", "B5")


def test_merged_cells_belong_to_the_layout() -> None:
    book = strange("甲", "乙", "丙", "1", merged=["D2:F2"])
    layout = corrected(book.sheets[0], FORM, "single", None, POINTED)
    assert layout.merged == ("D2:F2",)
    assert matches(layout, strange("丁", "戊", "己", "2", merged=["D2:F2"]).sheets[0])
    assert not matches(layout, strange("丁", "戊", "己", "2").sheets[0])


def test_applications_drawn_alike_on_one_sheet_are_found_again_from_one() -> None:
    def block(name: str) -> list[tuple[str, ...]]:
        one = (("呈报机关", f"{name}局", "对接同志", name), ("下沉工作", f"{name}事", "号码", "1"), ("",))
        return [(*row, "", *row) if row != ("",) else row for row in one]

    book = drawn(("单",), *block("甲"), *block("乙"))
    layout = corrected(book.sheets[0], FORM, "single", None, POINTED)
    records = read_records(book, FORM, [layout]).records
    assert [each.cells["applicant_unit"] for each in records] == ["B2", "G2", "B5", "G5"]
    assert [each.posted["contact_name"] for each in records] == ["甲", "甲", "乙", "乙"]


def ledger(*rows: Sequence[Any], title: bool = True) -> Book:
    head = (("入社区工作一览",),) if title else ()
    return drawn(
        *head,
        ("次序", "呈报机关", "下沉工作", "对接", None, "费用(万元)"),
        (None, None, None, "同志", "号码", None),
        *rows,
        ("合计", None, None, None, None, 9),
    )


COLUMNS = {
    "B": ["applicant_unit"],
    "C": ["matter_name"],
    "D": ["contact_name"],
    "E": ["contact_phone"],
    "F": ["funds_amount"],
}


def test_a_ledger_confirmed_once_is_read_with_any_number_of_rows() -> None:
    layout = corrected(
        ledger((1, "甲局", "读书会", "张三", "1", 3.6)).sheets[0], FORM, "ledger", (2, 3), COLUMNS
    )
    rows = [(number, "乙局", f"事务{number}", "李四", "2", 1) for number in range(1, 30)]
    for book in (ledger(*rows), ledger(*rows, title=False)):
        records = read_records(book, FORM, [layout]).records
        assert [each.posted["matter_name"] for each in records] == [f"事务{at}" for at in range(1, 30)]
        assert {each.posted["funds_amount"] for each in records} == {"10000"}
        (told,) = recognise_book(book, FORM, [layout]).sheets
        assert {each.place for each in told.places} == set(COLUMNS)
    assert told.header_rows == (1, 2)


def test_a_header_confirmed_once_is_known_where_it_stands_again() -> None:
    one = (1, "甲局", "读书会", "张三", "1", 3)
    book = ledger(one)
    layout = corrected(book.sheets[0], FORM, "ledger", (2, 3), COLUMNS)
    header = [tuple(row) for row in book.sheets[0].rows[1:3]]
    again = ledger(one, ("本页小计", None, None, None, None, 3), *header, (2, "乙局", "讲座", "李四", "2", 1))
    records = read_records(again, FORM, [layout]).records
    assert [each.posted["matter_name"] for each in records] == ["读书会", "讲座"]


def test_label_and_value_in_one_cell_are_parted_as_the_first_time() -> None:
    def lines(unit: str, matter: str, person: str) -> Book:
        return drawn(("入社区工作单",), (f"呈报机关:{unit}  对接同志: {person}",), (f"下沉工作:{matter}",))

    pointed = {"A2": ["applicant_unit", "contact_name"], "A3": ["matter_name"]}
    layout = corrected(lines("甲局", "读书会", "张三").sheets[0], FORM, "single", None, pointed)
    assert [each.text for each in layout.anchors] == ["呈报机关", "对接同志", "下沉工作"]
    (record,) = read_records(lines("乙局", "讲座:第2期", "李四"), FORM, [layout]).records
    got = {key: record.posted[key] for key in ("applicant_unit", "contact_name", "matter_name")}
    assert got == {"applicant_unit": "乙局", "contact_name": "李四", "matter_name": "讲座:第2期"}


def test_fields_of_one_cell_find_their_labels_by_what_stands_behind_them() -> None:
    book = drawn(("单",), ("何时开始:2026-04-01  号码:13800138000  呈报机关:甲局",), ("下沉工作:读书会",))
    pointed = {"A2": ["applicant_unit", "contact_phone", "period_start"], "A3": ["matter_name"]}
    layout = corrected(book.sheets[0], FORM, "single", None, pointed)
    (record,) = read_records(book, FORM, [layout]).records
    got = {key: record.posted[key] for key in pointed["A2"]}
    assert got == {"applicant_unit": "甲局", "contact_phone": "13800138000", "period_start": "2026-04-01"}


def test_a_sheet_said_to_hold_nothing_is_passed_over_the_next_time() -> None:
    book = drawn(("填写样张",), ("申请单位", "示例局", "联系人", "示例"), ("工作事务名称", "示例事务"))
    assert len(read_records(book, FORM).records) == 1
    layout = corrected(book.sheets[0], FORM, "ignore", None, {})
    reading = read_records(book, FORM, [layout])
    assert reading.records == ()
    assert [each.sheet for each in reading.ignored] == ["表"]


def test_a_layout_is_kept_as_json() -> None:
    layout = corrected(strange("甲", "乙", "丙", "1").sheets[0], FORM, "single", None, POINTED)
    again = Layout.from_json(json.loads(json.dumps(layout.to_json())))
    assert again == layout
    assert again.fingerprint == layout.fingerprint


@pytest.mark.parametrize(
    "wrong", [{}, {"kind": "other"}, {"anchors": [["?", "x", False]]}, {"assignments": 3}]
)
def test_what_is_no_layout_is_refused(wrong: dict[str, Any]) -> None:
    layout = corrected(strange("甲", "乙", "丙", "1").sheets[0], FORM, "single", None, POINTED)
    with pytest.raises(ValueError, match="no layout"):
        Layout.from_json({**layout.to_json(), **wrong} if wrong else {})


@pytest.mark.parametrize(
    ("pointed", "code"),
    [
        ({}, "nothing_given"),
        ({"B2": ["nonsense"]}, "no_such_field"),
        ({"ZZ999": ["remarks"]}, "no_such_place"),
        ({"?": ["remarks"]}, "no_such_place"),
        ({"B2": ["remarks"], "B3": ["remarks"]}, "given_twice"),
        ({"B2": ["matter_name", "authority"]}, "cannot_share"),
    ],
)
def test_what_cannot_be_is_told_in_a_sentence(pointed: dict[str, list[str]], code: str) -> None:
    sheet = strange("甲", "乙", "丙", "1").sheets[0]
    with pytest.raises(LayoutRefused) as refused:
        corrected(sheet, FORM, "single", None, pointed)
    assert refused.value.code == code
    assert "{" not in refused.value.tell() + refused.value.tell("en")
    with pytest.raises(LayoutRefused):
        corrected(sheet, FORM, "ledger", None, {"B": ["remarks"]})
    assert all(each.zh and each.en for each in LAYOUT_SENTENCES.values())


def test_a_loosened_label_is_only_suggested_until_a_person_confirms() -> None:
    book = drawn(
        ("申请单位情况", "区教育局", "联系人", "张三"),
        ("工作事务名称", "读书会", "联系电话", "1"),
    )
    (record,) = read_records(book, FORM).records
    assert record.posted["applicant_unit"] == "区教育局"
    assert [(each.cell, each.field, each.code) for each in record.unsure] == [
        ("A1", "applicant_unit", "suggested")
    ]
    recognised = recognise_book(book, FORM)
    assert recognised.needs_confirmation
    (told,) = recognised.sheets
    assert {each.place: each.source for each in told.places if each.keys == ("applicant_unit",)} == {
        "B1": "suggested"
    }
    layout = corrected(
        book.sheets[0], FORM, told.kind, told.header_rows, {each.place: each.keys for each in told.places}
    )
    (record,) = read_records(book, FORM, [layout]).records
    assert (record.unsure, record.posted["applicant_unit"]) == ((), "区教育局")


def test_words_once_explained_are_put_in_before_binding() -> None:
    book = drawn(
        ("申请单位", "区教委", "联系人", "张三"),
        ("工作事务名称", "读书会", "涉及社区", "一街、金桥街道、乙"),
    )
    words = {"applicant_unit": {"区教委": "区教育局"}, "scope": {"一街": "新立街道", "乙": "丙"}}
    (record,) = read_records(book, FORM, words=words).records
    assert record.posted["applicant_unit"] == "区教育局"
    assert record.posted["scope"] == "新立街道、金桥街道、丙"
    (plain,) = read_records(book, FORM).records
    assert plain.posted["applicant_unit"] == "区教委"
