"""watchword simulate: what would the server decide, and why; nothing is done and nothing recorded."""

import json
from itertools import product
from typing import Annotated

import typer
from rich.console import Console

from watchword.access.demand import ContextValue
from watchword.app import open_world
from watchword.cli.ending import BAD_NEWS, fail
from watchword.cli.options import DEFAULT_DATA_DIRECTORY, Data, Database, RootKeyFile, opened
from watchword.cli.pages import decision_page
from watchword.policy import explain as reasons_of
from watchword.policy.evaluation.explain import as_json
from watchword.services.what_if import Unknown, simulate_request

EVERYTHING = "*"


def simulate(  # noqa: PLR0913, PLR0917 one parameter a flag
    principal: Annotated[
        str, typer.Option("--principal", help="ARN of a user, role, session of a role, or root.")
    ],
    action: Annotated[list[str], typer.Option("--action", help="Such as s3:GetObject; may be given again.")],
    resource: Annotated[
        list[str] | None, typer.Option("--resource", help="An ARN; may be given again. * when left out.")
    ] = None,
    context: Annotated[
        list[str] | None,
        typer.Option("--context", help="key=value of a condition key; given again for a list of values."),
    ] = None,
    machine: Annotated[bool, typer.Option("--json", help="A line of JSON for each decision.")] = False,
    data: Data = DEFAULT_DATA_DIRECTORY,
    database: Database = "",
    root_key_file: RootKeyFile = "",
) -> None:
    """Tell what the server would decide, and why.

    Exit code 1 when something would be refused.
    """
    keys = _keys(context or [])
    with opened(open_world, data, database, root_key_file) as world:
        try:
            found = [
                simulate_request(world, principal, *asked, keys)
                for asked in product(action, resource or [EVERYTHING])
            ]
        except Unknown as unknown:
            raise fail(str(unknown)) from None
    console = Console(highlight=False)
    for decision in found:
        told = as_json(reasons_of(decision))
        if machine:
            print(json.dumps(told))
        else:
            console.print(decision_page(told), soft_wrap=True)
    if not all(decision.allowed for decision in found):
        raise typer.Exit(BAD_NEWS)


def _keys(given: list[str]) -> dict[str, ContextValue]:
    """Keys given once have a value, others a list of them."""
    found: dict[str, list[str]] = {}
    for text in given:
        key, equals, value = text.partition("=")
        if not equals or not key:
            raise fail(f"--context wants key=value, not {text!r}")
        found.setdefault(key, []).append(value)
    return {key: values[0] if len(values) == 1 else tuple(values) for key, values in found.items()}
