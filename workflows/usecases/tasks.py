"""User tasks: open, claim, complete, hand on, ask, return."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from forms.binding import Setting, Submission
from workflows.usecases.actor import Actor
from workflows.usecases.runtime import Transaction
from workflows.usecases.views import ReturnTarget, TaskView


def open_task(tx: Transaction, task_id: int, actor: Actor) -> TaskView:
    """A task, open or done, as its page needs it. Raises `NotFound`, `NotAllowed`."""
    raise NotImplementedError


def setting(tx: Transaction, task: TaskView, mode: str = "page", locale: str = "zh") -> Setting:
    """What `bind` needs for this task's form: what stands, variables for conditions and prefill."""
    raise NotImplementedError


def complete(
    tx: Transaction, task_id: int, submission: Submission | None, actor: Actor, *, version: int | None = None
) -> None:
    """Complete a task with its posted form.

    Raises `TaskNotOpen` (who did it, when), `StaleVersion`, `TaskHeld`, `TaskTaken`, `NotAllowed`.
    """
    raise NotImplementedError


def claim(tx: Transaction, task_id: int, actor: Actor) -> None:
    """签收. Raises `TaskTaken`."""
    raise NotImplementedError


def unclaim(tx: Transaction, task_id: int, actor: Actor) -> None:
    """取消签收: back to the candidates."""
    raise NotImplementedError


def transfer(tx: Transaction, task_id: int, to_account: int, actor: Actor, reason: str = "") -> None:
    """转办: another person shall do it."""
    raise NotImplementedError


def consult(tx: Transaction, task_id: int, account_id: int, question: str, actor: Actor) -> int:
    """加签: ask another person for an opinion; the task is held until the answer. Returns the new task id."""
    raise NotImplementedError


def answer_consultation(tx: Transaction, task_id: int, text: str, actor: Actor) -> None:
    """Answer; the opinion is kept and the asking task comes back."""
    raise NotImplementedError


def withdraw_consultation(tx: Transaction, task_id: int, actor: Actor) -> None:
    """The asker takes the question back; `task_id` is the consultation or the held task."""
    raise NotImplementedError


def remind(tx: Transaction, task_id: int, actor: Actor, text: str = "") -> None:
    """催办: a notice to whom the task waits for, and a line in the history."""
    raise NotImplementedError


def copy_to(
    tx: Transaction, instance_id: int, account_ids: Sequence[int], actor: Actor, note: str = ""
) -> None:
    """抄送: the instance stands in their list of copies, and they may see it."""
    raise NotImplementedError


def save_draft(tx: Transaction, task_id: int, posted: Mapping[str, Sequence[str]], actor: Actor) -> None:
    """Keep what was typed ({key: [text, ...]}), unchecked, one draft a person and task."""
    raise NotImplementedError


def return_targets(tx: Transaction, task_id: int, actor: Actor) -> list[ReturnTarget]:
    """Finished tasks this one may be returned to, latest first."""
    raise NotImplementedError


def return_to(tx: Transaction, task_id: int, target: str | int, reason: str, actor: Actor) -> None:
    """退回 to a finished task (element id, or task id); what followed is undone. Raises `CannotReturn`."""
    raise NotImplementedError
