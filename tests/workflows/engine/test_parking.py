"""A failure stops its own branch: it is set aside, told, and taken up again or passed over."""

# ruff: noqa: E501 - diagrams are written one element a line

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.workflows.engine.builders import AT, around, diagram, document, process
from workflows.engine import (
    BusinessError,
    Incident,
    Instance,
    NoSuchTask,
    ServiceCall,
    Source,
    compile_bundle,
)

ERROR = '<bpmn:error id="E" errorCode="full"/>'


class Office:
    """An instance whose failures are set aside, written down and read back after every move."""

    def __init__(
        self,
        *sources: Source,
        services: Callable[[ServiceCall], Mapping[str, Any] | None] | None = None,
        later: Callable[[str, bool], str] | None = None,
        **data: Any,
    ) -> None:
        self.bundle = compile_bundle("p", sources)
        self.around = replace(around(services), parks=lambda incident: True, later=later)
        self.path: list[str] = []
        self.instance = Instance.start(self.bundle, data, self.around)
        self.store()

    def store(self) -> Office:
        self.path += [step.element for step in self.instance.trail if step.event == "completed"]
        self.instance = Instance.load(self.bundle, self.instance.dump(), self.around)
        return self

    @property
    def stuck(self) -> list[tuple[str, str]]:
        return [(each.element, each.phase) for each in self.instance.incidents]

    @property
    def open(self) -> list[str]:
        return [task.element for task in self.instance.user_tasks]

    def key(self, place: int = 0) -> str:
        return self.instance.incidents[place].key

    def do(self, element: str, **variables: Any) -> Office:
        task = next(task for task in self.instance.user_tasks if task.element == element)
        self.instance.complete(task.key, variables)
        return self.store()

    def retry(self, **variables: Any) -> Office:
        if variables:
            self.instance.change_variables(self.key(), variables)
        self.instance.retry(self.key())
        return self.store()

    def skip(self, **variables: Any) -> Office:
        self.instance.skip(self.key(), variables)
        return self.store()


def broken(call: ServiceCall) -> None:
    raise RuntimeError("down")


def test_the_other_branch_goes_on_and_the_work_before_is_kept() -> None:
    office = Office(
        diagram(
            'start s\nuserTask a\nparallelGateway g\nserviceTask f camunda:delegateExpression="${x}"\nuserTask b\nparallelGateway j\nend e',
            "s -> a -> g -> f -> j -> e; g -> b -> j",
        ),
        services=broken,
    ).do("a", sum=7)
    assert (office.open, office.stuck) == (["b"], [("f", "run")])
    assert office.instance.incidents[0].zh == "系统未能完成此步(RuntimeError)"
    office.do("b")
    assert office.instance.status == "running", "the join waits for the branch that stands still"
    office.around = replace(office.around, services=lambda call: {"made": call.variables["sum"]})
    office.store().retry()
    assert (office.instance.status, office.instance.variables) == ("completed", {"sum": 7, "made": 7})
    assert office.path == ["s", "a", "g", "b", "f", "j", "e"]


def test_what_is_passed_over_brings_its_variables_along() -> None:
    office = Office(
        diagram('start s\nserviceTask f camunda:delegateExpression="${x}"\nuserTask z', "s -> f -> z"),
        services=broken,
    ).skip(number="7")
    assert (office.open, office.stuck, office.instance.variables) == (["z"], [], {"number": "7"})


@pytest.mark.parametrize(
    ("elements", "connected", "stuck", "mended"),
    [
        (
            "start s\nuserTask a\nexclusiveGateway g\nuserTask z",
            "s -> a -> g; g -[x = 1]-> z",
            ("g", "leave"),
            {"x": 1},
        ),
        ("start s\nuserTask a\nuserTask z", "s -> a; a -[x = 1]-> z", ("a", "leave"), {"x": 1}),
        (
            'start s\nuserTask a\nuserTask z | <bpmn:multiInstanceLoopCharacteristics camunda:collection="x"/>',
            "s -> a -> z",
            ("z", "run"),
            {"x": [1]},
        ),
        (
            "start s\nuserTask a\nintermediateCatchEvent t | <bpmn:timerEventDefinition><bpmn:timeDuration>${x}</bpmn:timeDuration></bpmn:timerEventDefinition>\nuserTask z",
            "s -> a -> t -> z",
            ("t", "arrive"),
            {"x": "PT0S"},
        ),
    ],
)
def test_repaired_variables_let_the_same_step_go_on(
    elements: str, connected: str, stuck: tuple[str, str], mended: dict[str, Any]
) -> None:
    office = Office(diagram(elements, connected)).do("a")
    assert office.stuck == [stuck]
    office.retry()
    assert office.stuck == [stuck], "nothing has changed, so it fails again"
    office.retry(**mended)
    office.instance.fire_due()
    assert (office.open or [t.element for t in office.instance.user_tasks], office.stuck) == (["z"], [])


def test_a_boundary_event_that_cannot_be_armed_leaves_its_task_open() -> None:
    source = diagram(
        'start s\nuserTask a\nboundaryEvent t attachedToRef="a" | <bpmn:timerEventDefinition><bpmn:timeDuration>${x}</bpmn:timeDuration></bpmn:timerEventDefinition>\nuserTask z\nuserTask late',
        "s -> a -> z; t -> late",
    )

    office = Office(source)
    assert (office.open, office.stuck) == (["a"], [("t", "arrive")])
    office.instance.change_variables(office.key(), {"x": "PT1H"})
    office.store().retry()
    assert [wait.due for wait in office.instance.waits] == [AT + timedelta(hours=1)]
    again = Office(source)
    again.do("a")
    assert (again.open, again.stuck) == (["z"], []), "with the task the event is of no use any more"


def test_an_error_nobody_catches_stands_at_its_end_event_until_it_is_passed_over() -> None:
    office = Office(
        diagram(
            'start s\nuserTask a\nend e | <bpmn:errorEventDefinition errorRef="E"/>',
            "s -> a -> e",
            outside=ERROR,
        )
    ).do("a")
    assert (office.stuck, office.instance.ends) == ([("e", "after")], [])
    office.skip()
    assert (office.instance.status, office.instance.ends) == ("completed", ["e"])


def test_a_completion_condition_that_fails_counts_its_child_once() -> None:
    def choose(call: ServiceCall) -> dict[str, Any]:
        return {}

    loop = '<bpmn:multiInstanceLoopCharacteristics camunda:collection="xs" camunda:elementVariable="x"><bpmn:completionCondition>${nrOfCompletedInstances / limit >= 1}</bpmn:completionCondition></bpmn:multiInstanceLoopCharacteristics>'
    office = Office(
        diagram(f"start s\nuserTask m | {loop}\nuserTask z", "s -> m -> z"),
        services=choose,
        xs=[1, 2],
        limit=2,
    )
    office.do("m").do("m")
    assert (office.open, office.stuck) == (["z"], [])
    assert office.instance.variables["m_results"] == [{"x": 1}, {"x": 2}]


def test_what_a_called_process_cannot_hand_back_waits_at_the_call() -> None:
    caller = process(
        'start s\ncallActivity c calledElement="q" | <bpmn:extensionElements><camunda:inputOutput><camunda:outputParameter name="got">${r}</camunda:outputParameter></camunda:inputOutput></bpmn:extensionElements>\nuserTask z',
        "s -> c -> z",
    )
    office = Office(
        Source(
            "p.bpmn", document(caller, process("start qs\nuserTask qa\nend qe", "qs -> qa -> qe", key="q"))
        )
    )
    office.do("qa")
    assert office.open == ["z"]


def test_a_loop_that_never_waits_is_set_aside_where_it_stands() -> None:
    office = Office(
        diagram(
            "start s\nuserTask a\nexclusiveGateway g\ntask t\nexclusiveGateway h\nuserTask z",
            "s -> a -> g -> t -> h; h -[out = true]-> z; h -[out != true]-> g",
        )
    ).do("a")
    assert len(office.stuck) == 1
    office.retry(out=True)
    assert (office.open, office.stuck) == (["z"], [])


def test_a_cancelled_host_takes_its_failed_step_along() -> None:
    office = Office(
        diagram(
            'start s\nsubProcess u | <bpmn:startEvent id="is"/><bpmn:serviceTask id="f" camunda:delegateExpression="${x}"/><bpmn:sequenceFlow id="k" sourceRef="is" targetRef="f"/>\nboundaryEvent t attachedToRef="u" | <bpmn:timerEventDefinition><bpmn:timeDuration>PT1H</bpmn:timeDuration></bpmn:timerEventDefinition>\nuserTask late',
            "s -> u; t -> late",
        ),
        services=broken,
    )
    assert office.stuck == [("f", "run")]
    office.around = replace(office.around, world=replace(office.around.world, at=AT + timedelta(hours=2)))
    office.store().instance.fire_due()
    assert (office.store().open, office.stuck) == (["late"], [])


def test_without_parking_a_failure_is_raised() -> None:
    bundle = compile_bundle(
        "p", [diagram('start s\nserviceTask f camunda:delegateExpression="${x}"', "s -> f")]
    )
    with pytest.raises(Incident):
        Instance.start(bundle, {}, around(broken))


# ---------------------------------------------------------------- jobs
def later(service: str, external: bool) -> str:
    return "external" if external else ""


ASYNC = 'start s\nserviceTask f camunda:delegateExpression="${x}" camunda:asyncBefore="true" camunda:resultVariable="r"\nuserTask z'


def test_a_step_drawn_to_run_later_waits_for_its_job_and_runs_once() -> None:
    office = Office(diagram(ASYNC, "s -> f -> z"), services=lambda call: {"key": call.key}, later=later)
    (job,) = office.instance.jobs
    assert (job.element, job.kind, job.topic, office.open) == ("f", "step", "x", [])
    office.instance.run_job(job.key)
    office.store()
    assert (office.open, office.instance.jobs) == (["z"], [])
    assert office.instance.variables["r"]["key"] == f"p:f:{job.key}"
    with pytest.raises(NoSuchTask):
        office.instance.run_job(job.key)


def test_a_job_that_fails_tells_so_and_waits_on() -> None:
    office = Office(diagram(ASYNC, "s -> f -> z"), services=broken, later=later)
    key = office.instance.jobs[0].key
    with pytest.raises(Incident):
        office.instance.run_job(key)
    office.instance = Instance.load(
        office.bundle,
        Office(diagram(ASYNC, "s -> f -> z"), services=broken, later=later).instance.dump(),
        office.around,
    )
    assert [job.key for job in office.instance.jobs] == [key]
    office.instance.skip(key, {"r": {"given": True}})
    assert (office.store().open, office.instance.variables) == (["z"], {"r": {"given": True}})


EXTERNAL = (
    'start s\nserviceTask f camunda:type="external" camunda:topic="archive" camunda:taskPriority="${p}"\nuserTask z\n'
    'boundaryEvent b attachedToRef="f" | <bpmn:errorEventDefinition errorRef="E"/>\nuserTask other'
)


def test_outside_work_is_finished_with_its_variables() -> None:
    office = Office(diagram(EXTERNAL, "s -> f -> z; b -> other", outside=ERROR), later=later, p=7)
    (job,) = office.instance.jobs
    assert (job.kind, job.topic, job.priority) == ("external", "archive", 7)
    assert office.instance.call_of(job.key).variables == {"p": 7}
    office.instance.finish_job(job.key, {"box": "A-1"})
    assert (office.store().open, office.instance.variables["box"]) == (["z"], "A-1")


def test_an_error_of_outside_work_goes_to_who_catches_it_else_it_is_an_incident() -> None:
    source = diagram(EXTERNAL, "s -> f -> z; b -> other", outside=ERROR)
    office = Office(source, later=later)
    office.instance.error_in_job(office.instance.jobs[0].key, BusinessError("full", "no room", {"left": 0}))
    assert (office.store().open, office.instance.variables["left"]) == (["other"], 0)
    office = Office(source, later=later)
    office.instance.error_in_job(office.instance.jobs[0].key, BusinessError("unknown"))
    assert office.store().stuck == [("f", "run")]
    office.retry()
    assert [job.element for job in office.instance.jobs] == ["f"]
