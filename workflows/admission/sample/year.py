"""A year of the sample office: what other units applied for, month by month, entered for them by the bureau.

Each line is one application that runs through the whole review; that is why the figures of 统计 have something to show.
"""

from __future__ import annotations

from dataclasses import dataclass

from workflows.admission.sample.desk import Desk
from workflows.admission.sample.people import STREETS


@dataclass(frozen=True)
class Told:
    """An application of the year. Days are working days before today.

    Attributes:
        ago: when it was entered and received.
        took: working days until the leader decided.
        lasts: working days from its start to its end; 0: open.
        left: when it left again, days ago; 0: it did not.
        outcome: agree | conditional | refuse.
    """

    ago: int
    unit: str
    name: str
    took: int
    street: str
    lasts: int = 0
    outcome: str = "agree"
    funds: str = "12000"
    left: int = 0


YEAR: tuple[Told, ...] = (
    Told(242, "区卫生健康委员会", "冬季流感疫苗接种摸底", 6, "新立街道", 60),
    Told(236, "区妇女联合会", "家庭教育指导服务点建设", 9, "万新街道", left=150),
    Told(228, "区统计局", "人口变动抽样调查入户陪同", 5, "华明街道", 45),
    Told(221, "区残疾人联合会", "残疾人康复需求走访", 8, "金钟街道"),
    Told(214, "区文化和旅游局", "春节群众文化活动组织", 4, "丰年村街道", 30),
    Told(205, "区司法局", "人民调解员信息核对", 7, "张贵庄街道", outcome="conditional", left=96),
    Told(199, "区生态环境局", "散煤复燃巡查", 12, "无瑕街道", 70),
    Told(190, "区医疗保障局", "居民医保参保提醒", 6, "新立街道", 80),
    Told(184, "区住房和建设委员会", "老旧小区改造意愿征询", 9, "东丽湖街道", left=70),
    Told(176, "区退役军人事务局", "优待证申领通知", 3, "军粮城街道", 50),
    Told(171, "区教育局", "适龄儿童入学信息核验", 10, "金桥街道", 60),
    Told(163, "区应急管理局", "防汛应急物资清点", 5, "华明街道", 90),
    Told(158, "区人力资源和社会保障局", "高校毕业生就业登记", 8, "万新街道", left=31),
    Told(150, "区消防救援支队", "电动自行车充电隐患排查", 11, "新立街道", funds="86000"),
    Told(143, "公安分局", "反诈宣传入户签收", 7, "金钟街道", outcome="refuse"),
    Told(137, "区卫生健康委员会", "老年人健康体检通知", 6, "丰年村街道", 60),
    Told(129, "区司法局", "法律明白人培育", 4, "无瑕街道", left=62),
    Told(117, "区残疾人联合会", "无障碍设施体验反馈", 9, "张贵庄街道", left=12),
    Told(110, "区文化和旅游局", "图书流动站服务", 5, "东丽湖街道", 120),
    Told(104, "区统计局", "劳动力调查样本核实", 8, "军粮城街道", 40),
    Told(93, "区教育局", "暑期安全提示张贴", 3, "金桥街道", 35),
    Told(86, "区生态环境局", "餐饮油烟宣传单发放", 13, "华明街道", 50, funds="0"),
    Told(79, "区妇女联合会", "妇女儿童维权站值守", 7, "万新街道"),
    Told(72, "区应急管理局", "安全生产月宣传", 4, "新立街道", 25),
    Told(66, "区人力资源和社会保障局", "失业人员技能培训动员", 6, "金钟街道"),
    Told(58, "区医疗保障局", "长护险申请协助", 8, "丰年村街道", funds="45000"),
    Told(49, "公安分局", "出租房屋信息核对", 9, "无瑕街道", outcome="conditional"),
    Told(42, "区退役军人事务局", "烈士家属慰问陪同", 5, "张贵庄街道", 40),
    Told(36, "区住房和建设委员会", "供热质量回访", 10, "东丽湖街道", 100),
    Told(28, "区消防救援支队", "高层住宅疏散演练", 6, "军粮城街道", 60),
)


def year(desk: Desk) -> None:
    """Tell what the year brought."""
    for told in YEAR:
        _run(desk, told)


def _run(desk: Desk, told: Told) -> None:
    starts = told.ago - told.took - 4
    posted = {
        "confidential": "no",
        "applicant_unit": told.unit,
        "unit_head": "单位负责人",
        "contact_name": "联络员",
        "contact_phone": "022-84900000",
        "matter_name": told.name,
        "duration_class": "short_term" if told.lasts else "long_term",
        "executor": ["community"],
        "legal_basis": "上级部门年度工作要点",
        "reason": "工作开展需社区协助联系居民、宣传动员。",
        "content": f"协助开展{told.name}，登记并反馈结果。",
        "target_group": "辖区常住居民",
        "authority": "联系居民、宣传动员、情况反馈",
        "period_start": desk.day(starts).isoformat(),
        "scope": [told.street],
        "funds_amount": told.funds,
        "funds_source": "部门预算",
        "application_date": desk.day(told.ago).isoformat(),
        "late_reason": "上级部署时间较紧",
    }
    if told.lasts:
        posted["period_end"] = desk.day(starts - told.lasts).isoformat()
    found = desk.start(told.ago, "minzheng", "apply", posted, for_unit=told.unit)
    desk.receive(told.ago, found)
    decided = told.ago - told.took
    if told.outcome == "refuse":
        words = "无法律法规依据，属部门自身职责。"
        desk.do(decided + 1, "minzheng", found, "clerk", decision="refuse", opinion=words)
        desk.sign(decided, found, "refuse", "不得转嫁社区，不予准入。")
        return
    words = "依据充分，权责与经费对应，拟同意准入。"
    desk.do(decided + 1, "minzheng", found, "clerk", decision="agree", opinion=words)
    conditions = {"conditions": "经费足额到位后实施。"} if told.outcome == "conditional" else {}
    desk.sign(decided, found, told.outcome, **conditions)
    desk.file(decided - 1, found)
    desk.hand_over(decided - 2, found, STREETS[told.street][0])
    if told.left:
        _leave(desk, told)


def _leave(desk: Desk, told: Told) -> None:
    """The work is done; the bureau enters the exit, its subdistrict tells the communities."""
    posted = {
        "applicant_unit": told.unit,
        "contact_name": "联络员",
        "contact_phone": "022-84900000",
        "matter_name": told.name,
        "exit_kind": "done",
        "exit_reason": "工作已完成，不再需要社区协助。",
        "exit_on": desk.day(told.left - 3).isoformat(),
        "funds_settlement": "已结清",
        "notified": "已告知街道",
    }
    found = desk.start(told.left, "minzheng", "terminate", posted, for_unit=told.unit)
    desk.do(told.left - 1, "minzheng", found, "clerk", decision="agree", opinion="材料齐全，拟准予退出。")
    desk.do(told.left - 2, "minzheng_kz", found, "chief", decision="agree", opinion="准予退出。")
    street, name = STREETS[told.street]
    notified = {
        "decision": "notified",
        "notified_on": desk.day(told.left - 4).isoformat(),
        "signed_by": name,
    }
    desk.do(told.left - 4, street, found, "notify", **notified)
