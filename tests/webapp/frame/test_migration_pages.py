"""Moving running instances from the page of a process: map, look, move, and see what came of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from frame_office import open_office, sign_in

from tests.moulds import Moulds
from tests.workflows.engine.builders import document, process
from webapp.app import create_app
from workflows.engine import Source
from workflows.settings import Settings
from workflows.usecases import definitions, instances
from workflows.usecases.actor import SYSTEM
from workflows.usecases.runtime import Runtime


def drawn(elements: str, connected: str) -> Source:
    return Source("move.bpmn", document(process(elements, connected, key="move")))


FIRST = drawn('start s\nuserTask a name="审核" camunda:candidateGroups="review_clerk"\nend e', "s -> a -> e")
SECOND = drawn(
    'start s\nuserTask k name="审核" camunda:candidateGroups="review_clerk"\n'
    'userTask b name="签发" camunda:candidateGroups="review_chief"\nend e',
    "s -> k -> b -> e",
)


@pytest.fixture
def office(tmp_path: Path, at: Any, moulds: Moulds) -> Iterator[Runtime]:
    """Two versions of a process, and three instances on the first."""
    opened = open_office(Settings(data_dir=tmp_path, now=at, jobs="inline"), moulds)
    with opened.transaction() as tx:
        definitions.deploy(tx, [FIRST], SYSTEM)
        for number in range(3):
            instances.start(tx, "move", None, SYSTEM, title=f"第{number}件")
        definitions.deploy(tx, [SECOND], SYSTEM)
    yield opened
    opened.close()


@pytest.fixture
def admin(office: Runtime) -> FlaskClient:
    app = create_app(office, TESTING=True, WTF_CSRF_ENABLED=False, RATELIMIT_ENABLED=False)
    client = app.test_client()
    sign_in(client, "admin")
    return client


def prepared(admin: FlaskClient, **chosen: str) -> Any:
    form = {"process": "move", "source": "1", "target": "2", "reason": "统一办理", **chosen}
    return admin.post("/migrations/new", data=form)


def test_the_page_of_a_process_counts_its_running_instances_and_leads_on(admin: FlaskClient) -> None:
    page = admin.get("/definitions/process/move").text
    assert "运行中的流程" in page
    assert "<dt>第 1 版</dt><dd>3</dd>" in page
    assert "/migrations/new?process=move" in page


def test_an_element_with_the_same_name_is_proposed(admin: FlaskClient) -> None:
    page = admin.get("/migrations/new?process=move").text
    assert '<option value="k" selected>' in page
    assert "试算 3 件" in page
    assert "签发" in page  # among what differs


def test_looked_at_then_moved_and_shown_in_the_history(admin: FlaskClient) -> None:
    looked = prepared(admin, **{"to:move:a": "k"})
    page = admin.get(looked.location).text
    assert "尚未迁移" in page
    assert "迁移 3 件" in page
    moved = admin.post(f"{looked.location}/accept", follow_redirects=True).text
    assert moved.count("已迁移") >= 4
    assert "第 2 版" in admin.get("/definitions/process/move").text
    shown = admin.get(moved.partition('href="/instances/')[2].partition('"')[0].join(["/instances/", ""]))
    assert "管理员将流程由第1版迁移到第2版" in shown.text


def test_without_a_counterpart_each_instance_says_why_it_stays(admin: FlaskClient) -> None:
    looked = prepared(admin)
    page = admin.get(looked.location).text
    assert "这样没有一件可以迁移" in page
    assert page.count("新版本中没有对应的环节") == 4  # once in sum, once each
    assert f"{looked.location}/accept" not in page
    again = admin.get(
        f"/migrations/new?process=move&source=1&target=2&like={looked.location.rpartition('/')[2]}"
    )
    assert "统一办理" in again.text
    aside = admin.post(f"{looked.location}/discard", follow_redirects=True).text
    assert "已放弃这批迁移" in aside


def test_the_bar_leads_to_the_result_when_the_job_is_over(admin: FlaskClient) -> None:
    looked = prepared(admin, **{"to:move:a": "k"})
    answer = admin.get(f"{looked.location}/progress", headers={"HX-Request": "true"})
    assert answer.headers["HX-Redirect"] == looked.location


def test_a_wrong_choice_is_a_sentence(admin: FlaskClient) -> None:
    answer = prepared(admin, **{"to:move:a": "nowhere"})
    assert answer.status_code == 422
    assert "没有这些元素：nowhere" in answer.text
    assert prepared(admin, source="2").status_code == 422
    assert admin.get("/migrations/new?process=nothing").status_code == 404
    assert admin.post("/migrations/99/accept").status_code == 404


def test_who_may_not_move_instances_does_not_see_the_way(office: Runtime) -> None:
    app = create_app(office, TESTING=True, WTF_CSRF_ENABLED=False, RATELIMIT_ENABLED=False)
    clerk = app.test_client()
    sign_in(clerk, "zhou")
    page = clerk.get("/definitions/process/move").text
    assert "运行中的流程" in page
    assert "/migrations/" not in page
    assert clerk.get("/migrations/new?process=move").status_code == 403
