"""Applications as typed values, and the ways clerks write each of them into a cell."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from forms.fields import Form
from forms.setting import UnitRef
from forms.written.identities import read_identity

Record = dict[str, Any]
"""Field key -> value as it is stored; None where nothing was written."""

UNITS = tuple(
    UnitRef(number, name, name, kind)
    for number, (name, kind) in enumerate(
        (
            ("区教育局", "申请单位"), ("公安分局", "申请单位"), ("区妇女联合会", "申请单位"), ("区残疾人联合会", "申请单位"),
            ("区卫生健康委员会", "申请单位"), ("新立街道", "街道"), ("金桥街道", "街道"), ("张贵庄街道", "街道"),
            ("军粮城街道", "街道"),
        ), 1,
    )
)  # fmt: skip
_NAMES = ("陈洋", "欧阳𬸚", "王强", "徐霞娟", "李㑇", "张𠮷祥", "赵䶮", "诸葛梅", "买买提·艾力")
_TEXTS: Mapping[str, tuple[str | None, ...]] = {
    "legal_basis": ("《终身教育促进条例》第17条", "津政办发〔2025〕26号", "1.《统计法》第八条;2.国发〔2024〕9号文件\n第三条"),
    "reason": ("为落实条例要求,需社区协助", "完成年度普查任务", "上级部署\n分三批实施"),
    "content": ("协助摸底、登记并反馈结果。", "1.入户走访;2.宣传动员;\n3.按月报送", "张贴通知,组织居民报名"),
    "target_group": ("辖区常住居民", "60周岁以上老年人", "困境儿童及其监护人"),
    "authority": ("联系居民、协助入户", "查阅居民台账", "组织居民议事"),
    "funds_source": ("部门预算", "区级财政专项", "福彩公益金"),
    "staff_equipment": ("平板电脑2台", "专职人员1名,补贴每月500元", "无"),
    "opinions_heard": ("已征求4个街道意见", "召开座谈会2次,均同意", None),
    "remarks": ("一式三份", "附实施方案", None, None),
}  # fmt: skip


def record(rng: random.Random, form: Form, number: int) -> Record:
    """One application; what an application needs is there, of the rest something may lack."""
    start = date(2026, 1, 1) + timedelta(days=rng.randrange(300))
    executors = [each.key for each in form.field("executor").choices]
    found: Record = {key: rng.choice(each) for key, each in _TEXTS.items()}
    for key in ("reason", "target_group", "authority", "staff_equipment"):
        found[key] = found[key] if rng.random() < 0.8 else None
    found.update(
        applicant_unit=rng.choice(UNITS[:5]).id,
        unit_head=rng.choice((*_NAMES, None)),
        contact_name=rng.choice(_NAMES),
        contact_phone=rng.choice((f"138{rng.randrange(10**8):08d}", f"022-{rng.randrange(10**7, 10**8)}")),
        contact_id=identity(rng) if rng.random() < 0.8 else None,
        matter_name=f"{rng.choice(('终身学习推广', '人口抽样调查', '家庭教育指导', '消防宣传'))}{number}号",
        duration_class=rng.choice([each.key for each in form.field("duration_class").choices]),
        executor=rng.choice(([executors[0]], [executors[1]], executors)),
        period_start=start,
        period_end=rng.choice((None, start + timedelta(days=rng.randrange(30, 900)))),
        scope=sorted(each.id for each in rng.sample(UNITS[5:], rng.randint(1, 3))),
        funds_amount=rng.choice((Decimal("36000.5"), Decimal(120000), Decimal(8500), Decimal(2000000))),
    )
    return found


def written(rng: random.Random, form: Form, key: str, values: Record, ten_thousand: bool = False) -> Any:
    """One value as it may stand in a cell: text, number or date."""
    value, kind = values[key], form.field(key).kind
    if key == "period_end" and value is None:
        return "长期"
    if value is None:
        return rng.choice((None, "", "  "))
    if kind == "date":
        return rng.choice((value, day(rng, value)))
    if kind == "money":
        return float(value / 10000) if ten_thousand else rng.choice((float(value), money(rng, value)))
    if key == "contact_id":
        return rng.choice((value, value.lower(), f"{value[:6]} {value[6:14]} {value[14:]}"))
    if kind in ("unit", "units"):
        ids = value if isinstance(value, list) else [value]
        return rng.choice(("、", ",", "\n")).join(UNITS[each - 1].name for each in ids)
    if kind in ("choice", "choices"):
        chosen = value if isinstance(value, list) else [value]
        return "、".join(each.label for each in form.field(key).choices if each.key in chosen)
    if kind == "phone" and value.isdigit() and rng.random() < 0.3:
        return float(value)
    return f"{value} " if rng.random() < 0.1 else value


def identity(rng: random.Random) -> str:
    """The number of an identity card with its check digit."""
    born = date(1960, 1, 1) + timedelta(days=rng.randrange(15000))
    number = f"120110{born:%Y%m%d}{rng.randrange(1000):03d}"
    return next(each for each in (f"{number}{sign}" for sign in "0123456789X") if read_identity(each))


def day(rng: random.Random, value: date) -> str:
    """A day as text."""
    digits = "〇一二三四五六七八九"
    year = "".join(digits[int(each)] for each in str(value.year))
    return rng.choice(
        (
            f"{value.year}年{value.month}月{value.day}日",
            f"{value.year}.{value.month}.{value.day}",
            f"{value.year}/{value.month:02d}/{value.day:02d}",
            value.isoformat(),
            f"{year}年{_small(value.month)}月{_small(value.day)}日",
        )
    )


def text(value: Any) -> str:
    """What a cell would show of a value."""
    if isinstance(value, float):
        return f"{value:.6f}".rstrip("0").rstrip(".")
    return "" if value is None else str(value).strip()


def _small(number: int) -> str:
    tens, ones = divmod(number, 10)
    words = "〇一二三四五六七八九"
    return f"{words[tens] if tens > 1 else ''}{'十' if tens else ''}{words[ones] if ones else ''}"


def money(rng: random.Random, value: Decimal) -> str:
    """An amount as text."""
    plain = format(value.normalize(), "f")
    ten_thousand = format((value / 10000).normalize(), "f")
    return rng.choice((f"{plain}元", f"{ten_thousand}万元", f"¥{value:,.2f}", plain))


def together(rng: random.Random, form: Form, keys: tuple[str, ...], values: Record) -> str:
    """Two values as they stand in one cell."""
    first, second = values[keys[0]], values[keys[1]]
    if keys[0] == "period_start":
        end = "长期" if second is None else day(rng, second)
        return f"{day(rng, first)}{rng.choice(('至', '-', '—', '～'))}{end}"
    if keys[0] == "funds_amount":
        amount = money(rng, first)
        amount = amount if amount.endswith("元") else f"{amount}元"
        return rng.choice((f"{amount}({second})", f"{amount},{second}", f"{second}{amount}"))
    return rng.choice((f"{first} {second}", f"{first}({second})", f"{first}\n{second}", f"{first}、{second}"))


def boxes(rng: random.Random, form: Form, key: str, values: Record, style: tuple[str, str, bool]) -> str:
    """Answers as boxes: `style` is the ticked box, the empty one, and whether they stand behind their words."""
    return rng.choice(("  ", "\n", " ")).join(box_pieces(form, key, values, style))


def box_pieces(form: Form, key: str, values: Record, style: tuple[str, str, bool]) -> list[str]:
    """Answers as boxes, one by one."""
    on, off, behind = style
    value = values[key]
    chosen = value if isinstance(value, list) else [value]
    marks = [(on if each.key in chosen else off, each.label) for each in form.field(key).choices]
    return [f"{label}{mark}" if behind else f"{mark}{label}" for mark, label in marks]
