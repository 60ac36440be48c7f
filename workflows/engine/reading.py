"""Every expression, script and timer that stands in a drawing, with where it stands."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from lxml import etree

from workflows.engine.drawing import BPMN, bare, camunda, children, descendants, local_name, text_of
from workflows.engine.expressions import expression, is_expression, script
from workflows.engine.extensions import (
    event_definitions,
    extension_elements,
    mappings_of,
    performer,
    rounds_of,
)
from workflows.engine.mapping import Listed, Parameter, Variable
from workflows.engine.scope import COUNTERS
from workflows.engine.timers import Kind, is_bare, is_cron

Use = Literal["condition", "value", "script", "timer", "variable"]


@dataclass(frozen=True)
class Text:
    """A text of a drawing that the engine will evaluate.

    Attributes:
        element: id of the element to name in a finding.
        use: what it is for; a `variable` is one bare name or expression (a collection).
        text: as written.
        timer: kind of a timer.
    """

    element: str
    use: Use
    text: str
    timer: Kind = "duration"
    bound: frozenset[str] = frozenset()


_VALUES = (
    "assignee",
    "candidateUsers",
    "candidateGroups",
    "dueDate",
    "followUpDate",
    "priority",
    "formKey",
)


INERT = frozenset(
    (
        *("incoming", "outgoing", "laneSet", "lane", "flowNodeRef", "documentation", "extensionElements"),
        *("dataObject", "dataObjectReference", "dataStoreReference", "property", "association"),
        *("textAnnotation", "text", "ioSpecification", "dataInput", "dataOutput", "inputSet", "outputSet"),
        *("dataInputRefs", "dataOutputRefs", "dataInputAssociation", "dataOutputAssociation"),
        *("sourceRef", "targetRef", "group"),
    )
)
"""Elements in which nothing is evaluated: most of a large file."""


def _live(process: etree._Element) -> Iterator[etree._Element]:
    """The BPMN elements of a process that something may be evaluated in."""
    for element in process.iter(f"{{{BPMN}}}*"):
        if local_name(element) not in INERT:
            yield element


def texts_of(process: etree._Element) -> Iterator[Text]:
    """Every text of a process that is evaluated while it runs."""
    named = _named(process.getroottree().getroot())
    for element in _live(process):
        key = element.get("id", "")
        kind = local_name(element)
        if kind == "sequenceFlow":
            for condition in children(element, "conditionExpression"):
                if text_of(condition).strip():
                    yield Text(key, "condition", text_of(condition), bound=_GATEWAY)
            continue
        if kind == "complexGateway":
            yield from _conditions(element, "activationCondition", key, _GATEWAY)
        if kind == "adHocSubProcess":
            yield from _conditions(element, "completionCondition", key)
        if kind == "scriptTask":
            yield from _scripts(element, key)
        yield from _attributes(element, key)
        yield from _loops(element, key)
        yield from _events(element, key)
        yield from _mapped(element, key)
        for holder in (element, *event_definitions(element)) if named else ():
            for reference in (holder.get("messageRef"), holder.get("signalRef")):
                if bare(reference) in named:
                    yield Text(key, "value", named[bare(reference)])


def _named(root: etree._Element) -> dict[str, str]:
    """Id of each message and signal whose name is an expression -> its name, evaluated where it is thrown or awaited."""
    found = [element for kind in ("message", "signal") for element in children(root, kind)]
    return {each.get("id", ""): each.get("name", "") for each in found if is_expression(each.get("name", ""))}


def _scripts(element: etree._Element, key: str) -> Iterator[Text]:
    for body in children(element, "script"):
        yield Text(key, "script", text_of(body))


def _conditions(
    element: etree._Element, name: str, key: str, bound: frozenset[str] = frozenset()
) -> Iterator[Text]:
    for body in children(element, name):
        if text_of(body).strip():
            yield Text(key, "condition", text_of(body), bound=bound)


def _attributes(element: etree._Element, key: str) -> Iterator[Text]:
    for name in _VALUES:
        text = camunda(element, name)
        if not text:
            continue
        if name in ("dueDate", "followUpDate") and is_bare(text):
            yield Text(key, "timer", text, "duration" if "P" in text.upper()[:2] else "date")
        elif name in ("candidateUsers", "candidateGroups") and not text.strip().startswith("="):
            for part in _parts(text):
                if is_expression(part):
                    yield Text(key, "value", part)
        elif is_expression(text):
            yield Text(key, "value", text)
    if local_name(element) in ("serviceTask", "sendTask", "endEvent", "intermediateThrowEvent"):
        text = camunda(performer(element), "expression")
        if text:
            yield Text(key, "value", text)
    if is_expression(element.get("name", "")) and local_name(element) == "userTask":
        yield Text(key, "value", element.get("name", ""))


def _parts(text: str) -> list[str]:
    from workflows.engine.people import split_names

    return split_names(text)


_COUNTERS = frozenset({*COUNTERS, "loopCounter"})
_GATEWAY = frozenset({"activationCount", "waitingForStart"})


def _loops(element: etree._Element, key: str) -> Iterator[Text]:
    rounds = rounds_of(element)
    if rounds is None:
        return
    if rounds.collection:
        yield Text(key, "variable", rounds.collection)
    if rounds.cardinality:
        yield Text(key, "value", _as_expression(rounds.cardinality))
    if rounds.condition:
        bound = _COUNTERS | ({rounds.element} if rounds.element else set())
        yield Text(key, "condition", rounds.condition, bound=bound)
    for loop in children(element, "multiInstanceLoopCharacteristics"):
        for behavior in children(loop, "complexBehaviorDefinition"):
            yield from _conditions(behavior, "condition", key, _COUNTERS)


def _events(element: etree._Element, key: str) -> Iterator[Text]:
    for definition in event_definitions(element):
        for condition in children(definition, "condition"):
            yield Text(key, "condition", text_of(condition))
        kinds: tuple[tuple[str, Kind], ...] = (
            ("timeDate", "date"),
            ("timeDuration", "duration"),
            ("timeCycle", "cycle"),
        )
        for name, kind in kinds:
            for body in children(definition, name):
                yield Text(key, "timer", text_of(body), kind)


def _mapped(element: etree._Element, key: str) -> Iterator[Text]:
    mappings = mappings_of(element)
    for _, parameter in (*mappings.inputs, *mappings.outputs):
        for text in _parameters(parameter):
            yield Text(key, "value", text)
    for _, text in mappings.fields:
        if is_expression(text):
            yield Text(key, "value", text)
    for item in (*mappings.into, *mappings.out):
        if item.expression:
            yield Text(key, "value", _as_expression(item.expression))
    if is_expression(mappings.business_key):
        yield Text(key, "value", mappings.business_key)


def _parameters(parameter: Parameter) -> Iterator[str]:
    if isinstance(parameter, Listed):
        for nested in (*parameter.items, *(entry for _, entry in parameter.entries)):
            yield from _parameters(nested)
    elif isinstance(parameter, str) and is_expression(parameter):
        yield parameter


def _as_expression(text: str) -> str:
    return text if is_expression(text) else "=" + text.strip()


def expression_names(processes: Iterable[etree._Element]) -> set[str]:
    """Names of variables read by any expression, script, timer or mapping of the processes."""
    found: set[str] = set()
    for process in processes:
        for text in texts_of(process):
            found |= names_read(text)
        for element in _live(process):
            mappings = mappings_of(element)
            found |= {item.source for item in (*mappings.into, *mappings.out) if item.source}
            copied = [parameter for _, parameter in (*mappings.inputs, *mappings.outputs)]
            found |= {parameter.name for parameter in copied if isinstance(parameter, Variable)}
    return found


def names_read(text: Text, certain: bool = False) -> set[str]:
    """Names of variables one text reads; none if it cannot be compiled.

    `certain` leaves out names in a filter, which may be keys of what is filtered.
    """
    from forms.feel import FeelSyntaxError

    try:
        if text.use == "script":
            steps = script(text.text)
            return {name for _, found in steps for name in (found.certain if certain else found.names)}
        if text.use == "timer" and (is_bare(text.text) or is_cron(text.text)):
            return set()
        found = expression(text.text)
        of_feel = certain and "${" not in text.text and "#{" not in text.text
        return set(found.certain if of_feel else found.names) - text.bound
    except (FeelSyntaxError, ValueError):
        return set()


def assigned(processes: Iterable[etree._Element]) -> set[str]:
    """Names of variables that scripts, results and mappings of the processes write."""
    found: set[str] = set()
    for process in processes:
        found |= {
            item.get("name", "") for kind in ("dataObject", "property") for item in descendants(process, kind)
        }
        for body in descendants(process, "script"):
            try:
                found |= {name for name, _ in script(text_of(body))}
            except Exception:  # noqa: S112 - what does not parse is another rule's finding
                continue
        for element in _live(process):
            found.add(camunda(element, "resultVariable"))
            mappings = mappings_of(element)
            found |= {name for name, _ in (*mappings.inputs, *mappings.outputs)}
            found |= {item.target for item in (*mappings.into, *mappings.out)}
    return found - {""}


__all__ = ["Text", "assigned", "expression_names", "extension_elements", "names_read", "texts_of"]
