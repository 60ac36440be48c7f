"""Tables of several applications: ticked or listed, as an archive, one workbook or one PDF; a job where it takes longer."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

import openpyxl
import pypdf
import pytest
from sample_office import Office, words

from templates_xlsx import printing
from templates_xlsx.grid import open_workbook
from templates_xlsx.reading import read_records
from workflows.admission import registry
from workflows.admission.registry import Filters
from workflows.usecases import audit, definitions, exports, imports, jobs

SHARED = Path(__file__).resolve().parents[2] / "data" / "tables"

PRINTER = """#!/bin/sh
while [ "$1" != --outdir ]; do shift; done
mkdir -p "$2"; out="$2"; shift 2
for each in "$@"; do cp "{page}" "$out/$(basename "$each" .xlsx).pdf"; done
"""


@pytest.fixture
def printer(office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A stand-in for LibreOffice, which makes an empty page of each workbook."""
    writer = pypdf.PdfWriter()
    writer.add_blank_page(595, 842)
    writer.write(tmp_path / "page.pdf")
    program = tmp_path / "soffice"
    program.write_text(PRINTER.format(page=tmp_path / "page.pdf"))
    program.chmod(0o755)
    monkeypatch.setattr(printing, "printer", lambda setting: str(program))
    monkeypatch.setattr("webapp.work.exports.printer", lambda setting: str(program))
    return program


def ids(office: Office, username: str = "minzheng", count: int = 3) -> list[int]:
    with office.runtime.reading() as tx:
        return registry.instance_ids(tx, office.actor(username), Filters())[:count]


def post(office: Office, chosen: list[int], kind: str, username: str = "minzheng") -> bytes:
    data = {"ids": ",".join(map(str, chosen)), "kind": kind}
    answer = office.client(username).post("/exports/new", data=data)
    assert answer.status_code == 200, words(answer.text)
    return answer.data


def test_ticked_matters_go_into_an_archive_of_workbooks(office: Office) -> None:
    chosen = ids(office)
    page = office.client("minzheng").get("/exports/new?from=matters&id=" + "&id=".join(map(str, chosen)))
    assert "已勾选 3 件" in words(page.text)
    with zipfile.ZipFile(io.BytesIO(post(office, chosen, "zip"))) as archive:
        names = archive.namelist()
        assert len(names) == 3
        assert all(each.startswith("社区工作事务准入审批表-") for each in names)
        assert openpyxl.load_workbook(io.BytesIO(archive.read(names[0]))).sheetnames == ["审批表"]
    with office.runtime.reading() as tx:
        (line, *_) = audit.listing(tx, office.actor("admin"), event="tables.exported").items
    assert line.facts == {"tables": 3}


def test_without_a_tick_all_that_the_list_shows_are_taken(office: Office) -> None:
    page = words(office.client("minzheng").get("/exports/new?from=matters&q=没有这样的事项").text)
    assert "没有选中" in page
    page = words(office.client("minzheng").get("/exports/new?from=matters").text)
    assert f"导出全部 {len(ids(office, count=9999))} 件" in page
    listed = office.client("minzheng").get("/matters").text
    assert f'name="id" value="{ids(office)[0]}" form="tables"' in listed
    assert 'form="tables"' in office.client("fayuan").get("/inbox/started").text


def test_one_workbook_has_a_sheet_each_and_reads_back_whole(office: Office) -> None:
    chosen = ids(office)
    content = post(office, chosen, "xlsx")
    book = open_workbook(content, "x.xlsx")
    assert len(book.sheets) == 3
    with office.runtime.reading() as tx:
        form = definitions.form(tx, "admission_application")
        clerk = office.actor("minzheng")
        names = [registry.matter(tx, registry.of_instance(tx, each, clerk) or 0).name for each in chosen]
    records = read_records(book, form).records
    assert [each.posted["matter_name"] for each in records] == names
    assert [each.name for each in book.sheets] == [name[:31] for name in names]


def test_one_pdf_of_many_is_made_by_a_job_with_its_progress(office: Office, printer: Path) -> None:
    client = office.client("minzheng")
    chosen = ids(office)
    data = {"ids": ",".join(map(str, [*chosen, 999_999])), "kind": "pdf"}
    answer = client.post("/exports/new", data=data, follow_redirects=False)
    assert answer.status_code == 303
    address = answer.headers["Location"]
    page = client.get(address).text
    if "停止" in page:  # the job has not run yet: it does now
        exports.run(office.runtime, int(address.rpartition("/")[2]))
        page = client.get(address).text
    assert "已完成 3 份" in words(page)
    assert "1 件没有表格" in words(page)
    made = client.get(f"{address}/file")
    assert len(pypdf.PdfReader(io.BytesIO(made.data)).pages) == 3
    assert office.client("fayuan").get(address).status_code == 404
    assert office.client("fayuan").get(f"{address}/file").status_code == 404


def test_an_export_that_was_stopped_makes_no_file(office: Office, printer: Path) -> None:
    actor = office.actor("minzheng")
    with office.runtime.transaction() as tx:
        export_id = exports.ask(tx, ids(office), "pdf", "表", actor)
        exports.cancel(tx, export_id, actor)
    exports.run(office.runtime, export_id)
    client = office.client("minzheng")
    assert "导出已停止" in words(client.get(f"/exports/{export_id}").text)
    assert client.get(f"/exports/{export_id}/file").status_code == 404


def queued(office: Office, kind: str, monkeypatch: pytest.MonkeyPatch) -> int:
    """An export that no worker has taken yet."""
    monkeypatch.setitem(jobs.JOBS, exports.JOB, lambda runtime, export_id: None)  # type: ignore[arg-type]
    with office.runtime.transaction() as tx:
        return exports.ask(tx, ids(office), kind, "表", office.actor("minzheng"))


def test_an_export_that_breaks_off_again_and_again_fails_in_both_languages(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    export_id = queued(office, "zip", monkeypatch)

    def broken(*_given: object) -> None:
        raise RuntimeError

    with monkeypatch.context() as patch:
        patch.setattr(exports, "bundled", broken)
        for _ in range(exports.TRIES):
            with pytest.raises(RuntimeError):
                exports.run(office.runtime, export_id)
        exports.run(office.runtime, export_id)
    client = office.client("minzheng")
    assert "试了 3 次都没有做成" in words(client.get(f"/exports/{export_id}").text)
    client.set_cookie("locale", "en")
    page = words(client.get(f"/exports/{export_id}").text)
    assert "3 tries came to nothing" in page
    assert "没有做成" not in page


def test_a_workbook_that_became_an_archive_is_called_so(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    export_id = queued(office, "xlsx", monkeypatch)
    with monkeypatch.context() as patch:
        patch.setattr(exports, "_groups", lambda tables: [[each] for each in tables])
        exports.run(office.runtime, export_id)
    client = office.client("minzheng")
    assert "表.zip" in words(client.get(f"/exports/{export_id}").text)
    assert client.get(f"/exports/{export_id}/file").mimetype == "application/zip"


def test_the_page_offers_pdf_only_where_it_can_be_made(
    office: Office, printer: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = f"/exports/new?id={ids(office)[0]}"
    client = office.client("minzheng")
    assert 'value="pdf"' in client.get(address).text
    one = client.get(f"/exports/instances/{ids(office)[0]}/table.pdf")
    assert one.data.startswith(b"%PDF")
    with office.runtime.reading() as tx:
        (line, *_) = audit.listing(tx, office.actor("admin"), event="tables.exported").items
    assert line.facts == {"tables": 1, "instance": ids(office)[0]}
    monkeypatch.setattr("webapp.work.exports.printer", lambda setting: None)
    monkeypatch.setattr(printing, "printer", lambda setting: None)
    page = client.get(address).text
    assert 'value="pdf"' not in page
    assert "没有安装 LibreOffice" in words(page)
    refused = client.get(f"/exports/instances/{ids(office)[0]}/table.pdf")
    assert refused.status_code in (409, 422)
    assert "LibreOffice" in words(refused.text)


def test_a_printer_that_makes_nothing_is_told(office: Office, printer: Path) -> None:
    printer.write_text("#!/bin/sh\nexit 1\n")
    answer = office.client("minzheng").get(f"/exports/instances/{ids(office)[0]}/table.pdf")
    assert answer.status_code in (409, 422)
    assert "没有转成 PDF" in words(answer.text)


def test_what_somebody_may_not_see_is_left_out_of_an_export(office: Office) -> None:
    others = [each for each in ids(office, count=9999) if each not in ids(office, "fayuan", 9999)]
    answer = office.client("fayuan").post("/exports/new", data={"ids": str(others[0]), "kind": "zip"})
    assert answer.status_code in (409, 422)
    assert re.search("没有可以导出", words(answer.text))


def test_the_date_written_in_an_offices_table_stands_on_the_page_and_in_the_table_that_goes_back(
    office: Office,
) -> None:
    client = office.client("minzheng")
    content = (SHARED / "审批表-样式一.xlsx").read_bytes()
    data = {"form": "admission_application", "not_secret": "yes", "table": (io.BytesIO(content), "报送.xlsx")}
    check = client.post("/imports/new", data=data, content_type="multipart/form-data").location
    assert client.post(f"{check}/accept").status_code == 303
    with office.runtime.reading() as tx:
        number = int(check.rpartition("/")[2])
        (record,) = imports.records(tx, number, office.actor("minzheng"))
        assert (record.state, record.shown["application_date"]) == ("done", "2026年3月2日")
        started = int(record.result or 0)
    assert "2026年3月2日" in words(client.get(f"/instances/{started}").text)
    with zipfile.ZipFile(io.BytesIO(post(office, [started], "zip"))) as archive:
        (name,) = archive.namelist()
        book = open_workbook(archive.read(name), name)
    with office.runtime.reading() as tx:
        (again,) = read_records(book, definitions.form(tx, "admission_application")).records
    assert again.posted["application_date"] == "2026年3月2日"
