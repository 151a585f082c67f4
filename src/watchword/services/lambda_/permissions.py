"""Permissions: statements of a function's resource policy, added and removed one by one.

1. A statement allows an action to one principal: a service, an account, a user or role, or everybody.
2. Users and roles are stored by their unique ids, as in all resource policies.
3. The function, each version and each alias have a policy of their own; $LATEST has none.
4. A policy without statements is none.

Source: AWS Lambda API Reference, AddPermission, RemovePermission, GetPolicy; Developer Guide, "Viewing
resource-based IAM policies in Lambda".
"""

import json
from typing import Any

from watchword.access import Demand
from watchword.identity import policy_principals
from watchword.names import AwsError
from watchword.names.ids import is_account_id
from watchword.policy import Policy
from watchword.services.lambda_.demands import Keys, demand, on_function
from watchword.services.lambda_.errors import changed_meanwhile, conflict, invalid, no_function, not_found
from watchword.services.lambda_.functions import current, new_revision
from watchword.services.lambda_.names import FunctionName
from watchword.services.operation import Call, Operation, Output, reads, writes
from watchword.store.functions import aliases, permissions, versions
from watchword.store.functions.functions import Function
from watchword.store.functions.permissions import Permissions
from watchword.store.functions.versions import LATEST

MOST = 20_480
"""Bytes of a policy."""
NO_RESOURCE = "The resource you requested does not exist."
_CONDITIONS = (
    ("SourceArn", "ArnLike", "AWS:SourceArn"),
    ("SourceAccount", "StringEquals", "AWS:SourceAccount"),
    ("EventSourceToken", "StringEquals", "lambda:EventSourceToken"),
    ("PrincipalOrgID", "StringEquals", "aws:PrincipalOrgID"),
    ("FunctionUrlAuthType", "StringEquals", "lambda:FunctionUrlAuthType"),
    ("InvokedViaFunctionUrl", "Bool", "lambda:InvokedViaFunctionUrl"),
)
"""Member of the request -> the condition that it becomes."""


def add_permission(call: Call) -> Output:
    """AddPermission."""
    named, function = FunctionName.of(call), current(call)
    _check_qualifier(call, function, named)
    before = _policy(call, function, named.qualifier)
    statements = _statements(before)
    added = _statement(call, named)
    if any(each["Sid"] == added["Sid"] for each in statements):
        raise conflict(
            f"The statement id ({added['Sid']}) provided already exists. Please provide a new statement id, "
            "or remove the existing statement."
        )
    bound = _bound(call, [*statements, added])
    if len(bound.encode()) > MOST:
        raise AwsError("PolicyLengthExceededException", 400, f"The final policy size is bigger than {MOST}.")
    permissions.put(call.tx, Permissions(function.id, named.qualifier, bound, new_revision(call)))
    return {"Statement": json.dumps(added, separators=(",", ":"))}


def remove_permission(call: Call) -> Output:
    """RemovePermission."""
    named, function = FunctionName.of(call), current(call)
    before = _policy(call, function, named.qualifier)
    statements = _statements(before)
    left = [each for each in statements if each["Sid"] != call.input["StatementId"]]
    if before is None:
        raise not_found("No policy is associated with the given resource.")
    if len(left) == len(statements):
        raise not_found(f"Statement {call.input['StatementId']} is not found in resource policy.")
    if not left:
        permissions.remove(call.tx, function.id, named.qualifier)
        return {}
    changed = Permissions(function.id, named.qualifier, _written(left), new_revision(call))
    permissions.put(call.tx, changed)
    return {}


def get_policy(call: Call) -> Output:
    """GetPolicy."""
    named, function = FunctionName.of(call), current(call)
    found = _policy(call, function, named.qualifier)
    if found is None:
        raise not_found(NO_RESOURCE)
    readable = policy_principals.unbind(call.tx, Policy.parse(found.document))
    return {"Policy": str(readable), "RevisionId": found.revision}


def to_add(call: Call) -> tuple[Demand, ...]:
    """lambda:AddPermission, with the principal and the kind of URL that it is for."""
    keys: Keys = {"lambda:Principal": call.input["Principal"]}
    if "FunctionUrlAuthType" in call.input:
        keys["lambda:FunctionUrlAuthType"] = call.input["FunctionUrlAuthType"]
    return (demand(call, "AddPermission", FunctionName.of(call), keys),)


def _check_qualifier(call: Call, function: Function, named: FunctionName) -> None:
    """Rule 3."""
    if named.qualifier == LATEST:
        raise invalid("We currently do not support adding policies for $LATEST.")
    if not named.qualifier:
        return
    number = named.number
    known = {alias.name for alias in aliases.of(call.tx, function.id)}
    if named.qualifier in known or (number and versions.numbered(call.tx, function.id, number)):
        return
    raise no_function(named.arn)


def _policy(call: Call, function: Function, qualifier: str) -> Permissions | None:
    """The policy; the caller knows its revision, if they say one."""
    every = permissions.of(call.tx, function.id)
    found = next((each for each in every if each.qualifier == qualifier), None)
    if (known := call.input.get("RevisionId")) and found and known != found.revision:
        raise changed_meanwhile()
    return found


def _statements(found: Permissions | None) -> list[dict[str, Any]]:
    if found is None:
        return []
    statements: list[dict[str, Any]] = json.loads(found.document)["Statement"]
    return statements


def _statement(call: Call, named: FunctionName) -> dict[str, Any]:
    given = call.input
    statement: dict[str, Any] = {
        "Sid": given["StatementId"],
        "Effect": "Allow",
        "Principal": _principal(given["Principal"]),
        "Action": given["Action"],
        "Resource": named.arn,
    }
    conditions: dict[str, dict[str, str]] = {}
    for member, operator, key in _CONDITIONS:
        if member in given:
            value = given[member]
            conditions.setdefault(operator, {})[key] = str(value).lower() if value in (True, False) else value
    return statement | ({"Condition": conditions} if conditions else {})


def _principal(text: str) -> str | dict[str, str]:
    """Rule 1."""
    if text == "*":
        return text
    if text.endswith((".amazonaws.com", ".amazon.com")):
        return {"Service": text}
    if is_account_id(text):
        return {"AWS": f"arn:aws:iam::{text}:root"}
    return {"AWS": text}


def _bound(call: Call, statements: list[dict[str, Any]]) -> str:
    """Rule 2."""
    try:
        return str(policy_principals.bind(call.tx, Policy.parse(_written(statements))))
    except policy_principals.UnknownPrincipal as unknown:
        said = "The provided principal was invalid. Please check the principal and try again."
        raise invalid(said, f"there is no {unknown.name}") from None


def _written(statements: list[dict[str, Any]]) -> str:
    document = {"Version": "2012-10-17", "Id": "default", "Statement": statements}
    return json.dumps(document, separators=(",", ":"))


OPERATIONS: dict[str, Operation] = {
    "AddPermission": writes(add_permission, to_add),
    "RemovePermission": writes(remove_permission, on_function("RemovePermission")),
    "GetPolicy": reads(get_policy, on_function("GetPolicy")),
}
