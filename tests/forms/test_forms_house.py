"""Rules of the house for forms: every property and every fault code is known, in both languages."""

import re

import pytest
from forms_builders import FORMS

from forms.faults import FAULT_SENTENCES
from forms.properties import PROPERTIES
from forms.schema import load_form

CODES = re.compile(
    r'(?:fault|warning)\(\s*(?:each|field|stop),\s*"(\w+)"|"(date_)\{|"(not_an?_\w+|unit_\w+)"'
)


def used_codes() -> set[str]:
    """Fault codes that the source names."""
    found: set[str] = set()
    for path in FORMS.glob("*.py"):
        if path.name not in ("faults.py", "properties.py"):
            found |= {one for groups in CODES.findall(path.read_text("utf-8")) for one in groups if one}
    return (found - {"date_", "unit_kinds"}) | {"date_serial", "date_month"}


def test_every_fault_has_its_sentence_and_no_sentence_is_left_over() -> None:
    codes = used_codes()
    assert len(codes) > 20
    assert codes - set(FAULT_SENTENCES) <= {"unit_names"}
    assert set(FAULT_SENTENCES) == codes & set(FAULT_SENTENCES)


@pytest.mark.parametrize("code", FAULT_SENTENCES)
def test_a_sentence_has_both_languages_over_the_same_facts(code: str) -> None:
    sentence = FAULT_SENTENCES[code]
    assert re.search(r"[\u4e00-\u9fff]", sentence.zh) or sentence.zh.startswith("{")
    assert not re.search(
        r"[\u4e00-\u9fff]",
        sentence.en.replace("长期", "").replace("至", "").replace("是", "").replace("否", ""),
    )
    facts = [set(re.findall(r"\{(\w+?)(?:_zh|_en)?\}", text)) for text in (sentence.zh, sentence.en)]
    assert facts[0] - {"label"} == facts[1] - {"label"}


def test_every_property_of_a_shipped_form_is_understood() -> None:
    unknown: set[tuple[str, str]] = set()
    for path in FORMS.glob("*.form"):
        for field in load_form(path.read_bytes(), path.name).fields:
            for each in (field, *field.columns):
                known = {*PROPERTIES, *(f"choice.{choice.key}" for choice in each.choices)}
                unknown |= {
                    (f"{path.stem}.{each.key}", name) for name in each.properties if name not in known
                }
    assert not unknown
