"""The holder of a certificate: its client, its command, and what goes wrong on the way to the server."""

import json
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import boto3
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from tests.services.rolesanywhere.authority import Authority, Holder, new_key
from tests.services.rolesanywhere.conftest import Site, new_site

from watchword.delivery.certified import Certified
from watchword.delivery.supply import NotIssued, Refused
from watchword.testing import Server

ANCHOR = "arn:aws:rolesanywhere:us-east-1:123456789012:trust-anchor/a"
ROLE = "arn:aws:iam::123456789012:role/web"


@pytest.fixture
def site(watchword: Server, tmp_path: Path) -> Site:
    return new_site(watchword, Authority.new(), tmp_path)


def options(site: Site, holder: Holder) -> list[str]:
    certified = site.certified(holder)
    return [
        *("--certificate", str(certified.certificate), "--private-key", str(certified.private_key)),
        *("--trust-anchor", site.anchor, "--profile", site.profile, "--role", site.role),
    ]


def test_the_sdk_s_credential_process(site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Unmodified boto3 runs the command, and is the role."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", site.server.endpoint)
    command = [sys.executable, "-m", "watchword", "certified"]
    command += options(site, site.authority.below().issue(serial=0xA1))
    command += ["--endpoint-url", site.server.endpoint]
    config = tmp_path / "config"
    config.write_text(f"[profile web]\nregion = us-east-1\ncredential_process = {' '.join(command)}\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    arn = boto3.Session(profile_name="web").client("sts").get_caller_identity()["Arn"]
    assert arn.endswith(":assumed-role/web/a1")


def test_the_command_prints_what_sdks_read(site: Site) -> None:
    command = [sys.executable, "-m", "watchword", "certified"]
    given = [*options(site, site.authority.issue()), "--endpoint-url", site.server.endpoint]
    done = subprocess.run([*command, *given], capture_output=True, text=True, check=True)
    printed = json.loads(done.stdout)
    assert set(printed) == {"Version", "AccessKeyId", "SecretAccessKey", "SessionToken", "Expiration"}
    assert printed["Version"] == 1
    assert printed["Expiration"].endswith("Z")
    refused = subprocess.run(
        [*command, *given, "--session-name", "mine"], capture_output=True, text=True, check=False
    )
    assert refused.returncode == 2
    assert refused.stderr == "watchword: The profile doesn't accept a role session name.\n"


@pytest.mark.parametrize("form", [PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL])
@pytest.mark.parametrize("key", [new_key(), rsa.generate_private_key(65537, 2048)], ids=["EC", "RSA"])
def test_forms_of_keys(site: Site, form: PrivateFormat, key: object) -> None:
    holder = site.authority.issue(key=key)
    certified = site.certified(holder)
    certified.private_key.write_bytes(holder.key.private_bytes(Encoding.PEM, form, NoEncryption()))
    assert certified.issue(site.role).role == site.role


def test_a_renewed_certificate_counts_at_once(site: Site) -> None:
    certified = site.certified(site.authority.issue("web-1"))
    certified.issue(site.role)
    site.authority.issue("web-2").write(site.folder)
    certified.issue(site.role)
    subjects = site.client("rolesanywhere").list_subjects()["subjects"]
    assert sorted(each["x509Subject"] for each in subjects) == ["CN=web-1", "CN=web-2"]


# --- what can't be used --------------------------------------------------------------------------------


def holder_in(folder: Path, endpoint: str = "http://127.0.0.1:9") -> Certified:
    certificate, key = Authority.new().issue().write(folder)
    return Certified(endpoint, certificate, key, ANCHOR, ANCHOR)


def test_files_that_cannot_be_used(tmp_path: Path) -> None:
    certified = holder_in(tmp_path)
    key = certified.private_key.read_bytes()
    encrypted = new_key().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"x"))
    other = new_key().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    for wrong in (b"", b"garbage", encrypted, other):
        certified.private_key.write_bytes(wrong)
        with pytest.raises(NotIssued, match="the certificate or its key can't be used"):
            certified.issue(ROLE)
    certified.private_key.write_bytes(key)
    certified.certificate.unlink()
    with pytest.raises(NotIssued, match="No such file"):
        certified.issue(ROLE)


@pytest.mark.parametrize("endpoint", ["", "watchword", "ftp://host", "http://", "http://127.0.0.1:port"])
def test_an_endpoint_that_is_none(tmp_path: Path, endpoint: str) -> None:
    with pytest.raises(NotIssued, match="can't be asked"):
        holder_in(tmp_path, endpoint).issue(ROLE)


@contextmanager
def answering(*answers: bytes) -> Iterator[str]:
    """A server that answers so, whatever it is asked."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            for answer in answers:
                connection, _ = listener.accept()
                with connection:
                    with suppress(OSError):  # the client may have read enough
                        connection.sendall(answer)
                        connection.shutdown(socket.SHUT_WR)
                    while connection.recv(1 << 16):
                        pass  # closing with unread bytes would reset the connection

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        thread.join()


def http(status: str, body: bytes, *headers: str) -> bytes:
    head = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(head).encode() + body


ANSWERS = {
    "garbage": (b"garbage\r\n\r\n", "can't be reached"),
    "nothing": (b"", "can't be reached"),
    "no JSON": (http("200 OK", b"<html>"), "answers 200, and no JSON"),
    "other JSON": (http("201 Created", b"[]"), "isn't one of CreateSession"),
    "no credentials": (http("201 Created", b'{"credentialSet": []}'), "isn't one of CreateSession"),
    "no time": (
        http(
            "201 Created",
            b'{"credentialSet": [{"credentials": {"accessKeyId": "a", "secretAccessKey": "b", '
            b'"sessionToken": "c", "expiration": "soon"}}]}',
        ),
        "isn't one of CreateSession",
    ),
    "a redirect": (
        http("307 Temporary Redirect", b"{}", "Location: http://127.0.0.1:1/"),
        "the server answers 307",
    ),
    "a refusal": (http("403 Forbidden", b'{"message": "No\\n way"}'), "No way"),
    "too much": (http("200 OK", b"[" * ((1 << 20) + 1)), "answers more than"),
}


@pytest.mark.parametrize("case", ANSWERS)
def test_a_server_that_answers_otherwise(tmp_path: Path, case: str) -> None:
    answer, reason = ANSWERS[case]
    with answering(answer) as endpoint, pytest.raises(NotIssued, match=reason) as failed:
        holder_in(tmp_path, endpoint).issue(ROLE)
    assert "\n" not in str(failed.value)


def test_a_refusal_is_told_from_a_failure(tmp_path: Path) -> None:
    """What the server refuses ends credentials that are held; what may be over in a minute doesn't."""
    denied = http("403 Forbidden", b'{"message": "no"}', "x-amzn-errortype: AccessDeniedException")
    failed = http("503 Busy", b'{"message": "later"}', "x-amzn-errortype: ServiceUnavailableException")
    for answer, refused in ((denied, True), (failed, False)):
        with answering(answer) as endpoint, pytest.raises(NotIssued) as caught:
            holder_in(tmp_path, endpoint).issue(ROLE)
        assert isinstance(caught.value, Refused) is refused


def test_nobody_listens(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(NotIssued, match="can't be reached"):
        holder_in(tmp_path, f"http://127.0.0.1:{port}").issue(ROLE)
