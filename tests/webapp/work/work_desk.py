"""The work pages' stage: shipped forms, units, an application, and use cases that answer from memory."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from forms.binding import bind
from forms.feel import World
from forms.feel.calendar import china
from forms.schema import Form, load_form
from forms.setting import NoUnits, Setting, UnitRef, Upload
from templates_xlsx.grid import open_workbook
from templates_xlsx.reading import read_records
from webapp import edge, pages
from workflows.admission import registry
from workflows.engine import Source
from workflows.settings import Settings
from workflows.usecases import accounts, definitions, files, imports, inbox, instances, tasks
from workflows.usecases.actor import Actor
from workflows.usecases.errors import NotFound
from workflows.usecases.views import (
    AttachmentView,
    BatchView,
    Counts,
    DiagramMarks,
    Due,
    HistoryLine,
    InstanceView,
    OpenMessage,
    OpenTaskLine,
    OpinionView,
    Page,
    Preview,
    PreviewFault,
    PreviewRecord,
    ProcessView,
    ReturnTarget,
    SubmissionView,
    TaskView,
)

ROOT = Path(__file__).parents[3]
UNITS = [
    UnitRef(1, "东丽区", "东丽区", "区", None),
    UnitRef(2, "区城市管理委员会", "区城市管理委员会", "申请单位", 1),
    UnitRef(3, "区民政局", "区民政局", "审核单位", 1),
    UnitRef(10, "华明街道", "华明街道", "街道", 1),
    UnitRef(11, "雪莲社区", "雪莲社区", "社区", 10),
    UnitRef(12, "绿香社区", "绿香社区", "社区", 10),
    UnitRef(20, "新立街道", "新立街道", "街道", 1),
    UnitRef(21, "新立花园社区", "新立花园社区", "社区", 20),
]


class Units(NoUnits):
    """The organisation tree of these tests."""

    def get(self, unit_id: int) -> UnitRef | None:
        return next((unit for unit in UNITS if unit.id == unit_id), None)

    def standing(self, unit_id: int) -> UnitRef | None:
        return self.get(unit_id)

    def find(self, text: str) -> UnitRef | None:
        return next((unit for unit in UNITS if text in (unit.name, unit.full_name)), None)

    def children(self, unit_id: int) -> list[UnitRef]:
        return [unit for unit in UNITS if unit.parent_id == unit_id]

    def all(self, kinds: Any = None) -> list[UnitRef]:
        return [unit for unit in UNITS if kinds is None or unit.kind in kinds]


class AnyUnits(Units):
    """Knows every unit that a table names."""

    def find(self, text: str) -> UnitRef | None:
        return super().find(text) or UnitRef(900, text, text, "申请单位", 1)


class NoRows:
    """A connection that finds nothing: these pages are tested without a database."""

    def execute(self, *_query: Any) -> Any:
        return self

    def scalars(self) -> list[Any]:
        return []

    def __iter__(self) -> Iterator[Any]:
        return iter(())


@dataclass
class Desk:
    """What the use cases were asked to do, and what they answer from."""

    settings: Settings
    at: datetime
    done: list[tuple[Any, ...]] = field(default_factory=list)
    log: list[str] = field(default_factory=list)
    kept: dict[int, AttachmentView] = field(default_factory=dict)
    titles: dict[str, str] = field(default_factory=lambda: {"apply": "社区工作事务准入申请"})
    task: TaskView | None = None
    view: InstanceView | None = None

    def now(self) -> datetime:
        return self.at

    def opened(self) -> Any:
        world = World(self.at, china())
        return SimpleNamespace(at=self.at, units=Units(), world=world, runtime=self, db=NoRows())

    @contextmanager
    def transaction(self) -> Iterator[Any]:
        try:
            yield self.opened()
        except BaseException:
            self.log.append("rolled back")
            raise
        self.log.append("committed")

    @contextmanager
    def reading(self) -> Iterator[Any]:
        yield self.opened()

    def setting(self, **rest: Any) -> Setting:
        return Setting(World(self.at, china()), Units(), attachment=self.upload, **rest)

    def upload(self, attachment_id: int) -> Upload | None:
        found = self.kept.get(attachment_id)
        return Upload(found.id, found.name, found.size, found.kind) if found else None

    def previews(self, found: Preview, content: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
        """Let a preview be kept and loaded again, its bytes with it."""
        kept = BatchView(
            9,
            found.name,
            found.form.key,
            "preview",
            len(found.records),
            0,
            0,
            0,
            self.at,
            "周志远",
            None,
            found.sha256,
        )
        monkeypatch.setattr(imports, "preview", lambda *rest, **named: found)
        monkeypatch.setattr(imports, "keep", lambda *rest: 9)
        monkeypatch.setattr(imports, "load", lambda *rest: found)
        monkeypatch.setattr(imports, "progress", lambda *rest: kept)
        monkeypatch.setattr(imports, "workbook", lambda *rest: (found.name, content))


def form(key: str) -> Form:
    """A shipped form."""
    return load_form((ROOT / "forms" / f"{key}.form").read_bytes(), f"{key}.form")


CLERK = Actor(
    7,
    "zhou",
    "周志远",
    3,
    "区民政局社区科",
    frozenset({"review_clerk"}),
    frozenset({"imports.every_unit", "instances.start_for", "matters.backlog", "matters.export"}),
    (3, 1),
)

APPLICATION = {
    "confidential": False,
    "application_number": "津丽准〔2026〕受第0127号",
    "application_date": date(2026, 2, 26),
    "applicant_unit": 2,
    "unit_head": "徐建国",
    "contact_name": "高静",
    "contact_phone": "022-84905580",
    "matter_name": "生活垃圾分类宣传入户(2026年第12批)",
    "duration_class": "long_term",
    "executor": ["community"],
    "legal_basis": "《固体废物污染环境防治法》第四十三条；津政办发〔2025〕17号",
    "content": "协助开展生活垃圾分类宣传，登记并反馈结果。",
    "target_group": "辖区常住居民",
    "authority": "联系居民、协助入户",
    "period_start": date(2026, 4, 1),
    "period_end": date(2028, 3, 31),
    "scope": [10, 21],
    "funds_amount": Decimal("120000"),
    "funds_source": "区级财政专项",
    "attachments": [5],
}


def make_view(at: datetime) -> InstanceView:
    """The application of the mock-up, waiting for the bureau."""
    scan = AttachmentView(5, "依据文件.pdf", "pdf", "application/pdf", 81234, "0" * 64, "高静", at)
    return InstanceView(
        id=30,
        title="生活垃圾分类宣传入户",
        business_key="津丽准〔2026〕受第0127号",
        process_key="apply",
        process_name="社区工作事务准入申请",
        bundle_id=1,
        status="running",
        outcome=None,
        error=None,
        initiator="gao",
        initiator_name="高静",
        initiator_unit_id=2,
        initiator_unit_name="区城市管理委员会",
        entered_for=None,
        entered_for_name=None,
        started_at=at - timedelta(days=17),
        ended_at=None,
        variables={"executor": ["community"]},
        submissions=(
            SubmissionView(
                1, "admission_application", form("admission_application"), APPLICATION, None, "高静", at
            ),
        ),
        opinions=(
            OpinionView(
                1,
                "unit_opinion",
                "单位内部审批",
                "agree",
                "同意",
                "同意申报，经费已列入部门预算。",
                "徐建国",
                "孙洋",
                "区城市管理委员会",
                at - timedelta(days=17),
                (5,),
            ),
        ),
        attachments=(scan,),
        history=(
            HistoryLine(
                1, at - timedelta(days=17), "started", "高静 提交申请", "高静", "区城市管理委员会", None, None
            ),
            HistoryLine(
                2,
                at - timedelta(days=16),
                "completed",
                "孙洋 收件登记，形式审查通过",
                "孙洋",
                "区民政局",
                1,
                None,
            ),
        ),
        tasks=(
            OpenTaskLine(
                40,
                "Task_clerk",
                "经办初审",
                "task",
                "周志远",
                (),
                at - timedelta(days=16),
                make_due(at),
                True,
            ),
        ),
        messages=(OpenMessage("withdraw", "撤回", "Event_withdraw", {"reason": "required"}),),
        diagrams=(DiagramMarks("review", 3, ("Start",), ("Task_clerk",)),),
    )


def make_due(at: datetime) -> Due:
    return Due(at - timedelta(days=2), -2, True, False, False, 1.0)


def make_task(at: datetime, key: str = "review_clerk", **changed: Any) -> TaskView:
    """The task of the bureau's clerk on that application."""
    task = TaskView(
        id=40, key="k", element="Task_clerk", name="经办初审", kind="task", state="open", version=3,
        instance_id=30, process_key="review", process_name="审核", bundle_id=1, title="生活垃圾分类宣传入户",
        business_key=None, instance_status="running", lane=None, form_key=key, form=form(key), properties={},
        assignee="zhou", assignee_name="周志远", candidate_groups=(), candidate_users=(), created_at=at,
        due=make_due(at), completed_at=None, completed_by_name=None, previous={}, variables={}, draft=None,
        may_complete=True, may_claim=False, may_unclaim=True, may_manage=True,
    )  # fmt: skip
    return replace(task, **changed)


def answer(desk: Desk, monkeypatch: pytest.MonkeyPatch, actor: Actor = CLERK) -> None:
    """Let the use cases answer from the desk."""

    def put(module: Any, name: str, call: Any) -> None:
        monkeypatch.setattr(module, name, call)

    def record(*names: str, module: Any = tasks, result: Any = None) -> None:
        for name in names:
            put(module, name, lambda tx, *rest, _n=name, **kw: desk.done.append((_n, *rest, kw)) or result)

    put(edge, "actor_or_none", lambda: actor)
    put(pages, "counts", lambda: {"todo": 7})
    put(tasks, "open_task", lambda tx, i, a: desk.task)
    put(
        tasks,
        "setting",
        lambda tx, t, mode="page", locale="zh": desk.setting(previous=t.previous, variables=t.variables),
    )
    put(
        tasks,
        "return_targets",
        lambda tx, i, a: [ReturnTarget(38, "Task_receive", "收件登记", "孙洋", desk.at)],
    )
    record("claim", "unclaim", "complete", "transfer", "consult", "copy_to", "save_draft", "return_to")
    record("answer_consultation", "remind")
    put(instances, "view", lambda tx, i, a, locale="zh": desk.view)
    put(
        instances,
        "start_setting",
        lambda tx, k, a, mode="page": desk.setting(variables={"initiator_unit": 2}),
    )
    record("start", module=instances, result=30)
    record("send_message", "cancel", module=instances)
    process = ProcessView("apply", "社区工作事务准入申请", 1, "admission_application", "单位提交审批表。")
    put(definitions, "startable", lambda tx, a: [process])
    put(definitions, "start_form", lambda tx, k: form("admission_application"))
    put(definitions, "form", lambda tx, k, v=None: form(k))
    xml = (ROOT / "workflows" / "review.bpmn").read_bytes()
    put(definitions, "content", lambda tx, i: Source("review.bpmn", xml))
    put(files, "names", lambda tx, ids: {i: desk.kept[i] for i in ids if i in desk.kept})

    def get(tx: Any, attachment_id: int, who: Actor) -> AttachmentView:
        if attachment_id not in desk.kept:
            raise NotFound(kind="附件", key=attachment_id)
        return desk.kept[attachment_id]

    def store(tx: Any, received: tuple[str, bytes], who: Actor) -> AttachmentView:
        name, content = received
        number = max(desk.kept, default=0) + 1
        desk.kept[number] = AttachmentView(
            number, name, "pdf", "application/pdf", len(content), "1" * 64, who.name, desk.at
        )
        return desk.kept[number]

    put(files, "get", get)
    put(files, "receive", lambda runtime, name, content: (name, content))
    put(files, "store", store)
    put(files, "content", lambda tx, i, a: (get(tx, i, a), b"%PDF-1.4"))
    put(
        accounts,
        "colleagues",
        lambda tx, text="", size=20, near=None: [SimpleNamespace(id=8, name="孙洋", unit_name="区民政局")],
    )
    batch = BatchView(
        4, "汇总.xlsx", "admission_application", "running", 120, 40, 0, 0, desk.at, "周志远", None, "a" * 64
    )
    put(imports, "progress", lambda tx, i, a: batch)
    put(inbox, "todo", lambda *rest: Page((), 0))
    put(inbox, "counts", lambda *rest: Counts(7, 0, 0, 0, 0, 0))
    put(definitions, "overview", lambda *rest: [])
    put(registry, "of_instance", lambda tx, i, actor: None)


def preview_of(desk: Desk, content: bytes, name: str) -> Preview:
    """A table read and bound, as `imports.preview` would answer."""
    table_form = form("admission_application")
    reading = read_records(open_workbook(content, name), table_form)
    records = []
    for index, read in enumerate(reading.records):
        bound = bind(table_form, read.posted, replace(desk.setting(mode="table"), units=AnyUnits()))
        faults = [
            PreviewFault(f.severity, read.cells.get(f.field or ""), f.field, f.given, f.tell(), f.tell("en"))
            for f in bound.faults
        ]
        records.append(
            PreviewRecord(
                index,
                read.sheet,
                read.row,
                bound.values,
                {},
                read.cells,
                tuple(faults),
                bound.submission,
                str(index),
            )
        )
    wrong = sum(record.wrong for record in records)
    counts = {
        "records": len(records),
        "right": len(records) - wrong,
        "wrong": wrong,
        "warnings": 0,
        "duplicates": 0,
    }
    return Preview(name, "a" * 64, table_form, tuple(records), reading.ignored, (), counts)
