"""`zhunru token`: tokens by which other systems sign in to the API."""

from __future__ import annotations

from collections.abc import Callable

import click

from forms.faults import Refused


def _run(act: Callable[..., None]) -> None:
    """Open the runtime, act in one transaction; a refusal is a sentence and exit status 1."""
    from webapp.house import command_runtime

    with command_runtime() as runtime:
        try:
            with runtime.transaction() as tx:
                act(tx)
        except Refused as error:
            raise click.ClickException(error.tell("zh")) from error


@click.group("token")
def command() -> None:
    """Issue, list and revoke tokens for the API."""


@command.command("issue")
@click.argument("username")
@click.option("--name", default="API", show_default=True, help="What it is for.")
@click.option(
    "--days", type=click.IntRange(1, 730), default=365, show_default=True, help="How long it is good."
)
def issue(username: str, name: str, days: int) -> None:
    """Make a token for the account USERNAME and print it, this once."""
    from workflows.usecases import api_tokens
    from workflows.usecases.actor import SYSTEM

    _run(lambda tx: click.echo(api_tokens.issue(tx, username, name, days, SYSTEM)))


@command.command("list")
def listing() -> None:
    """Show the tokens: id, account, name, until when, state."""
    from workflows.usecases import api_tokens
    from workflows.usecases.actor import SYSTEM

    def show(tx: object) -> None:
        for each in api_tokens.listing(tx, SYSTEM):  # type: ignore[arg-type]
            state = "revoked" if each.revoked_at else "used" if each.last_used_at else "unused"
            click.echo(f"{each.id}\t{each.username}\t{each.name}\t{each.expires_at:%Y-%m-%d}\t{state}")

    _run(show)


@command.command("revoke")
@click.argument("token_id", type=int)
def revoke(token_id: int) -> None:
    """End the token TOKEN_ID at once."""
    from workflows.usecases import api_tokens
    from workflows.usecases.actor import SYSTEM

    _run(lambda tx: api_tokens.revoke(tx, token_id, SYSTEM))
