"""The forms these tests read with, built by hand: the shipped ones may gain fields and words."""

from __future__ import annotations

from forms.fields import Box, Cell, Choice, Field, Form, Row


def field(
    key: str, label: str, kind: str = "text", synonyms: str = "", *, required: bool = False, choices: str = ""
) -> Field:
    answers = tuple(Choice(*each.split("=")) for each in choices.split("|") if each)
    words = tuple(each for each in synonyms.split("、") if each)
    return Field(key, label, kind, required=required, synonyms=words, choices=answers)


def application() -> Form:
    fields = (
        field("application_number", "编号", synonyms="受理编号、受理号"),
        field("application_date", "填表日期", "date", "申报时间、填报日期、申请日期"),
        field(
            "applicant_unit",
            "申请单位(盖章)",
            "unit",
            "申报单位、填报单位、申请部门、申报部门、牵头单位",
            required=True,
        ),
        field("unit_head", "单位负责人", "text", "负责人、分管领导、主要负责人"),
        field("contact_name", "联系人", "text", "经办人", required=True),
        field("contact_phone", "联系电话", "phone", "联系方式", required=True),
        field("matter_name", "工作事务名称", "text", "事项名称、准入事项、事务名称", required=True),
        field(
            "duration_class",
            "事项性质",
            "choice",
            "事项类别、工作性质",
            required=True,
            choices="long_term=长期性(一年以上)|short_term=短期|temporary=临时性",
        ),
        field(
            "executor",
            "协助主体",
            "choices",
            "协助方式、承办主体",
            required=True,
            choices="community=社区组织|grid=网格员",
        ),
        field(
            "legal_basis",
            "上位法或文件依据(名称、文号、条款)",
            "long_text",
            "政策依据、设立依据、依据",
            required=True,
        ),
        field("reason", "申请理由", "long_text", "准入理由、必要性"),
        field("content", "授权内容", "long_text", "工作内容、工作内容及要求", required=True),
        field("target_group", "授权对象", "text", "服务对象、工作对象"),
        field("authority", "授权权限", "text", "工作权限、权限"),
        field(
            "period_start", "授权时间(起)", "date", "开始日期、起始日期、起止时间、协助时限", required=True
        ),
        field("period_end", "授权时间(止)", "date", "结束日期、截止日期、起止时间、协助时限"),
        field("scope", "进入范围(街道/社区)", "units", "涉及社区、实施范围"),
        field("funds_amount", "拨付工作经费(元)", "money", "经费金额、工作经费"),
        field("funds_source", "经费来源", "text", ""),
        field("staff_equipment", "配备人员及设备", "text", "工作条件保障、人员设备"),
        field("opinions_heard", "听取基层意见情况", "long_text", "征求意见情况"),
        field("remarks", "备注", "text", "说明"),
    )
    by_key = {each.key: each for each in fields}
    layout = (
        Row((Cell(16, "授权时间(起止)", (by_key["period_start"], by_key["period_end"])),)),
        Row((Cell(16, "拨付工作经费(金额、来源)", (by_key["funds_amount"], by_key["funds_source"])),)),
    )
    boxes = (
        Box("unit_opinion", "申请单位意见", ("申报单位意见", "部门意见")),
        Box("bureau_opinion", "区民政局审核意见", ("民政局意见",)),
        Box("grid_opinion", "区网格化管理中心意见", ("网格中心意见",)),
    )
    return Form("admission_application", "社区工作事务准入审批表", fields, layout, boxes)


def catalogue() -> Form:
    fields = (
        field("class", "事项类别"),
        field("matter_name", "事务名称", synonyms="工作事务名称、事项名称", required=True),
        field("content", "事务内容", "long_text"),
        field("legal_basis", "法律法规政策依据", "long_text", "依据"),
        field("applicant_unit", "责任部门", "unit", required=True),
        field("authority", "社区协助职责范围"),
        field("executor", "协助主体", "choices", choices="community=社区组织|grid=网格员"),
        field("remarks", "备注"),
    )
    return Form("catalogue_entry", "指导目录", fields, ())


def organisation() -> Form:
    fields = (
        field("name", "机构名称", synonyms="单位名称", required=True),
        field("kind", "类型", required=True),
        field("parent", "上级机构"),
        field("contact_name", "联系人"),
        field("contact_phone", "联系电话", "phone"),
    )
    return Form("organisation_unit", "组织机构", fields, ())
