"""经费 of the sample office: promised, arrived and spent of two matters, one of them late."""

from __future__ import annotations

from workflows.admission.sample.desk import Desk

ENTRIES = (
    # days ago, who, unit, matter, kind, amount, day it is of (days ago), place, purpose, document
    (
        50,
        "chengguan",
        "区城市管理委员会",
        "厨余垃圾分类入户指导",
        "promised",
        "120000",
        40,
        "",
        "",
        "津丽城〔2026〕18号",
    ),
    (
        38,
        "chengguan",
        "区城市管理委员会",
        "厨余垃圾分类入户指导",
        "arrived",
        "60000",
        38,
        "新立街道",
        "",
        "拨付单0917",
    ),
    (
        20,
        "xinli",
        "新立街道",
        "厨余垃圾分类入户指导",
        "spent",
        "18600",
        20,
        "新立街道",
        "宣传品印制",
        "发票20260931",
    ),
    (
        60,
        "fayuan",
        "区人民法院",
        "巡回法庭进社区便民服务",
        "promised",
        "26000",
        15,
        "",
        "",
        "津丽法〔2026〕7号",
    ),
)


def money(desk: Desk) -> None:
    """Enter them by the form."""
    for ago, who, unit, matter, kind, amount, day, place, purpose, document in ENTRIES:
        posted = {
            "unit": unit,
            "kind": kind,
            "matter_name": matter,
            "amount": amount,
            "on_date": desk.day(day).isoformat(),
            "purpose": purpose,
            "document": document,
            "contact_name": "经办人",
        }
        if place:
            posted["place"] = place
        desk.start(ago, who, "funds", posted)
