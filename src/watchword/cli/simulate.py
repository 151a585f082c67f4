"""watchword simulate: what would the server decide, and why? Nothing is changed or recorded."""

from itertools import product
from typing import Annotated

import typer

from watchword.access.demand import ContextValue
from watchword.app import open_world
from watchword.cli.ending import BAD_NEWS, fail
from watchword.cli.options import DEFAULT_DATA_DIRECTORY, Data, Database, RootKeyFile, opened
from watchword.cli.output import Form, Output, say_json
from watchword.cli.pages import decision_page, show
from watchword.policy import explain as reasons_of
from watchword.policy.evaluation.explain import as_json
from watchword.reference.actions import catalogue, unknown
from watchword.services.what_if import Unknown, simulate_request

EVERYTHING = "*"


def simulate(  # noqa: PLR0913, PLR0917 one parameter a flag
    principal: Annotated[
        str, typer.Option("--principal", help="ARN of a user, role, role session or root user.")
    ],
    action: Annotated[list[str], typer.Option("--action", help="Such as s3:GetObject; can be repeated.")],
    resource: Annotated[
        list[str] | None, typer.Option("--resource", help="An ARN; can be repeated. Default: *.")
    ] = None,
    context: Annotated[
        list[str] | None,
        typer.Option("--context", help="key=value of a condition key; repeated: a list of values."),
    ] = None,
    data: Data = DEFAULT_DATA_DIRECTORY,
    database: Database = "",
    root_key_file: RootKeyFile = "",
    output: Output = Form.TEXT,
) -> None:
    """Show what the server would decide, and why.

    The exit code is 1 when a request would be refused.
    """
    keys = _keys(context or [])
    for each in action:
        _check_action(each)
    with opened(open_world, data, database, root_key_file) as world:
        try:
            found = [
                simulate_request(world, principal, *asked, keys)
                for asked in product(action, resource or [EVERYTHING])
            ]
        except Unknown as unknown:
            raise fail(str(unknown)) from None
    for decision in found:
        told = as_json(reasons_of(decision))
        if output is Form.JSON:
            say_json(told)
        else:
            show(decision_page(told))
    if not all(decision.allowed for decision in found):
        raise typer.Exit(BAD_NEWS)


def _check_action(name: str) -> None:
    """Refuses an action that AWS doesn't have: the answer would be about nothing."""
    if why := unknown(catalogue(), name):
        raise fail(why)


def _keys(given: list[str]) -> dict[str, ContextValue]:
    """A key that is given once has one value, a repeated key has a list."""
    found: dict[str, list[str]] = {}
    for text in given:
        key, equals, value = text.partition("=")
        if not equals or not key:
            raise fail(f"--context needs key=value, not {text!r}")
        found.setdefault(key, []).append(value)
    return {key: values[0] if len(values) == 1 else tuple(values) for key, values in found.items()}
