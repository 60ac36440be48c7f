"""Decisions: tables with every hit policy, graphs, boxed expressions, and files that are refused."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from dmn_files import decision, definitions, input_data, literal, table, text

from forms.feel import SHANGHAI, World, china, to_plain
from workflows.engine.dmn import DecisionRefused, DecisionResult, check_decisions, load_decisions

WORLD = World(datetime(2026, 2, 13, 9, tzinfo=SHANGHAI), china())
SHIPPED = Path(__file__).parents[2] / "workflows"


def decide(content: bytes, name: str, **inputs: Any) -> DecisionResult:
    return load_decisions(content, "test.dmn").evaluate(name, inputs, WORLD)


def one(logic: str, **inputs: Any) -> Any:
    """Evaluate a file of one decision that must not fail."""
    result = decide(definitions(decision("d", logic)), "d", **inputs)
    assert result.errors == ()
    return result.result


GRADES = [("[90..100]", '"A"'), ("[60..90)", '"B"'), ("< 60", '"C"')]


# ---------------------------------------------------------------- hit policies
@pytest.mark.parametrize(("score", "grade"), [(95, "A"), (60, "B"), (89.5, "B"), (0, "C"), (101, None)])
def test_a_unique_table_gives_the_one_rule_or_null(score: float, grade: str | None) -> None:
    assert one(table(["score"], ["grade"], GRADES), score=score) == grade


def test_a_unique_table_with_two_matches_fails_and_says_which() -> None:
    content = definitions(decision("d", table(["x"], ["y"], [("> 1", "1"), ("> 2", "2")])))
    assert decide(content, "d", x=2).result == 1
    result = decide(content, "d", x=3)
    assert result.result is None
    (error,) = result.errors
    assert error.rule == "dmn.not-unique"
    assert error.element == "t"
    assert "r0" in error.zh
    assert "r1" in error.en


def test_a_first_table_gives_the_topmost_match() -> None:
    logic = table(["x"], ["y"], [("> 1", "1"), ("> 2", "2")], policy="FIRST")
    assert one(logic, x=3) == 1


def test_an_any_table_wants_agreement() -> None:
    agree = table(["x"], ["y"], [("> 1", '"ok"'), ("> 2", '"ok"')], policy="ANY")
    assert one(agree, x=3) == "ok"
    disagree = definitions(decision("d", table(["x"], ["y"], [("> 1", "1"), ("> 2", "2")], policy="ANY")))
    result = decide(disagree, "d", x=3)
    assert result.result is None
    assert [error.rule for error in result.errors] == ["dmn.not-any"]


def test_a_priority_table_gives_the_value_listed_first() -> None:
    rules = [("> 1", '"low"'), ("> 2", '"high"'), ("> 3", '"middle"')]
    logic = table(["x"], ["y"], rules, policy="PRIORITY", output_values=['"high","middle","low"'])
    assert one(logic, x=2) == "low"
    assert one(logic, x=9) == "high"


def test_an_output_order_table_sorts_by_the_listed_values() -> None:
    rules = [("> 1", '"low"'), ("> 2", '"high"'), ("> 3", '"middle"'), ("> 4", '"high"')]
    logic = table(["x"], ["y"], rules, policy="OUTPUT ORDER", output_values=['"high","middle","low"'])
    assert one(logic, x=9) == ["high", "high", "middle", "low"]


def test_priorities_of_several_outputs_count_from_the_first() -> None:
    rules = [("-", '"b"', "1"), ("-", '"a"', "1"), ("-", '"a"', "2")]
    logic = table(["x"], ["p", "q"], rules, policy="OUTPUT ORDER", output_values=['"a","b"', "2,1"])
    assert one(logic, x=1) == [{"p": "a", "q": 2}, {"p": "a", "q": 1}, {"p": "b", "q": 1}]


def test_a_rule_order_table_gives_all_matches_in_order() -> None:
    rules = [("> 1", '"b"'), ("> 2", '"a"'), ("> 9", '"c"')]
    assert one(table(["x"], ["y"], rules, policy="RULE ORDER"), x=3) == ["b", "a"]


@pytest.mark.parametrize(
    ("aggregation", "value"), [("", [10, 20, 10]), ("SUM", 40), ("MIN", 10), ("MAX", 20), ("COUNT", 3)]
)
def test_a_collect_table_gathers_or_aggregates(aggregation: str, value: Any) -> None:
    rules = [("> 1", "10"), ("> 2", "20"), ("> 3", "10"), ("> 9", "99")]
    logic = table(["x"], ["y"], rules, policy="COLLECT", aggregation=aggregation)
    assert one(logic, x=5) == value


@pytest.mark.parametrize(
    ("aggregation", "cells", "value"),
    [
        ("SUM", ('duration("P1D")', 'duration("PT2H")'), timedelta(days=1, hours=2)),
        ("MIN", ('"b"', '"a"'), "a"),
        ("MAX", ('date("2026-02-13")', 'date("2026-03-01")'), date(2026, 3, 1)),
    ],
)
def test_durations_are_summed_and_what_has_an_order_has_a_least(
    aggregation: str, cells: tuple[str, str], value: Any
) -> None:
    logic = table(["x"], ["y"], [("-", cell) for cell in cells], policy="COLLECT", aggregation=aggregation)
    assert one(logic, x=5) == value


@pytest.mark.parametrize(
    ("policy", "aggregation", "value"),
    [
        *(("UNIQUE", "", None), ("FIRST", "", None), ("ANY", "", None), ("RULE ORDER", "", None)),
        *(("COLLECT", "", []), ("COLLECT", "SUM", None), ("COLLECT", "MAX", None), ("COLLECT", "COUNT", 0)),
    ],
)
def test_what_no_match_gives(policy: str, aggregation: str, value: Any) -> None:
    assert one(table(["x"], ["y"], [("> 1", "1")], policy=policy, aggregation=aggregation), x=0) == value


def test_several_outputs_are_a_context() -> None:
    rules = [('"a"', "1", "true"), ("-", "2", "false")]
    assert one(table(["x"], ["days", "warn"], rules, policy="FIRST"), x="b") == {"days": 2, "warn": False}


def test_defaults_stand_in_where_nothing_matches() -> None:
    assert one(table(["x"], ["y"], [("1", "1")], defaults=['"none"']), x=5) == "none"
    rules = [("1", "1", "2")]
    assert one(table(["x"], ["y", "z"], rules, defaults=["0", ""]), x=5) == {"y": 0, "z": None}


def test_a_value_that_is_not_allowed_is_an_error() -> None:
    content = definitions(decision("d", table(["x"], ["y"], [("-", "1")], input_values='"a","b"')))
    assert decide(content, "d", x="a").result == 1
    result = decide(content, "d", x="z")
    assert result.result is None
    assert (result.errors[0].rule, result.errors[0].element) == ("dmn.input-value", "i0")
    content = definitions(decision("d", table(["x"], ["y"], [("-", "x")], output_values=["1,2"])))
    assert decide(content, "d", x=2).result == 2
    assert decide(content, "d", x=3).errors[0].element == "r0"


def test_cells_may_speak_of_other_inputs_and_lists() -> None:
    rules = [('list contains(?, "grid") and urgent', '"both"'), ("-", '"plain"')]
    logic = table(["executor"], ["route"], rules, policy="FIRST")
    assert one(logic, executor=["grid", "community"], urgent=True) == "both"
    assert one(logic, executor=["grid"], urgent=False) == "plain"
    member = table(["x"], ["y"], [("allowed", '"in"'), ("-", '"out"')], policy="FIRST")
    assert one(member, x="a", allowed=["a", "b"]) == "in"


def test_text_becomes_a_date_where_the_column_wants_one() -> None:
    logic = table(
        ["day"],
        ["y"],
        [('>= date("2026-05-01")', "true"), ("-", "false")],
        policy="FIRST",
        input_types=["date"],
    )
    assert one(logic, day="2026-06-01") is True
    assert one(logic, day="2026-04-01") is False
    assert one(logic, day=date(2026, 6, 1)) is True
    assert one(logic, day="soon") is False


def test_money_as_text_is_a_number_where_the_column_wants_one() -> None:
    logic = table(
        ["money"], ["y"], [("> 1000", "true"), ("-", "false")], policy="FIRST", input_types=["number"]
    )
    assert one(logic, money="1000.01") is True
    assert one(logic, money=999.5) is False


def test_outputs_may_compute() -> None:
    logic = table(["n"], ["due"], [("> 0", "add working days(today(), n)")])
    assert to_plain(one(logic, n=3)) == "2026-02-25"


# ---------------------------------------------------------------- graphs
def test_required_decisions_are_evaluated_first() -> None:
    content = definitions(
        input_data("Monthly Salary", "number"),
        decision("yearly", literal("Monthly Salary * 12"), needs=["in_Monthly Salary"]),
        decision(
            "class",
            table(["yearly"], ["c"], [("> 100", '"big"'), ("-", '"small"')], policy="FIRST"),
            needs=["yearly"],
        ),
    )
    assert decide(content, "class", **{"Monthly Salary": 10}).result == "big"
    assert decide(content, "class", **{"in_Monthly Salary": "5"}).result == "small"
    decisions = load_decisions(content, "x.dmn")
    assert decisions.ids == ("yearly", "class")
    assert decisions.names("class") == {"Monthly Salary"}


def test_outputs_of_a_required_table_are_in_scope_by_name_as_in_camunda() -> None:
    content = definitions(
        decision(
            "season_decision",
            table(["temperature"], ["season"], [("> 20", '"summer"'), ("-", '"winter"')], policy="FIRST"),
        ),
        decision(
            "dish",
            table(["season"], ["dish"], [('"summer"', '"salad"'), ("-", '"roast"')], policy="FIRST"),
            needs=["season_decision"],
        ),
        extra='xmlns:camunda="http://camunda.org/schema/1.0/dmn"',
    )
    assert decide(content, "dish", temperature=30).result == "salad"
    assert load_decisions(content, "x.dmn").names("dish") == {"temperature"}


def test_a_decision_sees_only_the_input_data_it_requires() -> None:
    content = definitions(
        input_data("a"), decision("d", literal("a")), decision("e", literal("a"), needs=["in_a"])
    )
    assert decide(content, "d", a=1).result is None
    assert decide(content, "e", a=1).result == 1


def test_input_of_the_wrong_type_is_null_and_told() -> None:
    content = definitions(input_data("a", "number"), decision("d", literal("a = null"), needs=["in_a"]))
    result = decide(content, "d", a=[1, 2])
    assert result.result is True
    assert (result.errors[0].rule, result.errors[0].element) == ("dmn.type", "in_a")


def test_a_decision_may_be_found_by_its_name() -> None:
    content = definitions(
        '<decision id="d1" name="审核 路线"><literalExpression><text>1</text></literalExpression></decision>'
    )
    assert decide(content, "审核 路线").result == 1
    missing = decide(content, "nowhere")
    assert missing.result is None
    assert missing.errors[0].rule == "dmn.no-decision"


def test_results_are_fitted_to_their_declared_type() -> None:
    content = definitions(
        '<itemDefinition name="tNames" isCollection="true"><typeRef>string</typeRef></itemDefinition>',
        decision("to_list", literal('"a"'), type_ref="tNames"),
        decision("to_one", literal('["a"]'), type_ref="string"),
        decision("wrong", literal("1 + 1"), type_ref="string"),
    )
    assert decide(content, "to_list").result == ["a"]
    assert decide(content, "to_one").result == "a"
    wrong = decide(content, "wrong")
    assert wrong.result is None
    assert wrong.errors[0].element == "wrong"


def test_structures_have_members_of_their_types() -> None:
    content = definitions(
        '<itemDefinition name="tPerson"><itemComponent name="born"><typeRef>date</typeRef></itemComponent></itemDefinition>',
        input_data("p", "tPerson"),
        decision("d", literal("p.born.year"), needs=["in_p"]),
        decision("e", literal("p instance of tPerson"), needs=["in_p"]),
    )
    assert decide(content, "d", p={"born": "1990-05-01"}).result == 1990
    assert decide(content, "e", p={"born": "1990-05-01"}).result is True


def test_names_with_signs_are_told_apart() -> None:
    content = definitions(
        input_data("day text", "string"),
        decision("Date-Time", literal('date and time(day text + "T23:59:00-08:00")'), needs=["in_day text"]),
        decision("Date-Time2", literal('date and time("2015-12-24T00:00:01-01:00")')),
        decision("between", literal("Date-Time - Date-Time2"), needs=["Date-Time", "Date-Time2"]),
        decision(
            "months",
            literal("years and months duration(Date-Time2,Date-Time)"),
            needs=["Date-Time", "Date-Time2"],
        ),
    )
    given = {"day text": "2016-12-24"}
    assert to_plain(decide(content, "Date-Time", **given).result) == "2016-12-24T23:59:00-08:00"
    assert to_plain(decide(content, "between", **given).result) == "P367DT6H58M59S"
    assert to_plain(decide(content, "months", **given).result) == "P1Y"


def test_an_error_prints_as_a_sentence_with_its_element() -> None:
    content = definitions(decision("d", table(["x"], ["y"], [("-", "1"), ("-", "2")])))
    (error,) = decide(content, "d", x=1).errors
    assert str(error).startswith("t: 唯一命中")


def test_a_date_becomes_its_midnight_where_a_date_and_time_is_declared() -> None:
    content = definitions(decision("d", literal("date(2000, 1, 2)"), type_ref="date and time"))
    assert to_plain(decide(content, "d").result) == "2000-01-02T00:00:00Z"


def test_a_narrower_type_replaces_the_values_of_its_base() -> None:
    base = '<itemDefinition name="tSide"><typeRef>string</typeRef>{}</itemDefinition>'
    narrow = '<itemDefinition name="tLeft"><typeRef>tSide</typeRef>{}</itemDefinition>'
    content = definitions(
        base.format(text("allowedValues", '"up","down"')),
        narrow.format(text("allowedValues", '"left"')),
        decision("a", literal('"left"'), type_ref="tLeft"),
        decision("b", literal('"up"'), type_ref="tLeft"),
    )
    assert decide(content, "a").result == "left"
    assert decide(content, "b").result is None


def test_a_model_returns_what_its_function_type_says() -> None:
    content = definitions(
        '<itemDefinition name="tNumbers" isCollection="true"><typeRef>number</typeRef></itemDefinition>',
        '<itemDefinition name="tFunction"><functionItem outputTypeRef="tNumbers"/></itemDefinition>',
        '<businessKnowledgeModel id="bkm_m" name="m"><variable name="m" typeRef="tFunction"/><encapsulatedLogic>'
        f"{literal('1')}</encapsulatedLogic></businessKnowledgeModel>",
        decision("d", literal("m()"), needs=["bkm_m"]),
    )
    assert decide(content, "d").result == [1]


# ---------------------------------------------------------------- boxed expressions
def test_contexts_end_in_their_result_or_are_dicts() -> None:
    entry = '<contextEntry><variable name="{}"/>{}</contextEntry>'
    first, second = entry.format("base fee", literal("10")), entry.format("total", literal("base fee * 2"))
    assert one(f"<context>{first}{second}</context>") == {"base fee": 10, "total": 20}
    last = f"<contextEntry>{literal('total + 1')}</contextEntry>"
    assert one(f"<context>{first}{second}{last}</context>") == 21


def test_knowledge_models_are_called_by_expression_and_by_invocation() -> None:
    model = (
        '<businessKnowledgeModel id="bkm_fee" name="fee"><encapsulatedLogic><formalParameter name="n" typeRef="number"/>'
        f"{literal('n * 2')}</encapsulatedLogic></businessKnowledgeModel>"
    )
    invocation = (
        f'<invocation>{literal("fee")}<binding><parameter name="n"/>{literal("x + 1")}</binding></invocation>'
    )
    content = definitions(
        model,
        decision("a", literal("fee(x)"), needs=["bkm_fee"]),
        decision("b", invocation, needs=["bkm_fee"]),
        decision("c", literal("fee(n: 4)"), needs=["bkm_fee"]),
    )
    assert decide(content, "a", x=3).result == 6
    assert decide(content, "b", x=3).result == 8
    assert decide(content, "c").result == 8
    assert load_decisions(content, "x").names("b") == {"x"}


FACTORIAL = "if n < 2 then 1 else n * factorial(n - 1)"
MODEL_OF_IT = (
    '<businessKnowledgeModel id="bkm_f" name="factorial"><encapsulatedLogic><formalParameter name="n"/>'
    f"{literal(FACTORIAL)}</encapsulatedLogic></businessKnowledgeModel>"
)


def test_a_model_and_a_boxed_function_may_call_themselves() -> None:
    content = definitions(MODEL_OF_IT, decision("d", literal("factorial(5)"), needs=["bkm_f"]))
    assert (decide(content, "d").result, check_decisions(content, "test.dmn")) == (120, ())
    boxed = (
        '<context><contextEntry><variable name="factorial"/><functionDefinition><formalParameter name="n"/>'
        f"{literal(FACTORIAL)}</functionDefinition></contextEntry>"
        f"<contextEntry>{literal('factorial(5)')}</contextEntry></context>"
    )
    assert one(boxed) == 120


def test_what_calls_itself_without_end_is_null_and_told() -> None:
    content = definitions(MODEL_OF_IT, decision("d", literal("factorial(9999)"), needs=["bkm_f"]))
    outcome = decide(content, "d")
    assert outcome.result is None
    assert {error.rule for error in outcome.errors} == {"dmn.feel"}


def test_lists_relations_and_functions_in_boxes() -> None:
    assert one(f"<list>{literal('1')}{literal('x')}</list>", x=2) == [1, 2]
    rows = f"<row>{literal('1')}{literal('2')}</row><row>{literal('3')}{literal('4')}</row>"
    relation = f'<relation><column name="a"/><column name="b c"/>{rows}</relation>'
    assert one(relation) == [{"a": 1, "b c": 2}, {"a": 3, "b c": 4}]
    function = f'<functionDefinition><formalParameter name="n"/>{literal("n + 1")}</functionDefinition>'
    entries = f'<contextEntry><variable name="f"/>{function}</contextEntry><contextEntry>{literal("f(2)")}</contextEntry>'
    assert one(f"<context>{entries}</context>") == 3


def test_the_boxes_of_the_newest_standard() -> None:
    conditional = f"<conditional><if>{literal('x > 1')}</if><then>{literal('1')}</then><else>{literal('2')}</else></conditional>"
    assert one(conditional, x=5) == 1
    loop = f'<for iteratorVariable="i"><in>{literal("xs")}</in><return>{literal("i * 2")}</return></for>'
    assert one(loop, xs=[1, 2]) == [2, 4]
    kept = f"<filter><in>{literal('xs')}</in><match>{literal('item > 1')}</match></filter>"
    assert one(kept, xs=[1, 2]) == [2]
    every = f'<every iteratorVariable="i"><in>{literal("xs")}</in><satisfies>{literal("i > 1")}</satisfies></every>'
    assert one(every, xs=[1, 2]) is False


def test_a_decision_service_takes_its_inputs_in_order() -> None:
    service = (
        '<decisionService id="bkm_s" name="s"><outputDecision href="#sum"/><inputDecision href="#half"/>'
        '<inputData href="#in_a"/></decisionService>'
    )
    content = definitions(
        input_data("a"),
        decision("half", literal("a / 2"), needs=["in_a"]),
        decision("sum", literal("a - half"), needs=["in_a", "half"]),
        decision("caller", literal("s(10, 1)"), needs=["bkm_s"]),
        service,
    )
    assert decide(content, "sum", a=10).result == 5
    assert decide(content, "caller").result == 9
    assert decide(content, "s", a=10, half=3).result == 7


# ---------------------------------------------------------------- Camunda 7
def test_juel_in_columns_and_cells() -> None:
    logic = (
        '<decisionTable id="t"><input id="i" camunda:inputVariable="money">'
        f'{text("inputExpression", "${amount}", expressionLanguage="juel")}</input><output id="o" name="y"/>'
        f'<rule id="r">{text("inputEntry", "money > 5", expressionLanguage="juel")}'
        f"{text('outputEntry', '${amount * 2}')}</rule></decisionTable>"
    )
    content = definitions(decision("d", logic), extra='xmlns:camunda="http://camunda.org/schema/1.0/dmn"')
    assert decide(content, "d", amount=6).result == 12
    assert decide(content, "d", amount=5).result is None
    assert load_decisions(content, "x").names("d") == {"amount"}


@pytest.mark.parametrize(
    "namespace",
    [
        "http://www.omg.org/spec/DMN/20151101/dmn.xsd",
        "http://www.omg.org/spec/DMN/20180521/MODEL/",
        "https://www.omg.org/spec/DMN/20191111/MODEL/",
        "https://www.omg.org/spec/DMN/20211108/MODEL/",
        "https://www.omg.org/spec/DMN/20230324/MODEL/",
    ],
)
def test_all_versions_of_the_standard_are_read(namespace: str) -> None:
    content = definitions(decision("d", literal("1 + 1")), namespace=namespace)
    assert decide(content, "d").result == 2


def test_the_shipped_decisions_load_without_a_finding() -> None:
    files = sorted(SHIPPED.glob("*.dmn"))
    assert {file.stem for file in files} >= {"routing", "time_limits", "approval_steps"}
    for file in files:
        assert check_decisions(file.read_bytes(), file.name) == ()


def test_the_shipped_routing_sends_grid_work_to_both() -> None:
    routing = load_decisions((SHIPPED / "routing.dmn").read_bytes(), "routing.dmn")
    result = routing.evaluate(
        "routing", {"executor": ["grid", "community"], "applicant_level": "district"}, WORLD
    )
    assert result.errors == ()
    assert result.result["co_review"] is True


# ---------------------------------------------------------------- refused files
def findings(content: bytes) -> list[tuple[str, str]]:
    with pytest.raises(DecisionRefused) as refused:
        load_decisions(content, "bad.dmn")
    assert "bad.dmn" in refused.value.tell("zh")
    return [
        (finding.rule, finding.element) for finding in refused.value.findings if finding.severity == "error"
    ]


def test_all_faults_are_told_at_once_each_at_its_element() -> None:
    logic = table(["x +"], ["y"], [("> ", "1"), ("1", "(2"), ("1",)])
    content = definitions(decision("d", logic, needs=["nowhere"]))
    assert findings(content) == [
        *(("dmn.syntax", "i0"), ("dmn.syntax", "r0"), ("dmn.syntax", "r1"), ("dmn.rule-width", "r2")),
        ("dmn.unknown-reference", "d"),
    ]


def test_a_circle_is_refused() -> None:
    content = definitions(decision("a", literal("b"), needs=["b"]), decision("b", literal("a"), needs=["a"]))
    assert ("dmn.cycle", "a") in findings(content)


@pytest.mark.parametrize("order", [1, -1])
def test_an_endless_chain_of_decisions_is_refused(order: int) -> None:
    chain = [decision("d0", literal("1"))]
    chain += [decision(f"d{place}", literal("1"), needs=[f"d{place - 1}"]) for place in range(1, 1500)]
    assert "dmn.too-deep" in {rule for rule, _element in findings(definitions(*chain[::order]))}


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (b"", "dmn.not-dmn"),
        (b"hello", "dmn.not-dmn"),
        (b"<definitions/>", "dmn.not-dmn"),
        (b'<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"/>', "dmn.not-dmn"),
        (
            b'<!DOCTYPE definitions [<!ENTITY a "b">]>' + definitions(decision("d", literal("1"))),
            "dmn.not-dmn",
        ),
        (definitions(), "dmn.no-decision"),
        (definitions(decision("d", table(["x"], ["y"], [], policy="BEST"))), "dmn.hit-policy"),
        (
            definitions(decision("d", table(["x"], ["y"], [], policy="FIRST", aggregation="SUM"))),
            "dmn.aggregation",
        ),
        (definitions(decision("d", table(["x"], ["y", "y"], []))), "dmn.output-name"),
        (definitions(decision("d", table(["x"], [], []))), "dmn.no-output"),
        (definitions(decision("d", table([""], ["y"], []))), "dmn.no-input"),
        (definitions(decision("d", literal("1")), decision("d", literal("1"))), "dmn.doubled-id"),
        (
            definitions(decision("d", text("literalExpression", "1", expressionLanguage="groovy"))),
            "dmn.language",
        ),
        (definitions(decision("d", '<functionDefinition kind="Java"/>')), "dmn.language"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused(content: bytes, rule: str) -> None:
    assert rule in {found for found, _element in findings(content)}


def test_a_decision_without_logic_is_null_with_a_warning() -> None:
    content = definitions(decision("d", ""))
    assert [(each.severity, each.rule, each.element) for each in check_decisions(content, "x")] == [
        ("warning", "dmn.no-logic", "d")
    ]
    assert decide(content, "d").result is None


def test_numbers_stay_exact() -> None:
    assert one(literal("0.1 + 0.2")) == Decimal("0.3")
    assert to_plain(one(literal("a * 3"), a=0.1)) == 0.3
