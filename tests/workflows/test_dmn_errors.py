"""What a decision says when it comes to nothing: at run time in its errors, before in its warnings."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from dmn_files import decision, definitions, input_data, literal, table, text

from forms.feel import SHANGHAI, World, china
from webapp.cli import zhunru
from workflows.engine.dmn import DecisionResult, check_decisions, load_decisions

WORLD = World(datetime(2026, 2, 13, 9, tzinfo=SHANGHAI), china())


def decide(content: bytes, name: str, **inputs: Any) -> DecisionResult:
    return load_decisions(content, "test.dmn").evaluate(name, inputs, WORLD)


def typed(logic: str, *kinds: str) -> bytes:
    """Return a file of one table `d` whose output columns have types."""
    for place, kind in enumerate(kinds):
        logic = logic.replace(f'<output id="o{place}"', f'<output id="o{place}" typeRef="{kind}"')
    return definitions(decision("d", logic))


# ---------------------------------------------------------------- wrong values
@pytest.mark.parametrize(
    ("cell", "sentence"),
    [
        ('x + "a"', "cannot be computed"),
        ("x / 0", "cannot be computed"),
        ("upper case(x)", "wrong arguments"),
    ],
)
def test_an_output_that_cannot_be_computed_is_an_error_at_its_rule(cell: str, sentence: str) -> None:
    result = decide(definitions(decision("d", table(["x"], ["y"], [("> 0", cell)]))), "d", x=1)
    assert result.result is None
    (error,) = result.errors
    assert (error.rule, error.element) == ("dmn.feel", "r0")
    assert cell in error.zh
    assert sentence in error.en


def test_an_output_that_is_null_because_an_input_is_missing_is_no_error() -> None:
    result = decide(definitions(decision("d", table(["1"], ["y"], [("-", "x + 1")]))), "d")
    assert (result.result, result.errors) == (None, ())


def test_an_output_that_cannot_have_its_type_is_null_and_an_error() -> None:
    rules = [("> 5", '"many"', '"2026-02-13"'), ("-", "x", '"soon"')]
    content = typed(table(["x"], ["n", "day"], rules, policy="FIRST"), "number", "date")
    result = decide(content, "d", x=9)
    assert result.result == {"n": None, "day": datetime(2026, 2, 13).date()}
    assert [(error.rule, error.element) for error in result.errors] == [("dmn.type", "r0")]
    assert '"many"' in result.errors[0].zh
    assert [error.element for error in decide(content, "d", x=1).errors] == ["r1"]


@pytest.mark.parametrize(
    ("aggregation", "cells"),
    [("SUM", ('"a"', '"b"')), ("SUM", ("1", "true")), ("MAX", ("1", '"b"')), ("MIN", ("1", '@"2026-02-13"'))],
)
def test_what_cannot_be_aggregated_is_null_and_an_error(aggregation: str, cells: tuple[str, str]) -> None:
    logic = table(["x"], ["y"], [("-", cell) for cell in cells], policy="COLLECT", aggregation=aggregation)
    result = decide(definitions(decision("d", logic)), "d", x=1)
    assert result.result is None
    assert [error.rule for error in result.errors] == ["dmn.not-aggregated"]
    assert aggregation in result.errors[0].zh


def test_a_sum_with_a_value_that_an_input_leaves_open_is_null_without_an_error() -> None:
    logic = table(["1"], ["y"], [("-", "1"), ("-", "x + 1")], policy="COLLECT", aggregation="SUM")
    result = decide(definitions(decision("d", logic)), "d")
    assert (result.result, result.errors) == (None, ())


def test_several_outputs_have_no_aggregation() -> None:
    logic = table(["x"], ["y", "z"], [("-", "1", "2")], policy="COLLECT", aggregation="SUM")
    (finding,) = check_decisions(definitions(decision("d", logic)), "test.dmn")
    assert (finding.rule, finding.severity) == ("dmn.aggregation", "error")


def test_a_date_of_camunda_may_be_a_moment() -> None:
    logic = table(["x"], ["y"], [("-", 'date and time("2026-02-13T09:00:00")')])
    content = typed(logic, "date")
    assert [error.rule for error in decide(content, "d", x=1).errors] == ["dmn.type"]
    camunda = content.replace(
        b"<definitions ", b'<definitions xmlns:camunda="http://camunda.org/schema/1.0/dmn" '
    )
    assert decide(camunda, "d", x=1).result == datetime(2026, 2, 13, 9)


def test_a_type_of_lists_on_a_column_is_that_of_all_hits() -> None:
    item = '<itemDefinition name="tNames" isCollection="true"><typeRef>string</typeRef></itemDefinition>'
    logic = table(["x"], ["y"], [("-", '"a"'), ("-", '"b"')], policy="COLLECT")
    content = typed(logic, "tNames").replace(b"<decision ", item.encode() + b"<decision ", 1)
    assert decide(content, "d", x=1) == DecisionResult(["a", "b"], (), {"y": ["a", "b"]})


def test_a_constraint_of_a_list_type_is_on_the_whole_list() -> None:
    item = (
        '<itemDefinition name="tMarks" isCollection="true"><typeRef>number</typeRef>'
        f"{text('allowedValues', '[0..100]')}{text('typeConstraint', 'count(?) <= 2')}</itemDefinition>"
    )
    content = definitions(
        item, input_data("marks", "tMarks"), decision("d", literal("sum(marks)"), needs=["in_marks"])
    )
    assert decide(content, "d", marks=[60, 40]).result == 100
    for wrong in ([1, 2, 3], [1, 101]):
        assert [error.rule for error in decide(content, "d", marks=wrong).errors] == ["dmn.type"]


def test_a_constraint_of_a_single_value_is_its_allowed_values() -> None:
    item = f'<itemDefinition name="tAge"><typeRef>number</typeRef>{text("typeConstraint", "[0..150]")}</itemDefinition>'
    content = definitions(
        item, decision("d", literal("200"), type_ref="tAge"), decision("e", literal("20"), type_ref="tAge")
    )
    assert decide(content, "d").errors
    assert decide(content, "e").result == 20


def test_a_call_that_cannot_be_is_an_error() -> None:
    model = (
        '<businessKnowledgeModel id="bkm_m" name="double"><encapsulatedLogic><formalParameter name="n"/>'
        f"{literal('n * 2')}</encapsulatedLogic></businessKnowledgeModel>"
    )
    invocation = (
        f'<invocation>{literal("double")}<binding><parameter name="x"/>{literal("1")}</binding></invocation>'
    )
    content = definitions(
        model,
        decision("a", literal("double(1, 2)"), needs=["bkm_m"]),
        decision("b", literal("triple(1)")),
        decision("c", invocation, needs=["bkm_m"]),
    )
    assert [error.rule for error in decide(content, "a").errors] == ["dmn.feel"]
    assert [error.rule for error in decide(content, "b").errors] == ["dmn.feel"]
    assert [error.rule for error in decide(content, "c").errors] == ["dmn.call"]


def test_loops_in_boxes_that_never_end_are_stopped() -> None:
    inner = (
        f'<for iteratorVariable="j"><in>{literal("[1..1000000]")}</in><return>{literal("j")}</return></for>'
    )
    outer = f'<for iteratorVariable="i"><in>{literal("[1..1000000]")}</in><return>{inner}</return></for>'
    result = decide(definitions(decision("d", outer)), "d")
    assert result.result is None
    assert [error.rule for error in result.errors] == ["dmn.endless"]


def test_a_decision_without_logic_takes_its_value_from_outside() -> None:
    content = definitions(
        decision("judgment", "", type_ref="number"),
        decision("d", literal("judgment + 1"), needs=["judgment"]),
    )
    assert decide(content, "d", judgment=4).result == 5
    assert decide(content, "d").result is None


def test_a_parameter_may_have_a_name_with_a_dot_beside_a_path_of_the_same_letters() -> None:
    model = (
        '<businessKnowledgeModel id="bkm_m" name="greet"><encapsulatedLogic><formalParameter name="Person.Name"/>'
        f"{literal(chr(34) + 'Hello ' + chr(34) + ' + Person.Name')}</encapsulatedLogic></businessKnowledgeModel>"
    )
    binding = f'<binding><parameter name="Person.Name"/>{literal("Person.Name")}</binding>'
    invocation = f"<invocation>{literal('greet')}{binding}</invocation>"
    content = definitions(
        input_data("Person"), model, decision("d", invocation, needs=["in_Person", "bkm_m"])
    )
    assert decide(content, "d", Person={"Name": "Bob"}).result == "Hello Bob"
    assert check_decisions(content, "x.dmn") == ()


# ---------------------------------------------------------------- unknown names
def unknown(content: bytes) -> list[tuple[str, str]]:
    found = check_decisions(content, "x.dmn")
    assert all(finding.severity == "warning" for finding in found)
    return [(finding.rule, finding.element) for finding in found]


def test_a_text_without_quotes_is_warned_of_at_its_rule() -> None:
    content = definitions(decision("d", table(["天数"], ["y"], [("十五", '"a"'), ("-", "二十")])))
    assert unknown(content) == [("dmn.unknown-name", "r0"), ("dmn.unknown-name", "r1")]
    assert "十五" in check_decisions(content, "x.dmn")[0].zh


def test_a_name_that_is_no_required_input_is_warned_of() -> None:
    content = definitions(
        input_data("age", "number"),
        decision("d", literal("agee + 1"), needs=["in_age"]),
        decision("e", table(["age"], ["y"], [("> limit", "1")]), needs=["in_age"]),
    )
    assert unknown(content) == [("dmn.unknown-name", "d"), ("dmn.unknown-name", "r0")]


def test_what_expressions_bind_themselves_and_keys_in_filters_are_no_unknown_names() -> None:
    entry = f'<contextEntry><variable name="rate"/>{literal("2")}</contextEntry>'
    entry += f"<contextEntry>{literal('rate * 2')}</contextEntry>"
    loop = f'<for iteratorVariable="i"><in>{literal("people")}</in><return>{literal("i.age")}</return></for>'
    kept = f"<filter><in>{literal('people')}</in><match>{literal('age > 1')}</match></filter>"
    content = definitions(
        input_data("people"),
        decision("a", literal("people[age > 18].name"), needs=["in_people"]),
        decision(
            "b", literal("for p in people return sort([p.age], function(x, y) x < y)"), needs=["in_people"]
        ),
        decision("c", f"<context>{entry}</context>"),
        decision("e", loop, needs=["in_people"]),
        decision("f", kept, needs=["in_people"]),
        decision("g", literal("count(a) + list contains(b, upper case)"), needs=["a", "b"]),
    )
    assert unknown(content) == []


def test_in_a_camunda_file_what_the_columns_read_are_the_inputs() -> None:
    logic = table(["amount"], ["y"], [("> 5 or vip", '"a"'), ("amount", "amount * 2")])
    content = definitions(decision("d", logic), extra='xmlns:camunda="http://camunda.org/schema/1.0/dmn"')
    assert unknown(content) == [("dmn.unknown-name", "r0")]


# ---------------------------------------------------------------- the command
def command(tmp_path: Path, content: bytes, *arguments: str) -> Any:
    file = tmp_path / "x.dmn"
    file.write_bytes(content)
    return CliRunner().invoke(zhunru, ["decide", str(file), *arguments])


def test_numbers_pass_the_command_exactly(tmp_path: Path) -> None:
    content = definitions(
        input_data("a", "number"), decision("d", literal("{sum: a + 0.2, third: 1 / 3}"), needs=["in_a"])
    )
    told = command(tmp_path, content, "--decision", "d", "--input", '{"a": 12345678901234567890.1}', "--json")
    assert told.exit_code == 0
    assert told.stdout.strip() == (
        '{"result": {"sum": 12345678901234567890.3, "third": 0.3333333333333333333333333333333333}, "errors": []}'
    )


def test_dates_times_and_durations_go_in_and_come_out_as_iso_text(tmp_path: Path) -> None:
    content = definitions(
        input_data("day", "date"),
        input_data("length", "days and time duration"),
        input_data("at", "time"),
        decision(
            "d",
            literal('[day + length, at, day.year, duration("P1Y2M")]'),
            needs=["in_day", "in_length", "in_at"],
        ),
    )
    given = json.dumps({"day": "2026-02-13", "length": "P2D", "at": "09:30:00+08:00"})
    told = command(tmp_path, content, "--input", given, "--json")
    assert json.loads(told.stdout) == {
        "result": ["2026-02-15", "09:30:00+08:00", 2026, "P1Y2M"],
        "errors": [],
    }


def test_a_missing_input_and_an_unknown_name_are_told_beside_the_result(tmp_path: Path) -> None:
    content = definitions(input_data("a", "number"), decision("d", literal("a + b"), needs=["in_a"]))
    told = command(tmp_path, content, "--json")
    assert (told.exit_code, json.loads(told.stdout)) == (0, {"result": None, "errors": []})
    assert "“b”" in told.stderr
    assert "“a”" in told.stderr


def test_services_and_models_are_asked_by_name(tmp_path: Path) -> None:
    content = definitions(
        '<businessKnowledgeModel id="m" name="double"><encapsulatedLogic><formalParameter name="n"/>'
        f"{literal('n * 2')}</encapsulatedLogic></businessKnowledgeModel>",
        decision("d", literal("1")),
    )
    told = command(tmp_path, content, "--decision", "double", "--input", '{"n": 4}', "--json")
    assert json.loads(told.stdout) == {"result": 8, "errors": []}


@pytest.mark.parametrize("given", ["[1]", "{", '{"a": NaN}', "@nowhere.json"])
def test_inputs_that_are_no_json_object_are_wrong_usage(given: str, tmp_path: Path) -> None:
    told = command(tmp_path, definitions(decision("d", literal("1"))), "--input", given, "--json")
    assert (told.exit_code, told.stdout) == (2, "")


def test_a_refused_decision_ends_with_status_one_and_names_its_rules(tmp_path: Path) -> None:
    content = definitions(decision("d", table(["x"], ["y"], [("-", "1"), ("-", "2")])))
    told = command(tmp_path, content, "--input", '{"x": 1}', "--json")
    assert (told.exit_code, json.loads(told.stdout)["result"]) == (1, None)
    assert "r0, r1" in json.loads(told.stdout)["errors"][0]
