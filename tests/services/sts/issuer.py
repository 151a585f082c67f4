"""A small token issuer: a process that publishes keys, and the tokens that it signs.

    with Issuer.start(directory) as issuer:
        issuer.token(sub="ann")

The process serves the files of a directory, over TLS if `certificate.pem` and `key.pem` are in it, and notes
each path that is asked for in `asked.txt`. So a test rotates keys by writing a file.
"""

import json
import ssl
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from joserfc import jws
from joserfc.jwk import ECKey, RSAKey

DISCOVERY = Path(".well-known/openid-configuration")
KEYS = "keys.json"
ALL = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"]


def claims_of(url: str, **changed: Any) -> dict[str, Any]:
    """Valid claims, but for the changes; what is None is left out."""
    now = int(time.time())
    claims = {"iss": url, "sub": "repo:acme/site", "aud": "sts.amazonaws.com", "iat": now, "exp": now + 600}
    return {name: value for name, value in (claims | changed).items() if value is not None}


def signed(payload: bytes, key: RSAKey | ECKey, algorithm: str = "RS256", **header: Any) -> str:
    """A token; of the header, what is None is left out."""
    given = {"alg": algorithm, "typ": "JWT", "kid": "first"} | header
    registry = jws.JWSRegistry(algorithms=[algorithm], strict_check_header=False)
    protected = {name: value for name, value in given.items() if value is not None}
    return jws.serialize_compact(protected, payload, key, registry=registry)


def key_set(keys: Mapping[str, RSAKey | ECKey]) -> bytes:
    """The JWK Set of some keys, by their ids."""
    return json.dumps(
        {"keys": [{**key.as_dict(private=False), "kid": kid} for kid, key in keys.items()]}
    ).encode()


@dataclass
class Issuer:
    """A running issuer."""

    directory: Path
    process: subprocess.Popen[str]
    url: str
    keys: dict[str, RSAKey | ECKey] = field(default_factory=dict)

    @classmethod
    def start(cls, directory: Path) -> Self:
        (directory / DISCOVERY).parent.mkdir(parents=True)
        command = [sys.executable, __file__, str(directory)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        issuer = cls(directory, process, process.stdout.readline().strip())
        issuer.publish({"first": RSAKey.generate_key(2048)})
        return issuer

    @property
    def name(self) -> str:
        """Its URL, as a provider's ARN has it."""
        return self.url.partition("://")[2]

    @property
    def asked(self) -> list[str]:
        noted = self.directory / "asked.txt"
        return noted.read_text().splitlines() if noted.exists() else []

    def publish(self, keys: dict[str, RSAKey | ECKey]) -> None:
        self.keys = keys
        self.describe({"issuer": self.url, "jwks_uri": f"{self.url}/{KEYS}"})
        (self.directory / KEYS).write_bytes(key_set(keys))

    def describe(self, document: Mapping[str, Any]) -> None:
        (self.directory / DISCOVERY).write_text(json.dumps(document))

    def token(self, algorithm: str = "RS256", kid: str = "first", **changed: Any) -> str:
        payload = json.dumps(claims_of(self.url, **changed)).encode()
        return signed(payload, self.keys[kid], algorithm, kid=kid)

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(10)
        if self.process.stdout:
            self.process.stdout.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


class Handler(SimpleHTTPRequestHandler):
    """Files, and a note of what was asked for."""

    def log_message(self, *_: object) -> None:
        with Path(self.directory, "asked.txt").open("a") as noted:
            noted.write(f"{self.path}\n")


def main(directory: Path) -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(directory)))
    scheme, certificate = "http", directory / "certificate.pem"
    if certificate.exists():
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, directory / "key.pem")
        server.socket = context.wrap_socket(server.socket, server_side=True)
        scheme = "https"
    print(f"{scheme}://localhost:{server.server_port}", flush=True)  # noqa: T201 its first line says where it is
    server.serve_forever()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
