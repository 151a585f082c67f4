"""AssumeRoleWithSAML with unmodified clients: boto3, the aws CLI, and an identity provider of pysaml2."""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError
from cryptography.hazmat.primitives.serialization import Encoding
from tests.identity.pem import key_descriptor, metadata, private, rsa_key
from tests.proofs.saml.provider import (
    AWS,
    CERTIFICATE,
    ENTITY,
    RECIPIENT,
    assertion,
    certificate,
    encode,
    encrypted,
    response,
    sign,
)
from tests.services.sts.harness import ACCOUNT, arn, client, document
from tests.services.sts.saml_idp import IdentityProvider

from watchword.testing import Server

CLI = Path(sys.executable).with_name("aws")
ACTION = "sts:AssumeRoleWithSAML"
NOT_AUTHORIZED = f"Not authorized to perform {ACTION}"
PROVIDER = f"arn:aws:iam::{ACCOUNT}:saml-provider/corp"
PAIR = f"{arn('deploy')},{PROVIDER}"
ANN = {f"{AWS}Role": [PAIR], f"{AWS}RoleSessionName": ["ann@corp"]}
OURS = rsa_key("saml encryption")


@pytest.fixture(scope="module")
def started() -> Iterator[Server]:
    with Server.start("--hostname", "watchword.corp.example") as server:
        yield server


@pytest.fixture
def server(started: Server) -> Server:
    """An empty server, whose account trusts the provider `corp`, with a role for it."""
    started.reset()
    iam(started).create_saml_provider(Name="corp", SAMLMetadataDocument=described(CERTIFICATE))
    make_role(started, "deploy", ACTION)
    return started


def iam(server: Server) -> Any:
    return boto3.client("iam", **server.client_arguments)


def described(*certificates: Any) -> str:
    """The provider's metadata, with these certificates."""
    keys = "".join(map(key_descriptor, certificates))
    return metadata(keys, attributes=f' entityID="{ENTITY}"')


def make_role(server: Server, name: str, *actions: str, **condition: Any) -> None:
    equal = {"StringEquals": {"saml:aud": RECIPIENT}} | condition
    trust = document(list(actions), Principal={"Federated": PROVIDER}, Condition=equal)
    iam(server).create_role(RoleName=name, AssumeRolePolicyDocument=trust, MaxSessionDuration=7200)
    iam(server).put_role_policy(RoleName=name, PolicyName="all", PolicyDocument=document("*", Resource="*"))


def login(attributes: dict[str, list[str]] | None = None, **changed: Any) -> str:
    return encode(response(sign(assertion(ANN | (attributes or {}), **changed))))


def assume(server: Server, text: str, role: str = "deploy", **given: Any) -> Any:
    sts = boto3.client(
        "sts",
        endpoint_url=server.endpoint,
        region_name="us-east-1",
        config=Config(signature_version=UNSIGNED, retries={"total_max_attempts": 1}),
    )
    named = {"RoleArn": arn(role), "PrincipalArn": PROVIDER, "SAMLAssertion": text}
    return sts.assume_role_with_saml(**(named | given))


def refusal(server: Server, text: str, role: str = "deploy", **given: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as refused:
        assume(server, text, role, **given)
    error = refused.value.response["Error"]
    return error["Code"], error["Message"]


def test_what_is_answered(server: Server) -> None:
    answer = assume(server, login())
    told = {name: answer[name] for name in ("Subject", "SubjectType", "Issuer", "Audience", "NameQualifier")}
    assert told == {
        "Subject": "ann",
        "SubjectType": "persistent",
        "Issuer": ENTITY,
        "Audience": RECIPIENT,
        "NameQualifier": "HahBW48oNiXLlr28VT6/xduH27c=",
    }
    assert answer["AssumedRoleUser"]["Arn"] == f"arn:aws:sts::{ACCOUNT}:assumed-role/deploy/ann@corp"
    who = client(server, "sts", answer["Credentials"]).get_caller_identity()
    assert who["Arn"] == answer["AssumedRoleUser"]["Arn"]


def test_an_identity_provider_of_pysaml2(server: Server, tmp_path: Path) -> None:
    """boto3 and the aws CLI, with what a browser would post to AWS."""
    key = rsa_key("pysaml2")
    (tmp_path / "idp.key").write_text(private(key))
    (tmp_path / "idp.crt").write_bytes(certificate(key, "idp").public_bytes(Encoding.PEM))
    with IdentityProvider.start(tmp_path) as idp:
        iam(server).update_saml_provider(SAMLProviderArn=PROVIDER, SAMLMetadataDocument=idp.metadata)
        answer = assume(server, idp.login("ann", PAIR))
        assert (answer["Subject"], answer["Issuer"]) == ("ann", f"{idp.url}/metadata")
        assert answer["AssumedRoleUser"]["Arn"].endswith(":assumed-role/deploy/ann")
        command = [
            *(sys.executable, str(CLI), "sts", "assume-role-with-saml", "--role-arn", arn("deploy")),
            *("--principal-arn", PROVIDER, "--saml-assertion", idp.login("zoe", PAIR)),
        ]
        said = subprocess.run(command, env=environment(server), capture_output=True, text=True, check=False)
        assert json.loads(said.stdout or "{}").get("Subject") == "zoe", said.stderr


def environment(server: Server) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "AWS_ENDPOINT_URL": server.endpoint,
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_CONFIG_FILE": "/dev/null",
        "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def test_an_assertion_is_used_once(server: Server) -> None:
    text = login()
    assert refusal(server, text, DurationSeconds=7201)[0] == "ValidationError"
    assert assume(server, text)  # a refused call doesn't use it up
    assert refusal(server, text) == ("InvalidIdentityToken", "The assertion was used before")


def test_trust_is_decided_on_what_the_assertion_says(server: Server) -> None:
    named = {f"{AWS}Role": [f"{PROVIDER}, {arn('red')}", PAIR]}
    staff = named | {"urn:oid:1.3.6.1.4.1.5923.1.1.1.1": ["staff", "member"]}
    make_role(server, "red", ACTION, **{"ForAnyValue:StringEquals": {"saml:eduPersonAffiliation": "staff"}})
    assert assume(server, login(staff), "red")
    assert refusal(server, login(named), "red") == ("AccessDenied", NOT_AUTHORIZED)
    make_role(server, "none", "sts:AssumeRole")
    of_none = {f"{AWS}Role": [f"{arn('none')},{PROVIDER}", f"{arn('missing')},{PROVIDER}"]}
    assert refusal(server, login(of_none), "none") == ("AccessDenied", NOT_AUTHORIZED)
    assert refusal(server, login(of_none), "missing") == ("AccessDenied", NOT_AUTHORIZED)


CONDITIONS = {
    "saml:aud": RECIPIENT,
    "saml:iss": ENTITY,
    "saml:sub": "ann",
    "saml:sub_type": "persistent",
    "saml:doc": f"{ACCOUNT}/corp",
    "saml:namequalifier": "HahBW48oNiXLlr28VT6/xduH27c=",
    "saml:mail": "ann@corp.example",
    "sts:RoleSessionName": "ann@corp",
    "aws:FederatedProvider": PROVIDER,
}


@pytest.mark.parametrize("key", CONDITIONS)
def test_condition_keys(server: Server, key: str) -> None:
    mail = {"http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress": ["ann@corp.example"]}
    name = {f"{AWS}Role": [f"{arn('is')},{PROVIDER}", f"{arn('isnt')},{PROVIDER}"]}
    make_role(server, "is", ACTION, StringEquals={key: CONDITIONS[key]})
    make_role(server, "isnt", ACTION, StringEquals={key: "other"})
    assert assume(server, login(mail | name), "is")
    assert refusal(server, login(mail | name), "isnt") == ("AccessDenied", NOT_AUTHORIZED)


def test_tags_and_identity_come_from_the_assertion(server: Server) -> None:
    told = {
        f"{AWS}PrincipalTag:team": ["red"],
        f"{AWS}PrincipalTag:cost": ["7"],
        f"{AWS}TransitiveTagKeys": ["team"],
        f"{AWS}SourceIdentity": ["ann"],
        f"{AWS}Role": [f"{arn('tagged')},{PROVIDER}", PAIR],
    }
    assert refusal(server, login(told))[1] == "Not authorized to perform sts:TagSession"
    make_role(server, "tagged", ACTION, "sts:TagSession", "sts:SetSourceIdentity")
    answer = assume(server, login(told), "tagged")
    assert answer["SourceIdentity"] == "ann"
    assert answer["PackedPolicySize"] > 0
    keys = {
        "aws:PrincipalTag/team": "red",
        "aws:SourceIdentity": "ann",
        "aws:FederatedProvider": PROVIDER,
        "saml:sub": "ann",
        "saml:sub_type": "persistent",
        "saml:namequalifier": answer["NameQualifier"],
    }
    policy = document("*", Resource="*", Condition={"StringEquals": keys})
    session = assume(server, login(told), "tagged", Policy=policy)["Credentials"]
    assert client(server, "iam", session).list_users()
    name = "<saml:NameID>zoe</saml:NameID>"
    session = assume(server, login(told, name=name), "tagged", Policy=policy)["Credentials"]
    with pytest.raises(ClientError, match="AccessDenied"):
        client(server, "iam", session).list_users()


def test_how_long_a_session_lasts(server: Server) -> None:
    def lasts(text: str, **given: Any) -> float:
        ends = assume(server, text, **given)["Credentials"]["Expiration"]
        return float(ends.timestamp() - time.time())

    short, ends = {f"{AWS}SessionDuration": ["900"]}, time.time() + 600
    of_session = f'<saml:AuthnStatement SessionNotOnOrAfter="{iso(ends)}"/>'
    assert 3500 < lasts(login()) <= 3600
    assert 7100 < lasts(login(), DurationSeconds=7200) <= 7200
    assert 800 < lasts(login(short), DurationSeconds=7200) <= 900
    assert 500 < lasts(login(short, authn=of_session)) <= 600
    assert 3500 < lasts(login({f"{AWS}SessionDuration": ["7200"]})) <= 3600
    assert refusal(server, login(short), DurationSeconds=7201)[0] == "ValidationError"


def iso(seconds: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


def test_encrypted_assertions(server: Server) -> None:
    with pytest.raises(ClientError, match="no private key"):
        iam(server).update_saml_provider(SAMLProviderArn=PROVIDER, AssertionEncryptionMode="Required")
    iam(server).update_saml_provider(
        SAMLProviderArn=PROVIDER, AssertionEncryptionMode="Required", AddPrivateKey=private(OURS)
    )
    assert refusal(server, login()) == ("InvalidIdentityToken", "Response signature invalid")
    made = response(encrypted(sign(assertion(ANN)), OURS.public_key()))
    assert assume(server, encode(made))
    (key,) = iam(server).get_saml_provider(SAMLProviderArn=PROVIDER)["PrivateKeyList"]
    iam(server).update_saml_provider(
        SAMLProviderArn=PROVIDER, AssertionEncryptionMode="Allowed", RemovePrivateKey=key["KeyId"]
    )
    made = response(encrypted(sign(assertion(ANN)), OURS.public_key()))
    assert refusal(server, encode(made)) == ("InvalidIdentityToken", "Response signature invalid")
    assert assume(server, login())


def test_our_own_addresses(server: Server) -> None:
    here = "https://watchword.corp.example/saml"
    make_role(server, "own", ACTION, StringEquals={"saml:aud": here})
    own = {f"{AWS}Role": [f"{arn('own')},{PROVIDER}"]}
    audience = f"<saml:Audience>{here}</saml:Audience>"
    assert assume(server, login(own, recipient=here, audience=audience), "own")["Audience"] == here
    assert (
        refusal(server, login(own, recipient="https://evil.example/saml"), "own")[0] == "InvalidIdentityToken"
    )


def test_a_provider_of_another_account_or_that_is_gone_proves_nothing(server: Server) -> None:
    none = ("InvalidIdentityToken", "Specified provider doesn't exist")
    other = PROVIDER.replace(ACCOUNT, "999999999999")
    assert refusal(server, login(), PrincipalArn=other) == none
    assert refusal(server, login(), RoleArn=arn("deploy").replace(ACCOUNT, "999999999999")) == none
    assert refusal(server, login(), PrincipalArn=arn("deploy")) == none
    iam(server).delete_saml_provider(SAMLProviderArn=PROVIDER)
    assert refusal(server, login()) == none


def test_new_metadata_counts_at_once(server: Server) -> None:
    assert assume(server, login())
    new = certificate(rsa_key("saml new"), "idp")
    iam(server).update_saml_provider(SAMLProviderArn=PROVIDER, SAMLMetadataDocument=described(new))
    assert refusal(server, login()) == ("InvalidIdentityToken", "Response signature invalid")
    both = described(new, CERTIFICATE)
    iam(server).update_saml_provider(SAMLProviderArn=PROVIDER, SAMLMetadataDocument=both)
    assert assume(server, login())


def test_the_trust_policies_of_the_page_can_be_stored(server: Server) -> None:
    page = (Path(__file__).parents[3] / "docs" / "saml.md").read_text()
    found = re.findall(r"^```json\n(.+?)^```", page, re.MULTILINE | re.DOTALL)
    for number, policy in enumerate(found):
        iam(server).create_role(RoleName=f"recipe-{number}", AssumeRolePolicyDocument=policy)
    assert found
