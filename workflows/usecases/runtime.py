"""The configured application: one `Runtime` a process, one `Transaction` a request, command or job.

The edge opens transactions; use cases take one as first argument and never commit.
"""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import sqlalchemy as sa

from forms.feel.world import World
from workflows.engine import ServiceCall
from workflows.settings import SHANGHAI, Settings
from workflows.store import database, statements
from workflows.store.counters import Counters
from workflows.usecases.directory import CalendarCache, Directory, DirectoryCache, Posts, PostsCache

if TYPE_CHECKING:
    from forms.schema import Form
    from forms.setting import Known
    from templates_xlsx.drawn import Drawn
    from workflows.engine import Bundle, Thrown
    from workflows.usecases.actor import Actor
    from workflows.usecases.flow import Running
    from workflows.usecases.jobs import JobQueue

log = logging.getLogger(__name__)
T = TypeVar("T")


@dataclass(frozen=True)
class InstanceRef:
    """What a service learns of the instance that calls it. Ids of units, accounts as usernames."""

    id: int
    process_key: str
    title: str
    business_key: str | None
    initiator: str
    initiator_unit: int | None
    entered_for: int | None
    started_at: datetime


Service = Callable[["Transaction", ServiceCall, InstanceRef], "Mapping[str, Any] | None"]
Register = Callable[["Transaction", "Actor | None", Mapping[str, Any], Mapping[str, Any]], "Known"]
"""What a register knows of a form's record: transaction, who fills it in, its good values, process variables."""
Beginning = Callable[["Transaction", int, Mapping[str, Any]], Mapping[str, Any]]
"""What `prefill` of a task may read beyond the process variables: transaction, instance id, the task's variables."""
Follow = Callable[["Transaction", InstanceRef, "Actor", str], None]
"""What follows when an instance was cancelled (作废): transaction, instance, who did it, the reason."""


@dataclass(frozen=True)
class Belonging:
    """A thing a unit has, that can go to another one. `instance_ids`: the running instances about it."""

    key: str
    label: str
    note: str = ""
    instance_ids: tuple[int, ...] = ()


class Carrier(Protocol):
    """What a process package has of units, and how it goes from one to another."""

    def belongings(self, tx: Transaction, unit_id: int) -> list[Belonging]:
        """What the unit has, that may be chosen to go to another."""

    def carry(
        self, tx: Transaction, unit_id: int, to: int, keys: Collection[str] | None, actor: Actor, note: str
    ) -> int:
        """Let a unit's belongings (all of them where `keys` is None) be another's; how many."""


class Runtime:
    """The configured application; opened once per process by the edge, closed at its end."""

    def __init__(
        self,
        settings: Settings,
        engine: sa.Engine,
        services: Mapping[str, Service],
        permissions: Mapping[str, frozenset[str]],
        titles: Mapping[str, str],
        on_cancelled: Sequence[Follow] = (),
        registers: Mapping[str, Register] | None = None,
        carriers: Sequence[Carrier] = (),
        beginnings: Mapping[str, Beginning] | None = None,
        readers: sa.Engine | None = None,
    ) -> None:
        self.settings = settings
        self.engine = engine
        self.readers = readers or engine
        self.services = dict(services)
        self.permissions = dict(permissions)
        self.titles = dict(titles)
        self.on_cancelled = tuple(on_cancelled)
        self.registers = dict(registers or {})
        self.carriers = tuple(carriers)
        self.beginnings = dict(beginnings or {})
        self.bundles: dict[int, Bundle] = {}
        self.forms: dict[int, Form] = {}
        self.templates: dict[int, Drawn] = {}
        self.bundle_forms: dict[int, dict[str, int]] = {}
        self.latest: dict[str, tuple[int, tuple[int, Bundle]]] = {}
        self.compiled: dict[str, tuple[int, Bundle]] = {}
        self.directories = DirectoryCache()
        self.calendars = CalendarCache()
        self.posts = PostsCache()
        self.queue: JobQueue | None = None
        self.lock = threading.RLock()

    @classmethod
    def open(
        cls,
        settings: Settings,
        services: Mapping[str, Service],
        *,
        permissions: Mapping[str, frozenset[str]] | None = None,
        titles: Mapping[str, str] | None = None,
        on_cancelled: Sequence[Follow] = (),
        registers: Mapping[str, Register] | None = None,
        carriers: Sequence[Carrier] = (),
        beginnings: Mapping[str, Beginning] | None = None,
        upgrade: bool = False,
    ) -> Runtime:
        """Open the database and make the data directory.

        Args:
            settings: see `workflows.settings`.
            services: service name (of a diagram's service tasks) -> function.
            permissions: role -> permissions; the process package's table.
            titles: role -> Chinese label, for sentences about groups.
            on_cancelled: called in order, in the transaction that cancels an instance.
            registers: form key -> what is known of its records beyond the form; asked whenever one is bound.
            carriers: what units have besides accounts and tasks, carried over when they are reorganised.
            beginnings: form key -> what a task's `prefill` may read beyond the process variables, as it stands now.
            upgrade: bring the schema to the newest migration first.
        """
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        engine = database.open_engine(settings.store_url)
        if upgrade:
            database.upgrade(engine)
        return cls(
            settings,
            engine,
            services,
            permissions or {},
            titles or {},
            on_cancelled,
            registers,
            carriers,
            beginnings,
            database.for_reading(engine),
        )

    def close(self) -> None:
        """Give connections back; a worker is stopped before."""
        if self.queue is not None:
            self.queue.close()
            self.queue = None
        self.engine.dispose()
        self.readers.dispose()

    def now(self) -> datetime:
        """The one clock: `ZHUNRU_NOW` where set, else the real time, in Asia/Shanghai."""
        return self.settings.now or datetime.now(SHANGHAI)

    @contextlib.contextmanager
    def transaction(self, *, at: datetime | None = None) -> Iterator[Transaction]:
        """Open a writing transaction; commit at the end, roll back on an error.

        What was handed to `after_commit` and `enqueue` runs once the rows are in, never before.
        """
        tx: Transaction | None = None
        try:
            with self.engine.connect() as connection, connection.begin():
                tx = Transaction(self, connection, at or self.now(), readonly=False)
                yield tx
                tx.deliver_thrown()
        except BaseException:
            if tx is not None:
                self.forget_caches(tx)
                tx.run_rollback_calls()
            raise
        tx.run_commit_calls()

    def forget_caches(self, tx: Transaction) -> None:
        """What a rolled-back transaction changed may stand in the caches under a version to come."""
        if tx.touched:
            self.directories.forget()
            self.calendars.forget()
            self.posts.forget()
            self.latest.clear()
            self.bundles.clear()
            self.forms.clear()
            self.templates.clear()
            self.bundle_forms.clear()

    @contextlib.contextmanager
    def reading(self, *, at: datetime | None = None) -> Iterator[Transaction]:
        """Open a read-only transaction: it takes no write lock, and nothing written in it stays."""
        with self.readers.connect() as connection:
            connection = connection.execution_options(readonly=True)
            with connection.begin() as begun:
                yield Transaction(self, connection, at or self.now(), readonly=True)
                begun.rollback()


class Transaction:
    """One unit of work: the connection, the time, what the outside world looks like at that time."""

    def __init__(self, runtime: Runtime, db: sa.Connection, at: datetime, *, readonly: bool) -> None:
        self.runtime = runtime
        self.db = db
        self.at = at.astimezone(SHANGHAI)
        self.readonly = readonly
        self._commit_calls: list[Callable[[], None]] = []
        self._rollback_calls: list[Callable[[], None]] = []
        self._depth = 0  # of savepoints
        self._asked: dict[str, Any] = {}
        self.posted: dict[
            tuple[int, str], Mapping[str, Any]
        ] = {}  # forms of instances that are being started
        self.thrown: list[tuple[int, str | None, Thrown]] = []  # (instance id, business key, what)
        self.touched = False
        self.running: dict[int, Running] = {}  # instances in hand, for services that name them
        self.new_bundles: dict[str, tuple[int, tuple[int, Bundle]]] = {}
        self.known_counters: Counters | None = None  # as read in this transaction
        self._world: World | None = None

    @property
    def counters(self) -> Counters:
        """Version counters of what is cached (units, calendar, definitions), read once."""
        if self.known_counters is None:
            self.known_counters = Counters.read(self.db)
        return self.known_counters

    def touch(self, counter: str) -> None:
        """Tell every process that what a counter stands for has changed."""
        Counters.touch(self.db, counter)
        self.touched = True
        self.known_counters = None
        self._world = None

    @property
    def world(self) -> World:
        """What an expression may know: the time and the calendar of working days."""
        if self._world is None:
            self._world = World(
                at=self.at, calendar=self.runtime.calendars.get(self.db, self.counters.calendar)
            )
        return self._world

    @property
    def units(self) -> Directory:
        """The units valid at `at`."""
        return self.runtime.directories.get(self.db, self.counters.units, self.at.date())

    @property
    def posts(self) -> Posts:
        """Which unit a role is in force for, and who took over whose work."""
        return self.runtime.posts.get(self.db, self.counters.posts)

    def once(self, what: str, ask: Callable[[], T]) -> T:
        """An answer that holds for all of this transaction, such as who sits where; asked for when first wanted."""
        if what not in self._asked:
            self._asked[what] = ask()
        found: T = self._asked[what]
        return found

    def alone(self, what: str) -> None:
        """Let transactions that ask for the same come one after the other, so that what is looked at next still holds.

        SQLite has one writer anyway.
        """
        if self.db.dialect.name == "postgresql":
            self.db.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtext(what))))

    def deliver_thrown(self) -> None:
        """Bring messages and signals that left their instances to those who wait; done before the commit."""
        if self.thrown:
            from workflows.usecases import correlation

            correlation.deliver(self)

    def stream(self, query: sa.Select[Any]) -> Iterator[sa.Row[Any]]:
        """The rows of a query, read as they are taken: however many there are, few are in memory."""
        return iter(self.db.execute(query, execution_options={"yield_per": 500}))

    @contextlib.contextmanager
    def savepoint(self) -> Iterator[None]:
        """A part that may fail and be rolled back while the rest stays. Caches and calls are rolled back too."""
        commit_calls, rollback_calls = len(self._commit_calls), len(self._rollback_calls)
        thrown = len(self.thrown)
        try:
            with self._nested():
                yield
        except BaseException:
            self.runtime.forget_caches(self)
            self.known_counters = None
            self._world = None
            self.running.clear()
            self.posted.clear()
            self._asked.clear()
            self.new_bundles.clear()
            del self._commit_calls[commit_calls:]
            del self.thrown[thrown:]
            # They may need a transaction of their own: they run when this one is over, however it ends.
            self._commit_calls.extend(self._rollback_calls[rollback_calls:])
            raise

    @contextlib.contextmanager
    def _nested(self) -> Iterator[None]:
        """A savepoint as three short statements: Core's own costs several times what the database does."""
        self._depth += 1
        name = f"part_{self._depth}"
        statements.send(self.db, f"SAVEPOINT {name}")
        try:
            yield
        except BaseException:
            statements.send(self.db, f"ROLLBACK TO SAVEPOINT {name}")
            statements.send(self.db, f"RELEASE SAVEPOINT {name}")
            raise
        else:
            statements.send(self.db, f"RELEASE SAVEPOINT {name}")
        finally:
            self._depth -= 1

    def after_commit(self, call: Callable[[], None]) -> None:
        """Run a call once the rows are in; an error of it is logged, never raised."""
        self._commit_calls.append(call)

    def after_rollback(self, call: Callable[[], None]) -> None:
        """Run a call when the transaction is rolled back (a file written before its row)."""
        self._rollback_calls.append(call)

    def enqueue(self, job: str, *args: Any, key: str) -> None:
        """Have a job of `workflows.usecases.jobs.JOBS` run after the commit; the same key runs once."""
        from workflows.usecases import jobs

        jobs.check(job)
        self._commit_calls.append(lambda: jobs.submit(self.runtime, job, args, key))

    def run_commit_calls(self) -> None:
        for call in self._commit_calls:
            try:
                call()
            except Exception:
                log.exception("a call after the commit failed")

    def run_rollback_calls(self) -> None:
        for call in self._rollback_calls:
            try:
                call()
            except Exception:
                log.exception("a call after the rollback failed")
