"""A running instance goes over to another version: whatever is in flight stands on its element of the new one."""

from __future__ import annotations

from datetime import timedelta

import pytest
from builders import AT, Run, around, diagram, document, process

from workflows.engine import Incident, Instance, ServiceCall, Source, Surroundings, compile_bundle
from workflows.engine.migrating import go_on, misdirected, move, places

TIMER = "<bpmn:timerEventDefinition><bpmn:timeDuration>{}</bpmn:timeDuration></bpmn:timerEventDefinition>"
MANY = (
    '<bpmn:multiInstanceLoopCharacteristics isSequential="{}" camunda:collection="${{units}}" '
    'camunda:elementVariable="unit"/>'
)
STRAIGHT = diagram('start s\nuserTask a name="A"\nuserTask b name="B"\nend e', "s -> a -> b -> e")
BRANCHES = diagram(
    "start s\nparallelGateway f\nuserTask a\nuserTask b\nparallelGateway j\nuserTask c\nend e",
    "s -> f -> a -> j -> c -> e; f -> b -> j",
)


def moved(run: Run, *sources: Source, **renames: str) -> list[str]:
    """Move an instance on, written down and read back; returns the rules of the findings, errors with a `!`."""
    bundle = compile_bundle("p", sources)
    instance = Instance.load(run.bundle, run.instance.dump(), around(run.services, run.at))
    found = move(instance, bundle, {"p": renames, "q": renames})
    for each in found:
        assert each.tell("zh")
        assert each.tell("en")
    if not any(each.severity == "error" for each in found):
        go_on(instance)
        run.bundle, run.instance = bundle, instance
        run.store()
    return [
        ("!" if each.severity == "error" else "") + each.rule.removeprefix("migration.") for each in found
    ]


def test_an_open_task_keeps_its_key_and_goes_on_behind_a_task_that_is_new() -> None:
    run = Run(STRAIGHT)
    key = run.instance.user_tasks[0].key
    new = diagram('start s\nuserTask a name="甲"\nuserTask n\nuserTask b\nend e', "s -> a -> n -> b -> e")
    assert moved(run, new) == []
    (task,) = run.instance.user_tasks
    assert (task.key, task.name) == (key, "甲")
    assert run.do("a").do("n").do("b").status == "completed"


def test_a_new_task_behind_an_instance_is_told_and_not_done() -> None:
    run = Run(STRAIGHT).do("a")
    new = diagram("start s\nuserTask n\nuserTask a\nuserTask b\nend e", "s -> n -> a -> b -> e")
    assert moved(run, new) == ["passed-over"]
    assert run.open == ["b"]
    assert run.do("b").status == "completed"


def test_a_renamed_element_is_followed_where_it_is_mapped_and_refused_where_it_is_not() -> None:
    run = Run(STRAIGHT)
    before = run.instance.dump()
    new = diagram('start s\nuserTask x name="A"\nuserTask b\nend e', "s -> x -> b -> e")
    assert moved(run, new) == ["!removed"]
    assert run.instance.dump() == before
    assert moved(run, new, a="x") == []
    assert run.do("x").do("b").status == "completed"


def test_a_task_cannot_become_another_kind_of_element() -> None:
    new = diagram('start s\nserviceTask a camunda:topic="t"\nuserTask b\nend e', "s -> a -> b -> e")
    assert moved(Run(STRAIGHT), new) == ["!other-kind"]


def test_a_task_that_moved_into_a_subprocess_is_refused_in_words_of_its_own() -> None:
    new = Source(
        "p.bpmn",
        document(
            process(
                'start s\nsubProcess u | <bpmn:startEvent id="us"/><bpmn:userTask id="a"/>'
                '<bpmn:sequenceFlow id="x" sourceRef="us" targetRef="a"/>\nuserTask b\nend e',
                "s -> u -> b -> e",
            )
        ),
    )
    assert "!other-scope" in moved(Run(STRAIGHT), new)


def test_a_finished_element_that_is_drawn_no_more_is_forgotten_and_one_can_go_back_before_it() -> None:
    old = diagram("start s\nuserTask a\nuserTask b\nuserTask c\nend e", "s -> a -> b -> c -> e")
    run = Run(old).do("a").do("b")
    assert moved(run, diagram("start s\nuserTask a\nuserTask c\nend e", "s -> a -> c -> e")) == []
    assert run.instance.finished_key("b") is None
    assert run.back("a").open == ["a"]
    assert run.do("a").do("c").status == "completed"


def test_an_open_task_keeps_its_due_time_and_takes_the_new_groups() -> None:
    old = diagram(
        'start s\nuserTask a camunda:candidateGroups="x" camunda:dueDate="P3D"\nend e', "s -> a -> e"
    )
    new = diagram(
        'start s\nuserTask a camunda:candidateGroups="y,${z}" camunda:dueDate="P9D" camunda:priority="70"\nend e',
        "s -> a -> e",
    )
    run = Run(old, data={"z": "w"})
    run.clock(AT + timedelta(days=1))
    assert moved(run, new) == []
    (task,) = run.instance.user_tasks
    assert task.candidate_groups == ("y", "w")
    assert task.priority == 70
    assert task.due == AT + timedelta(days=3)


def test_what_the_new_version_cannot_evaluate_is_a_finding() -> None:
    new = diagram('start s\nuserTask a camunda:dueDate="${x + 1}"\nuserTask b\nend e', "s -> a -> b -> e")
    assert moved(Run(STRAIGHT, data={"x": "no date"}), new) == ["!not-evaluated"]


# ---------------------------------------------------------------- several instances
@pytest.mark.parametrize("sequential", ["false", "true"])
def test_several_instances_go_on_where_they_were(sequential: str) -> None:
    many = MANY.format(sequential)
    run = Run(diagram(f"start s\nuserTask m | {many}\nend e", "s -> m -> e"), data={"units": ["u", "v", "w"]})
    run.do("m", said="first")
    new = diagram(f"start s\nuserTask k | {many}\nuserTask z\nend e", "s -> k -> z -> e")
    assert moved(run, new, m="k") == []
    assert len(run.open) == (1 if sequential == "true" else 2)
    run.do("k", said="second").do("k", said="third")
    assert [each["said"] for each in run.data["k_results"]] == ["first", "second", "third"]
    assert "m_results" not in run.data
    assert run.do("z").status == "completed"


def test_parallel_instances_cannot_become_sequential_ones_nor_one_task() -> None:
    def source(body: str) -> Source:
        return diagram(f"start s\nuserTask m{body}\nend e", "s -> m -> e")

    run = Run(source(" | " + MANY.format("false")), data={"units": [1, 2]})
    assert moved(run, source(" | " + MANY.format("true"))) == ["!other-kind"]
    assert moved(run, source("")) == ["!other-kind"]


# ---------------------------------------------------------------- calls and subprocesses
def _calling(inner: str, connected: str, extra: str = "") -> Source:
    outer = process(f'start s\ncallActivity c calledElement="q"\nend e{extra}', "s -> c -> e")
    return Source("p.bpmn", document(outer, process(inner, connected, key="q")))


def test_a_call_in_flight_moves_with_its_content() -> None:
    run = Run(_calling("start qs\nuserTask a\nuserTask b\nend qe", "qs -> a -> b -> qe"))
    new = _calling("start qs\nuserTask x\nuserTask n\nuserTask b\nend qe", "qs -> x -> n -> b -> qe")
    assert moved(run, new) == ["!removed"]
    assert moved(run, new, a="x") == []
    assert run.do("x").do("n").do("b").status == "completed"


def test_a_call_may_call_another_process_now() -> None:
    run = Run(_calling("start qs\nuserTask a\nend qe", "qs -> a -> qe"))
    new = Source(
        "p.bpmn",
        document(
            process('start s\ncallActivity c calledElement="r"\nend e', "s -> c -> e"),
            process("start qs\nuserTask a\nuserTask b\nend qe", "qs -> a -> b -> qe", key="r"),
        ),
    )
    assert moved(run, new) == []
    assert run.instance.user_tasks[0].process == "r"
    assert run.do("a").do("b").status == "completed"


# ---------------------------------------------------------------- events
def test_a_boundary_timer_keeps_its_due_time_though_drawn_otherwise() -> None:
    def source(period: str) -> Source:
        return diagram(
            f'start s\nuserTask a\nboundaryEvent t attachedToRef="a" | {TIMER.format(period)}\nuserTask l\nend e',
            "s -> a -> e; t -> l -> e",
        )

    run = Run(source("P2D"))
    run.clock(AT + timedelta(days=1))
    assert moved(run, source("P30D")) == ["changed"]
    assert run.instance.next_due == AT + timedelta(days=2)
    run.clock(AT + timedelta(days=2))
    assert run.open == ["l"]


def test_boundary_events_that_are_new_are_armed_from_now_and_removed_ones_disarmed() -> None:
    with_timer = diagram(
        f'start s\nuserTask a\nboundaryEvent t attachedToRef="a" | {TIMER.format("P2D")}\nend e',
        "s -> a -> e; t -> e",
    )
    without = diagram("start s\nuserTask a\nend e", "s -> a -> e")
    run = Run(without)
    run.clock(AT + timedelta(days=1))
    assert moved(run, with_timer) == ["armed"]
    assert run.instance.next_due == AT + timedelta(days=3)
    assert moved(run, without) == ["disarmed"]
    assert (run.waiting, run.open) == ([], ["a"])
    assert run.do("a").status == "completed"


def test_event_subprocesses_are_armed_and_disarmed_with_their_scope() -> None:
    event = (
        'subProcess w triggeredByEvent="true" | <bpmn:startEvent id="ws">'
        '<bpmn:messageEventDefinition messageRef="M"/></bpmn:startEvent><bpmn:userTask id="wa"/>'
        '<bpmn:sequenceFlow id="wf" sourceRef="ws" targetRef="wa"/>'
    )
    message = '<bpmn:message id="M" name="withdraw"/>'
    with_event = diagram(f"start s\nuserTask a\nend e\n{event}", "s -> a -> e", outside=message)
    without = diagram("start s\nuserTask a\nend e", "s -> a -> e")
    run = Run(without)
    assert moved(run, with_event) == ["armed"]
    assert run.waiting == ["ws"]
    assert moved(run, without) == ["disarmed"]
    assert not run.message("withdraw")
    assert moved(run, with_event) == ["armed"]
    assert run.message("withdraw")
    assert run.open == ["wa"]
    assert run.do("wa").status == "completed"


def test_events_behind_a_gateway_need_one_that_stays() -> None:
    def source(*names: str) -> Source:
        events = "\n".join(
            f'intermediateCatchEvent {name} | <bpmn:messageEventDefinition messageRef="M{name}"/>'
            for name in names
        )
        flows = "; ".join(f"g -> {name} -> e" for name in names)
        outside = "".join(f'<bpmn:message id="M{name}" name="{name}"/>' for name in names)
        return diagram(f"start s\neventBasedGateway g\n{events}\nend e", f"s -> g; {flows}", outside=outside)

    run = Run(source("x", "y"))
    assert moved(run, source("v", "w")) == ["!removed", "!removed"]
    assert moved(run, source("y", "z")) == ["disarmed", "armed"]
    assert run.waiting == ["y", "z"]
    assert run.message("z")
    assert run.status == "completed"


def test_an_event_that_happens_as_it_is_armed_stops_the_task() -> None:
    without = diagram("start s\nuserTask a\nend e", "s -> a -> e")
    holds = "<bpmn:conditionalEventDefinition><bpmn:condition>x &gt; 1</bpmn:condition></bpmn:conditionalEventDefinition>"
    with_events = diagram(
        f'start s\nuserTask a\nboundaryEvent c attachedToRef="a" | {holds}\n'
        f'boundaryEvent t attachedToRef="a" | {TIMER.format("P2D")}\nuserTask b\nend e',
        "s -> a -> e; c -> b -> e; t -> e",
    )
    run = Run(without, data={"x": 2})
    assert moved(run, with_events) == ["armed"]
    assert (run.open, run.waiting) == (["b"], [])


# ---------------------------------------------------------------- joins
def test_a_branch_that_waits_in_a_join_is_counted_though_a_task_was_put_in_front_of_it() -> None:
    run = Run(BRANCHES).do("a")
    new = diagram(
        "start s\nparallelGateway f\nuserTask a\nuserTask n\nuserTask b\nparallelGateway j\nuserTask c\nend e",
        "s -> f -> a -> n -> j -> c -> e; f -> b -> j",
    )
    assert moved(run, new) == ["branch-passed"]
    assert run.open == ["b"]
    assert run.do("b").do("c").status == "completed"


def test_a_join_that_would_wait_for_ever_is_refused() -> None:
    run = Run(BRANCHES).do("a")
    new = diagram(
        "start s\nparallelGateway f\nuserTask a\nuserTask b\nuserTask d\nparallelGateway j\nuserTask c\nend e",
        "s -> f -> a -> j -> c -> e; f -> b -> j; f -> d -> j",
    )
    assert "!join-starves" in moved(run, new)
    assert "!join-starves" in moved(Run(BRANCHES), new)  # nobody waits yet, and still nobody would come


def test_a_finished_branch_that_is_drawn_no_more_is_not_waited_for() -> None:
    run = Run(BRANCHES).do("a")
    new = diagram("start s\nuserTask b\nparallelGateway j\nuserTask c\nend e", "s -> b -> j -> c -> e")
    assert moved(run, new) == ["branch-gone"]
    assert run.do("b").open == ["c"]
    assert run.do("c").status == "completed"


def test_a_join_fires_when_the_open_branch_leads_past_it_now() -> None:
    run = Run(BRANCHES).do("a")
    new = diagram(
        "start s\nparallelGateway f\nuserTask a\nuserTask b\nparallelGateway j\nuserTask c\nend e\nend e2",
        "s -> f -> a -> j -> c -> e; f -> b -> e2",
    )
    assert moved(run, new) == []
    assert sorted(run.open) == ["b", "c"]
    assert run.do("b").do("c").status == "completed"


# ---------------------------------------------------------------- what stands still
def test_an_incident_is_mended_by_a_version_that_does_it_otherwise() -> None:
    old = diagram('start s\nserviceTask x camunda:topic="t"\nuserTask a\nend e', "s -> x -> a -> e")
    new = diagram(
        "start s\nscriptTask x | <bpmn:script>y = 5</bpmn:script>\nuserTask a\nend e", "s -> x -> a -> e"
    )

    run = Run(STRAIGHT)
    run.bundle = compile_bundle("p", [old])
    plain = around(_down)
    parking = Surroundings(plain.world, plain.services, parks=lambda incident: True)
    run.instance = Instance.start(run.bundle, {}, parking)
    run.store()
    assert [each.element for each in run.instance.incidents] == ["x"]
    assert moved(run, new) == []
    run.instance.retry(run.instance.incidents[0].key)
    run.store()
    assert (run.open, run.data["y"]) == (["a"], 5)


# ---------------------------------------------------------------- what is to be mapped
def test_what_is_to_be_mapped_is_proposed_by_its_name() -> None:
    old = compile_bundle("p", [STRAIGHT])
    new = compile_bundle(
        "p", [diagram('start s\nuserTask x name="A"\nuserTask b\nend e', "s -> x -> b -> e")]
    )
    (place,) = places(old, new)
    assert (place.process, place.element, place.type, place.proposed) == ("p", "a", "userTask", "x")
    assert place.choices == (("x", "A"), ("b", ""))
    assert places(old, old) == []


def test_a_mapping_of_what_nobody_drew_is_told() -> None:
    bundle = compile_bundle("p", [STRAIGHT])
    found = misdirected(bundle, bundle, {"p": {"nothing": "a", "a": "nowhere"}})
    assert [each.element for each in found] == ["nothing", "nowhere"]


def test_what_fails_after_the_move_is_an_incident() -> None:
    run = Run(BRANCHES).do("a")
    new = diagram(
        "start s\nparallelGateway f\nuserTask a\nuserTask b\nparallelGateway j\n"
        'serviceTask c camunda:topic="t"\nend e\nend e2',
        "s -> f -> a -> j -> c -> e; f -> b -> e2",
    )
    instance = Instance.load(run.bundle, run.instance.dump(), around(_down))
    assert {each.severity for each in move(instance, compile_bundle("p", [new]), {})} <= {"warning"}
    with pytest.raises(Incident):
        go_on(instance)


def _down(call: ServiceCall) -> None:
    raise RuntimeError("the service is down")
