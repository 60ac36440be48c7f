"""Children of a large multi-instance activity, written apart: nothing is to be seen of it but the sizes."""

from __future__ import annotations

import random
from typing import Any

import orjson
import pytest

from tests.workflows.engine.builders import Run, around, diagram, document, flows, nodes, process
from workflows.engine import Instance, Source, compile_bundle, parts


class Apart(Run):
    """As `Run`, but each task is completed with no other child in hand than its own."""

    def store(self) -> None:
        self.path += [step.element for step in self.instance.trail if step.event == "completed"]
        self.cancelled += [step.element for step in self.instance.trail if step.event == "cancelled"]
        self.state, changed = self.instance.split()
        self.kept: dict[int, bytes] = getattr(self, "kept", {})
        for number, blob in changed.items():
            if blob is None:
                del self.kept[number]
            else:
                self.kept[number] = blob
        self.instance = self.load()
        self.instance.gather()

    def load(self, key: str | None = None) -> Instance:
        """With only the part that a task stands in; with none if it is not known any more."""
        number = None
        if key is not None:
            self.instance.split()
            number = self.instance.part_of(key)
        part = None if number is None else (number, self.kept[number])
        return Instance.load(
            self.bundle, self.state, around(self.services, self.at), part=part, rest=lambda: self.kept
        )

    def do(self, element: str, **variables: Any) -> Apart:
        task = next(task for task in self.instance.user_tasks if task.element == element)
        before = {each.key for each in self.instance.user_tasks}
        self.instance = thin = self.load(task.key)
        seen = set(thin.open_keys)
        thin.complete(task.key, variables)
        seen |= thin.joined_tasks
        now = set(thin.open_keys)
        self.store()
        after = {each.key for each in self.instance.user_tasks}
        assert (now - seen, seen - now) == (after - before, before - after)
        return self


def multi(collection: str, condition: str = "", attributes: str = "") -> str:
    enough = f"<bpmn:completionCondition>{condition}</bpmn:completionCondition>" if condition else ""
    return (
        f'<bpmn:multiInstanceLoopCharacteristics camunda:collection="{collection}" '
        f'camunda:elementVariable="person" {attributes}>{enough}</bpmn:multiInstanceLoopCharacteristics>'
    )


MESSAGE = '<bpmn:message id="M" name="stop"/>'
CAUGHT = '<bpmn:messageEventDefinition messageRef="M"/>'
TWO = nodes("start is\nuserTask a\nuserTask b\nend ie") + flows("is -> a -> b -> ie")
NESTED = nodes(f"start os\nuserTask i | {multi('inner')}\nend oe") + flows("os -> i -> oe")
ALL = '<bpmn:extensionElements><camunda:in variables="all"/><camunda:out variables="all"/></bpmn:extensionElements>'
STOP = f'boundaryEvent stop attachedToRef="m" | {CAUGHT}'
REMIND = f'boundaryEvent stop attachedToRef="m" cancelActivity="false" | {CAUGHT}'

DRAWINGS = {
    "tasks": diagram(f"start s\nuserTask m | {multi('people')}\nuserTask z\nend e", "s -> m -> z -> e"),
    "enough": diagram(
        f"start s\nuserTask m | {multi('people', '${nrOfCompletedInstances &gt;= 2}')}\nuserTask z\nend e",
        "s -> m -> z -> e",
    ),
    "results in the condition": diagram(
        f"start s\nuserTask m | {multi('people', '= count(m_results) &gt;= 3')}\nuserTask z\nend e",
        "s -> m -> z -> e",
    ),
    "results beside it": diagram(
        f"start s\nparallelGateway g\nuserTask m | {multi('people')}\nuserTask x\n"
        "scriptTask c | <bpmn:script>seen = count(m_results)</bpmn:script>\nuserTask y\nparallelGateway j\nend e",
        "s -> g; g -> m; g -> x; x -> c; c -> y; y -> j; m -> j; j -> e",
    ),
    "subprocesses": diagram(
        f"start s\nsubProcess m | {TWO}{multi('people')}\nuserTask z\nend e", "s -> m -> z -> e"
    ),
    "nested": diagram(
        f"start s\nsubProcess m | {NESTED}{multi('people')}\nuserTask z\nend e", "s -> m -> z -> e"
    ),
    "calls": Source(
        "p.bpmn",
        document(
            process(
                f'start s\ncallActivity m calledElement="q" | {ALL}{multi("people")}\nuserTask z\nend e',
                "s -> m -> z -> e",
            ),
            process("start qs\nuserTask a\nuserTask b\nend qe", "qs -> a -> b -> qe", key="q"),
        ),
    ),
    "inside a call": Source(
        "p.bpmn",
        document(
            process(
                f'start s\ncallActivity c calledElement="q" | {ALL}\nuserTask z\nend e', "s -> c -> z -> e"
            ),
            process(f"start qs\nuserTask m | {multi('people')}\nend qe", "qs -> m -> qe", key="q"),
        ),
    ),
    "stopped": diagram(
        f"start s\nuserTask m | {multi('people')}\n{STOP}\nuserTask z\nuserTask y\nend e",
        "s -> m -> z -> e; stop -> y -> e",
        outside=MESSAGE,
    ),
    "reminded": diagram(
        f"start s\nsubProcess m | {TWO}{multi('people')}\n{REMIND}\nuserTask z\nuserTask y\nend e",
        "s -> m -> z -> e; stop -> y -> e",
        outside=MESSAGE,
    ),
    "one after another": diagram(
        f"start s\nuserTask m | {multi('people', attributes='isSequential=' + chr(34) + 'true' + chr(34))}\nend e",
        "s -> m -> e",
    ),
    "again": diagram(
        f"start s\nexclusiveGateway g\nuserTask m | {multi('people')}\nuserTask z\n"
        'exclusiveGateway h default="h_e"\nend e',
        "s -> g; g -> m; m -> z; z -> h; h -[more]-> g; h -> e",
    ),
}


def told(run: Run) -> tuple[Any, ...]:
    """All that can be seen of an instance."""
    opened = [(task.key, task.element, task.variables) for task in run.instance.user_tasks]
    return (
        opened,
        run.instance.waits,
        run.data,
        run.status,
        run.path,
        sorted(run.cancelled),
        run.instance.ends,
    )


@pytest.mark.parametrize("name", DRAWINGS)
@pytest.mark.parametrize("seed", range(4))
def test_children_written_apart_run_as_those_in_one_piece(
    name: str, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts, "LARGE", 3)
    chance = random.Random(f"{name} {seed}")
    people = [f"p{number}" for number in range(chance.randint(2, 5))]
    data = {"people": people, "inner": [1, 2, 3], "more": False}
    whole, apart = Run(DRAWINGS[name], data=data), Apart(DRAWINGS[name], data=data)
    large = len(people) >= 3 and "one after" not in name
    assert bool(apart.kept) == large or name == "nested"
    for step in range(40):
        assert told(apart) == told(whole)
        tasks = sorted(whole.open)
        if not tasks:
            break
        act = chance.random()
        if whole.waiting and act < 0.15:
            assert whole.message("stop", told=step) == apart.message("stop", told=step)
        elif act < 0.25 and step and whole.instance.finished_key("z" if name == "again" else "x"):
            whole.back("z" if name == "again" else "x")
            apart.back("z" if name == "again" else "x")
        else:
            element = chance.choice(tasks)
            given = {f"v_{element}": step, "more": step < 12}
            whole.do(element, **given)
            apart.do(element, **given)
    assert told(apart) == told(whole)
    if whole.status == "completed":
        assert apart.kept == {}


def test_a_step_of_one_child_neither_reads_nor_writes_the_others() -> None:
    asked: list[int] = []
    bundle = compile_bundle("p", [DRAWINGS["subprocesses"]])
    people = [f"person {number}" for number in range(300)]
    started = Instance.start(bundle, {"people": people}, around())
    state, kept = started.split()
    assert len(kept) == 300
    key = next(task.key for task in started.user_tasks if task.element == "a")
    number = started.part_of(key)
    assert number is not None
    part = (number, kept[number] or b"")

    def rest() -> dict[int, bytes]:
        asked.append(1)
        return {number: blob or b"" for number, blob in kept.items()}

    thin = Instance.load(bundle, state, around(), part=part, rest=rest)
    thin.complete(key, {"x": 1})
    after, changed = thin.split()
    assert asked == []
    assert set(changed) == {part[0]}
    assert [task.element for task in thin.tasks(thin.open_keys)] == ["b"]
    assert len(after) < len(orjson.dumps(people)) + 1000


def test_a_state_without_the_parts_it_counts_on_is_refused() -> None:
    bundle = compile_bundle("p", [DRAWINGS["tasks"]])
    started = Instance.start(bundle, {"people": list(range(50))}, around())
    state, _parts = started.split()
    with pytest.raises(Exception, match="parts are missing"):
        _ = Instance.load(bundle, state, around()).variables["m_results"]


def test_a_state_in_one_piece_of_the_codec_before_is_read_and_then_written_apart() -> None:
    bundle = compile_bundle("p", [DRAWINGS["tasks"]])
    started = Instance.start(bundle, {"people": list(range(50))}, around())
    started.complete(started.open_keys[7], {"said": "yes"})
    before = orjson.loads(started.dump())
    before["v"] = 1
    loaded = Instance.load(bundle, orjson.dumps(before), around())
    assert loaded.open_keys == started.open_keys
    state, kept = loaded.split()
    assert len(kept) == 50
    assert orjson.loads(state)["v"] == 2
    again = Instance.load(
        bundle, state, around(), rest=lambda: {number: blob or b"" for number, blob in kept.items()}
    )
    assert again.variables == started.variables
    assert again.variables["m_results"] == [{"person": 7, "said": "yes"}]
