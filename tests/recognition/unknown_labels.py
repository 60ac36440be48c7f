"""Labels that offices write and the shipped form does not know.

Written down before the recogniser was made to meet any of them, and not to be tuned on: neither the form's words
nor a rule of the recogniser may be chosen to fit one. `python -m tests.recognition` reports how it fares with them.
"""

from __future__ import annotations

UNKNOWN_LABELS: dict[str, tuple[str, ...]] = {
    "applicant_unit": (
        "呈报单位",
        "发起单位",
        "主办部门",
        "来文单位",
        "职能部门",
        "送审单位",
        "事项主管单位",
    ),
    "unit_head": ("部门主要领导", "单位一把手", "法定代表人", "科室负责同志", "审签领导"),
    "contact_name": ("业务联络员", "具体经办同志", "填报人", "对接同志", "办理人员"),
    "contact_phone": ("办公座机", "联络号码", "咨询电话", "移动电话", "通讯方式", "座机或手机"),
    "contact_id": ("证件编号", "有效证件", "证照号", "证件信息"),
    "matter_name": ("项目名称", "任务名称", "拟进社区事项", "下沉事项", "入社区工作名目", "活动名称"),
    "duration_class": ("开展周期", "常态或阶段性", "任务属性", "存续类型", "时间属性"),
    "executor": ("配合力量", "落实主体", "参与力量", "由谁协助", "基层承接方"),
    "legal_basis": ("文件出处", "法律条文", "来源文件", "上级要求", "政策出处", "有关规定"),
    "reason": ("背景", "为什么要进社区", "提出缘由", "目的意义", "工作背景"),
    "content": ("具体任务", "需社区配合事项", "任务描述", "社区要做什么", "实施内容", "工作任务"),
    "target_group": ("受众", "面向人群", "覆盖人群", "受益群体", "适用人群"),
    "authority": ("社区职权", "可行使的职权", "授予的权力", "职责边界", "工作边界"),
    "period_start": ("启动日", "实施起点", "何时开始", "启用日期", "生效日"),
    "period_end": ("完成日", "到期日", "何时结束", "失效日期", "收尾时间"),
    "scope": ("覆盖街镇", "涉及镇街", "铺开区域", "下沉至", "适用街道"),
    "funds_amount": ("经费预算", "资金额度", "补助资金", "配套资金", "费用"),
    "funds_source": ("资金渠道", "列支渠道", "出资方", "经费出处", "开支科目"),
    "staff_equipment": ("保障条件", "人财物支持", "配套力量", "支持条件", "设备物资"),
    "opinions_heard": ("社区反映", "居委会怎么说", "基层反馈", "街镇反馈意见"),
    "remarks": ("其他事项", "补充", "附言", "需要说明的问题"),
}
"""Field key of the application -> words for it that the form does not have."""

UNKNOWN_COMPOUNDS: dict[tuple[str, str], tuple[str, ...]] = {
    ("period_start", "period_end"): ("实施周期", "工作起讫", "从何时到何时"),
    ("funds_amount", "funds_source"): ("费用及出处", "钱从哪里来、多少", "资金安排"),
    ("contact_name", "contact_phone"): ("对接同志及号码", "联络员(姓名、手机)", "怎么联系"),
}
"""Words for two fields in one cell that the form does not have."""
