"""How commands end: exit code 1 for a negative result, exit code 2 when they can't continue.

Results go to standard output. The reason why a command can't continue is one line on standard error.
"""

import typer

from watchword.cli.output import say

BAD_NEWS = 1
"""Something was refused, failed a test or can't be stored."""
CANNOT_GO_ON = 2


def fail(reason: str) -> typer.Exit:
    """Prints the reason in one line. The caller raises what this returns."""
    say(f"watchword: {reason}", error=True)
    return typer.Exit(CANNOT_GO_ON)
