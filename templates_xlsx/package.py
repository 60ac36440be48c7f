"""The parts of an .xlsx file: its sheets, their paths, their defined names. Parsing is hardened.

Writing copies every part that is not replaced as it is, so that what we do not understand survives.
"""

from __future__ import annotations

import io
import posixpath
import re
import struct
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from lxml import etree

from templates_xlsx.sheets import position

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
STRICT_MAIN = "http://purl.oclc.org/ooxml/spreadsheetml/main"

_NAME_TARGET = re.compile(
    r"^(?:'((?:[^']|'')+)'|([^'!]+))!\$?([A-Z]{1,3})\$?(\d{1,7})(?::\$?([A-Z]{1,3})\$?(\d{1,7}))?$"
)

_COLUMN = re.compile(r"(?<=[!:])\$([A-Z]{1,3})\$\d")


def parse_xml(content: bytes) -> etree._Element:
    """Parse a part: no entities, no DTD, no network.

    Raises:
        ValueError: it is no well-formed XML, or declares a DOCTYPE.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise ValueError(str(error)) from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise ValueError("DOCTYPE")
    return root


def serialize(root: etree._Element) -> bytes:
    """Return a part's bytes as Excel writes them: UTF-8, standalone."""
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


def local(element: etree._Element) -> str:
    """Return an element's name without its namespace; "" for comments and the like."""
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def attribute(element: etree._Element, wanted: str) -> str:
    """Return a namespaced attribute by its bare name; "" where it is absent."""
    return next((str(value) for key, value in element.attrib.items() if str(key).endswith("}" + wanted)), "")


MOST_OF_A_PROPERTY = 255
"""Characters of a property's name and of its text that are looked at."""


@dataclass(frozen=True)
class DefinedName:
    """A name for one cell or one merged range: `sheet` it points into, its top left `cell`, `scope` or None."""

    name: str
    sheet: str
    cell: str
    scope: str | None = None


@dataclass(frozen=True)
class Package:
    """The parts of a workbook file, in their order."""

    content: bytes

    @cached_property
    def archive(self) -> zipfile.ZipFile:
        return zipfile.ZipFile(io.BytesIO(self.content))

    @cached_property
    def part_names(self) -> frozenset[str]:
        return frozenset(self.archive.namelist())

    def read(self, part: str) -> bytes:
        """Return a part's bytes. Raises KeyError."""
        return self.archive.read(part)

    @cached_property
    def workbook_part(self) -> str:
        """Path of the workbook part, mostly xl/workbook.xml."""
        root = parse_xml(self.read("_rels/.rels"))
        for relation in root:
            if local(relation) == "Relationship" and relation.get("Type", "").endswith("/officeDocument"):
                return relation.get("Target", "").lstrip("/")
        return "xl/workbook.xml"

    def relations(self, part: str) -> dict[str, tuple[str, str]]:
        """Return relation id -> (type, path of the target) of a part; external targets left out."""
        folder, name = posixpath.split(part)
        path = f"{folder}/_rels/{name}.rels".lstrip("/")
        if path not in self.part_names:
            return {}
        found: dict[str, tuple[str, str]] = {}
        for relation in parse_xml(self.read(path)):
            if local(relation) != "Relationship" or relation.get("TargetMode") == "External":
                continue
            target = relation.get("Target", "")
            whole = target.lstrip("/") if target.startswith("/") else posixpath.join(folder, target)
            found[relation.get("Id", "")] = (relation.get("Type", ""), posixpath.normpath(whole))
        return found

    @cached_property
    def workbook(self) -> etree._Element:
        return parse_xml(self.read(self.workbook_part))

    @cached_property
    def sheet_parts(self) -> dict[str, str]:
        """Sheet name -> path of its part, in the order of the tabs."""
        relations = self.relations(self.workbook_part)
        parts: dict[str, str] = {}
        for sheet in self.workbook.iter():
            if local(sheet) != "sheet":
                continue
            target = relations.get(attribute(sheet, "id"))
            if target is not None:
                parts[sheet.get("name", "")] = target[1]
        return parts

    @cached_property
    def sheet_names(self) -> tuple[str, ...]:
        """All tabs by their index, also those without a part of their own."""
        return tuple(each.get("name", "") for each in self.workbook.iter() if local(each) == "sheet")

    @cached_property
    def defined_names(self) -> tuple[DefinedName, ...]:
        """Names that stand for one cell or one range; formulas, lists and lost names (#REF!) left out."""
        found = []
        for element in self.workbook.iter():
            if local(element) != "definedName":
                continue
            match = _NAME_TARGET.match((element.text or "").strip())
            if match is None:
                continue
            sheet = (match[1] or "").replace("''", "'") or match[2]
            scope = element.get("localSheetId")
            index = int(scope) if scope is not None and scope.isdigit() else None
            within = self.sheet_names[index] if index is not None and index < len(self.sheet_names) else None
            found.append(DefinedName(element.get("name", ""), sheet, f"{match[3]}{match[4]}", within))
        return tuple(found)

    @cached_property
    def print_areas(self) -> dict[str, list[tuple[int, int]]]:
        """Sheet name -> first and last column of each area that is printed, where areas are set."""
        found: dict[str, list[tuple[int, int]]] = {}
        for element in self.workbook.iter():
            index = element.get("localSheetId") or ""
            if element.get("name") != "_xlnm.Print_Area" or not index.isdigit():
                continue
            columns = [position(f"{match[1]}1")[1] for match in _COLUMN.finditer(element.text or "")]
            if int(index) < len(self.sheet_names) and len(columns) % 2 == 0:
                pairs = list(zip(columns[::2], columns[1::2], strict=True))
                found[self.sheet_names[int(index)]] = pairs
        return found

    @cached_property
    def own_properties(self) -> dict[str, str]:
        """The file's own (custom) properties that are texts or numbers: name -> text."""
        root = parse_xml(self.read("_rels/.rels"))
        parts = [
            each.get("Target", "").lstrip("/")
            for each in root
            if local(each) == "Relationship" and each.get("Type", "").endswith("/custom-properties")
        ]
        found: dict[str, str] = {}
        for part in parts:
            if part in self.part_names:
                for each in parse_xml(self.read(part)):
                    text = "".join(str(piece) for piece in each.itertext()).strip()
                    found[each.get("name", "")[:MOST_OF_A_PROPERTY]] = text[:MOST_OF_A_PROPERTY]
        return found

    def replaced(self, parts: Mapping[str, bytes], added: Mapping[str, bytes] | None = None) -> bytes:
        """Return the file with some parts replaced and others added; all else byte for byte, in its order."""
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
            for info in self.archive.infolist():
                fresh = zipfile.ZipInfo(info.filename, info.date_time)
                fresh.compress_type = info.compress_type
                fresh.external_attr = info.external_attr
                if info.filename in parts:
                    target.writestr(fresh, parts[info.filename])
                else:
                    self._copy(info, fresh, target)
            for name, content in (added or {}).items():
                fresh = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
                fresh.compress_type = zipfile.ZIP_DEFLATED
                target.writestr(fresh, content)
        return out.getvalue()

    def _copy(self, info: zipfile.ZipInfo, fresh: zipfile.ZipInfo, target: zipfile.ZipFile) -> None:
        """Copy a part as it is packed: pictures of megabytes are neither unpacked nor packed again."""
        start = info.header_offset + 30
        names = struct.unpack("<HH", self.content[start - 4 : start])
        packed = self.content[start + sum(names) : start + sum(names) + info.compress_size]
        fresh.CRC, fresh.file_size, fresh.compress_size = info.CRC, info.file_size, info.compress_size
        out: Any = target
        fresh.header_offset = out.fp.tell()
        out.fp.write(fresh.FileHeader(zip64=False) + packed)
        out.start_dir, out._didModify = out.fp.tell(), True
        out.filelist.append(fresh)
        out.NameToInfo[fresh.filename] = fresh


def in_range(cell: str, top_left: str, bottom_right: str) -> bool:
    """Whether a cell lies in a range."""
    row, column = position(cell)
    (top, left), (bottom, right) = position(top_left), position(bottom_right)
    return top <= row <= bottom and left <= column <= right


PIECE = 1 << 20
"""Bytes of a part that are unpacked in one go."""


def pieces(archive: zipfile.ZipFile, info: zipfile.ZipInfo, cut: bytes = b">") -> Iterator[bytes]:
    """Yield a part in pieces that end behind `cut`, at most as much as the directory says it holds.

    A large sheet is never whole in memory, and a lying directory does not unpack more.

    Raises:
        ValueError: the part is longer than the directory says.
    """
    rest = bytearray()
    left = info.file_size
    with archive.open(info) as stream:
        while chunk := stream.read(PIECE):
            left -= len(chunk)
            if left < 0:
                raise ValueError("a part is longer than the directory says")
            seen = max(len(rest) - len(cut), 0)
            rest += chunk
            end = rest.rfind(cut, seen)
            if end >= 0:
                yield bytes(rest[: end + len(cut)])
                del rest[: end + len(cut)]
    if rest:
        yield bytes(rest)
