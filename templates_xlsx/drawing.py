"""Looking at a drawn template: which cell takes what, and everything that is wrong with it, each at its cell."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from typing import Any

from forms.kinds import KINDS
from forms.setting import NoUnits
from templates_xlsx.anchors import stretching
from templates_xlsx.cellwriter import SheetEditor
from templates_xlsx.drawn import TWICE, DrawnCell, named_cells
from templates_xlsx.drawn_findings import DrawnFinding
from templates_xlsx.grid import open_workbook
from templates_xlsx.labels import normalise
from templates_xlsx.outline import printed_lines
from templates_xlsx.package import DefinedName, Package, local, parse_xml
from templates_xlsx.paper_width import too_wide
from templates_xlsx.papertext import MAX_BOXES
from templates_xlsx.placeholders import NUMBER, Pattern, Slot, Words, dated, lined, slots, split, unclosed
from templates_xlsx.recognise import NAME_PREFIX
from templates_xlsx.refusals import WorkbookRefused
from templates_xlsx.runs import Runs, runs_of, shared_runs, spread
from templates_xlsx.sheets import Book, Sheet, cell_text, column_letters, position, reference

BRACES = ("{{", "\uff5b\uff5b")


@dataclass(frozen=True)
class Drawing:
    """A workbook that was looked at: what would be filled, and the findings in reading order."""

    content: bytes
    book: Book
    cells: tuple[DrawnCell, ...]
    findings: tuple[DrawnFinding, ...]


def look_at(content: bytes, name: str, words: Words) -> Drawing:
    """Look at a workbook somebody drew.

    Raises:
        WorkbookRefused: it is no .xlsx, or is not safe to open (`template_format` tells how to save it).
        ConfidentialRefused: it carries a secrecy mark.
    """
    book = open_workbook(content, name)
    if book.format != "xlsx" or "macros" in book.notes:
        raise WorkbookRefused("template_format", name=name)
    look = _Look(Package(content), book, words)
    look.all()
    order = {sheet.name: number for number, sheet in enumerate(book.sheets)}

    def place(each: DrawnCell | DrawnFinding) -> tuple[int, tuple[int, int]]:
        return order.get(each.sheet, -1), position(each.cell) if each.cell else (0, 0)

    cells = _numbered(sorted(look.cells, key=place), look)
    return Drawing(content, book, cells, tuple(sorted(look.findings, key=place)))


def _numbered(cells: list[DrawnCell], look: _Look) -> tuple[DrawnCell, ...]:
    """Give a name to each key of each cell; a key that is drawn again gets a number, and is told."""
    first: dict[str, DrawnCell] = {}
    seen: dict[str, int] = {}
    found = []
    for each in cells:
        names = []
        for key in each.keys:
            seen[key] = seen.get(key, 0) + 1
            names.append(key if seen[key] == 1 else f"{key}{TWICE}{seen[key]}")
            other = first.setdefault(key, each)
            if seen[key] > 1:
                other_place = other.cell if other.sheet == each.sheet else f"{other.sheet}!{other.cell}"
                facts = {"word": look.words.word_of(key), "other": other_place}
                look.find("doubled", each.sheet, each.cell, **facts)
        found.append(replace(each, names=tuple(names)))
    return tuple(found)


class _Look:
    """One look at a workbook: collects cells and findings."""

    def __init__(self, package: Package, book: Book, words: Words) -> None:
        self.package, self.book, self.words = package, book, words
        self.cells: list[DrawnCell] = []
        self.findings: list[DrawnFinding] = []
        self.forms = "”“".join(form.title for form in words.forms)

    def find(self, rule: str, sheet: str = "", cell: str = "", name: str = "", **facts: Any) -> None:
        self.findings.append(DrawnFinding(rule, sheet, cell, name, {"name": name, **facts}))

    def all(self) -> None:
        for sheet in self.book.sheets:
            for row, column, text in braced(sheet):
                self._cell(sheet, row, column, text)
        self._names()
        self._outside()
        self._lists()
        self._papers()
        self._drawings()
        if not self.cells and not self.findings:
            fields = [each for form in self.words.forms for each in form.fields if each.kind != "files"]
            self.find("names", example=self.words.word_of(fields[0].key) if fields else "字段")
        elif self.cells:
            self._missing()

    @cached_property
    def _editors(self) -> dict[str, SheetEditor]:
        return {name: SheetEditor(self.package.read(part)) for name, part in self.package.sheet_parts.items()}

    @cached_property
    def _shared_runs(self) -> dict[int, Runs]:
        return shared_runs(self.package)

    def _runs(self, sheet: str, where: str) -> Runs:
        """The formats of the letters within a cell."""
        cell = self._editors[sheet].cell(where)
        text = next((each for each in cell if local(each) in ("v", "is")), None)
        if text is None or cell.get("t") not in ("s", "inlineStr"):
            return ()
        return runs_of(text) if local(text) == "is" else self._shared_runs.get(int(text.text or -1), ())

    def _cell(self, sheet: Sheet, row: int, column: int, text: str) -> None:
        where = reference(row, column)
        if unclosed(text):
            self.find("unclosed", sheet.name, where)
        literals, given = split(text)
        pieces: list[str | Slot] = [literals[0]] if literals[0] else []
        for word, literal in zip(given, literals[1:], strict=True):
            slot = self._slot(sheet, where, word)
            if slot is not None:
                pieces.append(slot)
            if literal:
                pieces.append(literal)
        pattern = lined(dated(tuple(pieces)))
        if not slots(pattern) or not self._stands(sheet, row, column):
            return
        for one, other in pairwise(pattern):
            if isinstance(one, Slot) and isinstance(other, Slot):
                self.find("together", sheet.name, where, first=one.word, second=other.word)
        keys = [key for slot in slots(pattern) for key in slot.keys]
        row_of = self.words.list_of(keys)
        label, runs = label_of(sheet, row, column), spread(pattern, self._runs(sheet.name, where))
        self.cells.append(DrawnCell(sheet.name, where, (), pattern, label, row_of, runs))

    def _stands(self, sheet: Sheet, row: int, column: int) -> bool:
        """Whether a value would be seen here; finds what is in the way."""
        where, span = reference(row, column), sheet.span(row, column)
        if sheet.hidden:
            self.find("hidden_sheet", sheet.name, where)
        if (span.top, span.left) != (row, column):
            self.find("covered", sheet.name, where, home=reference(span.top, span.left))
            return False
        if self._editors[sheet.name].reckoned(where):
            self.find("formula", sheet.name, where)
            return False
        return True

    def _slot(self, sheet: Sheet, where: str, word: str) -> Slot | None:
        keys = self.words.keys_of(word)
        if not keys:
            self.find("unknown", sheet.name, where, word=word, forms=self.forms, **self._near(word))
            return None
        meant = self.words.field(keys[0])
        if meant is not None and meant.kind == "files":
            self.find("files", sheet.name, where, word=word)
            return None
        ticked = meant is not None and meant.kind in ("choice", "choices", "yes_no") and "." not in keys[0]
        if meant is None or not ticked or len(meant.choices) > MAX_BOXES:
            return Slot(keys, word)
        return Slot(keys, word, KINDS[meant.kind].paper([], meant, NoUnits(), "zh"))

    def _near(self, word: str) -> dict[str, str]:
        near = self.words.near(word)
        return {
            "near": f"；是不是“{'”“'.join(near)}”？" if near else "",
            "near_en": f"; did you mean “{'”, “'.join(near)}”?" if near else "",
        }

    def _names(self) -> None:
        """Take the names F_ that stand already, and tell what is wrong with them."""
        drawn = {(each.sheet, each.cell) for each in self.cells}
        places = {(each.name, each.scope): each for each in self.package.defined_names}
        good: dict[str, DefinedName] = {}
        for name, scope, target in _own_names(self.package):
            place = places.get((name, scope))
            word = self.words.word_of(name.removeprefix(NAME_PREFIX))
            if "#REF!" in target or (place is not None and place.sheet not in self.package.sheet_parts):
                self.find("name_lost", name=name, word=word)
            elif place is None:
                self.find("name_target", name=name, word=word, given=target)
            elif not self.words.known(name.removeprefix(NAME_PREFIX)):
                key = name.removeprefix(NAME_PREFIX)
                self.find("unknown_name", place.sheet, place.cell, name, forms=self.forms, **self._near(key))
            elif (place.sheet, place.cell) not in drawn and (scope is None or name not in good):
                good[name] = place
        for each in named_cells(self.package, list(good.values())):
            sheet = next((sheet for sheet in self.book.sheets if sheet.name == each.sheet), None)
            if sheet is not None and self._stands(sheet, *position(each.cell)):
                label = label_of(sheet, *position(each.cell))
                row_of = self.words.list_of(each.keys)
                self.cells.append(replace(each, pattern=self._ordered(each), label=label, row_of=row_of))

    def _ordered(self, cell: DrawnCell) -> Pattern:
        """Keys that share a cell, in the order of the form."""
        order = {each.key: number for form in self.words.forms for number, each in enumerate(form.fields)}
        return (Slot(tuple(sorted(cell.keys, key=lambda key: order.get(key, 0))), ""),)

    def _outside(self) -> None:
        for where, line in printed_lines(self.package, ()):
            if any(each in line for each in BRACES):
                self.find("not_in_cell", where=where, line=line.strip()[:40])
        for name, part in self.package.sheet_parts.items():
            foot = self.package.read(part).partition(b"<headerFooter")[2]
            if any(each.encode() in foot for each in BRACES):
                self.find("not_in_cell", name, where="页眉页脚", line="{{ }}")

    def _lists(self) -> None:
        rows: dict[tuple[str, str], int] = {}
        for each in self.cells:
            if not each.row_of:
                continue
            row = position(each.cell)[0]
            if rows.setdefault((each.sheet, each.row_of), row) != row:
                word, other = self.words.word_of(each.row_of), rows[each.sheet, each.row_of]
                self.find("list_rows", each.sheet, each.cell, word=word, row=other)
        for (name, key), row in rows.items():
            columns = {
                position(each.cell)[1] for each in self.cells if (each.sheet, each.row_of) == (name, key)
            }
            sheet = self.book.sheet(name)
            for column in sorted(columns):
                if sheet.span(row, column).rows > 1:
                    self.find("list_merged", name, reference(row, column))
            self._running_number(sheet, key, row, columns)

    def _running_number(self, sheet: Sheet, key: str, row: int, columns: set[int]) -> None:
        """A 1 below 序号 at the left of a list runs on by itself."""
        left = min(columns) - 1
        if left < 1 or cell_text(sheet.value(row, left)).strip() not in ("1", "1.0"):
            return
        if sheet.span(row, left).rows == 1 and normalise(cell_text(sheet.value(row - 1, left))) == "序号":
            slot = Slot((f"{key}.{NUMBER}",), "序号", "1")
            self.cells.append(DrawnCell(sheet.name, reference(row, left), (), (slot,), "序号", key))

    def _missing(self) -> None:
        drawn = {key.partition(".")[0] for each in self.cells for key in each.keys}
        told: set[str] = set()
        for form in self.words.forms:
            for each in form.fields:
                if each.required and each.kind != "files" and each.key not in drawn | told:
                    told.add(each.key)
                    self._missing_field(each.key)

    def _missing_field(self, key: str) -> None:
        """A required field without a cell is told at the empty one beside its label, where that is drawn."""
        word = self.words.word_of(key)
        taken = {each.place for each in self.cells}
        for sheet in self.book.sheets:
            for row, column, text in () if sheet.hidden else written(sheet):
                if self.words.keys_of(text)[:1] != (key,):
                    continue
                span = sheet.span(row, column)
                for beside in ((row, span.right + 1), (span.bottom + 1, column)):
                    where = reference(*beside)
                    if sheet.value(*beside) is None and (sheet.name, where) not in taken:
                        facts = {"word": word, "label": reference(row, column), "text": text.strip()}
                        self.find("missing_here", sheet.name, where, **facts)
                        return
        self.find("missing_name", word=word)

    def _papers(self) -> None:
        """A sheet that is filled, but is wider than its paper."""
        for sheet in self.book.sheets:
            if sheet.hidden or not any(each.sheet == sheet.name for each in self.cells):
                continue
            areas = self.package.print_areas.get(sheet.name) or [
                (1, max([sheet.width, *(span.right for span in sheet.merged)]))
            ]
            for first, last in areas:
                found = too_wide(self.package, self._editors[sheet.name], first, last)
                if found is not None:
                    facts = {
                        "column": column_letters(found.column),
                        "way": "横向" if found.landscape else "纵向",
                        "way_en": "landscape" if found.landscape else "portrait",
                        **{name: getattr(found, name) for name in ("paper", "printable", "wide")},
                    }
                    self.find("wide", sheet.name, reference(1, found.column), **facts)

    def _drawings(self) -> None:
        """Drawings over rows that may grow, which would be stretched with them."""
        growing = {(each.sheet, position(each.cell)[0]) for each in self.cells if self._may_be_long(each)}
        for name, part in self.package.sheet_parts.items():
            for kind, target in self.package.relations(part).values():
                if not kind.endswith("/drawing") or target not in self.package.part_names:
                    continue
                for first, last, column in stretching(parse_xml(self.package.read(target))):
                    if any((name, row) in growing for row in range(first, min(last, first + 100) + 1)):
                        self.find("stretches", name, reference(first, column))

    def _may_be_long(self, cell: DrawnCell) -> bool:
        fields = [self.words.field(key) for key in cell.keys]
        boxes = any(self.words.is_box(key) and "." not in key for key in cell.keys)
        return boxes or any(each is not None and each.kind == "long_text" for each in fields)


def written(sheet: Sheet) -> Iterator[tuple[int, int, str]]:
    """Yield (row, column, text) of every cell that holds a text, covered ones too."""
    for row, values in enumerate(sheet.rows, 1):
        for column, value in enumerate(values, 1):
            if isinstance(value, str):
                yield row, column, value


def braced(sheet: Sheet) -> Iterator[tuple[int, int, str]]:
    """Yield those in which braces stand."""
    return (each for each in written(sheet) if any(braces in each[2] for braces in BRACES))


def label_of(sheet: Sheet, row: int, column: int) -> str:
    """Return the words left of a cell, else those above it; '' where neither says anything."""
    span = sheet.span(row, column)
    for beside in ((span.top, span.left - 1), (span.top - 1, span.left)):
        if min(beside) < 1:
            continue
        text = cell_text(sheet.value(*beside)).strip()
        if text and not any(each in text for each in BRACES):
            return text
    return ""


def _own_names(package: Package) -> Iterator[tuple[str, str | None, str]]:
    """Yield (name, scope, what it says) of the names F_, lost ones too."""
    for element in package.workbook.iter():
        if local(element) != "definedName" or not element.get("name", "").startswith(NAME_PREFIX):
            continue
        index = element.get("localSheetId")
        within = package.sheet_names[int(index)] if index and int(index) < len(package.sheet_names) else None
        yield element.get("name", ""), within, (element.text or "").strip()
