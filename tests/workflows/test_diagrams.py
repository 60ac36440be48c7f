"""The shipped diagrams: sound by the house's own check, clean to look at, and open in the stock modeller."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from forms.feel import World
from forms.feel.calendar import china
from workflows.admission import shipped
from workflows.admission.roles import ROLES
from workflows.admission.services import SERVICES
from workflows.engine import Source, check, compile_bundle, try_run
from workflows.engine.dmn import load_decisions
from workflows.settings import SHANGHAI

FOLDER = Path(__file__).parents[2] / "workflows"
DIAGRAMS = [*sorted(FOLDER.glob("*.bpmn")), *sorted(FOLDER.glob("places/*/*.bpmn"))]
NS = {
    "bpmn": "http://www.omg.org/spec/BPMN/20100524/MODEL",
    "di": "http://www.omg.org/spec/BPMN/20100524/DI",
    "dc": "http://www.omg.org/spec/DD/20100524/DC",
    "edge": "http://www.omg.org/spec/DD/20100524/DI",
}
CAMUNDA = "{http://camunda.org/schema/1.0/bpmn}"
MODELER = "{http://camunda.org/schema/modeler/1.0}"
AT = datetime(2026, 3, 16, 9, 30, tzinfo=SHANGHAI)


def by_name(path: Path) -> str:  # the place before the name, where it has one
    return "-".join(path.relative_to(FOLDER).with_suffix("").parts[-2:])


def world() -> World:
    return World(at=AT, calendar=china())


# ------------------------------------------------------------------ sound
def test_the_check_has_nothing_to_say_about_what_is_shipped() -> None:
    # Workbooks are checked against their forms where they are deployed (tests of the templates).
    files = [source for source in shipped.sources() if source.kind not in ("xlsx", "yaml")]
    reports = check(files, known=shipped.known())
    assert {source.kind for source in files} == {"bpmn", "dmn", "form"}
    said = [(report.file, finding.element, finding.en) for report in reports for finding in report.findings]
    assert said == []


@pytest.mark.parametrize("process", shipped.PROCESSES)
def test_every_process_compiles_with_all_it_calls(process: str) -> None:
    bundle = compile_bundle(process, shipped.sources())
    assert bundle.start.candidate_starters
    assert set(bundle.start.candidate_starters) <= set(ROLES)


def test_apply_calls_review_file_and_hand_over() -> None:
    bundle = compile_bundle("apply", shipped.sources())
    assert set(bundle.processes) == {"apply", "review", "file", "hand_over"}


@pytest.mark.parametrize("path", DIAGRAMS, ids=by_name)
def test_services_groups_forms_and_decisions_of_a_diagram_exist(path: Path) -> None:
    known = shipped.known()
    for element in etree.parse(path).iter():
        if not isinstance(element.tag, str):
            continue
        topic = element.get(f"{CAMUNDA}topic")
        assert topic is None or topic in SERVICES, topic
        form = element.get(f"{CAMUNDA}formRef")
        assert form is None or form in known.forms or path.with_name(f"{form}.form").is_file(), form
        decision = element.get(f"{CAMUNDA}decisionRef")
        assert decision is None or decision in known.decisions, decision
        for group in (element.get(f"{CAMUNDA}candidateGroups") or "").split(","):
            role = group.partition("@")[0]
            assert not role or role.startswith("${") or role in ROLES, group


def test_every_service_is_called_by_some_diagram() -> None:
    topics = {
        element.get(f"{CAMUNDA}topic")
        for path in DIAGRAMS
        for element in etree.parse(path).iter()
        if element.get(f"{CAMUNDA}topic")
    }
    assert topics == set(SERVICES)


@pytest.mark.parametrize("path", DIAGRAMS, ids=by_name)
def test_a_diagram_is_of_the_camunda_7_profile_and_named_in_chinese(path: Path) -> None:
    root = etree.parse(path).getroot()
    assert root.get(f"{MODELER}executionPlatform") == "Camunda Platform"
    (process,) = root.iterfind("bpmn:process", NS)
    assert process.get("id") == path.stem
    assert process.get(f"{CAMUNDA}historyTimeToLive")
    assert process.find("bpmn:documentation", NS) is not None
    for element in process.iter():
        kind = etree.QName(element).localname if isinstance(element.tag, str) else ""
        if kind.endswith("Task") or kind in ("callActivity", "subProcess", "lane"):
            name = element.get("name") or ""
            assert any("\u4e00" <= sign <= "\u9fff" for sign in name), element.get("id")


# ------------------------------------------------------------------ clean to look at
@dataclass(frozen=True)
class Box:
    id: str
    kind: str
    x: float
    y: float
    w: float
    h: float

    def meets(self, other: Box) -> bool:
        return (
            self.x < other.x + other.w
            and other.x < self.x + self.w
            and self.y < other.y + other.h
            and other.y < self.y + self.h
        )

    def holds(self, other: Box) -> bool:
        return (
            self.x <= other.x
            and self.y <= other.y
            and self.x + self.w >= other.x + other.w
            and self.y + self.h >= other.y + other.h
        )


def _box(ident: str, kind: str, bounds: Any) -> Box:
    return Box(ident, kind, *(float(bounds.get(side)) for side in ("x", "y", "width", "height")))


def _shapes(root: Any) -> list[Box]:
    kinds = {
        e.get("id"): etree.QName(e).localname for e in root.iter() if isinstance(e.tag, str) and e.get("id")
    }
    return [
        _box(shape.get("bpmnElement"), kinds[shape.get("bpmnElement")], shape.find("dc:Bounds", NS))
        for shape in root.iterfind(".//di:BPMNShape", NS)
    ]


def _labels(root: Any) -> list[Box]:
    return [
        _box(label.getparent().get("bpmnElement"), "label", label.find("dc:Bounds", NS))
        for label in root.iterfind(".//di:BPMNLabel", NS)
        if label.find("dc:Bounds", NS) is not None
    ]


def _segments(root: Any) -> list[tuple[str, tuple[float, float], tuple[float, float]]]:
    found = []
    for edge in root.iterfind(".//di:BPMNEdge", NS):
        points = [(float(p.get("x")), float(p.get("y"))) for p in edge.iterfind("edge:waypoint", NS)]
        found.extend((edge.get("bpmnElement"), a, b) for a, b in itertools.pairwise(points))
    return found


def _crosses(box: Box, a: tuple[float, float], b: tuple[float, float]) -> bool:
    low_x, high_x = sorted((a[0], b[0]))
    low_y, high_y = sorted((a[1], b[1]))
    return low_x < box.x + box.w and high_x > box.x and low_y < box.y + box.h and high_y > box.y


@pytest.mark.parametrize("path", DIAGRAMS, ids=by_name)
def test_everything_is_drawn_and_nothing_covers_anything(path: Path) -> None:
    root = etree.parse(path).getroot()
    shapes = _shapes(root)
    drawn = {shape.id for shape in shapes} | {ident for ident, _a, _b in _segments(root)}
    for kind in (
        "startEvent",
        "endEvent",
        "userTask",
        "serviceTask",
        "sequenceFlow",
        "subProcess",
        "lane",
        "callActivity",
    ):
        for element in root.iter(f"{{{NS['bpmn']}}}{kind}"):
            assert element.get("id") in drawn, element.get("id")
    solid = [s for s in shapes if s.kind not in ("participant", "lane", "boundaryEvent")]
    for one, other in itertools.combinations(solid, 2):
        if one.meets(other):
            assert "subProcess" in (one.kind, other.kind), (one.id, other.id)
            assert one.holds(other) or other.holds(one), (one.id, other.id)
    pool = next(s for s in shapes if s.kind == "participant")
    assert all(pool.holds(shape) for shape in shapes)


@pytest.mark.parametrize("path", DIAGRAMS, ids=by_name)
def test_no_label_is_crossed_by_a_line_or_lies_on_a_shape(path: Path) -> None:
    root = etree.parse(path).getroot()
    labels = _labels(root)
    solid = [s for s in _shapes(root) if s.kind not in ("participant", "lane", "subProcess")]
    for label in labels:
        for ident, a, b in _segments(root):
            assert not _crosses(label, a, b), (label.id, ident)
        for shape in solid:
            assert not label.meets(shape), (label.id, shape.id)
    for one, other in itertools.combinations(labels, 2):
        assert not one.meets(other), (one.id, other.id)


@pytest.mark.parametrize("path", DIAGRAMS, ids=by_name)
def test_lines_run_straight_up_down_or_across(path: Path) -> None:
    for ident, a, b in _segments(etree.parse(path).getroot()):
        assert a[0] == b[0] or a[1] == b[1], ident


# ------------------------------------------------------------------ decisions
def _decide(name: str, **inputs: Any) -> Any:
    decisions = load_decisions((FOLDER / f"{name}.dmn").read_bytes(), f"{name}.dmn")
    found = decisions.evaluate(name, inputs, world())
    assert not found.errors
    return found.result


@pytest.mark.parametrize(
    ("executor", "level", "route", "co_review", "body"),
    [
        (["community"], "district", "community", False, ""),
        (["grid"], "district", "grid", True, ""),
        (["community", "grid"], "district", "both", True, ""),
        (["community"], "reviewer", "community", False, "区委区政府"),
        (["grid"], "city", "grid", True, "市委市政府"),
    ],
)
def test_routing_follows_executor_and_level(
    executor: list[str], level: str, route: str, co_review: bool, body: str
) -> None:
    found = _decide("routing", executor=executor, applicant_level=level)
    assert found == {
        "route": route,
        "co_review": co_review,
        "higher_approval": bool(body),
        "approving_body": body,
    }


def test_time_limits_and_steps_are_tables_an_office_edits() -> None:
    limits = _decide("time_limits", duration_class="short_term")
    assert (limits["notice"], limits["decide"], limits["supplement_clock"]) == (5, 10, "pause")
    entered = _decide("approval_steps", entered_by_bureau=True, duration_class="long_term")
    assert [entered[key] for key in ("unit_head", "unit_leader", "unit_seal", "review_leader")] == [
        False
    ] * 3 + [True]
    assert all(_decide("approval_steps", entered_by_bureau=False, duration_class="temporary").values())


# ------------------------------------------------------------------ tried in memory
def _sources(**changed: str) -> list[Source]:
    """What is shipped, with files replaced by name."""
    given = {name.replace("_dmn", ".dmn"): text.encode() for name, text in changed.items()}
    return [Source(s.name, given.get(s.name, s.content)) for s in shipped.sources()]


def test_steps_that_are_switched_off_are_passed_over() -> None:
    text = (FOLDER / "approval_steps.dmn").read_text(encoding="utf-8")
    off = text.replace("<text>true</text></outputEntry>", "<text>false</text></outputEntry>")
    data = {
        "executor": ["community"],
        "applicant_level": "district",
        "duration_class": "long_term",
        "entered_by_bureau": True,
        "submitted_on": "2026-03-16",
        "clock_start": AT.date(),
        "paused_days": 0,
        "supplemented": False,
        "steps": {"receive": False, "review_chief": False, "review_leader": False, "review_seal": False},
    }
    found = try_run(
        _sources(approval_steps_dmn=off),
        process="review",
        data=data,
        answers=[("clerk", {"decision": "agree"})],
        world=world(),
    )
    assert found.status == "completed", found.error
    assert "chief" not in found.path
    assert "receive" not in found.path
    assert found.ends[-1] == "End_admitted"


def test_the_yearly_refresh_starts_by_timer_too() -> None:
    bundle = compile_bundle("annual_refresh", shipped.sources())
    (timer,) = bundle.start.timers
    assert timer.kind == "cycle"
    assert bundle.start.element == "Start"
