"""Lists that go out: every one of the registry, with its permission, its columns, and what a table turns into."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from openpyxl import load_workbook
from sample_office import Office, words

from templates_xlsx.grid import open_workbook
from webapp.cli import zhunru
from workflows.admission.package import LISTS
from workflows.admission.roles import PERMISSIONS
from workflows.usecases import audit, imports, lists

DOCS = Path(__file__).parents[3] / "docs"
QUERIES = {"history": "?instance=1"}


def sheet_of(content: bytes) -> Any:
    sheet = load_workbook(io.BytesIO(content)).active
    assert sheet is not None
    return sheet


def header_of(content: bytes) -> dict[str, int]:
    """Label -> column of an exported list's header."""
    sheet = sheet_of(content)
    first, last = (int(each) for each in re.findall(r"\d+", str(sheet.print_title_rows)))
    return {
        str(cell.value): cell.column
        for row in sheet.iter_rows(first, last)
        for cell in row
        if cell.value is not None
    }


@pytest.mark.parametrize("asked", LISTS, ids=lambda each: each.key)
def test_every_list_goes_out_with_a_title_a_unit_and_its_columns(
    office: Office, asked: lists.OfficeList
) -> None:
    answer = office.client("admin").get(f"/lists/{asked.key}/export.xlsx{QUERIES.get(asked.key, '')}")
    assert answer.status_code == 200, answer.text
    sheet = sheet_of(answer.data)
    with office.runtime.reading() as tx:
        columns = lists.columns_of(tx, asked)
    assert columns
    assert all(each.label and each.key for each in columns)
    assert len({each.key for each in columns}) == len(columns)
    assert {each.label for each in columns} <= set(header_of(answer.data))
    assert sheet["A1"].value
    assert sheet.freeze_panes
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 8)
    with office.runtime.reading() as tx:
        (line,) = audit.listing(tx, office.actor("admin"), event="lists.exported").items
    assert (line.username, line.subject) == ("admin", asked.key)


@pytest.mark.parametrize("asked", [each for each in LISTS if each.permissions], ids=lambda each: each.key)
def test_a_list_is_closed_to_who_lacks_its_permission(office: Office, asked: lists.OfficeList) -> None:
    assert set(asked.permissions) <= set(PERMISSIONS)
    head = office.client("fayuan_kz")  # a section head has no permission at all
    for address in (f"/lists/{asked.key}/export.xlsx", f"/lists/{asked.key}/columns"):
        assert head.get(address).status_code == 403
    assert head.post(f"/lists/{asked.key}/columns", data={"order": "x", "column": "x"}).status_code == 403


@pytest.mark.parametrize("document", ["MANUAL.zh-CN.md", "COMMANDS.md", "API.md"])
def test_the_documents_name_every_list(document: str) -> None:
    told = (DOCS / document).read_text()
    missing = [each.key for each in LISTS if f"`{each.key}`" not in told and each.title not in told]
    assert missing == []


def test_a_list_goes_out_filtered_as_on_screen(office: Office) -> None:
    clerk = office.client("minzheng")
    page = clerk.get("/matters?q=法律&state=in_force&page=1").text
    address = re.search(r'href="(/lists/registry/export\.xlsx\?[^"]+)"', page)
    assert address
    content = clerk.get(address[1].replace("&amp;", "&")).data
    header, sheet = header_of(content), sheet_of(content)
    names = [sheet.cell(row, header["工作事务名称"]).value for row in range(5, sheet.max_row - 1)]
    shown = re.findall(r'<td class="first"><a [^>]+><b>([^<]+)</b>', page)
    assert names == shown


def test_columns_are_chosen_moved_and_remembered_for_one_account(office: Office) -> None:
    clerk = office.client("minzheng")
    page = clerk.get("/lists/registry/columns?state=in_force&back=/matters").text
    assert page.count('name="column"') == 27
    asked = {"order": ["filing_number", "name", "contact_phone"], "column": ["name", "contact_phone"]}
    answer = clerk.post("/lists/registry/columns?state=in_force", data={**asked, "back": "/matters"})
    assert answer.location == "/matters"
    assert list(header_of(clerk.get("/lists/registry/export.xlsx").data)) == ["工作事务名称", "联系电话"]
    moved = clerk.post("/lists/registry/columns", data={**asked, "up": "contact_phone"})
    assert moved.location.endswith("/lists/registry/columns")
    assert list(header_of(clerk.get("/lists/registry/export.xlsx").data)) == ["联系电话", "工作事务名称"]
    assert "备案编号" in header_of(office.client("admin").get("/lists/registry/export.xlsx").data)
    clerk.post("/lists/registry/columns", data={**asked, "all": "yes"})
    assert len(header_of(clerk.get("/lists/registry/export.xlsx").data)) >= 27


def test_columns_that_are_none_are_refused_and_nothing_leads_out_of_the_house(office: Office) -> None:
    clerk = office.client("minzheng")
    none = clerk.post("/lists/registry/columns", data={"order": ["name"]})
    assert none.status_code == 422
    assert "至少选择一列" in words(none.text)
    assert clerk.post("/lists/registry/columns", data={"order": ["x"], "column": ["x"]}).status_code == 404
    for back in ("//evil.example/", "https://evil.example/", "/\\evil.example"):
        page = clerk.get("/lists/registry/columns", query_string={"back": back}).text
        assert 'href="' + back not in page
        assert f'name="back" value="{back}"' not in page
    assert clerk.get("/lists/nothing/export.xlsx").status_code == 404
    assert clerk.get("/inbox/todo?key=x&_scheme=x&_external=1").status_code == 200


@pytest.mark.parametrize("asked", [each for each in LISTS if each.form], ids=lambda each: each.key)
def test_a_list_that_goes_in_again_is_read_without_an_error(office: Office, asked: lists.OfficeList) -> None:
    brought_by = {"funds": "minzheng", "seal_uses": "xinli"}.get(asked.key, "admin")  # who may enter such
    taken_by = "xinli" if asked.key == "seal_uses" else "admin"
    content = office.client(taken_by).get(f"/lists/{asked.key}/export.xlsx").data
    rows = sum(1 for sheet in open_workbook(content, "x.xlsx").sheets for row in sheet.rows)
    with office.runtime.reading() as tx:
        found = imports.preview(tx, content, "x.xlsx", asked.form, office.actor(brought_by))
    wrong = [fault.zh for record in found.records for fault in record.faults if fault.severity == "error"]
    # What is in force has its number already: the registry tells that, and nothing else.
    assert [each for each in wrong if "已使用或已作废" not in each] == []
    assert len(found.records) > rows / 2


def test_the_command_writes_any_list_and_names_those_there_are(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZHUNRU_DATA_DIR", str(office.runtime.settings.data_dir))
    target = tmp_path / "台账.xlsx"
    run = CliRunner().invoke
    done = run(
        zhunru, ["export", "registry", str(target), "--filter", "state=in_force", "--columns", "name,state"]
    )
    assert done.exit_code == 0, done.output
    assert list(header_of(target.read_bytes())) == ["工作事务名称", "状态"]
    wrong = run(zhunru, ["export", "nothing", str(target)])
    assert wrong.exit_code == 2
    assert "organisation" in wrong.output
    before = target.read_bytes()
    assert run(zhunru, ["export", "accounts", str(target), "--as", "fayuan"]).exit_code != 0
    assert target.read_bytes() == before
    assert [each.name for each in tmp_path.glob("*.xlsx*")] == ["台账.xlsx"]


PAGES = {
    "todo": "/inbox/todo",
    "nobody": "/inbox/nobody",
    "done": "/inbox/done",
    "started": "/inbox/started",
    "copies": "/inbox/copies",
    "notices": "/inbox/notices",
    "history": "/instances/1",
    "imports": "/imports",
    "incidents": "/incidents",
    "organisation": "/organisation",
    "accounts": "/accounts",
    "calendar": "/calendar",
    "definitions": "/definitions",
    "registry": "/matters",
    "refresh": "/catalogue",
}


@pytest.mark.parametrize("key", PAGES)
def test_the_button_stands_on_the_page_of_the_list(office: Office, key: str) -> None:
    page = office.client("admin").get(PAGES[key]).text
    assert f"/lists/{key}/export.xlsx" in page
    assert "/lists/accounts/" not in office.client("fayuan").get("/organisation").text


def test_of_two_tabs_that_choose_columns_at_once_the_later_stands(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The row of the other tab is there although this one saw none when it looked."""
    actor, asked = office.actor("admin"), LISTS[0]
    monkeypatch.setattr(lists, "forget", lambda *given: None)
    with office.runtime.transaction() as tx:
        keys = [each.key for each in lists.columns_of(tx, asked)]
        lists.choose(tx, asked, actor, keys[:2])
        lists.choose(tx, asked, actor, keys[:1])
        assert [each.key for each in lists.chosen(tx, asked, actor)] == keys[:1]
        monkeypatch.undo()
        lists.forget(tx, asked, actor)
