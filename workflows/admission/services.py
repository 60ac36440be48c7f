"""What a service task of a diagram may call: `camunda:topic` -> module of this package that has a function of that name.

A test walks the table. The functions are looked up when a runtime opens: `zhunru check` needs the names alone, and none of the
database behind them.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workflows.usecases.runtime import Service

SERVICES: dict[str, str] = {
    # apply, review, file
    "register_application": "admitting",
    "submit_application": "admitting",
    "accept_application": "admitting",
    "record_supplement": "admitting",
    "decide_application": "admitting",
    "file_matter": "admitting",
    "withdraw_application": "admitting",
    # emergency, confidential
    "register_emergency": "admitting",
    "register_confidential": "admitting",
    "close_confidential": "admitting",
    # hand_over
    "list_hand_overs": "handing_over",
    "record_hand_over": "handing_over",
    "record_dispatch": "handing_over",
    # terminate
    "register_exit": "leaving",
    "file_exit": "leaving",
    "reject_exit": "leaving",
    "withdraw_exit": "leaving",
    "list_exit_notices": "handing_over",
    "record_exit_notice": "handing_over",
    # annual_refresh
    "open_refresh": "refreshing",
    "collect_answers": "refreshing",
    "publish_edition": "refreshing",
}


def functions() -> dict[str, Service]:
    """Service name -> function."""
    return {
        name: getattr(import_module(f"{__package__}.{module}"), name) for name, module in SERVICES.items()
    }
