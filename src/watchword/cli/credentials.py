"""watchword credentials and root-key: how the administrator gets credentials.

There is no password: a user who can read the data directory is the administrator. `credentials` makes a
session of one hour and stores nothing but the audit event. An AWS profile can use it as credential_process
(AWS SDKs and Tools Reference Guide, "Process credential provider").
"""

import json
import shlex
from enum import StrEnum
from typing import Annotated

import typer

from watchword.cli.combinations import Combinations
from watchword.cli.commands import commands
from watchword.cli.options import DEFAULT_DATA_DIRECTORY, Data, Database, RootKeyFile, opened
from watchword.cli.output import Form, Output, say, say_record
from watchword.installation.administrator import administrator_session, new_root_key
from watchword.installation.bootstrap import open_installation
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
    data: Data = DEFAULT_DATA_DIRECTORY,
    database: Database = "",
    root_key_file: RootKeyFile = "",
) -> None:
    """Print credentials of an administrator's session of one hour."""
    with opened(open_installation, data, database, root_key_file) as installation:
        session = administrator_session(installation, account, role, installation.operator.session_name)
        for line in _FORMS[form](session, sessions.seal(session, installation.keyring())).split("\n"):
            say(line)


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


def _process(session: Session, token: str) -> str:
    return json.dumps({"Version": 1, **_members(session, token)})


def _json(session: Session, token: str) -> str:
    return json.dumps(_members(session, token))


def _env(session: Session, token: str) -> str:
    values = {
        "AWS_ACCESS_KEY_ID": session.access_key_id,
        "AWS_SECRET_ACCESS_KEY": session.secret,
        "AWS_SESSION_TOKEN": token,
        "AWS_CREDENTIAL_EXPIRATION": _expiration(session),
    }
    return "\n".join(f"export {name}={shlex.quote(value)}" for name, value in values.items())


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


_FORMS = {Format.PROCESS: _process, Format.ENV: _env, Format.JSON: _json}


root_key = commands("Create static root keys, for tools that accept nothing else.", create=create_root_key)
