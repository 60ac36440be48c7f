"""Other systems: an OA sends an application in and hears its outcome; the grid platform dispatches and tells completion."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from pypdf import PdfWriter
from werkzeug.test import TestResponse

from forms.binding import present
from tests.peer import Peer, serving
from webapp.app import create_app
from workflows.admission.tables import matter
from workflows.store.tables import account, account_role, attachment, delivery, incident
from workflows.usecases import api_tokens, connections, deliveries, inbox, jobs, outgoing, tasks
from workflows.usecases.actor import Actor

ADMIN = Actor(None, "root", "root", None, "", permissions=frozenset({"settings.manage", "accounts.manage"}))


def pdf() -> bytes:
    out = io.BytesIO()
    writer = PdfWriter()
    writer.add_blank_page(72, 72)
    writer.write(out)
    return out.getvalue()


@dataclass
class System:
    """A program outside with its account and token, and the server behind it."""

    office: Any
    peer: Peer
    app: Any
    token: str
    secret: str

    def clock(self, at: datetime) -> None:
        self.office.at = at
        self.office.runtime.settings = replace(self.office.runtime.settings, now=at)

    def later(self, **span: float) -> None:
        self.clock(self.office.at + timedelta(**span))
        jobs.deliver_due(self.office.runtime)

    def send(
        self, form: dict[str, Any], key: str, files: dict[str, tuple[str, bytes]] | None = None
    ) -> TestResponse:
        """An application, as the OA posts it: one part of JSON, and its files."""
        parts: dict[str, Any] = {"request": json.dumps({"process": "apply", "form": form})}
        parts |= {name: (io.BytesIO(content), title) for name, (title, content) in (files or {}).items()}
        headers = {"Authorization": f"Bearer {self.token}", "Idempotency-Key": key}
        return self.app.test_client().post(
            "/api/v1/instances", data=parts, headers=headers, content_type="multipart/form-data"
        )

    def post(self, path: str, body: dict[str, Any], *, key: str = "", secret: str = "") -> TestResponse:
        raw = json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        headers |= {"Idempotency-Key": key} if key else {}
        target = f"/api/v1{path}"
        headers |= outgoing.sign(secret, self.office.at, raw, target=target, key=key) if secret else {}
        return self.app.test_client().post(f"/api/v1{path}", data=raw, headers=headers)

    def told(self) -> list[tuple[str, int, str]]:
        with self.office.reading() as tx:
            return [(each.state, each.tries, each.message) for each in deliveries.listing(tx, ADMIN)]


def outside(office: Any, peer: Peer, key: str, roles: list[str], *, must_sign: bool = False) -> System:
    """Set a system up as an administrator does: an account, a token, a connection."""
    runtime = office.runtime
    runtime.settings = replace(runtime.settings, now=office.at, outgoing_hosts=(peer.host,))
    with runtime.transaction(at=office.at) as tx:
        unit = tx.units.find("区民政局")
        row = {
            "username": f"{key}_robot", "name": "接口", "unit_id": unit.id, "password_hash": "-",
            "password_changed_at": tx.at, "must_change": False, "enabled": True, "created_at": tx.at,
        }  # fmt: skip
        made = tx.db.execute(account.insert().returning(account.c.id), row).scalar_one()
        tx.db.execute(account_role.insert(), [{"account_id": made, "role": role} for role in roles])
        token = api_tokens.issue(tx, f"{key}_robot", "对接", 30, ADMIN)
        secret = connections.create(
            tx,
            ADMIN,
            key=key,
            name="对接系统",
            address=peer.address,
            username=f"{key}_robot",
            must_sign=must_sign,
        )
    peer.secret = secret  # from now on it takes nothing that is not signed as docs/API.md says
    return System(office, peer, create_app(runtime, TESTING=True, RATELIMIT_ENABLED=False), token, secret)


@pytest.fixture
def oa(office: Any) -> Iterator[System]:
    with serving() as peer:
        yield outside(office, peer, "oa", ["intake"])


def refuse(office: Any) -> None:
    office.do("clerk", "clerk", decision="refuse", opinion="属部门自身职责")
    office.do("chief", "chief", decision="refuse", opinion="同意不予准入")
    office.do("leader", "leader", decision="refuse", opinion="不予准入")


# ------------------------------------------------------------------ taken in
def test_an_application_of_the_oa_is_answered_with_its_number_and_keeps_its_files(
    oa: System, application: dict[str, Any]
) -> None:
    answer = oa.send(
        application, "OA-1", {"stamped_scan": ("审批表.pdf", pdf()), "attachments": ("依据.pdf", pdf())}
    )
    assert answer.status_code == 200, answer.text
    assert answer.json is not None
    assert answer.json["number"] == "准〔2026〕受0001号"
    assert oa.office.todo("clerk") == ["clerk"]  # received, and the unit's own steps were done in the OA
    filed = oa.office.matter(answer.json["instance_id"])
    assert filed.applicant_unit == "区人民法院"
    view = oa.office.view(answer.json["instance_id"])
    assert sorted({each.name for each in view.attachments}) == ["依据.pdf", "审批表.pdf"]


def test_the_oa_sends_a_board_in_as_it_does_work(oa: System, application: dict[str, Any]) -> None:
    named = ("applicant_unit", "duration_class", "legal_basis", "content", "period_start", "scope")
    form = {key: application[key] for key in (*named, "contact_name", "contact_phone")}
    form |= {"matter_name": "社区法官工作站", "board_kinds": ["board"], "board_place": "inside"}
    answer = oa.post("/instances", {"process": "admit_board", "form": form}, key="OA-9")
    assert answer.json is not None
    assert answer.json["number"] == "准〔2026〕受0001号"
    assert oa.office.todo("clerk") == ["clerk"]


def test_the_same_application_sent_again_is_answered_as_before(
    oa: System, application: dict[str, Any]
) -> None:
    first, again = (oa.send(application, "OA-1", {"stamped_scan": ("表.pdf", pdf())}) for _ in range(2))
    assert (first.json, again.status_code) == (again.json, 200)
    assert oa.send({**application, "matter_name": "另一事项"}, "OA-2").json != first.json
    with oa.office.reading() as tx:
        assert tx.db.execute(sa.select(sa.func.count()).select_from(matter)).scalar_one() == 2


@pytest.mark.parametrize(
    ("change", "files", "status", "told"),
    [
        ({"matter_name": ""}, {}, 422, "matter_name"),
        ({"applicant_unit": "没有的单位"}, {}, 422, "applicant_unit"),
        ({}, {"stamped_scan": ("表.exe", b"MZ\x90\x00")}, 422, "表.exe"),
        ({}, {"nowhere": ("表.pdf", b"x")}, 422, "nowhere"),
        ({"confidential": "yes"}, {"stamped_scan": ("表.pdf", pdf())}, 422, "线下"),
    ],
)
def test_an_application_that_is_refused_says_why_and_leaves_nothing(
    oa: System,
    application: dict[str, Any],
    change: dict[str, Any],
    files: dict[str, Any],
    status: int,
    told: str,
) -> None:
    answer = oa.send({**application, **change}, "OA-1", files)
    assert answer.status_code == status
    assert told in answer.get_data(as_text=True).encode().decode("unicode_escape", "replace") or told in str(
        answer.json
    )
    with oa.office.reading() as tx:
        assert tx.db.execute(sa.select(sa.func.count()).select_from(attachment)).scalar_one() == 0
        assert tx.db.execute(sa.select(sa.func.count()).select_from(matter)).scalar_one() == 0
    assert oa.send(application, "OA-1").status_code == 200  # corrected, under the same key


# ------------------------------------------------------------------ told
def test_the_outcome_is_told_signed_once_with_its_number(oa: System, application: dict[str, Any]) -> None:
    started = oa.send(application, "OA-1").json
    assert started is not None
    refuse(oa.office)
    (request,) = oa.peer.requests
    assert request.is_signed(oa.secret)
    body = request.body
    assert (body["event"], body["instance_id"], body["outcome"]) == (
        "instance.ended",
        started["instance_id"],
        "不予准入",
    )
    assert (body["number"], body["variables"]["outcome"]) == (started["number"], "refused")
    assert request.key == body["key"] == f"instance.ended:{started['instance_id']}"
    assert oa.told() == [("sent", 1, "")]
    oa.later(hours=1)
    assert len(oa.peer.requests) == 1


def test_what_others_started_is_told_nobody(oa: System) -> None:
    oa.office.apply()
    oa.office.receive()
    refuse(oa.office)
    assert (oa.peer.requests, oa.told()) == ([], [])


def test_a_peer_that_fails_is_told_again_with_growing_waits_under_the_same_key(
    oa: System, application: dict[str, Any]
) -> None:
    oa.peer.answers = [(503, {}), (500, {}), (200, {})]
    oa.send(application, "OA-1")
    refuse(oa.office)
    assert oa.told() == [("waiting", 1, "“127.0.0.1”没有正常答复：状态 503")]
    oa.later(seconds=30)
    assert len(oa.peer.requests) == 1
    oa.later(seconds=31)
    assert oa.told()[0][:2] == ("waiting", 2)
    oa.later(minutes=5)
    assert oa.told() == [("sent", 3, "")]
    assert len({request.key for request in oa.peer.requests}) == 1


def test_what_never_goes_through_is_given_up_and_sent_again_by_a_person(
    oa: System, application: dict[str, Any]
) -> None:
    oa.peer.answers = [(404, {})]
    oa.send(application, "OA-1")
    refuse(oa.office)
    for wait in deliveries.BACK_OFF:
        oa.later(seconds=wait.total_seconds())
    assert oa.told() == [("given_up", 8, "“127.0.0.1”不予受理：状态 404")]
    oa.later(days=3)
    assert len(oa.peer.requests) == 8
    oa.peer.answers = [(200, {})]
    with oa.office.runtime.transaction(at=oa.office.at) as tx:
        row = tx.db.execute(sa.select(delivery.c.id)).scalar_one()
        assert deliveries.replay(tx, [row], ADMIN) == 1
    assert oa.told() == [("sent", 1, "")]


def test_a_withdrawn_application_is_told_too(oa: System, application: dict[str, Any]) -> None:
    started = oa.send(application, "OA-1").json
    assert started is not None
    oa.office.send("clerk", started["instance_id"], "withdraw", reason="重复报送")
    assert [request.body["outcome"] for request in oa.peer.requests] == ["已撤回"]


# ------------------------------------------------------------------ requests that must be signed
def test_an_account_whose_requests_must_be_signed_is_heard_only_with_a_signature(office: Any) -> None:
    with serving() as peer:
        system = outside(office, peer, "grid", ["machine"], must_sign=True)
        body = {"name": "nothing"}
        assert system.post("/messages", body).status_code == 401
        assert system.post("/messages", body, secret="not the secret").status_code == 401
        refused = system.post("/messages", body, secret=system.secret)
        assert (refused.status_code, refused.json["error"]["code"]) == (409, "NobodyWaits")  # type: ignore[index]


def test_a_signed_request_is_good_for_its_own_path_and_key_alone(office: Any) -> None:
    with serving() as peer:
        system = outside(office, peer, "grid", ["machine"], must_sign=True)
        raw, at = b'{"name": "nothing"}', office.at
        signed = outgoing.sign(system.secret, at, raw, target="/api/v1/messages", key="first")
        headers = {"Authorization": f"Bearer {system.token}", "Content-Type": "application/json"}
        client = system.app.test_client()

        def status(path: str, **changed: str) -> int:
            sent = {**headers, **signed, **changed}
            return int(client.post(f"/api/v1{path}", data=raw, headers=sent).status_code)

        assert status("/messages") == 409
        assert status("/messages", **{"Idempotency-Key": "second"}) == 401
        assert status("/messages?again=1") == 401
        assert status("/signals") == 401


def test_an_account_must_sign_also_while_its_connection_is_switched_off(office: Any) -> None:
    with serving() as peer:
        system = outside(office, peer, "grid", ["machine"], must_sign=True)
        with office.runtime.transaction(at=office.at) as tx:
            (found,) = connections.listing(tx, ADMIN)
            kept = {key: getattr(found, key) for key in ("name", "address", "username", "must_sign")}
            connections.change(tx, found.id, ADMIN, **kept, enabled=False)
        assert system.post("/messages", {"name": "nothing"}).status_code == 401


# ------------------------------------------------------------------ the grid platform
@pytest.fixture
def grid(office: Any) -> Iterator[System]:
    with serving() as peer:
        peer.answers = [(200, {"dispatch_number": "W2026-0001"})]
        yield outside(office, peer, "grid", ["machine"], must_sign=True)


def dispatched(system: System) -> int:
    """A grid matter that is filed; its work goes to the platform."""
    office = system.office
    instance_id = office.apply(executor=["grid"])
    office.receive()
    office.do("clerk", "clerk", decision="agree", opinion="依据充分")
    office.do("grid", "grid", decision="agree", opinion="同意", capacity="可承接")
    office.decide()
    office.do("seal", "seal", decision="agree", sealed_on=office.at.date().isoformat(), copies="3")
    return int(instance_id)


def again(system: System, **span: float) -> None:
    system.clock(system.office.at + timedelta(**span))
    jobs.serve_due(system.office.runtime)


def complete(system: System, instance_id: int, key: str) -> TestResponse:
    body = {"name": "grid_completed", "instance_id": instance_id}
    given = {"variables": {"completed_on": "2026-03-16", "result": "已入户核查"}}
    return system.post("/messages", {**body, **given}, key=key, secret=system.secret)


def receipts(system: System, instance_id: int) -> list[tuple[str, str]]:
    return [(each.kind, each.note) for each in system.office.matter(instance_id).receipts]


def test_work_for_grid_workers_is_dispatched_and_its_completion_taken_back_once(grid: System) -> None:
    instance_id = dispatched(grid)
    (request,) = grid.peer.requests
    assert request.is_signed(grid.secret)
    assert request.body["filing_number"] == "准〔2026〕0001号"
    assert request.body["scope"] == ["新立街道", "军粮城街道"]
    assert request.body["completion"] == {"name": "grid_completed", "instance_id": instance_id}
    assert grid.office.todo("grid") == []
    first, repeated = (complete(grid, instance_id, "W2026-0001-done") for _ in range(2))
    assert (first.status_code, repeated.status_code) == (200, 200)
    assert first.json == repeated.json
    assert receipts(grid, instance_id) == [("dispatch", "W2026-0001"), ("grid_done", "W2026-0001 已入户核查")]
    assert grid.office.view(instance_id).status == "completed"
    assert complete(grid, instance_id, "another").status_code == 409  # nobody waits any more


def test_a_platform_that_fails_is_asked_again_under_the_same_key_and_dispatches_once(grid: System) -> None:
    grid.peer.answers = [(503, {}), (200, b"<html>"), (200, {"dispatch_number": "W2026-0001"})]
    grid.peer.done = {}
    instance_id = dispatched(grid)
    assert receipts(grid, instance_id) == []
    again(grid, minutes=1)
    assert receipts(grid, instance_id) == []
    grid.peer.done.clear()
    again(grid, minutes=5)
    assert receipts(grid, instance_id) == [("dispatch", "W2026-0001")]
    assert len({request.key for request in grid.peer.requests}) == 1
    again(grid, hours=3)
    assert len(grid.peer.requests) == 3


def test_an_answer_that_was_lost_is_asked_for_again_and_the_platform_does_nothing_twice(
    grid: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outgoing.post, "__kwdefaults__", {**outgoing.post.__kwdefaults__, "timeout": 0.2})
    take = grid.peer.take

    def silent_once(request: Any) -> Any:
        answer = take(request)
        return 0.5 if len(grid.peer.requests) == 1 else answer

    monkeypatch.setattr(grid.peer, "take", silent_once)
    instance_id = dispatched(grid)
    assert receipts(grid, instance_id) == []
    again(grid, minutes=1)
    assert receipts(grid, instance_id) == [("dispatch", "W2026-0001")]
    assert list(grid.peer.done) == [grid.peer.requests[0].key]


def test_what_the_platform_refuses_the_grid_centre_dispatches_by_hand(grid: System) -> None:
    grid.peer.answers = [(422, {"error": {"message": "网格未覆盖"}})]
    instance_id = dispatched(grid)
    assert grid.office.todo("grid") == ["dispatch"]
    with grid.office.reading() as tx:
        (item,) = inbox.todo(tx, grid.office.actor(tx, "grid"), None, 1, 20).items
        task = tasks.open_task(tx, item.task_id, grid.office.actor(tx, "grid"))
        page = present(task.form, tasks.setting(tx, task))
    assert "网格未覆盖" in page.page["opinion"].texts[0]
    grid.office.do(
        "grid", "dispatch", decision="dispatch", dispatch_number="手-1", dispatched_on="2026-03-16"
    )
    assert receipts(grid, instance_id) == [("dispatch", "手-1")]


def test_a_platform_that_stays_silent_is_an_incident_that_may_be_tried_again(grid: System) -> None:
    grid.peer.answers = [(500, {})]
    instance_id = dispatched(grid)
    for wait in (1, 5, 30, 120):
        again(grid, minutes=wait)
    with grid.office.reading() as tx:
        found = (
            tx.db.execute(sa.select(incident.c.message).where(incident.c.instance_id == instance_id))
            .scalars()
            .all()
        )
    assert [("状态 500" in each) for each in found] == [True]


def test_the_grid_centre_stops_waiting_for_the_platform(grid: System) -> None:
    instance_id = dispatched(grid)
    assert grid.office.messages("grid", instance_id) == ["by_hand"]
    grid.office.send("grid", instance_id, "by_hand")
    assert grid.office.todo("grid") == ["dispatch"]


def test_without_a_platform_the_grid_centre_dispatches_as_ever(office: Any) -> None:
    with serving() as peer:
        system = outside(office, peer, "oa", ["machine"])
        dispatched(system)
        assert office.todo("grid") == ["dispatch"]
        assert peer.requests == []
