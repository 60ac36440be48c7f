"""What happened to an instance, and where it stands, as lines of the page beside the paper."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from webapp.i18n import _, ngettext
from webapp.wording import listed, moment, short_date
from workflows.usecases.views import Due, HistoryLine, InstanceView, OpenTaskLine

MOST_NAMED = 8  # of those a step waits for
MOST_ALIKE = 3  # open tasks of one step that are told one by one
BAD_EVENTS = frozenset({"cancelled", "returned", "incident"})


@dataclass(frozen=True)
class StoryLine:
    """A line: the sentence, a small line, words that were said, and `state` ("", now, next, bad, auto)."""

    text: str
    small: str = ""
    words: str = ""
    state: str = ""
    task_id: int | None = None
    remind: bool = False


def past(history: Iterable[HistoryLine]) -> list[StoryLine]:
    """Return what happened, oldest first; what the system did by itself is drawn together and small."""
    lines: list[StoryLine] = []
    automatic: list[HistoryLine] = []

    def close() -> None:
        if automatic:
            names = dict.fromkeys(line.text.partition("(")[0] for line in automatic)
            lines.append(StoryLine("", _("By the system: %(steps)s", steps=listed(names)), state="auto"))
            automatic.clear()

    for line in history:
        if line.event == "service":
            automatic.append(line)
            continue
        close()
        bad = "bad" if line.event in BAD_EVENTS else ""
        lines.append(StoryLine(line.text, moment(line.at), line.detail, bad))
    close()
    return lines


def waiting(task: OpenTaskLine, may_remind: bool = False) -> StoryLine:
    """Return a line for an open task: whom it waits for, since when, until when."""
    who = task.assignee_name or listed(task.candidates)
    text = (
        _("Waiting for %(who)s: %(task)s", who=who, task=task.name)
        if who
        else _("Waiting: %(task)s", task=task.name)
    )
    small = [_("since %(date)s", date=short_date(task.created_at))]
    if task.due is not None:
        small.append(due_words(task.due))
    return StoryLine(
        text, " · ".join(small), state="now", task_id=task.id, remind=may_remind and not task.mine
    )


def due_words(due: Due) -> str:
    """Say a time limit in working days, with its date."""
    left = due.working_days_left
    if due.overdue:
        words = ngettext("%(num)d working day late", "%(num)d working days late", max(1, -left))
    elif due.today:
        words = _("due today")
    else:
        words = ngettext("%(num)d working day left", "%(num)d working days left", left)
    words += _(" (due %(date)s)", date=short_date(due.at))
    return words + _(" (provisional)") if due.provisional else words


def due_tone(due: Due | None) -> str:
    """The chip's colour for a time limit: red late, amber today or tomorrow, else green."""
    if due is None:
        return ""
    return "red" if due.overdue else "amber" if due.today or due.working_days_left <= 1 else "green"


def all_waiting(tasks: Iterable[OpenTaskLine], may_remind: bool) -> list[StoryLine]:
    """Return lines for the open tasks; the same step of many units is one line, whomever its name tells apart."""
    by_step: dict[str, list[OpenTaskLine]] = {}
    for task in tasks:
        by_step.setdefault(task.element, []).append(task)
    lines: list[StoryLine] = []
    for group in by_step.values():
        if len(group) <= MOST_ALIKE:
            lines += [waiting(task, may_remind) for task in group]
            continue
        names = dict.fromkeys(task.name for task in group)
        name = group[0].name if len(names) == 1 else group[0].name.partition("：")[0]
        text = _("Waiting for %(count)s units: %(task)s", count=len(group), task=name)
        due = group[0].due
        told = [listed(task.candidates) or task.assignee_name for task in group[:MOST_NAMED]]
        who = listed(filter(None, told)) + (" …" if len(group) > MOST_NAMED else "")
        lines.append(StoryLine(text, due_words(due) if due else "", who, "now"))
    return lines


def story(view: InstanceView, may_remind: bool = False) -> list[StoryLine]:
    """Return the whole: what happened, then what it waits for."""
    return [*past(view.history), *all_waiting(view.tasks, may_remind)]
