"""Writing into a workbook what it was made from."""

from __future__ import annotations

import posixpath

from lxml import etree

from templates_xlsx.origin import NAMES, Origin
from templates_xlsx.package import PACKAGE_RELATIONS, Package, local, parse_xml, serialize
from templates_xlsx.refusals import WorkbookRefused

PART = "docProps/custom.xml"
_PROPERTIES = "http://schemas.openxmlformats.org/officeDocument/2006/custom-properties"
_TYPES = "http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes"
_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/custom-properties"
_CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.custom-properties+xml"
_USER_DEFINED = "{D5CDD505-2E9C-101B-9397-08002B2CF9AE}"


def stamped(package: Package, origin: Origin) -> tuple[dict[str, bytes], dict[str, bytes]]:
    """Return the parts to replace and those to add, so that a workbook says what it was made from.

    Raises `WorkbookRefused` where its own properties are not numbered as they should be.
    """
    part = _part(package)
    if part is not None:
        root = parse_xml(package.read(part))
    else:
        root = parse_xml(f'<Properties xmlns="{_PROPERTIES}" xmlns:vt="{_TYPES}"/>'.encode())
    for each in list(root):
        if each.get("name") in NAMES:
            root.remove(each)
    try:
        number = max((int(each.get("pid") or 1) for each in root), default=1)
    except ValueError as error:
        raise WorkbookRefused("broken", name=f"{origin.template or origin.form}.xlsx") from error
    for pid, (name, text) in enumerate(origin.properties().items(), number + 1):
        made = etree.SubElement(
            root, f"{{{_PROPERTIES}}}property", fmtid=_USER_DEFINED, pid=str(pid), name=name
        )
        etree.SubElement(made, f"{{{_TYPES}}}lpwstr").text = text
    if part is not None:
        return {part: serialize(root)}, {}
    return {"[Content_Types].xml": _typed(package), "_rels/.rels": _related(package)}, {PART: serialize(root)}


def _part(package: Package) -> str | None:
    for kind, target in package.relations("").values():
        if kind.endswith("/custom-properties") and target in package.part_names:
            return posixpath.normpath(target)
    return None


def _typed(package: Package) -> bytes:
    types = parse_xml(package.read("[Content_Types].xml"))
    namespace = etree.QName(types).namespace
    etree.SubElement(types, f"{{{namespace}}}Override", PartName=f"/{PART}", ContentType=_CONTENT_TYPE)
    return serialize(types)


def _related(package: Package) -> bytes:
    relations = parse_xml(package.read("_rels/.rels"))
    taken = {each.get("Id") for each in relations if local(each) == "Relationship"}
    number = next(each for each in range(1, len(taken) + 2) if f"rId{each}" not in taken)
    etree.SubElement(
        relations, f"{{{PACKAGE_RELATIONS}}}Relationship", Id=f"rId{number}", Type=_RELATION, Target=PART
    )
    return serialize(relations)
