"""watchword account: the accounts of this installation."""

from typing import Annotated

import typer

from watchword.cli.commands import commands
from watchword.cli.ending import fail
from watchword.cli.options import DEFAULT_DATA_DIRECTORY, Data, Database, RootKeyFile, opened
from watchword.cli.output import Form, Output, say_record
from watchword.installation.administrator import create_account, reopen_account
from watchword.installation.bootstrap import open_installation
from watchword.names.ids import is_account_id
from watchword.store import accounts as rows
from watchword.store.organizations import members


def create(  # noqa: PLR0913, PLR0917 one parameter a flag
    name: Annotated[str, typer.Argument(help="Name of the account.")],
    id: Annotated[str, typer.Option("--id", help="Twelve digits; random by default.")] = "",  # noqa: A002 the flag's name
    email: Annotated[str, typer.Option(help="Its address, which no other account has.")] = "",
    organization: Annotated[
        str, typer.Option(help="Management account of the organization to create it in.")
    ] = "",
    data: Data = DEFAULT_DATA_DIRECTORY,
    database: Database = "",
    root_key_file: RootKeyFile = "",
    output: Output = Form.JSON,
) -> None:
    """Create an account and print its id and name."""
    if id and not is_account_id(id):
        raise fail(f"an account id is twelve digits, not {id!r}")
    with opened(open_installation, data, database, root_key_file, make=True) as installation:
        account = create_account(installation, name, id, email, organization)
    say_record({"AccountId": account, "Name": name}, output)


def list_accounts(
    data: Data = DEFAULT_DATA_DIRECTORY,
    database: Database = "",
    root_key_file: RootKeyFile = "",
    output: Output = Form.JSON,
) -> None:
    """Print each account."""
    with (
        opened(open_installation, data, database, root_key_file) as installation,
        installation.database.read() as tx,
    ):
        for account in rows.all_accounts(tx):
            member = members.of_account(tx, account.id)
            more = {"Organization": member.organization} if member else {}
            closed = {"Status": "SUSPENDED"} if account.closed else {}
            say_record({"AccountId": account.id, "Name": account.name, **more, **closed}, output)


def reopen(
    account: Annotated[str, typer.Argument(help="Twelve digits.")],
    data: Data = DEFAULT_DATA_DIRECTORY,
    database: Database = "",
    root_key_file: RootKeyFile = "",
    output: Output = Form.JSON,
) -> None:
    """Open an account that its organization closed."""
    with opened(open_installation, data, database, root_key_file) as installation:
        reopen_account(installation, account)
    say_record({"AccountId": account, "Status": "ACTIVE"}, output)


group = commands("Create, list and reopen accounts.", create=create, list=list_accounts, reopen=reopen)
