"""What a service task of a diagram may call: `camunda:topic` -> module of this package that has a function of that name.

What is `remote` asks another system and is called after the commit.
A test walks the table. The functions are looked up when a runtime opens: `zhunru check` needs the names alone, and none of the
database behind them.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from workflows.usecases.runtime import Service


class Registered(NamedTuple):
    """Where a service stands, and whether it asks another system: a `remote` one runs after the commit.

    What a remote service is called with, and how often it is tried: `workflows.usecases.services.remote`.
    """

    module: str
    remote: bool = False


SERVICES: dict[str, Registered] = {
    # apply, review, file
    "register_application": Registered("admitting"),
    "submit_application": Registered("admitting"),
    "accept_application": Registered("admitting"),
    "record_supplement": Registered("admitting"),
    "decide_application": Registered("admitting"),
    "file_matter": Registered("admitting"),
    "withdraw_application": Registered("admitting"),
    # admit_ledger
    "open_ledger": Registered("permitted"),
    # certificate
    "check_certificate": Registered("certifying"),
    "issue_certificate": Registered("certifying"),
    "refuse_certificate": Registered("certifying"),
    "withdraw_certificate": Registered("certifying"),
    # emergency, confidential
    "register_emergency": Registered("admitting"),
    "register_confidential": Registered("admitting"),
    "close_confidential": Registered("admitting"),
    # hand_over
    "list_hand_overs": Registered("handing_over"),
    "record_hand_over": Registered("handing_over"),
    "record_dispatch": Registered("handing_over"),
    "dispatch_to_grid": Registered("grid_platform", remote=True),
    "record_completion": Registered("handing_over"),
    # terminate
    "register_exit": Registered("leaving"),
    "file_exit": Registered("leaving"),
    "reject_exit": Registered("leaving"),
    "withdraw_exit": Registered("leaving"),
    "list_exit_notices": Registered("handing_over"),
    "complete_matter": Registered("leaving"),  # hand_over of 攀枝花
    "list_communities": Registered("exit_answers"),
    "record_exit_notice": Registered("exit_answers"),
    "record_confirmation": Registered("exit_answers"),
    # change
    "register_change": Registered("changing"),
    "accept_change": Registered("changing"),
    "file_change": Registered("changing"),
    "apply_change": Registered("changing"),
    "reject_change": Registered("changing"),
    "withdraw_change": Registered("changing"),
    # supervise
    "check_supervision": Registered("supervising"),
    "accept_supervision": Registered("supervising"),
    "order_correction": Registered("supervising"),
    "record_overdue": Registered("supervising"),
    "publish_notice": Registered("supervising"),
    "transfer_supervision": Registered("supervising"),
    "close_supervision": Registered("supervising"),
    "withdraw_supervision": Registered("supervising"),
    # evaluate
    "open_evaluation": Registered("evaluating"),
    "record_scores": Registered("evaluating"),
    "tally_scores": Registered("evaluating"),
    "record_verdicts": Registered("evaluating"),
    "publish_evaluation": Registered("evaluating"),
    # expire
    "list_expiring": Registered("expiring"),
    "record_expiry_answers": Registered("expiring"),
    "record_extension_rulings": Registered("expiring"),
    "extend_matters": Registered("expiring"),
    "list_expiry_exits": Registered("expiring"),
    # seal_use
    "record_seal_use": Registered("seal_uses"),
    # funds
    "record_funds": Registered("funds"),
    # annual_refresh
    "open_refresh": Registered("refreshing"),
    "collect_answers": Registered("refreshing"),
    "merge_answers": Registered("merging"),
    "gather_opinions": Registered("merging"),
    "publish_edition": Registered("refreshing"),
}


def functions(table: Mapping[str, Registered] = SERVICES) -> dict[str, Service]:
    """Service name -> function, the remote ones declared as such."""
    from workflows.usecases.services import remote

    found: dict[str, Service] = {}
    for name, row in table.items():
        function = getattr(import_module(f"{__package__}.{row.module}"), name)
        found[name] = remote(function) if row.remote else function
    return found
