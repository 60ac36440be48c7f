"""Calls in flight: returned over, interrupted, and stepped by several threads at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tests.workflows.engine.builders import Run, around, diagram, document, flows, node, process
from workflows.engine import Instance, Source, compile_bundle

CALLED = Source("k.bpmn", document(process("start s\nuserTask c\nend e", "s -> c -> e", key="k")))
MANY = '<bpmn:multiInstanceLoopCharacteristics camunda:collection="items" camunda:elementVariable="it"/>'


def test_an_end_that_a_return_undoes_was_not_reached() -> None:
    inside = node("startEvent", "ss") + node("endEvent", "se") + flows("ss -> se")
    run = Run(
        diagram(
            f"start s\nuserTask a\nparallelGateway g\nsubProcess q | {inside}\nend e1\nuserTask c\nend e2",
            "s -> a -> g -> q -> e1; g -> c -> e2",
        )
    )
    run.do("a")
    assert run.instance.ends == ["se", "e1"]
    run.back("a")
    assert run.instance.ends == []
    run.do("a").do("c")
    assert run.instance.ends == ["se", "e1", "e2"]
    assert run.status == "completed"


def test_a_message_stops_a_call_while_its_children_are_open() -> None:
    mapped = '<bpmn:extensionElements><camunda:in source="it" target="it"/></bpmn:extensionElements>'
    run = Run(
        diagram(
            f'start s\nparallelGateway g\ncallActivity ca calledElement="k" | {mapped}{MANY}\n'
            'boundaryEvent b attachedToRef="ca" | <bpmn:messageEventDefinition messageRef="M"/>\n'
            "userTask o\nparallelGateway j\nend e\nend eb",
            "s -> g -> ca -> j -> e; g -> o -> j; b -> eb",
            outside='<bpmn:message id="M" name="撤回"/>',
        ),
        CALLED,
        data={"items": [1, 2, 3]},
    )
    run.do("c")
    assert run.message("撤回")
    assert run.open == ["o"]
    assert run.cancelled.count("c") == 2
    assert run.instance.ends == ["e", "eb"]


def test_a_return_to_before_a_call_with_open_children_starts_it_anew() -> None:
    mapped = '<bpmn:extensionElements><camunda:out source="ans" target="ans"/></bpmn:extensionElements>'
    run = Run(
        diagram(
            f'start s\nuserTask a\ncallActivity ca calledElement="k" | {mapped}{MANY}\nuserTask z',
            "s -> a -> ca -> z",
        ),
        CALLED,
        data={"items": [1, 2]},
    )
    run.do("a").do("c", ans=1).back("a")
    assert run.open == ["a"]
    run.do("a").do("c", ans=2).do("c", ans=3)
    assert run.open == ["z"]
    assert run.data["ca_results"] == [{"it": 1, "ans": 2}, {"it": 2, "ans": 3}]


def test_eight_threads_share_one_bundle() -> None:
    mapped = '<bpmn:extensionElements><camunda:in source="it" target="it"/></bpmn:extensionElements>'
    drawn = diagram(
        f'start s\ncallActivity ca calledElement="k" | {mapped}{MANY}\nuserTask z\nend e', "s -> ca -> z -> e"
    )
    bundle = compile_bundle("p", [drawn, CALLED])

    def live(number: int) -> list[Any]:
        instance = Instance.start(bundle, {"items": [number, -number]}, around())
        while instance.status == "running":
            instance = Instance.load(bundle, instance.dump(), around())
            instance.complete(instance.user_tasks[0].key, {"n": number})
        return [instance.variables["ca_results"], instance.ends]

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(live, range(1, 161)))
    assert found == [[[{"it": n}, {"it": -n}], ["e", "e", "e"]] for n in range(1, 161)]
