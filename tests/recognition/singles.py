"""Applications drawn one a table: label left, above, in one cell, grouped; one or several a sheet or workbook."""

from __future__ import annotations

import random
from collections.abc import Callable

from tests.recognition import values
from tests.recognition.drawing import Drawn, Page, Paper
from tests.recognition.offices import Item, Office
from tests.recognition.values import Record

WIDTH = 6
OPINIONS = ("申请单位意见", "区民政局审核意见", "区网格化管理中心意见", "领导批示", "街道意见")
BLANK = ("", "\n\n      (盖章)    年  月  日", "负责人(签字):     年 月 日")
SIGNED = ("同意。\n张三  2026年3月2日", "拟同意,请审批。", "")
Places = dict[str, list[str]]
Block = Callable[[Office, Page, random.Random, Record, int, int], tuple[Places, int]]
"""Draws one application at a row and column; returns the places of its fields and the row behind it."""


def _line(office: Office, page: Page, rng: random.Random, items: list[Item], record: Record, at: tuple[int, int],
          merged: bool) -> Places:  # fmt: skip
    row, left = at
    share = WIDTH // len(items)
    places: Places = {}
    for number, item in enumerate(items):
        column = left + number * (share if merged else 2)
        page.put(row, column, item.label)
        place = page.put(row, column + 1, office.write(rng, item, record), 1, share - 1 if merged else 1)
        places[place] = list(item.keys)
    return places


def beside(pairs: int) -> Block:
    """Labels left of their values, so many pairs a row."""

    def draw(
        office: Office, page: Page, rng: random.Random, record: Record, row: int, left: int
    ) -> tuple[Places, int]:
        merged = office.rng.random() < 0.7
        places: Places = {}
        items = list(office.items)
        while items:
            count = min(office.rng.choice((1, pairs, pairs)), len(items))
            places |= _line(office, page, rng, items[:count], record, (row, left), merged)
            items, row = items[count:], row + 1
        return places, row

    return draw


def above(
    office: Office, page: Page, rng: random.Random, record: Record, row: int, left: int
) -> tuple[Places, int]:
    """Labels above their values, one to three a row."""
    places: Places = {}
    merged = office.rng.random() < 0.6
    items = list(office.items)
    while items:
        count = min(office.rng.choice((1, 2, 3, 3)), len(items))
        share = WIDTH // count if merged else 1
        for number, item in enumerate(items[:count]):
            page.put(row, left + number * share, item.label, 1, share)
            text = office.write(rng, item, record)
            places[page.put(row + 1, left + number * share, text, 1, share)] = list(item.keys)
        items, row = items[count:], row + 2
    return places, row


def mixed(
    office: Office, page: Page, rng: random.Random, record: Record, row: int, left: int
) -> tuple[Places, int]:
    """Two pairs a row, and the long texts below labels that cross the table."""
    places: Places = {}
    items = [each for each in office.items if each.keys[0] not in ("content", "reason", "legal_basis")]
    while items:
        count = min(2, len(items))
        places |= _line(office, page, rng, items[:count], record, (row, left), True)
        items, row = items[count:], row + 1
    for item in office.items:
        if item.keys[0] in ("content", "reason", "legal_basis"):
            page.put(row, left, item.label, 1, WIDTH)
            places[page.put(row + 1, left, office.write(rng, item, record), 1, WIDTH)] = list(item.keys)
            row += 2
    return places, row


def in_one_cell(
    office: Office, page: Page, rng: random.Random, record: Record, row: int, left: int
) -> tuple[Places, int]:
    """Label and value in one cell, short ones two in a line."""
    places: Places = {}
    colon = office.rng.choice((":", "\uff1a"))
    long = ("content", "reason", "legal_basis", "authority", "staff_equipment", "opinions_heard", "remarks")
    short = [each for each in office.items if each.keys[0] not in long]
    share = office.rng.choice((1, 2))
    lines = [short[at : at + share] for at in range(0, len(short), share)]
    for line in [*lines, *([each] for each in office.items if each.keys[0] in long)]:
        texts = []
        for item in line:
            value = office.write(rng, item, record)
            text = values.day(rng, value) if hasattr(value, "year") else values.text(value)
            label = item.label.rstrip(":\uff1a").replace("\n", "")
            texts.append(f"{label}{colon}{text if len(line) == 1 else text.replace(chr(10), ' ')}")
        place = page.put(row, left, "    ".join(texts), 1, WIDTH)
        places[place] = [key for item in line for key in item.keys]
        row += 1
    return places, row


_GROUPS = {
    "授权": ("content", "target_group", "authority", "period_start", "period_end", "scope"),
    "保障情况": ("funds_amount", "funds_source", "staff_equipment"),
}


def grouped(
    office: Office, page: Page, rng: random.Random, record: Record, row: int, left: int
) -> tuple[Places, int]:
    """Some labels stand beside the tall label of their group."""
    places: Places = {}
    rest = list(office.items)
    for group, keys in _GROUPS.items():
        inside = [each for each in rest if each.keys[0] in keys]
        if len(inside) < 2:
            continue
        rest = [each for each in rest if each not in inside]
        page.put(row, left, group, len(inside))
        for item in inside:
            page.put(row, left + 1, item.label)
            place = page.put(row, left + 2, office.write(rng, item, record), 1, WIDTH - 2)
            places[place] = list(item.keys)
            row += 1
    for item in rest:
        page.put(row, left, item.label, 1, 2)
        places[page.put(row, left + 2, office.write(rng, item, record), 1, WIDTH - 2)] = list(item.keys)
        row += 1
    return places, row


def in_pieces(
    office: Office, page: Page, rng: random.Random, record: Record, row: int, left: int
) -> tuple[Places, int]:
    """Answers one box a cell; a long text on several lines beside a tall label."""
    places: Places = {}
    style = office.box or ("☑", "□", False)
    for item in office.items:
        key = item.keys[0]
        if office.form.field(key).kind in ("choice", "choices"):
            page.put(row, left, item.label)
            pieces = values.box_pieces(office.form, key, record, style)
            cells = [page.put(row, left + 1 + number, piece) for number, piece in enumerate(pieces)]
            places[f"{cells[0]}:{cells[-1]}"] = [key]
        elif key == "content":
            page.put(row, left, item.label, 3)
            lines = str(record[key]).split("\n")
            cells = [
                page.put(row + at, left + 1, lines[at] if at < len(lines) else "", 1, WIDTH - 1)
                for at in range(3)
            ]
            places[f"{cells[0]}:{cells[-1]}"] = [key]
            row += 2
        else:
            page.put(row, left, item.label)
            places[page.put(row, left + 1, office.write(rng, item, record), 1, WIDTH - 1)] = list(item.keys)
        row += 1
    return places, row


def spread(
    office: Office, page: Page, rng: random.Random, record: Record, row: int, left: int
) -> tuple[Places, int]:
    """Labels one character a cell, before a value over the rest of the row; longer ones in one cell."""
    places: Places = {}
    for item in office.items:
        letters = "".join(each for each in item.label if each > "\u2e80")
        apart = 2 <= len(letters) < WIDTH and letters == item.label.strip()
        for number, letter in enumerate(letters if apart else ()):
            page.put(row, left + number, letter)
        first = left + len(letters) if apart else left + 1
        if not apart:
            page.put(row, left, item.label)
        places[page.put(row, first, office.write(rng, item, record), 1, left + WIDTH - first)] = list(
            item.keys
        )
        row += 1
    return places, row


BLOCKS: dict[str, Block] = {
    "label left": beside(1),
    "two pairs a row": beside(2),
    "three pairs a row": beside(3),
    "label above": above,
    "left and above": mixed,
    "label and value in one cell": in_one_cell,
    "grouped labels": grouped,
    "values in pieces": in_pieces,
    "labels one character a cell": spread,
}


def _dressed(
    office: Office, page: Page, rng: random.Random, block: Block, number: int, at: tuple[int, int]
) -> int:
    """Draw one application with its title, opinion boxes and note; return the row behind it."""
    row, left = at
    record = values.record(rng, office.form, number)
    page.paper.truth.append(record)
    if office.rng.random() < 0.8:
        page.put(
            row,
            left,
            office.rng.choice(("社区工作事务准入审批表", "申请准入社区工作事项审批表", "附件1")),
            1,
            WIDTH,
        )
        row += 1
    if office.unit_line:
        page.put(row, left + WIDTH - 1, office.unit_line)
        row += 1
    places, row = block(office, page, rng, record, row, left)
    page.point("single", places)
    for label in office.rng.sample(OPINIONS, office.rng.randint(0, 3)):
        page.put(row, left, label)
        page.put(row, left + 1, rng.choice((*BLANK, *SIGNED)), 1, WIDTH - 1)
        row += 1
    if office.rng.random() < 0.4:
        page.put(row, left, "注:涉密事项请线下办理;本表一式三份。", 1, WIDTH)
        row += 1
    return row


def _keys(office: Office) -> frozenset[str]:
    return frozenset(key for item in office.items for key in item.keys)


def one(office: Office, rng: random.Random, block: Block) -> Drawn:
    """One application, one sheet."""
    paper = Paper()
    page = paper.page(rng.choice(("Sheet1", "审批表", "表一")))
    _dressed(office, page, rng, block, 1, (office.rng.choice((1, 1, 2, 4)), office.rng.choice((1, 1, 2))))
    return paper.done(_keys(office))


def sheets(office: Office, rng: random.Random, block: Block) -> Drawn:
    """Several applications, one a sheet, a sheet of instructions and one that is hidden."""
    paper = Paper()
    notes = paper.page("填表说明")
    for row, text in enumerate(("填表说明", "1. 申请单位:填写全称并盖章。", "2. 联系电话:填写手机或座机。",
                                "3. 工作事务名称应与文件一致。", "4. 起止时间:不得超过三年。"), 1):  # fmt: skip
        notes.put(row, 1, text)
    state = office.rng.getstate()
    for number in range(1, rng.randint(2, 4) + 1):
        office.rng.setstate(state)
        _dressed(office, paper.page(f"事项{number}"), rng, block, number, (1, 1))
    hidden = paper.page("选项")
    hidden.put(1, 1, "申请单位")
    hidden.sheet.hide()
    return paper.done(_keys(office))


def stacked(office: Office, rng: random.Random, block: Block) -> Drawn:
    """Several applications below one another on one sheet."""
    paper = Paper()
    page = paper.page("汇总")
    row, gap = 1, office.rng.randint(0, 2)
    state = office.rng.getstate()
    for number in range(1, rng.randint(2, 4) + 1):
        office.rng.setstate(state)
        row = _dressed(office, page, rng, block, number, (row, 1)) + gap
    return paper.done(_keys(office))


def side_by_side(office: Office, rng: random.Random, block: Block) -> Drawn:
    """Two applications beside one another on one sheet."""
    paper = Paper()
    page = paper.page("汇总")
    left, gap = 1, office.rng.randint(0, 1)
    state = office.rng.getstate()
    for number in (1, 2):
        office.rng.setstate(state)
        _dressed(office, page, rng, block, number, (1, left))
        left += WIDTH + gap
    return paper.done(_keys(office))


def two_by_two(office: Office, rng: random.Random, block: Block) -> Drawn:
    """Four applications on one sheet, two beside one another and two below these."""
    paper = Paper()
    page = paper.page("汇总")
    top, gap = 1, office.rng.randint(0, 1)
    state = office.rng.getstate()
    for first in (1, 3):
        ends = []
        for number, left in ((first, 1), (first + 1, 1 + WIDTH + gap)):
            office.rng.setstate(state)
            ends.append(_dressed(office, page, rng, block, number, (top, left)))
        top = max(ends) + gap
    return paper.done(_keys(office))


ARRANGED = {
    "one": one,
    "several sheets": sheets,
    "several on a sheet": stacked,
    "side by side": side_by_side,
    "two by two": two_by_two,
}
