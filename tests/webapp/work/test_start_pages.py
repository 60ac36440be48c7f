"""发起申请: the question that is asked first, the paper to fill in, faults in place, files."""

from __future__ import annotations

import io
from typing import Any

import pytest
from flask.testing import FlaskClient
from work_desk import Desk

from forms.faults import Refused
from workflows.usecases import instances
from workflows.usecases.errors import NothingToImport

GOOD: dict[str, Any] = {
    "confidential": "no",
    "applicant_unit": "2",
    "contact_name": "高静",
    "contact_phone": "022-84905580",
    "matter_name": "垃圾分类宣传",
    "duration_class": "long_term",
    "executor": ["community", "grid"],
    "legal_basis": "《固体废物污染环境防治法》第四十三条",
    "content": "协助宣传",
    "period_start": "2026-04-01",
    "scope": ["10", "21"],
}


def test_before_the_secrecy_question_is_answered_no_other_field_is_shown(client: FlaskClient) -> None:
    page = client.get("/start/apply").get_data(as_text=True)
    assert 'name="confidential"' in page
    assert "matter_name" not in page
    assert "/imports/new?form=admission_application" in page


def test_answering_yes_stops_and_shows_no_form(client: FlaskClient) -> None:
    page = client.get("/start/apply?confidential=yes").get_data(as_text=True)
    assert "线下办理" in page
    assert "matter_name" not in page


def test_answering_no_draws_the_paper_to_fill_in(client: FlaskClient) -> None:
    page = client.get("/start/apply?confidential=no").get_data(as_text=True)
    assert '<input type="hidden" name="confidential" value="no">' in page
    assert 'type="date" id="f-period_start"' in page
    assert 'type="radio" name="duration_class" value="long_term"' in page
    assert 'type="checkbox" name="executor" value="grid"' in page
    assert 'data-name="华明街道"' in page
    assert '<option value="2" selected>区城市管理委员会</option>' in page


def test_a_good_form_starts_the_process(client: FlaskClient, desk: Desk) -> None:
    answer = client.post("/start/apply", data=GOOD)
    assert answer.status_code == 303
    assert answer.location == "/instances/30"
    (call,) = [each for each in desk.done if each[0] == "start"]
    assert call[2].values["scope"] == [10, 21]
    assert call[-1] == {"entered_for": 2}


def test_all_faults_come_at_once_each_linked_and_in_place(client: FlaskClient, desk: Desk) -> None:
    answer = client.post("/start/apply", data={**GOOD, "matter_name": "", "contact_phone": "1380013"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    for key in ("matter_name", "contact_phone"):
        assert f'href="#f-{key}"' in page
        assert f'id="f-{key}-fault"' in page
    assert 'value="1380013"' in page
    assert not [each for each in desk.done if each[0] == "start"]


def test_what_was_typed_stands_after_a_fault(client: FlaskClient) -> None:
    page = client.post("/start/apply", data={**GOOD, "matter_name": ""}).get_data(as_text=True)
    assert 'name="executor" value="grid" checked' in page or 'value="grid" checked' in page
    assert 'value="21" data-name="新立花园社区" checked' in page
    assert "协助宣传" in page


def test_a_file_is_kept_though_another_field_is_faulty(client: FlaskClient, desk: Desk) -> None:
    data = {**GOOD, "matter_name": "", "attachments": (io.BytesIO(b"%PDF-1.4"), "依据.pdf")}
    answer = client.post("/start/apply", data=data, content_type="multipart/form-data")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert [each.name for each in desk.kept.values()][-1] == "依据.pdf"
    assert 'name="attachments" value="6" checked' in page
    assert desk.log[-1] == "committed"


def test_a_confidential_answer_keeps_no_file_and_nothing_typed(client: FlaskClient, desk: Desk) -> None:
    before = dict(desk.kept)
    data = {**GOOD, "confidential": "yes", "attachments": (io.BytesIO(b"%PDF-1.4"), "依据.pdf")}
    answer = client.post("/start/apply", data=data, content_type="multipart/form-data")
    assert answer.status_code == 422
    assert "垃圾分类宣传" not in answer.get_data(as_text=True)
    assert desk.kept == before


def test_a_secrecy_mark_is_refused_and_not_shown_again(client: FlaskClient, desk: Desk) -> None:
    answer = client.post("/start/apply", data={**GOOD, "content": "机密★1年"})
    assert answer.status_code == 422
    assert "机密★1年" not in answer.get_data(as_text=True)
    assert not [each for each in desk.done if each[0] == "start"]


def test_late_is_warned_of_while_typing_and_asks_for_a_reason(client: FlaskClient) -> None:
    said = client.post("/start/apply/conditions", data={**GOOD, "period_start": "2026-03-18"}).get_json()
    assert "period_start" in said["warnings"]
    assert "late_reason" not in said["hidden"]
    assert "late_reason" in said["required"]
    early = client.post("/start/apply/conditions", data=GOOD).get_json()
    assert "late_reason" in early["hidden"]


def test_what_a_step_refuses_comes_back_with_the_form_and_its_own_sentence(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_rest: Any, **_more: Any) -> None:
        raise Refused from NothingToImport(name="某事项")

    monkeypatch.setattr(instances, "start", fail)
    answer = client.post("/start/apply", data=GOOD)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "“某事项”中没有可导入的记录" in page
    assert "协助宣传" in page
