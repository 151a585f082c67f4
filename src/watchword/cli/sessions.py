"""watchword session: ends sessions before they expire."""

from typing import Annotated

import typer

from watchword.access.audit_lookup import mentioned
from watchword.cli.commands import commands
from watchword.cli.options import DEFAULT_DATA_DIRECTORY, Data, Database, RootKeyFile, opened
from watchword.cli.output import Form, Output, say, say_record
from watchword.installation.administrator import revoke_sessions
from watchword.installation.bootstrap import open_installation
from watchword.names.ids import Prefix


def revoke(
    subject: Annotated[
        str, typer.Argument(help="A session's access key id (ASIA...), or the ARN of a role, user or root.")
    ],
    data: Data = DEFAULT_DATA_DIRECTORY,
    database: Database = "",
    root_key_file: RootKeyFile = "",
    output: Output = Form.JSON,
) -> None:
    """End one session, or all sessions that a role or user has at this moment.

    It takes effect on the next request, on every server. New sessions can be started immediately. The id of
    a session that was never seen is barred from now on.
    """
    with opened(open_installation, data, database, root_key_file) as installation:
        seen = not subject.startswith(Prefix.SESSION_KEY) or mentioned(installation, subject)
        kind, ended = revoke_sessions(installation, subject)
    if not seen:
        say(f"watchword: no record names {ended}; it is barred from now on", error=True)
    say_record({"Revoked": kind, "Subject": ended}, output)


group = commands("End sessions before they expire.", revoke=revoke)
