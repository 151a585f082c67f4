"""How the operation of AWS Sign-In is called: no row has the code of somebody who signed in."""

from tests.services.rows import Row, Step

SCENE: list[Step] = []
ROWS: dict[str, Row] = {}
OTHERS = {
    "CreateOAuth2Token": "tests/gateway/console/test_aws_login.py::test_a_code_is_traded_in_for_credentials",
}
"""Operations that are tested elsewhere."""
