"""How each operation of STS is called: what a row is stands in tests/services/rows.py."""

from tests.services.rows import Refused, Row, Step

WORKER = {"RoleArn": "arn:aws:iam::123456789012:role/worker", "RoleSessionName": "morning"}
NO_ROLE = Refused("AccessDenied", RoleArn="arn:aws:iam::123456789012:role/none")

SCENE: list[Step] = []

ROWS = {
    "AssumeRole": Row(WORKER, missing=NO_ROLE),
    "GetAccessKeyInfo": Row({"AccessKeyId": "<key>"}),
    "GetCallerIdentity": Row(),
    "GetFederationToken": Row({"Name": "bob"}),
    "GetSessionToken": Row(),
    "GetWebIdentityToken": Row({"Audience": ["warehouse"], "SigningAlgorithm": "ES384"}),
}
OTHERS = {  # they take what a refusal brought, and what an issuer signed
    "AssumeRoleWithSAML": "tests/services/sts/test_saml.py::test_what_is_answered",
    "AssumeRoleWithWebIdentity": "tests/services/sts/test_web_identity.py::test_what_is_answered",
    "DecodeAuthorizationMessage": "tests/services/sts/test_messages.py::test_what_nothing_allows",
}
