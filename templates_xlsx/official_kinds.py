"""The official tables of what is admitted besides work: ledgers, boards, assessments, systems. Drawn by `build_official`."""

from __future__ import annotations

from templates_xlsx.official_lines import Cell, Line, Official, box, one, two

DURATIONS = "□长期性(一年以上)\n□短期    □临时性"
FREQUENCIES = "□一次性 □每日 □每周 □每月\n□每季 □每年 □随时更新"
CYCLES = "□一次性 □每月 □每季 □每年"
NOTE = "注:涉密事项请线下办理;本表一式三份。"
HEAD = (Cell("编号", ("application_number",)), Cell("填表日期", ("application_date",)))
YES_NO = "□是    □否"


def _official(
    sheet: str, title: str, name: str, nature: Line, own: tuple[Line, ...], content: str
) -> Official:
    """What the four have in common stands where it stands in the table of work."""
    return Official(
        sheet,
        title,
        HEAD,
        (
            two(Cell("申请单位\n(盖章)", ("applicant_unit",)), Cell("单位负责人", ("unit_head",))),
            two(Cell("联系人", ("contact_name",)), Cell("联系电话", ("contact_phone",))),
            one(name, "matter_name"),
            nature,
            *own,
            one("上位法或文件依据\n(名称、文号、条款)", "legal_basis", height=50),
            one("申请理由", "reason", height=46),
            one(content, "content", height=60),
            two(
                Cell("使用期限\n(起止)", ("period_start", "period_end")),
                Cell("进入范围\n(街道/社区)", ("scope",)),
            ),
            two(
                Cell("拨付工作经费\n(金额、来源)", ("funds_amount", "funds_source")),
                Cell("配备人员及设备", ("staff_equipment",)),
            ),
            one("听取基层意见\n情况", "opinions_heard"),
            box("申请单位意见", "unit_opinion"),
            box("区民政局\n审核意见", "bureau_opinion"),
            one("备注", "remarks", height=34),
        ),
        NOTE,
    )


KINDS = {
    "台账准入审批表.xlsx": _official(
        "台账准入审批表",
        "社区台账(报表)准入审批表",
        "台账(报表)名称",
        two(
            Cell("使用期限类别", ("duration_class",), DURATIONS),
            Cell("种类", ("ledger_kind",), "□台账 □报表 □调查表"),
        ),
        (
            two(Cell("报送频次", ("frequency",), FREQUENCIES), Cell("替代的原有台账", ("replaces",))),
            one("栏目", "column_list", height=100),
            two(
                Cell("期末后几日内\n填完", ("due_days",)),
                Cell("可查看敏感栏\n的部门", ("masked_readers",)),
            ),
            one("已有台账采集\n的栏目", "already_collected", height=44),
            one("不能共用已有\n数据的原因", "collect_again", height=36),
        ),
        "填报说明",
    ),
    "机构牌子准入审批表.xlsx": _official(
        "机构牌子准入审批表",
        "社区机构牌子准入审批表",
        "机构、牌子名称",
        two(
            Cell("设立期限类别", ("duration_class",), DURATIONS),
            Cell("申请事项", ("board_kinds",), "□设立工作机构\n□加挂牌子、标识\n□设立专门场所 □配备专职人员"),
            height=58,
        ),
        (
            two(
                Cell("悬挂位置", ("board_place",), "□办公场所外 □室内\n□不悬挂"),
                Cell("牌子字样、规格", ("board_text",)),
            ),
            one("撤销或合并的\n原有机构、牌子", "replaces"),
        ),
        "职责任务",
    ),
    "考核评比准入审批表.xlsx": _official(
        "考核评比准入审批表",
        "社区考核评比准入审批表",
        "考核评比项目名称",
        two(
            Cell("开展期限类别", ("duration_class",), DURATIONS),
            Cell("项目类别", ("assessment_kind",), "□考核 □检查 □评比 □达标\n□示范创建 □责任书"),
        ),
        (
            two(Cell("开展周期", ("frequency",), CYCLES), Cell("一票否决", ("veto",), YES_NO)),
            one("方式和结果运用", "method", height=56),
            one("合并的原有项目", "replaces"),
        ),
        "考核评比内容、\n标准",
    ),
    "信息系统准入审批表.xlsx": _official(
        "信息系统准入审批表",
        "社区信息系统准入审批表",
        "信息系统名称",
        two(
            Cell("使用期限类别", ("duration_class",), DURATIONS),
            Cell("形式", ("system_kind",), "□网页系统 □手机应用、小程序\n□工作群、公众号 □专用终端"),
        ),
        (
            two(Cell("使用人员", ("users",)), Cell("使用频次", ("frequency",), FREQUENCIES)),
            one("要求社区录入的\n数据", "data_items", height=60),
            two(
                Cell("已与社区综合信息\n平台对接", ("integrated",), YES_NO),
                Cell("对接安排", ("integration",)),
            ),
            one("替代的原有系统", "replaces"),
        ),
        "社区使用内容",
    ),
}
"""File name -> table."""
