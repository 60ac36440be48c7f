"""Rules of the specification on data: inputs and outputs, their sets, associations and items."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from workflows.engine.drawing import bare, children, is_bpmn, local_name
from workflows.engine.model import Finding
from workflows.engine.rules.look import ACTIVITIES, SCOPES, Look, error, is_true, nearest_id, texts


def structure_of(look: Look, element: etree._Element | None) -> str | None:
    """Structure of what an element carries: of the item it names, or that its data object or store names."""
    if element is None:
        return None
    for name in ("dataObjectRef", "dataStoreRef"):
        held = look.to(element.get(name))
        element = held if held is not None else element
    item = look.to(element.get("itemSubjectRef") or element.get("itemRef") or element.get("structureRef"))
    if item is None or local_name(item) != "itemDefinition":
        return None
    return bare(item.get("structureRef")) or f"#{item.get('id', '')}"


def inside(task: etree._Element, name: str) -> list[etree._Element]:
    """What the interface of an activity or process holds of a kind."""
    return [found for box in children(task, "ioSpecification") for found in children(box, name)]


def collections_agree(look: Look) -> Iterator[Finding]:
    """Data says that it is a collection exactly if its item definition says so."""
    for element in look.all("dataObject", "dataInput", "dataOutput"):
        item = look.to(element.get("itemSubjectRef"))
        if item is None or local_name(item) != "itemDefinition":
            continue
        if is_true(element, "isCollection") != is_true(item, "isCollection"):
            yield error(
                "data.collection",
                nearest_id(element),
                f"“{element.get('name') or element.get('id', '')}”的 isCollection 与它的数据定义不一致",
                f"isCollection of {element.get('id', '')} differs from that of its item definition",
            )


def references_are_named_after_data(look: Look) -> Iterator[Finding]:
    """A reference to a named data object is called by its name, with its state in brackets."""
    for reference in look.all("dataObjectReference"):
        target = look.to(reference.get("dataObjectRef"))
        name = reference.get("name", "").strip()
        if target is None or not name or not target.get("name", "").strip():
            continue
        state = next((s.get("name", "") for s in children(reference, "dataState")), "")
        wanted = target.get("name", "").strip() + (f" [{state}]" if state else "")
        if "".join(name.split()) != "".join(wanted.split()):
            yield error(
                "data.reference-name",
                reference.get("id", ""),
                f"数据对象引用叫“{name}”，按规范应叫“{wanted}”",
                f"The reference {name} should be named {wanted}, after its data object and state",
            )


def subprocesses_have_no_interface(look: Look) -> Iterator[Finding]:
    """A subprocess has no inputs and outputs of its own: what is in it sees the data around it."""
    for node in look.all_nodes:
        if node.kind in SCOPES and children(node.element, "ioSpecification"):
            yield error(
                "data.subprocess-interface",
                node.id,
                f"子流程“{node.title}”不能有 ioSpecification",
                f"The subprocess {node.id} may have no ioSpecification",
            )


def sets_are_complete(look: Look) -> Iterator[Finding]:
    """Each input and output is in a set of its own interface; optional and late ones are listed too."""
    for specification in look.all("ioSpecification"):
        for kind, group, refs, others in (
            ("dataInput", "inputSet", "dataInputRefs", ("optionalInputRefs", "whileExecutingInputRefs")),
            ("dataOutput", "outputSet", "dataOutputRefs", ("optionalOutputRefs", "whileExecutingOutputRefs")),
        ):
            sets = children(specification, group)
            listed = {key for one in sets for key in texts(one, refs)}
            for data in children(specification, kind):
                if data.get("id", "") not in listed:
                    yield error(
                        "data.in-no-set",
                        data.get("id", "") or nearest_id(specification),
                        f"{kind}“{data.get('name') or data.get('id', '')}”不在任何 {group} 里",
                        f"The {kind} {data.get('id', '')} is in no {group}",
                    )
            for one in sets:
                own = set(texts(one, refs))
                for name in others:
                    for key in texts(one, name):
                        if key not in own:
                            yield error(
                                "data.set-not-listed",
                                nearest_id(one),
                                f"{group} 的 {name}“{key}”没有同时列在 {refs} 里",
                                f"{key} in {name} of an {group} is not listed in its {refs}",
                            )
        yield from _partners(specification)


def _partners(specification: etree._Element) -> Iterator[Finding]:
    sets = {
        entry.get("id", ""): entry
        for name in ("inputSet", "outputSet")
        for entry in children(specification, name)
        if entry.get("id")
    }
    named = {
        key: {*texts(entry, "inputSetRefs"), *texts(entry, "outputSetRefs")} for key, entry in sets.items()
    }
    for key, entry in sets.items():
        there, back = (
            ("outputSetRefs", "inputSetRefs")
            if local_name(entry) == "inputSet"
            else ("inputSetRefs", "outputSetRefs")
        )
        for reference in texts(entry, there):
            other = sets.get(reference)
            if other is not None and key not in named[reference]:
                yield error(
                    "data.sets-disagree",
                    key,
                    f"“{key}”的 {there} 指向“{reference}”，对方的 {back} 却没有指回来",
                    f"{key} names {reference} in {there}, which does not name it in {back}",
                )


def associations_carry_one_thing(look: Look) -> Iterator[Finding]:
    """A data association leads from data to data of one structure, or transforms it; into inputs, out of outputs."""
    for association in look.all("dataInputAssociation", "dataOutputAssociation"):
        sources = [look.to(text) for text in texts(association, "sourceRef")]
        targets = [look.to(text) for text in texts(association, "targetRef")]
        key = nearest_id(association)
        changed = children(association, "transformation") or children(association, "assignment")
        kinds = {structure for end in (*sources, *targets) if (structure := structure_of(look, end))}
        if len(kinds) > 1 and not changed:
            yield error(
                "data.association-types",
                key,
                "数据关联两端的数据定义不同，又没有转换",
                "The ends of the data association have different item definitions, and nothing transforms them",
            )
        if len(sources) > 1 and not children(association, "transformation"):
            yield error(
                "data.association-sources",
                key,
                "数据关联有多个来源时必须有转换",
                "A data association with several sources needs a transformation",
            )
        yield from _direction(look, association, sources, targets, key)


def _direction(
    look: Look,
    association: etree._Element,
    sources: list[etree._Element | None],
    targets: list[etree._Element | None],
    key: str,
) -> Iterator[Finding]:
    owner = association.getparent()
    inward = local_name(association) == "dataInputAssociation"
    for target in targets:
        if target is not None and not inward and local_name(target) == "dataInput" and _of_process(target):
            yield error(
                "data.association-direction",
                key,
                "数据输出关联不能写入流程的数据输入",
                "An output association cannot write into a data input of the process",
            )
    for source in sources:
        if source is not None and inward and local_name(source) == "dataOutput" and _of_process(source):
            yield error(
                "data.association-direction",
                key,
                "数据输入关联不能读取流程的数据输出",
                "An input association cannot read a data output of the process",
            )
    ends, wanted = (targets, "dataInput") if inward else (sources, "dataOutput")
    for end in ends:
        foreign = end is not None and local_name(end) == wanted and not _belongs(end, owner)
        if foreign:
            yield error(
                "data.association-owner",
                key,
                f"数据关联的 {wanted} 不属于它所在的活动或事件",
                f"The {wanted} of the data association belongs to another element",
            )


def _of_process(data: etree._Element) -> bool:
    specification = data.getparent()
    above = specification.getparent() if specification is not None else None
    return above is not None and local_name(above) == "process"


def _belongs(data: etree._Element, owner: etree._Element | None) -> bool:
    return any(above is owner for above in data.iterancestors())


def loops_run_over_data(look: Look) -> Iterator[Finding]:
    """Where a multi-instance activity names data, it is its own, and its items are of the kind the list holds."""
    for loop in look.all("multiInstanceLoopCharacteristics"):
        owner = loop.getparent()
        if owner is None or not look.runs(loop):
            continue
        for reference, item, data in (
            ("loopDataInputRef", "inputDataItem", "dataInput"),
            ("loopDataOutputRef", "outputDataItem", "dataOutput"),
        ):
            for text in texts(loop, reference):
                target = look.to(text)
                own = {one.get("id", "") for one in inside(owner, data)}
                foreign = bare(text) not in own and (own or target is not None)
                if foreign and local_name(owner) in ACTIVITIES - SCOPES:
                    yield error(
                        "multi-instance.foreign-data",
                        owner.get("id", ""),
                        f"{reference}“{text}”不是这个活动自己的 {data}",
                        f"{reference} {text} is no {data} of the activity itself",
                    )
                kind = structure_of(look, target)
                for one in children(loop, item):
                    if kind and structure_of(look, one) not in (None, kind):
                        yield error(
                            "multi-instance.item-type",
                            owner.get("id", ""),
                            f"{item} 与 {reference} 的数据定义不同",
                            f"The {item} and what {reference} lists have different structures",
                        )


def event_data_fits(look: Look) -> Iterator[Finding]:
    """An event that carries data has one piece for each definition, of the kind the definition carries."""
    for node in look.all_nodes:
        data = [*children(node.element, "dataInput"), *children(node.element, "dataOutput")]
        if not node.kind.endswith("Event") or not data:
            continue
        definitions = [
            child
            for child in node.element
            if is_bpmn(child) and local_name(child).endswith(("EventDefinition", "eventDefinitionRef"))
        ]
        if len(data) != len(definitions):
            yield error(
                "data.event-count",
                node.id,
                f"事件“{node.title}”有 {len(data)} 项数据、{len(definitions)} 个事件定义，应一一对应",
                f"{node.id} has {len(data)} pieces of data for {len(definitions)} event definitions",
            )
            continue
        for piece, definition in zip(data, definitions, strict=True):
            kind = local_name(definition).removesuffix("EventDefinition")
            carried = look.to(definition.get(f"{kind}Ref"))
            theirs = structure_of(look, carried)
            if theirs is not None and structure_of(look, piece) not in (None, theirs):
                yield error(
                    "data.event-item",
                    node.id,
                    f"事件“{node.title}”的数据与它的 {kind} 的数据定义不同",
                    f"The data of {node.id} and of its {kind} have different item definitions",
                )


def resources_are_said_once(look: Look) -> Iterator[Finding]:
    """A performer is named by a resource or found by an expression, not both."""
    for element in look.all("resourceRole", "performer", "humanPerformer", "potentialOwner"):
        if children(element, "resourceRef") and children(element, "resourceAssignmentExpression"):
            yield error(
                "resource.twice",
                nearest_id(element),
                "办理人不能既引用资源又写表达式",
                "A performer refers to a resource or has an expression, not both",
            )


_MIME = re.compile(r"[A-Za-z0-9!#$&^_.+-]+/[A-Za-z0-9!#$&^_.+-]+(?:\s*;.*)?", re.DOTALL)


def formats_are_mime_types(look: Look) -> Iterator[Finding]:
    """The format of a text is a MIME type."""
    for element in look.all("textAnnotation", "documentation"):
        told = element.get("textFormat", "text/plain").strip()
        if not _MIME.fullmatch(told):
            yield error(
                "text.format",
                nearest_id(element),
                f"textFormat“{told[:60]}”不是 MIME 类型（例如 text/plain）",
                f"textFormat {told[:60]!r} is no MIME type (such as text/plain)",
            )


RULES = (
    collections_agree,
    references_are_named_after_data,
    subprocesses_have_no_interface,
    sets_are_complete,
    associations_carry_one_thing,
    loops_run_over_data,
    event_data_fits,
    resources_are_said_once,
    formats_are_mime_types,
)
