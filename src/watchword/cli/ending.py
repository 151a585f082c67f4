"""How a command ends when it can't go on: one line on standard error, exit code 2.

A command's own output goes to standard output, everything said to a person to standard error.
"""

import sys

import typer

CANNOT_START = 2


def fail(reason: str) -> typer.Exit:
    """Says why, in one line; raise what this returns."""
    print(f"watchword: {reason}", file=sys.stderr)
    return typer.Exit(CANNOT_START)
