"""The clerk's task page: the paper, this task's form in its box, the decisions at the foot."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from work_desk import CLERK, Desk, form, make_task

from webapp.work.story import all_waiting, past
from workflows.usecases import tasks
from workflows.usecases.errors import TaskNotOpen
from workflows.usecases.views import SubmissionView


def test_the_page_is_the_paper_with_the_signed_opinion_and_the_own_box(client: FlaskClient) -> None:
    page = client.get("/tasks/40").get_data(as_text=True)
    assert "社区工作事务准入审批表" in page
    assert "徐建国(孙洋代录)" in page
    assert "生活垃圾分类宣传入户(2026年第12批)" in page
    assert page.count('id="task-form"') == 1
    assert 'class="opinion mine"' in page


def test_decisions_are_buttons_the_first_is_the_main_one_refusing_is_red(client: FlaskClient) -> None:
    page = client.get("/tasks/40").get_data(as_text=True)
    assert 'class="btn btn-primary" form="task-form" name="decision" value="agree"' in page
    assert 'class="btn btn-outline-danger" form="task-form" name="decision" value="refuse"' in page


def test_no_page_holds_inline_style_or_script(client: FlaskClient) -> None:
    for address in ("/tasks/40", "/start", "/start/apply", "/start/apply?confidential=no", "/instances/30"):
        page = client.get(address).get_data(as_text=True)
        assert " style=" not in page
        assert "onclick=" not in page
        assert "<script>" not in page


def test_agreeing_completes_the_task_with_its_version(client: FlaskClient, desk: Desk) -> None:
    answer = client.post("/tasks/40", data={"decision": "agree", "opinion": "同意准入。", "_version": "3"})
    assert answer.status_code == 303
    (call,) = [each for each in desk.done if each[0] == "complete"]
    assert call[1] == 40
    assert call[2].values["decision"] == "agree"
    assert call[-1] == {"version": 3}


def test_a_refusal_without_words_comes_back_with_the_fault_in_place(client: FlaskClient, desk: Desk) -> None:
    answer = client.post("/tasks/40", data={"decision": "refuse", "_seen": "refuse"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert 'href="#f-opinion"' in page
    assert 'id="f-opinion-fault"' in page
    assert not [each for each in desk.done if each[0] == "complete"]


def test_an_answer_that_asks_for_more_says_so_before_it_calls_it_a_fault(client: FlaskClient) -> None:
    answer = client.post("/tasks/40", data={"decision": "conditional"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert 'class="summary soft"' in page
    assert 'name="_seen" value="conditional"' in page
    assert 'id="f-conditions"' in page


def test_a_task_that_is_done_cannot_be_typed_into(client: FlaskClient, desk: Desk) -> None:
    desk.task = make_task(
        desk.at,
        state="completed",
        may_complete=False,
        may_manage=False,
        may_unclaim=False,
        completed_by_name="孙洋",
        completed_at=desk.at,
    )
    page = client.get("/tasks/40").get_data(as_text=True)
    assert "孙洋" in page
    assert 'id="task-form"' not in page
    assert 'class="acts"' not in page


def test_a_draft_keeps_the_fields_of_the_form_and_nothing_else(client: FlaskClient, desk: Desk) -> None:
    answer = client.post(
        "/tasks/40/draft", data={"opinion": "同意", "_version": "3", "csrf_token": "x", "stray": "1"}
    )
    assert answer.status_code == 303
    (call,) = [each for each in desk.done if each[0] == "save_draft"]
    assert call[2] == {"opinion": ["同意"]}


def test_a_draft_with_a_secrecy_mark_is_not_kept(client: FlaskClient, desk: Desk) -> None:
    answer = client.post("/tasks/40/draft", data={"opinion": "机密★1年"})
    assert answer.status_code >= 400
    assert not [each for each in desk.done if each[0] == "save_draft"]


def test_conditions_answer_what_is_hidden_and_required(client: FlaskClient) -> None:
    said = client.post("/tasks/40/conditions", data={"decision": "conditional"}).get_json()
    assert "conditions" in said["required"]
    assert "supplement_items" in said["hidden"]


def test_a_task_without_a_box_is_drawn_below_the_paper(client: FlaskClient, desk: Desk) -> None:
    desk.task = make_task(desk.at, "receive")
    page = client.get("/tasks/40").get_data(as_text=True)
    assert 'class="mine-card"' in page


def test_a_table_of_fixed_rows_shows_what_is_read_only(client: FlaskClient, desk: Desk) -> None:
    rows = [{"filing_number": "津丽准〔2025〕12号", "matter_name": "人口抽样调查协助", "period_text": "长期"}]
    desk.task = make_task(
        desk.at, "refresh_answer", variables={"item": {"rows": rows}}, previous={"rows": rows}
    )
    page = client.get("/tasks/40").get_data(as_text=True)
    assert "人口抽样调查协助" in page
    assert 'name="rows-0-answer"' in page
    assert "data-add-row" not in page


def test_transferring_asks_for_a_person(client: FlaskClient, desk: Desk) -> None:
    assert client.post("/tasks/40/transfer", data={}).status_code == 422
    assert client.post("/tasks/40/transfer", data={"account": "8", "words": "出差"}).status_code == 303
    assert desk.done[-1][:5] == ("transfer", 40, 8, CLERK, "出差")


def test_returning_needs_a_step_and_a_reason(client: FlaskClient, desk: Desk) -> None:
    assert client.post("/tasks/40/return", data={"target": "38"}).status_code == 422
    assert client.post("/tasks/40/return", data={"target": "38", "words": "缺依据"}).status_code == 303
    assert desk.done[-1][:4] == ("return_to", 40, 38, "缺依据")


def test_a_task_done_by_another_meanwhile_is_told_not_drawn_again(
    client: FlaskClient, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def late(*_rest: object, **_more: object) -> None:
        raise TaskNotOpen(name="经办初审", completed_by="孙洋", completed_at=desk.at, state="completed")

    monkeypatch.setattr(tasks, "complete", late)
    answer = client.post("/tasks/40", data={"decision": "agree"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "孙洋" in page
    assert 'id="task-form"' not in page


def test_the_same_step_of_many_units_is_one_line(desk: Desk, app: Flask) -> None:
    assert desk.view is not None
    many = [replace(desk.view.tasks[0], id=number, assignee_name=f"单位{number}") for number in range(9)]
    with app.test_request_context():
        lines = all_waiting(many, False)
        few = all_waiting(many[:2], False)
    assert len(lines) == 1
    assert "等待 9 家单位" in lines[0].text
    assert "单位7 …" in lines[0].words
    assert len(few) == 2


def test_what_the_system_did_by_itself_is_drawn_together(desk: Desk, app: Flask) -> None:
    assert desk.view is not None
    line = desk.view.history[0]
    steps = [replace(line, event="service", text=f"{name}(系统自动完成)") for name in ("登记", "确定路线")]
    with app.test_request_context():
        told = past([line, *steps, line])
    assert [each.state for each in told] == ["", "auto", ""]
    assert "登记、确定路线" in told[1].small


def test_a_supplement_says_what_is_asked_for_and_lets_the_paper_be_corrected(
    client: FlaskClient, desk: Desk
) -> None:
    assert desk.view is not None
    asked = SubmissionView(
        2,
        "review_clerk",
        form("review_clerk"),
        {"decision": "supplement", "supplement_items": "请补充依据文件"},
        41,
        "周志远",
        desk.at,
    )
    desk.view = replace(desk.view, submissions=(*desk.view.submissions, asked))
    standing = desk.view.submissions[0].values
    desk.task = make_task(desk.at, "admission_application", previous=standing)
    page = client.get("/tasks/40").get_data(as_text=True)
    assert "请补充依据文件" in page
    assert 'id="f-matter_name" name="matter_name" value="生活垃圾分类宣传入户(2026年第12批)"' in page
    assert 'name="confidential" value="no" id="f-confidential" checked' in page
    assert "徐建国(孙洋代录)" in page
