"""Floor 8: the commands. `watchword --help` lists them.

A command's module is imported when the command is run, so that those that need no server (decide, check,
test) start without loading one. The lines of `COMMANDS` are what the list says of each; what a command
says of itself stands with it.
"""

import gc
import os
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from watchword.cli.parameters import Plain, as_given
from watchword.installation.data_directory import UMASK


@dataclass(frozen=True, slots=True)
class Entry:
    """Where a command is, and what the list says of it."""

    place: str
    """module:name, below this package; the name is a function or, for a command of commands, a Typer."""
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
    "tour": Entry("tour:tour", "Walk one request from role to refusal."),
    "credentials": Entry("credentials:credentials", "Mint an administrator's session of one hour."),
    "explain": Entry("explain:explain", "Print who asked for what, and the decision with its reason."),
    "audit": Entry("audit:app", "Check that the audit journal is as it was written."),
    "simulate": Entry("simulate:simulate", "Tell what the server would decide, and why."),
    "decide": Entry("decide:decide", "Decide requests by policies, a line of JSON each, offline."),
    "check": Entry("check:check", "Check whether policies may be stored, and what is doubtful about them."),
    "test": Entry("policy_tests:run", "Run policy tests: given, when, then, because."),
    "account": Entry("accounts:app", "Make and list accounts."),
    "session": Entry("sessions:app", "End sessions before they expire."),
    "keyring": Entry("keyring:app", "Rotate the keyring."),
    "root-key": Entry("credentials:root_key_app", "Static root keys: discouraged, for tools that insist."),
}


class Deferred(TyperGroup):
    """The commands of the table, each imported when it is run."""

    def __init__(self, **settings: Any) -> None:  # noqa: ANN401 typer's own
        super().__init__(**settings)
        self.commands = {name: TyperCommand(name, help=entry.line) for name, entry in COMMANDS.items()}

    def get_params(self, ctx: typer.Context) -> list[Any]:  # type: ignore[override]  # the same
        return as_given(super().get_params(ctx))

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
    """The `watchword` command. Every file that it makes is private, whatever the umask of the shell."""
    os.umask(UMASK)
    gc.disable()  # while modules are read: what they make stays, and looking for garbage takes as long
    app()


def _collect_from_here_on() -> None:
    if not gc.isenabled():
        gc.freeze()
        gc.enable()
