"""How commands end: with exit code 1 when the answer is bad news, with 2 when they can't go on.

A command's own output goes to standard output. Why it can't go on is one line on standard error.
"""

import sys

import typer

BAD_NEWS = 1
"""Something was refused, failed a test or may not be stored."""
CANNOT_GO_ON = 2


def fail(reason: str) -> typer.Exit:
    """Says why, in one line; raise what this returns."""
    print(f"watchword: {reason}", file=sys.stderr)
    return typer.Exit(CANNOT_GO_ON)
