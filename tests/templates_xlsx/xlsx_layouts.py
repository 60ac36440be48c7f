"""A generator of layouts: the same values drawn as different offices would draw them."""

from __future__ import annotations

import io
import random
from dataclasses import dataclass, field
from typing import Any

import xlsxwriter

from forms.fields import Field, Form

CN_PUNCTUATION = str.maketrans("():;,", "\uff08\uff09\uff1a\uff1b\uff0c")
OPINIONS = ("申请单位意见", "区民政局审核意见", "区网格化管理中心意见", "街道意见", "领导批示")
BLANKS = (
    "",
    "\n\n        (盖章)     年   月   日",
    "签字:\n      年  月  日",
    "负责人(签字):        (公章)  年 月 日",
)


@dataclass
class Item:
    """A label with what stands there, and the fields it gives."""

    label: str
    text: str
    keys: tuple[str, ...]


@dataclass
class Drawn:
    """A workbook and the texts its fields must post."""

    content: bytes
    truth: list[dict[str, str | list[str]]]
    cells: dict[str, str] = field(default_factory=dict)


def values_of(rng: random.Random, form: Form, number: int = 1) -> dict[str, str]:
    """One application, as text (answers by label)."""
    phone = rng.choice((f"138{rng.randrange(10**8):08d}", f"022-{rng.randrange(10**7, 10**8)}"))
    start, end = (
        f"2026年{rng.randint(1, 6)}月{rng.randint(1, 28)}日",
        rng.choice(("2027年3月1日", "长期", "2028年12月31日")),
    )
    return {
        "applicant_unit": rng.choice(("区教育局", "公安分局", "区妇女联合会")),
        "unit_head": rng.choice(("陈洋", "欧阳𬸚", "王强")),
        "contact_name": rng.choice(("徐霞娟", "李梅", "张三")),
        "contact_phone": phone,
        "matter_name": f"事务{number}(2026年第{rng.randint(1, 9)}批)",
        "duration_class": rng.choice([each.label for each in form.field("duration_class").choices]),
        "executor": rng.choice(("社区组织", "网格员")),
        "legal_basis": "《终身教育促进条例》第17条;津政办发〔2025〕26号",
        "reason": "为落实条例要求,需社区协助:联系居民、宣传动员。",
        "content": "1.协助摸底;2.登记并反馈结果。联系人:见附件。",
        "target_group": rng.choice(("辖区常住居民", "60周岁以上老年人")),
        "authority": "联系居民、协助入户",
        "period_start": start,
        "period_end": end,
        "scope": "新立街道、金桥街道",
        "funds_amount": rng.choice(("36000.5", "0", "120000")),
        "funds_source": rng.choice(("部门预算", "区级财政专项")),
        "staff_equipment": rng.choice(("无", "配备平板电脑2台")),
        "remarks": rng.choice(("", "一式三份")),
    }


def posted(form: Form, values: dict[str, str]) -> dict[str, str | list[str]]:
    """What these values must post: answers by key."""
    result: dict[str, str | list[str]] = dict(values)
    for key in ("duration_class", "executor"):
        chosen = next(each.key for each in form.field(key).choices if each.label == values[key])
        result[key] = [chosen] if key == "executor" else chosen
    return result


def word_for(rng: random.Random, wanted: Field, *, plain: bool = False) -> str:
    """One of the words for a field, dressed up as offices do. Words that two fields share are left to compounds."""
    words = [wanted.label, *wanted.synonyms]
    if wanted.key.startswith(("period_", "funds_")):
        # Words such as 经费来源及金额 stand for both.
        words = [
            each
            for each in words
            if each.startswith(("开始", "起始", "结束", "截止", "经费金额", "经费来源", "资金"))
            and "及" not in each
        ]
    word = rng.choice(words)
    if plain:
        return word
    return dress(rng, word)


def dress(rng: random.Random, word: str) -> str:
    """Stretch, mark or hint a label."""
    way = rng.randrange(8)
    if way == 0 and len(word) <= 5:
        return " ".join(word)
    if way == 1:
        return f"{word}:" if rng.random() < 0.5 else f"{word}\uff1a"
    if way == 2:
        return f"*{word}"
    if way == 3:
        return f"{word}(必填)" if "(" not in word else word
    if way == 4 and len(word) <= 6:
        return "\n".join(word)
    if way == 5:
        return word.translate(CN_PUNCTUATION)
    return word


def boxes(rng: random.Random, wanted: Field, chosen: str) -> str:
    """Answers as boxes, before or behind their words, ticked in one of several ways."""
    on, off = rng.choice((("☑", "□"), ("√", "□"), ("■", "□"), ("●", "○"), ("(√)", "( )"), ("[√]", "[ ]")))
    behind = rng.random() < 0.3
    pieces = []
    for each in wanted.choices:
        mark = on if each.label == chosen else off
        pieces.append(f"{each.label}{mark}" if behind else f"{mark}{each.label}")
    return rng.choice(("  ", "\n", " ")).join(pieces)


def items_of(rng: random.Random, form: Form, values: dict[str, str]) -> list[Item]:
    """The label and text of each cell of a table, some fields together in one."""
    items = []
    together = {"period": rng.random() < 0.5, "funds": rng.random() < 0.5, "contact": rng.random() < 0.3}
    for key, text in values.items():
        wanted = form.field(key)
        if key == "period_start" and together["period"]:
            label = rng.choice(("授权时间(起止)", "起止时间", "协助时限", "授 权 时 间"))
            items.append(Item(label, f"{text}至{values['period_end']}", ("period_start", "period_end")))
        elif key == "funds_amount" and together["funds"]:
            label = rng.choice(("拨付工作经费(金额、来源)", "拨付工作经费", "经费保障"))
            items.append(Item(label, f"{text}元({values['funds_source']})", ("funds_amount", "funds_source")))
        elif key == "contact_name" and together["contact"]:
            label = rng.choice(("联系人及电话", "联系人、联系电话", "经办人及联系方式"))
            items.append(Item(label, f"{text} {values['contact_phone']}", ("contact_name", "contact_phone")))
        elif key.rsplit("_", 1)[0] in together and together[key.rsplit("_", 1)[0]]:
            continue
        elif wanted.kind in ("choice", "choices") and rng.random() < 0.7:
            items.append(Item(word_for(rng, wanted), boxes(rng, wanted, text), (key,)))
        else:
            items.append(Item(word_for(rng, wanted), text, (key,)))
    return items


def draw_single(seed: int, form: Form) -> Drawn:
    """One application a sheet, in a layout that depends on the seed."""
    rng = random.Random(seed)
    values = values_of(rng, form)
    items = items_of(rng, form, values)
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = book.add_worksheet(rng.choice(("Sheet1", "审批表", "申请表")))
    pen = _Pen(sheet, rng)
    pen.row = rng.choice((0, 0, 1, 3))
    pen.text(rng.choice(("社区工作事务准入审批表", "××区申请准入社区工作事项审批表", "附件1")), across=True)
    if rng.random() < 0.5:
        pen.inline((("编号", ""), ("填表日期", "2026年3月2日")), rng)
    way = rng.choice(("left", "left", "left", "above", "mixed", "inline"))
    for_above: list[Item] = []
    while items:
        count = min(rng.choice((1, 2, 2, 3)), len(items))
        line, items = items[:count], items[count:]
        if way == "inline" and rng.random() < 0.6:
            pen.one_cell(line)
        elif way == "above" or (way == "mixed" and rng.random() < 0.3 and count > 1):
            pen.above(line)
        else:
            pen.left(line)
    assert not for_above
    for label in rng.sample(OPINIONS, rng.randint(0, 3)):
        pen.left([Item(label, rng.choice(BLANKS), ())])
    if rng.random() < 0.5:
        pen.text("注:涉密事项请线下办理;本表一式三份。", across=True)
    book.close()
    return Drawn(out.getvalue(), [posted(form, values)])


class _Pen:
    """Draws lines of a single table on a grid of six or more columns."""

    def __init__(self, sheet: Any, rng: random.Random) -> None:
        self.sheet, self.row = sheet, 0
        self.left_column = rng.choice((0, 0, 1))
        self.merged = rng.random() < 0.7
        self.width = 6

    def put(self, row: int, column: int, last: int, text: str) -> None:
        column, last = column + self.left_column, last + self.left_column
        if self.merged and last > column:
            self.sheet.merge_range(row, column, row, last, text)
        elif text:
            self.sheet.write_string(row, column, text)
        else:
            self.sheet.write_blank(row, column, None)

    def text(self, text: str, *, across: bool) -> None:
        self.put(self.row, 0, self.width - 1 if across else 0, text)
        self.row += 1

    def inline(self, pairs: tuple[tuple[str, str], ...], rng: random.Random) -> None:
        self.text("      ".join(f"{label}:{value}" for label, value in pairs), across=True)

    def left(self, line: list[Item]) -> None:
        share = self.width // len(line)
        column = 0
        for number, item in enumerate(line):
            last = self.width - 1 if number == len(line) - 1 else column + share - 1
            self.put(self.row, column, column, item.label)
            self.put(self.row, column + 1, last if self.merged else column + 1, item.text)
            column += share if self.merged else 2
        self.row += 1

    def above(self, line: list[Item]) -> None:
        share = self.width // len(line) if self.merged else 1
        for number, item in enumerate(line):
            last = self.width - 1 if number == len(line) - 1 and self.merged else number * share + share - 1
            self.put(self.row, number * share, last, item.label)
            self.put(self.row + 1, number * share, last, item.text)
        self.row += 2

    def one_cell(self, line: list[Item]) -> None:
        for item in line:
            label = item.label.rstrip(":\uff1a").replace("\n", "")
            self.text(f"{label}\uff1a{item.text}", across=True)


def draw_ledger(seed: int, form: Form) -> Drawn:
    """Several applications, one a row, in a layout that depends on the seed."""
    rng = random.Random(seed)
    rows = [values_of(rng, form, number) for number in range(1, rng.randint(2, 9))]
    keys = list(rows[0])
    rng.shuffle(keys)
    period, contact = rng.random() < 0.4, rng.random() < 0.3
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = book.add_worksheet("汇总")
    columns: list[tuple[str, str, Any]] = [("", "序号", lambda row: None)]
    for key in keys:
        if (key == "period_end" and period) or (key == "contact_phone" and contact):
            continue
        if key == "period_start" and period:
            columns.append(("", "起止时间", lambda row: f"{row['period_start']}至{row['period_end']}"))
        elif key == "contact_name" and contact:
            columns.append(("", "联系人及电话", lambda row: f"{row['contact_name']}{row['contact_phone']}"))
        else:
            group = rng.choice(("", "", "基本情况", "其他"))
            columns.append((group, word_for(rng, form.field(key)), lambda row, key=key: row[key]))
        if rng.random() < 0.1:
            columns.append(("", "是否上会", lambda row: "已上会"))
    row = rng.choice((0, 0, 2))
    if rng.random() < 0.8:
        sheet.merge_range(row, 0, row, len(columns) - 1, "社区工作事务准入申请汇总表")
        row += 1
    if rng.random() < 0.6:
        sheet.write_string(row, 0, "填报单位:区民政局")
        sheet.write_string(row, len(columns) - 2, "填报日期:2026年3月2日")
        row += 1
    levels = rng.choice((1, 1, 2))
    header = row
    row = _header(sheet, row, columns, levels)
    for number, values in enumerate(rows, 1):
        if rng.random() < 0.15:
            row += 1
        if rng.random() < 0.1:
            _header(sheet, row, [("", label, None) for _, label, _ in columns], 1)
            row += 1
        for column, (_, label, take) in enumerate(columns):
            text = str(number) if label == "序号" else take(values)
            if text:
                if label == "序号":
                    sheet.write_number(row, column, number)
                else:
                    sheet.write_string(row, column, text)
        row += 1
    if rng.random() < 0.6:
        sheet.write_string(row, 0, rng.choice(("合计", "合 计", "总计")))
        sheet.write_number(row, 3, 99)
        row += 1
    if rng.random() < 0.6:
        sheet.write_string(
            row, 0, rng.choice(("填表人:张三      审核人:李四", "制表:王五", "注:本表一式两份。"))
        )
    book.close()
    assert header >= 0
    return Drawn(out.getvalue(), [posted(form, each) for each in rows])


def _header(sheet: Any, row: int, columns: list[tuple[str, str, Any]], levels: int) -> int:
    if levels == 1:
        for column, (_, label, _) in enumerate(columns):
            sheet.write_string(row, column, label)
        return row + 1
    for column, (group, label, _) in enumerate(columns):
        if group:
            sheet.write_string(row, column, group)
            sheet.write_string(row + 1, column, label)
        else:
            sheet.merge_range(row, column, row + 1, column, label)
    return row + 2
