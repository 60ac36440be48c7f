"""Data objects, properties, data inputs and outputs: each is a variable of its name.

An association copies one variable to another, or what its transformation or assignments say. Associations that
a modeller draws for the eye alone (to a placeholder, or from nothing) and data stores are documentation.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from lxml import etree

from workflows.engine.drawing import bare, children, is_bpmn, local_name, text_of
from workflows.engine.mapping import Parameter, Pass, Variable

_NAMED = ("dataObject", "property", "dataInput", "dataOutput", "inputDataItem", "outputDataItem")
_IN, _OUT = "dataInputAssociation", "dataOutputAssociation"
_HANDS_OVER = ("callActivity", "sendTask", "intermediateThrowEvent", "endEvent")


def variable_of(node: etree._Element, reference: str) -> str:
    """Name of the variable behind a reference; empty for a data store or placeholder, as written for all else."""
    found = _by_id(node, reference)
    if found is None:
        return reference
    kind = local_name(found)
    if kind == "dataObjectReference":
        target = _by_id(node, found.get("dataObjectRef", ""))
        named = [each.get("name", "").strip() for each in (target, found) if each is not None]
        return next((name for name in named if name), found.get("dataObjectRef", ""))
    if kind not in _NAMED:
        return ""
    name = found.get("name", "").strip() or found.get("id", "")
    return "" if name.startswith("__") else name


def collection_of(node: etree._Element, reference: str) -> str:
    """The variable a multi-instance activity reads its items from."""
    reference = bare(reference)
    for association in children(node, _IN):
        if (
            reference
            and _reference(association, "targetRef") == reference
            and _reference(association, "sourceRef")
        ):
            return variable_of(node, _reference(association, "sourceRef"))
    return variable_of(node, reference) if reference else ""


def results_of(node: etree._Element, reference: str) -> str:
    """The variable a multi-instance activity collects its results in."""
    reference = bare(reference)
    for association in children(node, _OUT):
        if (
            reference
            and _reference(association, "sourceRef") == reference
            and _reference(association, "targetRef")
        ):
            return variable_of(node, _reference(association, "targetRef"))
    return variable_of(node, reference) if reference else ""


def inputs_of(node: etree._Element) -> list[tuple[str, Parameter]]:
    """What is copied into an activity as it begins."""
    return [] if local_name(node) in _HANDS_OVER else list(_copies(node, _IN))


def outputs_of(node: etree._Element) -> list[tuple[str, Parameter]]:
    """What is copied out of an activity or a catching event as it completes."""
    return [] if local_name(node) in _HANDS_OVER else list(_copies(node, _OUT))


def handed_in(node: etree._Element) -> list[Pass]:
    """What a call or a thrown message takes along."""
    return [_pass(*copy) for copy in _copies(node, _IN)] if local_name(node) in _HANDS_OVER else []


def handed_back(node: etree._Element) -> list[Pass]:
    """What a call brings back."""
    return [_pass(*copy) for copy in _copies(node, _OUT)] if local_name(node) in _HANDS_OVER else []


def _pass(target: str, source: Parameter) -> Pass:
    if isinstance(source, Variable):
        return Pass(target=target, source=source.name)
    return Pass(target=target, expression=str(source))


def _copies(node: etree._Element, kind: str) -> Iterator[tuple[str, Parameter]]:
    repeated = {
        text_of(element).strip()
        for loop in children(node, "multiInstanceLoopCharacteristics")
        for name in ("loopDataInputRef", "loopDataOutputRef")
        for element in children(loop, name)
    }
    for association in children(node, kind):
        source, target = _reference(association, "sourceRef"), _reference(association, "targetRef")
        if repeated & {source, target}:
            continue
        for assignment in children(association, "assignment"):
            name = variable_of(node, _text(assignment, "to"))
            if name:
                yield name, "=" + _text(assignment, "from").removeprefix("=")
        name = variable_of(node, target) if target else ""
        if not name or children(association, "assignment"):
            continue
        if children(association, "transformation"):
            yield name, "=" + _text(association, "transformation").removeprefix("=")
        elif source and variable_of(node, source):
            yield name, Variable(variable_of(node, source))


def _text(element: etree._Element, name: str) -> str:
    return next((text_of(child).strip() for child in children(element, name)), "")


def _reference(element: etree._Element, name: str) -> str:
    return bare(_text(element, name))


def _by_id(node: etree._Element, reference: str) -> etree._Element | None:
    key = bare(reference)
    if not key:
        return None
    found = cast("list[etree._Element]", node.getroottree().getroot().xpath("//*[@id=$key]", key=key))
    return next((element for element in found if is_bpmn(element)), None)
