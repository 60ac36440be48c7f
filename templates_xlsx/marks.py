"""The same workbook with its faulty cells marked and a list of the faults: what a clerk gets back to correct.

An .xlsx is marked in place: the cells get a fill and a note, a sheet 错误清单 is added, every other part stays as it was,
drawn shapes and pictures included. Other formats come back as an .xlsx with the same cells. When the corrected file
returns, `read_records` passes over the list, and marking it again first takes our old fills and notes away, also where
Excel, WPS or LibreOffice has saved it meanwhile and numbered its formats anew.
"""

from __future__ import annotations

import copy
import posixpath
from collections.abc import Collection, Mapping, Sequence
from xml.sax.saxutils import escape

from lxml import etree

from templates_xlsx.cellwriter import SheetEditor, safe_text
from templates_xlsx.grid import open_workbook
from templates_xlsx.mark import FILLS, HEADER, HEADER_FILL, WORDS, Mark, notes_of, worst_of
from templates_xlsx.marks_anew import drawn_anew
from templates_xlsx.notes import Notes
from templates_xlsx.package import MAIN, OFFICE_RELATIONS, Package, local, parse_xml, serialize
from templates_xlsx.sheets import MARK_SHEET, Book, cell_text
from templates_xlsx.taking_out import hide_sheets, take_out

__all__ = ["FILLS", "MARK_SHEET", "Mark", "mark_faults"]

_LONGEST_FILL = 600


def mark_faults(
    content: bytes,
    faults: Sequence[Mark],
    *,
    gone: Mapping[str, Collection[int]] | None = None,
    gone_sheets: Collection[str] = (),
) -> bytes:
    """Return the workbook with faulty cells filled red (warnings yellow), each with a note, and a list of the faults.

    Args:
        gone: rows by sheet that need no correction: they are emptied and hidden, so that the others keep their numbers.
        gone_sheets: sheets that need none; they are hidden.

    Raises:
        WorkbookRefused: the content is no workbook.
    """
    book = open_workbook(content, "")
    if book.format != "xlsx" or content[:2] != b"PK":
        kept = [sheet for sheet in book.sheets if sheet.name not in gone_sheets]
        return drawn_anew(kept, faults, gone or {})
    return _Marker(Package(content), book).marked(faults, gone or {}, gone_sheets)


class _Marker:
    """Marks one package."""

    def __init__(self, package: Package, book: Book) -> None:
        self.package, self.book = package, book
        self.notes = Notes(package)
        self.parts, self.added = self.notes.parts, self.notes.added
        self.editors: dict[str, SheetEditor] = {}
        self.styled: dict[tuple[int, str], int] = {}

    def marked(
        self, faults: Sequence[Mark], gone: Mapping[str, Collection[int]], gone_sheets: Collection[str]
    ) -> bytes:
        styles_part = next(
            target
            for kind, target in self.package.relations(self.package.workbook_part).values()
            if kind.endswith("/styles")
        )
        self.styles = parse_xml(self.package.read(styles_part))
        self.workbook = copy.deepcopy(self.package.workbook)
        self._unmark()
        for sheet, rows in gone.items():
            if sheet in self.package.sheet_parts:
                take_out(self._editor(sheet), rows)
        hide_sheets(self.workbook, gone_sheets)
        before: dict[tuple[str, str], str] = {}
        for (sheet, cell), severity in worst_of(faults).items():
            if sheet in self.package.sheet_parts and sheet != MARK_SHEET:
                element = self._editor(sheet).cell(cell)
                style = int(element.get("s") or 0)
                before[sheet, cell] = self._fill_of(style)
                element.set("s", str(self._filled(style, FILLS[severity])))
        for sheet, editor in self.editors.items():
            self.notes.put(sheet, editor, notes_of(faults, sheet))
        self._list(faults, before)
        self.parts[styles_part] = serialize(self.styles)
        for sheet, editor in self.editors.items():
            self.parts[self.package.sheet_parts[sheet]] = editor.content()
        return self.package.replaced(self.parts, self.added)

    def _editor(self, sheet: str) -> SheetEditor:
        if sheet not in self.editors:
            self.editors[sheet] = SheetEditor(self.package.read(self.package.sheet_parts[sheet]))
        return self.editors[sheet]

    def _unmark(self) -> None:
        """Give cells that we marked before their own fill back, as our list tells it (hidden column F)."""
        listed = next((sheet for sheet in self.book.sheets if sheet.name == MARK_SHEET), None)
        if listed is None or listed.name not in self.package.sheet_parts:
            return
        earlier: list[Mark] = []
        for row in range(2, listed.height + 1):
            sheet, cell, word, message, fill = (cell_text(listed.value(row, n)) for n in range(2, 7))
            if sheet == MARK_SHEET or sheet not in self.package.sheet_parts:
                continue
            earlier.append(Mark(sheet, cell, message, "error" if word == WORDS["error"] else "warning"))
            if fill.startswith("<fill"):
                self._fill_back(self._editor(sheet).cell(cell), fill[:_LONGEST_FILL])
        for sheet in self.package.sheet_parts:
            if sheet != MARK_SHEET:
                self.notes.take_away(sheet, notes_of(earlier, sheet))

    def _fill_back(self, cell: etree._Element, fill: str) -> None:
        """Give a cell its own fill back, unless somebody has given it another meanwhile."""
        style = int(cell.get("s") or 0)
        if any(argb in self._fill_of(style) for argb in FILLS.values()):
            cell.set("s", str(self._filled(style, fill)))

    # ------------------------------------------------------------------ formats
    def _fill_of(self, style: int) -> str:
        """The fill of a format, written plainly."""
        formats, fills = self._child("cellXfs"), self._child("fills")
        number = int(formats[style].get("fillId") or 0) if style < len(formats) else 0
        return _plain(fills[number]) if number < len(fills) else "<fill/>"

    def _filled(self, style: int, fill: str) -> int:
        """Return the number of a format like `style` with a fill: a colour, or one written plainly."""
        if (style, fill) not in self.styled:
            formats = self._child("cellXfs")
            fresh = copy.deepcopy(formats[style] if style < len(formats) else formats[0])
            fresh.set("fillId", str(self._fill(fill)))
            fresh.set("applyFill", "1")
            wanted = _shape(fresh)
            number = next((n for n, each in enumerate(formats) if _shape(each) == wanted), len(formats))
            if number == len(formats):
                formats.append(fresh)
                formats.set("count", str(len(formats)))
            self.styled[style, fill] = number
        return self.styled[style, fill]

    def _fill(self, fill: str) -> int:
        """The number of a fill, added where it is not there yet."""
        fills = self._child("fills")
        namespace = etree.QName(self.styles).namespace or ""
        if not fill.startswith("<"):
            fill = (
                f'<fill><patternFill patternType="solid"><fgColor rgb="{fill}"/><bgColor indexed="64"/>'
                "</patternFill></fill>"
            )
        made = parse_xml(fill.replace("<fill", f'<fill xmlns="{namespace}"', 1).encode())
        wanted = _plain(made)
        for number, each in enumerate(fills):
            if _plain(each) == wanted:
                return number
        fills.append(made)
        fills.set("count", str(len(fills)))
        return len(fills) - 1

    def _child(self, name: str) -> etree._Element:
        return next(each for each in self.styles if local(each) == name)

    # ------------------------------------------------------------------ the list
    def _list(self, faults: Sequence[Mark], before: Mapping[tuple[str, str], str]) -> None:
        styles = {severity: self._filled(0, fill) for severity, fill in FILLS.items()}
        content = _list_xml(faults, before, self._filled(0, HEADER_FILL), styles)
        workbook_part = self.package.workbook_part
        if MARK_SHEET in self.package.sheet_parts:
            self.parts[self.package.sheet_parts[MARK_SHEET]] = content
        else:
            folder = posixpath.dirname(workbook_part)
            number = 1
            while f"{folder}/worksheets/marks{number}.xml" in self.package.part_names:
                number += 1
            part = f"{folder}/worksheets/marks{number}.xml".lstrip("/")
            self.added[part] = content
            self._register(part)
        written = serialize(self.workbook)
        if written != serialize(self.package.workbook):
            self.parts[workbook_part] = written

    def _register(self, part: str) -> None:
        """Tell content types, relations and the list of sheets of the new part."""
        types = parse_xml(self.parts.get("[Content_Types].xml") or self.package.read("[Content_Types].xml"))
        etree.SubElement(
            types,
            f"{{{etree.QName(types).namespace}}}Override",
            PartName=f"/{part}",
            ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml",
        )
        self.parts["[Content_Types].xml"] = serialize(types)
        folder, name = posixpath.split(self.package.workbook_part)
        path = f"{folder}/_rels/{name}.rels".lstrip("/")
        relations = parse_xml(self.package.read(path))
        taken = {each.get("Id") for each in relations}
        number = len(relations) + 1
        while f"rId{number}" in taken:
            number += 1
        # The type is that of the file's other sheets: strict files have their own.
        kind = next(
            kind
            for kind, _ in self.package.relations(self.package.workbook_part).values()
            if kind.endswith("/worksheet")
        )
        target = posixpath.relpath(part, folder) if folder else part
        etree.SubElement(
            relations,
            f"{{{etree.QName(relations).namespace}}}Relationship",
            Id=f"rId{number}",
            Type=kind,
            Target=target,
        )
        self.parts[path] = serialize(relations)
        sheets = next(each for each in self.workbook if local(each) == "sheets")
        highest = max((int(each.get("sheetId") or 0) for each in sheets), default=0)
        namespace = next(
            (str(key)[1:].split("}")[0] for key in sheets[0].attrib if str(key).endswith("}id")),
            OFFICE_RELATIONS,
        )
        fresh = etree.SubElement(sheets, f"{{{etree.QName(self.workbook).namespace}}}sheet")
        fresh.set("name", MARK_SHEET)
        fresh.set("sheetId", str(highest + 1))
        fresh.set(f"{{{namespace}}}id", f"rId{number}")


def _plain(element: etree._Element) -> str:
    """An element as text without namespaces, its attributes in order: equal for equal fills."""
    attributes = "".join(f' {key!s}="{escape(str(value))}"' for key, value in sorted(element.attrib.items()))
    inner = "".join(_plain(each) for each in element if isinstance(each.tag, str))
    return f"<{local(element)}{attributes}>{inner}</{local(element)}>"


def _shape(element: etree._Element) -> str:
    """What makes a format another one; whether it says that its fill applies does not."""
    plain = copy.deepcopy(element)
    plain.attrib.pop("applyFill", "")
    return _plain(plain)


def _list_xml(
    faults: Sequence[Mark],
    before: Mapping[tuple[str, str], str],
    header: int,
    styles: Mapping[str, int],
) -> bytes:
    """Return the sheet of the list. Column F, hidden, keeps each marked cell's own fill for the way back.

    Args:
        header: number of the format of the first row.
        styles: severity -> number of the format of its word.
    """
    rows = [_row(1, HEADER, dict.fromkeys(range(len(HEADER)), header))]
    for number, each in enumerate(faults, 1):
        values = (str(number), each.sheet, each.cell, WORDS[each.severity], each.message)
        own = before.get((each.sheet, each.cell), "")
        rows.append(_row(number + 1, (*values, own), {HEADER.index("级别"): styles[each.severity]}))
    widths = "".join(
        f'<col min="{index}" max="{index}" width="{width}" customWidth="1"{hidden}/>'
        for index, (width, hidden) in enumerate(
            ((6, ""), (20, ""), (10, ""), (8, ""), (90, ""), (8, ' hidden="1"')), 1
        )
    )
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        f'<worksheet xmlns="{MAIN}"><sheetPr><pageSetUpPr fitToPage="1"/></sheetPr><sheetViews><sheetView workbookViewId="0">'
        '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
        f"<cols>{widths}</cols><sheetData>{''.join(rows)}</sheetData>"
        '<pageSetup paperSize="9" orientation="landscape" fitToHeight="0"/></worksheet>'
    ).encode()


def _row(number: int, values: Sequence[str], styles: Mapping[int, int]) -> str:
    cells = "".join(
        f'<c r="{"ABCDEF"[index]}{number}" s="{styles.get(index, 0)}" t="inlineStr"><is>'
        f'<t xml:space="preserve">{escape(safe_text(value))}</t></is></c>'
        for index, value in enumerate(values)
        if value
    )
    return f'<row r="{number}">{cells}</row>'
