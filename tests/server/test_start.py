"""Starting, what keeps a server from it, and the commands beside a running one."""

import json
import os
import pwd
import shlex
import signal
import socket
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.server.harness import (
    Keys,
    Running,
    client,
    code_of,
    credentials,
    eventually,
    printing,
    serve,
    told,
    watchword,
)

from watchword.cli import COMMANDS
from watchword.names.ids import Prefix, new_access_key_id

AWS = Path(sys.executable).with_name("aws")


# --- what can't start says so in one line --------------------------------------------------------------


def fails(*arguments: str) -> str:
    """The one line of a command that can't start."""
    result = watchword(*arguments)
    assert result.exit_code == 2, result.stdout + result.stderr
    assert result.exception is None or isinstance(result.exception, SystemExit)
    assert result.stdout == ""
    lines = result.stderr.splitlines()
    assert len(lines) == 1
    assert lines[0].startswith("watchword: ")
    return lines[0]


def test_a_port_in_use(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert "Address already in use" in fails("serve", "--data", str(tmp_path / "data"), "--port", port)
    assert not (tmp_path / "data").exists()


def test_a_process_that_cannot_start_ends_with_two(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        command = [sys.executable, "-m", "watchword", "serve", "--data", str(tmp_path / "data")]
        ended = subprocess.run(
            [*command, "--port", str(taken.getsockname()[1])], capture_output=True, text=True, check=False
        )
    assert ended.returncode == 2
    assert ended.stdout == ""
    assert len(ended.stderr.splitlines()) == 1


@pytest.mark.parametrize("host", ["no-such-host.invalid", "999.1.1.1", "203.0.113.1"])
def test_an_address_that_is_not_ours(tmp_path: Path, host: str) -> None:
    assert f"can't listen on {host}" in fails("serve", "--host", host, "--data", str(tmp_path / "data"))


def test_a_port_that_is_none(tmp_path: Path) -> None:
    assert "70000" in fails("serve", "--port", "70000", "--data", str(tmp_path / "data"))


@pytest.mark.parametrize("place", ["a file", "below a file", "/proc/1/nowhere"])
def test_a_directory_that_cannot_be_written(tmp_path: Path, place: str) -> None:
    (tmp_path / "file").touch()
    data = {"a file": tmp_path / "file", "below a file": tmp_path / "file" / "data"}.get(place, Path(place))
    assert "data" in fails("serve", "--port", "0", "--data", str(data))


@pytest.mark.parametrize(
    "url", ["nonsense", "mysql://root@localhost/x", "sqlite://", "sqlite:////no/such/place.db", "redis://x:y"]
)
def test_a_database_url_that_is_none_of_ours(tmp_path: Path, url: str) -> None:
    assert "database" in fails("serve", "--port", "0", "--data", str(tmp_path), "--database", url)


def test_a_postgresql_that_nobody_reaches(tmp_path: Path) -> None:
    url = "postgresql://someone:hush@127.0.0.1:1/nowhere"
    line = fails("serve", "--port", "0", "--data", str(tmp_path), "--database", url)
    assert "hush" not in line
    assert "***" in line


def test_a_database_newer_than_the_code(tmp_path: Path) -> None:
    told("account", "create", "x", "--data", str(tmp_path))
    with sqlite3.connect(tmp_path / "watchword.db") as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    database.close()
    assert "newer version of Watchword" in fails("serve", "--port", "0", "--data", str(tmp_path))


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "watchword.db").write_bytes(b"something else entirely\n" * 100)
    assert "not a database" in fails("serve", "--port", "0", "--data", str(tmp_path))


def test_a_root_key_that_others_can_read(tmp_path: Path) -> None:
    told("account", "create", "x", "--data", str(tmp_path))
    (tmp_path / "root.key").chmod(0o640)
    assert "others can read it" in fails("serve", "--port", "0", "--data", str(tmp_path))


@pytest.mark.parametrize("text", [b"", b"short", b"A" * 43, b"\xff" * 40, b"QUJD" * 100])
def test_a_malformed_root_key(tmp_path: Path, text: bytes) -> None:
    told("account", "create", "x", "--data", str(tmp_path))
    (tmp_path / "root.key").write_bytes(text)
    assert "expected 32 bytes of base64" in fails("serve", "--port", "0", "--data", str(tmp_path))


@pytest.mark.parametrize("command", [["serve", "--port", "0"], ["credentials"], ["account", "list"]])
def test_the_root_key_of_another_database(tmp_path: Path, command: list[str]) -> None:
    told("account", "create", "x", "--data", str(tmp_path))
    (tmp_path / "root.key").unlink()
    assert "root key" in fails(*command, "--data", str(tmp_path))


@pytest.mark.parametrize("flag", ["--tls-certificate", "--tls-key"])
def test_half_of_tls(tmp_path: Path, flag: str) -> None:
    line = fails("serve", flag, str(tmp_path / "x.pem"), "--data", str(tmp_path))
    assert "--tls-certificate and --tls-key go together" in line


def test_tls_files_that_are_not_there_or_are_none(tmp_path: Path) -> None:
    (tmp_path / "empty.pem").touch()
    for name in ("missing.pem", "empty.pem"):
        file = str(tmp_path / name)
        line = fails("serve", "--tls-certificate", file, "--tls-key", file, "--data", str(tmp_path))
        assert file in line


@pytest.mark.parametrize("account", ["1", "1234567890123", "12345678901x", "١٢٣٤٥٦٧٨٩٠١٢"])
def test_an_account_id_that_is_none(tmp_path: Path, account: str) -> None:
    assert "twelve digits" in fails("serve", "--ephemeral", "--account", account)
    assert "twelve digits" in fails("account", "create", "x", "--id", account, "--data", str(tmp_path))


@pytest.mark.parametrize("flag", ["--data", "--database", "--root-key-file", "--audit-reserve", "--workers"])
def test_what_an_ephemeral_server_has_not(flag: str) -> None:
    assert f"--ephemeral and {flag} don't go together" in fails("serve", "--ephemeral", flag, "2")


def test_the_first_account_has_the_id_that_was_wanted(tmp_path: Path) -> None:
    data = tmp_path / "data"
    for _ in range(2):
        with serve(data, "--account", "210987654321"):
            assert told("account", "list", "--data", str(data))["AccountId"] == "210987654321"
    line = fails("serve", "--port", "0", "--account", "111122223333", "--data", str(data))
    assert "`watchword account create NAME --id 111122223333` adds it" in line


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_folder_of_objects_that_cannot_be_made(tmp_path: Path, workers: str) -> None:
    """The line names that folder, and not the data directory."""
    place = ("--data", str(tmp_path / "data"), "--workers", workers)
    line = fails("serve", "--port", "0", *place, "--objects", "file:///proc/nowhere")
    assert line == "watchword: /proc/nowhere: No such file or directory"


STORE_NEEDED = [
    ["configure"],
    ["credentials"],
    ["console"],
    ["portal", "invite", "ann"],
    ["scim", "create"],
    ["scim", "list"],
    ["scim", "revoke", "00000000-0000-0000-0000-000000000000"],
    ["explain", "--last-denied"],
    ["simulate", "--principal", "arn:aws:iam::111122223333:root", "--action", "s3:GetObject"],
    ["account", "list"],
    ["account", "reopen", "111122223333"],
    ["audit", "check"],
    ["audit", "head"],
    ["audit", "operators"],
    ["token", "--service", "backup", "--audience", "sts.amazonaws.com"],
    ["sessions"],
    ["session", "revoke", "arn:aws:iam::111122223333:root"],
    ["dead-letters"],
    ["host", "enroll", "web", "--role", "arn:aws:iam::111122223333:role/web"],
    ["host", "list"],
    ["host", "revoke", "web"],
    ["keyring", "rotate"],
    ["objects", "check"],
    ["backup", os.devnull],
    ["delegation", "token", "00000000-0000-0000-0000-000000000000"],
    ["export"],
    ["import", os.devnull],
    ["trust", "github", "--repo", "me/app"],
    ["trust", "gitlab", "--project", "me/app"],
    ["trust", "kubernetes", "--issuer", "https://k", "--namespace", "n", "--service-account", "s"],
    ["trust", "keycloak", "--issuer", "https://k", "--client", "c", "--subject", "s"],
    ["trust", "spire", "--issuer", "https://k", "--id", "spiffe://d/p"],
    ["trust", "terraform-cloud", "--organization", "o"],
    ["trust", "entra", "--tenant", "t", "--client", "c", "--audience", "a", "--subject", "s"],
    ["trust", "okta", "--issuer", "https://o", "--audience", "a", "--subject", "s"],
    ["root-key", "create"],
]


@pytest.mark.parametrize("command", STORE_NEEDED, ids=" ".join)
def test_a_directory_without_a_store(tmp_path: Path, command: list[str]) -> None:
    for data in (tmp_path / "mistyped", tmp_path):
        assert str(data) in fails(*command, "--data", str(data))
    assert list(tmp_path.iterdir()) == []


def test_every_command_that_needs_a_store_is_in_the_table() -> None:
    makers = {"serve", "account create", "restore"}
    commands = {name: entry.load() for name, entry in COMMANDS.items()}
    inner = {
        f"{name} {word}": found
        for name, command in commands.items()
        for word, found in getattr(command, "commands", {}).items()
    }
    with_data = {
        name
        for name, command in {**commands, **inner}.items()
        if any(each.name == "data" for each in command.params)
    }
    table = {" ".join(words) for words in STORE_NEEDED}
    assert {name for name in with_data if not any(line.startswith(name) for line in table)} == makers


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql"])
def test_a_database_without_tables(
    tmp_path: Path, new_database_url: Callable[[str], str], dialect: str
) -> None:
    url = new_database_url(dialect)
    line = fails("credentials", "--data", str(tmp_path), "--database", url)
    assert f"no store in {tmp_path}: " in line


# --- what a start leaves, and what an end does ---------------------------------------------------------


def test_every_file_is_private_whatever_the_umask(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with serve(data, "--workers", "2", umask=0) as server:
        keys = credentials(data)
        iam, s3 = (client(service, server.endpoint, keys) for service in ("iam", "s3"))
        iam.create_user(UserName="ann")
        assert code_of(iam.get_user, UserName="bob") == "NoSuchEntity"
        s3.create_bucket(Bucket="private")
        for size in (5, 2 << 20, 20 << 20):
            s3.put_object(Bucket="private", Key=str(size), Body=bytes(size))
        s3.copy_object(Bucket="private", Key="copy", CopySource="private/5")
        upload = s3.create_multipart_upload(Bucket="private", Key="parts")["UploadId"]
        s3.upload_part(Bucket="private", Key="parts", UploadId=upload, PartNumber=1, Body=bytes(6 << 20))
        command = [sys.executable, "-m", "watchword", "keyring", "rotate", "--data", str(data)]
        subprocess.run(command, check=True, capture_output=True, umask=0)
        found = [data, *data.rglob("*")]
        assert len([file for file in found if file.is_file()]) > 6
        assert {file: oct(file.stat().st_mode) for file in found if file.stat().st_mode & 0o077} == {}


@pytest.mark.parametrize("mode", [0o750, 0o705, 0o720, 0o702, 0o1777])
def test_a_directory_that_others_can_read_or_write(tmp_path: Path, mode: int) -> None:
    told("account", "create", "x", "--data", str(tmp_path))
    tmp_path.chmod(mode)
    for command in (["serve", "--port", "0"], ["credentials"]):
        assert f"others can read or write it (mode {mode:04o})" in fails(*command, "--data", str(tmp_path))
    tmp_path.chmod(0o700)
    told("credentials", "--data", str(tmp_path))


def test_an_empty_directory_is_closed(tmp_path: Path) -> None:
    tmp_path.chmod(0o777)
    told("account", "create", "x", "--data", str(tmp_path))
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o700


def test_a_server_says_what_to_paste(kept: Running) -> None:
    assert (
        f"configure --data {kept.data} && export AWS_PROFILE=watchword AWS_ENDPOINT_URL={kept.endpoint}"
        in kept.said
    )


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_an_ephemeral_server_leaves_nothing(tmp_path: Path, number: signal.Signals) -> None:
    (tmp_path / "t").mkdir()
    with printing(tmp_path / "e", "--ephemeral", environment={"TMPDIR": str(tmp_path / "t")}) as server:
        assert list((tmp_path / "t").iterdir())
        server.stop(number)
        assert "Traceback" not in server.said
    assert list((tmp_path / "t").iterdir()) == []


def test_a_server_can_be_stopped_and_started_again(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with serve(data) as server:
        client("iam", server.endpoint, credentials(data)).create_user(UserName="alice")
        assert server.stop() == 0
        assert "Traceback" not in server.said
    with serve(data, "--port", str(server.port)) as again:
        assert again.port == server.port
        assert client("iam", again.endpoint, credentials(data)).get_user(UserName="alice")


# --- the administrator's way in ------------------------------------------------------------------------


def whoami(endpoint: str, keys: Keys) -> str:
    return str(client("sts", endpoint, keys).get_caller_identity()["Arn"])


def test_credentials_as_json_and_for_a_process(kept: Running) -> None:
    for form in ("json", "process"):
        keys = told("credentials", "--format", form, "--data", str(kept.data))
        assert ":assumed-role/WatchwordAdministrator/" in whoami(kept.endpoint, keys)
        assert (form == "process") == (keys.get("Version") == 1)


def test_credentials_for_a_shell(kept: Running) -> None:
    lines = watchword("credentials", "--format", "env", "--data", str(kept.data)).stdout.splitlines()
    values = dict(shlex.split(line)[1].split("=", 1) for line in lines)
    assert values["AWS_ENDPOINT_URL"] == kept.endpoint
    assert set(values) == {
        "AWS_ENDPOINT_URL",
        "AWS_REGION",
        "AWS_DEFAULT_REGION",
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "AWS_CREDENTIAL_EXPIRATION",
    }
    keys = {
        "AccessKeyId": values["AWS_ACCESS_KEY_ID"],
        "SecretAccessKey": values["AWS_SECRET_ACCESS_KEY"],
        "SessionToken": values["AWS_SESSION_TOKEN"],
    }
    assert whoami(kept.endpoint, keys)


def test_the_aws_cli_by_credential_process(kept: Running, tmp_path: Path) -> None:
    command = f"{sys.executable} -m watchword credentials --data {kept.data}"
    (tmp_path / "config").write_text(f"[profile w]\ncredential_process = {command}\nregion = eu-west-1\n")
    environment = {
        **os.environ,
        "AWS_CONFIG_FILE": str(tmp_path / "config"),
        "AWS_PROFILE": "w",
        "AWS_ENDPOINT_URL": kept.endpoint,
    }
    said = subprocess.run(
        [AWS, "sts", "get-caller-identity"], env=environment, capture_output=True, text=True, check=False
    )
    assert said.returncode == 0, said.stderr
    assert ":assumed-role/WatchwordAdministrator/" in json.loads(said.stdout)["Arn"]


def test_credentials_of_a_role_that_is_named(kept: Running, administrator: Keys) -> None:
    iam = client("iam", kept.endpoint, administrator)
    trust = (
        '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"sts:AssumeRole"}]}'
    )
    arn = iam.create_role(RoleName="named", Path="/x/", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    assert ":assumed-role/named/" in whoami(kept.endpoint, credentials(kept.data, "--role", arn))
    for wrong in (arn.replace("/x/", "/y/"), arn.replace("named", "none"), "named", ""):
        if wrong:
            fails("credentials", "--role", wrong, "--data", str(kept.data))


def test_a_user_without_a_name_on_this_machine(kept: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    """Containers run under user ids that no passwd file has."""

    def nobody(uid: int) -> pwd.struct_passwd:
        raise KeyError(f"getpwuid(): uid not found: {uid}")

    monkeypatch.setattr(pwd, "getpwuid", nobody)
    assert whoami(kept.endpoint, credentials(kept.data)).endswith(f"/uid-{os.getuid()}")


def test_accounts(kept: Running) -> None:
    made = told("account", "create", "other", "--id", "210987654321", "--data", str(kept.data))
    assert made == {"AccountId": "210987654321", "Name": "other"}
    assert "already exists" in fails(
        "account", "create", "x", "--id", "210987654321", "--data", str(kept.data)
    )
    lines = watchword("account", "list", "--data", str(kept.data)).stdout.splitlines()
    assert made in [json.loads(line) for line in lines]
    keys = credentials(kept.data, "--account", "210987654321")
    assert whoami(kept.endpoint, keys).startswith("arn:aws:sts::210987654321:assumed-role/")
    assert "no such account" in fails("credentials", "--account", "999999999999", "--data", str(kept.data))


def test_a_root_key_is_shown_once_and_there_are_two_at_most(kept: Running) -> None:
    told("account", "create", "rooted", "--id", "310987654321", "--data", str(kept.data))
    make = ("root-key", "create", "--account", "310987654321", "--data", str(kept.data))
    for _ in range(2):
        assert whoami(kept.endpoint, told(*make)) == "arn:aws:iam::310987654321:root"
    assert "2 access keys already" in fails(*make)


# --- what a command changes, a running server obeys ----------------------------------------------------


def test_a_second_server_on_the_same_directory(kept: Running, administrator: Keys) -> None:
    with serve(kept.data) as second:
        client("iam", second.endpoint, administrator).create_user(UserName="by-the-second")
        assert client("iam", kept.endpoint, administrator).get_user(UserName="by-the-second")
        second.stop()
    assert whoami(kept.endpoint, administrator)


@pytest.fixture
def alice(kept: Running, administrator: Keys) -> Iterator[Keys]:
    """A user's key, on the kept server."""
    iam = client("iam", kept.endpoint, administrator)
    iam.create_user(UserName="alice")
    key = iam.create_access_key(UserName="alice")["AccessKey"]
    yield key
    iam.delete_access_key(UserName="alice", AccessKeyId=key["AccessKeyId"])
    iam.delete_user(UserName="alice")


def test_the_keyring_rotates_under_a_running_server(kept: Running, administrator: Keys, alice: Keys) -> None:
    before = whoami(kept.endpoint, administrator), whoami(kept.endpoint, alice)
    turned = told("keyring", "rotate", "--data", str(kept.data))
    assert turned["SecretsSealedAgain"] >= 1
    assert (whoami(kept.endpoint, administrator), whoami(kept.endpoint, alice)) == before
    session = client("sts", kept.endpoint, alice).get_session_token()["Credentials"]
    assert whoami(kept.endpoint, session) == before[1]
    with sqlite3.connect(kept.data / "watchword.db") as database:
        under = {row[0] for row in database.execute("SELECT sealing_key FROM access_keys")}
    database.close()
    assert under == {turned["KeyId"]}


def test_a_revoked_session_ends_with_the_next_request(kept: Running, alice: Keys) -> None:
    sts = client("sts", kept.endpoint, alice)
    first, second = (sts.get_session_token()["Credentials"] for _ in range(2))
    assert whoami(kept.endpoint, first)
    told("session", "revoke", first["AccessKeyId"], "--data", str(kept.data))
    assert code_of(client("sts", kept.endpoint, first).get_caller_identity) == "InvalidClientTokenId"
    assert whoami(kept.endpoint, second)
    told("session", "revoke", whoami(kept.endpoint, alice), "--data", str(kept.data))
    assert code_of(client("sts", kept.endpoint, second).get_caller_identity) == "InvalidClientTokenId"
    assert whoami(kept.endpoint, sts.get_session_token()["Credentials"])


@pytest.mark.parametrize(
    ("subject", "said"),
    [
        ("ASIA", "not the access key id of a session: ASIA"),
        ("ASIAxxxx", "not the access key id of a session: ASIAxxxx"),
        ("AKIAAAAAAAAAAAAAAAAA", "no such role or user: AKIAAAAAAAAAAAAAAAAA"),
        ("alice", "no such role or user: alice"),
        ("arn:aws:iam::1:group/x", "no such role or user: arn:aws:iam::1:group/x"),
        ("arn:aws:iam::1:role/x", "no such role or user: arn:aws:iam::1:role/x"),
        ("arn:aws:iam::999999999999:root", "no such account: 999999999999"),
        (new_access_key_id(Prefix.SESSION_KEY, "999999999999", bytes), "no such account: 999999999999"),
    ],
)
def test_revoking_what_is_nothing(kept: Running, administrator: Keys, subject: str, said: str) -> None:
    assert fails("session", "revoke", subject, "--data", str(kept.data)) == f"watchword: {said}"
    assert whoami(kept.endpoint, administrator)


def test_revoking_a_session_that_was_never_seen(kept: Running, administrator: Keys) -> None:
    account = json.loads(watchword("account", "list", "--data", str(kept.data)).stdout.partition("\n")[0])[
        "AccountId"
    ]
    account = whoami(kept.endpoint, administrator).split(":")[4]
    unseen = new_access_key_id(Prefix.SESSION_KEY, account, os.urandom)
    for subject, more in (
        (unseen, f"watchword: no record names {unseen}; it is barred from now on\n"),
        (credentials(kept.data, "--account", account)["AccessKeyId"], ""),
    ):
        done = watchword("session", "revoke", subject, "--data", str(kept.data))
        assert (done.exit_code, done.stderr) == (0, more)
        assert json.loads(done.stdout) == {"Revoked": "session", "Subject": subject}


def test_a_refusal_is_explained(kept: Running, alice: Keys) -> None:
    iam = client("iam", kept.endpoint, alice)
    with pytest.raises(iam.exceptions.ClientError) as refused:
        iam.create_user(UserName="mallory")
    request_id = refused.value.response["ResponseMetadata"]["RequestId"]
    page = watchword("explain", request_id, "--data", str(kept.data)).stdout
    assert "iam:CreateUser" in page
    assert "refused: nothing allows it" in page
    assert watchword("explain", "--last-denied", "--data", str(kept.data)).stdout == page
    event = told("explain", request_id, "--json", "--data", str(kept.data))
    assert event["errorCode"] == "AccessDenied"
    assert "no record" in fails("explain", "00000000", "--data", str(kept.data))
    assert "give a request id" in fails("explain", "--data", str(kept.data))


def test_a_change_is_explained(kept: Running, administrator: Keys) -> None:
    answer = client("iam", kept.endpoint, administrator).create_user(UserName="explained")
    request_id = answer["ResponseMetadata"]["RequestId"]
    page = watchword("explain", request_id, "--data", str(kept.data)).stdout
    assert "allowed" in page
    assert "Allow by identity policy arn:aws:iam::aws:policy/AdministratorAccess" in page


# --- several processes end together --------------------------------------------------------------------


def test_workers_start_again_where_there_are_objects(tmp_path: Path) -> None:
    """What was called before the fork must not be missing after it: the object store's client has threads."""
    for _ in range(2):
        with serve(tmp_path / "data", "--workers", "2") as server:
            s3 = client("s3", server.endpoint, credentials(server.data))
            s3.create_bucket(Bucket="papers")
            s3.put_object(Bucket="papers", Key="k", Body=b"x")
            assert s3.get_object(Bucket="papers", Key="k")["Body"].read() == b"x"


def test_workers_do_not_outlive_their_server(tmp_path: Path) -> None:
    with serve(tmp_path / "data", "--workers", "2") as server:
        assert eventually(lambda: len(server.workers) == 2)
        workers = server.workers
        whoami(server.endpoint, credentials(server.data))
        server.stop(signal.SIGKILL)
        assert eventually(lambda: not any(Path(f"/proc/{pid}/exe").exists() for pid in workers))
    with serve(tmp_path / "data", "--port", str(server.port)) as again:
        assert whoami(again.endpoint, credentials(again.data))
