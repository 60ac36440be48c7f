"""Activities, and what repeats them."""

# ruff: noqa: E501 - diagrams are written one element a line

from __future__ import annotations

from tests.workflows.engine.builders import diagram, document, process
from tests.workflows.engine.coverage.case import (
    ERROR,
    ESCALATION,
    MESSAGE,
    SIGNAL,
    Case,
    Try,
    case,
    event,
    inner,
    refusal,
    timer,
)
from workflows.engine import Source

_SCRIPT = "<bpmn:script>n = n + 1</bpmn:script>"
_CONTENT = inner("start i\ntask b\nend j", "i -> b -> j")
_DECISION = Source(
    "d.dmn",
    b'<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="D" name="D" namespace="t">'
    b'<decision id="rate" name="rate"><variable name="rate"/><literalExpression><text>n * 2</text>'
    b"</literalExpression></decision></definitions>",
)
_CALLED = Source("q.bpmn", document(process("start qs\ntask qa\nend qe", "qs -> qa -> qe", key="q")))


def _loop(attributes: str = "", condition: str = "") -> str:
    body = f"<bpmn:loopCondition>{condition}</bpmn:loopCondition>" if condition else ""
    return f"<bpmn:standardLoopCharacteristics {attributes}>{body}</bpmn:standardLoopCharacteristics>"


def _many(attributes: str = "", more: str = "", count: str = "3") -> str:
    return (
        f"<bpmn:multiInstanceLoopCharacteristics {attributes}><bpmn:loopCardinality>{count}</bpmn:loopCardinality>"
        f"{more}</bpmn:multiInstanceLoopCharacteristics>"
    )


def _enough(condition: str) -> str:
    return f"<bpmn:completionCondition>{condition}</bpmn:completionCondition>"


_DEFINED = SIGNAL + '<bpmn:signalEventDefinition id="D1" signalRef="S"/>'
_LISTENS = (
    "\nboundaryEvent x attachedToRef='a' cancelActivity='false' | "
    + event("signal", "S")
    + "\ntask c\nend y\ntask z\nend e"
)
_ROUTE = "s -> a -> z -> e; x -> c -> y"

CASES = (
    # ---- tasks
    case("task", "a token passes through", "start s\ntask a\nend e", "s -> a -> e", Try("s a e")),
    case(
        "user-task",
        "waits for a person",
        "start s\nuserTask a\nend e",
        "s -> a -> e",
        Try("s", status="waiting", waiting=("a",)),
        Try("s a e", answers=(("a", {"x": 1}),), holds={"x": 1}),
    ),
    case(
        "manual-task", "done without the system", "start s\nmanualTask a\nend e", "s -> a -> e", Try("s a e")
    ),
    case(
        "script-task",
        "lines `name = FEEL`",
        f"start s\nscriptTask a | {_SCRIPT}\nend e",
        "s -> a -> e",
        Try("s a e", data={"n": 1}, holds={"n": 2}),
    ),
    refusal(
        "script-task",
        "a script in another language",
        "start s\nscriptTask a scriptFormat='groovy' | <bpmn:script>x</bpmn:script>\nend e",
        "s -> a -> e",
        "script.language",
    ),
    case(
        "service-task",
        "asks a service by name",
        "start s\nserviceTask a camunda:topic='check'\nend e",
        "s -> a -> e",
        Try("s a e", answers=(("a", {"ok": True}),), holds={"ok": True}),
    ),
    Case(
        "business-rule-task",
        "asks a decision",
        diagram(
            "start s\nbusinessRuleTask a camunda:decisionRef='rate' camunda:resultVariable='r' camunda:mapDecisionResult='singleEntry'\nend e",
            "s -> a -> e",
        ),
        (Try("s a e", data={"n": 2}, holds={"r": 4}),),
        (_DECISION,),
    ),
    case(
        "send-task",
        "sends a message",
        "start s\nparallelGateway f\nintermediateCatchEvent c | "
        + event("message", "M")
        + "\nsendTask a messageRef='M'\nend e",
        "s -> f -> c -> e; f -> a -> e",
        Try("s f a c e e"),
        outside=MESSAGE,
    ),
    case(
        "receive-task",
        "waits for a message",
        "start s\nreceiveTask a messageRef='M'\nend e",
        "s -> a -> e",
        Try("s", status="waiting", waiting=("a",)),
        Try("s a e", answers=(("a", {}),)),
        outside=MESSAGE,
    ),
    refusal(
        "receive-task",
        "without a message it would not wait",
        "start s\nreceiveTask a\nend e",
        "s -> a -> e",
        "receive.no-message",
    ),
    case(
        "receive-task-instantiate",
        "its message begins the process",
        "receiveTask a instantiate='true' messageRef='M'\ntask b",
        "a -> b",
        Try("a b"),
        outside=MESSAGE,
    ),
    # ---- subprocesses
    case(
        "subprocess",
        "stands in the path after its content",
        f"start s\nsubProcess a | {_CONTENT}\nend e",
        "s -> a -> e",
        Try("s i b j a e"),
    ),
    case(
        "transaction",
        "a subprocess that a cancel event can undo",
        f"start s\ntransaction a | {_CONTENT}\nend e",
        "s -> a -> e",
        Try("s i b j a e"),
    ),
    case(
        "ad-hoc-parallel",
        "all at once",
        "start s\nadHocSubProcess a | " + inner("task b\ntask c", "") + "\nend e",
        "s -> a -> e",
        Try("s b c a e"),
    ),
    case(
        "ad-hoc-sequential",
        "one after another",
        "start s\nadHocSubProcess a ordering='Sequential' | "
        + inner("userTask b\nuserTask c", "")
        + "\nend e",
        "s -> a -> e",
        Try("s", status="waiting", waiting=("b",)),
        Try("s b", status="waiting", waiting=("c",), answers=(("b", {}),)),
        Try("s b c a e", answers=(("c", {}), ("b", {}))),
    ),
    case(
        "ad-hoc-condition",
        "until its condition holds; what is left is cancelled",
        "start s\nadHocSubProcess a | "
        + inner("userTask b\nuserTask c", "")
        + "<bpmn:completionCondition>done</bpmn:completionCondition>\nend e",
        "s -> a -> e",
        Try("s b a e", answers=(("b", {"done": True}),)),
        Try("s b c b a e", answers=(("b", {"done": False}), ("c", {}), ("b", {"done": True}))),
    ),
    case(
        "ad-hoc-keeps-rest",
        "what has begun may be finished",
        "start s\nadHocSubProcess a cancelRemainingInstances='false' | "
        + inner("userTask b\nuserTask c", "")
        + "<bpmn:completionCondition>done</bpmn:completionCondition>\nend e",
        "s -> a -> e",
        Try("s b", status="waiting", waiting=("c",), answers=(("b", {"done": True}),)),
        Try("s b c a e", answers=(("b", {"done": True}), ("c", {}))),
    ),
    # ---- calls
    Case(
        "call-activity",
        "stands in the path after what it calls",
        diagram("start s\ncallActivity a calledElement='q'\nend e", "s -> a -> e"),
        (Try("s qs qa qe a e"),),
        (_CALLED,),
    ),
    Case(
        "call-activity-error",
        "an error or escalation of the called process is caught on it",
        diagram(
            "start s\ncallActivity a calledElement='q'\nboundaryEvent x attachedToRef='a' | "
            + event("escalation", "C")
            + "\nend e\nend y",
            "s -> a -> e; x -> y",
            ESCALATION,
        ),
        (Try("s qs qe x y"),),
        (
            Source(
                "q.bpmn",
                document(
                    process("start qs\nendEvent qe | " + event("escalation", "C2"), "qs -> qe", key="q"),
                    '<bpmn:escalation id="C2" escalationCode="slow"/>',
                ),
            ),
        ),
    ),
    case(
        "global-task",
        "a call may call a task at the root of the file",
        "start s\ncallActivity a calledElement='G'\ncallActivity b calledElement='H'\nend e",
        "s -> a -> b -> e",
        Try("s G a", status="waiting", waiting=("H",)),
        Try("s G a H b e", answers=(("H", {}),)),
        outside="<bpmn:globalScriptTask id='G' name='G'><bpmn:script>x = 1</bpmn:script></bpmn:globalScriptTask><bpmn:globalUserTask id='H' name='H'/>",
    ),
    # ---- loops
    case(
        "loop",
        "again while its condition holds",
        f"start s\nscriptTask a | {_SCRIPT}{_loop(condition='n &lt; 3')}\nend e",
        "s -> a -> e",
        Try("s a e", data={"n": 3}, holds={"n": 4}),
        Try("s a a a e", data={"n": 0}, holds={"n": 3}),
    ),
    case(
        "loop-subprocess",
        "the whole content again",
        "start s\nsubProcess a | "
        + inner(f"start i\nscriptTask b | {_SCRIPT}\nend j", "i -> b -> j")
        + _loop(condition="${n &lt; 3}")
        + "\nend e",
        "s -> a -> e",
        Try("s i b j a i b j a e", data={"n": 1}),
    ),
    case(
        "loop-maximum",
        "at most so often",
        f"start s\ntask a | {_loop('loopMaximum=' + chr(39) + '3' + chr(39), 'true')}\nend e",
        "s -> a -> e",
        Try("s a a a e"),
    ),
    case(
        "loop-test-before",
        "not even once",
        f"start s\ntask a | {_loop('testBefore=' + chr(39) + 'true' + chr(39), 'false')}\nend e",
        "s -> a -> e",
        Try("s e"),
    ),
    case(
        "loop-test-after",
        "once at least",
        f"start s\ntask a | {_loop(condition='false')}\nend e",
        "s -> a -> e",
        Try("s a e"),
    ),
    refusal(
        "loop-maximum",
        "a negative maximum",
        f"start s\ntask a | {_loop('loopMaximum=' + chr(39) + '-1' + chr(39), 'true')}\nend e",
        "s -> a -> e",
        "loop.maximum",
    ),
    # ---- several instances
    case(
        "multi-instance-parallel",
        "all at once",
        f"start s\nuserTask a | {_many()}\nend e",
        "s -> a -> e",
        Try("s", status="waiting", waiting=("a", "a", "a")),
        Try("s a a a e", answers=(("a", {}), ("a", {}), ("a", {}))),
    ),
    case(
        "multi-instance-sequential",
        "one after another",
        "start s\ntask a | " + _many("isSequential='true'") + "\nend e",
        "s -> a -> e",
        Try("s a a a e"),
    ),
    case(
        "multi-instance-subprocess",
        "the content once for each",
        "start s\nsubProcess a | " + _CONTENT + _many("isSequential='true'", count="2") + "\nend e",
        "s -> a -> e",
        Try("s i b j a i b j a e"),
    ),
    case(
        "multi-instance-none",
        "no instance at all",
        f"start s\ntask a | {_many(count='0')}\nend e",
        "s -> a -> e",
        Try("s e"),
    ),
    case(
        "multi-instance-completion",
        "enough is enough",
        f"start s\nuserTask a | {_many(more=_enough('numberOfCompletedInstances >= 2'))}\nend e",
        "s -> a -> e",
        Try("s a a e", answers=(("a", {}), ("a", {}))),
    ),
    case(
        "multi-instance-counters",
        "the counters of Camunda and BPMN, in the instances too",
        "start s\nscriptTask a | <bpmn:script>n = append(n, [loopCounter, numberOfInstances, nrOfActiveInstances, nrOfCompletedInstances, numberOfTerminatedInstances])</bpmn:script>"
        + _many("isSequential='true'", _enough("${nrOfCompletedInstances == 2}"))
        + "\nend e",
        "s -> a -> e",
        Try(
            "s a a e",
            data={"n": []},
            holds={"n": [], "a_results": [{"n": [[0, 3, 1, 0, 0]]}, {"n": [[1, 3, 1, 1, 0]]}]},
        ),
    ),
    case(
        "multi-instance-behavior-all",
        "nothing is thrown",
        "start s\ntask a | " + _many("isSequential='true' behavior='All'") + _LISTENS,
        _ROUTE,
        Try("s a a a z e"),
        outside=_DEFINED,
    ),
    case(
        "multi-instance-behavior-none",
        "thrown for each instance",
        "start s\ntask a | "
        + _many("isSequential='true' behavior='None' noneBehaviorEventRef='D1'")
        + _LISTENS,
        _ROUTE,
        Try("s a x a c x a y c x z y c e y"),
        outside=_DEFINED,
    ),
    case(
        "multi-instance-behavior-one",
        "thrown for the first instance",
        "start s\ntask a | "
        + _many("isSequential='true' behavior='One' oneBehaviorEventRef='D1'")
        + _LISTENS,
        _ROUTE,
        Try("s a x a c a y z e"),
        outside=_DEFINED,
    ),
    case(
        "multi-instance-behavior-complex",
        "thrown when a condition holds",
        "start s\ntask a | "
        + _many(
            "isSequential='true' behavior='Complex'",
            "<bpmn:complexBehaviorDefinition><bpmn:condition>numberOfCompletedInstances = 2</bpmn:condition><bpmn:event><bpmn:signalEventDefinition signalRef='S'/></bpmn:event></bpmn:complexBehaviorDefinition>"
            + _enough("numberOfCompletedInstances >= 2"),
        )
        + _LISTENS,
        _ROUTE,
        Try("s a a x z c e y"),
        outside=_DEFINED,
    ),
    case(
        "multi-instance-behavior-interrupting",
        "a boundary event that interrupts stops the rest",
        "start s\ntask a | "
        + _many("isSequential='true' behavior='One' oneBehaviorEventRef='D1'")
        + "\nboundaryEvent x attachedToRef='a' | "
        + event("signal", "S")
        + "\nend y\nend e",
        "s -> a -> e; x -> y",
        Try("s a x y"),
        outside=_DEFINED,
    ),
    refusal(
        "multi-instance-behavior-none",
        "with nothing to throw",
        "start s\ntask a | " + _many("behavior='None'") + "\nend e",
        "s -> a -> e",
        "multi-instance.behavior",
    ),
    case(
        "multi-instance-boundary",
        "one event stops them all",
        f"start s\nuserTask a | {_many()}\nboundaryEvent x attachedToRef='a' | {event('message', 'M')}\nend e\nend y",
        "s -> a -> e; x -> y",
        Try("s x y", answers=(("x", {}),)),
        outside=MESSAGE,
    ),
    # ---- quantities
    case(
        "completion-quantity",
        "so many tokens leave",
        "start s\ntask a completionQuantity='2'\ntask b\nend e",
        "s -> a -> b -> e",
        Try("s a b b e e"),
    ),
    case(
        "start-quantity",
        "so many tokens are wanted",
        "start s\ntask a completionQuantity='2'\ntask b\ntask c startQuantity='2'\nend e",
        "s -> a -> b -> c -> e",
        Try("s a b b c e"),
    ),
    case(
        "start-quantity-lacking",
        "too few never come: it waits",
        "start s\ntask a\ntask c startQuantity='2'\nend e",
        "s -> a -> c -> e",
        Try("s a", status="waiting", waiting=("c",)),
    ),
    refusal(
        "start-quantity",
        "no quantity at all",
        "start s\ntask a startQuantity='0'\nend e",
        "s -> a -> e",
        "quantity.no-count",
    ),
    refusal(
        "completion-quantity",
        "no quantity at all",
        "start s\ntask a completionQuantity='0'\nend e",
        "s -> a -> e",
        "quantity.no-count",
    ),
    # ---- tokens at activities
    case(
        "several-incoming",
        "each token runs the activity",
        "start s\ntask a\ntask b\ntask c\ntask d\nend e",
        "s -> a -> b -> d -> e; a -> c -> d",
        Try("s a b c d d e e"),
    ),
    case("implicit-end", "a process ends when nothing is left to do", "task a\ntask b", "a -> b", Try("a b")),
    case(
        "error-in-service",
        "an error of a service is caught",
        "start s\nsubProcess a | "
        + inner(
            f"start i\nintermediateCatchEvent t | {timer('PT1S')}\nendEvent j | {event('error', 'E')}",
            "i -> t -> j",
        )
        + f"\nboundaryEvent x attachedToRef='a' | {event('error', 'E')}\nend e\nend y",
        "s -> a -> e; x -> y",
        Try("s i t j x y"),
        outside=ERROR,
    ),
)
