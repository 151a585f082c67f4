"""watchword session: ends sessions before they expire."""

from typing import Annotated

import typer

from watchword.cli.commands import commands
from watchword.cli.options import DEFAULT_DATA_DIRECTORY, Data, Database, RootKeyFile, opened
from watchword.cli.output import Form, Output, say_record
from watchword.installation.administrator import revoke_sessions
from watchword.installation.bootstrap import open_installation


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

    It takes effect on the next request, on every server. New sessions can be started immediately.
    """
    with opened(open_installation, data, database, root_key_file) as installation:
        kind, ended = revoke_sessions(installation, subject)
    say_record({"Revoked": kind, "Subject": ended}, output)


group = commands("End sessions before they expire.", revoke=revoke)
