# ruff: noqa: E501 one element a line reads best
"""The 16-node approval diagram of the bench, in two dialects of the same drawing.

Four user tasks in lanes, two exclusive gateways, a decision task, a boundary timer, a parallel multi-instance task, a call
activity, four scripts. `OURS` is the Camunda 7 profile with FEEL, `STOCK` what SpiffWorkflow's own parser reads.
"""

from __future__ import annotations

from string import Template

_HEAD = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:camunda="http://camunda.org/schema/1.0/bpmn" '
    'xmlns:spiffworkflow="http://spiffworkflow.org/bpmn/schema/1.0/core" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" id="defs" targetNamespace="bench">'
)
_MAIN = Template(
    _HEAD
    + """
<collaboration id="c"><participant id="p" name="审批" processRef="bench_main"/></collaboration>
<process id="bench_main" name="审批" isExecutable="true">
 <laneSet id="ls">
  <lane id="l1" name="申请单位"><flowNodeRef>start</flowNodeRef><flowNodeRef>fill</flowNodeRef></lane>
  <lane id="l2" name="审核单位"><flowNodeRef>review</flowNodeRef><flowNodeRef>approve</flowNodeRef></lane>
 </laneSet>
 <startEvent id="start"/>
 <sequenceFlow id="f1" sourceRef="start" targetRef="prepare"/>
 <scriptTask id="prepare" $script_format><script>total = amount * 2</script></scriptTask>
 <sequenceFlow id="f2" sourceRef="prepare" targetRef="fill"/>
 <userTask id="fill" name="填报" $group1/>
 <sequenceFlow id="f3" sourceRef="fill" targetRef="route"/>
 <businessRuleTask id="route" name="路线" $decision>$decision_body</businessRuleTask>
 <sequenceFlow id="f4" sourceRef="route" targetRef="review"/>
 <userTask id="review" name="初审" $group2/>
 <boundaryEvent id="late" attachedToRef="review" cancelActivity="false"><timerEventDefinition id="ted"><timeDuration
   xsi:type="tFormalExpression">$duration</timeDuration></timerEventDefinition></boundaryEvent>
 <sequenceFlow id="f5" sourceRef="late" targetRef="remind"/>
 <scriptTask id="remind" $script_format><script>reminded = 1</script></scriptTask>
 <sequenceFlow id="f6" sourceRef="remind" targetRef="end_late"/>
 <endEvent id="end_late"/>
 <sequenceFlow id="f7" sourceRef="review" targetRef="gate"/>
 <exclusiveGateway id="gate" default="f8"/>
 <sequenceFlow id="f8" sourceRef="gate" targetRef="consult"/>
 <sequenceFlow id="f9" sourceRef="gate" targetRef="refused"><conditionExpression xsi:type="tFormalExpression">$refused</conditionExpression></sequenceFlow>
 <endEvent id="refused"/>
 <userTask id="consult" name="会签" $group2>$multi</userTask>
 <sequenceFlow id="f10" sourceRef="consult" targetRef="count"/>
 <scriptTask id="count" $script_format><script>consulted = 3</script></scriptTask>
 <sequenceFlow id="f11" sourceRef="count" targetRef="approve"/>
 <userTask id="approve" name="签批" $group2/>
 <sequenceFlow id="f12" sourceRef="approve" targetRef="gate2"/>
 <exclusiveGateway id="gate2" default="f13"/>
 <sequenceFlow id="f13" sourceRef="gate2" targetRef="filing"/>
 <sequenceFlow id="f14" sourceRef="gate2" targetRef="refused2"><conditionExpression xsi:type="tFormalExpression">$refused</conditionExpression></sequenceFlow>
 <endEvent id="refused2"/>
 <callActivity id="filing" name="备案" calledElement="bench_file">$call</callActivity>
 <sequenceFlow id="f15" sourceRef="filing" targetRef="end"/>
 <endEvent id="end"/>
</process></definitions>"""
)
_FILE = Template(
    _HEAD
    + """
<process id="bench_file" name="备案" isExecutable="true">
 <startEvent id="fs"/><sequenceFlow id="ff1" sourceRef="fs" targetRef="number"/>
 <scriptTask id="number" $script_format><script>number = 7</script></scriptTask>
 <sequenceFlow id="ff2" sourceRef="number" targetRef="file"/>
 <userTask id="file" name="登记" $group2/>
 <sequenceFlow id="ff3" sourceRef="file" targetRef="fe"/><endEvent id="fe"/>
</process></definitions>"""
)
DECISION = """<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="bench">
<decision id="bench_route" name="route"><decisionTable id="t" hitPolicy="UNIQUE">
<input id="i1"><inputExpression id="ie1" typeRef="string"><text>kind</text></inputExpression></input>
<output id="o1" name="route" typeRef="string"/>
<rule id="r1"><inputEntry id="e1"><text>"grid"</text></inputEntry><outputEntry id="x1"><text>"both"</text></outputEntry></rule>
<rule id="r2"><inputEntry id="e2"><text>"community"</text></inputEntry><outputEntry id="x2"><text>"one"</text></outputEntry></rule>
</decisionTable></decision></definitions>"""

_OURS = {
    "script_format": 'scriptFormat="feel"',
    "group1": 'camunda:candidateGroups="unit_clerk"',
    "group2": 'camunda:candidateGroups="review_clerk"',
    "decision": 'camunda:decisionRef="bench_route" camunda:mapDecisionResult="singleEntry" camunda:resultVariable="route"',
    "decision_body": "",
    "duration": "P10D",
    "refused": "${refused}",
    "multi": '<multiInstanceLoopCharacteristics camunda:collection="people" camunda:elementVariable="person"/>',
    "call": '<extensionElements><camunda:in variables="all"/><camunda:out variables="all"/></extensionElements>',
}
_STOCK = {
    "script_format": "",
    "group1": "",
    "group2": "",
    "decision": "",
    "decision_body": "<extensionElements><spiffworkflow:calledDecisionId>bench_route</spiffworkflow:calledDecisionId>"
    "</extensionElements>",
    "duration": '"P10D"',
    "refused": "refused",
    "multi": "<multiInstanceLoopCharacteristics><loopDataInputRef>people</loopDataInputRef>"
    '<inputDataItem id="person" name="person"/></multiInstanceLoopCharacteristics>',
    "call": "",
}
START = {
    "amount": 1200,
    "kind": "grid",
    "refused": False,
    "people": ["a", "b", "c"],
    "reason": "依据充分" * 20,
}


def ours() -> dict[str, bytes]:
    """File name -> content, as `definitions.deploy` takes them."""
    return {
        "bench_main.bpmn": _MAIN.substitute(_OURS).encode(),
        "bench_file.bpmn": _FILE.substitute(_OURS).encode(),
        "bench_route.dmn": DECISION.encode(),
    }


def many() -> bytes:
    """A user task for each of `people`, and one after all of them."""
    return (
        _HEAD
        + """
<process id="bench_many" name="会签" isExecutable="true">
 <startEvent id="start"/><sequenceFlow id="f1" sourceRef="start" targetRef="consult"/>
 <userTask id="consult" name="会签" camunda:candidateGroups="review_clerk"><multiInstanceLoopCharacteristics
   camunda:collection="people" camunda:elementVariable="person"/></userTask>
 <sequenceFlow id="f2" sourceRef="consult" targetRef="approve"/>
 <userTask id="approve" name="签批" camunda:candidateGroups="review_clerk"/>
 <sequenceFlow id="f3" sourceRef="approve" targetRef="end"/><endEvent id="end"/>
</process></definitions>"""
    ).encode()


def loop() -> bytes:
    """A review that is sent back as long as `again` holds."""
    return (
        _HEAD
        + """
<process id="bench_loop" name="补正" isExecutable="true">
 <startEvent id="start"/><sequenceFlow id="f1" sourceRef="start" targetRef="fill"/>
 <userTask id="fill" name="填报" camunda:candidateGroups="unit_clerk"/>
 <sequenceFlow id="f2" sourceRef="fill" targetRef="review"/>
 <userTask id="review" name="初审" camunda:candidateGroups="review_clerk"/>
 <sequenceFlow id="f3" sourceRef="review" targetRef="gate"/>
 <exclusiveGateway id="gate" default="f4"/>
 <sequenceFlow id="f4" sourceRef="gate" targetRef="end"/><endEvent id="end"/>
 <sequenceFlow id="f5" sourceRef="gate" targetRef="fill"><conditionExpression
   xsi:type="tFormalExpression">${again}</conditionExpression></sequenceFlow>
</process></definitions>"""
    ).encode()


def stock() -> dict[str, bytes]:
    """The same drawing for SpiffWorkflow's own parser."""
    return {
        "bench_main.bpmn": _MAIN.substitute(_STOCK).encode(),
        "bench_file.bpmn": _FILE.substitute(_STOCK).encode(),
        "bench_route.dmn": DECISION.encode(),
    }
