"""A permitted ledger's sensitive columns are not for every department, and it is filled in once a period."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any

import pytest
from ledger_desk import ZHANG, admitted, fill, ledger_of, read

from forms.faults import Refused
from forms.masking import MASK
from workflows.admission import (
    filled,
    ledger_columns,
    ledger_due,
    ledger_periods,
    ledger_rows,
    ledger_tables,
    permitted,
)
from workflows.admission.ledger_rows import Sifted
from workflows.usecases import lists, reorganising
from workflows.usecases.actor import SYSTEM
from workflows.usecases.import_targets import ImportItem
from workflows.usecases.reorganising import Target, Wanted

ADMIN = replace(SYSTEM, permissions=frozenset({reorganising.PERMISSION}))
SECOND = {**ZHANG, "c1": "李四", "c2": "120110195001011250"}


@pytest.fixture
def monthly(office: Any) -> int:
    """A ledger that is filled in every month, five days after it at the latest."""
    return ledger_of(office, admitted(office, due_days="5"))


# ------------------------------------------------------------------ sensitive columns
def test_identity_numbers_and_telephones_are_sensitive_unless_they_are_said_to_be_open() -> None:
    said = "姓名\n身份证号(唯一)\n联系电话(电话)\n办公电话(电话，公开)\n病史(敏感)\n银行卡号(不敏感)"
    masked = [each.label for each in ledger_columns.read(said) if each.masked]
    assert masked == ["身份证号", "联系电话", "病史"]


def test_a_department_without_the_right_reads_the_row_but_not_its_sensitive_columns(
    office: Any, monthly: int
) -> None:
    fill(office, "jinmen", monthly, **ZHANG)
    for who, told in (
        ("school", ZHANG["c2"]),  # asked for the ledger
        ("jinmen", ZHANG["c2"]),  # filled it in
        ("xinli", ZHANG["c2"]),  # its subdistrict
        ("court", MASK),
        ("clerk", MASK),
        ("grid", MASK),
    ):
        (row,) = read(office, who, monthly)
        assert (row.values["c1"], row.values["c2"]) == ("张三", told), who
    with office.reading() as tx:
        assert ledger_rows.hidden(tx, monthly, office.actor(tx, "court")) == ["身份证号"]
        assert ledger_rows.hidden(tx, monthly, office.actor(tx, "school")) == []


def test_a_department_the_application_names_reads_them(office: Any) -> None:
    ledger = ledger_of(office, admitted(office, masked_readers=["区人民法院"]))
    fill(office, "jinmen", ledger, **ZHANG)
    assert [row.values["c2"] for row in read(office, "court", ledger)] == [ZHANG["c2"]]
    assert [row.values["c2"] for row in read(office, "clerk", ledger)] == [MASK]


def test_nobody_finds_by_searching_what_is_masked_for_him(office: Any, monthly: int) -> None:
    fill(office, "jinmen", monthly, **ZHANG)

    def found(who: str, text: str) -> int:
        with office.reading() as tx:
            return ledger_rows.rows(tx, monthly, office.actor(tx, who), Sifted(text)).total

    assert [found("court", text) for text in ("张三", "低保", "19500101", ZHANG["c2"])] == [1, 1, 0, 0]
    assert [found(who, "19500101") for who in ("school", "jinmen", "xinli")] == [1, 1, 1]


def test_what_is_masked_on_the_page_is_masked_in_the_workbook_and_in_the_history(
    office: Any, monthly: int
) -> None:
    row_id = fill(office, "jinmen", monthly, **ZHANG)
    with office.reading() as tx:
        for who, told in (("court", MASK), ("school", ZHANG["c2"])):
            actor = office.actor(tx, who)
            asked = lists.allowed(permitted.form_key(monthly), actor)
            (line,) = asked.rows(tx, actor, {})
            assert (line["c1"], line["c2"]) == ("张三", told)
            (version,) = ledger_rows.versions(tx, monthly, row_id, actor)
            assert version.values["c2"] == told


def test_the_mask_that_comes_back_overwrites_nothing(office: Any, monthly: int) -> None:
    fill(office, "jinmen", monthly, **ZHANG)
    with pytest.raises(filled.MaskGiven, match="身份证号"):
        fill(office, "jinmen", monthly, **{**ZHANG, "c2": MASK})
    told = faults(office, monthly, {"community": ZHANG["community"], "c1": "张三", "c2": MASK})
    assert told == [("c2", "“身份证号”是遮盖后的 ＊＊＊，不是填报的内容；请填原值，或清空此格保留原值")]


# ------------------------------------------------------------------ periods
@pytest.mark.parametrize(
    ("frequency", "given", "key"),
    [
        ("monthly", "2026年11月", "2026-11"),
        ("monthly", "2026.3", "2026-03"),
        ("monthly", "2026-11-05", "2026-11"),
        ("quarterly", "2026年第四季度", "2026-Q4"),
        ("quarterly", "2026-Q2", "2026-Q2"),
        ("yearly", "2026年度", "2026"),
        ("weekly", "2026年第9周", "2026-W09"),
        ("daily", "2026年3月1日", "2026-03-01"),
    ],
)
def test_a_period_is_read_as_offices_write_it(frequency: str, given: str, key: str) -> None:
    period = ledger_periods.read(frequency, given, date(2026, 3, 16))
    assert period.key == key
    assert ledger_periods.read(frequency, period.label, date(2026, 3, 16)) == period


@pytest.mark.parametrize("given", ["上月", "2026年13月", "第四季度", "0"])
def test_what_is_no_period_is_told_with_how_one_is_written(given: str) -> None:
    with pytest.raises(ledger_periods.PeriodUnread) as wrong:
        ledger_periods.read("monthly", given, date(2026, 3, 16))
    assert wrong.value.tell("zh") == f"填报期“{given}”读不出，请按“2026年3月”的样子填写"


def test_the_same_person_stands_once_in_each_period(office: Any, monthly: int) -> None:
    fill(office, "jinmen", monthly, **ZHANG)
    office.later(days=30)
    fill(office, "jinmen", monthly, **ZHANG)
    with pytest.raises(filled.RowThere):
        fill(office, "jinmen", monthly, **ZHANG, fill_period="2026年3月")
    with office.reading() as tx:
        every = partial(ledger_rows.rows, tx, monthly, office.actor(tx, "school"))
        assert [row.values["fill_period"] for row in every().items] == ["2026年4月", "2026年3月"]
        assert [row.period for row in every(Sifted(period="2026-03")).items] == ["2026-03"]


def test_a_community_sees_what_is_due_and_what_is_late(office: Any, monthly: int) -> None:
    def owed(who: str = "jinmen") -> list[tuple[str, str, str]]:
        with office.reading() as tx:
            found = ledger_due.owed(tx, office.actor(tx, who))
            return [(each.community[2:5], each.period.key, each.state) for each in found]

    assert owed() == [("津门里", "2026-03", "due")]
    assert len(owed("xinli")) == 2  # a subdistrict fills in for both of its communities
    assert owed("school") == []
    office.later(days=21)  # the sixth of April
    assert owed() == [("津门里", "2026-03", "late"), ("津门里", "2026-04", "due")]
    fill(office, "jinmen", monthly, **ZHANG, fill_period="2026年3月")
    assert owed() == [("津门里", "2026-04", "due")]
    with office.runtime.transaction(at=office.at) as tx:
        community = tx.units.find(ZHANG["community"])
        filled.nothing(tx, monthly, community.id, "2026-04", office.actor(tx, "jinmen"))
    assert owed() == []


def test_a_department_sees_of_each_period_who_has_filled_it_in_who_was_late_and_who_has_not(
    office: Any, monthly: int
) -> None:
    office.later(days=21)
    fill(office, "jinmen", monthly, **ZHANG, fill_period="2026年3月")
    fill(office, "jinmen", monthly, **SECOND)
    with office.reading() as tx:
        actor = office.actor(tx, "court")
        asked = lists.allowed("ledger_returns", actor)
        march, april = (
            [(line["community"], line["state"]) for line in asked.rows(tx, actor, query)]
            for query in ({"ledger": monthly, "period": "2026-03"}, {"ledger": monthly})
        )
        own = list(asked.rows(tx, office.actor(tx, "jinmen"), {"ledger": monthly}))
    assert march == [
        ("新立华新社区居民委员会", "逾期未填"),
        ("新立津门里社区居民委员会", "逾期填报"),
    ]
    assert april == [
        ("新立华新社区居民委员会", "待填报"),
        ("新立津门里社区居民委员会", "已填报"),
    ]
    assert [line["community"] for line in own] == ["新立津门里社区居民委员会"]


def test_the_rows_of_the_period_before_are_taken_over_and_doubled_by_no_second_pressing(
    office: Any, monthly: int
) -> None:
    fill(office, "jinmen", monthly, **ZHANG)
    fill(office, "jinmen", monthly, **SECOND)
    office.later(days=30)
    fill(office, "jinmen", monthly, **ZHANG)
    with office.runtime.transaction(at=office.at) as tx:
        community, actor = tx.units.find(ZHANG["community"]).id, office.actor(tx, "jinmen")
        assert filled.take_over(tx, monthly, community, "2026-04", actor) == 1
        with pytest.raises(filled.NothingBefore):
            filled.take_over(tx, monthly, community, "2026-04", actor)
        with pytest.raises(filled.RowsThere):
            filled.nothing(tx, monthly, community, "2026-04", actor)


def test_a_period_that_has_not_begun_or_lies_outside_is_refused_with_its_reason(
    office: Any, monthly: int
) -> None:
    with pytest.raises(ledger_periods.PeriodAhead):
        fill(office, "jinmen", monthly, **ZHANG, fill_period="2026年4月")
    told = faults(office, monthly, {**ZHANG, "fill_period": "2026年2月"}, {**ZHANG, "fill_period": "那月"})
    assert told == [
        ("fill_period", "台账“困难学生台账”在2026年2月不需填报；社区有权不填"),
        ("fill_period", "填报期“那月”读不出，请按“2026年3月”的样子填写"),
    ]


def test_what_is_filled_in_once_is_due_once_and_what_is_always_brought_up_to_date_never(
    office: Any,
) -> None:
    once = ledger_of(office, admitted(office, frequency="once", due_days="10"))
    admitted(office, matter_name="随时更新台账", frequency="ongoing")
    office.later(days=11)
    with office.reading() as tx:
        (due,) = ledger_due.owed(tx, office.actor(tx, "jinmen"))
        assert (due.matter_id, due.due_on, due.state) == (once, date(2026, 3, 26), "late")
    fill(office, "jinmen", once, **ZHANG)
    with office.reading() as tx:
        assert ledger_due.owed(tx, office.actor(tx, "jinmen")) == []


def test_a_community_that_is_renamed_owes_no_period_it_has_filled_in(office: Any, monthly: int) -> None:
    fill(office, "jinmen", monthly, **ZHANG)
    with office.runtime.transaction(at=office.at) as tx:
        old, new = tx.units.find(ZHANG["community"]), Target("新立津门里第一社区居民委员会")
        reorganising.perform(tx, Wanted("rename", (old.id,), (new,), office.at.date()), ADMIN)
    with office.reading() as tx:
        assert ledger_due.owed(tx, office.actor(tx, "jinmen")) == []


def faults(office: Any, ledger: int, *rows: dict[str, Any]) -> list[tuple[str, str]]:
    """Field and sentence of each fault that a table of such rows has."""
    with office.reading() as tx:
        form = permitted.form_of(tx, ledger)
        found = []
        for row in rows:
            community = tx.units.find(row["community"])
            found.append(ImportItem(len(found), "台账", None, {**row, "community": community.id}))
        told = ledger_tables.check(ledger, tx, form, found, office.actor(tx, "jinmen"))
    return [(each.field, each.zh) for each in told]


def test_a_period_nobody_can_fill_in_is_no_reason_to_refuse_another(office: Any, monthly: int) -> None:
    with pytest.raises(Refused):
        fill(office, "jinmen", monthly, **ZHANG, fill_period="2027年1月")
    assert fill(office, "jinmen", monthly, **ZHANG)
