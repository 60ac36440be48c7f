"""A table with a row ticked 涉密 leaves no bytes, no preview and no batch, however long it is and whichever way it comes."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from sample_office import Office, words

from workflows.store.tables import import_batch, import_record, notice
from workflows.usecases import api_tokens
from workflows.usecases.actor import SYSTEM

LONG = 400
"""Rows of a table that a job would check."""


def ledger(tables: Path, rows: int, label: str, *, ticked: str) -> bytes:
    """The office's summary table with a column of its own behind the others, 否 in all rows but one of the last."""
    book = openpyxl.load_workbook(tables / "申请汇总表-120行.xlsx")
    sheet = book.active
    known = list(sheet.iter_rows(min_row=5, max_row=124, values_only=True))
    for span in [each for each in sheet.merged_cells.ranges if each.min_row > 4]:
        sheet.unmerge_cells(str(span))
    last = sheet.max_column + 1
    sheet.cell(4, last).value = label
    for index in range(rows):
        _number, name, *rest = known[index % len(known)]
        for column, value in enumerate([index + 1, f"{name}之{index + 1}", *rest], 1):
            sheet.cell(5 + index, column).value = value
        sheet.cell(5 + index, last).value = ticked if index == rows - 2 else "否"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def upload(office: Office, content: bytes) -> Any:
    data = {
        "form": "admission_application",
        "not_secret": "yes",
        "table": (io.BytesIO(content), "汇总.xlsx"),
    }
    return office.client("minzheng").post("/imports/new", data=data)


def kept(office: Office) -> dict[str, int]:
    """How much of any table the office holds."""
    files = [path for path in office.runtime.settings.data_dir.glob("files/**/*") if path.is_file()]
    with office.runtime.reading() as tx:
        counts = {
            each.name: tx.db.execute(sa.select(sa.func.count()).select_from(each)).scalar_one()
            for each in (import_batch, import_record, notice)
        }
    return {**counts, "files": len(files)}


@pytest.mark.parametrize("rows", [100, LONG])
@pytest.mark.parametrize(("label", "ticked"), [("是否涉密(含依据文件)", "是"), ("涉 密", "√")])
def test_a_table_with_a_classified_row_is_refused_at_the_upload_and_nothing_of_it_is_kept(
    office: Office, tables: Path, rows: int, label: str, ticked: str
) -> None:
    before = kept(office)
    answer = upload(office, ledger(tables, rows, label, ticked=ticked))
    assert answer.status_code == 422
    assert "请线下办理" in words(answer.text)
    assert kept(office) == before


def test_a_second_table_below_the_first_is_looked_at_too(office: Office, tables: Path) -> None:
    """Its column 涉密 stands elsewhere than in the first."""
    book = openpyxl.load_workbook(io.BytesIO(ledger(tables, LONG, "是否涉密", ticked="否")))
    sheet = book.active
    below = sheet.max_row + 3
    for column, label in enumerate(("工作事务名称", "申请单位", "涉密"), 2):
        sheet.cell(below, column).value = label
    for column, value in enumerate(("走访", "区民政局", "是"), 2):
        sheet.cell(below + 1, column).value = value
    out = io.BytesIO()
    book.save(out)
    before = kept(office)
    assert upload(office, out.getvalue()).status_code == 422
    assert kept(office) == before


def test_a_long_table_in_which_no_row_is_classified_is_checked(office: Office, tables: Path) -> None:
    answer = upload(office, ledger(tables, LONG, "是否涉密", ticked="否"))
    assert answer.status_code == 303
    assert f"{LONG}可以导入" in words(office.client("minzheng").get(answer.location).text)


def test_the_api_refuses_it_and_keeps_nothing(office: Office, tables: Path) -> None:
    with office.runtime.transaction() as tx:
        token = api_tokens.issue(tx, "admin", "对接", 30, SYSTEM)
    before = kept(office)
    answer = office.app.test_client().post(
        "/api/v1/imports",
        data={
            "form": "admission_application",
            "not_secret": "yes",
            "table": (io.BytesIO(ledger(tables, LONG, "是否涉密", ticked="是")), "汇总.xlsx"),
        },
        headers={"Authorization": f"Bearer {token}"},
    )
    assert (answer.status_code, answer.get_json()["error"]["code"]) == (422, "ConfidentialRefused")
    assert kept(office) == before


def test_the_command_refuses_it_and_keeps_nothing(
    office: Office, tables: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from webapp.cli import zhunru

    folder = office.runtime.settings.data_dir
    monkeypatch.setenv("ZHUNRU_DATA_DIR", str(folder))
    monkeypatch.setenv("ZHUNRU_DATABASE_URL", f"sqlite:///{folder / 'zhunru.sqlite'}")
    file = tmp_path / "汇总.xlsx"
    file.write_bytes(ledger(tables, LONG, "是否涉密", ticked="是"))
    before = kept(office)
    asked = ["import", str(file), "--form", "admission_application", "--as", "admin"]
    answer = CliRunner().invoke(zhunru, asked)
    assert answer.exit_code == 1
    assert "请线下办理" in answer.output
    assert kept(office) == before


def test_a_table_that_turns_out_to_be_classified_when_it_is_pointed_at_is_gone(
    office: Office, tables: Path
) -> None:
    """The label says nothing to the form; only a person tells that the column holds 涉密."""
    client = office.client("minzheng")
    before = kept(office)
    address = upload(office, ledger(tables, 20, "定密与否", ticked="是")).location
    page = client.get(f"{address.removesuffix('/layout')}/layout").text
    places = dict(re.findall(r'name="(sheet-0|kind-0|top-0|bottom-0)"[^>]*value="([^"]*)"[^>]*checked', page))
    assert kept(office) != before
    sheet = re.search(r'name="sheet-0" value="([^"]+)"', page)
    assert sheet
    said = {
        "sheet-0": sheet[1],
        "kind-0": "ledger",
        "top-0": "4",
        "bottom-0": "4",
        "remember": "yes",
    } | places
    for key, chosen in re.findall(r'name="place-0-(\w+)".*?<option value="([A-Z]+)" selected', page):
        said[f"place-0-{key}"] = chosen
    found = re.search(r'<option value="([A-Z]+)">\1  定密与否', page)
    assert found
    said["place-0-confidential"] = found[1]
    answer = client.post(f"{address.removesuffix('/layout')}/layout", data=said)
    assert answer.status_code == 303
    assert answer.location.startswith("/imports/new")
    assert "请线下办理" in words(client.get(answer.location).text)
    assert kept(office) == before
