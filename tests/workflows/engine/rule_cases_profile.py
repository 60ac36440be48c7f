"""Wrong and right drawings for the rules on services and on the Camunda 7 profile."""

from __future__ import annotations

from tests.workflows.engine.rule_cases import Case, drawn
from workflows.engine import Source


def _user(attributes: str, inner: str = "") -> Source:
    box = f" | <bpmn:extensionElements>{inner}</bpmn:extensionElements>" if inner else ""
    return drawn(f"userTask a name='A' camunda:assignee='li' {attributes}{box}", "s -> a -> e")


def _service(attributes: str, inner: str = "") -> Source:
    box = f" | <bpmn:extensionElements>{inner}</bpmn:extensionElements>" if inner else ""
    return drawn(f"serviceTask a {attributes}{box}", "s -> a -> e")


def _retries(text: str) -> Source:
    entry = f"<camunda:failedJobRetryTimeCycle>{text}</camunda:failedJobRetryTimeCycle>"
    return _service("camunda:topic='register' camunda:asyncBefore='true'", entry)


PROFILE = {
    "profile.refused": Case(_user("camunda:formHandlerClass='a.B'"), "a", _user("")),
    "profile.mapping": Case(
        _user("", "<camunda:in source='x'/>"), "a", _user("", "<camunda:in source='x' target='y'/>")
    ),
    "profile.no-effect": Case(_user("camunda:asyncAfter='true'"), "a", _user("camunda:asyncAfter='false'")),
    "profile.unknown": Case(_user("camunda:topic='register'"), "a", _service("camunda:topic='register'")),
    "profile.other-engine": Case(_user("xmlns:f='http://flowable.org/bpmn' f:assignee='li'"), "", _user("")),
    "service.retries": Case(_retries("often"), "a", _retries("R3/PT10M")),
    "service.outside": Case(
        _service("camunda:type='external' camunda:topic='elsewhere'"),
        "a",
        _service("camunda:type='external' camunda:topic='register'"),
    ),
}
