"""watchword test: runs policy tests and prints their results."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from watchword.cli.combinations import Combinations
from watchword.cli.ending import BAD_NEWS, fail
from watchword.cli.junit import junit
from watchword.cli.output import Form, Output, Styled, say, say_json
from watchword.policy_tests import Case, Unreadable, find, read

Result = tuple[Case, Sequence[str]]
"""A test, and the lines of its failure; none when it passes."""


@Combinations(apart=[("as_junit", "output"), ("as_junit", "quiet"), ("quiet", "output")])
def run(
    files: Annotated[
        list[Path], typer.Argument(help="Files of tests, or directories of *.policy-tests.yaml.")
    ],
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print only failures.")] = False,
    as_junit: Annotated[bool, typer.Option("--junit", help="JUnit XML, for CI systems.")] = False,
    output: Output = Form.TEXT,
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
    results = [(case, case.failures()) for case in cases]
    failed = sum(1 for _, failures in results if failures)
    if as_junit:
        for line in junit(results).split("\n"):
            say(line)
    elif output is Form.JSON:
        for case, failures in results:
            say_json({"file": str(case.file), "line": case.line, "name": case.name, "failures": failures})
    else:
        for result in results:
            _show(result, quiet=quiet)
        say(f"{len(cases) - failed} passed, {failed} failed")
    if failed:
        raise typer.Exit(BAD_NEWS)


def _show(result: Result, *, quiet: bool) -> None:
    case, failures = result
    if failures:
        say(Styled("FAILED", "red"), f" {case.file}:{case.line} {case.name}")
        for line in failures:
            say(f"    {line}")
    elif not quiet:
        say(Styled("passed", "green", bold=False), f" {case.file}:{case.line} {case.name}")
