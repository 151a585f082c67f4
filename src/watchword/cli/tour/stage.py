"""What the story needs: a server on a temporary directory, accounts, and clients that record what they send.

Everything is real: the server listens on a socket, boto3 is unmodified, and each request is recorded after
boto3 has signed it and before it is sent.
"""

import socket
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import boto3
from botocore.config import Config

from watchword.app import open_world
from watchword.facts.credentials import KEYRING
from watchword.installation.administrator import administrator_session, create_account
from watchword.installation.settings import Settings
from watchword.names import Body, HttpRequest
from watchword.serving import serving
from watchword.sessions import session as sessions
from watchword.world import World

REGION = "us-east-1"
START_SECONDS = 10

Client = Any
"""A boto3 client; boto3 makes its classes at run time."""
Tamper = Callable[[Any], None]
"""Changes a request after it was signed."""


@dataclass
class Stage:
    """The running server, and the requests that were sent to it."""

    world: World
    endpoint: str
    sent: list[HttpRequest] = field(default_factory=list)

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

        def before_send(request: Any, **_: object) -> None:  # noqa: ANN401 botocore's prepared request
            if tamper:
                tamper(request)
            self.sent.append(_as_sent(request))

        client.meta.events.register("before-send", before_send)
        return client


@contextmanager
def stage() -> Iterator[Stage]:
    """A server that ends with the block. All its data is removed."""
    with tempfile.TemporaryDirectory(prefix="watchword-tour-") as directory:
        world = open_world(Settings(Path(directory), audit_reserve=0))
        listener = socket.create_server(("127.0.0.1", 0))
        with serving(world, listener) as server:
            thread = threading.Thread(target=server.run, daemon=True)
            thread.start()
            try:
                yield Stage(world, f"http://127.0.0.1:{listener.getsockname()[1]}")
            finally:
                server.stop()
                thread.join(START_SECONDS)


def _as_sent(request: Any) -> HttpRequest:  # noqa: ANN401 botocore's prepared request
    url = urlsplit(request.url)
    names = {name.lower() for name in request.headers}
    headers = [(name.lower(), _text(value)) for name, value in request.headers.items()]
    if "host" not in names:
        headers.append(("host", url.netloc))
    body = request.body or b""
    data = body if isinstance(body, bytes) else body.encode() if isinstance(body, str) else b""
    return HttpRequest(request.method, url.path or "/", url.query, tuple(headers), Body(data))


def _text(value: bytes | str) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value
