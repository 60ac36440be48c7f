"""What was in force on any day, in which community: by the version that stood then."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from workflows.admission import as_of, communities, matters
from workflows.settings import SHANGHAI
from workflows.store.tables import unit
from workflows.usecases import reorganising, units
from workflows.usecases.actor import SYSTEM
from workflows.usecases.reorganising import Target, Wanted

JANUARY, MARCH, JUNE = date(2026, 1, 15), date(2026, 3, 16), date(2026, 6, 1)


def at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 9, tzinfo=SHANGHAI)


def enter(office: Any, day: date, **values: Any) -> int:
    """A matter filed on a day, as the registry itself writes it."""
    scope = values.pop("scope", ())
    origin = values.pop("origin", "apply")
    with office.runtime.transaction(at=at(day)) as tx:
        usual = {"name": "甲", "period_start": day, "filed_on": day, "by_community": True}
        ids = [tx.units.find(each).id for each in scope]
        return matters.create(
            tx, origin=origin, stage="filed", values={**usual, **values}, scope=ids, cause="filed"
        )


def change(office: Any, day: date, matter_id: int, **values: Any) -> None:
    with office.runtime.transaction(at=at(day)) as tx:
        matters.change(tx, matter_id, "changed", **values)


def names(office: Any, day: date, where: str = "") -> list[str]:
    with office.reading() as tx:
        reach = as_of.place(tx, tx.units.find(where).id, day).reach if where else None
        return [each.name for each in as_of.in_force(tx, day, reach)]


def test_a_day_shows_the_data_that_stood_then(office: Any) -> None:
    matter_id = enter(office, JANUARY, content="每月一次")
    change(office, MARCH, matter_id, content="每季一次", funds_amount=500)
    with office.reading() as tx:
        before, after = (as_of.in_force(tx, day)[0] for day in (MARCH - timedelta(days=1), MARCH))
    assert (before.content, before.version, before.funds_amount) == ("每月一次", 1, None)
    assert (after.content, after.version, after.funds_amount) == ("每季一次", 2, 500)


def test_before_it_was_filed_and_after_its_period_nothing_was_in_force(office: Any) -> None:
    enter(office, JANUARY, period_end=MARCH)
    found = [
        names(office, day) for day in (JANUARY - timedelta(days=1), JANUARY, MARCH, MARCH + timedelta(days=1))
    ]
    assert found == [[], ["甲"], ["甲"], []]


def test_a_change_of_scope_counts_from_its_day(office: Any) -> None:
    matter_id = enter(office, JANUARY, scope=["新立街道"])
    with office.runtime.transaction(at=at(MARCH)) as tx:
        matters.change(tx, matter_id, "changed", scope=[tx.units.find("金桥街道").id])
    community = "新立津门里社区居民委员会"
    assert names(office, JANUARY, community) == ["甲"]
    assert names(office, MARCH, community) == []
    assert names(office, MARCH, "金桥街道") == ["甲"]
    assert names(office, JANUARY, "金桥街道") == []


def test_a_scope_that_names_a_community_enters_no_other_and_an_empty_one_enters_all(office: Any) -> None:
    enter(office, JANUARY, name="一处", scope=["新立津门里社区居民委员会"])
    enter(office, JANUARY, name="全区")
    assert names(office, MARCH, "新立津门里社区居民委员会") == ["一处", "全区"]
    assert names(office, MARCH, "新立华新社区居民委员会") == ["全区"]
    assert names(office, MARCH, "新立街道") == ["一处", "全区"]


def test_what_was_entered_as_it_stood_held_since_its_filing(office: Any) -> None:
    enter(office, MARCH, origin="backlog", filed_on=date(2020, 5, 1), period_start=date(2020, 6, 1))
    assert [names(office, day) for day in (date(2020, 5, 31), date(2020, 6, 1), JUNE)] == [[], ["甲"], ["甲"]]


def test_a_registered_exit_counts_from_its_date_though_it_was_written_down_later(office: Any) -> None:
    matter_id = enter(office, JANUARY)
    change(office, JUNE, matter_id, stage="ended", ended_on=MARCH)
    assert [names(office, day) for day in (MARCH - timedelta(days=1), MARCH, JUNE)] == [["甲"], [], []]


def test_while_an_exit_is_asked_for_communities_go_on_but_not_past_the_period(office: Any) -> None:
    matter_id = enter(office, JANUARY, period_end=JUNE)
    change(office, MARCH, matter_id, stage="leaving")
    assert names(office, MARCH) == ["甲"]
    assert names(office, JUNE + timedelta(days=1)) == []


def test_a_community_reads_what_it_must_do_may_refuse_and_what_ended(office: Any) -> None:
    here = "新立津门里社区居民委员会"
    enter(office, JANUARY, name="要做", scope=["新立街道"])
    enter(office, JANUARY, name="别处", scope=["金桥街道"])
    enter(office, JANUARY, name="过期", period_end=date(2026, 2, 1))
    enter(office, JANUARY, name="网格", by_community=False, by_grid=True)
    ended = enter(office, JANUARY, name="终止")
    change(office, date(2026, 2, 1), ended, stage="ended", ended_on=date(2026, 2, 1))
    office.apply(matter_name="在办", scope=["新立街道"])
    with office.reading() as tx:
        unit_id = tx.units.find(here).id
        found = communities.lists(tx, unit_id, MARCH, office.actor(tx, "xinli"))
        stranger = communities.lists(tx, unit_id, MARCH, office.actor(tx, "school"))
    assert [each.name for each in found.must] == ["要做"]
    assert [each.name for each in found.grid] == ["网格"]
    assert [(why, each.name) for why, each in found.may_refuse] == [
        ("pending", "在办"),
        ("expired", "过期"),
        ("out_of_scope", "别处"),
    ]
    assert [each.name for each in found.ended] == ["终止"]
    assert "在办" not in [each.name for _why, each in stranger.may_refuse]


def test_a_community_that_is_no_more_shows_what_entered_it_and_one_that_never_was_is_a_sentence(
    office: Any,
) -> None:
    here = "新立华新社区居民委员会"
    enter(office, JANUARY, scope=["新立街道"])
    with office.runtime.transaction(at=at(MARCH)) as tx:
        unit_id = tx.units.find(here).id
        units.close(tx, unit_id, MARCH, SYSTEM)
    with office.runtime.reading(at=at(JUNE)) as tx:
        found = communities.lists(tx, unit_id, JUNE)
        assert (found.place.name, found.place.gone_on) == (here, MARCH)
        assert [each.name for each in found.must] == ["甲"]
        listed = [each.name for _street, group in communities.by_street(tx, JUNE) for each in group]
        assert here not in listed
        beyond = tx.db.execute(sa.select(sa.func.max(unit.c.id))).scalar_one() + 1
        with pytest.raises(as_of.NoSuchCommunity, match="no subdistrict or community"):
            communities.lists(tx, beyond)


def test_a_community_that_was_renamed_or_merged_has_on_earlier_days_what_it_was_made_of(office: Any) -> None:
    enter(office, JANUARY, name="街道", scope=["新立街道"])
    enter(office, JANUARY, name="一处", scope=["新立津门里社区居民委员会"])
    enter(office, JANUARY, name="别处", scope=["军粮城街道"])
    reorganise(office, "merge", ["新立街道", "军粮城街道"], "新军街道")
    reorganise(office, "merge", ["新立津门里社区居民委员会", "新立华新社区居民委员会"], "津华社区居民委员会")
    reorganise(office, "rename", ["津华社区居民委员会"], "津华新社区居民委员会")
    with office.runtime.reading(at=at(JUNE)) as tx:
        here = tx.units.find("津华新社区居民委员会").id
        before, after = (communities.lists(tx, here, day) for day in (JANUARY, JUNE))
        listed = {name for name, _found in communities.by_street(tx, JANUARY)}
    assert before.place.called_then == "新立津门里社区居民委员会、新立华新社区居民委员会"
    assert [each.name for each in before.must] == ["街道", "一处"]
    assert (after.place.called_then, [each.name for each in after.must]) == ("", ["街道", "一处", "别处"])
    assert listed == {"新立街道"}


def test_between_the_day_of_an_act_and_its_entry_the_old_name_of_a_subdistrict_is_the_new_one(
    office: Any,
) -> None:
    enter(office, JANUARY, name="街道", scope=["新立街道"])
    reorganise(office, "rename", ["新立街道"], "新立新街道", entered=JUNE)
    assert names(office, date(2026, 5, 1), "新立津门里社区居民委员会") == ["街道"]
    with office.runtime.reading(at=at(JUNE)) as tx:
        listed = dict(communities.by_street(tx, date(2026, 5, 1)))
    assert [each.matters for each in listed["新立新街道"]] == [1, 1]


def reorganise(office: Any, act: str, names: list[str], into: str, entered: date = MARCH) -> None:
    """An act of March: what it makes stands from then on."""
    with office.runtime.transaction(at=at(entered)) as tx:
        ids = tuple(tx.units.find(each).id for each in names)
        actor = replace(SYSTEM, permissions=frozenset({"units.manage"}))
        reorganising.perform(tx, Wanted(act, ids, (Target(into),), MARCH), actor)
