"""Who follows a matter, a unit or a community hears when something changes, and nobody else."""

from __future__ import annotations

from typing import Any

import pytest

from workflows.admission import following, matters
from workflows.usecases import inbox
from workflows.usecases.errors import NotFound

NAME = "司法文书送达协助"


def heard(office: Any, who: str) -> list[str]:
    with office.reading() as tx:
        found = inbox.notices(tx, office.actor(tx, who))
    return [each.text for each in found if each.kind == "followed"]


def follow(office: Any, who: str, kind: str, name: str) -> None:
    with office.runtime.transaction(at=office.at) as tx:
        following.follow(tx, kind, tx.units.find(name).id, office.actor(tx, who))


def test_a_follower_of_a_unit_or_community_hears_what_is_filed_and_ended(office: Any) -> None:
    follow(office, "school", "unit", "区人民法院")
    follow(office, "school", "community", "新立津门里社区居民委员会")  # both: one notice
    follow(office, "grid", "community", "新立津门里社区居民委员会")
    follow(office, "jinqiao", "community", "金桥街道")
    instance_id = office.file(matter_name=NAME)
    told = f"您关注的“{NAME}”(准〔2026〕0001号)已准入备案"
    assert [heard(office, who) for who in ("school", "grid", "jinqiao", "court")] == [[told], [told], [], []]
    with office.runtime.transaction(at=office.at) as tx:
        matter_id = matters.required(tx, instance_id)["id"]
        matters.change(tx, matter_id, "exit_asked", stage="leaving")
        matters.change(tx, matter_id, "ended", stage="ended", ended_on=tx.world.today)
    assert heard(office, "grid")[0].endswith("已退出备案")
    assert len(heard(office, "grid")) == 2  # that an exit was asked for is for the matter's own followers


def test_a_follower_of_a_matter_hears_each_step_until_he_stops(office: Any) -> None:
    instance_id = office.file(matter_name=NAME)
    with office.runtime.transaction(at=office.at) as tx:
        matter_id, actor = matters.required(tx, instance_id)["id"], office.actor(tx, "chief")
        following.follow(tx, "matter", matter_id, actor)
        following.follow(tx, "matter", matter_id, actor)
        assert [(each.kind, each.name) for each in following.listing(tx, actor)] == [("matter", NAME)]
    with office.runtime.transaction(at=office.at) as tx:
        matters.change(tx, matter_id, "exit_asked", stage="leaving")
    assert heard(office, "chief") == [f"您关注的“{NAME}”(准〔2026〕0001号)已申请退出"]
    with office.runtime.transaction(at=office.at) as tx:
        following.stop(tx, "matter", matter_id, office.actor(tx, "chief"))
        matters.change(tx, matter_id, "exit_refused", stage="filed")
    assert len(heard(office, "chief")) == 1


def test_what_never_was_is_not_followed(office: Any) -> None:
    with office.runtime.transaction(at=office.at) as tx:
        for kind, key in (("matter", 999), ("community", 999), ("planet", 1)):
            with pytest.raises(NotFound):
                following.follow(tx, kind, key, office.actor(tx, "chief"))
