"""The parts of a decision file, compiled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from workflows.engine.dmn.scope import Evaluate
from workflows.engine.dmn.types import ANY, DeclaredType


@dataclass(frozen=True)
class InputData:
    """A value from outside, by the name that expressions know it by."""

    id: str
    name: str
    type: DeclaredType = ANY


@dataclass(frozen=True)
class Decision:
    """A decision.

    Attributes:
        variable: the name its result has in decisions that require it.
        logic: its compiled expression; None where it has none (the result is null).
        reads: free names of its own expressions.
        output_names: names of a table's outputs.
    """

    id: str
    name: str
    variable: str
    type: DeclaredType
    logic: Evaluate | None
    reads: frozenset[str]
    output_names: tuple[str, ...] = ()
    required_inputs: tuple[str, ...] = ()
    required_decisions: tuple[str, ...] = ()
    required_knowledge: tuple[str, ...] = ()


@dataclass(frozen=True)
class Knowledge:
    """A business knowledge model: a function that decisions may call."""

    id: str
    name: str
    logic: Evaluate | None
    reads: frozenset[str]
    required_knowledge: tuple[str, ...] = ()


@dataclass(frozen=True)
class Service:
    """A decision service: decisions offered as one function."""

    id: str
    name: str
    output_decisions: tuple[str, ...]
    input_decisions: tuple[str, ...]
    input_data: tuple[str, ...]
    type: DeclaredType = ANY


@dataclass(frozen=True)
class DecisionFile:
    """A decision file; each part by its id.

    Attributes:
        strict: a decision sees only the input data it requires, as the standard says; not so in Camunda 7.
    """

    inputs: Mapping[str, InputData]
    decisions: Mapping[str, Decision]
    knowledge: Mapping[str, Knowledge]
    services: Mapping[str, Service]
    strict: bool = True

    def hidden_inputs(self, given: set[str]) -> frozenset[str]:
        """Return the names of input data that a decision which requires `given` does not see."""
        if not self.strict:
            return frozenset()
        return frozenset(data.name for data in self.inputs.values() if data.name not in given)

    def names(self, decision: Decision) -> frozenset[str]:
        """Return the free variables that a decision and those it requires read."""
        known = {model.name for model in self.knowledge.values()} | {
            each.name for each in self.services.values()
        }
        required = [self.decisions[key] for key in decision.required_decisions]
        within = {name for each in required for name in (*each.output_names, each.variable, each.id)}
        given = {self.inputs[key].name for key in decision.required_inputs if key in self.inputs}
        reads = decision.reads | self._knowledge_reads(decision.required_knowledge)
        names = {name for name in reads if name not in within or name in given}
        for each in required:
            names |= self.names(each)
        return frozenset(names - known)

    def _knowledge_reads(self, keys: tuple[str, ...]) -> frozenset[str]:
        reads: frozenset[str] = frozenset()
        for key in keys:
            model = self.knowledge.get(key)
            if model is not None:
                reads |= model.reads | self._knowledge_reads(model.required_knowledge)
        return reads
