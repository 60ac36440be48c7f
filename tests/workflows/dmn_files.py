"""Builders of small decision files for the tests."""

from collections.abc import Sequence
from xml.sax.saxutils import escape

MODEL = "https://www.omg.org/spec/DMN/20191111/MODEL/"


def text(tag: str, body: str, **attributes: str) -> str:
    """Return an element that holds a `text`."""
    named = "".join(f' {key}="{escape(value)}"' for key, value in attributes.items())
    return f"<{tag}{named}><text>{escape(body)}</text></{tag}>"


def definitions(*parts: str, namespace: str = MODEL, extra: str = "") -> bytes:
    """Return a decision file of some parts."""
    body = "\n".join(parts)
    return f'<definitions xmlns="{namespace}" {extra} id="defs" name="defs" namespace="n">{body}</definitions>'.encode()


def input_data(name: str, type_ref: str = "") -> str:
    """Return an input data element whose id is its name with `in_` before it."""
    kind = f' typeRef="{type_ref}"' if type_ref else ""
    return f'<inputData id="in_{name}" name="{name}"><variable name="{name}"{kind}/></inputData>'


def decision(name: str, logic: str, *, needs: Sequence[str] = (), type_ref: str = "") -> str:
    """Return a decision whose id is its name; `needs` are ids of decisions, input data (`in_`) or models (`bkm_`)."""
    required = ""
    for key in needs:
        if key.startswith("bkm_"):
            required += f'<knowledgeRequirement><requiredKnowledge href="#{key}"/></knowledgeRequirement>'
        else:
            kind = "requiredInput" if key.startswith("in_") else "requiredDecision"
            required += f'<informationRequirement><{kind} href="#{key}"/></informationRequirement>'
    kind = f' typeRef="{type_ref}"' if type_ref else ""
    return f'<decision id="{name}" name="{name}"><variable name="{name}"{kind}/>{required}{logic}</decision>'


def literal(body: str) -> str:
    """Return a literal expression."""
    return text("literalExpression", body)


def table(
    inputs: Sequence[str],
    outputs: Sequence[str],
    rules: Sequence[Sequence[str]],
    *,
    policy: str = "",
    aggregation: str = "",
    input_types: Sequence[str] = (),
    input_values: str = "",
    output_values: Sequence[str] = (),
    defaults: Sequence[str] = (),
) -> str:
    """Return a decision table; a rule is its input cells, then its output cells."""
    head = f' hitPolicy="{policy}"' if policy else ""
    head += f' aggregation="{aggregation}"' if aggregation else ""
    body = ""
    for place, expression in enumerate(inputs):
        kind = {"typeRef": input_types[place]} if input_types else {}
        allowed = text("inputValues", input_values) if input_values else ""
        body += f'<input id="i{place}">{text("inputExpression", expression, **kind)}{allowed}</input>'
    for place, name in enumerate(outputs):
        values = text("outputValues", output_values[place]) if output_values else ""
        default = text("defaultOutputEntry", defaults[place]) if defaults else ""
        body += f'<output id="o{place}" name="{name}">{values}{default}</output>'
    for place, cells in enumerate(rules):
        entries = "".join(text("inputEntry", cell) for cell in cells[: len(inputs)])
        entries += "".join(text("outputEntry", cell) for cell in cells[len(inputs) :])
        body += f'<rule id="r{place}">{entries}</rule>'
    return f'<decisionTable id="t"{head}>{body}</decisionTable>'
