"""Subprocesses, called processes, several instances, loops."""

# ruff: noqa: E501 - diagrams are written one element a line

from __future__ import annotations

import pytest

from tests.workflows.engine.builders import Run, diagram, document, flows, nodes, process
from workflows.engine import Incident, NoSuchTask, ServiceCall, Source

INNER = nodes("start is\nuserTask ia\nend ie") + flows("is -> ia -> ie")


def multi(attributes: str, body: str = "") -> str:
    return (
        f"<bpmn:multiInstanceLoopCharacteristics {attributes}>{body}</bpmn:multiInstanceLoopCharacteristics>"
    )


def call(inside: str) -> str:
    return f"<bpmn:extensionElements>{inside}</bpmn:extensionElements>"


def test_a_subprocess_shares_the_variables_and_stands_after_its_content() -> None:
    run = Run(diagram(f"start s\nsubProcess sub | {INNER}\nuserTask z", "s -> sub -> z"), data={"x": 1})
    assert run.instance.user_tasks[0].variables == {"x": 1}
    run.do("ia", y=2)
    assert run.open == ["z"]
    assert run.data == {"x": 1, "y": 2}
    assert run.path == ["s", "is", "ia", "ie", "sub"]


def called(mappings: str) -> Source:
    return Source(
        "p.bpmn",
        document(
            process(
                f'start s\ncallActivity c calledElement="q" | {call(mappings)}\nuserTask z', "s -> c -> z"
            ),
            process("start qs\nuserTask qa\nend qe", "qs -> qa -> qe", key="q"),
        ),
    )


def test_a_called_process_sees_only_what_is_handed_in_and_gives_back_what_is_mapped_out() -> None:
    run = Run(
        called(
            '<camunda:in source="a" target="b"/><camunda:in sourceExpression="${a + 1}" target="c"/>'
            '<camunda:in businessKey="K-${a}"/><camunda:out source="r" target="result"/>'
        ),
        data={"a": 1, "secret": 2},
    )
    (task,) = run.instance.user_tasks
    assert (task.process, task.variables) == ("q", {"b": 1, "c": 2, "business_key": "K-1"})
    run.do("qa", r="ok", noise=1)
    assert run.data == {"a": 1, "secret": 2, "result": "ok"}
    assert run.path[-2:] == ["qe", "c"]


def test_a_call_can_hand_over_everything() -> None:
    run = Run(called('<camunda:in variables="all"/><camunda:out variables="all"/>'), data={"a": 1})
    assert run.instance.user_tasks[0].variables == {"a": 1}
    run.do("qa", r=2)
    assert run.data == {"a": 1, "r": 2}


def test_a_call_without_mappings_passes_nothing() -> None:
    run = Run(called(""), data={"a": 1})
    assert run.instance.user_tasks[0].variables == {}
    run.do("qa", r=2)
    assert run.data == {"a": 1}


PARALLEL = 'camunda:collection="${units}" camunda:elementVariable="unit"'


def test_each_child_of_a_parallel_multi_instance_is_a_task_of_its_own() -> None:
    run = Run(
        diagram(
            f'start s\nuserTask m camunda:candidateGroups="clerk@${{unit}}" | {multi(PARALLEL)}\nuserTask z',
            "s -> m -> z",
        ),
        data={"units": ["a", "b", "c"]},
    )
    tasks = run.instance.user_tasks
    assert [task.candidate_groups for task in tasks] == [("clerk@a",), ("clerk@b",), ("clerk@c",)]
    assert len({task.key for task in tasks}) == 3
    for answer in (3, 1, 2):
        task = next(t for t in run.instance.user_tasks if t.variables["unit"] == "abc"[answer - 1])
        run.instance.complete(task.key, {"answer": answer})
        run.store()
    assert run.open == ["z"]
    assert run.data == {
        "units": ["a", "b", "c"],
        "m_results": [
            {"unit": "a", "answer": 1},
            {"unit": "b", "answer": 2},
            {"unit": "c", "answer": 3},
        ],
    }
    assert run.path == ["s", "m", "m", "m"]


def test_a_sequential_multi_instance_opens_one_at_a_time() -> None:
    run = Run(
        diagram(
            f"start s\nuserTask m | {multi('isSequential=' + chr(34) + 'true' + chr(34) + ' ' + PARALLEL)}\nuserTask z",
            "s -> m -> z",
        ),
        data={"units": ["a", "b"]},
    )
    assert [task.variables["unit"] for task in run.instance.user_tasks] == ["a"]
    run.do("m", n=1)
    assert [task.variables["unit"] for task in run.instance.user_tasks] == ["b"]
    run.do("m", n=2)
    assert run.open == ["z"]


def test_the_completion_condition_knows_the_counters_and_stops_the_rest() -> None:
    condition = "<bpmn:completionCondition>${nrOfCompletedInstances / nrOfInstances >= 0.5}</bpmn:completionCondition>"
    run = Run(
        diagram(f"start s\nuserTask m | {multi(PARALLEL, condition)}\nuserTask z", "s -> m -> z"),
        data={"units": [1, 2, 3, 4]},
    )
    run.do("m")
    assert len(run.open) == 3
    run.do("m")
    assert run.open == ["z"]
    assert run.cancelled == ["m", "m"]


def test_the_condition_may_read_what_the_child_answered() -> None:
    condition = '<bpmn:completionCondition>= decision = "refuse"</bpmn:completionCondition>'
    run = Run(
        diagram(f"start s\nuserTask m | {multi(PARALLEL, condition)}\nuserTask z", "s -> m -> z"),
        data={"units": [1, 2]},
    )
    assert run.do("m", decision="refuse").open == ["z"]


def test_an_empty_collection_passes_and_no_collection_is_an_incident() -> None:
    drawn = diagram(f"start s\nuserTask m | {multi(PARALLEL)}\nuserTask z", "s -> m -> z")
    assert Run(drawn, data={"units": []}).open == ["z"]
    with pytest.raises(Incident) as caught:
        Run(drawn, data={"units": None})
    assert caught.value.element == "m"


def test_a_cardinality_counts_from_nought() -> None:
    run = Run(
        diagram(
            f"start s\nscriptTask m | <bpmn:script>seen = loopCounter</bpmn:script>{multi('', '<bpmn:loopCardinality>3</bpmn:loopCardinality>')}\nuserTask z",
            "s -> m -> z",
        )
    )
    assert run.data["m_results"] == [{"seen": 0}, {"seen": 1}, {"seen": 2}]


def test_a_multi_instance_subprocess_keeps_each_childs_variables_apart() -> None:
    run = Run(
        diagram(f"start s\nsubProcess sub | {INNER}{multi(PARALLEL)}\nuserTask z", "s -> sub -> z"),
        data={"units": ["a", "b"]},
    )
    assert run.open == ["ia", "ia"]
    run.do("ia", answer=1).do("ia", answer=2)
    assert run.open == ["z"]
    assert run.data["sub_results"] == [{"unit": "a", "answer": 1}, {"unit": "b", "answer": 2}]
    assert "answer" not in run.data


def test_a_multi_instance_call_collects_what_is_mapped_out() -> None:
    mappings = call('<camunda:in source="unit" target="u"/><camunda:out source="r" target="r"/>')
    source = Source(
        "p.bpmn",
        document(
            process(
                f'start s\ncallActivity c calledElement="q" | {mappings}{multi(PARALLEL)}\nuserTask z',
                "s -> c -> z",
            ),
            process("start qs\nuserTask qa\nend qe", "qs -> qa -> qe", key="q"),
        ),
    )
    run = Run(source, data={"units": ["a", "b"]})
    assert [task.variables for task in run.instance.user_tasks] == [{"u": "a"}, {"u": "b"}]
    run.do("qa", r=1).do("qa", r=2)
    assert run.data["c_results"] == [{"unit": "a", "r": 1}, {"unit": "b", "r": 2}]


def test_entering_a_multi_instance_again_starts_a_new_list() -> None:
    run = Run(
        diagram(
            f'start s\nexclusiveGateway j\nuserTask m | {multi(PARALLEL)}\nuserTask z\nexclusiveGateway g default="g_e"\nend e',
            "s -> j -> m -> z -> g -[again]-> j; g -> e",
        ),
        data={"units": [1]},
    )
    run.do("m", n=1).do("z", again=True).do("m", n=2)
    assert run.data["m_results"] == [{"unit": 1, "n": 2}]


def test_a_thousand_children_finish() -> None:
    run = Run(
        diagram(f"start s\nuserTask m | {multi(PARALLEL)}\nend e", "s -> m -> e"),
        data={"units": list(range(1000))},
    )
    for key in run.instance.open_keys:
        run.instance.complete(key, {"n": 1})
    assert run.status == "running" or run.instance.status == "completed"
    assert run.instance.status == "completed"
    assert len(run.instance.dump()) < 60_000


def test_a_standard_loop_runs_while_its_condition_holds() -> None:
    loop = "<bpmn:standardLoopCharacteristics><bpmn:loopCondition>n &lt; 3</bpmn:loopCondition></bpmn:standardLoopCharacteristics>"
    run = Run(
        diagram(
            f"start s\nscriptTask m | <bpmn:script>n = n + 1</bpmn:script>{loop}\nuserTask z", "s -> m -> z"
        ),
        data={"n": 0},
    )
    assert run.data == {"n": 3}
    assert run.path == ["s", "m", "m", "m"]
    before = loop.replace(
        "<bpmn:standardLoopCharacteristics>",
        '<bpmn:standardLoopCharacteristics testBefore="true" loopMaximum="2">',
    )
    drawn = diagram(
        f"start s\nscriptTask m | <bpmn:script>n = n + 1</bpmn:script>{before}\nuserTask z", "s -> m -> z"
    )
    assert Run(drawn, data={"n": 3}).data == {"n": 3}
    assert Run(drawn, data={"n": 0}).data == {"n": 2}


# ---------------------------------------------------------------- going back
def test_a_return_opens_the_finished_task_again_and_undoes_what_followed() -> None:
    run = Run(diagram("start s\nuserTask a\nuserTask b\nuserTask c", "s -> a -> b -> c"))
    key = run.instance.open_keys[0]
    run.do("a", x=1).do("b", x=2).back("a")
    assert run.open == ["a"]
    assert run.instance.open_keys == [key]
    assert run.data == {"x": 2}
    assert run.cancelled == ["c"]
    assert run.do("a").do("b").open == ["c"]


def test_a_return_from_a_called_process_to_the_caller_forgets_the_call() -> None:
    source = Source(
        "p.bpmn",
        document(
            process('start s\nuserTask a\ncallActivity c calledElement="q"\nuserTask z', "s -> a -> c -> z"),
            process("start qs\nuserTask qa\nuserTask qb\nend qe", "qs -> qa -> qb -> qe", key="q"),
        ),
    )
    run = Run(source)
    run.do("a").do("qa")
    assert run.back("a").open == ["a"]
    assert run.do("a").open == ["qa"]
    run.do("qa").do("qb")
    assert run.open == ["z"]
    assert run.back("qa").open == ["qa"]
    assert run.do("qa").do("qb").do("z").status == "completed"


def test_a_return_in_one_branch_leaves_the_other_waiting_at_the_join() -> None:
    run = Run(
        diagram(
            "start s\nparallelGateway f\nuserTask a\nuserTask b\nparallelGateway j\nuserTask z",
            "s -> f -> a -> j -> z; f -> b -> j",
        )
    )
    for first, second in (("a", "b"), ("b", "a")):
        run.do(first).do(second)
        assert run.open == ["z"]
        assert run.back(first).open == [first]
        assert run.do(first).open == ["z"]
        run.back("a")
        run.back("b")
        assert sorted(run.open) == ["a", "b"]
    run.do("a").do("b").do("z")
    assert run.status == "completed"


def test_a_return_to_a_task_arms_its_boundary_events_again() -> None:
    run = Run(
        diagram(
            'start s\nuserTask a\nboundaryEvent t attachedToRef="a" | <bpmn:timerEventDefinition><bpmn:timeDuration>PT1H</bpmn:timeDuration></bpmn:timerEventDefinition>\nuserTask b\nuserTask late',
            "s -> a -> b; t -> late",
        )
    )
    assert run.waiting == ["t"]
    run.do("a")
    assert run.waiting == []
    assert run.back("a").waiting == ["t"]


def test_an_open_task_cannot_be_returned_to() -> None:
    run = Run(diagram("start s\nuserTask a", "s -> a"))
    with pytest.raises(NoSuchTask):
        run.instance.reset_to(run.instance.open_keys[0])


def test_a_cancelled_instance_is_over() -> None:
    run = Run(diagram(f"start s\nsubProcess sub | {INNER}", "s -> sub"))
    run.instance.cancel()
    run.store()
    assert (run.status, run.open, run.instance.ends) == ("cancelled", [], [])
    assert run.cancelled == ["sub", "ia"] or run.cancelled == ["ia", "sub"]


def test_a_service_has_the_same_key_when_the_step_is_tried_again() -> None:
    keys: list[str] = []

    def serve(call: ServiceCall) -> None:
        keys.append(call.key)
        if len(keys) == 1:
            raise OSError

    run = Run(
        diagram('start s\nuserTask a\nserviceTask c camunda:topic="x"\nend e', "s -> a -> c -> e"),
        services=serve,
    )
    blob = run.instance.dump()
    with pytest.raises(Incident):
        run.instance.complete(run.instance.open_keys[0], {})
    with pytest.raises(ValueError):
        run.instance.dump()
    run.instance = type(run.instance).load(run.bundle, blob, run.instance.around)
    run.instance.complete(run.instance.open_keys[0], {})
    assert keys[0] == keys[1]


def test_two_files_may_use_the_same_ids_for_subprocesses_and_messages() -> None:
    def file(key: str, message: str, after: str) -> Source:
        content = nodes("start is\nuserTask ia\nend ie") + flows("is -> ia -> ie")
        drawn = process(
            f'start s\nsubProcess sub name="{key}" | {content}\nintermediateCatchEvent m | <bpmn:messageEventDefinition messageRef="M"/>\n{after}\nend e',
            "s -> sub -> m -> c -> e" if after else "s -> sub -> m -> e",
            key=key,
            outside=f'<bpmn:message id="M" name="{message}"/>',
        )
        return Source(f"{key}.bpmn", document(drawn))

    run = Run(file("p", "first", 'callActivity c calledElement="q"'), file("q", "second", ""))
    run.do("ia")
    assert run.instance.waits[0].message == "first"
    assert run.message("first")
    run.do("ia")
    assert run.instance.waits[0].message == "second"
    assert run.message("second")
    assert run.status == "completed"
