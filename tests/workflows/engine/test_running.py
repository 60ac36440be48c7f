"""Tasks, gateways, scripts, services, variables."""

# ruff: noqa: E501 - diagrams are written one element a line

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from forms.faults import Refused
from forms.feel import YearsMonths
from tests.workflows.dmn_files import decision, definitions, table
from tests.workflows.engine.builders import AT, SHANGHAI, Run, diagram
from workflows.engine import BusinessError, Incident, NoSuchTask, ServiceCall, Source


def test_a_user_task_opens_with_everything_the_diagram_says_of_it() -> None:
    run = Run(
        diagram(
            """
            start s
            userTask a name="初审 ${title}" camunda:formRef="review" camunda:formRefBinding="latest" camunda:assignee="${clerk}" camunda:candidateUsers="x, y" camunda:candidateGroups="unit_clerk@${unit}, ${more}" camunda:dueDate="= add working days(today(), 2)" camunda:followUpDate="P1D" camunda:priority="70" | <bpmn:extensionElements><camunda:properties><camunda:property name="box" value="bureau"/></camunda:properties></bpmn:extensionElements>
            end e
            """,
            "s -> a -> e",
        ),
        data={"unit": 7, "clerk": None, "more": ["m1", "m2"], "title": "网格"},
    )
    (task,) = run.instance.user_tasks
    assert (task.element, task.name, task.form_key, task.form_binding) == (
        "a",
        "初审 网格",
        "review",
        "latest",
    )
    assert task.assignee is None
    assert task.candidate_users == ("x", "y")
    assert task.candidate_groups == ("unit_clerk@7", "m1", "m2")
    assert task.due == datetime(2026, 3, 18, 23, 59, 59, tzinfo=SHANGHAI)
    assert task.follow_up == AT + timedelta(days=1)
    assert task.priority == 70
    assert task.properties == {"box": "bureau"}


def test_a_due_date_stays_as_it_was_when_the_task_opened() -> None:
    run = Run(diagram('start s\nuserTask a camunda:dueDate="P3D"\nend e', "s -> a -> e"))
    run.clock(AT + timedelta(days=2))
    assert run.instance.user_tasks[0].due == AT + timedelta(days=3)


def test_the_exclusive_gateway_takes_one_way_and_the_default_otherwise() -> None:
    drawn = diagram(
        'start s\nexclusiveGateway g default="g_c"\nuserTask a\nuserTask b\nuserTask c',
        "s -> g -[${n > 5}]-> a; g -[= n > 2]-> b; g -> c",
    )
    for n, element in ((9, "a"), (3, "b"), (1, "c"), (None, "c")):
        assert Run(drawn, data={"n": n}).open == [element]


def test_an_exclusive_gateway_without_a_way_is_an_incident_at_its_element() -> None:
    drawn = diagram(
        "start s\nexclusiveGateway g\nuserTask a\nuserTask b", "s -> g -[x = 1]-> a; g -[x = 2]-> b"
    )
    with pytest.raises(Incident) as caught:
        Run(drawn, data={"x": 3})
    assert caught.value.element == "g"


def test_a_parallel_join_waits_for_all_and_fires_once() -> None:
    run = Run(
        diagram(
            "start s\nparallelGateway f\nuserTask a\nuserTask b\nuserTask c\nparallelGateway j\nuserTask z\nend e",
            "s -> f -> a -> j -> z -> e; f -> b -> j; f -> c -> j",
        )
    )
    run.do("b").do("c")
    assert run.open == ["a"]
    run.do("a")
    assert run.open == ["z"]
    run.do("z")
    assert run.status == "completed"
    assert run.path == ["s", "f", "b", "c", "a", "j", "z", "e"]


def test_an_inclusive_join_waits_only_for_the_ways_that_were_taken() -> None:
    drawn = diagram(
        'start s\ninclusiveGateway f default="f_c"\nuserTask a\nuserTask b\nuserTask c\ninclusiveGateway j\nuserTask z',
        "s -> f -[x > 0]-> a -> j -> z; f -[y > 0]-> b -> j; f -> c -> j",
    )
    both = Run(drawn, data={"x": 1, "y": 1})
    assert both.open == ["a", "b"]
    assert both.do("a").open == ["b"]
    assert both.do("b").open == ["z"]
    assert Run(drawn, data={"x": 1, "y": 0}).do("a").open == ["z"]
    assert Run(drawn, data={"x": 0, "y": 0}).do("c").open == ["z"]


def test_several_flows_from_a_task_and_conditions_on_them_count() -> None:
    drawn = diagram(
        'start s\nuserTask t default="t_c"\nuserTask a\nuserTask b\nuserTask c',
        "s -> t -[x > 1]-> a; t -[x > 5]-> b; t -> c",
    )
    assert Run(drawn).do("t", x=9).open == ["a", "b"]
    assert Run(drawn).do("t", x=2).open == ["a"]
    assert Run(drawn).do("t", x=0).open == ["c"]


def test_a_script_is_lines_of_feel_and_each_sees_the_one_before() -> None:
    run = Run(
        diagram(
            "start s\nscriptTask c | <bpmn:script>n = 2&#10;// a note&#10;total = n * 1.5&#10;list = [n,&#10;  total]</bpmn:script>\nuserTask a",
            "s -> c -> a",
        )
    )
    assert run.data == {"n": 2, "total": 3, "list": [2, 3]}


def test_a_service_gets_the_variables_and_its_answer_becomes_variables() -> None:
    calls: list[ServiceCall] = []

    def serve(call: ServiceCall) -> dict[str, object]:
        calls.append(call)
        return {"number": "R-1"}

    drawn = diagram(
        """
        start s
        serviceTask c name="登记" camunda:delegateExpression="${register}" | <bpmn:extensionElements><camunda:inputOutput><camunda:inputParameter name="kind">${kind}-x</camunda:inputParameter></camunda:inputOutput></bpmn:extensionElements>
        serviceTask d camunda:type="external" camunda:topic="mail" camunda:resultVariable="sent"
        userTask a
        """,
        "s -> c -> d -> a",
    )
    run = Run(drawn, data={"kind": "k"}, services=serve)
    assert [(call.name, call.element, call.process) for call in calls] == [
        ("register", "c", "p"),
        ("mail", "d", "p"),
    ]
    assert calls[0].inputs == {"kind": "k-x"}
    assert calls[0].key != calls[1].key
    assert run.data == {"kind": "k", "number": "R-1", "sent": {"number": "R-1"}}


def test_a_failing_service_is_an_incident_with_its_cause() -> None:
    def serve(call: ServiceCall) -> None:
        raise OSError("the line is down")

    with pytest.raises(Incident) as caught:
        Run(diagram('start s\nserviceTask c camunda:topic="x"', "s -> c"), services=serve)
    assert caught.value.element == "c"
    assert isinstance(caught.value.cause, OSError)


def test_an_incident_tells_the_sentence_of_a_refusal_not_its_class() -> None:
    class Refusal(Refused):
        zh = "编号已用完"
        en = "no numbers are left"

    def serve(call: ServiceCall) -> None:
        raise Refusal

    with pytest.raises(Incident) as caught:
        Run(diagram('start s\nserviceTask c camunda:topic="x"', "s -> c"), services=serve)
    assert "编号已用完" in caught.value.tell("zh")
    assert "Refusal" not in caught.value.tell("zh")
    with pytest.raises(Incident) as caught:
        Run(diagram('start s\nuserTask a camunda:dueDate="${x}"', "s -> a"), data={"x": "三天后"})
    assert caught.value.element == "a"
    assert "时间“三天后”无法识别" in caught.value.tell("zh")


def test_a_business_error_goes_to_the_boundary_event_of_its_code() -> None:
    def serve(call: ServiceCall) -> None:
        raise BusinessError("full", "no number left")

    drawn = diagram(
        """
        start s
        serviceTask c camunda:topic="x"
        boundaryEvent any attachedToRef="c" | <bpmn:errorEventDefinition/>
        boundaryEvent full attachedToRef="c" | <bpmn:errorEventDefinition errorRef="E" camunda:errorCodeVariable="code"/>
        userTask other
        userTask repair
        """,
        "s -> c; any -> other; full -> repair",
        outside='<bpmn:error id="E" errorCode="full"/>',
    )
    run = Run(drawn, services=serve)
    assert run.open == ["repair"]
    assert run.data == {"code": "full"}
    assert "c" not in run.path


def test_output_parameters_bring_values_out_and_inputs_stay_inside() -> None:
    drawn = diagram(
        """
        start s
        userTask a | <bpmn:extensionElements><camunda:inputOutput><camunda:inputParameter name="inside">${1 + 1}</camunda:inputParameter><camunda:outputParameter name="unit_decision">${decision}</camunda:outputParameter><camunda:outputParameter name="twice">= inside * 2</camunda:outputParameter></camunda:inputOutput></bpmn:extensionElements>
        userTask b
        """,
        "s -> a -> b",
    )
    run = Run(drawn)
    assert run.instance.user_tasks[0].variables["inside"] == 2
    run.do("a", decision="agree")
    assert run.data == {"decision": "agree", "unit_decision": "agree", "twice": 4}


def test_a_task_is_done_once() -> None:
    run = Run(diagram("start s\nuserTask a\nuserTask b", "s -> a -> b"))
    key = run.instance.open_keys[0]
    run.do("a")
    with pytest.raises(NoSuchTask):
        run.instance.complete(key, {})
    with pytest.raises(NoSuchTask):
        run.instance.complete("nonsense", {})


def test_every_value_comes_back_from_the_state_as_it_went_in() -> None:
    values = {
        "money": Decimal("12.50"),
        "day": date(2026, 3, 16),
        "moment": AT,
        "utc": datetime.fromisoformat("2026-03-16T01:30:00+00:00"),
        "period": timedelta(days=3, seconds=5, microseconds=7),
        "months": YearsMonths(14),
        "big": 10**30,
        "deep": [{"$odd": [Decimal("1")], "x": None}, [], {}],
        "yes": True,
        "text": "文字 𠮷",
    }
    run = Run(diagram("start s\nuserTask a", "s -> a"), data=values)
    run.store()
    assert run.data == values
    assert {key: type(value) for key, value in run.data.items()} == {
        key: type(value) for key, value in values.items()
    }
    assert run.data["moment"].tzinfo == SHANGHAI


def test_a_value_that_cannot_be_stored_is_refused_when_the_state_is_written() -> None:
    with pytest.raises(TypeError):
        Run(diagram("start s\nuserTask a", "s -> a"), data={"x": object()})


def test_a_loop_without_a_wait_is_an_incident_not_a_hang() -> None:
    with pytest.raises(Incident):
        Run(diagram("start s\nexclusiveGateway m\ntask t", "s -> m -> t -> m"))


def test_a_correction_loop_of_hundreds_of_rounds_keeps_running() -> None:
    run = Run(
        diagram(
            'start s\nexclusiveGateway m\nuserTask a\nexclusiveGateway g default="g_m"\nend e',
            "s -> m -> a -> g -[ok]-> e; g -> m",
        )
    )
    for _ in range(400):
        run.instance.complete(run.instance.open_keys[0], {"ok": False})
    run.do("a", ok=True)
    assert run.status == "completed"


def test_elements_called_start_and_end_are_no_trouble() -> None:
    run = Run(diagram("start Start\nuserTask Root\nend End", "Start -> Root -> End"))
    run.do("Root")
    assert run.path == ["Start", "Root", "End"]
    assert run.instance.ends == ["End"]


def test_the_trail_tells_what_opened_and_what_finished() -> None:
    run = Run(diagram("start s\nuserTask a\nuserTask b", "s -> a -> b"))
    run.instance.complete(run.instance.open_keys[0], {})
    steps = [(step.element, step.event) for step in run.instance.trail]
    assert steps == [("a", "completed"), ("b", "entered")]


@pytest.mark.parametrize("how", ["singleEntry", "collectEntries"])
def test_entries_of_a_decision_with_several_outputs_are_an_incident(how: str) -> None:
    both = definitions(decision("d", table([], ["a", "b"], [["1", "2"]], policy="COLLECT")))
    with pytest.raises(Incident, match="several outputs"):
        Run(
            diagram(
                f'start s\nbusinessRuleTask r camunda:decisionRef="d" camunda:mapDecisionResult="{how}" camunda:resultVariable="x"\nend e',
                "s -> r -> e",
            ),
            Source("d.dmn", both),
        )


@pytest.mark.parametrize("line", ["x = 1 / 0", 'x = n + "a"', "x = nosuch(1)", 'x = date("2026-02-30")'])
def test_a_script_that_cannot_be_computed_is_an_incident_and_writes_nothing(line: str) -> None:
    drawn = diagram(
        f"start s\nscriptTask a | <bpmn:script>y = 1\n{line}</bpmn:script>\nend e".replace(
            "\n" + line, "&#10;" + line
        ),
        "s -> a -> e",
    )
    with pytest.raises(Incident, match="comes to nothing") as failed:
        Run(drawn, data={"n": 1})
    assert failed.value.element == "a"


def test_a_script_that_reads_a_null_is_null() -> None:
    drawn = diagram("start s\nscriptTask a | <bpmn:script>x = n + 1</bpmn:script>\nend e", "s -> a -> e")
    assert Run(drawn, data={"n": None}).instance.variables == {"n": None, "x": None}


def test_an_inclusive_join_takes_one_token_of_each_flow_and_fires_again_for_the_rest() -> None:
    drawn = diagram(
        "start s\nparallelGateway f\ntask a completionQuantity='2'\nuserTask b\ninclusiveGateway j\nend e",
        "s -> f -> a -> j; f -> b -> j -> e",
    )
    run = Run(drawn).do("b")
    assert (run.path, run.status) == (["s", "f", "a", "b", "j", "e", "j", "e"], "completed")


def test_two_flows_from_one_gateway_to_an_inclusive_join_are_two_flows() -> None:
    drawn = diagram(
        "start s\ninclusiveGateway f\ninclusiveGateway j\nend e", "s -> f -[true]-> j; f -[n = 1]-> j; j -> e"
    )
    twice = Source(drawn.name, drawn.content.replace(b'"f_j"', b'"f_j2"', 1))
    for n in (1, 2):
        assert Run(twice, data={"n": n}).path == ["s", "f", "j", "e"]
