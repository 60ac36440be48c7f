"""What use cases hand to the edge: frozen values, no rows.

Times are aware, in Asia/Shanghai. Working days left count from today; negative is overdue; None means
no due date.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar

from forms.schema import Form
from workflows.usecases.actor import Actor
from workflows.usecases.import_views import BatchView, Difference, Preview, PreviewFault, PreviewRecord
from workflows.usecases.office_views import AccountView, NoticeView, SignIn, UnitView

__all__ = [
    "AccountView",
    "AttachmentView",
    "BatchView",
    "Counts",
    "DefinitionView",
    "Deployment",
    "DiagramMarks",
    "Difference",
    "Due",
    "HistoryLine",
    "InboxItem",
    "InstanceItem",
    "InstanceView",
    "NoticeView",
    "OpenMessage",
    "OpenTaskLine",
    "OpinionView",
    "Page",
    "Preview",
    "PreviewFault",
    "PreviewRecord",
    "ProcessView",
    "ReturnTarget",
    "SignIn",
    "SubmissionView",
    "TaskView",
    "UnitView",
]

T = TypeVar("T")


@dataclass(frozen=True)
class Page(Generic[T]):
    """One page of a list. `number` is 1-based; `total` counts all pages' items."""

    items: tuple[T, ...]
    total: int
    number: int = 1
    size: int = 20

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // self.size))


@dataclass(frozen=True)
class Due:
    """When something is due, as a person reads it.

    `fraction` is the part of the time that is gone, 0.0 to 1.0, for the bar. `provisional` means that the
    holidays of that year are not announced.
    """

    at: datetime
    working_days_left: int
    overdue: bool
    today: bool
    provisional: bool
    fraction: float


@dataclass(frozen=True)
class InboxItem:
    """A line of 待办 or 已办."""

    task_id: int
    task_name: str
    element: str
    kind: str  # "task" or "consultation"
    instance_id: int
    title: str
    business_key: str | None
    process_key: str
    process_name: str
    initiator_name: str
    initiator_unit_id: int | None
    initiator_unit_name: str
    created_at: datetime
    due: Due | None
    assignee: str | None
    assignee_name: str | None
    version: int
    priority: int = 50
    completed_at: datetime | None = None
    completed_by_name: str | None = None
    decision: str | None = None
    instance_status: str = "running"
    applicant_unit_name: str = ""  # the unit for which it was entered, else the starter's


@dataclass(frozen=True)
class InstanceItem:
    """A line of 我发起的, 抄送 or a list of instances."""

    instance_id: int
    title: str
    business_key: str | None
    process_key: str
    process_name: str
    status: str  # running | completed | cancelled | incident
    outcome: str | None  # end event reached, or what a service said
    initiator_name: str
    initiator_unit_name: str
    entered_for: int | None
    started_at: datetime
    ended_at: datetime | None
    stands_at: tuple[str, ...]  # names of open tasks
    due: Due | None
    read_at: datetime | None = None  # for copies
    note: str = ""


@dataclass(frozen=True)
class Counts:
    """Figures of the front page."""

    todo: int
    due_today: int
    overdue: int
    started_running: int
    copied_unread: int
    notices_unread: int
    recordable: int = 0  # 可代录: tasks of others whose paper decision this person may enter


@dataclass(frozen=True)
class OpinionView:
    """One opinion in a box of the paper table. `signed` reads 甲 or 甲(乙代录)."""

    id: int
    box: str
    task_name: str
    decision: str | None
    decision_label: str | None
    text: str
    signer: str
    recorded_by: str | None
    unit_name: str
    on: datetime
    scan: tuple[int, ...]

    @property
    def signed(self) -> str:
        return f"{self.signer}({self.recorded_by}代录)" if self.recorded_by else self.signer


@dataclass(frozen=True)
class HistoryLine:
    """One thing that happened, as a sentence."""

    id: int
    at: datetime
    event: str
    text: str
    actor_name: str
    actor_unit_name: str
    task_id: int | None
    element: str | None
    detail: str = ""  # the words of an opinion or a reason


@dataclass(frozen=True)
class AttachmentView:
    id: int
    name: str
    kind: str
    media_type: str
    size: int
    sha256: str
    uploaded_by_name: str
    uploaded_at: datetime
    uploaded_by: str = ""  # username
    field: str | None = None
    form_key: str | None = None


@dataclass(frozen=True)
class SubmissionView:
    """A posted form that stands. `values` are the stored values of the kinds (dates, Decimals, ids)."""

    id: int
    form_key: str
    form: Form
    values: Mapping[str, Any]
    task_id: int | None
    by_name: str
    at: datetime
    candidates: tuple[tuple[str, str], ...] = ()  # (kind, value) of those its task was offered to
    unit_name: str = ""  # the one unit whose people it was offered to


@dataclass(frozen=True)
class TaskView:
    """One user task as its page needs it.

    `previous` are the values that stand (read-only fields, what is corrected); `draft` is the posted text
    last saved by this actor ({key: [text, ...]}), or None. Hand `version` back to `tasks.complete`.
    """

    id: int
    key: str
    element: str
    name: str
    kind: str  # "task" or "consultation"
    state: str  # open | held | completed | cancelled
    version: int
    instance_id: int
    process_key: str
    process_name: str
    bundle_id: int
    title: str
    business_key: str | None
    instance_status: str
    lane: str | None
    form_key: str | None
    form: Form | None
    properties: Mapping[str, str]
    assignee: str | None
    assignee_name: str | None
    candidate_groups: tuple[str, ...]
    candidate_users: tuple[str, ...]
    created_at: datetime
    due: Due | None
    completed_at: datetime | None
    completed_by_name: str | None
    previous: Mapping[str, Any]
    variables: Mapping[str, Any]
    draft: Mapping[str, list[str]] | None
    may_complete: bool
    may_claim: bool
    may_unclaim: bool
    may_manage: bool  # transfer, consult, return, remind
    several: bool = True  # more than one person may do it: claiming makes sense
    recording: bool = False  # 代录: the viewer may complete it only as a record of a decision made on paper
    consultation_of: int | None = None  # task id that asked, for a consultation
    question: str = ""
    priority: int = 50
    follow_up: datetime | None = None
    viewer: Actor | None = field(default=None, repr=False)
    closed_by: str = ""  # name of the event (a deadline) that closed it


@dataclass(frozen=True)
class OpenMessage:
    """A message the instance waits for and this actor may send: a button such as 撤回.

    `properties` are those drawn on the event: `reason: required` asks for a reason, `confirm` is a question
    to confirm with, `style` hints at the button.
    """

    name: str
    label: str
    element: str
    properties: Mapping[str, str]


@dataclass(frozen=True)
class OpenTaskLine:
    """An open task of an instance, for its page."""

    id: int
    element: str
    name: str
    kind: str
    assignee_name: str | None
    candidates: tuple[str, ...]
    created_at: datetime
    due: Due | None
    mine: bool
    nobody: bool = False  # 无人可办: no enabled account is its assignee or candidate
    recordable: bool = False  # 代录: the viewer may enter what was decided on paper


@dataclass(frozen=True)
class DiagramMarks:
    """What to colour on a diagram of one process of the bundle. Element ids."""

    process_key: str
    resource_id: int
    done: tuple[str, ...]
    active: tuple[str, ...]
    failed: tuple[str, ...] = ()  # elements that stand still after a failure


@dataclass(frozen=True)
class InstanceView:
    """A process instance with all a page of it shows."""

    id: int
    title: str
    business_key: str | None
    process_key: str
    process_name: str
    bundle_id: int
    status: str
    outcome: str | None
    error: str | None
    initiator: str
    initiator_name: str
    initiator_unit_id: int | None
    initiator_unit_name: str
    entered_for: int | None
    entered_for_name: str | None
    started_at: datetime
    ended_at: datetime | None
    variables: Mapping[str, Any]
    submissions: tuple[SubmissionView, ...]  # latest of each form key, oldest first
    opinions: tuple[OpinionView, ...]
    attachments: tuple[AttachmentView, ...]
    history: tuple[HistoryLine, ...]
    tasks: tuple[OpenTaskLine, ...]
    messages: tuple[OpenMessage, ...]
    diagrams: tuple[DiagramMarks, ...]
    may_cancel: bool = False
    may_copy: bool = False
    filled: tuple[SubmissionView, ...] = ()  # the latest of each form and circle of people it was offered to

    def submission(self, form_key: str) -> SubmissionView | None:
        """The submission of a form that stands, or None."""
        return next((s for s in self.submissions if s.form_key == form_key), None)


@dataclass(frozen=True)
class ReturnTarget:
    """A finished task to which an open one can be returned."""

    task_id: int
    element: str
    name: str
    completed_by_name: str
    completed_at: datetime


@dataclass(frozen=True)
class DefinitionView:
    """One immutable version of a process, decision, form or template."""

    id: int
    kind: str  # process | decision | form | template
    key: str
    version: int
    title: str
    file: str
    resource_id: int
    sha256: str
    deployed_at: datetime
    deployed_by: str
    latest: bool = True
    startable: bool = False


@dataclass(frozen=True)
class ProcessView:
    """A process somebody may start, for 发起申请."""

    key: str
    name: str
    version: int
    form_key: str | None
    documentation: str = ""


@dataclass(frozen=True)
class Deployment:
    """What a deployment did. `reports` are the engine's, one a file."""

    created: tuple[DefinitionView, ...]
    unchanged: tuple[DefinitionView, ...]
    reports: tuple[Any, ...] = ()
