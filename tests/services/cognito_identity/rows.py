"""How each operation of identity pools is called: what a row is stands in tests/services/rows.py."""

from tests.services.rows import Refused, Row, Step, Without

NEW = {"IdentityPoolName": "app", "AllowUnauthenticatedIdentities": True}
NONE = "us-east-1:00000000-0000-0000-0000-000000000000"
ARN = "arn:aws:cognito-identity:us-east-1:123456789012:identitypool/"
POOL = {"IdentityPoolId": "<pool>"}
NO_POOL = Refused("ResourceNotFoundException", IdentityPoolId=NONE)
TAGGED = {"ResourceArn": f"{ARN}<pool>"}
NOT_TAGGED = Refused("ResourceNotFoundException", ResourceArn=f"{ARN}{NONE}")
PROVIDER = {"IdentityProviderName": "idp.example.com"}
DEVELOPER = {"DeveloperProviderName": "login.example"}
ROLES = {"Roles": {"authenticated": "arn:aws:iam::123456789012:role/worker"}}
OTHER_IDENTITY = Refused("ResourceConflictException", DeveloperUserIdentifier="ann", IdentityId="<bob>")
NOTHING_IN_THE_WAY = Without("nothing is in its way: names of pools aren't unique")
NO_PAGINATOR = Without("boto3 has no paginator for it; tests/services/cognito_identity/test_identities.py")


def logged_in(user: str) -> dict[str, object]:
    return {**POOL, "Logins": {"login.example": user}}


SCENE = [
    Step("CreateIdentityPool", {**NEW, **DEVELOPER}, pool="IdentityPoolId"),
    Step("CreateIdentityPool", NEW, unused_pool="IdentityPoolId"),
    Step("CreateIdentityPool", NEW),
    *(
        Step("GetOpenIdTokenForDeveloperIdentity", logged_in(user), **{user: "IdentityId"})
        for user in ("ann", "bob", "cid", "dan", "eve", "fay")
    ),
    Step("GetOpenIdTokenForDeveloperIdentity", {**logged_in("ann-at-work"), "IdentityId": "<ann>"}),
]

ROWS = {
    "CreateIdentityPool": Row(NEW, conflict=NOTHING_IN_THE_WAY),
    "DeleteIdentities": Row({"IdentityIdsToDelete": ["<fay>"]}),
    "DeleteIdentityPool": Row({"IdentityPoolId": "<unused_pool>"}, missing=NO_POOL),
    "DescribeIdentity": Row(
        {"IdentityId": "<ann>"}, missing=Refused("ResourceNotFoundException", IdentityId=NONE)
    ),
    "DescribeIdentityPool": Row(POOL, missing=NO_POOL),
    "GetIdentityPoolRoles": Row(POOL, missing=NO_POOL, conflict=NOTHING_IN_THE_WAY),
    "GetOpenIdTokenForDeveloperIdentity": Row(
        logged_in("ann"),
        missing=NO_POOL,
        conflict=Refused("DeveloperUserAlreadyRegisteredException", IdentityId="<bob>"),
    ),
    "GetPrincipalTagAttributeMap": Row({**POOL, **PROVIDER}, missing=NO_POOL),
    "ListIdentities": Row({**POOL, "MaxResults": 60}, missing=NO_POOL, pages=NO_PAGINATOR),
    "ListIdentityPools": Row({"MaxResults": 60}, missing=Without("it names nothing"), pages=1),
    "ListTagsForResource": Row(TAGGED, missing=NOT_TAGGED),
    "LookupDeveloperIdentity": Row(
        {**POOL, "IdentityId": "<ann>"},
        missing=Refused("ResourceNotFoundException", IdentityId=NONE),
        conflict=Refused("ResourceConflictException", DeveloperUserIdentifier="bob"),
        pages=NO_PAGINATOR,
    ),
    "MergeDeveloperIdentities": Row(
        {**POOL, **DEVELOPER, "SourceUserIdentifier": "cid", "DestinationUserIdentifier": "dan"},
        missing=Refused("ResourceNotFoundException", SourceUserIdentifier="nobody"),
        conflict=Without("it takes logins that an issuer signed: test_developers.py"),
    ),
    "SetIdentityPoolRoles": Row({**POOL, **ROLES}, missing=NO_POOL, conflict=NOTHING_IN_THE_WAY),
    "SetPrincipalTagAttributeMap": Row({**POOL, **PROVIDER, "UseDefaults": True}, missing=NO_POOL),
    "TagResource": Row({**TAGGED, "Tags": {"team": "red"}}, missing=NOT_TAGGED),
    "UnlinkDeveloperIdentity": Row(
        {**POOL, **DEVELOPER, "IdentityId": "<eve>", "DeveloperUserIdentifier": "eve"},
        missing=Refused("ResourceNotFoundException", DeveloperUserIdentifier="nobody"),
        conflict=OTHER_IDENTITY,
    ),
    "UntagResource": Row({**TAGGED, "TagKeys": ["team"]}, missing=NOT_TAGGED),
    "UpdateIdentityPool": Row({**POOL, **NEW, **DEVELOPER}, missing=NO_POOL, conflict=NOTHING_IN_THE_WAY),
}
OTHERS = {  # their callers are known by what is in the body, or are guests
    "GetCredentialsForIdentity": "tests/services/cognito_identity/test_enhanced_flow.py::test_a_user_logs_in",
    "GetId": "tests/services/cognito_identity/test_enhanced_flow.py::test_a_user_logs_in",
    "GetOpenIdToken": "tests/services/cognito_identity/test_basic_flow.py::test_a_user_assumes_a_role",
    "UnlinkIdentity": "tests/services/cognito_identity/test_identities.py::test_a_login_is_unlinked",
}
