"""How the operations of the access portal are called: no row has the token of somebody who signed in."""

from tests.services.rows import Row, Step

SCENE: list[Step] = []
ROWS: dict[str, Row] = {}
_TESTS = "tests/gateway/console/portal"
OTHERS = {
    "GetRoleCredentials": f"{_TESTS}/test_programs.py::test_credentials_say_whose_they_are",
    "ListAccountRoles": f"{_TESTS}/test_programs.py::test_what_is_listed",
    "ListAccounts": f"{_TESTS}/test_programs.py::test_what_is_listed",
    "Logout": f"{_TESTS}/test_endings.py::test_signing_out_ends_all_of_a_session",
}
"""Operations that are tested elsewhere."""
