"""The cases of pools, data, grammar and references; see `rule_cases`."""

# ruff: noqa: E501 - diagrams are written one element a line

from __future__ import annotations

from tests.workflows.engine.builders import HEAD, flows, nodes
from tests.workflows.engine.rule_cases import MESSAGE, MESSAGES, RIGHT, STEPS, Case, drawn, raw, scene
from workflows.engine import Source

PROCESS = f'<bpmn:process id="p" isExecutable="true">{STEPS}</bpmn:process>'
POOLS = '<bpmn:participant id="P" processRef="p"/><bpmn:participant id="Q" name="Q"/>'


def together(body: str, inside: str = POOLS, process: str = PROCESS, attributes: str = "") -> Source:
    """A collaboration of two pools, and more in it."""
    return raw(
        f'{MESSAGES}<bpmn:collaboration id="C" {attributes}>{inside}{body}</bpmn:collaboration>{process}'
    )


def talk(source: str, target: str) -> str:
    """A message flow `m`."""
    return f'<bpmn:messageFlow id="m" sourceRef="{source}" targetRef="{target}"/>'


def sending(kind: str, definition: str = MESSAGE) -> str:
    """A process with an event `v` in it."""
    inside = {
        "startEvent": (f"startEvent v | {definition}\nend e", "v -> e"),
        "endEvent": (f"start s\nendEvent v | {definition}", "s -> v"),
    }.get(kind, (f"start s\n{kind} v | {definition}\nend e", "s -> v -> e"))
    return f'<bpmn:process id="p" isExecutable="true">{nodes(inside[0])}{flows(inside[1])}</bpmn:process>'


def choreography(body: str, attributes: str = "") -> str:
    """A choreography `H` of three participants."""
    sides = "".join(f'<bpmn:participant id="{key}" name="{key}"/>' for key in ("A", "B", "Z"))
    return f'<bpmn:choreography id="H" {attributes}>{sides}{body}</bpmn:choreography>'


def exchange(*sides: str, initiator: str = "A") -> str:
    """A choreography task `t` between `x` and `y`."""
    named = "".join(f"<bpmn:participantRef>{side}</bpmn:participantRef>" for side in sides)
    wires = "<bpmn:startEvent id='x'/><bpmn:endEvent id='y'/>" + flows("x -> t -> y")
    flow = "<bpmn:messageFlowRef>f</bpmn:messageFlowRef>"
    task = f'<bpmn:choreographyTask id="t" initiatingParticipantRef="{initiator}">{named}{flow}</bpmn:choreographyTask>'
    return '<bpmn:messageFlow id="f" sourceRef="A" targetRef="B"/>' + task + wires


GOOD_EXCHANGE = raw(PROCESS + choreography(exchange("A", "B")))

POOL_CASES: dict[str, Case] = {
    "message-flow.end": Case(
        together(
            talk("Q", "g"),
            process=f'<bpmn:process id="p" isExecutable="true">{nodes("start s" + chr(10) + "parallelGateway g" + chr(10) + "task a" + chr(10) + "task b" + chr(10) + "end e")}{flows("s -> g -> a -> e; g -> b -> e")}</bpmn:process>',
        ),
        "m",
        together(talk("Q", "a")),
    ),
    "message-flow.same-pool": Case(together(talk("s", "a")), "m", together(talk("a", "Q"))),
    "message-flow.source": Case(
        together(talk("v", "Q"), process=sending("startEvent")),
        "m",
        together(talk("v", "Q"), process=sending("endEvent")),
    ),
    "message-flow.target": Case(
        together(talk("Q", "v"), process=sending("endEvent")),
        "m",
        together(talk("Q", "v"), process=sending("startEvent")),
    ),
    "message-flow.no-message-event": Case(
        together(talk("Q", "s")), "s", together(talk("Q", "v"), process=sending("intermediateCatchEvent"))
    ),
    "participant.multiplicity": Case(
        together(
            "",
            POOLS.replace(
                'name="Q"/>',
                'name="Q"><bpmn:participantMultiplicity minimum="3" maximum="2"/></bpmn:participant>',
            ),
        ),
        "Q",
        together(
            "",
            POOLS.replace(
                'name="Q"/>',
                'name="Q"><bpmn:participantMultiplicity minimum="0" maximum="2"/></bpmn:participant>',
            ),
        ),
    ),
    "participant.same-process": Case(
        together("", POOLS.replace('id="Q"', 'id="Q" processRef="p"')), "Q", together("")
    ),
    "choreography.mixed": Case(raw(PROCESS + choreography("<bpmn:task id='k'/>")), "k", GOOD_EXCHANGE),
    "choreography.participants": Case(
        raw(PROCESS + choreography(exchange("A", "B", "Z"))), "t", GOOD_EXCHANGE
    ),
    "choreography.initiator": Case(
        raw(PROCESS + choreography(exchange("A", "B", initiator="Z"))), "t", GOOD_EXCHANGE
    ),
    "choreography.refers": Case(
        raw(PROCESS + choreography("<bpmn:choreographyRef>H</bpmn:choreographyRef>")), "H", GOOD_EXCHANGE
    ),
    "choreography.closed": Case(
        raw(
            '<bpmn:collaboration id="C" isClosed="true"><bpmn:choreographyRef>H</bpmn:choreographyRef></bpmn:collaboration>'
            + choreography(exchange("A", "B"))
            + PROCESS
        ),
        "C",
        raw(
            '<bpmn:collaboration id="C"><bpmn:choreographyRef>H</bpmn:choreographyRef></bpmn:collaboration>'
            + choreography(exchange("A", "B"))
            + PROCESS
        ),
    ),
    "conversation.global": Case(
        raw(
            PROCESS
            + '<bpmn:globalConversation id="G"><bpmn:textAnnotation id="n"/></bpmn:globalConversation>'
        ),
        "G",
        raw(PROCESS + '<bpmn:globalConversation id="G"/>'),
    ),
}

ITEM = "<bpmn:itemDefinition id='I' structureRef='text'/><bpmn:itemDefinition id='J' structureRef='number'/>"


def interface(
    content: str, attributes: str = "", kind: str = "task", beside: str = "", more: str = ""
) -> Source:
    """A process whose activity `a` has an interface."""
    return raw(
        f'{ITEM}{beside}<bpmn:process id="p" isExecutable="true">{nodes("start s" + chr(10) + "end e")}'
        f"<bpmn:{kind} id='a' {attributes}>{content}</bpmn:{kind}>{flows('s -> a -> e')}{more}</bpmn:process>"
    )


def data(inputs: str = "", outputs: str = "", input_sets: str = "", output_sets: str = "") -> str:
    """An interface of inputs and outputs named by letters, with their sets."""
    made = "".join(
        f"<bpmn:dataInput id='{key[0]}' itemSubjectRef='{key[1:] or 'I'}'/>" for key in inputs.split()
    )
    made += "".join(
        f"<bpmn:dataOutput id='{key[0]}' itemSubjectRef='{key[1:] or 'I'}'/>" for key in outputs.split()
    )
    first = "".join(f"<bpmn:dataInputRefs>{key[0]}</bpmn:dataInputRefs>" for key in inputs.split())
    last = "".join(f"<bpmn:dataOutputRefs>{key[0]}</bpmn:dataOutputRefs>" for key in outputs.split())
    made += input_sets or f"<bpmn:inputSet>{first}</bpmn:inputSet>"
    made += output_sets or f"<bpmn:outputSet>{last}</bpmn:outputSet>"
    return f"<bpmn:ioSpecification>{made}</bpmn:ioSpecification>"


def moved(kind: str, source: str, target: str, more: str = "") -> str:
    """A data association."""
    return f"<bpmn:{kind}><bpmn:sourceRef>{source}</bpmn:sourceRef><bpmn:targetRef>{target}</bpmn:targetRef>{more}</bpmn:{kind}>"


OBJECT = "<bpmn:dataObject id='O' itemSubjectRef='I'/><bpmn:dataObjectReference id='o' dataObjectRef='O'/>"
OPERATION = (
    "<bpmn:message id='M1' name='m' itemRef='I'/><bpmn:interface id='IF' name='i'><bpmn:operation id='OP' name='o'>"
    "<bpmn:inMessageRef>M1</bpmn:inMessageRef></bpmn:operation></bpmn:interface>"
)
ANSWERED = OPERATION.replace(
    "</bpmn:operation>", "<bpmn:outMessageRef>M1</bpmn:outMessageRef></bpmn:operation>"
)
CARRIED = "<bpmn:message id='M1' name='m' itemRef='I'/>"


def process_data(content: str, kind: str, association: str) -> Source:
    """A process with data of its own, and an activity that reads or writes it."""
    return raw(
        f'{ITEM}<bpmn:process id="p" isExecutable="true">{content}{nodes("start s" + chr(10) + "end e")}'
        f"<bpmn:task id='a'>{kind}{association}</bpmn:task>{flows('s -> a -> e')}</bpmn:process>"
    )


OF_PROCESS = data("x", "y")
INSIDE = "<bpmn:ioSpecification>{}<bpmn:inputSet>{}</bpmn:inputSet><bpmn:outputSet>{}</bpmn:outputSet></bpmn:ioSpecification>"
OWN_OUTPUT = INSIDE.format("<bpmn:dataOutput id='o'/>", "", "<bpmn:dataOutputRefs>o</bpmn:dataOutputRefs>")


def event_data(pieces: str, attributes: str = "") -> Source:
    """A catching event that carries data."""
    return raw(
        f'{ITEM}{CARRIED}<bpmn:process id="p" isExecutable="true">{nodes("start s" + chr(10) + "end e")}'
        f"<bpmn:intermediateCatchEvent id='v'>{pieces}<bpmn:messageEventDefinition messageRef='M1'/></bpmn:intermediateCatchEvent>"
        f"{flows('s -> v -> e')}</bpmn:process>"
    )


def called(ours: str) -> Source:
    """A call activity `a` of a process `q` that wants one input."""
    theirs = f'<bpmn:process id="q" isExecutable="true">{data("x")}{nodes("start s2" + chr(10) + "end e2")}{flows("s2 -> e2")}</bpmn:process>'
    return interface(ours, "calledElement='q'", "callActivity", beside=theirs)


def looped(reference: str, item: str) -> Source:
    """A task that runs over data of its own."""
    loop = (
        f"<bpmn:multiInstanceLoopCharacteristics><bpmn:loopDataInputRef>{reference}</bpmn:loopDataInputRef>"
        f"<bpmn:inputDataItem id='it' itemSubjectRef='{item}'/></bpmn:multiInstanceLoopCharacteristics>"
    )
    return interface(data("x") + loop, more=OBJECT)


PAIRED = "<bpmn:inputSet id='i1'><bpmn:dataInputRefs>x</bpmn:dataInputRefs><bpmn:outputSetRefs>o1</bpmn:outputSetRefs></bpmn:inputSet>"

DATA_CASES: dict[str, Case] = {
    "data.collection": Case(
        scene("<bpmn:dataObject id='O' isCollection='true' itemSubjectRef='I'/>", ITEM),
        "O",
        scene("<bpmn:dataObject id='O' itemSubjectRef='I'/>", ITEM),
    ),
    "data.reference-name": Case(
        scene(
            "<bpmn:dataObject id='O' name='Form'/><bpmn:dataObjectReference id='o' name='Other' dataObjectRef='O'/>"
        ),
        "o",
        scene(
            "<bpmn:dataObject id='O' name='Form'/><bpmn:dataObjectReference id='o' name='Form [signed]' dataObjectRef='O'><bpmn:dataState name='signed'/></bpmn:dataObjectReference>"
        ),
    ),
    "data.subprocess-interface": Case(
        interface(data() + nodes("start x\nend y") + flows("x -> y"), kind="subProcess"),
        "a",
        interface(nodes("start x\nend y") + flows("x -> y"), kind="subProcess"),
    ),
    "data.in-no-set": Case(interface(data("x", input_sets="<bpmn:inputSet/>")), "x", interface(data("x"))),
    "data.set-not-listed": Case(
        interface(
            data(
                "x",
                input_sets="<bpmn:inputSet id='i1'><bpmn:optionalInputRefs>x</bpmn:optionalInputRefs></bpmn:inputSet>",
            )
        ),
        "i1",
        interface(
            data(
                "x",
                input_sets="<bpmn:inputSet id='i1'><bpmn:dataInputRefs>x</bpmn:dataInputRefs><bpmn:optionalInputRefs>x</bpmn:optionalInputRefs></bpmn:inputSet>",
            )
        ),
    ),
    "data.sets-disagree": Case(
        interface(data("x", input_sets=PAIRED, output_sets="<bpmn:outputSet id='o1'/>")),
        "i1",
        interface(
            data(
                "x",
                input_sets=PAIRED,
                output_sets="<bpmn:outputSet id='o1'><bpmn:inputSetRefs>i1</bpmn:inputSetRefs></bpmn:outputSet>",
            )
        ),
    ),
    "data.association-types": Case(
        interface(data("xJ") + moved("dataInputAssociation", "o", "x"), more=OBJECT),
        "a",
        interface(data("x") + moved("dataInputAssociation", "o", "x"), more=OBJECT),
    ),
    "data.association-sources": Case(
        interface(
            data("x") + moved("dataInputAssociation", "o</bpmn:sourceRef><bpmn:sourceRef>o", "x"), more=OBJECT
        ),
        "a",
        interface(data("x") + moved("dataInputAssociation", "o", "x"), more=OBJECT),
    ),
    "data.association-direction": Case(
        process_data(OF_PROCESS, OWN_OUTPUT, moved("dataOutputAssociation", "o", "x")),
        "a",
        process_data(OF_PROCESS, OWN_OUTPUT, moved("dataOutputAssociation", "o", "y")),
    ),
    "data.association-owner": Case(
        process_data(OF_PROCESS, OWN_OUTPUT, moved("dataOutputAssociation", "y", "y")),
        "a",
        process_data(OF_PROCESS, OWN_OUTPUT, moved("dataOutputAssociation", "o", "y")),
    ),
    "data.message-sets": Case(
        interface(data("", "x y"), "messageRef='M1'", "receiveTask", CARRIED),
        "a",
        interface(data("", "x"), "messageRef='M1'", "receiveTask", CARRIED),
    ),
    "data.message-item": Case(
        interface(data("", "xJ"), "messageRef='M1'", "receiveTask", CARRIED),
        "a",
        interface(data("", "x"), "messageRef='M1'", "receiveTask", CARRIED),
    ),
    "data.operation-input": Case(
        interface("", "operationRef='OP' camunda:topic='register'", "serviceTask", OPERATION),
        "a",
        interface(data("x"), "operationRef='OP' camunda:topic='register'", "serviceTask", OPERATION),
    ),
    "data.operation-output": Case(
        interface(
            data("x", output_sets="<bpmn:outputSet/><bpmn:outputSet/>"),
            "operationRef='OP' camunda:topic='register'",
            "serviceTask",
            OPERATION,
        ),
        "a",
        interface(data("x"), "operationRef='OP' camunda:topic='register'", "serviceTask", OPERATION),
    ),
    "data.call-interface": Case(called(""), "a", called(data("z"))),
    "data.no-binding": Case(
        raw(
            f'{ITEM}{OPERATION}<bpmn:process id="p" isExecutable="true"><bpmn:supportedInterfaceRef>IF</bpmn:supportedInterfaceRef>{STEPS}</bpmn:process>'
        ),
        "p",
        raw(
            f'{ITEM}{OPERATION}<bpmn:process id="p" isExecutable="true"><bpmn:supportedInterfaceRef>IF</bpmn:supportedInterfaceRef>{data("x", "y")}'
            f"<bpmn:ioBinding operationRef='OP' inputDataRef='x' outputDataRef='y'/>{STEPS}</bpmn:process>"
        ),
    ),
    "data.event-count": Case(
        event_data(
            "<bpmn:dataOutput id='x' itemSubjectRef='I'/><bpmn:dataOutput id='y' itemSubjectRef='I'/>"
        ),
        "v",
        event_data("<bpmn:dataOutput id='x' itemSubjectRef='I'/>"),
    ),
    "data.event-item": Case(
        event_data("<bpmn:dataOutput id='x' itemSubjectRef='J'/>"),
        "v",
        event_data("<bpmn:dataOutput id='x' itemSubjectRef='I'/>"),
    ),
    "multi-instance.foreign-data": Case(looped("o", "I"), "a", looped("x", "I")),
    "multi-instance.item-type": Case(looped("x", "J"), "a", looped("x", "I")),
    "resource.twice": Case(
        interface(
            "<bpmn:performer><bpmn:resourceRef>R</bpmn:resourceRef><bpmn:resourceAssignmentExpression><bpmn:formalExpression>x</bpmn:formalExpression></bpmn:resourceAssignmentExpression></bpmn:performer>",
            beside="<bpmn:resource id='R' name='r'/>",
        ),
        "a",
        interface(
            "<bpmn:performer><bpmn:resourceRef>R</bpmn:resourceRef></bpmn:performer>",
            beside="<bpmn:resource id='R' name='r'/>",
        ),
    ),
    "text.format": Case(
        scene("<bpmn:textAnnotation id='n' textFormat='words'/>"),
        "n",
        scene("<bpmn:textAnnotation id='n' textFormat='text/html'/>"),
    ),
}

SHAPE = '<di:BPMNDiagram xmlns:di="http://www.omg.org/spec/BPMN/20100524/DI"><di:BPMNPlane><di:BPMNShape id="sh" bpmnElement="{}"/></di:BPMNPlane></di:BPMNDiagram>'


def imported(kind: str, location: str) -> Source:
    """A file that imports another."""
    return raw(f'<bpmn:import importType="{kind}" location="{location}" namespace="other"/>{PROCESS}')


BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
XSD = "http://www.w3.org/2001/XMLSchema"
OTHER = Source("other.bpmn", (HEAD.replace('"test"', '"other"') + "</bpmn:definitions>").encode())

GRAMMAR_CASES: dict[str, Case] = {
    "schema.unknown-element": Case(drawn("task a\nbogusTask c", "s -> a -> e"), "c", RIGHT),
    "schema.unknown-attribute": Case(
        drawn("task a defautl='a_e'", "s -> a -> e"), "a", drawn("task a default='a_e'", "s -> a -> e")
    ),
    "schema.bad-value": Case(
        drawn(
            "parallelGateway g gatewayDirection='Sideways'\ntask a\ntask b", "s -> g -> a -> e; g -> b -> e"
        ),
        "g",
        drawn(
            "parallelGateway g gatewayDirection='Unspecified'\ntask a\ntask b",
            "s -> g -> a -> e; g -> b -> e",
        ),
    ),
    "schema.missing-attribute": Case(
        scene("<bpmn:association id='as' sourceRef='a'/>"),
        "as",
        scene("<bpmn:textAnnotation id='n'/><bpmn:association id='as' sourceRef='a' targetRef='n'/>"),
    ),
    "schema.missing-element": Case(
        interface("<bpmn:ioSpecification id='io'><bpmn:outputSet/></bpmn:ioSpecification>"),
        "io",
        interface(data()),
    ),
    "schema.too-many": Case(interface(data() + data()), "a", interface(data())),
    "schema.order": Case(
        drawn("task a | <bpmn:incoming>s_a</bpmn:incoming><bpmn:extensionElements/>", "s -> a -> e"),
        "a",
        drawn("task a | <bpmn:extensionElements/><bpmn:incoming>s_a</bpmn:incoming>", "s -> a -> e"),
    ),
    "schema.foreign-element": Case(
        drawn("task a | <camunda:properties/>", "s -> a -> e"),
        "a",
        drawn(
            "task a | <bpmn:extensionElements><camunda:properties/></bpmn:extensionElements>", "s -> a -> e"
        ),
    ),
    "schema.no-target-namespace": Case(raw(PROCESS, HEAD.replace(' targetNamespace="test"', "")), "D", RIGHT),
    "reference.unknown": Case(
        scene(
            "<bpmn:laneSet><bpmn:lane id='L'><bpmn:flowNodeRef>gone</bpmn:flowNodeRef></bpmn:lane></bpmn:laneSet>"
        ),
        "L",
        scene(
            "<bpmn:laneSet><bpmn:lane id='L'><bpmn:flowNodeRef>a</bpmn:flowNodeRef></bpmn:lane></bpmn:laneSet>"
        ),
    ),
    "reference.wrong-kind": Case(
        scene("<bpmn:dataObjectReference id='o' dataObjectRef='a'/>"), "o", scene(OBJECT, ITEM)
    ),
    "reference.prefix": Case(
        scene("<bpmn:dataObject id='O' itemSubjectRef='nobody:I'/>", ITEM),
        "O",
        scene("<bpmn:dataObject id='O' itemSubjectRef='I'/>", ITEM),
    ),
    "reference.not-imported": Case(
        scene("<bpmn:dataObject xmlns:x='elsewhere' id='O' itemSubjectRef='x:I'/>", ITEM),
        "O",
        scene("<bpmn:dataObject xmlns:x='test' id='O' itemSubjectRef='x:I'/>", ITEM),
    ),
    "import.missing": Case(imported(BPMN, "gone.bpmn"), "", imported(BPMN, "other.bpmn")),
    "import.types-missing": Case(imported(XSD, "gone.xsd"), "", imported(BPMN, "other.bpmn")),
    "import.not-fetched": Case(
        imported(BPMN, "https://example.org/other.bpmn"), "", imported(BPMN, "other.bpmn")
    ),
    "import.same-ids": Case(
        raw(
            f'<bpmn:import importType="{BPMN}" location="other.bpmn" namespace="other"/>{PROCESS}',
            HEAD.replace('"test"', '"other"'),
        ),
        "D",
        imported(BPMN, "other.bpmn"),
    ),
    "drawing.of-nothing": Case(raw(PROCESS + SHAPE.format("gone")), "gone", raw(PROCESS + SHAPE.format("a"))),
    "drawing.missing": Case(raw(PROCESS), "", raw(PROCESS + SHAPE.format("a"))),
}
