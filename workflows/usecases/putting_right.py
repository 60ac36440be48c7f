"""A person says what the unknown words of a table mean: the table is read anew, and the office remembers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from forms.faults import Refused
from forms.written.words import squeeze
from workflows.usecases import import_batches, memory
from workflows.usecases.actor import Actor
from workflows.usecases.corrections import Correction, Question, questions, scope
from workflows.usecases.runtime import Transaction
from workflows.usecases.views import Preview

Answers = Mapping[tuple[str, str], str]
"""(field, word) -> what it means: a choice's key, a unit's id."""


class NoSuchMeaning(Refused):
    """The word is not asked for, or cannot mean this. Facts: word, value."""

    zh: ClassVar[str] = "“{word}”不能按“{value}”识别，请从列出的选项中选择"
    en: ClassVar[str] = "“{word}” cannot be read as “{value}”; choose one of those offered"


def open_questions(tx: Transaction, found: Preview) -> list[Question]:
    """The words of a kept table that somebody may put right."""
    return questions(found, tx.units)


def read_with(
    tx: Transaction, batch_id: int, answers: Answers, actor: Actor
) -> tuple[Preview, tuple[Correction, ...]]:
    """A kept table read with some words put right, and these; stores nothing (see `settle`).

    Raises `NoSuchMeaning`, and as `imports.read_again`.
    """
    before = import_batches.load(tx, batch_id, actor)
    asked = {(each.field, squeeze(each.word)): each for each in open_questions(tx, before)}
    said = []
    for (field, word), value in answers.items():
        question = asked.get((field, squeeze(word)))
        if question is None or value not in dict(question.every):
            raise NoSuchMeaning(word=word, value=value)
        where = scope(before.form, before.form.field(field))
        said.append(Correction(*where, squeeze(word), value))
    return import_batches.read_again(tx, batch_id, actor, said=said), tuple(said)


def settle(
    tx: Transaction,
    batch_id: int,
    found: Preview,
    said: Sequence[Correction],
    actor: Actor,
    *,
    remember: bool,
) -> None:
    """Keep a table as it was read with words put right; with `remember` the next table needs no question."""
    import_batches.renew(tx, batch_id, found, actor)
    for each in said if remember else ():
        memory.remember_value(tx, each, actor)
