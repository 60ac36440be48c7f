"""A drawn workbook -> a template: placeholders become named cells, the words around them stay, long texts wrap.

What comes out is also the blank form that is given back. Only sheets with such cells, the list of names, the cell
formats and the custom properties are rewritten; all else stays byte for byte.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from lxml import etree

from templates_xlsx.cellwriter import SheetEditor
from templates_xlsx.drawing import Drawing
from templates_xlsx.drawn import Drawn, DrawnCell, DrawnList
from templates_xlsx.origin import Origin
from templates_xlsx.package import Package, local, parse_xml, serialize
from templates_xlsx.placeholders import NUMBER, Pattern, Words, render, slots
from templates_xlsx.recognise import NAME_PREFIX
from templates_xlsx.runs import dressed
from templates_xlsx.sheets import Sheet, position, reference
from templates_xlsx.stamping import stamped

_BEFORE_NAMES = ("sheets", "functionGroups", "externalReferences")


def converted(drawing: Drawing, key: str, version: int, earlier: Drawn | None = None) -> Drawn:
    """Return the template of a drawing without errors.

    Args:
        earlier: the version before. Where its blank form was redrawn (names, but no placeholders any more),
            its patterns stand for cells whose words are the same still.
    """
    cells = tuple(_inherited(each, drawing, earlier) for each in drawing.cells)
    package = Package(drawing.content)
    editors = {
        sheet: SheetEditor(package.read(package.sheet_parts[sheet])) for sheet in {c.sheet for c in cells}
    }
    for each in cells:
        if any(slot.word for slot in slots(each.pattern)):
            blank = [piece if isinstance(piece, str) else piece.blank for piece in each.pattern]
            editors[each.sheet].write(each.cell, dressed(blank, each.runs))
    lists = tuple(_list(found, drawing, editors) for found in lists_of(cells))
    parts = _wrapped(package, editors, cells, lists)
    reckoned = _uncached(package, editors)
    parts.update({package.sheet_parts[sheet]: editor.content() for sheet, editor in editors.items()})
    parts[package.workbook_part] = named(package, cells, reckon=reckoned)
    changed, added = stamped(package, Origin(key, version=version))
    return Drawn(package.replaced({**parts, **changed}, added), cells, lists, key, version)


def blank_text(pattern: Pattern) -> str:
    """Return what a cell shows while nothing is filled in."""
    return render(pattern, lambda slot: "")


def placeheld(drawn: Drawn, words: Words) -> bytes:
    """Return a template as somebody would draw it: `{{字段}}` in each cell, to be redrawn in Excel or WPS."""
    package = Package(drawn.content)
    editors: dict[str, SheetEditor] = {}
    for each in drawn.cells:
        editor = editors.setdefault(each.sheet, SheetEditor(package.read(package.sheet_parts[each.sheet])))
        pieces = [
            piece
            if isinstance(piece, str)
            else " ".join(f"{{{{{words.word_of(key)}}}}}" for key in piece.keys)
            for piece in each.pattern
        ]
        editor.write(each.cell, dressed(pieces, each.runs))
    gone = {NAME_PREFIX + name for each in drawn.cells for name in each.names}
    root = copy.deepcopy(package.workbook)
    for holder in [each for each in root if local(each) == "definedNames"]:
        for name in [each for each in holder if each.get("name") in gone]:
            holder.remove(name)
        if len(holder) == 0:
            root.remove(holder)
    parts = {package.sheet_parts[sheet]: editor.content() for sheet, editor in editors.items()}
    return package.replaced({**parts, package.workbook_part: serialize(root)})


def _inherited(cell: DrawnCell, drawing: Drawing, earlier: Drawn | None) -> DrawnCell:
    """Return a cell with the pattern of the version before, where its words are those of that version."""
    if earlier is None or any(slot.word for slot in slots(cell.pattern)):
        return cell
    before = next((each for each in earlier.cells if sorted(each.names) == sorted(cell.names)), None)
    if before is None or before.plain:
        return cell
    stands = drawing.book.sheet(cell.sheet).value(*position(cell.cell))
    if str(stands or "").split() != blank_text(before.pattern).split():
        return cell
    return replace(cell, pattern=before.pattern, names=before.names, runs=before.runs)


def named(package: Package, cells: Iterable[DrawnCell], *, reckon: bool = False) -> bytes:
    """Return the workbook part with a name for each key of each cell. `reckon`: formulas are, when it is opened."""
    root = copy.deepcopy(package.workbook)
    tag = f"{{{etree.QName(root).namespace}}}"
    holder = next((each for each in root if local(each) == "definedNames"), None)
    if holder is None:
        holder = etree.Element(tag + "definedNames")
        last = [each for each in root if local(each) in _BEFORE_NAMES][-1]
        last.addnext(holder)
    wanted = {NAME_PREFIX + name: each for each in cells for name in each.names}
    for old in [each for each in holder if each.get("name") in wanted and each.get("localSheetId") is None]:
        holder.remove(old)
    for name, each in wanted.items():
        row, column = position(each.cell)
        made = etree.SubElement(holder, tag + "definedName", name=name)
        made.text = f"{quoted(each.sheet)}!${reference(row, column).removesuffix(str(row))}${row}"
    calc = next((each for each in root if local(each) == "calcPr"), None)
    if reckon:
        if calc is None:
            calc = etree.Element(tag + "calcPr")
            holder.addnext(calc)
        calc.set("fullCalcOnLoad", "1")
    if len(holder) == 0:
        root.remove(holder)
    return serialize(root)


def _uncached(package: Package, editors: dict[str, SheetEditor]) -> bool:
    """Forget the results of formulas: they are those of the empty drawing, and some programs would show them."""
    found = False
    for sheet, part in package.sheet_parts.items():
        content = package.read(part)
        if b"<f" not in content and b":f" not in content:
            continue
        editor = editors.setdefault(sheet, SheetEditor(content))
        found = editor.forget_results() or found
    return found


def quoted(sheet: str) -> str:
    """Return a sheet's name as a formula writes it."""
    return "'" + sheet.replace("'", "''") + "'"


MAX_SPARE = 200
"""Empty rows below a list's first that are looked at."""


def lists_of(cells: Iterable[DrawnCell]) -> list[tuple[DrawnCell, ...]]:
    """Return the cells of each list's row."""
    found: dict[tuple[str, str], list[DrawnCell]] = {}
    for each in cells:
        if each.row_of:
            found.setdefault((each.sheet, each.row_of), []).append(each)
    return [tuple(each) for each in found.values()]


def _list(cells: tuple[DrawnCell, ...], drawing: Drawing, editors: dict[str, SheetEditor]) -> DrawnList:
    """Return a list with the empty rows that were drawn below its first: they are filled before rows are added."""
    sheet, editor = drawing.book.sheet(cells[0].sheet), editors[cells[0].sheet]
    row = position(cells[0].cell)[0]
    taken = {position(each.cell)[0] for each in drawing.cells if each.sheet == cells[0].sheet}
    spare = 0
    while (
        spare < MAX_SPARE
        and row + spare + 1 not in taken
        and _is_spare(sheet, editor, cells, row + spare + 1)
    ):
        spare += 1
    return DrawnList(cells[0].row_of, cells[0].sheet, row, spare)


def _is_spare(sheet: Sheet, editor: SheetEditor, cells: tuple[DrawnCell, ...], row: int) -> bool:
    """Whether a row looks like a list's first and is empty; a running number may stand in it."""
    if not editor.has_row(row):
        return False
    above, columns = position(cells[0].cell)[0], [position(each.cell)[1] for each in cells]
    numbers = {position(each.cell)[1] for each in cells if each.keys[0].endswith(f".{NUMBER}")}
    for column in range(min(columns), max(columns) + 1):
        span, drawn = sheet.span(row, column), sheet.span(above, column)
        if span.top < row:
            continue  # the label beside the list reaches down
        if (span.left, span.right, span.bottom) != (drawn.left, drawn.right, row):
            return False
        if sheet.value(row, column) is not None and column not in numbers:
            return False
        if column in columns and editor.style(reference(row, column)) != editor.style(
            reference(above, column)
        ):
            return False
    return True


def _wrapped(
    package: Package,
    editors: dict[str, SheetEditor],
    cells: Sequence[DrawnCell],
    lists: Sequence[DrawnList],
) -> dict[str, bytes]:
    """Let the cells that are filled wrap: filling itself never touches the formats."""
    relations = package.relations(package.workbook_part)
    part = next((target for kind, target in relations.values() if kind.endswith("/styles")), None)
    if part is None:
        return {}
    root = parse_xml(package.read(part))
    formats = next((each for each in root if local(each) == "cellXfs"), None)
    if formats is None:
        return {}
    tag = f"{{{etree.QName(root).namespace}}}"
    wrapping: dict[int, int] = {}
    for sheet, cell in _filled(cells, lists):
        style = editors[sheet].style(cell)
        if style >= len(formats):
            continue
        if style not in wrapping:
            wrapping[style] = _wrapping(formats, style, tag)
        editors[sheet].restyle(cell, wrapping[style])
    if all(old == new for old, new in wrapping.items()):
        return {}
    formats.set("count", str(len(formats)))
    return {part: serialize(root)}


def _filled(cells: Sequence[DrawnCell], lists: Sequence[DrawnList]) -> Iterator[tuple[str, str]]:
    """Yield (sheet, cell) of all that is ever written into, the spare rows of lists too."""
    spare = {(each.sheet, each.key): each.spare for each in lists}
    for each in cells:
        row, column = position(each.cell)
        for number in range(spare.get((each.sheet, each.row_of), 0) + 1 if each.row_of else 1):
            yield each.sheet, reference(row + number, column)


def _wrapping(formats: etree._Element, style: int, tag: str) -> int:
    given = formats[style]
    alignment = next((each for each in given if local(each) == "alignment"), None)
    if alignment is not None and {alignment.get("wrapText"), alignment.get("shrinkToFit")} & {"1", "true"}:
        return style
    made = copy.deepcopy(given)
    alignment = next((each for each in made if local(each) == "alignment"), None)
    if alignment is None:
        alignment = etree.Element(tag + "alignment", vertical="center")
        made.insert(0, alignment)
    alignment.set("wrapText", "1")
    made.set("applyAlignment", "1")
    formats.append(made)
    return len(formats) - 1
