"""Users whom the account's own service logs in."""

from typing import Any

import pytest
from tests.services.cognito_identity.harness import COGNITO, DEVELOPER, App, assumed, claims_in, refusal
from tests.services.sts.harness import arn

DEVELOPERS = {"DeveloperProviderName": DEVELOPER}


def test_a_token_is_a_login(app: App) -> None:
    identity, token = app.developers_token("ann")
    assert app.developers_token("ann")[0] == identity
    assert app.identity({COGNITO: token}) == identity
    assert app.who(app.credentials(identity, {COGNITO: token})) == assumed("user")
    assert refusal(app.credentials, identity)[0] == "NotAuthorized"
    other, _ = app.developers_token("bob")
    assert refusal(app.credentials, other, {COGNITO: token})[0] == "NotAuthorized"


def test_how_long_it_counts(app: App) -> None:
    for given, expected in (({}, 900), ({"TokenDuration": 86400}, 86400)):
        claims = claims_in(app.developers_token("ann", **given)[1])
        assert claims["exp"] - claims["iat"] == expected
    assert claims["amr"] == ["authenticated", DEVELOPER, f"{DEVELOPER}:{app.pool}:ann"]


def test_only_the_service_names_its_users(app: App) -> None:
    identity, _ = app.developers_token("ann")
    assert refusal(app.identity, {DEVELOPER: "ann"})[0] == "NotAuthorized"
    assert refusal(app.credentials, identity, {DEVELOPER: "ann"})[0] == "NotAuthorized"


def test_tags(app: App) -> None:
    app.make_role("tagged", "authenticated", "sts:TagSession", **{"aws:RequestTag/team": "red"})
    app.admin.set_identity_pool_roles(IdentityPoolId=app.pool, Roles={"authenticated": arn("tagged")})
    identity, token = app.developers_token("ann", PrincipalTags={"team": "red"})
    assert app.who(app.credentials(identity, {COGNITO: token})) == assumed("tagged")
    _, token = app.developers_token("ann", PrincipalTags={"team": "blue"})
    assert refusal(app.credentials, identity, {COGNITO: token})[0] == "InvalidIdentityPoolConfiguration"
    for wrong in ({"aws:x": "1"}, {"a": "1", "A": "2"}, {"a\0": "1"}, {"a": "<"}):
        with pytest.raises(Exception, match="InvalidParameterException"):
            app.developers_token("ann", PrincipalTags=wrong)


def test_a_user_is_linked_to_an_identity(app: App) -> None:
    """A guest's, and that of somebody who logs in elsewhere."""
    guest = app.identity()
    assert app.developers_token("ann", IdentityId=guest)[0] == guest
    assert app.developers_token("ann-at-work", IdentityId=guest)[0] == guest
    user = app.identity(app.logins())
    assert app.developers_token("bob", IdentityId=user)[0] == user
    token = app.admin.get_open_id_token_for_developer_identity
    given: dict[str, Any] = {"IdentityPoolId": app.pool, "Logins": {DEVELOPER: "ann"}, "IdentityId": user}
    assert refusal(token, **given)[0] == "DeveloperUserAlreadyRegistered"
    given |= {"IdentityId": app.identity(), "Logins": {DEVELOPER: "new", **app.logins()}}
    assert refusal(token, **given)[0] == "ResourceConflict"
    given |= {"Logins": {DEVELOPER: "new", **app.logins("new")}}
    identity = token(**given)["IdentityId"]
    assert app.identity(app.logins("new")) == identity


def test_what_the_service_may_not_say(app: App) -> None:
    token = app.admin.get_open_id_token_for_developer_identity
    for logins in ({}, {"another": "ann"}, app.logins(), {DEVELOPER: "x" * 1025}, {DEVELOPER: "a\0"}):
        assert refusal(token, IdentityPoolId=app.pool, Logins=logins)[0] == "InvalidParameter"
    given = {DEVELOPER: "ann", **app.logins(aud="other")}
    assert refusal(token, IdentityPoolId=app.pool, Logins=given)[0] == "NotAuthorized"


def test_looking_up(app: App) -> None:
    identity, _ = app.developers_token("ann")
    app.developers_token("ann-at-work", IdentityId=identity)
    look = app.admin.lookup_developer_identity
    both = {"IdentityId": identity, "DeveloperUserIdentifierList": ["ann", "ann-at-work"]}
    for given in ({"IdentityId": identity}, {"DeveloperUserIdentifier": "ann"}):
        answer = look(IdentityPoolId=app.pool, **given)
        assert {name: answer[name] for name in both} == both
    answer = look(IdentityPoolId=app.pool, IdentityId=identity, DeveloperUserIdentifier="ann")
    assert answer["DeveloperUserIdentifierList"] == ["ann"]
    assert refusal(look, IdentityPoolId=app.pool)[0] == "InvalidParameter"
    page = look(IdentityPoolId=app.pool, IdentityId=identity, MaxResults=1)
    rest = look(IdentityPoolId=app.pool, IdentityId=identity, MaxResults=1, NextToken=page["NextToken"])
    assert page["DeveloperUserIdentifierList"] + rest["DeveloperUserIdentifierList"] == ["ann", "ann-at-work"]
    assert "NextToken" not in rest
    assert refusal(look, IdentityPoolId=app.pool, IdentityId=identity, NextToken="x")[0] == "InvalidParameter"


def merge(app: App, source: str, destination: str, **more: str) -> Any:
    return app.admin.merge_developer_identities(
        IdentityPoolId=app.pool,
        SourceUserIdentifier=source,
        DestinationUserIdentifier=destination,
        **DEVELOPERS | more,
    )


def test_merging(app: App) -> None:
    (ann, token), (bob, _) = app.developers_token("ann"), app.developers_token("bob")
    app.credentials(ann, {COGNITO: token, **app.logins()})
    assert merge(app, "ann", "bob")["IdentityId"] == bob
    assert app.developers_token("ann")[0] == bob
    assert app.identity(app.logins()) == bob
    assert refusal(app.admin.describe_identity, IdentityId=ann)[0] == "ResourceNotFound"
    assert refusal(app.credentials, ann, {COGNITO: token})[0] == "ResourceNotFound"
    assert merge(app, "ann", "bob")["IdentityId"] == bob
    assert refusal(merge, app, "ann", "bob", DeveloperProviderName="other")[0] == "InvalidParameter"


def test_two_users_of_one_provider_are_not_merged(app: App) -> None:
    for user in ("ann", "bob"):
        identity, token = app.developers_token(user)
        app.credentials(identity, {COGNITO: token, **app.logins(user)})
    assert refusal(merge, app, "ann", "bob")[0] == "ResourceConflict"
    assert app.identity(app.logins("ann")) != identity


def test_the_last_login_is_unlinked(app: App) -> None:
    """The identity is nobody's then, and no guest's."""
    identity, _ = app.developers_token("ann")
    app.admin.unlink_developer_identity(
        IdentityPoolId=app.pool, IdentityId=identity, DeveloperUserIdentifier="ann", **DEVELOPERS
    )
    assert app.developers_token("ann")[0] != identity
    assert refusal(app.credentials, identity)[0] == "NotAuthorized"
    assert refusal(app.credentials, identity, app.logins())[0] == "NotAuthorized"


def test_an_identity_has_twenty_logins(app: App) -> None:
    identity, _ = app.developers_token("0")
    for number in range(1, 20):
        app.developers_token(str(number), IdentityId=identity)
    token = app.admin.get_open_id_token_for_developer_identity
    given = {"IdentityPoolId": app.pool, "IdentityId": identity, "Logins": {DEVELOPER: "20"}}
    assert refusal(token, **given)[0] == "ResourceConflict"
