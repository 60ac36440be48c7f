"""Reading answers: by key, by label, and as ticked boxes (☑长期性 □短期 □临时性)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from forms.fields import Choice
from forms.written.words import fold, normalise_label, split_list

_TICKED = "☑☒√✓✔■●◉⊙✅"
_EMPTY = "□☐○◯〇▢"
_BOX = re.compile(rf"\[\s*[xX√✓]\s*\]|\[\s*\]|\(\s*[√✓✔]\s*\)|\(\s*\)|[{_TICKED}{_EMPTY}]")
_HAS_TICK = re.compile(rf"[{_TICKED}]|\[\s*[xX]\s*\]")
_JOINED = re.compile(r"[、,;/\n\r|+&]+|\s{2,}|和|及|与")

YES = ("是", "有", "对", "yes", "y", "true", "on", "1", "√", "✓", "✔", "☑", "■")
NO = ("否", "无", "不是", "没有", "no", "n", "false", "off", "0", "×", "✗", "☐", "□")


@dataclass(frozen=True)
class Answers:
    """Keys that were chosen, and pieces that are no answer of the field."""

    keys: tuple[str, ...]
    unknown: tuple[str, ...] = ()


class Choices:
    """The answers of one field, found by any of their words."""

    def __init__(self, choices: Iterable[Choice]) -> None:
        self._words: dict[str, str] = {}
        self._keys: dict[str, str] = {}
        for each in choices:
            self._keys[each.key] = each.key
            for word in (each.label, *each.synonyms):
                for normal in (normalise_label(word), normalise_label(word, keep_brackets=True)):
                    if normal:
                        self._words.setdefault(normal, each.key)
            self._words.setdefault(normalise_label(each.key), each.key)
        self._longest_first = sorted(self._words, key=len, reverse=True)

    def find(self, text: str) -> str | None:
        """Return the key of one answer, given as key, label or another word for it."""
        bare = text.strip()
        if bare in self._keys:
            return bare
        return self._words.get(normalise_label(bare, keep_brackets=True)) or self._words.get(
            normalise_label(bare)
        )

    def read(self, text: str) -> Answers:
        """Read a text as answers: one, a list, or boxes."""
        folded = fold(text)
        if not folded:
            return Answers(())
        found = self.find(text)
        if found is not None:
            return Answers((found,))
        if _BOX.search(folded) and (_HAS_TICK.search(folded) or self._only_empty_boxes(folded)):
            return self._boxes(folded)
        for pieces in (split_list(text), [each.strip() for each in _JOINED.split(folded)], folded.split()):
            keys = [(piece, self.find(piece)) for piece in pieces if piece]
            if keys and all(key is not None for _, key in keys):
                return Answers(tuple(dict.fromkeys(key for _, key in keys if key is not None)))
        pieces = split_list(text)
        known = tuple(dict.fromkeys(key for key in map(self.find, pieces) if key is not None))
        return Answers(known, tuple(piece for piece in pieces if self.find(piece) is None))

    def _only_empty_boxes(self, folded: str) -> bool:
        return all(self._leading(piece)[0] is not None for piece in _BOX.split(folded) if piece.strip())

    def _leading(self, piece: str) -> tuple[str | None, str]:
        """Return the answer a piece begins with, and what is left of it."""
        bare = normalise_label(piece)
        for word in self._longest_first:
            if bare.startswith(word):
                return self._words[word], bare[len(word) :]
        return None, bare

    def _boxes(self, folded: str) -> Answers:
        """Read boxes. They stand before their words, or, where the text begins with a word, behind them."""
        marks = list(_BOX.finditer(folded))
        behind = bool(folded[: marks[0].start()].strip(" :、,;")) and not folded[marks[-1].end() :].strip(
            " 、,;。"
        )
        keys: list[str] = []
        unknown: list[str] = []
        ticked = False
        for index, mark in enumerate(marks):
            previous_end = marks[index - 1].end() if index else 0
            following = marks[index + 1].start() if index + 1 < len(marks) else len(folded)
            piece = folded[previous_end : mark.start()] if behind else folded[mark.end() : following]
            ticked = (
                bool(_HAS_TICK.search(mark[0])) or "√" in mark[0] or "✓" in mark[0] or (ticked and not behind)
            )
            if not piece.strip(" 、,;:"):
                continue
            key, rest = self._leading(piece)
            if ticked and key is None:
                unknown.append(piece.strip())
            elif ticked and key is not None:
                keys.append(key)
                if rest and self._leading(rest)[0] is None:
                    unknown.append(piece.strip())
            ticked = False
        return Answers(tuple(dict.fromkeys(keys)), tuple(unknown))


def read_yes_no(text: str) -> bool | None:
    """Read 是/否 in its many forms; None where it is neither. Empty is None too."""
    bare = normalise_label(text)
    folded = fold(text).casefold()
    for words, value in ((YES, True), (NO, False)):
        if folded in words or bare in words:
            return value
    answers = _YES_NO.read(text)
    if len(answers.keys) == 1 and not answers.unknown:
        return answers.keys[0] == "yes"
    return None


def is_unticked(text: str) -> bool:
    """Whether a text is the drawn question alone, □是 □否, with neither box ticked."""
    answers = _YES_NO.read(text)
    return read_yes_no(text) is None and not answers.keys and not answers.unknown


_YES_NO = Choices((Choice("yes", "是", ("有",)), Choice("no", "否", ("无",))))
