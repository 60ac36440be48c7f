"""Notes at cells: what Excel calls comments, added to a sheet and taken away again, the sheet's own ones untouched.

A note is three things in a package: a text in the sheet's comments part, a yellow box in its VML drawing, and the
relations that name both. Ours are known by their author, which Excel keeps, or by what they say: LibreOffice drops authors.
"""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass, field

from lxml import etree

from templates_xlsx.cellwriter import SheetEditor, safe_text
from templates_xlsx.package import (
    MAIN,
    OFFICE_RELATIONS,
    PACKAGE_RELATIONS,
    Package,
    local,
    parse_xml,
    serialize,
)
from templates_xlsx.sheets import position

AUTHOR = "准入校核"
MOST = 1000
"""Notes a sheet gets; each is a drawn box, and with many thousands of them Excel opens slowly."""
_COMMENTS = "application/vnd.openxmlformats-officedocument.spreadsheetml.comments+xml"
_VML = "application/vnd.openxmlformats-officedocument.vmlDrawing"
_BEHIND = frozenset(
    {
        "legacyDrawingHF",
        "drawingHF",
        "picture",
        "oleObjects",
        "controls",
        "webPublishItems",
        "tableParts",
        "extLst",
    }
)
"""What stands behind the drawing of notes in a sheet."""
_EMPTY_COMMENTS = f'<comments xmlns="{MAIN}"><authors/><commentList/></comments>'.encode()
_EMPTY_VML = (
    b'<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" '
    b'xmlns:x="urn:schemas-microsoft-com:office:excel">'
    b'<o:shapelayout v:ext="edit"><o:idmap v:ext="edit" data="1"/></o:shapelayout>'
    b'<v:shapetype id="_x0000_t202" coordsize="21600,21600" o:spt="202" path="m,l,21600r21600,l21600,xe">'
    b'<v:stroke joinstyle="miter"/><v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype></xml>'
)
_SHAPE = (
    '<v:shape xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" '
    'xmlns:x="urn:schemas-microsoft-com:office:excel" id="_x0000_s{number}" type="#_x0000_t202" '
    'style="position:absolute;margin-left:60pt;margin-top:2pt;width:160pt;height:60pt;z-index:1;visibility:hidden" '
    'fillcolor="#ffffe1" o:insetmode="auto"><v:fill color2="#ffffe1"/><v:shadow on="t" color="black" obscured="t"/>'
    '<v:path o:connecttype="none"/><v:textbox style="mso-direction-alt:auto"><div style="text-align:left"/></v:textbox>'
    '<x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/>'
    "<x:Anchor>{left}, 12, {top}, 2, {right}, 20, {bottom}, 6</x:Anchor><x:AutoFill>False</x:AutoFill>"
    "<x:Row>{row}</x:Row><x:Column>{column}</x:Column></x:ClientData></v:shape>"
)


@dataclass
class Notes:
    """The notes of one package. What they change stands in `parts` and `added` afterwards."""

    package: Package
    parts: dict[str, bytes] = field(default_factory=dict)
    added: dict[str, bytes] = field(default_factory=dict)

    def take_away(self, sheet: str, told: Mapping[str, str]) -> None:
        """Remove our notes from a sheet; `told` is what they said."""
        found = self._of(sheet)
        if found is None:
            return
        comments, boxes = found
        texts = parse_xml(self.package.read(comments))
        authors = ["".join(map(str, each.itertext())) for each in _child(texts, "authors")]
        listed = _child(texts, "commentList")
        ours = [
            each
            for each in listed
            if _author(each, authors) == AUTHOR or _words(each) == told.get(each.get("ref", ""))
        ]
        if not ours:
            return
        places = {position(each.get("ref", "A1")) for each in ours}
        for each in ours:
            listed.remove(each)
        self.parts[comments] = serialize(texts)
        if boxes:
            drawing = parse_xml(self.package.read(boxes))
            for shape in [each for each in drawing if _place(each) in places]:
                drawing.remove(shape)
            self.parts[boxes] = serialize(drawing)

    def put(self, sheet: str, editor: SheetEditor, told: Mapping[str, str]) -> None:
        """Add a note to each cell of a sheet; one that has a note of its own keeps that alone.

        A file whose drawing is not well-formed (Excel reads such) gets none.
        """
        if not told or editor.namespace != MAIN:  # strict files have no such drawings
            return
        part = self.package.sheet_parts[sheet]
        comments, boxes = self._of(sheet) or ("", "")
        try:
            texts = parse_xml(self._now(comments) if comments else _EMPTY_COMMENTS)
            drawing = parse_xml(self._now(boxes) if boxes else _EMPTY_VML)
        except ValueError:
            return
        if not comments:
            comments = self._add(part, "comments", "xl/zrnotes{}.xml", _COMMENTS)
        if not boxes:
            boxes = self._add(part, "vmlDrawing", "xl/drawings/zrnotes{}.vml", _VML)
            _draw_on(editor, self._relation_id(part, boxes))
        _write(texts, drawing, dict(list(told.items())[:MOST]))
        self._keep(comments, serialize(texts))
        self._keep(boxes, serialize(drawing))

    # ------------------------------------------------------------------ parts
    def _now(self, part: str) -> bytes:
        return self.parts.get(part) or self.added.get(part) or self.package.read(part)

    def _keep(self, part: str, content: bytes) -> None:
        (self.added if part in self.added else self.parts)[part] = content

    def _of(self, sheet: str) -> tuple[str, str] | None:
        """The parts of a sheet's comments and of its boxes ("" for none); None where it has no comments."""
        found = self.package.relations(self.package.sheet_parts[sheet])
        comments = next((target for kind, target in found.values() if kind.endswith("/comments")), "")
        boxes = next((target for kind, target in found.values() if kind.endswith("/vmlDrawing")), "")
        return (comments, boxes) if comments or boxes else None

    def _relations_part(self, part: str) -> str:
        folder, name = posixpath.split(part)
        return f"{folder}/_rels/{name}.rels".lstrip("/")

    def _relation_id(self, part: str, target: str) -> str:
        root = parse_xml(self._now(self._relations_part(part)))
        wanted = posixpath.relpath(target, posixpath.dirname(part))
        return next(str(each.get("Id")) for each in root if each.get("Target") == wanted)

    def _add(self, part: str, kind: str, pattern: str, content_type: str) -> str:
        """Make room for a part that belongs to a sheet: its name, its relation, its content type."""
        number = 1
        while pattern.format(number) in self.package.part_names or pattern.format(number) in self.added:
            number += 1
        made = pattern.format(number)
        self.added[made] = b""
        path = self._relations_part(part)
        if path in self.package.part_names or path in self.added:
            relations = parse_xml(self._now(path))
        else:
            relations = etree.Element(f"{{{PACKAGE_RELATIONS}}}Relationships")
            self.added[path] = b""
        taken = {each.get("Id") for each in relations}
        etree.SubElement(
            relations,
            f"{{{PACKAGE_RELATIONS}}}Relationship",
            Id=next(name for name in (f"rIdN{n}" for n in range(1, 100)) if name not in taken),
            Type=f"{OFFICE_RELATIONS}/{kind}",
            Target=posixpath.relpath(made, posixpath.dirname(part)),
        )
        self._keep(path, serialize(relations))
        self._tell_type(made, content_type)
        return made

    def _tell_type(self, part: str, content_type: str) -> None:
        types = parse_xml(self._now("[Content_Types].xml"))
        namespace = etree.QName(types).namespace
        if part.endswith(".vml"):
            if not any(each.get("Extension", "").lower() == "vml" for each in types):
                types.insert(
                    0, etree.Element(f"{{{namespace}}}Default", Extension="vml", ContentType=content_type)
                )
        else:
            etree.SubElement(types, f"{{{namespace}}}Override", PartName=f"/{part}", ContentType=content_type)
        self.parts["[Content_Types].xml"] = serialize(types)


def _child(root: etree._Element, name: str) -> etree._Element:
    found = next((each for each in root if local(each) == name), None)
    if found is None:
        found = etree.SubElement(root, f"{{{etree.QName(root).namespace}}}{name}")
    return found


def _author(comment: etree._Element, authors: list[str]) -> str:
    number = comment.get("authorId", "")
    return authors[int(number)] if number.isdigit() and int(number) < len(authors) else ""


def _words(comment: etree._Element) -> str:
    return "".join(str(each.text or "") for each in comment.iter() if local(each) == "t").strip()


def _place(shape: etree._Element) -> tuple[int, int] | None:
    """Row and column of the cell whose note a box is, from 1; None for other shapes."""
    found = {
        local(each): (each.text or "").strip() for each in shape.iter() if local(each) in ("Row", "Column")
    }
    if not all(found.get(name, "").isdigit() for name in ("Row", "Column")):
        return None
    return int(found["Row"]) + 1, int(found["Column"]) + 1


def _draw_on(editor: SheetEditor, relation: str) -> None:
    """Tell a sheet which drawing holds its notes, in the place the schema wants."""
    element = etree.Element(editor.tag("legacyDrawing"))
    element.set(f"{{{OFFICE_RELATIONS}}}id", relation)
    behind = next((each for each in editor.root if local(each) in _BEHIND), None)
    if behind is None:
        editor.root.append(element)
    else:
        behind.addprevious(element)


def _write(texts: etree._Element, drawing: etree._Element, told: Mapping[str, str]) -> None:
    namespace = etree.QName(texts).namespace
    authors, listed = _child(texts, "authors"), _child(texts, "commentList")
    names = ["".join(map(str, each.itertext())) for each in authors]
    if AUTHOR not in names:
        etree.SubElement(authors, f"{{{namespace}}}author").text = AUTHOR
        names.append(AUTHOR)
    author = str(names.index(AUTHOR))
    there = {each.get("ref") for each in listed}
    number = 1025 + sum(1 for each in drawing if local(each) == "shape")
    for cell, text in told.items():
        if cell in there:
            continue
        comment = etree.SubElement(listed, f"{{{namespace}}}comment", ref=cell, authorId=author)
        run = etree.SubElement(etree.SubElement(comment, f"{{{namespace}}}text"), f"{{{namespace}}}t")
        run.text = safe_text(text)
        row, column = position(cell)
        box = _SHAPE.format(
            number=number,
            row=row - 1,
            column=column - 1,
            left=column,
            right=column + 3,
            top=max(row - 2, 0),
            bottom=max(row - 2, 0) + 4,
        )
        drawing.append(etree.fromstring(box))
        number += 1
