"""Where the fields stand is confirmed once by a person; nothing that was guessed is taken in before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from forms.schema import load_form
from templates_xlsx.sheets import Sheet, Span
from tests.odd_tables import saved
from tests.workflows.usecases.conftest import Office, request_target
from tests.workflows.usecases.test_imports import table
from tests.workflows.usecases.test_putting_right import kept, loaded
from workflows.usecases import audit, import_targets, imports, layouts, memory
from workflows.usecases.errors import LayoutUnconfirmed, NotFound
from workflows.usecases.layouts import Pointed

ROOT = Path(__file__).resolve().parents[3]
ODD = ("办什么事", "哪家单位", "要多少钱", "哪天开始")
COLUMNS = {"subject": "A", "applicant_unit": "B", "amount": "C", "from_day": "D"}


@pytest.fixture(autouse=True)
def target() -> Iterator[None]:
    import_targets.register(request_target())
    yield
    del import_targets.IMPORT_TARGETS["request"]


def single(subject: str) -> bytes:
    """One matter on a sheet, its labels at the left; one of them no word of the form, but near one."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for line in (("本事由", subject), ("申请单位", "教育局"), ("金额", "1200"), ("开始日期", "2026-04-01")):
        sheet.append(line)
    return saved(book)


def confirm(office: Office, batch_id: int, said: Pointed, *, remember: bool = True, by: str = "zhou") -> None:
    actor = office.actor(by)
    with office.reading() as tx:
        confirmed = layouts.read_with(tx, batch_id, [said], actor)
    with office.transaction() as tx:
        layouts.settle(tx, batch_id, confirmed, actor, remember=remember)


def seen(office: Office, batch_id: int, by: str = "zhou") -> layouts.SheetView:
    with office.reading() as tx:
        (view,) = layouts.look(tx, batch_id, office.actor(by)).sheets
    return view


def ledger(name: str, places: Mapping[str, str] = COLUMNS) -> Pointed:
    return Pointed(name, "ledger", (1, 1), places)


def rows(*subjects: str) -> list[tuple[Any, ...]]:
    return [(each, "教育局", "1200", "2026-04-01") for each in subjects]


def test_a_guess_is_not_taken_in_before_it_is_confirmed_whoever_asks(office: Office) -> None:
    batch_id = kept(office, single("调研"))
    view = seen(office, batch_id)
    assert (view.needs_confirmation, view.sources["subject"], view.places["subject"]) == (
        True,
        "suggested",
        "B1",
    )
    with pytest.raises(LayoutUnconfirmed) as told, office.transaction() as tx:
        imports.accept(tx, batch_id, office.actor("zhou"))
    assert told.value.facts["sheets"] == "Sheet"
    with office.reading() as tx:
        found = imports.preview(tx, single("调研"), "表.xlsx", "request", office.actor("zhou"))
        assert imports.as_json(tx, found)["confirm"] == ["Sheet"]
    with pytest.raises(LayoutUnconfirmed), office.transaction() as tx:
        imports.accept(tx, found, office.actor("zhou"))
    confirm(office, batch_id, Pointed("Sheet", "single", None, view.places))
    with office.transaction() as tx:
        imports.accept(tx, batch_id, office.actor("zhou"))
    with office.reading() as tx:
        assert imports.progress(tx, batch_id, office.actor("zhou")).done == 1
        fresh = imports.preview(tx, single("巡查"), "又.xlsx", "request", office.actor("li"))
        assert "confirm" not in imports.as_json(tx, fresh)
    assert fresh.records[0].values["subject"] == "巡查"


def test_a_ledger_nobody_knew_is_read_once_its_columns_are_pointed_at(office: Office) -> None:
    batch_id = kept(office, table(rows("调研甲", "调研乙"), ODD))
    assert seen(office, batch_id).kind == "ignore"
    confirm(office, batch_id, ledger("申请"))
    assert loaded(office, batch_id).counts["right"] == 2
    later = kept(office, table(rows("调研丙", "调研丁", "调研戊"), ODD, sheet="别名"), name="又.xlsx")
    assert seen(office, later).layout is not None
    assert loaded(office, later).counts["right"] == 3
    with office.reading() as tx:
        (remembered,) = memory.listing(tx, "layout", office.actor("zhou"))
        assert (remembered.used, remembered.name) == (1, "汇总表.xlsx · 申请")
        assert audit.listing(tx, office.actor("root")).items[0].event == "layouts.remembered"


def test_the_nearer_word_wins_and_a_forgotten_layout_is_asked_for_again(office: Office) -> None:
    confirm(office, kept(office, table(rows("甲"), ODD)), ledger("申请"))
    swapped = COLUMNS | {"subject": "B", "applicant_unit": "A"}
    mine = kept(office, table([("教育局", "乙", "1", "2026-04-01")], ODD), "gao", "乙.xlsx")
    confirm(office, mine, ledger("申请", swapped), by="gao")
    assert loaded(office, mine, "gao").records[0].values["subject"] == "乙"
    again = kept(office, table([("教育局", "丙", "1", "2026-04-01")], ODD), "sun", "丙.xlsx")
    assert loaded(office, again, "sun").records[0].values["subject"] == "丙"
    with office.reading() as tx:
        own = memory.listing(tx, "layout", office.actor("gao"))
    assert [each.unit_id for each in own] == [office.units["教育局"]]
    with office.transaction() as tx:
        memory.forget(tx, "layout", own[0].id, office.actor("sun"))
    last = kept(office, table([("丁", "教育局", "1", "2026-04-01")], ODD), "sun", "丁.xlsx")
    assert loaded(office, last, "sun").records[0].values["subject"] == "丁"


def test_pointing_at_nothing_or_after_the_import_is_refused(office: Office) -> None:
    batch_id = kept(office, table(rows("甲"), ODD))
    with office.reading() as tx, pytest.raises(layouts.NothingRead):
        layouts.read_with(tx, batch_id, [Pointed("申请", "ignore")], office.actor("zhou"))
    confirm(office, batch_id, ledger("申请"), remember=False)
    with office.reading() as tx:
        assert memory.listing(tx, "layout", office.actor("zhou")) == []
    with office.transaction() as tx:
        imports.accept(tx, batch_id, office.actor("zhou"))
    with office.reading() as tx, pytest.raises(NotFound):
        layouts.read_with(tx, batch_id, [ledger("申请")], office.actor("zhou"))


def test_a_header_of_two_levels_is_proposed_whole() -> None:
    rows = (
        ("下沉工作明细", None, None, None),
        ("下沉工作", "找谁", None, "凭什么做"),
        (None, "姓名", "号码", None),
        ("入户宣传", "马晓燕", "022-84901234", "《义务教育法》"),
    )
    merged = (Span(1, 1, 1, 4), Span(2, 1, 3, 1), Span(2, 2, 2, 3), Span(2, 4, 3, 4))
    form = load_form((ROOT / "forms" / "admission_application.form").read_bytes(), "x.form")
    said = layouts.proposed(Sheet("明细", rows, merged), form, "ledger", None)
    assert said.header_rows == (2, 3)
