"""watchword host: machines that get roles by certificates of this server's own authority.

`enroll`, `list` and `revoke` work on the server's data directory. `join` and `credentials` run on the
machine.
"""

import re
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from watchword.cli.commands import commands
from watchword.cli.ending import fail
from watchword.cli.options import DEFAULT_DATA_DIRECTORY, Data, Database, RootKeyFile, opened
from watchword.cli.output import Form, Output, say_json, say_record
from watchword.delivery import host as joined
from watchword.delivery.supply import NotIssued
from watchword.installation import hosts
from watchword.installation.bootstrap import open_installation
from watchword.installation.settings import DEFAULT_REGION
from watchword.names.moment import iso
from watchword.store.rolesanywhere.hosts import Host

_REGION = re.compile(r"[a-z]{2}(?:-[a-z]+)+-\d")
Account = Annotated[str, typer.Option("--account", help="Account id; the first account by default.")]
Name = Annotated[str, typer.Argument(help="Name of the host.")]
Directory = Annotated[Path, typer.Option("--directory", help="Directory of the host's key and certificate.")]
HERE = Path("/var/lib/watchword-host")


def enroll(  # noqa: PLR0913, PLR0917 one parameter an option
    name: Name,
    role: Annotated[list[str], typer.Option("--role", help="ARN of a role it may have; repeatable.")],
    minutes: Annotated[int, typer.Option(help="How long the token is good.", min=1, max=1440)] = 15,
    region: Annotated[str, typer.Option(help="Region of the host.")] = DEFAULT_REGION,
    account: Account = "",
    data: Data = DEFAULT_DATA_DIRECTORY,
    database: Database = "",
    root_key_file: RootKeyFile = "",
    output: Output = Form.JSON,
) -> None:
    """Invite a host, and print the token by which it joins. It is good once, for minutes."""
    if not _REGION.fullmatch(region):
        raise fail(f"not a Region: {region!r}")
    with opened(open_installation, data, database, root_key_file) as installation:
        host, token = hosts.enroll(
            installation, name, role, account=account, region=region, valid=timedelta(minutes=minutes)
        )
    say_record(
        {"Name": host.name, "HostArn": host.arn, "Token": token, "Expires": iso(host.token_expires)}, output
    )


def list_hosts(
    account: Account = "",
    data: Data = DEFAULT_DATA_DIRECTORY,
    database: Database = "",
    root_key_file: RootKeyFile = "",
    output: Output = Form.JSON,
) -> None:
    """Print each host."""
    with opened(open_installation, data, database, root_key_file) as installation:
        for host in hosts.enrolled(installation, account):
            say_record(_shown(host), output)


def revoke(
    name: Name,
    account: Account = "",
    data: Data = DEFAULT_DATA_DIRECTORY,
    database: Database = "",
    root_key_file: RootKeyFile = "",
    output: Output = Form.JSON,
) -> None:
    """Cut a host off, and end its sessions, from the next request on."""
    with opened(open_installation, data, database, root_key_file) as installation:
        host = hosts.revoke_host(installation, name, account)
    say_record(_shown(host), output)


def join(
    token: Annotated[str, typer.Argument(help="What `watchword host enroll` printed.")],
    endpoint_url: Annotated[str, typer.Option("--endpoint-url", help="URL of the server.")],
    directory: Directory = HERE,
    ca_bundle: Annotated[str, typer.Option("--ca-bundle", help="File of the CAs of the server.")] = "",
    output: Output = Form.JSON,
) -> None:
    """Make this machine the host that the token was for. Its key is made here, and stays here."""
    try:
        host = joined.join(endpoint_url, token, directory, ca_bundle=ca_bundle)
    except NotIssued as error:
        raise fail(str(error)) from None
    say_record({"Name": host.name, "HostArn": host.arn, "Directory": str(directory)}, output)


def credentials(
    role: Annotated[str, typer.Option("--role", help="ARN of the role.")],
    service: Annotated[
        str, typer.Option("--service", help="Principal that the role trusts.")
    ] = "ec2.amazonaws.com",
    duration: Annotated[
        int, typer.Option("--duration", help="Seconds that they last, at most.", min=900, max=43200)
    ] = 3600,
    directory: Directory = HERE,
) -> None:
    """Print credentials of a role of this host, as a credential_process does."""
    try:
        issued = joined.Host.open(directory).issue(role, service=service, duration=duration)
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


def _shown(host: Host) -> dict[str, str]:
    state = "revoked" if host.revoked else "joined" if host.joined else "invited"
    times = {"Joined": host.joined, "CertifiedUntil": host.certified_until, "Revoked": host.revoked}
    return {
        "Name": host.name,
        "HostArn": host.arn,
        "State": state,
        "Roles": " ".join(host.role_arns),
        "TrustAnchorArn": host.anchor_arn,
        **{name: iso(moment) for name, moment in times.items() if moment},
    }


group = commands(
    "Enroll machines, which then get roles without keys.",
    enroll=enroll,
    list=list_hosts,
    revoke=revoke,
    join=join,
    credentials=credentials,
)
