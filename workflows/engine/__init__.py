"""The seam to SpiffWorkflow: parse, check, decide, state, run. Knows no database.

SpiffWorkflow (3.2.0, pinned) is imported nowhere else, and only when a diagram is compiled: `check` needs
none of it and starts fast.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workflows.engine.model import (
    BusinessError,
    DefinitionRefused,
    ElementInfo,
    EngineError,
    FileReport,
    Finding,
    Incident,
    Known,
    NoSuchTask,
    OpenIncident,
    OpenJob,
    OpenTask,
    ProcessInfo,
    ServiceCall,
    Severity,
    Source,
    StartInfo,
    Step,
    Surroundings,
    Thrown,
    TimerStart,
    TryResult,
    Wait,
    came_later,
)

if TYPE_CHECKING:
    from workflows.engine.bundle import Bundle, closure_of, compile_bundle, process_ids
    from workflows.engine.checking import check
    from workflows.engine.dmn import (
        DecisionRefused,
        DecisionResult,
        Decisions,
        check_decisions,
        load_decisions,
    )
    from workflows.engine.instance import Instance
    from workflows.engine.tryrun import UnknownElement, try_run

_LATER = {
    "Bundle": "bundle",
    "closure_of": "bundle",
    "compile_bundle": "bundle",
    "process_ids": "bundle",
    "check": "checking",
    "DecisionRefused": "dmn",
    "DecisionResult": "dmn",
    "Decisions": "dmn",
    "check_decisions": "dmn",
    "load_decisions": "dmn",
    "Instance": "instance",
    "UnknownElement": "tryrun",
    "try_run": "tryrun",
}


def __getattr__(name: str) -> Any:
    module = _LATER.get(name)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(f"{__name__}.{module}"), name)
    globals()[name] = value
    return value


__all__ = [
    "Bundle",
    "BusinessError",
    "DecisionRefused",
    "DecisionResult",
    "Decisions",
    "DefinitionRefused",
    "ElementInfo",
    "EngineError",
    "FileReport",
    "Finding",
    "Incident",
    "Instance",
    "Known",
    "NoSuchTask",
    "OpenIncident",
    "OpenJob",
    "OpenTask",
    "ProcessInfo",
    "ServiceCall",
    "Severity",
    "Source",
    "StartInfo",
    "Step",
    "Surroundings",
    "Thrown",
    "TimerStart",
    "TryResult",
    "UnknownElement",
    "Wait",
    "came_later",
    "check",
    "check_decisions",
    "closure_of",
    "compile_bundle",
    "load_decisions",
    "process_ids",
    "try_run",
]
