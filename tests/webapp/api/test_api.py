"""The API: the same door as the pages, by token, with sentences in JSON."""

# ruff: noqa: E501 - diagrams are written one element a line

from __future__ import annotations

import io
import json
import re
import tempfile
import weakref
from collections.abc import Iterator
from contextlib import nullcontext
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from openpyxl import load_workbook
from openpyxl.utils.cell import coordinate_to_tuple

from templates_xlsx.grid import open_workbook
from tests.webapp.api.conftest import Machine
from tests.workflows.usecases.conftest import Office
from tests.workflows.usecases.drawn import deploy
from webapp import edge
from webapp import lists as pages
from webapp.cli import zhunru
from workflows.usecases import api_tokens, instances, lists

DOCS = Path(__file__).parents[3] / "docs" / "API.md"


def test_an_instance_is_started_seen_and_completed(machine: Machine, office: Office) -> None:
    status, begun = machine.post(
        "/instances", {"process": "leave", "form": {"subject": "调研", "applicant_unit": "教育局"}}
    )
    assert (status, list(begun)) == (200, ["instance_id", "number"])
    _, listed = machine.get("/tasks")
    (task,) = [each for each in listed["items"] if each["instance_id"] == begun["instance_id"]]
    _, seen = machine.get(f"/tasks/{task['task_id']}")
    assert seen["form"] == "verdict"
    assert "decision" in [each["key"] for each in seen["fields"]]
    body = {"form": {"decision": "agree"}, "version": seen["version"]}
    assert machine.post(f"/tasks/{task['task_id']}/complete", body) == (204, None)
    status, told = machine.post(f"/tasks/{task['task_id']}/complete", body)
    assert (status, told["error"]["code"]) == (409, "TaskNotOpen")
    _, view = machine.get(f"/instances/{begun['instance_id']}")
    assert view["history"][0]["text"] == "接口发起了“用车：调研”"


def test_a_form_with_faults_is_told_field_by_field(machine: Machine) -> None:
    status, told = machine.post("/instances", {"process": "leave", "form": {}})
    assert (status, told["error"]["code"]) == (422, "FormHasFaults")
    assert "subject" in {each["field"] for each in told["error"]["faults"]}


@pytest.mark.parametrize(
    "body",
    ["{", "[]", '{"process": 7}', '{"process": "leave", "from": {}}', '{"process": "leave", "form": []}'],
)
def test_a_bad_body_is_a_sentence(machine: Machine, body: str) -> None:
    headers = {"Authorization": f"Bearer {machine.token}"}
    answer = machine.app.test_client().post("/api/v1/instances", data=body, headers=headers)
    assert answer.status_code == 422
    assert answer.json is not None
    assert answer.json["error"]["message"].startswith("请求内容有误")


def test_only_a_valid_token_signs_in_and_no_cookie_does(machine: Machine, office: Office) -> None:
    for token in ("", "zr_wrong", machine.token[:-1]):
        status, told = machine.ask("GET", "/tasks", token=token)
        assert (status, told["error"]["code"]) == (401, "NotSignedIn")
    with office.transaction() as tx:
        root = office.actor("root")
        (token,) = api_tokens.listing(tx, root)
        assert machine.token not in str(token)
        api_tokens.revoke(tx, token.id, root)
    assert machine.get("/tasks")[0] == 401
    with office.transaction() as tx:
        short = api_tokens.issue(tx, "robot", "短期", 1, root)
    with office.reading(at=office.runtime.now() + timedelta(days=2)) as tx:
        assert api_tokens.actor_of(tx, short) is None


def test_each_route_asks_for_its_permission(machine: Machine, office: Office) -> None:
    with office.transaction() as tx:
        plain = api_tokens.issue(tx, "gao", "无权", 1, office.actor("root"))
    for rule in machine.app.url_map.iter_rules():
        if rule.endpoint.startswith("api."):
            access = edge.access_of(machine.app, rule.endpoint)
            assert access is not None
            assert access.kind == "permission", rule
            path = re.sub("<int:[a-z_]+>", "1", rule.rule.removeprefix("/api/v1"))
            method = "POST" if "POST" in (rule.methods or ()) else "GET"
            status, told = machine.ask(method, path, {}, token=plain)
            assert (status, told["error"]["code"]) == (403, "NotAllowed"), rule


def test_the_document_names_every_route(machine: Machine) -> None:
    text = DOCS.read_text("utf-8")
    for rule in machine.app.url_map.iter_rules():
        if rule.endpoint.startswith("api."):
            method = "POST" if "POST" in (rule.methods or ()) else "GET"
            assert (
                f"`{method} {rule.rule.replace('<int:', '{').replace('<', '{').replace('>', '}')}`" in text
            ), rule


RECEIVE = (
    'start s\nintermediateCatchEvent w name="等回函" | <bpmn:messageEventDefinition messageRef="M"/>\nuserTask z camunda:candidateGroups="clerk"\nend e',
    "s -> w -> z -> e",
    "p",
    '<bpmn:message id="M" name="reply"/>',
)


def begin(office: Office, key: str | None, **variables: Any) -> int:
    with office.transaction() as tx:
        return instances.start(tx, "p", None, office.actor("gao"), business_key=key, variables=variables)


def test_a_message_finds_its_instance_by_key_or_by_values(machine: Machine, office: Office) -> None:
    deploy(office, *RECEIVE)
    first, second, third = (
        begin(office, "K1", order=1),
        begin(office, "K2", order=2),
        begin(office, None, order=3),
    )
    status, told = machine.post("/messages", {"name": "reply"})
    assert (status, told["error"]["code"]) == (409, "AmbiguousMessage")
    assert machine.post(
        "/messages",
        {
            "name": "reply",
            "business_key": "K2",
            "variables": {"day": {"type": "date", "value": "2026-05-01"}},
        },
    ) == (200, {"instance_id": second, "started": False})
    assert (
        machine.post("/messages", {"name": "reply", "correlation": {"order": 3}})[1]["instance_id"] == third
    )
    assert machine.post("/messages", {"name": "reply"})[1]["instance_id"] == first
    assert machine.post("/messages", {"name": "reply"})[1]["error"]["code"] == "NobodyWaits"
    assert machine.get(f"/instances/{second}")[1]["variables"]["day"] == "2026-05-01"


def test_a_message_starts_a_process_and_a_signal_reaches_all(machine: Machine, office: Office) -> None:
    deploy(
        office,
        'startEvent s | <bpmn:messageEventDefinition messageRef="M"/>\nintermediateCatchEvent w | <bpmn:signalEventDefinition signalRef="S"/>\nend e',
        "s -> w -> e",
        outside='<bpmn:message id="M" name="order"/><bpmn:signal id="S" name="open"/>',
    )
    for key in ("A", "B"):
        _, began = machine.post("/messages", {"name": "order", "business_key": key, "variables": {"n": 1}})
        assert began["started"] is True
    assert machine.post("/signals", {"name": "open"}) == (200, {"caught": 2})
    _, view = machine.get(f"/instances/{began['instance_id']}")
    assert (view["status"], view["business_key"]) == ("completed", "B")


def test_outside_work_is_done_over_the_api(machine: Machine, office: Office) -> None:
    deploy(
        office,
        'start s\nserviceTask f camunda:type="external" camunda:topic="archive"\nuserTask z camunda:candidateGroups="clerk"\nend e',
        "s -> f -> z -> e",
    )
    started = begin(office, "K", pages=3)
    asked = {"worker": "w1", "topics": ["archive"], "max": 5, "lock_ms": 60000}
    _, fetched = machine.post("/external-tasks/fetch-and-lock", asked)
    (task,) = fetched["tasks"]
    assert (task["business_key"], task["variables"]["pages"]) == ("K", 3)
    path = f"/external-tasks/{task['id']}"
    assert machine.post(path + "/extend", {"worker": "w1", "lock_ms": 120000})[0] == 200
    assert machine.post(path + "/complete", {"worker": "w2"})[1]["error"]["code"] == "LockLost"
    assert machine.post(path + "/failure", {"worker": "w1", "message": "缺纸", "retry_ms": 0}) == (
        200,
        {"retries": 3},
    )
    assert machine.post("/external-tasks/fetch-and-lock", asked)[1]["tasks"][0]["retries"] == 3
    assert machine.post(path + "/complete", {"worker": "w1", "variables": {"box": "A"}}) == (204, None)
    assert machine.get(f"/instances/{started}")[1]["variables"]["box"] == "A"


def test_incidents_are_listed_repaired_and_retried(machine: Machine, office: Office) -> None:
    deploy(
        office,
        "start s\nexclusiveGateway g\nuserTask z\nend e",
        "s -> g; g -[ok = true]-> z -> e; g -[ok = 7]-> e",
    )
    started = begin(office, None, ok=False)
    _, listed = machine.get("/incidents")
    (found,) = listed["items"]
    path = f"/incidents/{found['id']}"
    assert (found["instance_id"], found["element"]) == (started, "g")
    assert machine.post(path + "/retry") == (200, {"solved": False})
    assert machine.post(path + "/variables", {"variables": {"ok": True}}) == (200, {"changed": 1})
    assert machine.post(path + "/retry") == (200, {"solved": True})
    assert machine.post(path + "/retry")[1]["error"]["code"] == "IncidentOver"
    assert machine.get(path)[1]["resolution"] == "retried"


def test_what_is_not_there_is_told_in_json(machine: Machine) -> None:
    assert machine.get("/instances/999")[0] == 404
    assert machine.ask("GET", "/instances/999", None)[1]["error"]["code"] == "NotFound"
    assert machine.get("/nothing")[1]["error"]["code"] == "Http404"


def test_a_token_is_issued_listed_and_revoked_on_the_command_line(
    machine: Machine, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = office.runtime.settings
    monkeypatch.setenv("ZHUNRU_DATABASE_URL", settings.database_url)
    monkeypatch.setenv("ZHUNRU_DATA_DIR", str(settings.data_dir))
    made = CliRunner().invoke(zhunru, ["token", "issue", "robot", "--name", "备用", "--days", "7"])
    assert made.exit_code == 0, made.output
    assert made.stdout.startswith("zr_")
    listed = CliRunner().invoke(zhunru, ["token", "list"]).stdout.splitlines()
    assert [line.split("\t")[1:3] for line in listed] == [["robot", "备用"], ["robot", "对接"]]
    assert made.stdout.strip() not in "".join(listed)
    assert CliRunner().invoke(zhunru, ["token", "revoke", listed[0].split("\t")[0]]).exit_code == 0
    again = CliRunner().invoke(zhunru, ["token", "revoke", "999"])
    assert (again.exit_code, "未找到" in again.output) == (1, True)


def test_a_request_sent_again_under_its_key_starts_nothing(machine: Machine) -> None:
    def send(key: str, subject: str = "调研") -> Any:
        headers = {"Authorization": f"Bearer {machine.token}", "Idempotency-Key": key}
        form = {"subject": subject, "applicant_unit": "教育局"} if subject else {}
        body = {"process": "leave", "form": form}
        return machine.app.test_client().post("/api/v1/instances", json=body, headers=headers)

    assert send("12345-7", "").status_code == 422  # a form with faults may be corrected under the same key
    first, again, other = send("12345-7"), send("12345-7"), send("12345-8")
    assert first.status_code == again.status_code == other.status_code == 200
    assert first.json == again.json
    assert other.json != first.json
    _, listed = machine.get("/instances")
    assert listed["total"] == 2


def test_a_list_goes_out_as_a_workbook_with_the_columns_asked_for(machine: Machine, office: Office) -> None:
    machine.post("/instances", {"process": "leave", "form": {"subject": "=1+1", "applicant_unit": "教育局"}})
    status, told = machine.get("/lists")
    assert status == 200
    assert {"todo", "started"} <= {each["key"] for each in told["items"]}
    assert "accounts" not in {each["key"] for each in told["items"]}
    headers = {"Authorization": f"Bearer {machine.token}"}
    address = "/api/v1/lists/started/export?columns=title,status"
    answer = machine.app.test_client().get(address, headers=headers)
    (sheet,) = open_workbook(answer.data, "started.xlsx").sheets
    assert [list(row[:2]) for row in sheet.rows[2:4]] == [["事项", "状态"], ["用车：=1+1", "办理中"]]
    for path, expected in (("accounts/export", 403), ("nothing/export", 404), ("todo/export?stat=x", 422)):
        assert machine.get(f"/lists/{path}")[0] == expected


def test_a_long_list_is_never_held_whole_by_api_or_command(
    machine: Machine, office: Office, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    class Row(dict[str, str]):
        """A row that can be counted while somebody still holds it."""

    alive: weakref.WeakValueDictionary[int, Row] = weakref.WeakValueDictionary()
    most = 0

    def rows(*_: Any) -> Iterator[Row]:
        nonlocal most
        for number in range(5000):
            row = Row(name=f"第{number}项")
            alive[number] = row
            most = max(most, len(alive))
            yield row

    monkeypatch.setitem(
        lists.LISTS, "long", lists.OfficeList("long", "长表", (lists.Column("name", "名称"),), rows)
    )
    spooled: list[Any] = []
    make = tempfile.SpooledTemporaryFile
    monkeypatch.setattr(pages, "IN_MEMORY", 10_000)
    monkeypatch.setattr(
        pages.tempfile, "SpooledTemporaryFile", lambda size: spooled.append(make(size)) or spooled[-1]
    )
    headers = {"Authorization": f"Bearer {machine.token}"}
    answer = machine.app.test_client().get("/api/v1/lists/long/export", headers=headers)
    assert open_workbook(answer.data, "x.xlsx").sheets[0].height > 5000
    assert spooled[0]._rolled  # what was written lies on the disk
    monkeypatch.setattr("webapp.house.command_runtime", lambda: nullcontext(office.runtime))
    target = tmp_path / "out.xlsx"
    done = CliRunner().invoke(zhunru, ["export", "long", str(target), "--as", "root", "--json"])
    assert json.loads(done.output)["rows"] == 5000
    assert most < 10


def upload(machine: Machine, content: bytes, **more: str) -> tuple[int, Any]:
    data = {"table": (io.BytesIO(content), "用车.xlsx"), **more}
    headers = {"Authorization": f"Bearer {machine.token}"}
    answer = machine.app.test_client().post("/api/v1/imports", data=data, headers=headers)
    return answer.status_code, answer.get_json()


def typed(content: bytes, *rows: dict[str, str]) -> bytes:
    """A blank list with rows written below the named headers."""
    book = load_workbook(io.BytesIO(content))
    for name, target in book.defined_names.items():
        if name.startswith("C_"):
            sheet, _, cell = target.attr_text.replace("$", "").rpartition("!")
            row, column = coordinate_to_tuple(cell)
            for number, values in enumerate(rows, 1):
                book[sheet.strip("'")].cell(row + number, column, values.get(name[2:]))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_a_table_is_looked_at_then_taken_in(machine: Machine, office: Office) -> None:
    _, told = machine.get("/imports/forms")
    assert "leave" in {each["process"] for each in told["items"]}
    (key,) = {each["key"] for each in told["items"] if each["process"] == "leave"}
    headers = {"Authorization": f"Bearer {machine.token}"}
    blank = (
        machine.app.test_client().get(f"/api/v1/imports/forms/{key}/blank?rows=many", headers=headers).data
    )
    good = typed(blank, {"subject": "调研", "applicant_unit": "教育局"})
    status, seen = upload(machine, good, form=key, not_secret="yes", dry_run="yes")
    assert status == 200, seen
    assert [each["values"]["subject"] for each in seen["records"]] == ["调研"]
    assert "batch" not in seen
    bad = typed(
        blank,
        {"subject": "调研", "applicant_unit": "教育局"},
        {"subject": "没有单位", "applicant_unit": "无此局"},
    )
    status, refused = upload(machine, bad, form=key, not_secret="yes")
    assert (status, refused["error"]["code"]) == (422, "ImportHasFaults")
    assert any(each["faults"] for each in refused["error"]["records"])
    status, taken = upload(machine, good, form=key, not_secret="yes")
    assert status == 200
    _, view = machine.get(f"/imports/{taken['batch']}")
    assert (view["total"], view["failed"], view["failures"]) == (1, 0, [])
    assert upload(machine, good, form=key, not_secret="yes")[0] == 409
    for wrong in ({"form": key}, {"not_secret": "yes"}, {"form": key, "not_secret": "yes", "dry": "1"}):
        assert upload(machine, good, **wrong)[0] == 422
    assert upload(machine, b"nothing", form=key, not_secret="yes")[0] == 422
