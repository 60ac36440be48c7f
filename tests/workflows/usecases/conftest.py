"""A small office of its own: two departments, a bureau with a section, two streets; one drawn process."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from forms.binding import Submission
from tests.conftest import MORNING
from tests.moulds import Moulds
from workflows.engine import Source
from workflows.settings import Settings
from workflows.store.tables import unit
from workflows.usecases import accounts, definitions, units
from workflows.usecases.actor import SYSTEM, Actor
from workflows.usecases.import_targets import ImportTarget
from workflows.usecases.runtime import Runtime, Transaction

HERE = Path(__file__).parent / "files"

PERMISSIONS = {
    "clerk": frozenset({"imports.own_unit"}),
    "chief": frozenset({"tasks.transfer_any"}),
    "reviewer": frozenset(
        {
            "instances.see_all",
            "instances.start_for",
            "imports.every_unit",
            "instances.cancel",
            "instances.repair",
        }
    ),
    "admin": frozenset(
        {"definitions.deploy", "units.manage", "accounts.manage", "audit.see", "instances.see_all"}
    ),
}
TITLES = {"clerk": "单位经办", "chief": "科长", "reviewer": "审核经办", "admin": "管理员"}
PASSWORD = "Correct-horse-9"


def sources(*names: str) -> list[Source]:
    wanted = names or tuple(path.name for path in sorted(HERE.iterdir()))
    return [Source(name, (HERE / name).read_bytes()) for name in wanted]


@dataclasses.dataclass
class Office:
    """The small office: runtime, unit ids by name, actors by username."""

    runtime: Runtime
    units: Mapping[str, int]

    def actor(self, username: str) -> Actor:
        with self.runtime.reading() as tx:
            return accounts.actor_named(tx, username)

    def transaction(self, at: datetime | None = None) -> Any:
        return self.runtime.transaction(at=at)

    def reading(self, at: datetime | None = None) -> Any:
        return self.runtime.reading(at=at)


def build(runtime: Runtime) -> None:
    """Fill an empty database."""
    with runtime.transaction() as tx:
        made: dict[str, int] = {}

        def one(name: str, kind: str, parent: str | None = None) -> None:
            made[name] = units.create(tx, name, kind, made[parent] if parent else None, SYSTEM)

        one("教育局", "applicant")
        one("公安局", "applicant")
        one("民政局", "reviewer")
        one("社区科", "reviewer", "民政局")
        one("东街道", "subdistrict")
        one("西街道", "subdistrict")
        for username, name, home, roles in (
            ("gao", "高静", "教育局", ["clerk"]),
            ("sun", "孙洋", "教育局", ["clerk"]),
            ("qian", "钱强", "公安局", ["clerk"]),
            ("zhou", "周志远", "社区科", ["reviewer"]),
            ("li", "李敏", "社区科", ["reviewer"]),
            ("wang", "王科", "社区科", ["chief"]),
            ("root", "管理", "民政局", ["admin"]),
        ):
            accounts.create(tx, username, name, made[home], roles, PASSWORD, SYSTEM, must_change=False)
        definitions.deploy(tx, sources(), SYSTEM)


@pytest.fixture
def settings(tmp_path: Path, at: datetime, new_url: str) -> Settings:
    """Settings of an installation whose database is yet to be made."""
    return Settings(database_url=new_url, data_dir=tmp_path / "var", now=at, jobs="inline")


def opened(settings: Settings, upgrade: bool = False) -> Runtime:
    return Runtime.open(settings, SERVICES, permissions=PERMISSIONS, titles=TITLES, upgrade=upgrade)


def _make(url: str, folder: Path) -> None:
    runtime = opened(
        Settings(database_url=url, data_dir=folder / "var", now=MORNING, jobs="inline"), upgrade=True
    )
    build(runtime)
    runtime.close()


@pytest.fixture
def office(settings: Settings, moulds: Moulds) -> Iterator[Office]:
    moulds.cast("small-office", settings.store_url, _make)
    runtime = opened(settings)
    with runtime.reading() as tx:
        ids = {row.name: row.id for row in tx.db.execute(sa.select(unit.c.name, unit.c.id))}
    yield Office(runtime, ids)
    runtime.close()


def _number(tx: Transaction, call: Any, ref: Any) -> Mapping[str, Any]:
    from workflows.usecases import instances, numbers

    text = numbers.give(tx, "receipt", "准〔{year}〕{seq}号", subject=ref.title, instance_id=ref.id)
    instances.set_business_key(tx, ref.id, text)
    return {"number": text}


def _broken(tx: Transaction, call: Any, ref: Any) -> Mapping[str, Any]:
    raise RuntimeError("the service is down")


SERVICES = {"give_number": _number, "broken": _broken}


def posted(form_key: str, office: Office, username: str = "gao", **texts: Any) -> Submission:
    """What a page posts for a form, bound; fails the test when an error stands."""
    from forms.binding import Setting, bind

    with office.reading() as tx:
        bound = bind(
            definitions.form(tx, form_key), texts, Setting(world=tx.world, units=tx.units, mode="api")
        )
    assert bound.submission is not None, [fault.tell() for fault in bound.faults]
    return bound.submission


def request_target() -> ImportTarget:
    """Tables of the form `request` start the process `leave`."""
    return ImportTarget(
        form_key="request",
        permissions=("imports.own_unit", "imports.every_unit"),
        process_key="leave",
    )


def pdf() -> bytes:
    """A whole PDF of one empty page."""
    parts = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] >>",
    ]
    out = b"%PDF-1.4\n"
    places = []
    for index, part in enumerate(parts, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (index, part)
    begin = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(parts) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    return out + b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(parts) + 1, begin)
