"""Each process from its start to its end by the documented API alone: a program for each person who has a part in it.

What a program posts is what it was given (`values` of a task) with its answers in it; the end is asked of the
registry, by API too. Certificates and filled ledgers have theirs in `test_certificate_pages` and `test_ledger_pages`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from programs import Programs
from sample_office import Office

from tests import sample_mould
from tests.moulds import Moulds
from webapp.app import create_app
from workflows.admission import package
from workflows.settings import SHANGHAI, Settings
from workflows.usecases import jobs

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=SHANGHAI)
TODAY = "2026-11-20"


@contextmanager
def programs(moulds: Moulds, folder: Path) -> Iterator[Programs]:
    """Programs at a copy of the sample office."""
    settings = Settings(data_dir=folder, now=NOW, jobs="inline")
    sample_mould.cast(moulds, settings)
    runtime = package.open_office(settings)
    yield Programs(Office(create_app(runtime, TESTING=True, RATELIMIT_ENABLED=False), runtime))
    runtime.close()


@pytest.fixture(scope="module")
def api(moulds: Moulds, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Programs]:
    """At one office for all; each story has matters of its own."""
    with programs(moulds, tmp_path_factory.mktemp("programs") / "office") as found:
        yield found


@pytest.fixture
def own_api(moulds: Moulds, tmp_path: Path) -> Iterator[Programs]:
    """At an office of this story alone, whose clock it may put forward."""
    with programs(moulds, tmp_path / "office") as found:
        yield found


def later(api: Programs, day: str) -> None:
    """It is ten o'clock of a later day, and the clock of the house has done what was due by then."""
    runtime = api.office.runtime
    runtime.settings = replace(runtime.settings, now=datetime.fromisoformat(f"{day}T10:00:00+08:00"))
    jobs.fire_timers(runtime)


# ------------------------------------------------------------------ stretches of the way
def the_bureau_admits(api: Programs, case: int) -> None:
    """Received by itself, as what comes from another system is; reviewed, signed, sealed, filed."""
    api("minzheng").do(case, "clerk", decision="agree", opinion="依据充分。")
    api("minzheng_kz").do(case, "chief", decision="agree", opinion="同意。")
    api("minzheng_ld").do(case, "leader", decision="agree", opinion="同意准入。")
    api("minzheng_yz").do(case, "seal", decision="agree", copies=2)


def state_of(api: Programs, case: int) -> tuple[str, str]:
    seen = api("minzheng").get(f"/instances/{case}")
    return seen["status"], seen["outcome"]


def in_force(api: Programs, name: str, day: str = TODAY) -> Any:
    """The matter of this name in the registry of a day, or nothing."""
    found = api("minzheng").get(f"/matters/in-force?day={day}&q={name}")["items"]
    return found[0] if found else None


# ------------------------------------------------------------------ admission
WORK = {
    "matter_name": "庭审直播进社区",
    "duration_class": "long_term",
    "executor": ["community"],
    "content": "社区协助组织居民观看庭审直播。",
}
KINDS = {
    "apply": WORK,
    "admit_ledger": {
        "matter_name": "涉诉家庭关爱台账",
        "duration_class": "long_term",
        "ledger_kind": "ledger",
        "frequency": "每月",
        "column_list": "姓名(必填)\n类别(低保/其他)",
        "content": "每月更新。",
    },
    "admit_board": {
        "matter_name": "社区法官工作站",
        "duration_class": "long_term",
        "board_kinds": ["board"],
        "board_place": "inside",
        "content": "每周值守半天。",
    },
    "admit_assessment": {
        "matter_name": "无讼社区创建",
        "duration_class": "short_term",
        "assessment_kind": "model",
        "frequency": "yearly",
        "veto": "no",
        "method": "自评后抽查，结果不与经费挂钩。",
        "content": "矛盾纠纷化解率。",
        "period_end": "2027-11-30",
    },
    "admit_system": {
        "matter_name": "多元解纷信息平台",
        "duration_class": "long_term",
        "system_kind": "web",
        "users": "社区调解员",
        "frequency": "weekly",
        "data_items": "纠纷类型、调解结果",
        "integrated": "yes",
        "content": "录入调解结果。",
    },
}


def admit(api: Programs, process: str, form: dict[str, Any]) -> int:
    """From the court's form to the subdistrict's receipt."""
    own = {
        "applicant_unit": "区人民法院",
        "contact_name": "吴桂玉",
        "contact_phone": "022-84908838",
        "legal_basis": "《人民法院组织法》第二条",
        "period_start": TODAY,
        "scope": ["新立街道"],
    }
    case = api("fayuan").start(process, **own, **form)
    the_bureau_admits(api, case)
    api("xinli").do(case, "sign", decision="sign")
    return case


@pytest.mark.parametrize("process", KINDS)
def test_each_kind_is_admitted_by_api(api: Programs, process: str) -> None:
    case = admit(api, process, KINDS[process])
    assert state_of(api, case) == ("completed", "已准入")
    assert in_force(api, KINDS[process]["matter_name"])["number"]


def test_a_program_reads_what_a_process_begins_with(api: Programs) -> None:
    keys = [each["key"] for each in api("fayuan").get("/processes")["items"]]
    assert "terminate" in keys
    assert "annual_refresh" not in keys
    told = api("fayuan").get("/processes/terminate")
    assert {"matter_name", "exit_reason"} <= {each["key"] for each in told["fields"] if each["required"]}
    assert told["values"]["exit_on"] == TODAY


# ------------------------------------------------------------------ what the grid centre and the bureau enter
def test_an_emergency_is_dispatched_and_filed_afterwards_by_api(api: Programs) -> None:
    form = {
        "matter_name": "暴雪应急除冰排查",
        "reason": "暴雪橙色预警。",
        "content": "逐楼排查积雪结冰。",
        "scope": ["无瑕街道"],
        "contact_name": "刘洋",
        "contact_phone": "022-84907712",
        "period_start": TODAY,
    }
    case = api("wangge").start("emergency", **form)
    api("wangge").do(case, "dispatch", decision="dispatch", dispatch_number="WG-E1")
    api("minzheng").do(case, "after", decision="agree", opinion="情况属实。")
    assert state_of(api, case) == ("completed", "已备案")
    assert in_force(api, form["matter_name"])


def test_of_a_confidential_matter_number_and_dates_are_entered_by_api(api: Programs) -> None:
    form = {"offline_number": "S-2026-9", "applicant_unit": "区人民法院", "received_on": TODAY}
    case = api("minzheng").start("confidential", **form)
    api("minzheng").do(case, "decided", offline_decided_on=TODAY)
    assert state_of(api, case)[0] == "completed"


# ------------------------------------------------------------------ leaving
def the_subdistricts_tell(api: Programs, case: int, *streets: str) -> None:
    for street in streets:
        api(street).do(case, "notify", decision="notified")


def ended(api: Programs, case: int) -> bool:
    """Whether the exit is over and its matter in the registry ended, with a number."""
    seen = api("minzheng").get(f"/instances/{case}")
    matter = api("minzheng").get(f"/matters/{seen['variables']['matter_id']}")
    return (seen["status"], seen["outcome"]) == ("completed", "已退出") and bool(
        matter["matter"]["values"]["exit_number"]
    )


def exit_of(api: Programs, who: str, name: str) -> int:
    """The exit of a matter that another process began; somebody has a task in it."""
    (task,) = api(who).get(f"/tasks?process=terminate&text=退出：{name}")["items"]
    return int(task["instance_id"])


def exit_form(api: Programs, name: str, kind: str, **more: Any) -> dict[str, Any]:
    return {
        "filing_number": in_force(api, name)["number"],
        "matter_name": name,
        "exit_kind": kind,
        "exit_reason": "不再需要社区协助。",
        "exit_on": TODAY,
        "contact_name": "高静",
        "contact_phone": "022-84905566",
        **more,
    }


def test_a_unit_ends_a_completed_matter_by_api(api: Programs) -> None:
    form = exit_form(api, "巡回法庭进社区便民服务", "done", applicant_unit="区人民法院")
    case = api("fayuan").start("terminate", **form)
    api("fayuan_ld").do(case, "unit_leader", decision="agree")
    api("minzheng").do(case, "clerk", decision="agree", opinion="拟准予退出。")
    api("minzheng_kz").do(case, "chief", decision="agree", opinion="准予退出。")
    the_subdistricts_tell(api, case, "jinzhong")
    assert ended(api, case)
    assert in_force(api, "巡回法庭进社区便民服务", "2026-11-21") is None


def test_the_bureau_orders_an_end_and_communities_confirm_by_api(api: Programs) -> None:
    form = exit_form(
        api, "厨余垃圾分类入户指导", "violation", applicant_unit="区城市管理委员会", raised_by="order"
    )
    case = api("minzheng").start("terminate", **form)
    api("chengguan").do(case, "heard", decision="object", opinion="居民仍有需要。")
    api("minzheng_kz").do(case, "chief", decision="agree", opinion="超出备案范围，责令退出。")
    api("dongyuan").do(case, "confirm", decision="stopped")
    the_subdistricts_tell(api, case, "xinli", "huaming")
    assert ended(api, case)


def test_what_runs_out_is_extended_or_ended_by_api(own_api: Programs) -> None:
    api = own_api
    extended, ending = "共享单车停放秩序巡查", "岁末送达集中协助"
    admit(api, "apply", {**WORK, "matter_name": ending, "period_end": "2026-12-10"})
    case = api("minzheng").start("expire")
    answers = {
        "chengguan": {extended: {"answer": "extend", "new_end": "2027-06-30", "note": "工作未完成"}},
        "fayuan": {ending: {"answer": "end", "note": "任务已完成"}},
    }
    for unit, said in answers.items():
        asked = api(unit).task(case, "ask")["values"]["rows"]
        assert [row["matter_name"] for row in asked] == list(said)
        api(unit).do(case, "ask", rows=[{**row, **said[row["matter_name"]]} for row in asked])
    (wanted,) = api("minzheng").task(case, "approve")["values"]["rows"]
    api("minzheng").do(case, "approve", decision="agree", rows=[{**wanted, "ruling": "adopt"}])
    api("minzheng_ld").do(case, "sign", decision="agree")
    later(api, "2026-12-05")  # the two units without a program are silent
    assert state_of(api, case) == ("completed", "已确认")
    assert in_force(api, extended, "2027-06-30")
    exit_case = exit_of(api, "minzheng", ending)
    api("minzheng").do(exit_case, "clerk", decision="agree", opinion="单位已确认终止。")
    the_subdistricts_tell(api, exit_case, "xinli")
    assert ended(api, exit_case)


# ------------------------------------------------------------------ yearly
def test_the_directory_is_renewed_and_what_ends_leaves_by_api(api: Programs) -> None:
    case = api("minzheng").start("annual_refresh", year=2027, answer_by="2026-12-31")
    rows = api("fayuan").task(case, "answer")["values"]["rows"]
    leaving = "涉民生案件执行线索征集"
    answered = [
        {**row, "answer": "end", "note": "经费不再安排"} if row["matter_name"] == leaving else row
        for row in rows
    ]
    api("fayuan").do(case, "answer", rows=answered)
    api("minzheng").send(case, "close_early")
    merge = api("minzheng").task(case, "merge")["values"]
    assert leaving in [row["matter_name"] for row in merge["rulings"]]
    api("minzheng").do(case, "merge", decision="agree", opinions_heard="已征求街道意见。")
    api("minzheng_kz").do(case, "secrecy", decision="agree", secrecy_checked="checked")
    api("minzheng_ld").do(case, "sign", decision="agree", opinion="同意发布。")
    api("minzheng").do(case, "issue", document_number="丽民发〔2026〕18号")
    assert state_of(api, case)[0] == "completed"
    exit_case = exit_of(api, "jinqiao", leaving)
    the_subdistricts_tell(api, exit_case, "junliangcheng", "jinqiao")
    assert ended(api, exit_case)


def test_a_year_is_evaluated_and_what_is_unfit_leaves_by_api(api: Programs) -> None:
    unfit = "每日庭审旁听人数统计"
    admit(api, "apply", {**WORK, "matter_name": unfit})
    form = {"year": 2027, "answer_by": "2026-12-10", "raters": ["street", "community"]}
    case = api("minzheng").start("evaluate", **form)
    good = dict.fromkeys(("usefulness", "effect", "funds", "acceptance"), "100")
    poor = dict.fromkeys(good, "30")
    for who in ("xinli", "dongyuan"):
        rows = api(who).task(case, "score")["values"]["rows"]
        marked = [{**row, **(poor if row["matter_name"] == unfit else good)} for row in rows]
        api(who).do(case, "score", rows=marked)
    api("minzheng").send(case, "close_early")
    (found,) = api("minzheng").task(case, "consider")["values"]["rows"]
    assert (found["matter_name"], found["treatment"]) == (unfit, "end")
    api("minzheng").do(case, "consider", contact_phone="022-84901111", opinion="居民不认可。")
    api("minzheng_ld").do(case, "sign", decision="agree", opinion="同意公布。")
    assert state_of(api, case)[0] == "completed"
    exit_case = exit_of(api, "fayuan", unfit)
    api("fayuan").do(exit_case, "heard", decision="agree")
    api("minzheng").do(exit_case, "clerk", decision="agree", opinion="拟准予退出。")
    api("minzheng_kz").do(exit_case, "chief", decision="agree", opinion="准予退出。")
    api("dongyuan").do(exit_case, "confirm", decision="stopped")
    the_subdistricts_tell(api, exit_case, "xinli")
    assert ended(api, exit_case)


# ------------------------------------------------------------------ what stands in the registry
def test_a_matter_is_changed_by_api(api: Programs) -> None:
    name = "户外广告设施安全自查宣传"
    form = {
        "applicant_unit": "区城市管理委员会",
        "matter_name": name,
        "new_content": "每季度宣传一次。",
        "change_reason": "频次调整。",
        "contact_name": "高静",
        "contact_phone": "022-84905566",
    }
    case = api("chengguan").start("change", **form)
    api("minzheng").do(case, "clerk", decision="agree", opinion="拟同意变更。")
    api("minzheng_kz").do(case, "chief", decision="agree", opinion="同意变更。")
    api("minzheng_ld").do(case, "leader", decision="agree", opinion="同意变更。")
    api("minzheng_yz").do(case, "seal", decision="agree")
    assert state_of(api, case)[0] == "completed"
    assert in_force(api, name, "2027-01-05")["content"] == form["new_content"]


def test_a_breach_is_put_right_by_api(api: Programs) -> None:
    form = {
        "source": "community",
        "accused_unit": "区城市管理委员会",
        "community": "新立东园社区居民委员会",
        "matter_name": "楼道堆物每日拍照",
        "problems": ["not_admitted"],
        "details": "每日拍照上传。",
    }
    case = api("dongyuan").start("supervise", **form)
    api("minzheng").do(case, "accept", decision="accept", ask_street=True, opinion="予以受理。")
    api("xinli").do(case, "street", decision="true", opinion="情况属实。")
    api("minzheng").do(case, "investigate", decision="confirmed", opinion="未经准入，情况属实。")
    order = {"decision": "order", "opinion": "立即停止下派。", "notice": True, "serious": True}
    api("minzheng_kz").do(case, "order", **order)
    api("chengguan").do(case, "correct", opinion="已停止。")
    api("minzheng").do(case, "recheck", decision="passed", opinion="整改到位。")
    api("minzheng").do(case, "notice", opinion="予以通报。")
    api("jiwei").do(case, "discipline", decision="receive", opinion="已接收。")
    assert state_of(api, case)[0] == "completed"
    heard = api("dongyuan").get(f"/instances/{case}")  # its own report it reads, and hears the outcome
    assert heard["outcome"] == state_of(api, case)[1]


def test_money_is_promised_arrives_and_is_spent_by_api(api: Programs) -> None:
    here = "新立东园社区居民委员会"
    name = "违建线索协助核实"
    admit(api, "apply", {**WORK, "matter_name": name})
    entry = {"matter_name": name, "on_date": TODAY, "contact_name": "经办人"}
    court = {**entry, "unit": "区人民法院"}
    api("fayuan").start("funds", **court, kind="promised", amount="5000")
    api("fayuan").start("funds", **court, kind="arrived", amount="2000", place=here)
    spent = {**entry, "unit": here, "kind": "spent", "amount": "800", "place": here, "purpose": "宣传品"}
    case = api("dongyuan").start("funds", **spent)
    assert state_of(api, case)[0] == "completed"
    told = api("fayuan").get(f"/matters/{in_force(api, name)['matter_id']}")["funds"]
    sums = {"promised": 5000, "arrived": 2000, "spent": 800, "left": 1200, "late": 0, "late_since": None}
    assert told == sums
