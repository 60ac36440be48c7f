"""A long table over the API: checked by a job, looked at, taken in when the program says so, or put away."""

from __future__ import annotations

import io

import pytest

from tests.webapp.api.conftest import Machine
from tests.webapp.api.test_api import typed
from tests.workflows.usecases.conftest import Office
from workflows.store.tables import import_batch
from workflows.usecases import import_batches, import_checking, imports

ROWS = 12


@pytest.fixture(autouse=True)
def _a_dozen_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (import_batches, import_checking, imports):
        monkeypatch.setattr(module, "MANY", ROWS - 1)
    monkeypatch.setattr(import_checking, "_SMALL", 0)


def table(machine: Machine, wrong: int = 0) -> tuple[str, bytes]:
    """The form, and a list of so many rows, the last of them with an unknown unit."""
    _, told = machine.get("/imports/forms")
    (key,) = {each["key"] for each in told["items"] if each["process"] == "leave"}
    headers = {"Authorization": f"Bearer {machine.token}"}
    path = f"/api/v1/imports/forms/{key}/blank?rows=many"
    blank = machine.app.test_client().get(path, headers=headers).data
    units = ["教育局"] * (ROWS - wrong) + ["无此局"] * wrong
    rows = ({"subject": f"调研{at}", "applicant_unit": unit} for at, unit in enumerate(units))
    return key, typed(blank, *rows)


def sent(machine: Machine, wrong: int = 0, **more: str) -> int:
    """Send a long table; the batch that is answered with 202."""
    key, content = table(machine, wrong)
    data = {"table": (io.BytesIO(content), "用车.xlsx"), "form": key, "not_secret": "yes", **more}
    headers = {"Authorization": f"Bearer {machine.token}"}
    answer = machine.app.test_client().post("/api/v1/imports", data=data, headers=headers)
    assert answer.status_code == 202, answer.text
    told = answer.get_json()
    assert told["state"] == "checking"
    assert answer.headers["Location"].endswith(told["url"]) or told["url"].endswith(
        answer.headers["Location"]
    )
    assert told["url"] == f"/api/v1/imports/{told['batch']}"
    return int(told["batch"])


def test_a_long_table_is_checked_by_a_job_and_taken_in_when_the_program_says_so(machine: Machine) -> None:
    batch = sent(machine)
    _, seen = machine.get(f"/imports/{batch}")
    assert (seen["state"], seen["counts"]["right"], seen["wrong"]["total"]) == ("preview", ROWS, 0)
    status, accepted = machine.post(f"/imports/{batch}/accept")
    assert (status, accepted["total"]) == (200, ROWS)
    _, over = machine.get(f"/imports/{batch}")
    assert (over["state"], over["done"], over["failed"]) == ("done", ROWS, 0)
    assert machine.post(f"/imports/{batch}/discard")[0] == 404
    assert machine.post(f"/imports/{batch}/stop")[0] == 404


def test_its_faults_are_told_page_by_page_and_the_right_rows_taken_alone(machine: Machine) -> None:
    batch = sent(machine, wrong=2)
    _, seen = machine.get(f"/imports/{batch}")
    assert (seen["wrong"]["total"], len(seen["wrong"]["items"])) == (2, 2)
    assert {each["field"] for each in seen["wrong"]["items"][0]["faults"]} == {"applicant_unit"}
    assert machine.get(f"/imports/{batch}?page=2")[1]["wrong"]["items"] == []
    assert machine.get(f"/imports/{batch}?page=none")[0] == 422
    status, refused = machine.post(f"/imports/{batch}/accept")
    assert (status, refused["error"]["code"]) == (422, "ImportHasFaults")
    assert machine.post(f"/imports/{batch}/accept?right=yes")[0] == 422
    assert machine.post(f"/imports/{batch}/accept?only_right=yes")[1]["total"] == ROWS - 2


def test_a_table_that_was_only_looked_at_is_put_away(machine: Machine) -> None:
    batch = sent(machine, dry_run="yes")
    assert machine.post(f"/imports/{batch}/discard") == (204, None)
    assert machine.get(f"/imports/{batch}")[0] == 404


def test_how_far_a_check_is_and_why_a_table_was_refused_is_told(machine: Machine, office: Office) -> None:
    batch = sent(machine)
    with office.transaction() as tx:
        values = {"state": "checking", "checked": 5, "total": ROWS}
        tx.db.execute(import_batch.update().where(import_batch.c.id == batch).values(**values))
    _, seen = machine.get(f"/imports/{batch}")
    assert (seen["state"], seen["checked"], seen["total"]) == ("checking", 5, ROWS)
    assert "wrong" not in seen
    with office.transaction() as tx:
        told = {"state": "refused", "refusal": {"zh": "表格已损坏", "en": "broken"}}
        tx.db.execute(import_batch.update().where(import_batch.c.id == batch).values(**told))
    assert machine.get(f"/imports/{batch}")[1]["refusal"] == "表格已损坏"
