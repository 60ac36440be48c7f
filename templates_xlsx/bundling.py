"""Many filled tables in one file: a zip, or one workbook with a table a sheet.

Sheets of one workbook come from fillings of the same template: formats and shared texts are the same, so that sheets,
drawings and notes are only put beside each other.
"""

from __future__ import annotations

import copy
import io
import posixpath
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence

from lxml import etree

from templates_xlsx.converting import quoted
from templates_xlsx.package import Package, attribute, local, parse_xml, serialize

MAX_SHEET_NAME = 31
_FORBIDDEN = re.compile(r"[\[\]:*?/\\\x00-\x1f']")
_NOT_IN_FILES = re.compile(r'[\\/:*?"<>|\x00-\x1f]')
_SHARED = ("/image", "/printerSettings", "/hyperlink")
"""Relations whose targets any number of sheets may share."""


def zipped(files: Iterable[tuple[str, bytes]]) -> bytes:
    """Return an archive of files; equal names are told apart by a number."""
    out = io.BytesIO()
    taken: set[str] = set()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:  # workbooks are packed already
        for name, content in files:
            archive.writestr(free_name(name, taken), content)
    return out.getvalue()


def free_name(name: str, taken: set[str]) -> str:
    """Return a file's name that no system refuses and nobody has taken yet."""
    stem, dot, suffix = _NOT_IN_FILES.sub("_", name).rpartition(".")
    stem = stem[:80].strip(" .") or "表"
    found, number = f"{stem}{dot}{suffix}", 1
    while found.casefold() in taken:
        number += 1
        found = f"{stem}({number}){dot}{suffix}"
    taken.add(found.casefold())
    return found


def one_workbook(filled: Sequence[tuple[str, bytes]]) -> bytes:
    """Return one workbook of several fillings of the same template.

    Args:
        filled: (title, workbook); sheets are named by the title, with their own name where there are several.
    """
    merger = _Merger(Package(filled[0][1]), len(filled))
    for number, (title, content) in enumerate(filled):
        merger.add(Package(content), title, number)
    return merger.content()


class _Merger:
    """Puts the sheets of further workbooks behind those of the first."""

    def __init__(self, base: Package, count: int) -> None:
        self.base = base
        self.root = copy.deepcopy(base.workbook)
        self.tag = f"{{{etree.QName(self.root).namespace}}}"
        self.sheets = next(each for each in self.root if local(each) == "sheets")
        self.names = next((each for each in self.root if local(each) == "definedNames"), None)
        self.relations_part = _relations_of(base.workbook_part)
        self.relations = parse_xml(base.read(self.relations_part))
        self.types = parse_xml(base.read("[Content_Types].xml"))
        self.parts: dict[str, bytes] = {}
        self.added: dict[str, bytes] = {}
        self.taken: set[str] = set()
        self.per_table = sum(local(each) == "sheet" for each in self.sheets)
        self.tables = 0

    def add(self, package: Package, title: str, number: int) -> None:
        """Add the sheets of one filling; those of the first are there and only get their names."""
        renamed = {name: self._sheet_name(title, name) for name in package.sheet_names}
        if number == 0:
            for sheet in self.sheets:
                sheet.set("name", renamed[sheet.get("name", "")])
            for part in package.sheet_parts.values():
                self.parts[part] = _pointed(package.read(part), renamed)
            for each in self.names if self.names is not None else ():
                each.text = repointed(each.text or "", renamed)
            return
        for name, part in package.sheet_parts.items():
            target = self._copied(package, part, number, renamed)
            self._listed(package, name, renamed[name], target)
        self._add_names(package, renamed, number)

    def _sheet_name(self, title: str, own: str) -> str:
        whole = title if self.per_table == 1 else f"{title[: MAX_SHEET_NAME - 11]}-{own[:10]}"
        stem = _FORBIDDEN.sub("_", whole).strip()[:MAX_SHEET_NAME] or "表"
        found, number = stem, 1
        while found.casefold() in self.taken:
            number += 1
            found = f"{stem[: MAX_SHEET_NAME - 5]}({number})"
        self.taken.add(found.casefold())
        return found

    def _copied(self, package: Package, part: str, number: int, renamed: Mapping[str, str]) -> str:
        """Copy a part and what it alone relates to; returns its new path."""
        folder, name = posixpath.split(part)
        stem, dot, suffix = name.rpartition(".")
        target = f"{folder}/{stem}_{number}{dot}{suffix}"
        if target in self.added:
            return target
        content = package.read(part)
        if suffix == "xml":
            content = _pointed(content, renamed, selected=False)
        if "/tables/" in part:
            content = self._table(content)
        self.added[target] = content
        self._typed(part, target)
        related = _relations_of(part)
        if related in package.part_names:
            root = parse_xml(package.read(related))
            for each in root:
                if each.get("TargetMode") == "External" or each.get("Type", "").endswith(_SHARED):
                    continue
                path = posixpath.normpath(
                    each.get("Target", "").lstrip("/")
                    if each.get("Target", "").startswith("/")
                    else posixpath.join(folder, each.get("Target", ""))
                )
                if path in package.part_names and path not in package.sheet_parts.values():
                    each.set("Target", "/" + self._copied(package, path, number, renamed))
            self.added[_relations_of(target)] = serialize(root)
        return target

    def _table(self, content: bytes) -> bytes:
        """Give a table of cells a number and name of its own in the workbook."""
        self.tables += 1
        root = parse_xml(content)
        root.set("id", str(10_000 + self.tables))
        for attribute_name in ("name", "displayName"):
            root.set(attribute_name, f"{root.get(attribute_name, '')}_{self.tables}")
        return serialize(root)

    def _typed(self, part: str, target: str) -> None:
        for each in self.types:
            if each.get("PartName") == f"/{part}":
                made = copy.deepcopy(each)
                made.set("PartName", f"/{target}")
                self.types.append(made)
                return

    def _listed(self, package: Package, old: str, name: str, target: str) -> None:
        given = next(
            each for each in package.workbook.iter() if local(each) == "sheet" and each.get("name") == old
        )
        made = copy.deepcopy(given)
        number = len(self.relations) + 1
        while any(each.get("Id") == f"rId{number}" for each in self.relations):
            number += 1
        identity = next(str(key) for key in made.attrib if str(key).endswith("}id"))
        kind = package.relations(package.workbook_part)[attribute(given, "id")][0]
        made.set("name", name)
        made.set("sheetId", str(max(int(each.get("sheetId") or 0) for each in self.sheets) + 1))
        made.set(identity, f"rId{number}")
        self.sheets.append(made)
        space = f"{{{etree.QName(self.relations).namespace}}}"
        etree.SubElement(
            self.relations, space + "Relationship", Id=f"rId{number}", Type=kind, Target="/" + target
        )

    def _add_names(self, package: Package, renamed: Mapping[str, str], number: int) -> None:
        """The names of a further table hold on its own sheet only: F_ names, print area, repeated rows."""
        order = [each.get("name", "") for each in self.sheets]
        for each in package.workbook.iter():
            if local(each) != "definedName" or self.names is None:
                continue
            text = repointed(each.text or "", renamed)
            sheet = next((new for new in renamed.values() if f"{quoted(new)}!" in text), None)
            if sheet is None:
                continue
            made = copy.deepcopy(each)
            made.text = text
            made.set("localSheetId", str(order.index(sheet)))
            self.names.append(made)

    def content(self) -> bytes:
        return self.base.replaced(
            {
                **self.parts,
                self.base.workbook_part: serialize(self.root),
                self.relations_part: serialize(self.relations),
                "[Content_Types].xml": serialize(self.types),
            },
            self.added,
        )


def _relations_of(part: str) -> str:
    folder, name = posixpath.split(part)
    return f"{folder}/_rels/{name}.rels"


_SHEET_REFERENCE = re.compile(r"(?P<text>\"(?:[^\"]|\"\")*\")|(?P<sheet>'(?:[^']|'')+'|[^\W\d][\w.]*)!")


def repointed(formula: str, renamed: Mapping[str, str]) -> str:
    """Return a formula with the sheets it refers to under their new names."""

    def new(match: re.Match[str]) -> str:
        if match["text"]:
            return match[0]
        name = match["sheet"]
        plain = name[1:-1].replace("''", "'") if name.startswith("'") else name
        return f"{quoted(renamed[plain])}!" if plain in renamed else match[0]

    return _SHEET_REFERENCE.sub(new, formula)


def _pointed(content: bytes, renamed: Mapping[str, str], *, selected: bool = True) -> bytes:
    """Return a part whose formulas name the sheets anew; `selected`: its tab may stay the chosen one."""
    named = any(name.encode() in content for name in renamed) and b"!" in content
    if not named and (selected or b"tabSelected" not in content):
        return content
    root = parse_xml(content)
    for each in root.iter():
        if local(each) in ("f", "formula", "formula1", "formula2") and each.text:
            each.text = repointed(each.text, renamed)
        elif local(each) == "sheetView" and not selected and "tabSelected" in each.attrib:
            del each.attrib["tabSelected"]
    return serialize(root)
