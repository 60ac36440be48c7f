"""台账, 牌子, 考核, 系统: the same admission; a permitted ledger is filled in once and read by every department."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from ledger_desk import LEDGER, ZHANG, admitted, fill, ledger_of, read

from forms.binding import bind
from forms.faults import Refused
from workflows.admission import filled, kinds, ledger_columns, ledger_rows, permitted, registry, verdicts
from workflows.admission.finding import Filters
from workflows.usecases import definitions, instances, reorganising
from workflows.usecases.actor import SYSTEM
from workflows.usecases.reorganising import Target, Wanted

ADMIN = replace(SYSTEM, permissions=frozenset({reorganising.PERMISSION}))


@pytest.mark.parametrize("kind", kinds.OTHERS)
def test_each_kind_is_admitted_as_work_is_and_stands_in_the_registry_under_its_kind(
    office: Any, kind: str
) -> None:
    instance_id = admitted(office, kind)
    view = office.view(instance_id)
    assert (view.status, view.outcome) == ("completed", "已准入")
    matter = office.matter(instance_id)
    assert (matter.values["kind"], matter.state, matter.number) == (kind, "in_force", "准〔2026〕0001号")
    assert matter.values["details"]
    with office.reading() as tx:
        clerk = office.actor(tx, "clerk")
        assert [each.name for each in registry.search(tx, clerk, Filters(kind=kind)).items] == [matter.name]
        assert registry.search(tx, clerk, Filters()).total == 0
        assert registry.in_force(tx, tx.world.today) == []  # the yearly refresh asks for work alone
        assert verdicts.look(tx, matter.name, None, None, tx.world.today).finding == "admitted"


def test_the_unit_corrects_the_form_it_began_with(office: Any) -> None:
    own = {**LEDGER, "applicant_unit": "区人民法院"}
    instance_id = office.start("court", "admit_ledger", own)
    office.do("court_head", "unit_head", decision="return", opinion="栏目太多")
    office.do("court", "revise", **{**own, "column_list": "姓名(必填)"})
    assert office.todo("court_head") == ["unit_head"]
    with office.reading() as tx:
        view = instances.view(tx, instance_id, office.actor(tx, "court"))
        assert view.submission("ledger_application").values["column_list"] == "姓名(必填)"
    office.send("court", instance_id, "withdraw", "不再需要")
    assert office.view(instance_id).outcome == "已撤回"
    assert office.matter(instance_id).state == "withdrawn"


def test_a_supplement_asks_for_the_ledgers_own_form(office: Any) -> None:
    instance_id = office.start("clerk", "admit_ledger", LEDGER, for_unit="区教育局")
    office.receive()
    office.do("clerk", "clerk", decision="supplement", supplement_items="栏目太多")
    with office.reading() as tx:
        view = instances.view(tx, instance_id, office.actor(tx, "clerk"))
        assert [each.form_key for each in view.submissions if each.form.boxes] == ["ledger_application"]
    office.do("school", "supplement", **{**LEDGER, "column_list": "姓名(必填)"})
    assert office.matter(instance_id).values["details"]["column_list"] == "姓名(必填)"
    assert office.todo("clerk") == ["clerk"]


def test_a_refused_ledger_never_gets_into_the_directory(office: Any) -> None:
    instance_id = office.start("clerk", "admit_ledger", LEDGER, for_unit="区教育局")
    office.receive()
    office.do("clerk", "clerk", decision="refuse", opinion="已有台账")
    office.do("chief", "chief", decision="refuse", opinion="同意")
    office.do("leader", "leader", decision="refuse", opinion="同意")
    assert office.view(instance_id).outcome == "不予准入"
    with office.reading() as tx:
        assert permitted.search(tx, permitted.filters_of({})).total == 0
        with pytest.raises(permitted.NoLedger):
            permitted.form_of(tx, ledger_of(office, instance_id))
        verdict = verdicts.look(tx, LEDGER["matter_name"], None, None, tx.world.today)
    assert verdict.finding == "not_admitted"
    assert "准入的台账报表目录中也没有它" in verdict.sentence


def test_the_directory_tells_nobody_of_an_application_or_of_a_matter_that_is_no_ledger(office: Any) -> None:
    ledger = ledger_of(office, office.start("clerk", "admit_ledger", LEDGER, for_unit="区教育局"))
    work = office.matter(office.apply())
    with office.reading() as tx:
        for state in ("pending", "all", "refused", "offline"):
            assert permitted.search(tx, permitted.filters_of({"state": state})).total == 0, state
        for matter_id, name in ((ledger, LEDGER["matter_name"]), (work.id, work.name)):
            for ask in (permitted.form_of, permitted.ledger):
                with pytest.raises(permitted.NoLedger) as told:
                    ask(tx, matter_id)
                assert name not in told.value.tell("zh") + told.value.tell("en") + str(told.value.facts)


def test_columns_that_another_ledger_collects_are_told_while_it_is_applied_for(office: Any) -> None:
    admitted(office)
    with office.reading() as tx:
        setting = instances.start_setting(tx, "admit_ledger", office.actor(tx, "court"))
        form = definitions.start_form(tx, "admit_ledger")
        again = {**LEDGER, "applicant_unit": "区人民法院", "matter_name": "未成年人台账"}
        bound = bind(form, {**again, "column_list": "姓名、监护人、出生日期(日期)"}, setting)
        assert bound.values["already_collected"] == "《困难学生台账》(区教育局)：姓名、出生日期"
        wrong = bind(form, {**again, "column_list": "姓名\n姓 名"}, setting)
    assert [each.tell() for each in wrong.faults if each.severity == "error"] == ["栏目“姓 名”写了两次"]


def test_a_community_fills_it_in_once_and_every_department_reads_it(office: Any) -> None:
    matter_id = ledger_of(office, admitted(office))
    fill(office, "jinmen", matter_id, **ZHANG)
    for who in ("school", "court", "clerk", "xinli", "jinmen"):
        (row,) = read(office, who, matter_id)
        assert (row.community, row.values["c1"]) == ("新立津门里社区居民委员会", "张三")
    assert read(office, "junliang", matter_id) == []
    with pytest.raises(filled.RowThere, match="120110195001011234"):
        fill(office, "jinmen", matter_id, **ZHANG)
    with office.reading() as tx:
        (line,) = permitted.search(tx, permitted.filters_of({})).items
    assert (line.rows, line.communities, line.frequency, len(line.columns)) == (1, 1, "monthly", 5)


def test_a_row_keeps_every_state_it_was_in(office: Any) -> None:
    matter_id = ledger_of(office, admitted(office))
    row_id = fill(office, "jinmen", matter_id, **ZHANG)
    fill(office, "xinli", matter_id, row_id, **{**ZHANG, "c4": "其他"})
    with office.runtime.transaction(at=office.at) as tx:
        filled.remove(tx, matter_id, row_id, office.actor(tx, "jinmen"))
    assert read(office, "school", matter_id) == []
    assert fill(office, "jinmen", matter_id, **ZHANG) == row_id
    with office.reading() as tx:
        told = ledger_rows.versions(tx, matter_id, row_id, office.actor(tx, "school"))
    assert [(each.act, each.actor, each.values["c4"]) for each in told] == [
        ("restored", "jinmen", "低保"),
        ("removed", "jinmen", "其他"),
        ("changed", "xinli", "其他"),
        ("added", "jinmen", "低保"),
    ]


def test_the_rows_of_a_community_that_is_renamed_stay_its_own_and_come_again_without_doubling(
    office: Any,
) -> None:
    matter_id = ledger_of(office, admitted(office))
    row_id = fill(office, "jinmen", matter_id, **ZHANG)
    with office.runtime.transaction(at=office.at) as tx:
        old, new = tx.units.find("新立津门里社区居民委员会"), Target("新立津门里第一社区居民委员会")
        reorganising.perform(tx, Wanted("rename", (old.id,), (new,), office.at.date()), ADMIN)
    for who in ("jinmen", "xinli", "school"):
        assert [each.id for each in read(office, who, matter_id)] == [row_id], who
    again = {**ZHANG, "community": "新立街道/新立津门里第一社区居民委员会"}
    with pytest.raises(filled.RowThere):
        fill(office, "jinmen", matter_id, **again)
    assert fill(office, "jinmen", matter_id, row_id, **{**again, "c4": "其他"}) == row_id
    (row,) = read(office, "jinmen", matter_id)
    assert (row.community, row.values["c4"]) == ("新立津门里第一社区居民委员会", "其他")


@pytest.mark.parametrize(
    ("who", "community", "error"),
    [
        ("junliang", "新立街道/新立津门里社区居民委员会", filled.NotThisCommunity),
        ("jinmen", "新立街道/新立华新社区居民委员会", filled.NotThisCommunity),
        ("school", "新立街道/新立津门里社区居民委员会", Refused),
    ],
)
def test_nobody_fills_in_for_a_community_that_is_not_his(
    office: Any, who: str, community: str, error: type[Refused]
) -> None:
    matter_id = ledger_of(office, admitted(office))
    with pytest.raises(error):
        fill(office, who, matter_id, **{**ZHANG, "community": community})


def test_a_ledger_is_filled_in_where_it_enters_and_while_it_is_in_force(office: Any) -> None:
    matter_id = ledger_of(office, admitted(office, period_end="2026-06-30"))
    office.later(days=120)
    with pytest.raises(filled.LedgerClosed, match="not in force"):
        fill(office, "jinmen", matter_id, **ZHANG)


def test_columns_are_read_as_offices_write_them() -> None:
    said = "1. 姓名*\n2、身份证号（唯一）\n- 性别(男/女)\n年龄（数字，必填）\n户主(与本人关系)"
    found = ledger_columns.read(said)
    assert [(each.label, each.kind, each.required, each.unique) for each in found] == [
        ("姓名", "text", True, False),
        ("身份证号", "text", True, True),
        ("性别", "choice", False, False),
        ("年龄", "number", True, False),
        ("户主(与本人关系)", "text", False, False),
    ]
    assert found[2].choices == ("男", "女")
    with pytest.raises(ledger_columns.TooManyColumns):
        ledger_columns.read("\n".join(f"栏{number}" for number in range(81)))
    with pytest.raises(ledger_columns.ColumnsRefused):
        ledger_columns.read("姓名((必填)")


def test_a_name_tells_what_kind_is_spoken_of() -> None:
    names = (
        "独居老人台账",
        "用水数据日报",
        "社区家长学校牌子",
        "文明社区创建",
        "反诈APP",
        "司法文书送达协助",
    )
    told = [kinds.told_by(name).key for name in names]
    assert told == ["ledger", "ledger", "board", "assessment", "system", "matter"]


def test_the_expiry_of_a_ledger_is_seen_by_the_comparison(office: Any) -> None:
    admitted(office, period_end="2026-06-30")
    with office.reading() as tx:
        later = verdicts.look(tx, "困难学生台账", None, None, date(2026, 6, 30) + timedelta(days=1))
    assert later.finding == "out_of_period"
    assert "台账报表" in later.sentence
