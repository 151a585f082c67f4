"""watchword dead-letters: what was to go to the destination of a function's events, and is kept here."""

from typing import Annotated

import msgspec
import typer

from watchword.cli.options import DEFAULT_DATA_DIRECTORY, Data, Database, RootKeyFile, opened
from watchword.cli.output import Form, Output, say, say_json
from watchword.installation.bootstrap import open_installation
from watchword.names.moment import iso
from watchword.store.functions import dead_letters
from watchword.store.functions.dead_letters import DeadLetter


def letters(
    function: Annotated[str, typer.Option(help="Only of functions whose ARN has this in it.")] = "",
    account: Annotated[str, typer.Option(help="Only of this account.")] = "",
    data: Data = DEFAULT_DATA_DIRECTORY,
    database: Database = "",
    root_key_file: RootKeyFile = "",
    output: Output = Form.TEXT,
) -> None:
    """List what no destination of a function's events took, oldest first.

    Each line says when, which function, the request id of the event, the destination, and why it didn't take
    it. With --json also the record, or the event itself where a dead letter queue was to get it.
    """
    with (
        opened(open_installation, data, database, root_key_file) as installation,
        installation.database.read() as tx,
    ):
        found = dead_letters.listed(tx, account)
    for each in found:
        if function not in each.function_arn:
            continue
        if output is Form.JSON:
            say_json(_as_json(each))
        else:
            say(_as_line(each))


def _as_line(letter: DeadLetter) -> str:
    return (
        f"{iso(letter.at)}  {letter.function_arn}  {letter.request_id}  to {letter.destination}: "
        f"{letter.reason}"
    )


def _as_json(letter: DeadLetter) -> dict[str, object]:
    return {
        "Time": iso(letter.at),
        "FunctionArn": letter.function_arn,
        "RequestId": letter.request_id,
        "Destination": letter.destination,
        "Reason": letter.reason,
        "Body": msgspec.json.decode(letter.body),
    }
