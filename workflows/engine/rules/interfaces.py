"""Rules of the specification on what is handed over: to operations, in messages, to what is called."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from workflows.engine.drawing import children, local_name
from workflows.engine.model import Finding
from workflows.engine.rules.items import inside, structure_of
from workflows.engine.rules.look import Look, error, nearest_id, texts


def interfaces_fit_messages(look: Look) -> Iterator[Finding]:
    """Tasks that carry out an operation or carry a message have the inputs and outputs it has."""
    for task in look.all("serviceTask"):
        operation = look.to(task.get("operationRef"))
        if operation is not None and local_name(operation) == "operation":
            yield from _operation(look, task, operation)
    for kind, data, group in (
        ("sendTask", "dataInput", "inputSet"),
        ("receiveTask", "dataOutput", "outputSet"),
    ):
        for task in look.all(kind):
            message = look.to(task.get("messageRef"))
            carried = inside(task, data)
            if message is None:
                continue
            if len(inside(task, group)) > 1 or len(carried) > 1:
                yield error(
                    "data.message-sets",
                    task.get("id", ""),
                    f"{kind} 引用了消息，只能有一个 {group} 和一个 {data}",
                    f"A {kind} with a message has one {group} and one {data} at most",
                )
            for one in carried:
                yield from _same(look, task, one, message)


def _operation(look: Look, task: etree._Element, operation: etree._Element) -> Iterator[Finding]:
    key = task.get("id", "")
    if len(inside(task, "inputSet")) != 1:
        yield error(
            "data.operation-input",
            key,
            "引用操作的服务任务要有且只有一个 inputSet",
            "A service task with an operation needs exactly one inputSet",
        )
    if len(inside(task, "outputSet")) > 1:
        yield error(
            "data.operation-output",
            key,
            "引用操作的服务任务最多有一个 outputSet",
            "A service task with an operation has one outputSet at most",
        )
    for name, data, rule, zh, en in _CARRIED:
        messages = [found for found in map(look.to, texts(operation, name)) if found is not None]
        carried = inside(task, data)
        if messages and not carried:
            yield error(
                rule,
                key,
                f"操作有{zh}消息，服务任务却没有 {data}",
                f"The operation has a message {en}, the service task no {data}",
            )
        for message in messages:
            for one in carried:
                yield from _same(look, task, one, message)


_CARRIED = (
    ("inMessageRef", "dataInput", "data.operation-input", "输入", "in"),
    ("outMessageRef", "dataOutput", "data.operation-output", "输出", "out"),
)


def _same(
    look: Look, task: etree._Element, data: etree._Element, message: etree._Element | None
) -> Iterator[Finding]:
    if structure_of(look, data) != structure_of(look, message):
        yield error(
            "data.message-item",
            task.get("id", ""),
            f"“{data.get('name') or data.get('id', '')}”的数据定义与消息的不同",
            f"The item definition of {data.get('id', '')} differs from that of the message",
        )


def calls_fit_what_they_call(look: Look) -> Iterator[Finding]:
    """A call activity has the inputs and outputs of the process it calls."""
    wanted: dict[str, list[list[str]]] = {}
    for call in look.all("callActivity"):
        target = look.to(call.get("calledElement"))
        if target is None or _maps(call):
            continue
        key = target.get("id", "")
        if key not in wanted:
            wanted[key] = _interface(look, target)
        for name, ours, others in zip(_INTERFACE, _interface(look, call), wanted[key], strict=True):
            if ours != others:
                yield error(
                    "data.call-interface",
                    call.get("id", ""),
                    f"调用活动的 {name} 与被调用流程的不一致",
                    f"The {name}s of the call activity differ from those of the process it calls",
                )


_INTERFACE = ("dataInput", "dataOutput", "inputSet", "outputSet")


def _interface(look: Look, element: etree._Element) -> list[list[str]]:
    return [sorted(structure_of(look, one) or "" for one in inside(element, name)) for name in _INTERFACE]


def _maps(call: etree._Element) -> bool:
    """True where camunda:in and out say what is handed over."""
    return any(
        local_name(entry) in ("in", "out") for box in children(call, "extensionElements") for entry in box
    )


def bindings_are_there(look: Look) -> Iterator[Finding]:
    """What offers itself as a service binds its data to an operation of it."""
    for element in look.all("process", "globalTask", "globalUserTask", "globalScriptTask"):
        if children(element, "supportedInterfaceRef") and not children(element, "ioBinding"):
            yield error(
                "data.no-binding",
                element.get("id", ""),
                "作为服务提供的流程至少要有一个 ioBinding",
                "What supports an interface needs an ioBinding",
            )
    for binding in look.all("ioBinding"):
        operation = look.to(binding.get("operationRef"))
        for name, reference in (("inMessageRef", "inputDataRef"), ("outMessageRef", "outputDataRef")):
            data = look.to(binding.get(reference))
            for text in texts(operation, name) if operation is not None else ():
                message = look.to(text)
                if data is not None and structure_of(look, data) != structure_of(look, message):
                    yield error(
                        "data.message-item",
                        nearest_id(binding),
                        f"ioBinding 的 {reference} 与操作的消息的数据定义不同",
                        f"The {reference} of an ioBinding and the message of its operation differ",
                    )


RULES = (interfaces_fit_messages, calls_fit_what_they_call, bindings_are_there)
