"""A rule of the house: each kind of field has each medium, and what is stored comes back exactly."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from forms_builders import Units, setting

from forms.fields import Choice, Field
from forms.kinds import KINDS
from forms.parsing import Warned
from forms.properties import KIND_OF_TYPE
from forms.wtf import WIDGETS

CHOICES = (Choice("a", "甲(一年以上)"), Choice("b", "乙"))
COLUMNS = (Field("n", "名称", "text"), Field("m", "金额", "money"), Field("d", "日期", "date"))

#: kind -> (posted texts, stored value, shown, on paper, JSON, cell)
SAMPLES: dict[str, tuple[list[str], Any, str, str, Any, Any]] = {
    "text": (
        ["\U00020bb7田\u4e28"],
        "\U00020bb7田\u4e28",
        "\U00020bb7田\u4e28",
        "\U00020bb7田\u4e28",
        "\U00020bb7田\u4e28",
        "\U00020bb7田\u4e28",
    ),
    "long_text": (["一\r\n二"], "一\n二", "一\n二", "一\n二", "一\n二", "一\n二"),
    "number": (["1,200.50"], Decimal("1200.5"), "1,200.5", "1,200.5", "1200.5", Decimal("1200.5")),
    "money": (["3.6万元"], Decimal(36000), "36,000 元", "36,000 元", "36000", Decimal(36000)),
    "phone": (
        ["(022)84908838"],
        "022-84908838",
        "022-84908838",
        "022-84908838",
        "022-84908838",
        "022-84908838",
    ),
    "date": (
        ["2026年4月13日"],
        date(2026, 4, 13),
        "2026年4月13日",
        "2026年4月13日",
        "2026-04-13",
        date(2026, 4, 13),
    ),
    "period": (
        ["2026年4月13日至长期"],
        {"start": date(2026, 4, 13), "end": None},
        "2026年4月13日 至 长期",
        "2026年4月13日 至 长期",
        {"start": "2026-04-13", "end": None},
        "2026年4月13日 至 长期",
    ),
    "choice": (["☑甲 □乙"], "a", "甲(一年以上)", "☑甲(一年以上)  ☐乙", "a", "甲(一年以上)"),
    "choices": (
        ["乙", "甲"],
        ["a", "b"],
        "甲(一年以上)、乙",
        "☑甲(一年以上)  ☑乙",
        ["a", "b"],
        "甲(一年以上)、乙",
    ),
    "yes_no": (["否"], False, "否", "☐是  ☑否", False, "否"),
    "unit": (["区人民法院"], 1, "区人民法院", "区人民法院", 1, "区人民法院"),
    "units": (
        ["新立街道、金桥街道/先锋社区"],
        [10, 21],
        "新立街道、金桥街道/先锋社区",
        "新立街道、金桥街道/先锋社区",
        [10, 21],
        "新立街道、金桥街道/先锋社区",
    ),
    "files": (["7", "9"], [7, 9], "2 个附件", "2 个附件", [7, 9], "2 个附件"),
    "rows": (
        [],
        [{"n": "甲", "m": Decimal("0.10"), "d": date(2026, 1, 2)}],
        "1 行",
        "1 行",
        [{"n": "甲", "m": "0.10", "d": "2026-01-02"}],
        "1 行",
    ),
}
SETTING = setting(previous={"x": [7, 9]})


def field(kind: str) -> Field:
    return Field("x", "某项", kind, choices=CHOICES, columns=COLUMNS)


def test_the_samples_walk_the_whole_table() -> None:
    assert set(SAMPLES) == set(KINDS)
    assert all(name == kind.name for name, kind in KINDS.items())
    assert set(KIND_OF_TYPE.values()) <= set(KINDS)


@pytest.mark.parametrize("name", KINDS)
def test_each_kind_has_each_medium(name: str) -> None:
    kind = KINDS[name]
    texts, value, shown, paper, stored, cell = SAMPLES[name]
    if name != "rows":
        read = kind.parse(texts, field(name), SETTING)
        assert (read.value if isinstance(read, Warned) else read) == value
    assert kind.show(value, field(name), Units(), "zh") == shown
    assert kind.show(value, field(name), Units(), "en")
    assert kind.paper(value, field(name), Units(), "zh") == paper
    assert kind.to_json(value, field(name)) == stored
    assert kind.cell(value, field(name), Units()) == cell
    assert kind.widget in WIDGETS


@pytest.mark.parametrize("name", KINDS)
def test_stored_json_comes_back_exactly(name: str) -> None:
    kind, value = KINDS[name], SAMPLES[name][1]
    back = kind.from_json(kind.to_json(value, field(name)), field(name))
    assert back == value
    assert type(back) is type(value)
    assert str(back) == str(value), "0.10 stays 0.10"


@pytest.mark.parametrize("name", [each for each in KINDS if each != "rows"])
def test_what_a_page_posts_for_a_value_reads_as_that_value(name: str) -> None:
    kind, value = KINDS[name], SAMPLES[name][1]
    posted = kind.to_posted(value, field(name), Units())
    assert kind.parse(posted, field(name), SETTING) == value


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("texts", [[], [""], ["  \n"]])
def test_nothing_given_is_nothing(name: str, texts: list[str]) -> None:
    assert KINDS[name].parse(texts, field(name), SETTING) is None


@pytest.mark.parametrize(
    "name",
    ["number", "money", "phone", "date", "period", "choice", "choices", "yes_no", "unit", "units", "files"],
)
def test_nonsense_is_a_fault_with_a_sentence_in_both_languages(name: str) -> None:
    fault = KINDS[name].parse(["某个不存在的东西"], field(name), SETTING)
    assert fault.severity == "error"
    zh, en = fault.tell("zh"), fault.tell("en")
    assert zh != fault.code
    assert zh != en
    assert "{" not in zh + en
    if name != "files":
        assert "现为" in zh


def test_an_ambiguous_unit_is_told_with_its_full_names() -> None:
    fault = KINDS["units"].parse(["先锋社区"], field("units"), SETTING)
    assert fault.code == "unit_ambiguous"
    assert fault.facts["near"] == ["新立街道/先锋社区", "金桥街道/先锋社区"]


def test_an_unknown_unit_is_told_with_names_near_it() -> None:
    fault = KINDS["units"].parse(["新立街道、军粮城街、金桥街道"], field("units"), SETTING)
    assert (fault.code, fault.facts["names"]) == ("unit_unknown", "军粮城街")
    assert "军粮城街道" in fault.facts["near"]
    assert "军粮城街道" in fault.tell()


def test_all_of_a_kind_may_be_said_in_a_word() -> None:
    all_words = replace(field("units"), properties={"all_words": "全区、各街道", "all_kinds": "街道"})
    assert KINDS["units"].parse(["全区"], all_words, SETTING) == [10, 11, 12]


def test_a_unit_of_another_kind_is_refused() -> None:
    streets = replace(field("units"), properties={"unit_kinds": "街道、社区"})
    assert KINDS["units"].parse(["新立街道、区民政局"], streets, SETTING).code == "unit_kind"


def test_an_attachment_of_somebody_else_cannot_be_claimed() -> None:
    assert KINDS["files"].parse(["8"], field("files"), SETTING).code == "file_unknown"


def test_no_funds_are_zero_with_a_warning() -> None:
    read = KINDS["money"].parse(["无"], field("money"), SETTING)
    assert (read.value, read.fault.severity) == (Decimal(0), "warning")


@pytest.mark.parametrize(
    ("text", "code"), [("0.005", "money_places"), ("-5", "too_small"), ("约三万", "not_money")]
)
def test_money_that_cannot_be_paid(text: str, code: str) -> None:
    assert KINDS["money"].parse([text], field("money"), SETTING).code == code


def test_control_characters_are_refused_before_a_database_does() -> None:
    assert KINDS["text"].parse(["a\x00b"], field("text"), SETTING).code == "control_characters"
    assert KINDS["text"].parse(["a\ud800b"], field("text"), SETTING).code == "control_characters"
