"""The admission office put together: a runtime with its services and roles, and its first contents."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from workflows.admission import (
    cancelling,
    exits,
    import_targets,
    lists,
    official,
    refreshing,
    shipped,
    supervising,
)
from workflows.admission.roles import ROLES
from workflows.admission.services import functions
from workflows.settings import Settings
from workflows.store.counters import Counters
from workflows.store.tables import account, counter
from workflows.usecases import accounts, definitions, exports, house_lists, office_lists
from workflows.usecases.actor import SYSTEM
from workflows.usecases.runtime import Runtime, Transaction

if TYPE_CHECKING:
    from workflows.admission.sample import SampleAccount


IMPORTS = import_targets.TARGETS
"""What becomes of tables: importing this package registers them with the use cases."""

LISTS = (*house_lists.HOUSE_LISTS, *office_lists.OFFICE_LISTS, *lists.ADMISSION_LISTS)
"""What goes out as workbooks: importing these modules registers them with the use cases."""

exports.MAKERS[:] = [official.table]

REGISTERS = {
    exits.TERMINATION: exits.known,
    refreshing.START: refreshing.known_start,
    supervising.REPORT: supervising.known,
}
"""Form key -> what the registry knows of its records, whichever way they come in."""

SAMPLE = "sample"
"""Name of the counter that marks a database as the sample office's; no other office ever has it."""


@dataclass(frozen=True)
class SetUp:
    """What `zhunru init` did. `password` is shown once: that of `admin`, or of all sample accounts."""

    database: str
    created: bool
    sample: bool
    password: str | None = None
    accounts: tuple[SampleAccount, ...] = ()
    definitions: int = 0
    kept: tuple[str, ...] = ()

    def lines(self) -> list[str]:
        """What a person reads at the terminal."""
        if not self.created:
            return [f"{self.database}: already set up"]
        said = [f"{self.database}: ready, {self.definitions} definitions deployed"]
        if self.kept:
            said.append(f"本单位修改过，保留不动：{'、'.join(self.kept)}")
        if self.accounts:
            said.append(f"示例账号(密码均为 {self.password}):")
            said += [f"  {each.username:<18}{each.name}  {each.unit}  {each.title}" for each in self.accounts]
        elif self.password:
            said.append(f"管理员账号 admin，首次登录须修改密码。初始密码：{self.password}")
        return said


def open_office(settings: Settings, *, upgrade: bool = False) -> Runtime:
    """Open the runtime of an admission office: its services, its roles and their permissions."""
    return Runtime.open(
        settings,
        functions(),
        permissions={role.key: role.permissions for role in ROLES.values()},
        titles={role.key: role.zh for role in ROLES.values()},
        on_cancelled=(cancelling.follow,),
        registers=REGISTERS,
        upgrade=upgrade,
    )


def set_up(
    runtime: Runtime, *, sample: bool = False, if_empty: bool = False, admin_password: str | None = None
) -> SetUp:
    """Deploy what is shipped and make the first account, or the whole sample office.

    Args:
        if_empty: do nothing where the database has accounts already. Without it the shipped files are deployed
            again (unchanged ones make no new version), save those of which the office has deployed a version
            of its own, and nobody's account is touched.
    """
    database = runtime.engine.url.render_as_string(hide_password=True)
    with runtime.transaction() as tx:
        settled = tx.db.execute(sa.select(account.c.id).limit(1)).first() is not None
        if settled and if_empty:
            return SetUp(database, created=False, sample=False)
        kept = _made_by_the_office(tx)
        sources = [source for source in shipped.sources() if source.name not in kept]
        # What is shipped was tested before it was shipped.
        count = len(definitions.deploy(tx, sources, SYSTEM, tests=False).created)
        if settled:
            return SetUp(database, created=True, sample=False, definitions=count, kept=kept)
        if not sample:
            password = admin_password or secrets.token_urlsafe(9)
            _first_account(tx, password)
            return SetUp(database, created=True, sample=False, password=password, definitions=count)
        Counters.touch(tx.db, SAMPLE)
    from workflows.admission import sample as office

    made = office.load(runtime)
    return SetUp(
        database,
        created=True,
        sample=True,
        password=office.PASSWORD,
        accounts=made,
        definitions=count,
    )


def is_sample(tx: Transaction) -> bool:
    """Whether this database was filled with the sample office (`zhunru init --sample`)."""
    marked = sa.select(counter.c.value).where(counter.c.name == SAMPLE, counter.c.value > 0)
    return tx.db.execute(marked).first() is not None


def _first_account(tx: Transaction, password: str) -> None:
    accounts.create(tx, "admin", "系统管理员", None, ["admin"], password, SYSTEM, must_change=True)


def _made_by_the_office(tx: Transaction) -> tuple[str, ...]:
    """Names of shipped files whose newest deployed version the office itself made."""
    theirs = {
        (view.kind, view.key) for view in definitions.overview(tx) if view.deployed_by != SYSTEM.username
    }
    return tuple(
        source.name
        for source in shipped.sources()
        if (definitions.KINDS[source.kind], source.name.partition(".")[0]) in theirs
    )
