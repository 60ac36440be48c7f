"""Layouts nobody has seen, in words the form knows and in words it does not (docs/RECOGNITION.md has the whole run)."""

from __future__ import annotations

import pytest

from tests.recognition.measure import FORM, LAYOUTS, as_recognised, confirmed_once, saved_as_csv, unconfirmed
from tests.recognition.offices import WORDS
from tests.recognition.unknown_labels import UNKNOWN_COMPOUNDS, UNKNOWN_LABELS

SAMPLE = {
    "known": range(len(LAYOUTS)),
    "stray": range(1, len(LAYOUTS), 4),
    "loosened": range(2, len(LAYOUTS), 4),
}
FEW = range(3, len(LAYOUTS), 5)


def test_labels_of_the_form_are_read_right_in_every_layout_and_nobody_is_asked_for_nothing() -> None:
    found = unconfirmed("known", SAMPLE["known"])
    assert found.told == []
    assert (found.right, found.wrong, found.lost) == (found.cells, 0, 0)
    assert found.stored > found.records // 2


@pytest.mark.parametrize("words", WORDS)
def test_no_wrong_value_is_stored_before_a_person_confirmed(words: str) -> None:
    found = unconfirmed(words, SAMPLE.get(words, FEW))
    assert [each for each in found.told if "(stored)" in each or "besides" in each] == []
    assert (found.wrong, found.lost) == (0, 0)


def test_what_saving_as_csv_has_lost_is_never_stored_wrong() -> None:
    found = saved_as_csv("known", range(len(LAYOUTS)))
    assert (found.wrong, found.lost) == (0, 0)
    assert found.right > 0.95 * found.cells


@pytest.mark.parametrize("words", WORDS)
def test_once_confirmed_every_value_of_the_next_file_is_right_and_nobody_is_asked(words: str) -> None:
    found = confirmed_once(words, FEW if words != "unknown" else SAMPLE["stray"])
    assert found.told == []
    assert (found.right, found.asked, found.stored) == (found.cells, 0, found.records)


def test_what_is_confirmed_as_it_was_recognised_reads_the_next_file_as_well() -> None:
    found = confirmed_once("known", FEW, as_recognised)
    assert found.told == []
    assert (found.right, found.asked, found.stored) == (found.cells, 0, found.records)


def test_the_unknown_labels_are_unknown() -> None:
    known = {word for each in FORM.fields for word in (each.label, *each.synonyms)}
    unknown = [word for words in (*UNKNOWN_LABELS.values(), *UNKNOWN_COMPOUNDS.values()) for word in words]
    assert known.isdisjoint(unknown)
    assert len(set(unknown)) == len(unknown)
