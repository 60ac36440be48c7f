"""Several tasks of one form filled in by one workbook: a subdistrict's communities, the units a bureau answers for.

Each task has sheets of its own in it, which say whose they are. What comes back is bound task by task; it is kept as
drafts, and what is right is sent, a task a transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from forms.binding import bind
from forms.faults import Refused
from forms.setting import Setting
from templates_xlsx.blank import blank_tables
from templates_xlsx.grid import open_workbook, unlocked
from templates_xlsx.row_sheets import by_task
from workflows.usecases import inbox, offline, tasks
from workflows.usecases.actor import Actor
from workflows.usecases.offline import Returned
from workflows.usecases.runtime import Transaction
from workflows.usecases.views import InboxItem, TaskView

MOST = 100
"""Tasks a workbook."""
Settings = Callable[[Transaction, TaskView], Setting]


class OneTask(Refused):
    """A workbook of several tasks is wanted. Facts: none."""

    zh: ClassVar[str] = "表中没有标明是哪些任务的；请在本页下载表格填写，各表的名称定义不要删除"
    en: ClassVar[str] = (
        "No sheet says which task it is of; download the workbook on this page and fill that in"
    )


class NotReady(Refused):
    """A task whose draft still has faults is not sent. Facts: name."""

    zh: ClassVar[str] = "“{name}”还有要改正的，没有提交；打开任务即可看到"
    en: ClassVar[str] = "“{name}” has something to be put right and was not sent; open the task to see it"


@dataclass(frozen=True)
class Part:
    """The sheets of one task as they came back: bound, or why they are not taken."""

    task_id: int
    name: str
    returned: Returned | None = None
    refused: Refused | None = None

    @property
    def ready(self) -> bool:
        """Whether it may be sent."""
        return self.returned is not None and self.returned.submission is not None


def alike(tx: Transaction, task: TaskView, actor: Actor) -> list[InboxItem]:
    """The open tasks of the same step that this actor may do or enter for others, at most `MOST`."""
    found: dict[int, InboxItem] = {}
    for ask in (inbox.todo, inbox.recordable):
        wanted = inbox.Filters(process_key=task.process_key, element=task.element)
        found |= {each.task_id: each for each in ask(tx, actor, wanted, 1, MOST).items}
    return [each for each in found.values() if each.element == task.element][:MOST]


def tables(tx: Transaction, ids: Sequence[int], actor: Actor, setting: Settings) -> tuple[str, bytes]:
    """File name and bytes of one workbook for these tasks. Raises as `offline.fillable`."""
    views = [offline.fillable(tx, task_id, actor) for task_id in ids]
    content = blank_tables([offline.drawn(tx, view, setting(tx, view)) for view in views])
    return f"{views[0].title}-{len(views)}项.xlsx", content


def read_back(
    tx: Transaction,
    content: bytes,
    name: str,
    actor: Actor,
    setting: Settings,
    password: str | None = None,
) -> list[Part]:
    """What each task's sheets say, with everything wrong at its cell; stores nothing.

    Raises `WorkbookRefused`, `OneTask`. Of a task that is done, another's or confidential its part says so.
    """
    book = open_workbook(unlocked(content, name, password) if password else content, name)
    whose = by_task(book)
    if not whose:
        raise OneTask()
    parts = []
    for task_id, sheets in list(whose.items())[:MOST]:
        tab = sheets.sheets[0].name
        try:
            task = offline.fillable(tx, task_id, actor)
            returned = offline.read_book(tx, task, setting(tx, task), sheets)
            parts.append(Part(task_id, task.name, returned))
        except Refused as refused:
            parts.append(Part(task_id, tab, refused=refused))
    return parts


def send(tx: Transaction, task_id: int, actor: Actor, setting: Settings) -> None:
    """Complete a task by the draft its sheets left. Raises as `tasks.complete`, and `NotReady`."""
    task = offline.fillable(tx, task_id, actor)
    if task.form is None or task.draft is None:
        raise NotReady(name=task.name)
    bound = bind(task.form, task.draft, setting(tx, task))
    if bound.submission is None:
        raise NotReady(name=task.name)
    tasks.complete(tx, task_id, bound.submission, actor, version=task.version)
