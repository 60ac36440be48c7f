"""Gateways: which way to go on, and whom to wait for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from SpiffWorkflow.bpmn.specs import defaults

from workflows.engine.expressions import holds
from workflows.engine.model import Incident
from workflows.engine.scope import Scope
from workflows.engine.specs import Node
from workflows.engine.tokens import CANCELLED, COMPLETED, FINISHED, FUTURE, WAITING, Token


class ExclusiveGateway(Node, defaults.ExclusiveGateway):
    """The first flow whose condition holds, else the default."""

    def outgoing(self, token: Token) -> list[str]:
        """Exactly one flow."""
        default = None
        for flow in self.flows:
            if flow.default:
                default = flow
            elif self.passes(flow, token):
                return [flow.target]
        if default is None:
            raise Incident(
                self.bpmn_id or "",
                "排他网关没有一条连线满足条件 / no flow of the exclusive gateway holds",
                element_name=self.bpmn_name or "",
            )
        return [default.target]


class Join(Node):
    """Mixin of gateways that wait for several flows. Arrived tokens wait; one goes on, the others end in it."""

    def _update_hook(self, token: Token) -> bool:
        here = [t for t in token.workflow.active.values() if t.task_spec is self and t._state == WAITING]
        arrived = [*here, token]
        chosen = self.due(arrived, token)
        if chosen is None:
            return False
        self.merge(token, chosen)
        return True

    def merge(self, token: Token, chosen: list[Token]) -> None:
        """One token goes on, the others end in it."""
        for other in chosen:
            if other is not token:
                other.internal_data["into"] = token.id
                other._set_state(CANCELLED)

    def due(self, arrived: list[Token], token: Token) -> list[Token] | None:
        """The tokens to merge if the gateway fires now, else None."""
        raise NotImplementedError

    def note(self, token: Token, state: int) -> None:
        """Arrivals do not count; only the gateway's own completion does."""
        if state == COMPLETED:
            super().note(token, state)


class ParallelGateway(Join, defaults.ParallelGateway):
    """Waits for one token on each incoming flow, then takes all outgoing ones."""

    def due(self, arrived: list[Token], token: Token) -> list[Token] | None:
        """One token of each incoming flow; excess tokens keep waiting."""
        wanted = list(self._inputs)
        if len(wanted) <= 1:
            return [token]
        chosen = []
        for other in [token, *arrived[:-1]]:
            source = other.parent.task_spec.name if other.parent else ""
            if source in wanted:
                wanted.remove(source)
                chosen.append(other)
        return chosen if not wanted else None

    def outgoing(self, token: Token) -> list[str]:
        """All flows; conditions do not count here."""
        return [flow.target for flow in self.flows]


class InclusiveGateway(Join, defaults.InclusiveGateway):
    """Waits for every token that can still come, then takes each flow whose condition holds."""

    def due(self, arrived: list[Token], token: Token) -> list[Token] | None:
        """One token of each flow that has come, once nobody else in this scope can come on another."""
        if len(self._inputs) > 1 and self.more_may_come(token):
            token.workflow.top.joins[token.id] = token
            return None
        return _one_of_each(self._inputs, arrived, token)

    def more_may_come(self, token: Token) -> bool:
        """True if an unfinished token elsewhere can reach this gateway on an empty incoming flow."""
        full = self.full(token)
        empty = [name for name in self._inputs if name not in full]
        specs = self._wf_spec.task_specs
        from_empty, from_full = _upstream(specs, empty, self.name), _upstream(specs, list(full), self.name)
        for other in _living(token):
            if other.task_spec is self:
                if other._state == FUTURE:
                    return True
            elif _drawn_name(other) in from_empty and _drawn_name(other) not in from_full:
                return True
        return False

    def full(self, token: Token) -> set[str]:
        """The flows on which a token has come."""
        return {
            other.parent.task_spec.name
            for other in [*token.workflow.active.values(), token]
            if other.task_spec is self and other.parent is not None and "reset" not in other.internal_data
        }

    def recheck(self, token: Token) -> bool:
        """A waiting token asks again, since others have moved."""
        arrived = [t for t in token.workflow.active.values() if t.task_spec is self and t._state == WAITING]
        if self.more_may_come(token):
            return False
        self.merge(token, _one_of_each(self._inputs, arrived, token))
        token._ready()
        return True


class Gather(Join, defaults.NoneTask):
    """Stands hidden in front of an activity with a start quantity: as many tokens go in as one."""

    drawn = False
    quantity = 1

    def due(self, arrived: list[Token], token: Token) -> list[Token] | None:
        """As many as are wanted."""
        return arrived[-self.quantity :] if len(arrived) >= self.quantity else None


class ComplexGateway(InclusiveGateway):
    """Fires as soon as its activation condition holds, then waits for the flows that have not come, and resets.

    The condition sees `activationCount`, the number of tokens that have arrived. A reset takes in those that
    came later and sends nothing on, but along flows whose condition speaks of `waitingForStart`, which is true
    when the gateway fires and false when it resets.
    """

    activation: str = ""

    def due(self, arrived: list[Token], token: Token) -> list[Token] | None:
        """One token of each flow that has come, once the condition holds."""
        if len(self._inputs) <= 1:
            return [token]
        token.workflow.top.joins[token.id] = token
        if any("reset" in other.internal_data for other in arrived):
            return None
        scope = Scope({"activationCount": len(arrived)}, token.data, keep=True)
        if not holds(self.activation, scope, token.workflow.top.around.world):
            return None
        return _one_of_each(self._inputs, arrived, token)

    def recheck(self, token: Token) -> bool:
        """Fire after all, or, where it has fired, reset once nobody else can come."""
        here = [t for t in token.workflow.active.values() if t.task_spec is self and t._state == WAITING]
        if "reset" not in token.internal_data:
            chosen = self.due([other for other in here if other is not token] + [token], token)
            if chosen is None:
                return False
            self.merge(token, chosen)
            token._ready()
            return True
        came = token.internal_data["reset"]
        if self.more_may_come(token):
            return False
        for other in here:
            if other is not token and _source(other) not in came:
                other.internal_data["into"] = token.id
                other._set_state(CANCELLED)
        token._ready()
        return True

    def full(self, token: Token) -> set[str]:
        """Flows that need not come any more, when it resets."""
        return super().full(token) | set(token.internal_data.get("reset", ()))

    def merge(self, token: Token, chosen: list[Token]) -> None:
        """It fires: from now on it waits for the flows that have not come."""
        super().merge(token, chosen)
        came = [_source(other) for other in chosen]
        if len(self._inputs) > 1 and len(came) < len(self._inputs):
            waiting = Token(token.workflow, self, token.parent)
            waiting.internal_data["reset"] = came
            waiting._set_state(WAITING)
            token.workflow.top.joins[waiting.id] = waiting

    def outgoing(self, token: Token) -> list[str]:
        """As an inclusive gateway; on a reset only flows that speak of it."""
        resets = "reset" in token.internal_data
        if not resets and not any("waitingForStart" in (flow.condition or "") for flow in self.flows):
            return super().outgoing(token)
        scope = Scope({"waitingForStart": not resets}, token.data, keep=True)
        world = token.workflow.top.around.world
        taken = [
            flow.target
            for flow in self.flows
            if (
                flow.condition
                and holds(flow.condition, scope, world)
                and (not resets or "waitingForStart" in flow.condition)
            )
            or (not flow.condition and not flow.default and not resets)
        ]
        if not taken and not resets:
            taken = [flow.target for flow in self.flows if flow.default]
            if not taken:
                raise Incident(
                    self.bpmn_id or self.name, "没有一条流出的连线满足条件 / no outgoing flow holds"
                )
        return taken

    def note(self, token: Token, state: int) -> None:
        """A reset is nothing the diagram shows."""
        if "reset" not in token.internal_data:
            super().note(token, state)


def _one_of_each(flows: list[str], arrived: list[Token], token: Token) -> list[Token]:
    """The given token and the first one of each other flow that has come; the rest wait for the next round."""
    wanted = Counter(flows)
    wanted[_source(token)] -= 1
    chosen = [token]
    for other in arrived:
        if other is not token and wanted[_source(other)] > 0:
            wanted[_source(other)] -= 1
            chosen.append(other)
    return chosen


def _source(token: Token) -> str:
    return token.parent.task_spec.name if token.parent is not None else ""


def _living(token: Token) -> list[Token]:
    """Unfinished tokens of a scope, those just made included."""
    return [t for t in token.workflow.tasks.values() if t is not token and not t._state & FINISHED]


def _drawn_name(token: Token) -> str:
    """Spec name of a token, of the activity for its instances and armed events."""
    if (token.triggered or (token.task_spec.attached and token._state == WAITING)) and token.parent:
        return _drawn_name(token.parent)
    return token.task_spec.name


def _upstream(specs: Mapping[str, Any], names: list[str], stop: str) -> set[str]:
    """Names of all specs from which one of the given can be reached without passing `stop`, inclusive."""
    seen: set[str] = set()
    todo = [name for name in names if name != stop]
    while todo:
        name = todo.pop()
        if name in seen:
            continue
        seen.add(name)
        spec = specs[name]
        todo.extend(source for source in spec._inputs if source != stop)
        attached_to = spec.plan.attached_to if isinstance(spec, Node) else ""
        if attached_to:
            todo.append(attached_to)
    return seen
