"""What the story needs: a server on a temporary directory, accounts, clients, and the requests that arrived.

Everything is real: the server listens on a socket, boto3 is unmodified, and functions run in their sandboxes.
"""

import socket
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from watchword.app import open_world
from watchword.facts.credentials import KEYRING
from watchword.gateway import Application
from watchword.installation.administrator import administrator_session, create_account
from watchword.installation.bootstrap import CannotStart
from watchword.installation.settings import Settings
from watchword.names import AwsError, HttpRequest
from watchword.serving import serving
from watchword.sessions import session as sessions
from watchword.sigv4 import read
from watchword.transport.service import By, Deliver
from watchword.world import World

REGION = "us-east-1"
START_SECONDS = 10

Client = Any
"""A boto3 client; boto3 makes its classes at run time."""
Tamper = Callable[[Any], None]
"""Changes a request after it was signed."""


@dataclass
class Stage:
    """The running server, and the requests that arrived at it."""

    world: World
    endpoint: str
    no_functions: str
    """Why functions can't run here; empty where they can."""
    arrived: list[HttpRequest] = field(default_factory=list)

    def account(self, name: str) -> str:
        """The id of a new account."""
        return create_account(self.world, name, "")

    def administrator(self, service: str, account: str) -> Client:
        """A client of the account's administrator."""
        session = administrator_session(self.world, account, "", "tour")
        return self.client(
            service,
            {
                "AccessKeyId": session.access_key_id,
                "SecretAccessKey": session.secret,
                "SessionToken": sessions.seal(session, self.world.facts.need(KEYRING)),
            },
        )

    def client(self, service: str, credentials: dict[str, str], tamper: Tamper | None = None) -> Client:
        """An unmodified boto3 client. `tamper` changes its requests after signing, as an attacker would."""
        client = boto3.client(
            service,
            endpoint_url=self.endpoint,
            region_name=REGION,
            aws_access_key_id=credentials["AccessKeyId"],
            aws_secret_access_key=credentials["SecretAccessKey"],
            aws_session_token=credentials.get("SessionToken"),
            config=Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"}),
        )

        if tamper:
            client.meta.events.register("before-send", lambda request, **_: tamper(request))
        return client

    def newest(self, service: str) -> HttpRequest:
        """The newest request to a service, by what was signed; to any service for an empty name."""
        found = (each for each in reversed(self.arrived) if not service or _service(each) == service)
        return next(found)

    def newest_key(self, service: str) -> str:
        """The access key of that request."""
        claim = read(self.newest(service))
        assert claim
        return claim.access_key_id


def _service(request: HttpRequest) -> str:
    try:
        claim = read(request)
    except AwsError:  # signed by a certificate's key
        return ""
    return claim.scope.service if claim else ""


class Recording(Application):
    """The application, with a list of the requests that arrived."""

    def __init__(self, playing: Stage) -> None:
        super().__init__(playing.world)
        self._arrived = playing.arrived

    def at_once(self, request: HttpRequest, deliver: Deliver, error: Exception | None = None) -> By:
        self._arrived.append(request)
        return super().at_once(request, deliver, error)


@contextmanager
def stage(private_issuers: tuple[str, ...] = (), *, functions: bool = True) -> Iterator[Stage]:
    """A server that ends with the block. All its data is removed."""
    with tempfile.TemporaryDirectory(prefix="watchword-tour-") as directory:
        listener = socket.create_server(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        settings = Settings(
            Path(directory), private_issuers=private_issuers, audit_reserve=0, endpoint=address
        )
        world, why_not = _open(settings) if functions else (open_world(settings), "")
        playing = Stage(world, address, why_not)
        with serving(world, listener, application=Recording(playing)) as server:
            thread = threading.Thread(target=server.run, daemon=True)
            thread.start()
            try:
                yield playing
            finally:
                server.stop()
                thread.join(START_SECONDS)


def _open(settings: Settings) -> tuple[World, str]:
    """A world with functions, or one without, and why."""
    try:
        return open_world(replace(settings, functions=True)), ""
    except CannotStart as error:
        return open_world(settings), str(error)
