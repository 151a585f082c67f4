"""watchword scim: tokens by which an identity provider provisions people into a directory."""

from datetime import timedelta
from typing import Annotated

import typer

from watchword.cli.commands import commands
from watchword.cli.credentials import Account
from watchword.cli.options import DEFAULT_DATA_DIRECTORY, Data, Database, EndpointUrl, RootKeyFile, opened
from watchword.cli.output import Form, Output, say_record
from watchword.installation import scim_tokens
from watchword.installation.bootstrap import open_installation
from watchword.installation.endpoint import kept_endpoint
from watchword.names.moment import iso
from watchword.store.identity_center.scim_tokens import ScimToken

TokenId = Annotated[str, typer.Argument(help="Id of the token, as `watchword scim list` prints it.")]


def create(
    days: Annotated[int, typer.Option(help="How long it counts.", min=1, max=365)] = 365,
    account: Account = "",
    endpoint_url: EndpointUrl = "",
    data: Data = DEFAULT_DATA_DIRECTORY,
    database: Database = "",
    root_key_file: RootKeyFile = "",
    output: Output = Form.JSON,
) -> None:
    """Make a token, and print it with the URL that the identity provider is to use.

    It is shown this once. Who has it can change every user and group of the directory.
    """
    with opened(open_installation, data, database, root_key_file) as installation:
        token, secret = scim_tokens.make(installation, account, timedelta(days=days))
        server = endpoint_url.rstrip("/") or kept_endpoint(installation.settings)
    url = f"{server}/scim/{token.directory}/scim/v2"
    say_record({"Url": url, "TokenId": token.id, "Token": secret, "Expires": iso(token.expires)}, output)


def list_tokens(
    account: Account = "",
    data: Data = DEFAULT_DATA_DIRECTORY,
    database: Database = "",
    root_key_file: RootKeyFile = "",
    output: Output = Form.JSON,
) -> None:
    """Print each token of the account's directory, without its secret."""
    with opened(open_installation, data, database, root_key_file) as installation:
        for token in scim_tokens.listed(installation, account):
            say_record(_shown(token), output)


def revoke(
    token_id: TokenId,
    account: Account = "",
    data: Data = DEFAULT_DATA_DIRECTORY,
    database: Database = "",
    root_key_file: RootKeyFile = "",
    output: Output = Form.JSON,
) -> None:
    """End a token, from the next request on. What it has provisioned stays."""
    with opened(open_installation, data, database, root_key_file) as installation:
        token = scim_tokens.revoke(installation, account, token_id)
    say_record(_shown(token), output)


def _shown(token: ScimToken) -> dict[str, str]:
    return {
        "TokenId": token.id,
        "IdentityStoreId": token.directory,
        "Created": iso(token.created),
        "Expires": iso(token.expires),
    }


_ABOUT = "Make tokens by which an identity provider provisions people (SCIM)."
group = commands(_ABOUT, create=create, list=list_tokens, revoke=revoke)
