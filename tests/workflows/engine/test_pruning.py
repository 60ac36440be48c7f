"""Rounds that are over leave the state; what can still be gone back to stays as it was."""

from __future__ import annotations

import random
from unittest.mock import patch

import pytest

from tests.workflows.engine.builders import Run, around, diagram, flows, nodes
from workflows.engine import Instance, Source, codec, compile_bundle

TIMER = "<bpmn:timerEventDefinition><bpmn:timeDuration>PT1H</bpmn:timeDuration></bpmn:timerEventDefinition>"
INSIDE = nodes('start is\nexclusiveGateway ig default="ig_v"\nuserTask u\nuserTask v\nend ie') + flows(
    "is -> ig; ig -[n > 4]-> u; ig -> v; u -> ie; v -> ie"
)
LOOPS = {
    "review": diagram(
        'start s\nuserTask before\nuserTask fill\nuserTask review\nexclusiveGateway g default="g_after"\nuserTask after\nend e',
        "s -> before -> fill -> review -> g; g -[again]-> fill; g -> after; after -> e",
    ),
    "branches": diagram(
        "start s\nexclusiveGateway x\nparallelGateway f\nuserTask a\nuserTask b\nparallelGateway j\nuserTask c\n"
        'exclusiveGateway g default="g_after"\nuserTask after\nend e',
        "s -> x -> f; f -> a; f -> b; a -> j; b -> j; j -> c; c -> g; g -[again]-> x; g -> after; after -> e",
    ),
    "some branches": diagram(
        'start s\ninclusiveGateway f default="f_a"\nuserTask a\nuserTask b\ninclusiveGateway j\nuserTask c\n'
        'exclusiveGateway g default="g_after"\nuserTask after\nend e',
        "s -> f; f -> a; f -[n > 3]-> b; a -> j; b -> j; j -> c; c -> g; g -[again]-> f; g -> after; after -> e",
    ),
    "nested joins": diagram(
        "start s\nexclusiveGateway x\nparallelGateway f\nparallelGateway f2\nuserTask a\nuserTask b\nuserTask d\n"
        'parallelGateway j2\nparallelGateway j\nexclusiveGateway g default="g_after"\nuserTask after\nend e',
        "s -> x -> f; f -> f2; f -> d; f2 -> a; f2 -> b; a -> j2; b -> j2; j2 -> j; d -> j; j -> g; g -[again]-> x; "
        "g -> after; after -> e",
    ),
    "subprocess": diagram(
        f'start s\nsubProcess sub | {INSIDE}\nuserTask c\nexclusiveGateway g default="g_after"\nuserTask after\nend e',
        "s -> sub -> c -> g; g -[again]-> sub; g -> after; after -> e",
    ),
    "loop in a loop": diagram(
        'start s\nuserTask a\nuserTask b\nexclusiveGateway h default="h_c"\nuserTask c\nexclusiveGateway g default="g_after"\n'
        "userTask after\nend e",
        "s -> a -> b -> h; h -[n > 5]-> b; h -> c; c -> g; g -[again]-> a; g -> after; after -> e",
    ),
    "late": diagram(
        'start s\nuserTask a\nboundaryEvent t attachedToRef="a" cancelActivity="false" | '
        f'{TIMER}\nuserTask r\nend te\nuserTask b\nexclusiveGateway g default="g_after"\nuserTask after\nend e',
        "s -> a -> b -> g; t -> r -> te; g -[again]-> a; g -> after; after -> e",
    ),
}
TASKS = ("before", "fill", "review", "after", "a", "b", "c", "d", "r", "u", "v")


class Unpruned(Run):
    """Keeps every round."""

    def store(self) -> None:
        with patch.object(codec, "prune", lambda top: None):
            super().store()


@pytest.mark.parametrize("name", LOOPS)
@pytest.mark.parametrize("seed", range(5))
def test_a_loop_goes_on_and_goes_back_as_if_every_round_were_kept(name: str, seed: int) -> None:
    chance = random.Random(f"{name} {seed}")
    data = {"again": True, "n": 0}
    pruned, kept = Run(LOOPS[name], data=data), Unpruned(LOOPS[name], data=data)
    backs = 0
    for step in range(60):
        keys = [task.key for task in kept.instance.user_tasks]
        assert [task.key for task in pruned.instance.user_tasks] == keys
        assert pruned.instance.waits == kept.instance.waits
        assert (pruned.data, pruned.path, pruned.status) == (kept.data, kept.path, kept.status)
        back = {each: kept.instance.finished_key(each) for each in TASKS}
        there = {each: pruned.instance.finished_key(each) for each in TASKS}
        if backs < 2:  # later, what is gone back to may lie in a round that is not kept
            assert there == back
            assert set(pruned.instance.ends) == set(kept.instance.ends)
        if not keys:
            break
        targets = [each for each in TASKS if back[each] and there[each] == back[each]]
        if targets and chance.random() < 0.2:
            backs += 1
            element = chance.choice(targets)
            pruned.back(element)
            kept.back(element)
            continue
        if kept.waiting and chance.random() < 0.2:
            for run in (pruned, kept):
                run.instance.trigger(run.instance.waits[0].key)
                run.store()
            continue
        element = chance.choice(sorted(kept.open))
        given = {"n": chance.randint(0, 9), "again": step < 45 and chance.random() < 0.9}
        pruned.do(element, **given)
        kept.do(element, **given)
    assert len(pruned.instance.dump()) <= len(kept.instance.dump())


@pytest.mark.parametrize("name", LOOPS)
def test_the_state_of_the_hundredth_round_is_no_larger_than_that_of_the_fifth(name: str) -> None:
    run = Run(LOOPS[name], data={"again": True, "n": 0})
    sizes = []
    for _ in range(100):
        for _ in range(8):
            element = sorted(run.open)[0]
            run.do(element, n=0 if element == "b" else 4, again=True)
        sizes.append(len(run.instance.dump()))
    assert sizes[-1] < sizes[4] * 1.5  # numbers of more digits


def test_a_long_chain_of_automatic_steps_is_one_step_and_is_read_back() -> None:
    names = [f"x{number}" for number in range(3900)]
    drawn = diagram(
        "start s\n" + "\n".join(f"manualTask {name}" for name in names) + "\nuserTask last\nend e",
        " -> ".join(["s", *names, "last", "e"]),
    )
    bundle = compile_bundle("p", [Source("p.bpmn", drawn.content)])
    instance = Instance.start(bundle, {}, around())
    assert [task.element for task in instance.user_tasks] == ["last"]
    again = Instance.load(bundle, instance.dump(), around())
    again.complete(again.open_keys[0], {})
    assert again.status == "completed"


def test_a_loop_of_five_thousand_automatic_rounds_ends_in_a_short_state() -> None:
    drawn = diagram(
        "start s\nscriptTask add | <bpmn:script>n = n + 1</bpmn:script>\n"
        'exclusiveGateway g default="g_last"\nuserTask last\nend e',
        "s -> add -> g; g -[n < 5000]-> add; g -> last; last -> e",
    )
    instance = Instance.start(compile_bundle("p", [drawn]), {"n": 0}, around())
    assert instance.variables["n"] == 5000
    assert len(instance.dump()) < 500
