"""One process or subprocess of a drawing: all its nodes first, then what connects them.

Flows, links, compensation handlers, the listeners of events with several definitions and of event subprocesses,
and where tokens begin.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, cast

from lxml import etree
from SpiffWorkflow.bpmn.parser.ProcessParser import ProcessParser

from workflows.engine import compensation, event_specs, gateways, multi, specs, subprocesses
from workflows.engine.drawing import (
    bare,
    children,
    handlers_of,
    is_true,
    link_aim,
    link_keys,
    local_name,
    text_of,
)
from workflows.engine.extensions import event_definitions, properties_of
from workflows.engine.listeners import Listener

if TYPE_CHECKING:
    from workflows.engine.parser import BundleParser


def undoes(event: etree._Element) -> bool:
    """True for a boundary event that leads to a compensation handler: nothing ever waits for it."""
    return any(
        local_name(definition) == "compensateEventDefinition" for definition in event_definitions(event)
    )


class ProcessReader(ProcessParser):
    """One process or subprocess: all its nodes, then all its flows."""

    parser: BundleParser
    spec: specs.ProcessSpec

    spec_name: str = ""

    @property
    def process_id(self) -> str:
        """Id of the process this content belongs to, however deep."""
        return self.parent.process_id if self.parent is not None else self.bpmn_id

    def _index_process_nodes(self) -> None:
        # The stock index takes in nested subprocesses; only this level's own children are wanted.
        for node in self.node:
            node_id = node.get("id")
            if node_id is not None and isinstance(node.tag, str):
                self.nodes_by_id[node_id] = node
                if local_name(node) == "boundaryEvent":
                    host = bare(node.get("attachedToRef"))
                    self.boundary_events_by_attached.setdefault(host, []).append(node)

    def lane_of(self, node_id: str) -> str | None:
        """Name of the lane of a node; content of a subprocess lies in the subprocess's lane."""
        lane = self.get_lane_name(node_id)
        if lane is None and self.parent is not None:
            return self.parent.lane_of(self.bpmn_id)
        return lane

    def _parse(self) -> None:
        self.spec = specs.ProcessSpec(self.spec_name, self.get_name(), self.filename)
        self.spec.process_id = self.process_id
        for node in self.node:
            if isinstance(node.tag, str) and node.get("id") and self.parser._get_parser_class(node.tag)[0]:
                self.parse_node(node)
        self.spec.ad_hoc = local_name(self.node) == "adHocSubProcess"
        compensation.Undo(self.spec, compensation.UNDO)
        compensation.UndoInside(self.spec, compensation.INSIDE)
        self._gather()
        self._connect_flows()
        self._connect_links()
        self._connect_handlers()
        self._add_listeners()
        self._find_entries()

    def _gather(self) -> None:
        """Put a hidden join in front of each activity with a start quantity."""
        self.fronts: dict[str, str] = {}
        for node_id, node in self.nodes_by_id.items():
            quantity = node.get("startQuantity", "1").strip()
            if node_id in self.spec.task_specs and quantity.isdigit() and int(quantity) > 1:
                front = gateways.Gather(self.spec, f"#gather {node_id}")
                front.bpmn_id, front.quantity = None, int(quantity)
                front.flows = (specs.Flow("", node_id),)
                front._outputs.append(node_id)
                self.spec.task_specs[node_id]._connect_notify(front)
                self.fronts[node_id] = front.name

    def _connect_flows(self) -> None:
        flows: dict[str, list[specs.Flow]] = {}
        for element in children(self.node, "sequenceFlow"):
            source, target = element.get("sourceRef", ""), element.get("targetRef", "")
            if source not in self.spec.task_specs or target not in self.spec.task_specs:
                continue
            condition = next((text_of(c).strip() for c in children(element, "conditionExpression")), "")
            default = self.nodes_by_id[source].get("default") == element.get("id")
            target = self.fronts.get(target, target)
            flows.setdefault(source, []).append(
                specs.Flow(element.get("id", ""), target, condition or None, default)
            )
        for source, found in flows.items():
            task = self.spec.task_specs[source]
            if isinstance(task, gateways.ExclusiveGateway) and len(found) == 1 and not found[0].condition:
                found = [specs.Flow(found[0].id, found[0].target, None, default=True)]
            quantity = self.nodes_by_id[source].get("completionQuantity", "1").strip()
            task.flows = tuple(found) * (int(quantity) if quantity.isdigit() else 1)
            for flow in found:
                target = self.spec.task_specs[flow.target]
                task._outputs.append(flow.target)
                target._connect_notify(task)

    def _connect_links(self) -> None:
        catches = {
            key: task
            for task, definition in self._links("intermediateCatchEvent")
            for key in link_keys(definition)
        }
        for task, definition in self._links("intermediateThrowEvent"):
            target = catches.get(link_aim(definition))
            if target is not None:
                task.flows = (specs.Flow("", target.name),)
                task._outputs.append(target.name)
                target._connect_notify(task)

    def _links(self, tag: str) -> Iterator[tuple[Any, etree._Element]]:
        for task in self._nodes():
            if task.plan.event.kind == "link" and task.plan.tag == tag:
                for definition in children(self.nodes_by_id[task.bpmn_id], "linkEventDefinition"):
                    yield task, definition

    def _nodes(self) -> list[Any]:
        return [task for task in self.spec.task_specs.values() if isinstance(task, specs.Node)]

    def _connect_handlers(self) -> None:
        """Which activity undoes which, as the associations say."""
        targets = {
            source: key
            for source, keys in handlers_of(self.node).items()
            for key in keys
            if key in self.nodes_by_id
        }
        for node in self.nodes_by_id.values():
            if local_name(node) != "boundaryEvent" or not undoes(node):
                continue
            event, host = node.get("id", ""), self.spec.task_specs.get(bare(node.get("attachedToRef")))
            handler = self.spec.task_specs.get(targets.get(event, ""))
            if not isinstance(host, specs.Node) or handler is None:
                continue
            done = host
            if isinstance(host, multi.Repeated):
                done = cast(specs.Node, self.spec.task_specs[host.task_spec])
            for task in (host, done):
                task.handler, task.handler_event = handler.name, event
            done.undoable = True
        for task in self._nodes():
            if is_true(self.nodes_by_id.get(task.bpmn_id, self.node), "isForCompensation"):
                task.undoable = False

    def _add_listeners(self) -> None:
        """One hidden spec for each definition of an event with several, and for each event subprocess."""
        self.spec.listening = ()
        for task in self._nodes():
            parts = task.plan.event.parts
            if isinstance(task, subprocesses.EventSubProcess):
                start = next(iter(children(self.nodes_by_id[task.bpmn_id], "startEvent")), None)
                if any(part.kind == "compensate" for part in parts):
                    self.spec.compensator, task.undoable = task.name, False
                elif start is not None:
                    self.spec.listening += (task.name,)
                    self._listen(task, start)
            elif parts and isinstance(task, event_specs.Catch) and task.plan.tag != "startEvent":
                self._listen(task, self.nodes_by_id[task.bpmn_id])

    def _listen(self, task: Any, event: etree._Element) -> None:
        names = []
        for number, part in enumerate(task.plan.event.parts):
            listener = Listener(self.spec, f"#{task.name} {number}")
            listener.bpmn_id, listener.bpmn_name = event.get("id"), event.get("name")
            listener.process_id, listener.background = task.process_id, task.background
            listener.plan = specs.Plan(
                tag=local_name(event),
                properties=properties_of(event),
                event=part,
                attached_to=task.plan.attached_to,
            )
            names.append(listener.name)
        task.listeners = tuple(names)

    def _find_entries(self) -> None:
        """Plain start events; without any start event, every node nothing leads to.

        A receive task or an event-based gateway that instantiates begins an instance as a start event does.
        """
        starts = [task for task in self._nodes() if isinstance(task, event_specs.StartEvent)]
        begins = [
            task
            for task in self._nodes()
            if not task._inputs and is_true(self.nodes_by_id.get(task.bpmn_id, self.node), "instantiate")
        ]
        openings = {
            flow.target: gateway.name
            for gateway in begins
            if isinstance(gateway, event_specs.EventBasedGateway)
            for flow in gateway.flows
        }
        instantiating = [task.name for task in begins if isinstance(task, event_specs.ReceiveTask)]
        self.spec.openings = openings
        self.spec.starts = (*(task.name for task in starts), *instantiating, *openings)
        entries = [task.name for task in starts if not task.plan.event.kind]
        if not self.spec.starts:
            entries = [task.name for task in self._nodes() if self._begins_by_itself(task)]
        elif not entries and len(self.spec.starts) == 1:
            entries = [self.spec.starts[0]]
        self.spec.entries = tuple(entries)

    def _begins_by_itself(self, task: Any) -> bool:
        node = self.nodes_by_id.get(task.name)
        return (
            node is not None
            and not task._inputs
            and not task.plan.attached_to
            and task.plan.event.kind != "link"
            and not isinstance(task, subprocesses.EventSubProcess)
            and not is_true(node, "isForCompensation")
        )
