"""What is recorded of people who log in by a pool, listed of their sessions, and explained of refusals."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.server.test_audit import events
from tests.services.cognito_identity.harness import ACTION, COGNITO, App, assumed, refusal
from tests.services.sts.harness import ACCOUNT, document
from tests.services.sts.issuer import Issuer

from watchword.testing import Server


class Host(App):
    """A pool on a server whose data directory is known."""

    data: Path

    def told(self, *command: str) -> str:
        whole = [sys.executable, "-m", "watchword", *command, "--data", str(self.data)]
        done = subprocess.run(whole, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def events(self, name: str) -> list[dict[str, Any]]:
        return [each for each in events(self.data).values() if each["eventName"] == name]


@pytest.fixture
def host(issuer: Issuer, tmp_path: Path) -> Iterator[Host]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TMPDIR", str(tmp_path))
        server = Server.start("--private-issuers", issuer.url)
    with server:
        host = Host(server, issuer)
        host.data = next(tmp_path.glob("watchword-*"))
        yield host


def test_who_logged_in_is_found_from_the_session(host: Host) -> None:
    """Two events: who logged in to the pool, and the role that the pool assumed for the identity."""
    identity = host.identity(host.logins())
    credentials = host.credentials(identity, host.logins())
    (asked,), (made,) = host.events("GetCredentialsForIdentity"), host.events("AssumeRoleWithWebIdentity")
    assert asked["userIdentity"]["userName"] == "ann"
    assert asked["userIdentity"]["identityProvider"] == host.provider
    assert asked["requestParameters"]["identityId"] == identity
    assert asked["recipientAccountId"] == made["recipientAccountId"] == ACCOUNT
    assert asked["responseElements"]["credentials"]["accessKeyId"] == credentials["AccessKeyId"]
    assert host.logins()[host.issuer.name].split(".")[0] not in json.dumps(asked["requestParameters"])
    assert made["userIdentity"]["userName"] == identity
    assert made["userIdentity"]["identityProvider"] == made["sourceIPAddress"] == COGNITO
    assert made["additionalEventData"]["decisions"][0]["decision"] == "allow"


def test_its_sessions_are_listed_and_revoked(host: Host) -> None:
    identity = host.identity()
    credentials = host.credentials(identity)
    (listed,) = host.told("sessions").splitlines()
    assert credentials["AccessKeyId"] in listed
    assert f"{assumed('guest')}  by {COGNITO} {identity} from {COGNITO}" in listed
    assert host.who(credentials) == assumed("guest")
    host.told("session", "revoke", credentials["AccessKeyId"])
    assert host.told("sessions") == ""
    with pytest.raises(Exception, match=r"ExpiredToken|InvalidClientTokenId"):
        host.who(credentials)


def test_a_refusal_is_explained(host: Host) -> None:
    identity = host.identity(host.logins())
    trust = document(
        ACTION,
        Principal={"Federated": COGNITO},
        Condition={"StringEquals": {f"{COGNITO}:aud": "us-east-1:another"}},
    )
    host.iam.update_assume_role_policy(RoleName="user", PolicyDocument=trust)
    assert refusal(host.credentials, identity, host.logins())[0] == "InvalidIdentityPoolConfiguration"
    (refused,) = host.events("AssumeRoleWithWebIdentity")
    explained = host.told("explain", refused["requestID"])
    assert f"{COGNITO}:aud expected us-east-1:another, had {host.pool}" in explained
    (asked,) = host.events("GetCredentialsForIdentity")
    assert refused["requestID"] in asked["additionalEventData"]["meant"]
    refusal(host.identity, host.logins(aud="other"))
    (wrong,) = (each for each in host.events("GetId") if "errorCode" in each)
    assert "claim aud: expected one of 'photos', had 'other'" in wrong["additionalEventData"]["meant"]
