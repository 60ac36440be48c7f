"""Forms that count once: the same post twice, even at the same moment, makes one thing."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from frame_office import open_office, sign_in

from tests.moulds import Moulds
from webapp.app import create_app
from webapp.organisation import kind_labels
from workflows.engine import Source
from workflows.settings import Settings
from workflows.store.tables import instance, posted_once, unit
from workflows.usecases import accounts, definitions, once
from workflows.usecases.actor import SYSTEM
from workflows.usecases.errors import PostedBefore
from workflows.usecases.runtime import Runtime

PLAIN = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
  xmlns:camunda="http://camunda.org/schema/1.0/bpmn" id="d" targetNamespace="http://bpmn.io/schema/bpmn">
  <bpmn:process id="plain" name="例行检查" isExecutable="true" camunda:historyTimeToLive="30"
    camunda:candidateStarterGroups="review_clerk">
    <bpmn:startEvent id="s"><bpmn:outgoing>f1</bpmn:outgoing></bpmn:startEvent>
    <bpmn:sequenceFlow id="f1" sourceRef="s" targetRef="t" />
    <bpmn:userTask id="t" name="检查" camunda:candidateGroups="review_clerk">
      <bpmn:incoming>f1</bpmn:incoming><bpmn:outgoing>f2</bpmn:outgoing></bpmn:userTask>
    <bpmn:sequenceFlow id="f2" sourceRef="t" targetRef="e" />
    <bpmn:endEvent id="e"><bpmn:incoming>f2</bpmn:incoming></bpmn:endEvent>
  </bpmn:process>
</bpmn:definitions>"""


@pytest.fixture
def house(new_url: str, tmp_path: Path, at: datetime, moulds: Moulds) -> Iterator[Runtime]:
    opened = open_office(Settings(database_url=new_url, data_dir=tmp_path, now=at, jobs="inline"), moulds)
    with opened.transaction() as tx:
        definitions.deploy(tx, [Source("plain.bpmn", PLAIN.encode())], SYSTEM)
    yield opened
    opened.close()


@pytest.fixture
def app(house: Runtime) -> Flask:
    return create_app(house, TESTING=True, WTF_CSRF_ENABLED=False, RATELIMIT_ENABLED=False)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    made = app.test_client()
    assert sign_in(made, "zhou").status_code == 303
    return made


def key_of(page: str) -> str:
    found = re.search(r'name="_once" value="([^"]+)"', page)
    assert found
    return found[1]


def street(house: Runtime) -> str:
    """The kind of unit a subdistrict is."""
    with house.reading() as tx:
        return next(key for key, label in kind_labels(tx).items() if label == "街道")


def started(house: Runtime) -> int:
    with house.reading() as tx:
        return int(tx.db.execute(sa.select(sa.func.count()).select_from(instance)).scalar_one())


def test_each_drawing_of_a_form_has_a_key_of_its_own(client: FlaskClient) -> None:
    assert key_of(client.get("/start/plain").text) != key_of(client.get("/start/plain").text)


def test_a_form_sent_again_leads_to_what_it_made(client: FlaskClient, house: Runtime) -> None:
    data = {"_once": key_of(client.get("/start/plain").text)}
    first, again = (client.post("/start/plain", data=data) for _time in range(2))
    assert (first.status_code, again.status_code) == (303, 303)
    assert first.location == again.location
    assert "此表单已提交过" in client.get(again.location).text
    assert started(house) == 1
    assert client.post("/start/plain", data={"_once": "another form"}).location != first.location


def test_two_posts_of_a_form_at_the_same_moment_start_one_instance(app: Flask, house: Runtime) -> None:
    first = app.test_client()
    sign_in(first, "zhou")
    cookie = first.get_cookie("zhunru")
    assert cookie is not None
    together = threading.Barrier(4)
    places: list[Any] = []

    def post() -> None:
        client = app.test_client()
        client.set_cookie("zhunru", cookie.value)
        together.wait()
        answer = client.post("/start/plain", data={"_once": "k" * 22})
        places.append((answer.status_code, answer.location))

    threads = [threading.Thread(target=post) for _each in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(places) == 4
    assert len(set(places)) == 1
    assert places[0][0] == 303
    assert started(house) == 1


def test_two_units_added_at_the_same_moment_are_one(app: Flask, house: Runtime) -> None:
    first = app.test_client()
    sign_in(first, "admin")
    cookie = first.get_cookie("zhunru")
    assert cookie is not None
    together = threading.Barrier(2)
    statuses: list[int] = []

    def post() -> None:
        client = app.test_client()
        client.set_cookie("zhunru", cookie.value)
        data = {"name": "新立街道", "kind": street(house), "parent": "", "_once": "u" * 22}
        together.wait()
        statuses.append(client.post("/organisation/units", data=data).status_code)

    threads = [threading.Thread(target=post) for _each in range(2)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert statuses == [303, 303]
    with house.reading() as tx:
        made = tx.db.execute(sa.select(unit.c.id).where(unit.c.name == "新立街道")).all()
    assert len(made) == 1


def test_a_refused_form_may_be_corrected_and_sent_again(app: Flask, house: Runtime) -> None:
    client = app.test_client()
    sign_in(client, "admin")
    wrong = {"name": "新立街道", "kind": street(house), "parent": "没有的局", "_once": "x" * 22}
    assert client.post("/organisation/units", data=wrong).status_code == 422
    added = client.post("/organisation/units", data={**wrong, "parent": ""})
    assert "unit=" in added.location
    assert "此表单已提交过" not in client.get(added.location).text


def test_another_persons_key_is_another_key(app: Flask, house: Runtime) -> None:
    with house.reading() as tx:
        zhou, admin = accounts.actor_named(tx, "zhou"), accounts.actor_named(tx, "admin")
    with house.transaction() as tx:
        once.take(tx, zhou, "k")
        once.settle(tx, zhou, "k", "/instances/1")
        once.take(tx, admin, "k")
    with pytest.raises(PostedBefore) as found, house.transaction() as tx:
        once.take(tx, zhou, "k")
    assert found.value.facts["result"] == "/instances/1"


def test_a_program_brings_its_key_in_a_header(client: FlaskClient, house: Runtime) -> None:
    answers = [client.post("/start/plain", headers={"Idempotency-Key": "run-7"}) for _time in range(2)]
    assert answers[0].location == answers[1].location
    assert started(house) == 1


def test_old_keys_are_forgotten(house: Runtime, at: datetime) -> None:
    with house.reading() as tx:
        zhou = accounts.actor_named(tx, "zhou")
    with house.transaction() as tx:
        once.take(tx, zhou, "k")
    with house.transaction(at=at + timedelta(days=6)) as tx:
        assert once.forget_old(tx) == 0
    with house.transaction(at=at + timedelta(days=8)) as tx:
        assert once.forget_old(tx) == 1
        assert tx.db.execute(sa.select(posted_once)).all() == []
