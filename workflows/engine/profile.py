"""The Camunda 7 profile as a literal table: each attribute and extension element, and what becomes of it here.

`docs/BPMN_COVERAGE.md` is this table written out; a test compares the two and walks the rows.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from workflows.engine.drawing import camunda, children, read_xml

Status = Literal["used", "noted", "warned", "refused"]
"""used: it does what it says. noted: known, kept, and without bearing on a run. warned: no effect, and the deploy
check says so. refused: the file may not be deployed."""

ACTIVITIES = (
    *("task", "userTask", "manualTask", "serviceTask", "scriptTask", "sendTask", "receiveTask"),
    *("businessRuleTask", "callActivity", "subProcess", "transaction", "adHocSubProcess"),
)
GATEWAYS = ("exclusiveGateway", "parallelGateway", "inclusiveGateway", "eventBasedGateway", "complexGateway")
EVENTS = ("startEvent", "endEvent", "intermediateCatchEvent", "intermediateThrowEvent", "boundaryEvent")
NODES = (*ACTIVITIES, *GATEWAYS, *EVENTS)
ASKING = ("serviceTask", "sendTask", "messageEventDefinition")
FORMED = ("startEvent", "userTask")
MULTI = ("multiInstanceLoopCharacteristics",)
WRITTEN = (
    *("conditionExpression", "condition", "timeDate", "timeDuration", "timeCycle", "loopCondition"),
    *("completionCondition", "loopCardinality", "activationCondition"),
)

WORDS: dict[tuple[str, ...], str] = {
    (): "anywhere",
    NODES: "activity, gateway, event",
    ASKING: "service task, send task, message event",
    FORMED: "start event, user task",
    MULTI: "multi-instance",
    WRITTEN: "expression",
}
"""Where -> what to call it in the table; other rows name their elements."""


class Row(NamedTuple):
    """Names that have the same status at the same places.

    Attributes:
        names: attributes, or extension elements written `<name>`.
        on: tags of the elements they may stand on; none for any.
        what: what becomes of them here.
        harmless: values that say what holds anyway, so that no word is needed.
        rule: the rule that refuses them, where it is not this table's own.
    """

    names: tuple[str, ...]
    on: tuple[str, ...]
    status: Status
    what: str
    harmless: tuple[str, ...] = ()
    rule: str = ""

    @property
    def where(self) -> str:
        """The places in words."""
        return WORDS.get(self.on) or ", ".join(f"`{tag}`" for tag in self.on)


TABLE: tuple[Row, ...] = (
    # ---- people and forms
    Row(("assignee",), ("userTask",), "used", "whose task it is"),
    Row(("candidateUsers", "candidateGroups"), ("userTask",), "used", "who may claim it"),
    Row(("dueDate",), ("userTask",), "used", "a date, a period from then on, or an expression"),
    Row(
        ("followUpDate",),
        ("userTask",),
        "used",
        "the same; shown on the task's page, and told when it has come",
    ),
    Row(
        ("priority",),
        ("userTask",),
        "used",
        "a number or an expression; 50 without; of tasks due alike the higher come first",
    ),
    Row(
        ("formKey", "formRef"), FORMED, "used", "the key of a form; `camunda-forms:` and `.form` are left off"
    ),
    Row(
        ("formRefBinding",),
        FORMED,
        "used",
        "`deployment`: the version that the instance keeps; `latest`: the newest on entry; `version` is refused",
    ),
    Row(("formRefVersion",), FORMED, "refused", "versions are counted by each installation"),
    Row(("formHandlerClass",), FORMED, "refused", "no diagram names code"),
    Row(("<formData>", "<formProperty>"), FORMED, "refused", "forms are files of their own"),
    Row(("initiator",), ("startEvent",), "used", "variable that takes who started it"),
    Row(("candidateStarterGroups",), ("process",), "used", "who may start it"),
    Row(
        ("candidateStarterUsers", "<potentialStarter>"),
        ("process",),
        "refused",
        "groups say who may start it",
    ),
    Row(("isStartableInTasklist",), ("process",), "warned", "the groups say who may start it", ("true",)),
    # ---- services
    Row(("delegateExpression", "topic"), ASKING, "used", "name of a service; `${name}` or a topic"),
    Row(("type",), ASKING, "used", "`external`: for workers outside; nothing else"),
    Row(("expression",), ASKING, "used", "evaluated instead of a service"),
    Row(("resultVariable",), ASKING, "used", "takes what the service gives back"),
    Row(("taskPriority",), ASKING, "used", "which work outside goes first"),
    Row(("class",), ("serviceTask", "sendTask"), "refused", "no diagram names code", rule="service.class"),
    Row(("class",), ("messageEventDefinition",), "refused", "no diagram names code"),
    Row(("<connector>",), NODES, "refused", "no diagram names code"),
    Row(("<connector>",), ("messageEventDefinition",), "refused", "no diagram names code"),
    Row(("<field>",), ASKING, "used", "an input of the service"),
    Row(("<errorEventDefinition>",), ("serviceTask",), "refused", "workers outside report errors themselves"),
    Row(("taskPriority", "jobPriority"), ("process",), "warned", "priorities stand on elements"),
    # ---- decisions and scripts
    Row(("decisionRef",), ("businessRuleTask",), "used", "the decision, by id"),
    Row(
        ("decisionRefBinding",),
        ("businessRuleTask",),
        "warned",
        "an instance keeps the version that is newest when it starts; version and versionTag are refused",
        ("latest",),
    ),
    Row(
        ("decisionRefVersion", "decisionRefVersionTag", "decisionRefTenantId"),
        ("businessRuleTask",),
        "refused",
        "an instance keeps the version that is newest when it starts",
    ),
    Row(
        ("resultVariable",), ("businessRuleTask",), "used", "takes the result; without, outputs are variables"
    ),
    Row(
        ("mapDecisionResult",),
        ("businessRuleTask",),
        "used",
        "`singleEntry`, `singleResult`, `collectEntries`, `resultList`",
    ),
    Row(
        ("class", "delegateExpression", "expression", "topic", "type", "taskPriority"),
        ("businessRuleTask",),
        "refused",
        "a business rule task asks a decision",
    ),
    Row(("resultVariable",), ("scriptTask",), "warned", "each line of a script names its variable"),
    Row(("resource",), ("scriptTask",), "refused", "a script stands in the diagram", rule="script.resource"),
    Row(("resource",), WRITTEN, "refused", "an expression stands in the diagram"),
    # ---- calls, parameters
    Row(
        ("calledElementBinding",),
        ("callActivity",),
        "warned",
        "an instance keeps the version that is newest when it starts; version and versionTag are refused",
        ("latest",),
    ),
    Row(
        ("calledElementVersion", "calledElementVersionTag", "calledElementTenantId"),
        ("callActivity",),
        "refused",
        "an instance keeps the version that is newest when it starts",
    ),
    Row(
        ("caseRef", "caseBinding", "caseVersion", "caseTenantId"),
        ("callActivity",),
        "refused",
        "CMMN is not run",
    ),
    Row(
        ("variableMappingClass", "variableMappingDelegateExpression"),
        ("callActivity",),
        "refused",
        "no diagram names code; use `<in>` and `<out>`",
    ),
    Row(
        ("<in>",),
        ("callActivity", "signalEventDefinition", "messageEventDefinition"),
        "used",
        '`source`, `sourceExpression`, `target`, `variables="all"`, `local`, `businessKey`: what is handed in',
    ),
    Row(("<out>",), ("callActivity",), "used", "the same, handed back"),
    Row(
        ("<inputOutput>",),
        NODES,
        "used",
        "input and output parameters: texts, expressions, `list`, `map`; a `script` is refused",
    ),
    # ---- events
    Row(
        ("errorCodeVariable", "errorMessageVariable"),
        ("errorEventDefinition",),
        "used",
        "take what was caught",
    ),
    Row(("escalationCodeVariable",), ("escalationEventDefinition",), "used", "takes what was caught"),
    Row(("errorMessage",), ("error",), "warned", "the one who throws gives the message"),
    Row(
        ("variableName", "variableEvents"),
        ("conditionalEventDefinition",),
        "warned",
        "a condition is looked at after every step, whatever variable changed",
    ),
    Row(
        ("async",),
        ("signalEventDefinition",),
        "warned",
        "other instances catch it once the step is done",
        ("false",),
    ),
    # ---- several instances
    Row(("collection", "elementVariable"), MULTI, "used", "a variable or an expression; one item of it"),
    Row(("async", "asyncBefore", "asyncAfter"), MULTI, "warned", "instances run in their step", ("false",)),
    Row(("exclusive",), MULTI, "noted", "steps of one instance never run at once"),
    Row(("<failedJobRetryTimeCycle>",), MULTI, "warned", "instances run in their step"),
    # ---- jobs
    Row(("asyncBefore", "async"), NODES, "used", "a worker runs it after the commit"),
    Row(("asyncAfter",), NODES, "warned", "say `asyncBefore` on what follows", ("false",)),
    Row(("exclusive",), NODES, "noted", "steps of one instance never run at once"),
    Row(("jobPriority",), NODES, "used", "which job goes first"),
    Row(("<failedJobRetryTimeCycle>",), NODES, "used", "when a failed job is tried again"),
    # ---- listeners, notes
    Row(
        ("<executionListener>", "<taskListener>"),
        NODES,
        "refused",
        "no diagram names code",
        rule="script.listener",
    ),
    Row(("<executionListener>",), ("process", "sequenceFlow"), "refused", "no diagram names code"),
    Row(("<properties>",), (), "used", "read by this application: of elements, and of the process"),
    Row(("historyTimeToLive", "versionTag"), ("process",), "noted", "shown on the page of the process"),
    Row(
        ("modelerTemplate", "modelerTemplateVersion", "modelerTemplateIcon"),
        (),
        "noted",
        "the modeller's own",
    ),
    Row(("diagramRelationId",), ("definitions",), "noted", "the modeller's own"),
)

ROWS: dict[tuple[str, str], Row] = {
    (tag, name): row for row in TABLE for tag in (row.on or ("",)) for name in row.names
}
"""(tag of an element, or empty for any; name) -> its row."""


def row_of(tag: str, name: str) -> Row | None:
    """What becomes of an attribute, or of an extension element `<name>`, on an element; None where nobody knows."""
    return ROWS.get((tag, name)) or ROWS.get(("", name))


VALUES: dict[str, tuple[str, ...]] = {
    "type": ("external",),
    "calledElementBinding": ("latest", "deployment"),
    "decisionRefBinding": ("latest", "deployment"),
}
"""Attribute -> the only values it may have; others are refused."""

OTHERS = {
    "http://activiti.org/bpmn": "Activiti",
    "http://flowable.org/bpmn": "Flowable",
}
"""Namespace of another engine's extensions, none of which have an effect -> its name."""


NOTED = ("versionTag", "historyTimeToLive")
"""Attributes of a process that are shown and have no bearing on a run."""


def noted_of(content: bytes, process: str) -> dict[str, str]:
    """What a diagram notes on a process; empty texts where it says nothing."""
    for element in children(read_xml(content), "process"):
        if element.get("id") == process:
            return {name: camunda(element, name) for name in NOTED}
    return {}


def written_out() -> str:
    """The table for docs/BPMN_COVERAGE.md."""
    lines = ["| Attribute or `<element>` | On | Status | What becomes of it |", "|---|---|---|---|"]
    for row in TABLE:
        names = ", ".join(f"`{name}`" for name in row.names)
        lines.append(f"| {names} | {row.where} | {row.status} | {row.what} |")
    return "\n".join(lines) + "\n"
