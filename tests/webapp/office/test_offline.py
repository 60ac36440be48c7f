"""Forms filled in offline: blank ones, a task's own with its rows, and any start form from a table."""

from __future__ import annotations

import dataclasses
import io
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from openpyxl import load_workbook
from openpyxl.utils.cell import coordinate_to_tuple
from sample_office import Office, words

from templates_xlsx.blank import Blank, blank_list, blank_table
from templates_xlsx.grid import open_workbook
from webapp.cli import zhunru
from workflows.usecases import api_tokens, definitions, imports
from workflows.usecases.actor import SYSTEM

SHEET = "本单位在册事项"


def upload(name: str, content: bytes, **more: str) -> dict[str, Any]:
    return {"table": (io.BytesIO(content), name), **more}


def changed(content: bytes, cells: Mapping[tuple[str, str], Any]) -> bytes:
    book = load_workbook(io.BytesIO(content))
    for (sheet, cell), value in cells.items():
        book[sheet][cell] = value
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def typed(content: bytes, values: Mapping[str, Any], below: int = 0) -> bytes:
    """The blank form with values at the cells of their names."""
    prefix = "C_" if below else "F_"
    cells = {}
    for name, (sheet, cell) in open_workbook(content, "x.xlsx").names.items():
        if name.startswith(prefix) and name[2:] in values:
            row, column = coordinate_to_tuple(cell)
            cells[sheet, f"{chr(64 + column)}{row + below}"] = values[name[2:]]
    return changed(content, cells)


def refresh_task(office: Office) -> Any:
    office.client("minzheng").post("/start/annual_refresh", data={"year": "2027", "answer_by": "2026-12-31"})
    return office.task("fayuan", "逐项确认")


def test_a_units_matters_are_confirmed_by_a_table(office: Office) -> None:
    task = refresh_task(office)
    clerk = office.client("fayuan")
    assert "离线填写" in words(clerk.get(f"/tasks/{task.task_id}").text)
    assert clerk.get(f"/tasks/{task.task_id}/table").status_code == 200
    content = clerk.get(f"/tasks/{task.task_id}/table.xlsx").data
    sheet = load_workbook(io.BytesIO(content))[SHEET]
    assert [sheet.cell(5, column).value for column in (1, 5)] == [1, "继续"]
    assert sheet["C5"].value
    answer = clerk.post(
        f"/tasks/{task.task_id}/table", data=upload("确认.xlsx", changed(content, {(SHEET, "E5"): "终止"}))
    )
    assert answer.status_code == 422
    assert f"{SHEET} F5" in words(answer.text)
    good = changed(content, {(SHEET, "E5"): "终止", (SHEET, "F5"): "已经完成", (SHEET, "E6"): "继续"})
    answer = clerk.post(f"/tasks/{task.task_id}/table", data=upload("确认.xlsx", good))
    assert answer.status_code == 200, words(answer.text)
    assert "核对后再提交" in words(answer.text)
    for page in (answer.text, clerk.get(f"/tasks/{task.task_id}").text):
        assert 'value="已经完成"' in page or ">已经完成<" in page
        answers = re.search(r'name="rows-0-answer".*?</select>', page, re.S)
        assert answers
        assert 'value="end" selected' in answers[0]


def test_a_table_of_another_task_or_a_changed_matter_is_not_taken(office: Office) -> None:
    task = refresh_task(office)
    clerk = office.client("fayuan")
    content = clerk.get(f"/tasks/{task.task_id}/table.xlsx").data
    wrong = clerk.post(
        f"/tasks/{task.task_id}/table", data=upload("x.xlsx", changed(content, {(SHEET, "C5"): "别的事项"}))
    )
    assert wrong.status_code == 422
    assert f"{SHEET} C5" in words(wrong.text)
    assert "由系统给出" in wrong.text
    other = office.task("minzheng", "经办初审")
    answer = office.client("minzheng").post(f"/tasks/{other.task_id}/table", data=upload("x.xlsx", content))
    assert answer.status_code == 422
    assert "这张表是“逐项确认”的" in words(answer.text)
    assert office.client("chengguan").get(f"/tasks/{task.task_id}/table.xlsx").status_code == 403
    assert clerk.post(f"/tasks/{task.task_id}/table", data=upload("x.xlsx", b"no table")).status_code == 422
    assert clerk.post(f"/tasks/{task.task_id}/table", data={}).status_code == 422


def test_any_open_tasks_form_is_filled_in_by_a_single_table(office: Office) -> None:
    task = office.task("minzheng", "经办初审")
    clerk = office.client("minzheng")
    content = clerk.get(f"/tasks/{task.task_id}/table.xlsx").data
    filled = typed(content, {"opinion": "拟同意准入。=1+1"})
    answer = clerk.post(f"/tasks/{task.task_id}/table", data=upload("初审.xlsx", filled))
    assert "拟同意准入。=1+1" in answer.text


def test_blank_forms_are_offered_where_they_are_needed(office: Office) -> None:
    clerk = office.client("fayuan")
    address = "/imports/blank/admission_application.xlsx"
    for page in ("/start", "/imports/new", "/start/apply"):
        assert address in clerk.get(page).text, page
    assert open_workbook(clerk.get(address).data, "x.xlsx").origin.form == "admission_application"
    assert "C_matter_name" in open_workbook(clerk.get(f"{address}?rows=many").data, "x.xlsx").names
    assert clerk.get("/imports/blank/organisation_unit.xlsx").status_code == 403
    assert clerk.get("/imports/blank/nothing.xlsx").status_code in (403, 404, 422)


def application(office: Office, **more: Any) -> tuple[bytes, Any]:
    with office.runtime.reading() as tx:
        form = definitions.form(tx, "admission_application")
        version = definitions.latest(tx, "admission_application", "form").version
    return blank_list(Blank(dataclasses.replace(form, **more), version), 5), form


APPLICATION = {
    "applicant_unit": "区人民法院",
    "contact_name": "吴桂玉",
    "contact_phone": "13800138000",
    "matter_name": "离线填报的事项",
    "duration_class": "短期",
    "executor": "社区组织",
    "legal_basis": "《条例》",
    "content": "协助",
    "period_start": "2027-04-13",
    "period_end": "2027-09-13",
}


def test_a_blank_form_of_an_older_version_is_told(office: Office) -> None:
    clerk = office.actor("fayuan")
    fresh, _form = application(office)
    older, _form = application(office, content_hash="0" * 64)
    told = {}
    for name, content in (("fresh", fresh), ("older", older)):
        with office.runtime.reading() as tx:
            found = imports.preview(
                tx, typed(content, APPLICATION, 1), "x.xlsx", "admission_application", clerk
            )
        assert found.counts["right"] == 1, [each.zh for record in found.records for each in record.faults]
        told[name] = [each.zh for each in found.faults]
    assert told["fresh"] == []
    assert "第 1 版制作" in told["older"][0]


def test_a_blank_form_of_another_form_is_refused_by_its_name(office: Office) -> None:
    with office.runtime.reading() as tx:
        form = definitions.form(tx, "termination")
    answer = office.client("fayuan").post(
        "/imports/new",
        data=upload("x.xlsx", blank_table(Blank(form, 1)), form="admission_application", not_secret="yes"),
    )
    assert answer.status_code == 422
    assert "这张表是“终止(退出)备案表”的" in words(answer.text)


def test_any_start_form_is_taken_in_from_a_table_by_who_may_start_it(office: Office) -> None:
    grid = office.client("wangge")
    address = "/imports/blank/emergency_application.xlsx"
    assert address in grid.get("/start").text
    assert office.client("fayuan").get(address).status_code == 403
    values = {
        "matter_name": "暴雨安置",
        "incident": "6月3日暴雨",
        "content": "转移居民",
        "scope": "新立街道",
        "period_start": "2026-11-20",
        "applicant_unit": "区人民法院",
        "contact_name": "吴桂玉",
        "contact_phone": "13800138000",
        "legal_basis": "应急预案",
        "reason": "暴雨",
    }
    filled = typed(grid.get(f"{address}?rows=many").data, values, 1)
    data = upload("突发.xlsx", filled, form="emergency_application", not_secret="yes")
    answer = grid.post("/imports/new", data=data)
    assert answer.status_code == 303, words(answer.text)
    page = grid.get(answer.location)
    assert page.status_code == 200
    accepted = grid.post(f"{answer.location}/accept")
    assert accepted.status_code == 303, words(page.text)[-1500:]
    assert "暴雨安置" in grid.get("/inbox/started").text


def test_what_is_handled_offline_never_comes_in_by_a_table(office: Office) -> None:
    clerk = office.client("minzheng")
    assert clerk.get("/imports/blank/confidential_record.xlsx").status_code == 422
    assert "confidential_record" not in clerk.get("/imports/new").text


@pytest.mark.parametrize("username", ["fayuan_kz", "jiwei"])
def test_who_may_start_nothing_is_offered_no_table(office: Office, username: str) -> None:
    assert office.client(username).get("/imports/new").status_code == 403


def test_the_command_writes_a_blank_form(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZHUNRU_DATA_DIR", str(office.runtime.settings.data_dir))
    target = tmp_path / "blank.xlsx"
    done = CliRunner().invoke(zhunru, ["export", "blank", str(target), "--form", "termination", "--many"])
    assert done.exit_code == 0, done.output
    assert "C_exit_kind" in open_workbook(target.read_bytes(), "x.xlsx").names
    assert CliRunner().invoke(zhunru, ["export", "blank", str(target)]).exit_code == 2


FOR_TASK = {"decision": "同意准入", "opinion": "拟同意准入。"}


def test_a_program_completes_a_task_by_its_table(office: Office) -> None:
    task = office.task("minzheng", "经办初审")
    for role, may in office.runtime.permissions.items():
        office.runtime.permissions[role] = may | {"api.use"}
    with office.runtime.transaction() as tx:
        token = api_tokens.issue(tx, "minzheng", "对接", 30, SYSTEM)
    client, headers = office.app.test_client(), {"Authorization": f"Bearer {token}"}
    address = f"/api/v1/tasks/{task.task_id}/table"
    content = client.get(address, headers=headers).data

    def post(content: bytes, **more: str) -> Any:
        data = upload("初审.xlsx", content, not_secret="yes", **more)
        return client.post(address, data=data, headers=headers)

    answer = post(content)
    assert answer.status_code == 422
    (fault,) = [each for each in answer.get_json()["error"]["faults"] if each["severity"] == "error"]
    assert (fault["field"], bool(fault["cell"])) == ("decision", True)
    good = typed(content, FOR_TASK)
    assert post(good, dry_run="yes").get_json() == {"faults": []}
    assert post(good).get_json() == {"faults": [], "completed": True}
    assert post(good).status_code == 409
    assert client.post(address, data=upload("x.xlsx", good), headers=headers).status_code == 422


def test_the_command_writes_a_tasks_table_and_completes_the_task_by_it(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZHUNRU_DATA_DIR", str(office.runtime.settings.data_dir))
    task = office.task("minzheng", "经办初审")
    table = tmp_path / "初审.xlsx"
    mine = ["--as", "minzheng"]
    done = CliRunner().invoke(zhunru, ["export", "task", str(table), "--id", str(task.task_id), *mine])
    assert done.exit_code == 0, done.output
    asked = ["answer", str(table), "--task", str(task.task_id), *mine, "--json"]
    refused = CliRunner().invoke(zhunru, asked)
    assert (refused.exit_code, json.loads(refused.stdout)["completed"]) == (1, False)
    table.write_bytes(typed(table.read_bytes(), FOR_TASK))
    done = CliRunner().invoke(zhunru, asked)
    assert json.loads(done.stdout)["faults"] == []
    assert (done.exit_code, json.loads(done.stdout)) == (0, {"faults": [], "completed": True})


def test_a_table_without_a_decision_says_which_cell_lacks_it(office: Office) -> None:
    task = office.task("minzheng", "经办初审")
    clerk = office.client("minzheng")
    content = clerk.get(f"/tasks/{task.task_id}/table.xlsx").data
    for table in (content, typed(content, {"opinion": "拟同意准入。"})):
        answer = clerk.post(f"/tasks/{task.task_id}/table", data=upload("初审.xlsx", table))
        assert answer.status_code == 422
        assert re.search(
            r"有 1 处需要改正，尚未提交 经办初审 B\d+·办理意见：请填写办理意见", words(answer.text)
        )


def test_several_tasks_of_a_step_go_out_and_come_back_as_one_workbook(office: Office) -> None:
    who = office.client("xinli")
    task = office.task("xinli")
    address = f"/tasks/{task.task_id}/tables"
    assert address in who.get(f"/tasks/{task.task_id}/table").text
    assert "一张表填多项" in who.get(address).text
    content = who.get(f"{address}.xlsx").data
    book = load_workbook(io.BytesIO(content))
    assert f"T_{task.task_id}" in [name for sheet in book for name in sheet.defined_names]
    assert who.post(address).status_code == 422
    of_one = who.get(f"/tasks/{task.task_id}/table.xlsx").data
    wrong = who.post(address, data={"table": (io.BytesIO(of_one), "一项.xlsx")})
    assert (wrong.status_code, "没有标明是哪些任务的" in wrong.text) == (422, True)
    back = who.post(address, data={"table": (io.BytesIO(content), "多项.xlsx")})
    assert task.task_name in back.text
    assert "需改正" in back.text
    assert re.search(r"<b>1 [^<]* B\d+", back.text)  # what was left empty is told at its cell
    refused = who.post(f"{address}/send", data={"task": "999999"})
    assert refused.status_code == 303
    assert "已提交 0 项" in who.get(refused.location).text
    other = office.client("fengniancun")
    assert other.get(address).status_code in (403, 404)
    assert other.post(address, data={"table": (io.BytesIO(content), "多项.xlsx")}).status_code in (403, 404)
