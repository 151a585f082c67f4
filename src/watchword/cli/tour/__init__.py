"""watchword tour: stories on a real server with unmodified boto3.

One is of roles, functions and accounts. The other is of workloads that get credentials without a password.
"""

from importlib.util import find_spec
from typing import Annotated

import typer

from watchword.cli.ending import fail


def tour(
    no_passwords: Annotated[
        bool,
        typer.Option(
            "--no-passwords",
            help="Follow workloads that have no key instead, and look for one on their disks.",
        ),
    ] = False,
) -> None:
    """Follow a story of roles, functions and accounts, on a real server with unmodified boto3."""
    if find_spec("boto3") is None:
        raise fail("the tour needs boto3: pip install 'watchword[tour]'")
    if no_passwords:
        from watchword.cli.tour.no_passwords.command import walk  # noqa: PLC0415 no other command needs boto3
    else:
        from watchword.cli.tour.command import walk  # noqa: PLC0415 the same

    walk()
