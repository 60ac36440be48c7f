"""Which matter an exit is about: number and name are compared, whichever way the table comes in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from forms.binding import Bound, Submission, bind, present
from templates_xlsx.fill import fill_application, read_opinions
from templates_xlsx.grid import open_workbook
from templates_xlsx.sheets import cell_text, position
from templates_xlsx.template import Template
from workflows.admission import official
from workflows.admission.exits import AlreadyLeaving, NoSuchMatter
from workflows.usecases import definitions, imports, instances, tasks

NUMBER, NAME = "准〔2026〕0001号", "司法文书送达协助"
OTHER_NUMBER, OTHER_NAME = "准〔2026〕0002号", "陪审员推荐"
POSTED: Mapping[str, Any] = {
    "applicant_unit": "区人民法院",
    "filing_number": NUMBER,
    "matter_name": NAME,
    "exit_kind": "done",
    "exit_reason": "工作已完成",
    "exit_on": "2026-03-16",
    "contact_name": "吴桂玉",
    "contact_phone": "022-84908838",
}


@pytest.fixture
def filed(office: Any) -> Any:
    """The court has two matters in force."""
    for name in (NAME, OTHER_NAME):
        office.file(matter_name=name, period_start="2026-03-16")
        office.hand_over()
    return office


def fill(office: Any, who: str, mode: str = "page", **changes: Any) -> Bound:
    with office.reading() as tx:
        form = definitions.start_form(tx, "terminate")
        setting = instances.start_setting(tx, "terminate", office.actor(tx, who), mode)
        return bind(form, {**POSTED, **changes}, setting)


def told(bound: Bound) -> list[tuple[str | None, str]]:
    return [(each.field, each.tell()) for each in bound.faults if each.severity == "error"]


@pytest.mark.parametrize("mode", ["page", "api", "table"])
def test_a_number_of_another_matter_than_the_name_says_is_a_fault_at_the_number(
    filed: Any, mode: str
) -> None:
    ((field, sentence),) = told(fill(filed, "court", mode, filing_number=OTHER_NUMBER))
    assert field == "filing_number"
    assert OTHER_NUMBER in sentence
    assert OTHER_NAME in sentence
    assert NAME in sentence


def test_an_uploaded_table_with_the_number_of_another_matter_says_so_at_its_cell(filed: Any) -> None:
    with filed.reading() as tx:
        form = definitions.form(tx, "termination")
        bound = fill(filed, "court", "api")
        assert bound.submission is not None
        values = {**bound.submission.values, "filing_number": OTHER_NUMBER}
        content = fill_application(form, values, units=tx.units)
        found = imports.preview(tx, content, "终止备案表.xlsx", "termination", filed.actor(tx, "court"))
    (record,) = found.records
    faults = [each for each in record.faults if each.severity == "error"]
    assert [each.field for each in faults] == ["filing_number"]
    assert faults[0].cell
    assert OTHER_NAME in faults[0].zh


def test_an_uploaded_table_ends_a_matter(filed: Any) -> None:
    with filed.runtime.transaction(at=filed.at) as tx:
        form = definitions.form(tx, "termination")
        bound = fill(filed, "court", "api")
        assert bound.submission is not None
        content = fill_application(form, bound.submission.values, units=tx.units)
        court = filed.actor(tx, "court")
        found = imports.preview(tx, content, "终止备案表.xlsx", "termination", court)
        assert not [each.zh for record in found.records for each in record.faults if each.severity == "error"]
        batch = imports.accept(tx, found, court)
        assert imports.run_chunk(tx, batch) == 0
        (record,) = imports.records(tx, batch, court)
        assert record.state == "done", record.error
        instance_id = int(record.result or 0)
    assert filed.matter(instance_id).state == "leaving"


def test_the_number_brings_name_and_day_along(filed: Any) -> None:
    bound = fill(filed, "court", matter_name="", admitted_on="")
    assert bound.submission is not None, told(bound)
    assert bound.submission.values["matter_name"] == NAME
    assert str(bound.submission.values["admitted_on"]) == "2026-03-16"
    with filed.reading() as tx:
        form = definitions.start_form(tx, "terminate")
        setting = instances.start_setting(tx, "terminate", filed.actor(tx, "court"))
        page = present(form, setting, {"applicant_unit": "区人民法院", "filing_number": OTHER_NUMBER})
    assert page.values["matter_name"] == OTHER_NAME


def test_the_name_alone_brings_the_number_along(filed: Any) -> None:
    bound = fill(filed, "court", filing_number="")
    assert bound.submission is not None, told(bound)
    assert bound.submission.values["filing_number"] == NUMBER


def test_two_matters_of_one_name_want_the_number(filed: Any) -> None:
    filed.file(period_start="2026-03-16")
    ((field, sentence),) = told(fill(filed, "court", filing_number=""))
    assert field == "filing_number"
    assert NUMBER in sentence


def test_a_unit_ends_its_own_matters_only(filed: Any) -> None:
    faults = dict(told(fill(filed, "school", applicant_unit="区人民法院")))
    assert "不是您所在的单位" in faults["applicant_unit"]
    faults = dict(told(fill(filed, "school", applicant_unit="区教育局")))
    assert "该单位没有编号" in faults["filing_number"]
    assert NAME not in faults["filing_number"]


def test_the_picker_of_the_unit_lists_whom_one_may_act_for(filed: Any) -> None:
    with filed.reading() as tx:
        form = definitions.start_form(tx, "terminate")

        def offered(who: str) -> set[str]:
            setting = instances.start_setting(tx, "terminate", filed.actor(tx, who))
            choices = present(form, setting).page["applicant_unit"].choices
            return {choice.label for choice in choices if choice.value}

        assert offered("school") == {"区教育局"}
        assert {"区教育局", "区人民法院"} <= offered("clerk")


def test_the_bureau_gives_the_number_alone_and_the_unit_follows(filed: Any) -> None:
    bound = fill(filed, "clerk", applicant_unit="", matter_name="")
    assert bound.submission is not None, told(bound)
    with filed.reading() as tx:
        assert tx.units.get(bound.submission.values["applicant_unit"]).name == "区人民法院"


def test_a_corrected_exit_stays_with_its_matter(filed: Any) -> None:
    instance_id = filed.start("court", "terminate", POSTED)
    filed.do("court_leader", "unit_leader", decision="return", opinion="再看")
    with filed.reading() as tx:
        court = filed.actor(tx, "court")
        (item,) = [each for each in filed._items(tx, "court") if each.element == "revise"]
        task = tasks.open_task(tx, item.task_id, court)
        changed = {**POSTED, "filing_number": OTHER_NUMBER, "matter_name": OTHER_NAME}
        assert "另行申请" in told(bind(task.form, changed, tasks.setting(tx, task)))[0][1]
    filed.do("court", "revise", **{**POSTED, "exit_reason": "任务完成"})
    assert filed.matter(instance_id).name == NAME


def test_what_the_registry_no_longer_holds_is_refused_when_the_exit_is_registered(filed: Any) -> None:
    first = fill(filed, "court").submission
    second = fill(filed, "court").submission
    unknown = fill(filed, "court").submission
    assert first is not None
    assert second is not None
    assert unknown is not None
    with filed.runtime.transaction(at=filed.at) as tx:
        instances.start(tx, "terminate", first, filed.actor(tx, "court"))
    with pytest.raises(AlreadyLeaving), filed.runtime.transaction(at=filed.at) as tx:
        instances.start(tx, "terminate", second, filed.actor(tx, "court"))
    gone = Submission(
        unknown.form_key, {**unknown.values, "filing_number": "准〔2020〕9号"}, (), unknown.form
    )
    with pytest.raises(NoSuchMatter), filed.runtime.transaction(at=filed.at) as tx:
        instances.start(tx, "terminate", gone, filed.actor(tx, "court"))
    assert "正在办理退出" in told(fill(filed, "court"))[0][1]


def test_the_exits_own_table_is_filled_with_numbers_and_opinions(filed: Any) -> None:
    instance_id = filed.start("court", "terminate", POSTED)
    filed.do("court_leader", "unit_leader", decision="agree", opinion="任务已完成，同意终止")
    filed.do("clerk", "clerk", decision="agree", opinion="材料齐全")
    filed.do("chief", "chief", decision="agree", opinion="准予退出")
    with filed.reading() as tx:
        content = official.workbook(tx, instance_id, filed.actor(tx, "court"))
        form = definitions.form(tx, "termination")
    book = open_workbook(content, "x.xlsx")
    places = Template(content).places

    def cell(key: str) -> str:
        sheet, place = places[key]
        found = next(each for each in book.sheets if each.name == sheet)
        return cell_text(found.value(*position(place)))

    assert cell("filing_number") == NUMBER
    assert cell("exit_number") == "准〔2026〕退0001号"
    assert cell("application_date") == "2026年3月16日"
    assert "☑任务完成" in cell("exit_kind").replace(" ", "")
    said = [(each.box, each.text) for each in read_opinions(book, form)]
    assert said == [
        ("unit_opinion", "任务已完成，同意终止"),
        ("bureau_opinion", "材料齐全"),
        ("bureau_opinion", "准予退出"),
    ]


def test_every_subdistricts_notice_stands_among_the_forms(filed: Any) -> None:
    instance_id = filed.start("court", "terminate", POSTED)
    filed.do("court_leader", "unit_leader", decision="agree")
    filed.do("clerk", "clerk", decision="agree")
    filed.do("chief", "chief", decision="agree")
    for who in ("xinli", "junliang"):
        filed.do(who, "notify", decision="notified", notified_on="2026-03-16", signed_by=who)
    told = [each for each in filed.view(instance_id).filled if each.form_key == "exit_notice"]
    assert [(each.unit_name, each.values["signed_by"]) for each in told] == [
        ("新立街道", "xinli"),
        ("军粮城街道", "junliang"),
    ]


def test_a_units_answer_to_the_refresh_is_not_for_other_units(filed: Any) -> None:
    instance_id = filed.start("clerk", "annual_refresh", {"year": "2027", "answer_by": "2026-03-30"})
    filed.do("court", "answer", **{"rows-0-answer": "continue", "rows-1-answer": "continue"})

    def keys(who: str) -> set[str]:
        return {each.form_key for each in filed.view(instance_id, who).filled}

    assert "refresh_answer" in keys("court")
    assert "refresh_answer" in keys("clerk")
    assert "refresh_answer" not in keys("court_head")
