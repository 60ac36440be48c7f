"""The office's calendar: days set, given back, announced; and what is due counted again, with old and new."""

from __future__ import annotations

import dataclasses
import io
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import sqlalchemy as sa

from forms.feel import calendar as working_days
from forms.feel.calendar import Calendar, Year
from tests.workflows.usecases.conftest import Office
from tests.workflows.usecases.drawn import deploy
from workflows.engine import Source
from workflows.settings import SHANGHAI
from workflows.store.tables import calendar_revision, task, timer
from workflows.usecases import (
    audit,
    definitions,
    due_dates,
    flow,
    imports,
    inbox,
    instances,
    jobs,
    lists,
    office_calendar,
    office_lists,
    reminders,
    timers,
)
from workflows.usecases.actor import SYSTEM, Actor
from workflows.usecases.errors import NotAllowed
from workflows.usecases.office_calendar import Change, NoReason, NothingChanges, OutOfCalendar, WrongSpan

MONDAY = datetime(2026, 3, 16, 9, 0, tzinfo=SHANGHAI)
WEDNESDAY = date(2026, 3, 18)
THIRD_DAY = '= date and time(add working days(today(), 3), time("18:00:00@Asia/Shanghai"))'
AT_THIRD = (
    '<bpmn:timerEventDefinition><bpmn:timeDate xsi:type="bpmn:tFormalExpression">'
    f"{THIRD_DAY}</bpmn:timeDate></bpmn:timerEventDefinition>"
)
PAIR = (
    f"""start s
    userTask a name="核对" camunda:candidateGroups="clerk" camunda:dueDate="= add working days(today(), 5)"
    boundaryEvent late name="超时" attachedToRef="a" cancelActivity="false" | {AT_THIRD}
    end e
    end f""",
    "s -> a -> e; late -> f",
)
"""A task due in five working days, with a timer in the evening of the third."""


def keeper(office: Office) -> Actor:
    """Who keeps the calendar."""
    root = office.actor("root")
    return dataclasses.replace(root, permissions=root.permissions | {office_calendar.PERMISSION})


def begin(office: Office, at: datetime = MONDAY, many: int = 1) -> list[int]:
    with office.transaction(at=at) as tx:
        return [instances.start(tx, "p", None, office.actor("gao"), title=f"第{n}件") for n in range(many)]


def dues(office: Office) -> list[date]:
    query = sa.select(task.c.due_at).where(task.c.state == "open").order_by(task.c.id)
    with office.reading() as tx:
        return [each.date() for each in tx.db.execute(query).scalars()]


def alarms(office: Office) -> list[datetime]:
    with office.reading() as tx:
        return list(tx.db.execute(sa.select(timer.c.due_at).order_by(timer.c.id)).scalars())


def change(office: Office, *days: Change, reason: str = "市政府通知", at: datetime = MONDAY) -> int:
    with office.transaction(at=at) as tx:
        return office_calendar.set_days(tx, days, keeper(office), reason=reason)


def told(office: Office, instance_id: int) -> list[str]:
    with office.reading() as tx:
        return [line.text for line in instances.view(tx, instance_id, office.actor("gao")).history]


def revision(office: Office, revision_id: int) -> Any:
    with office.reading() as tx:
        return next(each for each in office_calendar.revisions(tx).items if each.id == revision_id)


@pytest.fixture
def drawn(office: Office) -> Office:
    deploy(office, *PAIR)
    return office


def test_a_day_off_moves_what_is_due_after_it_and_the_history_says_from_when_to_when(drawn: Office) -> None:
    (instance_id,) = begin(drawn)
    assert dues(drawn) == [date(2026, 3, 23)]
    made = change(drawn, Change(WEDNESDAY, False, "文明城市检查"))
    assert dues(drawn) == [date(2026, 3, 24)]
    assert alarms(drawn) == [datetime(2026, 3, 20, 18, tzinfo=SHANGHAI)]
    assert told(drawn, instance_id)[-2:] == [
        "工作日历调整，“核对”的期限由 2026-03-23 改为 2026-03-24",
        "工作日历调整，“超时”的时间由 2026-03-19 18:00 改为 2026-03-20 18:00",
    ]
    found = revision(drawn, made)
    assert (found.state, found.seen, found.moved, found.failed) == ("done", 1, 2, 0)
    assert found.days == ((WEDNESDAY, True, False),)


def test_a_day_given_back_moves_it_back(drawn: Office) -> None:
    begin(drawn)
    change(drawn, Change(WEDNESDAY, False))
    change(drawn, Change(WEDNESDAY, None), reason="通知撤销")
    assert dues(drawn) == [date(2026, 3, 23)]
    assert alarms(drawn) == [datetime(2026, 3, 19, 18, tzinfo=SHANGHAI)]


def test_a_task_that_opened_days_ago_is_counted_from_the_day_it_opened(drawn: Office) -> None:
    begin(drawn)
    change(drawn, Change(date(2026, 3, 20), False), at=MONDAY + timedelta(days=3))
    assert dues(drawn) == [date(2026, 3, 24)]


def test_what_is_due_before_the_changed_day_stays_and_nothing_is_said_of_it(drawn: Office) -> None:
    (instance_id,) = begin(drawn)
    before = told(drawn, instance_id)
    made = change(drawn, Change(date(2026, 4, 1), False))
    assert dues(drawn) == [date(2026, 3, 23)]
    assert told(drawn, instance_id) == before
    assert revision(drawn, made).state == "done"


def test_a_moved_task_is_done_as_ever_and_its_moved_timer_fires_at_its_new_time(drawn: Office) -> None:
    (instance_id,) = begin(drawn)
    change(drawn, Change(WEDNESDAY, False))
    former, later = (
        datetime(2026, 3, 19, 18, 1, tzinfo=SHANGHAI),
        datetime(2026, 3, 20, 18, 1, tzinfo=SHANGHAI),
    )
    with drawn.transaction(at=former) as tx:
        assert timers.fire_due(tx) == 0
    with drawn.transaction(at=later) as tx:
        assert timers.fire_due(tx) == 1
    assert told(drawn, instance_id)[-1] == "“超时”时间已到"


def test_a_variable_that_changed_since_the_task_opened_keeps_the_time_people_were_told(
    office: Office,
) -> None:
    deploy(
        office,
        'start s\nuserTask a name="核对" camunda:candidateGroups="clerk" camunda:dueDate="= add working days(since, 5)"\nend e',
        "s -> a -> e",
    )
    with office.transaction(at=MONDAY) as tx:
        instance_id = instances.start(
            tx, "p", None, office.actor("gao"), variables={"since": date(2026, 3, 16)}
        )
        running = flow.load(tx, instance_id)
        flow.step(tx, running, SYSTEM, lambda engine: engine._top.data.update(since=date(2026, 3, 10)))
    change(office, Change(WEDNESDAY, False))
    assert dues(office) == [date(2026, 3, 23)]


def test_a_reminder_that_went_out_for_the_former_day_goes_out_for_the_new_one(drawn: Office) -> None:
    begin(drawn)
    friday = datetime(2026, 3, 20, 23, 59, 59, tzinfo=SHANGHAI)
    with drawn.transaction(at=friday) as tx:
        assert reminders.send_due(tx) == 1
    change(drawn, Change(date(2026, 3, 23), False), at=friday)
    with drawn.transaction(at=datetime(2026, 3, 24, 9, tzinfo=SHANGHAI)) as tx:
        assert reminders.send_due(tx) == 1


def test_many_instances_are_counted_in_short_transactions_and_a_killed_job_goes_on_where_it_stood(
    drawn: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin(drawn, many=12)
    with monkeypatch.context() as lost:
        lost.setitem(jobs.JOBS, due_dates.JOB, lambda runtime, revision_id: None)  # type: ignore[attr-defined]
        made = change(drawn, Change(WEDNESDAY, False))
    with drawn.transaction() as tx:
        assert due_dates.run_chunk(tx, made)
    assert dues(drawn).count(date(2026, 3, 24)) == due_dates.CHUNK
    with drawn.reading() as tx:
        assert due_dates.waiting(tx) == [(made, f"calendar:{made}")]
    due_dates.run(drawn.runtime, made)
    due_dates.run(drawn.runtime, made)
    assert dues(drawn) == [date(2026, 3, 24)] * 12
    assert (revision(drawn, made).seen, revision(drawn, made).moved) == (12, 24)


def test_two_changes_whose_jobs_were_lost_end_at_the_same_days(
    drawn: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin(drawn, many=7)
    with monkeypatch.context() as lost:
        lost.setitem(jobs.JOBS, due_dates.JOB, lambda runtime, revision_id: None)  # type: ignore[attr-defined]
        first = change(drawn, Change(WEDNESDAY, False))
        with drawn.transaction() as tx:
            due_dates.run_chunk(tx, first)
        second = change(drawn, Change(date(2026, 3, 20), False))
    due_dates.run(drawn.runtime, first)
    due_dates.run(drawn.runtime, second)
    assert dues(drawn) == [date(2026, 3, 25)] * 7


def test_one_instance_that_fails_keeps_none_of_the_others(
    drawn: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = begin(drawn, many=3)
    real = due_dates._count_again

    def fail(tx: Any, instance_id: int, *rest: Any) -> int:
        if instance_id == ids[1]:
            raise ValueError
        return real(tx, instance_id, *rest)

    monkeypatch.setattr(due_dates, "_count_again", fail)
    made = change(drawn, Change(WEDNESDAY, False))
    assert dues(drawn) == [date(2026, 3, 24), date(2026, 3, 23), date(2026, 3, 24)]
    assert (revision(drawn, made).state, revision(drawn, made).failed) == ("done", 1)


# ------------------------------------------------------------------ the calendar itself
def test_only_who_keeps_the_calendar_changes_it_and_never_without_a_reason(office: Office) -> None:
    with office.transaction() as tx, pytest.raises(NotAllowed):
        office_calendar.set_days(tx, [Change(WEDNESDAY, False)], office.actor("gao"), reason="想放假")
    with pytest.raises(NoReason):
        change(office, Change(WEDNESDAY, False), reason=" ")
    with pytest.raises(NothingChanges):
        change(office, Change(WEDNESDAY, None))
    with pytest.raises(OutOfCalendar):
        change(office, Change(date(1999, 1, 1), False))
    with pytest.raises(WrongSpan):
        office_calendar.span(WEDNESDAY, date(2026, 3, 1))
    assert change(office, Change(WEDNESDAY, False))


def test_a_change_is_audited_with_the_days_as_they_were_and_are(office: Office) -> None:
    change(office, Change(WEDNESDAY, False), Change(date(2026, 3, 21), True))
    with office.reading() as tx:
        line = audit.listing(tx, office.actor("root"), event="calendar.changed").items[0]
    assert line.facts["days"] == [["2026-03-18", True, False], ["2026-03-21", False, True]]
    assert line.facts["reason"] == "市政府通知"


def test_a_year_shows_what_the_notice_says_and_what_the_office_set(office: Office) -> None:
    change(office, Change(WEDNESDAY, False, "文明城市检查"))
    with office.reading() as tx:
        view = office_calendar.year_view(tx, 2026)
    days = {each.day: each for each in view.exceptions}
    assert (days[date(2026, 10, 1)].exception, days[date(2026, 10, 1)].note) == ("off", "国庆节")
    assert days[date(2026, 2, 14)].exception == "work"
    assert (days[WEDNESDAY].own, days[WEDNESDAY].note) == (True, "文明城市检查")
    assert (view.announced, view.provisional) == (True, False)
    assert [len(month) for month in view.months[:3]] == [31, 28, 31]


def test_a_year_is_provisional_until_it_is_announced_or_the_office_says_it_is(drawn: Office) -> None:
    begin(drawn, at=datetime(2027, 3, 15, 9, tzinfo=SHANGHAI))
    gao = drawn.actor("gao")

    def provisional() -> bool:
        with drawn.reading(at=datetime(2027, 3, 15, 9, tzinfo=SHANGHAI)) as tx:
            due = inbox.todo(tx, gao).items[0].due
            assert due is not None
            return due.provisional

    assert provisional()
    with drawn.transaction() as tx:
        office_calendar.settle_year(tx, 2027, keeper(drawn), True, reason="国办发明电")
    assert not provisional()
    with drawn.reading() as tx:
        view = office_calendar.year_view(tx, 2027)
        assert (view.settled, view.settled_by, view.provisional) == (True, "管理", False)
    with drawn.transaction() as tx, pytest.raises(NothingChanges):
        office_calendar.settle_year(tx, 2027, keeper(drawn), True)


def test_a_notice_that_a_newer_version_ships_counts_again_and_ends_the_provisional_days(
    drawn: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert office_calendar.take_notice(drawn.runtime) == []
    begin(drawn, at=datetime(2027, 3, 15, 9, tzinfo=SHANGHAI))
    assert dues(drawn) == [date(2027, 3, 22)]
    real = working_days.china()

    def year_of(year: int) -> Year:
        found = real.year_of(year)
        return Year(found.off | {date(2027, 3, 17)}, found.worked) if year == 2027 else found

    newer = Calendar(year_of, lambda: 2027)
    monkeypatch.setattr(office_calendar, "china", lambda: newer)
    monkeypatch.setattr("workflows.usecases.directory.china", lambda: newer)
    monkeypatch.setattr(office_calendar, "china_source", lambda: "0.200")
    drawn.runtime.calendars.forget()  # the newer version runs in a process of its own
    (made,) = office_calendar.take_notice(drawn.runtime)
    assert dues(drawn) == [date(2027, 3, 23)]
    assert revision(drawn, made).reason == "国务院办公厅公布2027年节假日安排"
    assert office_calendar.take_notice(drawn.runtime) == []
    with drawn.reading() as tx:
        assert not tx.world.calendar.is_provisional(date(2027, 3, 23))
    monkeypatch.setattr(office_calendar, "china", lambda: real)
    monkeypatch.setattr(office_calendar, "china_source", lambda: "0.109")
    assert office_calendar.take_notice(drawn.runtime) == []  # an older process turns nothing back


# ------------------------------------------------------------------ as a table
def sheet(*rows: tuple[Any, ...]) -> bytes:
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page.append(("日期", "截止日期", "安排", "说明"))
    for row in rows:
        page.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.fixture
def listing(office: Office) -> Office:
    form = Path(__file__).parents[3] / "forms" / "calendar_day.form"
    with office.transaction() as tx:
        definitions.deploy(tx, [Source(form.name, form.read_bytes())], SYSTEM)
    deploy(office, *PAIR)
    return office


def test_a_notice_goes_in_as_a_table_of_spans_and_counts_again(
    listing: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin(listing)
    content = sheet(
        ("2026-03-18", "2026-03-19", "放假", "文明城市检查"), ("2026-03-21", None, "补班", "调休")
    )
    who = keeper(listing)
    monkeypatch.setattr("workflows.usecases.accounts.actor", lambda tx, account_id: who)
    with listing.transaction(at=MONDAY) as tx:
        imports.accept(tx, imports.preview(tx, content, "2026.xlsx", "calendar_day", who), who)
    assert dues(listing) == [date(2026, 3, 24)]
    with listing.reading() as tx:
        found = tx.db.execute(sa.select(calendar_revision.c.cause, calendar_revision.c.reason)).all()
    assert found == [("import", "文明城市检查、调休")]


def test_faulty_rows_of_a_table_are_told_at_their_cells(listing: Office) -> None:
    content = sheet(
        ("2026-03-18", "2026-03-01", "放假", "倒了"),
        ("2026-03-20", None, "午睡", "没有这种安排"),
        ("2026-03-24", "2026-03-25", "放假", "一次"),
        ("2026-03-25", None, "上班", "两次"),
    )
    with listing.reading() as tx:
        found = imports.preview(tx, content, "2026.xlsx", "calendar_day", keeper(listing))
    assert [bool(record.faults) for record in found.records] == [True, True, False, True]
    assert "截止不得早于起始" in found.records[0].faults[0].zh
    assert "重复" in found.records[3].faults[0].zh


def test_the_table_that_goes_out_goes_in_again_and_changes_nothing(
    listing: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    who = keeper(listing)
    lists.register(*office_lists.OFFICE_LISTS)
    monkeypatch.setattr("workflows.usecases.accounts.actor", lambda tx, account_id: who)
    with listing.reading() as tx:
        out = io.BytesIO()
        lists.write(out, tx, "calendar", who, {"year": "2026"})
    with listing.reading() as tx:
        found = imports.preview(tx, out.getvalue(), "日历.xlsx", "calendar_day", who)
        days = office_calendar.year_view(tx, 2026).working_days
    assert len(found.records) > 20
    assert not any(record.faults for record in found.records)
    with listing.transaction() as tx:
        imports.accept(tx, found, who)
    with listing.reading() as tx:
        assert office_calendar.year_view(tx, 2026).working_days == days
