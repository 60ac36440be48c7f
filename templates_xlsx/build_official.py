"""Draws the official tables that ship: run `python -m templates_xlsx.build_official` after changing it.

The output (审批表, 终止备案表, 变更申请表, 监督反馈表, those of `official_kinds` and `official_certificates`) is
committed. It is only a start: an office redraws these in Excel or WPS as it likes, as long as the cells keep their
names (`F_<field key>`, `F_<opinion box>`); fields that share a cell have their names on the same cell. A drawn box
(受理章) shows that shapes survive filling.
"""

from __future__ import annotations

import io
from datetime import UTC, datetime
from pathlib import Path

import xlsxwriter

from templates_xlsx import official_certificates, official_kinds
from templates_xlsx.official_lines import WIDTHS, Cell, Official, box, one, two

HERE = Path(__file__).parent
APPLICATION, TERMINATION, SUPERVISION = "审批表.xlsx", "终止备案表.xlsx", "监督反馈表.xlsx"
CHANGE = "变更申请表.xlsx"
FONT = "宋体"


KINDS_OF_MATTER = "□长期性(一年以上)\n□短期    □临时性"
EXECUTORS = "□社区组织    □网格员"
SOURCES = "□社区反馈  □12345投诉  □其他"
HANDED_BY = "□文件  □口头  □微信群\n□信息系统  □其他"
PROBLEMS = "□未履行准入审批  □超范围  □超期限\n□经费未落实  □重复报送"
EXITS = "□到期  □任务完成  □依据废止\n□评议不合格/居民不认可  □违规清退  □其他"

OFFICIAL = {
    APPLICATION: Official(
        "审批表",
        "社区工作事务准入审批表",
        (Cell("编号", ("application_number",)), Cell("填表日期", ("application_date",))),
        (
            two(Cell("申请单位\n(盖章)", ("applicant_unit",)), Cell("单位负责人", ("unit_head",))),
            two(Cell("联系人", ("contact_name",)), Cell("联系电话", ("contact_phone",))),
            one("工作事务名称", "matter_name"),
            two(
                Cell("事项性质", ("duration_class",), KINDS_OF_MATTER),
                Cell("协助主体", ("executor",), EXECUTORS),
            ),
            one("上位法或文件依据\n(名称、文号、条款)", "legal_basis", height=56),
            one("申请理由", "reason", height=56),
            one("授权内容", "content", height=72),
            two(Cell("授权对象", ("target_group",)), Cell("授权权限", ("authority",))),
            two(
                Cell("授权时间\n(起止)", ("period_start", "period_end")),
                Cell("进入范围\n(街道/社区)", ("scope",)),
            ),
            two(
                Cell("拨付工作经费\n(金额、来源)", ("funds_amount", "funds_source")),
                Cell("配备人员及设备", ("staff_equipment",)),
            ),
            one("听取基层意见\n情况", "opinions_heard"),
            box("申请单位意见", "unit_opinion"),
            box("区民政局\n审核意见", "bureau_opinion"),
            box("区网格化管理\n中心意见", "grid_opinion"),
            one("备注", "remarks", height=34),
        ),
        "注:涉密事项请线下办理;本表一式三份。",
    ),
    TERMINATION: Official(
        "终止备案表",
        "社区工作事务终止(退出)备案表",
        (Cell("退出备案号", ("exit_number",)), Cell("填表日期", ("application_date",))),
        (
            two(Cell("申请单位\n(盖章)", ("applicant_unit",)), Cell("原准入编号", ("filing_number",))),
            one("事务名称", "matter_name"),
            two(Cell("原准入日期", ("admitted_on",)), Cell("终止日期", ("exit_on",))),
            one("终止类型", "exit_kind", blank=EXITS, height=56),
            one("终止原因", "exit_reason", height=120),
            two(Cell("经费结算", ("funds_settlement",)), Cell("人员设备处置", ("staff_settlement",))),
            one("通知街道社区\n情况", "notified", height=90),
            two(Cell("联系人", ("contact_name",)), Cell("联系电话", ("contact_phone",))),
            box("申请单位意见", "unit_opinion"),
            box("区民政局\n审核意见", "bureau_opinion"),
            one("备注", "remarks", height=34),
        ),
        "注:涉密事项请线下办理;本表一式三份。",
    ),
    CHANGE: Official(
        "变更申请表",
        "社区工作事务准入变更申请表",
        (Cell("变更备案号", ("change_number",)), Cell("填表日期", ("application_date",))),
        (
            two(Cell("申请单位\n(盖章)", ("applicant_unit",)), Cell("准入备案号", ("filing_number",))),
            one("事务名称", "matter_name"),
            two(
                Cell("授权内容\n(变更前)", ("old_content",)),
                Cell("授权内容\n(变更后)", ("new_content",)),
                104,
            ),
            two(Cell("进入范围\n(变更前)", ("old_scope",)), Cell("进入范围\n(变更后)", ("new_scope",)), 64),
            one("改为全区", "whole_district", height=34),
            two(
                Cell("授权时间\n(变更前)", ("old_period",)),
                Cell("授权时间\n(变更后)", ("new_period_start", "new_period_end")),
            ),
            one("改为长期，\n不设截止日期", "open_ended", height=34),
            two(
                Cell("工作经费\n(变更前)", ("old_funds",)),
                Cell("工作经费\n(变更后)", ("new_funds_amount", "new_funds_source")),
            ),
            one("变更理由", "change_reason", height=72),
            one("变更依据", "change_basis", height=56),
            two(Cell("变更生效日期", ("effective_on",)), Cell("听取基层意见\n情况", ("opinions_heard",))),
            two(Cell("联系人", ("contact_name",)), Cell("联系电话", ("contact_phone",))),
            box("申请单位意见", "unit_opinion"),
            box("区民政局\n审核意见", "bureau_opinion"),
            box("区网格化管理\n中心意见", "grid_opinion"),
            one("备注", "remarks", height=34),
        ),
        "注:不变的栏目变更后留空;涉密事项请线下办理;本表一式三份。",
    ),
    SUPERVISION: Official(
        "监督反馈表",
        "社区工作事务准入监督反馈表",
        (Cell("编号", ("application_number",)), Cell("填表日期", ("application_date",))),
        (
            two(Cell("反馈社区", ("community",)), Cell("涉及单位", ("accused_unit",))),
            two(Cell("反馈渠道", ("source",), SOURCES), Cell("12345工单号", ("hotline_number",))),
            two(Cell("反馈人", ("reporter_name",)), Cell("联系电话", ("reporter_phone",))),
            one("下派事务名称", "matter_name"),
            two(Cell("下派方式", ("handed_by",), HANDED_BY), Cell("下派时间", ("handed_on",))),
            one("问题类型", "problems", blank=PROBLEMS, height=44),
            one("情况说明", "details", height=84),
            one("备案登记比对", "registry_check", height=50),
            box("核查意见", "check_opinion"),
            box("整改要求\n及期限", "order_opinion"),
            box("整改结果", "correction_opinion"),
            box("通报", "notice_opinion"),
            box("是否移交", "transfer_opinion"),
        ),
        "注:反馈人和反馈社区除规定人员外不予显示;涉密事项请线下办理。",
    ),
    **official_kinds.KINDS,
    **official_certificates.TABLES,
}


def wide(text: str) -> str:
    """Return Chinese words with the full-width signs that print well."""
    return text.translate(str.maketrans("():;,", "\uff08\uff09\uff1a\uff1b\uff0c"))


def build(official: Official) -> bytes:
    """Draw one table: A4 portrait, one page, thin borders, a name on each value cell."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    # A fixed date keeps the committed file the same from run to run.
    book.set_properties({"title": official.title, "created": datetime(2026, 1, 1, tzinfo=UTC)})
    base = {"font_name": FONT, "font_size": 11, "valign": "vcenter", "text_wrap": True}
    title = book.add_format({**base, "font_size": 20, "bold": True, "align": "center"})
    plain = book.add_format({**base, "align": "left"})
    right = book.add_format({**base, "align": "right"})
    label = book.add_format({**base, "align": "center", "border": 1})
    value = book.add_format({**base, "align": "left", "border": 1, "indent": 1})
    opinion = book.add_format({**base, "align": "left", "border": 1, "indent": 1})
    note = book.add_format({**base, "font_size": 9, "align": "left"})
    sheet = book.add_worksheet(official.sheet)
    for column, width in enumerate(WIDTHS):
        sheet.set_column(column, column, width)
    sheet.merge_range(0, 0, 0, 5, wide(official.title), title)
    sheet.set_row(0, 46)
    sheet.set_row(1, 24)
    for cell, column in zip(official.head, (0, 3), strict=True):
        sheet.write_string(1, column, wide(cell.label + ":"), right)
        sheet.merge_range(1, column + 1, 1, column + 2, "", plain)
        _name(book, official.sheet, cell.names, 1, column + 1)
    row = 2
    for line in official.lines:
        sheet.set_row(row, line.height)
        for cell, column in zip(line.cells, (0, 3), strict=False):
            last = 5 if len(line.cells) == 1 else column + 2
            sheet.write_string(row, column, wide(cell.label), label)
            style = opinion if cell.tall else value
            sheet.merge_range(row, column + 1, row, last, wide(cell.blank), style)
            _name(book, official.sheet, cell.names, row, column + 1)
        row += 1
    sheet.merge_range(row, 0, row, 5, wide(official.note), note)
    sheet.set_row(row, 22)
    _print_setup(sheet, row)
    if official.stamp:
        _stamp(sheet)
    book.close()
    return out.getvalue()


def _name(book: xlsxwriter.Workbook, sheet: str, names: tuple[str, ...], row: int, column: int) -> None:
    for name in names:
        book.define_name(f"F_{name}", f"='{sheet}'!${chr(65 + column)}${row + 1}")


def _print_setup(sheet: xlsxwriter.worksheet.Worksheet, last: int) -> None:
    sheet.set_paper(9)
    sheet.set_portrait()
    sheet.set_margins(left=0.6, right=0.6, top=0.7, bottom=0.6)
    sheet.center_horizontally()
    sheet.fit_to_pages(1, 1)
    sheet.print_area(0, 0, last, 5)
    sheet.hide_gridlines(2)


def _stamp(sheet: xlsxwriter.worksheet.Worksheet) -> None:
    """The dashed box for the stamp of receipt, at the upper right."""
    sheet.insert_textbox(
        0,
        5,
        "受理章",
        {
            "width": 92,
            "height": 40,
            "x_offset": 12,
            "y_offset": 8,
            "object_position": 3,
            "fill": {"none": True},
            "line": {"color": "#C00000", "width": 1, "dash_type": "dash"},
            "font": {"name": FONT, "size": 10, "color": "#C00000"},
            "align": {"horizontal": "center", "vertical": "middle"},
        },
    )


def main() -> None:
    """Write the official tables beside this file."""
    for name, official in OFFICIAL.items():
        (HERE / name).write_bytes(build(official))


if __name__ == "__main__":
    main()
