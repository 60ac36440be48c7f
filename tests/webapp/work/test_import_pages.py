"""批量导入: the workbook as it is, its faults at their cells, the bar."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from msoffcrypto.format.ooxml import OOXMLFile
from work_desk import Desk, preview_of

from templates_xlsx.grid import open_workbook
from webapp.work import grid
from workflows.usecases import imports
from workflows.usecases.errors import AlreadyImported

FAULTY = "申请汇总表-有错.xlsx"


@pytest.fixture
def found(desk: Desk, tables: Path) -> Any:
    return preview_of(desk, (tables / FAULTY).read_bytes(), FAULTY)


def test_a_faulty_cell_is_red_and_its_sentence_leads_to_it(found: Any, tables: Path) -> None:
    (sheet,) = grid.sheets((tables / FAULTY).read_bytes(), FAULTY, found)
    wrong = [cell for _number, row in sheet.rows for cell in row if cell.state == "wrong"]
    lines = [line for line in grid.fault_lines(found, "zh") if line.error and line.anchor]
    assert wrong
    assert {line.anchor for line in lines} == {cell.id for cell in wrong}
    assert sheet.columns[:3] == ("A", "B", "C")


def test_recognised_cells_are_marked_and_merged_ones_stretch(found: Any, tables: Path) -> None:
    (sheet,) = grid.sheets((tables / FAULTY).read_bytes(), FAULTY, found)
    cells = [cell for _number, row in sheet.rows for cell in row]
    assert any(cell.state == "taken" for cell in cells)
    assert any(cell.colspan > 1 for cell in cells)


def test_errors_stand_before_warnings(found: Any) -> None:
    flags = [line.error for line in grid.fault_lines(found, "zh")]
    assert flags == sorted(flags, reverse=True)


def upload(client: FlaskClient, content: bytes, **changed: str) -> Any:
    data = {
        "form": "admission_application",
        "not_secret": "yes",
        "table": (io.BytesIO(content), FAULTY),
        **changed,
    }
    return client.post("/imports/new", data=data, content_type="multipart/form-data")


def test_without_the_confirmation_nothing_is_read(client: FlaskClient, tables: Path) -> None:
    answer = upload(client, (tables / FAULTY).read_bytes(), not_secret="")
    assert answer.status_code == 422
    assert "不涉密" in answer.get_data(as_text=True)


def test_the_preview_shows_the_sheet_the_figures_and_what_may_be_done(
    client: FlaskClient, desk: Desk, found: Any, tables: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = (tables / FAULTY).read_bytes()
    desk.previews(found, content, monkeypatch)
    answer = upload(client, content)
    assert answer.status_code == 303
    page = client.get(answer.location).get_data(as_text=True)
    assert page.count('class="wrong"') >= 1
    assert "data-cell=" in page
    assert f'value="yes">只导入正确的 {found.counts["right"]} 条' in page
    assert "marked.xlsx" in page


def test_the_same_table_again_is_said_in_a_sentence(
    client: FlaskClient, desk: Desk, tables: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def again(*_rest: Any, **_named: Any) -> None:
        raise AlreadyImported(batch_id=3, name=FAULTY, imported_by="周志远", imported_at=desk.at)

    monkeypatch.setattr(imports, "preview", again)
    answer = upload(client, (tables / FAULTY).read_bytes())
    assert answer.status_code == 422
    assert "已于2026-03-16 09:30由周志远导入" in answer.get_data(as_text=True)


def test_the_bar_asks_again_while_the_job_runs(client: FlaskClient) -> None:
    page = client.get("/imports/4/progress").get_data(as_text=True)
    assert 'hx-trigger="every 1s"' in page
    assert 'value="40"' in page


def test_a_protected_table_asks_for_its_password_and_takes_it(
    client: FlaskClient, tables: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sealed = io.BytesIO()
    OOXMLFile(io.BytesIO((tables / FAULTY).read_bytes())).encrypt("口令 1", sealed)
    given: list[str | None] = []

    def preview(*rest: Any, password: str | None) -> Any:
        given.append(password)
        return open_workbook(rest[1], rest[2], password)

    monkeypatch.setattr(imports, "preview", preview)
    asked = upload(client, sealed.getvalue())
    assert asked.status_code == 422
    page = asked.get_data(as_text=True)
    assert "设有打开密码" in page
    assert '<details class="field mt-3" open>' in page
    again = upload(client, sealed.getvalue(), password="口令 2").get_data(as_text=True)
    assert "密码不对" in again
    assert "口令 2" not in again
    assert given == [None, "口令 2"]
    plain = client.get("/imports/new").get_data(as_text=True)
    assert '<details class="field mt-3">' in plain


def test_a_table_of_another_kind_has_nothing_to_count(
    client: FlaskClient, desk: Desk, found: Any, tables: Path
) -> None:
    other = "组织机构.xlsx"
    with client.application.test_request_context():
        assert grid.figures(preview_of(desk, (tables / other).read_bytes(), other)) == []
        assert [number for number, *_rest in grid.figures(found)][:2] == [6, 54]


def test_what_the_office_gives_itself_is_not_drawn_as_recognised(desk: Desk, tables: Path) -> None:
    sheet_form = "审批表-样式一.xlsx"
    content = (tables / sheet_form).read_bytes()
    read = preview_of(desk, content, sheet_form)
    own = {
        record.cells[key] for record in read.records for key in record.cells if read.form.field(key).readonly
    }
    drawn = {
        cell.id: cell
        for page in grid.sheets(content, sheet_form, read)
        for _n, row in page.rows
        for cell in row
    }
    sheet = read.records[0].sheet
    assert own
    assert {drawn[grid.cell_id(sheet, cell)].state for cell in own} == {""}
