"""Who is to do a user task, and until when: evaluated once, when the task opens."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from workflows.engine.expressions import is_expression, value_of
from workflows.engine.model import OpenTask
from workflows.engine.timers import as_duration, as_moment, is_bare

if TYPE_CHECKING:
    from workflows.engine.specs import Node
    from workflows.engine.tokens import Token

_LISTS = {"candidateUsers": "users", "candidateGroups": "groups"}
RECORDERS = "recorders"
"""The `camunda:property` of a user task that lists, as candidate groups do, who may enter a decision made on paper."""
_MOMENTS = {"dueDate": "due", "followUpDate": "follow_up"}


def user_task_facts(spec: Node, token: Token) -> dict[str, Any]:
    """Evaluate the attributes of a user task; what is not drawn, or null, is left out."""
    world = token.workflow.top.around.world
    extensions, scope = spec.plan.extensions, token.data
    facts: dict[str, Any] = {}
    for name, key in _LISTS.items():
        if name in extensions:
            facts[key] = _names(extensions[name], scope, world)
    if RECORDERS in spec.plan.properties:
        facts["recorders"] = _names(spec.plan.properties[RECORDERS], scope, world)
    for name, key in _MOMENTS.items():
        if name in extensions:
            moment = _moment(extensions[name], scope, world)
            if moment is not None:
                facts[key] = moment.isoformat()
    assignee = value_of(extensions["assignee"], scope, world) if "assignee" in extensions else None
    if assignee not in (None, ""):
        facts["assignee"] = str(assignee)
    if "priority" in extensions:
        priority = value_of(extensions["priority"], scope, world)
        try:
            facts["priority"] = int(priority)
        except (TypeError, ValueError):
            pass
    for name, text in (("name", spec.bpmn_name or ""), ("form", extensions.get("formKey", ""))):
        if is_expression(text):
            facts[name] = str(value_of(text, scope, world) or "")
    return facts


def due_of(spec: Node, scope: Any, world: Any) -> datetime | None:
    """When a user task is due, as drawn; None where nothing is said."""
    text = spec.plan.extensions.get("dueDate")
    return None if text is None else _moment(text, scope, world)


def _names(text: str, scope: Any, world: Any) -> list[str]:
    """A comma-separated list, each part a name or an expression that gives one or several."""
    found: list[str] = []
    for part in [text] if text.strip().startswith("=") else split_names(text):
        value = value_of(part, scope, world)
        values = value if isinstance(value, (list, tuple)) else [value]
        for item in values:
            names = [str(item)] if not isinstance(item, str) else item.split(",")
            found.extend(name.strip() for name in names if item is not None and name.strip())
    return list(dict.fromkeys(found))


def split_names(text: str) -> list[str]:
    """Split at commas that do not stand inside `${...}`."""
    parts, depth, current = [], 0, ""
    for sign in text:
        depth += (sign == "{") - (sign == "}")
        if sign == "," and depth <= 0:
            parts.append(current)
            current = ""
        else:
            current += sign
    return [part for part in [*parts, current] if part.strip()]


def _moment(text: str, scope: Any, world: Any) -> datetime | None:
    """A due date: a date, a date and time, or a period counted from now."""
    value = text.strip() if is_bare(text) else value_of(text, scope, world)
    if value is None or value == "":
        return None
    moment = as_moment(value)
    if moment is not None:
        return moment
    return as_duration(value).after(world.at)


def open_task(token: Token, variables: bool = True) -> OpenTask:
    """Describe a user task that waits, with the variables it sees or without."""
    spec, facts = token.task_spec, token.internal_data
    extensions = spec.plan.extensions
    return OpenTask(
        key=token.key,
        element=spec.bpmn_id or "",
        name=facts.get("name") or spec.bpmn_name or "",
        type=spec.plan.tag,
        lane=spec.lane or "",
        process=spec.process_id,
        form_key=facts.get("form") or extensions.get("formKey", ""),
        form_binding=extensions.get("formBinding", "deployment"),
        assignee=facts.get("assignee"),
        candidate_users=tuple(facts.get("users", ())),
        candidate_groups=tuple(facts.get("groups", ())),
        due=_restored(facts.get("due")),
        follow_up=_restored(facts.get("follow_up")),
        priority=facts.get("priority", 50),
        properties=spec.plan.properties,
        variables=dict(token.data) if variables else {},
        index=facts.get("index"),
        recorders=tuple(facts.get("recorders", ())),
    )


def _restored(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
