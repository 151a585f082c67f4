"""watchword explain: the reason for an answer, and the list of what was answered.

It prints recorded events and their decisions. Nothing is decided again.
"""

import re
import time
from collections.abc import Callable
from fnmatch import fnmatchcase
from itertools import combinations
from typing import Annotated, Any

import typer

from watchword.access import audit_lookup
from watchword.cli.ages import moment_of
from watchword.cli.combinations import Combinations
from watchword.cli.ending import fail
from watchword.cli.options import DEFAULT_DATA_DIRECTORY, Data, Database, RootKeyFile, opened
from watchword.cli.output import Form, Output, say, say_json
from watchword.cli.pages import decisions, event_line, event_page, named_by, operations_of, show
from watchword.installation.bootstrap import open_installation
from watchword.installation.installation import Installation
from watchword.policy.evaluation.path import path_of

FOLLOWED_SECONDS = 0.5
_ASKED = ("request_id", "last", "last_denied", "list_events", "follow")
_LISTS = ("list_events", "follow")


@Combinations(
    apart=[
        *combinations(_ASKED, 2),
        *(("encoded", other) for other in ("output", *_LISTS)),
    ],
    only_with={
        "principal": _LISTS,
        "action": _LISTS,
        "since": ("list_events",),
        "most": ("list_events",),
    },
)
def explain(  # noqa: PLR0913, PLR0917 one parameter a flag
    request_id: Annotated[str, typer.Argument(help="The request id of the answer.")] = "",
    last: Annotated[bool, typer.Option("--last", help="The newest error of any kind.")] = False,
    last_denied: Annotated[bool, typer.Option("--last-denied", help="The newest refusal.")] = False,
    list_events: Annotated[
        bool, typer.Option("--list", help="List what was answered, a line each, the newest last.")
    ] = False,
    follow: Annotated[bool, typer.Option("--follow", help="List what is answered from now on.")] = False,
    principal: Annotated[
        str, typer.Option("--principal", help="List only this caller's: a part of an ARN, or a pattern.")
    ] = "",
    action: Annotated[
        str, typer.Option("--action", help="List only such actions, for example s3:Get*.")
    ] = "",
    since: Annotated[
        str, typer.Option("--since", help="List from then on: 10m, 2h, 3d, or a time in UTC.")
    ] = "",
    most: Annotated[int, typer.Option("--most", min=1, help="How many are listed.")] = 50,
    encoded: Annotated[
        bool, typer.Option("--encoded", help="Only the message for DecodeAuthorizationMessage.")
    ] = False,
    data: Data = DEFAULT_DATA_DIRECTORY,
    database: Database = "",
    root_key_file: RootKeyFile = "",
    output: Output = Form.TEXT,
) -> None:
    """Print who requested what, and the decision with its reason."""
    if not (request_id or last or last_denied or list_events or follow):
        raise fail("give a request id, --last, --last-denied, --list or --follow")
    wanted, begin = _wanted(principal, action), moment_of(since, "--since") if since else None
    with opened(open_installation, data, database, root_key_file) as installation:
        if list_events:
            for event in audit_lookup.latest(installation, wanted, most, begin):
                _list(event, output)
        elif follow:
            _follow(installation, wanted, output)
        else:
            event = _event(installation, request_id, denied=last_denied)
            _print(event, output, encoded=encoded)


def _event(installation: Installation, request_id: str, *, denied: bool) -> dict[str, Any]:
    if request_id:
        event = audit_lookup.by_request(installation, request_id)
        if event is None:
            raise fail(f"no record of request {request_id}")
        return event
    found = audit_lookup.latest(installation, audit_lookup.denied if denied else audit_lookup.failed, 1)
    if not found:
        raise fail(f"no request {'was denied' if denied else 'failed'} yet")
    return found[0]


def _print(event: dict[str, Any], output: Form, *, encoded: bool) -> None:
    if encoded:
        say(_message(event))
    elif output is Form.JSON:
        say_json(event | {"explained": [path_of(each) for each in decisions(event)]}, indent=2)
    else:
        show(event_page(event))


def _list(event: dict[str, Any], output: Form) -> None:
    if output is Form.JSON:
        say_json(event)
    else:
        say(event_line(event))


def _follow(installation: Installation, wanted: Callable[[dict[str, Any]], bool], output: Form) -> None:
    for event in audit_lookup.following(installation, wanted):
        if event is None:
            time.sleep(FOLLOWED_SECONDS)
        else:
            _list(event, output)


def _wanted(principal: str, action: str) -> Callable[[dict[str, Any]], bool]:
    """Patterns match the whole name. Without `*` or `?`, a part of the caller's name is enough."""
    caller = principal if re.search(r"[*?]", principal) else f"*{principal}*"

    def wanted(event: dict[str, Any]) -> bool:
        if principal and not fnmatchcase(named_by(event), caller):
            return False
        operations = operations_of(event)
        return not action or any(fnmatchcase(each.lower(), action.lower()) for each in operations)

    return wanted


def _message(event: dict[str, Any]) -> str:
    message: str | None = event.get("additionalEventData", {}).get("authorizationMessage")
    if message is None:
        raise fail("this request has no message: no decision refused it, or its caller has no account")
    return message
