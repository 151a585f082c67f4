"""watchword sessions and session revoke: which sessions are alive, and ending them before they expire."""

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Annotated

import typer

from watchword.access.audit_lookup import mentioned
from watchword.access.living_sessions import Living, Sessions
from watchword.access.living_sessions import sessions as recorded
from watchword.cli.ages import moment_of
from watchword.cli.combinations import Combinations
from watchword.cli.commands import commands
from watchword.cli.credentials import Account
from watchword.cli.ending import fail
from watchword.cli.options import DEFAULT_DATA_DIRECTORY, Data, Database, RootKeyFile, opened
from watchword.cli.output import Form, Output, say, say_json, say_record
from watchword.installation.bootstrap import open_installation
from watchword.installation.installation import Installation
from watchword.installation.revoking import revoke_chain, revoke_everything, revoke_sessions
from watchword.names.ids import Prefix


def sessions(
    principal: Annotated[
        str, typer.Option(help="Only of this caller, or asked for by it: a part of an ARN, or a pattern.")
    ] = "",
    role: Annotated[str, typer.Option(help="Only of this role: a part of its ARN, or a pattern.")] = "",
    since: Annotated[
        str, typer.Option(help="Only those issued from then on: 10m, 2h, 3d, or a time in UTC.")
    ] = "",
    data: Data = DEFAULT_DATA_DIRECTORY,
    database: Database = "",
    root_key_file: RootKeyFile = "",
    output: Output = Form.TEXT,
) -> None:
    """List the sessions that this host handed out and that are alive, oldest first.

    Each line says until when, who it is, who asked for it and from where, and the chain of sessions that it
    came of.
    """
    begin = moment_of(since, "--since") if since else None
    with opened(open_installation, data, database, root_key_file) as installation:
        found = recorded(installation, begin)
    for each in _wanted(found, principal, role):
        if output is Form.JSON:
            say_json(_as_json(each, found.chain(each.access_key_id)))
        else:
            say(_as_line(each, found.chain(each.access_key_id)))


def _wanted(found: Sessions, principal: str, role: str) -> Iterator[Living]:
    """Patterns match the whole name. Without `*` or `?`, a part of it is enough."""
    who, whose = (each if re.search(r"[*?]", each) else f"*{each}*" for each in (principal, role))
    for session in found.living:
        if principal and not (fnmatchcase(session.arn, who) or fnmatchcase(session.asked_by, who)):
            continue
        if not role or fnmatchcase(session.role, whose):
            yield session


def _as_line(session: Living, chain: tuple[str, ...]) -> str:
    identity = f" as {session.source_identity}" if session.source_identity else ""
    return (
        f"{session.expires}  {' > '.join(chain)}  {session.arn}  by {session.asked_by}{identity}"
        f" from {session.source}"
    )


def _as_json(session: Living, chain: tuple[str, ...]) -> dict[str, object]:
    return {
        "AccessKeyId": session.access_key_id,
        "Arn": session.arn,
        "RoleArn": session.role,
        "AskedBy": session.asked_by,
        "Chain": list(chain),
        "SourceIdentity": session.source_identity,
        "SourceIp": session.source,
        "Issued": session.issued,
        "Expires": session.expires,
    }


@Combinations(apart=[("subject", "before"), ("chain", "before")], only_with={"account": ("before",)})
def revoke(  # noqa: PLR0913, PLR0917 one parameter an option
    subject: Annotated[
        str,
        typer.Argument(
            help="A session's access key id (ASIA...), or the ARN of a role, user, federated user or root."
        ),
    ] = "",
    chain: Annotated[
        bool, typer.Option("--chain", help="With an access key id: all sessions of its chain.")
    ] = False,
    before: Annotated[
        str, typer.Option(help="All sessions of the account that were issued before: 10m, 2h, 3d, or a time.")
    ] = "",
    account: Account = "",
    data: Data = DEFAULT_DATA_DIRECTORY,
    database: Database = "",
    root_key_file: RootKeyFile = "",
    output: Output = Form.JSON,
) -> None:
    """End one session, those of a chain, all that a role or user has at this moment, or all of an account.

    It takes effect on the next request, on every server. New sessions can be started immediately. The id of
    a session that was never seen is barred from now on.
    """
    if not subject and not before:
        raise fail("give an access key id, an ARN, or --before")
    if chain and not subject.startswith(Prefix.SESSION_KEY):
        raise fail("--chain needs the access key id of a session")
    with opened(open_installation, data, database, root_key_file) as installation:
        if before:
            kind = "everything"
            ended = revoke_everything(installation, account, moment_of(before, "--before"))
        elif chain:
            kind, ended = "chain", _revoke_chain(installation, subject)
        else:
            kind, ended = _revoke(installation, subject)
    say_record({"Revoked": kind, "Subject": ended}, output)


def _revoke(installation: Installation, subject: str) -> tuple[str, str]:
    seen = not subject.startswith(Prefix.SESSION_KEY) or mentioned(installation, subject)
    kind, ended = revoke_sessions(installation, subject)
    if not seen:
        say(f"watchword: no record names {ended}; it is barred from now on", error=True)
    return kind, ended


def _revoke_chain(installation: Installation, access_key_id: str) -> str:
    found = recorded(installation)
    first = found.chain(access_key_id)[0]
    known = [key for key in found.known if found.chain(key)[0] == first]
    revoke_chain(installation, first, known)
    return first


group = commands("End sessions before they expire.", revoke=revoke)
