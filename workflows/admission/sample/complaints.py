"""Reports of work that was handed down without admission, in every state of `supervise`; told like the other stories."""

from __future__ import annotations

from typing import Any

from workflows.admission.sample.desk import Case, Desk


def supervisions(desk: Desk) -> None:
    """Not accepted, unfounded, corrected and circulated, transferred, and at three desks still."""
    declined(desk)
    corrected(desk)
    transferred(desk)
    unfounded(desk)
    on_the_way(desk)


def _report(desk: Desk, ago: int, who: str, matter: str, unit: str, **fields: Any) -> Case:
    posted = {
        "source": "community",
        "accused_unit": unit,
        "matter_name": matter,
        "handed_by": "wechat",
        "handed_on": desk.day(ago + 2).isoformat(),
        "problems": ["not_admitted"],
        "details": f"要求社区承担“{matter}”，未见准入文件。",
        **fields,
    }
    return desk.start(ago, who, "supervise", posted)


def _from_dongyuan(desk: Desk, ago: int, matter: str, unit: str, **fields: Any) -> Case:
    community = {"community": "新立东园社区居民委员会", "reporter_name": "任静怡"}
    return _report(desk, ago, "dongyuan", matter, unit, **community, reporter_phone="022-84901133", **fields)


def _from_hotline(desk: Desk, ago: int, matter: str, unit: str, **fields: Any) -> Case:
    citizen = {"source": "hotline", "hotline_number": f"TJ12345-{ago:04d}", "reporter_name": "祝云珍"}
    return _report(desk, ago, "minzheng", matter, unit, **citizen, reporter_phone="13800004477", **fields)


def _accept(desk: Desk, ago: int, case: Case, ask: str = "no") -> None:
    desk.do(ago, "minzheng", case, "accept", decision="accept", ask_street=ask, opinion="予以受理。")


def _proven(desk: Desk, ago: int, case: Case, unit: str) -> None:
    found = {"responsible_unit": unit, "breaches": ["not_admitted"]}
    words = "经核查，该事务未履行准入审批程序，情况属实。"
    desk.do(ago, "minzheng", case, "investigate", decision="confirmed", opinion=words, **found)


def _order(desk: Desk, ago: int, case: Case, by: int, *, notice: str = "no", serious: str = "no") -> None:
    posted = {"correct_by": desk.day(by).isoformat(), "notice": notice, "serious": serious}
    words = "立即停止向社区下派该事务，撤回已下发的表格和要求，书面报告整改情况。"
    desk.do(ago, "minzheng_kz", case, "order", decision="order", opinion=words, **posted)


def _corrected(desk: Desk, ago: int, who: str, case: Case, name: str) -> None:
    posted = {"corrected_on": desk.day(ago).isoformat(), "corrected_by": name}
    desk.do(ago, who, case, "correct", opinion="已停止下派并通知有关社区，表格已撤回。", **posted)
    desk.do(ago - 1, "minzheng", case, "recheck", decision="passed", opinion="经复核，整改到位。")


def declined(desk: Desk) -> None:
    """Handed down rightly: the matter is admitted, and enters this community."""
    unit = "区城市管理委员会"
    case = _from_dongyuan(desk, 45, "厨余垃圾分类入户指导", unit, problems=["out_of_scope"])
    words = "该事项已备案，且已进入你社区，按规定协助办理。"
    desk.do(44, "minzheng", case, "accept", decision="decline", opinion=words)


def corrected(desk: Desk) -> None:
    """True, corrected in time, circulated."""
    case = _from_dongyuan(desk, 40, "商户经营信息摸底填报", "区城市管理委员会")
    _accept(desk, 39, case, ask="yes")
    desk.do(37, "xinli", case, "street", decision="true", opinion="经向所辖社区了解，情况属实。")
    _proven(desk, 35, case, "区城市管理委员会")
    _order(desk, 34, case, 24, notice="yes")
    _corrected(desk, 27, "chengguan", case, "高静")
    posted = {
        "notice_units": ["区城市管理委员会", "区人民法院"],
        "notice_title": "关于未经准入下派社区工作事务问题的通报",
    }
    words = "对未经准入向社区下派报表的问题予以通报，各单位引以为戒。"
    desk.do(24, "minzheng", case, "notice", opinion=words, **posted)


def transferred(desk: Desk) -> None:
    """A citizen's complaint: grave, with the discipline inspection, the citizen still to be told."""
    case = _from_hotline(desk, 30, "小区停车收费纠纷执法", "区城市管理委员会")
    _accept(desk, 29, case)
    _proven(desk, 25, case, "区城市管理委员会")
    _order(desk, 24, case, 14, serious="yes")
    _corrected(desk, 16, "chengguan", case, "高静")
    posted = {"case_number": "线索2026-017", "case_received_on": desk.day(1).isoformat()}
    desk.do(1, "jiwei", case, "discipline", decision="receive", opinion="已接收，按规定追责问责。", **posted)


def unfounded(desk: Desk) -> None:
    """Looked into and not true."""
    case = _from_dongyuan(desk, 20, "居民信用档案采集", "区人民法院", handed_by="oral")
    _accept(desk, 19, case)
    words = "经核查，区人民法院未向社区下派该事务，系宣传活动通知。"
    desk.do(15, "minzheng", case, "investigate", decision="unfounded", opinion=words)


def on_the_way(desk: Desk) -> None:
    """Just reported, under inquiry, to be corrected by a unit, with the discipline inspection."""
    grave = _from_dongyuan(desk, 18, "沿街门店红黑榜排名上报", "区城市管理委员会")
    _accept(desk, 17, grave)
    _proven(desk, 14, grave, "区城市管理委员会")
    _order(desk, 13, grave, 5, serious="yes")
    _corrected(desk, 6, "chengguan", grave, "高静")
    ordered = _from_hotline(desk, 12, "案件执行张贴公告并拍照回传", "区人民法院")
    _accept(desk, 11, ordered)
    _proven(desk, 7, ordered, "区人民法院")
    _order(desk, 6, ordered, -4, notice="yes")
    asked = _from_dongyuan(
        desk, 6, "垃圾分类APP注册率统计", "区城市管理委员会", problems=["not_admitted", "duplicate"]
    )
    _accept(desk, 5, asked, ask="yes")
    posted = {
        "community": "丰年秀丽社区居民委员会",
        "reporter_name": "窦文娟",
        "reporter_phone": "022-84906622",
    }
    _report(desk, 1, "xiuli", "违法建设线索报告", "区城市管理委员会", **posted)
