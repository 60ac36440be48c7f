"""经费 of the sample office: promised, arrived and spent of two matters, one of them late."""

from __future__ import annotations

from workflows.admission.sample.desk import Desk

GARBAGE, BICYCLES = "厨余垃圾分类入户指导", "共享单车停放秩序巡查"
CITY, STREET = ("chengguan", "区城市管理委员会"), ("xinli", "新立街道")
ENTRIES = (
    # days ago, who and unit, matter, kind, amount, the day it is of (days ago), place, purpose, document
    (60, CITY, BICYCLES, "promised", "48000", 15, "", "", "津丽城〔2026〕11号"),
    (50, CITY, GARBAGE, "promised", "120000", 40, "", "", "津丽城〔2026〕18号"),
    (38, CITY, GARBAGE, "arrived", "60000", 38, "新立街道", "", "拨付单0917"),
    (36, CITY, GARBAGE, "arrived", "24000", 36, "华明街道", "", "拨付单0921"),
    (25, ("huaming", "华明街道"), GARBAGE, "spent", "9200", 25, "华明街道", "督导补贴", "领款单12"),
    (20, STREET, GARBAGE, "spent", "18600", 20, "新立街道", "宣传品印制", "发票20260931"),
)


def money(desk: Desk) -> None:
    """Enter them by the form."""
    for ago, (who, unit), matter, kind, amount, day, place, purpose, document in ENTRIES:
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
