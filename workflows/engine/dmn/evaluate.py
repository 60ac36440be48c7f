"""Evaluating the decisions of a file, and the door to reading one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from forms.faults import Refused
from forms.feel import Function, World
from forms.feel.builtin import apply
from forms.feel.expression import NULL_ERRORS, OutOfBudget, Progress
from forms.feel.values import from_plain
from workflows.engine.dmn.load import load_file
from workflows.engine.dmn.model import Decision, DecisionFile, Foreign, Import
from workflows.engine.dmn.scope import Frame, Problem
from workflows.engine.model import Finding


class DecisionRefused(Refused):
    """A decision file cannot be used; `findings` say why, each with the id of its element."""

    zh = "决策文件“{name}”有 {count} 处错误，首先是：{first_zh}"
    en = "The decision file {name} has {count} errors, the first being: {first_en}"

    def __init__(self, name: str, findings: tuple[Finding, ...]) -> None:
        self.findings = findings
        errors = [finding for finding in findings if finding.severity == "error"]
        first = errors[0] if errors else Finding("error", "", "", "", "")
        super().__init__(name=name, count=len(errors), first_zh=first.zh, first_en=first.en)


@dataclass(frozen=True)
class DecisionResult:
    """What a decision came to.

    Attributes:
        result: the value as FEEL has it (`forms.feel.to_plain` makes it JSON); null where it failed.
        errors: what went wrong on the way, each at its element; empty for a plain null.
        outputs: for a decision table that gives one row, its outputs by name; else the result by the
            decision's name.
    """

    result: Any
    errors: tuple[Finding, ...]
    outputs: Mapping[str, Any]


@dataclass(frozen=True, eq=False)
class Decisions:
    """The decisions of one file.

    Attributes:
        name: of the file.
        findings: warnings.
    """

    name: str
    file: DecisionFile
    findings: tuple[Finding, ...] = ()
    _reads: dict[str, frozenset[str]] = field(default_factory=dict, init=False, repr=False)

    @property
    def ids(self) -> tuple[str, ...]:
        """Ids of the decisions, in the order of the file."""
        return tuple(self.file.decisions)

    @property
    def titles(self) -> Mapping[str, str]:
        """Decision id -> its name."""
        return {key: decision.name for key, decision in self.file.decisions.items()}

    def find(self, decision: str) -> Decision | None:
        """Return a decision by its id or its name."""
        found = self.file.decisions.get(decision)
        if found is None:
            title = " ".join(decision.split())
            found = next((each for each in self.file.decisions.values() if each.name == title), None)
        return found

    def names(self, decision: str) -> frozenset[str]:
        """Return the free variables that a decision and those it requires read.

        Raises:
            KeyError: there is no such decision.
        """
        found = self.find(decision)
        if found is None:
            raise KeyError(decision)
        return self.file.names(found)

    def given(self, inputs: Mapping[str, Any]) -> frozenset[str]:
        """Return the names of values and of input data that some inputs give, by name or by id."""
        ids = {data.name for data in self.file.inputs.values() if data.id in inputs}
        within = {name for value in inputs.values() if isinstance(value, Mapping) for name in value}
        return frozenset({*(" ".join(str(key).split()) for key in inputs), *ids, *within})

    def evaluate(self, decision: str, inputs: Mapping[str, Any], world: World) -> DecisionResult:
        """Evaluate a decision, by its id or name, and those it requires.

        Args:
            decision: id or name of a decision, of a decision service or of a business knowledge model.
            inputs: values by the names (or ids) of the input data, plain JSON or FEEL values; dates may be
                text where the file declares a date.
            world: time and calendar.
        """
        found = self.find(decision)
        read = self._read(found)
        given = {
            (name := " ".join(str(key).split())): from_plain(value) if read is None or name in read else value
            for key, value in inputs.items()
        }
        run = _Run(self.file, given, world, [], Progress())
        outputs: Mapping[str, Any] | None = None
        try:
            if found is not None:
                result = run.decision(found)
                outputs = _outputs(found, result)
            else:
                result = run.function(decision)
        except OutOfBudget:
            run.problems.append(Problem("dmn.endless", decision, {"name": decision}))
            result = None
        except NULL_ERRORS as fault:
            run.problems.append(Problem("dmn.failed", decision, {"detail": str(fault)}))
            result = None
        errors = tuple(problem.finding() for problem in run.problems)
        return DecisionResult(result, errors, {decision: result} if outputs is None else outputs)

    def _read(self, decision: Decision | None) -> frozenset[str] | None:
        """The names an evaluation may read; None: any. What it does not is not converted: a process has lists of thousands."""
        if decision is None or any(each.foreign for each in self.file.decisions.values()):
            return None
        if decision.id not in self._reads:
            data = {name for each in self.file.inputs.values() for name in (each.name, each.id)}
            people = {name for each in self.file.decisions.values() for name in (each.variable, each.id)}
            self._reads[decision.id] = self.file.names(decision) | data | people
        return self._reads[decision.id]


def _outputs(decision: Decision, result: Any) -> Mapping[str, Any]:
    """Return the outputs of a decision by name, as a process or a requiring Camunda decision takes them."""
    if isinstance(result, dict):
        return result
    name = decision.output_names[0] if len(decision.output_names) == 1 else ""
    return {name or decision.name: result}


class _Run:
    """One evaluation: each required decision is evaluated once."""

    def __init__(
        self,
        file: DecisionFile,
        inputs: dict[str, Any],
        world: World,
        problems: list[Problem],
        budget: Progress,
    ) -> None:
        self.file, self.inputs, self.world = file, inputs, world
        self.problems, self.budget = problems, budget
        self.done: dict[str, Any] = {}
        self.imported: dict[str, _Run] = {}
        self.data = self._input_data()

    def _input_data(self) -> dict[str, Any]:
        """Return the inputs under the names of the input data, as their types have them."""
        values = dict(self.inputs)
        for data in self.file.inputs.values():
            if data.name not in values and data.id in values:
                values[data.name] = values[data.id]
            if data.name not in values:
                continue
            value = data.type.read(values[data.name])
            fitted, fits = data.type.fit(value, self.world)
            if not fits:
                facts = {"name": data.name, "value": value, "type": data.type.name}
                self.problems.append(Problem("dmn.type", data.id, facts))
            values[data.name] = fitted
        return values

    def decision(self, decision: Decision) -> Any:
        """Return the result of a decision, evaluated at the first time of asking."""
        if decision.id in self.done:
            return self.done[decision.id]
        frame = self._frame(self._scope(decision))
        if decision.logic is None:
            # Made by people: its value may come from outside.
            result = decision.type.read(self.inputs.get(decision.variable, self.inputs.get(decision.id)))
        else:
            result = decision.logic(frame)
        fitted, fits = decision.type.fit(result, self.world)
        if not fits:
            frame.problem("dmn.type", decision.id, name=decision.name, value=result, type=decision.type.name)
        self.done[decision.id] = fitted
        return fitted

    def _frame(self, values: Mapping[str, Any]) -> Frame:
        return Frame(values, self.world, self.problems, self.budget)

    def _scope(self, decision: Decision) -> dict[str, Any]:
        """Return what a decision sees: the inputs, required results by name and id, and functions.

        Camunda 7 puts the outputs of a required table in scope by their names; they yield to input data.
        """
        given = {self.file.inputs[key].name for key in decision.required_inputs if key in self.file.inputs}
        hidden = self.file.hidden_inputs(given)
        scope = {name: value for name, value in self.data.items() if name not in hidden}
        required = [self.file.decisions[key] for key in decision.required_decisions]
        results = [(each, self.decision(each)) for each in required]
        for each, result in results:
            if each.output_names:
                scope.update(
                    {
                        name: value
                        for name, value in self._by_output(each, result).items()
                        if name not in given
                    }
                )
        for each, result in results:
            scope[each.id] = result
            scope[each.variable] = result
        scope.update(self._knowledge(decision.required_knowledge))
        scope.update(self._foreign(decision.foreign))
        return scope

    @staticmethod
    def _by_output(decision: Decision, result: Any) -> dict[str, Any]:
        names = [name for name in decision.output_names if name]
        if len(names) == 1:
            return {names[0]: result}
        if isinstance(result, dict):
            return {name: result.get(name) for name in names}
        if isinstance(result, list):
            rows = [row for row in result if isinstance(row, dict)]
            return {name: [row.get(name) for row in rows] for name in names}
        return {}

    def _knowledge(self, wanted: tuple[str, ...]) -> dict[str, Any]:
        """Return functions by name; a model sees its parameters and the models it requires, nothing else."""
        functions: dict[str, Any] = {}
        for key in wanted:
            model = self.file.knowledge.get(key)
            if model is not None:
                around = self._knowledge(model.required_knowledge) | self._foreign(model.foreign)
                functions[model.name] = None if model.logic is None else model.logic(self._frame(around))
            elif key in self.file.services:
                functions[self.file.services[key].name] = self._service_function(key)
        return functions

    def _foreign(self, parts: tuple[Foreign, ...]) -> dict[str, Any]:
        """Return what comes of imported files: in a context of the import's name, or bare where it has none."""
        scope: dict[str, Any] = {}
        for part in parts:
            name, value = self._origin(part.origin).part(part.id)
            if part.origin.name:
                scope.setdefault(part.origin.name, {})[name] = value
            else:
                scope[name] = value
        return scope

    def _origin(self, origin: Import) -> _Run:
        """Return the evaluation of an imported file; its inputs stand in a context of the import's name."""
        key = f"{origin.name}#{origin.namespace}"
        if key not in self.imported:
            given = self.inputs.get(origin.name)
            inputs = {**self.inputs, **given} if isinstance(given, dict) else self.inputs
            self.imported[key] = _Run(origin.file, inputs, self.world, self.problems, self.budget)
        return self.imported[key]

    def part(self, key: str) -> tuple[str, Any]:
        """Return the name and value of a part that another file requires."""
        if (data := self.file.inputs.get(key)) is not None:
            return data.name, self.data.get(data.name)
        if (decision := self.file.decisions.get(key)) is not None:
            return decision.variable, self.decision(decision)
        for each in self.file.imports:
            if not each.name and each.file.holds(key):
                return self._origin(each).part(key)
        return next(iter(self._knowledge((key,)).items()), (key, None))

    def _service_function(self, key: str) -> Function:
        service = self.file.services[key]
        names = tuple(
            [self.file.inputs[each].name for each in service.input_data]
            + [self.file.decisions[each].variable for each in service.input_decisions]
        )

        def call(arguments: list[Any]) -> Any:
            if len(arguments) != len(names):
                return None
            return self._run_service(key, dict(zip(names, arguments, strict=True)))

        return Function(service.name, names, call)

    def function(self, name: str) -> Any:
        """Return the result of a decision service or a business knowledge model called with the inputs."""
        title = " ".join(name.split())
        for key, service in self.file.services.items():
            if key == name or service.name == title:
                return self._run_service(key, self.inputs)
        for key, model in self.file.knowledge.items():
            if key == name or model.name == title:
                called = self._knowledge((key,))[model.name]
                return apply(called, [self.inputs.get(each) for each in getattr(called, "parameters", ())])
        there = ", ".join(dict.fromkeys(each.name for each in self.file.decisions.values()))
        self.problems.append(Problem("dmn.no-decision", name, {"name": name, "there": there}))
        return None

    def _run_service(self, key: str, given: Mapping[str, Any]) -> Any:
        service = self.file.services[key]
        inner = _Run(self.file, dict(given), self.world, self.problems, self.budget)
        for each in service.input_decisions:
            decision = self.file.decisions[each]
            value = decision.type.read(given.get(decision.variable, given.get(each)))
            inner.done[each] = decision.type.fit(value, self.world)[0]
        results = {
            self.file.decisions[each].variable: inner.decision(self.file.decisions[each])
            for each in service.output_decisions
        }
        result = next(iter(results.values())) if len(results) == 1 else results
        fitted, fits = service.type.fit(result, self.world)
        if not fits:
            facts = {"name": service.name, "value": result, "type": service.type.name}
            self.problems.append(Problem("dmn.type", key, facts))
        return fitted


@lru_cache(maxsize=256)
def _load(content: bytes, beside: tuple[bytes, ...]) -> tuple[DecisionFile | None, tuple[Finding, ...]]:
    return load_file(content, beside)


def load_decisions(content: bytes, name: str, beside: Iterable[bytes] = ()) -> Decisions:
    """Read a decision file; files read before are kept.

    Args:
        content: the bytes of a DMN file.
        name: of the file, for messages.
        beside: other decision files, among which imports are found by their namespace.

    Raises:
        DecisionRefused: with all findings, the warnings among them.
    """
    file, findings = _load(content, _imported(content, beside))
    if file is None or any(finding.severity == "error" for finding in findings):
        raise DecisionRefused(name, findings)
    return Decisions(name, file, findings)


def check_decisions(content: bytes, name: str, beside: Iterable[bytes] = ()) -> tuple[Finding, ...]:
    """Return everything that is wrong with a decision file, errors and warnings."""
    return _load(content, _imported(content, beside))[1]


def _imported(content: bytes, beside: Iterable[bytes]) -> tuple[bytes, ...]:
    """Return the files that imports may mean; none for a file that imports nothing."""
    return tuple(beside) if b"import" in content else ()
