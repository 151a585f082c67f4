"""How each operation of STS is called: what a row is stands in tests/services/rows.py."""

from tests.services.rows import Refused, Row, Step

WORKER = {"RoleArn": "arn:aws:iam::123456789012:role/worker", "RoleSessionName": "morning"}
ANY_ROOT = {
    "TargetPrincipal": "210987654321",
    "TaskPolicyArn": {"arn": "arn:aws:iam::aws:policy/root-task/S3UnlockBucketPolicy"},
}
NO_ROLE = Refused("AccessDenied", RoleArn="arn:aws:iam::123456789012:role/none")

SCENE: list[Step] = []

ROWS = {
    "AssumeRole": Row(WORKER, missing=NO_ROLE),
    "AssumeRoot": Row(ANY_ROOT, answer="AccessDenied"),
    "GetAccessKeyInfo": Row({"AccessKeyId": "<key>"}),
    "GetCallerIdentity": Row(),
    "GetFederationToken": Row({"Name": "bob"}),
    "GetSessionToken": Row(),
    "GetWebIdentityToken": Row({"Audience": ["warehouse"], "SigningAlgorithm": "ES384"}),
}
OTHERS = {  # they take what a refusal brought, what an issuer signed, and what an operator passed on
    "AssumeRoleWithSAML": "tests/services/sts/test_saml.py::test_what_is_answered",
    "AssumeRoleWithWebIdentity": "tests/services/sts/test_web_identity.py::test_what_is_answered",
    "GetDelegatedAccessToken": (
        "tests/server/test_delegated_access.py::test_the_partner_can_what_both_policies_allow"
    ),
    "DecodeAuthorizationMessage": "tests/services/sts/test_messages.py::test_what_nothing_allows",
}
