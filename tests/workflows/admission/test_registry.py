"""The registry: states on a day, who sees what, filters, ledger, backlog, statistics."""

from __future__ import annotations

import io
import itertools
import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from templates_xlsx.fill import read_opinions
from templates_xlsx.grid import open_workbook
from templates_xlsx.reading import read_records
from tests import sample_mould
from tests.conftest import MORNING
from tests.moulds import Moulds
from workflows.admission import (
    catalogue,
    ledger,
    matters,
    official,
    registry,
    shipped,
    states,
    statistics,
)
from workflows.admission.roles import PERMISSIONS, ROLES
from workflows.admission.services import SERVICES, functions
from workflows.admission.tables import matter
from workflows.engine import Source
from workflows.usecases import accounts, definitions, imports, inbox, instances, lists, numbers
from workflows.usecases.actor import SYSTEM
from workflows.usecases.errors import AlreadyImported, NotAllowed, NothingToImport


def test_sql_and_python_agree_on_every_state(office: Any) -> None:
    day = date(2026, 3, 16)
    near = [None, *(day + timedelta(days=n) for n in (-1, 0, 1, 30, 31))]
    with office.runtime.transaction(at=office.at) as tx:
        for stage, start, end, ended in itertools.product(states.STAGES, near, near, near):
            values = {"name": "甲", "period_start": start, "period_end": end, "ended_on": ended}
            row = {"origin": "backlog", "stage": stage, "created_at": tx.at, "updated_at": tx.at}
            tx.db.execute(sa.insert(matter), {**row, **values})
        rows = [dict(row) for row in tx.db.execute(sa.select(matter)).mappings()]
        for key in states.STATES:
            asked = set(tx.db.execute(sa.select(matter.c.id).where(states.in_state(key, day))).scalars())
            assert asked == {row["id"] for row in rows if states.state_of(row, day) == key}, key
        asked = set(tx.db.execute(sa.select(matter.c.id).where(states.expiring(day, 30))).scalars())
        assert asked == {row["id"] for row in rows if states.is_expiring(row, day, 30)}


def test_a_unit_sees_its_own_matters_and_a_subdistrict_what_enters_it(office: Any) -> None:
    instance_id = office.file()
    with office.reading() as tx:

        def total(who: str) -> int:
            return registry.search(tx, office.actor(tx, who), registry.Filters()).total

        assert [total(who) for who in ("court", "clerk", "grid", "xinli")] == [1, 1, 1, 1]
        assert [total(who) for who in ("school", "jinqiao")] == [0, 0]
        row = matters.required(tx, instance_id)
        with pytest.raises(NotAllowed):
            registry.matter(tx, row["id"], office.actor(tx, "jinqiao"))


def test_what_enters_the_whole_district_stands_in_the_registry_of_each_subdistrict(office: Any) -> None:
    instance_id = office.file(scope=[])
    with office.reading() as tx:

        def total(who: str, **wanted: Any) -> int:
            return registry.search(tx, office.actor(tx, who), registry.Filters(**wanted)).total

        everybody = ("court", "xinli", "jinqiao", "jinmen", "school")
        assert [total(who) for who in everybody] == [1, 1, 1, 1, 0]
        street = tx.units.find("金桥街道")
        assert street is not None
        assert total("clerk", scope_id=street.id) == 1
        row = matters.required(tx, instance_id)
        assert registry.matter(tx, row["id"], office.actor(tx, "jinmen")).name == row["name"]


def test_filters_are_read_from_a_query_and_nonsense_is_left_out() -> None:
    filters = registry.Filters.from_query(
        {
            "q": " 送达 ",
            "state": "in_force,nonsense",
            "year": "2026",
            "unit": "x",
            "sort": "drop table",
            "day": "31",
        }
    )
    assert filters == registry.Filters(text="送达", states=("in_force",), year=2026)


def test_the_registry_is_searched_by_name_unit_number_street_and_year(office: Any) -> None:
    office.file(matter_name="送达协助")
    office.file(matter_name="100%宣传", executor=["community"])
    with office.reading() as tx:
        clerk = office.actor(tx, "clerk")
        street = tx.units.find("新立津门里社区居民委员会").id

        def names(**wanted: Any) -> list[str]:
            found = registry.search(tx, clerk, registry.Filters(sort="name", **wanted))
            return [each.name for each in found.items]

        assert names(text="送达") == ["送达协助"]
        assert names(text="%") == ["100%宣传"], "a percent sign is text, not a wildcard"
        assert names(text="人民法院") == ["100%宣传", "送达协助"]
        assert names(text="0002号") == ["100%宣传"]
        assert len(names(scope_id=street)) == 2, "a community stands in the scope of its subdistrict"
        assert len(names(year=2026)) == 2
        assert names(year=2025) == []
        assert names(executor="grid") == []
        assert len(names(states=("not_yet",))) == 2
        counted = registry.counts(tx, clerk, registry.Filters())
        assert counted["not_yet"] == 2
        page = registry.search(tx, clerk, registry.Filters(sort="name"), 2, 1)
        assert (page.total, page.pages, len(page.items)) == (2, 2, 1)


def test_a_cancelled_application_is_void_and_a_cancelled_exit_is_off(office: Any) -> None:
    cancelled = office.apply()
    with office.runtime.transaction(at=office.at) as tx:
        instances.cancel(tx, cancelled, office.actor(tx, "clerk"), "重复申报")
    assert office.matter(cancelled).state == "void"
    kept = office.file(period_start="2026-03-16")
    posted = {
        "applicant_unit": "区人民法院",
        "filing_number": office.matter(kept).number,
        "matter_name": "司法文书送达协助",
        "exit_kind": "done",
        "exit_reason": "完成",
        "exit_on": "2026-03-16",
        "contact_name": "吴",
        "contact_phone": "022-84908838",
    }
    leaving = office.start("court", "terminate", posted)
    assert office.matter(kept).state == "leaving"
    with office.runtime.transaction(at=office.at) as tx:
        instances.cancel(tx, leaving, office.actor(tx, "clerk"), "误报")
    assert office.matter(kept).state == "in_force"
    office.start("court", "terminate", posted)
    with office.reading() as tx:
        found = registry.search(tx, office.actor(tx, "clerk"), registry.Filters())
        assert [each.state for each in found.items] == ["leaving"]


def test_the_numbers_of_a_cancelled_instance_are_never_given_again(office: Any) -> None:
    cancelled = office.file()
    with office.runtime.transaction(at=office.at) as tx:
        instances.cancel(tx, cancelled, office.actor(tx, "clerk"), "重复申报")
    matter = office.matter(cancelled)
    assert (matter.state, matter.number) == ("void", "准〔2026〕0001号")
    with office.reading() as tx:
        listed = [*numbers.listing(tx, "application"), *numbers.listing(tx, "filing")]
        assert [each.state for each in listed] == ["cancelled", "cancelled"]
        (last,) = [each for each in registry.life(tx, matter.id) if each.kind == "void"]
        assert (last.zh, last.actor, last.note) == ("流程作废", "clerk", "重复申报")
    assert office.matter(office.file()).number == "准〔2026〕0002号"


def test_a_field_an_office_adds_and_marks_stands_in_the_registry_and_is_a_column_of_its_ledger(
    office: Any,
) -> None:
    form = json.loads((Path(__file__).parents[3] / "forms" / "admission_application.form").read_bytes())
    added = {"type": "number", "label": "预计服务人次", "key": "people_served", "id": "Field_people_served"}
    form["components"] += [
        {**added, "properties": {"ledger": "true"}},
        {**added, "key": "unasked", "id": "Field_unasked", "label": "不入台账"},
    ]
    office.file()
    with office.runtime.transaction(at=office.at) as tx:
        redrawn = Source("admission_application.form", json.dumps(form).encode())
        definitions.deploy(tx, [redrawn], SYSTEM)
    instance_id = office.file(matter_name="法律援助宣传", people_served="1200", unasked="7")
    assert office.matter(instance_id).values["details"] == {"people_served": "1200"}
    with office.reading() as tx:
        clerk = office.actor(tx, "clerk")
        rows = {row["name"]: row for row in registry.ledger_rows(tx, clerk, registry.Filters())}
        out = io.BytesIO()
        assert lists.write(out, tx, "registry", clerk) == 2
    assert rows["法律援助宣传"]["people_served"] == 1200
    assert "people_served" not in rows["司法文书送达协助"]  # filed before the field was drawn
    (sheet,) = open_workbook(out.getvalue(), "台账.xlsx").sheets
    assert sheet.value(3, len(ledger.COLUMNS) + 1) == "预计服务人次"
    assert 1200 in {sheet.value(row, len(ledger.COLUMNS) + 1) for row in range(5, 8)}


def test_the_ledger_has_the_columns_an_office_keeps(office: Any) -> None:
    office.file()
    office.hand_over()
    with office.reading() as tx:
        clerk = office.actor(tx, "clerk")
        (row,) = registry.ledger_rows(tx, clerk, registry.Filters())
        out = io.BytesIO()
        assert lists.write(out, tx, "registry", clerk) == 1
    assert set(row) == {key for key, *_ in ledger.COLUMNS}
    assert row["duration_class"] == "长期性(一年以上)"
    assert row["street_contact"] == "新立街道：对接人、军粮城街道：对接人"
    (sheet,) = open_workbook(out.getvalue(), "台账.xlsx").sheets
    texts = {str(sheet.value(r, c)) for r in range(1, 8) for c in range(1, 29)}
    assert {"备案编号", "审批用时(工作日)", "司法文书送达协助", "未生效"} <= texts


def test_the_official_table_comes_back_with_opinions_and_number(office: Any) -> None:
    instance_id = office.file()
    with office.reading() as tx:
        content = official.workbook(tx, instance_id, office.actor(tx, "clerk"))
        form = definitions.form(tx, official.APPLICATION)
        found = {each.box: each.text for each in read_opinions(open_workbook(content, "审批表.xlsx"), form)}
        (record,) = read_records(open_workbook(content, "审批表.xlsx"), form).records
    assert record.posted["matter_name"] == "司法文书送达协助"
    assert found["bureau_opinion"] == "同意准入"
    assert found["unit_opinion"] == "同意申报"


def test_last_years_catalogue_is_an_edition_and_its_matters_are_in_force(office: Any, tables: Path) -> None:
    content = (tables / "指导目录-2025年版.xlsx").read_bytes()
    organisation = (tables / "组织机构.xlsx").read_bytes()
    _import(office, organisation, "组织机构.xlsx", "organisation_unit")
    _import(office, content, "指导目录-2025年版.xlsx", "catalogue_entry")
    with office.reading() as tx:
        edition = catalogue.current(tx)
        assert (edition.year, edition.entries, edition.origin) == (2025, 31, "import")
        assert len(registry.in_force(tx, tx.world.today)) == 31
        court = tx.units.find("区人民法院").id
        assert len(registry.in_force(tx, tx.world.today, court)) == 2
        assert catalogue.entries(tx, edition.id)[1].class_name == "社会保障和社会救助"
    with pytest.raises(AlreadyImported):
        _import(office, content, "again.xlsx", "catalogue_entry")


def _import(office: Any, content: bytes, name: str, form_key: str) -> None:
    with office.runtime.transaction(at=office.at) as tx:
        found = imports.preview(tx, content, name, form_key, SYSTEM)
        imports.accept(tx, imports.keep(tx, found, SYSTEM), SYSTEM)


def test_a_ledger_of_old_matters_goes_in_with_its_numbers_and_starts_nothing(office: Any) -> None:
    office.file()
    with office.reading() as tx:
        clerk = office.actor(tx, "clerk")
        rows = list(registry.ledger_rows(tx, clerk, registry.Filters()))
        rows[0] |= {"filing_number": "津丽备〔2019〕7号", "name": "老事项", "state": "有效"}
        from templates_xlsx.ledger_out import Heading, write_ledger

        content = write_ledger(ledger.columns(ledger.COLUMNS), rows, Heading("台账", numbered=False))
    with office.runtime.transaction(at=office.at) as tx:
        clerk = office.actor(tx, "clerk")
        found = imports.preview(tx, content, "台账.xlsx", "matter_backlog", clerk)
        assert [
            each.tell() for record in found.records for each in record.faults if each.severity == "error"
        ] == []
        imports.accept(tx, imports.keep(tx, found, clerk), clerk)
    with office.reading() as tx:
        clerk = office.actor(tx, "clerk")
        (old,) = registry.search(tx, clerk, registry.Filters(text="津丽备〔2019〕7号")).items
        assert (old.name, old.instance_id, old.state) == ("老事项", None, "not_yet")
        again = imports.preview(tx, content + b" ", "台账.xlsx", "matter_backlog", clerk)
        assert [(each.change, each.duplicate, each.wrong) for each in again.records] == [
            ("unchanged", "津丽备〔2019〕7号", False)
        ]


def _backlog(office: Any, rows: list[dict[str, Any]]) -> bytes:
    from templates_xlsx.ledger_out import Heading, write_ledger

    return write_ledger(ledger.columns(ledger.COLUMNS), rows, Heading("台账", numbered=False))


def test_a_later_ledger_of_old_matters_corrects_what_has_changed_and_passes_over_the_rest(
    office: Any,
) -> None:
    office.file()
    with office.reading() as tx:
        row = next(iter(registry.ledger_rows(tx, office.actor(tx, "clerk"), registry.Filters())))
    one = {**row, "filing_number": "津丽备〔2019〕7号", "name": "老事项", "state": "有效"}
    two = {**row, "filing_number": "津丽备〔2019〕8号", "name": "另一事项", "state": "有效"}
    _import(office, _backlog(office, [one, two]), "台账.xlsx", "matter_backlog")
    later = _backlog(office, [one, {**two, "contact_phone": "13912345678"}, row])
    with office.reading() as tx:
        found = imports.preview(tx, later, "台账二.xlsx", "matter_backlog", SYSTEM)
        document = imports.as_json(tx, found)
    assert [each["change"] for each in document["records"]] == ["unchanged", "changed", None]
    (told,) = document["records"][1]["differences"]
    assert (told["field"], told["new"]) == ("contact_phone", "13912345678")
    assert {key: document["counts"][key] for key in ("new", "changed", "unchanged", "wrong")} == {
        "new": 0,
        "changed": 1,
        "unchanged": 1,
        "wrong": 1,
    }
    assert (
        "已使用" in document["records"][2]["faults"][0]["message"]
    )  # an admitted matter has its own process
    with office.runtime.transaction(at=office.at) as tx:
        batch_id = imports.accept(tx, imports.keep(tx, found, SYSTEM), SYSTEM, only_right=True)
    with office.reading() as tx:
        assert imports.progress(tx, batch_id, SYSTEM).done == 1
        phone = sa.select(matter.c.contact_phone).where(matter.c.filing_number == "津丽备〔2019〕8号")
        assert tx.db.execute(phone).scalar_one() == "13912345678"


def test_an_application_that_is_under_way_is_not_started_again_but_its_changes_are_told(
    office: Any, tables: Path
) -> None:
    import openpyxl

    _import(office, (tables / "组织机构.xlsx").read_bytes(), "组织机构.xlsx", "organisation_unit")
    content = (tables / "申请汇总表-120行.xlsx").read_bytes()
    with office.runtime.transaction(at=office.at) as tx:
        found = imports.preview(tx, content, "汇总表.xlsx", "admission_application", SYSTEM)
        imports.accept(tx, imports.keep(tx, found, SYSTEM), SYSTEM, only_right=True)
    book = openpyxl.load_workbook(io.BytesIO(content))
    sheet = book.worksheets[0]
    sheet["P5"].value = "李新"
    out = io.BytesIO()
    book.save(out)
    with office.reading() as tx:
        found = imports.preview(tx, out.getvalue(), "补报.xlsx", "admission_application", SYSTEM)
    assert [found.counts[key] for key in ("right", "new", "changed", "unchanged")] == [0, 0, 1, 119]
    (told,) = found.records[0].differences
    assert (told.label, told.new) == ("联系人", "李新")
    assert "不会重复发起" in found.records[0].faults[-1].zh
    assert imports.changed(found) == [0]
    with office.runtime.transaction(at=office.at) as tx, pytest.raises(NothingToImport):
        imports.accept(tx, imports.keep(tx, found, SYSTEM), SYSTEM)
    with office.runtime.transaction(at=office.at) as tx:
        batch_id = imports.accept(tx, imports.keep(tx, found, SYSTEM), SYSTEM, anyway=imports.changed(found))
    with office.reading() as tx:
        batch = imports.progress(tx, batch_id, SYSTEM)
        assert (batch.total, batch.done, batch.skipped) == (1, 1, 119)
        record = imports.records(tx, batch_id, SYSTEM, "done")[0]
        lines = instances.view(tx, int(record.result or 0), SYSTEM).history
    said = next(line.text for line in lines if "另行发起" in line.text)
    assert record.duplicate in said


def test_a_catalogue_is_told_apart_from_the_edition_that_stands_and_taken_in_whole(
    office: Any, tables: Path
) -> None:
    """What has not changed belongs into the new edition as well as what has."""
    import openpyxl

    _import(office, (tables / "组织机构.xlsx").read_bytes(), "组织机构.xlsx", "organisation_unit")
    content = (tables / "指导目录-2025年版.xlsx").read_bytes()
    _import(office, content, "指导目录-2025年版.xlsx", "catalogue_entry")
    with office.reading() as tx:
        before = catalogue.current(tx)
    book = openpyxl.load_workbook(io.BytesIO(content))
    sheet = book.worksheets[0]
    sheet["G3"].value = "先受理，后派单"
    sheet["C4"].value = "从未列入的事项"
    out = io.BytesIO()
    book.save(out)
    with office.runtime.transaction(at=office.at) as tx:
        found = imports.preview(tx, out.getvalue(), "指导目录-2024年版.xlsx", "catalogue_entry", SYSTEM)
        batch_id = imports.accept(tx, imports.keep(tx, found, SYSTEM), SYSTEM)
    assert before is not None
    assert [found.counts[key] for key in ("new", "changed", "unchanged")] == [1, 1, before.entries - 2]
    assert found.counts["right"] == before.entries
    (told,) = found.records[0].differences
    assert (told.field, told.new) == ("duty", "先受理，后派单")
    with office.reading() as tx:
        assert imports.progress(tx, batch_id, SYSTEM).done == before.entries
        assert {each.entries for each in catalogue.editions(tx)} == {before.entries}


def test_months_count_what_was_admitted_and_ended(office: Any) -> None:
    office.file(period_start="2026-03-16")
    with office.reading() as tx:
        months = statistics.months(tx, office.actor(tx, "clerk"), 3)
        assert [(each.year, each.month, each.admitted, each.ended) for each in months] == [
            (2026, 1, 0, 0),
            (2026, 2, 0, 0),
            (2026, 3, 1, 0),
        ]
        figures = statistics.figures(tx, office.actor(tx, "clerk"))
        assert (figures.in_force, figures.admitted_this_year, figures.average_days) == (1, 1, 0.0)
        assert statistics.figures(tx, office.actor(tx, "school")).in_force == 0


def test_a_number_stays_with_an_application_that_is_returned(office: Any) -> None:
    from workflows.usecases import tasks

    instance_id = office.apply()
    office.receive()
    office.do("clerk", "clerk", decision="agree")
    with office.runtime.transaction(at=office.at) as tx:
        chief = office.actor(tx, "chief")
        (item,) = office._items(tx, "chief")
        tasks.return_to(tx, item.task_id, "receive", "收件日期有误", chief)
    office.receive()
    assert office.matter(instance_id).values["application_number"] == "准〔2026〕受0001号"


def test_every_role_names_known_permissions_and_every_service_has_a_docstring() -> None:
    for role in ROLES.values():
        assert role.permissions <= set(PERMISSIONS), role.key
        assert role.zh
        assert role.en
    for name, service in functions().items():
        assert service.__doc__, name
    assert shipped.known().services == frozenset(SERVICES)


def test_the_clock_of_the_sample_is_the_real_one(tmp_path: Path, moulds: Moulds) -> None:
    from workflows.admission import package
    from workflows.settings import Settings

    settings = Settings(data_dir=tmp_path, now=MORNING, jobs="inline")
    sample_mould.cast(moulds, settings)
    said = (tmp_path / sample_mould.SAID).read_text("utf-8")
    runtime = package.open_office(settings)
    try:
        assert ": ready, " in said
        for username in ("admin", "fayuan", "minzheng", "wangge", "xinli"):
            assert f"  {username} " in said
        assert not package.set_up(runtime, sample=True, if_empty=True).created
        with runtime.reading() as tx:
            found = registry.counts(tx, SYSTEM, registry.Filters())
            clerk = inbox.counts(tx, accounts.actor_named(tx, "minzheng"))
        assert (clerk.overdue, clerk.due_today) == (1, 1)
        for state in (*states.REGISTRY_STATES, "expiring"):
            assert found[state] > 0, state
    finally:
        runtime.close()
