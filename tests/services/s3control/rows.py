"""How each operation of S3 Control is called: what a row is stands in tests/services/rows.py."""

from tests.services.rows import Row, Step, Without

ACCOUNT = {"AccountId": "123456789012"}
OPEN = {"PublicAccessBlockConfiguration": {"IgnorePublicAcls": True}}

SCENE = [Step("PutPublicAccessBlock", ACCOUNT | OPEN)]

ROWS = {
    "PutPublicAccessBlock": Row(ACCOUNT | OPEN),
    "GetPublicAccessBlock": Row(
        ACCOUNT,
        missing=Without("an account has one: test_public_access_blocks.py asks for it before it is there"),
    ),
    "DeletePublicAccessBlock": Row(ACCOUNT),
}
OTHERS: dict[str, str] = {}
