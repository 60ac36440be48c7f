"""A small real office: a bureau with a section, an administrator and a clerk."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient

from tests.conftest import MORNING
from tests.moulds import Moulds
from workflows.admission import package, shipped
from workflows.settings import Settings
from workflows.usecases import accounts, definitions, units
from workflows.usecases.actor import SYSTEM
from workflows.usecases.runtime import Runtime

PASSWORD = "Sunny-day-2026"


def open_office(settings: Settings, moulds: Moulds, *, deployed: bool = False) -> Runtime:
    """Open a copy of the office; account 1 is `admin`, account 2 `zhou`, a reviewing clerk.

    Args:
        settings: of a database that is not there yet.
        deployed: everything that is shipped is deployed in it.
    """
    if deployed:
        moulds.cast("frame-office-deployed", settings.store_url, partial(_make, names=None))
    else:
        moulds.cast("frame-office", settings.store_url, partial(_make, names=("organisation_unit.form",)))
    return package.open_office(settings)


def _make(url: str, folder: Path, names: tuple[str, ...] | None) -> None:
    opened = package.open_office(Settings(database_url=url, data_dir=folder, now=MORNING), upgrade=True)
    with opened.transaction() as tx:
        bureau = units.create(tx, "区民政局", "reviewer", None, SYSTEM)
        section = units.create(tx, "社区科", "reviewer", bureau, SYSTEM)
        accounts.create(tx, "admin", "管理员", bureau, ["admin"], PASSWORD, SYSTEM, must_change=False)
        accounts.create(tx, "zhou", "周志远", section, ["review_clerk"], PASSWORD, SYSTEM, must_change=False)
        sources = [each for each in shipped.sources() if names is None or each.name in names]
        definitions.deploy(tx, sources, SYSTEM)
    opened.close()


def sign_in(client: FlaskClient, username: str, password: str = PASSWORD, **more: str) -> Any:
    """Post the sign-in form."""
    return client.post("/sign-in", data={"username": username, "password": password, **more})
