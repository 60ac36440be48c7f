"""流程异常 in the browser: the list, one incident, and what its buttons do."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from tests.workflows.usecases.conftest import PASSWORD, Office
from tests.workflows.usecases.drawn import FORKED, deploy
from webapp.app import create_app
from workflows.store.tables import incident
from workflows.usecases import inbox, incident_view, instances, tasks


@pytest.fixture
def stuck(office: Office) -> int:
    def shaky(tx: object, call: object, ref: object) -> None:
        raise RuntimeError("down")

    office.runtime.services["shaky"] = shaky  # type: ignore[assignment]
    deploy(office, *FORKED)
    gao = office.actor("gao")
    with office.transaction() as tx:
        started = instances.start(tx, "p", None, gao, title="开放日")
    with office.transaction() as tx:
        tasks.complete(tx, inbox.todo(tx, gao).items[0].task_id, None, gao)
    return started


def browser(office: Office, username: str) -> FlaskClient:
    app = create_app(office.runtime, TESTING=True, WTF_CSRF_ENABLED=False, RATELIMIT_ENABLED=False)
    client = app.test_client()
    answer = client.post("/sign-in", data={"username": username, "password": PASSWORD})
    assert answer.status_code == 303
    return client


def address(office: Office) -> str:
    with office.reading() as tx:
        (found,) = incident_view.listing(tx, office.actor("zhou")).items
    return f"/incidents/{found.id}"


def test_the_administrator_is_led_from_the_home_page_to_the_step(office: Office, stuck: int) -> None:
    zhou = browser(office, "zhou")
    assert "有 1 个环节因异常停住" in zhou.get("/").text
    listed = zhou.get("/incidents?q=开放日").text
    assert "登记" in listed
    assert "RuntimeError" in listed
    assert "没有停住的流程" in zhou.get("/incidents?process=leave").text
    page = zhou.get(address(office)).text
    assert 'name="act" value="skip"' in page
    assert re.search(r'name="name" value="initiator"', page)


def test_the_diagram_marks_the_step_and_the_page_says_so(office: Office, stuck: int) -> None:
    gao = browser(office, "gao")
    page = gao.get(f"/instances/{stuck}").text
    assert "已提醒管理员处理" in page
    assert '"incident": ["f"]' in page
    assert gao.get("/incidents").status_code == 403
    assert gao.get(address(office)).status_code == 403


def test_variables_are_kept_and_the_step_is_passed_over(office: Office, stuck: int) -> None:
    zhou, path = browser(office, "zhou"), address(office)
    bad = zhou.post(path, data={"name": "sum", "kind": "number", "text": "很多", "act": "save"})
    assert bad.status_code == 422
    assert "变量“sum”的值“很多”不是数字" in bad.text
    assert "很多" in bad.text
    assert zhou.post(path, data={"act": "retry"}).status_code == 303
    assert "重试后仍然异常" in zhou.get(path).text
    good = {
        "name": ["sum", ""],
        "kind": ["number", "text"],
        "text": ["7", ""],
        "act": "skip",
        "reason": "线下办",
    }
    assert zhou.post(path, data=good).status_code == 303
    assert "已跳过" in zhou.get(path).text
    assert zhou.post(path, data={"act": "skip"}).status_code == 409


def test_several_steps_are_ticked_and_tried_again_at_once(office: Office, stuck: int) -> None:
    zhou = browser(office, "zhou")
    with office.reading() as tx:
        (found,) = incident_view.listing(tx, office.actor("zhou")).items
    assert f'name="incident" value="{found.id}"' in zhou.get("/incidents").text
    again = zhou.post("/incidents/retry", data={"incident": [found.id, 9999]}, follow_redirects=True).text
    assert "重试后仍异常 1 个" in again
    assert "已由他人处理 1 个" in again
    office.runtime.services["shaky"] = lambda tx, call, ref: {}
    assert (
        "已重试 1 个"
        in zhou.post("/incidents/retry", data={"incident": found.id}, follow_redirects=True).text
    )
    assert "请勾选" in zhou.post("/incidents/retry", follow_redirects=True).text
    assert browser(office, "gao").post("/incidents/retry", data={"incident": found.id}).status_code == 403


def test_a_process_that_could_not_start_is_listed_without_a_matter_and_passed_over(office: Office) -> None:
    row = {
        "kind": "start",
        "process": "yearly",
        "element": "Clock",
        "name": "年度核对",
        "message": "磁盘已满",
    }
    with office.transaction() as tx:
        tx.db.execute(sa.insert(incident), {**row, "at": tx.at})
    zhou, path = browser(office, "zhou"), address(office)
    listed = zhou.get("/incidents?process=yearly").text
    assert "年度核对" in listed
    assert "未发起" in listed
    page = zhou.get(path).text
    assert "应按时自动发起，但未能发起" in page
    assert 'value="save"' not in page, "there are no variables to keep"
    assert zhou.post(path, data={"act": "skip", "reason": "今年不办"}).status_code == 303
    assert "已跳过" in zhou.get(path).text
