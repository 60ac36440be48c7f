"""导出: the tables of many applications, or a long list, in one file; a job where it takes longer.

    queued -> running -> done | failed | cancelled

What is asked for belongs to the account that asked, and is made with its eyes: what it may not see, or what has no
table, is left out and counted. A job that was cut off begins anew; the file is put in place at the end.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any, ClassVar

import sqlalchemy as sa

from forms.faults import Refused
from templates_xlsx import bundling, printing
from workflows.store.tables import export_job, notice
from workflows.usecases import accounts, lists, long_lists
from workflows.usecases.actor import Actor
from workflows.usecases.errors import NotAllowed, NotFound
from workflows.usecases.lists import Query
from workflows.usecases.runtime import Runtime, Transaction

JOB = "run_export"
KINDS = ("zip", "xlsx", "pdf")
AT_ONCE = 10
"""So many tables are handed over without a job; a PDF of one too."""
MOST = 2000
KEPT = timedelta(days=1)
_CHUNK = 20
_PRINTED = 10
"""Workbooks printed in one run: each run takes a start, and the bar moves between them."""
RUNNING = ("queued", "running")
TRIES = 3
"""An export that broke off so often, by an error or with its worker, is not begun again."""

table = export_job


class NothingToExport(Refused):
    """None of what was chosen has a table."""

    zh: ClassVar[str] = "所选事项没有可以导出的表格"
    en: ClassVar[str] = "Nothing that was chosen has a table"


class SeveralTemplates(Refused):
    """One workbook was asked for, and the tables are filled into several templates."""

    zh: ClassVar[str] = "所选事项用的不是同一张表格，不能放在一个工作簿里；请导出压缩包(.zip)"
    en: ClassVar[str] = (
        "The tables are filled into several templates and cannot share a workbook; export a .zip"
    )


class TooManyTables(Refused):
    """More tables than one file may hold. Facts: given, limit."""

    zh: ClassVar[str] = "共选了 {given} 份，一次最多导出 {limit} 份；请缩小筛选范围"
    en: ClassVar[str] = "{given} tables are chosen, one file takes {limit}; narrow the list"


class NotMade(Refused):
    """The file was begun several times and never came to its end. Facts: tries."""

    zh: ClassVar[str] = "试了 {tries} 次都没有做成；请稍后重新导出，仍不成功的，请管理员查看运行日志"
    en: ClassVar[str] = "{tries} tries came to nothing; export it again later, or have the log looked at"


class Cancelled(Exception):
    """Somebody stopped the job while it ran."""


@dataclass(frozen=True)
class FilledTable:
    """One filled table: what it is about, its form, the template it was filled into, its bytes."""

    title: str
    form: str
    template: str
    content: bytes

    @property
    def name(self) -> str:
        """What its file is called."""
        return f"{self.form}-{self.title}.xlsx"


@dataclass(frozen=True)
class ExportView:
    """How far an export is. `list`: the key of the list it is of, "" for tables of applications."""

    id: int
    kind: str
    state: str
    total: int
    done: int
    skipped: int
    name: str
    error: str
    created_at: datetime
    list: str = ""
    error_en: str = ""

    @property
    def running(self) -> bool:
        return self.state in RUNNING


Maker = Callable[[Transaction, int, Actor], FilledTable]
MAKERS: list[Maker] = []
"""Fills the table of an instance; the process package registers its own."""


def now(tx: Transaction, instances: Sequence[int], kind: str, actor: Actor) -> tuple[str, bytes]:
    """Return (suffix, bytes) of a few tables in one file. Raises `NothingToExport`, `NoPrinter`, `PrintFailed`."""
    tables = [made for each in instances if (made := _made(tx, each, actor)) is not None]
    return bundled(tables, kind, tx.runtime.settings.soffice)


def bundled(
    tables: Sequence[FilledTable], kind: str, soffice: str, told: Callable[[int], None] = lambda done: None
) -> tuple[str, bytes]:
    """Return (suffix, bytes) of tables in one file.

    Args:
        kind: zip (a workbook each), xlsx (a sheet each; an archive where they are filled into several templates),
            pdf (all pages one after the other).
        told: called with how many are printed, now and then.
    """
    if not tables:
        raise NothingToExport
    if kind == "pdf":
        pages: list[bytes] = []
        for start in range(0, len(tables), _PRINTED):
            told(start)
            part = [(each.name, each.content) for each in tables[start : start + _PRINTED]]
            pages.extend(printing.as_pdf(soffice, part))
        return "pdf", printing.joined(pages)
    if kind == "zip":
        return "zip", bundling.zipped((each.name, each.content) for each in tables)
    books = [
        (f"{group[0].form}.xlsx", bundling.one_workbook([(each.title, each.content) for each in group]))
        for group in _groups(tables)
    ]
    return ("xlsx", books[0][1]) if len(books) == 1 else ("zip", bundling.zipped(books))


def _groups(tables: Iterable[FilledTable]) -> list[list[FilledTable]]:
    ordered = sorted(tables, key=lambda each: each.template)
    return [list(found) for _template, found in groupby(ordered, key=lambda each: each.template)]


def _made(tx: Transaction, instance_id: int, actor: Actor) -> FilledTable | None:
    """The table of an instance; None where it has none, or the actor may not see it."""
    for maker in MAKERS:
        with contextlib.suppress(NotFound, NotAllowed):
            return maker(tx, instance_id, actor)
    return None


# ------------------------------------------------------------------ as a job
def ask(tx: Transaction, instances: Sequence[int], kind: str, name: str, actor: Actor) -> int:
    """Have a file made by a job; returns its id. Raises `TooManyTables`, `NothingToExport`, `NoPrinter`."""
    if not instances:
        raise NothingToExport
    if len(instances) > MOST:
        raise TooManyTables(given=len(instances), limit=MOST)
    if kind == "pdf" and printing.printer(tx.runtime.settings.soffice) is None:
        raise printing.NoPrinter
    return _queue(tx, actor, kind, name, len(instances), instances=list(instances))


def ask_list(tx: Transaction, key: str, query: Query, rows: int, actor: Actor) -> int:
    """Have a list of so many rows written by a job; returns its id, that of the same one where it is under way.

    Raises `NotFound`, `NotAllowed`.
    """
    asked = long_lists.kept(tx, key, actor, query)
    mine = sa.select(table.c.id, table.c.asked).where(
        table.c.account_id == actor.account_id, table.c.list == key, table.c.state.in_(RUNNING)
    )
    for row in tx.db.execute(mine):
        if row.asked == asked:
            return int(row.id)
    name = lists.file_name(tx, key, query).removesuffix(".xlsx")[:200]
    return _queue(tx, actor, "xlsx", name, rows, instances=[], list=key, asked=asked)


def _queue(tx: Transaction, actor: Actor, kind: str, name: str, total: int, **more: Any) -> int:
    values = {
        "account_id": actor.account_id, "kind": kind, "total": total, "done": 0, "skipped": 0,
        "state": "queued", "name": name, "created_at": tx.at, **more,
    }  # fmt: skip
    export_id = int(tx.db.execute(sa.insert(table).returning(table.c.id), values).scalar_one())
    tx.enqueue(JOB, export_id, key=job_key(export_id))
    return export_id


def job_key(export_id: int) -> str:
    return f"export:{export_id}"


def view(tx: Transaction, export_id: int, actor: Actor) -> ExportView:
    """How far an export is. Raises `NotFound`, also for those of others."""
    row = tx.db.execute(sa.select(table).where(table.c.id == export_id)).one_or_none()
    if row is None or row.account_id != actor.account_id:
        raise NotFound(kind="export", key=export_id)
    return ExportView(
        row.id,
        row.kind,
        row.state,
        row.total,
        row.done,
        row.skipped,
        row.name,
        row.error or "",
        row.created_at,
        row.list,
        row.error_en,
    )


def cancel(tx: Transaction, export_id: int, actor: Actor) -> None:
    """Stop an export that is not finished."""
    view(tx, export_id, actor)
    _set(tx, export_id, state="cancelled", finished_at=tx.at)


def made(tx: Transaction, export_id: int, actor: Actor) -> tuple[str, Path]:
    """What a finished export is called, and where its file lies. Raises `NotFound`, also for those of others."""
    found = view(tx, export_id, actor)
    for path in _folder(tx.runtime).glob(f"{export_id}.*") if found.state == "done" else ():
        return f"{found.name}{path.suffix}", path
    raise NotFound(kind="export", key=export_id)


def waiting(tx: Transaction) -> list[tuple[int, str]]:
    """Exports that no job may be working at, with the keys of their jobs."""
    query = sa.select(table.c.id).where(table.c.state.in_(RUNNING))
    return [(export_id, job_key(export_id)) for export_id in tx.db.execute(query).scalars()]


def run(runtime: Runtime, export_id: int) -> None:
    """Make the file of an export; harmless where it is made already."""
    with runtime.transaction() as tx:
        row = tx.db.execute(sa.select(table).where(table.c.id == export_id)).one_or_none()
        if row is None or row.state not in RUNNING:
            return
        if row.tries >= TRIES:
            _fail(tx, row, NotMade(tries=row.tries))
            return
        _set(tx, export_id, state="running", done=0, skipped=0, tries=row.tries + 1)
    folder = _folder(runtime)
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / f"{export_id}.part"
    try:
        suffix, done = (_write_list if row.list else _write_tables)(runtime, row, part)
    except Cancelled:
        part.unlink(missing_ok=True)
        return
    except Refused as refused:
        part.unlink(missing_ok=True)
        with runtime.transaction() as tx:
            _fail(tx, row, refused)
        return
    part.replace(part.with_suffix(f".{suffix}"))
    total = done if row.list else row.total  # rows may have come or gone since they were counted
    with runtime.transaction() as tx:
        over = {"state": "done", "done": done, "total": total, "skipped": total - done, "finished_at": tx.at}
        if _set(tx, export_id, **over, kind=suffix):  # a workbook of several templates became an archive
            _notify(tx, row, f"“{row.name}”已导出，可以下载，文件留一天")


def _fail(tx: Transaction, row: Any, refused: Refused) -> None:
    """Keep why no file was made, and tell it."""
    why = {"error": refused.tell("zh"), "error_en": refused.tell("en")}
    if _set(tx, row.id, state="failed", **why, finished_at=tx.at):
        _notify(tx, row, f"“{row.name}”未能导出：{why['error']}")


def _notify(tx: Transaction, row: Any, text: str) -> None:
    """Tell whoever asked, who need not have stayed on the page."""
    told = {"account_id": row.account_id, "kind": "export_over", "text": text, "at": tx.at}
    tx.db.execute(sa.insert(notice), told | {"export_id": row.id})


def _write_tables(runtime: Runtime, row: Any, part: Path) -> tuple[str, int]:
    """Fill the tables of an export into one file; returns its suffix, and how many they are."""
    tables = list(_filled(runtime, row))
    # Printing is what takes long; filling counts for as much as it costs beside it.
    suffix, content = bundled(
        tables, row.kind, runtime.settings.soffice, lambda done: _tell(runtime, row.id, done, None)
    )
    part.write_bytes(content)
    return suffix, len(tables)


def _write_list(runtime: Runtime, row: Any, part: Path) -> tuple[str, int]:
    """Write a list row by row; returns the suffix of its file, and how many rows."""
    with part.open("wb") as out:
        rows = long_lists.write(
            out, runtime, row.list, row.asked, row.created_at, lambda done: _tell(runtime, row.id, done, None)
        )
    return "xlsx", rows


def _filled(runtime: Runtime, row: Any) -> Iterator[FilledTable]:
    """Fill the tables of an export, some a reading transaction; tells how far it is in between."""
    found = 0
    for start in range(0, row.total, _CHUNK):
        chosen = row.instances[start : start + _CHUNK]
        with runtime.reading() as tx:
            actor = accounts.actor(tx, row.account_id)
            made = [each for number in chosen if (each := _made(tx, number, actor)) is not None]
        found += len(made)
        yield from made
        seen = start + len(chosen)
        _tell(runtime, row.id, 0 if row.kind == "pdf" else found, seen - found)


def _tell(runtime: Runtime, export_id: int, done: int, skipped: int | None) -> None:
    with runtime.transaction() as tx:
        values = {"done": done} | ({} if skipped is None else {"skipped": skipped})
        if not _set(tx, export_id, **values):
            raise Cancelled


def _set(tx: Transaction, export_id: int, **values: Any) -> bool:
    """Change an export that is under way. Returns whether it is."""
    query = sa.update(table).where(table.c.id == export_id, table.c.state.in_(RUNNING)).values(**values)
    return bool(tx.db.execute(query).rowcount)


def _folder(runtime: Runtime) -> Path:
    return runtime.settings.data_dir / "exports"


def forget_old(tx: Transaction) -> int:
    """Delete exports older than a day, and their files; returns how many."""
    old = sa.select(table.c.id).where(table.c.created_at < tx.at - KEPT)
    ids = list(tx.db.execute(old).scalars())
    for export_id in ids:
        for path in _folder(tx.runtime).glob(f"{export_id}.*"):
            tx.after_commit(lambda path=path: path.unlink(missing_ok=True))  # type: ignore[misc]
    if ids:
        tx.db.execute(sa.update(notice).where(notice.c.export_id.in_(ids)).values(export_id=None))
        tx.db.execute(sa.delete(table).where(table.c.id.in_(ids)))
    return len(ids)
