"""watchword token: a token that proves which service of this host it is, for AssumeRoleWithWebIdentity.

SDKs read it from the file that AWS_WEB_IDENTITY_TOKEN_FILE names, and read it again when they need new
credentials. So the file is replaced as a whole (rename), with the rights that it is to have from the first
byte on. docs/issued-tokens.md has units of systemd.
"""

import os
import shutil
import tempfile
import time
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from watchword.cli.combinations import Combinations
from watchword.cli.credentials import Account
from watchword.cli.ending import fail
from watchword.cli.options import DEFAULT_DATA_DIRECTORY, Data, Database, RootKeyFile, opened
from watchword.cli.output import say
from watchword.installation.bootstrap import open_installation
from watchword.installation.service_tokens import ServiceToken, issue

RENEWED_AFTER = 0.5
"""The part of its life after which a kept token is replaced: SDKs are never left with one that ends soon."""


class Algorithm(StrEnum):
    """How it is signed."""

    RS256 = "RS256"
    ES384 = "ES384"


@Combinations(only_with={"owner": ("file",), "keep": ("file",)})
def token(  # noqa: PLR0913, PLR0917 one parameter an option
    service: Annotated[str, typer.Option(help="Name of the service; the subject is service:NAME.")],
    audience: Annotated[list[str], typer.Option(help="Who is to accept it, such as sts.amazonaws.com.")],
    duration: Annotated[int, typer.Option(min=60, max=3600, help="Seconds that it counts.")] = 3600,
    algorithm: Annotated[Algorithm, typer.Option(help="How it is signed.")] = Algorithm.RS256,
    account: Account = "",
    file: Annotated[Path | None, typer.Option(help="File to write, rather than standard output.")] = None,
    owner: Annotated[str, typer.Option(help="User who may read the file; by default who writes it.")] = "",
    keep: Annotated[bool, typer.Option("--keep", help="Go on replacing the file, until stopped.")] = False,
    data: Data = DEFAULT_DATA_DIRECTORY,
    database: Database = "",
    root_key_file: RootKeyFile = "",
) -> None:
    """Issue a token that proves the name of a service of this host.

    With it the service assumes a role that trusts the account's issuer. Outbound federation must be enabled:
    aws iam enable-outbound-web-identity-federation.
    """

    def issued() -> tuple[str, datetime]:
        with opened(open_installation, data, database, root_key_file) as installation:
            wanted = ServiceToken(service, audience, timedelta(seconds=duration), algorithm.value, account)
            return issue(installation, wanted)

    if file is None:
        say(issued()[0])
        return
    _write(file, issued()[0], owner)
    while keep:
        time.sleep(duration * RENEWED_AFTER)
        _write(file, issued()[0], owner)


def _write(file: Path, text: str, owner: str) -> None:
    try:
        descriptor, name = tempfile.mkstemp(dir=file.parent, prefix=f"{file.name}.")  # mode 0600
        try:
            with os.fdopen(descriptor, "w") as target:
                target.write(text)
            if owner:
                shutil.chown(name, owner)
            Path(name).replace(file)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except (OSError, LookupError) as error:
        raise fail(f"{file}: {getattr(error, 'strerror', None) or error}") from None
