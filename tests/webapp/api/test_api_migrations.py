"""Running instances are moved to another version over the API."""

from __future__ import annotations

from tests.webapp.api.conftest import Machine
from tests.workflows.usecases.conftest import Office
from tests.workflows.usecases.test_migrations import FIRST, FORMS, SECOND, begin, deploy
from workflows.usecases.migrations import PERMISSION


def test_instances_are_looked_at_and_moved_over_the_api(machine: Machine, office: Office) -> None:
    office.runtime.permissions["machine"] |= {PERMISSION}
    deploy(office, FIRST, *FORMS)
    started = begin(office)
    deploy(office, SECOND)
    status, lines = machine.get("/migrations/versions?process=move")
    assert (status, [(each["version"], each["running"]) for each in lines]) == (200, [(2, 0), (1, 1)])
    asked = {"process": "move", "source": 1, "target": 2, "mapping": {"move": {"a": "k"}}}
    status, made = machine.post("/migrations", asked)
    assert status == 200
    path = f"/migrations/{made['migration_id']}"
    assert machine.get(path)[1]["counts"] == {"fit": 1}
    assert machine.post(f"{path}/start")[0] == 204
    assert machine.get(path)[1]["state"] == "done"
    (item,) = machine.get(f"{path}/instances")[1]["items"]
    assert (item["instance_id"], item["state"]) == (started, "moved")
    assert {each["rule"] for each in item["findings"]} == {"migration.armed"}
    assert machine.post(f"{path}/stop")[0] == 409


def test_a_bad_mapping_and_a_missing_permission_are_told(machine: Machine, office: Office) -> None:
    deploy(office, FIRST, *FORMS)
    begin(office)
    asked = {"process": "move", "source": 1, "target": 1, "mapping": {"move": ["a"]}}
    assert machine.post("/migrations", asked)[0] == 403
    office.runtime.permissions["machine"] |= {PERMISSION}
    status, answer = machine.post("/migrations", asked)
    assert (status, answer["error"]["code"]) == (422, "BadBody")
    status, answer = machine.post("/migrations", {**asked, "mapping": {}})
    assert (status, answer["error"]["code"]) == (422, "NobodyToMove")
    assert machine.get("/migrations/7/instances")[0] == 404
