"""watchword test: runs policy tests and prints their results."""

from pathlib import Path
from typing import Annotated

import typer

from watchword.cli.ending import BAD_NEWS, fail
from watchword.cli.output import Styled, say
from watchword.policy_tests import Case, Unreadable, find, read


def run(
    files: Annotated[
        list[Path], typer.Argument(help="Files of tests, or directories of *.policy-tests.yaml.")
    ],
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print only failures.")] = False,
) -> None:
    """Run policy tests: given policies, when a request is made, then a verdict and its reason.

    The exit code is 1 when a test fails, and 2 when a file can't be read.
    """
    try:
        cases = [case for path in files for file in find(path) for case in read(file)]
    except Unreadable as unreadable:
        raise fail(str(unreadable)) from None
    if not cases:
        raise fail(f"no tests in {', '.join(map(str, files))}")
    failed = sum(not _passes(case, quiet=quiet) for case in cases)
    say(f"{len(cases) - failed} passed, {failed} failed")
    if failed:
        raise typer.Exit(BAD_NEWS)


def _passes(case: Case, *, quiet: bool) -> bool:
    failures = case.failures()
    if failures:
        say(Styled("FAILED", "red"), f" {case.file}:{case.line} {case.name}")
        for line in failures:
            say(f"    {line}")
    elif not quiet:
        say(Styled("passed", "green", bold=False), f" {case.file}:{case.line} {case.name}")
    return not failures
