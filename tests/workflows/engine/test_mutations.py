"""Real diagrams, broken at random: every one gets a verdict, and what is deployable runs or tells why not."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import cache
from pathlib import Path

import pytest
from lxml import etree

from tests.workflows.engine.builders import AT, around
from workflows.engine import Bundle, Incident, Instance, Known, Source, check, compile_bundle

ROOT = Path(__file__).parents[3]
NAMES = sorted(path.name for path in (ROOT / "workflows").glob("*.bpmn"))


@cache
def shipped() -> tuple[Source, ...]:
    folder = ROOT / "workflows"
    paths = [*folder.glob("*.bpmn"), *folder.glob("*.dmn"), *(ROOT / "forms").glob("*.form")]
    return tuple(Source(path.name, path.read_bytes()) for path in paths)


def mutated(content: bytes, chance: random.Random) -> bytes:
    """Break a diagram in one to three places."""
    root = etree.fromstring(content)
    for _ in range(chance.randint(1, 3)):
        element = chance.choice([e for e in root.iter(etree.Element) if e is not root])
        above = element.getparent()
        if above is None:
            continue
        act = chance.randrange(6)
        if act == 0:
            above.remove(element)
        elif act == 1 and element.attrib:
            del element.attrib[chance.choice(list(element.attrib))]
        elif act == 2 and element.attrib:
            element.set(
                chance.choice(list(element.attrib)),
                chance.choice(["", "x", "${", "=1+", "R/P", "true", "-1"]),
            )
        elif act == 3:
            above.append(etree.fromstring(etree.tostring(element)))
        elif act == 4:
            element.text = chance.choice(["", "${x", "= (", "P5X", "\u0000".strip("\u0000") or "?", "null"])
        else:
            other = chance.choice(list(root.iter(etree.Element)))
            element.tag = other.tag
    return etree.tostring(root)


@pytest.mark.parametrize("name", NAMES)
def test_a_broken_diagram_gets_a_verdict_and_never_half_runs(name: str) -> None:
    chance = random.Random(name)
    original = next(source for source in shipped() if source.name == name)
    others = [source for source in shipped() if source.name != name]
    for _ in range(60):
        source = Source(name, mutated(original.content, chance))
        (report,) = check([source], others, Known())
        assert not [found for found in report.findings if found.rule == "check.failed"], source.content
        if not report.deployable:
            continue
        root = etree.fromstring(source.content)
        for process in root.findall("{*}process"):
            if process.get("isExecutable", "true") not in ("true", "1"):
                continue
            bundle = compile_bundle(process.get("id", ""), [source, *others])
            if bundle.specs[bundle.root].entries:
                with suppress(Incident):
                    Instance.start(bundle, {}, around()).dump()


def test_threads_share_a_compiled_process() -> None:
    bundle = compile_bundle("apply", shipped())

    def run(number: int) -> tuple[list[str], object]:
        data = {"applicant_unit": number, "applicant_level": "district", "submitted_on": AT.date()}
        instance = Instance.start(bundle, data, around())
        path: list[str] = []
        for _ in range(4):
            keys = instance.open_keys
            if not keys:
                break
            instance.complete(keys[0], {"decision": "agree", "number": number})
            path += [step.element for step in instance.trail]
            instance = Instance.load(bundle, instance.dump(), around())
        return path, instance.variables["applicant_unit"]

    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(run, range(40)))
    assert {tuple(path) for path, _ in results} == {tuple(results[0][0])}
    assert [number for _, number in results] == list(range(40))


def test_the_specs_do_not_change_while_instances_run() -> None:
    bundle: Bundle = compile_bundle("terminate", shipped())

    def picture() -> list[object]:
        return [
            (name, spec.name, list(task.__dict__.get("_inputs", ())), list(task.__dict__.get("_outputs", ())))
            for spec in bundle.specs.values()
            for name, task in spec.task_specs.items()
        ]

    before = picture()
    Instance.start(bundle, {}, around())
    assert picture() == before
