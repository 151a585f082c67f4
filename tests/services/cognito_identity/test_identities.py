"""Identities as the pool's owner sees them, and UnlinkIdentity, by which users take a login away."""

from typing import Any

import boto3
from tests.services.cognito_identity.harness import COGNITO, App, refusal
from tests.services.sts.harness import ACCOUNT, document


def test_a_login_is_unlinked(app: App) -> None:
    identity, token = app.developers_token("ann")
    app.credentials(identity, {COGNITO: token, **app.logins()})
    unlink, name = app.user.unlink_identity, app.issuer.name
    given: dict[str, Any] = {"IdentityId": identity, "LoginsToRemove": [name]}
    for logins, code in (({}, "NotAuthorized"), (app.logins("bob"), "NotAuthorized")):
        assert refusal(unlink, Logins=logins, **given)[0] == code
    wrong = given | {"LoginsToRemove": ["idp.example.com"]}
    assert refusal(unlink, Logins=app.logins(), **wrong)[0] == "InvalidParameter"
    app.user.unlink_identity(Logins={COGNITO: token}, **given)
    assert app.identity(app.logins()) != identity
    assert app.admin.describe_identity(IdentityId=identity)["Logins"] == ["login.example"]


def test_a_description(app: App) -> None:
    identity = app.identity(app.logins())
    found = app.admin.describe_identity(IdentityId=identity)
    assert found["Logins"] == [app.issuer.name]
    assert found["CreationDate"] <= found["LastModifiedDate"]
    assert "Logins" not in app.admin.describe_identity(IdentityId=app.identity())


def test_the_list_in_pages(app: App) -> None:
    made = {app.identity() for _ in range(3)} | {app.identity(app.logins())}
    listed: list[dict[str, Any]] = []
    token: dict[str, str] = {}
    while True:
        page = app.admin.list_identities(IdentityPoolId=app.pool, MaxResults=2, **token)
        listed += page["Identities"]
        if "NextToken" not in page:
            break
        token = {"NextToken": page["NextToken"]}
    assert {each["IdentityId"] for each in listed} == made
    assert [each["Logins"] for each in listed if "Logins" in each] == [[app.issuer.name]]


def test_of_another_account(app: App) -> None:
    """Nothing tells whether it is there."""
    identity = app.identity()
    elsewhere = boto3.client("cognito-identity", **app.server.client_arguments | {"region_name": "eu-west-1"})
    none = identity[:-12] + "0" * 12
    for each in (identity, none):
        assert refusal(elsewhere.describe_identity, IdentityId=each)[0] == "ResourceNotFound"
        refused = elsewhere.delete_identities(IdentityIdsToDelete=[each])["UnprocessedIdentityIds"]
        assert refused == [{"IdentityId": each, "ErrorCode": "AccessDenied"}]
    assert refusal(elsewhere.describe_identity_pool, IdentityPoolId=app.pool)[0] == "ResourceNotFound"
    assert elsewhere.list_identity_pools(MaxResults=5)["IdentityPools"] == []
    assert app.admin.describe_identity(IdentityId=identity)


def test_policies_name_the_pool_of_an_identity(app: App) -> None:
    app.iam.create_user(UserName="ann")
    pool = f"arn:aws:cognito-identity:us-east-1:{ACCOUNT}:identitypool/{app.pool}"
    keys = {"cognito-identity:IdentityPoolArn": pool}
    policy = document("cognito-identity:*Identit*", Resource="*", Condition={"StringEquals": keys})
    app.iam.put_user_policy(UserName="ann", PolicyName="one", PolicyDocument=policy)
    key = app.iam.create_access_key(UserName="ann")["AccessKey"]
    own = {"aws_access_key_id": key["AccessKeyId"], "aws_secret_access_key": key["SecretAccessKey"]}
    ann = boto3.client("cognito-identity", **app.server.client_arguments | own)
    assert ann.describe_identity(IdentityId=app.identity())
    other = app.admin.create_identity_pool(**app.settings)["IdentityPoolId"]
    theirs = app.user.get_id(IdentityPoolId=other)["IdentityId"]
    assert refusal(ann.describe_identity, IdentityId=theirs)[0] == "AccessDenied"
    assert refusal(ann.delete_identities, IdentityIdsToDelete=[theirs])[0] == "AccessDenied"
    assert ann.delete_identities(IdentityIdsToDelete=[app.identity()])
