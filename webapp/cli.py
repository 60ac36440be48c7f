"""The command line `zhunru`. Each command is loaded only when it is called, so that `check`, `try` and `decide` start at once."""

from __future__ import annotations

import importlib
import sys

import click

# The name of each command -> where it stands. A test walks this table: every command has --help and a place in docs/COMMANDS.md.
COMMANDS: dict[str, str] = {
    "answer": "webapp.commands.answering",
    "check": "webapp.commands.check",
    "decide": "webapp.commands.decide",
    "deploy": "webapp.commands.deploy",
    "export": "webapp.commands.export",
    "import": "webapp.commands.importing",
    "init": "webapp.commands.init",
    "places": "webapp.commands.places",
    "publish": "webapp.commands.publish",
    "serve": "webapp.commands.serve",
    "token": "webapp.commands.token",
    "test": "webapp.commands.testing",
    "try": "webapp.commands.trying",
    "worker": "webapp.commands.worker",
}


class Commands(click.Group):
    """A group whose commands are modules, each with a click command named `command`."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        found: click.Command = importlib.import_module(COMMANDS[cmd_name]).command
        return found


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="zhunru")
def zhunru() -> None:
    """Approval processes drawn in BPMN, filled in as forms, exchanged as Excel tables.

    Exit status: 0 good, 1 findings, faults or an incident, 2 wrong usage.
    """


def main() -> None:
    """Entry point of the `zhunru` script."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    zhunru(prog_name="zhunru")
