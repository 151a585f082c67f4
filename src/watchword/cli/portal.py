"""watchword portal: the way of people of IAM Identity Center into the access portal."""

from typing import Annotated

import typer

from watchword.cli.commands import commands
from watchword.cli.options import DEFAULT_DATA_DIRECTORY, Data, Database, EndpointUrl, RootKeyFile, opened
from watchword.cli.output import say
from watchword.installation.bootstrap import open_installation
from watchword.installation.portal_links import new_link


def invite(
    user: Annotated[str, typer.Argument(help="The user's name in the directory.")],
    directory: Annotated[
        str, typer.Option(help="The directory's id (d-...); that of the first instance by default.")
    ] = "",
    without_authenticator: Annotated[
        bool, typer.Option("--without-authenticator", help="Also forget the user's authenticator app.")
    ] = False,
    endpoint_url: EndpointUrl = "",
    data: Data = DEFAULT_DATA_DIRECTORY,
    database: Database = "",
    root_key_file: RootKeyFile = "",
) -> None:
    """Print a link by which a user of Identity Center sets a password, once, within a day.

    Send it to that person alone: who opens it first sets the password.
    """
    with opened(open_installation, data, database, root_key_file) as installation:
        endpoint = endpoint_url.rstrip("/")
        say(new_link(installation, user, directory, endpoint, without_authenticator=without_authenticator))


group = commands("Let people of Identity Center into the access portal.", invite=invite)
