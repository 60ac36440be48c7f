"""Definitions, accounts, units, numbers, files, timers."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher

from forms.binding import Submission, bind
from forms.faults import Refused
from tests.workflows.usecases.conftest import PASSWORD, Office, pdf, posted, sources
from tests.workflows.usecases.test_tasks import begin, finish, only_task
from workflows.engine import Source
from workflows.store.tables import account, history, number, timer
from workflows.usecases import (
    accounts,
    audit,
    definitions,
    files,
    incident_view,
    incidents,
    instances,
    numbers,
    passwords,
    tasks,
    timers,
    units,
)
from workflows.usecases.actor import SYSTEM
from workflows.usecases.errors import (
    AccountDisabled,
    AccountLocked,
    AlreadyExists,
    DeploymentRefused,
    FileTooLarge,
    NotAllowed,
    NumberTaken,
    SignInRefused,
    StillInUse,
    WeakPassword,
)

PDF = pdf()


# ------------------------------------------------------------------ definitions
def test_the_same_content_makes_no_new_version(office: Office) -> None:
    with office.transaction() as tx:
        again = definitions.deploy(tx, sources(), SYSTEM)
        assert again.created == ()
        assert {view.key for view in again.unchanged} == {
            "leave",
            "broken",
            "request",
            "verdict",
            "yearly",
            "answer",
        }


def test_a_running_instance_keeps_the_versions_of_its_start(office: Office) -> None:
    started = begin(office)
    old = sources("verdict.form")[0]
    changed = Source(old.name, old.content.replace('同意"'.encode(), '准"'.encode()))
    with office.transaction() as tx:
        made = definitions.deploy(tx, [changed], SYSTEM)
        assert [(view.key, view.version) for view in made.created] == [("verdict", 2)]
    later = begin(office, subject="以后")

    def label(task_id: int) -> str:
        with office.reading() as tx:
            form = tasks.open_task(tx, task_id, office.actor("zhou")).form
        assert form is not None
        return form.field("decision").choices[0].label

    assert label(only_task(office, started)) == "同意"
    assert label(only_task(office, later)) == "准"
    with office.reading() as tx:
        assert [view.version for view in definitions.versions(tx, "verdict", "form")] == [2, 1]


def test_a_file_with_an_error_stores_nothing_of_the_others(office: Office) -> None:
    good = Source("extra.form", sources("request.form")[0].content.replace(b'"request"', b'"extra"'))
    bad = Source(
        "bad.bpmn",
        sources("leave.bpmn")[0]
        .content.replace(b'Message_withdraw" />\n    </bpmn:bound', b'Gone" />\n    </bpmn:bound')
        .replace(b'id="leave"', b'id="bad"')
        .replace(b'formRef="verdict"', b'formRef="nowhere"'),
    )
    with pytest.raises(DeploymentRefused) as told, office.transaction() as tx:
        definitions.deploy(tx, [good, bad], SYSTEM)
    assert any(finding.element for report in told.value.reports for finding in report.findings)
    with office.reading() as tx:
        assert definitions.versions(tx, "extra", "form") == []
    with pytest.raises(DeploymentRefused), office.transaction() as tx:
        definitions.deploy(tx, [Source("a.exe", b"MZ")], SYSTEM)


def test_only_those_with_the_permission_deploy(office: Office) -> None:
    with pytest.raises(NotAllowed), office.transaction() as tx:
        definitions.deploy(tx, sources(), office.actor("gao"))


def test_a_process_is_offered_to_its_starters_alone(office: Office) -> None:
    with office.reading() as tx:
        assert "leave" in [each.key for each in definitions.startable(tx, office.actor("gao"))]
        assert "leave" not in [each.key for each in definitions.startable(tx, office.actor("zhou"))]
    request = posted("request", office, subject="x")
    with pytest.raises(NotAllowed), office.transaction() as tx:
        instances.start(tx, "leave", request, office.actor("wang"))
    with pytest.raises(NotAllowed), office.transaction() as tx:
        instances.start(tx, "leave", request, office.actor("gao"), entered_for=office.units["公安局"])


def test_what_is_entered_for_another_unit_is_that_units_too(office: Office) -> None:
    request = posted("request", office, subject="代录的", applicant_unit="公安局")
    with office.transaction() as tx:
        started = instances.start(
            tx, "leave", request, office.actor("zhou"), entered_for=office.units["公安局"]
        )
    with office.reading() as tx:
        seen = instances.view(tx, started, office.actor("qian"))
        assert seen.entered_for_name == "公安局"
        assert seen.history[0].text == "周志远代公安局登记了“用车：代录的”(代录)"


# ------------------------------------------------------------------ accounts
def test_five_wrong_passwords_lock_an_account_for_a_while(office: Office, at: Any) -> None:
    def attempt(password: str, moment: Any = None) -> Any:
        with office.transaction(at=moment) as tx:
            return accounts.sign_in(tx, "gao", password, "10.0.0.1")

    for left in (4, 3, 2, 1):
        refusal = attempt("wrong").refusal
        assert isinstance(refusal, SignInRefused)
        assert refusal.facts["left"] == left
    assert isinstance(attempt("wrong").refusal, AccountLocked)
    assert isinstance(attempt(PASSWORD).refusal, AccountLocked)
    assert attempt(PASSWORD, at + timedelta(minutes=16)).account_id is not None


def test_the_last_sign_in_is_told_at_the_next(office: Office, at: Any) -> None:
    with office.transaction() as tx:
        assert accounts.sign_in(tx, "gao", PASSWORD, "10.0.0.1").previous_sign_in_at is None
    with office.transaction(at=at + timedelta(hours=1)) as tx:
        again = accounts.sign_in(tx, "gao", PASSWORD, "10.0.0.2")
    assert (again.previous_sign_in_at, again.previous_address) == (at, "10.0.0.1")


def test_an_unknown_name_and_a_wrong_password_are_told_alike(office: Office) -> None:
    with office.transaction() as tx:
        unknown = accounts.sign_in(tx, "nobody", "x").refusal
        wrong = accounts.sign_in(tx, "gao", "x").refusal
    assert isinstance(unknown, Refused)
    assert isinstance(wrong, Refused)
    assert unknown.tell() == wrong.tell()


def test_a_disabled_account_neither_signs_in_nor_acts(office: Office) -> None:
    root, gao = office.actor("root"), office.actor("gao")
    with office.transaction() as tx:
        accounts.enable(tx, gao.account_id or 0, False, root)
        assert isinstance(accounts.sign_in(tx, "gao", PASSWORD).refusal, AccountDisabled)
    with pytest.raises(AccountDisabled):
        office.actor("gao")


def change(office: Office, username: str, old: str, new: str) -> None:
    """Change a password as its owner."""
    actor = office.actor(username)
    with office.reading() as tx:
        known = accounts.known_passwords(tx, actor.account_id or 0)
    hashed = passwords.changed(known, old, new)
    with office.transaction() as tx:
        accounts.change_password(tx, actor, hashed)


@pytest.mark.parametrize("password", ["short1", "alllettersonly", "gao-12345678", "12345678901"])
def test_a_weak_password_is_refused(office: Office, password: str) -> None:
    with pytest.raises(WeakPassword):
        change(office, "gao", PASSWORD, password)


def test_a_password_used_lately_is_refused(office: Office) -> None:
    change(office, "gao", PASSWORD, "Another-horse-9")
    with pytest.raises(WeakPassword):
        change(office, "gao", "Another-horse-9", PASSWORD)


def test_of_two_changes_of_a_password_at_once_one_counts(office: Office) -> None:
    gao = office.actor("gao")
    with office.reading() as tx:
        known = accounts.known_passwords(tx, gao.account_id or 0)
    with office.transaction() as tx:
        accounts.change_password(tx, gao, passwords.changed(known, PASSWORD, "Another-horse-9"))
    with pytest.raises(SignInRefused), office.transaction() as tx:
        accounts.change_password(tx, gao, passwords.changed(known, PASSWORD, "A-third-horse-9"))


def test_passwords_are_kept_as_argon2_and_not_told_by_the_audit(office: Office) -> None:
    with office.transaction() as tx:
        accounts.sign_in(tx, "gao", "hunter2-hunter2")
        stored = tx.db.execute(sa.select(account.c.password_hash)).scalars().all()
        assert all(each.startswith("$argon2id$") for each in stored)
        lines = audit.listing(tx, office.actor("root")).items
    assert lines[0].event == "accounts.sign_in_refused"
    assert "hunter2" not in repr(lines)


def test_passwords_are_hashed_in_earnest(hasher_in_earnest: PasswordHasher) -> None:
    assert hasher_in_earnest.memory_cost >= 64 * 1024
    assert hasher_in_earnest.time_cost >= 3


def test_accounts_are_managed_with_the_permission_alone(office: Office) -> None:
    gao, root = office.actor("gao"), office.actor("root")
    with pytest.raises(NotAllowed), office.transaction() as tx:
        accounts.create(tx, "new", "新人", None, ["clerk"], PASSWORD, gao)
    with pytest.raises(AlreadyExists), office.transaction() as tx:
        accounts.create(tx, "GAO", "高二", None, ["clerk"], PASSWORD, root)
    with office.transaction() as tx:
        accounts.set_roles(tx, gao.account_id or 0, ["clerk", "chief"], root)
    assert office.actor("gao").groups() >= {"clerk", "chief", f"chief@{office.units['教育局']}"}


def test_an_actor_of_a_section_is_in_the_groups_of_its_bureau(office: Office) -> None:
    groups = office.actor("zhou").groups()
    assert f"reviewer@{office.units['社区科']}" in groups
    assert f"reviewer@{office.units['民政局']}" in groups


# ------------------------------------------------------------------ units
def test_a_name_that_stands_twice_is_told_by_its_street(office: Office) -> None:
    root = office.actor("root")
    with office.transaction() as tx:
        for street in ("东街道", "西街道"):
            units.create(tx, "和平社区", "community", office.units[street], root)
    with office.reading() as tx:
        assert tx.units.find("和平社区") is None
        found = tx.units.find("西街道/和平社区")
        assert found is not None
        assert found.full_name == "西街道/和平社区"
        assert {ref.full_name for ref in tx.units.near("和平社区")} == {"东街道/和平社区", "西街道/和平社区"}
        assert [view.name for view in units.tree(tx)][-4:] == ["东街道", "和平社区", "西街道", "和平社区"]


def test_a_closed_unit_is_gone_from_its_day_on(office: Office, at: Any) -> None:
    root = office.actor("root")
    with pytest.raises(StillInUse), office.transaction() as tx:
        units.close(tx, office.units["民政局"], at.date(), root)
    with office.transaction() as tx:
        units.close(tx, office.units["西街道"], at.date() + timedelta(days=1), root)
    with office.reading() as tx:
        assert tx.units.find("西街道") is not None
    with office.reading(at=at + timedelta(days=1)) as tx:
        assert tx.units.find("西街道") is None
        assert units.name_of(tx, office.units["西街道"]) == "西街道"


def test_a_rolled_back_unit_stands_in_no_cache(office: Office) -> None:
    def fail() -> None:
        with office.transaction() as tx:
            units.create(tx, "幻影局", "applicant", None, SYSTEM)
            assert tx.units.find("幻影局") is not None
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    with office.transaction() as tx:
        units.create(tx, "真局", "applicant", None, SYSTEM)
    with office.reading() as tx:
        assert tx.units.find("幻影局") is None
        assert tx.units.find("真局") is not None


# ------------------------------------------------------------------ numbers
def test_numbers_begin_anew_each_year(office: Office, at: Any) -> None:
    with office.transaction() as tx:
        assert numbers.give(tx, "s", "津〔{year}〕{seq:04d}号") == "津〔2026〕0001号"
        assert numbers.give(tx, "s", "津〔{year}〕{seq:04d}号") == "津〔2026〕0002号"
    with office.transaction(at=at.replace(year=2027)) as tx:
        assert numbers.give(tx, "s", "津〔{year}〕{seq:04d}号") == "津〔2027〕0001号"


def test_a_cancelled_number_is_kept_and_never_given_again(office: Office) -> None:
    with office.transaction() as tx:
        first = numbers.give(tx, "s", "{year}-{seq}")
        numbers.cancel(tx, first, office.actor("zhou"), "误发")
        assert numbers.give(tx, "s", "{year}-{seq}") == "2026-2"
        assert [(each.text, each.state, each.reason) for each in numbers.listing(tx, "s")] == [
            ("2026-2", "used", ""),
            ("2026-1", "cancelled", "误发"),
        ]


def test_an_old_number_is_entered_once_and_passed_over(office: Office) -> None:
    with office.transaction() as tx:
        numbers.register(tx, "s", "2026-1", subject="存量")
        with pytest.raises(NumberTaken):
            numbers.register(tx, "s", "2026-1")
        assert numbers.give(tx, "s", "{year}-{seq}") == "2026-2"


def test_many_who_ask_at_once_get_as_many_numbers(office: Office) -> None:
    failures: list[Exception] = []

    def ask() -> None:
        try:
            for _ in range(5):
                with office.transaction() as tx:
                    numbers.give(tx, "s", "{year}-{seq}")
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert failures == []
    with office.reading() as tx:
        seqs = list(tx.db.execute(sa.select(number.c.seq).where(number.c.sequence == "s")).scalars())
    assert sorted(seqs) == list(range(1, 31))


def test_a_number_of_a_rolled_back_transaction_is_given_again(office: Office) -> None:
    def fail() -> None:
        with office.transaction() as tx:
            numbers.give(tx, "s", "{seq}")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    with office.transaction() as tx:
        assert numbers.give(tx, "s", "{seq}") == "1"


# ------------------------------------------------------------------ files
def _kept(office: Office) -> list[str]:
    folder = office.runtime.settings.data_dir / "files"
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def test_a_file_is_its_uploaders_until_a_submission_names_it(office: Office) -> None:
    gao, zhou, qian = office.actor("gao"), office.actor("zhou"), office.actor("qian")
    with office.transaction() as tx:
        kept = files.store(tx, files.receive(tx.runtime, "依据.pdf", PDF), gao)
    assert _kept(office) == [kept.sha256]
    with pytest.raises(NotAllowed), office.reading() as tx:
        files.content(tx, kept.id, qian)
    started = begin(office)
    finish(office, started, "zhou", decision="supplement")
    with office.transaction() as tx:
        task_id = only_task(office, started)
        setting = tasks.setting(tx, tasks.open_task(tx, task_id, gao))
        form = definitions.form(tx, "request")
        bound = bind(form, {"subject": "有附件", "papers": [str(kept.id)]}, setting)
        assert bound.submission is not None
        tasks.complete(tx, task_id, bound.submission, gao)
    with office.reading() as tx:
        assert files.content(tx, kept.id, zhou)[1] == PDF
        assert [each.field for each in instances.view(tx, started, zhou).attachments] == ["papers"]
        with pytest.raises(NotAllowed):
            files.content(tx, kept.id, qian)


def test_nobody_attaches_what_another_uploaded(office: Office) -> None:
    with office.transaction() as tx:
        kept = files.store(tx, files.receive(tx.runtime, "依据.pdf", PDF), office.actor("qian"))
    with office.reading() as tx:
        form = definitions.form(tx, "request")
    forged = Submission("request", {"subject": "x", "papers": [kept.id]}, form=form)
    with pytest.raises(NotAllowed), office.transaction() as tx:
        instances.start(tx, "leave", forged, office.actor("gao"))


def _store_and_fail(office: Office, name: str) -> None:
    with office.transaction() as tx:
        files.store(tx, files.receive(tx.runtime, name, PDF), office.actor("gao"))
        raise RuntimeError


def test_a_refused_file_leaves_nothing(office: Office) -> None:
    gao = office.actor("gao")
    with pytest.raises(Refused), office.transaction() as tx:
        files.store(tx, files.receive(tx.runtime, "程序.pdf", b"MZ\x90\x00" + b"\x00" * 64), gao)
    with pytest.raises(FileTooLarge), office.transaction() as tx:
        files.store(tx, files.receive(tx.runtime, "大.pdf", PDF + b" " * (21 * 1024 * 1024)), gao)
    with pytest.raises(RuntimeError):
        _store_and_fail(office, "依据.pdf")
    assert _kept(office) == []


def test_a_rollback_leaves_the_bytes_another_upload_has_kept(office: Office) -> None:
    gao = office.actor("gao")
    with office.transaction() as tx:
        kept = files.store(tx, files.receive(tx.runtime, "依据.pdf", PDF), gao)
    with pytest.raises(RuntimeError):
        _store_and_fail(office, "同一份.pdf")
    assert _kept(office) == [kept.sha256]


# ------------------------------------------------------------------ timers
def test_a_due_timer_fires_once(office: Office, at: Any) -> None:
    started = begin(office)
    finish(office, started, "zhou", decision="agree")
    for days, moved in ((4, 0), (6, 1), (6, 0)):
        with office.transaction(at=at + timedelta(days=days)) as tx:
            assert timers.fire_due(tx) == moved
    with office.reading() as tx:
        seen = instances.view(tx, started, office.actor("gao"))
        assert (seen.status, seen.outcome) == ("completed", "逾期未审")
        assert "“逾期”时间已到" in [line.text for line in seen.history]
        assert tx.db.execute(sa.select(timer)).all() == []


def test_timers_fire_in_the_order_of_their_times(office: Office, at: Any) -> None:
    ids = []
    for hours in (3, 1, 2):
        request = posted("request", office, subject=str(hours))
        with office.transaction(at=at + timedelta(hours=hours)) as tx:
            ids.append(instances.start(tx, "leave", request, office.actor("gao")))
    for hours, instance_id in zip((3, 1, 2), ids, strict=True):
        with office.transaction(at=at + timedelta(hours=hours)) as tx:
            verdict = posted("verdict", office, decision="agree")
            tasks.complete(tx, only_task(office, instance_id), verdict, office.actor("zhou"))
    with office.transaction(at=at + timedelta(days=9)) as tx:
        assert timers.fire_due(tx) == 3
        fired = sa.select(history.c.instance_id).where(history.c.event == "timer").order_by(history.c.id)
        assert list(tx.db.execute(fired).scalars()) == [ids[1], ids[2], ids[0]]


def test_an_instance_whose_service_fails_becomes_an_incident_and_keeps_nobody(
    office: Office, at: Any
) -> None:
    with office.transaction() as tx:
        broken = instances.start(tx, "broken", posted("request", office, subject="坏"), office.actor("gao"))
    good = begin(office)
    finish(office, good, "zhou", decision="agree")
    moment = at + timedelta(days=6)
    for moved in (2, 0):
        with office.transaction(at=moment) as tx:
            assert timers.fire_due(tx) == moved, "the timer has fired; what failed stands behind it"
    with office.reading() as tx:
        (found,) = incident_view.listing(tx, office.actor("zhou")).items
        assert (found.instance_id, found.name) == (broken, "调用")
        assert "RuntimeError" in found.message
        assert "the service is down" not in found.message, "the text of a strange error may quote anything"
    office.runtime.services["broken"] = lambda tx, call, ref: {}
    with office.transaction(at=moment + timedelta(minutes=30)) as tx:
        assert incidents.retry(tx, found.id, office.actor("zhou"))
    with office.reading() as tx:
        assert instances.view(tx, broken, office.actor("gao")).status == "completed"


def test_a_sign_in_hashes_outside_its_transaction(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    with office.reading() as tx:
        stored = accounts.stored_hash(tx, "gao")
        assert accounts.stored_hash(tx, "nobody") is None
    right, wrong = passwords.verify(stored, PASSWORD), passwords.verify(stored, "wrong")
    assert not passwords.verify(None, PASSWORD).fits

    def never(*_args: Any) -> bool:
        raise AssertionError("hashed inside the write transaction")

    monkeypatch.setattr(passwords, "_fits", never)
    with office.transaction() as tx:
        assert accounts.sign_in(tx, "gao", wrong).refusal is not None
        assert accounts.sign_in(tx, "nobody", passwords.Proof(None, False)).refusal is not None
        assert accounts.sign_in(tx, "sun", right).refusal is not None, "a proof is good for its own account"
        assert accounts.sign_in(tx, "gao", right).account_id is not None


def test_one_process_in_two_files_of_a_deployment_is_refused(office: Office) -> None:
    (given,) = sources("leave.bpmn")
    twice = [Source("甲.bpmn", given.content), Source("乙.bpmn", given.content + b"\n")]
    with pytest.raises(DeploymentRefused) as told, office.transaction() as tx:
        definitions.deploy(tx, twice, SYSTEM)
    assert told.value.facts["files"] == "乙.bpmn"
    (finding,) = [each for each in told.value.reports[1].findings if each.rule == "file.defined_twice"]
    assert (finding.element, finding.zh) == ("leave", "流程定义“leave”在“甲.bpmn”中已有定义，不能同时部署")
