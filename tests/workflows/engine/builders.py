"""Small diagrams for tests, written as lines, and an instance that runs them.

diagram('''
  start s
  userTask a camunda:candidateGroups="unit_clerk"
  end e
''', "s -> a -> e")
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from forms.feel import World, china
from workflows.engine import (
    Bundle,
    Instance,
    ServiceCall,
    Source,
    Surroundings,
    compile_bundle,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")
AT = datetime(2026, 3, 16, 9, 30, tzinfo=SHANGHAI)
"""A Monday."""

HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:camunda="http://camunda.org/schema/1.0/bpmn" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" id="D" targetNamespace="test">'
)


def flows(text: str) -> str:
    """`a -> b -> c; b -[x > 1]-> d` as sequence flows, named `b_d`; `-[]->` is nothing special."""
    made = []
    for chain in text.replace("\n", ";").split(";"):
        rest = chain.strip()
        if not rest:
            continue
        source, rest = _word(rest)
        while rest:
            condition = ""
            if rest.startswith("-["):
                condition, _, rest = rest[2:].partition("]->")
            else:
                rest = rest.removeprefix("->")
            target, rest = _word(rest.strip())
            body = (
                f'<bpmn:conditionExpression xsi:type="bpmn:tFormalExpression"><![CDATA[{condition}]]>'
                "</bpmn:conditionExpression>"
                if condition
                else ""
            )
            made.append(
                f'<bpmn:sequenceFlow id="{source}_{target}" sourceRef="{source}" targetRef="{target}">'
                f"{body}</bpmn:sequenceFlow>"
            )
            source = target
    return "".join(made)


def _word(text: str) -> tuple[str, str]:
    cut = min((text.find(sign) for sign in (" ", "-") if sign in text), default=len(text))
    return text[:cut], text[cut:].strip()


def node(kind: str, key: str, attributes: str = "", body: str = "") -> str:
    """One element."""
    kind = {"start": "startEvent", "end": "endEvent"}.get(kind, kind)
    return f'<bpmn:{kind} id="{key}" {attributes}>{body}</bpmn:{kind}>'


def nodes(text: str) -> str:
    """Lines `kind id attributes | body`."""
    made = []
    for line in text.strip().splitlines():
        if not line.strip():
            continue
        head, _, body = line.strip().partition(" | ")
        kind, key, *rest = head.split(None, 2)
        made.append(node(kind, key, rest[0] if rest else "", body))
    return "".join(made)


def process(elements: str, connected: str, key: str = "p", outside: str = "") -> str:
    """A process; `outside` stands beside it (messages, errors)."""
    return (
        f'<bpmn:process id="{key}" name="{key}" isExecutable="true">{nodes(elements)}{flows(connected)}'
        f"</bpmn:process>{outside}"
    )


def document(*processes: str) -> bytes:
    """A file of processes."""
    return (HEAD + "".join(processes) + "</bpmn:definitions>").encode()


def diagram(elements: str, connected: str, outside: str = "") -> Source:
    """A file of one process called p."""
    return Source("p.bpmn", document(process(elements, connected, outside=outside)))


def around(
    services: Callable[[ServiceCall], Mapping[str, Any] | None] | None = None, at: datetime = AT
) -> Surroundings:
    """Surroundings of a Monday morning."""
    return Surroundings(World(at, china()), services or (lambda call: None))


class Run:
    """An instance that is written down and read back after every move, as in the house."""

    def __init__(
        self,
        *sources: Source,
        data: Mapping[str, Any] | None = None,
        services: Callable[[ServiceCall], Mapping[str, Any] | None] | None = None,
        start_event: str | None = None,
    ) -> None:
        self.bundle: Bundle = compile_bundle("p", sources)
        self.services = services
        self.at = AT
        self.path: list[str] = []
        self.cancelled: list[str] = []
        self.instance = Instance.start(self.bundle, data or {}, around(services), start_event=start_event)
        self.store()

    def store(self) -> None:
        """Dump and load; note the trail."""
        self.path += [step.element for step in self.instance.trail if step.event == "completed"]
        self.cancelled += [step.element for step in self.instance.trail if step.event == "cancelled"]
        self.instance = Instance.load(self.bundle, self.instance.dump(), around(self.services, self.at))

    @property
    def open(self) -> list[str]:
        """Elements of the open user tasks."""
        return [task.element for task in self.instance.user_tasks]

    @property
    def waiting(self) -> list[str]:
        """Elements of the waiting events."""
        return [wait.element for wait in self.instance.waits]

    def do(self, element: str, **variables: Any) -> Run:
        """Complete the oldest open task of an element."""
        task = next(task for task in self.instance.user_tasks if task.element == element)
        self.instance.complete(task.key, variables)
        self.store()
        return self

    def message(self, name: str, **variables: Any) -> bool:
        """Send a message."""
        caught = self.instance.message(name, variables)
        self.store()
        return caught

    def signal(self, name: str, **variables: Any) -> bool:
        """Send a signal."""
        caught = self.instance.signal(name, variables)
        self.store()
        return caught

    def clock(self, at: datetime) -> int:
        """Put the clock on and fire what is due."""
        self.at = at
        self.store()
        count = self.instance.fire_due()
        self.store()
        return count

    def back(self, element: str) -> Run:
        """Go back to the latest finished visit of an element."""
        key = self.instance.finished_key(element)
        assert key is not None
        self.instance.reset_to(key)
        self.store()
        return self

    @property
    def data(self) -> dict[str, Any]:
        """Variables of the root process."""
        return self.instance.variables

    @property
    def status(self) -> str:
        """Status of the instance."""
        return self.instance.status
