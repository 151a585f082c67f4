"""Floor 8: the commands. `watchword --help` lists them.

A command's module is imported when the command runs. So the commands that need no server (decide, check,
test) start without loading one. The list of commands prints the lines of `COMMANDS`; a command's own help is
its docstring.
"""

import gc
import os
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from watchword.cli.parameters import Plain, as_given, printable_errors
from watchword.installation.data_directory import UMASK


@dataclass(frozen=True, slots=True)
class Entry:
    """Where a command is, and its line in the list of commands."""

    place: str
    """module:name, in this package; the name is a function, or a Typer for a command with subcommands."""
    line: str

    def load(self) -> Any:  # noqa: ANN401 typer keeps the type of its commands to itself
        module, _, name = self.place.partition(":")
        found = getattr(import_module(f"{__name__}.{module}"), name)
        if isinstance(found, typer.Typer):
            return typer.main.get_group(found)
        alone = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
        alone.command(cls=Plain)(found)
        return typer.main.get_command(alone)


COMMANDS = {
    "serve": Entry("serve:serve", "Serve the interfaces of IAM, STS and S3."),
    "tour": Entry("tour:tour", "Follow requests from an assumed role to a refusal."),
    "credentials": Entry(
        "credentials:credentials", "Print credentials of an administrator's session of one hour."
    ),
    "explain": Entry("explain:explain", "Print who requested what, and the decision with its reason."),
    "audit": Entry("audit:app", "Check that the audit journal wasn't changed."),
    "simulate": Entry("simulate:simulate", "Show what the server would decide, and why."),
    "decide": Entry("decide:decide", "Decide requests by policies, one line of JSON each, offline."),
    "check": Entry("check:check", "Check whether policies can be stored, and find what is risky in them."),
    "test": Entry("policy_tests:run", "Run policy tests: given, when, then, because."),
    "account": Entry("accounts:app", "Create and list accounts."),
    "session": Entry("sessions:app", "End sessions before they expire."),
    "keyring": Entry("keyring:app", "Rotate the keyring."),
    "root-key": Entry(
        "credentials:root_key_app", "Create static root keys, for tools that accept nothing else."
    ),
}


class Deferred(TyperGroup):
    """The commands of the table, each imported when it runs."""

    def __init__(self, **settings: Any) -> None:  # noqa: ANN401 typer's own
        super().__init__(**settings)
        self.commands = {name: TyperCommand(name, help=entry.line) for name, entry in COMMANDS.items()}

    def get_params(self, ctx: typer.Context) -> list[Any]:  # type: ignore[override]  # the same
        return as_given(super().get_params(ctx))

    def make_context(self, info_name: str | None, args: list[str], *given: Any, **more: Any) -> Any:  # noqa: ANN401 the same
        with printable_errors():
            return super().make_context(info_name, args, *given, **more)

    def invoke(self, ctx: typer.Context) -> Any:  # type: ignore[override]  # noqa: ANN401 the same
        with printable_errors():
            return super().invoke(ctx)

    def resolve_command(self, ctx: typer.Context, args: list[str]) -> Any:  # type: ignore[override]  # noqa: ANN401 typer keeps the type of its commands to itself
        name, known, rest = super().resolve_command(ctx, args)
        command = COMMANDS[name].load() if known and name else None
        _collect_from_here_on()
        return name, command, rest


app = typer.Typer(cls=Deferred, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


@app.callback()
def watchword() -> None:
    """Watchword: AWS's IAM and STS, self-hosted."""


def main() -> None:
    """The `watchword` command. Every file that it makes is private, independent of the umask."""
    os.umask(UMASK)
    gc.disable()  # while modules are read: what they make stays, and looking for garbage takes as long
    app()


def _collect_from_here_on() -> None:
    if not gc.isenabled():
        gc.freeze()
        gc.enable()
