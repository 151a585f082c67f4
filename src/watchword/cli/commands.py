"""Commands and groups of commands, as typer makes them, with our own help and errors.

1. Help is plain text (`cli.help`); `-h` asks for it as `--help` does.
2. Whatever is wrong with a command line is one line on standard error, with a suggestion where there is one.
3. Nothing that was given reaches the terminal as it is (`cli.output`).
4. `--json` is short for `--output json`, where a command has that option.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.exceptions import TyperException

from watchword.cli.combinations import check_combinations
from watchword.cli.ending import CANNOT_GO_ON, fail, interrupted
from watchword.cli.help import commands_help, parameters_help
from watchword.cli.output import say
from watchword.cli.parameters import as_given

SETTINGS: dict[str, Any] = {
    "add_completion": False,
    "pretty_exceptions_enable": False,
    "rich_markup_mode": None,
    "context_settings": {"help_option_names": ["-h", "--help"]},
}
"""What every Typer of this package is made with."""

_AS_JSON = {"--json": "--output=json"}
_PYDANTIC = "Value error, "
"""How typer's converter begins some of its sentences."""

Context = Any
"""typer keeps its types to itself."""


class Command(TyperCommand):
    """A command without subcommands."""

    def get_params(self, ctx: Context) -> list[Any]:
        return as_given(super().get_params(ctx))

    def parse_args(self, ctx: Context, args: list[str]) -> list[str]:
        has_output = any("--output" in each.opts for each in self.params)
        rest = super().parse_args(ctx, [_AS_JSON.get(each, each) for each in args] if has_output else args)
        if not ctx.resilient_parsing:
            check_combinations(self.callback, ctx)
        return rest

    def collect_usage_pieces(self, ctx: Context) -> list[str]:
        return [each.replace("{", "").replace("}", "").upper() for each in super().collect_usage_pieces(ctx)]

    def format_options(self, ctx: Context, formatter: Any) -> None:  # noqa: ANN401 typer's own
        formatter.write("".join(f"{line}\n" for line in parameters_help(self.get_params(ctx))))


class Commands(TyperGroup):
    """A command with subcommands. Without one of them it prints its help."""

    def get_params(self, ctx: Context) -> list[Any]:
        return as_given(super().get_params(ctx))

    def format_options(self, ctx: Context, formatter: Any) -> None:  # noqa: ANN401 typer's own
        listed = [(name, (each.help or "").partition("\n")[0]) for name, each in self.commands.items()]
        lines = (*parameters_help(self.get_params(ctx)), *commands_help(listed))
        formatter.write("".join(f"{line}\n" for line in lines))

    def parse_args(self, ctx: Context, args: list[str]) -> list[str]:
        if not args and not ctx.resilient_parsing:
            for line in ctx.get_help().split("\n"):
                say(line, error=True)
            raise typer.Exit(CANNOT_GO_ON)
        return super().parse_args(ctx, args)


def command(function: Callable[..., None]) -> TyperCommand:
    """A function as a command."""
    alone = typer.Typer(**SETTINGS)
    alone.command(cls=Command, context_settings=SETTINGS["context_settings"])(function)
    made = typer.main.get_command(alone)
    assert isinstance(made, TyperCommand)
    return made


def commands(meaning: str, **functions: Callable[..., None]) -> TyperGroup:
    """Functions as the subcommands of a command, by their names."""
    group = typer.Typer(cls=Commands, help=meaning, **SETTINGS)
    group.callback()(lambda: None)
    for name, function in functions.items():
        group.command(name, cls=Command)(function)
    return typer.main.get_group(group)


@contextmanager
def one_line_errors() -> Iterator[None]:
    """Says what is wrong with a command line, in one line."""
    try:
        yield
    except TyperException as error:
        raise fail(_said(error)) from None
    except KeyboardInterrupt:
        raise interrupted() from None


def _said(error: TyperException) -> str:
    suggested = getattr(error, "possibilities", None)
    said = error.message if suggested else error.format_message()
    said = " ".join(said.replace(_PYDANTIC, "").split()).removesuffix(".")
    more = f". Did you mean {' or '.join(sorted(suggested))}?" if suggested else ""
    where = getattr(error, "ctx", None)
    hint = f" (see {where.command_path} --help)" if where else ""
    return f"{said[:1].lower()}{said[1:]}{more}{hint}"
