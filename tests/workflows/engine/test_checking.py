"""The deploy check: one bad drawing a rule, and verdicts on bytes of every kind."""

# ruff: noqa: E501 - diagrams are written one element a line

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from tests.workflows.engine.builders import diagram, document, process
from workflows.engine import (
    DefinitionRefused,
    Finding,
    Known,
    Source,
    check,
    compile_bundle,
)
from workflows.engine.rules import RULES

ROOT = Path(__file__).parents[3]


def verdict(source: Source, *beside: Source, known: Known | None = None) -> list[Finding]:
    (report,) = check([source], beside, known)
    return list(report.findings)


def rules(source: Source, *beside: Source, known: Known | None = None) -> dict[str, str]:
    """Rule -> element of the errors."""
    return {f.rule: f.element for f in verdict(source, *beside, known=known) if f.severity == "error"}


def timer(text: str) -> str:
    return f"<bpmn:timerEventDefinition><bpmn:timeDuration>{text}</bpmn:timeDuration></bpmn:timerEventDefinition>"


MULTI = "<bpmn:multiInstanceLoopCharacteristics/>"

BAD = {
    "flow.unknown-target": ("start s\nuserTask a", "s -> a -> nowhere", "a_nowhere"),
    "flow.unknown-source": ("start s\nuserTask a", "s -> a; ghost -> a", "ghost_a"),
    "flow.into-start": ("start s\nuserTask a", "s -> a -> s", "s"),
    "flow.out-of-end": ("start s\nuserTask a\nend e", "s -> a -> e -> a", "e"),
    "flow.crosses-scope": (
        "start s\nsubProcess sub | <bpmn:startEvent id='i'/><bpmn:userTask id='u'/>",
        "s -> sub; s -> u",
        "s_u",
    ),
    "id.duplicate": ("start s\nuserTask a\nuserTask a", "s -> a", "a"),
    "id.missing": (
        "start s\nuserTask a | <bpmn:documentation/>\nsubProcess sub | <bpmn:task/>",
        "s -> a -> sub",
        "sub",
    ),
    "id.invalid": ("start s\nuserTask 1a", "s -> 1a", "1a"),
    "process.empty": ("", "", "p"),
    "process.no-start": ("userTask a\nuserTask b", "a -> b -> a", "p"),
    "process.several-starts": ("start s\nstart t\nuserTask a", "s -> a; t -> a", "p"),
    "subprocess.start-event": (
        f"start s\nsubProcess sub | <bpmn:startEvent id='i'>{timer('P1D')}</bpmn:startEvent>",
        "s -> sub",
        "i",
    ),
    "subprocess.several-starts": (
        "start s\nsubProcess sub | <bpmn:startEvent id='i'/><bpmn:startEvent id='j'/>",
        "s -> sub",
        "sub",
    ),
    "flow.default-unknown": ("start s\nexclusiveGateway g default='x'\nuserTask a", "s -> g -> a", "g"),
    "flow.default-conditional": (
        "start s\nexclusiveGateway g default='g_a'\nuserTask a\nuserTask b",
        "s -> g -[x]-> a; g -[y]-> b",
        "g_a",
    ),
    "gateway.no-way-out": ("start s\nexclusiveGateway g", "s -> g", "g"),
    "gateway.flow-without-condition": (
        "start s\nexclusiveGateway g\nuserTask a\nuserTask b",
        "s -> g -> a; g -[x]-> b",
        "g_a",
    ),
    "gateway.waits-for-itself": ("start s\nparallelGateway g\nuserTask a", "s -> g -> a -> g", "g"),
    "boundary.not-attached": (
        f"start s\nuserTask a\nboundaryEvent b attachedToRef='gone' | {timer('P1D')}",
        "s -> a",
        "b",
    ),
    "form.unknown": ("start s\nuserTask a camunda:formKey='f'", "s -> a", "a"),
    "form.binding": (
        "start s camunda:formRef='apply' camunda:formRefBinding='version'\nuserTask a",
        "s -> a",
        "s",
    ),
    "decision.missing": ("start s\nbusinessRuleTask a", "s -> a", "a"),
    "decision.unknown": ("start s\nbusinessRuleTask a camunda:decisionRef='d'", "s -> a", "a"),
    "decision.expression": ("start s\nbusinessRuleTask a camunda:decisionRef='${d}'", "s -> a", "a"),
    "decision.mapping": (
        "start s\nbusinessRuleTask a camunda:decisionRef='d' camunda:mapDecisionResult='all'",
        "s -> a",
        "a",
    ),
    "call.missing": ("start s\ncallActivity a", "s -> a", "a"),
    "call.unknown-process": ("start s\ncallActivity a calledElement='q'", "s -> a", "a"),
    "call.expression": ("start s\ncallActivity a calledElement='${q}'", "s -> a", "a"),
    "service.missing": ("start s\nserviceTask a", "s -> a", "a"),
    "service.class": ("start s\nserviceTask a camunda:class='com.example.A'", "s -> a", "a"),
    "service.expression": ("start s\nserviceTask a camunda:delegateExpression='${a.b(c)}'", "s -> a", "a"),
    "service.unknown": ("start s\nserviceTask a camunda:topic='nobody'", "s -> a", "a"),
    "group.unknown": (
        "start s\nuserTask a camunda:candidateGroups='${x}, clerk@${unit}, nobody@7'",
        "s -> a",
        "a",
    ),
    "message.unknown": ("start s\nreceiveTask a messageRef='M'", "s -> a", "a"),
    "message.missing": ("start s\nintermediateCatchEvent a | <bpmn:messageEventDefinition/>", "s -> a", "a"),
    "signal.unknown": ("start s\nendEvent a | <bpmn:signalEventDefinition signalRef='S'/>", "s -> a", "a"),
    "error.no-code": ("start s\nendEvent a | <bpmn:errorEventDefinition/>", "s -> a", "a"),
    "receive.no-message": ("start s\nreceiveTask a", "s -> a", "a"),
    "link.no-partner": (
        "start s\nintermediateThrowEvent a | <bpmn:linkEventDefinition name='L'/>",
        "s -> a",
        "a",
    ),
    "expression.syntax": (
        "start s\nexclusiveGateway g default='g_b'\nuserTask a\nuserTask b",
        "s -> g -[= x >]-> a; g -> b",
        "g_a",
    ),
    "script.syntax": ("start s\nscriptTask a | <bpmn:script>import os</bpmn:script>", "s -> a", "a"),
    "script.language": (
        "start s\nscriptTask a scriptFormat='python' | <bpmn:script>x = 1</bpmn:script>",
        "s -> a",
        "a",
    ),
    "script.missing": ("start s\nscriptTask a", "s -> a", "a"),
    "script.listener": (
        "start s\nuserTask a | <bpmn:extensionElements><camunda:taskListener class='x' event='create'/></bpmn:extensionElements>",
        "s -> a",
        "a",
    ),
    "condition.empty": ("start s\nuserTask a\nuserTask b", "s -> a -[ ]-> b", "a_b"),
    "condition.missing": (
        "start s\nintermediateCatchEvent a | <bpmn:conditionalEventDefinition/>",
        "s -> a",
        "a",
    ),
    "timer.syntax": (f"start s\nintermediateCatchEvent a | {timer('P5X')}", "s -> a", "a"),
    "timer.incomplete": ("start s\nintermediateCatchEvent a | <bpmn:timerEventDefinition/>", "s -> a", "a"),
    "loop.endless": ("start s\nuserTask a | <bpmn:standardLoopCharacteristics/>", "s -> a", "a"),
    "multi-instance.count": (f"start s\nuserTask a | {MULTI}", "s -> a", "a"),
    "event.several": (
        f"start s\nintermediateCatchEvent a | {timer('P1D')}<bpmn:linkEventDefinition name='L'/>",
        "s -> a",
        "a",
    ),
    "event.unsupported": (
        "start s\nintermediateThrowEvent a | <bpmn:terminateEventDefinition/>",
        "s -> a",
        "a",
    ),
    "event.missing": ("start s\nintermediateCatchEvent a", "s -> a", "a"),
    "event.reference": (
        "start s\nintermediateCatchEvent a | <bpmn:eventDefinitionRef>T</bpmn:eventDefinitionRef>",
        "s -> a",
        "a",
    ),
    "boundary.error-not-interrupting": (
        "start s\nuserTask a\nboundaryEvent b attachedToRef='a' cancelActivity='false' | <bpmn:errorEventDefinition/>",
        "s -> a",
        "b",
    ),
    "boundary.cancel-outside": (
        "start s\nuserTask a\nboundaryEvent b attachedToRef='a' | <bpmn:cancelEventDefinition/>",
        "s -> a",
        "b",
    ),
    "end.cancel-outside": ("start s\nendEvent a | <bpmn:cancelEventDefinition/>", "s -> a", "a"),
    "event-gateway.one-way": (
        f"start s\neventBasedGateway g\nintermediateCatchEvent a | {timer('P1D')}",
        "s -> g -> a",
        "g",
    ),
    "event-gateway.target": (
        f"start s\neventBasedGateway g\nuserTask b\nintermediateCatchEvent a | {timer('P1D')}",
        "s -> g -> a; g -> b",
        "g_b",
    ),
}
"""Rule -> elements, flows, the element the finding must name."""

KNOWN = Known(forms={"apply"}, services={"register"}, groups={"clerk"})


@pytest.mark.parametrize("rule", BAD)
def test_a_bad_drawing_is_refused_by_its_rule_at_its_element(rule: str) -> None:
    elements, connected, element = BAD[rule]
    assert rules(diagram(elements, connected), known=KNOWN).get(rule) == element


@pytest.mark.parametrize("kind", ["callChoreography", "choreographyTask", "subChoreography"])
def test_what_would_not_run_is_refused(kind: str) -> None:
    assert "element.unsupported" in rules(diagram(f"start s\n{kind} a\nuserTask b", "s -> a -> b"))


def test_every_silent_failure_is_refused_or_runs() -> None:
    # The table of silent failures: what is not refused here has a case in `coverage` that runs it.
    assert "receive.no-message" in rules(diagram("start s\nreceiveTask a", "s -> a"))


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (b"", "xml.empty"),
        (b"   \n", "xml.empty"),
        (b"\x00\x01\x02\xff\xfe", "xml.not-well-formed"),
        (b"PK\x03\x04 a workbook", "xml.not-well-formed"),
        (b"<a><b></a>", "xml.not-well-formed"),
        (b"<?xml version='1.0' encoding='nonsense'?><a/>", "xml.not-well-formed"),
        (b"<html><body/></html>", "file.not-bpmn"),
        (b"<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>", "xml.dtd"),
        ("<!DOCTYPE a><a/>".encode("utf-16"), "xml.dtd"),
        (b"<?xml version='1.0'?><!--" + b" " * 70000 + b"--><!DOCTYPE a><a/>", "xml.dtd"),
        (b"<a>" * 5000 + b"</a>" * 5000, "xml.not-well-formed"),
    ],
)
def test_bytes_that_are_no_diagram_get_a_sentence(content: bytes, rule: str) -> None:
    (finding,) = verdict(Source("x.bpmn", content))
    assert (finding.severity, finding.rule) == ("error", rule)
    assert finding.zh
    assert finding.en


def test_entities_do_not_blow_up() -> None:
    bomb = (
        "<!DOCTYPE a ["
        + "".join(f'<!ENTITY e{i} "{f"&e{i - 1};" * 10 if i else "x"}">' for i in range(12))
        + "]><a>&e11;</a>"
    )
    begun = time.perf_counter()
    assert verdict(Source("x.bpmn", bomb.encode()))[0].rule == "xml.dtd"
    assert time.perf_counter() - begun < 1


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "gb18030", "utf-8-sig", "big5"])
def test_a_diagram_is_read_in_any_encoding(encoding: str) -> None:
    name = encoding.removesuffix("-sig")
    text = (
        document(process('start s\nuserTask a name="審核"\nend e', "s -> a -> e"))
        .decode()
        .replace('encoding="UTF-8"', f'encoding="{name}"')
    )
    assert rules(Source("x.bpmn", text.encode(encoding))) == {}


def test_a_file_that_cannot_run_says_why() -> None:
    plain = document(process("start s\nuserTask a\nend e", "s -> a -> e"))
    assert rules(Source("x.bpmn", plain.replace(b'isExecutable="true"', b'isExecutable="false"'))) == {
        "process.not-executable": "p"
    }
    assert rules(Source("x.bpmn", document())) == {"process.none": ""}
    assert rules(Source("x.bpmn", document('<bpmn:choreography id="c"/>'))) == {"process.none": ""}
    assert rules(Source("x.txt", b"")) == {"file.unknown-kind": ""}


def test_a_pool_that_does_not_run_may_hold_anything() -> None:
    # what the specification allows, that is
    other = process(
        "serviceTask x\nserviceTask y\ncomplexGateway g\nscriptTask z", "x -> g -> z; y -> g", "theirs"
    )
    theirs = other.replace('isExecutable="true"', 'isExecutable="false"')
    assert (
        rules(Source("x.bpmn", document(process("start s\nuserTask a\nend e", "s -> a -> e"), theirs))) == {}
    )


def test_references_are_found_among_the_files_and_beside_them() -> None:
    caller = diagram(
        "start s\ncallActivity a calledElement='q'\nuserTask u camunda:formKey='f'\nend e", "s -> a -> u -> e"
    )
    called = Source("q.bpmn", document(process("start s\nuserTask a\nend e", "s -> a -> e", key="q")))
    form = Source("f.form", json.dumps({"id": "f", "type": "default", "components": []}).encode())
    assert set(rules(caller)) == {"call.unknown-process", "form.unknown"}
    assert rules(caller, called, form) == {}
    assert rules(caller, known=Known(forms={"f"}, processes={"q"})) == {}
    reports = check([caller, called, form])
    assert [report.file for report in reports] == ["p.bpmn", "q.bpmn", "f.form"]
    assert reports[0].deployable


def test_warnings_do_not_keep_a_file_from_being_deployed() -> None:
    (report,) = check([diagram("start s\nuserTask a\nuserTask lost\nend e", "s -> a -> e")])
    found = {finding.rule: finding.element for finding in report.findings}
    assert report.deployable
    assert found["node.unreachable"] == "lost"
    assert {"drawing.missing", "name.missing", "task.nobody"} <= set(found)


def test_a_broken_decision_or_form_gets_a_verdict() -> None:
    assert verdict(Source("d.dmn", b"<x"))[0].rule == "xml.not-well-formed"
    assert any(finding.severity == "error" for finding in verdict(Source("f.form", b"{")))


def test_what_is_refused_is_not_compiled_either() -> None:
    with pytest.raises(DefinitionRefused) as caught:
        compile_bundle("p", [diagram("start s\nchoreographyTask g\nuserTask a", "s -> g -> a")])
    assert caught.value.findings[0].element == "g"
    with pytest.raises(DefinitionRefused):
        compile_bundle("nobody", [diagram("start s\nuserTask a", "s -> a")])


def test_a_broken_file_beside_does_not_matter_to_a_process_that_does_not_need_it() -> None:
    drawn = diagram("start s\nuserTask a", "s -> a")
    bundle = compile_bundle("p", [drawn, Source("broken.bpmn", b"<x"), Source("b.dmn", b"")])
    assert set(bundle.processes["p"].elements) == {"s", "a"}


def test_the_shipped_diagrams_pass_and_compile() -> None:
    paths = [
        *(ROOT / "workflows").glob("*.bpmn"),
        *(ROOT / "workflows").glob("*.dmn"),
        *(ROOT / "forms").glob("*.form"),
    ]
    sources = [Source(path.name, path.read_bytes()) for path in paths]
    wrong = [(r.file, f.element, f.rule) for r in check(sources) for f in r.findings if f.severity == "error"]
    assert wrong == []
    for path in paths:
        if path.suffix == ".bpmn":
            assert compile_bundle(path.stem, sources).root == path.stem


def test_every_rule_says_what_is_right() -> None:
    assert all(rule.__doc__ for rule in RULES)
    assert len({rule.__name__ for rule in RULES}) == len(RULES)


@pytest.mark.parametrize(
    ("drawn", "rule"),
    [
        (
            diagram(
                "start s\nscriptTask x | <bpmn:script>a = ("
                + "\n1 +".replace("\n", "&#10;") * 40_000
                + "</bpmn:script>",
                "s -> x",
            ),
            "expression.syntax",
        ),
        (
            diagram("start s\nscriptTask x | <bpmn:script>a = " + "(" * 50_000 + "</bpmn:script>", "s -> x"),
            "expression.syntax",
        ),
        (diagram("start s\n" + "task t\n" * 9_000, "s -> t"), "file.too-many-elements"),
        (
            diagram(f"start s\nintermediateCatchEvent c | {timer('P' + '9' * 30 + 'D')}", "s -> c"),
            "timer.syntax",
        ),
        (
            diagram(
                "startEvent s | <bpmn:timerEventDefinition><bpmn:timeCycle>0 0 0 1-999999999 * ?</bpmn:timeCycle></bpmn:timerEventDefinition>",
                "",
            ),
            "timer.syntax",
        ),
        (
            diagram(
                "startEvent s | <bpmn:timerEventDefinition><bpmn:timeCycle>R999999999/PT1S/2026-02-01T00:00:00</bpmn:timeCycle></bpmn:timerEventDefinition>",
                "",
            ),
            "timer.syntax",
        ),
        (
            diagram(
                "start s\n" + "".join(f"parallelGateway g{i}\n" for i in range(2000)),
                "s -> g0; "
                + "; ".join(f"g{i} -> g{(i + 1) % 2000}; g{i} -> g{(i + 2) % 2000}" for i in range(2000)),
            ),
            "",
        ),
    ],
    ids=["open bracket", "nested", "many", "long duration", "cron", "cycle", "joins"],
)
def test_a_hostile_drawing_is_judged_in_seconds(drawn: Source, rule: str) -> None:
    begun = time.perf_counter()
    found = rules(drawn)
    assert time.perf_counter() - begun < 5
    assert "check.failed" not in found
    assert not rule or rule in found


def test_a_long_diagram_needs_no_deep_stack() -> None:
    names = [f"t{i}" for i in range(1500)]
    source = diagram(
        "start s\n" + "\n".join(f"task {name}" for name in names) + "\nend z",
        "s -> " + " -> ".join(names) + " -> z",
    )
    begun = time.perf_counter()
    assert rules(source) == {}
    assert compile_bundle("p", [source]).root == "p"
    assert time.perf_counter() - begun < 4
