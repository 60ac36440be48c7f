"""`zhunru init`: make the database, deploy what is shipped, load a sample office if asked."""

from __future__ import annotations

import click

from forms.faults import Refused
from webapp.commands.output import emit, json_option, log_to_stderr, refuse


@click.command("init")
@click.option(
    "--sample", is_flag=True, help="Load a sample office: organisation, catalogue, applications, accounts."
)
@click.option(
    "--if-empty", is_flag=True, help="Do nothing but migrate when the database already has accounts."
)
@click.option(
    "--admin-password",
    envvar="ZHUNRU_ADMIN_PASSWORD",
    help="Password of the first account `admin`; made up and printed if left out.",
)
@click.option(
    "--place",
    "given",
    help="Rules of a place: a key that `zhunru places` lists, or the folder of an office's own package.",
)
@json_option
def command(
    sample: bool, if_empty: bool, admin_password: str | None, given: str | None, as_json: bool
) -> None:
    """Create or migrate the database and deploy the shipped processes.

    Without --sample there is one account, `admin`. With it the sample accounts share a password, which is printed.
    """
    log_to_stderr()
    from webapp.commands.deploy import findings
    from webapp.house import command_runtime
    from workflows.admission import package, places
    from workflows.usecases.errors import DeploymentRefused

    try:
        place = places.find(given) if given else None
        with command_runtime(upgrade=True) as runtime:
            done = package.set_up(
                runtime, sample=sample, if_empty=if_empty, admin_password=admin_password, place=place
            )
    except DeploymentRefused as error:
        findings(error, as_json)
    except Refused as error:
        refuse(error, as_json)

    emit(
        {
            "database": done.database,
            "created": done.created,
            "sample": done.sample,
            "place": done.place,
            "password": done.password,
            "accounts": [
                {"username": a.username, "name": a.name, "unit": a.unit, "roles": a.roles}
                for a in done.accounts
            ],
        },
        as_json,
        done.lines,
    )
