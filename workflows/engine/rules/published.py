"""The published list of static constraints on BPMN 2.0 files, number by number, and our rules for them.

M. Geiger, BPMN 2.0 Process Model Serialization Constraints, Bamberg 2013 (EXT.001 to EXT.151), as the tool
BPMNspector and its tests have it. `docs/BPMN_RULES.md` is this table written out; a test compares the two.
"""

from __future__ import annotations

from typing import NamedTuple


class Published(NamedTuple):
    """Our rules for a number of the list; `differs` says where they ask for less, or elsewhere."""

    rules: tuple[str, ...]
    differs: str = ""


def _all(lines: str) -> dict[str, Published]:
    found = {}
    for line in lines.strip().splitlines():
        number, _, said = line.strip().partition(": ")
        rules, _, differs = said.partition("; ")
        found[number] = Published(tuple(rules.split(", ")), differs)
    return found


PUBLISHED = _all(
    """
    001: import.missing, import.types-missing; types and services that are not at hand are a warning: nothing here reads them
    002: id.duplicate, import.same-ids
    003: id.missing
    004: text.format
    005: schema.unknown-element, flow.unknown-source, flow.unknown-target
    006: flow.unknown-target
    007: flow.unknown-source
    008: message-flow.end
    009: message-flow.end
    010: text.format
    011: escalation.no-code; also in a process that is not executable
    012: expression.informal, expression.prose; that an expression is marked as formal is asked for to the letter only
    013: expression.empty, condition.empty
    014: schema.bad-value
    017: gateway.direction
    018: gateway.direction
    019: gateway.direction
    020: data.collection
    021: flow.unknown-source, event-subprocess.flow
    022: flow.unknown-target, event-subprocess.flow
    023: flow.not-listed, flow.listed-wrongly; a node that lists no flow at all is right: several tools leave the lists out
    024: flow.not-immediate
    025: flow.condition-alone, flow.condition-not-allowed
    026: flow.default-unknown
    027: choreography.refers
    028: flow.crosses-scope
    029: participant.multiplicity
    030: participant.multiplicity
    031: message-flow.same-pool
    032: conversation.global
    033: choreography.closed
    035: process.public
    036: choreography.mixed
    037: activity.quantity
    038: activity.quantity
    039: resource.twice
    042: data.operation-input
    043: data.operation-output
    044: data.message-item, data.operation-input
    045: data.message-item, data.operation-output
    046: data.message-sets
    047: data.message-sets
    048: data.message-item
    049: instantiate.incoming
    050: data.message-sets
    051: data.message-sets
    052: data.message-item
    053: script.no-format; to the letter only: a script without a format is FEEL
    056: choreography.mixed
    057: event-subprocess.flow
    058: event-subprocess.starts
    059: event-subprocess.no-trigger, event-subprocess.must-interrupt, event.illegal
    061: ad-hoc.empty
    062: ad-hoc.events, choreography.mixed
    063: data.call-interface; for a called process of the files at hand
    064: data.no-binding
    065: data.message-item
    067: multi-instance.count; a collection of the Camunda 7 profile counts too
    068: multi-instance.foreign-data
    069: multi-instance.item-type
    070: multi-instance.item-type
    076: data.reference-name
    078: schema.unknown-element
    079: data.subprocess-interface
    080: data.association-direction, data.association-owner
    081: data.collection
    083: data.collection
    084: data.in-no-set
    085: data.set-not-listed
    086: data.set-not-listed
    087: data.sets-disagree
    088: data.in-no-set
    089: data.set-not-listed
    090: data.set-not-listed
    091: data.association-types
    092: data.association-sources
    093: data.event-count
    094: data.event-item
    095: event.shared-definition
    096: flow.into-start
    097: process.end-without-start
    098: event.illegal
    099: call.no-plain-start
    100: subprocess.start-event
    101: start.no-outgoing
    102: message-flow.source
    103: message-flow.no-message-event
    104: flow.out-of-end
    105: process.start-without-end
    106: end.cancel-outside, event.cancel-outside
    107: end.no-incoming
    108: message-flow.target
    109: message-flow.no-message-event
    110: event.illegal, event.missing, boundary.must-interrupt
    111: boundary.cancel-outside
    112: flow.into-start
    113: boundary.no-outgoing
    114: compensation.boundary-flow
    115: event.no-incoming
    116: event.no-outgoing
    117: link.both-ways
    118: link.one-sided
    119: message-flow.source, message-flow.target
    120: boundary.cancel-outside
    121: event.illegal
    122: event.illegal
    123: condition.missing, expression.informal; that it is marked as formal is asked for to the letter only
    124: link.end-not-named; to the letter only: links of one name belong together
    125: link.end-not-named; to the letter only: links of one name belong together
    126: link.other-level, link.no-partner
    127: message.missing; not where a service sends the message
    128: message.no-operation; to the letter only
    129: event-subprocess.no-trigger
    133: timer.syntax, timer.no-time
    135: gateway.superfluous
    136: event-gateway.one-way
    137: flow.condition-not-allowed
    138: event-gateway.target, event-gateway.trigger
    139: event-gateway.mixed
    140: event-gateway.boundary
    141: event-gateway.other-way-in
    142: instantiate.incoming
    143: compensation.association
    144: compensation.handler
    146: event.illegal
    147: event.missing, event.illegal, boundary.must-interrupt
    148: event.missing, event.illegal
    149: event.illegal
    150: node.no-incoming, node.unreachable; to the letter only: else what cannot be reached is a warning
    151: node.leads-nowhere, activity.no-outgoing
    152: flow.crosses-scope
    """
)
"""Number -> our rules."""

_NOT_CHECKED = "015 016 034 040 041 054 055 060 066 071 072 073 074 075 077 082 130 131 132 134 145"

WITHOUT_A_TEST = frozenset(_NOT_CHECKED.split())
"""Numbers that the published tool does not check: no test of them is public, and nothing to compare with."""
