"""Labels written one character a cell, along a row or down a column: read as if the cells were merged."""

from __future__ import annotations

from dataclasses import replace

from templates_xlsx.labels import Vocabulary
from templates_xlsx.sheets import CellValue, Sheet, Span

LONGEST = 12
"""Characters of such a label."""
MAX_ROWS = 400
Place = tuple[int, int]


def gathered(sheet: Sheet, vocabulary: Vocabulary) -> Sheet:
    """Return the sheet with such labels in one merged cell each; the very sheet where it has none."""
    if sheet.height > MAX_ROWS:
        return sheet
    letters = _letters(sheet)
    found: dict[Place, tuple[str, Span]] = {}
    taken: set[Place] = set()
    for place in letters:
        for down, aside in ((0, 1), (1, 0)):
            run = _label_at(place, down, aside, letters, taken, vocabulary)
            if run:
                (top, left), (bottom, right) = run[0], run[-1]
                found[place] = "".join(letters[each] for each in run), Span(top, left, bottom, right)
                taken.update(run)
                break
    if not found:
        return sheet
    rows: list[list[CellValue]] = [list(line) for line in sheet.rows]
    for row, column in taken:
        rows[row - 1][column - 1] = None
    for (row, column), (text, _span) in found.items():
        rows[row - 1][column - 1] = text
    return replace(sheet, rows=rows, merged=(*sheet.merged, *(span for _text, span in found.values())))


def _letters(sheet: Sheet) -> dict[Place, str]:
    """The cells of their own that hold one character of a script of words; "" where only spaces part two of them."""
    found = {}
    for row, line in enumerate(sheet.rows, 1):
        for column, value in enumerate(line, 1):
            if not isinstance(value, str) or not value:
                continue
            text = value.strip()
            if not text or (len(text) == 1 and text > "\u2e80"):
                span = sheet.span(row, column)
                if span.rows == span.columns == 1:
                    found[row, column] = text
    return found


def _label_at(
    place: Place, down: int, aside: int, letters: dict[Place, str], taken: set[Place], vocabulary: Vocabulary
) -> list[Place]:
    """The longest run of characters from a cell that is a label of the form word for word; none where no run is."""
    if not letters[place]:
        return []
    run: list[Place] = []
    best: list[Place] = []
    row, column = place
    while (row, column) in letters and (row, column) not in taken and len(run) < LONGEST:
        run.append((row, column))
        if len(run) > 1 and letters[run[-1]]:
            meaning = vocabulary.strict("".join(letters[each] for each in run))
            if meaning is not None and meaning.keys:
                best = list(run)
        row, column = row + down, column + aside
    return best
