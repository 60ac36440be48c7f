"""An office numbers by its own patterns; what was cancelled or never given is listed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from workflows.usecases import number_rules, numbers
from workflows.usecases.errors import NotAllowed


def admin(office: Any) -> Any:
    return replace(office.actor("zhou"), permissions=frozenset({number_rules.PERMISSION}))


def test_the_offices_own_pattern_goes_before_the_diagrams_from_the_next_number_on(office: Any) -> None:
    boss = admin(office)
    with office.runtime.transaction() as tx:
        assert numbers.give(tx, "s", "准{year}-{seq}") == "准2026-1"
        number_rules.set_rule(tx, "s", "津丽准〔{year}〕{seq:04d}号", boss)
        assert numbers.give(tx, "s", "准{year}-{seq}") == "津丽准〔2026〕0002号"
        number_rules.set_rule(tx, "s", "丽〔{year}〕{seq}号", boss)
        (found,) = number_rules.overview(tx, 2026)
        assert (found.pattern, found.latest, found.following) == (
            "丽〔{year}〕{seq}号",
            "津丽准〔2026〕0002号",
            "丽〔2026〕3号",
        )
        number_rules.set_rule(tx, "s", "", boss)
        assert numbers.give(tx, "s", "准{year}-{seq}") == "准2026-3"


@pytest.mark.parametrize(
    "pattern", ["{seq}", "准{year}", "准{year}-{seq:4}", "准{year}{seq}{", "准{year}{month}{seq}", "准" * 99]
)
def test_a_pattern_by_which_no_number_could_be_given_is_refused_in_a_sentence(
    office: Any, pattern: str
) -> None:
    with office.runtime.transaction() as tx, pytest.raises(number_rules.BadPattern) as refused:
        number_rules.set_rule(tx, "s", pattern, admin(office))
    assert "应如 津丽准〔{year}〕{seq:04d}号" in refused.value.tell("zh")


def test_two_sequences_have_not_one_pattern_and_not_everybody_sets_it(office: Any) -> None:
    with office.runtime.transaction() as tx:
        number_rules.set_rule(tx, "s", "准{year}-{seq}", admin(office))
        with pytest.raises(number_rules.PatternOfAnother):
            number_rules.set_rule(tx, "t", "准{year}-{seq}", admin(office))
        with pytest.raises(NotAllowed):
            number_rules.set_rule(tx, "t", "另{year}-{seq}", office.actor("zhou"))


def test_cancelled_numbers_and_gaps_are_listed_and_never_given_again(office: Any) -> None:
    with office.runtime.transaction() as tx:
        numbers.register(tx, "s", "准2026-2", subject="存量")
        given = [numbers.give(tx, "s", "准{year}-{seq}", subject=name) for name in "甲乙丙"]
        assert given == ["准2026-1", "准2026-3", "准2026-4"]
        numbers.cancel(tx, "准2026-4", office.actor("zhou"), "误发")
        assert numbers.give(tx, "s", "准{year}-{seq}") == "准2026-5"
        (found,) = number_rules.overview(tx, 2026)
        assert (found.used, found.cancelled, found.gaps) == (4, 1, (2,))
        listed = [(each.seq, each.state, each.reason) for each in number_rules.numbers_of(tx, "s", 2026)]
    assert listed == [
        (5, "used", ""),
        (4, "cancelled", "误发"),
        (3, "used", ""),
        (2, "gap", ""),
        (1, "used", ""),
        (0, "used", ""),
    ]


def test_what_has_no_rule_is_not_numbered_by_itself(office: Any) -> None:
    with office.runtime.transaction() as tx:
        assert numbers.give_by_rule(tx, "document") is None
        number_rules.set_rule(tx, "document", "丽民发〔{year}〕{seq}号", admin(office))
        assert numbers.give_by_rule(tx, "document") == "丽民发〔2026〕1号"
