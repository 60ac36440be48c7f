"""`{{字段}}` in a drawn workbook: what a placeholder asks for, and the text around it as a pattern.

A pattern fills a cell (`render`) and reads it back (`parse`): 联系人:{{联系人}} 电话:{{联系电话}}.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import Any

from forms.fields import Box, Field, Form
from templates_xlsx.labels import Vocabulary, normalise

SIGNER, SIGNED_ON, WORDS = "signer", "signed_on", "text"
"""Parts of an opinion box that may stand in cells of their own: `bureau_opinion.signer`."""
NUMBER = "_number"
"""The running number of a list's row: `items._number`."""

PLACEHOLDER = re.compile("[{\uff5b]{2}\\s*([^{}\uff5b\uff5d\\s][^{}\uff5b\uff5d]{0,79}?)\\s*[}\uff5d]{2}")
_BRACES = re.compile("[{\uff5b]{2}|[}\uff5d]{2}")
_DOT = re.compile("\\s*[.\uff0e·。]\\s*")
_BLANK_DATE = re.compile("(?:20\\s{0,4})?[ \u3000_\uff3f]{2,}年[ \u3000_\uff3f]+月[ \u3000_\uff3f]+日")
_PART_WORDS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (SIGNED_ON, ("签字日期", "签名日期", "签署日期", "日期", "时间", "date")),
    (SIGNER, ("签字人", "签名人", "签字", "签名", "姓名", "人", "signer")),
    (WORDS, ("意见内容", "意见", "内容", "text")),
)
_END = re.compile("[(\uff08]?\\s*(起|止|开始|截止|金额|来源|电话|姓名)\\s*[)\uff09]?$")
_NUMBER_WORDS = frozenset({"序号", "编号", "行号", "number"})


@dataclass(frozen=True)
class Slot:
    """One placeholder of a pattern.

    Attributes:
        keys: names without `F_`; two where one placeholder asks for both (授权时间: begin and end).
        word: what stood between the braces.
        blank: what stands there while nothing is filled in.
    """

    keys: tuple[str, ...]
    word: str
    blank: str = ""


Pattern = tuple[str | Slot, ...]


def slots(pattern: Pattern) -> tuple[Slot, ...]:
    """Return the placeholders of a pattern."""
    return tuple(each for each in pattern if isinstance(each, Slot))


def split(text: str) -> tuple[list[str], list[str]]:
    """Return the literals and the words of the placeholders of a text; always one literal more than words."""
    literals: list[str] = []
    words: list[str] = []
    end = 0
    for match in PLACEHOLDER.finditer(text):
        literals.append(text[end : match.start()])
        words.append(match[1])
        end = match.end()
    literals.append(text[end:])
    return literals, words


def unclosed(text: str) -> bool:
    """Whether braces are left over: a placeholder that is not closed, or is empty."""
    return _BRACES.search(PLACEHOLDER.sub("", text)) is not None


def dated(pattern: Pattern) -> Pattern:
    """Return the pattern of an opinion box whose blank date (年 月 日) takes the day of the opinion."""
    boxes = [each.keys[0] for each in slots(pattern) if "." not in each.keys[0]]
    if len(boxes) != 1:
        return pattern
    found: list[str | Slot] = []
    for each in pattern:
        match = _BLANK_DATE.search(each) if isinstance(each, str) else None
        if match is None or not isinstance(each, str):
            found.append(each)
            continue
        day = Slot((f"{boxes[0]}.{SIGNED_ON}",), "", match[0])
        found.extend(piece for piece in (each[: match.start()], day, each[match.end() :]) if piece)
    return tuple(found)


LINE = "____"


def lined(pattern: Pattern) -> Pattern:
    """Return a pattern whose slots within a line of words leave a line to write on while they are empty."""
    boxes = {
        key.partition(".")[0] for slot in slots(pattern) for key in slot.keys if key.endswith(f".{SIGNED_ON}")
    }
    found: list[str | Slot] = []
    for each, after in zip_longest(pattern, pattern[1:], fillvalue=""):
        within = (
            isinstance(after, str) and after.strip(" \u3000") and not after.lstrip(" \u3000").startswith("\n")
        )
        if isinstance(each, Slot) and not each.blank and within and each.keys[0] not in boxes:
            found.append(replace(each, blank=LINE))
        else:
            found.append(each)
    return tuple(found)


def render(pattern: Pattern, say: Callable[[Slot], str]) -> str:
    """Return the text of a cell; where a slot says nothing, its blank stands."""
    return "".join(each if isinstance(each, str) else say(each) or each.blank for each in pattern)


_WIDTHS = {0xFF01 + offset: 0x21 + offset for offset in range(94)} | {0x3000: 0x20, 0xA0: 0x20}


def parse(pattern: Pattern, text: str) -> list[tuple[Slot, str]] | None:
    """Return what stands in each slot of a filled cell; None where the text around them is gone.

    Width of signs and spaces may differ from the drawing. The literals are looked for one after the other.
    """
    folded = text.translate(_WIDTHS)
    found: list[tuple[Slot, str]] = []
    at = 0
    open_slot: Slot | None = None
    for each in (*pattern, ""):
        if isinstance(each, Slot):
            if open_slot is not None:
                return None  # nothing between two slots: nobody can tell where one ends
            open_slot = each
            continue
        literal = each.translate(_WIDTHS).split()
        if not literal and each is not pattern[-1] and each:
            continue  # only space: it may be gone
        match = re.compile(r"\s*".join(map(re.escape, literal))).search(folded, at) if literal else None
        if literal and match is None:
            return None
        start, end = (match.start(), match.end()) if match else (len(text), len(text))
        if open_slot is not None:
            value = text[at:start].strip()
            if open_slot.blank == LINE:
                value = value.strip("_\uff3f ")  # written on the line, or beside it
            found.append((open_slot, "" if value == open_slot.blank.strip() else value))
            open_slot = None
        elif literal and folded[at:start].strip():
            return None
        at = end if literal else at
    return found


def pattern_to_json(pattern: Pattern) -> list[Any]:
    """Return a pattern as plain JSON: literals as texts, slots as objects."""
    return [
        each if isinstance(each, str) else {"keys": list(each.keys), "word": each.word, "blank": each.blank}
        for each in pattern
    ]


def pattern_from_json(stored: Sequence[Any]) -> Pattern:
    """Return a pattern from its JSON."""
    return tuple(
        each if isinstance(each, str) else Slot(tuple(each["keys"]), each["word"], each["blank"])
        for each in stored
    )


class Words:
    """What placeholders may say: labels, synonyms and keys of the forms printed on a template.

    Args:
        forms: the forms; the first that knows a word wins.
        numbers: keys the house fills in by itself -> their words.
    """

    def __init__(self, forms: Sequence[Form], numbers: Mapping[str, Sequence[str]]) -> None:
        self.forms = tuple(forms)
        self.numbers = {key: tuple(words) for key, words in numbers.items()}
        self._vocabularies = [Vocabulary(form) for form in forms]

    def keys_of(self, word: str) -> tuple[str, ...]:
        """Return the keys a placeholder asks for; () where it is unknown."""
        word = word.strip()
        for form, vocabulary in zip(self.forms, self._vocabularies, strict=True):
            found = _keys_in(form, vocabulary, word)
            if found:
                return found
        for key, words in self.numbers.items():
            if word == key or normalise(word) in {normalise(each) for each in words}:
                return (key,)
        return ()

    def known(self, key: str) -> bool:
        """Whether a name (without F_) is one of a field, box, list column or number."""
        key = key.partition("__")[0]
        if key in self.numbers or any(key in form for form in self.forms):
            return True
        return any(_dotted_key(form, key) or key in {box.key for box in form.boxes} for form in self.forms)

    def field(self, key: str) -> Field | None:
        """Return the field, or the column of a list, that a key names."""
        head, _, tail = key.partition(".")
        for form in self.forms:
            if head in form and not tail:
                return form.field(head)
            if head in form and form.field(head).kind == "rows":
                return next((each for each in form.field(head).columns if each.key == tail), None)
        return None

    def list_of(self, keys: Sequence[str]) -> str:
        """Return the key of the list whose row a placeholder stands in; ''."""
        heads = {key.partition(".")[0] for key in keys if "." in key}
        return next(
            (head for head in heads if (each := self.field(head)) is not None and each.kind == "rows"), ""
        )

    def is_box(self, key: str) -> bool:
        """Whether a key is an opinion box or a part of one."""
        head = key.partition(".")[0]
        return any(box.key == head for form in self.forms for box in form.boxes)

    def phrase(self, keys: Sequence[str]) -> str:
        """Return how placeholders for keys that share a cell are written: one word where a label means them all."""
        if len(keys) == 2:
            labels = [cell.label for form in self.forms for row in form.layout for cell in row.cells]
            found = next(
                (word for word in (*labels, *self._all_words()) if self.keys_of(word) == tuple(keys)), ""
            )
            if found:
                return f"{{{{{found}}}}}"
        return " ".join(f"{{{{{self.word_of(key)}}}}}" for key in keys)

    def word_of(self, key: str) -> str:
        """Return the word a placeholder for a key is best written with."""
        head, _, tail = key.partition("__")[0].partition(".")
        labels = [(each.key, each.label) for form in self.forms for each in form.fields]
        labels += [(each.key, each.label) for form in self.forms for each in form.boxes]
        label = next(
            (word for key, word in labels if key == head and word and self.keys_of(word) == (head,)), head
        )
        if not tail:
            return label if head not in self.numbers or head in self._field_keys() else self.numbers[head][0]
        column = self.field(key.partition("__")[0])
        parts = {NUMBER: "序号", SIGNER: "签名", SIGNED_ON: "日期", WORDS: "意见"}
        return f"{label}.{column.label if column is not None and column.label else parts.get(tail, tail)}"

    def _field_keys(self) -> frozenset[str]:
        return frozenset(each.key for form in self.forms for each in form.fields)

    def near(self, word: str) -> tuple[str, ...]:
        """Return up to three words that are known and look alike."""
        known: dict[str, str] = {}
        for each in self._all_words():
            known.setdefault(normalise(each), each)
        close = difflib.get_close_matches(normalise(word), [each for each in known if each], 3, 0.5)
        return tuple(dict.fromkeys(known[each] for each in close))

    def _all_words(self) -> Iterator[str]:
        for form in self.forms:
            for each in form.fields:
                yield from filter(None, (each.label, *each.synonyms, each.key))
                for column in each.columns:
                    yield f"{each.label}.{column.label}"
            for box in form.boxes:
                yield from (box.label, *box.synonyms)
        for words in self.numbers.values():
            yield from words


def _keys_in(form: Form, vocabulary: Vocabulary, word: str) -> tuple[str, ...]:
    if word in form or word in {box.key for box in form.boxes} or _dotted_key(form, word):
        return (word,)
    head, *rest = _DOT.split(word, 1)
    if rest:
        return _part(form, vocabulary, head, rest[0])
    found = vocabulary.strict(word)
    if found is None or len(found.keys) == 2:  # 授权时间(起), 授权时间止: one end of both
        end = _END.search(word)
        found = (vocabulary.within(word[: end.start()], end[1]) if end else None) or found
    if found is not None and (found.keys or found.box):
        return found.keys or (str(found.box),)
    for each in form.fields:  # lists and files have no label a single cell is read by
        if normalise(word) in {normalise(name) for name in (each.label, *each.synonyms) if name}:
            return (each.key,)
    return _signer_or_day(form, word)


def _dotted_key(form: Form, key: str) -> bool:
    head, _, tail = key.partition(".")
    if not tail:
        return False
    if any(box.key == head for box in form.boxes):
        return tail in (SIGNER, SIGNED_ON, WORDS)
    if head in form and form.field(head).kind == "rows":
        return tail == NUMBER or any(each.key == tail for each in form.field(head).columns)
    return False


def _part(form: Form, vocabulary: Vocabulary, head: str, tail: str) -> tuple[str, ...]:
    """明细.名称 -> a column of a list; 区民政局审核意见.日期 -> a part of an opinion box."""
    wanted = normalise(head)
    for each in form.fields:
        if each.kind == "rows" and (
            head == each.key or wanted in {normalise(name) for name in (each.label, *each.synonyms) if name}
        ):
            for column in each.columns:
                if tail == column.key or normalise(tail) in {
                    normalise(name) for name in (column.label, *column.synonyms) if name
                }:
                    return (f"{each.key}.{column.key}",)
            return (f"{each.key}.{NUMBER}",) if normalise(tail) in _NUMBER_WORDS else ()
    found = vocabulary.strict(head)
    box = (
        found.box if found is not None else next((each.key for each in form.boxes if each.key == head), None)
    )
    if box is None:
        return ()
    part = next((part for part, words in _PART_WORDS if normalise(tail).endswith(words)), None)
    return (f"{box}.{part}",) if part else ()


def _signer_or_day(form: Form, word: str) -> tuple[str, ...]:
    """审核人, 审核日期 -> signer and day of the one box whose label speaks of it."""
    for part, words in _PART_WORDS[:2]:
        for end in words:
            stem = normalise(word).removesuffix(end)
            if len(stem) < 2 or stem == normalise(word):
                continue
            boxes: list[Box] = [
                box for box in form.boxes if stem.removesuffix("意见") in normalise(box.label)
            ]
            if len(boxes) == 1:
                return (f"{boxes[0].key}.{part}",)
    return ()
