"""统计: figures of what the processes did, by month and by unit, with the time used against the limit."""

from __future__ import annotations

from typing import Any

from workflows.admission import statistics


def figures(office: Any, who: str = "clerk") -> tuple[Any, Any, Any]:
    with office.reading() as tx:
        actor = office.actor(tx, who)
        year = office.at.year
        return (
            statistics.figures(tx, actor),
            statistics.decisions(tx, actor, year),
            {each.unit: each for each in statistics.by_unit(tx, actor, year)},
        )


def test_a_late_decision_is_counted_with_the_limit_it_had(office: Any) -> None:
    office.apply()
    office.receive()
    office.later(days=21)
    office.do("clerk", "clerk", decision="agree", opinion="依据充分")
    office.do("chief", "chief", decision="agree", opinion="同意")
    office.do("leader", "leader", decision="agree", opinion="同意")
    now, months, units = figures(office)
    april = months[-1]
    assert (april.decided, april.refused, april.limit, april.late) == (1, 0, 10, 1)
    assert april.average_days == april.longest == 14
    assert (now.average_days, now.late_this_year) == (14.0, 1)
    court = units["区人民法院"]
    assert (court.pending, court.in_force, court.late, court.average_days) == (1, 0, 1, 14.0)


def test_units_stand_with_what_they_have_and_what_the_year_brought(office: Any) -> None:
    office.file()
    office.file(matter_name="诉前调解协助", period_start="2026-03-24")
    office.apply(matter_name="问卷入户填报")
    office.receive()
    office.do("clerk", "clerk", decision="refuse", opinion="无依据")
    office.do("chief", "chief", decision="refuse", opinion="不予准入")
    office.do("leader", "leader", decision="refuse", opinion="不予准入")
    office.later(days=9)
    now, months, units = figures(office)
    court = units["区人民法院"]
    assert (court.in_force, court.admitted, court.refused, court.ended, court.late) == (1, 2, 1, 0, 0)
    assert (months[-1].decided, months[-1].refused, months[-1].late) == (3, 1, 0)
    assert (now.in_force, now.admitted_this_year) == (1, 2)
    with office.reading() as tx:
        actor = office.actor(tx, "clerk")
        assert statistics.years(tx, actor) == [2026]
        assert [each.decided for each in statistics.decisions(tx, actor, 2025)] == [0] * 12


def test_a_unit_sees_its_own_figures_only(office: Any) -> None:
    office.file()
    _now, _months, units = figures(office, "school")
    assert units == {}
