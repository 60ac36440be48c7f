"""Drawings for the rules that only files are held to which keep to the letter of the specification."""

from __future__ import annotations

from tests.workflows.engine.rule_cases import MESSAGES, TIMER, Case, drawn, informal
from tests.workflows.engine.rule_cases_events import LINKED, link, linked
from workflows.engine import Source

PROFILE = b'xmlns:camunda="http://camunda.org/schema/1.0/bpmn"'
LANGUAGE = b'expressionLanguage="http://www.w3.org/1999/XPath"'

OPERATIONS = (
    MESSAGES
    + "<bpmn:interface id='I' name='i'><bpmn:operation id='O' name='o'><bpmn:inMessageRef>M</bpmn:inMessageRef>"
    "</bpmn:operation></bpmn:interface>"
)


def to_the_letter(source: Source) -> Source:
    """The same drawing by a tool that names its language and knows no engine."""
    return Source(source.name, source.content.replace(PROFILE, LANGUAGE))


def waiting(definition: str) -> Source:
    """A process that waits for a message."""
    return drawn(f"intermediateCatchEvent w | {definition}", "s -> w -> e", OPERATIONS)


TIMED = drawn(f"intermediateCatchEvent w | {TIMER}".replace("'", '"'), "s -> w -> e")
SCRIPTED = drawn("scriptTask a | <bpmn:script>x = 1</bpmn:script>", "s -> a -> e")
NAMELESS = linked(link("t1", "L"), link("c1", "L"))
ADDRESSED = waiting(
    "<bpmn:messageEventDefinition messageRef='M'><bpmn:operationRef>O</bpmn:operationRef></bpmn:messageEventDefinition>"
)
LOOSE = waiting("<bpmn:messageEventDefinition messageRef='M'/>")
LOST = drawn("task a\ntask lost\nend f", "s -> a -> e; lost -> f")

LETTER: dict[str, Case] = {
    "expression.informal": Case(to_the_letter(informal(TIMED)), "w", to_the_letter(TIMED)),
    "script.no-format": Case(
        to_the_letter(SCRIPTED),
        "a",
        to_the_letter(
            drawn("scriptTask a scriptFormat='feel' | <bpmn:script>x = 1</bpmn:script>", "s -> a -> e")
        ),
    ),
    "link.end-not-named": Case(to_the_letter(NAMELESS), "t", to_the_letter(LINKED)),
    "message.no-operation": Case(to_the_letter(LOOSE), "w", to_the_letter(ADDRESSED)),
    "node.no-incoming": Case(
        to_the_letter(LOST), "lost", to_the_letter(drawn("task a\ntask lost", "s -> a -> lost -> e"))
    ),
}

IN_THE_PROFILE = {
    "expression.informal": informal(TIMED),
    "script.no-format": SCRIPTED,
    "link.end-not-named": NAMELESS,
    "message.no-operation": LOOSE,
    "node.no-incoming": LOST,
}
"""The wrong drawings above as a modeller of the profile writes them, where they are right."""

TOOLS = {
    "a modeller's remarks on an element": (
        b"<bpmn:process ",
        b'<bpmn:process xmlns:tool="http://tool.example" tool:colour="red" ',
    ),
    "expressions in FEEL": (b"http://www.w3.org/1999/XPath", b"https://www.omg.org/spec/DMN/20191111/FEEL/"),
}
"""What shows that a drawing is not to be read by the letter: what is replaced in it, and by what."""
