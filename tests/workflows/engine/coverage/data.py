"""Data, pools, lanes, artifacts."""

# ruff: noqa: E501 - diagrams are written one element a line

from __future__ import annotations

from tests.workflows.engine.builders import diagram, document, process
from tests.workflows.engine.coverage.case import Case, Refusal, Try, case, refusal
from workflows.engine import Source


def _in(source: str, target: str, more: str = "") -> str:
    return f"<bpmn:dataInputAssociation><bpmn:sourceRef>{source}</bpmn:sourceRef><bpmn:targetRef>{target}</bpmn:targetRef>{more}</bpmn:dataInputAssociation>"


def _out(source: str, target: str, more: str = "") -> str:
    return f"<bpmn:dataOutputAssociation><bpmn:sourceRef>{source}</bpmn:sourceRef><bpmn:targetRef>{target}</bpmn:targetRef>{more}</bpmn:dataOutputAssociation>"


def _declares(inputs: str = "", outputs: str = "") -> str:
    ins = "".join(f'<bpmn:dataInput id="{key}" name="{key.lower()}"/>' for key in inputs.split())
    outs = "".join(f'<bpmn:dataOutput id="{key}" name="{key.lower()}"/>' for key in outputs.split())
    first = "".join(f"<bpmn:dataInputRefs>{key}</bpmn:dataInputRefs>" for key in inputs.split())
    second = "".join(f"<bpmn:dataOutputRefs>{key}</bpmn:dataOutputRefs>" for key in outputs.split())
    return f"<bpmn:ioSpecification>{ins}{outs}<bpmn:inputSet>{first}</bpmn:inputSet><bpmn:outputSet>{second}</bpmn:outputSet></bpmn:ioSpecification>"


_OBJECTS = 'dataObject DA name="given"\ndataObject DB name="made"\ndataObjectReference RA dataObjectRef="DA"\ndataObjectReference RB dataObjectRef="DB"\n'
_POOLS = Source(
    "p.bpmn",
    document(
        '<bpmn:collaboration id="C"><bpmn:participant id="P1" processRef="p"/><bpmn:participant id="P2" name="outside"/></bpmn:collaboration>',
        process("start s\ntask a\nend e", "s -> a -> e"),
    ),
)
_TWO_POOLS = Source(
    "p.bpmn",
    document(
        '<bpmn:message id="M" name="go"/>',
        '<bpmn:collaboration id="C"><bpmn:participant id="P1" processRef="p"/><bpmn:participant id="P2" processRef="q"/>'
        '<bpmn:messageFlow id="MF" sourceRef="a" targetRef="qs"/></bpmn:collaboration>',
        process('start s\nsendTask a messageRef="M"\nend e', "s -> a -> e"),
        process(
            'startEvent qs | <bpmn:messageEventDefinition messageRef="M"/>\ntask qa\nend qe',
            "qs -> qa -> qe",
            key="q",
        ),
    ),
)

_INTERFACE = _declares("GOT2", "GAVE2").replace("got2", "got").replace("gave2", "gave")
_INTERFACE = _INTERFACE.removeprefix("<bpmn:ioSpecification>").removesuffix("</bpmn:ioSpecification>")

CASES: tuple[Case | Refusal, ...] = (
    case(
        "data-object",
        "a variable of its name",
        f"start s\n{_OBJECTS}scriptTask a | <bpmn:script>given = &quot;String&quot;</bpmn:script>\nscriptTask b | <bpmn:script>made = given = &quot;String&quot;</bpmn:script>\nend e",
        "s -> a -> b -> e",
        Try("s a b e", holds={"given": "String", "made": True}),
    ),
    case(
        "property",
        "a variable of its name",
        'property PR name="given"\nstart s\nscriptTask a | <bpmn:script>given = 1</bpmn:script>\nend e',
        "s -> a -> e",
        Try("s a e", holds={"given": 1}),
    ),
    case(
        "data-input-association",
        "copies into the activity",
        f"start s\n{_OBJECTS}scriptTask a | {_declares('GOT')}{_in('RA', 'GOT')}<bpmn:script>r = got + 1</bpmn:script>\nend e",
        "s -> a -> e",
        Try("s a e", data={"given": 2}, holds={"r": 3}),
    ),
    case(
        "data-output-association",
        "copies out of the activity",
        f"start s\n{_OBJECTS}scriptTask a | {_declares('', 'GAVE')}{_out('GAVE', 'RB')}<bpmn:script>gave = 5</bpmn:script>\nend e",
        "s -> a -> e",
        Try("s a e", holds={"made": 5}),
    ),
    case(
        "data-transformation",
        "or what it makes of it",
        f"start s\n{_OBJECTS}scriptTask a | {_declares('GOT')}{_in('RA', 'GOT', '<bpmn:transformation>given * 10</bpmn:transformation>')}<bpmn:script>r = got</bpmn:script>\nend e",
        "s -> a -> e",
        Try("s a e", data={"given": 2}, holds={"r": 20}),
    ),
    case(
        "data-assignment",
        "or what its assignments say",
        f"start s\n{_OBJECTS}scriptTask a | {_declares('', 'GAVE')}<bpmn:dataOutputAssociation><bpmn:targetRef>RB</bpmn:targetRef><bpmn:assignment><bpmn:from>given + 1</bpmn:from><bpmn:to>RB</bpmn:to></bpmn:assignment></bpmn:dataOutputAssociation><bpmn:script>gave = 5</bpmn:script>\nend e",
        "s -> a -> e",
        Try("s a e", data={"given": 2}, holds={"made": 3}),
    ),
    Case(
        "data-call",
        "goes in and out of a called process",
        diagram(
            f"start s\n{_OBJECTS}callActivity a calledElement='q' | {_declares('GOT', 'GAVE')}{_in('RA', 'GOT')}{_out('GAVE', 'RB')}\nend e",
            "s -> a -> e",
        ),
        (Try("s qs qa qe a e", data={"given": 4}, holds={"made": 8}),),
        (
            Source(
                "q.bpmn",
                document(
                    process(
                        f"ioSpecification IO | {_INTERFACE}\n"
                        "start qs\nscriptTask qa | <bpmn:script>gave = got * 2</bpmn:script>\nend qe",
                        "qs -> qa -> qe",
                        key="q",
                    )
                ),
            ),
        ),
    ),
    case(
        "data-multi-instance",
        "runs over a data object, and collects in another",
        f"start s\n{_OBJECTS}scriptTask a | {_declares('LIST', 'RESULTS')}{_in('RA', 'LIST')}{_out('RESULTS', 'RB')}<bpmn:multiInstanceLoopCharacteristics isSequential='true'><bpmn:loopDataInputRef>LIST</bpmn:loopDataInputRef><bpmn:loopDataOutputRef>RESULTS</bpmn:loopDataOutputRef><bpmn:inputDataItem id='ITEM' name='item'/><bpmn:outputDataItem id='MADE' name='one'/></bpmn:multiInstanceLoopCharacteristics><bpmn:script>one = item * 2</bpmn:script>\nend e",
        "s -> a -> e",
        Try("s a a e", data={"given": [1, 2]}, holds={"made": [2, 4]}),
    ),
    case(
        "data-store",
        "is documentation",
        "start s\ndataStoreReference DS name='Register'\ntask a | <bpmn:dataOutputAssociation><bpmn:targetRef>DS</bpmn:targetRef></bpmn:dataOutputAssociation>\nend e",
        "s -> a -> e",
        Try("s a e"),
    ),
    case(
        "artifact",
        "texts, groups and associations are documentation",
        "start s\ntask a\nend e\ntextAnnotation TA | <bpmn:text>note</bpmn:text>\nassociation AS sourceRef='a' targetRef='TA'\ngroup GR",
        "s -> a -> e",
        Try("s a e"),
    ),
    case(
        "lane",
        "says whose task it is, and changes no path",
        "laneSet LS | <bpmn:lane id='L1' name='Clerk'><bpmn:flowNodeRef>s</bpmn:flowNodeRef><bpmn:flowNodeRef>a</bpmn:flowNodeRef><bpmn:flowNodeRef>e</bpmn:flowNodeRef></bpmn:lane>\nstart s\ntask a\nend e",
        "s -> a -> e",
        Try("s a e"),
    ),
    Case("pool", "one process of a collaboration runs", _POOLS, (Try("s a e"),)),
    Case(
        "message-flow",
        "a message that nobody inside waits for leaves for other instances",
        _TWO_POOLS,
        (Try("s a e", process="p"), Try("qs qa qe", process="q")),
    ),
    refusal("choreography", "is not run", "start s\nchoreographyTask a\nend e", "s -> a -> e"),
    refusal("choreography-call", "is not run", "start s\ncallChoreography a\nend e", "s -> a -> e"),
    refusal("choreography-sub", "is not run", "start s\nsubChoreography a\nend e", "s -> a -> e"),
)
