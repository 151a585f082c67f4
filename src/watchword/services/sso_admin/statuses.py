"""What became of requests: to assign a permission set, to take it away, to provision it.

AWS works on them in the background, and clients ask until they are done. Here they are done at once. The
first answer says IN_PROGRESS all the same, as clients expect.
Source: IAM Identity Center API Reference, AccountAssignmentOperationStatus, PermissionSetProvisioningStatus.
"""

from functools import partial
from typing import Any, NamedTuple

from watchword.identity.center.refusals import not_found
from watchword.names.ids import new_request_id
from watchword.services.operation import Call, Operation, Output, reads
from watchword.services.sso_admin import pages
from watchword.services.sso_admin.demands import INSTANCE, current, on
from watchword.store.identity_center import requests
from watchword.store.identity_center.instances import Instance
from watchword.store.identity_center.permission_sets import PermissionSet
from watchword.store.identity_center.requests import ASSIGN, PROVISION, TAKE_AWAY, Request

IN_PROGRESS, SUCCEEDED, FAILED = "IN_PROGRESS", "SUCCEEDED", "FAILED"


class Kind(NamedTuple):
    """How the API calls a kind of requests."""

    kind: str
    request_id: str
    status: str
    listed: str


CREATION = Kind(
    ASSIGN,
    "AccountAssignmentCreationRequestId",
    "AccountAssignmentCreationStatus",
    "AccountAssignmentsCreationStatus",
)
DELETION = Kind(
    TAKE_AWAY,
    "AccountAssignmentDeletionRequestId",
    "AccountAssignmentDeletionStatus",
    "AccountAssignmentsDeletionStatus",
)
PROVISIONING = Kind(
    PROVISION,
    "ProvisionPermissionSetRequestId",
    "PermissionSetProvisioningStatus",
    "PermissionSetsProvisioningStatus",
)


def noted(
    call: Call, kind: Kind, instance: Instance, permission_set: PermissionSet, failure: str, **about: str
) -> Output:
    """The first answer to a request, which is kept with its outcome. `about` are fields of a Request."""
    request = Request(
        new_request_id(call.world.randomness),
        instance.id,
        kind.kind,
        call.now,
        permission_set.arn(instance.partition),
        failure=failure,
        **about,
    )
    requests.insert(call.tx, request)
    shown = _whole(kind, request)
    shown.pop("FailureReason", None)
    return {kind.status: {**shown, "Status": IN_PROGRESS}}


def describe(kind: Kind, call: Call) -> Output:
    """DescribeAccountAssignmentCreationStatus and its siblings."""
    request_id = call.input[kind.request_id]
    found = requests.by_id(call.tx, current(call).id, kind.kind, request_id)
    if found is None:
        raise not_found(f"Could not find the request {request_id}")
    return {kind.status: _whole(kind, found)}


def list_all(kind: Kind, call: Call) -> Output:
    """ListAccountAssignmentCreationStatus and its siblings: of one state, or of all."""
    instance, wanted = current(call), call.input.get("Filter", {}).get("Status")
    start, size = pages.start_of(call), pages.size_of(call)
    if wanted == IN_PROGRESS:
        return {kind.listed: []}
    failed = None if wanted is None else wanted == FAILED
    found, more = requests.page(call.tx, instance.id, kind.kind, failed=failed, after=start, limit=size)
    end = pages.end(found[-1].id if found else "", more=more)
    return {kind.listed: [_short(each) for each in found], **end}


def _short(request: Request) -> dict[str, Any]:
    status = FAILED if request.failure else SUCCEEDED
    return {"Status": status, "RequestId": request.id, "CreatedDate": request.made}


def _whole(kind: Kind, request: Request) -> dict[str, Any]:
    account = "AccountId" if kind is PROVISIONING else "TargetId"
    told = {
        "FailureReason": request.failure,
        account: request.account,
        "PrincipalType": request.principal_type,
        "PrincipalId": request.principal_id,
    }
    target = {} if kind is PROVISIONING else {"TargetType": "AWS_ACCOUNT"}
    there = {member: value for member, value in told.items() if value}
    return {**_short(request), **there, **target, "PermissionSetArn": request.permission_set_arn}


OPERATIONS: dict[str, Operation] = {
    "DescribeAccountAssignmentCreationStatus": reads(partial(describe, CREATION), on(INSTANCE)),
    "DescribeAccountAssignmentDeletionStatus": reads(partial(describe, DELETION), on(INSTANCE)),
    "DescribePermissionSetProvisioningStatus": reads(partial(describe, PROVISIONING), on(INSTANCE)),
    "ListAccountAssignmentCreationStatus": reads(partial(list_all, CREATION), on(INSTANCE)),
    "ListAccountAssignmentDeletionStatus": reads(partial(list_all, DELETION), on(INSTANCE)),
    "ListPermissionSetProvisioningStatus": reads(partial(list_all, PROVISIONING), on(INSTANCE)),
}
