"""What a property of a diagram or a form is called on the page that compares two versions."""

from __future__ import annotations

from webapp.i18n import _, _l

WORDS = {
    "": _l("kind of element"),
    "name": _l("name"),
    "documentation": _l("note"),
    "text": _l("text"),
    "candidateGroups": _l("group"),
    "candidateUsers": _l("candidates"),
    "candidateStarterGroups": _l("who may start it"),
    "assignee": _l("done by"),
    "dueDate": _l("due"),
    "followUpDate": _l("follow-up date"),
    "priority": _l("priority"),
    "formRef": _l("form"),
    "formKey": _l("form"),
    "conditionExpression": _l("condition"),
    "condition": _l("condition"),
    "timeDuration": _l("time"),
    "timeDate": _l("time"),
    "timeCycle": _l("time"),
    "default": _l("default connection"),
    "sourceRef": _l("from"),
    "targetRef": _l("to"),
    "attachedToRef": _l("attached to"),
    "cancelActivity": _l("interrupts"),
    "isInterrupting": _l("interrupts"),
    "calledElement": _l("called process"),
    "decisionRef": _l("decision"),
    "topic": _l("service"),
    "delegateExpression": _l("service"),
    "messageRef": _l("message name"),
    "collection": _l("one each of"),
    "isSequential": _l("one after the other"),
    "completionCondition": _l("done when"),
    "script": _l("script"),
    "label": _l("label"),
    "description": _l("help text"),
    "type": _l("type"),
    "values": _l("choices"),
    "defaultValue": _l("default value"),
    "readonly": _l("read-only"),
    "disabled": _l("switched off"),
    "conditional.hide": _l("hidden when"),
    "validate.required": _l("required"),
    "validate.min": _l("minimum"),
    "validate.max": _l("maximum"),
    "validate.minLength": _l("shortest text"),
    "validate.maxLength": _l("longest text"),
    "validate.pattern": _l("pattern"),
    "layout.row": _l("row"),
    "layout.columns": _l("width"),
    "title": _l("title"),
    "cell": _l("cell"),
}


def property_word(key: str) -> str:
    """Return what a property is called; its own name where the page has no word for it."""
    return str(WORDS.get(key, key))


def property_value(value: str) -> str:
    """Return what a property says, for reading."""
    return {"": "—", "true": _("yes"), "false": _("no")}.get(value, value)
