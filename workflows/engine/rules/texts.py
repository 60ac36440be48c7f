"""Rules on texts: expressions, timers and scripts can be read, and are complete."""

from __future__ import annotations

from collections.abc import Iterator

from workflows.engine.drawing import camunda, children, local_name, text_of
from workflows.engine.expressions import ScriptError, expression, script
from workflows.engine.extensions import event_definitions, extension_elements, rounds_of
from workflows.engine.model import Finding
from workflows.engine.reading import Text
from workflows.engine.rules.look import Look, error
from workflows.engine.timers import TimerError, check_timer


def texts_can_be_read(look: Look) -> Iterator[Finding]:
    """Every expression, script and timer parses."""
    for _, texts in look.texts:
        for text in texts:
            found = _problem(text)
            if found is not None:
                yield found


def _problem(text: Text) -> Finding | None:
    from forms.feel import FeelSyntaxError

    shown = " ".join(text.text.split())[:120]
    try:
        if text.use == "script":
            script(text.text)
        elif text.use == "timer":
            check_timer(text.timer, text.text)
        else:
            expression(text.text)
    except FeelSyntaxError as fault:
        return error("expression.syntax", text.element, fault.tell("zh"), fault.tell("en"))
    except ScriptError as fault:
        return error(
            "script.syntax",
            text.element,
            f"脚本第 {fault.line} 行不是“名称 = 表达式”：{fault.text[:80]}",
            f"Line {fault.line} of the script is not `name = expression`: {fault.text[:80]}",
        )
    except TimerError:
        return error(
            "timer.syntax",
            text.element,
            f"时间“{shown}”无法识别（例如 P5D、2026-03-01T09:00:00、R3/PT1H，或表达式）",
            f"The time {shown!r} cannot be read (write P5D, 2026-03-01T09:00:00, R3/PT1H, or an expression)",
        )
    except RecursionError:
        return error(
            "expression.too-deep", text.element, "表达式嵌套过深", "The expression is nested too deep"
        )
    return None


_FORMATS = ("", "feel", "text/x-feel", "application/feel")


def scripts_are_feel(look: Look) -> Iterator[Finding]:
    """A script is FEEL: no other language, no file, nothing but assignments."""
    for node in look.nodes:
        if node.kind == "scriptTask":
            language = node.element.get("scriptFormat", "").strip().lower()
            if language not in _FORMATS:
                yield error(
                    "script.language",
                    node.id,
                    f"脚本任务“{node.title}”的语言是 {language}，只支持 FEEL（每行“名称 = 表达式”）",
                    f"The script of {node.id} is {language}; only FEEL is supported (lines `name = expression`)",
                )
            elif camunda(node.element, "resource"):
                yield error(
                    "script.resource",
                    node.id,
                    "不支持外部脚本文件",
                    "A script in another file is not supported",
                )
            elif not any(text_of(body).strip() for body in children(node.element, "script")):
                yield error(
                    "script.missing",
                    node.id,
                    f"脚本任务“{node.title}”没有脚本",
                    f"The script task {node.id} has no script",
                )
        boxes = extension_elements(node.element, "inputOutput")
        nested = any(local_name(element) == "script" for box in boxes for element in box.iter())
        if (
            nested
            or extension_elements(node.element, "executionListener")
            or extension_elements(node.element, "taskListener")
        ):
            yield error(
                "script.listener",
                node.id,
                f"“{node.title}”带有监听器或内嵌脚本，不支持",
                f"{node.id} has a listener or a nested script, which is not supported",
            )


def conditions_have_an_end(look: Look) -> Iterator[Finding]:
    """A condition that is drawn says something, in a language we know."""
    for flow, _ in look.flows:
        for condition in children(flow, "conditionExpression"):
            if camunda(condition, "resource") or condition.get("language", "").lower() in (
                "groovy",
                "javascript",
                "python",
            ):
                yield error(
                    "condition.language",
                    flow.get("id", ""),
                    "条件只支持 FEEL 或 ${...} 表达式",
                    "A condition must be FEEL or a ${...} expression",
                )
            elif not text_of(condition).strip():
                yield error(
                    "condition.empty",
                    flow.get("id", ""),
                    "连线的条件是空的",
                    "The condition of the flow is empty",
                )


def timers_are_complete(look: Look) -> Iterator[Finding]:
    """A timer says exactly one time; a conditional event has a condition."""
    for node in look.nodes:
        for definition in event_definitions(node.element):
            kind = local_name(definition)
            if kind == "timerEventDefinition":
                said = [
                    text_of(element).strip()
                    for name in ("timeDate", "timeDuration", "timeCycle")
                    for element in children(definition, name)
                ]
                if len(said) != 1 or not said[0]:
                    yield error(
                        "timer.incomplete",
                        node.id,
                        f"定时事件“{node.title}”应写明一个时间（日期、时长或周期之一）",
                        f"The timer {node.id} must say one time (a date, a duration or a cycle)",
                    )
            elif kind == "conditionalEventDefinition" and not any(
                text_of(element).strip() for element in children(definition, "condition")
            ):
                yield error(
                    "condition.missing",
                    node.id,
                    f"条件事件“{node.title}”没有条件",
                    f"The conditional event {node.id} has no condition",
                )


def repetitions_are_complete(look: Look) -> Iterator[Finding]:
    """A multi-instance activity says how often, once; a loop has an end."""
    for node in look.nodes:
        rounds = rounds_of(node.element)
        if rounds is None:
            continue
        if children(node.element, "standardLoopCharacteristics"):
            if not rounds.condition and rounds.maximum is None:
                yield error(
                    "loop.endless",
                    node.id,
                    f"“{node.title}”的循环没有条件，也没有次数上限",
                    f"The loop of {node.id} has neither a condition nor a maximum",
                )
        elif bool(rounds.collection) == bool(rounds.cardinality):
            yield error(
                "multi-instance.count",
                node.id,
                f"多实例“{node.title}”应写明集合或次数（二者之一）",
                f"The multi-instance activity {node.id} must have a collection or a cardinality, one of them",
            )


RULES = (
    texts_can_be_read,
    scripts_are_feel,
    conditions_have_an_end,
    timers_are_complete,
    repetitions_are_complete,
)
