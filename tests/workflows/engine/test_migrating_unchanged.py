"""Every diagram of the coverage table is moved at every step: to the very same version, and to a renamed one."""

from __future__ import annotations

import pytest
from lxml import etree

from tests.workflows.engine.builders import AT, around
from tests.workflows.engine.coverage import activities, compensations, data, events, gateways
from tests.workflows.engine.coverage.case import Case
from workflows.engine import Bundle, Incident, Instance, Source, compile_bundle
from workflows.engine.bundle import flow_nodes
from workflows.engine.drawing import processes_of
from workflows.engine.migrating import go_on, move

CASES = [
    case
    for module in (activities, compensations, data, events, gateways)
    for case in module.CASES
    if isinstance(case, Case)
]


def same(bundle: Bundle, again: Bundle, state: bytes) -> None:
    """The state is what it was after a move there."""
    there = Instance.load(bundle, state, around())
    assert move(there, again, {}) == []
    go_on(there)
    assert there.dump() == state


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.row}: {case.says}")
def test_nothing_changes_where_the_version_is_the_same(case: Case) -> None:
    sources = [case.drawn, *case.beside]
    attempt = case.tries[0]
    root = attempt.process or "p"
    bundle, again = compile_bundle(root, sources), compile_bundle(root, sources)
    starts = bundle.specs[root]
    try:
        instance = Instance.start(
            bundle,
            attempt.data,
            around(at=AT),
            start_event=None if starts.entries else starts.starts[0],
        )
        for _ in range(12):
            state = instance.dump()
            same(bundle, again, state)
            instance = Instance.load(bundle, state, around(at=AT))
            if instance.user_tasks:
                instance.complete(instance.user_tasks[0].key, {})
            elif instance.waits:
                instance.trigger(instance.waits[-1].key, {})
            else:
                break
    except Incident:
        return  # the diagram is there to fail


# ---------------------------------------------------------------- every element under another id
ENDING = "_2"


def renamed(source: Source) -> tuple[Source, dict[str, str]]:
    """The same diagram with another id for every flow node, and old id -> new id."""
    root = etree.fromstring(source.content)
    ids = {
        element.get("id"): f"{element.get('id')}{ENDING}"
        for process in processes_of(root)
        for element, _ in flow_nodes(process)
        if element.get("id") != process.get("id")  # a task at the root of the file
    }
    for element in root.iter():
        for name in ("id", "sourceRef", "targetRef", "attachedToRef", "default", "activityRef"):
            if element.get(name) in ids:
                element.set(name, ids[element.get(name)])
        if etree.QName(element).localname == "flowNodeRef" and (element.text or "").strip() in ids:
            element.text = ids[element.text.strip()]
    text = etree.tostring(root)
    for key in ids:
        text = text.replace(f"{key}_results".encode(), f"{ids[key]}_results".encode())
    return Source(source.name, text), ids


class Twice:
    """A case on its own version, and with every element renamed."""

    def __init__(self, case: Case) -> None:
        sources = [case.drawn, *case.beside]
        self.attempt = case.tries[0]
        self.root = self.attempt.process or "p"
        self.bundle = compile_bundle(self.root, sources)
        made = [renamed(source) for source in sources if source.kind == "bpmn"]
        others = [source for source in sources if source.kind != "bpmn"]
        self.again = compile_bundle(self.root, [source for source, _ in made] + others)
        ids = {old: new for _, pairs in made for old, new in pairs.items()}
        self.mapping = dict.fromkeys(self.bundle.processes, ids)

    def run(self, moved_at: int) -> list[object]:
        """What is completed, open and known after each step, under the old ids."""
        bundle, seen = self.bundle, []
        starts = bundle.specs[self.root]
        start_event = None if starts.entries else starts.starts[0]
        instance = Instance.start(bundle, self.attempt.data, around(), start_event=start_event)
        for number in range(12):
            path = [old(step.element) for step in instance.trail if step.event == "completed"]
            state = instance.dump()
            instance = Instance.load(bundle, state, around())
            if number == moved_at and instance.status == "running":
                found = move(instance, self.again, self.mapping)
                assert [each for each in found if each.severity == "error"] == []
                go_on(instance)
                bundle, state = self.again, instance.dump()
                instance = Instance.load(bundle, state, around())
            tasks, waits = instance.user_tasks, instance.waits
            data = {old(name.removesuffix("_results")): each for name, each in instance.variables.items()}
            opened = sorted((old(each.element), each.key) for each in [*tasks, *waits])
            seen.append((path, opened, data, [old(each) for each in instance.ends]))
            if tasks:
                instance.complete(tasks[0].key, {})
            elif waits:
                instance.trigger(waits[-1].key, {})
            else:
                break
        return [*seen, instance.status]


def old(key: str) -> str:
    return key.removesuffix(ENDING)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.row}: {case.says}")
def test_with_every_element_renamed_and_mapped_all_goes_on_as_before(case: Case) -> None:
    twice = Twice(case)
    try:
        stayed = twice.run(moved_at=99)
    except Incident:
        return  # the diagram is there to fail
    for number in range(len(stayed) - 1):
        assert twice.run(moved_at=number) == stayed
