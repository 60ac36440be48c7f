"""The request's transaction, declared access, and errors that become pages."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask, request

from forms.faults import Refused
from webapp import edge
from webapp.errors import STATUS, status_of
from workflows.usecases import errors as known_errors
from workflows.usecases.errors import FileTooLarge, NotAllowed, NotFound, StaleVersion, TaskNotOpen


def add(app: Flask, view: Any, *, method: str = "POST") -> None:
    app.add_url_rule("/probe", "probe", edge.public(view), methods=[method])


def test_a_page_that_answers_well_is_committed_before_it_leaves(app: Flask, runtime: Any) -> None:
    add(app, lambda: (str(edge.tx().kind), 200))
    assert app.test_client().post("/probe").data == b"writing"
    assert runtime.log == ["committed"]


def test_a_page_that_refuses_keeps_nothing(app: Flask, runtime: Any) -> None:
    add(app, lambda: (str(edge.tx().kind), 422))
    assert app.test_client().post("/probe").status_code == 422
    assert runtime.log == ["rolled back"]


def test_a_refusal_may_be_kept_on_purpose(app: Flask, runtime: Any) -> None:
    def view() -> Any:
        edge.tx()
        edge.keep()
        return "wrong password", 401

    add(app, view)
    app.test_client().post("/probe")
    assert runtime.log == ["committed"]


def test_an_error_rolls_back_and_becomes_a_sentence(app: Flask, runtime: Any) -> None:
    def view() -> Any:
        edge.tx()
        raise TaskNotOpen(task_id=3, name="收件登记", completed_by="孙洋", completed_at=None)

    add(app, view)
    answer = app.test_client().post("/probe")
    assert answer.status_code == 409
    assert "“收件登记”已由孙洋于" in answer.text
    assert runtime.log[0] == "rolled back"


def test_get_reads_and_never_writes(app: Flask, runtime: Any) -> None:
    add(app, lambda: str(edge.tx().kind), method="GET")
    assert app.test_client().get("/probe").data == b"reading"
    assert runtime.log == ["read"]


def test_a_transaction_is_opened_only_when_asked_for(app: Flask, runtime: Any) -> None:
    add(app, lambda: "nothing to store")
    app.test_client().post("/probe")
    assert runtime.log == []


def test_committing_early_opens_another_transaction_for_the_rest(app: Flask, runtime: Any) -> None:
    def view() -> Any:
        edge.tx()
        edge.commit()
        edge.tx()
        return "", 422

    add(app, view)
    app.test_client().post("/probe")
    assert runtime.log == ["committed", "rolled back"]


def test_an_unexpected_error_shows_a_number_and_no_trace(
    app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    def view() -> Any:
        raise ZeroDivisionError("secret detail")

    add(app, view)
    answer = app.test_client().post("/probe")
    assert answer.status_code == 500
    number = re.search(r"编号：([0-9A-F]{8})", answer.text)
    assert number
    assert number[1] in caplog.text  # the log has the trace under the same number
    assert "secret detail" not in answer.text
    assert "Traceback" not in answer.text


def test_htmx_gets_a_fragment(app: Flask) -> None:
    def view() -> Any:
        raise NotAllowed(permission="x")

    add(app, view)
    answer = app.test_client().post("/probe", headers={"HX-Request": "true"})
    assert answer.status_code == 403
    assert "<html" not in answer.text
    assert "您没有权限进行此操作" in answer.text
    assert answer.headers["HX-Retarget"] == "#messages"


def test_an_english_reader_gets_english(app: Flask) -> None:
    def view() -> Any:
        raise NotAllowed(permission="x")

    add(app, view)
    client = app.test_client()
    client.set_cookie("locale", "en")
    page = client.post("/probe").text
    assert "You are not allowed to do this" in page
    assert '<html lang="en">' in page


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (NotAllowed(), 403),
        (NotFound(kind="", key=""), 404),
        (StaleVersion(name=""), 409),
        (FileTooLarge(name="", limit_mb=20), 413),
        (Refused(), 422),
    ],
)
def test_each_error_has_its_status(error: Refused, status: int) -> None:
    assert status_of(error) == status


def test_names_of_the_error_table_exist() -> None:
    names = {name for name, value in vars(known_errors).items() if isinstance(value, type)} | {"Refused"}
    assert set(STATUS) <= names


def test_a_route_that_declares_nothing_is_open_to_nobody(app: Flask) -> None:
    app.add_url_rule("/undeclared", "undeclared", lambda: "open")
    assert app.test_client().get("/undeclared").status_code == 403


def test_strangers_are_sent_to_the_sign_in_and_back(app: Flask) -> None:
    answer = app.test_client().get("/inbox/todo?q=a")
    assert answer.status_code == 303
    assert answer.location == "/sign-in?next=/inbox/todo?q%3Da"


def test_htmx_strangers_are_sent_by_header(app: Flask) -> None:
    answer = app.test_client().get("/inbox/todo", headers={"HX-Request": "true"})
    assert answer.status_code == 401
    assert answer.headers["HX-Redirect"].startswith("/sign-in")


@pytest.mark.parametrize(
    "wanted",
    ["//evil.example", "/\\evil.example", "https://evil.example", "javascript:alert(1)", "x", "/\t/evil"],
)
def test_the_language_switch_never_leaves_the_house(app: Flask, wanted: str) -> None:
    answer = app.test_client().post("/language", data={"locale": "en", "next": wanted})
    assert answer.location == "/"


def test_the_switch_keeps_the_page_and_the_choice(app: Flask) -> None:
    answer = app.test_client().post("/language", data={"locale": "en", "next": "/sign-in"})
    assert answer.location == "/sign-in"
    assert "locale=en" in answer.headers["Set-Cookie"]


def test_a_wrong_address_has_a_page_of_its_own(app: Flask) -> None:
    answer = app.test_client().get("/no/such/page")
    assert answer.status_code == 404
    assert "没有找到" in answer.text


def test_csrf_is_asked_for(runtime: Any) -> None:
    from webapp.app import create_app

    app = create_app(runtime, TESTING=True)
    add(app, lambda: "done")
    answer = app.test_client().post("/probe")
    assert answer.status_code == 400
    assert "页面打开时间过长" in answer.text


def test_a_form_sent_after_the_session_ended_leads_to_the_sign_in(runtime: Any) -> None:
    from webapp.app import create_app

    client = create_app(runtime, TESTING=True).test_client()
    answer = client.post("/account/password")
    assert (answer.status_code, answer.location) == (303, "/sign-in")
    assert "长时间无操作" in client.get("/sign-in").text


def test_a_huge_upload_is_refused(app: Flask) -> None:
    app.config["MAX_CONTENT_LENGTH"] = 10

    add(app, lambda: str(len(request.files)))
    answer = app.test_client().post("/probe", data={"a": "b" * 100})
    assert answer.status_code == 413
    assert "文件过大" in answer.text
