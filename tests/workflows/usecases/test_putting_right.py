"""Words that name nothing known are asked for once; the office remembers what they mean."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.workflows.usecases.conftest import Office, request_target
from tests.workflows.usecases.test_imports import rows, table
from workflows.usecases import audit, import_targets, imports, memory, putting_right
from workflows.usecases.corrections import ANY, Correction
from workflows.usecases.errors import NotAllowed, NotFound

ODD = [("调研甲", "教委", "1200", "2026-04-01"), ("调研乙", "教委", "800", "2026-04-02")]


@pytest.fixture(autouse=True)
def target() -> Iterator[None]:
    import_targets.register(request_target())
    yield
    del import_targets.IMPORT_TARGETS["request"]


def kept(office: Office, content: bytes, username: str = "zhou", name: str = "汇总表.xlsx") -> int:
    """A table uploaded and kept as the page does it."""
    actor = office.actor(username)
    with office.reading() as tx:
        found = imports.preview(tx, content, name, "request", actor)
    staged = imports.stage(office.runtime, found)
    with office.transaction() as tx:
        return imports.keep(tx, staged, actor)


def asked(office: Office, batch_id: int, username: str = "zhou") -> list[Any]:
    with office.reading() as tx:
        return putting_right.open_questions(tx, imports.load(tx, batch_id, office.actor(username)))


def say(
    office: Office, batch_id: int, word: str, unit: str, *, remember: bool = True, by: str = "zhou"
) -> None:
    actor, answers = office.actor(by), {("applicant_unit", word): str(office.units[unit])}
    with office.reading() as tx:
        found, said = putting_right.read_with(tx, batch_id, answers, actor)
    with office.transaction() as tx:
        putting_right.settle(tx, batch_id, found, said, actor, remember=remember)


def loaded(office: Office, batch_id: int, username: str = "zhou") -> Any:
    with office.reading() as tx:
        return imports.load(tx, batch_id, office.actor(username))


def test_an_unknown_unit_is_asked_for_once_with_what_resembles_it(office: Office) -> None:
    (question,) = asked(office, kept(office, table(ODD)))
    assert (question.word, question.label) == ("教委", "申请单位")
    assert question.near[0] == (str(office.units["教育局"]), "教育局")
    assert [cell for _sheet, cell in question.cells] == ["B2", "B3"]


def test_once_put_right_the_table_can_go_in_and_the_next_one_needs_no_question(office: Office) -> None:
    batch_id = kept(office, table(ODD))
    assert loaded(office, batch_id).counts["wrong"] == 2
    say(office, batch_id, "教委", "教育局")
    found = loaded(office, batch_id)
    assert (found.counts["right"], found.counts["wrong"]) == (2, 0)
    assert {each.values["applicant_unit"] for each in found.records} == {office.units["教育局"]}
    with office.transaction() as tx:
        imports.accept(tx, batch_id, office.actor("zhou"))
    later = kept(office, table([("调研丙", " 教 委 ", "1", "2026-05-01")]), name="另一张.xlsx")
    assert asked(office, later) == []
    assert loaded(office, later).counts["right"] == 1
    with office.reading() as tx:
        (remembered,) = memory.listing(tx, "value", office.actor("zhou"))
    assert (remembered.given, remembered.used, remembered.created_by_name) == ("教委", 1, "周志远")


def test_said_for_one_table_alone_the_office_does_not_remember_it(office: Office) -> None:
    batch_id = kept(office, table(ODD))
    say(office, batch_id, "教委", "教育局", remember=False)
    assert loaded(office, batch_id).counts["right"] == 2
    assert len(asked(office, kept(office, table([("丙", "教委", "1", "2026-05-01")])))) == 1


def test_a_unit_clerks_word_holds_for_the_own_unit_only(office: Office) -> None:
    batch_id = kept(office, table(ODD), "gao")
    say(office, batch_id, "教委", "教育局", by="gao")
    fresh = table([("丙", "教委", "1", "2026-05-01")])
    assert asked(office, kept(office, fresh, "sun"), "sun") == []
    assert len(asked(office, kept(office, fresh, "qian"), "qian")) == 1


def test_what_was_not_asked_or_cannot_be_meant_is_refused_and_nothing_changes(office: Office) -> None:
    batch_id = kept(office, table(ODD))
    actor = office.actor("zhou")
    for answers in (
        {("applicant_unit", "教委"): "987654"},
        {("applicant_unit", "公安局"): str(office.units["教育局"])},
        {("subject", "教委"): str(office.units["教育局"])},
    ):
        with office.reading() as tx, pytest.raises(putting_right.NoSuchMeaning):
            putting_right.read_with(tx, batch_id, answers, actor)
    assert loaded(office, batch_id).counts["wrong"] == 2
    with office.reading() as tx, pytest.raises(NotAllowed):
        putting_right.read_with(tx, batch_id, {}, office.actor("qian"))


def test_a_unit_that_is_no_more_is_asked_for_again(office: Office) -> None:
    gone = Correction(ANY, ANY, "旅游局", "987654")
    with office.transaction() as tx:
        memory.remember_value(tx, gone, office.actor("zhou"))
    (question,) = asked(office, kept(office, table([("丁", "旅游局", "1", "2026-05-01")])))
    assert question.word == "旅游局"


def test_forgetting_is_for_those_it_holds_for_and_is_recorded(office: Office) -> None:
    say(office, kept(office, table(ODD)), "教委", "教育局")
    with office.reading() as tx:
        (remembered,) = memory.listing(tx, "value", office.actor("zhou"))
        assert memory.listing(tx, "value", office.actor("gao")) == []
    with office.transaction() as tx, pytest.raises(NotAllowed):
        memory.forget(tx, "value", remembered.id, office.actor("gao"))
    with office.transaction() as tx:
        memory.forget(tx, "value", remembered.id, office.actor("li"))
    with office.reading() as tx:
        events = [line.event for line in audit.listing(tx, office.actor("root")).items]
        assert events[:2] == ["values.forgotten", "values.remembered"]
    with office.transaction() as tx, pytest.raises(NotFound):
        memory.forget(tx, "value", remembered.id, office.actor("li"))
    assert len(asked(office, kept(office, table([("丙", "教委", "1", "2026-05-01")])))) == 1


def test_what_is_right_stays_as_it_was_read(office: Office) -> None:
    batch_id = kept(office, table([*ODD, *rows(1)]))
    say(office, batch_id, "教委", "公安局")
    values = [each.values["applicant_unit"] for each in loaded(office, batch_id).records]
    assert values == [office.units["公安局"]] * 2 + [office.units["教育局"]]
