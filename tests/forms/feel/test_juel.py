"""JUEL of simple form, as diagrams of the Camunda 7 profile hold it, and templates."""

from datetime import date
from typing import Any

import pytest

from forms.feel import FeelSyntaxError, World, compile_expression

SCOPE: dict[str, Any] = {
    "amount": 6,
    "urgent": False,
    "unit": {"id": 7, "name": "教育局", "parents": [1, 2]},
    "name": "x",
    "nothing": None,
    "blank": "",
    "day": date(2026, 2, 13),
}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("${amount}", 6),
        ("#{amount}", 6),
        (" ${ amount } ", 6),
        ("${amount > 5 && !urgent}", True),
        ("${amount gt 5 and not urgent}", True),
        ("${amount le 5 or name eq 'x'}", True),
        ("${amount ne 6}", False),
        ("${unit.name}", "教育局"),
        ("${unit['id']}", 7),
        ("${unit.parents[1]}", 2),
        ("${unit.parents[9]}", None),
        ("${unit.lead.name}", None),
        ("${empty nothing}", True),
        ("${empty blank}", True),
        ("${not empty name}", True),
        ("${!empty unit.parents}", True),
        ("${nothing == null}", True),
        ("${nothing > 3}", False),
        ("${amount > 5 ? 'many' : 'few'}", "many"),
        ("${amount * 2 + 1}", 13),
        ("${amount % 4}", 2),
        ("${-amount}", -6),
        ("${(amount + 2) / 4}", 2),
        ("${name + '-' + amount}", "x-6"),
        ('${name == "x"}', True),
        ("${true && nothing}", False),
        ("${amount == '6'}", True),
        ("${'7' == amount}", False),
        ("${amount == 'six'}", False),
        ("${'06' > 5 && '10' > 9}", True),
        ("${'10' > '9'}", False),
        ("${amount < 'many'}", False),
        ("${'2' + 3}", 5),
        ("${'2.5' * '2'}", 5),
        ("${nothing + 1}", 1),
        ("${nothing + '-' + blank}", "-"),
        ("${amount - ''}", 6),
        ("${'true' == !urgent}", True),
        ("${urgent == 'no'}", True),
        ("${day == '2026-02-13' && day < '2026-10-01'}", True),
        ("${unit.parents == '[1, 2]'}", False),
        ("${day}", date(2026, 2, 13)),
        ("unit_clerk@${unit.id}", "unit_clerk@7"),
        ("${name}/${amount}", "x/6"),
        ("a${nothing}b", "ab"),
        ("${unit.id}, ${day}", "7, 2026-02-13"),
        ("${'}'}", "}"),
    ],
)
def test_values_and_templates(world: World, text: str, value: Any) -> None:
    assert compile_expression(text).evaluate(SCOPE, world) == value


def test_the_names_of_all_parts_are_told() -> None:
    assert compile_expression("${a.b == c}@${d[0]}").names == {"a", "c", "d"}


@pytest.mark.parametrize(
    "text",
    [
        "${a.size(1)}",
        "${a.getClass()}",
        "${a.contains()}",
        "${a.contains('x'}",
        "${a.format('x')}",
        "${f(a)}",
        "${execution.setVariable('a', 1)}",
        "${execution.removeVariable('a')}",
        "${execution.getProcessInstanceId()}",
        "${execution.getVariable(a)}",
        "${execution.getVariable('a' + b)}",
        "${execution.getVariable()}",
        "${execution.getVariable('a'}",
        "${execution.getVariable(",
        "${",
        "${a",
        "${}",
        "${a b}",
        "${a ==}",
        "${''.class.forName('x')}",
        "x ${ y",
        "${a; b}",
        "${a = 1}",
    ],
)
def test_calls_and_broken_texts_are_refused(text: str) -> None:
    with pytest.raises(FeelSyntaxError):
        compile_expression(text)


def test_a_feel_text_may_hold_braces_in_a_string(world: World) -> None:
    assert compile_expression('= "costs ${x}"').evaluate({}, world) == "costs ${x}"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("${unit.parents.contains(2)}", True),
        ("${unit.parents.contains(amount)}", False),
        ("${unit.parents.size() > 1}", True),
        ("${unit.parents.get(0) + unit.parents.indexOf(2)}", 2),
        ("${unit.parents.get(9)}", None),
        ("${unit.containsKey('id') && !unit.isEmpty()}", True),
        ("${unit.get('name').startsWith('教')}", True),
        ("${name.equals('x')}", True),
        ("${nothing.equals(null)}", True),
        ("${name.equalsIgnoreCase('X')}", True),
        ("${unit.name.length()}", 3),
        ("${unit.name.substring(1)}", "育局"),
        ("${unit.name.substring(0, 2)}", "教育"),
        ("${unit.name.substring(9)}", None),
        ("${unit.name.indexOf('局')}", 2),
        ("${unit.name.replace('教育', '体育')}", "体育局"),
        ("${name.toUpperCase().concat}", None),
        ("${' a '.trim().toUpperCase()}", "A"),
        ("${blank.isEmpty()}", True),
        ("${amount.toString() + '件'}", "6件"),
        ("${amount.contains('6')}", None),
        ("${nothing.contains('x')}", None),
        ("${!nothing.contains('x')}", True),
        ("unit_${unit.name.toLowerCase()}", "unit_教育局"),
    ],
)
def test_methods_that_only_read_are_called(world: World, text: str, value: Any) -> None:
    assert compile_expression(text).evaluate(SCOPE, world) == value


def test_the_name_of_a_method_is_no_variable() -> None:
    assert compile_expression("${list.contains(who)}").names == {"list", "who"}


def test_a_method_makes_no_endless_text(world: World) -> None:
    long = {"text": "a" * 20_000}
    assert compile_expression("${text.replace('a', text)}").evaluate(long, world) is None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("${execution.getVariable('amount') > 5}", True),
        ('#{execution.getVariable("unit").name.length()}', 3),
        ("${execution.getVariable('strange')}", None),
        ("${execution.hasVariable('amount') && execution.getVariable('amount') == amount}", True),
        ("${execution.hasVariable('nothing')}", True),
        ("${!execution.hasVariable('strange')}", True),
        ("unit_clerk@${execution.getVariable('unit').id}", "unit_clerk@7"),
    ],
)
def test_variables_are_read_by_way_of_the_execution_too(world: World, text: str, value: Any) -> None:
    assert compile_expression(text).evaluate(SCOPE, world) == value


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("${now()}", "now()"),
        ("${dateTime().plusDays(3).toDate()}", 'now() + duration("P3D")'),
        ("${now().minusMonths(2).plusHours(1)}", 'now() - duration("P2M") + duration("PT1H")'),
        ("${dateTime().plusWeeks(1).minusYears(1)}", 'now() + duration("P7D") - duration("P1Y")'),
        ("${now().minusMinutes(5) < now()}", "true"),
        ("${amount.plusDays(1)}", "null"),
        ("${now().plusDays('3')}", "null"),
        ("${now().plusYears(99999)}", "null"),
    ],
)
def test_the_time_is_asked_and_counted_from_as_camunda_does(world: World, text: str, same: str) -> None:
    assert compile_expression(text).evaluate(SCOPE, world) == compile_expression(same).evaluate({}, world)


@pytest.mark.parametrize("text", ["${today()}", "${now(1)}", "${dateTime().withZone()}"])
def test_no_other_function_of_time_is_called(text: str) -> None:
    with pytest.raises(FeelSyntaxError):
        compile_expression(text)


def test_what_is_read_by_way_of_the_execution_is_told_as_a_variable() -> None:
    found = compile_expression("${execution.hasVariable('a') ? execution.getVariable('b') : c}")
    assert found.names == {"a", "b", "c"}
    assert found.certain == {
        "b",
        "c",
    }  # whoever asks whether there is one does not say that something sets it


def test_a_variable_may_be_called_execution(world: World) -> None:
    assert (
        compile_expression("${execution.state}").evaluate({"execution": {"state": "open"}}, world) == "open"
    )


def test_why_the_execution_sets_nothing_is_told_at_its_place() -> None:
    with pytest.raises(FeelSyntaxError) as told:
        compile_expression("${execution.setVariable('a', 1)}")
    assert told.value.position == len("${execution.")
    assert "only getVariable and hasVariable" in told.value.detail
