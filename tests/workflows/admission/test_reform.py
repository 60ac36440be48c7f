"""机构调整: units renamed, merged, split; work transferred; a person's work handed over; the reviewing unit moved."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from workflows.admission import registry
from workflows.admission.reading import level_of
from workflows.admission.roles import REVIEW_ROLES
from workflows.admission.versions import versions
from workflows.store.tables import account, submission, task
from workflows.usecases import (
    accounts,
    clock,
    handover,
    history,
    instance_view,
    planned_acts,
    reorganising,
    seats,
    units,
)
from workflows.usecases.actor import SYSTEM, Actor
from workflows.usecases.errors import AlreadyExists, NotAllowed, NotFound
from workflows.usecases.reorganising import BadReorganisation, Target, Wanted

ADMIN = Actor(
    None,
    "admin",
    "管理员",
    None,
    "",
    permissions=frozenset({"units.manage", "accounts.manage", "settings.manage", "instances.see_all"}),
)


def unit_id(office: Any, name: str) -> int:
    with office.runtime.reading(at=office.at) as tx:
        found = tx.units.find(name)
        assert found is not None, name
        return int(found.id)


def account_id(office: Any, username: str) -> int:
    with office.runtime.reading(at=office.at) as tx:
        return int(tx.db.execute(sa.select(account.c.id).where(account.c.username == username)).scalar_one())


def perform(office: Any, act: str, names: list[str], into: list[str], **more: Any) -> int:
    """Carry out an act; a name that is a unit already goes into that one."""
    with office.runtime.transaction(at=office.at) as tx:
        targets = []
        for name in into:
            stands = tx.units.find(name) if act == "transfer" or name in more.get("existing", ()) else None
            targets.append(Target(unit_id=stands.id) if stands else Target(name))
        more.pop("existing", None)
        wanted = Wanted(
            act,
            tuple(tx.units.find(name).id for name in names),
            tuple(targets),
            more.pop("on", office.at.date()),
            **more,
        )
        return reorganising.perform(tx, wanted, ADMIN)


def matter_key(office: Any, instance_id: int) -> str:
    return f"matter:{office.matter(instance_id).id}"


# ------------------------------------------------------------------ renamed in the middle
def test_a_unit_renamed_in_the_middle_goes_on_under_its_new_name_and_the_paper_keeps_the_old(
    office: Any, application: Mapping[str, Any]
) -> None:
    instance_id = office.apply()
    office.receive()
    act = perform(office, "rename", ["区人民法院"], ["区法院"], document="津编〔2026〕3号")
    assert office.matter(instance_id).applicant_unit == "区法院"
    office.do("clerk", "clerk", decision="supplement", supplement_items="补充依据")
    assert office.todo("court") == ["supplement"], "the clerk has come along, and what the old unit is asked"
    office.do(
        "court", "supplement", **{**application, "applicant_unit": "区法院", "legal_basis": "补充后的依据"}
    )
    office.do("clerk", "clerk", decision="agree", opinion="同意")
    office.do("chief", "chief", decision="agree", opinion="同意")
    office.do("leader", "leader", decision="agree", opinion="同意")
    office.do("seal", "seal", decision="agree", sealed_on=office.at.date().isoformat())
    matter = office.matter(instance_id)
    assert (matter.applicant_unit, bool(matter.number)) == ("区法院", True)
    with office.runtime.reading(at=office.at) as tx:
        query = sa.select(submission.c["values"]).where(submission.c.form_key == "admission_application")
        first, last = tx.db.execute(query.order_by(submission.c.id)).scalars().all()
        assert units.name_of(tx, first["applicant_unit"]) == "区人民法院"
        assert units.name_of(tx, last["applicant_unit"]) == "区法院"
        told = [line.text for line in history.sentences(tx, instance_id) if line.event == "reorganised"]
        (recorded,) = reorganising.acts(tx)
    assert told == ["机构调整（更名）：自 2026-03-16 起由“区法院”承接“区人民法院”的事务"]
    assert (recorded.id, recorded.zh, recorded.document) == (act, "更名", "津编〔2026〕3号")
    assert recorded.carried["people"] == 4
    assert recorded.carried["belongings"] == 1


def test_a_table_with_the_old_name_is_told_the_new_one(office: Any, application: Mapping[str, Any]) -> None:
    perform(office, "rename", ["区人民法院"], ["区法院"])
    with office.runtime.reading(at=office.at) as tx:
        assert tx.units.find("区人民法院") is None
        assert [each.full_name for each in tx.units.near("区人民法院")] == ["区法院"]


def test_a_filed_matter_is_found_under_the_new_name_and_its_first_versions_under_the_old(office: Any) -> None:
    instance_id = office.file()
    perform(office, "rename", ["区人民法院"], ["区法院"])
    perform(office, "rename", ["新立街道"], ["新立新街道"])
    matter = office.matter(instance_id)
    assert matter.applicant_unit == "区法院"
    assert matter.scope_text == "新立新街道、军粮城街道"
    with office.runtime.reading(at=office.at) as tx:
        lived = versions(tx, matter.id)
    assert lived[0].cause == lived[1].cause == "reorganised"
    assert [(each.key, each.old, each.new) for each in lived[1].changes] == [
        ("applicant_unit_name", "区人民法院", "区法院")
    ]
    assert office.todo("xinli") == ["sign"], "the subdistrict's clerk still signs for what was handed down"
    assert unit_of(office, "新立华新社区居民委员会").parent_name == "新立新街道"


def unit_of(office: Any, name: str) -> Any:
    with office.runtime.reading(at=office.at) as tx:
        return units.get(tx, tx.units.find(name).id)


# ------------------------------------------------------------------ merged, split, transferred
def test_two_units_are_merged_and_both_ones_work_is_the_new_ones(office: Any) -> None:
    instance_id = office.apply()
    perform(office, "merge", ["区人民法院", "区教育局"], ["区法院"])
    with office.runtime.reading(at=office.at) as tx:
        assert tx.units.find("区教育局") is None
        school, court = accounts.actor_named(tx, "school"), accounts.actor_named(tx, "court")
        assert (school.unit_name, court.unit_name) == ("区法院", "区法院")
        assert registry.search(tx, school, registry.Filters()).total == 1
    office.receive()
    office.do("clerk", "clerk", decision="supplement", supplement_items="补充依据")
    assert office.todo("school") == office.todo("court") == ["supplement"]
    assert office.matter(instance_id).applicant_unit == "区法院"


def test_a_unit_may_be_merged_into_another_that_stays(office: Any) -> None:
    before = unit_id(office, "区教育局")
    perform(office, "merge", ["区人民法院", "区教育局"], ["区教育局"], existing=("区教育局",))
    assert unit_id(office, "区教育局") == before
    with office.runtime.reading(at=office.at) as tx:
        assert accounts.actor_named(tx, "court").unit_id == before


def test_a_unit_is_split_and_each_part_gets_what_was_given_to_it(
    office: Any, application: Mapping[str, Any]
) -> None:
    kept, given = office.apply(), office.apply(matter_name="诉前调解协助")
    office.receive()
    office.receive()
    perform(
        office,
        "split",
        ["区人民法院"],
        ["区法院", "区调解中心"],
        belongings={matter_key(office, given): 1},
        people={account_id(office, "court_head"): 1},
    )
    assert office.matter(kept).applicant_unit == "区法院"
    assert office.matter(given).applicant_unit == "区调解中心"
    with office.runtime.reading(at=office.at) as tx:
        assert accounts.actor_named(tx, "court_head").unit_name == "区调解中心"
        assert accounts.actor_named(tx, "court").unit_name == "区法院"
        assert instance_view.variables(tx, given)["applicant_unit"] == tx.units.find("区调解中心").id


def test_work_that_is_transferred_takes_its_open_tasks_along(office: Any) -> None:
    instance_id, other = office.apply(), office.apply(matter_name="诉前调解协助")
    office.receive()
    office.receive()
    for _each in range(2):
        office.do("clerk", "clerk", decision="supplement", supplement_items="补充依据")
    assert office.todo("court") == ["supplement", "supplement"]
    perform(office, "transfer", ["区人民法院"], ["区教育局"], belongings={matter_key(office, instance_id): 0})
    assert office.todo("school") == office.todo("court") == ["supplement"]
    assert office.matter(instance_id).applicant_unit == "区教育局"
    assert office.matter(other).applicant_unit == "区人民法院"
    (act,) = acts(office)
    assert (act.zh, act.carried["tasks"], act.carried["belongings"]) == ("职责划转", 1, 1)


def acts(office: Any) -> Any:
    with office.runtime.reading(at=office.at) as tx:
        return reorganising.acts(tx)


# ------------------------------------------------------------------ what makes no act
@pytest.mark.parametrize(
    ("act", "names", "into", "more", "sentence"),
    [
        ("rename", ["区教育局"], [""], {}, "请填写调整后的单位名称"),
        ("merge", ["区教育局"], ["区教育局"], {"existing": ("区教育局",)}, "至少要有两个单位"),
        ("split", ["区教育局"], ["区教委"], {}, "分设后至少要有两个单位"),
        ("split", ["区教育局"], ["区教委", "区教委"], {}, "名称不能重复"),
        ("transfer", ["区教育局"], ["区教育局"], {}, "请选择接收职责的另一个单位"),
        ("transfer", ["区教育局"], ["区人民法院"], {}, "请选择要划转的事项或人员"),
        ("rename", ["区教育局"], ["区教委"], {"on": date(2099, 1, 1)}, "还没有到"),
    ],
)
def test_what_makes_no_act_is_a_sentence_and_changes_nothing(
    office: Any, act: str, names: list[str], into: list[str], more: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(BadReorganisation) as refused:
        perform(office, act, names, into, **more)
    assert sentence in refused.value.tell("zh")
    assert unit_id(office, "区教育局")
    assert acts(office) == []


def test_a_unit_that_is_no_more_is_not_reorganised_again_and_no_name_is_taken_twice(office: Any) -> None:
    gone = unit_id(office, "区教育局")
    perform(office, "rename", ["区教育局"], ["区教委"])
    with office.runtime.transaction(at=office.at) as tx, pytest.raises(BadReorganisation) as refused:
        reorganising.perform(
            tx, Wanted("rename", (gone,), (Target("区教育体育局"),), office.at.date()), ADMIN
        )
    assert "“区教育局”已不存在" in refused.value.tell("zh")
    with pytest.raises(AlreadyExists):
        perform(office, "rename", ["区教委"], ["区人民法院"])
    with office.runtime.transaction(at=office.at) as tx, pytest.raises(NotAllowed):
        reorganising.perform(
            tx, Wanted("rename", (gone,), (Target("x"),), office.at.date()), office.actor(tx, "clerk")
        )


# ------------------------------------------------------------------ a person, the reviewing unit
def test_a_persons_work_is_handed_over_in_one_act_also_what_comes_later(office: Any) -> None:
    instance_id = office.apply()
    office.receive()
    with office.runtime.transaction(at=office.at) as tx:
        accounts.create(
            tx,
            "clerk2",
            "新经办",
            tx.units.find("区民政局社区科").id,
            ["review_clerk"],
            "Office-2026-b",
            SYSTEM,
        )
        held = sa.update(task).where(task.c.element == "clerk").values(assignee="clerk")
        tx.db.execute(held)
    assert office.todo("clerk2") == []
    leaving, coming = account_id(office, "clerk"), account_id(office, "clerk2")
    with office.runtime.transaction(at=office.at) as tx:
        assert handover.waiting(tx, leaving).tasks == 1
        done = handover.hand_over(tx, leaving, coming, ADMIN, disable=True, reason="退休")
    assert done.tasks == 1
    assert office.todo("clerk2") == ["clerk"]
    with office.runtime.reading(at=office.at) as tx:
        assert not accounts.get(tx, leaving).enabled
        assert tx.posts.at_work("clerk") == "clerk2"
        told = [line.text for line in history.sentences(tx, instance_id) if line.event == "handed_over"]
    assert told == ["管理员将clerk的“经办初审”移交给新经办"]
    with office.runtime.transaction(at=office.at) as tx, pytest.raises(NotAllowed):
        handover.hand_over(tx, coming, coming, ADMIN, disable=False)
    with office.runtime.transaction(at=office.at) as tx:
        accounts.enable(tx, leaving, True, ADMIN)
    with office.runtime.reading(at=office.at) as tx:
        assert tx.posts.at_work("clerk") == "clerk", "who is back does the own work again"


def test_the_reviewing_role_moves_to_another_office_by_a_setting(office: Any) -> None:
    office.apply()
    office.receive()
    with office.runtime.transaction(at=office.at) as tx:
        social = units.create(tx, "区委社会工作部", "审核单位", None, SYSTEM)
    with office.runtime.transaction(at=office.at) as tx, pytest.raises(seats.NobodyThere) as refused:
        seats.move(tx, REVIEW_ROLES, social, ADMIN)
    assert "“区委社会工作部”还没有承担以下角色的账号" in refused.value.tell("zh")
    with office.runtime.transaction(at=office.at) as tx:
        for number, role in enumerate(REVIEW_ROLES):
            accounts.create(
                tx, f"social{number}", f"社工{number}", social, [role], f"Office-2026-{number}", SYSTEM
            )
        held = sa.update(task).where(task.c.element == "clerk").values(assignee="clerk")
        tx.db.execute(held)
    with office.runtime.transaction(at=office.at) as tx:
        assert seats.move(tx, REVIEW_ROLES, social, ADMIN) == 1
    assert office.todo("clerk") == []
    assert office.todo("social0") == ["clerk"]
    with office.runtime.reading(at=office.at) as tx:
        assert not office.actor(tx, "clerk").may("instances.see_all")
        assert seats.seat(tx, REVIEW_ROLES) == social
    office.do("social0", "clerk", decision="agree", opinion="同意")
    assert office.todo("social1") == ["chief"]


def test_the_office_that_reviews_does_not_decide_alone_on_its_own_application_wherever_the_role_sits(
    office: Any,
) -> None:
    with office.runtime.transaction(at=office.at) as tx:
        social = units.create(tx, "区委社会工作部", "申请单位", None, SYSTEM)
        for number, role in enumerate(REVIEW_ROLES):
            accounts.create(
                tx, f"social{number}", f"社工{number}", social, [role], f"Office-2026-{number}", SYSTEM
            )
    with office.runtime.transaction(at=office.at) as tx:
        seats.move(tx, REVIEW_ROLES, social, ADMIN)
    with office.runtime.reading(at=office.at) as tx:
        assert level_of(tx, social) == "reviewer"
        assert level_of(tx, tx.units.find("区民政局").id) == "district"


# ------------------------------------------------------------------ ahead, and late
def plan(office: Any, name: str, new: str, on: date, who: Actor = ADMIN) -> int:
    with office.runtime.transaction(at=office.at) as tx:
        wanted = Wanted("rename", (tx.units.find(name).id,), (Target(new),), on, "津编〔2026〕9号")
        return planned_acts.plan(tx, wanted, who)


def by_the_clock(office: Any) -> int:
    moved = 0
    for _ in range(20):
        with office.runtime.transaction(at=office.at) as tx:
            done = clock.fire_next(tx)
        if done is None:
            return moved
        moved += done
    raise AssertionError("the clock never rests")


def test_an_act_entered_ahead_takes_effect_on_its_day_and_once(office: Any) -> None:
    instance_id = office.apply()
    plan(office, "区人民法院", "区法院", office.at.date() + timedelta(days=3))
    by_the_clock(office)
    assert office.matter(instance_id).applicant_unit == "区人民法院"
    office.later(days=3)
    by_the_clock(office)
    by_the_clock(office)
    assert office.matter(instance_id).applicant_unit == "区法院"
    (act,) = acts(office)
    assert (act.on, act.document, act.actor) == (date(2026, 3, 19), "津编〔2026〕9号", "管理员")
    with office.reading() as tx:
        assert planned_acts.listed(tx) == []


def test_an_act_that_makes_none_any_more_on_its_day_is_told_with_its_reason(office: Any) -> None:
    plan(office, "区教育局", "区教委", office.at.date() + timedelta(days=3))
    perform(office, "rename", ["区教育局"], ["区教育体育局"])
    office.later(days=3)
    by_the_clock(office)
    with office.reading() as tx:
        (told,) = planned_acts.listed(tx)
    assert (told.state, told.why) == ("refused", "“区教育局”已不存在，不能再调整")
    assert unit_id(office, "区教育体育局")


def test_a_plan_can_be_withdrawn_until_its_day(office: Any) -> None:
    planned = plan(office, "区教育局", "区教委", office.at.date() + timedelta(days=3))
    with office.runtime.transaction(at=office.at) as tx:
        planned_acts.withdraw(tx, planned, ADMIN)
        with pytest.raises(NotFound):
            planned_acts.withdraw(tx, planned, ADMIN)
    office.later(days=3)
    by_the_clock(office)
    assert unit_id(office, "区教育局")


def test_nothing_is_planned_more_than_a_year_ahead_or_by_who_may_not(office: Any) -> None:
    with pytest.raises(BadReorganisation, match="more than a year ahead"):
        plan(office, "区教育局", "区教委", date(2099, 1, 1))
    with office.reading() as tx:
        clerk = office.actor(tx, "clerk")
    with pytest.raises(NotAllowed):
        plan(office, "区教育局", "区教委", office.at.date() + timedelta(days=3), clerk)


def test_an_act_dated_back_leaves_what_was_closed_since_and_says_so(office: Any) -> None:
    instance_id = office.file()
    office.hand_over()
    office.later(days=5)
    perform(office, "rename", ["区人民法院"], ["区法院"], on=date(2026, 3, 14))
    (act,) = acts(office)
    assert act.carried["kept"] >= 1
    assert office.view(instance_id).status == "completed"
    with office.reading() as tx:
        assert {each.name for each in units.directory(tx, date(2026, 3, 15)).all()} >= {"区法院"}
        assert "区法院" not in {each.name for each in units.directory(tx, date(2026, 3, 13)).all()}


@pytest.mark.parametrize(("on", "sentence"), [(date(2024, 1, 1), "在一年以前，不能补录")])
def test_an_act_is_not_dated_back_beyond_its_limits(office: Any, on: date, sentence: str) -> None:
    with pytest.raises(BadReorganisation) as refused:
        perform(office, "rename", ["区教育局"], ["区教委"], on=on)
    assert sentence in refused.value.tell("zh")
    perform(office, "rename", ["区教育局"], ["区教委"])
    with pytest.raises(BadReorganisation) as refused:
        perform(office, "rename", ["区教委"], ["区教育体育局"], on=office.at.date() - timedelta(days=1))
    assert "才设立，生效日期不能早于这一天" in refused.value.tell("zh")
