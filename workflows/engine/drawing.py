"""Reading a diagram's XML safely, and looking around in it.

Hostile or broken bytes give a `NotReadable` with a sentence, never a trace: no DTD, no entities, no network,
a size limit, libxml2's own limits on depth.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from copy import deepcopy

from lxml import etree

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
BPMNDI = "http://www.omg.org/spec/BPMN/20100524/DI"
DC = "http://www.omg.org/spec/DD/20100524/DC"
CAMUNDA = "http://camunda.org/schema/1.0/bpmn"
ZEEBE = "http://camunda.org/schema/zeebe/1.0"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
NAMESPACES = {"bpmn": BPMN, "bpmndi": BPMNDI, "dc": DC, "camunda": CAMUNDA}

MAX_BYTES = 8 * 1024 * 1024
"""A drawn process has some hundred kilobytes."""

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


class NotReadable(ValueError):
    """The bytes are no XML that may be read. `rule`, `zh`, `en` say why."""

    def __init__(self, rule: str, zh: str, en: str) -> None:
        super().__init__(en)
        self.rule, self.zh, self.en = rule, zh, en


def read_xml(content: bytes) -> etree._Element:
    """Parse the bytes of a diagram; comments and processing instructions are left out.

    Raises:
        NotReadable: too large, not well-formed, an encoding nobody knows, or with a DTD.
    """
    if len(content) > MAX_BYTES:
        raise NotReadable(
            "xml.too-large", "文件超过 8 MB，不是流程图", "The file is over 8 MB, which no diagram is"
        )
    if not content.strip(b" \t\r\n\x00"):
        raise NotReadable("xml.empty", "文件是空的", "The file is empty")
    if _declares_dtd(content):
        raise _dtd()
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError, LookupError) as error:
        line = getattr(error, "lineno", None) or 1
        reason = str(getattr(error, "msg", None) or error).split("\n")[0][:200]
        raise NotReadable(
            "xml.not-well-formed",
            f"不是格式正确的 XML（第 {line} 行：{reason}）",
            f"Not well-formed XML (line {line}: {reason})",
        ) from error
    if root is None:
        raise NotReadable("xml.empty", "文件里没有任何元素", "There is no element in the file")
    if root.getroottree().docinfo.internalDTD is not None:
        raise _dtd()
    return root


def _dtd() -> NotReadable:
    return NotReadable(
        "xml.dtd",
        "文件含有 DTD(DOCTYPE)，为安全起见不予读取",
        "The file has a DTD (DOCTYPE), which is refused for safety",
    )


def _declares_dtd(content: bytes) -> bool:
    """Look for a DOCTYPE before the parser sees it, in the encodings that hide it from a plain search."""
    head = content[: 64 * 1024]
    if b"<!DOCTYPE" in head.replace(b"\x00", b""):
        return True
    for mark, encoding in _BOMS:
        if head.startswith(mark):
            return "<!DOCTYPE" in head.decode(encoding, errors="ignore")
    return False


def local_name(element: etree._Element) -> str:
    """Tag without its namespace; empty for what is no element."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def is_bpmn(element: etree._Element) -> bool:
    """True for an element of the BPMN model namespace."""
    return isinstance(element.tag, str) and element.tag.startswith("{" + BPMN + "}")


def children(element: etree._Element, name: str, namespace: str = BPMN) -> list[etree._Element]:
    """Direct children of a name."""
    return element.findall(f"{{{namespace}}}{name}")


def descendants(element: etree._Element, name: str, namespace: str = BPMN) -> Iterator[etree._Element]:
    """All descendants of a name, in drawn order."""
    return element.iter(f"{{{namespace}}}{name}")


def text_of(element: etree._Element | None) -> str:
    """All text of an element, CDATA included; empty if there is none."""
    return "" if element is None else "".join(str(part) for part in element.itertext())


def camunda(element: etree._Element, name: str, default: str = "") -> str:
    """A `camunda:` attribute."""
    return element.get(f"{{{CAMUNDA}}}{name}", default)


def is_true(element: etree._Element, name: str, default: str = "false") -> bool:
    """The value of a boolean attribute."""
    return element.get(name, default).strip() in ("true", "1")


GLOBAL_TASKS = {
    "globalTask": "task",
    "globalUserTask": "userTask",
    "globalManualTask": "manualTask",
    "globalScriptTask": "scriptTask",
    "globalBusinessRuleTask": "businessRuleTask",
}
"""Task at the root of a file, which a call activity may call -> the task it is."""


def processes_of(root: etree._Element) -> list[etree._Element]:
    """The processes of a file, and each global task as a process of that one task."""
    found = children(root, "process")
    for kind, tag in GLOBAL_TASKS.items():
        found += [_as_process(element, tag) for element in children(root, kind)]
    return found


def _as_process(task: etree._Element, tag: str) -> etree._Element:
    key = task.get("id", "")
    process = etree.Element(f"{{{BPMN}}}process", {"id": key, "isExecutable": "true"})
    inner = deepcopy(task)
    inner.tag = f"{{{BPMN}}}{tag}"
    if "scriptLanguage" in inner.attrib:
        inner.set("scriptFormat", inner.get("scriptLanguage", ""))
    if task.get("name"):
        process.set("name", task.get("name", ""))
    process.append(inner)
    return process


def bare(reference: str | None) -> str:
    """A reference as written may be a qualified name; ids are looked up by its local part."""
    return (reference or "").strip().rpartition(":")[2]


def called_by(call: etree._Element) -> str:
    """Id of the process that a call activity calls; an expression, which no call here may have, stays as it is."""
    written = call.get("calledElement", "").strip()
    return written if "{" in written else bare(written)


def link_keys(definition: etree._Element) -> tuple[str, str]:
    """What a catching end of a link is found by: its name, or its id with a number sign."""
    return definition.get("name", "").strip(), "#" + definition.get("id", "")


def link_aim(definition: etree._Element) -> str:
    """The key of the end that a throwing end of a link leads to: the target it names, or else its own name."""
    for target in children(definition, "target"):
        if bare(target.text):
            return "#" + bare(target.text)
    return link_keys(definition)[0]


def handlers_of(scope: etree._Element) -> dict[str, list[str]]:
    """Element id -> what associations lead from it to; those drawn on the levels around a scope count as well."""
    found: dict[str, list[str]] = {}
    for level in (scope, *scope.iterancestors()):
        for association in children(level, "association"):
            found.setdefault(bare(association.get("sourceRef")), []).append(
                bare(association.get("targetRef"))
            )
    return found


def executable_processes(root: etree._Element) -> list[str]:
    """Ids of the processes of a diagram that can be run.

    Some modellers leave the attribute out; where none says so, all that do not deny it count.
    """
    said = {found.get("id", ""): found.get("isExecutable", "") for found in children(root, "process")}
    ids = [key for key, executable in said.items() if executable in ("true", "1")]
    return ids or [key for key, executable in said.items() if not executable]


def lanes_of(process: etree._Element) -> dict[str, str]:
    """Element id -> name of the innermost lane it lies in."""
    found: dict[str, str] = {}
    for lane in descendants(process, "lane"):
        for reference in children(lane, "flowNodeRef"):
            found[(reference.text or "").strip()] = lane.get("name", "") or lane.get("id", "")
    return found
