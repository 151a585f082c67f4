"""watchword run: any program with the credentials of a role, and no key in its environment.

The program finds a container endpoint, which this process serves for as long as the program runs. A program
that runs `watchword run` itself assumes its role with these credentials.
"""

import logging
import os
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from watchword.cli.ending import fail
from watchword.delivery.assumed import Server, server
from watchword.delivery.endpoint import serving_one
from watchword.delivery.environment import environment_of
from watchword.delivery.program import NotStarted
from watchword.delivery.program import run as run_program
from watchword.delivery.supply import NotIssued, Supply
from watchword.installation.settings import DEFAULT_REGION

_DURATION = re.compile(r"(\d{1,6})([smh]?)", re.ASCII)
_SECONDS = {"": 1, "s": 1, "m": 60, "h": 3600}


def run(
    command: Annotated[list[str], typer.Argument(help="The program and its arguments, after --.")],
    role: Annotated[str, typer.Option("--role", help="ARN of the role whose credentials it gets.")],
    duration: Annotated[str, typer.Option("--duration", help="Life of a session, such as 15m or 1h.")] = "1h",
    session_name: Annotated[str, typer.Option("--session-name", help="Name of the sessions.")] = "",
    policy: Annotated[
        Path | None, typer.Option("--policy", help="File of a session policy, which narrows the role.")
    ] = None,
    profile: Annotated[str, typer.Option("--profile", help="Profile that assumes the role.")] = "",
    endpoint_url: Annotated[str, typer.Option("--endpoint-url", help="URL of the server.")] = "",
) -> None:
    """Run a program with the credentials of a role. Its environment holds none: SDKs ask for them.

    The role is assumed with what your SDK finds, and again before each session ends. The program's options go
    after --. The exit code is the program's.
    """
    asked = {
        "RoleArn": role,
        "RoleSessionName": session_name or f"watchword-run-{os.getpid()}",
        "DurationSeconds": _seconds(duration),
    }
    try:
        if policy:
            asked["Policy"] = policy.read_text()
        at = server(asked, profile=profile, endpoint_url=endpoint_url, region=DEFAULT_REGION)
        logging.getLogger("watchword.delivery").addHandler(logging.NullHandler())  # the terminal isn't ours
        supply = Supply(at.issue, lambda: datetime.now(UTC))
        supply.get()
    except (OSError, ValueError, NotIssued) as error:
        raise fail(str(error)) from None
    raise typer.Exit(_run(command, at, supply))


def _run(command: list[str], at: Server, supply: Supply) -> int:
    with serving_one(supply) as place:
        try:
            return run_program(command, environment_of(os.environ, place, at))
        except NotStarted as error:
            fail(str(error))
            return error.code


def _seconds(duration: str) -> int:
    found = _DURATION.fullmatch(duration)
    if not found:
        raise fail(f"not a duration: {duration!r}; say 900s, 15m or 1h")
    return int(found[1]) * _SECONDS[found[2]]
