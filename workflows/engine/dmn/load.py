"""From the XML of a decision file to its compiled parts, with everything that is wrong with it."""

from __future__ import annotations

from dataclasses import replace

from lxml import etree

from forms.feel import UnaryTests
from workflows.engine.dmn.boxed import Builder, nearest_id
from workflows.engine.dmn.imports import find_imports
from workflows.engine.dmn.model import Decision, DecisionFile, Foreign, Import, InputData, Knowledge, Service
from workflows.engine.dmn.names import reads, unknown_names
from workflows.engine.dmn.types import ANY, DeclaredType, builtin_type
from workflows.engine.dmn.xml import (
    CAMUNDA,
    NotADecisionFile,
    attribute,
    child,
    children,
    elements,
    local,
    name_of,
    parse_xml,
    reference,
    type_ref,
)
from workflows.engine.model import Finding

LONGEST_CHAIN = 100
"""Decisions that may require one another in a row; a graph that people can read has a dozen."""
_NAMED = frozenset(
    {
        *("inputData", "decision", "businessKnowledgeModel", "decisionService", "variable"),
        *("formalParameter", "parameter", "column", "output", "itemComponent"),
    }
)


def load_file(
    content: bytes, beside: tuple[bytes, ...] = (), path: tuple[str, ...] = ()
) -> tuple[DecisionFile | None, tuple[Finding, ...]]:
    """Read and compile a decision file. The file is None where the content is no DMN at all.

    Args:
        content: the bytes of a DMN file.
        beside: other decision files, among which imports are found by their namespace.
        path: namespaces of the files that import this one.
    """
    try:
        root = parse_xml(content)
    except NotADecisionFile as fault:
        return None, (Finding("error", "dmn.not-dmn", "", fault.zh, fault.en),)
    loader = _Loader(root, beside, path)
    file = loader.load()
    return file, tuple(loader.builder.findings)


class _Loader:
    def __init__(self, root: etree._Element, beside: tuple[bytes, ...], path: tuple[str, ...]) -> None:
        self.root = root
        known = {name_of(part) for part in elements(root) if local(part) in _NAMED and part.get("name")}
        known |= {attribute(part, "iteratorVariable") for part in elements(root)} - {""}
        self.types: dict[str, DeclaredType] = {}
        self.namespace = attribute(root, "namespace")
        self.own = {part.get("id") for part in root if part.get("id")}
        imports, findings = find_imports(root, beside, (*path, self.namespace), load_file)
        for each in imports:
            known |= {*each.file.known, each.name} - {""}
            prefix = f"{each.name}." if each.name else ""
            self.types.update({prefix + name: kind for name, kind in each.file.types.items()})
        self.imports = {each.namespace: each for each in imports}
        self.builder = Builder(frozenset(known), self.types, attribute(root, "expressionLanguage"))
        self.builder.findings += findings

    def load(self) -> DecisionFile:
        """Compile all parts."""
        self._check_ids()
        self._load_types()
        file = DecisionFile(
            inputs={part.id: part for part in map(self._input, children(self.root, "inputData"))},
            knowledge={
                part.id: part for part in map(self._knowledge, children(self.root, "businessKnowledgeModel"))
            },
            decisions={part.id: part for part in map(self._decision, children(self.root, "decision"))},
            services={part.id: part for part in map(self._service, children(self.root, "decisionService"))},
            strict=CAMUNDA[1:-1] not in self.root.nsmap.values(),
            imports=tuple(self.imports.values()),
            types=self.types,
            known=self.builder.known,
        )
        if not (file.decisions or file.knowledge or file.types):
            self.builder.find("dmn.no-decision", self.root, "文件里没有决策", "The file has no decision")
        self._check_references(file)
        self._check_cycles(file)
        self._check_names(file)
        return file

    def _check_ids(self) -> None:
        top = set(self.root)
        seen: set[str] = set()
        for part in elements(self.root):
            key = part.get("id")
            if key and key in seen:
                # Of a rule or a cell it is a blemish, of a decision a reference would be open.
                warning = part not in top
                self.builder.find(
                    "dmn.doubled-id",
                    key,
                    f"编号 {key} 重复",
                    f"The id {key} stands twice",
                    warning=warning,
                )
            if key:
                seen.add(key)
        for part in children(self.root, "decision", "inputData", "businessKnowledgeModel"):
            if not part.get("id"):
                self.builder.find(
                    "dmn.no-id", part, f"“{name_of(part)}”没有编号", f"{name_of(part)} has no id"
                )

    # types
    def _load_types(self) -> None:
        definitions = {name_of(part): part for part in children(self.root, "itemDefinition")}
        for name in definitions:
            self._named_type(name, definitions, ())

    def _named_type(
        self, name: str, definitions: dict[str, etree._Element], path: tuple[str, ...]
    ) -> DeclaredType | None:
        bare = name if name in definitions else name.rpartition(":")[2]
        if bare in self.types:
            return self.types[bare]
        if bare not in definitions:
            return builtin_type(name)
        if bare in path:
            return DeclaredType(bare, "Any")  # a type that holds itself: the inner one is not looked into
        made = self._type(bare, definitions[bare], definitions, (*path, bare))
        self.types[bare] = made
        return made

    def _type(
        self,
        name: str,
        element: etree._Element,
        definitions: dict[str, etree._Element],
        path: tuple[str, ...],
    ) -> DeclaredType:
        collection = attribute(element, "isCollection") == "true"
        allowed = self.builder.unary(child(element, "allowedValues"), around=element)
        constraint = self.builder.unary(child(element, "typeConstraint"), around=element)
        if not collection:
            allowed, constraint = constraint or allowed, None
        made = self._shape(name, element, definitions, path, allowed)
        return made if constraint is None else replace(made, constraint=constraint)

    def _shape(
        self,
        name: str,
        element: etree._Element,
        definitions: dict[str, etree._Element],
        path: tuple[str, ...],
        allowed: UnaryTests | None,
    ) -> DeclaredType:
        collection = attribute(element, "isCollection") == "true"
        parts = children(element, "itemComponent")
        if parts:
            members = {name_of(part): self._type(name_of(part), part, definitions, path) for part in parts}
            return DeclaredType(name, "", members, collection, allowed)
        function = child(element, "functionItem")
        if function is not None:
            returned = self._named_type(attribute(function, "outputTypeRef"), definitions, path)
            return DeclaredType(name, "function", {}, collection, result=returned)
        wanted = type_ref(element)
        base = self._named_type(wanted, definitions, path) if wanted else DeclaredType(name, "Any")
        if base is None:
            self.builder.find(
                "dmn.type", element, f"没有类型 {wanted}", f"There is no type {wanted}", warning=True
            )
            base = DeclaredType(name, "Any")
        if base.collection and not collection and allowed is None:
            return replace(base, name=name)
        if allowed is not None and base.allowed is not None and not collection:
            return replace(base, name=name, allowed=allowed)  # the narrower type's values replace the base's
        if base.collection or base.members or base.element is not None or base.allowed is not None:
            return DeclaredType(name, "", {}, collection, allowed, base)
        return DeclaredType(name, base.base, {}, collection, allowed)

    # parts
    def _variable_type(self, element: etree._Element) -> DeclaredType:
        variable = child(element, "variable")
        return self.builder.type(type_ref(variable), element)

    def _result_type(self, element: etree._Element) -> DeclaredType:
        """Return the type of what a model or service returns: its own, or that of its function type."""
        kind = self._variable_type(element)
        return kind.result or ANY if kind.base == "function" else kind

    def _input(self, element: etree._Element) -> InputData:
        return InputData(nearest_id(element), name_of(element), self._variable_type(element))

    def _required(self, element: etree._Element, holder: str, *kinds: str) -> tuple[str, ...]:
        found: list[str] = []
        for requirement in children(element, holder):
            for part in children(requirement, *kinds):
                if self._origin(part) is None:
                    space, _mark, key = attribute(part, "href").rpartition("#")
                    found.append(key if space in ("", self.namespace) else f"{space}#{key}")
        return tuple(dict.fromkeys(key for key in found if key))

    def _foreign(self, element: etree._Element) -> tuple[Foreign, ...]:
        """Return what an element requires of imported files; a part that is not there is noted."""
        found: list[Foreign] = []
        for requirement in children(element, "informationRequirement", "knowledgeRequirement"):
            for part in children(requirement, "requiredInput", "requiredDecision", "requiredKnowledge"):
                origin, key = self._origin(part), reference(part)
                if origin is None:
                    continue
                if not origin.file.holds(key):
                    self._missing(nearest_id(element), key)
                else:
                    found.append(Foreign(origin, key))
        return tuple(dict.fromkeys(found))

    def _origin(self, part: etree._Element) -> Import | None:
        """Return the import whose file a reference leads to; None for a part of this file."""
        space, _mark, key = attribute(part, "href").rpartition("#")
        if space not in ("", self.namespace) or key in self.own:
            return self.imports.get(space)
        unnamed = (each for each in self.imports.values() if not each.name and each.file.holds(key))
        return next(unnamed, None)

    def _decision(self, element: etree._Element) -> Decision:
        logic = self.builder.boxed_child(element)
        if logic is None:
            self.builder.find(
                "dmn.no-logic",
                element,
                f"决策“{name_of(element)}”没有内容，结果总是空",
                f"The decision {name_of(element)} has no logic; its result is always null",
                warning=True,
            )
        variable = child(element, "variable")
        tables = children(element, "decisionTable")
        outputs = (
            [" ".join(attribute(part, "name").split()) for part in children(tables[0], "output")]
            if tables
            else []
        )
        named = variable is not None and bool(variable.get("name"))
        return Decision(
            id=nearest_id(element),
            name=name_of(element),
            variable=name_of(variable) if named and variable is not None else name_of(element),
            type=self._variable_type(element),
            logic=logic,
            reads=reads(element, self.builder),
            output_names=tuple(outputs),
            required_inputs=self._required(element, "informationRequirement", "requiredInput"),
            required_decisions=self._required(element, "informationRequirement", "requiredDecision"),
            required_knowledge=self._required(element, "knowledgeRequirement", "requiredKnowledge"),
            foreign=self._foreign(element),
        )

    def _knowledge(self, element: etree._Element) -> Knowledge:
        holder = child(element, "encapsulatedLogic")
        return Knowledge(
            id=nearest_id(element),
            name=name_of(element),
            logic=None if holder is None else self.builder.function(holder, self._result_type(element)),
            reads=reads(element, self.builder) - {name_of(element)},
            required_knowledge=self._required(element, "knowledgeRequirement", "requiredKnowledge"),
            foreign=self._foreign(element),
        )

    def _service(self, element: etree._Element) -> Service:
        def held(name: str) -> tuple[str, ...]:
            return tuple(reference(part) for part in children(element, name))

        return Service(
            id=nearest_id(element),
            name=name_of(element),
            output_decisions=held("outputDecision"),
            input_decisions=held("inputDecision"),
            input_data=held("inputData"),
            type=self._result_type(element),
        )

    # references
    def _missing(self, owner: str, key: str) -> None:
        self.builder.find(
            "dmn.unknown-reference", owner, f"引用的“{key}”不存在", f"There is no {key} to refer to"
        )

    def _check_references(self, file: DecisionFile) -> None:
        knowledge = {*file.knowledge, *file.services}
        for decision in file.decisions.values():
            for key in decision.required_inputs:
                if key not in file.inputs:
                    self._missing(decision.id, key)
            for key in decision.required_decisions:
                if key not in file.decisions:
                    self._missing(decision.id, key)
        needs = [(owner.id, owner.required_knowledge) for owner in file.decisions.values()]
        needs += [(owner.id, owner.required_knowledge) for owner in file.knowledge.values()]
        for owner_id, keys in needs:
            for key in keys:
                if key not in knowledge:
                    self._missing(owner_id, key)
        for service in file.services.values():
            for key in (*service.output_decisions, *service.input_decisions):
                if key not in file.decisions:
                    self._missing(service.id, key)
            for key in service.input_data:
                if key not in file.inputs:
                    self._missing(service.id, key)

    def _check_cycles(self, file: DecisionFile) -> None:
        needs = {
            **{key: decision.required_decisions for key, decision in file.decisions.items()},
            **{key: model.required_knowledge for key, model in file.knowledge.items()},
        }
        depths: dict[str, int] = {}
        for start in needs:
            if self._cycle(start, needs, (), depths):
                self.builder.find(
                    "dmn.cycle", start, f"“{start}”的依赖形成环", f"The requirements of {start} form a circle"
                )
        deep = next((key for key, depth in depths.items() if depth > LONGEST_CHAIN), None)
        if deep is not None:
            self.builder.find(
                "dmn.too-deep",
                deep,
                f"“{deep}”一环扣一环地依赖超过 {LONGEST_CHAIN} 个决策",
                f"{deep} requires a chain of more than {LONGEST_CHAIN} decisions",
            )

    def _cycle(
        self, key: str, needs: dict[str, tuple[str, ...]], path: tuple[str, ...], depths: dict[str, int]
    ) -> bool:
        """Tell whether a circle starts here; note in `depths` how long the chain below is."""
        if key in path:
            return True
        if key in depths:
            return False
        if len(path) > LONGEST_CHAIN:
            depths[key] = LONGEST_CHAIN + 1
            return False
        required = needs.get(key, ())
        found = any(self._cycle(each, needs, (*path, key), depths) for each in required)
        depths[key] = 1 + max((depths.get(each, 0) for each in required), default=0)
        return found

    # names
    def _check_names(self, file: DecisionFile) -> None:
        """Warn of names that nothing gives: most often a text without its quotes."""
        if any(finding.severity == "error" for finding in self.builder.findings):
            return
        for element in children(self.root, "decision", "businessKnowledgeModel"):
            for name, place in unknown_names(element, self._given(element, file), self.builder, file):
                self.builder.find(
                    "dmn.unknown-name",
                    place,
                    f"“{name}”不是输入、决策或函数的名称；如果是文字，请加英文引号",
                    f"{name} is no input, decision or function; if it is a text, put it in quotes",
                    warning=True,
                )

    def _given(self, element: etree._Element, file: DecisionFile) -> set[str]:
        """Return the names that a decision or model is given by what it requires."""
        key = nearest_id(element)
        decision, model = file.decisions.get(key), file.knowledge.get(key)
        given: set[str] = set()
        for each in decision.required_inputs if decision is not None else ():
            given.add(file.inputs[each].name)
        for each in decision.required_decisions if decision is not None else ():
            required = file.decisions[each]
            given |= {required.variable, required.id, *required.output_names}
        if model is not None:
            given.add(model.name)
        owner = decision or model
        for each in owner.required_knowledge if owner is not None else ():
            given.add((file.knowledge.get(each) or file.services[each]).name)
        for part in owner.foreign if owner is not None else ():
            given |= {part.origin.name} if part.origin.name else part.origin.file.known
        return given if file.strict else given | {data.name for data in file.inputs.values()}
