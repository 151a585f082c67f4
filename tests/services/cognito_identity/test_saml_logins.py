"""People who log in to a pool with an assertion of a SAML provider of its account."""

import time
from typing import Any

import pytest
from tests.identity.pem import key_descriptor, metadata
from tests.proofs.saml.provider import AWS, CERTIFICATE, ENTITY, assertion, encode, instant, response, sign
from tests.services.cognito_identity.harness import DEVELOPER, App, assumed, refusal
from tests.services.sts.harness import ACCOUNT, arn

OFFICE = f"arn:aws:iam::{ACCOUNT}:saml-provider/office"
USED = ("NotAuthorized", "Invalid login token. The assertion was used before")


def login(*roles: str, attributes: dict[str, list[str]] | None = None, **changed: Any) -> dict[str, str]:
    """An assertion about ann, who may have these roles."""
    given = {f"{AWS}Role": [f"{arn(each)},{OFFICE}" for each in roles]} | (attributes or {})
    return {OFFICE: encode(response(sign(assertion(given, **changed))))}


def at_provider(seconds: float) -> str:
    """The statement that the session there ends so many seconds from now."""
    now = time.time()
    ends = f'SessionNotOnOrAfter="{instant(now + seconds)}"'
    return f'<saml:AuthnStatement AuthnInstant="{instant(now)}" {ends}/>'


@pytest.fixture
def office(app: App) -> App:
    """A pool that takes the assertions of the provider `office`."""
    described = metadata(key_descriptor(CERTIFICATE), attributes=f' entityID="{ENTITY}"')
    app.iam.create_saml_provider(Name="office", SAMLMetadataDocument=described)
    app.update(SamlProviderARNs=[OFFICE])
    return app


def test_somebody_logs_in(office: App) -> None:
    """With one assertion for the identity and its session."""
    shown = login()
    identity = office.identity(shown)
    assert office.who(office.credentials(identity, shown)) == assumed("user")
    assert office.identity(login()) == identity
    assert office.admin.describe_identity(IdentityId=identity)["Logins"] == [OFFICE]


def test_an_assertion_is_good_for_one_session(office: App) -> None:
    shown = login()
    identity = office.identity(shown)
    assert office.credentials(identity, shown)
    assert refusal(office.credentials, identity, shown) == USED
    assert refusal(office.user.get_open_id_token, IdentityId=identity, Logins=shown) == USED
    shown = login()
    assert office.user.get_open_id_token(IdentityId=identity, Logins=shown)["Token"]
    assert refusal(office.credentials, identity, shown) == USED


def test_a_backend_does_not_use_it_twice_either(office: App) -> None:
    shown = login()
    token = office.admin.get_open_id_token_for_developer_identity
    given: dict[str, Any] = {"IdentityPoolId": office.pool, "Logins": {DEVELOPER: "ann", **shown}}
    assert token(**given)["IdentityId"] == office.identity(shown)
    assert refusal(token, **given) == USED


def test_what_is_refused_does_not_use_it_up(office: App) -> None:
    shown = login()
    identity = office.identity(shown)
    office.admin.set_identity_pool_roles(IdentityPoolId=office.pool, Roles={})
    assert refusal(office.credentials, identity, shown)[0] == "InvalidIdentityPoolConfiguration"
    office.set_roles()
    assert office.credentials(identity, shown)


def test_a_role_that_the_assertion_lists(office: App) -> None:
    office.make_role("red", "authenticated")
    office.make_role("blue", "authenticated")
    mapping = {"Type": "Token", "AmbiguousRoleResolution": "Deny"}
    roles = {"authenticated": arn("user")}
    office.admin.set_identity_pool_roles(
        IdentityPoolId=office.pool, Roles=roles, RoleMappings={OFFICE: mapping}
    )
    identity = office.identity(login())
    assert office.who(office.credentials(identity, login("red"))) == assumed("red")
    assert refusal(office.credentials, identity, login("red", "blue"))[0] == "NotAuthorized"
    chosen = office.credentials(identity, login("red", "blue"), CustomRoleArn=arn("blue"))
    assert office.who(chosen) == assumed("blue")
    other = login("red", attributes={f"{AWS}Role": [f"{arn('blue')},{OFFICE}x"]})
    assert refusal(office.credentials, identity, other)[0] == "NotAuthorized"


def test_a_rule_about_an_attribute(office: App) -> None:
    office.make_role("red", "authenticated")
    rule = {"Claim": "team", "MatchType": "Equals", "Value": "red", "RoleARN": arn("red")}
    mapping = {
        "Type": "Rules",
        "AmbiguousRoleResolution": "Deny",
        "RulesConfiguration": {"Rules": [rule]},
    }
    office.admin.set_identity_pool_roles(IdentityPoolId=office.pool, Roles={}, RoleMappings={OFFICE: mapping})
    identity = office.identity(login())
    shown = login(attributes={"team": ["blue", "red"]})
    assert office.who(office.credentials(identity, shown)) == assumed("red")
    assert refusal(office.credentials, identity, login(attributes={"team": ["blue"]}))[0] == "NotAuthorized"


def test_a_session_ends_with_that_at_the_provider(office: App) -> None:
    shown = login(authn=at_provider(1200))
    credentials = office.credentials(office.identity(shown), shown)
    assert credentials["Expiration"].timestamp() - time.time() <= 1200
    shown = login(authn=at_provider(-5))
    assert refusal(office.credentials, office.identity(shown), shown) == (
        "NotAuthorized",
        "Invalid login token. The session at the identity provider has ended.",
    )


WRONG: dict[str, dict[str, Any]] = {
    "another issuer": {"issuer": "<saml:Issuer>https://other.example</saml:Issuer>"},
    "another audience": {"audience": "<saml:Audience>urn:other</saml:Audience>"},
    "another recipient": {"recipient": "https://other.example/saml"},
    "too old": {"now": time.time() - 3600},
    "a long name": {"name": f"<saml:NameID>{'a' * 256}</saml:NameID>"},
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_assertion(office: App, name: str) -> None:
    assert refusal(office.identity, login(**WRONG[name]))[0] == "NotAuthorized"


def test_what_proves_nothing(office: App) -> None:
    shown = login()[OFFICE]
    for text in ("x", shown[:-40] + "A" * 40, encode(response(assertion({})))):
        assert refusal(office.identity, {OFFICE: text})[0] == "NotAuthorized"
    office.update(SamlProviderARNs=[])
    assert refusal(office.identity, {OFFICE: shown})[0] == "NotAuthorized"
    office.update(SamlProviderARNs=[OFFICE])
    office.iam.delete_saml_provider(SAMLProviderArn=OFFICE)
    assert refusal(office.identity, {OFFICE: shown})[0] == "NotAuthorized"
