"""Tables that lost their merging (a .csv, an export of a system): labels are as wide and tall as they were drawn."""

from __future__ import annotations

from xlsx_forms import application

from templates_xlsx.grid import open_workbook
from templates_xlsx.reading import Reading, read_records

FORM = application()


def read(*lines: str) -> Reading:
    return read_records(open_workbook("\n".join(lines).encode("gb18030"), "x.csv"), FORM)


def test_a_label_that_stretched_over_the_column_of_labels_has_its_value_behind_it() -> None:
    (record,) = read(
        "授权,授权内容,张贴通知",
        ",授权权限,联系居民",
        "申请单位,,区教育局",
        "联系人,,张三",
        "联系电话,,13800138000",
    ).records
    wanted = {
        "content": "张贴通知",
        "authority": "联系居民",
        "applicant_unit": "区教育局",
        "contact_name": "张三",
    }
    assert {key: record.posted[key] for key in wanted} == wanted


def test_a_text_behind_an_empty_value_is_not_taken_for_it() -> None:
    (record,) = read(
        "申请单位,区教育局,联系人,张三", "备注,,是否上会,否", "工作事务名称,法治宣传,联系电话,13800138000"
    ).records
    assert record.posted["remarks"] == ""


def test_a_header_of_two_rows_is_whole_though_its_labels_stand_in_either() -> None:
    found = read(
        "社区工作事务准入申请汇总表,,,,,,",
        "序号,工作事务名称,申请单位,授权情况,,联系方式,",
        ",,,授权内容,授权对象,联系人,联系电话",
        "1,法治宣传,区教育局,张贴通知,居民,张三,13800138000",
        "2,消防宣传,区民政局,入户走访,老人,李四,13900139000",
    )
    assert [each.posted["matter_name"] for each in found.records] == ["法治宣传", "消防宣传"]
    assert [each.posted["applicant_unit"] for each in found.records] == ["区教育局", "区民政局"]
    assert [each.posted["contact_phone"] for each in found.records] == ["13800138000", "13900139000"]


def test_a_line_of_who_filled_it_in_above_a_header_is_no_part_of_it() -> None:
    found = read(
        "填报单位:,区民政局,,填报日期:,2026年3月2日,,",
        "序号,工作事务名称,,授权内容,授权对象,联系人,联系电话",
        "1,法治宣传,,张贴通知,居民,张三,13800138000",
    )
    (record,) = found.records
    assert "applicant_unit" not in record.posted
    assert {each.field for each in found.faults if each.code == "label_missing"} >= {"applicant_unit"}


def test_a_unit_that_was_merged_down_is_not_guessed() -> None:
    found = read(
        "申请单位,工作事务名称,授权内容,授权对象,联系人,联系电话",
        "区教育局,法治宣传,张贴通知,居民,张三,13800138000",
        ",消防宣传,入户走访,老人,李四,13900139000",
    )
    assert [each.posted["applicant_unit"] for each in found.records] == ["区教育局", ""]
