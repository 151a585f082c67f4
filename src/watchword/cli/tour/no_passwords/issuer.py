"""Token issuers of the tour: that of a cluster and that of a pipeline, each with a key in memory only.

Source: OpenID Connect Discovery 1.0, section 4; RFC 7517 (key sets).
"""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from joserfc import jwt
from joserfc.jwk import ECKey

KEYS = "/keys"
DISCOVERY = "/.well-known/openid-configuration"
SECONDS = 600


@dataclass(frozen=True)
class Issuer:
    """An issuer that listens."""

    url: str
    key: ECKey

    @property
    def name(self) -> str:
        """Its URL, as a provider's ARN has it."""
        return self.url.partition("://")[2]

    def token(self, subject: str, audience: str, **more: object) -> str:
        """A token of ten minutes."""
        now = int(time.time())
        claims = {"iss": self.url, "sub": subject, "aud": [audience], "iat": now, "exp": now + SECONDS}
        return jwt.encode({"alg": "ES256", "kid": "1"}, claims | more, self.key, algorithms=["ES256"])


@contextmanager
def issuing() -> Iterator[Issuer]:
    """An issuer, while the block runs."""
    documents: dict[str, object] = {}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = documents.get(self.path)
            self.send_response(404 if found is None else 200)
            self.send_header("content-type", "application/json")
            self.end_headers()
            self.wfile.write(json.dumps(found).encode())

        def log_message(self, *_: object) -> None:
            """The tour prints requests itself."""

    key = ECKey.generate_key("P-256")
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        url = f"http://127.0.0.1:{server.server_port}"
        documents[DISCOVERY] = {"issuer": url, "jwks_uri": url + KEYS}
        documents[KEYS] = {"keys": [{**key.as_dict(private=False), "kid": "1", "alg": "ES256"}]}
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield Issuer(url, key)
        server.shutdown()
