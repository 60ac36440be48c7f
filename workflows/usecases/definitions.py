"""Definitions: immutable versions of processes, decisions, forms and templates.

Deploying is here; looking up is in `definition_rows`, bundles are in `bundles`. Callers take all of them from
this module.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath

import sqlalchemy as sa
from defusedxml import ElementTree

from forms.schema import Form, load_form
from workflows.engine import FileReport, Finding, Known, Source
from workflows.engine import check as engine_check
from workflows.engine.diagram_tests import SUFFIX
from workflows.store.tables import definition, resource
from workflows.usecases import audit, diagram_tests, templates
from workflows.usecases.actor import Actor
from workflows.usecases.bundles import bundle, bundle_for_start, bundle_form, bundle_form_id
from workflows.usecases.definition_rows import (
    content,
    form,
    form_by_id,
    form_id,
    get,
    latest,
    latest_sources,
    overview,
    template,
    versions,
)
from workflows.usecases.errors import KINDS as KIND_NAMES
from workflows.usecases.errors import DeploymentRefused
from workflows.usecases.runtime import Transaction
from workflows.usecases.views import DefinitionView, Deployment, ProcessView

__all__ = [
    "KINDS",
    "Checked",
    "bundle",
    "bundle_for_start",
    "bundle_form",
    "bundle_form_id",
    "check",
    "checked",
    "content",
    "deploy",
    "form",
    "form_by_id",
    "form_id",
    "get",
    "latest",
    "overview",
    "start_form",
    "startable",
    "template",
    "versions",
]

KINDS: Mapping[str, str] = {
    "bpmn": "process",
    "dmn": "decision",
    "form": "form",
    "xlsx": "template",
    "yaml": "tests",
}
"""Suffix of a deployed file -> kind of what it defines."""

_BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"


@dataclass(frozen=True)
class Checked:
    """Reports of files, and the state of the deployed definitions they were made in."""

    reports: tuple[FileReport, ...]
    version: int


def checked(tx: Transaction, sources: Sequence[Source]) -> Checked:
    """Check files ahead of deploying them: a check may take seconds, a write transaction must not."""
    return Checked(tuple(check(tx, sources)), tx.counters.definitions)


def check(tx: Transaction, sources: Sequence[Source], *, tests: bool = True) -> list[FileReport]:
    """All findings of files, seen beside what is deployed. Stores nothing.

    Args:
        tests: also run the tests of diagrams that these files concern.
    """
    strange = [source for source in sources if not _deployable(source)]
    reports = {source.name: _not_deployable(source) for source in strange}
    checked = [source for source in sources if source.kind in ("bpmn", "dmn", "form")]
    given = {(kind, key) for source in checked for kind, key, _title in _safe_keys(source)}
    known = Known(
        services=frozenset(tx.runtime.services),
        groups=frozenset(tx.runtime.permissions) or None,
    )
    if checked:
        beside = latest_sources(tx, without=given, taken=[source.name for source in checked])
        for report in engine_check(checked, beside=beside, known=known):
            reports[report.file] = report
    for source in sources:
        if source.kind == "xlsx":
            reports[source.name] = templates.check_template(tx, source, sources)
    _add(reports, _defined_twice(sources))
    if tests and all(report.deployable for report in reports.values()):
        # What cannot be deployed cannot be run either: its tests would only say so again.
        _add(reports, _tested(tx, sources, given))
    return [reports.get(source.name) or FileReport(source.name, ()) for source in sources]


def _add(reports: dict[str, FileReport], more: Mapping[str, Sequence[Finding]]) -> None:
    for name, findings in more.items():
        report = reports.get(name) or FileReport(name, ())
        reports[name] = replace(report, findings=(*report.findings, *findings))


def _tested(
    tx: Transaction, sources: Sequence[Source], given: Collection[tuple[str, str]]
) -> Mapping[str, Sequence[Finding]]:
    """What the tests of diagrams say; they run where a diagram, a decision, a form or tests are given."""
    if not any(source.kind in ("bpmn", "dmn", "form", "yaml") for source in sources):
        return {}
    keys = {key for source in sources if source.kind == "yaml" for _kind, key, _title in _keys(source)}
    return diagram_tests.findings(
        sources,
        latest_sources(tx, without=given, taken=[source.name for source in sources]),
        [content(tx, view.resource_id) for view in overview(tx, "tests") if view.key not in keys],
        demanded=tx.runtime.settings.demand_tests,
    )


def _defined_twice(sources: Sequence[Source]) -> dict[str, list[Finding]]:
    """File -> what it defines although another file given with it does: which one would count?"""
    first: dict[tuple[str, str], str] = {}
    found: dict[str, list[Finding]] = {}
    for source in sources:
        for kind, key, _title in _safe_keys(source) if source.kind in KINDS else ():
            other = first.setdefault((kind, key), source.name)
            if other != source.name:
                zh, en = KIND_NAMES.get(kind, (kind, kind))
                found.setdefault(source.name, []).append(
                    Finding(
                        severity="error",
                        rule="file.defined_twice",
                        element=key,
                        zh=f"{zh}“{key}”在“{other}”中已有定义，不能同时部署",
                        en=f"The {en} “{key}” is defined in “{other}” too; deploy one of them",
                    )
                )
    return found


def deploy(
    tx: Transaction,
    sources: Sequence[Source],
    actor: Actor,
    *,
    known: Checked | None = None,
    tests: bool = True,
) -> Deployment:
    """Check and store files (.bpmn .dmn .form .xlsx .test.yaml). Identical content makes no new version.

    `known` is what `checked` found a moment ago; it counts if nothing was deployed since. Needs permission
    `definitions.deploy` (the system actor has it). Raises `DeploymentRefused` (with
    `.reports`) when a file has an error: then nothing is stored.
    """
    from workflows.usecases import start_timers  # it starts instances, which need this module

    if not actor.is_system:
        actor.require("definitions.deploy")
    if known is not None and known.version == tx.counters.definitions:
        reports = known.reports
    else:
        reports = tuple(check(tx, sources, tests=tests))
    wrong = [report for report in reports if not report.deployable]
    if wrong:
        count = sum(1 for report in wrong for finding in report.findings if finding.severity == "error")
        raise DeploymentRefused(reports, files="、".join(report.file for report in wrong), count=count)
    created: list[DefinitionView] = []
    unchanged: list[DefinitionView] = []
    newest = {(view.kind, view.key): view for view in overview(tx)}
    for source in sources:
        _deploy_one(tx, source, actor, newest, created, unchanged, sources)
    if created:
        tx.touch("definitions")
        start_timers.plan(tx, [view.key for view in created if view.kind == "process"])
        audit.record(
            tx, actor, "definitions.deployed", "、".join(f"{view.key} v{view.version}" for view in created)
        )
    return Deployment(created=tuple(created), unchanged=tuple(unchanged), reports=reports)


def _deploy_one(
    tx: Transaction,
    source: Source,
    actor: Actor,
    newest: Mapping[tuple[str, str], DefinitionView],
    created: list[DefinitionView],
    unchanged: list[DefinitionView],
    beside: Sequence[Source],
) -> None:
    sha256 = hashlib.sha256(source.content).hexdigest()
    keys = _keys(source)
    before = [newest.get((kind, key)) for kind, key, _title in keys]
    if all(view is not None and view.sha256 == sha256 for view in before):
        unchanged.extend(view for view in before if view is not None)
        return
    resource_id = tx.db.execute(
        sa.insert(resource).returning(resource.c.id),
        {
            "name": source.name,
            "kind": KINDS[source.kind],
            "content": source.content,
            "sha256": sha256,
            "deployed_at": tx.at,
            "deployed_by": actor.username,
        },
    ).scalar_one()
    for (kind, key, title), old in zip(keys, before, strict=True):
        made = tx.db.execute(
            sa.insert(definition).returning(definition.c.id),
            {
                "resource_id": resource_id,
                "kind": kind,
                "key": key,
                "version": old.version + 1 if old else 1,
                "title": title,
            },
        ).scalar_one()
        created.append(get(tx, made))
        if kind == "template":
            templates.keep(tx, made, source, created[-1].version, beside)


def _deployable(source: Source) -> bool:
    return source.name.endswith(SUFFIX) if source.kind == "yaml" else source.kind in KINDS


def _not_deployable(source: Source) -> FileReport:
    finding = Finding(
        severity="error",
        rule="file.kind",
        element="",
        zh=f"“{source.name}”不是 .bpmn、.dmn、.form、.xlsx 或 {SUFFIX} 文件",
        en=f"“{source.name}” is no .bpmn, .dmn, .form, .xlsx or {SUFFIX} file",
    )
    return FileReport(source.name, (finding,))


def _keys(source: Source) -> list[tuple[str, str, str]]:
    """What a file defines: (kind, key, title) each."""
    stem = PurePath(source.name).stem
    if source.kind == "xlsx":
        return [("template", stem, stem)]
    if source.kind == "yaml":
        stem = source.name.removesuffix(SUFFIX)
        return [("tests", stem, stem)]
    if source.kind == "form":
        found = load_form(source.content, source.name)
        return [("form", found.key, found.title)]
    root = ElementTree.fromstring(source.content)
    if source.kind == "bpmn":
        return [
            ("process", each.get("id", ""), each.get("name") or each.get("id") or "")
            for each in root.iter(f"{_BPMN}process")
        ]
    return [
        ("decision", each.get("id", ""), each.get("name") or each.get("id") or "")
        for each in root.iter()
        if isinstance(each.tag, str) and each.tag.endswith("}decision")
    ]


def _safe_keys(source: Source) -> list[tuple[str, str, str]]:
    """As `_keys`, but nothing for a file that cannot be read: the check tells what is wrong with it."""
    try:
        return _keys(source)
    except Exception:  # any parser's error: the check reports it with its place
        return []


def start_form(tx: Transaction, process_key: str) -> Form | None:
    """The form of the process's start event, newest version; None when it has none."""
    bundle_id, compiled = bundle_for_start(tx, process_key)
    if not compiled.start.form_key:
        return None
    return bundle_form(tx, bundle_id, compiled.start.form_key)


def _documentation(xml: bytes, key: str) -> str:
    """What a drawing says of its process (`bpmn:documentation`), or nothing."""
    for process in ElementTree.fromstring(xml).iter(f"{_BPMN}process"):
        if process.get("id") == key:
            return (process.findtext(f"{_BPMN}documentation") or "").strip()
    return ""


def startable(tx: Transaction, actor: Actor) -> list[ProcessView]:
    """Processes this actor may start by hand (candidateStarterGroups), by name.

    A process that only others call or that only a timer or message starts has no plain start event's form
    and no starters; it is left out.
    """
    found = []
    groups = actor.groups()
    for view in overview(tx, "process"):
        _bundle_id, compiled = bundle_for_start(tx, view.key)
        start = compiled.start
        if start.candidate_starters and groups.isdisjoint(start.candidate_starters):
            continue
        if not start.candidate_starters and not start.form_key:
            continue
        said = _documentation(compiled.processes[view.key].xml, view.key)
        found.append(ProcessView(view.key, view.title, view.version, start.form_key or None, said))
    return sorted(found, key=lambda process: process.name)
