"""How Access Analyzer's operations are called: what a row is stands in tests/services/rows.py."""

import json

from tests.services.rows import Row, Step

POLICY = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": ["iam:Nothing", "iam:Nowhere"], "Resource": "*"}],
    }
)
_TESTS = "tests/server/test_explanations.py"

SCENE: list[Step] = []
ROWS = {"ValidatePolicy": Row({"policyDocument": POLICY, "policyType": "IDENTITY_POLICY"}, pages=1)}
OTHERS = {  # Watchword's own, which boto3 doesn't know
    "ExplainAccess": f"{_TESTS}::test_a_fix_is_tried",
    "ExplainCase": f"{_TESTS}::test_a_case",
    "ExplainEvent": f"{_TESTS}::test_a_refusal_is_explained_by_its_request_id",
    "ExplainMessage": f"{_TESTS}::test_a_message_is_explained",
}
