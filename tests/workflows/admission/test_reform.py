"""机构调整: units renamed, merged, split; work transferred; a person's work handed over; the reviewing unit moved."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa

from workflows.admission import registry
from workflows.admission.reading import level_of
from workflows.admission.roles import REVIEW_ROLES
from workflows.admission.versions import versions
from workflows.store.tables import account, submission, task
from workflows.usecases import accounts, handover, history, instance_view, reorganising, seats, units
from workflows.usecases.actor import SYSTEM, Actor
from workflows.usecases.errors import AlreadyExists, NotAllowed
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
