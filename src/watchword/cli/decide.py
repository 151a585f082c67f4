"""watchword decide: requests and policies in, decisions out, a line of JSON each; offline.

The shapes of the lines are in `watchword.policy.lines.decide` and docs/decide.md. Each answer is written as
soon as its line was read, so another program can hold a conversation. Nothing of the server is loaded.
"""

import re
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Annotated, Any, BinaryIO

import msgspec
import typer

from watchword.cli.ending import fail
from watchword.policy.lines.decide import decide_line

STANDARD_INPUT = "-"
_LEADING_ID = re.compile(rb'\s*\{\s*"id"\s*:\s*("(?:[^"\\]|\\.)*"|-?[0-9]+)\s*[,}]')
Answer = Callable[[Any], dict[str, Any]]


def decide(
    file: Annotated[str, typer.Argument(help="A file of lines; - for standard input.")],
    explained: Annotated[bool, typer.Option("--explain", help="Answer the whole explanation.")] = False,
) -> None:
    """Decide each line of a file: a request and the policies that speak about it.

    A line that can't be read answers its id and an error, and the rest goes on.
    """
    answer_lines(file, lambda line: decide_line(line, explained=explained))


def answer_lines(file: str, answer: Answer) -> None:
    """Writes the answer to every line of a file to standard output."""
    with _opened(file) as lines:
        answer_each(lines, answer, sys.stdout.buffer)


def _opened(file: str) -> BinaryIO:
    try:
        return sys.stdin.buffer if file == STANDARD_INPUT else Path(file).open("rb")
    except OSError as error:
        raise fail(f"{file}: {error.strerror}") from None


def answer_each(lines: Iterable[bytes], answer: Answer, out: BinaryIO) -> None:
    """An answer for each line that isn't empty."""
    encode = msgspec.json.Encoder().encode
    for line in lines:
        if line.strip():
            out.write(encode(_answer(line, answer)) + b"\n")
            out.flush()


def _answer(line: bytes, answer: Answer) -> dict[str, Any]:
    try:
        read = msgspec.json.decode(line)
    except (ValueError, RecursionError) as error:
        return {"id": _id_of(line), "error": f"not JSON: {error}"}
    return answer(read)


def _id_of(line: bytes) -> str | int | None:
    """The id that a line begins with, though the rest of it can't be read."""
    found = _LEADING_ID.match(line)
    try:
        return msgspec.json.decode(found[1], type=str | int) if found else None
    except ValueError:
        return None
