"""What a service task of a diagram may call: `camunda:topic` -> function. A test walks the table."""

from __future__ import annotations

from workflows.admission import admitting, handing_over, leaving, refreshing
from workflows.usecases.runtime import Service

SERVICES: dict[str, Service] = {
    # apply, review, file
    "register_application": admitting.register_application,
    "submit_application": admitting.submit_application,
    "accept_application": admitting.accept_application,
    "record_supplement": admitting.record_supplement,
    "decide_application": admitting.decide_application,
    "file_matter": admitting.file_matter,
    "withdraw_application": admitting.withdraw_application,
    # emergency, confidential
    "register_emergency": admitting.register_emergency,
    "register_confidential": admitting.register_confidential,
    "close_confidential": admitting.close_confidential,
    # hand_over
    "list_hand_overs": handing_over.list_hand_overs,
    "record_hand_over": handing_over.record_hand_over,
    "record_dispatch": handing_over.record_dispatch,
    # terminate
    "register_exit": leaving.register_exit,
    "file_exit": leaving.file_exit,
    "reject_exit": leaving.reject_exit,
    "withdraw_exit": leaving.withdraw_exit,
    "list_exit_notices": handing_over.list_exit_notices,
    "record_exit_notice": handing_over.record_exit_notice,
    # annual_refresh
    "open_refresh": refreshing.open_refresh,
    "collect_answers": refreshing.collect_answers,
    "publish_edition": refreshing.publish_edition,
}
