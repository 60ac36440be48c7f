"""Generated diagrams, run on SpiffWorkflow as it comes with its own JSON, and on ours: the same at every step.

Diagrams are nested blocks of what stock SpiffWorkflow does right: user tasks, scripts, exclusive, inclusive and
parallel gateways, subprocesses, loops. Both engines store and restore after every move. The examples are the same in
every run.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import count, pairwise
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree
from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.parser.BpmnParser import BpmnParser
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.util.task import TaskState

from tests.workflows.engine.builders import Run, diagram, flows, node
from workflows.engine import Source

SERIALIZER = BpmnWorkflowSerializer(BpmnWorkflowSerializer.configure())

Block = Any
# In a loop the stock joins take tokens of the round before for arrived, so a round has no branches at once.
ROUND: st.SearchStrategy[Block] = st.recursive(
    st.sampled_from(["user", "script"]),
    lambda inner: st.one_of(
        st.tuples(st.just("seq"), st.lists(inner, min_size=2, max_size=3)),
        st.tuples(st.just("xor"), st.integers(0, 9), inner, inner),
    ),
    max_leaves=4,
)
BLOCKS: st.SearchStrategy[Block] = st.recursive(
    st.sampled_from(["user", "script"]),
    lambda inner: st.one_of(
        st.tuples(st.just("seq"), st.lists(inner, min_size=2, max_size=3)),
        st.tuples(st.just("xor"), st.integers(0, 9), inner, inner),
        st.tuples(st.just("and"), st.lists(inner, min_size=2, max_size=3)),
        st.tuples(st.just("sub"), inner),
        st.tuples(st.just("loop"), st.integers(1, 2), ROUND),
        st.tuples(st.just("or"), st.integers(0, 9), inner, inner),
    ),
    max_leaves=8,
)


class Drawing:
    """Blocks as elements and flows."""

    def __init__(self) -> None:
        self.number = count()
        self.variables = 0

    def key(self, kind: str) -> str:
        return f"{kind}{next(self.number)}"

    def block(self, block: Block) -> tuple[str, list[str], str, str]:
        """Elements, flows, first and last id of a block."""
        if block == "user":
            key = self.key("user")
            return node("userTask", key), [], key, key
        if block == "script":
            key = self.key("script")
            return node("scriptTask", key, "", f"<bpmn:script>v_{key} = n + 1</bpmn:script>"), [], key, key
        kind, *rest = block
        if kind == "sub":
            key = self.key("sub")
            start, end = self.key("start"), self.key("end")
            elements, lines, first, last = self.block(rest[0])
            body = node("startEvent", start) + elements + node("endEvent", end)
            lines = [f"{start} -> {first}", *lines, f"{last} -> {end}"]
            return node("subProcess", key, "", body + flows("; ".join(lines))), [], key, key
        if kind == "seq":
            parts = [self.block(part) for part in rest[0]]
            lines = [line for part in parts for line in part[1]]
            lines += [f"{a[3]} -> {b[2]}" for a, b in pairwise(parts)]
            return "".join(part[0] for part in parts), lines, parts[0][2], parts[-1][3]
        fork, join = self.key("fork"), self.key("join")
        if kind == "loop":
            return self.loop(fork, join, *rest)
        if kind == "and":
            parts = [self.block(part) for part in rest[0]]
            tag, default, heads = "parallelGateway", "", ["->"] * len(parts)
        elif kind == "or":
            parts = [self.block(part) for part in rest[1:]]
            tag, default = "inclusiveGateway", f'default="{fork}_{parts[1][2]}"'
            heads = [f"-[n > {rest[0]}]->", "->"]
        else:
            parts = [self.block(part) for part in rest[1:]]
            tag, default = "exclusiveGateway", f'default="{fork}_{parts[1][2]}"'
            heads = [f"-[n &gt; {rest[0]}]->".replace("&gt;", ">"), "->"]
        elements = node(tag, fork, default) + "".join(part[0] for part in parts) + node(tag, join)
        lines = [line for part in parts for line in part[1]]
        for head, part in zip(heads, parts, strict=True):
            lines += [f"{fork} {head} {part[2]}", f"{part[3]} -> {join}"]
        return elements, lines, fork, join

    def loop(self, again: str, done: str, rounds: int, inner: Block) -> tuple[str, list[str], str, str]:
        """A block that runs some rounds more, counted by a script."""
        counter, variable = self.key("count"), self.key("c")
        zero = self.key("zero")
        elements, lines, first, last = self.block(inner)
        elements += (
            node("scriptTask", zero, "", f"<bpmn:script>{variable} = 0</bpmn:script>")
            + node("exclusiveGateway", again)
            + node("scriptTask", counter, "", f"<bpmn:script>{variable} = {variable} + 1</bpmn:script>")
            + node("exclusiveGateway", done, f'default="{done}_{done}x"')
            + node("exclusiveGateway", f"{done}x")
        )
        lines = [
            f"{zero} -> {again} -> {first}",
            *lines,
            f"{last} -> {counter} -> {done}",
            f"{done} -[{variable} <= {rounds}]-> {again}",
            f"{done} -> {done}x",
        ]
        return elements, lines, zero, f"{done}x"


def draw(block: Block) -> Source:
    """A process around one block."""
    elements, lines, first, last = Drawing().block(block)
    drawn = diagram("start begin\nend finish", "; ".join([f"begin -> {first}", *lines, f"{last} -> finish"]))
    return Source(
        drawn.name, drawn.content.replace(b"<bpmn:sequenceFlow", elements.encode() + b"<bpmn:sequenceFlow", 1)
    )


class Stock:
    """The same diagram on stock SpiffWorkflow."""

    def __init__(self, source: Source, data: Mapping[str, Any]) -> None:
        parser = BpmnParser()
        parser.add_bpmn_xml(etree.fromstring(source.content))
        self.workflow = BpmnWorkflow(parser.get_spec("p"), parser.get_subprocess_specs("p"))
        self.workflow.get_next_task(state=TaskState.READY).data.update(data)
        self.move()

    def move(self) -> None:
        self.workflow.do_engine_steps()
        self.workflow = SERIALIZER.deserialize_json(SERIALIZER.serialize_json(self.workflow))

    @property
    def tasks(self) -> list[Any]:
        return [task for task in self.workflow.get_tasks(state=TaskState.READY) if task.task_spec.manual]

    def do(self, element: str) -> None:
        task = next(task for task in self.tasks if task.task_spec.bpmn_id == element)
        task.data[f"v_{element}"] = True
        task.run()
        self.move()


@settings(
    max_examples=320,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
@given(block=BLOCKS, n=st.integers(0, 9), order=st.lists(st.integers(0, 7), min_size=14, max_size=14))
def test_generated_diagrams_run_as_on_the_stock_engine(block: Block, n: int, order: list[int]) -> None:
    source = draw(block)
    stock, ours = Stock(source, {"n": n}), Run(source, data={"n": n})
    for choice in order:
        wanted = sorted(task.task_spec.bpmn_id for task in stock.tasks)
        assert sorted(ours.open) == wanted
        if not wanted:
            break
        element = wanted[choice % len(wanted)]
        stock.do(element)
        ours.do(element, **{f"v_{element}": True})
    if stock.workflow.is_completed():
        assert ours.status == "completed"
        assert ours.data == {k: v for k, v in stock.workflow.data.items() if k != "data_objects"}
        assert ours.instance.ends[-1] == "finish"
