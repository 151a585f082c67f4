"""How commands end: exit code 1 for a negative result, exit code 2 when they can't continue.

Results go to standard output. The reason why a command can't continue is one line on standard error. So is
the end by ^C, whose exit code is the shell's for that signal.
"""

import signal

import typer

from watchword.cli.output import say

BAD_NEWS = 1
"""Something was refused, failed a test or can't be stored."""
CANNOT_GO_ON = 2
INTERRUPTED = 128 + signal.SIGINT


def fail(reason: str) -> typer.Exit:
    """Prints the reason in one line. The caller raises what this returns."""
    return _end(reason, CANNOT_GO_ON)


def interrupted() -> typer.Exit:
    """Says that ^C ended the command. The caller raises what this returns."""
    return _end("interrupted", INTERRUPTED)


def _end(reason: str, code: int) -> typer.Exit:
    say(f"watchword: {reason}", error=True)
    return typer.Exit(code)
