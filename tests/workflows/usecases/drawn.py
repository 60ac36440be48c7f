"""Small processes for the office of these tests, drawn as text."""

# ruff: noqa: E501 - diagrams are written one element a line

from __future__ import annotations

from tests.workflows.engine.builders import document, process
from tests.workflows.usecases.conftest import Office
from workflows.engine import Source
from workflows.usecases import definitions
from workflows.usecases.actor import SYSTEM


def deploy(office: Office, elements: str, connected: str, key: str = "p", outside: str = "") -> None:
    """Deploy one process."""
    source = Source(f"{key}.bpmn", document(process(elements, connected, key, outside)))
    with office.transaction() as tx:
        definitions.deploy(tx, [source], SYSTEM)


FORKED = (
    'start s\nuserTask a name="填报" camunda:candidateGroups="clerk"\nparallelGateway g\n'
    'serviceTask f name="登记" camunda:delegateExpression="${shaky}"\nuserTask b name="核对" camunda:candidateGroups="clerk"\nend e1\nend e2',
    "s -> a -> g -> f -> e1; g -> b -> e2",
)
