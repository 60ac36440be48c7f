"""网格平台: work for grid workers is dispatched over HTTP (`dispatch_to_grid` of `hand_over`), and its completion taken back.

The platform is the connection `grid`. It is called after the commit, again with growing waits where it does not answer, each
time under one key. What it refuses the grid centre dispatches by hand. It tells the completion by the message
`grid_completed` (docs/API.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workflows.admission import matters
from workflows.engine import BusinessError, ServiceCall
from workflows.usecases import connections, outgoing
from workflows.usecases.runtime import InstanceRef, Runtime, Transaction

CONNECTION = "grid"
COMPLETED = "grid_completed"
REFUSED = "grid_refused"


def connected(tx: Transaction) -> bool:
    """Whether a platform is set, and on."""
    return connections.by_key(tx, CONNECTION) is not None


def dispatch_to_grid(call: ServiceCall, instance: InstanceRef, runtime: Runtime) -> Mapping[str, Any]:
    """向网格平台派单: the platform's number of the dispatch. An error `grid_refused` where it will not have it.

    Raises `PeerFailed` where it does not answer, or without a number: it is asked again.
    """
    with runtime.reading() as tx:
        platform = connections.by_key(tx, CONNECTION)
        document = _work(tx, instance)
    if platform is None:
        raise BusinessError(REFUSED, "没有对接网格平台，或已停用")
    try:
        answer = outgoing.post(
            platform.address,
            document,
            secret=platform.secret,
            key=f"{instance.id}:{call.key}",
            at=runtime.now(),
            allowed=runtime.settings.outgoing_hosts,
        )
    except (outgoing.PeerRefused, outgoing.BadAddress) as error:
        raise BusinessError(REFUSED, error.tell("zh"), {"grid_refusal": error.tell("zh")}) from error
    number = str(answer.body.get("dispatch_number") or "").strip()
    if not number:
        raise outgoing.PeerFailed(
            host=platform.name, why="答复里没有 dispatch_number", why_en="no dispatch_number in its answer"
        )
    return {"dispatch_number": number[:100]}


def _work(tx: Transaction, instance: InstanceRef) -> dict[str, Any]:
    """What the grid workers are to do, and how its completion is told."""
    row = matters.required(tx, instance.id)
    scope = [matters.unit_name(tx, each) for each in matters.scope_of(tx, row["id"])]
    start, end = row["period_start"], row["period_end"]
    return {
        "event": "dispatch",
        "instance_id": instance.id,
        "filing_number": row["filing_number"],
        "matter_name": row["name"],
        "applicant_unit": row["applicant_unit_name"],
        "content": row["content"],
        "target_group": row["target_group"],
        "authority": row["authority"],
        "period_start": start.isoformat() if start else None,
        "period_end": end.isoformat() if end else None,
        "scope": scope,
        "completion": {"name": COMPLETED, "instance_id": instance.id},
    }
