"""收件日期: not before the application left its unit; what a clerk enters for a unit came on paper before."""

from __future__ import annotations

import pytest

from forms.faults import Refused
from tests.workflows.admission.conftest import APPLICATION, Office


def test_nothing_is_received_before_it_was_submitted(office: Office) -> None:
    instance_id = office.apply()
    day = office.at.date()
    before = day.replace(day=day.day - 1)
    with pytest.raises(Refused) as refused:
        office.do("clerk", "receive", decision="accept", received_on=before.isoformat())
    told = refused.value.tell("zh")
    assert before.isoformat() in told
    assert day.isoformat() in told
    assert "收件日期须在报送当日或之后" in told
    assert office.todo("clerk") == ["receive"]
    office.do("clerk", "receive", decision="accept", received_on=day.isoformat())
    assert office.matter(instance_id).values["received_on"] == day


def test_what_the_bureau_enters_was_received_when_the_paper_came(office: Office) -> None:
    day = office.at.date()
    came = day.replace(day=day.day - 3)
    instance_id = office.start("clerk", "apply", APPLICATION, for_unit="区人民法院")
    office.do("clerk", "receive", decision="accept", received_on=came.isoformat())
    assert office.matter(instance_id).values["received_on"] == came
