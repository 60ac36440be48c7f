"""Decision files that import others: types, functions, decisions and inputs by a name, or without one."""

from collections.abc import Iterator
from datetime import datetime

import pytest
from dmn_files import MODEL, decision, definitions, input_data, literal

from forms.feel import SHANGHAI, World, china
from workflows.engine import Source, check
from workflows.engine.dmn import DecisionRefused, DecisionResult, load_decisions

WORLD = World(datetime(2026, 2, 13, 9, tzinfo=SHANGHAI), china())


def file(space: str, *parts: str, imports: dict[str, str] | None = None) -> bytes:
    """Return a decision file of a namespace; `imports`: name -> namespace."""
    heads = [
        f'<import name="{name}" namespace="{where}" importType="{MODEL}"/>'
        for name, where in (imports or {}).items()
    ]
    return definitions(*heads, *parts).replace(b'namespace="n"', f'namespace="{space}"'.encode())


def needing(name: str, body: str, kind: str, href: str, type_ref: str = "") -> str:
    holder = "knowledgeRequirement" if kind == "requiredKnowledge" else "informationRequirement"
    made = decision(name, literal(body), type_ref=type_ref)
    return made.replace(
        "<literalExpression>", f'<{holder}><{kind} href="{href}"/></{holder}><literalExpression>'
    )


FEES = file(
    "urn:fees",
    '<itemDefinition name="tPerson"><itemComponent name="born"><typeRef>date</typeRef></itemComponent></itemDefinition>',
    input_data("base fee", "number"),
    decision("doubled", literal("base fee * 2"), needs=["in_base fee"]),
    '<businessKnowledgeModel id="bkm_age" name="year born"><encapsulatedLogic><formalParameter name="p" typeRef="tPerson"/>'
    f"{literal('p.born.year')}</encapsulatedLogic></businessKnowledgeModel>",
)


def decide(content: bytes, name: str, beside: list[bytes], **inputs: object) -> DecisionResult:
    return load_decisions(content, "main.dmn", beside).evaluate(name, inputs, WORLD)


def test_a_decision_of_an_imported_file_is_known_by_the_name_of_the_import() -> None:
    main = file(
        "urn:main",
        needing("total", "fees.doubled + 1", "requiredDecision", "urn:fees#doubled"),
        imports={"fees": "urn:fees"},
    )
    assert decide(main, "total", [FEES], fees={"base fee": 10}).result == 21
    assert decide(main, "total", [FEES], **{"base fee": 10}).result == 21
    assert load_decisions(main, "main.dmn", [FEES]).names("total") == {"base fee"}


def test_types_and_functions_come_with_the_import() -> None:
    main = file(
        "urn:main",
        input_data("who", "fees.tPerson"),
        needing("year", "fees.year born(who)", "requiredKnowledge", "urn:fees#bkm_age").replace(
            "<knowledgeRequirement>",
            '<informationRequirement><requiredInput href="#in_who"/></informationRequirement><knowledgeRequirement>',
        ),
        imports={"fees": "urn:fees"},
    )
    assert decide(main, "year", [FEES], who={"born": "1990-05-01"}).result == 1990


def test_an_import_without_a_name_makes_the_parts_those_of_the_file_through_several_files() -> None:
    between = file("urn:between", imports={"": "urn:fees"})
    main = file(
        "urn:main",
        needing("total", "doubled + base fee", "requiredDecision", "#doubled").replace(
            "<informationRequirement>",
            '<informationRequirement><requiredInput href="#in_base fee"/></informationRequirement><informationRequirement>',
            1,
        ),
        imports={"": "urn:between"},
    )
    assert decide(main, "total", [between, FEES], **{"base fee": 5}).result == 15


def test_one_file_imported_by_two_ways_has_the_inputs_of_each() -> None:
    one = file(
        "urn:one",
        needing("d", "f.doubled", "requiredDecision", "urn:fees#doubled"),
        imports={"f": "urn:fees"},
    )
    two = file(
        "urn:two",
        needing("d", "f.doubled", "requiredDecision", "urn:fees#doubled"),
        imports={"f": "urn:fees"},
    )
    main = file(
        "urn:main",
        needing("both", "[a.d, b.d]", "requiredDecision", "urn:one#d").replace(
            "<literalExpression>",
            '<informationRequirement><requiredDecision href="urn:two#d"/></informationRequirement><literalExpression>',
        ),
        imports={"a": "urn:one", "b": "urn:two"},
    )
    given = {"a": {"f": {"base fee": 1}}, "b": {"f": {"base fee": 2}}}
    assert decide(main, "both", [one, two, FEES], **given).result == [2, 4]


def test_an_import_that_is_not_there_and_a_circle_are_told() -> None:
    main = file("urn:main", decision("d", literal("1")), imports={"fees": "urn:fees"})
    (finding,) = load_decisions(main, "main.dmn").findings
    assert (finding.severity, finding.rule) == ("warning", "dmn.import")
    assert "urn:fees" in finding.zh
    other = file("urn:other", decision("d", literal("1")), imports={"m": "urn:main"})
    main = file("urn:main", decision("d", literal("1")), imports={"o": "urn:other"})
    with pytest.raises(DecisionRefused) as refused:
        load_decisions(main, "main.dmn", [main, other])
    assert "urn:main" in refused.value.tell("zh")


def test_the_deploy_check_finds_imports_among_the_files_given_and_beside() -> None:
    main = file(
        "urn:main",
        needing("total", "fees.doubled", "requiredDecision", "urn:fees#doubled"),
        imports={"fees": "urn:fees"},
    )
    sources = [Source("main.dmn", main)]
    (alone,) = check(sources)
    assert "dmn.unknown-reference" in {finding.rule for finding in alone.findings}
    (report,) = check(sources, [Source("fees.dmn", FEES)])
    assert report.deployable
    assert report.findings == ()


def test_a_decision_touches_nothing_that_it_does_not_read() -> None:
    """A process holds lists of thousands, and asks a decision of each of their elements."""

    class Untouched(list[object]):
        def __iter__(self) -> Iterator[object]:
            raise AssertionError("read")

    made = definitions(input_data("fee", "number"), decision("doubled", literal("fee * 2"), needs=["in_fee"]))
    found = load_decisions(made, "fees.dmn")
    assert found.evaluate("doubled", {"fee": 2.5, "elements": Untouched()}, WORLD).result == 5
