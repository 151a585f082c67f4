"""watchword sessions and session revoke: what the audit of this host knows of the sessions that are alive."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from tests.server.harness import Keys, Running, client, code_of, credentials, serve, told, watchword
from tests.services.sts.harness import document


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server with the user ann, and the roles one, two and three, which trust the account."""
    with serve(tmp_path_factory.mktemp("host") / "data") as server:
        administrator = credentials(server.data)
        iam: Any = client("iam", server.endpoint, administrator)
        iam.create_user(UserName="ann")
        allow = document("sts:*", Resource="*")
        iam.put_user_policy(UserName="ann", PolicyName="all", PolicyDocument=allow)
        trust = document(
            ["sts:AssumeRole", "sts:SetSourceIdentity"], Principal={"AWS": administrator["AccountId"]}
        )
        for name in ("one", "two", "three"):
            iam.create_role(RoleName=name, Path="/jobs/", AssumeRolePolicyDocument=trust)
            iam.put_role_policy(RoleName=name, PolicyName="all", PolicyDocument=allow)
        yield server


@pytest.fixture
def ann(host: Running) -> Iterator[Any]:
    """STS as the user calls it."""
    iam: Any = client("iam", host.endpoint, credentials(host.data))
    key = iam.create_access_key(UserName="ann")["AccessKey"]
    yield client("sts", host.endpoint, key)
    iam = client("iam", host.endpoint, credentials(host.data))  # the session of before may be revoked
    iam.delete_access_key(UserName="ann", AccessKeyId=key["AccessKeyId"])


def listed(host: Running, *arguments: str) -> list[dict[str, Any]]:
    result = watchword("sessions", "--json", *arguments, "--data", str(host.data))
    assert result.exit_code == 0, result.stderr
    return [json.loads(line) for line in result.stdout.splitlines()]


def keys_of(found: list[dict[str, Any]]) -> set[str]:
    return {each["AccessKeyId"] for each in found}


def assume(host: Running, sts: Any, role: str, name: str, **asked: str) -> Keys:
    account = credentials(host.data)["AccountId"]
    arn = f"arn:aws:iam::{account}:role/jobs/{role}"
    found: Keys = sts.assume_role(RoleArn=arn, RoleSessionName=name, **asked)["Credentials"]
    return found


def alive(host: Running, keys: Keys) -> bool:
    return code_of(client("sts", host.endpoint, keys).get_caller_identity) == ""  # type: ignore[attr-defined]


def test_what_is_told_of_a_session(host: Running, ann: Any) -> None:
    made = assume(host, ann, "one", "told", SourceIdentity="ann")
    (found,) = [each for each in listed(host) if each["AccessKeyId"] == made["AccessKeyId"]]
    account = credentials(host.data)["AccountId"]
    assert found["Arn"] == f"arn:aws:sts::{account}:assumed-role/one/told"
    assert found["RoleArn"] == f"arn:aws:iam::{account}:role/jobs/one"
    assert found["AskedBy"] == f"arn:aws:iam::{account}:user/ann"
    assert found["SourceIdentity"] == "ann"
    assert found["SourceIp"] == "127.0.0.1"
    assert found["Chain"] == [made["AccessKeyId"]]
    assert found["Issued"] < found["Expires"]
    (line,) = [
        line
        for line in watchword("sessions", "--data", str(host.data)).stdout.splitlines()
        if made["AccessKeyId"] in line
    ]
    assert line == (
        f"{found['Expires']}  {made['AccessKeyId']}  {found['Arn']}  by {found['AskedBy']} as ann"
        " from 127.0.0.1"
    )


def test_every_kind_of_session_is_listed(host: Running, ann: Any) -> None:
    own, federated = ann.get_session_token()["Credentials"], ann.get_federation_token(Name="bob")
    administrator = credentials(host.data)
    by_key = {each["AccessKeyId"]: each["Arn"] for each in listed(host)}
    assert by_key[own["AccessKeyId"]].endswith(":user/ann")
    assert by_key[federated["Credentials"]["AccessKeyId"]].endswith(":federated-user/bob")
    assert ":assumed-role/WatchwordAdministrator/" in by_key[administrator["AccessKeyId"]]


def test_a_chain_is_told_from_its_first_session_on(host: Running, ann: Any) -> None:
    first = assume(host, ann, "one", "first")
    second = assume(host, client("sts", host.endpoint, first), "two", "second")
    third = assume(host, client("sts", host.endpoint, second), "three", "third")
    (found,) = [each for each in listed(host) if each["AccessKeyId"] == third["AccessKeyId"]]
    assert found["Chain"] == [each["AccessKeyId"] for each in (first, second, third)]


def test_filters(host: Running, ann: Any) -> None:
    made = {name: assume(host, ann, name, f"filter-{name}")["AccessKeyId"] for name in ("one", "two")}
    assert made["one"] in keys_of(listed(host, "--role", "jobs/one")) - keys_of(listed(host, "--role", "two"))
    assert made["two"] in keys_of(listed(host, "--role", "*:role/jobs/two"))
    assert keys_of(listed(host, "--principal", "filter-one")) == {made["one"]}
    assert made["one"] in keys_of(listed(host, "--principal", "user/ann"))
    assert made["one"] in keys_of(listed(host, "--since", "1m"))
    assert listed(host, "--since", "2999-01-01") == []


def test_a_chain_is_ended_and_nothing_else(host: Running, ann: Any) -> None:
    first = assume(host, ann, "one", "first")
    second = assume(host, client("sts", host.endpoint, first), "two", "second")
    other = assume(host, ann, "one", "other")
    done = told("session", "revoke", second["AccessKeyId"], "--chain", "--data", str(host.data))
    assert done == {"Revoked": "chain", "Subject": first["AccessKeyId"]}
    assert [alive(host, each) for each in (first, second, other)] == [False, False, True]
    assert keys_of(listed(host)).isdisjoint({first["AccessKeyId"], second["AccessKeyId"]})
    assert other["AccessKeyId"] in keys_of(listed(host))


def test_one_session_is_ended_without_those_that_came_of_it(host: Running, ann: Any) -> None:
    first = assume(host, ann, "one", "first")
    second = assume(host, client("sts", host.endpoint, first), "two", "second")
    told("session", "revoke", first["AccessKeyId"], "--data", str(host.data))
    assert [alive(host, each) for each in (first, second)] == [False, True]
    assert second["AccessKeyId"] in keys_of(listed(host))


def test_a_federated_user_is_ended_by_its_name_or_with_its_user(host: Running, ann: Any) -> None:
    bob, eve = (ann.get_federation_token(Name=name) for name in ("bob", "eve"))
    told("session", "revoke", bob["FederatedUser"]["Arn"], "--data", str(host.data))
    assert [alive(host, each["Credentials"]) for each in (bob, eve)] == [False, True]
    account = credentials(host.data)["AccountId"]
    told("session", "revoke", f"arn:aws:iam::{account}:user/ann", "--data", str(host.data))
    assert not alive(host, eve["Credentials"])


def test_a_deleted_role_has_no_session(host: Running, ann: Any) -> None:
    iam: Any = client("iam", host.endpoint, credentials(host.data))
    trust = document("sts:AssumeRole", Principal={"AWS": credentials(host.data)["AccountId"]})
    iam.create_role(RoleName="short", Path="/jobs/", AssumeRolePolicyDocument=trust)
    made = assume(host, ann, "short", "lived")
    assert made["AccessKeyId"] in keys_of(listed(host))
    iam.delete_role(RoleName="short")
    assert made["AccessKeyId"] not in keys_of(listed(host))


def test_all_that_was_issued_before_is_ended(host: Running, ann: Any) -> None:
    made = assume(host, ann, "one", "all")
    told("session", "revoke", "--before", "1h", "--data", str(host.data))
    assert alive(host, made)
    done = told("session", "revoke", "--before", "0s", "--data", str(host.data))
    assert done == {"Revoked": "everything", "Subject": credentials(host.data)["AccountId"]}
    assert not alive(host, made)
    assert alive(host, credentials(host.data))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "give an access key id, an ARN, or --before"),
        (["arn:aws:iam::1:role/x", "--chain"], "--chain needs the access key id of a session"),
        (["ASIA", "--chain"], "not the access key id of a session: ASIA"),
        (["--before", "soon"], "--before needs an age such as 10m, 2h or 3d, or a time, not 'soon'"),
        (["ASIA", "--before", "1h"], "SUBJECT and --before don't go together"),
        (["ASIA", "--account", "1"], "--account has an effect only with --before"),
    ],
)
def test_what_cant_be_revoked_is_one_line(host: Running, arguments: list[str], said: str) -> None:
    result = watchword("session", "revoke", *arguments, "--data", str(host.data))
    assert (result.exit_code, result.stderr) == (2, f"watchword: {said}\n")
