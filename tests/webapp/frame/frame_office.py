"""A small real office: a bureau with a section, an administrator and a clerk."""

from __future__ import annotations

from typing import Any

from flask.testing import FlaskClient

from workflows.admission import package, shipped
from workflows.settings import Settings
from workflows.usecases import accounts, definitions, units
from workflows.usecases.actor import SYSTEM
from workflows.usecases.runtime import Runtime

PASSWORD = "Sunny-day-2026"


def open_office(settings: Settings, *, deployed: bool = False) -> Runtime:
    """Open a new database; account 1 is `admin`, account 2 `zhou`, a reviewing clerk.

    Args:
        deployed: also deploy everything that is shipped (some seconds).
    """
    opened = package.open_office(settings, upgrade=True)
    with opened.transaction() as tx:
        bureau = units.create(tx, "区民政局", "reviewer", None, SYSTEM)
        section = units.create(tx, "社区科", "reviewer", bureau, SYSTEM)
        accounts.create(tx, "admin", "管理员", bureau, ["admin"], PASSWORD, SYSTEM, must_change=False)
        accounts.create(tx, "zhou", "周志远", section, ["review_clerk"], PASSWORD, SYSTEM, must_change=False)
        sources = shipped.sources()
        if not deployed:
            sources = [source for source in sources if source.name == "organisation_unit.form"]
        definitions.deploy(tx, sources, SYSTEM)
    return opened


def sign_in(client: FlaskClient, username: str, password: str = PASSWORD, **more: str) -> Any:
    """Post the sign-in form."""
    return client.post("/sign-in", data={"username": username, "password": password, **more})
