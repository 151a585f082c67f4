"""What is set on a pool."""

import re
from pathlib import Path
from typing import Any

import boto3
import pytest
from tests.services.cognito_identity.harness import DEVELOPER, App, refusal
from tests.services.sts.harness import ACCOUNT, arn, document

WRONG: dict[str, dict[str, Any]] = {
    "another provider's name": {"DeveloperProviderName": "accounts.google.com"},
    "the name of pools": {"DeveloperProviderName": "cognito-identity.amazonaws.com"},
    "a provider of another account": {
        "OpenIdConnectProviderARNs": ["arn:aws:iam::210987654321:oidc-provider/idp.example.com"]
    },
    "a SAML provider as an OIDC provider": {
        "OpenIdConnectProviderARNs": [f"arn:aws:iam::{ACCOUNT}:saml-provider/office"]
    },
    "a role as a SAML provider": {"SamlProviderARNs": [arn("user")]},
    "a reserved tag": {"IdentityPoolTags": {"aws:x": "1"}},
    "a tag with NUL": {"IdentityPoolTags": {"x": "\0"}},
    "too many tags": {"IdentityPoolTags": {str(number): "" for number in range(51)}},
    "a name with a wrong character": {"IdentityPoolName": "a/b"},
}


@pytest.mark.parametrize("name", WRONG)
def test_what_a_pool_can_not_be(app: App, name: str) -> None:
    google = {"SupportedLoginProviders": {"accounts.google.com": "app"}}
    given = app.settings | google | {"DeveloperProviderName": ""} | WRONG[name]
    given = {member: value for member, value in given.items() if value != ""}
    assert refusal(app.admin.create_identity_pool, **given)[0] == "InvalidParameter"


def test_everything_is_shown_as_it_was_given(app: App) -> None:
    given = app.settings | {
        "SupportedLoginProviders": {"accounts.google.com": "app"},
        "CognitoIdentityProviders": [
            {
                "ProviderName": "cognito-idp.us-east-1.amazonaws.com/us-east-1_x",
                "ClientId": "app",
                "ServerSideTokenCheck": True,
            }
        ],
        "SamlProviderARNs": [f"arn:aws:iam::{ACCOUNT}:saml-provider/office"],
        "IdentityPoolTags": {"team": "red"},
    }
    made = app.admin.create_identity_pool(**given)
    found = app.admin.describe_identity_pool(IdentityPoolId=made["IdentityPoolId"])
    for shown in (made, found):
        assert {name: shown[name] for name in given} == given
    updated = app.admin.update_identity_pool(
        IdentityPoolId=made["IdentityPoolId"],
        IdentityPoolName="new name",
        AllowUnauthenticatedIdentities=False,
        DeveloperProviderName=DEVELOPER,
    )
    assert updated["IdentityPoolName"] == "new name"
    assert "SamlProviderARNs" not in updated
    assert updated["IdentityPoolTags"] == {"team": "red"}


def test_the_developers_name_stays(app: App) -> None:
    given = app.settings | {"DeveloperProviderName": "other"}
    update = app.admin.update_identity_pool
    assert refusal(update, IdentityPoolId=app.pool, **given)[0] == "InvalidParameter"


def test_an_update_keeps_roles(app: App) -> None:
    app.set_roles(Type="Token", AmbiguousRoleResolution="Deny")
    before = app.admin.get_identity_pool_roles(IdentityPoolId=app.pool)
    app.update(IdentityPoolName="new")
    after = app.admin.get_identity_pool_roles(IdentityPoolId=app.pool)
    assert (after["Roles"], after["RoleMappings"]) == (before["Roles"], before["RoleMappings"])


RULE = {"Claim": "team", "MatchType": "Equals", "Value": "red", "RoleARN": arn("user")}
MAPPINGS: dict[str, dict[str, Any]] = {
    "nothing for several": {"Type": "Token"},
    "no rules": {"Type": "Rules", "AmbiguousRoleResolution": "Deny"},
    "rules for a token": {
        "Type": "Token",
        "AmbiguousRoleResolution": "Deny",
        "RulesConfiguration": {"Rules": [RULE]},
    },
    "too many rules": {
        "Type": "Rules",
        "AmbiguousRoleResolution": "Deny",
        "RulesConfiguration": {"Rules": [RULE] * 26},
    },
}


@pytest.mark.parametrize("name", MAPPINGS)
def test_mappings_that_can_not_be(app: App, name: str) -> None:
    assert refusal(app.set_roles, **MAPPINGS[name])[0] == "InvalidParameter"


def test_setting_roles_is_passing_them(app: App) -> None:
    app.iam.create_user(UserName="ann")
    policy = document("cognito-identity:*", Resource="*")
    app.iam.put_user_policy(UserName="ann", PolicyName="pools", PolicyDocument=policy)
    key = app.iam.create_access_key(UserName="ann")["AccessKey"]
    own = {"aws_access_key_id": key["AccessKeyId"], "aws_secret_access_key": key["SecretAccessKey"]}
    ann = boto3.client("cognito-identity", **app.server.client_arguments | own)
    given = {"IdentityPoolId": app.pool, "Roles": {"authenticated": arn("user")}}
    code, said = refusal(ann.set_identity_pool_roles, **given)
    assert code == "AccessDenied"
    assert "iam:PassRole" in said
    condition = {"StringEquals": {"iam:PassedToService": "cognito-identity.amazonaws.com"}}
    policy = document("iam:PassRole", Resource=arn("user"), Condition=condition)
    app.iam.put_user_policy(UserName="ann", PolicyName="pass", PolicyDocument=policy)
    assert ann.set_identity_pool_roles(**given)
    rules = {"Type": "Rules", "AmbiguousRoleResolution": "Deny"}
    rules |= {"RulesConfiguration": {"Rules": [RULE | {"RoleARN": arn("guest")}]}}
    mapped = given | {"RoleMappings": {"idp.example.com": rules}}
    assert refusal(ann.set_identity_pool_roles, **mapped)[0] == "AccessDenied"


def test_maps_of_tags(app: App) -> None:
    put, get = app.admin.set_principal_tag_attribute_map, app.admin.get_principal_tag_attribute_map
    named = {"IdentityPoolId": app.pool, "IdentityProviderName": "idp.example.com"}
    assert get(**named)["UseDefaults"] is False
    put(**named, PrincipalTags={"team": "department"})
    assert get(**named)["PrincipalTags"] == {"team": "department"}
    put(**named, UseDefaults=True)
    found = get(**named)
    assert (found["UseDefaults"], found["PrincipalTags"]) == (True, {})
    for wrong in ({"aws:x": "sub"}, {"a": "sub", "A": "aud"}, {"<": "sub"}):
        assert refusal(put, **named, PrincipalTags=wrong)[0] == "InvalidParameter"


def test_tags(app: App) -> None:
    pool = f"arn:aws:cognito-identity:us-east-1:{ACCOUNT}:identitypool/{app.pool}"
    app.admin.tag_resource(ResourceArn=pool, Tags={"team": "red"})
    app.admin.tag_resource(ResourceArn=pool, Tags={"Team": "blue"})
    app.admin.untag_resource(ResourceArn=pool, TagKeys=["team", "none"])
    assert app.admin.list_tags_for_resource(ResourceArn=pool)["Tags"] == {"Team": "blue"}
    many = {str(number): "" for number in range(50)}
    assert refusal(app.admin.tag_resource, ResourceArn=pool, Tags=many)[0] == "InvalidParameter"
    for wrong in (arn("user"), f"{pool}\0", "x" * 20):
        assert refusal(app.admin.list_tags_for_resource, ResourceArn=wrong)[0] == "InvalidParameter"


def test_the_trust_policy_of_the_page_can_be_stored(app: App) -> None:
    """One that doesn't say which pool can't."""
    page = (Path(__file__).parents[3] / "docs" / "identity-pools.md").read_text()
    (policy,) = re.findall(r"^```json\n(.+?)^```", page, re.MULTILINE | re.DOTALL)
    app.iam.create_role(RoleName="page", AssumeRolePolicyDocument=policy)
    anybody = policy.replace("cognito-identity.amazonaws.com:aud", "cognito-identity.amazonaws.com:sub")
    assert refusal(app.iam.create_role, RoleName="any", AssumeRolePolicyDocument=anybody)[0] == (
        "MalformedPolicyDocument"
    )
