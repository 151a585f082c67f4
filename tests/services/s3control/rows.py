"""How each operation of S3 Control is called: what a row is stands in tests/services/rows.py."""

from tests.services.rows import Refused, Row, Step, Without

ACCOUNT = {"AccountId": "123456789012"}
OPEN = {"PublicAccessBlockConfiguration": {"IgnorePublicAcls": True}}

BUCKET = ACCOUNT | {"ResourceArn": "arn:aws:s3:::tagged"}
"""One of the scene of S3."""
TAGS = {"Tags": [{"Key": "team", "Value": "red"}]}
NO_BUCKET = Refused("NoSuchBucket", ResourceArn="arn:aws:s3:::nowhere")

SCENE = [Step("PutPublicAccessBlock", ACCOUNT | OPEN)]

ROWS = {
    "PutPublicAccessBlock": Row(ACCOUNT | OPEN),
    "GetPublicAccessBlock": Row(
        ACCOUNT,
        missing=Without("an account has one: test_public_access_blocks.py asks for it before it is there"),
    ),
    "DeletePublicAccessBlock": Row(ACCOUNT),
    "TagResource": Row(BUCKET | TAGS, missing=NO_BUCKET),
    "UntagResource": Row(BUCKET | {"TagKeys": ["team"]}, missing=NO_BUCKET),
    "ListTagsForResource": Row(BUCKET, missing=NO_BUCKET),
}
OTHERS: dict[str, str] = {}
