"""Beijing's three lists, by its package alone: each with its register, edition, workbook and sheet to print."""

from __future__ import annotations

import io

import openpyxl
import pytest
from sample_office import Office, words

from workflows.admission import catalogue, matters, places
from workflows.usecases import definitions
from workflows.usecases.actor import SYSTEM

TASKS, DUTIES, ENFORCEMENT = "社区任务清单", "街道职责清单", "行政执法清单"
HELD = {TASKS: ("联系居民", "协助入户"), DUTIES: ("综合协调",), ENFORCEMENT: ()}


@pytest.fixture
def edition(office: Office) -> int:
    """An edition of the three lists in an office that follows Beijing's package."""
    beijing = next(each for each in places.shipped_places() if each.key == "beijing")
    form = beijing.files["catalogue_entry.form"]
    with office.runtime.transaction() as tx:
        definitions.deploy(tx, [form], SYSTEM, tests=False)
        rows = []
        for name, held in HELD.items():
            for each in held:
                values = {"name": each, "class_name": name, "by_community": True}
                given = {"filing_number": f"京准〔2026〕{len(rows) + 1}号", "period_start": tx.world.today}
                made = matters.create(
                    tx, origin="backlog", stage="filed", values={**values, **given}, scope=[], cause="backlog"
                )
                rows.append({"class_name": name, "matter_id": made, "matter_name": each, "change": "added"})
        number = catalogue.new_edition(tx, 2027, "import")
        catalogue.write_entries(tx, number, rows)
        catalogue.publish(tx, number, None)
    return number


def test_each_list_has_its_own_edition_workbook_and_sheet(office: Office, edition: int) -> None:
    clerk = office.client("minzheng")
    whole = words(clerk.get(f"/catalogue/{edition}").text)
    for name, held in HELD.items():
        assert f"{name} {len(held)}" in whole
        page = words(clerk.get(f"/catalogue/{edition}?list={name}").text)
        sheet = clerk.get(f"/catalogue/{edition}/print?list={name}").text
        book = clerk.get(f"/lists/catalogue/export.xlsx?edition={edition}&list={name}").data
        cells = [
            str(cell.value)
            for line in openpyxl.load_workbook(io.BytesIO(book)).active.iter_rows()
            for cell in line
        ]
        assert f"{name}(2027年版)" in page
        assert f"<h1>{name}(2027年版)</h1>" in sheet
        assert cells[0] == f"{name}(2027年版)"
        for other, matters_of in HELD.items():
            for each in matters_of:
                assert (each in page) is (each in sheet) is (each in cells) is (other == name), (name, each)


def test_each_list_has_its_own_register(office: Office, edition: int) -> None:
    clerk = office.client("minzheng")
    page = clerk.get(f"/matters?class_name={TASKS}").text
    assert DUTIES in page  # the other lists are one click away
    assert "协助入户" in page
    assert "综合协调" not in page
    book = clerk.get(f"/lists/registry/export.xlsx?class_name={DUTIES}").data
    sheet = openpyxl.load_workbook(io.BytesIO(book)).active
    written = [str(cell.value) for line in sheet.iter_rows() for cell in line]
    assert written[0] == f"{DUTIES}备案登记台账"
    assert "综合协调" in written
    assert "协助入户" not in written


def test_what_changed_is_told_of_each_list(office: Office, edition: int) -> None:
    clerk = office.client("minzheng")
    with office.runtime.reading() as tx:
        before = next(each.id for each in catalogue.editions(tx) if each.id != edition)
    page = clerk.get(f"/catalogue/{edition}?difference={before}&list={DUTIES}").text
    assert "综合协调" in page
    assert "协助入户" not in page


def test_a_list_the_place_does_not_have_is_refused_with_those_it_has(office: Office, edition: int) -> None:
    clerk = office.client("minzheng")
    for address in (f"/catalogue/{edition}?list=证明清单", "/lists/catalogue/export.xlsx?list=证明清单"):
        answer = clerk.get(address)
        assert answer.status_code == 422
        assert f"没有“证明清单”这张清单；本地的清单有：{TASKS}、{DUTIES}、{ENFORCEMENT}" in words(answer.text)


def test_an_office_whose_catalogue_is_one_shows_no_lists(office: Office) -> None:
    with office.runtime.reading() as tx:
        current = catalogue.current(tx)
    assert current is not None
    page = office.client("minzheng").get(f"/catalogue/{current.id}").text
    assert 'aria-label="清单"' not in page
