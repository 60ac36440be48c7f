"""A table goes in: preview, faults, acceptance, chunks."""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import sqlalchemy as sa

from forms.secrecy import ConfidentialRefused
from tests.workflows.usecases.conftest import Office, request_target, sources
from workflows.engine import Source
from workflows.store.tables import import_batch, import_record, instance, unit
from workflows.usecases import (
    definitions,
    files,
    import_keeping,
    import_targets,
    imports,
    inbox,
    instances,
    offline,
)
from workflows.usecases.actor import SYSTEM
from workflows.usecases.errors import (
    AlreadyImported,
    ImportHasFaults,
    NoImportTarget,
    NotAllowed,
    NothingToImport,
    NumberTaken,
)

HEADER = ("事由", "申请单位", "金额", "开始日期")
FORMS = Path(__file__).parents[3] / "forms"


def table(rows: Sequence[Sequence[Any]], header: Sequence[str] = HEADER, sheet: str = "申请") -> bytes:
    """A workbook with one ledger."""
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page.title = sheet
    page.append(list(header))
    for row in rows:
        page.append(list(row))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def rows(count: int, unit_name: str = "教育局") -> list[tuple[Any, ...]]:
    return [(f"调研{n}", unit_name, "1200", "2026-04-01") for n in range(1, count + 1)]


@pytest.fixture(autouse=True)
def target() -> Iterator[None]:
    import_targets.register(request_target())
    yield
    del import_targets.IMPORT_TARGETS["request"]


def look(office: Office, content: bytes, username: str = "gao", form_key: str = "request") -> Any:
    with office.reading() as tx:
        found = imports.preview(tx, content, "汇总表.xlsx", form_key, office.actor(username))
    return imports.stage(office.runtime, found)


def count(office: Office, what: sa.Table, *conditions: Any) -> int:
    with office.reading() as tx:
        return int(
            tx.db.execute(sa.select(sa.func.count()).select_from(what).where(*conditions)).scalar_one()
        )


def test_a_preview_stores_nothing_and_shows_everything(office: Office) -> None:
    found = look(
        office, table([*rows(2), ("", "教育局", "很多", "2026-04-01"), ("坏", "没有局", "100", "2026-02-30")])
    )
    assert found.counts == {
        "records": 4,
        "right": 2,
        "wrong": 2,
        "doubtful": 0,
        "warnings": 0,
        "duplicates": 0,
        "new": 2,
        "changed": 0,
        "unchanged": 0,
    }
    with office.reading() as tx:
        document = imports.as_json(tx, found)
    first = document["records"][0]
    assert first == {
        "sheet": "申请",
        "row": 2,
        "values": {
            "subject": "调研1",
            "applicant_unit": "教育局",
            "amount": "1200",
            "from_day": "2026-04-01",
        },
        "faults": [],
        "change": "new",
        "differences": [],
    }
    third = {(fault["field"], fault["cell"], fault["severity"]) for fault in document["records"][2]["faults"]}
    assert ("amount", "C4", "error") in third
    assert any(field == "subject" for field, _cell, _severity in third)
    fourth = document["records"][3]
    assert {fault["field"] for fault in fourth["faults"]} == {"applicant_unit", "from_day"}
    assert fourth["values"] == {"subject": "坏", "amount": "100"}
    assert count(office, import_batch) == 0


def test_an_accepted_table_starts_its_instances(office: Office) -> None:
    found = look(office, table(rows(25)))
    gao = office.actor("gao")
    with office.transaction() as tx:
        batch_id = imports.accept(tx, found, gao)
    with office.reading() as tx:
        batch = imports.progress(tx, batch_id, gao)
        assert (batch.state, batch.total, batch.done, batch.failed) == ("done", 25, 25, 0)
        assert inbox.started(tx, gao).total == 25
        assert inbox.todo(tx, office.actor("zhou")).total == 25
        results = [record.result for record in imports.records(tx, batch_id, gao)]
        assert instances.view(tx, int(results[0] or 0), gao).title == "用车：调研1"


def test_half_a_bad_table_starts_nothing(office: Office) -> None:
    found = look(office, table([*rows(3), ("坏", "没有局", "100", "")]))
    with pytest.raises(ImportHasFaults) as told, office.transaction() as tx:
        imports.accept(tx, found, office.actor("gao"))
    assert told.value.facts == {"wrong": 1, "total": 4}
    assert count(office, instance) == 0
    assert count(office, import_batch) == 0


def test_the_right_rows_alone_go_in_where_asked_for(office: Office) -> None:
    found = look(office, table([*rows(3), ("坏", "没有局", "100", "")]))
    with office.transaction() as tx:
        batch_id = imports.accept(tx, found, office.actor("gao"), only_right=True)
    with office.reading() as tx:
        batch = imports.progress(tx, batch_id, office.actor("gao"))
        assert (batch.done, batch.skipped) == (3, 1)
        skipped = imports.records(tx, batch_id, office.actor("gao"), "skipped")
        assert [record.row for record in skipped] == [5]


def test_the_same_table_uploaded_twice_says_so(office: Office) -> None:
    content = table(rows(2))
    with office.transaction() as tx:
        imports.accept(tx, look(office, content), office.actor("gao"))
    with pytest.raises(AlreadyImported) as told:
        look(office, content, "sun")
    assert "高静" in told.value.tell()
    assert count(office, instance) == 2


def test_two_who_accept_the_same_table_start_it_once(office: Office) -> None:
    content = table(rows(2))
    one, two = look(office, content), look(office, content, "sun")
    with office.transaction() as tx:
        imports.accept(tx, one, office.actor("gao"))
    with pytest.raises(AlreadyImported), office.transaction() as tx:
        imports.accept(tx, two, office.actor("sun"))
    assert count(office, instance) == 2


def test_the_same_rows_in_two_files_previewed_at_once_are_started_once(office: Office) -> None:
    one, two = look(office, table(rows(2))), look(office, table(rows(3), sheet="补报"), "sun")
    assert two.counts["right"] == 3
    with office.transaction() as tx:
        imports.accept(tx, one, office.actor("gao"))
    with office.transaction() as tx:
        batch_id = imports.accept(tx, two, office.actor("sun"))
    with office.reading() as tx:
        assert imports.progress(tx, batch_id, office.actor("sun")).done == 1
    assert count(office, instance) == 3


def test_a_row_that_was_imported_in_another_file_is_passed_over(office: Office) -> None:
    with office.transaction() as tx:
        imports.accept(tx, look(office, table(rows(2))), office.actor("gao"))
    found = look(office, table(rows(3), sheet="补报"))
    assert [record.duplicate for record in found.records] == ["批次 1 第 2 行", "批次 1 第 3 行", ""]
    assert (found.counts["right"], found.counts["duplicates"]) == (1, 2)
    assert "不再重复导入" in found.records[0].faults[0].zh
    with office.transaction() as tx:
        batch_id = imports.accept(tx, found, office.actor("gao"))
    with office.reading() as tx:
        assert imports.progress(tx, batch_id, office.actor("gao")).done == 1
    with pytest.raises(NothingToImport), office.transaction() as tx:
        imports.accept(tx, look(office, table(rows(3), sheet="再报")), office.actor("gao"))
    assert count(office, instance) == 3


def test_a_row_that_stands_twice_in_a_table_goes_in_once(office: Office) -> None:
    found = look(office, table([*rows(1), *rows(1)]))
    assert [bool(record.duplicate) for record in found.records] == [False, True]


def test_a_clerk_imports_for_the_own_unit_only(office: Office) -> None:
    found = look(office, table([*rows(1), *rows(1, "公安局")]))
    assert [record.wrong for record in found.records] == [False, True]
    assert found.records[1].faults[0].cell == "B3"
    with pytest.raises(NotAllowed):
        look(office, table(rows(1)), "wang")


def test_the_bureau_enters_for_every_unit_and_it_is_said(office: Office) -> None:
    found = look(office, table([*rows(1), *rows(1, "公安局")]), "zhou")
    with office.transaction() as tx:
        imports.accept(tx, found, office.actor("zhou"))
    with office.reading() as tx:
        seen = inbox.visible(tx, office.actor("qian")).items
        assert [item.entered_for for item in seen] == [office.units["公安局"]]


def test_a_kept_preview_is_accepted_by_a_later_request(office: Office) -> None:
    gao = office.actor("gao")
    with office.transaction() as tx:
        batch_id = imports.keep(tx, look(office, table([*rows(2), ("坏", "没有局", "100", "")])), gao)
    with office.reading() as tx:
        again = imports.load(tx, batch_id, gao)
        assert again.counts["wrong"] == 1
        assert again.records[0].values == look(office, table(rows(2))).records[0].values
        assert again.records[2].faults[0].cell == "B4"
        assert imports.batches(tx, gao).total == 0
        with pytest.raises(NotAllowed):
            imports.load(tx, batch_id, office.actor("qian"))
    with office.transaction() as tx:
        assert imports.accept(tx, batch_id, gao, only_right=True) == batch_id
    with pytest.raises(NothingToImport), office.transaction() as tx:
        imports.accept(tx, batch_id, gao, only_right=True)
    assert count(office, instance) == 2


def test_a_table_accepted_twice_at_once_goes_in_once(office: Office) -> None:
    gao = office.actor("gao")
    found = look(office, table(rows(4)))
    with office.transaction() as tx:
        batch_id = imports.keep(tx, found, gao)
    gate = threading.Barrier(2)
    answers: list[Any] = []

    def accept() -> None:
        gate.wait(10)
        try:
            with office.transaction() as tx:
                answers.append(imports.accept(tx, batch_id, gao))
        except NothingToImport as error:
            answers.append(error)

    threads = [threading.Thread(target=accept) for _ in range(2)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(60)
    assert [each for each in answers if isinstance(each, int)] == [batch_id]
    assert [type(each) for each in answers if not isinstance(each, int)] == [NothingToImport]
    with office.reading() as tx:
        assert imports.progress(tx, batch_id, gao).done == 4
    assert count(office, instance) == 4


def test_a_chunk_that_ran_already_runs_once(office: Office) -> None:
    gao = office.actor("gao")
    found = look(office, table(rows(7)))
    with office.transaction() as tx:
        tx.enqueue = lambda *args, **key: None  # type: ignore[method-assign]
        batch_id = imports.accept(tx, found, gao)
    left = []
    for _ in range(4):
        with office.transaction() as tx:
            left.append(imports.run_chunk(tx, batch_id, 3))
    assert left == [4, 1, 0, 0]
    assert count(office, instance) == 7
    assert count(office, import_record, import_record.c.state == "done") == 7


def test_a_row_that_fails_keeps_none_of_the_others(office: Office) -> None:
    number = office.runtime.services["give_number"]

    def moody(tx: Any, call: Any, ref: Any) -> Any:
        if ref.title.endswith("调研2"):
            raise NumberTaken(number="准〔2026〕2号")
        return number(tx, call, ref)

    office.runtime.services["give_number"] = moody
    with office.transaction() as tx:
        batch_id = imports.accept(tx, look(office, table(rows(4))), office.actor("gao"))
    with office.reading() as tx:
        batch = imports.progress(tx, batch_id, office.actor("gao"))
        assert (batch.state, batch.done, batch.failed) == ("done", 3, 1)
        failed = imports.records(tx, batch_id, office.actor("gao"), "failed")
        assert [record.row for record in failed] == [3]
        assert "编号" in failed[0].error
    assert count(office, instance) == 3


def test_a_secrecy_mark_refuses_the_whole_table(office: Office) -> None:
    with pytest.raises(ConfidentialRefused):
        look(office, table([*rows(1), ("机密★1年", "教育局", "1", "")]))
    assert count(office, import_batch) == 0


def test_a_form_without_a_target_is_refused(office: Office) -> None:
    with pytest.raises(NoImportTarget):
        look(office, table(rows(1)), form_key="verdict")


def test_the_organisation_goes_in_as_a_table(office: Office, tables: Path) -> None:
    root = office.actor("root")
    with office.transaction() as tx:
        form = Source("organisation_unit.form", (FORMS / "organisation_unit.form").read_bytes())
        definitions.deploy(tx, [form], SYSTEM)
    content = (tables / "组织机构.xlsx").read_bytes()
    with office.reading() as tx:
        found = imports.preview(tx, content, "组织机构.xlsx", "organisation_unit", root)
    assert found.counts["records"] == 162
    assert found.counts["wrong"] == 0
    with office.transaction() as tx:
        batch_id = imports.accept(tx, found, root)
    with office.reading() as tx:
        assert imports.progress(tx, batch_id, root).done == 162
        section = tx.units.find("区民政局社区科")
        assert section is not None
        above = tx.units.get(section.parent_id or 0)
        assert above is not None
        assert above.name == "区民政局"
        again = imports.preview(tx, content, "组织机构.xlsx", "organisation_unit", root)
        assert {key: again.counts[key] for key in ("new", "changed", "unchanged", "right")} == {
            "new": 0,
            "changed": 0,
            "unchanged": 162,
            "right": 162,  # a tree goes in whole
        }
    before = count(office, unit)
    with office.transaction() as tx:
        imports.accept(tx, imports.preview(tx, content, "组织机构.xlsx", "organisation_unit", root), root)
    assert count(office, unit) == before


def test_a_unit_whose_parent_is_nowhere_is_told_at_its_cell(office: Office) -> None:
    with office.transaction() as tx:
        form = Source("organisation_unit.form", (FORMS / "organisation_unit.form").read_bytes())
        definitions.deploy(tx, [form], SYSTEM)
    content = table(
        [("和平社区", "社区", "东街道办"), ("和平社区", "社区", "东街道"), ("和平社区", "社区", "东街道")],
        header=("机构名称", "类型", "上级机构"),
    )
    found = look(office, content, "root", "organisation_unit")
    assert [record.wrong for record in found.records] == [True, False, True]
    assert found.records[0].faults[0].cell == "C2"
    assert "东街道" in found.records[0].faults[0].zh


def stored(office: Office) -> list[Path]:
    return [path for path in office.runtime.settings.data_dir.glob("files/*/*") if path.is_file()]


def test_the_workbook_belongs_to_its_batch_and_goes_with_it(office: Office) -> None:
    gao, content = office.actor("gao"), table(rows(2))
    with office.transaction() as tx:
        batch_id = imports.keep(tx, look(office, content), gao)
        twin = imports.keep(tx, look(office, content, "sun"), office.actor("sun"))
    with office.reading() as tx:
        assert imports.workbook(tx, batch_id, gao) == ("汇总表.xlsx", content)
        with pytest.raises(NotAllowed):
            imports.workbook(tx, batch_id, office.actor("qian"))
    with office.transaction() as tx:
        imports.discard(tx, twin, office.actor("sun"))
    assert len(stored(office)) == 1
    with office.transaction() as tx:
        imports.accept(tx, batch_id, gao)
    with office.transaction(at=office.runtime.now() + timedelta(days=3)) as tx:
        assert import_keeping.forget_old(tx) == 0
    with office.reading() as tx:
        assert imports.workbook(tx, batch_id, gao)[1] == content


def test_a_preview_nobody_accepts_leaves_no_bytes(office: Office) -> None:
    with office.transaction() as tx:
        imports.keep(tx, look(office, table(rows(2))), office.actor("gao"))
    assert len(stored(office)) == 1
    with office.transaction(at=office.runtime.now() + timedelta(days=3)) as tx:
        assert import_keeping.forget_old(tx) == 1
    assert stored(office) == []


def test_bytes_that_are_an_attachment_too_outlive_the_preview(office: Office) -> None:
    gao, content = office.actor("gao"), table(rows(2))
    with office.transaction() as tx:
        kept = files.store(tx, files.receive(tx.runtime, "汇总表.xlsx", content), gao)
        batch_id = imports.keep(tx, look(office, content), gao)
    with office.transaction() as tx:
        imports.discard(tx, batch_id, gao)
    with office.reading() as tx:
        assert files.content(tx, kept.id, gao)[1] == content


def test_a_table_refused_at_its_acceptance_leaves_no_bytes(office: Office) -> None:
    found = look(office, table([*rows(1), ("坏", "没有局", "100", "")]))
    with pytest.raises(ImportHasFaults), office.transaction() as tx:
        imports.accept(tx, found, office.actor("gao"))
    with pytest.raises(ConfidentialRefused):
        look(office, table([("机密★1年", "教育局", "1", "")]))
    assert stored(office) == []


def test_a_table_taken_in_before_can_be_looked_at_again(office: Office) -> None:
    content = table(rows(2))
    with office.transaction() as tx:
        imports.accept(tx, look(office, content), office.actor("gao"))
    with office.reading() as tx:
        gao = office.actor("gao")
        found = imports.preview(tx, content, "汇总表.xlsx", "request", gao, again=True)
        document = imports.as_json(tx, found)
    assert [record.faults for record in found.records] == [(), ()]
    assert "高静" in document["already"]
    with pytest.raises(AlreadyImported), office.transaction() as tx:
        imports.accept(tx, found, gao)


def test_a_column_that_lacks_is_told_once_with_its_sheet_and_no_row_goes_in(office: Office) -> None:
    content = table([("教育局", "1200", "2026-04-01")] * 2, header=HEADER[1:])
    found = look(office, content)
    assert [(fault.sheet, fault.cell, fault.field) for fault in found.faults] == [("申请", "A1", "subject")]
    assert [record.faults for record in found.records if not record.duplicate] == [(), ()]
    assert all(record.wrong for record in found.records)
    gao = office.actor("gao")
    with office.transaction() as tx:
        batch_id = imports.keep(tx, found, gao)
    with office.reading() as tx:
        assert imports.load(tx, batch_id, gao).counts["wrong"] == 2
    with pytest.raises(NothingToImport), office.transaction() as tx:
        imports.accept(tx, batch_id, gao, only_right=True)


def test_the_rows_of_a_list_come_in_with_a_start_form_and_their_faults_stand_at_their_cells(
    office: Office, forms_with_a_list: str
) -> None:
    """A blank form has a sheet of its own for each list within the form."""
    with office.reading() as tx:
        _name, content = offline.blank_form(tx, "request")
    book = openpyxl.load_workbook(io.BytesIO(content))
    names = {key: each.attr_text.replace("$", "").split("!") for key, each in book.defined_names.items()}

    def write(name: str, value: Any, below: int = 0) -> str:
        sheet, cell = names[name]
        place = book[sheet.strip("'")][cell].offset(below, 0)
        place.value = value
        return str(place.coordinate)

    for name, value in zip(("subject", "applicant_unit", "amount"), rows(1)[0], strict=False):
        write(f"F_{name}", value)
    write("R_stops.town", "甲镇", 1)
    write("R_stops.day", "2026-04-01", 1)
    write("R_stops.town", "乙镇", 2)
    wrong = write("R_stops.day", "没有这一天", 2)
    out = io.BytesIO()
    book.save(out)
    found = look(office, out.getvalue())
    (record,) = found.records
    (fault,) = [each for each in record.faults if each.severity == "error"]
    assert (fault.sheet, fault.cell, fault.field) == ("途经", wrong, "stops")
    assert not found.read.doubtful
    write("R_stops.day", "2026-04-02", 2)
    out = io.BytesIO()
    book.save(out)
    gao = office.actor("gao")
    with office.transaction() as tx:
        batch_id = imports.accept(tx, look(office, out.getvalue()), gao)
    with office.reading() as tx:
        (done,) = imports.records(tx, batch_id, gao, "done")
    assert [each["town"] for each in done.values["stops"]] == ["甲镇", "乙镇"]


@pytest.fixture
def forms_with_a_list(office: Office) -> str:
    """The form `request` with a list of its own: where the journey passes."""
    content = json.loads(sources("request.form")[0].content)
    content["components"].append(
        {
            "type": "dynamiclist",
            "id": "Field_stops",
            "path": "stops",
            "label": "途经",
            "properties": {"kind": "rows"},
            "components": [
                {"type": "textfield", "key": "town", "id": "Field_town", "label": "镇街"},
                {
                    "type": "datetime",
                    "subtype": "date",
                    "dateLabel": "日期",
                    "key": "day",
                    "id": "Field_day",
                },
            ],
        }
    )
    with office.transaction() as tx:
        definitions.deploy(tx, [Source("request.form", json.dumps(content).encode())], SYSTEM)
    return "request"
