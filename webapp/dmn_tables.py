"""Decision tables of a .dmn file as rows for a page. Reading only; deciding is the engine's."""

from __future__ import annotations

from dataclasses import dataclass
from xml.etree.ElementTree import Element

from defusedxml.ElementTree import fromstring


@dataclass(frozen=True)
class DecisionTable:
    """One decision: columns with their expression or name, and a row of texts a rule."""

    key: str
    name: str
    hit_policy: str
    inputs: tuple[tuple[str, str], ...]  # label, expression
    outputs: tuple[tuple[str, str], ...]  # label, name
    rules: tuple[tuple[str, ...], ...]
    annotations: tuple[str, ...]


def decision_tables(content: bytes, key: str | None = None) -> list[DecisionTable]:
    """Read the decisions that are tables; only the one of `key` where that is found in the file."""
    root = fromstring(content)
    found = [
        _read(decision, table)
        for decision in root.iterfind(".//{*}decision")
        if (table := decision.find("{*}decisionTable")) is not None
    ]
    return [table for table in found if table.key == key] or found


def _text(element: Element | None) -> str:
    inner = element.find("{*}text") if element is not None else None
    return (inner.text or "").strip() if inner is not None else ""


def _read(decision: Element, table: Element) -> DecisionTable:
    inputs, outputs, rules, annotations = [], [], [], []
    for column in table.findall("{*}input"):
        expression = _text(column.find("{*}inputExpression"))
        inputs.append((column.get("label") or expression, expression))
    for column in table.findall("{*}output"):
        name = column.get("name", "")
        outputs.append((column.get("label") or name, name))
    for rule in table.findall("{*}rule"):
        cells = [*rule.findall("{*}inputEntry"), *rule.findall("{*}outputEntry")]
        rules.append(tuple(_text(cell) for cell in cells))
        annotations.append((rule.findtext("{*}description") or "").strip())
    return DecisionTable(
        decision.get("id", ""),
        decision.get("name", ""),
        table.get("hitPolicy", "UNIQUE"),
        tuple(inputs),
        tuple(outputs),
        tuple(rules),
        tuple(annotations),
    )
