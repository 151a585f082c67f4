"""How each operation of Lambda is called: what a row is stands in tests/services/rows.py."""

from typing import Any

from tests.services.lambda_.packages import ECHO
from tests.services.rows import Refused, Row, Step, Without

ROLE = {"Role": "arn:aws:iam::123456789012:role/runner"}
NEW = ROLE | {"Runtime": "python3.12", "Handler": "app.handler", "Code": {"ZipFile": ECHO}}


def function(name: str) -> dict[str, Any]:
    return {"FunctionName": name}


ECHOING = function("echo")
NO_FUNCTION = Refused("ResourceNotFoundException", FunctionName="none")
NO_LAYER = Without("it would be a layer, and layers aren't served")
AT_ONCE = Without("each change is complete at once: nothing is in its way")

SCENE = [
    *(Step("CreateFunction", function(name) | NEW) for name in ("echo", "free", "spare")),
]

ROWS = {
    # functions
    "CreateFunction": Row(
        function("new") | NEW,
        missing=NO_LAYER,
        conflict=Refused("ResourceConflictException", FunctionName="echo"),
    ),
    "GetFunction": Row(ECHOING, missing=NO_FUNCTION),
    "GetFunctionConfiguration": Row(ECHOING, missing=NO_FUNCTION),
    "ListFunctions": Row(pages=1),
    "UpdateFunctionCode": Row(ECHOING | {"ZipFile": ECHO}, missing=NO_FUNCTION, conflict=AT_ONCE),
    "UpdateFunctionConfiguration": Row(ECHOING | {"Timeout": 5}, missing=NO_FUNCTION, conflict=AT_ONCE),
    "DeleteFunction": Row(function("spare"), missing=NO_FUNCTION, conflict=AT_ONCE),
    # running them
    "Invoke": Row(ECHOING | {"Payload": b"{}"}, missing=NO_FUNCTION, conflict=AT_ONCE),
}
OTHERS: dict[str, str] = {}
