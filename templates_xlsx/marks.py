"""The same workbook with its faulty cells marked and a list of the faults: what a clerk gets back to correct.

An .xlsx is marked in place: the cells get a fill, a sheet 错误清单 is added, every other part stays as it was, drawn
shapes and pictures included. Other formats come back as an .xlsx with the same cells. When the corrected file returns,
`read_records` passes over the list, and marking it again first takes our old fills away.
"""

from __future__ import annotations

import copy
import io
import posixpath
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal
from xml.sax.saxutils import escape

import xlsxwriter
from lxml import etree

from templates_xlsx.cellwriter import SheetEditor, lines_needed, safe_text
from templates_xlsx.grid import open_workbook
from templates_xlsx.package import MAIN, OFFICE_RELATIONS, Package, local, parse_xml, serialize
from templates_xlsx.sheets import BLANKS, MARK_SHEET, Sheet, cell_text, position

FILLS = {"error": "FFFFC7CE", "warning": "FFFFEB9C"}
"""ARGB of the fill by severity: Excel's own light red and light yellow."""
HEADER = ("序号", "工作表", "单元格", "级别", "问题")
WORDS = {"error": "错误", "warning": "提醒"}


@dataclass(frozen=True)
class Mark:
    """One fault at its place: sheet, cell ("E7", or "" for the whole sheet), the sentence."""

    sheet: str
    cell: str
    message: str
    severity: Literal["error", "warning"] = "error"


def mark_faults(content: bytes, faults: Sequence[Mark]) -> bytes:
    """Return the workbook with faulty cells filled red (warnings yellow) and a sheet 错误清单 listing the faults.

    Raises:
        WorkbookRefused: the content is no workbook.
    """
    book = open_workbook(content, "")
    if book.format != "xlsx" or content[:2] != b"PK":
        return _drawn_anew(book.sheets, faults)
    return _Marker(Package(content)).marked(faults)


def _worst(faults: Sequence[Mark]) -> dict[tuple[str, str], str]:
    worst: dict[tuple[str, str], str] = {}
    for each in faults:
        if each.cell and worst.get((each.sheet, each.cell)) != "error":
            worst[each.sheet, each.cell] = each.severity
    return worst


class _Marker:
    """Marks one package."""

    def __init__(self, package: Package) -> None:
        self.package = package
        self.parts: dict[str, bytes] = {}
        self.added: dict[str, bytes] = {}
        self.editors: dict[str, SheetEditor] = {}
        self.styled: dict[tuple[int, str], int] = {}

    def marked(self, faults: Sequence[Mark]) -> bytes:
        styles_part = next(
            target
            for kind, target in self.package.relations(self.package.workbook_part).values()
            if kind.endswith("/styles")
        )
        self.styles = parse_xml(self.package.read(styles_part))
        self._unmark()
        before: dict[tuple[str, str], int] = {}
        for (sheet, cell), severity in _worst(faults).items():
            if sheet in self.package.sheet_parts and sheet != MARK_SHEET:
                editor = self._editor(sheet)
                element = editor.cell(cell)
                before[sheet, cell] = int(element.get("s") or 0)
                element.set("s", str(self._filled(before[sheet, cell], severity)))
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
        """Give cells that we marked before their own format back, as our list tells it (hidden column F)."""
        if MARK_SHEET not in self.package.sheet_parts:
            return
        root = parse_xml(self.package.read(self.package.sheet_parts[MARK_SHEET]))
        for row in root.iter():
            if local(row) != "row":
                continue
            texts = {(each.get("r") or "")[:1]: "".join(str(t) for t in each.itertext()) for each in row}
            sheet, cell, style = texts.get("B", ""), texts.get("C", ""), texts.get("F", "")
            if style.isdigit() and sheet in self.package.sheet_parts:
                self._editor(sheet).cell(cell).set("s", style)

    def _filled(self, style: int, severity: str) -> int:
        """Return the number of a format like `style` with our fill."""
        if (style, severity) not in self.styled:
            formats = self._child("cellXfs")
            fresh = copy.deepcopy(formats[style]) if style < len(formats) else copy.deepcopy(formats[0])
            fresh.set("fillId", str(self._fill(severity)))
            fresh.set("applyFill", "1")
            formats.append(fresh)
            formats.set("count", str(len(formats)))
            self.styled[style, severity] = len(formats) - 1
        return self.styled[style, severity]

    def _fill(self, severity: str) -> int:
        fills = self._child("fills")
        for number, each in enumerate(fills):
            if any(one.get("rgb") == FILLS[severity] and local(one) == "fgColor" for one in each.iter()):
                return number
        namespace = etree.QName(self.styles).namespace
        pattern = etree.SubElement(
            etree.SubElement(fills, f"{{{namespace}}}fill"),
            f"{{{namespace}}}patternFill",
            patternType="solid",
        )
        etree.SubElement(pattern, f"{{{namespace}}}fgColor", rgb=FILLS[severity])
        etree.SubElement(pattern, f"{{{namespace}}}bgColor", indexed="64")
        fills.set("count", str(len(fills)))
        return len(fills) - 1

    def _child(self, name: str) -> etree._Element:
        return next(each for each in self.styles if local(each) == name)

    def _list(self, faults: Sequence[Mark], before: dict[tuple[str, str], int]) -> None:
        content = _list_xml(faults, before)
        if MARK_SHEET in self.package.sheet_parts:
            self.parts[self.package.sheet_parts[MARK_SHEET]] = content
            return
        folder = posixpath.dirname(self.package.workbook_part)
        number = 1
        while f"{folder}/worksheets/marks{number}.xml" in self.package.part_names:
            number += 1
        part = f"{folder}/worksheets/marks{number}.xml".lstrip("/")
        self.added[part] = content
        self._register(part)

    def _register(self, part: str) -> None:
        """Tell content types, relations and the list of sheets of the new part."""
        types = parse_xml(self.package.read("[Content_Types].xml"))
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
        workbook = copy.deepcopy(self.package.workbook)
        sheets = next(each for each in workbook if local(each) == "sheets")
        highest = max((int(each.get("sheetId") or 0) for each in sheets), default=0)
        namespace = next(
            (str(key)[1:].split("}")[0] for key in sheets[0].attrib if str(key).endswith("}id")),
            OFFICE_RELATIONS,
        )
        fresh = etree.SubElement(sheets, f"{{{etree.QName(workbook).namespace}}}sheet")
        fresh.set("name", MARK_SHEET)
        fresh.set("sheetId", str(highest + 1))
        fresh.set(f"{{{namespace}}}id", f"rId{number}")
        self.parts[self.package.workbook_part] = serialize(workbook)


def _list_xml(faults: Sequence[Mark], before: dict[tuple[str, str], int]) -> bytes:
    """Return the sheet of the list. Column F, hidden, keeps each marked cell's own format for the way back."""
    rows = [_row(1, HEADER)]
    for number, each in enumerate(faults, 1):
        style = before.get((each.sheet, each.cell))
        values = (str(number), each.sheet, each.cell, WORDS[each.severity], each.message)
        rows.append(_row(number + 1, (*values, "" if style is None else str(style))))
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


def _row(number: int, values: Sequence[str]) -> str:
    cells = "".join(
        f'<c r="{"ABCDEF"[index]}{number}" t="inlineStr"><is><t xml:space="preserve">{escape(safe_text(value))}</t></is></c>'
        for index, value in enumerate(values)
        if value
    )
    return f'<row r="{number}">{cells}</row>'


def _drawn_anew(sheets: Sequence[Sheet], faults: Sequence[Mark]) -> bytes:
    """Return an .xlsx with the cells of another format, marked."""
    out = io.BytesIO()
    worst = _worst(faults)
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        plain = book.add_format({"border": 1, "text_wrap": True, "valign": "vcenter"})
        fills = {
            severity: book.add_format(
                {
                    "border": 1,
                    "text_wrap": True,
                    "valign": "vcenter",
                    "bg_color": f"#{colour[2:]}",
                    "pattern": 1,
                }
            )
            for severity, colour in FILLS.items()
        }
        for sheet in sheets:
            if sheet.name == MARK_SHEET:
                continue
            target = book.add_worksheet(sheet.name)
            target.set_landscape()
            target.set_paper(9)
            target.fit_to_pages(1, 0)
            marked = {
                position(cell): severity for (name, cell), severity in worst.items() if name == sheet.name
            }
            _copy(target, sheet, marked, plain, fills)
        listed = book.add_worksheet(MARK_SHEET)
        for column, (word, width) in enumerate(zip(HEADER, (6, 20, 10, 8, 90), strict=True)):
            listed.set_column(column, column, width)
            listed.write_string(0, column, word, plain)
        for number, each in enumerate(faults, 1):
            for column, text in enumerate(
                (str(number), each.sheet, each.cell, WORDS[each.severity], each.message)
            ):
                listed.write_string(number, column, text, plain)
    return out.getvalue()


def _copy(
    target: xlsxwriter.worksheet.Worksheet,
    sheet: Sheet,
    marked: dict[tuple[int, int], str],
    plain: object,
    fills: dict[str, object],
) -> None:
    widths = [8.0] * (sheet.width + 1)
    for row in range(1, sheet.height + 1):
        lines = 1
        for column in range(1, sheet.width + 1):
            span = sheet.span(row, column)
            if (span.top, span.left) != (row, column):
                continue
            text = cell_text(sheet.value(row, column))
            style = fills[marked[row, column]] if (row, column) in marked else plain
            if span.rows > 1 or span.columns > 1:
                target.merge_range(row - 1, column - 1, span.bottom - 1, span.right - 1, "", style)
            else:
                widths[column] = min(max(widths[column], len(text.strip(BLANKS)) * 2.0), 30.0)
                lines = max(lines, lines_needed(text, 28))
            if text or (row, column) in marked:
                target.write_string(row - 1, column - 1, text, style)
        if lines > 1:
            target.set_row(row - 1, min(lines * 15, 400))
    for column in range(1, sheet.width + 1):
        target.set_column(column - 1, column - 1, widths[column])
