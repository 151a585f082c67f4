"""Assertions that are signed and still not taken, one a row: code, sentence, record, and explanation.

What isn't signed, or not what is believed, is in tests/proofs/saml/test_hostile_responses.py.
"""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from tests.identity.pem import key_descriptor, metadata
from tests.proofs.saml.provider import (
    AWS,
    CERTIFICATE,
    ENTITY,
    RECIPIENT,
    STRANGER,
    assertion,
    encode,
    instant,
    response,
    sign,
)

from watchword.access.schemes.saml import REJECTED
from watchword.app import open_world
from watchword.gateway.journey import journey
from watchword.identity.saml_profile import REDEEMED_WITHIN, SKEW
from watchword.identity.used_assertions import USED
from watchword.installation.administrator import first_account
from watchword.installation.settings import Settings
from watchword.names import Body, HttpRequest, HttpResponse
from watchword.proofs.saml.document import ASSERTION
from watchword.store import used_signatures
from watchword.store.iam import roles, saml_providers
from watchword.store.iam.roles import Role
from watchword.store.iam.saml_providers import SamlProvider
from watchword.world import World

BEGUN = time.time()
"""The time of all assertions, and of the server that is asked: the rows are made when tests are collected."""
ACCOUNT = "123456789012"
PROVIDER, ROLE = f"arn:aws:iam::{ACCOUNT}:saml-provider/corp", f"arn:aws:iam::{ACCOUNT}:role/r"
INVALID, EXPIRED, DENIED = "InvalidIdentityToken", "ExpiredTokenException", "AccessDenied"
NOT_AUTHORIZED = "Not authorized to perform sts:AssumeRoleWithSAML"
NAME, IDENTITY, DURATION = f"{AWS}RoleSessionName", f"{AWS}SourceIdentity", f"{AWS}SessionDuration"
RIGHT = {f"{AWS}Role": [f"{ROLE},{PROVIDER}"], NAME: ["ann"]}
LATE = "The assertion has expired"
FORM = "must match [a-zA-Z_0-9+=,.@-]{2,64}"
SIGN_IN = "Recipient: expected https://signin.aws.amazon.com/saml"
TAGS, TAG = "The session tags in AuthnResponse are not valid", f"{AWS}PrincipalTag:"


def said(attributes: dict[str, list[str] | None] | None = None, **changed: Any) -> str:
    """An assertion with these attributes; what is None is left out."""
    given = {name: values for name, values in (RIGHT | (attributes or {})).items() if values is not None}
    return encode(response(sign(assertion(given, **{"now": BEGUN} | changed))))


def around(**changed: Any) -> str:
    """A signed assertion in another response."""
    return encode(response(sign(assertion(RIGHT, now=BEGUN)), **changed))


def unrestricted() -> str:
    """A signed assertion that is for everybody."""
    made = assertion(RIGHT, now=BEGUN)
    made.find(f"{ASSERTION}Conditions").clear()
    return encode(response(sign(made)))


def audience(*texts: str) -> str:
    return "".join(f"<saml:Audience>{text}</saml:Audience>" for text in texts)


def restriction(text: str) -> str:
    return f"<saml:AudienceRestriction>{audience(text)}</saml:AudienceRestriction>"


def at(seconds: float) -> str:
    return instant(BEGUN + seconds)


def rows() -> dict[str, tuple[str, str, str, str]]:
    no_audience = "Response does not contain the required audience"
    no_issuer = "Issuer not present in specified provider"
    late, early = LATE, "The assertion is not yet valid"
    old = "Token must be redeemed within 5 minutes of issuance"
    response_invalid = "Your request included an invalid SAML response"
    return {
        "another issuer": (
            said(issuer="<saml:Issuer>https://other.example.com</saml:Issuer>"), INVALID, no_issuer,
            f"Issuer: expected {ENTITY}, had 'https://other.example.com'",
        ),
        "an issuer with a slash": (
            said(issuer=f"<saml:Issuer>{ENTITY}/</saml:Issuer>"), INVALID, no_issuer, "Issuer: expected"
        ),
        "another issuer of the response": (
            around(issuer="<saml:Issuer>https://other.example.com</saml:Issuer>"), INVALID, no_issuer, ""
        ),
        "another audience": (
            said(audience=audience("https://other.example.com")), INVALID, no_audience,
            "Audience: expected urn:amazon:webservices",
        ),
        "no restriction to an audience": (unrestricted(), INVALID, no_audience, "Audience: expected"),
        "no audience": (said(audience=""), INVALID, no_audience, "Audience: expected"),
        "a second restriction to another audience": (
            said(more_conditions=restriction("https://other.example.com")), INVALID, no_audience, "Audience"
        ),
        "an audience that looks like ours": (
            said(audience=audience("https://signin.aws.amazon.com.evil.com/saml")), INVALID, no_audience, ""
        ),
        "an audience in another case": (
            said(audience=audience("URN:AMAZON:WEBSERVICES")), INVALID, no_audience, "Audience: expected"
        ),
        "another recipient": (
            said(recipient="https://other.example.com/saml"), INVALID, "Invalid Recipient in AuthnResponse",
            SIGN_IN,
        ),
        "a recipient with a query": (
            said(recipient=f"{RECIPIENT}?x"), INVALID, "Invalid Recipient in AuthnResponse", SIGN_IN
        ),
        "a recipient without TLS": (
            said(recipient=RECIPIENT.replace("https", "http")), INVALID, "Invalid Recipient in AuthnResponse",
            SIGN_IN,
        ),
        "another destination": (
            around(more='Destination="https://other.example.com/saml"'), INVALID,
            "Invalid Destination in AuthnResponse", "Destination: expected",
        ),
        "not valid yet": (said(not_before=f'NotBefore="{at(300)}"'), INVALID, early, "NotBefore: expected"),
        "issued in the future": (said(issued=at(300)), INVALID, early, "NotBefore: expected"),
        "conditions that have expired": (
            said(not_after=f'NotOnOrAfter="{at(-200)}"'), EXPIRED, late, "NotOnOrAfter: expected more than"
        ),
        "conditions that expired long ago": (
            said(not_after='NotOnOrAfter="1970-01-01T00:00:00Z"'), EXPIRED, late, "NotOnOrAfter: expected"
        ),
        "a confirmation that has expired": (
            said(until=at(-200)), EXPIRED, late, "NotOnOrAfter: expected more than"
        ),
        "issued long ago": (
            said(issued=at(-500), until=at(3600), not_after=""), EXPIRED, old, "IssueInstant: expected more"
        ),
        "authentication failed": (
            around(status="urn:oasis:names:tc:SAML:2.0:status:Responder"), "IDPRejectedClaim",
            REJECTED, "Status: expected",
        ),
        "a stranger's signature": (
            encode(response(sign(assertion(RIGHT), STRANGER))), INVALID, "Response signature invalid",
            "no certificate of the provider verifies it",
        ),
        "no signature": (
            encode(response(assertion(RIGHT))), INVALID, "Response signature invalid", "has one"
        ),
        "no base64": ("!!!!", INVALID, response_invalid, "it isn't base64"),
        "no XML": (encode(b"open sesame"), INVALID, response_invalid, "it isn't XML"),
        "no role": (said({f"{AWS}Role": None}), INVALID, response_invalid, "it has no attribute"),
        "another role": (
            said({f"{AWS}Role": [f"{ROLE}2,{PROVIDER}"]}), DENIED, NOT_AUTHORIZED,
            f"expected {ROLE},{PROVIDER}",
        ),
        "the role for another provider": (
            said({f"{AWS}Role": [f"{ROLE},{PROVIDER}2"]}), DENIED, NOT_AUTHORIZED, "attribute Role: expected"
        ),
        "the role alone": (said({f"{AWS}Role": [ROLE]}), DENIED, NOT_AUTHORIZED, "attribute Role"),
        "the role twice": (said({f"{AWS}Role": [f"{ROLE},{ROLE}"]}), DENIED, NOT_AUTHORIZED, "Role"),
        "the role in another case of the name": (
            said({f"{AWS}Role": None, f"{AWS}role": [f"{ROLE},{PROVIDER}"]}), INVALID, response_invalid, ""
        ),
        "no session name": (
            said({NAME: None}), INVALID, "RoleSessionName is required in AuthnResponse", ""
        ),
        "two session names": (
            said({NAME: ["ann", "bob"]}), INVALID, f"RoleSessionName in AuthnResponse {FORM}", "'ann', 'bob'"
        ),
        "a session name with a space": (
            said({NAME: ["ann b"]}), INVALID, f"RoleSessionName in AuthnResponse {FORM}", "had 'ann b'"
        ),
        "a short session name": (
            said({NAME: ["a"]}), INVALID, f"RoleSessionName in AuthnResponse {FORM}", "had 'a'"
        ),
        "a session name with a line break": (
            said({NAME: ["ann\n"]}), INVALID, f"RoleSessionName in AuthnResponse {FORM}", ""
        ),
        "a source identity of aws": (
            said({IDENTITY: ["aws:ann"]}), INVALID, f'Source Identity {FORM} and not begin with "aws:"', ""
        ),
        "two source identities": (
            said({IDENTITY: ["ann", "bob"]}), INVALID, f'Source Identity {FORM} and not begin with "aws:"', ""
        ),
        "a tag with two values": (said({f"{TAG}team": ["a", "b"]}), INVALID, TAGS, "expected one value"),
        "a tag without a key": (said({TAG: ["a"]}), INVALID, TAGS, "too long"),
        "a tag with a long value": (said({f"{TAG}team": ["a" * 257]}), INVALID, TAGS, "too long"),
        "a tag with a control character": (said({f"{TAG}team": ["a&#9;"]}), INVALID, TAGS, "character"),
        "a reserved tag": (
            said({f"{TAG}aws:x": ["a"]}), "InvalidParameterValue",
            "The tag key aws:x begins with aws:, which is reserved.", "",
        ),
        "tags that differ in case only": (
            said({f"{TAG}team": ["a"], f"{TAG}Team": ["b"]}), "InvalidParameterValue",
            "Duplicate tag keys found. Please note that Tag keys are case insensitive.", "",
        ),
        "a duration that is too short": (
            said({DURATION: ["899"]}), INVALID,
            "SessionDuration in AuthnResponse must be between 900 and 43200 seconds", "had '899'",
        ),
        "a duration that is no number": (
            said({DURATION: ["٩٠٠"]}), INVALID,
            "SessionDuration in AuthnResponse must be between 900 and 43200 seconds", "",
        ),
        "two durations": (
            said({DURATION: ["900", "900"]}), INVALID,
            "SessionDuration in AuthnResponse must be between 900 and 43200 seconds", "",
        ),
        "a role and a provider among others": (
            said({f"{AWS}Role": [f"{ROLE},{PROVIDER},{ROLE}x"]}), DENIED, NOT_AUTHORIZED, "attribute Role"
        ),
        "the end of one of two sessions at the provider": (
            said(
                authn=f'<saml:AuthnStatement SessionNotOnOrAfter="{at(900)}"/>'
                f'<saml:AuthnStatement SessionNotOnOrAfter="{at(-1)}"/>'
            ),
            EXPIRED, "The session at the identity provider has expired", "SessionNotOnOrAfter: expected more",
        ),
        "the end of the session at the provider": (
            said(authn=f'<saml:AuthnStatement SessionNotOnOrAfter="{at(-1)}"/>'), EXPIRED,
            "The session at the identity provider has expired", "SessionNotOnOrAfter: expected more than",
        ),
    }  # fmt: skip


ROWS = rows()


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A world whose first account has the provider."""
    world = open_world(Settings(tmp_path, account=ACCOUNT))
    world.clock.read = lambda: BEGUN
    far = datetime(2099, 1, 1, tzinfo=UTC)
    provider = SamlProvider("1", first_account(world), "corp", world.clock.now(), far)
    with world.database.write(world.clock.now()) as tx:
        document = metadata(key_descriptor(CERTIFICATE), attributes=f' entityID="{ENTITY}"')
        saml_providers.insert(tx, provider, document)
    yield world
    world.close()


def ask(world: World, text: str) -> HttpResponse:
    given = {
        "Action": "AssumeRoleWithSAML",
        "Version": "2011-06-15",
        "RoleArn": ROLE,
        "PrincipalArn": PROVIDER,
        "SAMLAssertion": text,
    }
    headers = (("host", "localhost"), ("content-type", "application/x-www-form-urlencoded"))
    return journey(world, HttpRequest("POST", headers=headers, body=Body(urlencode(given).encode())))


def last(world: World) -> dict[str, Any]:
    (file,) = (world.settings.data / "audit").glob("*.jsonl")
    event: dict[str, Any] = json.loads(file.read_bytes().splitlines()[-1])
    found: dict[str, Any] = event.get("event", event)
    return found


@pytest.mark.parametrize(("text", "code", "sentence", "meant"), ROWS.values(), ids=ROWS.keys())
def test_a_hostile_assertion(world: World, text: str, code: str, sentence: str, meant: str) -> None:
    response = ask(world, text)
    assert isinstance(response.body, bytes)
    status = 403 if code in (DENIED, "IDPRejectedClaim") else 400
    assert (response.status, f"<Code>{code}</Code>" in response.body.decode()) == (status, True)
    event = last(world)
    assert (event["errorCode"], event["errorMessage"]) == (code, sentence)
    assert event["requestParameters"]["sAMLAssertion"] == "HIDDEN_DUE_TO_SECURITY_REASONS"
    assert meant in event.get("additionalEventData", {}).get("meant", "")
    assert text not in json.dumps(event)


GOOD = {
    "as it is": {},
    "several audiences": {"audience": audience("https://other.example.com", "urn:amazon:webservices")},
    "the sign-in page as audience": {"audience": audience("https://signin.aws.amazon.com/saml")},
    "a region's sign-in page": {"recipient": "https://eu-west-1.signin.aws.amazon.com/saml"},
    "the page of a provider that encrypts": {"recipient": "https://signin.aws.amazon.com/saml/acs/SAMLSP1"},
    "this server's own page": {"recipient": "http://localhost:4566/saml"},
    "clocks that differ": {"issued": at(100), "until": at(-100), "not_before": f'NotBefore="{at(100)}"'},
    "no time in the conditions": {"not_before": "", "not_after": ""},
}


@pytest.mark.parametrize("changed", GOOD.values(), ids=GOOD.keys())
def test_a_good_assertion_comes_to_the_decision(world: World, changed: dict[str, str]) -> None:
    assert ask(world, said(**changed)).status == 403
    event = last(world)
    assert event["errorMessage"] == NOT_AUTHORIZED
    assert event["recipientAccountId"] == ACCOUNT
    assert event["additionalEventData"]["sAMLAssertionID"].startswith("_a")
    qualifier = "HahBW48oNiXLlr28VT6/xduH27c="
    assert event["userIdentity"] == {
        "type": "SAMLUser",
        "principalId": f"{qualifier}:ann",
        "userName": "ann",
        "identityProvider": qualifier,
    }


def test_the_operator_is_told_what_was_expected_and_had(world: World) -> None:
    world.clock.read = time.time  # in the order of their times, events of the first start come before
    ask(world, said(now=time.time(), audience=audience("https://other.example.com")))
    ask(world, said(now=time.time()))
    listed = explained(world, "--list")
    assert "InvalidIdentityToken  sts:AssumeRoleWithSAML  anonymous" in listed
    (refused,) = [line for line in listed.splitlines() if "InvalidIdentityToken" in line]
    told = explained(world, refused.split()[-1])
    assert "Audience: expected urn:amazon:webservices" in told
    assert "had 'https://other.example.com'" in told
    assert "there is no role" in explained(world, "--last")


def explained(world: World, *arguments: str) -> str:
    """What `watchword explain` prints."""
    command = [sys.executable, "-m", "watchword", "explain", *arguments, "--data", str(world.settings.data)]
    return " ".join(subprocess.run(command, capture_output=True, text=True, check=True).stdout.split("\n"))


def test_metadata_that_has_expired_proves_nothing(world: World) -> None:
    with world.database.write(world.clock.now()) as tx:
        found = saml_providers.named(tx, ACCOUNT, "corp")
        assert found
        document = saml_providers.document_of(tx, found)
        saml_providers.set_document(tx, found, document, datetime(2026, 1, 1, tzinfo=UTC))
    ask(world, said())
    event = last(world)
    assert event["errorMessage"] == "Specified provider doesn't exist"
    assert "has expired" in event["additionalEventData"]["meant"]


def test_a_used_assertion_is_remembered_for_as_long_as_it_would_be_taken(world: World) -> None:
    trusting = {"Effect": "Allow", "Principal": {"Federated": PROVIDER}, "Action": "sts:AssumeRoleWithSAML"}
    trust, text = json.dumps({"Version": "2012-10-17", "Statement": trusting}), said()
    with world.database.write(world.clock.now()) as tx:
        roles.insert(tx, Role("AROA1", ACCOUNT, "r", "/", tx.at, trust))
    assert ask(world, text).status == 200
    for later, sentence in ((0, USED), (REDEEMED_WITHIN + SKEW - 2, USED), (REDEEMED_WITHIN + SKEW, LATE)):
        world.clock.read = lambda later=later: BEGUN + later
        with world.database.write(world.clock.now()) as tx:
            used_signatures.remove_expired(tx, world.clock.wall())
        assert ask(world, text).status == 400
        assert last(world)["errorMessage"] == sentence


def test_another_host_name_needs_the_setting(world: World) -> None:
    named = replace(world, settings=replace(world.settings, hostnames=("sso.example.com",)))
    own = said(recipient="https://sso.example.com/saml")
    assert ask(world, own).status == 400
    assert ask(named, own).status == 403
