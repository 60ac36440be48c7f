"""What pages compute before they are drawn: chart, tree, decision tables, pager."""

from __future__ import annotations

from dataclasses import replace

from webapp.dmn_tables import decision_tables
from webapp.home import chart_of
from webapp.organisation import groups_of, tree_of
from webapp.pages import page_numbers
from workflows.admission.statistics import Month
from workflows.usecases.views import UnitView


def unit(key: int, parent: int | None) -> UnitView:
    return UnitView(key, f"u{key}", f"u{key}", "x", parent, "", None, None)


def test_the_highest_month_fills_the_chart() -> None:
    chart = chart_of([Month(2026, 2, 10, 0), Month(2026, 3, 40, 20)])
    assert [(bar.kind, bar.height, bar.y) for bar in chart.bars] == [
        ("admitted", 23, 87),
        ("ended", 0, 110),
        ("admitted", 92, 18),
        ("ended", 46, 64),
    ]
    assert (chart.admitted, chart.ended) == (50, 20)


def test_an_empty_half_year_is_flat() -> None:
    assert [bar.height for bar in chart_of([Month(2026, 3, 0, 0)]).bars] == [0, 0]
    assert chart_of([]).bars == ()


def test_the_tree_is_open_along_the_way_to_the_chosen_unit() -> None:
    roots = tree_of([unit(1, None), unit(2, 1), unit(3, 2), unit(4, None)], 3)
    assert [(root.unit.id, root.open, root.size) for root in roots] == [(1, True, 2), (4, False, 0)]
    assert roots[0].below[0].open


def test_subdistricts_come_first_and_the_chosen_ones_group_is_open() -> None:
    units = [replace(unit(1, None), kind="bureau"), replace(unit(2, None), kind="street"), unit(3, 2)]
    assert [(group.kind, group.open) for group in groups_of(tree_of(units, None))] == [
        ("street", True),
        ("bureau", False),
    ]
    assert [group.open for group in groups_of(tree_of(units, 1))] == [False, True]


def test_a_unit_whose_parent_is_gone_stands_at_the_top() -> None:
    assert [root.unit.id for root in tree_of([unit(2, 99)], None)] == [2]


def test_the_pager_shows_the_ends_and_the_neighbourhood() -> None:
    assert page_numbers(1, 1) == [1]
    assert page_numbers(5, 23) == [1, None, 4, 5, 6, None, 23]
    assert page_numbers(2, 3) == [1, 2, 3]


def test_a_decision_is_read_as_its_table() -> None:
    content = """<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/">
      <decision id="limits" name="时限"><decisionTable hitPolicy="FIRST">
      <input label="路径"><inputExpression><text>route</text></inputExpression></input>
      <output label="工作日" name="days"/>
      <rule><description>常规</description><inputEntry><text>"grid"</text></inputEntry><outputEntry><text>10</text></outputEntry></rule>
      </decisionTable></decision></definitions>""".encode()
    (table,) = decision_tables(content, "limits")
    assert table.inputs == (("路径", "route"),)
    assert table.outputs == (("工作日", "days"),)
    assert table.rules == (('"grid"', "10"),)
    assert (table.name, table.hit_policy, table.annotations) == ("时限", "FIRST", ("常规",))
