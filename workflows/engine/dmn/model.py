"""The parts of a decision file, compiled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from workflows.engine.dmn.scope import Evaluate
from workflows.engine.dmn.types import ANY, DeclaredType


@dataclass(frozen=True)
class InputData:
    """A value from outside, by the name that expressions know it by."""

    id: str
    name: str
    type: DeclaredType = ANY


@dataclass(frozen=True, eq=False)
class Import:
    """Another decision file. `name`: the prefix its parts are known by; empty where they need none."""

    name: str
    namespace: str
    file: DecisionFile


@dataclass(frozen=True)
class Foreign:
    """A part of an imported file that a decision or model requires, by its id there."""

    origin: Import
    id: str


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
    foreign: tuple[Foreign, ...] = ()


@dataclass(frozen=True)
class Knowledge:
    """A business knowledge model: a function that decisions may call."""

    id: str
    name: str
    logic: Evaluate | None
    reads: frozenset[str]
    required_knowledge: tuple[str, ...] = ()
    foreign: tuple[Foreign, ...] = ()


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
        imports: other files whose parts this one names.
        types: declared types by name.
        known: all names of the file, for FEEL names with signs in them.
    """

    inputs: Mapping[str, InputData]
    decisions: Mapping[str, Decision]
    knowledge: Mapping[str, Knowledge]
    services: Mapping[str, Service]
    strict: bool = True
    imports: tuple[Import, ...] = ()
    types: Mapping[str, DeclaredType] = field(default_factory=dict)
    known: frozenset[str] = frozenset()

    def holds(self, key: str) -> bool:
        """Tell whether the file, or one it imports without a name, has a part of an id."""
        if key in self.inputs or key in self.decisions or key in self.knowledge or key in self.services:
            return True
        return any(each.file.holds(key) for each in self.imports if not each.name)

    def find(self, key: str) -> Decision | None:
        """Return a decision by its id, also of a file that is imported without a name."""
        found = self.decisions.get(key)
        for each in self.imports:
            if found is None and not each.name:
                found = each.file.find(key)
        return found

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
        for part in decision.foreign:
            names.discard(part.origin.name)
            imported = part.origin.file.find(part.id)
            if imported is not None:
                names |= part.origin.file.names(imported)
        return frozenset(names - known)

    def _knowledge_reads(self, keys: tuple[str, ...]) -> frozenset[str]:
        reads: frozenset[str] = frozenset()
        for key in keys:
            model = self.knowledge.get(key)
            if model is not None:
                reads |= model.reads | self._knowledge_reads(model.required_knowledge)
        return reads
