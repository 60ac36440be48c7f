"""Rules on the Camunda 7 profile: no attribute or extension element is ignored without a word."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from workflows.engine.drawing import CAMUNDA, children, is_bpmn, local_name
from workflows.engine.model import Finding
from workflows.engine.profile import OTHERS, VALUES, row_of
from workflows.engine.rules.look import Look, error, nearest_id, warning

_PREFIX = "{" + CAMUNDA + "}"


def _written(look: Look) -> Iterator[tuple[etree._Element, str, str]]:
    """Each Camunda attribute and extension element of what runs: its element, its name, its value."""
    idle = set(look.processes) - set(look.executable)
    for element in look.root.iter(etree.Element):
        if not is_bpmn(element) or idle.intersection((element, *element.iterancestors("{*}process"))):
            continue
        for key, value in element.attrib.items():
            if str(key).startswith(_PREFIX):
                yield element, str(key)[len(_PREFIX) :], str(value).strip()
        for box in children(element, "extensionElements"):
            for entry in box.iterchildren(_PREFIX + "*"):
                yield element, f"<{local_name(entry)}>", ""


def extensions_have_an_effect(look: Look) -> Iterator[Finding]:
    """What the Camunda 7 profile says on an element is done, known to be of no bearing, or told."""
    for element, name, value in _written(look):
        key, tag = nearest_id(element), local_name(element)
        row, shown = row_of(tag, name), "camunda:" + name.strip("<>")
        if row is None and children(element, "messageEventDefinition"):
            row = row_of("messageEventDefinition", name)  # also read where it stands on the event itself
        if row is None:
            yield warning(
                "profile.unknown",
                key,
                f"“{element.get('name') or key}”的 {shown} 在这里不起作用",
                f"{shown} has no effect on {key}",
            )
        elif name in VALUES and row.status != "refused" and value not in VALUES[name]:
            yield _refused(element, key, f'{shown}="{value[:40]}"', row.what)
        elif row.status == "refused" and not row.rule:
            yield _refused(element, key, shown, row.what)
        elif row.status == "warned" and value not in (row.harmless or (None,)):
            yield warning(
                "profile.no-effect",
                key,
                f"“{element.get('name') or key}”的 {shown} 不起作用，请另行绘制或删去",
                f"{shown} of {key} has no effect: {row.what}",
            )


def _refused(element: etree._Element, key: str, shown: str, what: str) -> Finding:
    return error(
        "profile.refused",
        key,
        f"“{element.get('name') or key}”的 {shown} 不支持，请删去或换一种画法",
        f"{shown} of {key} is not supported: {what}",
    )


def parameters_have_names(look: Look) -> Iterator[Finding]:
    """What is handed in or out of a call says what and where to."""
    for name in ("in", "out"):
        for entry in look.root.iter(_PREFIX + name):
            whole = entry.get("variables", "") == "all" or entry.get("businessKey")
            said = entry.get("source") or entry.get("sourceExpression")
            if not whole and not (said and entry.get("target")):
                key = nearest_id(entry)
                yield error(
                    "profile.mapping",
                    key,
                    f"“{key}”的 camunda:{name} 应写明来源和目标",
                    f"camunda:{name} of {key} must say its source and its target",
                )


def made_for_this_engine(look: Look) -> Iterator[Finding]:
    """The extensions of other engines have no effect here, which is told once."""
    spaces = {
        str(name).partition("}")[0][1:]
        for element in look.root.iter(etree.Element)
        for name in (element.tag, *element.attrib)
        if str(name).startswith("{")
    }
    for space in sorted(spaces & OTHERS.keys()):
        yield warning(
            "profile.other-engine",
            "",
            f"图带有 {OTHERS[space]} 的扩展，这些扩展不起作用；请用 Camunda 7 方式",
            f"The diagram has extensions of {OTHERS[space]}, which have no effect here; use the Camunda 7 profile",
        )


RULES = (extensions_have_an_effect, parameters_have_names)
ADVICE = (made_for_this_engine,)
