"""Labels as offices write them -> fields of a form.

Labels are compared without spaces, line breaks, colons, asterisks, numbering and bracketed hints, in NFKC;
values never are. What a form calls a field (label, synonyms, the label of a layout cell) is all that is known:
other words belong into the form file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from forms.fields import Field, Form
from forms.written.words import fold, normalise_label, split_list

_BRACKETS = re.compile(r"[(\[【〔<《][^)\]】〕>》]{0,24}[)\]】〕>》]")
MAX_LABEL = 30
"""Characters of a label with its hints, without spaces; what is longer is text."""

NEVER_READ = frozenset({"files", "rows"})
"""Kinds that no single cell holds."""

LOOSE = 2
"""Rank of a meaning that is no word of the form: a suggestion."""

_PREFIXES = ("请填写", "请输入", "拟", "本", "区", "县", "市", "填写")
_SUFFIXES = ("情况", "说明", "栏")
_CONNECTORS = re.compile(r"及其|以及|及|和|与|、|/|,|,|\+|&")
_UNIT_BEHIND = re.compile(r"(.{2,}?)((?:[万千亿])?元)")
_FIRST_WORDS = ("起", "开始", "起始", "自", "始", "从")
_SECOND_WORDS = ("止", "截止", "结束", "终止", "至", "到", "迄")
_NAME_WORDS = ("姓名", "名称", "单位名称")


def squash(text: str) -> str:
    """Return a label without spaces and punctuation, the words of its bracketed hints kept."""
    return normalise_label(text, keep_brackets=True)


def normalise(text: str) -> str:
    """Return a label as it is compared: 申 请 单 位:, *申请单位(盖章) and 一、申请单位 are all 申请单位."""
    return normalise_label(text)


def hint_of(text: str) -> str:
    """Return what stands in brackets in a label, such as 万元."""
    return "".join(each[1:-1] for each in _BRACKETS.findall(fold(text)))


@dataclass(frozen=True)
class Meaning:
    """What a label stands for.

    Attributes:
        keys: one field; several where one label holds more (联系人及电话); none for an opinion box.
        rank: 0 the form's own label, 1 a synonym, 2 a loosened match.
        hint: the bracketed hint of the label as it stood in the table.
        box: the opinion box.
    """

    keys: tuple[str, ...] = ()
    rank: int = 0
    hint: str = ""
    box: str | None = None


@dataclass
class Vocabulary:
    """The labels of one form. Not frozen: it remembers what it was asked."""

    form: Form
    known: dict[str, Meaning] = field(default_factory=dict)
    full: dict[str, Meaning] = field(default_factory=dict)
    ends: dict[str, set[str]] = field(default_factory=dict)
    not_read: frozenset[str] = frozenset()
    _strict: dict[str, Meaning | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.not_read = frozenset(map(normalise, split_list(self.form.properties.get("not_read", ""))))
        claims: dict[str, dict[str, int]] = {}
        exact: dict[str, dict[str, int]] = {}
        for each in readable(self.form):
            words = [(each.label, 0), *((synonym, 1) for synonym in each.synonyms)]
            for word, rank in words:
                _claim(claims, normalise(word), each.key, rank)
                _claim(exact, squash(word), each.key, rank)
                for start in range(1, len(normalise(word)) - 1):
                    self.ends.setdefault(normalise(word)[start:], set()).add(each.key)
        self._add_layout_labels(claims)
        self.known = dict(self._settled(claims))
        self.full = dict(self._settled(exact))
        for box in self.form.boxes:
            for word in (box.label, *box.synonyms):
                self.known.setdefault(normalise(word), Meaning(box=box.key))
        self.known.pop("", None)
        self.full.pop("", None)

    def _add_layout_labels(self, claims: dict[str, dict[str, int]]) -> None:
        """A layout cell's label stands for all its fields, unless one of them has that label for itself."""
        for row in self.form.layout:
            for cell in row.cells:
                keys = [each.key for each in cell.fields if each.kind not in NEVER_READ]
                word = normalise(cell.label)
                if word and len(keys) > 1:
                    claims[word] = dict.fromkeys(keys, 0)
                elif word and keys:
                    _claim(claims, word, keys[0], 0)

    def _settled(self, claims: dict[str, dict[str, int]]) -> Iterator[tuple[str, Meaning]]:
        order = {each.key: index for index, each in enumerate(self.form.fields)}
        for word, ranks in claims.items():
            best = min(ranks.values())
            keys = tuple(sorted((key for key, rank in ranks.items() if rank == best), key=order.__getitem__))
            if len(keys) == 1 or self.is_compound(keys):
                yield word, Meaning(keys, best)

    def is_compound(self, keys: tuple[str, ...]) -> bool:
        """Whether the values of these fields can be told apart in one cell."""
        kinds = [self.form.field(key).kind for key in keys]
        return len(kinds) == 2 and (
            kinds == ["date", "date"]
            or sorted(kinds) == ["money", "text"]
            or sorted(kinds) == ["phone", "text"]
        )

    def strict(self, text: str) -> Meaning | None:
        """Return what a text means as a label of the form, word for word."""
        if text not in self._strict:
            self._strict[text] = self._look_up(text)
        return self._strict[text]

    def _look_up(self, text: str) -> Meaning | None:
        whole = squash(text)
        if not whole or len(whole) > MAX_LABEL:
            return None
        found = self._hinted(text) or self.full.get(whole) or self.known.get(normalise(text))
        if found is None:
            found = self._compound(text) or self._in_unit(text)
        if found is None:
            return None
        return Meaning(found.keys, found.rank, hint_of(text) + found.hint, found.box)

    def _in_unit(self, text: str) -> Meaning | None:
        """经费金额/万元: an amount whose unit stands behind its label without brackets."""
        match = _UNIT_BEHIND.fullmatch(normalise(text))
        found = self.known.get(match[1]) if match is not None else None
        if (
            match is None
            or found is None
            or not any(self.form.field(key).kind == "money" for key in found.keys)
        ):
            return None
        return Meaning(found.keys, found.rank, match[2])

    def _hinted(self, text: str) -> Meaning | None:
        """联系人(电话): the hint in brackets is the field that shares the cell."""
        hint = normalise(hint_of(text))
        if not hint:
            return None
        base, other = self.known.get(normalise(text)), self._part(hint)
        if base is None or len(base.keys) != 1 or other is None:
            return None
        keys = (base.keys[0], other)
        return Meaning(keys, 1) if self.is_compound(keys) and _are_family(keys) else None

    def _compound(self, text: str) -> Meaning | None:
        """联系人及电话: two known labels in one; the second may be the end of a label (电话, 来源)."""
        plain = _BRACKETS.sub("", fold(text))
        match = _CONNECTORS.search(re.sub(r"\s+", "", plain))
        if match is None:
            return None
        joined = re.sub(r"\s+", "", plain)
        first, second = normalise(joined[: match.start()]), normalise(joined[match.end() :])
        one, two = self._part(first), self._part(second)
        if one is None or two is None or one == two:
            return None
        keys = (one, two)
        if not self.is_compound(keys):
            return None
        # 负责人及电话: whose telephone? Only fields of one family are surely meant together.
        return Meaning(keys, 1 if _are_family(keys) else LOOSE)

    def _part(self, word: str) -> str | None:
        found = self.known.get(word)
        if found is not None and len(found.keys) == 1:
            return found.keys[0]
        ends = self.ends.get(word, set())
        return next(iter(ends)) if len(ends) == 1 and len(word) >= 2 else None

    def loose(self, text: str) -> Meaning | None:
        """Return what a text may mean when small words around a known label are dropped."""
        strict = self.strict(text)
        if strict is not None:
            return strict
        word = normalise(text)
        if not 2 <= len(word) <= MAX_LABEL:
            return None
        for prefix in _PREFIXES:
            found = self.known.get(word.removeprefix(prefix)) if word.startswith(prefix) else None
            if found is not None:
                return Meaning(found.keys, 2, hint_of(text), found.box)
        for suffix in _SUFFIXES:
            found = self.known.get(word.removesuffix(suffix)) if word.endswith(suffix) else None
            if found is not None:
                return Meaning(found.keys, 2, hint_of(text), found.box)
        return None

    def within(self, group: str, leaf: str) -> Meaning | None:
        """Return what a label means under the label of its group: 授权 + 内容, 授权时间 + 止, 联系人 + 电话."""
        joined = self.known.get(normalise(group) + normalise(leaf))
        if joined is not None:
            return Meaning(joined.keys, joined.rank, hint_of(leaf) or hint_of(group), joined.box)
        whole, word = self.strict(group), normalise(leaf)
        if not word:
            return None
        hint = hint_of(leaf) or hint_of(group)
        if whole is not None and len(whole.keys) == 2:
            key = self._of_two(whole.keys, word)
            if key is not None:
                return Meaning((key,), 1, hint)
        if whole is not None and len(whole.keys) == 1 and word in _NAME_WORDS:
            return Meaning(whole.keys, 1, hint)
        ends = self.ends.get(word, set())
        if len(ends) == 1 and len(word) >= 2:
            return Meaning(tuple(ends), 2, hint)
        return None

    def _of_two(self, keys: tuple[str, ...], word: str) -> str | None:
        if word.startswith(_FIRST_WORDS):
            return keys[0]
        if word.startswith(_SECOND_WORDS):
            return keys[1]
        kinds = {self.form.field(key).kind: key for key in keys}
        if word.startswith("金额") and "money" in kinds:
            return kinds["money"]
        if word.startswith("来源") and "text" in kinds:
            return kinds["text"]
        if word in ("电话", "手机", "联系方式", "手机号", "手机号码") and "phone" in kinds:
            return kinds["phone"]
        return None


_UNIT_LINE = re.compile(
    r"(?:(?:金额|经费|计量|货币)?单位|人民币)[::]?(?:人民币)?((?:[十百千]?万|千|亿)?)(?:[元圆园员])?"
)


def unit_line(text: str) -> str:
    """Return the unit of all amounts of a table where a line says it: 单位:万元 (also 单位:万); empty for any other text."""
    if len(text) >= 24 or not any(each in text for each in "元万千亿"):
        return ""
    found = _UNIT_LINE.fullmatch(re.sub(r"[()\s]", "", fold(text)))
    return f"{found[1]}元" if found is not None else ""


def amounts_in(hint: str, unit: str) -> str:
    """Return a label's hint with the table's unit of amounts, unless the label names its own."""
    return hint if "元" in hint else hint + unit


def readable(form: Form) -> tuple[Field, ...]:
    """Return the fields that a cell can hold."""
    return tuple(each for each in form.fields if each.kind not in NEVER_READ)


def _are_family(keys: tuple[str, ...]) -> bool:
    """Whether keys begin alike: contact_name and contact_phone."""
    return len({key.rsplit("_", 1)[0] for key in keys}) == 1


def _claim(claims: dict[str, dict[str, int]], word: str, key: str, rank: int) -> None:
    ranks = claims.setdefault(word, {})
    ranks[key] = min(rank, ranks.get(key, rank))


_SAID = re.compile(r"^(?:已|经|拟|无|未|同意|按|请)|\d|均")
"""What tells a sentence that ends like the head of an opinion box."""
_OPINION = re.compile(r"(?:意见|审批|批示|签批|核准|审签)$")


def is_opinion_label(text: str, vocabulary: Vocabulary) -> bool:
    """Whether a text heads an opinion box, the form's own or one that looks like it."""
    found = vocabulary.strict(text)
    if found is not None:
        return found.box is not None
    word = normalise(text)
    return 3 <= len(word) <= 20 and _OPINION.search(word) is not None and _SAID.search(word) is None
