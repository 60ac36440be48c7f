"""Answers by key, label and ticked box."""

import pytest

from forms.fields import Choice
from forms.written.choices import Answers, Choices, read_yes_no

DURATION = Choices(
    [
        Choice("long_term", "长期性(一年以上)", ("长期",)),
        Choice("short_term", "短期", ("短期性",)),
        Choice("temporary", "临时性", ("临时",)),
    ]
)
EXECUTOR = Choices([Choice("community", "社区组织", ("社区",)), Choice("grid", "网格员", ("网格",))])


@pytest.mark.parametrize(
    "text",
    [
        "long_term",
        "长期性(一年以上)",
        "长期性\uff08一年以上\uff09",
        "长 期 性",
        "长期",
        "☑长期性(一年以上)  □短期  □临时性",
        "■长期性(一年以上)□短期□临时性",
        "√长期性 短期 临时性",
        "●长期性○短期○临时性",
        "长期性(√) 短期( ) 临时性( )",
        "长期性☑ 短期□",
        "□√长期性 □短期",
        "[x]长期性 [ ]短期",
    ],
)
def test_one_answer_is_given_in_many_ways(text: str) -> None:
    assert DURATION.read(text).keys == ("long_term",)
    assert not DURATION.read(text).unknown


@pytest.mark.parametrize("text", ["", "  ", "□长期性 □短期 □临时性"])
def test_no_tick_is_no_answer(text: str) -> None:
    answers = DURATION.read(text)
    assert (answers.keys, answers.unknown) == ((), ())


@pytest.mark.parametrize("text", ["不定期", "☑其他", "长期性之外"])
def test_another_word_is_told_as_unknown(text: str) -> None:
    assert DURATION.read(text).unknown


@pytest.mark.parametrize(
    "text",
    [
        "社区组织、网格员",
        "网格员、社区组织",
        "社区组织,网格员",
        "社区组织\uff1b网格员",
        "社区组织/网格员",
        "社区组织和网格员",
        "社区组织 网格员",
        "社区组织\n网格员",
        "☑社区组织 ☑网格员",
        "√社区 √网格",
    ],
)
def test_two_answers_are_joined_in_many_ways(text: str) -> None:
    assert set(EXECUTOR.read(text).keys) == {"community", "grid"}


def test_a_list_with_a_stranger_names_the_stranger() -> None:
    assert EXECUTOR.read("社区组织、志愿者").unknown == ("志愿者",)


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("是", True),
        ("否", False),
        ("☑是 □否", True),
        ("□是 ☑否", False),
        ("√", True),
        ("yes", True),
        ("no", False),
        ("true", True),
        ("否(无依据文件)", False),
        ("待定", None),
        ("", None),
    ],
)
def test_yes_and_no(text: str, answer: bool | None) -> None:
    assert read_yes_no(text) is answer


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("长期性√ 短期 临时性", "long_term"),
        ("长期性 短期√ 临时性", "short_term"),
        ("长期性 短期 临时性√", "temporary"),
        ("长期性 √短期 临时性", "short_term"),
        ("长期性×短期√临时性×", "short_term"),
        ("1.长期性√ 2.短期 3.临时性", "long_term"),
        ("事项性质：□长期性 ☑短期", "short_term"),
        ("长期性（√） 短期（×） 临时性（ ）", "long_term"),
        ("□长期性 □短期 √□临时性", "temporary"),
    ],
)
def test_a_tick_belongs_to_the_word_it_touches(text: str, answer: str) -> None:
    assert DURATION.read(text) == Answers((answer,))


@pytest.mark.parametrize(
    "text",
    [
        "长期性√短期 临时性",
        "长期性 √ 短期",
        "长期性□短期☑临时性",
        "长期性 短期 √",
        "√",
        "√长期性、短期",
        "□长期性 短期√",
    ],
)
def test_a_tick_that_nobody_can_place_is_told_and_not_guessed(text: str) -> None:
    answers = DURATION.read(text)
    assert answers.keys == ()
    assert answers.unknown


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("社区组织√ 网格员", ("community",)),
        ("社区组织 网格员√", ("grid",)),
        ("社区组织(√)网格员(×)", ("community",)),
        ("社区组织√网格员√", ("community", "grid")),
    ],
)
def test_ticks_behind_their_words_take_no_other(text: str, keys: tuple[str, ...]) -> None:
    assert EXECUTOR.read(text) == Answers(keys)
