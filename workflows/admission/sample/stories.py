"""What happened in the sample office of late: applications in every state, each made by running its process.

A story says how many working days ago each step was taken, so that the office looks alive whenever it is loaded.
"""

from __future__ import annotations

from typing import Any

from workflows.admission.sample.certificates import certificates
from workflows.admission.sample.changes import changed
from workflows.admission.sample.complaints import supervisions
from workflows.admission.sample.desk import Case, Desk
from workflows.admission.sample.evaluation import evaluations
from workflows.admission.sample.money import money
from workflows.admission.sample.people import STREETS
from workflows.admission.sample.year import year

_BASE: dict[str, Any] = {
    "confidential": "no",
    "duration_class": "long_term",
    "executor": ["community"],
    "reason": "工作开展需社区协助联系居民、宣传动员。",
    "target_group": "辖区常住居民",
    "authority": "联系居民、宣传动员、情况反馈",
    "funds_source": "部门预算",
    "staff_equipment": "派驻工作人员1名",
    "opinions_heard": "已征求有关街道意见。",
    "late_reason": "上级部署时间较紧",
}
_COURT = {
    "applicant_unit": "区人民法院",
    "unit_head": "周兰",
    "contact_name": "吴桂玉",
    "contact_phone": "022-84908838",
}
_CITY = {
    "applicant_unit": "区城市管理委员会",
    "unit_head": "徐建国",
    "contact_name": "高静",
    "contact_phone": "022-84905566",
}
_UNITS = {"fayuan": _COURT, "chengguan": _CITY}


def tell_all(desk: Desk) -> None:
    """Tell every story, then let it happen."""
    for story in (
        year,
        filed,
        conditional,
        refused_and_withdrawn,
        under_review,
        on_the_clerks_desk,
        in_the_unit,
        emergencies,
        changed,
        exits,
        supervisions,
        evaluations,
        certificates,
        money,
    ):
        story(desk)
    desk.run()


def _apply(desk: Desk, ago: int, unit: str, name: str, starts: int, ends: int | None, **fields: Any) -> Case:
    """An application handed in `ago` days ago, for the time from `starts` to `ends` (days ago; None: open)."""
    posted = {
        **_BASE,
        **_UNITS[unit],
        "matter_name": name,
        "content": f"协助开展{name}，登记并反馈结果。",
        "legal_basis": "《天津市社区组织依法协助政府工作有关规定》",
        "application_date": desk.day(ago).isoformat(),
        "period_start": desk.day(starts).isoformat(),
        **fields,
    }
    if ends is not None:
        posted["period_end"] = desk.day(ends).isoformat()
    return desk.start(ago, unit, "apply", posted)


def _to_clerk(
    desk: Desk, ago: int, unit: str, name: str, starts: int, ends: int | None, **fields: Any
) -> Case:
    """One that was received a day after it was handed in and lies on the reviewing clerk's desk."""
    found = _apply(desk, ago, unit, name, starts, ends, **fields)
    desk.unit_chain(ago, unit, found)
    desk.receive(ago - 1, found)
    return found


def _agreed(desk: Desk, ago: int, found: Case, *, grid: bool = False) -> None:
    words = "依据充分，权责与经费对应，拟同意准入。"
    desk.do(ago, "minzheng", found, "clerk", decision="agree", opinion=words)
    if grid:
        desk.do(ago, "wangge", found, "grid", decision="agree", opinion="同意由网格员协助。")


def filed(desk: Desk) -> None:
    """Admitted: over, soon over, in force, not yet in force, and still to be signed for."""
    one = _to_clerk(
        desk,
        128,
        "fayuan",
        "诉前调解进社区",
        120,
        15,
        duration_class="short_term",
        scope=["新立街道", "万新街道"],
        funds_amount="20000",
        legal_basis="《人民调解法》第七条",
    )
    _agreed(desk, 124, one)
    desk.sign(122, one)
    desk.file(121, one)
    desk.hand_over(120, one, "xinli", "wanxin")
    two = _to_clerk(
        desk,
        96,
        "chengguan",
        "共享单车停放秩序巡查",
        88,
        -18,
        executor=["grid"],
        scope=["张贵庄街道"],
        funds_amount="48000",
        legal_basis="《城市市容管理条例》第二十一条",
    )
    _agreed(desk, 92, two, grid=True)
    desk.sign(90, two)
    desk.file(90, two)
    desk.dispatch(89, two, "WG-0312")
    three = _to_clerk(
        desk,
        60,
        "chengguan",
        "厨余垃圾分类入户指导",
        52,
        -400,
        executor=["community", "grid"],
        scope=["新立街道", "华明街道"],
        funds_amount="120000",
        legal_basis="《固体废物污染环境防治法》第四十三条",
    )
    _agreed(desk, 57, three, grid=True)
    desk.sign(55, three)
    desk.file(54, three)
    desk.hand_over(53, three, "xinli", "huaming")
    desk.dispatch(53, three, "WG-0508")
    four = _to_clerk(
        desk,
        16,
        "fayuan",
        "涉民生案件执行线索征集",
        -12,
        -300,
        scope=["军粮城街道", "金桥街道"],
        funds_amount="36000.50",
        legal_basis="《民事诉讼法》第二百四十九条",
    )
    _agreed(desk, 13, four)
    desk.sign(11, four)
    desk.file(10, four)
    desk.hand_over(9, four, "junliangcheng", "jinqiao")
    five = _to_clerk(
        desk,
        9,
        "chengguan",
        "户外广告设施安全自查宣传",
        -8,
        -260,
        scope=["万新街道", "丰年村街道", "金钟街道"],
        funds_amount="15000",
    )
    _agreed(desk, 6, five)
    desk.sign(4, five)
    desk.file(2, five)
    desk.hand_over(1, five, "wanxin")


def conditional(desk: Desk) -> None:
    """Approval with conditions."""
    found = _to_clerk(
        desk, 40, "fayuan", "巡回法庭进社区便民服务", 30, -220, scope=["金钟街道"], funds_amount="26000"
    )
    _agreed(desk, 37, found)
    desk.sign(35, found, "conditional", conditions="经费足额到位并与街道签订协议后实施。")
    desk.file(34, found)
    desk.hand_over(33, found, "jinzhong")


def refused_and_withdrawn(desk: Desk) -> None:
    """不予准入 with reasons, and one that the unit took back."""
    one = _to_clerk(
        desk, 30, "chengguan", "商户满意度问卷入户填报", 20, -200, funds_amount="0", scope=["全区"]
    )
    desk.do(27, "minzheng", one, "clerk", decision="refuse", opinion="无上位法依据，属部门自身职责。")
    desk.sign(25, one, "refuse", "无法律法规依据，不得转嫁社区，不予准入。")
    two = _to_clerk(desk, 22, "fayuan", "社区法治讲堂场地保障", 12, -90, scope=["东丽湖街道"])
    desk.send(20, "fayuan", two, "withdraw", "场地另有安排，不再需要社区协助")


def under_review(desk: Desk) -> None:
    """At every desk of the review: overdue, due soon, with the grid centre, disputed, asked to supplement."""
    late = _to_clerk(
        desk,
        14,
        "chengguan",
        "背街小巷环境问题采集",
        -6,
        -250,
        scope=["无瑕街道", "张贵庄街道"],
        funds_amount="60000",
    )
    _agreed(desk, 11, late)
    desk.do(9, "minzheng_kz", late, "chief", decision="agree", opinion="同意。")
    soon = _to_clerk(
        desk, 11, "fayuan", "失信被执行人信息公示张贴", -7, -180, scope=["新立街道"], funds_amount="8000"
    )
    _agreed(desk, 6, soon)
    disputed = _to_clerk(
        desk,
        8,
        "chengguan",
        "犬只登记信息入户采集",
        -10,
        -200,
        executor=["community", "grid"],
        scope=["金钟街道", "万新街道"],
        funds_amount="32000",
        legal_basis="《天津市养犬管理条例》第九条",
    )
    desk.do(5, "minzheng", disputed, "clerk", decision="agree", opinion="拟同意准入。")
    desk.do(4, "wangge", disputed, "grid", decision="refuse", opinion="采集内容超出网格员职责范围。")
    grid = _to_clerk(
        desk,
        6,
        "chengguan",
        "井盖缺损隐患巡查上报",
        -9,
        -240,
        executor=["grid"],
        scope=["军粮城街道"],
        funds_amount="18000",
    )
    desk.do(3, "minzheng", grid, "clerk", decision="agree", opinion="拟同意准入。")
    lacking = _to_clerk(
        desk, 7, "fayuan", "多元解纷联络点设立", -15, -330, scope=["华明街道"], funds_amount="22000"
    )
    desk.do(
        4,
        "minzheng",
        lacking,
        "clerk",
        decision="supplement",
        supplement_items="请补充经费安排文件和街道意见。",
        opinion="材料不齐，请一次性补正。",
    )
    _to_clerk(
        desk, 3, "chengguan", "建筑垃圾投放点公示宣传", -14, -300, scope=["金桥街道"], funds_amount="9000"
    )
    desk_of_seal = _to_clerk(
        desk, 12, "fayuan", "知识产权保护宣传进社区", -11, -210, scope=["丰年村街道"], funds_amount="12000"
    )
    _agreed(desk, 8, desk_of_seal)
    desk.sign(1, desk_of_seal)


def on_the_clerks_desk(desk: Desk) -> None:
    """Ten working days from receipt: one that is overdue with the reviewing clerk, one that is due today."""
    _to_clerk(desk, 14, "fayuan", "社区矫正对象走访协助", -6, -240, scope=["金桥街道"], funds_amount="15000")
    _to_clerk(
        desk, 11, "chengguan", "餐饮油烟扰民线索核实", -9, -220, scope=["新立街道"], funds_amount="26000"
    )


def in_the_unit(desk: Desk) -> None:
    """Still inside the unit, returned to its clerk, and just handed in."""
    _apply(
        desk,
        1,
        "fayuan",
        "青少年模拟法庭活动组织",
        -16,
        -120,
        duration_class="short_term",
        scope=["东丽湖街道"],
    )
    back = _apply(desk, 2, "fayuan", "老年人防诈骗宣传", -13, -160, scope=["张贵庄街道"])
    desk.do(1, "fayuan_kz", back, "unit_head", decision="return", opinion="请补充经费来源后再报。")
    new = _apply(
        desk,
        0,
        "chengguan",
        "冬季除雪志愿服务组织",
        -10,
        -90,
        duration_class="temporary",
        scope=["新立街道", "万新街道"],
        funds_amount="10000",
    )
    desk.unit_chain(0, "chengguan", new)


def emergencies(desk: Desk) -> None:
    """One that was filed afterwards, one whose filing is still to be made up for."""
    for ago, name, done in ((45, "暴雨内涝隐患排查", True), (2, "燃气泄漏应急入户排查", False)):
        posted = {
            "confidential": "no",
            "matter_name": name,
            "reason": "突发情况，须立即排查处置。",
            "content": "网格员逐户排查，发现隐患立即上报。",
            "period_start": desk.day(ago).isoformat(),
            "period_end": desk.day(ago - 30).isoformat(),
            "scope": ["无瑕街道"],
            "contact_name": "刘洋",
            "contact_phone": "022-84907712",
        }
        found = desk.start(ago, "wangge", "emergency", posted)
        desk.dispatch(ago, found, f"WG-E{ago:03d}")
        if done:
            desk.do(ago - 2, "minzheng", found, "after", decision="agree", opinion="情况属实，予以备案。")


def exits(desk: Desk) -> None:
    """A matter of last year's catalogue that left, and one that is leaving."""
    for ago, unit, name, done in (
        (50, "chengguan", "违法建设线索报告", True),
        (3, "fayuan", "司法文书送达协助", False),
    ):
        posted = {
            **{key: value for key, value in _UNITS[unit].items() if key != "unit_head"},
            "matter_name": name,
            "exit_kind": "done",
            "exit_reason": "工作已完成，不再需要社区协助。",
            "exit_on": desk.day(ago - 4).isoformat(),
            "funds_settlement": "已结清",
            "notified": "已告知有关街道",
        }
        found = desk.start(ago, unit, "terminate", posted)
        desk.do(ago, f"{unit}_ld", found, "unit_leader", decision="agree", opinion="同意退出。")
        if done:
            desk.do(ago - 2, "minzheng", found, "clerk", decision="agree", opinion="材料齐全，拟准予退出。")
            desk.do(ago - 3, "minzheng_kz", found, "chief", decision="agree", opinion="准予退出。")
            for username, name in STREETS.values():
                posted = {
                    "decision": "notified",
                    "notified_on": desk.day(ago - 5).isoformat(),
                    "signed_by": name,
                }
                desk.do(ago - 5, username, found, "notify", **posted)
