"""The workbooks an office keeps: 备案登记台账 and 指导目录, one column a line (notes: EXCEL (c) and (d))."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from templates_xlsx.ledger_out import Column

ColumnRow = tuple[str, str, str, int, str]

#: key, label, group (two-level header; '' stands alone), width in characters, kind
COLUMNS: tuple[tuple[str, str, str, int, str], ...] = (
    ("position", "序号", "", 6, "number"),
    ("filing_number", "备案编号", "", 22, "text"),
    ("name", "工作事务名称", "", 30, "text"),
    ("applicant_unit", "申请单位", "", 18, "text"),
    ("duration_class", "事项性质", "", 12, "text"),
    ("executor", "协助主体", "", 12, "text"),
    ("legal_basis", "依据", "", 28, "long_text"),
    ("content", "授权内容摘要", "授权", 30, "long_text"),
    ("target_group", "授权对象", "授权", 16, "text"),
    ("authority", "授权权限", "授权", 16, "text"),
    ("period_start", "起始日期", "授权时间", 12, "date"),
    ("period_end", "截止日期", "授权时间", 12, "date"),
    ("funds_amount", "工作经费(元)", "", 14, "money"),
    ("scope", "进入范围", "", 26, "long_text"),
    ("received_on", "收件日期", "审批", 12, "date"),
    ("decided_on", "审结日期", "审批", 12, "date"),
    ("decision_days", "审批用时(工作日)", "审批", 10, "number"),
    ("outcome", "审批结果", "审批", 12, "text"),
    ("approved_by", "审批人", "审批", 12, "text"),
    ("street_contact", "街道对接人", "", 18, "long_text"),
    ("entry_kind", "登记类型", "", 10, "text"),
    ("ended_on", "终止日期", "终止", 12, "date"),
    ("exit_reason", "终止原因", "终止", 20, "long_text"),
    ("state", "状态", "", 10, "text"),
    ("contact_name", "联系人", "", 10, "text"),
    ("contact_phone", "联系电话", "", 16, "text"),
    ("remarks", "备注", "", 20, "long_text"),
)

CATALOGUE_COLUMNS: tuple[tuple[str, str, str, int, str], ...] = (
    ("position", "序号", "", 6, "number"),
    ("class_name", "事项类别", "", 18, "text"),
    ("matter_name", "工作事务名称", "", 30, "text"),
    ("content", "事务内容", "", 32, "long_text"),
    ("legal_basis", "法律法规政策依据", "", 28, "long_text"),
    ("applicant_unit", "责任部门", "", 18, "text"),
    ("duty", "社区协助职责范围", "", 28, "long_text"),
    ("flow", "运行流程", "", 20, "long_text"),
    ("executor", "协助主体", "", 12, "text"),
    ("period_text", "起止/频次", "", 20, "text"),
    ("funds_text", "经费保障", "", 20, "text"),
    ("filing_number", "准入编号", "", 22, "text"),
    ("change", "本年变化", "", 10, "text"),
    ("remarks", "备注", "", 20, "long_text"),
)


def columns(rows: Sequence[ColumnRow]) -> tuple[Column, ...]:
    """The columns as the workbook writer takes them; money is summed."""
    return tuple(
        Column(key, label, cast(Any, kind), group, width, total=kind == "money", merged=key == "class_name")
        for key, label, group, width, kind in rows
    )
