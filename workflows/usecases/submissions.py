"""Posted forms of instances: the latest of a form key is what stands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from forms.schema import Form
from workflows.usecases.runtime import Transaction
from workflows.usecases.views import SubmissionView


def latest(tx: Transaction, instance_id: int, form_key: str) -> Mapping[str, Any] | None:
    """Stored values (dates, Decimals, ids) of what stands of a form, or None."""
    raise NotImplementedError


def standing(tx: Transaction, instance_id: int) -> list[SubmissionView]:
    """What stands of each form key, oldest first."""
    raise NotImplementedError


def values_from_json(form: Form, stored: Mapping[str, Any]) -> dict[str, Any]:
    """Plain JSON of a submission -> stored values of the kinds."""
    raise NotImplementedError
