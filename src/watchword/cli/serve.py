"""watchword serve: the server.

The socket is bound before anything is started, so a port in use is one clear line. Several workers are
processes that share that socket and the database. An ephemeral server is always one process.
"""

import secrets
import shlex
import shutil
import socket
import ssl
import tempfile
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from watchword.app import open_world
from watchword.cli.combinations import Combinations
from watchword.cli.configure import DEFAULT_PROFILE, in_a_shell, same_installation
from watchword.cli.ending import fail
from watchword.cli.options import DEFAULT_DATA_DIRECTORY, Data, Database, RootKeyFile
from watchword.cli.output import say, say_json
from watchword.installation.administrator import first_account
from watchword.installation.bootstrap import CannotStart
from watchword.installation.endpoint import keep_endpoint
from watchword.installation.memory import DEFAULT_MEBIBYTES, LEAST_MEBIBYTES
from watchword.installation.settings import (
    DEFAULT_AUDIT_RESERVE,
    DEFAULT_HOST,
    DEFAULT_PORT,
    DEFAULT_RECORDED_REFUSALS,
    Ephemeral,
    Log,
    Network,
    Settings,
    listed,
    networks,
)
from watchword.names.ids import Prefix, is_account_id, new_access_key_id, new_secret
from watchword.reference.models import read_model
from watchword.serving import run, serving, warm
from watchword.wire import Models
from watchword.workers import supervise

BACKLOG = 2048
EPHEMERAL_ACCOUNT = "123456789012"
REGION = "us-east-1"


@Combinations(
    apart=[("ephemeral", name) for name in ("data", "database", "root_key_file", "audit_reserve", "workers")]
)
def serve(  # noqa: PLR0913, PLR0917 one parameter a flag
    host: Annotated[str, typer.Option(envvar="WATCHWORD_HOST", help="Address to listen on.")] = DEFAULT_HOST,
    port: Annotated[
        int, typer.Option(envvar="WATCHWORD_PORT", help="Port; 0 picks a free one.")
    ] = DEFAULT_PORT,
    data: Data = DEFAULT_DATA_DIRECTORY,
    database: Database = "",
    root_key_file: RootKeyFile = "",
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
            help="Id of the first account; random by default, and 123456789012 for an ephemeral server.",
        ),
    ] = "",
) -> None:
    """Serve the interfaces of IAM, STS and S3."""
    tls = _tls(tls_certificate, tls_key)
    if account and not is_account_id(account):
        raise fail(f"an account id is twelve digits, not {account!r}")
    settings = Settings(
        data.expanduser().absolute(),
        database,
        root_key_file,
        listed(hostname),
        sigv2_presigned=sigv2_presigned,
        refuse_replays=refuse_replays,
        trusted_proxies=_networks(trusted_proxies),
        audit_reserve=audit_reserve,
        recorded_refusals=recorded_refusals,
        memory=memory,
        log=log,
        account=account,
    )
    with _bind(host, port) as listener:
        endpoint = f"{'https' if tls else 'http'}://{_url_host(host)}:{listener.getsockname()[1]}"
        try:
            if ephemeral:
                _serve_ephemeral(listener, endpoint, settings, account or EPHEMERAL_ACCOUNT, tls)
            else:
                _serve_kept(listener, endpoint, settings, workers, tls)
        except CannotStart as error:
            raise fail(str(error)) from None


def _serve_ephemeral(
    listener: socket.socket, endpoint: str, settings: Settings, account: str, tls: ssl.SSLContext | None
) -> None:
    directory = Path(tempfile.mkdtemp(prefix="watchword-"))
    key = new_access_key_id(Prefix.ACCESS_KEY, account, secrets.token_bytes)
    root = Ephemeral(account, key, new_secret(secrets.token_bytes))
    try:
        world = open_world(
            replace(settings, data=directory, database="", root_key="", audit_reserve=0, ephemeral=root)
        )
        ready = {
            "Endpoint": endpoint,
            "AccountId": account,
            "AccessKeyId": root.access_key_id,
            "SecretAccessKey": root.secret,
        }
        with serving(world, listener, tls) as server:
            run(server, partial(say_json, ready))
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def _serve_kept(
    listener: socket.socket, endpoint: str, settings: Settings, workers: int, tls: ssl.SSLContext | None
) -> None:
    world = open_world(settings)
    keep_endpoint(settings, endpoint)
    greet = partial(_greet, endpoint, settings, first_account(world))
    if workers == 1:
        with serving(world, listener, tls) as server:
            run(server, greet)
        return
    world.close()
    models = Models(read_model)
    warm(models)
    greet()
    supervise(workers, partial(_work, settings, listener, tls, models))


def _work(settings: Settings, listener: socket.socket, tls: ssl.SSLContext | None, models: Models) -> None:
    """One of several workers, in a process of its own."""
    try:
        world = open_world(settings, models)
    except CannotStart as error:
        fail(str(error))
        return
    with serving(world, listener, tls) as server:
        run(server)


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


def _url_host(host: str) -> str:
    return f"[{host}]" if ":" in host else "127.0.0.1" if host == "0.0.0.0" else host  # noqa: S104 compared, not bound


def _greet(endpoint: str, settings: Settings, account: str) -> None:
    """Where it serves, and the line to paste into another shell."""
    command = shlex.join(same_installation(settings, "configure"))
    for line in (
        f"Watchword serves account {account} at {endpoint}",
        "",
        f"    {command} && {in_a_shell(DEFAULT_PROFILE, endpoint)}",
        "",
    ):
        say(line)
