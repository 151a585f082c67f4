"""A SAML identity provider: pysaml2, in a process of its own, with the signatures of pyXMLSecurity.

    with IdentityProvider.start(directory) as idp:
        idp.metadata, idp.login("ann", role)

The process serves its metadata, and a login page that answers with the form which a browser would post to
AWS. It logs everybody in.
"""

import html
import re
import subprocess
import sys
import warnings
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlencode, urlsplit
from urllib.request import urlopen

AWS = "https://aws.amazon.com/SAML/Attributes/"
ACS = "https://signin.aws.amazon.com/saml"
POST = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
REDIRECT = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
RSA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"


@dataclass
class IdentityProvider:
    """A running provider."""

    process: subprocess.Popen[str]
    url: str

    @classmethod
    def start(cls, directory: Path) -> Self:
        command = [sys.executable, __file__, str(directory)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        return cls(process, process.stdout.readline().strip())

    @property
    def metadata(self) -> str:
        with urlopen(f"{self.url}/metadata") as answer:
            return str(answer.read().decode())

    def login(self, name: str, *pairs: str, **attributes: str) -> str:
        """What a browser gets after a login: a SAML response in base64."""
        query = urlencode({"name": name, "role": pairs, **attributes}, doseq=True)
        with urlopen(f"{self.url}/login?{query}") as answer:
            page = answer.read().decode()
        found = re.search(r'name="SAMLResponse" value="([^"]+)"', page)
        assert found, page
        return html.unescape(found[1])

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.process.terminate()
        self.process.wait(10)
        if self.process.stdout:
            self.process.stdout.close()


def settings(directory: Path, url: str) -> dict[str, Any]:
    policy = {
        "lifetime": {"minutes": 5},
        "attribute_restrictions": None,
        "name_form": "urn:oasis:names:tc:SAML:2.0:attrname-format:uri",
    }
    return {
        "entityid": f"{url}/metadata",
        "crypto_backend": "XMLSecurity",
        "key_file": str(directory / "idp.key"),
        "cert_file": str(directory / "idp.crt"),
        "service": {
            "idp": {
                "endpoints": {"single_sign_on_service": [(f"{url}/login", REDIRECT)]},
                "policy": {"default": policy},
            }
        },
    }


def main(directory: Path) -> None:
    warnings.simplefilter("ignore")
    from saml2.config import IdPConfig  # noqa: PLC0415 the process of the tests has no need of it
    from saml2.metadata import entity_descriptor  # noqa: PLC0415
    from saml2.saml import NAMEID_FORMAT_PERSISTENT, NameID  # noqa: PLC0415
    from saml2.server import Server  # noqa: PLC0415

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            query = parse_qs(parts.query)
            page = str(entity_descriptor(config)) if parts.path == "/metadata" else login(query)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(page.encode())

        def log_message(self, *_: object) -> None:
            pass

    def login(query: dict[str, list[str]]) -> str:
        (name,) = query.pop("name")
        attributes = {f"{AWS}Role": query.pop("role", []), f"{AWS}RoleSessionName": name}
        attributes |= {f"{AWS}{key}": values for key, values in query.items()}
        response = idp.create_authn_response(
            attributes,
            in_response_to=None,
            destination=ACS,
            sp_entity_id="urn:amazon:webservices",
            name_id=NameID(format=NAMEID_FORMAT_PERSISTENT, text=name),
            authn={"class_ref": "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport"},
            sign_assertion=True,
            sign_response=False,
            sign_alg=RSA256,
            digest_alg=SHA256,
        )
        form = idp.apply_binding(POST, str(response), ACS, response=True)
        return str(form["data"])

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    url = f"http://127.0.0.1:{server.server_port}"
    config = IdPConfig().load(settings(directory, url))
    idp = Server(config=config)
    print(url, flush=True)  # noqa: T201 its first line says where it is
    server.serve_forever()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
