"""Looking at a drawn template: which cell takes what, and everything that is wrong with it, each at its cell."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise
from typing import Any, Literal

from lxml import etree

from forms.faults import Sentence
from forms.kinds import KINDS
from forms.setting import NoUnits
from templates_xlsx.cellwriter import SheetEditor
from templates_xlsx.drawn import TWICE, DrawnCell, named_cells
from templates_xlsx.grid import open_workbook
from templates_xlsx.labels import normalise
from templates_xlsx.outline import printed_lines
from templates_xlsx.package import DefinedName, Package, local
from templates_xlsx.papertext import MAX_BOXES
from templates_xlsx.placeholders import NUMBER, Pattern, Slot, Words, dated, lined, slots, split, unclosed
from templates_xlsx.recognise import NAME_PREFIX
from templates_xlsx.refusals import WorkbookRefused
from templates_xlsx.sheets import Book, Sheet, cell_text, position, reference

BRACES = ("{{", "\uff5b\uff5b")

RULES: dict[str, tuple[Literal["error", "warning"], Sentence]] = {
    "unknown": (
        "error",
        Sentence(
            "“{{{{{word}}}}}”不是表单“{forms}”的字段{near}",
            "“{{{{{word}}}}}” is no field of “{forms}”{near_en}",
        ),
    ),
    "unclosed": (
        "error",
        Sentence(
            "占位符不完整：应写成 {{{{字段}}}}，前后各两个花括号",
            "This placeholder is not whole: write {{{{field}}}} with two braces at each end",
        ),
    ),
    "files": (
        "error",
        Sentence("“{word}”是附件，不能填入单元格", "“{word}” holds attachments, which no cell can take"),
    ),
    "formula": (
        "error",
        Sentence(
            "这里是公式，填写会把公式覆盖；请改填到没有公式的单元格",
            "A formula stands here and filling would replace it; choose a cell without one",
        ),
    ),
    "covered": (
        "error",
        Sentence(
            "此单元格被合并区域盖住，填写的内容看不见；请写在合并区域的左上角 {home}",
            "A merged range covers this cell, nothing in it would show; write it into {home}, its top left",
        ),
    ),
    "hidden_sheet": (
        "warning",
        Sentence(
            "工作表“{sheet}”是隐藏的，填写后看不见，导入时也不读取",
            "The sheet “{sheet}” is hidden: what is filled in is not seen, and not read on import",
        ),
    ),
    "together": (
        "warning",
        Sentence(
            "“{first}”与“{second}”之间没有文字隔开，导出可以填写，导入时无法分开",
            "Nothing stands between “{first}” and “{second}”: they can be filled in but not told apart on import",
        ),
    ),
    "doubled": (
        "warning",
        Sentence(
            "“{word}”在 {other} 已经有了；两处都会填写，导入时以 {other} 为准",
            "“{word}” stands at {other} already; both are filled in, and {other} is read on import",
        ),
    ),
    "list_rows": (
        "error",
        Sentence(
            "列表“{word}”的各列应画在同一行，另一列在第 {row} 行",
            "The columns of the list “{word}” must stand in one row; another stands in row {row}",
        ),
    ),
    "list_merged": (
        "error",
        Sentence(
            "列表所在的行有上下合并的单元格，行数增加时无法处理；请取消上下合并",
            "Cells of the list's row are merged downwards, so it cannot grow; undo that merge",
        ),
    ),
    "not_in_cell": (
        "error",
        Sentence(
            "{where}里的占位符“{line}”无法填写；请写到单元格里",
            "A placeholder outside the cells cannot be filled: “{line}” ({where}); write it into a cell",
        ),
    ),
    "name_lost": (
        "error",
        Sentence(
            "名称“{name}”指向的单元格已被删除；请在名称管理器中重新指定或删除该名称",
            "The cell that the name “{name}” stood for was deleted; point it to a cell again, or delete it",
        ),
    ),
    "name_target": (
        "error",
        Sentence(
            "名称“{name}”应指向一个单元格，现为 {given}",
            "The name “{name}” must stand for one cell, not for {given}",
        ),
    ),
    "unknown_name": (
        "error",
        Sentence(
            "名称“{name}”不是表单“{forms}”的字段，请更正或删除该名称{near}",
            "The name “{name}” is no field of the form “{forms}”; mend or delete it{near_en}",
        ),
    ),
    "missing_name": (
        "warning",
        Sentence(
            "没有 {{{{{word}}}}}，必填的“{word}”不会填到表中",
            "There is no {{{{{word}}}}}: “{word}”, which is required, will not be filled in",
        ),
    ),
    "names": (
        "error",
        Sentence(
            "没有占位符，也没有以“F_”开头的名称：请在要填写的单元格里写 {{{{字段}}}}，如 {{{{{example}}}}}",
            "There is neither a placeholder nor a name that begins with “F_”: write {{{{{example}}}}} into its cell",
        ),
    ),
    "no_form": (
        "error",
        Sentence(
            "没有表单用到模板“{name}”，占位符无法对应：文件名应与表单属性 template 或表单的键一致",
            "No form is printed on “{name}”: the file is named as the form's property `template`, or its key",
        ),
    ),
    "unprinted": (
        "warning",
        Sentence(
            "目前没有表单用到模板“{name}”：文件名应与表单属性 template 或表单的键一致",
            "No form is printed on “{name}” yet: the file is named as the form's property `template`, or its key",
        ),
    ),
}
"""Everything a drawn template may be told: severity and sentence. `template.<rule>` in the reports."""


@dataclass(frozen=True)
class DrawnFinding:
    """One thing wrong or doubtful, at its cell ('' for the whole workbook)."""

    rule: str
    sheet: str = ""
    cell: str = ""
    name: str = ""
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def severity(self) -> Literal["error", "warning"]:
        return RULES[self.rule][0]

    @property
    def where(self) -> str:
        """Sheet and cell as a person writes them, else the name."""
        return f"{self.sheet}!{self.cell}" if self.cell else self.sheet or self.name

    def tell(self, locale: str = "zh") -> str:
        """Return the sentence."""
        return RULES[self.rule][1].tell(locale, self.facts)


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
        if not self.cells and not self.findings:
            fields = [each for form in self.words.forms for each in form.fields if each.kind != "files"]
            self.find("names", example=self.words.word_of(fields[0].key) if fields else "字段")
        elif self.cells:
            self._missing()

    @cached_property
    def _formulas(self) -> dict[str, frozenset[str]]:
        return {
            name: _formula_cells(self.package.read(part)) for name, part in self.package.sheet_parts.items()
        }

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
        self.cells.append(DrawnCell(sheet.name, where, (), pattern, label_of(sheet, row, column), row_of))

    def _stands(self, sheet: Sheet, row: int, column: int) -> bool:
        """Whether a value would be seen here; finds what is in the way."""
        where, span = reference(row, column), sheet.span(row, column)
        if sheet.hidden:
            self.find("hidden_sheet", sheet.name, where)
        if (span.top, span.left) != (row, column):
            self.find("covered", sheet.name, where, home=reference(span.top, span.left))
            return False
        if where in self._formulas.get(sheet.name, ()):
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
            if "#REF!" in target or (place is not None and place.sheet not in self.package.sheet_parts):
                self.find("name_lost", name=name)
            elif place is None:
                self.find("name_target", name=name, given=target)
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
                    self.find("missing_name", name=f"F_{each.key}", word=self.words.word_of(each.key))


def braced(sheet: Sheet) -> Iterator[tuple[int, int, str]]:
    """Yield (row, column, text) of every cell in which braces stand, covered ones too."""
    for row, values in enumerate(sheet.rows, 1):
        for column, value in enumerate(values, 1):
            if isinstance(value, str) and any(each in value for each in BRACES):
                yield row, column, value


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


def _formula_cells(content: bytes) -> frozenset[str]:
    if b"<f" not in content and b":f" not in content:
        return frozenset()
    cells: Iterable[etree._Element] = (
        each for row in SheetEditor(content).data for each in row if local(each) == "c"
    )
    return frozenset(cell.get("r", "") for cell in cells if any(local(part) == "f" for part in cell))


def errors(findings: Sequence[DrawnFinding]) -> bool:
    """Whether a template with these findings cannot be used."""
    return any(each.severity == "error" for each in findings)
