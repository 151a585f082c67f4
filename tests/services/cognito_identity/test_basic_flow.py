"""GetOpenIdToken, and roles that are assumed with the token: the basic flow."""

import json
import urllib.request
from typing import Any

import jwt
import pytest
from botocore.exceptions import ClientError
from tests.services.cognito_identity.harness import COGNITO, App, claims_in, refusal
from tests.services.sts.harness import arn


def token(app: App, logins: dict[str, str] | None = None) -> str:
    answer = app.user.get_open_id_token(IdentityId=app.identity(logins), Logins=logins or {})
    return str(answer["Token"])


def assume(app: App, text: str, role: str = "user", **given: Any) -> Any:
    return app.client("sts").assume_role_with_web_identity(
        RoleArn=arn(role), RoleSessionName="run", WebIdentityToken=text, **given
    )


def refused(app: App, text: str, role: str = "user") -> str:
    with pytest.raises(ClientError) as found:
        assume(app, text, role)
    return str(found.value.response["Error"]["Code"])


def test_a_user_assumes_a_role(app: App) -> None:
    answer = assume(app, token(app, app.logins()))
    assert answer["SubjectFromWebIdentityToken"] == app.identity(app.logins())
    assert answer["Audience"] == app.pool
    assert answer["Provider"] == f"https://{COGNITO}"
    assert app.who(answer["Credentials"]).endswith(":assumed-role/user/run")


def test_a_guest_assumes_a_role_of_guests(app: App) -> None:
    """AWS limits guests in the enhanced flow only."""
    session = assume(app, token(app), "guest")["Credentials"]
    assert app.client("iam", session).list_users()
    assert refused(app, token(app)) == "AccessDenied"
    assert refused(app, token(app, app.logins()), "guest") == "AccessDenied"


def test_the_keys_stay_true_in_the_session(app: App) -> None:
    identity = app.identity(app.logins())
    condition = {f"{COGNITO}:sub": identity, f"{COGNITO}:aud": app.pool, "aws:FederatedProvider": COGNITO}
    policy = {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Allow",
            "Action": "*",
            "Resource": "*",
            "Condition": {"StringEquals": condition},
        },
    }
    app.iam.put_role_policy(RoleName="user", PolicyName="all", PolicyDocument=json.dumps(policy))
    for credentials in (
        assume(app, token(app, app.logins()))["Credentials"],
        app.credentials(identity, app.logins()),
    ):
        assert app.client("iam", credentials).list_users()
    other = app.credentials(app.identity(app.logins("bob")), app.logins("bob"))
    with pytest.raises(ClientError, match="AccessDenied"):
        app.client("iam", other).list_users()


def test_what_a_token_says(app: App) -> None:
    claims = claims_in(token(app, app.logins()))
    assert claims["exp"] - claims["iat"] == 600
    assert claims["aud"] == app.pool
    assert claims["sub"] == app.identity(app.logins())
    provider = app.issuer.name
    assert claims["amr"] == ["authenticated", provider, f"{provider}:photos:ann"]
    assert claims_in(token(app))["amr"] == ["unauthenticated"]


def test_a_verifier_finds_the_keys(app: App) -> None:
    text = token(app, app.logins())
    issuer = claims_in(text)["iss"]
    assert issuer == f"{app.server.endpoint}/_watchword/issuers/{app.pool}"
    with urllib.request.urlopen(f"{issuer}/.well-known/openid-configuration") as answer:
        metadata = json.load(answer)
    assert metadata["issuer"] == issuer
    key = jwt.PyJWKClient(metadata["jwks_uri"]).get_signing_key_from_jwt(text)
    assert jwt.decode(text, key, algorithms=["RS256"], audience=app.pool, issuer=issuer)


def test_without_the_basic_flow(app: App) -> None:
    text = token(app, app.logins())
    app.update(AllowClassicFlow=False)
    identity = app.identity()
    said = "Basic (classic) flow is not enabled, please use enhanced flow."
    assert refusal(app.user.get_open_id_token, IdentityId=identity) == ("InvalidParameter", said)
    assert refused(app, text) == "InvalidIdentityToken"


def test_a_token_of_another_pool(app: App) -> None:
    text = token(app, app.logins())
    other = app.admin.create_identity_pool(**app.settings)["IdentityPoolId"]
    app.make_role("other", "authenticated", **{f"{COGNITO}:aud": other})
    assert refused(app, text, "other") == "AccessDenied"
    guest = app.user.get_id(IdentityPoolId=other)["IdentityId"]
    assert refusal(app.credentials, guest, {COGNITO: text}) == (
        "NotAuthorized",
        "Invalid login token. Issuer doesn't match providerName",
    )
    app.admin.delete_identity_pool(IdentityPoolId=app.pool)
    assert refused(app, text) == "InvalidIdentityToken"


def test_a_token_of_a_guest_is_no_login(app: App) -> None:
    guest = app.identity()
    text = app.user.get_open_id_token(IdentityId=guest)["Token"]
    assert refusal(app.credentials, guest, {COGNITO: text})[0] == "NotAuthorized"


def test_a_token_is_renewed_no_further_than_it_counts(app: App) -> None:
    identity, first = app.developers_token("ann", TokenDuration=60)
    second = app.user.get_open_id_token(IdentityId=identity, Logins={COGNITO: first})["Token"]
    assert claims_in(second)["exp"] <= claims_in(first)["exp"]
    assert claims_in(second)["amr"] == claims_in(first)["amr"]


def test_a_tampered_token(app: App) -> None:
    head, payload, signature = token(app).split(".")
    _, other, _ = token(app, app.logins()).split(".")
    assert refused(app, f"{head}.{other}.{signature}") == "InvalidIdentityToken"
    assert refused(app, f"{head}.{payload}.{'A' * len(signature)}", "guest") == "InvalidIdentityToken"


def test_tags_need_the_roles_consent(app: App) -> None:
    app.admin.set_principal_tag_attribute_map(
        IdentityPoolId=app.pool,
        IdentityProviderName=app.provider,
        PrincipalTags={"team": "department", "missing": "none"},
    )
    logins = app.logins(department="red")
    tags = claims_in(token(app, logins))["https://aws.amazon.com/tags"]
    assert tags == {"principal_tags": {"team": ["red"]}}
    assert refused(app, token(app, logins)) == "AccessDenied"
    app.make_role("tagged", "authenticated", "sts:TagSession", **{"aws:RequestTag/team": "red"})
    assert assume(app, token(app, logins), "tagged")
    assert refused(app, token(app, app.logins(department="blue")), "tagged") == "AccessDenied"
    assert refused(app, token(app, app.logins()), "tagged") == "AccessDenied"


def test_all_pools_of_an_account_have_its_keys(app: App) -> None:
    second = app.admin.create_identity_pool(**app.settings | {"IdentityPoolName": "second"})
    guest = app.user.get_id(IdentityPoolId=second["IdentityPoolId"])["IdentityId"]
    text = app.user.get_open_id_token(IdentityId=guest)["Token"]
    assert jwt.get_unverified_header(text)["kid"] == jwt.get_unverified_header(token(app))["kid"]
