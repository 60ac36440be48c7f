"""Activities that run several times: parallel, one after another, in a loop.

A multi-instance child has a small scope of its own: the element variable, `loopCounter`, and all that is
written while it runs. When it finishes, that scope (without `loopCounter`) is added, in the order of the
collection, to the list `<element id>_results` around it, or, where the diagram draws `loopDataOutputRef` and
`outputDataItem`, that one value to that one list. A loop's rounds share the variables around them.

Counters, in the children and in the conditions: loopCounter, and as Camunda and BPMN name them nrOfInstances and
numberOfInstances, and so on (see `COUNTERS`). What a behaviour event throws, the boundary events of the activity
itself may catch.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from typing import Any, ClassVar

from SpiffWorkflow.bpmn.specs import defaults

from workflows.engine.events import EventPlan, evaluated, throw
from workflows.engine.expressions import holds
from workflows.engine.model import Incident
from workflows.engine.scope import Scope
from workflows.engine.specs import Node
from workflows.engine.tokens import ACTIVE, FINISHED, STARTED, Token


@dataclass(frozen=True)
class Rounds:
    """What the diagram says about the repetition.

    Attributes:
        behavior: `all` throws nothing, `none` for each child that completes, `one` for the first; `complex` for
            each of `throws` whose condition holds.
        throws: condition (for `complex`) and what is thrown.
    """

    collection: str = ""
    cardinality: str = ""
    element: str = ""
    condition: str = ""
    output_list: str = ""
    output_item: str = ""
    maximum: int | None = None
    test_before: bool = False
    behavior: str = "all"
    throws: tuple[tuple[str, EventPlan], ...] = ()


class Repeated(Node):
    """Mixin of the outer spec; `task_spec` names the spec of the children."""

    drawn: ClassVar[bool] = False
    rounds: Rounds
    task_spec: str

    def failure(self, reason: str) -> Incident:
        """An incident at this element."""
        return Incident(self.bpmn_id or self.name, reason, element_name=self.bpmn_name or "")

    def child(self, token: Token, index: int, local: dict[str, Any], keep: bool) -> None:
        """Start one child."""
        child = token.spawn(self.task_spec)
        child.triggered = True
        child.local = {**local, "loopCounter": index}
        child.keep = keep
        child.internal_data["index"] = index
        child.arrive()

    def running(self, token: Token) -> list[Token]:
        """Children that have not finished."""
        return [child for child in token.children if child.triggered and child._state & ACTIVE]


class MultiInstance(Repeated):
    """What both kinds of multi-instance share."""

    at_once: ClassVar[bool]

    def _run_hook(self, token: Token) -> bool | None:
        items = self.items(token)
        facts = token.internal_data
        facts["count"], facts["done"], facts["next"] = len(items), [], 0
        token.data[self.result_name] = []
        if not items:
            return True
        token._set_state(STARTED)
        if self.at_once:
            facts["next"] = len(items)
            for index, item in enumerate(items):
                self.child(token, index, self.local(item), keep=True)
        else:
            facts["items"] = items
            self.next_child(token)
        return None

    @property
    def result_name(self) -> str:
        """Variable the results are collected in."""
        return self.rounds.output_list or f"{self.bpmn_id}_results"

    def local(self, item: Any) -> dict[str, Any]:
        """Variables a child starts with."""
        return {self.rounds.element: item} if self.rounds.element else {}

    def items(self, token: Token) -> list[Any]:
        """The collection, or as many numbers as the cardinality says."""
        if self.rounds.collection:
            found = evaluated(self.rounds.collection, token)
            if not isinstance(found, (list, tuple)):
                raise self.failure(
                    f"多实例的集合 {self.rounds.collection} 不是列表 / the collection is not a list"
                )
            return list(found)
        count = evaluated(self.rounds.cardinality, token)
        if isinstance(count, bool) or not isinstance(count, int) or count < 0:
            raise self.failure(
                f"多实例的次数 {self.rounds.cardinality} 不是非负整数 / the cardinality is not a count"
            )
        return list(range(count))

    def next_child(self, token: Token) -> None:
        """Start the next child of a sequence."""
        facts = token.internal_data
        index = facts["next"]
        facts["next"] = index + 1
        self.child(token, index, self.local(facts["items"][index]), keep=True)

    def child_done(self, token: Token, child: Token) -> None:
        """Collect a child's result; start the next, or finish."""
        facts = token.internal_data
        self.collect(token, child)
        try:
            thrown = self.thrown(token, child)
            enough = bool(self.rounds.condition) and self.condition_holds(token, child)
        except Exception:
            self.uncollect(token, child)  # the child is set aside, and comes again
            raise
        for plan in thrown:
            throw(token, plan)
        if not token.unfinished:
            return  # what was thrown has interrupted the activity
        if enough:
            for other in self.running(token):
                other.cancel()
        elif self.done(token) < facts["count"]:
            if not self.at_once and facts["next"] < facts["count"]:
                self.next_child(token)
            return
        token.workflow.top.gather()
        self.drop(token)
        token.complete()

    def thrown(self, token: Token, child: Token) -> list[EventPlan]:
        """What the behaviour throws for a child that has completed."""
        rounds = self.rounds
        if rounds.behavior == "all" or (rounds.behavior == "one" and self.done(token) > 1):
            return []
        world = token.workflow.top.around.world
        return [
            each
            for condition, plan in rounds.throws
            if rounds.behavior != "complex" or holds(condition, child.data, world)
            for each in plan.each
        ]

    def counter(self, token: Token, name: str) -> int:
        """One of the `COUNTERS` as it stands."""
        facts = token.internal_data
        done, count = self.done(token), facts["count"]
        if name == "CompletedInstances":
            return done
        if name == "ActiveInstances":
            return int(facts["next"]) - done if token.unfinished else 0
        if name == "TerminatedInstances":
            return 0 if token.unfinished else int(facts["next"]) - done
        return int(count)

    def collect(self, token: Token, child: Token) -> None:
        """Put what a child has into the results, at its place."""
        index = child.internal_data["index"]
        done = token.internal_data["done"]
        place = bisect_left(done, index)
        if done[place : place + 1] == [index]:
            return
        done.insert(place, index)
        if "apart" in token.internal_data:
            return
        # A new list each time: a value that others may hold is never changed in place.
        results = list(token.data.get(self.result_name) or [])
        results.insert(place, self.result_of(child))
        token.data[self.result_name] = results

    def result_of(self, child: Token) -> Any:
        """What a finished child adds to the results."""
        local = child.local or {}
        if self.rounds.output_item:
            return local.get(self.rounds.output_item)
        return {name: found for name, found in local.items() if name != "loopCounter"}

    def done(self, token: Token) -> int:
        """How many children have finished, those that are apart included (see `parts`)."""
        facts = token.internal_data
        return len(facts["done"]) + (facts["apart"][1] if "apart" in facts else 0)

    def uncollect(self, token: Token, child: Token) -> None:
        """Take a child's result out again, since it is to be done once more."""
        done, index = token.internal_data["done"], child.internal_data["index"]
        if index in done:
            place = done.index(index)
            if "apart" in token.internal_data:
                del done[place]
                return
            results = list(token.data.get(self.result_name) or [])
            del done[place]
            del results[place]
            token.data[self.result_name] = results

    def condition_holds(self, token: Token, child: Token) -> bool:
        """Evaluate the completion condition with the counters."""
        if token.workflow.top.passing == token.id:
            return False
        return holds(self.rounds.condition, child.data, token.workflow.top.around.world)

    def drop(self, token: Token) -> None:
        """Drop finished children: their results are collected. Branches that left them stay."""
        tasks = token.workflow.tasks
        keep = []
        for child_id in token._children:
            child = tasks.get(child_id)
            if child is None:
                continue
            if child.triggered and child._state & FINISHED and not child._children:
                token.workflow.top.close_inner(child)
                del tasks[child_id]
            else:
                keep.append(child_id)
        token._children[:] = keep
        token.internal_data.pop("items", None)


class ParallelMultiInstance(MultiInstance, defaults.ParallelMultiInstanceTask):
    """All children at once."""

    at_once = True


class SequentialMultiInstance(MultiInstance, defaults.SequentialMultiInstanceTask):
    """One child after another."""

    at_once = False


class Loop(Repeated, defaults.StandardLoopTask):
    """Runs again while its condition holds, at most `maximum` times."""

    def _run_hook(self, token: Token) -> bool | None:
        token.internal_data["round"] = 0
        if self.rounds.test_before and not self.again(token):
            return True
        token._set_state(STARTED)
        self.child(token, 0, {}, keep=False)
        return None

    def again(self, token: Token) -> bool:
        """True if another round is due."""
        if token.workflow.top.passing == token.id:
            return False
        done = token.internal_data["round"]
        if self.rounds.maximum is not None and done >= self.rounds.maximum:
            return False
        if not self.rounds.condition:
            return True
        scope = Scope({"loopCounter": done}, token.data, keep=True)
        return holds(self.rounds.condition, scope, token.workflow.top.around.world)

    def child_done(self, token: Token, child: Token) -> None:
        """Count the round; go again or finish."""
        facts = token.internal_data
        facts["round"] += 1
        try:
            again = self.again(token)
        except Exception:
            facts["round"] -= 1  # the child is set aside, and comes again
            raise
        tasks = token.workflow.tasks
        if not child._children and child.id in tasks:
            token.workflow.top.close_inner(child)
            del tasks[child.id]
            token._children.remove(child.id)
        if again:
            self.child(token, facts["round"], {}, keep=False)
        else:
            token.complete()
