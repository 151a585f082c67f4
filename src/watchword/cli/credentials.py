"""watchword credentials and root-key: how the administrator gets credentials.

There is no password: a user who can read the data directory is the administrator. `credentials` makes a
session of one hour, which it keeps (`installation.kept_session`). An AWS profile can use it as
credential_process
(AWS SDKs and Tools Reference Guide, "Process credential provider").
"""

import shlex
from enum import StrEnum
from typing import Annotated

import typer

from watchword.cli.combinations import Combinations
from watchword.cli.commands import commands
from watchword.cli.ending import fail
from watchword.cli.options import DEFAULT_DATA_DIRECTORY, Data, Database, EndpointUrl, RootKeyFile, opened
from watchword.cli.output import Form, Output, say, say_json, say_record
from watchword.installation.administrator import new_root_key
from watchword.installation.bootstrap import open_installation
from watchword.installation.endpoint import kept_endpoint
from watchword.installation.kept_session import kept_session
from watchword.installation.settings import DEFAULT_REGION
from watchword.names.moment import iso
from watchword.sessions import Session
from watchword.sessions import session as sessions


class Format(StrEnum):
    """How credentials are printed."""

    PROCESS = "process"
    ENV = "env"
    JSON = "json"


Account = Annotated[str, typer.Option("--account", help="Account id; the first account by default.")]


@Combinations(apart=[("account", "role")])
def credentials(
    account: Account = "",
    role: Annotated[
        str, typer.Option("--role", help="ARN of the role; the administrator's role by default.")
    ] = "",
    form: Annotated[
        Format, typer.Option("--format", help="For credential_process, a shell or a program.")
    ] = Format.PROCESS,
    endpoint_url: EndpointUrl = "",
    data: Data = DEFAULT_DATA_DIRECTORY,
    database: Database = "",
    root_key_file: RootKeyFile = "",
) -> None:
    """Print credentials of an administrator's session of one hour.

    It is the same session until five minutes before its end.
    """
    if endpoint_url and form is not Format.ENV:
        raise fail("--endpoint-url has an effect only with --format env")
    with opened(open_installation, data, database, root_key_file) as installation:
        session = kept_session(installation, account, role)
        token = sessions.seal(session, installation.keyring())
        endpoint = endpoint_url or kept_endpoint(installation.settings)
    if form is Format.ENV:
        for name, value in _environment(session, token, endpoint).items():
            say(f"export {name}={shlex.quote(value)}")
    else:
        say_json({**({"Version": 1} if form is Format.PROCESS else {}), **_members(session, token)})


def create_root_key(
    account: Account = "",
    data: Data = DEFAULT_DATA_DIRECTORY,
    database: Database = "",
    root_key_file: RootKeyFile = "",
    output: Output = Form.JSON,
) -> None:
    """Create a static access key of an account's root user. Its secret is printed only now."""
    with opened(open_installation, data, database, root_key_file) as installation:
        access_key_id, secret = new_root_key(installation, account)
    say_record({"AccessKeyId": access_key_id, "SecretAccessKey": secret}, output)


def _environment(session: Session, token: str, endpoint: str) -> dict[str, str]:
    """The region goes by two names, of which older SDKs know only the second."""
    return {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_REGION": DEFAULT_REGION,
        "AWS_DEFAULT_REGION": DEFAULT_REGION,
        "AWS_ACCESS_KEY_ID": session.access_key_id,
        "AWS_SECRET_ACCESS_KEY": session.secret,
        "AWS_SESSION_TOKEN": token,
        "AWS_CREDENTIAL_EXPIRATION": _expiration(session),
    }


def _members(session: Session, token: str) -> dict[str, str]:
    return {
        "AccessKeyId": session.access_key_id,
        "SecretAccessKey": session.secret,
        "SessionToken": token,
        "Expiration": _expiration(session),
        "AccountId": session.account,
    }


def _expiration(session: Session) -> str:
    return iso(sessions.moment(session.expires))


root_key = commands("Create static root keys, for tools that accept nothing else.", create=create_root_key)
