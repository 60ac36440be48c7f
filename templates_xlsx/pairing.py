"""One cell that holds labels and values: which of the fields a clerk pointed at belongs to which label."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import permutations

from forms.fields import Field
from forms.written.amounts import read_money, read_number
from forms.written.choices import Choices
from forms.written.dates import OPEN_END, read_date
from forms.written.phones import read_phone
from templates_xlsx.labels import Vocabulary
from templates_xlsx.layouts import anchor_text, colons_of, inline_parts
from templates_xlsx.values import splits_surely

Keys = tuple[str, ...]
_LAST_LABEL = re.compile(r"(?:\S(?:[ \u3000]{1,2}\S)+|\S+)\Z")
"""The end of a text before a colon: a word, or one written with a space after each character."""
_TRIED = 5
"""Labels of one cell whose fields are told by what stands behind them; of more, the order is taken."""


def labels_in(text: str) -> list[str]:
    """Return the labels of a text of pairs, as they stand; none where it does not begin with one."""
    found: list[str] = []
    start = 0
    for at in colons_of(text):
        piece = text[start:at].strip()
        last = _LAST_LABEL.search(re.split("[;\uff1b]", piece)[-1]) if found else None
        label = last[0] if last else piece
        length = len(anchor_text(label))
        if not found and not 2 <= length <= 16:
            return []
        if 2 <= length <= 16 and not any(sign.isdigit() for sign in label):
            found.append(label)
        start = at + 1
    return found


def paired(vocabulary: Vocabulary, text: str, labels: Sequence[str], keys: Keys) -> list[tuple[str, Keys]]:
    """Give the fields their labels among those of one cell: the form's own words first, then what suits the values.

    Where that leaves a choice the order of `keys` is taken. None where the fields cannot be parted.
    """
    pairs: dict[str, Keys] = {}
    for label in labels:
        found = vocabulary.strict(label)
        if found is not None and found.keys and set(found.keys) <= set(keys):
            pairs[label] = found.keys
    left = [key for key in keys if not any(key in each for each in pairs.values())]
    free = [each for each in labels if each not in pairs and not vocabulary.strict(each)]
    groups = _groups(vocabulary, left, len(free))
    if len(groups) > len(free):
        return []
    free = free[: len(groups)]
    pairs.update(zip(free, _best(vocabulary, text, free, groups), strict=True))
    return [(label, pairs[label]) for label in labels if label in pairs]


def _groups(vocabulary: Vocabulary, keys: Sequence[str], labels: int) -> list[Keys]:
    """Return the fields one by one, or two together that can share a value while there are too few labels."""
    groups: list[Keys] = [(key,) for key in keys]
    at = 0
    while len(groups) > labels and at + 1 < len(groups):
        both = groups[at] + groups[at + 1]
        if vocabulary.is_compound(both):
            groups[at : at + 2] = [both]
        at += 1
    return groups


def _best(vocabulary: Vocabulary, text: str, labels: Sequence[str], groups: Sequence[Keys]) -> Sequence[Keys]:
    if not 1 < len(groups) <= _TRIED:
        return groups
    parts = inline_parts(text, tuple(anchor_text(each) for each in labels))
    if len(parts) != len(groups):
        return groups
    form = vocabulary.form
    suits = {
        (at, keys): _suits(value, tuple(form.field(key) for key in keys))
        for at, (_, value) in enumerate(parts)
        for keys in groups
    }
    return max(permutations(groups), key=lambda order: sum(suits[at, keys] for at, keys in enumerate(order)))


def _suits(value: str, fields: tuple[Field, ...]) -> int:
    """How well a value suits fields: 2 surely, 1 perhaps, 0 not; what is plainly a number or a date is no plain text."""
    if not value:
        return 1
    if len(fields) > 1:
        return 2 if splits_surely(value, fields) else 0
    kind = fields[0].kind
    if kind == "date":
        return 2 if read_date(value) or value == OPEN_END else 0
    if kind == "phone":
        return 2 if read_phone(value) else 0
    if kind in ("money", "number"):
        return 2 if read_money(value) is not None or read_number(value) is not None else 0
    if kind in ("choice", "choices", "yes_no"):
        answers = Choices(fields[0].choices).read(value)
        return 2 if answers.keys and not answers.unknown else 0
    return 0 if read_phone(value) or read_date(value) or read_money(value) is not None else 1
