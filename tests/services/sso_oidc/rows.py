"""How the operations of IAM Identity Center OIDC are called: no row has a client, or who signed in."""

from tests.services.rows import Row, Step

SCENE: list[Step] = []
ROWS = {"RegisterClient": Row({"clientName": "aws", "clientType": "public"})}
_TESTS = "tests/gateway/console/portal/test_programs.py"
OTHERS = {
    "CreateToken": f"{_TESTS}::test_a_device_code_is_good_once",
    "StartDeviceAuthorization": f"{_TESTS}::test_until_somebody_answers",
}
"""Operations that are tested elsewhere."""
