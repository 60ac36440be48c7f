"""What the tests of permitted ledgers do over and over: admit one, fill it in, read it."""

from __future__ import annotations

from typing import Any

from forms.binding import bind
from forms.setting import Setting
from workflows.admission import filled, kinds, ledger_rows, permitted

COLUMNS = "姓名(必填)\n身份证号(唯一)\n出生日期(日期)\n类别(低保/低收入/其他)\n补助(金额)"
COMMON = {
    "confidential": "no",
    "applicant_unit": "区教育局",
    "legal_basis": "《义务教育法》第十三条",
    "content": "每月更新",
    "duration_class": "long_term",
    "period_start": "2026-03-16",
    "contact_name": "吴桂玉",
    "contact_phone": "022-84908838",
    "late_reason": "上级通知较晚",
}
LEDGER = {
    **COMMON,
    "matter_name": "困难学生台账",
    "ledger_kind": "ledger",
    "frequency": "monthly",
    "column_list": COLUMNS,
}
OWN = {
    "ledger": LEDGER,
    "board": {
        **COMMON,
        "matter_name": "社区家长学校",
        "board_kinds": ["board"],
        "board_place": "inside",
    },
    "assessment": {
        **COMMON,
        "matter_name": "学习型社区创建",
        "assessment_kind": "model",
        "frequency": "yearly",
        "veto": "no",
        "method": "看材料",
    },
    "system": {
        **COMMON,
        "matter_name": "社区教育平台",
        "system_kind": "web",
        "users": "社区工作者",
        "frequency": "monthly",
        "data_items": "课程安排",
        "integrated": "yes",
    },
}
ZHANG = {
    "community": "新立街道/新立津门里社区居民委员会",
    "c1": "张三",
    "c2": "120110195001011234",
    "c4": "低保",
}


def admitted(office: Any, kind: str = "ledger", **changes: Any) -> int:
    """An application entered by the bureau, decided and filed; returns its instance."""
    posted = {**OWN[kind], **changes}
    instance_id: int = office.start("clerk", kinds.KINDS[kind].process, posted, for_unit="区教育局")
    office.receive()
    office.do("clerk", "clerk", decision="agree", opinion="依据充分")
    office.decide()
    office.do("seal", "seal", decision="agree", sealed_on=office.at.date().isoformat(), copies="3")
    for who in ("xinli", "junliang", "jinqiao"):
        office.do(who, "sign", decision="sign", signed_by="对接人", signed_on=office.at.date().isoformat())
    return instance_id


def ledger_of(office: Any, instance_id: int) -> int:
    return int(office.matter(instance_id).id)


def fill(office: Any, who: str, matter_id: int, row_id: int | None = None, **values: Any) -> int:
    with office.runtime.transaction(at=office.at) as tx:
        actor = office.actor(tx, who)
        form = permitted.form_of(tx, matter_id)
        bound = bind(form, values, Setting(world=tx.world, units=tx.units))
        assert bound.submission is not None, [fault.tell() for fault in bound.faults]
        return filled.save(tx, matter_id, bound.submission.values, actor, row_id)


def read(office: Any, who: str, matter_id: int) -> list[Any]:
    with office.reading() as tx:
        return list(ledger_rows.rows(tx, matter_id, office.actor(tx, who)).items)
