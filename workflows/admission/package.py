"""The admission office put together: a runtime with its services and roles, and its first contents."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from workflows.admission import (
    cancelling,
    certificate_items,
    changes,
    evaluating,
    exit_answers,
    exits,
    expiring,
    funds,
    import_targets,
    lists,
    merging,
    official,
    own_matters,
    permitted,
    places,
    reforming,
    refreshing,
    seal_uses,
    shipped,
    supervising,
)
from workflows.admission.roles import ROLES
from workflows.admission.services import functions
from workflows.settings import Settings
from workflows.store.counters import Counters
from workflows.store.tables import account, counter
from workflows.usecases import accounts, definitions, exports, house_lists, office_lists
from workflows.usecases.actor import SYSTEM, Actor
from workflows.usecases.runtime import Runtime, Transaction

if TYPE_CHECKING:
    from workflows.admission.places import Place
    from workflows.admission.sample import SampleAccount
    from workflows.engine import Source


IMPORTS = import_targets.TARGETS
"""What becomes of tables: importing this package registers them with the use cases."""

LISTS = (*house_lists.HOUSE_LISTS, *office_lists.OFFICE_LISTS, *lists.ADMISSION_LISTS)
"""What goes out as workbooks: importing these modules registers them with the use cases."""

exports.MAKERS[:] = [official.table]

REGISTERS = {
    exits.TERMINATION: exits.known,
    changes.FORM: changes.known,
    permitted.APPLICATION: permitted.known,
    certificate_items.REQUEST: certificate_items.known,
    expiring.ANSWER: own_matters.known_expiry,
    refreshing.START: refreshing.known_start,
    refreshing.ANSWER: own_matters.known_refresh,
    refreshing.ISSUE: merging.known_number,
    merging.MERGE: merging.known,
    supervising.REPORT: supervising.known,
    evaluating.START: evaluating.known_start,
    funds.FORM: funds.known,
    seal_uses.FORM: seal_uses.known,
}
"""Form key -> what the registry knows of its records, whichever way they come in."""

PLACE = "place:"
"""With the key of a package: the counter that says which one this database follows, and who deployed its files."""
BEGINNINGS = {
    exit_answers.NOTICE: exit_answers.begin,
    expiring.ANSWER: expiring.begin,
    expiring.APPROVAL: expiring.begin,
    expiring.SIGNATURE: expiring.begin,
    evaluating.SCORE: evaluating.begin_scores,
    evaluating.CONSIDER: evaluating.begin_considering,
    refreshing.ANSWER: refreshing.begin,
    merging.MERGE: merging.begin,
}
"""Form key of a task -> what its rows begin with, as the registry stands."""

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
    place: str = ""

    def lines(self) -> list[str]:
        """What a person reads at the terminal."""
        if not self.created:
            return [f"{self.database}: already set up"]
        said = [f"{self.database}: ready, {self.definitions} definitions deployed"]
        if self.place:
            said.append(f"规则包：{self.place}")
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
        carriers=(reforming.Matters(), reforming.Raters()),
        beginnings=BEGINNINGS,
        upgrade=upgrade,
    )


def set_up(
    runtime: Runtime,
    *,
    sample: bool = False,
    if_empty: bool = False,
    admin_password: str | None = None,
    place: Place | None = None,
) -> SetUp:
    """Deploy what is shipped and make the first account, or the whole sample office.

    Args:
        place: the package whose files stand over the shipped ones; a shipped one is remembered, and goes along with
            later versions. The sample office was made by the shipped rules, and follows the package from then on.
        if_empty: do nothing where the database has accounts already. Without it the shipped files are deployed
            again (unchanged ones make no new version), save those of which the office has deployed a version
            of its own, and nobody's account is touched.
    """
    database = runtime.engine.url.render_as_string(hide_password=True)
    with runtime.transaction() as tx:
        settled = tx.db.execute(sa.select(account.c.id).limit(1)).first() is not None
        if settled and if_empty:
            return SetUp(database, created=False, sample=False)
        count, kept = _deploy(tx, None if sample and not settled else place or _followed(tx))
        if settled:
            return SetUp(database, True, False, definitions=count, kept=kept, place=_called(tx, place))
        if not sample:
            password = admin_password or secrets.token_urlsafe(9)
            _first_account(tx, password)
            said = _called(tx, place)
            return SetUp(database, True, False, password=password, definitions=count, place=said)
        Counters.touch(tx.db, SAMPLE)
    from workflows.admission import sample as office

    made = office.load(runtime)
    if place is not None:
        with runtime.transaction() as tx:
            count += _deploy(tx, place)[0]
    return SetUp(
        database,
        created=True,
        sample=True,
        password=office.PASSWORD,
        accounts=made,
        definitions=count,
        place=place.name if place else "",
    )


# ------------------------------------------------------------------ the package an office follows
def _deploy(tx: Transaction, place: Place | None) -> tuple[int, tuple[str, ...]]:
    """Deploy what is shipped, with a package over it; returns how many new versions, and what was kept.

    An office's own package is deployed in its own name, so that no later `init` puts the shipped files over it.
    """
    kept = _made_by_the_office(tx, replaced=place is not None)
    own_package = place is not None and place.key not in _shipped_keys()
    beneath = (
        _beneath(tx, place) if place and own_package else place.sources() if place else shipped.sources()
    )
    # What is shipped was tested before it was shipped.
    made = definitions.deploy(
        tx, [each for each in beneath if each.name not in kept], SYSTEM, tests=False
    ).created
    if place is None:
        return len(made), kept
    if own_package:
        actor = Actor(None, PLACE + place.key, place.name, None, "", permissions=frozenset({_DEPLOY}))
        made += definitions.deploy(tx, [each for each in place.own() if each.name not in kept], actor).created
    tx.db.execute(sa.delete(counter).where(counter.c.name.startswith(PLACE)))
    Counters.touch(tx.db, (PLACE + place.key)[:50])
    return len(made), kept


def _beneath(tx: Transaction, place: Place) -> list[Source]:
    """What is shipped, less what an office's own package stands in the place of already."""
    there = {view.file for view in definitions.overview(tx)}
    return [each for each in shipped.sources() if not (each.name in place.files and each.name in there)]


_DEPLOY = "definitions.deploy"


def _shipped_keys() -> set[str]:
    return {each.key for each in places.shipped_places()}


def followed_key(tx: Transaction) -> str:
    """Key of the package this database follows; empty where none was ever named."""
    named = sa.select(counter.c.name).where(counter.c.name.startswith(PLACE), counter.c.value > 0)
    return str(tx.db.execute(named).scalar() or "").removeprefix(PLACE)


def _followed(tx: Transaction) -> Place | None:
    """The shipped package this database follows; one of the office's own lies in the database alone."""
    key = followed_key(tx)
    return next((each for each in places.shipped_places() if each.key == key), None)


def _called(tx: Transaction, place: Place | None) -> str:
    found = place or _followed(tx)
    return found.name if found else followed_key(tx)


def is_sample(tx: Transaction) -> bool:
    """Whether this database was filled with the sample office (`zhunru init --sample`)."""
    marked = sa.select(counter.c.value).where(counter.c.name == SAMPLE, counter.c.value > 0)
    return tx.db.execute(marked).first() is not None


def _first_account(tx: Transaction, password: str) -> None:
    accounts.create(tx, "admin", "系统管理员", None, ["admin"], password, SYSTEM, must_change=True)


def _made_by_the_office(tx: Transaction, *, replaced: bool) -> tuple[str, ...]:
    """Names of files whose newest deployed version the office itself made.

    `replaced`: another package takes the place of one that was deployed before, whoever's it was.
    """

    def own(username: str) -> bool:
        return username != SYSTEM.username and not (replaced and username.startswith(PLACE))

    theirs = {(view.kind, view.key) for view in definitions.overview(tx) if own(view.deployed_by)}
    names = {source.name: source.kind for source in shipped.sources()}
    for place in places.shipped_places():
        names.update((source.name, source.kind) for source in place.own())
    return tuple(
        name
        for name, kind in sorted(names.items())
        if (definitions.KINDS[kind], name.partition(".")[0]) in theirs
    )
