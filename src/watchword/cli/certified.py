"""watchword certified: credentials of a role for the holder of a certificate.

It prints what SDKs read of a credential_process (AWS SDKs and Tools Reference Guide, "Process credential
provider"). It needs no data directory: it runs on the host that has the certificate.
"""

from pathlib import Path
from typing import Annotated

import typer

from watchword.cli.ending import fail
from watchword.cli.output import say_json
from watchword.delivery.certified import Certified
from watchword.delivery.supply import NotIssued
from watchword.names.moment import iso


def certified(  # noqa: PLR0913, PLR0917 one parameter an option
    certificate: Annotated[
        Path, typer.Option("--certificate", help="File of the certificate, and of those behind it.")
    ],
    private_key: Annotated[Path, typer.Option("--private-key", help="File of its key: RSA or ECDSA, PEM.")],
    trust_anchor: Annotated[str, typer.Option("--trust-anchor", help="ARN of the trust anchor.")],
    profile: Annotated[str, typer.Option("--profile", help="ARN of the profile of Roles Anywhere.")],
    role: Annotated[str, typer.Option("--role", help="ARN of the role.")],
    endpoint_url: Annotated[str, typer.Option("--endpoint-url", help="URL of the server.")],
    duration: Annotated[
        int,
        typer.Option("--duration", help="Seconds that they last, at most.", min=900, max=43200),
    ] = 3600,
    session_name: Annotated[
        str, typer.Option("--session-name", help="Name of the session, where the profile takes one.")
    ] = "",
    ca_bundle: Annotated[str, typer.Option("--ca-bundle", help="File of the CAs of the server.")] = "",
) -> None:
    """Print credentials of a role for the holder of a certificate, as a credential_process does.

    The certificate's key signs the request (IAM Roles Anywhere); it never leaves this host.
    """
    holder = Certified(endpoint_url, certificate, private_key, trust_anchor, profile, ca_bundle)
    try:
        issued = holder.issue(role, duration=duration, session_name=session_name)
    except NotIssued as error:
        raise fail(str(error)) from None
    say_json(
        {
            "Version": 1,
            "AccessKeyId": issued.access_key_id,
            "SecretAccessKey": issued.secret,
            "SessionToken": issued.token,
            "Expiration": iso(issued.expires),
        }
    )
