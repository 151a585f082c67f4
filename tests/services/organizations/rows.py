"""How each operation of Organizations is called: what a row is stands in tests/services/rows.py."""

import json
from typing import Any

from tests.services.rows import Refused, Row, Step, Without

SCP, RCP = "SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY"
ALLOWED = {"Effect": "Allow", "Action": "*", "Resource": "*"}
CONTENT = {"Content": json.dumps({"Version": "2012-10-17", "Statement": [ALLOWED]})}
TAGS = {"Tags": [{"Key": "team", "Value": "red"}]}
NONE = "ou-zzzz-zzzzzzzz"
NOWHERE, NO_UNIT = {"ParentId": NONE}, {"OrganizationalUnitId": NONE}
NO_ACCOUNT, NO_RESOURCE = {"AccountId": "999999999999"}, {"PolicyId": "p-0000000000"}
ROOT, UNIT, DEV = {"ParentId": "<root>"}, {"OrganizationalUnitId": "<unit>"}, {"AccountId": "<dev>"}
POLICY, OF_TYPE = {"PolicyId": "<policy>"}, {"Filter": SCP}
READING = {"Effect": "Allow", "Action": "organizations:Describe*", "Resource": "*"}
READERS = {**READING, "Principal": {"AWS": "123456789012"}}
DELEGATING = {"Content": json.dumps({"Version": "2012-10-17", "Statement": [READERS]})}
OF_TAGS = {"PolicyType": "TAG_POLICY"}
TAG_POLICY = {
    "Name": "tags",
    "Description": "",
    "Type": "TAG_POLICY",
    "Content": json.dumps({"tags": {"team": {"tag_key": {"@@assign": "Team"}}}}),
}
ALWAYS_VALID = Without("no effective policy is ever invalid")
NO_TRANSFERS = Without("nothing is billed, so nothing is transferred")
BILLING, TRANSFER = {"Type": "BILLING"}, {"Id": "rt-00000000"}
NO_TRANSFER = "ResponsibilityTransferNotFoundException"
ONE_PAGE = Without("there is one, or they fit on a page")


def named(name: str) -> dict[str, str]:
    return {"Name": name}


def account(name: str) -> dict[str, str]:
    return {"AccountName": name, "Email": f"{name}@example.com"}


def new_policy(name: str) -> dict[str, str]:
    return {**named(name), **CONTENT, "Description": "", "Type": SCP}


def service(name: str) -> dict[str, str]:
    return {"ServicePrincipal": f"{name}.amazonaws.com"}


def invited(number: int) -> dict[str, str]:
    return {"Id": f"{number}" * 12, "Type": "ACCOUNT"}


def missing(code: str, **changed: str) -> Refused:
    return Refused(f"{code}NotFoundException", **changed)


def duplicate(what: str, **changed: Any) -> Refused:
    return Refused(f"Duplicate{what}Exception", **changed)


NO_PARENT, NO_SUCH_UNIT = missing("Parent", **NOWHERE), missing("OrganizationalUnit", **NO_UNIT)
NO_SUCH_ACCOUNT, NO_SUCH_POLICY = missing("Account", **NO_ACCOUNT), missing("Policy", **NO_RESOURCE)
NO_TARGET, NO_ROOT = missing("Target", TargetId=NONE), missing("Root", RootId="r-zzzz")
NO_HANDSHAKE = missing("Handshake", HandshakeId="h-00000000")
NO_RESOURCE = missing("Target", ResourceId=NONE)

SCENE = [
    Step("CreateOrganization", {}),
    Step("ListRoots", {}, root="Roots.0.Id"),
    *(Step("EnablePolicyType", {"RootId": "<root>", "PolicyType": type_}) for type_ in (SCP, RCP)),
    *(
        Step("CreateOrganizationalUnit", ROOT | named(name) | TAGS, **{kept: "OrganizationalUnit.Id"})
        for name, kept in (("Sandbox", "unit"), ("Spare", "spare"), ("Moving", "moving"))
    ),
    *(
        step
        for name in ("dev", "test", "spare")
        for step in (
            Step("CreateAccount", account(name), request="CreateAccountStatus.Id"),
            Step(
                "DescribeCreateAccountStatus",
                {"CreateAccountRequestId": "<request>"},
                **{f"{name}_account" if name != "dev" else "dev": "CreateAccountStatus.AccountId"},
            ),
        )
    ),
    *(
        Step("CreatePolicy", new_policy(name), **{kept: "Policy.PolicySummary.Id"})
        for name, kept in (("used", "policy"), ("free", "free"), ("gone", "spare_policy"))
    ),
    Step("AttachPolicy", POLICY | {"TargetId": "<unit>"}),
    Step("AttachPolicy", POLICY | {"TargetId": "<dev>"}),
    Step("AttachPolicy", POLICY | {"TargetId": "<moving>"}),
    *(Step("EnableAWSServiceAccess", service(name)) for name in ("guardduty", "iam", "macie", "sso")),
    *(
        Step("RegisterDelegatedAdministrator", {"AccountId": account_id} | service(name))
        for account_id, name in (("<dev>", "guardduty"), ("<dev>", "macie"), ("<test_account>", "guardduty"))
    ),
    Step("PutResourcePolicy", DELEGATING),
    Step("EnablePolicyType", {"RootId": "<root>", "PolicyType": "TAG_POLICY"}),
    Step("CreatePolicy", TAG_POLICY, tag_policy="Policy.PolicySummary.Id"),
    Step("AttachPolicy", {"PolicyId": "<tag_policy>", "TargetId": "<root>"}),
    *(
        Step(
            "InviteAccountToOrganization", {"Target": invited(number)}, **{f"invited{number}": "Handshake.Id"}
        )
        for number in (1, 2)
    ),
]

ROWS = {
    "CreateOrganization": Row(answer="AlreadyInOrganizationException"),
    "DescribeOrganization": Row(),
    "DeleteOrganization": Row(answer="OrganizationNotEmptyException"),
    "ListRoots": Row(pages=ONE_PAGE),
    "ListChildren": Row({**ROOT, "ChildType": "ORGANIZATIONAL_UNIT"}, missing=NO_PARENT, pages=1),
    "ListParents": Row({"ChildId": "<dev>"}, missing=missing("Child", ChildId=NONE), pages=ONE_PAGE),
    "CreateOrganizationalUnit": Row(
        ROOT | named("New"), missing=NO_PARENT, conflict=duplicate("OrganizationalUnit", Name="Sandbox")
    ),
    "DescribeOrganizationalUnit": Row(UNIT, missing=NO_SUCH_UNIT),
    "UpdateOrganizationalUnit": Row(
        {"OrganizationalUnitId": "<moving>", "Name": "Moved"},
        missing=NO_SUCH_UNIT,
        conflict=duplicate("OrganizationalUnit", Name="Sandbox"),
    ),
    "DeleteOrganizationalUnit": Row({"OrganizationalUnitId": "<spare>"}, missing=NO_SUCH_UNIT),
    "ListOrganizationalUnitsForParent": Row(ROOT, missing=NO_PARENT, pages=1),
    "CreateAccount": Row(account("new")),
    "DescribeCreateAccountStatus": Row(
        {"CreateAccountRequestId": "<request>"},
        missing=missing("CreateAccountStatus", CreateAccountRequestId="car-00000000"),
    ),
    "ListCreateAccountStatus": Row(pages=1),
    "DescribeAccount": Row(DEV, missing=NO_SUCH_ACCOUNT),
    "ListAccounts": Row(pages=1),
    "ListAccountsForParent": Row(ROOT, missing=NO_PARENT, pages=1),
    "MoveAccount": Row(
        {"AccountId": "<test_account>", "SourceParentId": "<root>", "DestinationParentId": "<unit>"},
        missing=missing("SourceParent", SourceParentId=NONE),
        conflict=duplicate("Account", AccountId="<dev>", DestinationParentId="<root>"),
    ),
    "CloseAccount": Row(
        {"AccountId": "<spare_account>"},
        missing=NO_SUCH_ACCOUNT,
        conflict=Without("nothing else happens to an account at the same time"),
    ),
    "RemoveAccountFromOrganization": Row(DEV, answer="ConstraintViolationException", missing=NO_SUCH_ACCOUNT),
    "LeaveOrganization": Row(
        answer="MasterCannotLeaveOrganizationException",
        missing=Without("the account is the caller's own"),
    ),
    "EnablePolicyType": Row({"RootId": "<root>", "PolicyType": "BACKUP_POLICY"}, missing=NO_ROOT),
    "DescribeEffectivePolicy": Row(
        OF_TAGS | {"TargetId": "<dev>"}, missing=missing("EffectivePolicy", PolicyType="CHATBOT_POLICY")
    ),
    "ListAccountsWithInvalidEffectivePolicy": Row(OF_TAGS, missing=ALWAYS_VALID, pages=ALWAYS_VALID),
    "ListEffectivePolicyValidationErrors": Row(OF_TAGS | DEV, missing=NO_SUCH_ACCOUNT, pages=ALWAYS_VALID),
    "DisablePolicyType": Row({"RootId": "<root>", "PolicyType": RCP}, missing=NO_ROOT),
    "CreatePolicy": Row(new_policy("new"), conflict=duplicate("Policy", Name="used")),
    "DescribePolicy": Row(POLICY, missing=NO_SUCH_POLICY),
    "UpdatePolicy": Row(
        {"PolicyId": "<free>", "Name": "freed"},
        missing=NO_SUCH_POLICY,
        conflict=duplicate("Policy", Name="used"),
    ),
    "DeletePolicy": Row({"PolicyId": "<spare_policy>"}, missing=NO_SUCH_POLICY),
    "ListPolicies": Row(OF_TYPE, pages=1),
    "AttachPolicy": Row(
        {"PolicyId": "<free>", "TargetId": "<unit>"},
        missing=NO_TARGET,
        conflict=duplicate("PolicyAttachment", **POLICY),
    ),
    "DetachPolicy": Row(POLICY | {"TargetId": "<moving>"}, missing=NO_TARGET),
    "ListPoliciesForTarget": Row({"TargetId": "<unit>", **OF_TYPE}, missing=NO_TARGET, pages=1),
    "ListTargetsForPolicy": Row(POLICY, missing=NO_SUCH_POLICY, pages=1),
    "TagResource": Row({"ResourceId": "<unit>", **TAGS}, missing=NO_RESOURCE),
    "UntagResource": Row({"ResourceId": "<unit>", "TagKeys": ["team"]}, missing=NO_RESOURCE),
    "ListTagsForResource": Row({"ResourceId": "<unit>"}, missing=NO_RESOURCE, pages=ONE_PAGE),
    "EnableAWSServiceAccess": Row(service("config")),
    "DisableAWSServiceAccess": Row(service("sso")),
    "ListAWSServiceAccessForOrganization": Row(pages=1),
    "RegisterDelegatedAdministrator": Row(
        {"AccountId": "<test_account>"} | service("macie"), missing=NO_SUCH_ACCOUNT
    ),
    "ListDelegatedAdministrators": Row(pages=1),
    "ListDelegatedServicesForAccount": Row(DEV, missing=NO_SUCH_ACCOUNT, pages=1),
    "DeregisterDelegatedAdministrator": Row(
        {"AccountId": "<test_account>"} | service("guardduty"), missing=NO_SUCH_ACCOUNT
    ),
    "DescribeResourcePolicy": Row(missing=Without("it names nothing, and there is one: test_delegation.py")),
    "PutResourcePolicy": Row(DELEGATING),
    "DeleteResourcePolicy": Row(missing=Without("it names nothing, and there is one: test_delegation.py")),
    "InviteAccountToOrganization": Row(
        {"Target": invited(3)}, conflict=duplicate("Handshake", Target=invited(1))
    ),
    "DescribeHandshake": Row({"HandshakeId": "<invited1>"}, missing=NO_HANDSHAKE),
    "CancelHandshake": Row({"HandshakeId": "<invited2>"}, missing=NO_HANDSHAKE),
    "ListHandshakesForAccount": Row(pages=Without("none is sent to this account: test_handshakes.py")),
    "ListHandshakesForOrganization": Row(pages=1),
    "CreateGovCloudAccount": Row(account("gov"), answer="UnsupportedAPIEndpointException"),
    "InviteOrganizationToTransferResponsibility": Row(
        {"Target": invited(3), "Type": "BILLING", "StartTimestamp": 1798761600, "SourceName": "bills"},
        conflict=NO_TRANSFERS,
        answer="ConstraintViolationException",
    ),
    "ListInboundResponsibilityTransfers": Row(
        BILLING, missing=missing("ResponsibilityTransfer", **TRANSFER), pages=NO_TRANSFERS
    ),
    "ListOutboundResponsibilityTransfers": Row(BILLING, pages=NO_TRANSFERS),
    "DescribeResponsibilityTransfer": Row(TRANSFER, missing=NO_TRANSFERS, answer=NO_TRANSFER),
    "UpdateResponsibilityTransfer": Row(TRANSFER | named("bills"), missing=NO_TRANSFERS, answer=NO_TRANSFER),
    "TerminateResponsibilityTransfer": Row(TRANSFER, missing=NO_TRANSFERS, answer=NO_TRANSFER),
    "EnableAllFeatures": Row(answer="HandshakeConstraintViolationException"),
}
OTHERS = {  # another account answers
    "AcceptHandshake": "tests/services/organizations/test_handshakes.py::test_an_account_joins",
    "DeclineHandshake": "tests/services/organizations/test_handshakes.py::test_an_answer_is_final",
}
