"""watchword delegation: the tokens of delegation requests, which no notification carries."""

from typing import Annotated

import typer

from watchword.cli.commands import commands
from watchword.cli.options import DEFAULT_DATA_DIRECTORY, Data, Database, RootKeyFile, opened
from watchword.cli.output import Form, Output, say_record
from watchword.installation.administrator import trade_in_token
from watchword.installation.bootstrap import open_installation


def token(
    request: Annotated[str, typer.Argument(help="Id of a delegation request whose token was sent.")],
    data: Data = DEFAULT_DATA_DIRECTORY,
    database: Database = "",
    root_key_file: RootKeyFile = "",
    output: Output = Form.JSON,
) -> None:
    """Print the token that SendDelegationToken sent, for the account that asked.

    AWS sends it to a topic. Here you pass it on. The account that asked, and nobody else, trades it in for
    credentials.
    """
    with opened(open_installation, data, database, root_key_file) as installation:
        account, sent = trade_in_token(installation, request)
    say_record({"RequestorId": account, "TradeInToken": sent}, output)


group = commands("Print the tokens of delegation requests.", token=token)
