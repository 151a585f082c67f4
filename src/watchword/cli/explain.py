"""watchword explain: the reason for an answer.

It prints the recorded event and its decisions. Nothing is decided again.
"""

from typing import Annotated, Any

import typer

from watchword.access import audit_lookup
from watchword.app import open_world
from watchword.cli.combinations import Combinations
from watchword.cli.ending import fail
from watchword.cli.options import DEFAULT_DATA_DIRECTORY, Data, Database, RootKeyFile, opened
from watchword.cli.output import Form, Output, say, say_json
from watchword.cli.pages import event_page, show


@Combinations(apart=[("encoded", "output"), ("request_id", "last_denied")])
def explain(
    request_id: Annotated[str, typer.Argument(help="The request id of the answer.")] = "",
    last_denied: Annotated[bool, typer.Option("--last-denied", help="The newest refusal.")] = False,
    encoded: Annotated[
        bool, typer.Option("--encoded", help="Only the message for DecodeAuthorizationMessage.")
    ] = False,
    data: Data = DEFAULT_DATA_DIRECTORY,
    database: Database = "",
    root_key_file: RootKeyFile = "",
    output: Output = Form.TEXT,
) -> None:
    """Print who requested what, and the decision with its reason."""
    if not request_id and not last_denied:
        raise fail("give a request id, or --last-denied")
    with opened(open_world, data, database, root_key_file) as world:
        event = audit_lookup.last_denied(world) if last_denied else audit_lookup.by_request(world, request_id)
    if event is None:
        raise fail("no request was denied yet" if last_denied else f"no record of request {request_id}")
    if encoded:
        say(_message(event))
    elif output is Form.JSON:
        say_json(event, indent=2)
    else:
        show(event_page(event))


def _message(event: dict[str, Any]) -> str:
    message: str | None = event.get("additionalEventData", {}).get("authorizationMessage")
    if message is None:
        raise fail("this request has no message: no decision refused it, or its caller has no account")
    return message
