"""Every rule of the deploy check by name: how grave it is, what it rests on, and what is right.

`docs/BPMN_RULES.md` is this table written out; a test compares the two.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

Kind = Literal["file", "spec", "run", "advice"]
"""file: it cannot be read. spec: BPMN 2.0 forbids it; what it means is clear all the same. run: it could not
run, or not as drawn. advice: it may well be meant."""


class Entry(NamedTuple):
    """A rule of the catalogue: `right` says what the rule wants."""

    kind: Kind
    right: str

    @property
    def severity(self) -> str:
        """What a finding of the rule does to the verdict."""
        return "warning" if self.kind == "advice" else "error"


def _all(kind: Kind, lines: str) -> dict[str, Entry]:
    found = {}
    for line in lines.strip().splitlines():
        name, _, right = line.strip().partition(": ")
        found[name] = Entry(kind, right)
    return found


FILE = _all(
    "file",
    """
    xml.empty: The file holds an element.
    xml.too-large: The file is at most 8 MB.
    xml.not-well-formed: The file is well-formed XML, in an encoding it names, of bearable depth.
    xml.dtd: The file has no DTD: no entities, nothing from outside.
    file.unknown-kind: The file is a .bpmn, .dmn or .form.
    file.not-bpmn: The root is `definitions` of BPMN 2.0.
    file.too-many-elements: The file has at most 8000 nodes and flows.
    check.failed: The check came to its end.
    """,
)

SPEC_GRAMMAR = _all(
    "spec",
    """
    schema.unknown-element: An element stands only where the schema of BPMN lets it.
    schema.unknown-attribute: An element has only the attributes of its type; others belong to a namespace.
    schema.bad-value: Booleans, numbers, URIs and listed values are such.
    schema.missing-attribute: Required attributes are there.
    schema.missing-element: Required children are there.
    schema.too-many: What may stand once stands once.
    reference.unknown: What is referred to exists in the file or one it imports.
    reference.wrong-kind: What is referred to is of the kind that the reference means.
    reference.prefix: The prefix of a qualified name is declared.
    reference.not-imported: A namespace that is referred to is imported.
    import.missing: An imported diagram lies among the files or beside them.
    import.same-ids: What is imported under the same namespace has other ids.
    text.format: The format of a text is a MIME type.
    """,
)

SPEC_FLOWS = _all(
    "spec",
    """
    flow.condition-alone: An activity with a conditional flow has other flows too.
    flow.condition-not-allowed: No conditional flow leaves an event, a parallel or an event-based gateway.
    flow.not-immediate: In an executable process isImmediate is not false.
    flow.listed-wrongly: A flow listed as incoming or outgoing of a node does enter or leave it.
    flow.not-listed: A node that lists its flows lists all of them.
    gateway.superfluous: A gateway has several flows on one side at least.
    gateway.direction: A gateway has as many flows as its direction says.
    event-gateway.mixed: Behind an event-based gateway stand message events or receive tasks, not both.
    event-gateway.other-way-in: What stands behind an event-based gateway has no other way in.
    event-gateway.trigger: Behind an event-based gateway events wait for messages, signals, times, conditions.
    event-gateway.boundary: A receive task behind an event-based gateway has no boundary events.
    instantiate.incoming: What begins the process has no incoming flow.
    process.end-without-start: Where an end event is drawn, a start event is, or what begins the process in its place.
    process.start-without-end: Where a start event is drawn, an end event is.
    start.no-outgoing: A flow leaves a start event.
    end.no-incoming: A flow enters an end event.
    node.leads-nowhere: Where an end event is drawn, a flow leaves each activity.
    process.public: A public process is not executable.
    call.no-plain-start: A process that is called has a plain start event.
    expression.prose: What an executable process evaluates is no prose.
    expression.empty: A formal expression has a text.
    activity.quantity: Start and completion quantity are one or more.
    ad-hoc.empty: An ad hoc subprocess holds an activity.
    ad-hoc.events: An ad hoc subprocess holds no start and end events.
    """,
)

SPEC_EVENTS = _all(
    "spec",
    """
    event.illegal: An event is of a kind that may stand where it stands.
    event.no-definition: Also in a process that does not run, what waits says for what.
    event.cancel-outside: Also in a process that does not run, cancel events belong to transactions.
    event.no-incoming: A flow enters an intermediate event.
    event.no-outgoing: A flow leaves an intermediate event.
    event.shared-definition: An event definition that is shared stands at the root.
    boundary.must-interrupt: Boundary events of error, cancel and compensation interrupt.
    boundary.no-outgoing: A flow leaves a boundary event.
    activity.no-outgoing: Where there are end events every path leads to one.
    event-subprocess.starts: An event subprocess has exactly one start event.
    event-subprocess.no-trigger: The start event of an event subprocess has a trigger.
    event-subprocess.must-interrupt: Start events of error and compensation interrupt.
    compensation.flow: No flow enters or leaves a compensation activity.
    compensation.boundary-flow: No flow leaves a compensation boundary event.
    compensation.association: A compensation boundary event has one association to its handler.
    compensation.handler: The handler of a compensation is an activity marked isForCompensation.
    escalation.no-code: An escalation that is thrown has a code.
    link.both-ways: A link is entered where it throws, left where it catches.
    link.one-sided: Both ends of a link name each other.
    link.other-level: Both ends of a link are on one level.
    link.no-name: A link has a name.
    """,
)

SPEC_LETTER = _all(
    "spec",
    """
    expression.informal: What an executable process evaluates is marked as formal.
    script.no-format: A script says its format.
    link.end-not-named: A link names its other end.
    message.no-operation: A message event names an operation.
    node.no-incoming: Where a start event is drawn, a flow enters each activity and gateway.
    """,
)

SPEC_POOLS = _all(
    "spec",
    """
    message-flow.end: A message flow joins pools, activities and events.
    message-flow.same-pool: A message flow joins two pools.
    message-flow.source: A message flow begins at no start, catching or boundary event.
    message-flow.target: A message flow ends at no end or throwing event.
    message-flow.no-message-event: An event at a message flow is a message event.
    participant.multiplicity: A multiplicity is at least 0, at most 1 or more, and not upside down.
    choreography.mixed: Processes hold no choreography activities, choreographies no others.
    choreography.participants: A choreography task has two participants.
    choreography.initiator: Who begins a choreography activity takes part in it.
    choreography.refers: A choreography or global conversation refers to no choreography.
    choreography.closed: A collaboration and its choreography agree on isClosed.
    conversation.global: A global conversation holds participants and message flows only.
    """,
)

SPEC_DATA = _all(
    "spec",
    """
    data.reference-name: A data object reference is named after its object and state.
    data.collection: Data and its item definition agree on isCollection.
    data.subprocess-interface: A subprocess has no inputs and outputs.
    data.in-no-set: Each input and output is in a set.
    data.set-not-listed: Optional inputs and outputs, and those used while executing, are listed in their set.
    data.sets-disagree: Input and output sets name each other.
    data.association-types: Both ends of a data association are of one structure, or it transforms.
    data.association-sources: A data association with several sources transforms.
    data.association-direction: No output association writes an input of the process, no input one reads an output.
    data.association-owner: A data association ends at data of its own activity or event.
    data.message-sets: A task with a message has one input or output, in one set.
    data.message-item: What is sent, received or handed to an operation has the structure of the message.
    data.operation-input: A service task with an operation has exactly one input set, and an input if it is sent a message.
    data.operation-output: A service task with an operation has one output set at most, and an output if it is answered.
    data.call-interface: A call activity has the inputs and outputs of what it calls.
    data.no-binding: What supports an interface binds its data to it.
    data.event-count: An event with data has one piece for each definition.
    data.event-item: The data of an event has the structure of what the event carries.
    multi-instance.foreign-data: A multi-instance task that declares data runs over its own.
    multi-instance.item-type: One item is of the kind that the list holds.
    resource.twice: A performer is named or found by an expression, not both.
    """,
)

RUN_STRUCTURE = _all(
    "run",
    """
    process.none: There is a process.
    process.not-executable: A process of the file is marked as executable.
    process.empty: A process or subprocess has nodes.
    process.no-start: A process has a node to begin with.
    process.several-starts: A process has one plain start event.
    subprocess.start-event: A subprocess begins with a plain start event.
    subprocess.several-starts: A subprocess has one start event.
    id.missing: Nodes, flows, processes and what events refer to have ids.
    id.duplicate: No two elements share an id.
    id.invalid: An id is a name that XML allows.
    flow.unknown-source: A flow begins at a node.
    flow.unknown-target: A flow ends at a node.
    flow.crosses-scope: A flow stays in its pool and subprocess.
    flow.into-start: Nothing enters a start or boundary event.
    flow.out-of-end: Nothing leaves an end event.
    flow.default-unknown: A default flow leaves the element that names it.
    flow.default-conditional: A default flow has no condition.
    gateway.no-way-out: A gateway leads somewhere.
    gateway.flow-without-condition: Each way out of a deciding gateway has a condition or is the default.
    gateway.waits-for-itself: A parallel gateway does not wait for what only comes from behind it.
    boundary.not-attached: A boundary event sits on an activity of its level, and on no event subprocess.
    """,
)

RUN_SUPPORT = _all(
    "run",
    """
    element.unsupported: The engine runs this element as drawn.
    event.unsupported: The engine runs an event of this kind there.
    event.reference: The engine reads event definitions at the root.
    event.several: An event has one definition.
    event.missing: What waits says for what.
    boundary.error-not-interrupting: An error boundary event interrupts.
    boundary.cancel-outside: A cancel boundary event sits on a transaction.
    end.cancel-outside: A cancel end event stands in a transaction.
    event-gateway.one-way: An event-based gateway has two ways out or more.
    event-gateway.target: Behind an event-based gateway stand catching events and receive tasks.
    event-gateway.instantiate: The engine starts a process by an event-based gateway.
    event-gateway.parallel: What begins by several events at once can be told apart.
    event-gateway.start-kind: What a process begins with by an event-based gateway can begin it.
    event.parallel-start: A process does not wait for several events before it starts.
    event-subprocess.flow: No flow enters or leaves an event subprocess.
    event-subprocess.start: An event subprocess that runs has one start event, with a definition.
    event-subprocess.kind: Only a plain subprocess is triggered by an event.
    event-subprocess.error-not-interrupting: An event subprocess that an error starts interrupts.
    event-subprocess.loop: An event subprocess is not repeated.
    compensation.no-handler: A compensation event leads to one compensation activity of its level.
    compensation.twice: An activity carries one compensation event.
    compensation.not-visible: The activity to be undone is on the same level.
    transaction.cancel-uncaught: What a transaction cancels is caught on its border.
    gateway.no-activation: A complex gateway with several ways in says when it goes on.
    quantity.no-count: Start and completion quantity are whole numbers from one on.
    loop.maximum: The most rounds of a loop are a whole number from one on.
    multi-instance.cardinality: A written cardinality is a whole number.
    multi-instance.behavior: A behaviour other than All says what it throws.
    multi-instance.behavior-event: A behaviour throws a signal, message, escalation or error.
    """,
)

RUN_NAMES = _all(
    "run",
    """
    form.unknown: The form exists.
    form.binding: A form is bound to the deployment or the latest version.
    decision.missing: A business rule task names a decision.
    decision.unknown: The decision exists.
    decision.expression: The decision is named by a fixed id.
    decision.mapping: The result mapping is one of the four.
    call.missing: A call activity names a process.
    call.unknown-process: The called process exists.
    call.expression: The called process is named by a fixed id.
    service.missing: A service task names a service.
    service.unknown: The service exists.
    service.class: No diagram names code.
    service.expression: A service is written as ${name}.
    group.unknown: The candidate group exists.
    recorders.unknown: The group that records exists.
    message.unknown: The message exists.
    message.missing: A message event names a message.
    message.no-name: A message has a name.
    signal.unknown: The signal exists.
    signal.missing: A signal event names a signal.
    signal.no-name: A signal has a name.
    error.unknown: The error exists.
    error.no-code: An error that is thrown has a code.
    escalation.unknown: The escalation exists.
    receive.no-message: A receive task names a message; without one it would not wait.
    link.no-partner: A link has one catching end of its name on its level, and one that throws at least.
    profile.refused: The Camunda 7 profile asks for nothing that is not supported.
    profile.mapping: What is handed in or out of a call says what and where to.
    service.retries: How often a job is tried again can be read.
    """,
)

RUN_TEXTS = _all(
    "run",
    """
    expression.syntax: An expression can be read.
    expression.too-deep: An expression is nested in reason.
    expression.operator-twice: A comparison has one operator.
    condition.language: A condition is FEEL or ${...}.
    condition.empty: A condition that is drawn says something.
    condition.missing: A conditional event has a condition.
    script.syntax: A script is lines of `name = expression`.
    script.language: A script is FEEL.
    script.resource: A script stands in the diagram.
    script.missing: A script task has a script.
    script.listener: There are no listeners and no scripts in parameters.
    timer.syntax: A time can be read.
    timer.incomplete: A timer says one time.
    timer.no-time: A time is ISO 8601, an expression, or a variable that something sets.
    loop.endless: A loop has a condition or a most.
    multi-instance.count: A multi-instance activity has a collection or a number, one of them.
    dmn.output-type: A literal result is of the type its column declares.
    """,
)

ADVICE = _all(
    "advice",
    """
    check.more: Of each kind there are at most 500 findings.
    file.suffix: The name of the file ends in its kind.
    file.defined-twice: A process, decision or form is defined once.
    process.executable-not-said: A process says whether it is executable.
    schema.order: Children stand in the order of the schema.
    schema.foreign-element: Extension elements stand in extensionElements.
    schema.no-target-namespace: The definitions have a target namespace.
    import.not-fetched: What is imported is at hand; nothing is fetched.
    import.types-missing: Imported types and services lie beside the file.
    node.unreachable: Each node can be reached.
    loop.no-way-out: A circle can be left.
    loop.never-changes: Something in a circle waits or changes what its gateways ask.
    loop.calls-itself: A process does not call itself.
    gateway.waits-for-choice: A parallel gateway does not wait for several ways of one choice.
    variable.never-set: Something sets each variable that is read.
    gateway.no-default: A deciding gateway has a default flow.
    message.nothing-sent: A send task names a message or a service.
    task.nobody: A user task has an assignee or candidates.
    name.missing: A user task has a name.
    drawing.missing: There is a drawing.
    drawing.of-nothing: Each shape stands for an element.
    participant.same-process: A process is shown by one pool.
    error.code-twice: Each error code stands for one error.
    escalation.code-twice: Each escalation code stands for one escalation.
    profile.camunda-8: The diagram is drawn for the Camunda 7 profile.
    profile.other-engine: The extensions are of Camunda 7, not of another engine.
    profile.no-effect: What the Camunda 7 profile says has an effect.
    profile.unknown: Camunda attributes stand where they have a meaning.
    service.outside: The topic of a worker outside is meant to be one.
    dmn.unknown-name: Each name in a cell is known; texts stand in quotes.
    dmn.input-type: A literal in a cell is of its column's type.
    """,
)

CATALOGUE: dict[str, Entry] = {
    **FILE,
    **SPEC_GRAMMAR,
    **SPEC_FLOWS,
    **SPEC_EVENTS,
    **SPEC_LETTER,
    **SPEC_POOLS,
    **SPEC_DATA,
    **RUN_STRUCTURE,
    **RUN_SUPPORT,
    **RUN_NAMES,
    **RUN_TEXTS,
    **ADVICE,
}

HEADINGS: tuple[tuple[str, dict[str, Entry]], ...] = (
    ("The file", FILE),
    ("Grammar, references, imports", SPEC_GRAMMAR),
    ("Flows, gateways, begin and end", SPEC_FLOWS),
    ("Events", SPEC_EVENTS),
    ("To the letter", SPEC_LETTER),
    ("Pools, choreographies, conversations", SPEC_POOLS),
    ("Data", SPEC_DATA),
    ("What a process needs to run", RUN_STRUCTURE),
    ("What the engine runs", RUN_SUPPORT),
    ("What is referred to", RUN_NAMES),
    ("Expressions, scripts, times", RUN_TEXTS),
    ("Advice", ADVICE),
)
"""Heading in the docs -> its part of the table."""


def hinders_running(rule: str) -> bool:
    """False for a rule of the specification whose breach leaves the meaning clear, and for advice."""
    entry = CATALOGUE.get(rule)
    return entry is None or entry.kind in ("file", "run")
