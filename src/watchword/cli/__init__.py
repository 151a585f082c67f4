"""Floor 8: the commands. `watchword --help` lists them.

A command's module is imported when the command runs. So the commands that need no server (decide, check,
test) start without loading one. The list of commands prints the lines of `COMMANDS`; a command's own help is
its docstring.
"""

import gc
import os
import platform
from dataclasses import dataclass
from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from watchword import __version__
from watchword.cli.commands import SETTINGS, Commands, Context, command, one_line_errors
from watchword.cli.output import say
from watchword.installation.data_directory import UMASK


@dataclass(frozen=True, slots=True)
class Entry:
    """Where a command is, and its line in the list of commands."""

    place: str
    """module:name, in this package; the name is a function, or a group of commands."""
    line: str

    def load(self) -> TyperCommand | TyperGroup:
        module, _, name = self.place.partition(":")
        found = getattr(import_module(f"{__name__}.{module}"), name)
        return found if isinstance(found, TyperGroup) else command(found)


COMMANDS = {
    "serve": Entry("serve:serve", "Serve the interfaces of IAM, STS and S3."),
    "tour": Entry("tour:tour", "Follow a story of roles, functions and accounts, request by request."),
    "configure": Entry("configure:configure", "Write a profile for SDKs and the aws CLI."),
    "credentials": Entry(
        "credentials:credentials", "Print credentials of an administrator's session of one hour."
    ),
    "console": Entry("console:console", "Print a one-time link that signs a browser in to the console."),
    "portal": Entry("portal:group", "Let people of Identity Center into the access portal."),
    "certified": Entry(
        "certified:certified",
        "Print credentials of a role for the holder of a certificate.",
    ),
    "host": Entry("host:group", "Enroll machines, which then get roles without keys."),
    "run": Entry("run:run", "Run a program with the credentials of a role."),
    "agent": Entry("agent:agent", "Serve credentials to the workloads of this host."),
    "token": Entry("token:token", "Issue a token that proves the name of a service of this host."),
    "explain": Entry("explain:explain", "Print who requested what, and the decision with its reason."),
    "audit": Entry("audit:group", "Check that the audit journal wasn't changed."),
    "simulate": Entry("simulate:simulate", "Show what the server would decide, and why."),
    "decide": Entry("decide:decide", "Decide requests by policies, one line of JSON each, offline."),
    "playground": Entry(
        "playground:playground", "Try policies and requests in a browser, without an account."
    ),
    "check": Entry("check:check", "Check whether policies can be stored, and find what is risky in them."),
    "test": Entry("policy_tests:run", "Run policy tests: given, when, then, because."),
    "trust": Entry("trust:group", "Print the trust policy of a role for an issuer's tokens."),
    "account": Entry("accounts:group", "Create and list accounts."),
    "import": Entry("transfer:import_files", "Move accounts in, from AWS or from another Watchword."),
    "export": Entry("transfer:export_accounts", "Write accounts in the same form."),
    "sessions": Entry("sessions:sessions", "List the sessions that are alive."),
    "session": Entry("sessions:group", "End sessions before they expire."),
    "delegation": Entry("delegation:group", "Print the tokens of delegation requests."),
    "scim": Entry("scim:group", "Make tokens by which an identity provider provisions people."),
    "dead-letters": Entry("dead_letters:letters", "List what no destination of a function's events took."),
    "backup": Entry("backup:backup", "Copy the database and the bytes of objects, at one moment."),
    "restore": Entry("backup:restore", "Make a data directory from a backup."),
    "objects": Entry("objects:group", "Check the bytes of objects."),
    "keyring": Entry("keyring:group", "Rotate the keyring."),
    "root-key": Entry("credentials:root_key", "Create static root keys, for tools that accept nothing else."),
}


class Deferred(Commands):
    """The commands of the table, each imported when it runs."""

    def __init__(self, **settings: Any) -> None:  # noqa: ANN401 typer's own
        super().__init__(**settings)
        self.commands = {name: TyperCommand(name, help=entry.line) for name, entry in COMMANDS.items()}

    def make_context(self, info_name: str | None, args: list[str], *given: Any, **more: Any) -> Any:  # noqa: ANN401 the same
        with one_line_errors():
            return super().make_context(info_name, args, *given, **more)

    def invoke(self, ctx: Context) -> Any:  # noqa: ANN401 the same
        with one_line_errors():
            return super().invoke(ctx)

    def resolve_command(self, ctx: Context, args: list[str]) -> Any:  # noqa: ANN401 the same
        name, known, rest = super().resolve_command(ctx, args)
        found = COMMANDS[name].load() if known and name else None
        _collect_from_here_on()
        return name, found, rest


app = typer.Typer(cls=Deferred, **{**SETTINGS, "add_completion": True})


def _print_version(asked: bool) -> None:
    if asked:
        say(f"watchword {__version__} (Python {platform.python_version()})")
        raise typer.Exit


@app.callback()
def watchword(
    _version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
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
