"""A long list is written by a job, as it was asked for: filters, columns, permissions and day of that moment."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from openpyxl import load_workbook

from tests.workflows.usecases.conftest import Office, request_target
from tests.workflows.usecases.test_imports import look, rows, table
from workflows.store.tables import export_job
from workflows.usecases import (
    accounts,
    audit,
    exports,
    house_lists,
    import_targets,
    imports,
    inbox,
    lists,
    office_lists,
)
from workflows.usecases.actor import SYSTEM
from workflows.usecases.errors import NotAllowed, NotFound

KEYS = [each.key for each in (*house_lists.HOUSE_LISTS, *office_lists.OFFICE_LISTS)]


@pytest.fixture(autouse=True)
def many(office: Office) -> Iterator[None]:
    """Eight requests of 教育局 were taken in, and somebody looked at something twelve times."""
    import_targets.register(request_target())
    found = look(office, table(rows(8)))
    with office.transaction() as tx:
        imports.accept(tx, found, office.actor("gao"))
        for number in range(12):
            audit.record(tx, office.actor("root"), "thing.seen", f"第{number}件")
    yield
    del import_targets.IMPORT_TARGETS["request"]


def ask(office: Office, key: str, username: str, query: dict[str, Any] | None = None) -> int:
    with office.transaction() as tx:
        return exports.ask_list(tx, key, query or {}, 1, office.actor(username))


def view(office: Office, export_id: int, username: str) -> exports.ExportView:
    with office.reading() as tx:
        return exports.view(tx, export_id, office.actor(username))


def cells(office: Office, export_id: int, username: str) -> list[list[Any]]:
    with office.reading() as tx:
        name, path = exports.made(tx, export_id, office.actor(username))
    assert name.endswith(".xlsx")
    return values(path.read_bytes())


def values(content: bytes) -> list[list[Any]]:
    sheet = load_workbook(io.BytesIO(content)).worksheets[0]
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


def at_once(office: Office, key: str, username: str, query: dict[str, Any] | None = None) -> list[list[Any]]:
    out = io.BytesIO()
    with office.reading() as tx:
        lists.write(out, tx, key, office.actor(username), query)
    return values(out.getvalue())


def notices(office: Office, username: str) -> list[tuple[str, int | None]]:
    with office.reading() as tx:
        return [(each.text, each.export_id) for each in inbox.notices(tx, office.actor(username))]


def files(office: Office) -> list[str]:
    return sorted(each.name for each in Path(office.runtime.settings.data_dir / "exports").glob("*"))


@pytest.mark.parametrize("key", ["instances", "todo", "audit"])
def test_the_job_writes_what_would_have_been_written_at_once(office: Office, key: str) -> None:
    username = "root" if key == "audit" else "zhou"
    query = {"event": "thing.seen"} if key == "audit" else {"q": "第"}
    export_id = ask(office, key, username, query)
    found = view(office, export_id, username)
    assert (found.state, found.kind, found.list, found.error) == ("done", "xlsx", key, "")
    assert cells(office, export_id, username) == at_once(office, key, username, query)


def test_every_list_counts_the_rows_it_has(office: Office) -> None:
    told = {}
    for key in KEYS:
        with office.reading() as tx:
            asked = lists.get(key)
            actor = office.actor("root" if asked.permissions else "zhou")
            if not asked.count or asked not in lists.open_to(actor) or not lists.columns_of(tx, asked):
                continue
            told[key] = lists.length(tx, key, actor, {})
            assert lists.write(io.BytesIO(), tx, key, actor) == told[key], key
    assert told["instances"] == 8
    assert told["audit"] >= 12


def test_columns_and_day_are_those_of_the_asking(office: Office) -> None:
    with office.transaction() as tx:
        actor, asked = office.actor("root"), lists.get("audit")
        lists.choose(tx, asked, actor, ["subject", "at"])
        export_id = exports.ask_list(tx, "audit", {"event": "thing.seen"}, 12, actor)
        lists.choose(tx, asked, actor, ["result"])
        early = tx.at - timedelta(days=9)
        tx.db.execute(sa.update(export_job).values(created_at=early))
    title, unit, header, *body = cells(office, export_id, "root")
    assert title[0] == "审计记录"
    assert lists.chinese(early.date()) in str(unit)
    assert header == ["对象", "时间"]
    assert [each[0] for each in body] == [f"第{number}件" for number in reversed(range(12))]


def test_rows_are_those_the_asker_might_see_when_asking(office: Office) -> None:
    with office.transaction() as tx:
        actor = office.actor("zhou")  # sees every instance, has no unit's own
        export_id = exports.ask_list(tx, "instances", {}, 8, actor)
        accounts.set_roles(tx, actor.account_id or 0, ["chief"], SYSTEM)
    assert view(office, export_id, "zhou").done == 8


def test_who_may_no_longer_take_it_out_is_told_and_gets_nothing(office: Office) -> None:
    with office.transaction() as tx:
        actor = office.actor("root")
        export_id = exports.ask_list(tx, "audit", {}, 12, actor)
        accounts.set_roles(tx, actor.account_id or 0, ["chief"], SYSTEM)
    found = view(office, export_id, "root")
    assert (found.state, found.error) == ("failed", "您没有权限进行此操作")
    assert files(office) == []
    ((text, where),) = notices(office, "root")
    assert "未能导出：您没有权限" in text
    assert where == export_id


def test_a_list_is_not_asked_for_without_its_permission(office: Office) -> None:
    with office.reading() as tx, pytest.raises(NotAllowed):
        exports.ask_list(tx, "audit", {}, 12, office.actor("gao"))


def test_only_the_one_who_asked_fetches_it_and_a_notice_leads_there(office: Office) -> None:
    export_id = ask(office, "instances", "zhou")
    with office.reading() as tx:
        for use in (exports.view, exports.made):
            with pytest.raises(NotFound):
                use(tx, export_id, office.actor("li"))
    ((text, where),) = notices(office, "zhou")
    assert "已导出" in text
    assert where == export_id


def test_the_same_list_asked_for_twice_is_written_once(office: Office) -> None:
    with office.transaction() as tx:
        first = exports.ask_list(tx, "instances", {"q": "第"}, 8, office.actor("zhou"))
        again = exports.ask_list(tx, "instances", {"q": "第"}, 8, office.actor("zhou"))
        other = exports.ask_list(tx, "instances", {"q": "件"}, 8, office.actor("zhou"))
        anyone = exports.ask_list(tx, "instances", {"q": "第"}, 8, office.actor("li"))
    assert first == again
    assert len({first, other, anyone}) == 3


def test_one_that_is_stopped_while_it_is_written_leaves_no_file(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists, "TOLD_EVERY", 4)
    seen = []
    tell = exports._tell

    def stopped(runtime: Any, export_id: int, done: int, skipped: int | None) -> None:
        seen.append((done, view(office, export_id, "root").state))
        if done == 8:
            with runtime.transaction() as tx:
                exports.cancel(tx, export_id, office.actor("root"))
        tell(runtime, export_id, done, skipped)

    monkeypatch.setattr(exports, "_tell", stopped)
    export_id = ask(office, "audit", "root", {"event": "thing.seen"})
    assert seen == [(4, "running"), (8, "running")]
    assert view(office, export_id, "root").state == "cancelled"
    assert files(office) == []
    assert notices(office, "root") == []


def test_a_list_is_kept_for_a_day_as_the_printed_tables_are(office: Office) -> None:
    export_id = ask(office, "instances", "zhou")
    assert files(office) == [f"{export_id}.xlsx"]
    with office.transaction(at=office.runtime.now() + exports.KEPT + timedelta(minutes=1)) as tx:
        assert exports.forget_old(tx) == 1
    assert files(office) == []
    assert [where for _text, where in notices(office, "zhou")] == [None]
