"""Reading answers: by key, by label, and as ticked boxes (☑长期性 □短期 □临时性)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from forms.fields import Choice
from forms.written.words import fold, normalise_label, split_list

_TICKED = "☑☒√✓✔■●◉⊙✅"
_EMPTY = "□☐○◯〇▢"
_CROSSED = "×✗✘"
_BOX = re.compile(
    rf"\[\s*[xX√✓]\s*\]|\[\s*\]|\(\s*[√✓✔{_CROSSED}]\s*\)|\(\s*\)|[{_TICKED}{_EMPTY}{_CROSSED}]"
)
_HAS_TICK = re.compile(rf"[{_TICKED}]|\[\s*[xX]\s*\]")
_STOPS = " \t\n\u3000:、,;。."
"""What may stand between a mark and its word."""
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
        """Read boxes and ticks. What a mark belongs to must be plain, or the whole text is told as unknown.

        Where the text begins with a mark they stand before their words, where it ends with one behind them. A tick
        between two words belongs to the one it touches: 长期性√ 短期; of 长期性√短期 nobody can say.
        """
        texts, marks = _pieces(folded)
        before = not self._ends_with_answer(texts[0])
        behind = not before and not texts[-1].strip(_STOPS)
        keys: list[str] = []
        unknown: list[str] = []
        for number, ticked in enumerate(marks):
            if not ticked:
                continue
            left, right = texts[number], texts[number + 1]
            touches_left, touches_right = _touches(left[-1:]), _touches(right[:1])
            if before or (not behind and touches_right and not touches_left):
                piece, at, touched = right, 0, touches_right
            elif behind or (touches_left and not touches_right):
                piece, at, touched = left.rpartition(":")[2], -1, touches_left
            else:
                piece, at, touched = "", 0, False
            key = self._nearest(piece, at, touched)
            if key is None:
                unknown.append(piece.strip(_STOPS) or folded)
            else:
                keys.append(key)
        return Answers(tuple(dict.fromkeys(keys)), tuple(dict.fromkeys(unknown)))

    def _ends_with_answer(self, text: str) -> bool:
        """Whether a text before the first box is an answer, and not what is asked: 事项性质: □长期性 □短期."""
        bare = text.rstrip()
        normal = normalise_label(bare)
        return not bare.endswith(":") and any(normal.endswith(word) for word in self._longest_first)

    def _nearest(self, text: str, at: int, touched: bool) -> str | None:
        """The answer beside a tick; of several the one it touches (`at`: the first or the last). None: not plain."""
        bare = text.strip(_STOPS)
        whole = self.find(bare)
        if whole is not None or not bare:
            return whole
        words = [self.find(each) for each in bare.split()]
        return words[at] if touched and len(words) > 1 and None not in words else None


def _pieces(folded: str) -> tuple[list[str], list[bool]]:
    """The texts around the marks, and whether each mark is a tick; marks side by side are one: □√长期性."""
    texts: list[str] = [""]
    marks: list[bool] = []
    at = 0
    for mark in _BOX.finditer(folded):
        between = folded[at : mark.start()]
        ticked = _is_tick(mark[0])
        if marks and not between.strip(_STOPS):
            marks[-1] = marks[-1] or ticked
        else:
            texts[-1] = between
            texts.append("")
            marks.append(ticked)
        at = mark.end()
    texts[-1] = folded[at:]
    return texts, marks


def _is_tick(mark: str) -> bool:
    return bool(_HAS_TICK.search(mark)) or "√" in mark or "✓" in mark or "✔" in mark


def _touches(sign: str) -> bool:
    """Whether a mark stands right at a word: what is beside it is neither a space nor a sign between words."""
    return bool(sign) and not sign.isspace() and sign not in _STOPS


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
