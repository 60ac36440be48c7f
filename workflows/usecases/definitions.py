"""Definitions: immutable versions of processes, decisions, forms and templates, and their bundles."""

from __future__ import annotations

from collections.abc import Sequence

from forms.schema import Form
from workflows.engine import Bundle, FileReport, Source
from workflows.usecases.actor import Actor
from workflows.usecases.runtime import Transaction
from workflows.usecases.views import DefinitionView, Deployment, ProcessView


def check(tx: Transaction, sources: Sequence[Source]) -> list[FileReport]:
    """All findings of files, seen beside what is deployed. Stores nothing."""
    raise NotImplementedError


def deploy(tx: Transaction, sources: Sequence[Source], actor: Actor) -> Deployment:
    """Check and store files (.bpmn .dmn .form .xlsx). Identical content makes no new version.

    Needs permission `definitions.deploy` (the system actor has it). Raises `DeploymentRefused` (with
    `.reports`) when a file has an error: then nothing is stored.
    """
    raise NotImplementedError


def latest(tx: Transaction, key: str, kind: str = "process") -> DefinitionView:
    """Newest version. Raises `NotFound`."""
    raise NotImplementedError


def versions(tx: Transaction, key: str, kind: str = "process") -> list[DefinitionView]:
    """All versions, newest first."""
    raise NotImplementedError


def overview(tx: Transaction, kind: str | None = None) -> list[DefinitionView]:
    """Newest version of everything deployed, by kind and key."""
    raise NotImplementedError


def get(tx: Transaction, definition_id: int) -> DefinitionView:
    raise NotImplementedError


def content(tx: Transaction, resource_id: int) -> Source:
    """The bytes of a deployed file, as uploaded, with its file name."""
    raise NotImplementedError


def form(tx: Transaction, form_key: str, version: int | None = None) -> Form:
    """A deployed form; newest version unless given. Raises `NotFound`."""
    raise NotImplementedError


def template(tx: Transaction, key: str) -> bytes:
    """Newest bytes of a deployed workbook template (key: file name without suffix). Raises `NotFound`."""
    raise NotImplementedError


def start_form(tx: Transaction, process_key: str) -> Form | None:
    """The form of the process's start event, newest version; None when it has none."""
    raise NotImplementedError


def startable(tx: Transaction, actor: Actor) -> list[ProcessView]:
    """Processes this actor may start by hand (candidateStarterGroups), by name."""
    raise NotImplementedError


def bundle(tx: Transaction, bundle_id: int) -> Bundle:
    """A compiled bundle, cached by id."""
    raise NotImplementedError


def bundle_for_start(tx: Transaction, process_key: str) -> tuple[int, Bundle]:
    """Id and compiled bundle of the newest versions now. Raises `NotFound`."""
    raise NotImplementedError


def bundle_form(tx: Transaction, bundle_id: int, form_key: str) -> Form:
    """The version of a form that a bundle holds."""
    raise NotImplementedError
