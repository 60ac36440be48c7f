"""Rules on the grammar of the file: elements, attributes and values that BPMN 2.0 knows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import get_close_matches

from lxml import etree

from workflows.engine.drawing import BPMN, BPMNDI, XSI, is_bpmn, local_name
from workflows.engine.model import Finding
from workflows.engine.rules.look import Look, error, nearest_id, warning
from workflows.engine.rules.schema import Attribute, Type, bpmn_schema

_TOLD_ELSEWHERE = {
    ("sequenceFlow", "sourceRef"),
    ("sequenceFlow", "targetRef"),
    ("boundaryEvent", "attachedToRef"),
    ("definitions", "targetNamespace"),
}
"""Required attributes whose lack another rule tells, in better words."""

_INTEGER = re.compile(r"[+-]?\d{1,18}")
_URI_SLIP = re.compile(r'%(?![0-9A-Fa-f]{2})|[\s<>"{}|\\^`]')


def grammar_is_kept(look: Look) -> Iterator[Finding]:
    """Each BPMN element stands where it may, holds what it may, and has only attributes and values it may."""
    schema = bpmn_schema()
    todo: list[tuple[etree._Element, Type]] = [(look.root, schema.types["tDefinitions"])]
    while todo:
        element, kind = todo.pop()
        yield from _attributes(element, kind)
        if kind.anything:
            continue
        yield from _content(element, kind)
        for child in element:
            declared = kind.children.get(local_name(child)) if is_bpmn(child) else None
            if declared is not None:
                below = _stated(child) or declared.type
                if below in schema.types:
                    todo.append((child, schema.types[below]))


def _stated(element: etree._Element) -> str:
    """The type that `xsi:type` states, if the schema knows it."""
    name = element.get(f"{{{XSI}}}type", "").strip().rpartition(":")[2]
    return name if name in bpmn_schema().types else ""


def _attributes(element: etree._Element, kind: Type) -> Iterator[Finding]:
    tag, key = local_name(element), nearest_id(element)
    for name in map(str, element.attrib):
        if name.startswith("{"):
            continue
        declared = kind.attributes.get(name)
        if declared is None:
            near = get_close_matches(name, kind.attributes, 1, 0.8)
            yield error(
                "schema.unknown-attribute",
                key,
                f"{tag} 没有属性“{name[:60]}”" + (f"，是不是“{near[0]}”？" if near else ""),
                f"A {tag} has no attribute {name[:60]}" + (f"; did you mean {near[0]}?" if near else ""),
            )
        elif not _fits(element.get(name, ""), declared):
            wanted = "、".join(declared.values) or _WANTED.get(declared.type, declared.type)
            shown = element.get(name, "")[:60]
            yield error(
                "schema.bad-value",
                key,
                f"{tag} 的属性 {name} 不能是“{shown}”（应为 {wanted}）",
                f"The attribute {name} of a {tag} cannot be {shown!r} (wanted: {wanted})",
            )
    for name, declared in kind.attributes.items():
        if declared.required and element.get(name) is None and (tag, name) not in _TOLD_ELSEWHERE:
            yield error(
                "schema.missing-attribute",
                key,
                f"{tag} 缺少必需的属性 {name}",
                f"A {tag} lacks its attribute {name}",
            )


_WANTED = {"xsd:boolean": "true、false", "xsd:integer": "整数", "xsd:int": "整数", "xsd:anyURI": "URI"}


def _fits(value: str, declared: Attribute) -> bool:
    text = value.strip()
    if declared.values:
        return text in declared.values
    if declared.type == "xsd:boolean":
        return text in ("true", "false", "1", "0")
    if declared.type in ("xsd:integer", "xsd:int"):
        return _INTEGER.fullmatch(text) is not None
    if declared.type == "xsd:anyURI":
        return _URI_SLIP.search(text) is None
    return True


def _content(element: etree._Element, kind: Type) -> Iterator[Finding]:
    tag, key = local_name(element), nearest_id(element)
    counts: dict[str, int] = {}
    last, ordered, foreign = 0, True, ""
    for child in element:
        name = local_name(child)
        if not is_bpmn(child):
            if not str(child.tag).startswith("{" + BPMNDI + "}"):
                foreign = foreign or name
            continue
        counts[name] = counts.get(name, 0) + 1
        declared = kind.children.get(name)
        if declared is None and name in ("documentation", "extensionElements"):
            continue  # the schema forgets them here and there, and every modeller writes them
        if declared is None:
            yield error(
                "schema.unknown-element",
                nearest_id(child),
                f"{tag} 里不能有 {name[:60]}",
                f"A {tag} cannot hold a {name[:60]}",
            )
            continue
        if declared.most is not None and counts[name] == declared.most + 1:
            yield error(
                "schema.too-many",
                key,
                f"{tag} 里只能有一个 {name}",
                f"A {tag} holds one {name} only",
            )
        ordered = ordered and declared.place >= last
        last = max(last, declared.place)
    for shown, names, least in kind.required:
        if shown != "resourceRef" and sum(counts.get(name, 0) for name in names) < least:
            yield error(
                "schema.missing-element",
                key,
                f"{tag} 里至少要有 {least} 个 {shown}",
                f"A {tag} must hold at least {least} {shown}",
            )
    if not ordered:
        yield warning(
            "schema.order",
            key,
            f"{tag} 里的子元素顺序与规范不符",
            f"The children of this {tag} are not in the order of the specification",
        )
    if foreign:
        yield warning(
            "schema.foreign-element",
            key,
            f"{tag} 里有扩展元素 {foreign[:60]}，应放在 extensionElements 里",
            f"The extension element {foreign[:60]} in a {tag} belongs into extensionElements",
        )


def namespace_is_said(look: Look) -> Iterator[Finding]:
    """`definitions` has a target namespace."""
    if not look.root.get("targetNamespace", "").strip():
        yield warning(
            "schema.no-target-namespace",
            look.root.get("id", ""),
            "definitions 没有 targetNamespace，别的文件无法引用其中的元素",
            "The definitions have no targetNamespace; other files cannot refer to what is in them",
        )


def types_are_known(look: Look) -> Iterator[Finding]:
    """The prefix of an `xsi:type` is declared, and means BPMN."""
    for element in look.root.iter(etree.Element):
        stated = element.get(f"{{{XSI}}}type") if is_bpmn(element) else None
        if stated is None:
            continue
        prefix, _, name = stated.strip().rpartition(":")
        if prefix and element.nsmap.get(prefix) != BPMN and name in bpmn_schema().types:
            yield error(
                "reference.prefix",
                nearest_id(element),
                f"xsi:type“{stated[:60]}”的前缀没有声明，或不是 BPMN 的命名空间",
                f"The prefix of xsi:type {stated[:60]} is not declared, or does not stand for BPMN",
            )
        elif name not in bpmn_schema().types:
            yield error(
                "schema.bad-value",
                nearest_id(element),
                f"xsi:type“{stated[:60]}”不是 BPMN 的类型",
                f"The xsi:type {stated[:60]} is no type of BPMN",
            )


RULES = (grammar_is_kept, namespace_is_said, types_are_known)
