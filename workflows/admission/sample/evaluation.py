"""Last year's evaluation: rated by subdistricts, stations and residents, one matter found wanting, published."""

from __future__ import annotations

from typing import Any

from workflows.admission.sample.desk import Desk
from workflows.admission.sample.people import STREETS

WANTING = 7
"""Place of the matter that residents do not accept."""


def evaluations(desk: Desk) -> None:
    """Begun, rated by ten subdistricts, considered, signed."""
    began = desk.day(70)
    raters = ["street", "station", "residents"]
    posted: dict[str, Any] = {
        "year": str(began.year),
        "answer_by": desk.day(58).isoformat(),
        "raters": raters,
    }
    case = desk.start(70, "minzheng", "evaluate", posted)
    for place, (username, _name) in enumerate(STREETS.values()):
        for turn in range(len(raters)):
            marks = {
                f"rows-{row}-{aspect}": _mark(row, place + turn * 3 + step)
                for row in range(200)
                for step, aspect in enumerate(("usefulness", "effect", "funds", "acceptance"))
            }
            desk.do(66 - place % 5, username, case, "score", people=str(9 + place + turn), **marks)
    posted = {
        "contact_name": "周志远",
        "contact_phone": "022-84901111",
        "opinion": "经研究，责成有关单位限期改进。",
    }
    for row in range(20):
        posted |= {f"rows-{row}-treatment": "rectify", f"rows-{row}-note": "听取社区意见后简化填报要求。"}
    desk.do(55, "minzheng", case, "consider", **posted)
    desk.do(52, "minzheng_ld", case, "sign", decision="agree", opinion="同意公布。")


def _mark(row: int, place: int) -> str:
    """A mark as people give them: mostly good, a few doubtful, one matter poor."""
    if row == WANTING:
        return ("30", "60", "30", "80")[place % 4]
    return ("100", "100", "80", "100", "80", "60", "100", "-")[(row * 5 + place * 3 + row // 4) % 8]
