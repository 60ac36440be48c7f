"""A form's pattern may not run for ever: it is refused when the form is checked, by the matcher's own reading of it."""

from __future__ import annotations

import json

import pytest

from forms.feel.patterns import Endless
from forms.patterns import compile_pattern
from forms.schema import check_form

RUNAWAY = ["(a+)+$", "((a+))+$", "(a|a)*b", "(\\d+|[0-9])*x", "([a-z]+)*\\d", "(?:a*)*b", "(.*,)*x"]


@pytest.mark.parametrize("pattern", RUNAWAY)
def test_a_pattern_that_could_run_for_ever_is_refused(pattern: str) -> None:
    with pytest.raises(Endless):
        compile_pattern(pattern)


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("^1[3-9]\\d{9}$", "13902010001"),
        ("^(\\d{3,4}-)?\\d{7,8}$", "022-84905580"),
        ("^[^〔]+〔\\d{4}〕\\d+号$", "津丽〔2026〕3号"),
        ("^\\d+(,\\d{3})*$", "120,000"),
        ("^(?<year>\\d{4})-\\k<year>$", "2026-2026"),
    ],
)
def test_an_ordinary_pattern_stays(pattern: str, text: str) -> None:
    assert compile_pattern(pattern).search(text)


def test_the_check_says_which_field_and_what_to_do() -> None:
    form = {
        "type": "default",
        "id": "probe",
        "schemaVersion": 18,
        "components": [
            {
                "type": "textfield",
                "id": "a",
                "key": "code",
                "label": "代码",
                "validate": {"pattern": "(a+)+$"},
            }
        ],
    }
    (found,) = [
        each for each in check_form(json.dumps(form).encode(), "probe.form") if each.rule == "bad-pattern"
    ]
    assert "code" in found.zh
    assert "(a+)+$" in found.zh
    assert "请改写" in found.zh
    assert "could take for ever" in found.en
