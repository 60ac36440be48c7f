"""The page: a WTForms form that holds what a browser posts, with sentences at their fields."""

from datetime import date
from decimal import Decimal
from typing import Any

from forms_builders import application, form_of, part, setting, shipped

from forms.binding import bind, present
from forms.wtf import page_class

FORM = shipped("admission_application")

ROWS: dict[str, Any] = {
    "type": "dynamiclist",
    "path": "matters",
    "label": "事项",
    "components": [
        part("textfield", "name", "名称", validate={"required": True}),
        part("number", "funds", "经费", properties={"kind": "money"}),
        part(
            "textfield",
            "why",
            "原因",
            conditional={"hide": "= funds = null or funds < 100"},
            validate={"required": True},
        ),
    ],
}
FIXED: dict[str, Any] = {
    "type": "dynamiclist",
    "path": "matters",
    "label": "事项",
    "allowAddRemove": False,
    "components": [
        part("textfield", "name", "名称", readonly=True),
        part(
            "radio",
            "answer",
            "意见",
            values=[{"label": "继续", "value": "continue"}, {"label": "终止", "value": "end"}],
        ),
    ],
}


def test_a_page_nobody_filled_begins_with_what_the_form_says() -> None:
    bound = present(FORM, setting(variables={"initiator_unit": 1}))
    assert bound.page["applicant_unit"].texts == ["1"]
    assert bound.page["application_date"].texts == ["2026-03-16"]
    assert bound.page["matter_name"].texts == []
    assert bound.faults == ()
    assert bound.submission is None
    assert "late_reason" in bound.hidden
    assert not any(field.errors for field in bound.page)


def test_a_page_shows_what_stands_as_a_browser_would_post_it() -> None:
    stands = {
        "executor": ["grid"],
        "period_start": date(2026, 4, 1),
        "funds_amount": Decimal("36000.5"),
        "scope": [10, 20],
    }
    page = present(FORM, setting(previous=stands)).page
    assert page["executor"].texts == ["grid"]
    assert page["period_start"].texts == ["2026-04-01"]
    assert page["funds_amount"].texts == ["36000.5"]
    assert page["scope"].texts == ["10", "20"]


def test_what_a_page_shows_posts_back_to_the_same_values() -> None:
    first = bind(FORM, application(funds_amount="3万元", scope="新立街道"), setting())
    posted = {field.name: field.texts for field in first.page}
    again = bind(FORM, posted, setting(previous=first.values))
    assert again.values == first.values


def test_a_draft_is_shown_as_it_was_typed_without_faults() -> None:
    bound = present(FORM, setting(), posted={"contact_phone": "1380013", "matter_name": "半份草稿"})
    assert bound.page["contact_phone"].texts == ["1380013"]
    assert bound.page["matter_name"].texts == ["半份草稿"]
    assert bound.faults == ()
    assert not any(field.errors for field in bound.page)


def test_sentences_stand_at_their_fields_in_the_clerks_language() -> None:
    page = bind(FORM, application(contact_phone="1380013"), setting()).page
    assert page["contact_phone"].errors == ['现为"1380013"，应为 11 位手机号或 区号-座机号']
    assert page["contact_phone"].texts == ["1380013"], "what was typed is still there"
    assert page["stamped_scan"].warnings
    page = bind(FORM, application(contact_phone="1380013"), setting(locale="en")).page
    assert "telephone" in page["contact_phone"].errors[0]


def test_read_values_are_shown_tidy() -> None:
    page = bind(FORM, application(period_start="2026年4月13日", duration_class="长期性"), setting()).page
    assert page["period_start"].texts == ["2026-04-13"]
    assert page["duration_class"].texts == ["long_term"]


def test_the_class_of_a_form_is_built_once() -> None:
    assert page_class(FORM) is page_class(shipped("admission_application"))


def test_types_are_those_of_wtforms_and_each_draws_itself() -> None:
    page = bind(FORM, application(), setting()).page
    types = {field.name: field.type for field in page}
    assert types["matter_name"] == "StringField"
    assert types["content"] == "TextAreaField"
    assert types["duration_class"] == "RadioField"
    assert types["executor"] == "SelectMultipleField"
    assert types["period_start"] == "DateField"
    assert types["applicant_unit"] == "SelectField"
    assert types["attachments"] == "MultipleFileField"
    for field in page:
        assert field.name in str(field())
    assert "区人民法院" in str(page["applicant_unit"]())
    assert "新立街道/先锋社区" in str(page["scope"]())
    assert "readonly" in str(page["application_number"]())


def test_hidden_boxes_and_texts_are_not_drawn() -> None:
    note = {"type": "text", "id": "note", "text": "说明", "conditional": {"hide": "= a = null"}}
    form = form_of(part("textfield", "a"), note)
    assert len(bind(form, {}, setting()).rows()) == 1
    assert len(bind(form, {"a": "x"}, setting()).rows()) == 2


def test_rows_are_bound_each_with_its_own_conditions() -> None:
    form = form_of(ROWS)
    posted = {
        "matters-0-name": "甲", "matters-0-funds": "50", "matters-3-name": "乙", "matters-3-funds": "3万元",
        "matters-3-why": "急",
        "matters-5-name": "", "matters-5-funds": "",
    }  # fmt: skip
    bound = bind(form, posted, setting())
    assert bound.submission is not None
    assert bound.submission.values["matters"] == [
        {"name": "甲", "funds": Decimal(50)},
        {"name": "乙", "funds": Decimal(30000), "why": "急"},
    ]
    assert bound.submission.to_json()["matters"][1] == {"name": "乙", "funds": "30000", "why": "急"}


def test_a_fault_in_a_row_names_row_and_column() -> None:
    form = form_of(ROWS)
    bound = bind(
        form,
        {"matters-0-name": "甲", "matters-1-funds": "许多", "matters-2-name": "丙", "matters-2-funds": "200"},
        setting(),
    )
    found = [(each.field, each.row, each.facts["column"], each.code) for each in bound.faults]
    assert found == [
        ("matters", 1, "name", "required"),
        ("matters", 1, "funds", "not_money"),
        ("matters", 2, "why", "required"),
    ]
    assert bound.submission is None
    entries = bound.page["matters"].entries
    assert entries[1].form["funds"].errors
    assert entries[1].form["funds"].texts == ["许多"]
    assert entries[0].form["name"].name == "matters-0-name"


def test_rows_may_come_as_a_list_of_mappings() -> None:
    bound = bind(form_of(ROWS), {"matters": [{"name": "甲", "funds": 50}]}, setting("api"))
    assert bound.values["matters"] == [{"name": "甲", "funds": Decimal(50)}]


def test_fixed_rows_keep_their_number_and_their_read_only_columns() -> None:
    stands = {"matters": [{"name": "甲"}, {"name": "乙"}]}
    posted = {
        "matters-0-name": "forged",
        "matters-0-answer": "end",
        "matters-1-answer": "continue",
        "matters-2-name": "added",
    }
    bound = bind(form_of(FIXED), posted, setting(previous=stands))
    assert bound.values["matters"] == [{"name": "甲", "answer": "end"}, {"name": "乙", "answer": "continue"}]


def test_fixed_rows_that_nobody_answered_are_there_all_the_same() -> None:
    stands = {"matters": [{"name": "甲"}, {"name": "乙"}]}
    assert bind(form_of(FIXED), {}, setting(previous=stands)).values["matters"] == [
        {"name": "甲"},
        {"name": "乙"},
    ]
    page = present(form_of(FIXED), setting(previous=stands)).page
    assert [entry.form["name"].texts for entry in page["matters"].entries] == [["甲"], ["乙"]]


def test_a_new_page_has_an_empty_row_to_begin_with() -> None:
    bound = present(form_of(ROWS), setting())
    assert len(bound.page["matters"].entries) == 1
    assert "matters" not in bound.values


def test_a_flood_of_rows_is_one_fault() -> None:
    posted = {f"matters-{number}-name": "x" for number in range(2001)}
    bound = bind(form_of(ROWS), posted, setting())
    assert [each.code for each in bound.faults] == ["too_many_pieces"]


def test_required_rows_must_hold_one() -> None:
    form = form_of({**ROWS, "validate": {"required": True}})
    assert [each.code for each in bind(form, {"matters-0-name": ""}, setting()).faults] == ["required"]


def test_fixed_rows_may_be_given_by_an_expression_and_cannot_be_forged() -> None:
    form = form_of({**FIXED, "properties": {"prefill": "= item.rows"}})
    around = setting(variables={"item": {"rows": [{"name": "甲", "other": 1}, {"name": "乙"}]}})
    assert [entry.form["name"].texts for entry in present(form, around).page["matters"].entries] == [
        ["甲"],
        ["乙"],
    ]
    bound = bind(
        form, {"matters-0-name": "forged", "matters-1-answer": "end", "matters-7-name": "added"}, around
    )
    assert bound.values["matters"] == [{"name": "甲"}, {"name": "乙", "answer": "end"}]


def test_what_an_older_form_kept_under_the_key_of_another_kind_does_not_stand() -> None:
    form = form_of(
        part("datetime", "a"),
        part("number", "b"),
        part("checklist", "c", values=[{"label": "x", "value": "x"}]),
        ROWS,
    )
    odd = {"a": "soon", "b": [1], "c": 5, "matters": "three"}
    assert present(form, setting(previous=odd)).values == {}
