"""How each operation of Lambda is called: what a row is stands in tests/services/rows.py."""

from typing import Any

from tests.services.lambda_.packages import ECHO
from tests.services.rows import Refused, Row, Step, Without

ROLE = {"Role": "arn:aws:iam::123456789012:role/runner"}
NEW = ROLE | {"Runtime": "python3.12", "Handler": "app.handler", "Code": {"ZipFile": ECHO}}


def function(name: str) -> dict[str, Any]:
    return {"FunctionName": name}


ECHOING = function("echo")
ARN = "arn:aws:lambda:us-east-1:123456789012:function:"
NO_FUNCTION = Refused("ResourceNotFoundException", FunctionName="none")
NO_RESOURCE = Refused("ResourceNotFoundException", Resource=f"{ARN}none")
NO_LAYER = Without("it would be a layer, and layers aren't served")
AT_ONCE = Without("each change is complete at once: nothing is in its way")


def alias(name: str) -> dict[str, Any]:
    return ECHOING | {"Name": name}


def permission(statement: str) -> dict[str, Any]:
    return ECHOING | {"StatementId": statement}


ALLOWING = {"Action": "lambda:InvokeFunction", "Principal": "s3.amazonaws.com"}

SCENE = [
    *(Step("CreateFunction", function(name) | NEW) for name in ("echo", "free", "plain", "spare")),
    Step("PublishVersion", ECHOING),
    *(Step("CreateAlias", alias(name) | {"FunctionVersion": "1"}) for name in ("live", "spare")),
    *(Step("AddPermission", permission(name) | ALLOWING) for name in ("kept", "spare")),
    *(
        Step("PutFunctionEventInvokeConfig", each | {"MaximumRetryAttempts": 1})
        for each in (ECHOING, ECHOING | {"Qualifier": "live"}, function("free"))
    ),
    *(
        Step("CreateFunctionUrlConfig", each | {"AuthType": "NONE"})
        for each in (ECHOING, ECHOING | {"Qualifier": "live"}, function("free"))
    ),
    Step("PutFunctionConcurrency", function("free") | {"ReservedConcurrentExecutions": 2}),
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
    "GetFunctionCodeSigningConfig": Row(ECHOING, missing=NO_FUNCTION),
    # running them
    "Invoke": Row(ECHOING | {"Payload": b"{}"}, missing=NO_FUNCTION, conflict=AT_ONCE),
    # events
    "PutFunctionEventInvokeConfig": Row(
        ECHOING | {"MaximumEventAgeInSeconds": 60}, missing=NO_FUNCTION, conflict=AT_ONCE
    ),
    "UpdateFunctionEventInvokeConfig": Row(
        ECHOING | {"MaximumEventAgeInSeconds": 60},
        missing=Refused("ResourceNotFoundException", FunctionName="spare"),
        conflict=AT_ONCE,
    ),
    "GetFunctionEventInvokeConfig": Row(
        ECHOING, missing=Refused("ResourceNotFoundException", FunctionName="spare")
    ),
    "DeleteFunctionEventInvokeConfig": Row(
        function("free"),
        missing=Refused("ResourceNotFoundException", FunctionName="spare"),
        conflict=AT_ONCE,
    ),
    "ListFunctionEventInvokeConfigs": Row(ECHOING, missing=NO_FUNCTION, pages=1),
    # URLs
    "CreateFunctionUrlConfig": Row(
        function("plain") | {"AuthType": "AWS_IAM"},
        missing=NO_FUNCTION,
        conflict=Refused("ResourceConflictException", FunctionName="echo"),
    ),
    "GetFunctionUrlConfig": Row(ECHOING, missing=Refused("ResourceNotFoundException", FunctionName="spare")),
    "UpdateFunctionUrlConfig": Row(
        ECHOING | {"AuthType": "AWS_IAM"},
        missing=Refused("ResourceNotFoundException", FunctionName="spare"),
        conflict=AT_ONCE,
    ),
    "DeleteFunctionUrlConfig": Row(
        function("free"),
        missing=Refused("ResourceNotFoundException", FunctionName="spare"),
        conflict=AT_ONCE,
    ),
    "ListFunctionUrlConfigs": Row(ECHOING, missing=NO_FUNCTION, pages=1),
    # versions and aliases
    "PublishVersion": Row(ECHOING, missing=NO_FUNCTION, conflict=AT_ONCE),
    "ListVersionsByFunction": Row(ECHOING, missing=NO_FUNCTION, pages=1),
    "CreateAlias": Row(
        alias("new") | {"FunctionVersion": "1"},
        missing=Refused("ResourceNotFoundException", FunctionVersion="99"),
        conflict=Refused("ResourceConflictException", Name="live"),
    ),
    "GetAlias": Row(alias("live"), missing=Refused("ResourceNotFoundException", Name="none")),
    "UpdateAlias": Row(
        alias("live") | {"Description": "used"},
        missing=Refused("ResourceNotFoundException", Name="none"),
        conflict=AT_ONCE,
    ),
    "DeleteAlias": Row(alias("spare"), missing=NO_FUNCTION, conflict=AT_ONCE),
    "ListAliases": Row(ECHOING, missing=NO_FUNCTION, pages=1),
    # permissions
    "AddPermission": Row(
        permission("new") | ALLOWING,
        missing=NO_FUNCTION,
        conflict=Refused("ResourceConflictException", StatementId="kept"),
    ),
    "RemovePermission": Row(
        permission("spare"), missing=Refused("ResourceNotFoundException", StatementId="none")
    ),
    "GetPolicy": Row(ECHOING, missing=Refused("ResourceNotFoundException", FunctionName="free")),
    # tags
    "TagResource": Row(
        {"Resource": f"{ARN}echo", "Tags": {"team": "red"}}, missing=NO_RESOURCE, conflict=AT_ONCE
    ),
    "UntagResource": Row(
        {"Resource": f"{ARN}echo", "TagKeys": ["team"]}, missing=NO_RESOURCE, conflict=AT_ONCE
    ),
    "ListTags": Row({"Resource": f"{ARN}echo"}, missing=NO_RESOURCE),
    # the account
    "GetAccountSettings": Row(),
    "PutFunctionConcurrency": Row(
        ECHOING | {"ReservedConcurrentExecutions": 5}, missing=NO_FUNCTION, conflict=AT_ONCE
    ),
    "GetFunctionConcurrency": Row(function("free"), missing=NO_FUNCTION),
    "DeleteFunctionConcurrency": Row(function("free"), missing=NO_FUNCTION, conflict=AT_ONCE),
}
OTHERS: dict[str, str] = {}
