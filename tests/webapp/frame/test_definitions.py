"""Process management: lists, diagrams, decision tables, forms, upload with all findings, deployment."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

import workflows
from workflows.store.tables import incident
from workflows.usecases.runtime import Runtime

APPLY = (Path(workflows.__file__).parent / "apply.bpmn").read_bytes()


def upload(client: FlaskClient, **files: bytes):  # type: ignore[no-untyped-def]
    data = {"files": [(BytesIO(content), name.replace("__", ".")) for name, content in files.items()]}
    return client.post("/definitions/new", data=data, content_type="multipart/form-data")


@pytest.mark.parametrize(
    ("kind", "name"),
    [("process", "社区工作事务准入申请"), ("decision", "办理时限"), ("form", "社区工作事务准入审批表")],
)
def test_what_is_deployed_is_listed(full_admin: FlaskClient, kind: str, name: str) -> None:
    assert name in full_admin.get(f"/definitions?kind={kind}").text


def test_a_process_shows_its_diagram_as_uploaded(full_admin: FlaskClient) -> None:
    page = full_admin.get("/definitions/process/apply").text
    assert "data-bpmn-viewer" in page
    address = page.partition('data-src="')[2].partition('"')[0].replace("&amp;", "&")
    answer = full_admin.get(address)
    assert answer.data == APPLY
    assert answer.mimetype == "application/xml"


def test_how_long_its_history_is_kept_and_its_tag_are_noted_on_the_page_of_a_process(
    full_admin: FlaskClient,
) -> None:
    assert "<dt>留存(天)</dt><dd>3650</dd>" in full_admin.get("/definitions/process/apply").text
    tagged = APPLY.replace(b'camunda:historyTimeToLive="3650"', b'camunda:versionTag="2026-11"')
    assert tagged != APPLY
    checked = upload(full_admin, apply__bpmn=tagged).text
    full_admin.post(checked.partition('class="acts" method="post" action="')[2].partition('"')[0])
    noted = full_admin.get("/definitions/process/apply").text
    assert "<dd>2026-11</dd>" in noted
    assert "留存(天)" not in noted


def test_a_start_by_the_clock_that_failed_is_marked_in_the_diagram_of_its_process(
    full_admin: FlaskClient, full_office: Runtime
) -> None:
    failed = {
        "kind": "start",
        "process": "annual_refresh",
        "element": "Start_yearly",
        "element_type": "startEvent",
    }
    told = {"name": "年度更新", "message": "OSError", "message_en": "OSError", "tries": 5}
    with full_office.transaction() as tx:
        tx.db.execute(sa.insert(incident), {**failed, **told, "at": tx.at})
    page = full_admin.get("/definitions/process/annual_refresh").text
    assert '"incident": ["Start_yearly"]' in page
    assert "没有按时启动" in page
    assert '/incidents?process=annual_refresh"' in page
    assert "没有按时启动" not in full_admin.get("/definitions/process/apply").text


def test_a_decision_shows_its_table(full_admin: FlaskClient) -> None:
    page = full_admin.get("/definitions/decision/time_limits").text
    assert "审结(工作日)" in page
    assert '<td class="field"' in page


def test_a_form_shows_its_fields_with_what_tables_call_them(full_admin: FlaskClient) -> None:
    page = full_admin.get("/definitions/form/admission_application").text
    assert "matter_name" in page
    assert "牵头单位" in page


def test_an_unknown_definition_is_not_found(full_admin: FlaskClient) -> None:
    assert full_admin.get("/definitions/process/nothing").status_code == 404


def test_a_diagram_with_errors_shows_each_with_its_element(full_admin: FlaskClient) -> None:
    broken = APPLY.replace(
        b'camunda:type="external" camunda:topic="register_application"',
        b'camunda:delegateExpression="${no_such_service}"',
    )
    broken = broken.replace(b'camunda:formKey="', b'camunda:formKey="missing_', 1)
    answer = upload(full_admin, apply__bpmn=broken)
    assert answer.status_code == 422
    assert "<code>register</code>" in answer.text
    assert "no_such_service" in answer.text
    assert "部署为新版本" not in answer.text


def test_a_good_file_is_checked_then_deployed_and_the_old_version_stays(full_admin: FlaskClient) -> None:
    changed = APPLY.replace("社区工作事务准入申请".encode(), "社区工作事务准入申请(新)".encode())
    checked = upload(full_admin, apply__bpmn=changed)
    assert checked.status_code == 200, checked.text
    address = checked.text.partition('class="acts" method="post" action="')[2].partition('"')[0]
    shown = full_admin.get(f"{address}/apply.bpmn")
    assert shown.data == changed
    done = full_admin.post(address)
    assert done.location == "/definitions/process/apply"
    page = full_admin.get(done.location).text
    assert "第 2 版" in page
    assert "第 1 版" in page
    assert "非最新版本" in full_admin.get(f"{done.location}?version=1").text
    assert full_admin.post(address).status_code == 404  # deployed once


def test_the_same_file_makes_no_new_version(full_admin: FlaskClient) -> None:
    from workflows.admission import shipped

    (form,) = [source for source in shipped.sources() if source.name == "organisation_unit.form"]
    checked = upload(full_admin, organisation_unit__form=form.content)
    address = checked.text.partition('class="acts" method="post" action="')[2].partition('"')[0]
    page = full_admin.post(address, follow_redirects=True).text
    assert "没有变化" in page


def test_no_file_is_a_sentence(full_admin: FlaskClient) -> None:
    answer = full_admin.post("/definitions/new", data={})
    assert answer.status_code == 422
    assert "请至少选择一个文件" in answer.text


@pytest.mark.parametrize("content", [b"", b"not xml", b"\x00\xff", b"<a/>"])
def test_what_is_no_diagram_is_refused_with_a_sentence(full_admin: FlaskClient, content: bytes) -> None:
    answer = upload(full_admin, x__bpmn=content)
    assert answer.status_code == 422
    assert "文件有错误" in answer.text


def test_a_strangers_upload_is_not_shown(full_admin: FlaskClient) -> None:
    from frame_office import sign_in

    checked = upload(full_admin, apply__bpmn=APPLY)
    address = checked.text.partition('data-src="')[2].partition('"')[0]
    assert full_admin.get(address).status_code == 200
    other = full_admin.application.test_client()
    sign_in(other, "zhou")
    assert other.get(address).status_code == 403


def test_every_page_of_the_frame_opens(full_admin: FlaskClient) -> None:
    for path in (
        "/",
        "/?tab=started",
        "/?tab=copies",
        "/inbox/todo",
        "/inbox/done",
        "/inbox/started",
        "/inbox/copies",
        "/inbox/notices",
        "/definitions",
        "/organisation",
        "/organisation?unit=1",
        "/accounts",
        "/accounts/2",
        "/accounts/new",
        "/account",
    ):
        assert full_admin.get(path).status_code == 200, path
