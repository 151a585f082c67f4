"""watchword tour: a story of roles, functions and accounts, on a real server with unmodified boto3."""

from importlib.util import find_spec

from watchword.cli.ending import fail


def tour() -> None:
    """Follow a story of roles, functions and accounts, on a real server with unmodified boto3."""
    if find_spec("boto3") is None:
        raise fail("the tour needs boto3: pip install 'watchword[tour]'")
    from watchword.cli.tour.command import walk  # noqa: PLC0415 no other command needs boto3

    walk()
