"""watchword decide: requests and policies in, decisions out, one line of JSON each; offline.

The shapes of the lines are in `watchword.policy.lines.decide` and docs/decide.md. Each answer is written as
soon as its line is read, so another program can ask one question after the other. No module of the server is
loaded.
"""

import re
import sys
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Annotated, Any, BinaryIO

import msgspec
import typer

from watchword.cli.combinations import Combinations
from watchword.cli.ending import BAD_NEWS, fail
from watchword.cli.policy_files import STANDARD_INPUT
from watchword.names.members import decoded
from watchword.names.printable import printable
from watchword.policy.lines.decide import decide_line
from watchword.policy.lines.explain import path_line

_LEADING_ID = re.compile(rb'\s*\{\s*"id"\s*:\s*("(?:[^"\\]|\\.)*"|-?[0-9]+)\s*[,}]')
Answer = Callable[[Any], dict[str, Any]]


@Combinations(apart=[("path", "explained")])
def decide(
    file: Annotated[str, typer.Argument(help="A file of lines; - for standard input.")],
    explained: Annotated[bool, typer.Option("--explain", help="Answer with the whole explanation.")] = False,
    path: Annotated[
        bool, typer.Option("--path", help="Answer with the path through the types of policy.")
    ] = False,
    strict: Annotated[
        bool,
        typer.Option("--strict", help="Refuse unknown actions; exit code 1 when a line has an error."),
    ] = False,
) -> None:
    """Decide each line of a file: a request, and the policies that decide it.

    For a line that can't be read, the answer is its id and an error; the following lines are still decided.
    """
    refuse = _unknown_action if strict else None
    decided = (
        partial(path_line, refuse=refuse)
        if path
        else partial(decide_line, explained=explained, refuse=refuse)
    )
    if answer_lines(file, decided) and strict:
        raise typer.Exit(BAD_NEWS)


def answer_lines(file: str, answer: Answer) -> int:
    """Writes the answer to every line of a file to standard output. Returns how many were errors."""
    with _opened(file) as lines:
        return answer_each(lines, answer, sys.stdout.buffer)


def _unknown_action(action: str) -> str:
    """What is wrong with an action; empty when AWS has it."""
    from watchword.reference.actions import catalogue, unknown  # noqa: PLC0415 most decisions need none

    return unknown(catalogue(), action)


def _opened(file: str) -> BinaryIO:
    try:
        return sys.stdin.buffer if file == STANDARD_INPUT else Path(file).open("rb")
    except OSError as error:
        raise fail(f"{file}: {error.strerror}") from None


def answer_each(lines: Iterable[bytes], answer: Answer, out: BinaryIO) -> int:
    """An answer for each line that isn't empty. Returns how many were errors."""
    encode, errors = msgspec.json.Encoder().encode, 0
    for number, line in enumerate(lines, 1):
        if line.strip():
            told = _answer(line, answer)
            if isinstance(told.get("error"), str):
                errors += 1
                told = {"id": told["id"], "line": number, "error": told["error"]}
            out.write(printable(encode(told).decode()).encode() + b"\n")
            out.flush()
    return errors


def _answer(line: bytes, answer: Answer) -> dict[str, Any]:
    try:
        read = decoded(line)
    except (ValueError, RecursionError) as error:
        return {"id": _id_of(line), "error": f"not JSON: {error}"}
    return answer(read)


def _id_of(line: bytes) -> str | int | None:
    """The id at the beginning of a line, even if the rest of the line can't be read."""
    found = _LEADING_ID.match(line)
    try:
        return msgspec.json.decode(found[1], type=str | int) if found else None
    except ValueError:
        return None
