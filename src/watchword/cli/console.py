"""watchword console: a one-time link by which the administrator of the host signs in, in a browser."""

from typing import Annotated

import typer

from watchword.cli.combinations import Combinations
from watchword.cli.credentials import Account
from watchword.cli.options import DEFAULT_DATA_DIRECTORY, Data, Database, EndpointUrl, RootKeyFile, opened
from watchword.cli.output import say
from watchword.installation.bootstrap import open_installation
from watchword.installation.console_links import new_link


@Combinations(apart=[("account", "role")])
def console(
    account: Account = "",
    role: Annotated[
        str, typer.Option("--role", help="ARN of the role; the administrator's role by default.")
    ] = "",
    endpoint_url: EndpointUrl = "",
    data: Data = DEFAULT_DATA_DIRECTORY,
    database: Database = "",
    root_key_file: RootKeyFile = "",
) -> None:
    """Print a link that signs a browser in to the console, once, within ten minutes.

    Who opens it is the administrator for an hour: send it to nobody.
    """
    with opened(open_installation, data, database, root_key_file) as installation:
        say(new_link(installation, account, role, endpoint_url.rstrip("/")))
