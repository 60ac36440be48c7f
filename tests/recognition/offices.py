"""An office: the words it uses, which fields it puts together, how it dresses its labels. Values play no part here."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from forms.fields import Form
from tests.recognition import values
from tests.recognition.unknown_labels import UNKNOWN_COMPOUNDS, UNKNOWN_LABELS
from tests.recognition.values import Record

NEEDED = (
    "applicant_unit", "matter_name", "duration_class", "executor", "legal_basis", "content", "period_start",
    "contact_name", "contact_phone",
)  # fmt: skip
PAIRS = (("period_start", "period_end"), ("funds_amount", "funds_source"), ("contact_name", "contact_phone"))
KNOWN_COMPOUNDS = {
    PAIRS[0]: ("授权时间(起止)", "起止时间", "协助时限", "起止日期", "开始时间和结束时间"),
    PAIRS[1]: ("拨付工作经费(金额、来源)", "经费金额与来源", "经费保障", "经费来源及金额"),
    PAIRS[2]: ("联系人及电话", "联系人、联系电话", "经办人及联系方式", "联系人\n(电话)", "联系人/手机"),
}
BOXES = (("☑", "□", False), ("√", "□", False), ("■", "□", False), ("●", "○", False), ("(√)", "( )", False),
         ("[√]", "[ ]", True), ("☑", "□", True), ("✓", "□", False))  # fmt: skip
FULL_WIDTH = str.maketrans("():,", "\uff08\uff09\uff1a\uff0c")


WORDS = {
    "known": "the form's labels and synonyms, dressed up",
    "loosened": "some of them with small words around them",
    "stray": "as known, but half the labels of what an application can do without are unknown",
    "mixed": "two in five are unknown",
    "unknown": "all are unknown",
}
"""What words an office uses."""
_AFFIXES = (
    "拟{}",
    "本{}",
    "填写{}",
    "具体{}",
    "{}情况",
    "{}说明",
    "{}栏",
    "{}信息",
    "原{}",
    "其他{}",
    "{}要求",
)


@dataclass(frozen=True)
class Item:
    """A label and the fields that stand with it."""

    label: str
    keys: tuple[str, ...]
    ten_thousand: bool = False


@dataclass
class Office:
    """How one office draws its tables.

    Attributes:
        unit_line: the line above a table that says in what all amounts are.
        rng: for what the office decides; drawing one layout takes the same from it whatever the values.
        words: one of `WORDS`.
    """

    form: Form
    seed: int
    words: str
    rng: random.Random = field(init=False)
    items: list[Item] = field(init=False)
    box: tuple[str, str, bool] | None = field(init=False)
    unit_line: str = field(init=False)

    def __post_init__(self) -> None:
        self.rng = random.Random(f"{self.seed} {self.words}")
        self.box = self.rng.choice((None, *BOXES))
        self.unit_line = (
            self.rng.choice(("单位:万元", "单位\uff1a万元", "(金额单位:万元)"))
            if self.rng.random() < 0.25
            else ""
        )
        self.items = self._items()

    def _items(self) -> list[Item]:
        optional = [key for key in UNKNOWN_LABELS if key not in NEEDED and self.rng.random() < 0.7]
        keys = [key for key in UNKNOWN_LABELS if key in NEEDED or key in optional]
        found = []
        gone: set[str] = set()
        for key in keys:
            pair = next((each for each in PAIRS if key == each[0] and each[1] in keys), None)
            if key in gone:
                continue
            if pair is not None and self.rng.random() < 0.45:
                gone.update(pair)
                found.append(Item(self._compound(pair), pair))
            else:
                found.append(self._single(key))
        return found

    def unknown(self, key: str) -> bool:
        """Whether the label of a field is one that the form does not have."""
        stray = 0.0 if key in NEEDED else 0.5
        share = {"unknown": 1.0, "mixed": 0.4, "stray": stray}.get(self.words, 0.0)
        return self.rng.random() < share

    def _known(self, words: Sequence[str]) -> str:
        word = self.rng.choice(words)
        if self.words == "loosened" and self.rng.random() < 0.25 and "(" not in word:
            return self.rng.choice(_AFFIXES).format(word)
        return word

    def _compound(self, pair: tuple[str, str]) -> str:
        if self.unknown(pair[0]):
            return self.dressed(self.rng.choice(UNKNOWN_COMPOUNDS[pair]))
        return self.dressed(self._known(KNOWN_COMPOUNDS[pair]))

    def _single(self, key: str) -> Item:
        wanted = self.form.field(key)
        known = [each for each in (wanted.label, *wanted.synonyms) if self._only(key, each)]
        word = self.rng.choice(UNKNOWN_LABELS[key]) if self.unknown(key) else self._known(known)
        if key == "funds_amount" and self.unit_line and "元" not in word:
            return Item(self.dressed(word), (key,), True)
        if key == "funds_amount" and self.rng.random() < 0.5:
            bare = word.split("(")[0]
            return Item(
                self.rng.choice((f"{bare}(万元)", f"{bare}\n(单位:万元)", f"{bare}\uff08万元\uff09")),
                (key,),
                True,
            )
        return Item(self.dressed(word), (key,))

    def _only(self, key: str, word: str) -> bool:
        """Whether a word of the form stands for this field alone."""
        others = (each for each in self.form.fields if each.key != key)
        return not any(word in (each.label, *each.synonyms) for each in others)

    def dressed(self, word: str) -> str:
        """Stretch, mark or hint a label; write it from top to bottom."""
        way = self.rng.randrange(9)
        plain = "(" not in word and "\n" not in word
        if way == 0 and plain and len(word) <= 5:
            return self.rng.choice((" ", "  ", "\u3000")).join(word)
        if way == 1:
            return word + self.rng.choice((":", "\uff1a"))
        if way == 2:
            return f"*{word}"
        if way == 3 and plain:
            return word + self.rng.choice(("(必填)", "\uff08盖章\uff09", "【选填】"))
        if way == 4 and plain and len(word) <= 6:
            return "\n".join(word)
        if way == 5 and plain and len(word) >= 4:
            return f"{word[: len(word) // 2]}\n{word[len(word) // 2 :]}"
        return word.translate(FULL_WIDTH) if way == 6 else word

    def write(self, rng: random.Random, item: Item, record: Record) -> Any:
        """What stands in the cell of an item."""
        if len(item.keys) == 2:
            return values.together(rng, self.form, item.keys, record)
        (key,) = item.keys
        if self.box is not None and self.form.field(key).kind in ("choice", "choices"):
            return values.boxes(rng, self.form, key, record, self.box)
        return values.written(rng, self.form, key, record, item.ten_thousand)
