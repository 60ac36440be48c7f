"""Every shipped process is walked from start to end by people in a browser and by programs over the API."""

from __future__ import annotations

import ast
import re
from functools import cache
from importlib.resources import files
from pathlib import Path

import pytest

from workflows.admission import shipped

TESTS = Path(__file__).parents[1]
J, A = "journeys", "webapp/office"
BY_API = f"{A}/test_processes_by_api.py"
ADMITTED = f"{BY_API}::test_each_kind_is_admitted_by_api"
KINDS = f"{J}/test_other_kinds.py::test_a_board_a_contest_and_a_system_each_by_its_own_form"
WALKED: dict[str, tuple[str, str]] = {
    # process: (journey, test by API)
    "apply": (
        f"{J}/test_admission.py::test_an_approval_table_becomes_a_filed_matter_and_comes_back_signed",
        ADMITTED,
    ),
    "admit_ledger": (
        f"{J}/test_ledger_and_certificate.py::test_a_ledger_is_admitted_and_filled_in_once_for_every_department",
        ADMITTED,
    ),
    "admit_board": (KINDS, ADMITTED),
    "admit_assessment": (KINDS, ADMITTED),
    "admit_system": (KINDS, ADMITTED),
    "certificate": (
        f"{J}/test_ledger_and_certificate.py::test_a_resident_gets_a_numbered_certificate_and_is_refused_one_outside_the_list",
        f"{A}/test_certificate_pages.py::test_a_certificate_goes_from_request_to_number_by_the_api",
    ),
    "seal_use": (
        f"{J}/test_ledger_and_certificate.py::test_a_resident_gets_a_numbered_certificate_and_is_refused_one_outside_the_list",
        f"{A}/test_certificate_pages.py::test_the_work_seal_is_entered_by_page_and_api_and_stands_in_the_register",
    ),
    "emergency": (
        f"{J}/test_safety.py::test_the_grid_centre_alone_starts_an_emergency",
        f"{BY_API}::test_an_emergency_is_dispatched_and_filed_afterwards_by_api",
    ),
    "change": (
        f"{J}/test_change.py::test_a_matter_is_changed_and_its_earlier_version_stays",
        f"{BY_API}::test_a_matter_is_changed_by_api",
    ),
    "terminate": (
        f"{J}/test_terminate_and_refresh.py::test_a_matter_ends_and_the_next_edition_lacks_it",
        f"{BY_API}::test_a_unit_ends_a_completed_matter_by_api",
    ),
    "expire": (
        f"{J}/test_runs_out.py::test_what_runs_out_is_extended_or_ended_or_left",
        f"{BY_API}::test_what_runs_out_is_extended_or_ended_by_api",
    ),
    "supervise": (
        f"{J}/test_reported_breach.py::test_a_community_reports_a_breach_and_hears_that_it_was_put_right",
        f"{BY_API}::test_a_breach_is_put_right_by_api",
    ),
    "annual_refresh": (
        f"{J}/test_terminate_and_refresh.py::test_a_matter_ends_and_the_next_edition_lacks_it",
        f"{BY_API}::test_the_directory_is_renewed_and_what_ends_leaves_by_api",
    ),
    "evaluate": (
        f"{J}/test_yearly_evaluation.py::test_a_year_is_evaluated_and_what_is_unfit_leaves",
        f"{BY_API}::test_a_year_is_evaluated_and_what_is_unfit_leaves_by_api",
    ),
    "funds": (
        f"{J}/test_money.py::test_a_unit_pays_in_and_a_community_spends_no_more",
        f"{BY_API}::test_money_is_promised_arrives_and_is_spent_by_api",
    ),
    "confidential": (
        f"{J}/test_other_kinds.py::test_of_a_confidential_matter_dates_alone_are_entered",
        f"{BY_API}::test_of_a_confidential_matter_number_and_dates_are_entered_by_api",
    ),
}
WAYS_OUT: dict[str, tuple[str, str]] = {
    # who brings an exit about, as the table `exit_rules` has them: (journey, test by API)
    "unit": WALKED["terminate"],
    "expiry": WALKED["expire"],
    "evaluation": WALKED["evaluate"],
    "refresh": WALKED["annual_refresh"],
    "order": (
        f"{J}/test_ordered_out.py::test_the_bureau_orders_a_matter_out_and_its_unit_is_heard",
        f"{BY_API}::test_the_bureau_orders_an_end_and_communities_confirm_by_api",
    ),
}


@cache
def source_of(test: str) -> str | None:
    """The source of a test, named by path and function; None where there is none."""
    path, _, name = test.partition("::")
    text = (TESTS / path).read_text("utf-8") if (TESTS / path).is_file() else ""
    for each in ast.parse(text).body:
        if isinstance(each, ast.FunctionDef) and each.name == name:
            return ast.get_source_segment(text, each)
    return None


def test_the_table_names_every_shipped_process() -> None:
    drawn = {
        item.name.removesuffix(".bpmn")
        for item in files("workflows").iterdir()
        if item.name.endswith(".bpmn")
    }
    called = {"review", "file", "hand_over"}  # parts of `apply`, walked with it
    assert set(WALKED) == drawn - called == set(shipped.PROCESSES)


def test_the_places_draw_no_process_that_is_not_shipped() -> None:
    places = Path(str(files("workflows"))) / "places"
    assert {each.stem for each in places.glob("*/*.bpmn")} <= {*WALKED, "review", "file", "hand_over"}


def test_the_table_names_every_way_out() -> None:
    table = (files("workflows") / "exit_rules.dmn").read_text("utf-8")
    said = re.search(r"提出方：([^。]*)。", table)
    assert said
    assert set(WAYS_OUT) == set(re.findall(r"[a-z]+", said[1]))


@pytest.mark.parametrize("process", [*WALKED, *WAYS_OUT])
def test_its_journey_and_its_test_by_api_are_there(process: str) -> None:
    journey, by_api = (WALKED | WAYS_OUT)[process]
    people = source_of(journey)
    assert people is not None, journey
    assert "people(own_browser" in people, f"{journey} is walked by nobody in a browser"
    programs = source_of(by_api)
    assert programs is not None, by_api
    assert re.search(r"\b(own_)?api\b|/api/v1", programs), f"{by_api} asks nothing of the API"
