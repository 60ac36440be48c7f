"""In whose name a form is posted: the own unit's, on the page as in a table."""

from __future__ import annotations

from typing import Any

import pytest

from workflows.usecases.submissions import ForeignUnit


def test_nobody_applies_in_the_name_of_another_unit(office: Any, application: dict[str, Any]) -> None:
    with pytest.raises(AssertionError, match=r"“区人民法院”不是您所在的单位\(区教育局\)"):
        office.start("school", "apply", application)
    with pytest.raises(ForeignUnit) as refused:
        office.start("school", "apply", application, bound_by="clerk")
    assert "区人民法院" in refused.value.tell("zh")
    assert "区教育局" in refused.value.tell("zh")
    assert office.todo("court_head") == []


def test_nobody_ends_the_matter_of_another_unit(office: Any) -> None:
    admission = office.file(period_start="2026-03-20")
    posted = {
        "applicant_unit": "区人民法院",
        "filing_number": "准〔2026〕0001号",
        "matter_name": "司法文书送达协助",
        "exit_kind": "done",
        "exit_reason": "工作已完成",
        "exit_on": "2026-03-16",
        "contact_name": "某人",
        "contact_phone": "022-84908838",
    }
    state = office.matter(admission).state
    with pytest.raises(AssertionError, match="不是您所在的单位"):
        office.start("school", "terminate", posted)
    with pytest.raises(ForeignUnit):
        office.start("school", "terminate", posted, bound_by="clerk")
    assert office.matter(admission).state == state


def test_an_application_that_comes_back_does_not_change_its_unit(
    office: Any, application: dict[str, Any]
) -> None:
    office.start("court", "apply", application)
    office.do("court_head", "unit_head", decision="return", opinion="请修改")
    with pytest.raises(AssertionError, match="不是您所在的单位"):
        office.do("court", "revise", **{**application, "applicant_unit": "区教育局"})
    office.do("court", "revise", **application)
    assert office.todo("court_head") == ["unit_head"]


def test_the_bureau_enters_for_any_unit(office: Any, application: dict[str, Any]) -> None:
    assert office.start("clerk", "apply", application, for_unit="区人民法院") > 0
