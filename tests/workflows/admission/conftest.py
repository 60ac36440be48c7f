"""A small office on a database of its own, and words to act in it as its people do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from forms.binding import bind
from tests.conftest import MORNING
from tests.moulds import Moulds
from workflows.admission import matters, registry, shipped
from workflows.admission.package import open_office
from workflows.settings import Settings
from workflows.usecases import accounts, definitions, inbox, instances, tasks, timers, units
from workflows.usecases.actor import SYSTEM, Actor
from workflows.usecases.runtime import Runtime, Transaction

PASSWORD = "Office-2026"
FIRST, SECOND = "送达协助", "陪审员推荐"
"""The two matters of `filed`."""
UNITS = (
    ("区民政局", "审核单位", None),
    ("区民政局社区科", "审核单位", "区民政局"),
    ("区网格化管理中心", "审核单位", None),
    ("区人民法院", "申请单位", None),
    ("区教育局", "申请单位", None),
    ("新立街道", "街道", None),
    ("军粮城街道", "街道", None),
    ("金桥街道", "街道", None),
    ("新立津门里社区居民委员会", "社区", "新立街道"),
    ("新立华新社区居民委员会", "社区", "新立街道"),
)
PEOPLE = (
    ("court", "区人民法院", "unit_clerk"),
    ("court_head", "区人民法院", "unit_head"),
    ("court_leader", "区人民法院", "unit_leader"),
    ("court_seal", "区人民法院", "unit_seal"),
    ("school", "区教育局", "unit_clerk"),
    ("school_leader", "区教育局", "unit_leader"),
    ("bureau_unit", "区民政局", "unit_clerk"),
    ("bureau_head", "区民政局", "unit_head"),
    ("bureau_leader", "区民政局", "unit_leader"),
    ("bureau_seal", "区民政局", "unit_seal"),
    ("clerk", "区民政局社区科", "review_clerk"),
    ("chief", "区民政局社区科", "review_chief"),
    ("leader", "区民政局", "review_leader"),
    ("seal", "区民政局社区科", "review_seal"),
    ("grid", "区网格化管理中心", "grid_clerk"),
    ("xinli", "新立街道", "street_clerk"),
    ("junliang", "军粮城街道", "street_clerk"),
    ("jinqiao", "金桥街道", "street_clerk"),
    ("jinmen", "新立津门里社区居民委员会", "community_clerk"),
)
APPLICATION: Mapping[str, Any] = {
    "confidential": "no",
    "applicant_unit": "区人民法院",
    "matter_name": "司法文书送达协助",
    "duration_class": "long_term",
    "executor": ["community"],
    "legal_basis": "《民事诉讼法》第63条",
    "reason": "需社区协助联系居民",
    "content": "协助司法文书送达",
    "target_group": "辖区居民",
    "authority": "联系居民",
    "period_start": "2026-04-13",
    "period_end": "2027-12-31",
    "scope": ["新立街道", "军粮城街道"],
    "funds_amount": "36000.5",
    "funds_source": "部门预算",
    "staff_equipment": "派驻1名",
    "unit_head": "周兰",
    "contact_name": "吴桂玉",
    "contact_phone": "022-84908838",
    "application_date": "2026-03-16",
    "late_reason": "上级通知较晚",
}


class Office:
    """The office at a time that the test moves (`at`)."""

    def __init__(self, runtime: Runtime, at: datetime) -> None:
        self.runtime = runtime
        self.at = at
        runtime.now = lambda: self.at  # type: ignore[method-assign] # jobs run by the test's clock too

    def later(self, **span: float) -> None:
        self.at += timedelta(**span)

    def actor(self, tx: Transaction, username: str) -> Actor:
        return accounts.actor_named(tx, username)

    def start(
        self,
        who: str,
        process: str,
        posted: Mapping[str, Any] | None = None,
        *,
        for_unit: str | None = None,
        bound_by: str | None = None,
    ) -> int:
        """Bind and start; `bound_by` is somebody else for whom the form was bound, as a forger would have it."""
        with self.runtime.transaction(at=self.at) as tx:
            actor = self.actor(tx, who)
            form = definitions.start_form(tx, process)
            submission = None
            if form is not None:
                setting = instances.start_setting(tx, process, self.actor(tx, bound_by or who))
                bound = bind(form, posted or {}, setting)
                assert bound.submission is not None, [fault.tell() for fault in bound.faults]
                submission = bound.submission
            unit = tx.units.find(for_unit) if for_unit else None
            return instances.start(tx, process, submission, actor, entered_for=unit.id if unit else None)

    def apply(self, **changes: Any) -> int:
        """The court's clerk applies; the application skips the unit's own steps up to the bureau's desk."""
        instance_id = self.start("court", "apply", {**APPLICATION, **changes})
        self.do("court_head", "unit_head", decision="agree")
        self.do("court_leader", "unit_leader", decision="agree", opinion="同意申报")
        self.do("court_seal", "unit_seal", decision="agree", sealed_on=self.at.date().isoformat())
        return instance_id

    def todo(self, who: str) -> list[str]:
        """Elements of the open tasks of a person, latest due last."""
        with self.runtime.reading(at=self.at) as tx:
            return sorted(item.element for item in self._items(tx, who))

    def _items(self, tx: Transaction, who: str) -> list[Any]:
        return list(inbox.todo(tx, self.actor(tx, who), None, 1, 200).items)

    def do(self, who: str, element: str, **posted: Any) -> None:
        """Complete the first open task of an element that a person has, through the form's own binding."""
        with self.runtime.transaction(at=self.at) as tx:
            found = [item for item in self._items(tx, who) if item.element == element]
            assert found, f"{who} has no {element}, only {[item.element for item in self._items(tx, who)]}"
            actor = self.actor(tx, who)
            view = tasks.open_task(tx, found[0].task_id, actor)
            bound = bind(view.form, posted, tasks.setting(tx, view))
            assert bound.submission is not None, [(f.field, f.tell()) for f in bound.faults]
            tasks.complete(tx, view.id, bound.submission, actor, version=view.version)

    def send(self, who: str, instance_id: int, message: str, reason: str = "") -> None:
        with self.runtime.transaction(at=self.at) as tx:
            instances.send_message(tx, instance_id, message, self.actor(tx, who), reason=reason)

    def messages(self, who: str, instance_id: int) -> list[str]:
        with self.runtime.reading(at=self.at) as tx:
            return [each.name for each in instances.open_messages(tx, instance_id, self.actor(tx, who))]

    def fire(self) -> int:
        with self.runtime.transaction(at=self.at) as tx:
            return timers.fire_due(tx)

    def view(self, instance_id: int, who: str = "clerk") -> Any:
        with self.runtime.reading(at=self.at) as tx:
            return instances.view(tx, instance_id, self.actor(tx, who))

    def matter(self, instance_id: int) -> registry.Matter:
        with self.runtime.reading(at=self.at) as tx:
            row = matters.required(tx, instance_id)
            return registry.matter(tx, row["id"])

    def reading(self) -> Any:
        return self.runtime.reading(at=self.at)

    # ---- whole stretches
    def receive(self, **posted: Any) -> None:
        self.do("clerk", "receive", decision="accept", received_on=self.at.date().isoformat(), **posted)

    def decide(self) -> None:
        """Chief and leader agree."""
        self.do("chief", "chief", decision="agree", opinion="同意")
        self.do("leader", "leader", decision="agree", opinion="同意准入")

    def file(self, **changes: Any) -> int:
        """A whole community application up to its filing; the hand-over is still open."""
        instance_id = self.apply(**changes)
        self.receive()
        self.do("clerk", "clerk", decision="agree", opinion="依据充分")
        self.decide()
        self.do("seal", "seal", decision="agree", sealed_on=self.at.date().isoformat(), copies="3")
        return instance_id

    def hand_over(self) -> None:
        for who in ("xinli", "junliang"):
            self.do(who, "sign", decision="sign", signed_by="对接人", signed_on=self.at.date().isoformat())

    def publish_edition(self, number: str = "丽民发〔2027〕1号", **merged: Any) -> None:
        """The bureau merges, the chief checks for secrets, the leader signs, the clerk numbers and publishes."""
        self.do("clerk", "merge", decision="agree", **merged)
        self.do("chief", "secrecy", decision="agree", secrecy_checked="checked")
        self.do("leader", "sign", decision="agree", opinion="同意发布")
        self.do("clerk", "issue", document_number=number, issued_on=self.at.date().isoformat())


def _make(url: str, folder: Path) -> None:
    runtime = open_office(Settings(database_url=url, data_dir=folder / "var", jobs="inline"), upgrade=True)
    with runtime.transaction(at=MORNING) as tx:
        definitions.deploy(tx, shipped.sources(), SYSTEM)
        ids: dict[str | None, int | None] = {None: None}
        for name, kind, parent in UNITS:
            ids[name] = units.create(tx, name, kind, ids[parent], SYSTEM)
        _people(tx, ids)
    runtime.close()


@pytest.fixture
def office(new_url: str, tmp_path: Path, at: datetime, moulds: Moulds) -> Iterator[Office]:
    """The office on a Monday morning, everything shipped deployed, nothing applied for."""
    moulds.cast("admission-office", new_url, _make)
    runtime = open_office(Settings(database_url=new_url, data_dir=tmp_path, jobs="inline"))
    try:
        yield Office(runtime, at)
    finally:
        runtime.close()


def _people(tx: Transaction, ids: Mapping[str | None, int | None]) -> None:
    """Accounts with one shared hash: hashing fifteen passwords a test would cost more than the test."""
    from workflows.store.tables import account, account_role

    for username, unit, role in PEOPLE:
        row = {
            "username": username,
            "name": username,
            "unit_id": ids[unit],
            "password_hash": "-",
            "password_changed_at": tx.at,
            "must_change": False,
            "enabled": True,
            "created_at": tx.at,
        }
        made = tx.db.execute(account.insert().returning(account.c.id), row).scalar_one()
        tx.db.execute(account_role.insert(), {"account_id": made, "role": role})


@pytest.fixture
def application() -> dict[str, Any]:
    """What the court applies for, as posted."""
    return dict(APPLICATION)


@pytest.fixture
def filed(office: Any) -> Any:
    """The court has two matters in force."""
    office.first = office.file(matter_name=FIRST, period_start="2026-03-16")
    office.hand_over()
    office.second = office.file(matter_name=SECOND, period_start="2026-03-16")
    office.hand_over()
    return office
