"""The coverage table: each element runs as it says, or is refused; written down and read back on the way as well."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from forms.feel import World, china
from tests.workflows.engine.builders import AT
from tests.workflows.engine.coverage import activities, compensations, data, events, gateways
from tests.workflows.engine.coverage.case import Case, Refusal, Try
from workflows.engine import Incident, Instance, Surroundings, check, compile_bundle, try_run

ALL = [each for module in (activities, gateways, events, compensations, data) for each in module.CASES]
RUNS = [(case, each) for case in ALL if isinstance(case, Case) for each in case.tries]
REFUSED = [case for case in ALL if isinstance(case, Refusal)]
TABLE = Path(__file__).parents[3] / "docs" / "BPMN_COVERAGE.md"


def _name(found: object) -> str:
    return found.row if isinstance(found, (Case, Refusal)) else ""


@pytest.mark.parametrize(("case", "tried"), RUNS, ids=_name)
def test_an_element_runs_as_the_table_says(case: Case, tried: Try) -> None:
    result = try_run(
        [case.drawn, *case.beside],
        world=World(AT, china()),
        process=tried.process,
        data=tried.data,
        answers=tried.answers,
        until=tried.until,
    )
    assert " ".join(result.path) == tried.path
    assert result.status == tried.status
    assert tuple(wait["element"] for wait in result.waiting) == tried.waiting
    assert {name: result.data.get(name) for name in tried.holds} == tried.holds


@pytest.mark.parametrize("case", [case for case in ALL if isinstance(case, Case)], ids=_name)
def test_what_runs_may_be_deployed(case: Case) -> None:
    (report,) = check([case.drawn], list(case.beside))
    assert [finding for finding in report.findings if finding.severity == "error"] == []


@pytest.mark.parametrize("case", REFUSED, ids=_name)
def test_what_would_not_run_is_refused(case: Refusal) -> None:
    (report,) = check([case.drawn])
    assert not report.deployable
    assert case.rule in [finding.rule for finding in report.findings if finding.severity == "error"]
    assert try_run([case.drawn], world=World(AT, china())).status == "refused"


# ---------------------------------------------------------------- written down and read back
class Stored:
    """A run of a case in which the instance is written down and read back before every move."""

    def __init__(self, case: Case, tried: Try) -> None:
        bundle = compile_bundle(tried.process or "p", [case.drawn, *case.beside])
        self.answers, self.until = list(tried.answers), tried.until
        self.around = Surroundings(World(AT, china()), lambda call: self.take(call.element))
        self.path: list[str] = []
        spec = bundle.start
        starts = {spec.element, *spec.messages.values(), *spec.signals.values()}
        named = [name for name, _ in tried.answers if name in starts]
        start = (named or [None if spec.element else next(iter(sorted(starts - {""})), None)])[0]
        given = self.take(start) if start else {}
        self.instance = Instance.start(bundle, {**tried.data, **given}, self.around, start_event=start)
        self.note()

    def take(self, element: str) -> dict[str, object]:
        """The next answer to an element, used up."""
        for place, (name, given) in enumerate(self.answers):
            if name == element:
                del self.answers[place]
                return dict(given)
        return {}

    def note(self) -> None:
        """Note what happened, then write down and read back."""
        self.path += [step.element for step in self.instance.trail if step.event == "completed"]
        if self.instance.status == "running":
            self.instance = Instance.load(self.instance.bundle, self.instance.dump(), self.around)

    def answer(self) -> bool:
        """Give one answer that is waited for."""
        tasks = {task.element: task.key for task in reversed(self.instance.user_tasks)}
        waits = {wait.element: wait.key for wait in reversed(self.instance.waits)}
        for name, _ in self.answers:
            if name in tasks:
                self.instance.complete(tasks[name], self.take(name))
                return True
            if name in waits:
                self.instance.trigger(waits[name], self.take(name))
                return True
        return False

    def jump(self) -> bool:
        """Put the clock to the next due time."""
        due = self.instance.next_due
        blocked = self.instance.open_keys or any(
            wait.type in ("message", "signal") for wait in self.instance.waits
        )
        if due is None or (blocked if self.until is None else due > self.until):
            return False
        self.around = replace(self.around, world=World(max(due, self.around.world.at), china()))
        self.instance.around = self.around
        return self.instance.fire_next()

    def run(self) -> None:
        """To the end, or to where nothing can move."""
        while self.instance.status == "running" and (self.answer() or self.jump()):
            self.note()


@pytest.mark.parametrize(
    ("case", "tried"),
    [each for each in RUNS if each[1].status != "incident" and not each[0].row.startswith("start-timer")],
    ids=_name,
)
def test_an_instance_read_back_goes_the_same_way(case: Case, tried: Try) -> None:
    stored = Stored(case, tried)
    stored.run()
    assert " ".join(stored.path) == tried.path
    assert stored.instance.status == ("running" if tried.status == "waiting" else tried.status)


def test_an_uncaught_error_is_an_incident_of_the_instance() -> None:
    (case,) = [case for case in ALL if case.row == "end-error-uncaught" and isinstance(case, Case)]
    with pytest.raises(Incident) as raised:
        Stored(case, case.tries[0])
    assert raised.value.element == "e"


# ---------------------------------------------------------------- the table itself
def test_the_table_names_each_case_and_each_case_has_its_row() -> None:
    rows = {}
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        found = re.fullmatch(
            r"\| (?P<element>.+?) \| (?P<status>[a-z, ]+) \| .+ \| `(?P<key>[a-z-]+)` \|", line
        )
        if found is not None:
            assert found["key"] not in rows
            rows[found["key"]] = found["status"]
    runs = {case.row for case in ALL if isinstance(case, Case)}
    refused = {case.row for case in ALL if isinstance(case, Refusal)}
    assert {key for key, status in rows.items() if status.startswith("runs")} == runs
    assert {key for key, status in rows.items() if "refused" in status} == refused
    assert set(rows.values()) <= {"runs", "refused", "runs, else refused"}


def test_a_refusal_says_at_which_element() -> None:
    for case in REFUSED:
        (report,) = check([case.drawn])
        found = [finding for finding in report.findings if finding.rule == case.rule]
        assert all(finding.element and finding.zh and finding.en for finding in found)
