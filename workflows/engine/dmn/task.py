"""Business rule tasks: ask a decision, and put its result where the diagram says.

`camunda:mapDecisionResult` as in Camunda: `singleEntry` a value, `singleResult` a map of output name to
value, `collectEntries` a list of values, `resultList` (the default) a list of maps, into
`camunda:resultVariable`. Without a result variable the outputs of a single result become variables of their
own names.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workflows.engine.model import Incident

if TYPE_CHECKING:
    from workflows.engine.specs import RuleTask
    from workflows.engine.tokens import Token


def decide(spec: RuleTask, token: Token) -> dict[str, Any]:
    """Evaluate the decision of a business rule task; return the variables to write. Raises Incident."""
    extensions = spec.plan.extensions
    reference = extensions.get("decisionRef", "")
    found = spec.decisions.get(reference)
    if found is None:
        raise _failure(spec, f"找不到决策 {reference} / decision {reference} is unknown")
    outcome = found.decisions.evaluate(reference, token.data, token.workflow.top.around.world)
    if outcome.errors:
        raise _failure(spec, "; ".join(f"{error.zh} / {error.en}" for error in outcome.errors))
    results = _results(outcome.result, found.outputs)
    variable = extensions.get("resultVariable")
    if not variable:
        return _single(spec, results) or {}
    return {variable: _mapped(spec, results, extensions.get("mapDecisionResult", "resultList"))}


def _results(result: Any, outputs: tuple[str, ...]) -> list[dict[str, Any]]:
    """Bring a result of any shape into a list of maps, output name to value."""
    if result is None:
        return []
    rows = result if isinstance(result, list) else [result]
    name = outputs[0] if len(outputs) == 1 else ""
    return [row if isinstance(row, dict) and len(outputs) != 1 else {name: _entry(row, name)} for row in rows]


def _entry(row: Any, name: str) -> Any:
    """The value of a single output, also where it comes as a map of that one name."""
    return row[name] if isinstance(row, dict) and set(row) == {name} else row


def _single(spec: RuleTask, results: list[dict[str, Any]]) -> dict[str, Any] | None:
    if len(results) > 1:
        raise _failure(spec, "决策有多个结果，应为一个 / the decision gave several results, one is wanted")
    return results[0] if results else None


def _mapped(spec: RuleTask, results: list[dict[str, Any]], how: str) -> Any:
    if how == "singleEntry":
        single = _single(spec, results)
        return None if single is None else _only(spec, single)
    if how == "singleResult":
        return _single(spec, results)
    if how == "collectEntries":
        return [_only(spec, row) for row in results]
    return results


def _only(spec: RuleTask, row: dict[str, Any]) -> Any:
    if len(row) != 1:
        raise _failure(spec, "决策有多个输出，应为一个 / the decision has several outputs, one is wanted")
    return next(iter(row.values()))


def _failure(spec: RuleTask, reason: str) -> Incident:
    return Incident(spec.bpmn_id or spec.name, reason, element_name=spec.bpmn_name or "")
