"""From a drawing to specs: SpiffWorkflow's parser, with the Camunda 7 attributes and without recursion.

Stock classes read messages, signals, errors, lanes and event definitions. The mixin `CamundaNode` reads what
Camunda puts on a node, turns `camunda:collection` into an ordinary multi-instance, and leaves following the
flows to `ProcessReader`, which makes all nodes first and connects them afterwards: a long diagram needs no
deep stack, and a part nobody reaches is read all the same.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, ClassVar

from lxml import etree
from SpiffWorkflow.bpmn.parser import event_parsers, task_parsers
from SpiffWorkflow.bpmn.parser.BpmnParser import BpmnParser
from SpiffWorkflow.bpmn.parser.TaskParser import TaskParser
from SpiffWorkflow.bpmn.parser.util import full_tag

from workflows.engine import event_specs, gateways, multi, specs, subprocesses
from workflows.engine.drawing import (
    BPMN,
    CAMUNDA,
    NAMESPACES,
    bare,
    called_by,
    children,
    descendants,
    is_true,
    lanes_of,
    local_name,
    processes_of,
    text_of,
)
from workflows.engine.events import EventPlan
from workflows.engine.extensions import (
    Names,
    event_plan,
    extensions_of,
    mappings_of,
    names_of,
    properties_of,
    rounds_of,
)
from workflows.engine.process_reader import ProcessReader, undoes


class CamundaNode:
    """Mixin of the node parsers."""

    node: etree._Element
    task: Any
    spec: specs.ProcessSpec
    process_parser: ProcessReader
    bpmn_id: str

    def parse_node(self) -> Any:
        """Make the spec of this node alone."""
        task = self.task = self.create_task()  # type: ignore[attr-defined]
        self._describe(task)
        reader = self.process_parser
        task.process_id = reader.process_id
        rounds = rounds_of(self.node, reader.parser.names)
        if rounds is not None:
            self._repeat(rounds)
        return self.task

    def _describe(self, task: Any) -> None:
        events = self.process_parser.get_boundary_events(self.bpmn_id)
        task.plan = specs.Plan(
            tag=local_name(self.node),
            extensions=extensions_of(self.node),
            properties=properties_of(self.node),
            mappings=mappings_of(self.node),
            event=event_plan(self.node, self.process_parser.parser.names),
            boundaries=tuple(event.get("id") for event in events if not undoes(event)),
            attached_to=bare(self.node.get("attachedToRef")),
        )
        # SpiffWorkflow's own place for what a vendor adds.
        task.extensions = dict(task.plan.extensions)

    def _repeat(self, rounds: multi.Rounds) -> None:
        """Put a multi-instance or loop spec in front, and make this task its child."""
        child, plan = self.task, self.task.plan
        kind = self._outer_class()
        del self.spec.task_specs[child.name]
        outer = kind(
            self.spec, child.name, task_spec="", bpmn_name=child.bpmn_name, lane=child.lane, **_NO_LOOP[kind]
        )
        outer.rounds = rounds
        outer.process_id = child.process_id
        outer.plan = specs.Plan(tag=plan.tag, properties=plan.properties, boundaries=plan.boundaries)
        outer.extensions = {}
        child.plan = specs.Plan(
            tag=plan.tag,
            extensions=plan.extensions,
            properties=plan.properties,
            mappings=plan.mappings,
            event=plan.event,
        )
        child.counted = isinstance(outer, multi.MultiInstance)
        child.name = outer.task_spec = f"{child.name} [child]"
        self.spec.task_specs[child.name] = child
        # The stock class insists on an input for every spec it runs.
        child._inputs.append(outer.name)
        self.task = outer

    def _outer_class(self) -> Any:
        for element in children(self.node, "multiInstanceLoopCharacteristics"):
            sequential = element.get("isSequential", "false").strip() in ("true", "1")
            return multi.SequentialMultiInstance if sequential else multi.ParallelMultiInstance
        return multi.Loop

    def parse_incoming_data_references(self) -> list[Any]:
        """Data objects are documentation in this profile."""
        return []

    def parse_outgoing_data_references(self) -> list[Any]:
        """Data objects are documentation in this profile."""
        return []

    def _get_lane(self) -> str | None:
        return self.process_parser.lane_of(self.bpmn_id)


_MULTI: dict[str, Any] = {}
_NO_LOOP: dict[Any, dict[str, Any]] = {
    multi.ParallelMultiInstance: _MULTI,
    multi.SequentialMultiInstance: _MULTI,
    multi.Loop: {"maximum": None, "condition": None, "test_before": False},
}


class PlainNode(CamundaNode, TaskParser):
    """Tasks and gateways."""


class ComplexNode(PlainNode):
    """Complex gateways."""

    def create_task(self) -> Any:
        task = super().create_task()
        task.activation = "".join(
            text_of(body) for body in children(self.node, "activationCondition")
        ).strip()
        return task


class ScriptNode(CamundaNode, task_parsers.ScriptTaskParser):
    """Script tasks."""

    def get_script(self) -> str:
        """The script's text."""
        return "\n".join(text_of(element) for element in children(self.node, "script"))


class CallNode(CamundaNode, task_parsers.CallActivityParser):
    """Call activities; the process is named by a qualified name."""

    def create_task(self) -> Any:
        called = called_by(self.node)
        return self.spec_class(self.spec, self.bpmn_id, subworkflow_spec=called, **self.bpmn_attributes)


class InnerNode(CamundaNode, task_parsers.SubWorkflowParser):
    """Subprocesses of every kind: their content is a spec of its own.

    Two files of a bundle may use the same id, so its name starts with that of the process around it.
    """

    def create_task(self) -> Any:
        reader = self.process_parser
        name = f"{reader.spec.name}/{self.bpmn_id}"
        reader.parser.read_inner(self.node, name, reader)
        kind = subprocesses.EventSubProcess if is_true(self.node, "triggeredByEvent") else self.spec_class
        task = kind(self.spec, self.bpmn_id, subworkflow_spec=name, **self.bpmn_attributes)
        if isinstance(task, subprocesses.AdHoc):
            task.condition = "".join(text_of(e) for e in children(self.node, "completionCondition")).strip()
            task.sequential = self.node.get("ordering", "Parallel") == "Sequential"
            task.cancels_rest = is_true(self.node, "cancelRemainingInstances", "true")
        return task

    def _describe(self, task: Any) -> None:
        super()._describe(task)
        start = next(iter(children(self.node, "startEvent")), None)
        if start is not None and isinstance(task, subprocesses.EventSubProcess):
            plan = event_plan(start, self.process_parser.parser.names)
            event = EventPlan(
                "multiple", interrupting=plan.interrupting, parts=plan.each, parallel=plan.parallel
            )
            task.plan = replace(task.plan, event=event)


class EventNode(CamundaNode, event_parsers.EventDefinitionParser):
    """Events; what they wait for or throw is in their plan."""

    def create_task(self) -> Any:
        cancel = None
        if local_name(self.node) == "boundaryEvent":
            cancel = self.node.get("cancelActivity", "true") in ("true", "1")
        return self._create_task(_NO_EVENT, cancel)


_NO_EVENT = event_parsers.NoneEventDefinition(description="Default")


class GatewayNode(CamundaNode, TaskParser):
    """Event-based gateways."""

    def create_task(self) -> Any:
        return self.spec_class(
            self.spec,
            self.bpmn_id,
            event_definition=event_parsers.MultipleEventDefinition(),
            **self.bpmn_attributes,
        )

    def _describe(self, task: Any) -> None:
        super()._describe(task)
        task.parallel = self.node.get("eventGatewayType") == "Parallel"


def _tag(name: str, parser: Any, spec: Any) -> tuple[str, tuple[Any, Any]]:
    return full_tag(name), (parser, spec)


class BundleParser(BpmnParser):
    """Reads one diagram file: messages and errors of two files may have the same ids."""

    PROCESS_PARSER_CLASS = ProcessReader
    PARSER_CLASSES: ClassVar[dict[str, tuple[Any, Any]]] = {}
    OVERRIDE_PARSER_CLASSES: ClassVar[dict[str, tuple[Any, Any]]] = dict(
        (
            _tag("startEvent", EventNode, event_specs.StartEvent),
            _tag("endEvent", EventNode, event_specs.EndEvent),
            _tag("intermediateCatchEvent", EventNode, event_specs.IntermediateCatch),
            _tag("intermediateThrowEvent", EventNode, event_specs.ThrowEvent),
            _tag("boundaryEvent", EventNode, event_specs.BoundaryEvent),
            _tag("receiveTask", EventNode, event_specs.ReceiveTask),
            _tag("sendTask", EventNode, specs.SendTask),
            _tag("eventBasedGateway", GatewayNode, event_specs.EventBasedGateway),
            _tag("task", PlainNode, specs.NoneTask),
            _tag("userTask", PlainNode, specs.UserTask),
            _tag("manualTask", PlainNode, specs.ManualTask),
            _tag("serviceTask", PlainNode, specs.ServiceTask),
            _tag("businessRuleTask", PlainNode, specs.RuleTask),
            _tag("scriptTask", ScriptNode, specs.ScriptTask),
            _tag("exclusiveGateway", PlainNode, gateways.ExclusiveGateway),
            _tag("parallelGateway", PlainNode, gateways.ParallelGateway),
            _tag("inclusiveGateway", PlainNode, gateways.InclusiveGateway),
            _tag("complexGateway", ComplexNode, gateways.ComplexGateway),
            _tag("subProcess", InnerNode, specs.SubProcess),
            _tag("transaction", InnerNode, specs.Transaction),
            _tag("adHocSubProcess", InnerNode, subprocesses.AdHoc),
            _tag("callActivity", CallNode, specs.CallActivity),
        )
    )

    def __init__(self) -> None:
        super().__init__(namespaces=NAMESPACES)
        self.names = Names({}, {}, {}, {})

    def add_bpmn_xml(self, bpmn: Any, filename: str | None = None) -> None:
        """Take up the processes and global tasks of a file."""
        self.names = names_of(bpmn)
        self._add_diagram_indexes(bpmn)
        for process in processes_of(bpmn):
            self.create_parser(process, filename)

    def create_parser(self, node: Any, filename: str | None = None, lane: str | None = None) -> None:
        """Take up a process of the file."""
        self._read(node, node.get("id", ""), filename)

    def read_inner(self, node: Any, name: str, around: ProcessReader) -> None:
        """Take up the content of a subprocess under a name of its own."""
        self._read(node, name, around.filename).parent = around

    def _read(self, node: Any, name: str, filename: str | None) -> ProcessReader:
        reader = ProcessReader(self, node, self.namespaces, self.data_stores, filename=filename)
        reader.spec_name = name
        self.process_parsers[name] = reader
        return reader

    def _add_diagram_indexes(self, bpmn: Any) -> None:
        """Read the lanes; where things are drawn does not matter to us, and may be nonsense."""
        self.document_lanes[self._document_key(bpmn)] = lanes_of(bpmn)

    def _add_data_stores(self, bpmn: Any) -> None:
        """Data stores are documentation in this profile."""

    def _add_correlations(self, bpmn: Any) -> None:
        """Messages find their instance by the application's own keys."""


__all__ = ["BPMN", "CAMUNDA", "BundleParser", "EventPlan", "descendants"]
