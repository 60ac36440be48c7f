"""Which template a workbook was made from: two custom properties that survive filling, Excel, WPS and LibreOffice."""

from __future__ import annotations

import posixpath

from lxml import etree

from templates_xlsx.package import PACKAGE_RELATIONS, Package, local, parse_xml, serialize
from templates_xlsx.refusals import WorkbookRefused

TEMPLATE, VERSION = "ZhunruTemplate", "ZhunruVersion"
PART = "docProps/custom.xml"
_PROPERTIES = "http://schemas.openxmlformats.org/officeDocument/2006/custom-properties"
_TYPES = "http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes"
_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/custom-properties"
_CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.custom-properties+xml"
_USER_DEFINED = "{D5CDD505-2E9C-101B-9397-08002B2CF9AE}"


def identity(package: Package) -> tuple[str, int] | None:
    """Return the template's key and version that a workbook carries, None where it carries none."""
    try:
        told = package.own_properties
    except (KeyError, ValueError):
        return None
    version = told.get(VERSION, "")
    key = told.get(TEMPLATE, "")
    return (key, int(version)) if key and version.isdigit() and len(version) < 10 else None


def stamped(package: Package, key: str, version: int) -> tuple[dict[str, bytes], dict[str, bytes]]:
    """Return the parts to replace and those to add, so that a workbook carries a template's key and version.

    Raises `WorkbookRefused` where its own properties are not numbered as they should be.
    """
    part = _part(package)
    if part is not None:
        root = parse_xml(package.read(part))
    else:
        root = parse_xml(f'<Properties xmlns="{_PROPERTIES}" xmlns:vt="{_TYPES}"/>'.encode())
    for each in list(root):
        if each.get("name") in (TEMPLATE, VERSION):
            root.remove(each)
    try:
        number = max((int(each.get("pid") or 1) for each in root), default=1)
    except ValueError as error:
        raise WorkbookRefused("broken", name=f"{key}.xlsx") from error
    for offset, (name, kind, text) in enumerate(
        ((TEMPLATE, "lpwstr", key), (VERSION, "i4", str(version))), 1
    ):
        made = etree.SubElement(root, f"{{{_PROPERTIES}}}property")
        made.set("fmtid", _USER_DEFINED)
        made.set("pid", str(number + offset))
        made.set("name", name)
        etree.SubElement(made, f"{{{_TYPES}}}{kind}").text = text
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
