"""Generated diagrams, changed at random and moved at a random step: what may be moved reaches its end."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from tests.workflows.engine.builders import Run, around
from tests.workflows.engine.test_against_stock import BLOCKS, draw
from workflows.engine import Finding, Instance, Source, compile_bundle
from workflows.engine.drawing import BPMN, children, descendants
from workflows.engine.migrating import go_on, move

MOST = 60
"""Tasks a generated diagram may ask for before it ends."""


def put_in(source: Source, choice: int, key: str) -> Source:
    """The diagram with a new user task on one of its flows."""
    root = etree.fromstring(source.content)
    lines = list(descendants(root, "sequenceFlow"))
    line = lines[choice % len(lines)]
    scope, target = line.getparent(), line.get("targetRef")
    line.set("targetRef", key)
    etree.SubElement(scope, f"{{{BPMN}}}userTask", id=key)
    etree.SubElement(scope, f"{{{BPMN}}}sequenceFlow", id=f"{key}_on", sourceRef=key, targetRef=target)
    return Source(source.name, etree.tostring(root))


def take_out(source: Source, choice: int) -> Source:
    """The diagram without one of its tasks; what came before leads on to what came behind."""
    root = etree.fromstring(source.content)
    drawn = [*descendants(root, "userTask"), *descendants(root, "scriptTask")]
    tasks = [
        task for task in drawn if task.get("id", "").startswith(("user", "script", "new"))
    ]  # not of a counter
    if not tasks:
        return source
    task = tasks[choice % len(tasks)]
    scope, key = task.getparent(), task.get("id")
    (onward,) = (line for line in children(scope, "sequenceFlow") if line.get("sourceRef") == key)
    for line in children(scope, "sequenceFlow"):
        if line.get("targetRef") == key:
            line.set("targetRef", onward.get("targetRef"))
    scope.remove(onward)
    scope.remove(task)
    return Source(source.name, etree.tostring(root))


def moved(run: Run, source: Source) -> list[Finding]:
    """Move a run to a diagram, unless an error is found."""
    bundle = compile_bundle("p", [source])
    instance = Instance.load(run.bundle, run.instance.dump(), around())
    found = move(instance, bundle, {})
    if not any(each.severity == "error" for each in found):
        go_on(instance)
        run.bundle, run.instance = bundle, instance
        run.store()
    return found


def to_the_end(run: Run, steps: list[int]) -> str:
    for number in range(MOST):
        if not run.open:
            break
        opened = run.instance.user_tasks
        chosen = opened[steps[number % len(steps)] % len(opened)]
        run.instance.complete(chosen.key, {})
        run.store()
    return run.status


STEPS = st.lists(st.integers(0, 5), min_size=1, max_size=6)


@settings(max_examples=80, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(BLOCKS, st.integers(0, 9), STEPS, st.lists(st.integers(0, 50), min_size=1, max_size=4))
def test_with_tasks_put_in_everybody_can_be_moved_and_ends(
    block: object, n: int, steps: list[int], places: list[int]
) -> None:
    source = draw(block)
    run = Run(source, data={"n": n})
    for step in steps[: len(steps) // 2]:
        if run.open:
            opened = run.instance.user_tasks
            run.instance.complete(opened[step % len(opened)].key, {})
            run.store()
    for number, place in enumerate(places):
        source = put_in(source, place, f"new{number}")
    if run.status == "running":
        assert [each for each in moved(run, source) if each.severity == "error"] == []
        assert to_the_end(run, steps) == "completed"


@settings(max_examples=80, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(BLOCKS, st.integers(0, 9), STEPS, st.lists(st.integers(0, 50), min_size=1, max_size=3), st.booleans())
def test_with_tasks_taken_out_only_who_stands_there_stays(
    block: object, n: int, steps: list[int], places: list[int], also_put_in: bool
) -> None:
    source = draw(block)
    run = Run(source, data={"n": n})
    for step in steps[: len(steps) // 2]:
        if run.open:
            opened = run.instance.user_tasks
            run.instance.complete(opened[step % len(opened)].key, {})
            run.store()
    changed = source
    for number, place in enumerate(places):
        changed = take_out(changed, place)
        changed = put_in(changed, place, f"new{number}") if also_put_in else changed
    if run.status != "running":
        return
    left = {element.get("id") for element in descendants(etree.fromstring(changed.content), "userTask")}
    stands = set(run.open) - left
    errors = [each for each in moved(run, changed) if each.severity == "error"]
    assert {each.element for each in errors} == stands
    assert to_the_end(run, steps) == "completed"
