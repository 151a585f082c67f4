"""What commands print: lines through `say`, JSON through `say_json`, pages through `cli.pages`.

`--output` says in which form, for every command with a result: `text` is for people and for the shell,
`json` for programs, one line for each result.

Much of it was written by others: callers, tenants, the authors of a policy. It is made printable here
(`names.printable`), so no other module of this package prints.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from enum import StrEnum
from typing import Annotated, Any, NamedTuple

import typer

from watchword.names.printable import printable


class Form(StrEnum):
    """The forms of a result."""

    TEXT = "text"
    JSON = "json"


Output = Annotated[Form, typer.Option("--output", help="Form of the result; --json is short for json.")]


class Styled(NamedTuple):
    """A part of a line, in a colour where the output is a terminal."""

    text: str
    colour: str
    bold: bool = True


def say(*parts: str | Styled, error: bool = False) -> None:
    """Prints one line, on standard output or on standard error."""
    typer.echo("".join(map(_shown, parts)), err=error)


def say_json(value: Any, *, indent: int | None = None) -> None:  # noqa: ANN401 any JSON
    """Prints a value as JSON."""
    for line in json.dumps(value, indent=indent).split("\n"):
        say(line)


def say_record(record: Mapping[str, str | int], form: Form) -> None:
    """Prints a result that is a few named values; as text, the values with tabs between them."""
    if form is Form.JSON:
        say_json(record)
    else:
        typer.echo("\t".join(printable(str(value)) for value in record.values()))


def _shown(part: str | Styled) -> str:
    if isinstance(part, str):
        return printable(part)
    return typer.style(printable(part.text), fg=part.colour, bold=part.bold)


@contextmanager
def progress_bar() -> Iterator[Callable[[str, int, int], object]]:
    """A progress bar on a terminal, elsewhere nothing: called with what is done, how far, of how much."""
    from rich.console import Console  # noqa: PLC0415 only long commands show one
    from rich.progress import Progress  # noqa: PLC0415 the same

    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        tasks = {}

        def show(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bar.add_task(printable(what), total=total)
            bar.update(tasks[what], completed=done)

        yield show
