"""Requests for two communities of the sample office, entered by their subdistricts. None of these residents exists."""

from __future__ import annotations

from workflows.admission.sample.desk import Desk

_DONGYUAN, _XIULI = "新立街道/新立东园社区居民委员会", "丰年村街道/丰年秀丽社区居民委员会"

WORK = (
    (9, "2", "报送居民代表会议决议", "东园居〔2026〕5号", "新立街道"),
    (8, "1", "借用社区活动场地的函", "", "新立街道文化站"),
    (6, "3", "社区公益项目协议书", "2026年第2号", "区社会组织服务中心"),
    (4, "1", "上报低保家庭复核情况", "", "新立街道公共服务办"),
    (2, "1", "志愿服务队登记表", "", "新立街道团工委"),
)
"""Uses of the work seal: working days ago, copies, for what, on what, where it went."""


def certificates(desk: Desk) -> None:
    """One is issued under seal; one is refused, as the list says; one stands in no list."""
    case = desk.start(
        8,
        "xinli",
        "certificate",
        {
            "community": _DONGYUAN,
            "item_name": "居住情况证明",
            "demanded_by": "公安新立派出所",
            "purpose": "办理居住证",
            "demand_basis": "《居住证暂行条例》第九条",
            "applicant_name": "史文秀",
            "id_number": "130133199002150027",
            "applicant_phone": "13800007788",
            "materials": ["id_card", "evidence"],
            "statement": "史文秀自2026年3月起居住在新立东园社区6号楼2门301室，情况属实。",
            "promised": "yes",
        },
    )
    desk.do(8, "xinli", case, "verify", decision="issue", opinion="经核对租赁合同并入户核实，情况属实。")
    on = desk.day(7).isoformat()
    desk.do(7, "xinli", case, "seal", decision="agree", copies="1", sealed_on=on, opinion="同意出具。")
    asked = {
        "purpose": "应聘",
        "applicant_name": "段立强",
        "id_number": "120110198811230035",
        "statement": "证明本人没有违法犯罪记录。",
        "promised": "yes",
    }
    desk.start(6, "xinli", "certificate", {**asked, "community": _DONGYUAN, "item_name": "无犯罪记录证明"})
    outside = {**asked, "community": _XIULI, "item_name": "宠物饲养情况证明", "purpose": "办理犬证"}
    desk.start(5, "fengniancun", "certificate", outside)
    for ago, copies, subject, document, sent in WORK:
        use = {"community": _DONGYUAN, "seal": "committee", "used_on": desk.day(ago).isoformat()}
        use |= {"copies": copies, "subject": subject, "document": document, "purpose": sent}
        desk.start(ago, "xinli", "seal_use", {**use, "approved_by": "崔玉萍", "used_by": "崔玉萍"})
