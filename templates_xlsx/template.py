"""A template: a workbook whose cells are named, and what may be written into them.

Only the cells meant are rewritten inside the package; every other part stays byte for byte, so drawn seals, header
pictures, print settings and protection of an office's own table survive.
"""

from __future__ import annotations

import math
import posixpath
from collections.abc import Callable
from functools import cached_property

from lxml import etree

from templates_xlsx.anchors import Heights, grow_anchors, shift_anchors, shift_vml
from templates_xlsx.cellwriter import MAX_HEIGHT, CellFilling, SheetEditor, lines_needed
from templates_xlsx.package import Package, local, parse_xml, serialize
from templates_xlsx.recognise import NAME_PREFIX
from templates_xlsx.refusals import WorkbookRefused
from templates_xlsx.rowshift import Shift, shift_chain, shift_formulas, shift_notes, shift_sheet
from templates_xlsx.runs import plain_text, tallest
from templates_xlsx.sheets import position
from templates_xlsx.sniffing import sniff

FillValue = CellFilling
LINE = 1.32
"""Height of a line in font sizes, as Excel sets Chinese fonts."""


class Template:
    """A workbook with named cells: where each field stands, and how much room it has there."""

    def __init__(self, content: bytes, name: str = "模板.xlsx", *, checked: bool = False) -> None:
        """`checked`: the bytes are those of a deployed template and were looked at then."""
        if not checked and sniff(content, name).format != "xlsx":
            raise WorkbookRefused("template_format", name=name)
        self.package = Package(content)
        self._parts: dict[str, bytes] = {}
        self.places: dict[str, tuple[str, str]] = {}
        for each in self.package.defined_names:
            if each.name.startswith(NAME_PREFIX) and each.sheet in self.package.sheet_parts:
                key = each.name.removeprefix(NAME_PREFIX)
                # A name of the whole workbook goes before one that copying a sheet made.
                if each.scope is None or key not in self.places:
                    self.places[key] = (each.sheet, each.cell)
        self._editors: dict[str, SheetEditor] = {}
        self._grown: dict[str, dict[int, float]] = {}
        """Sheet -> rows that were made higher -> their height before."""

    def editor(self, sheet: str) -> SheetEditor:
        """Return the editor of a sheet."""
        if sheet not in self._editors:
            self._editors[sheet] = SheetEditor(self.package.read(self.package.sheet_parts[sheet]))
        return self._editors[sheet]

    def together(self, key: str) -> tuple[str, ...]:
        """Return the keys whose names stand on the same cell, in the order of the names."""
        place = self.places.get(key)
        return tuple(each for each, where in self.places.items() if where == place) if place else ()

    @cached_property
    def font_sizes(self) -> list[float]:
        """Font size in points by cell format number."""
        relations = self.package.relations(self.package.workbook_part)
        part = next((target for kind, target in relations.values() if kind.endswith("/styles")), None)
        if part is None:
            return []
        root = parse_xml(self.package.read(part))
        fonts = next((each for each in root if local(each) == "fonts"), ())
        sizes = [_font_size(font) for font in fonts]
        formats = next((each for each in root if local(each) == "cellXfs"), ())
        numbers = [int(each.get("fontId") or 0) for each in formats]
        return [sizes[number] if number < len(sizes) else 11.0 for number in numbers]

    def font_size(self, sheet: str, cell: str) -> float:
        style = self.editor(sheet).style(cell)
        return self.font_sizes[style] if style < len(self.font_sizes) else 11.0

    def room(self, key: str) -> int:
        """Return how many half-width characters a line of a field's cell holds; 0 where the key has no cell."""
        place = self.places.get(key)
        return self.room_at(*place) if place else 0

    def room_at(self, sheet: str, cell: str, size: float = 0) -> int:
        """Return how many half-width characters of a size, that of the cell by default, a line of it holds."""
        editor = self.editor(sheet)
        _, left, _, right = editor.merged().get(cell, (*position(cell), *position(cell)))
        widths = editor.widths()
        whole = sum(widths.get(column, 8.43) for column in range(left, right + 1))
        # A column's width counts digits of 11 points; a little stays free at the borders.
        return max(int((whole - 2.5) * 11 / (size or self.font_size(sheet, cell))), 2)

    def write(self, sheet: str, cell: str, value: FillValue) -> None:
        """Put a value into a cell and let its rows grow until it fits."""
        editor = self.editor(sheet)
        if editor.write(cell, value):
            self._formulas_gone = True
        if isinstance(value, str | tuple) and value:
            size = max(self.font_size(sheet, cell), tallest(value) if isinstance(value, tuple) else 0)
            lines = lines_needed(plain_text(value), self.room_at(sheet, cell, size))
            if lines > 1:
                self._grow(sheet, cell, lines * size * LINE + 6)

    _formulas_gone = False

    def _grow(self, sheet: str, cell: str, needed: float) -> None:
        """Let the rows of a cell grow, the last one first; what no row can hold goes on in new ones below."""
        editor = self.editor(sheet)
        top, _, bottom, _ = editor.merged().get(cell, (*position(cell), *position(cell)))
        heights = {row: editor.height(row) or editor.default_height() for row in range(top, bottom + 1)}
        lacking = needed - sum(heights.values())
        for row in reversed(heights):
            more = min(lacking, MAX_HEIGHT - heights[row])
            if more > 0:
                self._grown.setdefault(sheet, {}).setdefault(row, heights[row])
                editor.grow(row, heights[row] + more)
                lacking -= more
        if lacking > 0 and not self._in_table(sheet, bottom):
            rows = math.ceil(lacking / MAX_HEIGHT)
            self.insert_rows(Shift(sheet, bottom, bottom, rows, continues=True))
            for row in range(bottom + 1, bottom + rows + 1):
                editor.grow(row, lacking / rows)

    def _in_table(self, sheet: str, row: int) -> bool:
        """Whether a row is one of a table of cells, in which Excel merges nothing."""
        for kind, target in self.package.relations(self.package.sheet_parts[sheet]).values():
            if kind.endswith("/table") and target in self.package.part_names:
                first, _, last = parse_xml(self._part(target)).get("ref", "A1").partition(":")
                if position(first)[0] <= row <= position(last or first)[0]:
                    return True
        return False

    def insert_rows(self, shift: Shift) -> None:
        """Put rows into a sheet; names, formulas, drawings and notes below follow."""
        own = self.package.sheet_parts[shift.sheet]
        editor = self.editor(shift.sheet)
        shift_sheet(editor.root, shift)
        shift_anchors(editor.root, shift)
        editor.index()
        grown = self._grown.get(shift.sheet, {})
        self._grown[shift.sheet] = {shift.start(row): before for row, before in grown.items()}
        for name in self.package.sheet_parts:
            if name != shift.sheet and shift.sheet.encode() in self.package.read(
                self.package.sheet_parts[name]
            ):
                shift_formulas(self.editor(name).root, shift, name)
        self.places = {
            key: (sheet, shift.area(cell, grows=False) if sheet == shift.sheet else cell)
            for key, (sheet, cell) in self.places.items()
        }
        self._rewrite(self.package.workbook_part, lambda root: shift_formulas(root, shift, None))
        for part in self._around(own):
            if part.endswith(".vml"):
                self._parts[part] = shift_vml(self._part(part), shift)
            elif "/charts/" in part:
                self._rewrite(part, lambda root: shift_formulas(root, shift, None))
            elif "/drawings/" in part:
                self._rewrite(part, lambda root: shift_anchors(root, shift))
            else:
                self._rewrite(part, lambda root: shift_notes(root, shift))
        chain = posixpath.join(posixpath.dirname(self.package.workbook_part), "calcChain.xml")
        if chain in self.package.part_names:
            number = str(list(self.package.sheet_parts).index(shift.sheet) + 1)
            self._rewrite(chain, lambda root: shift_chain(root, shift, number))

    def _around(self, sheet_part: str) -> list[str]:
        """Parts whose places are rows of a sheet: drawings and their charts, notes, tables."""
        kinds = ("/drawing", "/vmlDrawing", "/comments", "/threadedComment", "/table")
        found = [
            target
            for kind, target in self.package.relations(sheet_part).values()
            if kind.endswith(kinds) and target in self.package.part_names
        ]
        charts = [
            part for part in self.package.part_names if "/charts/chart" in part and part.endswith(".xml")
        ]
        return found + sorted(charts)

    def _part(self, part: str) -> bytes:
        return self._parts.get(part) or self.package.read(part)

    def _rewrite(self, part: str, change: Callable[[etree._Element], None]) -> None:
        """Change a part; one that says the same afterwards stays byte for byte."""
        root = parse_xml(self._part(part))
        before = serialize(root)
        change(root)
        after = serialize(root)
        if after != before:
            self._parts[part] = after

    def content(self) -> bytes:
        """Return the filled workbook."""
        for name, grown in self._grown.items():
            self._let_drawings_follow(name, grown)
        for name, editor in self._editors.items():
            self._parts[self.package.sheet_parts[name]] = editor.content()
        if self._formulas_gone:
            self._parts.update(self._without_chain())
        return self.package.replaced(self._parts)

    def _let_drawings_follow(self, sheet: str, grown: dict[int, float]) -> None:
        editor = self.editor(sheet)
        heights = Heights(editor.default_height(), editor.heights(), grown)
        for kind, part in self.package.relations(self.package.sheet_parts[sheet]).values():
            if kind.endswith("/drawing") and part in self.package.part_names:
                self._rewrite(part, lambda root: grow_anchors(root, heights))

    def _without_chain(self) -> dict[str, bytes]:
        """Empty the list of formulas where one was overwritten: Excel makes it anew, but trips over a stale one."""
        chain = posixpath.join(posixpath.dirname(self.package.workbook_part), "calcChain.xml")
        if chain not in self.package.part_names:
            return {}
        root = parse_xml(self._part(chain))
        sheets = {name: str(number) for number, name in enumerate(self.package.sheet_names, 1)}
        gone = {
            (sheets.get(name), cell.get("r"))
            for name, editor in self._editors.items()
            for cell in editor.root.iter(editor.tag("c"))
            if cell.get("t") == "inlineStr" or len(cell) == 0
        }
        sheet = "1"
        for each in list(root):
            sheet = each.get("i") or sheet
            if (sheet, each.get("r")) in gone and len(root) > 1:
                root.remove(each)
        return {chain: serialize(root)}


def _font_size(font: etree._Element) -> float:
    size = next((each.get("val") for each in font if local(each) == "sz"), None)
    return float(size) if size else 11.0
