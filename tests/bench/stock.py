"""The yardstick: SpiffWorkflow as it comes, its own parser, script engine and full JSON, behind the face of our `Instance`.

The use cases and the store stay ours; only load, step and dump are the stock ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.spiff.parser.process import SpiffBpmnParser
from SpiffWorkflow.spiff.serializer.config import SPIFF_CONFIG
from SpiffWorkflow.util.task import TaskState

from tests.bench import diagrams
from workflows.engine import OpenTask, Step

SERIALIZER = BpmnWorkflowSerializer(BpmnWorkflowSerializer.configure(SPIFF_CONFIG))


def specs() -> tuple[Any, Any]:
    """Specs of the bench diagram, parsed once."""
    parser = SpiffBpmnParser()
    for name, content in diagrams.stock().items():
        if name.endswith(".dmn"):
            parser.add_dmn_str(content)
        else:
            parser.add_bpmn_str(content)
    return parser.get_spec("bench_main"), parser.get_subprocess_specs("bench_main")


_SPECS = specs()


class StockInstance:
    """One running instance on the stock engine; the members that the use cases of a step touch."""

    def __init__(self, bundle: Any, workflow: BpmnWorkflow) -> None:
        self.bundle, self.workflow = bundle, workflow
        self.ends: list[str] = []
        self.waits: list[Any] = []
        self.thrown: list[Any] = []
        self.incidents: list[Any] = []
        self.jobs: list[Any] = []
        self.trail: list[Step] = []
        self.error = None
        self.joined_tasks: frozenset[str] = frozenset()
        self.joined_waits: tuple[Any, ...] = ()
        self._done = self._finished()

    @classmethod
    def start(
        cls, bundle: Any, variables: Mapping[str, Any], around: Any, *, start_event: Any = None
    ) -> StockInstance:
        workflow = BpmnWorkflow(*_SPECS)
        first = workflow.get_next_task(state=TaskState.READY)
        # The stock JSON knows no dates: give it their text.
        first.data.update({k: v.isoformat() if isinstance(v, date) else v for k, v in variables.items()})
        instance = cls(bundle, workflow)
        workflow.do_engine_steps()
        instance._note()
        return instance

    @classmethod
    def load(cls, bundle: Any, blob: bytes, around: Any, **_apart: Any) -> StockInstance:
        return cls(bundle, SERIALIZER.deserialize_json(blob.decode()))

    def gather(self) -> None:
        pass

    def split(self) -> tuple[bytes, dict[int, bytes | None]]:
        return self.dump(), {}

    def part_of(self, _key: str) -> int | None:
        return None

    def dump(self) -> bytes:
        return bytes(SERIALIZER.serialize_json(self.workflow).encode())

    @property
    def status(self) -> str:
        return "completed" if self.workflow.is_completed() else "running"

    @property
    def variables(self) -> dict[str, Any]:
        return dict(self.workflow.data)

    @property
    def open_keys(self) -> list[str]:
        return [str(task.id) for task in self._open()]

    @property
    def user_tasks(self) -> list[OpenTask]:
        return self.tasks(self.open_keys)

    def tasks(self, keys: Any) -> list[OpenTask]:
        return [
            OpenTask(
                key=str(task.id),
                element=task.task_spec.bpmn_id,
                name=task.task_spec.bpmn_name or "",
                type="userTask",
                lane=task.task_spec.lane or "",
                process="bench_main",
                form_key="",
                form_binding="",
                assignee=None,
                candidate_users=(),
                candidate_groups=("review_clerk",),
                due=None,
                follow_up=None,
                priority=50,
                properties={},
                variables={},
            )
            for task in self._open()
            if str(task.id) in keys
        ]

    def complete(self, task_key: str, variables: Mapping[str, Any]) -> None:
        task = next(task for task in self._open() if str(task.id) == task_key)
        task.data.update(variables)
        task.run()
        self.workflow.do_engine_steps()
        self._note()

    def _open(self) -> list[Any]:
        return [task for task in self.workflow.get_tasks(state=TaskState.READY) if task.task_spec.manual]

    def _finished(self) -> set[Any]:
        return {task.id for task in self.workflow.get_tasks(state=TaskState.COMPLETED)}

    def _note(self) -> None:
        for task in self.workflow.get_tasks(state=TaskState.COMPLETED):
            spec = task.task_spec
            if task.id not in self._done and spec.bpmn_id:
                kind = "userTask" if spec.manual else "task"
                self.trail.append(
                    Step(spec.bpmn_id, spec.bpmn_name or "", kind, "bench_main", "completed", str(task.id))
                )
