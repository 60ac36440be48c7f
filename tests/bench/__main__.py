"""`make bench`: run every measure of `MEASURES` but the long ones, print the figures, write docs/bench.json."""

from __future__ import annotations

import json
import platform
import sys
import warnings
from pathlib import Path

from tests.bench import (
    evaluation,
    filling,
    growth,
    lifecycle,
    office,
    registry,
    scale,
    steps,
    tables_out,
    workbooks,
)

MEASURES = {
    "engine": steps.engine,
    "step": steps.step,
    "start": growth.start,
    "multi_instance": growth.multi_instance,
    "loop": growth.loop,
    "memory": growth.memory,
    "import": office.imports,
    "import.read": workbooks.reading,
    "import.check_10k": scale.checking,
    "import.start_10k": scale.starting,
    "import.linear": scale.linear,
    "import.linear_100k": scale.hundred_thousand,
    "import.mark_10k": scale.marking,
    "export.ledger": tables_out.ledger,
    "export.million": tables_out.million,
    "export.fill": filling.filling,
    "registry": registry.pages,
    "refresh": lifecycle.refresh,
    "evaluation.60k": evaluation.sixty_thousand,
    "server": office.server,
}
LONG = ("import.linear_100k", "export.million", "evaluation.60k")
"""Measured only where they are named: they take many minutes."""
TARGET = Path(__file__).parents[2] / "docs" / "bench.json"


def main(names: list[str]) -> None:
    """Run the named measures, or all; keep the figures of the others."""
    warnings.simplefilter("ignore")
    figures = json.loads(TARGET.read_text()) if TARGET.exists() else {}
    for name in names or [each for each in MEASURES if each not in LONG]:
        for key, value in MEASURES[name]().items():
            figures[key] = value
            print(f"{key:40} {value}", flush=True)
    figures["machine"] = (
        f"{platform.machine()}, Python {platform.python_version()}, two cores, noisy: read the ratios"
    )
    TARGET.write_text(json.dumps(figures, indent=1, sort_keys=True, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
