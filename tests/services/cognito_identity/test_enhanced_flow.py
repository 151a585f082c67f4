"""GetId and GetCredentialsForIdentity: users of an issuer and guests get credentials of the pool's roles."""

import time
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from joserfc.jwk import RSAKey
from tests.services.cognito_identity.harness import (
    ACTION,
    CLIENT_ID,
    COGNITO,
    DEVELOPER,
    App,
    assumed,
    refusal,
)
from tests.services.sts.harness import arn, document
from tests.services.sts.issuer import Issuer, signed

from watchword.testing import Server

CONFIGURATION = "Invalid identity pool configuration. Check assigned IAM roles for this pool."


def test_a_user_logs_in(app: App) -> None:
    identity = app.user.get_id(IdentityPoolId=app.pool, Logins=app.logins())["IdentityId"]
    answer = app.user.get_credentials_for_identity(IdentityId=identity, Logins=app.logins())
    credentials = answer["Credentials"]
    assert answer["IdentityId"] == identity
    assert app.who(credentials) == assumed("user")
    assert 3590 < credentials["Expiration"].timestamp() - time.time() <= 3600
    assert app.identity(app.logins()) == identity
    assert app.identity(app.logins("bob")) != identity


def test_a_guest_gets_an_identity_each_time(app: App) -> None:
    first, second = app.identity(), app.identity()
    assert first != second
    assert app.who(app.credentials(first)) == assumed("guest")


def test_a_guest_reaches_what_guests_may_reach(app: App) -> None:
    """Whatever the role allows; a user who logs in isn't limited."""
    guest = app.credentials(app.identity())
    assert app.client("s3", guest).list_buckets()["Buckets"] == []
    with pytest.raises(ClientError, match="no session policy allows the iam:ListUsers action"):
        app.client("iam", guest).list_users()
    user = app.credentials(app.identity(app.logins()), app.logins())
    assert app.client("iam", user).list_users()


def test_a_pool_without_guests(app: App) -> None:
    identity = app.identity()
    app.update(AllowUnauthenticatedIdentities=False)
    refused = ("NotAuthorized", "Unauthenticated access is not supported for this identity pool.")
    assert refusal(app.identity) == refused
    assert refusal(app.credentials, identity) == refused
    assert app.identity(app.logins())


def test_an_identity_is_only_its_owners(app: App) -> None:
    identity = app.identity(app.logins())
    assert refusal(app.credentials, identity) == (
        "NotAuthorized",
        f"Access to Identity '{identity}' is forbidden.",
    )
    assert refusal(app.credentials, identity, app.logins("bob")) == (
        "NotAuthorized",
        "Logins don't match. Please include at least one valid login for this identity or identity pool.",
    )


def test_a_guest_who_logs_in_keeps_the_identity(app: App) -> None:
    guest = app.identity()
    assert app.who(app.credentials(guest, app.logins())) == assumed("user")
    assert app.identity(app.logins()) == guest
    assert refusal(app.credentials, guest)[0] == "NotAuthorized"
    another = app.identity()
    assert refusal(app.credentials, another, app.logins()) == (
        "ResourceConflict",
        "Login is already linked to another identity.",
    )


def test_the_trust_policy_decides(app: App) -> None:
    app.iam.update_assume_role_policy(
        RoleName="user",
        PolicyDocument=document(
            ACTION,
            Principal={"Federated": COGNITO},
            Condition={"StringEquals": {f"{COGNITO}:aud": "us-east-1:another"}},
        ),
    )
    identity = app.identity(app.logins())
    refused = refusal(app.credentials, identity, app.logins())
    assert refused == ("InvalidIdentityPoolConfiguration", CONFIGURATION)
    app.iam.delete_role_policy(RoleName="guest", PolicyName="all")
    app.iam.delete_role(RoleName="guest")
    assert refusal(app.credentials, app.identity()) == ("InvalidIdentityPoolConfiguration", CONFIGURATION)


def test_a_pool_without_roles(app: App) -> None:
    app.admin.set_identity_pool_roles(IdentityPoolId=app.pool, Roles={})
    assert refusal(app.credentials, app.identity()) == ("InvalidIdentityPoolConfiguration", CONFIGURATION)


def test_what_is_not_there(app: App) -> None:
    none = "us-east-1:00000000-0000-0000-0000-000000000000"
    get_id, get = app.user.get_id, app.user.get_credentials_for_identity
    assert refusal(get_id, IdentityPoolId=none) == ("ResourceNotFound", f"IdentityPool '{none}' not found.")
    assert refusal(get, IdentityId=none) == ("ResourceNotFound", f"Identity '{none}' not found.")
    assert refusal(get_id, IdentityPoolId=app.pool, AccountId="210987654321")[0] == "ResourceNotFound"
    assert app.user.get_id(IdentityPoolId=app.pool, AccountId="123456789012")
    identity = app.identity()
    app.admin.delete_identities(IdentityIdsToDelete=[identity])
    assert refusal(get, IdentityId=identity)[0] == "ResourceNotFound"
    app.admin.delete_identity_pool(IdentityPoolId=app.pool)
    assert refusal(get_id, IdentityPoolId=app.pool)[0] == "ResourceNotFound"


def test_a_session_is_revoked_like_any_other(app: App) -> None:
    """Here with the role that it is of."""
    credentials = app.credentials(app.identity())
    app.iam.delete_role_policy(RoleName="guest", PolicyName="all")
    app.iam.delete_role(RoleName="guest")
    with pytest.raises(ClientError, match="InvalidClientTokenId"):
        app.who(credentials)


# --- logins that don't hold ----------------------------------------------------------------------------

NOW = int(time.time())
WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "expired": ({"exp": NOW - 301}, "Invalid login token. Token expired: current date/time"),
    "not yet": ({"nbf": NOW + 86_400}, "Invalid login token. The token is not yet valid."),
    "another app": ({"aud": "other"}, "Invalid login token. Incorrect token audience"),
    "another party": ({"azp": "other"}, "Invalid login token. Incorrect token audience"),
    "nobody": ({"sub": None}, "Invalid login token. Not a valid OpenId Connect identity token."),
    "another issuer": ({"iss": "https://idp.example.com"}, "Invalid login token. No OpenIDConnect provider"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_token(app: App, name: str) -> None:
    claims, said = WRONG[name]
    for call in (app.identity, lambda logins: app.credentials(app.identity(), logins)):
        code, message = refusal(call, app.logins(**claims))
        assert code == "NotAuthorized"
        assert message.startswith(said)


def test_a_forged_token(app: App) -> None:
    token = app.logins()[app.issuer.name]
    header, payload, _ = token.split(".")
    forged = signed(b"{}", RSAKey.generate_key(2048)).split(".")[2]
    for text in (f"{header}.{payload}.{forged}", f"{header}.{payload}.", "x", token[:-9] + "AAAAAAAAA"):
        assert refusal(app.identity, {app.issuer.name: text})[0] == "NotAuthorized"


def test_one_wrong_login_of_two_ends_the_request(app: App) -> None:
    identity, token = app.developers_token("ann")
    wrong = {COGNITO: token, **app.logins(aud="other")}
    assert refusal(app.credentials, identity, wrong)[0] == "NotAuthorized"


def test_providers_that_the_pool_does_not_take(app: App) -> None:
    unsupported = ("NotAuthorized", "Token is not from a supported provider of this identity pool.")
    for name in ("idp.example.com", "accounts.google.com", DEVELOPER, app.issuer.name + "\0"):
        assert refusal(app.identity, {name: app.logins()[app.issuer.name]}) == unsupported
    app.update(OpenIdConnectProviderARNs=[])
    assert refusal(app.identity, app.logins()) == unsupported
    app.update()
    app.iam.delete_open_id_connect_provider(OpenIDConnectProviderArn=app.provider)
    assert refusal(app.identity, app.logins()) == unsupported


def test_a_public_provider_is_one_of_the_account_for_one_app(app: App) -> None:
    app.iam.add_client_id_to_open_id_connect_provider(OpenIDConnectProviderArn=app.provider, ClientID="other")
    user_pool = [{"ProviderName": app.issuer.name, "ClientId": CLIENT_ID}]
    app.update(OpenIdConnectProviderARNs=[], CognitoIdentityProviders=user_pool)
    assert app.identity(app.logins())
    assert refusal(app.identity, app.logins(aud="other"))[0] == "NotAuthorized"
    app.update(OpenIdConnectProviderARNs=[app.provider])
    assert app.identity(app.logins("eve", aud="other"))


def test_an_issuer_that_is_not_there(tmp_path: Path) -> None:
    with Issuer.start(tmp_path / "issuer") as issuer, Server.start("--private-issuers", issuer.url) as server:
        app = App(server, issuer)
        token = app.logins()
        issuer.stop()
        code, said = refusal(app.identity, token)
    assert (code, said.partition(" (IDP)")[0]) == ("ExternalService", "The identity provider")


def test_roles_are_of_the_pools_account(app: App) -> None:
    set_roles = app.admin.set_identity_pool_roles
    other = "arn:aws:iam::210987654321:role/user"
    assert refusal(set_roles, IdentityPoolId=app.pool, Roles={"authenticated": other})[0] == "AccessDenied"
    wrong = arn("user").replace("role", "user")
    assert (
        refusal(set_roles, IdentityPoolId=app.pool, Roles={"authenticated": wrong})[0] == "InvalidParameter"
    )
