"""watchword serve: the server.

The socket is bound before the server is loaded, so a port in use is one line at once. What is served there is
the business of `cli.servers`.
"""

import socket
import ssl
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from watchword.cli.combinations import Combinations
from watchword.cli.ending import fail
from watchword.cli.options import (
    DEFAULT_DATA_DIRECTORY,
    Data,
    Database,
    ObjectsConfig,
    ObjectsUrl,
    RootKeyFile,
)
from watchword.cli.servers.wanted import Place, Ready, ReadyForm, Wanted
from watchword.installation.bootstrap import CannotStart
from watchword.installation.memory import DEFAULT_MEBIBYTES, LEAST_MEBIBYTES
from watchword.installation.settings import (
    DEFAULT_AUDIT_RESERVE,
    DEFAULT_HOST,
    DEFAULT_PORT,
    DEFAULT_RECORDED_REFUSALS,
    Log,
    Network,
    Settings,
    issuers,
    listed,
    networks,
)
from watchword.names.ids import is_account_id

BACKLOG = 2048
OF_EPHEMERAL_SERVERS = ("access_key_id", "secret_access_key", "seed", "ready_file", "form")


@Combinations(
    apart=[
        *(("ephemeral", name) for name in ("data", "database", "root_key_file", "audit_reserve", "workers")),
        *(("seed", name) for name in ("account", "access_key_id", "secret_access_key")),
    ],
    only_with={
        **dict.fromkeys(("access_key_id", "secret_access_key", "seed", "ready_file", "form"), ("ephemeral",)),
        "objects_config": ("objects",),
    },
)
def serve(  # noqa: PLR0913, PLR0917 one parameter a flag
    host: Annotated[str, typer.Option(envvar="WATCHWORD_HOST", help="Address to listen on.")] = DEFAULT_HOST,
    port: Annotated[
        int, typer.Option(envvar="WATCHWORD_PORT", help="Port; 0 picks a free one.")
    ] = DEFAULT_PORT,
    data: Data = DEFAULT_DATA_DIRECTORY,
    database: Database = "",
    root_key_file: RootKeyFile = "",
    objects: ObjectsUrl = "",
    objects_config: ObjectsConfig = "",
    workers: Annotated[int, typer.Option(envvar="WATCHWORD_WORKERS", min=1, help="Processes.")] = 1,
    hostname: Annotated[
        str, typer.Option(envvar="WATCHWORD_HOSTNAME", help="Further names of this server, comma-separated.")
    ] = "",
    tls_certificate: Annotated[str, typer.Option(envvar="WATCHWORD_TLS_CERTIFICATE", help="PEM file.")] = "",
    tls_key: Annotated[str, typer.Option(envvar="WATCHWORD_TLS_KEY", help="PEM file.")] = "",
    sigv2_presigned: Annotated[
        bool,
        typer.Option(
            envvar="WATCHWORD_SIGV2_PRESIGNED", help="Whether S3 takes presigned requests of version 2."
        ),
    ] = True,
    refuse_replays: Annotated[
        bool,
        typer.Option(
            "--refuse-replays",
            envvar="WATCHWORD_REFUSE_REPLAYS",
            help="Refuse a second change by one signature.",
        ),
    ] = False,
    trusted_proxies: Annotated[
        str,
        typer.Option(
            envvar="WATCHWORD_TRUSTED_PROXIES",
            help="Networks whose X-Forwarded headers hold, comma-separated.",
        ),
    ] = "",
    bounded_chains: Annotated[
        bool,
        typer.Option(
            "--bounded-chains",
            envvar="WATCHWORD_BOUNDED_CHAINS",
            help="Let the sessions of a chain of roles end with the first of them.",
        ),
    ] = False,
    private_issuers: Annotated[
        str,
        typer.Option(
            envvar="WATCHWORD_PRIVATE_ISSUERS",
            help="URLs of token issuers that may be private or without TLS, comma-separated.",
        ),
    ] = "",
    issuer_url: Annotated[
        str,
        typer.Option(
            envvar="WATCHWORD_ISSUER_URL",
            help="Where others find the issuers of this server's tokens; by default https:// and the first "
            "--hostname, or the address that it listens on.",
        ),
    ] = "",
    audit_reserve: Annotated[
        int,
        typer.Option(
            envvar="WATCHWORD_AUDIT_RESERVE",
            min=0,
            help="MiB that each process keeps for its audit log, and the least that must be free.",
        ),
    ] = DEFAULT_AUDIT_RESERVE,
    recorded_refusals: Annotated[
        int,
        typer.Option(
            envvar="WATCHWORD_RECORDED_REFUSALS",
            min=0,
            help="Refusals of strangers recorded in a minute by each process; more are counted.",
        ),
    ] = DEFAULT_RECORDED_REFUSALS,
    memory: Annotated[
        int,
        typer.Option(envvar="WATCHWORD_MEMORY", min=LEAST_MEBIBYTES, help="MiB that each process may take."),
    ] = DEFAULT_MEBIBYTES,
    functions: Annotated[
        bool,
        typer.Option(
            "--functions",
            envvar="WATCHWORD_FUNCTIONS",
            help="Run functions: who may create one, runs code on this host.",
        ),
    ] = False,
    log: Annotated[
        Log, typer.Option(envvar="WATCHWORD_LOG", help="What is shown on standard error.")
    ] = Log.REFUSALS,
    ephemeral: Annotated[
        bool, typer.Option("--ephemeral", envvar="WATCHWORD_EPHEMERAL", help="Forget everything at exit.")
    ] = False,
    account: Annotated[
        str,
        typer.Option(
            envvar="WATCHWORD_ACCOUNT",
            help="Id of the first account; random by default, and 123456789012 for an ephemeral server, "
            "which can have several, comma-separated.",
        ),
    ] = "",
    access_key_id: Annotated[
        str, typer.Option(envvar="WATCHWORD_ACCESS_KEY_ID", help="Root key of an ephemeral server: its id.")
    ] = "",
    secret_access_key: Annotated[
        str, typer.Option(envvar="WATCHWORD_SECRET_ACCESS_KEY", help="And its secret; random by default.")
    ] = "",
    seed: Annotated[
        Path | None,
        typer.Option(envvar="WATCHWORD_SEED", help="YAML file of what an ephemeral server begins with."),
    ] = None,
    ready_file: Annotated[
        Path | None,
        typer.Option(
            envvar="WATCHWORD_READY_FILE", help="File that is there while an ephemeral server answers."
        ),
    ] = None,
    form: Annotated[
        ReadyForm,
        typer.Option("--format", envvar="WATCHWORD_FORMAT", help="How an ephemeral server says its keys."),
    ] = ReadyForm.JSON,
) -> None:
    """Serve the interfaces of IAM, STS and S3."""
    tls = _tls(tls_certificate, tls_key)
    wanted = Wanted(_accounts(account, several=ephemeral), access_key_id, secret_access_key, seed)
    settings = Settings(
        data.expanduser().absolute(),
        database,
        root_key_file,
        listed(hostname),
        sigv2_presigned=sigv2_presigned,
        refuse_replays=refuse_replays,
        trusted_proxies=_networks(trusted_proxies),
        bounded_chains=bounded_chains,
        private_issuers=_issuers("--private-issuers", private_issuers),
        audit_reserve=audit_reserve,
        recorded_refusals=recorded_refusals,
        memory=memory,
        functions=functions,
        log=log,
        account=account.strip(),
        objects_url=objects,
        objects_config=objects_config,
    )
    with _bind(host, port) as listener:
        endpoint = f"{'https' if tls else 'http'}://{_url_host(host)}:{listener.getsockname()[1]}"
        place = Place(listener, endpoint, tls)
        issuer = _issuer_url(issuer_url, settings.hostnames, endpoint)
        settings = replace(settings, endpoint=endpoint, issuer_url=issuer)
        try:
            # Imported now, when the port is bound: these take longer to load than everything else here.
            if ephemeral:
                from watchword.cli.servers import ephemeral as of_a_test  # noqa: PLC0415

                of_a_test.serve(place, settings, wanted, Ready(form, ready_file))
            else:
                from watchword.cli.servers import kept  # noqa: PLC0415

                kept.serve(place, settings, workers)
        except CannotStart as error:
            raise fail(str(error)) from None


def _accounts(text: str, *, several: bool) -> tuple[str, ...]:
    ids = listed(text)
    if wrong := next((each for each in ids if not is_account_id(each)), None):
        raise fail(f"an account id is twelve digits, not {wrong!r}")
    if len(ids) > 1 and not several:
        raise fail("a server begins with one account; `watchword account create` adds others")
    return ids


def _bind(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(BACKLOG)
    except (OSError, OverflowError, TypeError) as error:
        listener.close()
        reason = getattr(error, "strerror", None) or str(error)
        raise fail(f"can't listen on {host} port {port}: {reason}") from None
    return listener


def _tls(certificate: str, key: str) -> ssl.SSLContext | None:
    if bool(certificate) != bool(key):
        raise fail("--tls-certificate and --tls-key go together")
    if not certificate:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        context.load_cert_chain(certificate, key, password="")
    except (OSError, ssl.SSLError) as error:
        raise fail(f"TLS certificate {certificate} with key {key}: {error.strerror or error}") from None
    return context


def _networks(text: str) -> tuple[Network, ...]:
    try:
        return networks(text)
    except ValueError as wrong:
        raise fail(f"--trusted-proxies: {wrong}") from None


def _issuers(option: str, text: str) -> tuple[str, ...]:
    try:
        return issuers(text)
    except ValueError as wrong:
        raise fail(f"{option}: {wrong}") from None


def _issuer_url(given: str, hostnames: tuple[str, ...], endpoint: str) -> str:
    if given:
        return "".join(_issuers("--issuer-url", given)[:1]).rstrip("/")
    return f"https://{hostnames[0]}" if hostnames else endpoint


def _url_host(host: str) -> str:
    return f"[{host}]" if ":" in host else "127.0.0.1" if host == "0.0.0.0" else host  # noqa: S104 compared, not bound
