"""How each operation of Identity Center is called: what a row is stands in tests/services/rows.py.

The instance and its directory are those of the scene of identitystore.
"""

import json
from typing import Any

from tests.services.rows import Refused, Row, Step, Without

ACCOUNT = "123456789012"
INSTANCE = {"InstanceArn": "<instance>"}
OTHER = {"InstanceArn": "arn:aws:sso:::instance/ssoins-0000000000000000"}
NO_SET_ARN = "arn:aws:sso:::permissionSet/ssoins-0000000000000000/ps-0000000000000000"
NO_INSTANCE = Refused("ResourceNotFoundException", **OTHER)
NO_SET = Refused("ResourceNotFoundException", PermissionSetArn=NO_SET_ARN)
NO_REQUEST = "00000000-0000-4000-8000-000000000000"
READ_ONLY, AUDIT, POWER = (
    f"arn:aws:iam::aws:policy/{name}" for name in ("ReadOnlyAccess", "SecurityAudit", "PowerUserAccess")
)
DOCUMENT = json.dumps(
    {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}}
)
NOTHING_IN_THE_WAY = Without("nothing is in its way: it replaces what is there")


def of_set(name: str) -> dict[str, Any]:
    return {**INSTANCE, "PermissionSetArn": f"<set_{name}>"}


def new_set(name: str) -> dict[str, Any]:
    return {**INSTANCE, "Name": name}


def assigned(permission_set: str, user: str) -> dict[str, Any]:
    return {
        **of_set(permission_set),
        "TargetId": ACCOUNT,
        "TargetType": "AWS_ACCOUNT",
        "PrincipalType": "USER",
        "PrincipalId": f"<person_{user}>",
    }


def reference(name: str) -> dict[str, Any]:
    return {"CustomerManagedPolicyReference": {"Name": name, "Path": "/team/"}}


def provision(permission_set: str) -> dict[str, Any]:
    return {**of_set(permission_set), "TargetType": "ALL_PROVISIONED_ACCOUNTS"}


SETS = ("readers", "full", "unused", "extra")
CREATION, DELETION = (f"AccountAssignment{kind}RequestId" for kind in ("Creation", "Deletion"))
PROVISIONING = "ProvisionPermissionSetRequestId"
SCENE = [
    *(
        Step("CreatePermissionSet", new_set(name), **{f"set_{name}": "PermissionSet.PermissionSetArn"})
        for name in SETS
    ),
    *(
        Step("AttachManagedPolicyToPermissionSet", {**of_set("full"), "ManagedPolicyArn": arn})
        for arn in (READ_ONLY, AUDIT, POWER)
    ),
    *(
        Step("AttachCustomerManagedPolicyReferenceToPermissionSet", {**of_set("unused"), **reference(name)})
        for name in ("a", "b", "c")
    ),
    Step("PutInlinePolicyToPermissionSet", {**of_set("full"), "InlinePolicy": DOCUMENT}),
    *(
        Step("PutPermissionsBoundaryToPermissionSet", {**of_set(name), "PermissionsBoundary": reference("a")})
        for name in ("unused", "extra")
    ),
    Step(
        "CreateAccountAssignment",
        assigned("readers", "ann"),
        creation_request="AccountAssignmentCreationStatus.RequestId",
    ),
    *(Step("CreateAccountAssignment", assigned(*pair)) for pair in (("readers", "bob"), ("full", "ann"))),
    *(Step("CreateAccountAssignment", assigned(name, "bob")) for name in ("full",)),
    *(
        step
        for user in ("bob", "ann")
        for step in (
            Step(
                "DeleteAccountAssignment",
                assigned("extra", user),
                deletion_request="AccountAssignmentDeletionStatus.RequestId",
            ),
            Step(
                "ProvisionPermissionSet",
                provision("readers"),
                provisioning_request="PermissionSetProvisioningStatus.RequestId",
            ),
        )
    ),
    Step("TagResource", {"ResourceArn": "<set_readers>", "Tags": [{"Key": "a", "Value": "1"}]}),
    Step("TagResource", {"ResourceArn": "<set_readers>", "Tags": [{"Key": "b", "Value": "1"}]}),
]
TAGGED = {"ResourceArn": "<set_readers>", "InstanceArn": "<instance>"}
NOT_TAGGED = Refused("ResourceNotFoundException", ResourceArn=NO_SET_ARN)


def missing_request(member: str) -> Refused:
    return Refused("ResourceNotFoundException", **{member: NO_REQUEST})


ROWS = {
    "CreateInstance": Row(
        {"Name": "second"}, answer="ConflictException", conflict=Without("the call is its own case")
    ),
    "DescribeInstance": Row(INSTANCE),
    "ListInstances": Row(pages=Without("there is one")),
    "UpdateInstance": Row(
        {**INSTANCE, "Name": "main"},
        missing=Refused("AccessDeniedException", **OTHER),
        conflict=NOTHING_IN_THE_WAY,
    ),
    "DeleteInstance": Row(INSTANCE, answer="ConflictException", conflict=Without("the call is its own case")),
    "CreatePermissionSet": Row(
        new_set("new"), missing=NO_INSTANCE, conflict=Refused("ConflictException", Name="readers")
    ),
    "DescribePermissionSet": Row(of_set("readers"), missing=NO_SET),
    "ListPermissionSets": Row(INSTANCE, missing=NO_INSTANCE, pages=1),
    "UpdatePermissionSet": Row(
        {**of_set("full"), "Description": "x"}, missing=NO_SET, conflict=NOTHING_IN_THE_WAY
    ),
    "DeletePermissionSet": Row(
        of_set("extra"), missing=NO_SET, conflict=Refused("ConflictException", **of_set("readers"))
    ),
    "AttachManagedPolicyToPermissionSet": Row(
        {**of_set("readers"), "ManagedPolicyArn": AUDIT},
        missing=NO_SET,
        conflict=Refused("ConflictException", **of_set("full")),
    ),
    "DetachManagedPolicyFromPermissionSet": Row(
        {**of_set("full"), "ManagedPolicyArn": POWER}, missing=NO_SET, conflict=NOTHING_IN_THE_WAY
    ),
    "ListManagedPoliciesInPermissionSet": Row(of_set("full"), missing=NO_SET, pages=1),
    "AttachCustomerManagedPolicyReferenceToPermissionSet": Row(
        {**of_set("unused"), **reference("new")},
        missing=NO_SET,
        conflict=Refused("ConflictException", **reference("a")),
    ),
    "DetachCustomerManagedPolicyReferenceFromPermissionSet": Row(
        {**of_set("unused"), **reference("c")}, missing=NO_SET, conflict=NOTHING_IN_THE_WAY
    ),
    "ListCustomerManagedPolicyReferencesInPermissionSet": Row(of_set("unused"), missing=NO_SET, pages=1),
    "PutInlinePolicyToPermissionSet": Row(
        {**of_set("full"), "InlinePolicy": DOCUMENT}, missing=NO_SET, conflict=NOTHING_IN_THE_WAY
    ),
    "GetInlinePolicyForPermissionSet": Row(of_set("full"), missing=NO_SET),
    "DeleteInlinePolicyFromPermissionSet": Row(of_set("full"), missing=NO_SET, conflict=NOTHING_IN_THE_WAY),
    "PutPermissionsBoundaryToPermissionSet": Row(
        {**of_set("full"), "PermissionsBoundary": {"ManagedPolicyArn": READ_ONLY}},
        missing=NO_SET,
        conflict=NOTHING_IN_THE_WAY,
    ),
    "GetPermissionsBoundaryForPermissionSet": Row(of_set("unused"), missing=NO_SET),
    "DeletePermissionsBoundaryFromPermissionSet": Row(
        of_set("unused"), missing=NO_SET, conflict=NOTHING_IN_THE_WAY
    ),
    "CreateAccountAssignment": Row(assigned("full", "ann"), missing=NO_SET, conflict=NOTHING_IN_THE_WAY),
    "DeleteAccountAssignment": Row(assigned("full", "bob"), missing=NO_SET, conflict=NOTHING_IN_THE_WAY),
    "ListAccountAssignments": Row({**of_set("readers"), "AccountId": ACCOUNT}, missing=NO_SET, pages=1),
    "ListAccountAssignmentsForPrincipal": Row(
        {**INSTANCE, "PrincipalType": "USER", "PrincipalId": "<person_ann>"}, missing=NO_INSTANCE, pages=1
    ),
    "ProvisionPermissionSet": Row(provision("full"), missing=NO_SET, conflict=NOTHING_IN_THE_WAY),
    "ListAccountsForProvisionedPermissionSet": Row(
        of_set("readers"), missing=NO_SET, pages=Without("there is one: test_assignments.py")
    ),
    "ListPermissionSetsProvisionedToAccount": Row(
        {**INSTANCE, "AccountId": ACCOUNT}, missing=NO_INSTANCE, pages=1
    ),
    "DescribeAccountAssignmentCreationStatus": Row(
        {**INSTANCE, CREATION: "<creation_request>"}, missing=missing_request(CREATION)
    ),
    "DescribeAccountAssignmentDeletionStatus": Row(
        {**INSTANCE, DELETION: "<deletion_request>"}, missing=missing_request(DELETION)
    ),
    "DescribePermissionSetProvisioningStatus": Row(
        {**INSTANCE, PROVISIONING: "<provisioning_request>"}, missing=missing_request(PROVISIONING)
    ),
    "ListAccountAssignmentCreationStatus": Row(INSTANCE, missing=NO_INSTANCE, pages=1),
    "ListAccountAssignmentDeletionStatus": Row(INSTANCE, missing=NO_INSTANCE, pages=1),
    "ListPermissionSetProvisioningStatus": Row(INSTANCE, missing=NO_INSTANCE, pages=1),
    "TagResource": Row(
        {**TAGGED, "Tags": [{"Key": "c", "Value": "2"}]}, missing=NOT_TAGGED, conflict=NOTHING_IN_THE_WAY
    ),
    "UntagResource": Row({**TAGGED, "TagKeys": ["c"]}, missing=NOT_TAGGED, conflict=NOTHING_IN_THE_WAY),
    "ListTagsForResource": Row(TAGGED, missing=NOT_TAGGED, pages=Without("boto3 can't set its size")),
}
OTHERS: dict[str, str] = {}
