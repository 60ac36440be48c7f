"""What the files at hand define and hand to one another, gathered once for all rules."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from lxml import etree

from workflows.engine.drawing import NotReadable, bare, is_bpmn, local_name, processes_of, read_xml
from workflows.engine.extensions import mappings_of
from workflows.engine.model import Known, Source
from workflows.engine.rules.look import Around

_DEPTH = 32


def around(sources: Sequence[Source], known: Known) -> Around:
    """Gather what `sources` define, besides what is `known`. Files that cannot be read define nothing."""
    forms, decisions, processes = set(known.forms), set(known.decisions), set(known.processes)
    spaces: dict[str, dict[str, str]] = {}
    drawings: dict[str, tuple[str, frozenset[str]]] = {}
    fields: dict[str, frozenset[str]] = {}
    outputs: dict[str, frozenset[str]] = {}
    calls: dict[str, frozenset[str] | None] = {}
    for source in sources:
        if source.kind == "form":
            for key, names in form_fields(source):
                forms.add(key)
                fields.setdefault(key, names)
        elif source.kind in ("bpmn", "dmn"):
            try:
                root = read_xml(source.content)
            except NotReadable:
                continue
            if source.kind == "dmn":
                found = _decisions(root)
                decisions |= found.keys()
                outputs = {**found, **outputs}
            else:
                processes |= process_ids(root)
                space, ids = root.get("targetNamespace", ""), _defined(root)
                spaces.setdefault(space, {}).update(ids)
                drawings[_base(source.name)] = (space, frozenset(ids))
                _calls(root, calls)
    files = frozenset(_base(source.name) for source in sources)
    return Around(
        forms=forms,
        decisions=decisions,
        processes=processes,
        services=known.services,
        groups=known.groups,
        files=files,
        spaces=spaces,
        drawings=drawings,
        fields=fields,
        outputs=outputs,
        calls=calls,
    )


def _base(name: str) -> str:
    return name.replace("\\", "/").rpartition("/")[2].lower()


def process_ids(root: etree._Element) -> set[str]:
    """Ids of the executable processes of a diagram, and of its global tasks."""
    found = (
        process.get("id", "")
        for process in processes_of(root)
        if process.get("isExecutable", "true") in ("true", "1")
    )
    return {key for key in found if key}


def decision_ids(root: etree._Element) -> set[str]:
    """Ids of the decisions of a decision file."""
    return set(_decisions(root))


def _decisions(root: etree._Element) -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for decision in root:
        if local_name(decision) == "decision" and decision.get("id"):
            names = {decision.get("name", "")}
            names |= {
                part.get("name", "") for part in decision.iter() if local_name(part) in ("output", "variable")
            }
            found[decision.get("id", "")] = frozenset(names - {""})
    return found


def form_fields(source: Source) -> Iterator[tuple[str, frozenset[str]]]:
    """The key of a form with the keys of its fields; nothing for a file that is no form."""
    try:
        document = json.loads(source.content)
    except (ValueError, RecursionError):
        return
    key = document.get("id") if isinstance(document, dict) else None
    if isinstance(key, str):
        yield key, frozenset(_keys(document.get("components"), 0))


def _keys(items: Any, depth: int) -> Iterable[str]:
    if not isinstance(items, list) or depth > _DEPTH:
        return
    for item in items:
        if isinstance(item, dict):
            if isinstance(item.get("key"), str):
                yield item["key"]
            yield from _keys(item.get("components"), depth + 1)


def _defined(root: etree._Element) -> dict[str, str]:
    return {
        element.get("id", ""): local_name(element)
        for element in root.iter(etree.Element)
        if element.get("id") and is_bpmn(element)
    }


def _calls(root: etree._Element, calls: dict[str, frozenset[str] | None]) -> None:
    """Note what each call activity hands in."""
    for call in root.iter("{*}callActivity"):
        key, into = bare(call.get("calledElement")), mappings_of(call).into
        before = calls.get(key, frozenset())
        if before is None or any(item.everything for item in into):
            calls[key] = None
        else:
            calls[key] = before | {item.target for item in into if item.target}
