"""What the specification allows although it is seldom drawn so: the check lets it pass, the engine runs it."""

from __future__ import annotations

from forms.feel import World, china
from tests.workflows.engine.builders import AT
from tests.workflows.engine.rule_cases import drawn, raw, sub
from tests.workflows.engine.rule_cases_events import link, linked
from workflows.engine import Source, TryResult, check, try_run

COMPLEX = (
    "<bpmn:multiInstanceLoopCharacteristics behavior='Complex'><bpmn:loopCardinality>2</bpmn:loopCardinality>"
    "<bpmn:complexBehaviorDefinition><bpmn:condition>true</bpmn:condition></bpmn:complexBehaviorDefinition>"
    "</bpmn:multiInstanceLoopCharacteristics>"
)
UNDONE = "<bpmn:compensateEventDefinition/>"


def ran(source: Source) -> TryResult:
    (report,) = check([source])
    assert [found for found in report.findings if found.severity == "error"] == []
    return try_run([source], world=World(AT, china()))


def test_a_link_that_names_its_other_end_may_have_another_name() -> None:
    throw = link("t1", "leave", "<bpmn:target>c1</bpmn:target>")
    catch = link("c1", "arrive", "<bpmn:source>t1</bpmn:source>")
    assert ran(linked(throw, catch)).path == ("s", "t", "c", "e")


def test_the_association_of_a_compensation_may_be_drawn_outside_its_subprocess() -> None:
    inside = sub(
        "subProcess",
        "",
        f"start x\ntask a\nboundaryEvent b attachedToRef='a' | {UNDONE}\ntask c isForCompensation='true'\n"
        f"intermediateThrowEvent t | {UNDONE}\nend y",
        "x -> a -> t -> y",
    )
    source = drawn(f"{inside}\nassociation as sourceRef='b' targetRef='c'", "s -> sub -> e")
    assert [key for key in ran(source).path if key in "act"] == ["a", "c", "t"]


def test_a_complex_behaviour_need_not_throw() -> None:
    result = ran(drawn(f"task a | {COMPLEX}", "s -> a -> e"))
    assert result.path == ("s", "a", "a", "e")


def test_message_flows_may_end_at_a_choreography_task_which_has_two_of_them() -> None:
    choreography = (
        "<bpmn:choreography id='C'><bpmn:participant id='p1'/><bpmn:participant id='p2'/>"
        "<bpmn:messageFlow id='f1' sourceRef='p1' targetRef='p2'/><bpmn:messageFlow id='f2' sourceRef='p2' targetRef='p1'/>"
        "<bpmn:choreographyTask id='t' initiatingParticipantRef='p1'><bpmn:participantRef>p1</bpmn:participantRef>"
        "<bpmn:participantRef>p2</bpmn:participantRef><bpmn:messageFlowRef>f1</bpmn:messageFlowRef>"
        "<bpmn:messageFlowRef>f2</bpmn:messageFlowRef></bpmn:choreographyTask></bpmn:choreography>"
        "<bpmn:collaboration id='K'><bpmn:participant id='p3'/><bpmn:messageFlow id='f3' sourceRef='p3' targetRef='t'/>"
        "<bpmn:choreographyRef>C</bpmn:choreographyRef></bpmn:collaboration>"
    )
    (report,) = check([raw(choreography)])
    assert {found.rule for found in report.findings if found.severity == "error"} == {"process.none"}
