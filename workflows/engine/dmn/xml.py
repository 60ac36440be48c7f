"""Reading the XML of a decision file: guarded parsing, and small looks at elements.

DMN 1.1 to 1.5 differ in their namespace only as far as decisions are concerned; elements are known by
their local names.
"""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

MAX_BYTES = 4_000_000
CAMUNDA = "{http://camunda.org/schema/1.0/dmn}"


class NotADecisionFile(ValueError):
    """The content is no DMN; the arguments are a Chinese and an English reason."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh, self.en = zh, en


def parse_xml(content: bytes) -> etree._Element:
    """Parse a decision file and return its `definitions`.

    A document type is refused, so that no entity is ever declared.

    Raises:
        NotADecisionFile: too big, no XML, a document type, or other XML.
    """
    if len(content) > MAX_BYTES:
        raise NotADecisionFile("文件过大", "the file is too big")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as fault:
        raise NotADecisionFile(f"不是 XML 文件（{fault}）", f"it is no XML ({fault})") from None
    if root is None or root.getroottree().docinfo.internalDTD is not None:
        raise NotADecisionFile("不允许文档类型声明（DOCTYPE）", "a document type is not allowed")
    if local(root) != "definitions" or not any("/DMN/" in space for space in root.nsmap.values() if space):
        raise NotADecisionFile("不是 DMN 决策文件", "it is no DMN file")
    return root


def local(element: etree._Element) -> str:
    """Return an element's name without its namespace."""
    return str(etree.QName(element).localname)


def children(element: etree._Element, *names: str) -> list[etree._Element]:
    """Return the child elements of some local names, in order."""
    return [child for child in element if isinstance(child.tag, str) and local(child) in names]


def child(element: etree._Element, name: str) -> etree._Element | None:
    """Return the first child element of a local name."""
    found = children(element, name)
    return found[0] if found else None


def elements(element: etree._Element) -> Iterator[etree._Element]:
    """Give all elements below one."""
    return (part for part in element.iter() if isinstance(part.tag, str))


def text_of(element: etree._Element | None) -> str:
    """Return the content of an element's `text` child, trimmed."""
    if element is None:
        return ""
    holder = child(element, "text")
    return "" if holder is None else "".join(str(part) for part in holder.itertext()).strip()


def attribute(element: etree._Element, name: str) -> str:
    """Return an attribute, trimmed; empty where it lacks."""
    return (element.get(name) or "").strip()


def type_ref(element: etree._Element | None) -> str:
    """Return a type reference: the attribute, or DMN 1.1's child element."""
    if element is None:
        return ""
    held = child(element, "typeRef")
    return attribute(element, "typeRef") or ("" if held is None else (held.text or "").strip())


def reference(element: etree._Element | None) -> str:
    """Return the id that an `href` points to."""
    return "" if element is None else attribute(element, "href").rpartition("#")[2]


def name_of(element: etree._Element) -> str:
    """Return an element's name as FEEL knows it, white space brought to one space; else its id."""
    return " ".join((element.get("name") or element.get("id") or "").split())
