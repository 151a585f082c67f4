"""What looks like a credential is found wherever it was planted, and what ends by itself is told apart."""

import base64
import json
import os
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
)
from tests.services.rolesanywhere.authority import Authority, name

from watchword.cli.tour.no_passwords.search import Find, Search
from watchword.cli.tour.no_passwords.signs import (
    JOIN_TOKEN,
    KEY_ID,
    OPAQUE,
    PRIVATE_KEY,
    SECRET,
    TOKEN,
    Extent,
    signs,
)

NOW = datetime.now(UTC)
ID, SECRET_KEY = "AKIA" + "IOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"


def jwt(**claims: object) -> str:
    head, payload = (
        base64.urlsafe_b64encode(json.dumps(each).encode()).decode().rstrip("=")
        for each in ({"alg": "RS256"}, claims)
    )
    return f"{head}.{payload}.c2ln"


def pem(
    encryption: KeySerializationEncryption | None = None, form: PrivateFormat = PrivateFormat.PKCS8
) -> str:
    key = ec.generate_private_key(ec.SECP256R1())
    return key.private_bytes(Encoding.PEM, form, encryption or NoEncryption()).decode()


PLANTED = {
    "an access key id": (f"id = {ID}\n", KEY_ID),
    "an id among other letters": (f"x{ID}x", KEY_ID),
    "a secret": (f"aws_secret_access_key={SECRET_KEY}\n", SECRET),
    "a secret in JSON": (json.dumps({"SecretAccessKey": SECRET_KEY}), SECRET),
    "a secret in YAML": (f"secret: {SECRET_KEY}", SECRET),
    "a secret in base64": (base64.b64encode(f"a: {SECRET_KEY}\n".encode()).decode(), SECRET),
    "an id in base64": (f"data: {base64.b64encode(ID.encode()).decode()}", KEY_ID),
    "a private key": (pem(), PRIVATE_KEY),
    "a private key with a password": (pem(BestAvailableEncryption(b"x")), PRIVATE_KEY),
    "a private key of OpenSSH": (pem(form=PrivateFormat.OpenSSH), PRIVATE_KEY),
    "a private key of openssl": (pem(form=PrivateFormat.TraditionalOpenSSL), PRIVATE_KEY),
    "a private key that is cut off": (pem()[:60], PRIVATE_KEY),
    "a token that never ends": (jwt(sub="x"), TOKEN),
    "a token of a year": (jwt(exp=time.time() + 365 * 86400), TOKEN),
    "a token that says no time": (jwt(exp="tomorrow"), TOKEN),
    "a token that ends in year 10^20": (jwt(exp=1e20), TOKEN),
    "an opaque token": ("3f" * 16 + "\n", OPAQUE),
    "a join token": ("wwhost-" + "ab" * 32, JOIN_TOKEN),
}


@pytest.mark.parametrize(("text", "kind"), PLANTED.values(), ids=PLANTED)
def test_what_is_planted_in_a_file_is_found(text: str, kind: str, tmp_path: Path) -> None:
    file = tmp_path / "deep" / ".hidden" / "notes"
    file.parent.mkdir(parents=True)
    file.write_text(text)
    search = Search()
    search.directory(tmp_path, "home")
    assert Find("home/deep/.hidden/notes", kind, "") in search.long_term
    assert search.files == 1


@pytest.mark.parametrize(("text", "kind"), PLANTED.values(), ids=PLANTED)
def test_what_is_planted_in_a_database_is_found(text: str, kind: str, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "some.db")) as database:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("CREATE TABLE notes (id INTEGER, name TEXT, text BLOB)")
        database.execute("INSERT INTO notes VALUES (1, 'x', ?)", [text.encode()])
        database.commit()
        search = Search()
        search.directory(tmp_path, "server")
    found = {each.what for each in search.long_term}
    assert kind in found or kind == OPAQUE, "an id is as long: opaque texts of a database say nothing"


@pytest.mark.parametrize("variable", ["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "ANYTHING"])
def test_what_is_planted_in_an_environment_is_found(variable: str) -> None:
    """Also in that of a process which was started by one that was started."""
    waits = [sys.executable, "-c", "print(1, flush=True); input()"]
    starts = f"import subprocess; subprocess.run({waits!r}, env={ {variable: SECRET_KEY}!r})"
    command = [sys.executable, "-c", starts]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={}) as process:
        assert process.stdout
        assert process.stdin
        process.stdout.readline()
        search = Search()
        search.processes([("the agent", process.pid)])
        process.stdin.close()
    (found,) = [each for each in search.long_term if each.what == SECRET]
    assert "the name of" not in str(search.finds)
    assert found.where.startswith("environment of the agent (")
    assert found.where.endswith(f", variable {variable}")
    assert search.environments == 2


@pytest.mark.parametrize("text", [ID, jwt(sub="x"), "wwhost-" + "ab" * 32], ids=["id", "token", "join token"])
def test_a_credential_in_a_name_is_found_and_never_said(text: str, tmp_path: Path) -> None:
    (tmp_path / f"cache-{text}.txt").write_text(text)
    (tmp_path / "out").symlink_to(f"/nowhere/{text}")
    with closing(sqlite3.connect(tmp_path / "some.db")) as database:
        database.execute(f'CREATE TABLE "{text}" (text)')
        database.execute(f'INSERT INTO "{text}" VALUES (?)', [text])
        database.commit()
    waits = [sys.executable, "-c", "print(1, flush=True); input()"]
    environment = {text: "production", f"X{text}": text}
    with subprocess.Popen(waits, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment) as process:
        assert process.stdout
        assert process.stdin
        process.stdout.readline()
        search = Search()
        search.directory(tmp_path, "home")
        search.processes([("the agent", process.pid)])
        process.stdin.close()
    assert text not in str(search.finds)
    said = {each.where.partition(" (")[0] for each in search.long_term}
    assert said >= {"the name of home/cache-(hidden).txt", "environment of the agent"}
    assert any(each.where.endswith("the name of a variable") for each in search.long_term)


def test_what_only_looks_like_a_database_or_a_certificate(tmp_path: Path) -> None:
    (tmp_path / "some.db").write_bytes(b"SQLite format 3\0" + bytes(4096))
    (tmp_path / "cert.pem").write_text("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
    (tmp_path / "key.pem").write_text(pem())
    search = Search()
    search.directory(tmp_path, "home")
    assert sorted(each.what for each in search.long_term) == ["not searched", PRIVATE_KEY]


CLEAN = {
    "a digest": "da39a3ee5e6b4b0d3255bfef95601890afd80709 done",
    "a path": "/opt/Some1/python3/site-packages/Watchword/x1",
    "an ARN": "arn:aws:iam::123456789012:role/Some1/Role",
    "a session's key": "ASIAIOSFODNN7EXAMPLE",
    "a longer text": f"see x{SECRET_KEY}x",
    "a certificate": "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n",
    "a public key": "-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----\n",
    "a short word": "production",
}


@pytest.mark.parametrize("text", CLEAN.values(), ids=CLEAN)
def test_what_is_none(text: str) -> None:
    assert not list(signs(text))


def test_a_token_that_ends_today_is_short_lived() -> None:
    (sign,) = signs(jwt(exp=time.time() + 600))
    assert sign.is_short_lived(NOW)


def test_an_opaque_text_is_one_by_itself_only() -> None:
    assert list(signs("3f" * 20))
    assert not list(signs("3f" * 20, extent=Extent.PART))


@pytest.mark.parametrize(
    ("hours", "other", "found"),
    [
        pytest.param(6, False, False, id="a certificate of hours"),
        pytest.param(30 * 24, False, True, id="a certificate of a month"),
        pytest.param(6, True, True, id="a certificate of another key"),
    ],
)
def test_a_key_ends_with_its_certificate(hours: int, other: bool, found: bool, tmp_path: Path) -> None:
    holder = Authority.new("Own", ends=timedelta(days=90)).issue(name("web"), ends=timedelta(hours=hours))
    _, key = holder.write(tmp_path)
    if other:
        key.write_text(pem())
    search = Search()
    search.directory(tmp_path, "home")
    assert [each.what for each in search.finds] == [PRIVATE_KEY]
    assert bool(search.long_term) is found


def test_what_cannot_be_searched_is_a_find(tmp_path: Path) -> None:
    (tmp_path / "out").symlink_to("/etc/hostname")
    (tmp_path / "inside").symlink_to(tmp_path)
    os.mkfifo(tmp_path / "pipe")
    search = Search()
    search.directory(tmp_path, "home")
    assert [each.what for each in search.long_term] == ["not searched"]
    assert "home/out is a link to /etc/hostname" in search.long_term[0].where


def test_an_excuse_is_for_an_opaque_token_only(tmp_path: Path) -> None:
    token, other = tmp_path / "token", tmp_path / "other"
    token.write_text("3f" * 20)
    other.write_text(ID)
    search = Search({token: "it ends with its workload", other: "it is ours"})
    search.directory(tmp_path, "home")
    assert [each.where for each in search.long_term] == ["home/other"] * len(search.long_term)
    assert Find("home/token", OPAQUE, "it ends with its workload") in search.finds
