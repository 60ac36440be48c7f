"""While a page's write transaction is open, nothing slow is done: on SQLite everybody waits for the one that writes.

What is measured is not time but order: a spy knows whether a write transaction is open, and every slow act asks it.
"""

from __future__ import annotations

import io
import os
import pathlib
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from argon2 import PasswordHasher
from flask import before_render_template
from pypdf import PdfWriter
from sample_office import Office

import templates_xlsx.grid
import workflows.usecases.bundles
import workflows.usecases.import_preview
from workflows.admission.sample import PASSWORD
from workflows.usecases import imports
from workflows.usecases.runtime import Runtime

TABLES = pathlib.Path(__file__).parents[2] / "data" / "tables"


class Spy:
    """Whether a write transaction is open now, and what slow was done meanwhile."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.open = 0
        self.opened = 0
        self.slow: list[str] = []
        whole = Runtime.transaction

        @contextmanager
        def transaction(runtime: Runtime, **more: Any) -> Iterator[Any]:
            with whole(runtime, **more) as tx:
                self.open += 1
                self.opened += 1
                tx._commit_calls.insert(0, self.closed)
                try:
                    yield tx
                except BaseException:
                    self.open -= 1
                    raise

        monkeypatch.setattr(Runtime, "transaction", transaction)
        self.watch(monkeypatch, os, "fsync")
        self.watch(monkeypatch, PasswordHasher, "hash")
        self.watch(monkeypatch, PasswordHasher, "verify")
        self.watch(monkeypatch, templates_xlsx.grid, "open_workbook")
        self.watch(monkeypatch, workflows.usecases.import_preview, "open_workbook")
        self.watch(monkeypatch, workflows.usecases.bundles, "compile_bundle")
        plain = pathlib.Path.open

        def opened(path: pathlib.Path, mode: str = "r", *rest: Any, **more: Any) -> Any:
            if set(mode) & set("wax+"):
                self.note(f"{path.name} is written")
            return plain(path, mode, *rest, **more)

        monkeypatch.setattr(pathlib.Path, "open", opened)

    def closed(self) -> None:
        self.open -= 1

    def note(self, what: str) -> None:
        if self.open:
            self.slow.append(what)

    def watch(self, monkeypatch: pytest.MonkeyPatch, where: Any, name: str) -> None:
        plain: Callable[..., Any] = getattr(where, name)

        def noted(*args: Any, **more: Any) -> Any:
            self.note(name)
            return plain(*args, **more)

        monkeypatch.setattr(where, name, noted)


@pytest.fixture
def spy(office: Office, monkeypatch: pytest.MonkeyPatch) -> Iterator[Spy]:
    made = Spy(monkeypatch)

    def drawn(_app: Any, template: Any, **_more: Any) -> None:
        made.note(f"{template.name} is drawn")

    before_render_template.connect(drawn, office.app)
    yield made
    before_render_template.disconnect(drawn, office.app)
    assert made.opened, "no page wrote anything"
    assert made.slow == []


def test_signing_in_well_and_badly(office: Office, spy: Spy) -> None:
    client = office.app.test_client()
    assert client.post("/sign-in", data={"username": "admin", "password": "wrong"}).status_code == 401
    assert client.post("/sign-in", data={"username": "admin", "password": PASSWORD}).status_code == 303


def test_passwords_changed_reset_and_first(office: Office, spy: Spy) -> None:
    admin = office.client("admin")
    data = {"username": "new", "name": "新人", "unit": "", "roles": ["admin"]}
    made = admin.post("/accounts/new", data=data)
    assert made.status_code == 303
    assert admin.post("/accounts/new", data=data).status_code == 409
    assert admin.post(f"{made.location}/password").status_code == 303
    change = {"old": PASSWORD, "new": "Rainy-day-2026", "again": "Rainy-day-2026"}
    assert admin.post("/account/password", data=change).status_code == 303
    assert admin.post("/account/password", data=change).status_code == 422


def test_a_unit_that_is_refused(office: Office, spy: Spy) -> None:
    answer = office.client("admin").post(
        "/organisation/units", data={"name": "某街道", "kind": "x", "parent": ""}
    )
    assert answer.status_code == 422


def test_a_table_uploaded_and_taken_in(office: Office, spy: Spy) -> None:
    client = office.client("minzheng")
    content = (TABLES / "申请汇总表-120行.xlsx").read_bytes()
    data = {
        "form": "admission_application",
        "not_secret": "yes",
        "table": (io.BytesIO(content), "申请汇总表-120行.xlsx"),
    }
    uploaded = client.post("/imports/new", data=data, content_type="multipart/form-data")
    assert uploaded.status_code == 303, re.sub(r"<[^>]+>", "", uploaded.text)
    assert client.post(f"{uploaded.location}/accept", data={"only_right": "yes"}).status_code == 303
    batch_id = int(uploaded.location.rpartition("/")[2])
    with office.runtime.reading() as tx:
        assert imports.workbook(tx, batch_id, office.actor("minzheng"))[1] == content


def test_a_small_file_of_many_records_is_kept_some_records_a_transaction(
    office: Office, spy: Spy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Repeated rows pack well: the file is small, so no job reads it."""
    monkeypatch.setattr(imports, "MANY", 1)
    kept: list[int] = []
    keep_many = imports.keep_many

    def spied(runtime: Any, found: Any, actor: Any) -> int:
        kept.append(len(found.records))
        return keep_many(runtime, found, actor)

    monkeypatch.setattr(imports, "keep_many", spied)
    data = {
        "form": "admission_application",
        "not_secret": "yes",
        "table": (io.BytesIO((TABLES / "申请汇总表-有错.xlsx").read_bytes()), "申请汇总表-有错.xlsx"),
    }
    client = office.client("minzheng")
    uploaded = client.post("/imports/new", data=data, content_type="multipart/form-data")
    assert uploaded.status_code == 303
    assert len(kept) == 1
    assert kept[0] > 1
    assert client.get(uploaded.location).status_code == 200


def test_what_a_process_that_just_started_is_asked_first(office: Office, spy: Spy) -> None:
    """Each of these finds nothing compiled, as after a restart."""
    clerk, chief = office.client("minzheng"), office.client("minzheng_kz")
    task = office.task("minzheng_kz", "科长审核")
    forget(office)
    agreed = {"decision": "agree", "opinion": "同意准入。"}
    assert chief.post(f"/tasks/{task.task_id}", data=agreed).status_code == 303
    task = office.task("minzheng", "收件登记")
    forget(office)
    assert clerk.post(f"/tasks/{task.task_id}/claim").status_code == 303
    forget(office)
    reason = {"reason": "重复申请。"}
    cancelled = office.client("admin").post(f"/instances/{task.instance_id}/cancel", data=reason)
    assert cancelled.status_code == 303


def forget(office: Office) -> None:
    """As if the process had been started anew."""
    runtime = office.runtime
    for cache in (runtime.bundles, runtime.latest, runtime.compiled, runtime.forms, runtime.bundle_forms):
        cache.clear()


def test_a_file_that_comes_with_a_faulty_form(office: Office, spy: Spy) -> None:
    data = {"confidential": "no", "attachments": (io.BytesIO(scan()), "依据.pdf")}
    answer = office.client("fayuan").post("/start/apply", data=data, content_type="multipart/form-data")
    assert answer.status_code == 422
    kept = [
        path for path in office.runtime.settings.data_dir.glob("files/*/*") if path.read_bytes() == scan()
    ]
    assert len(kept) == 1


def scan() -> bytes:
    """A scan: one empty page."""
    writer, out = PdfWriter(), io.BytesIO()
    writer.add_blank_page(595, 842)
    writer.write(out)
    return out.getvalue()
