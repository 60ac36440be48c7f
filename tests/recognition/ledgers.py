"""Applications drawn one a row: headers of one to three levels, totals, tails, several tables on a sheet."""

from __future__ import annotations

import random
from collections.abc import Callable

from tests.recognition import values
from tests.recognition.drawing import Drawn, Page, Paper, letters
from tests.recognition.offices import Item, Office
from tests.recognition.values import Record

TOTALS = ("合计", "合 计", "总计", "本页小计", "小计")
TAILS = ("填表人:张三      审核人:李四      2026年3月2日", "制表:王五    联系电话:022-24981234", "注:本表一式两份。",
         "单位负责人(签字):        填报日期:2026年3月2日")  # fmt: skip
_PARTS = {
    ("period_start", "period_end"): ("授权时间", ("起", "止")),
    ("contact_name", "contact_phone"): ("联系人", ("姓名", "电话")),
    ("funds_amount", "funds_source"): ("拨付工作经费", ("金额", "来源")),
}


class Ledger:
    """The columns of one office's ledger. What is decided here is the same for every file of the office."""

    def __init__(self, office: Office, levels: int) -> None:
        self.office, self.levels = office, levels
        rng = office.rng
        items = list(office.items)
        rng.shuffle(items)
        self.serial = rng.choice(("序号", "序号", "") if office.words != "unknown" else ("次序", "序号", ""))
        self.extra = rng.random() < 0.3
        self.columns: list[Item] = []
        self.groups: list[str] = []
        for item in items:
            group = rng.choice(("", "", "基本情况", "其他内容")) if levels > 1 else ""
            self.columns.append(item)
            self.groups.append(group)
        if self.extra:
            at = rng.randrange(len(self.columns) + 1)
            self.columns.insert(at, Item("是否上会", ()))
            self.groups.insert(at, "")
        self.split = self._split_pairs() if levels == 3 and office.words != "unknown" else {}

    def _split_pairs(self) -> dict[int, tuple[str, str]]:
        """Column -> (group, leaf): fields whose labels stand as 起 and 止 under one label, moved side by side."""
        found: dict[int, tuple[str, str]] = {}
        for keys, (group, leaves) in _PARTS.items():
            alone = [item for item in self.columns if len(item.keys) == 1 and item.keys[0] in keys]
            if len(alone) < 2:
                continue
            for item in sorted(alone, key=lambda each: keys.index(each.keys[0])):
                at = self.columns.index(item)
                self.columns.append(self.columns.pop(at))
                self.groups.append(self.groups.pop(at))
            last = len(self.columns)
            found = {number - 2: each for number, each in found.items()}
            own = "(元)" if self.office.unit_line and keys[0] == "funds_amount" else ""
            unit = "(万元)" if self.columns[last - 2].ten_thousand else own
            found |= {last - 2: (group, leaves[0] + unit), last - 1: (group, leaves[1])}
        return found

    @property
    def width(self) -> int:
        return len(self.columns) + bool(self.serial)

    def header(self, page: Page, row: int, left: int) -> int:
        """Draw the header; return the row behind it."""
        first = left + bool(self.serial)
        depth = self.levels
        if self.serial:
            page.put(row, left, self.serial, depth)
        number = 0
        while number < len(self.columns):
            column = first + number
            if number in self.split:
                group, leaf = self.split[number]
                page.put(row, column, "授权和保障", 1, 2)
                page.put(row + 1, column, group, 1, 2)
                page.put(row + 2, column, leaf)
                page.put(row + 2, column + 1, self.split[number + 1][1])
                number += 2
                continue
            item, group = self.columns[number], self.groups[number]
            if group:
                page.put(row, column, group)
                page.put(row + 1, column, item.label, depth - 1)
            else:
                page.put(row, column, item.label, depth)
            number += 1
        return row + depth

    def row(self, page: Page, rng: random.Random, row: int, left: int, record: Record, number: int,
            skip: frozenset[str] = frozenset()) -> None:  # fmt: skip
        """Draw one record."""
        page.paper.truth.append(record)
        if self.serial:
            page.put(row, left, number)
        for at, item in enumerate(self.columns, left + bool(self.serial)):
            if not item.keys:
                page.put(row, at, rng.choice(("已上会", "未上会", "")))
            elif item.keys[0] not in skip:
                page.put(row, at, self.office.write(rng, item, record))

    def pointed(self, left: int) -> dict[str, list[str]]:
        first = left + bool(self.serial)
        return {letters(first + at): list(item.keys) for at, item in enumerate(self.columns) if item.keys}

    @property
    def keys(self) -> frozenset[str]:
        return frozenset(key for item in self.columns for key in item.keys)


def _title(page: Page, office: Office, row: int, left: int, width: int) -> int:
    if office.rng.random() < 0.8:
        page.put(row, left, "社区工作事务准入申请汇总表", 1, width)
        row += 1
    if office.rng.random() < 0.6:
        page.put(row, left, "填报单位:区民政局")
        page.put(row, left + width - 2, "填报日期:2026年3月2日")
        row += 1
    return _unit_line(page, office, row, left, width)


def _unit_line(page: Page, office: Office, row: int, left: int, width: int) -> int:
    if office.unit_line:
        page.put(row, left + width - 1, office.unit_line)
    return row + bool(office.unit_line)


def _total(page: Page, office: Office, ledger: Ledger, rng: random.Random, row: int, left: int) -> int:
    page.put(row, left, rng.choice(TOTALS))
    page.put(row, left + ledger.width - 1, 99)
    return row + 1


def plain(office: Office, rng: random.Random, levels: int) -> Drawn:
    """One table: title, unit row, header, rows with gaps, total, signatures."""
    paper = Paper()
    page = paper.page(rng.choice(("汇总", "Sheet1")))
    ledger = Ledger(office, levels)
    left = office.rng.choice((1, 1, 2))
    row = _title(page, office, office.rng.choice((1, 1, 3)), left, ledger.width)
    behind = ledger.header(page, row, left)
    page.point("ledger", ledger.pointed(left), (row, behind - 1))
    row = behind
    for number in range(1, rng.randint(2, 9)):
        row += rng.random() < 0.1
        ledger.row(page, rng, row, left, values.record(rng, office.form, number), number)
        row += 1
    if rng.random() < 0.6:
        row = _total(page, office, ledger, rng, row, left)
    if rng.random() < 0.6:
        page.put(row, left, rng.choice(TAILS))
    return paper.done(ledger.keys)


def paged(office: Office, rng: random.Random, levels: int) -> Drawn:
    """Page by page: a subtotal, signatures, and the header again."""
    paper = Paper()
    page = paper.page("汇总")
    ledger = Ledger(office, levels)
    row = _title(page, office, 1, 1, ledger.width)
    number = 0
    for _ in range(rng.randint(2, 3)):
        behind = ledger.header(page, row, 1)
        page.point("ledger", ledger.pointed(1), (row, behind - 1))
        row = behind
        for _ in range(rng.randint(2, 5)):
            number += 1
            ledger.row(page, rng, row, 1, values.record(rng, office.form, number), number)
            row += 1
        row = _total(page, office, ledger, rng, row, 1)
        page.put(row, 1, rng.choice(TAILS))
        row += 1
    return paper.done(ledger.keys)


def filled_down(office: Office, rng: random.Random, levels: int) -> Drawn:
    """The unit stands once for its rows, in a merged cell; some rows are hidden."""
    paper = Paper()
    page = paper.page("目录")
    ledger = Ledger(office, levels)
    row = _title(page, office, 1, 1, ledger.width)
    behind = ledger.header(page, row, 1)
    page.point("ledger", ledger.pointed(1), (row, behind - 1))
    row, number = behind, 0
    at = next(column for column, item in enumerate(ledger.columns) if item.keys[:1] == ("applicant_unit",))
    for _ in range(rng.randint(2, 4)):
        count = rng.randint(1, 4)
        shared = values.record(rng, office.form, 0)["applicant_unit"]
        name = values.UNITS[shared - 1].name
        page.put(row, at + 1 + bool(ledger.serial), name, count)
        for _ in range(count):
            number += 1
            record = values.record(rng, office.form, number) | {"applicant_unit": shared}
            ledger.row(page, rng, row, 1, record, number, frozenset({"applicant_unit"}))
            if rng.random() < 0.1:
                page.sheet.set_row(row - 1, None, None, {"hidden": True})
            row += 1
    return paper.done(ledger.keys)


def several(office: Office, rng: random.Random, levels: int) -> Drawn:
    """Several tables below one another, each with a heading, header and total of its own."""
    paper = Paper()
    page = paper.page("汇总")
    ledger = Ledger(office, levels)
    row = 1
    for heading in ("一、长期事项", "二、短期事项", "三、临时事项")[: rng.randint(2, 3)]:
        page.put(row, 1, heading, 1, ledger.width)
        row = _unit_line(page, office, row + 1, 1, ledger.width)
        behind = ledger.header(page, row, 1)
        page.point("ledger", ledger.pointed(1), (row, behind - 1))
        row = behind
        for number in range(1, rng.randint(2, 4)):
            ledger.row(page, rng, row, 1, values.record(rng, office.form, number), number)
            row += 1
        if rng.random() < 0.5:
            row = _total(page, office, ledger, rng, row, 1)
        row += 1
    return paper.done(ledger.keys)


def beside_each_other(office: Office, rng: random.Random, levels: int) -> Drawn:
    """Two tables beside each other; the records of the left one come first."""
    paper = Paper()
    page = paper.page("汇总")
    ledger = Ledger(office, levels)
    left = 1
    for _ in range(2):
        _unit_line(page, office, 1, left, ledger.width)
        behind = ledger.header(page, 2, left)
        page.point("ledger", ledger.pointed(left), (2, behind - 1))
        for number in range(1, rng.randint(2, 5)):
            ledger.row(page, rng, behind + number - 1, left, values.record(rng, office.form, number), number)
        left += ledger.width + 1
    return paper.done(ledger.keys)


LEDGERS: dict[str, Callable[[Office, random.Random, int], Drawn]] = {
    "plain": plain,
    "page by page": paged,
    "unit filled down": filled_down,
    "several tables": several,
    "tables side by side": beside_each_other,
}
