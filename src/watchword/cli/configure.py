"""watchword configure: a profile with which SDKs and the aws CLI reach the server, as its administrator.

It is written whole or not at all, and writing it again changes nothing. What SDKs would take credentials
from instead of the profile is refused or named: otherwise the profile would be there without an effect.
"""

import os
import shlex
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer

from watchword.cli import aws_profile
from watchword.cli.combinations import Combinations
from watchword.cli.ending import fail
from watchword.cli.options import DEFAULT_DATA_DIRECTORY, Data, Database, EndpointUrl, RootKeyFile, opened
from watchword.cli.output import Form, Output, Styled, say, say_json
from watchword.installation.bootstrap import open_installation
from watchword.installation.endpoint import kept_endpoint
from watchword.installation.settings import DEFAULT_REGION, Settings

DEFAULT_PROFILE = "watchword"
WIN_OVER_A_PROFILE = {
    "AWS_ACCESS_KEY_ID": "credential_process",
    "AWS_ENDPOINT_URL": "endpoint_url",
    "AWS_REGION": "region",
    "AWS_DEFAULT_REGION": "region",
}
"""A variable of the environment -> the setting that has no effect where it is set."""


@Combinations(apart=[("account", "role")])
def configure(  # noqa: PLR0913, PLR0917 one parameter a flag
    profile: Annotated[str, typer.Option("--profile", help="Name of the profile.")] = DEFAULT_PROFILE,
    endpoint_url: EndpointUrl = "",
    region: Annotated[str, typer.Option("--region", help="Region of the profile.")] = DEFAULT_REGION,
    account: Annotated[str, typer.Option("--account", help="Account id; the first account by default.")] = "",
    role: Annotated[
        str, typer.Option("--role", help="ARN of the role; the administrator's role by default.")
    ] = "",
    data: Data = DEFAULT_DATA_DIRECTORY,
    database: Database = "",
    root_key_file: RootKeyFile = "",
    output: Output = Form.TEXT,
) -> None:
    """Write a profile for SDKs and the aws CLI, and show what it changes.

    It has the endpoint, the region, and the command that gets credentials of the administrator.
    """
    if not aws_profile.NAME.fullmatch(profile):
        raise fail(f"not the name of a profile: {profile!r}")
    with opened(open_installation, data, database, root_key_file) as installation:
        settings = installation.settings
    chosen = {"--account": account, "--role": role}
    wanted = {
        "endpoint_url": endpoint_url or kept_endpoint(settings),
        "region": region,
        "credential_process": shlex.join(same_installation(settings, "credentials", chosen)),
    }
    if wrong := next((value for value in wanted.values() if not value.isprintable()), None):
        raise fail(f"can't stand in a profile: {wrong!r}")
    before = _written(profile, wanted)
    changes = {name: (before.get(name), value) for name, value in wanted.items()}
    if output is Form.JSON:
        changed = [name for name, (had, value) in changes.items() if had != value]
        say_json({"Profile": profile, "File": str(aws_profile.config_file()), **wanted, "Changed": changed})
    else:
        _show(profile, changes)
    for name, setting in WIN_OVER_A_PROFILE.items():
        if os.environ.get(name, wanted[setting]) != wanted[setting]:
            say(f"watchword: {name} is set here and wins over the profile", error=True)


def same_installation(settings: Settings, command: str, more: Mapping[str, str] = {}) -> list[str]:
    """A command of this program on the same installation, as another shell or program can start it.

    A database URL that holds a password isn't repeated: the command then needs WATCHWORD_DATABASE.
    """
    given = {"--data": str(settings.data)}
    if settings.database and urlsplit(settings.database).password is None:
        given["--database"] = settings.database
    if settings.root_key:
        given["--root-key-file"] = str(settings.root_key_file.absolute())
    given |= {flag: value for flag, value in more.items() if value}
    return [*_this_program(), command, *(word for pair in given.items() for word in pair)]


def _this_program() -> list[str]:
    """The command that started us, as another shell can."""
    program = Path(sys.argv[0]).absolute()
    return [sys.executable, "-m", "watchword"] if program.name == "__main__.py" else [str(program)]


def in_a_shell(profile: str, endpoint: str) -> str:
    """What makes a shell use the profile. No other profile of that shell reaches AWS by mistake."""
    return f"export AWS_PROFILE={profile} AWS_ENDPOINT_URL={shlex.quote(endpoint)}"


def _written(profile: str, wanted: Mapping[str, str]) -> Mapping[str, str]:
    """Writes the profile, and returns the settings that it had before."""
    file = aws_profile.config_file()
    try:
        text, keys = aws_profile.read(file), aws_profile.read(aws_profile.credentials_file())
        section = aws_profile.find(text, *aws_profile.headings(profile))
        had = {name: value for name, (_, value) in section.settings.items()} if section else {}
        if other := [name for name in aws_profile.OTHER_CREDENTIALS if name in had]:
            raise fail(f"{file}: profile {profile} has {other[0]}, which wins; name another --profile")
        if aws_profile.find(keys, profile):
            other_file = aws_profile.credentials_file()
            raise fail(f"{other_file} has keys for {profile}, which win; name another --profile")
        if any(had.get(name) != value for name, value in wanted.items()):
            aws_profile.write(file, aws_profile.changed(text, profile, wanted))
    except (OSError, UnicodeError) as error:
        raise fail(f"{file}: {getattr(error, 'strerror', None) or error}") from None
    return had


def _show(profile: str, changes: Mapping[str, tuple[str | None, str]]) -> None:
    same = all(had == value for had, value in changes.values())
    say(f"{aws_profile.config_file()}: profile {profile}{' is so already' if same else ''}")
    for line in _lines(changes):
        say(*line)
    say(in_a_shell(profile, changes["endpoint_url"][1]))


def _lines(changes: Mapping[str, tuple[str | None, str]]) -> Iterator[tuple[str | Styled, ...]]:
    """What was there and what is there now, as diff shows it."""
    for name, (had, value) in changes.items():
        if had == value:
            yield (f"    {name} = {value}",)
            continue
        if had is not None:
            yield Styled("  - ", "red"), f"{name} = {had}"
        yield Styled("  + ", "green"), f"{name} = {value}"
