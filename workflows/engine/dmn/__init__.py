"""Decisions: reading a DMN file (1.1 to 1.5) and evaluating what it decides.

Decision tables with all hit policies, literal expressions, contexts, invocations and the other boxed
expressions, decision requirement graphs, business knowledge models and decision services; in FEEL, and in
JUEL where a Camunda 7 diagram says so. What is supported, and how far, stands in docs/DMN.md.
"""

from workflows.engine.dmn.evaluate import (
    DecisionRefused,
    DecisionResult,
    Decisions,
    check_decisions,
    load_decisions,
)

__all__ = ["DecisionRefused", "DecisionResult", "Decisions", "check_decisions", "load_decisions"]
