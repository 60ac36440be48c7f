"""A change of an admitted matter, reviewed and in effect; told like the other stories."""

from __future__ import annotations

from workflows.admission.sample.desk import Desk


def changed(desk: Desk) -> None:
    """More money for a matter whose work is spelt out: what stood before is kept beside it."""
    posted = {
        "applicant_unit": "区城市管理委员会",
        "matter_name": "厨余垃圾分类入户指导",
        "new_content": "协助开展厨余垃圾分类入户指导，每季度一次，登记并反馈结果。",
        "new_funds_amount": "150000",
        "change_reason": "入户指导改为每季度一次，工作经费相应增加。",
        "change_basis": "《固体废物污染环境防治法》第四十三条",
        "effective_on": desk.day(21).isoformat(),
        "contact_name": "高静",
        "contact_phone": "022-84375201",
    }
    case = desk.start(26, "chengguan", "change", posted)
    desk.do(25, "chengguan_ld", case, "unit_leader", decision="agree", opinion="同意变更。")
    desk.do(25, "minzheng", case, "receive", decision="accept", received_on=desk.day(25).isoformat())
    desk.do(24, "minzheng", case, "clerk", decision="agree", opinion="变更依据充分，拟同意变更。")
    desk.do(24, "wangge", case, "grid", decision="agree", opinion="同意变更，网格力量可以承接。")
    desk.do(23, "minzheng_kz", case, "chief", decision="agree", opinion="同意变更。")
    desk.do(22, "minzheng_ld", case, "leader", decision="agree", opinion="同意变更。")
    on = desk.day(21).isoformat()
    desk.do(21, "minzheng_yz", case, "seal", decision="agree", sealed_on=on, copies="3")
