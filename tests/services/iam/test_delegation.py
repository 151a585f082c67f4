"""Delegation requests: how they go on, who sees them, and what a token is traded in for."""

import json
import os
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import asdict
from msgspec.structs import replace as with_session
from tests.services.iam.harness import A, B, Iam, refused

from watchword.access import Caller
from watchword.identity.delegation import LONGEST, Carried, Redeemed, redeem
from watchword.names import AwsError
from watchword.names.principal import RoleSession, Root, User
from watchword.proofs.trade_in_token import issue
from watchword.sessions.revocation import revoke
from watchword.sessions.session import new_session
from watchword.store.revocations import CHAIN

TEMPLATE = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": "s3:GetObject",
                "Resource": ["arn:aws:s3:::@{bucket-name}/*", "arn:aws:s3:::@{extra}"],
            },
            {
                "Effect": "Allow",
                "Action": "iam:CreateRole",
                "Resource": "*",
                "Condition": {
                    "StringEquals": {"iam:PermissionsBoundary": "arn:aws:iam::aws:policy/ReadOnlyAccess"}
                },
            },
        ],
    }
)
POLICY = f"arn:aws:iam::{A}:policy/installer"
EXTRA = ["a", "b"]
PARAMETERS = [
    {"Name": "bucket-name", "Type": "string", "Values": ["reports"]},
    {"Name": "extra", "Type": "stringList", "Values": EXTRA},
]
NAMES = ["bucket-name", "extra"]
MANY = {"Name": "extra", "Type": "stringList", "Values": ["x"] * 1001}
ASKED: dict[str, Any] = {
    "Description": "Installs the product",
    "Permissions": {"PolicyTemplateArn": POLICY, "Parameters": PARAMETERS},
    "RequestorWorkflowId": "workflow-1",
    "NotificationChannel": f"arn:aws:sns:us-east-1:{A}:installs",
    "SessionDuration": 3600,
}


@pytest.fixture
def partner(iam: Iam) -> Iam:
    """The account that asks."""
    iam("CreatePolicy", PolicyName="installer", PolicyDocument=TEMPLATE)
    return iam


@pytest.fixture
def ann(other: Iam) -> Iam:
    """A user of the account that is asked."""
    return other.ruler("ann")[0]


def ask(partner: Iam, **more: object) -> str:
    made: str = partner("CreateDelegationRequest", **(ASKED | more))["DelegationRequestId"]
    return made


def shown(iam: Iam, request: str) -> dict[str, Any]:
    found: dict[str, Any] = iam("GetDelegationRequest", DelegationRequestId=request)["DelegationRequest"]
    return found


def sent(partner: Iam, by: Iam, **more: object) -> str:
    """A request that went all the way."""
    request = ask(partner, **more)
    for step in ("AssociateDelegationRequest", "AcceptDelegationRequest", "SendDelegationToken"):
        by(step, DelegationRequestId=request)
    return request


def traded(iam: Iam, request: str, account: str = A) -> Redeemed | None:
    root = iam.world.root_key.material
    with iam.world.database.read() as tx:
        return redeem(tx, issue(request, A, root), account, root)


def test_from_first_to_last(partner: Iam, ann: Iam, now: datetime) -> None:
    second, caller = now.replace(microsecond=0), ann.caller.principal
    request = ask(partner, RequestMessage="again", RedirectUrl="https://partner.example/done")
    made = shown(partner, request)
    assert json.loads(made["PermissionPolicy"])["Statement"][0]["Resource"] == [
        "arn:aws:s3:::reports/*",
        "arn:aws:s3:::a",
        "arn:aws:s3:::b",
    ]
    assert {name: value for name, value in made.items() if name != "PermissionPolicy"} == {
        "DelegationRequestId": request,
        "Description": "Installs the product",
        "RequestMessage": "again",
        "RolePermissionRestrictionArns": ["arn:aws:iam::aws:policy/ReadOnlyAccess"],
        "State": "UNASSIGNED",
        "ExpirationTime": second + timedelta(days=1),
        "RequestorId": A,
        "CreateDate": second,
        "SessionDuration": 3600,
        "RedirectUrl": "https://partner.example/done",
        "OnlySendByOwner": False,
        "UpdatedTime": second,
    }
    ann("AssociateDelegationRequest", DelegationRequestId=request)
    owned = shown(ann, request)
    assert (owned["State"], owned["OwnerId"], owned["OwnerAccountId"]) == ("ASSIGNED", caller.arn, B)
    assert owned["ExpirationTime"] == second + timedelta(days=7)
    ann("UpdateDelegationRequest", DelegationRequestId=request, Notes="please look")
    assert (shown(ann, request)["State"], shown(ann, request)["Notes"]) == ("PENDING_APPROVAL", "please look")
    assert traded(partner, request) is None
    ann("AcceptDelegationRequest", DelegationRequestId=request)
    assert shown(ann, request)["ApproverId"] == caller.arn
    assert traded(partner, request) is None
    ann("SendDelegationToken", DelegationRequestId=request)
    assert shown(ann, request)["State"] == "FINALIZED"
    policy = made["PermissionPolicy"]
    assert traded(partner, request) == Redeemed(caller, policy, Carried(), now + timedelta(hours=1))  # type: ignore[arg-type]
    listed = ann("ListDelegationRequests")
    assert listed == {"DelegationRequests": [shown(ann, request)], "isTruncated": False}


STEPS = {
    "AssociateDelegationRequest": "UNASSIGNED",
    "UpdateDelegationRequest": "ASSIGNED PENDING_APPROVAL",
    "AcceptDelegationRequest": "ASSIGNED PENDING_APPROVAL",
    "RejectDelegationRequest": "ASSIGNED PENDING_APPROVAL ACCEPTED",
    "SendDelegationToken": "ACCEPTED",
}
WAYS = {
    "UNASSIGNED": "",
    "ASSIGNED": "Associate",
    "PENDING_APPROVAL": "Associate Update",
    "ACCEPTED": "Associate Accept",
    "FINALIZED": "Associate Accept Send",
    "REJECTED": "Associate Reject",
    "EXPIRED": "Associate",
}


@pytest.mark.parametrize("state", WAYS)
@pytest.mark.parametrize("step", STEPS)
def test_every_step_in_every_state(partner: Iam, ann: Iam, state: str, step: str) -> None:
    request = ask(partner)
    for word in WAYS[state].split():
        ann(next(name for name in STEPS if name.startswith(word)), DelegationRequestId=request)
    if state == "EXPIRED":
        ann = replace(ann, now=ann.now + timedelta(days=7))
    assert shown(ann, request)["State"] == state
    if state in STEPS[step].split():
        ann(step, DelegationRequestId=request)
        return
    code = "ValidationError" if step == "AcceptDelegationRequest" else "InvalidInput"
    said = f"Delegation request {request} is in the state {state}, in which this can't be done."
    refused(code, said, ann, step, DelegationRequestId=request)


def test_what_expires(partner: Iam, ann: Iam) -> None:
    request = ask(partner)
    day = timedelta(days=1)
    assert shown(replace(ann, now=ann.now + day - timedelta(seconds=1)), request)["State"] == "UNASSIGNED"
    assert shown(replace(ann, now=ann.now + day), request)["State"] == "EXPIRED"
    assert shown(replace(ann, now=ann.now + 91 * day), request)["State"] == "EXPIRED"
    ask(replace(partner, now=partner.now + 91 * day), RequestorWorkflowId="workflow-2")
    gone(ann, request)


def gone(iam: Iam, request: str, name: str = "GetDelegationRequest") -> None:
    said = f"Delegation request {request} cannot be found."
    refused("NoSuchEntity", said, iam, name, DelegationRequestId=request)


def test_for_other_accounts_it_is_missing(partner: Iam, ann: Iam) -> None:
    meant, claimed = ask(partner, OwnerAccountId=B), ask(partner, RequestorWorkflowId="workflow-2")
    gone(partner, meant)
    gone(partner, meant, "AssociateDelegationRequest")
    assert shown(partner, claimed)["State"] == "UNASSIGNED"
    for request in (meant, claimed):
        ann("AssociateDelegationRequest", DelegationRequestId=request)
    gone(partner, claimed)
    assert partner("ListDelegationRequests")["DelegationRequests"] == []


def test_what_is_decided_on_must_still_be_so(partner: Iam, ann: Iam, other: Iam) -> None:
    request = ask(partner)
    late = replace(ann, meanwhile=lambda: other("AssociateDelegationRequest", DelegationRequestId=request))
    gone(late, request, "AssociateDelegationRequest")


def test_an_owner_reads_without_a_policy(partner: Iam, ann: Iam, other: Iam) -> None:
    made = other("CreateUser", UserName="bob")["User"]
    bob, request = other.by(User(B, "bob", made["UserId"])), ask(partner)
    ann("AssociateDelegationRequest", DelegationRequestId=request)
    denied(bob, "GetDelegationRequest", request)
    ann("PutUserPolicy", UserName="bob", PolicyName="own", PolicyDocument=allow("AssociateDelegationRequest"))
    own = ask(partner, RequestorWorkflowId="workflow-2")
    bob("AssociateDelegationRequest", DelegationRequestId=own)
    assert shown(bob, own)["OwnerId"] == bob.caller.principal.arn
    bob("UpdateDelegationRequest", DelegationRequestId=own)
    bob("GetHumanReadableSummary", EntityArn=f"arn:aws:iam::{B}:delegation-request/{own}")
    for step in ("AcceptDelegationRequest", "RejectDelegationRequest", "SendDelegationToken"):
        denied(bob, step, own)


def allow(action: str) -> str:
    statement = {"Effect": "Allow", "Action": f"iam:{action}", "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": statement})


def denied(iam: Iam, name: str, request: str) -> None:
    with pytest.raises(AwsError) as caught:
        iam(name, DelegationRequestId=request)
    assert caught.value.code == "AccessDenied"


def test_who_may_send_the_token(partner: Iam, ann: Iam, other: Iam) -> None:
    request = ask(partner, OnlySendByOwner=True)
    ann("AssociateDelegationRequest", DelegationRequestId=request)
    other("AcceptDelegationRequest", DelegationRequestId=request)
    said = "Only the owner of this delegation request can send its token."
    refused("InvalidInput", said, other, "SendDelegationToken", DelegationRequestId=request)
    ann("SendDelegationToken", DelegationRequestId=request)
    assert traded(partner, request).principal == Root(B)  # type: ignore[union-attr]


def test_root_accepts_four_hours(partner: Iam, other: Iam) -> None:
    long = ask(partner, SessionDuration=4 * 3600 + 1)
    other("AssociateDelegationRequest", DelegationRequestId=long)
    said = "The root user can accept delegation requests of 4 hours at most."
    refused("ValidationError", said, other, "AcceptDelegationRequest", DelegationRequestId=long)
    sent(partner, other, SessionDuration=4 * 3600, RequestorWorkflowId="workflow-2")


def test_a_token_is_for_the_account_that_asked(partner: Iam, ann: Iam) -> None:
    request = sent(partner, ann)
    assert traded(partner, request, account=B) is None
    assert traded(partner, request) is not None


def test_revoking_the_approvers_sessions_ends_the_token(partner: Iam, ann: Iam) -> None:
    request = sent(partner, ann)
    revoked(ann, ann.caller.principal.unique_id)
    assert traded(partner, request) is None


def revoked(iam: Iam, subject: str, later: timedelta = timedelta(0)) -> None:
    with iam.world.database.write(iam.now + later) as tx:
        revoke(tx, B, "kind", subject)


def test_a_revocation_is_remembered_until_a_token_sent_at_last_is_over(partner: Iam, ann: Iam) -> None:
    request = sent(partner, ann)
    revoked(ann, ann.caller.principal.unique_id)
    revoked(ann, "another", LONGEST)
    assert traded(partner, request) is None


@pytest.mark.parametrize("subject", ["{0.access_key_id}", f"{CHAIN}{{0.chain}}", "*"])
def test_revoking_the_session_that_accepted_ends_the_token(partner: Iam, ann: Iam, subject: str) -> None:
    principal = ann.caller.principal
    assert isinstance(principal, User)
    session = new_session(principal, timedelta(hours=1), ann.now, os.urandom, first="ASIAFIRST")
    request = sent(partner, replace(ann, caller=Caller(principal, session.access_key_id, session)))
    for other in ("", CHAIN, "ASIAFIRST", CHAIN + session.access_key_id):
        revoked(ann, other)
    assert traded(partner, request) is not None
    revoked(ann, subject.format(session))
    assert traded(partner, request) is None


def test_a_role_session_acts_as_itself(partner: Iam, other: Iam, ann: Iam) -> None:
    trust = (
        allow("x")
        .replace('"Resource": "*"', f'"Principal": {{"AWS": "{B}"}}')
        .replace("iam:x", "sts:AssumeRole")
    )
    made = other("CreateRole", RoleName="desk", Path="/x/", AssumeRolePolicyDocument=trust)["Role"]
    other("AttachRolePolicy", RoleName="desk", PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
    session = RoleSession(B, "desk", made["RoleId"], "morning", "/x/")
    request = sent(partner, other.by(session))
    assert shown(other, request)["OwnerId"] == made["Arn"]
    assert traded(partner, request).principal == session  # type: ignore[union-attr]


def test_a_limited_session_cannot_accept(partner: Iam, ann: Iam) -> None:
    principal = ann.caller.principal
    assert isinstance(principal, User)
    for policies in (
        {"policies": (allow("*"),)},
        {"policy_arns": ("arn:aws:iam::aws:policy/AdministratorAccess",)},
    ):
        session = new_session(principal, timedelta(hours=1), ann.now, os.urandom, **policies)  # type: ignore[arg-type]
        limited = replace(ann, caller=Caller(principal, session.access_key_id, session))
        request = ask(partner, RequestorWorkflowId=f"workflow-{len(policies)}-{next(iter(policies))}")
        ann("AssociateDelegationRequest", DelegationRequestId=request)
        said = "A delegation request can't be accepted in a session that is limited by session policies."
        with pytest.raises(AwsError, match=said):
            limited("AcceptDelegationRequest", DelegationRequestId=request)


def test_what_policies_ask_of_the_session_is_kept(partner: Iam, ann: Iam) -> None:
    principal, more = (
        ann.caller.principal,
        Carried({"a": "b"}, ("a",), "ann", "provider", {"saml:sub": "ann"}),
    )
    assert isinstance(principal, User)
    carried: Any = {name: value for name, value in asdict(more).items() if value}
    session = new_session(principal, timedelta(hours=1), ann.now, os.urandom, **carried)
    request = sent(partner, replace(ann, caller=Caller(principal, session.access_key_id, session)))
    found = traded(partner, request)
    assert found is not None
    key = session.access_key_id
    assert found.carried == with_session(more, access_key_id=key, chain=key)


@pytest.mark.parametrize(
    ("changed", "code", "said"),
    [
        (
            {"Permissions": {}},
            "InvalidInput",
            "The permissions of a delegation request need a policy template.",
        ),
        (
            {"Permissions": {"PolicyTemplateArn": f"arn:aws:iam::{B}:policy/installer"}},
            "InvalidInput",
            f"Policy arn:aws:iam::{B}:policy/installer was not found.",
        ),
        (
            {"Permissions": {"PolicyTemplateArn": POLICY, "Parameters": PARAMETERS[:1]}},
            "InvalidInput",
            f"The policy template takes the parameters {NAMES}, but ['bucket-name'] were given.",
        ),
        (
            {"Permissions": {"PolicyTemplateArn": POLICY, "Parameters": [PARAMETERS[0], PARAMETERS[0]]}},
            "InvalidInput",
            "Each policy parameter needs a name of its own.",
        ),
        (
            {
                "Permissions": {
                    "PolicyTemplateArn": POLICY,
                    "Parameters": [PARAMETERS[0] | {"Values": ["a", "b"]}],
                }
            },
            "InvalidInput",
            "The policy parameter bucket-name needs one value of the type string.",
        ),
        (
            {"Permissions": {"PolicyTemplateArn": POLICY, "Parameters": [PARAMETERS[0], MANY]}},
            "InvalidInput",
            "The policy parameters have too many values.",
        ),
    ],
)
def test_what_cannot_be_asked_for(partner: Iam, changed: dict[str, Any], code: str, said: str) -> None:
    refused(code, said, partner, "CreateDelegationRequest", **(ASKED | changed))


def test_a_value_cannot_be_more_than_a_string(partner: Iam) -> None:
    value = 'x","Action":"*'
    parameters = [PARAMETERS[0] | {"Values": [value]}, PARAMETERS[1]]
    request = ask(partner, Permissions={"PolicyTemplateArn": POLICY, "Parameters": parameters})
    statement = json.loads(shown(partner, request)["PermissionPolicy"])["Statement"][0]
    assert (statement["Action"], statement["Resource"][0]) == ("s3:GetObject", f"arn:aws:s3:::{value}/*")


def test_a_workflow_asks_once(partner: Iam) -> None:
    ask(partner)
    said = "A delegation request with the workflow id workflow-1 already exists."
    refused("EntityAlreadyExists", said, partner, "CreateDelegationRequest", **ASKED)


def test_the_permission_check(partner: Iam, ann: Iam, other: Iam) -> None:
    request = ask(partner)
    assert checked(ann, request) == "UNSURE"  # the second statement has a condition
    partner("CreatePolicy", PolicyName="plain", PolicyDocument=allow("GetUser"))
    plain = {"PolicyTemplateArn": f"arn:aws:iam::{A}:policy/plain"}
    simple = ask(partner, Permissions=plain, RequestorWorkflowId="workflow-2")
    assert checked(ann, simple) == "ALLOWED"
    made = other("CreateUser", UserName="bob")["User"]
    bob = other.by(User(B, "bob", made["UserId"]))
    ann("PutUserPolicy", UserName="bob", PolicyName="own", PolicyDocument=allow("GetDelegationRequest"))
    assert checked(bob, simple) == "DENIED"


def checked(iam: Iam, request: str) -> str:
    found = iam("GetDelegationRequest", DelegationRequestId=request, DelegationPermissionCheck=True)
    assert found["PermissionCheckStatus"] == "COMPLETE"
    result: str = found["PermissionCheckResult"]
    return result


def test_the_summary(partner: Iam, ann: Iam) -> None:
    request = ask(partner, SessionDuration=5400)
    arn = {"EntityArn": f"arn:aws:iam::{B}:delegation-request/{request}"}
    text = (
        f"Account {A} asks for temporary access for 1 h 30 min: Installs the product\n"
        "It acts as the user or role that accepts this, and never beyond these permissions:\n"
        "- It may do s3:GetObject on arn:aws:s3:::reports/*, arn:aws:s3:::a, arn:aws:s3:::b\n"
        "- It may do iam:CreateRole on everything, where iam:PermissionsBoundary satisfies StringEquals"
        " arn:aws:iam::aws:policy/ReadOnlyAccess\n"
        "Roles that it creates are limited by arn:aws:iam::aws:policy/ReadOnlyAccess."
    )
    answer = {"SummaryContent": text, "Locale": "en", "SummaryState": "AVAILABLE"}
    assert ann("GetHumanReadableSummary", **arn) == answer
    assert ann("GetHumanReadableSummary", Locale="en-US", **arn) == answer | {"Locale": "en-US"}
    other = {"SummaryContent": "", "Locale": "de", "SummaryState": "NOT_SUPPORTED"}
    assert ann("GetHumanReadableSummary", Locale="de", **arn) == other
    refused("InvalidInput", f"ARN {POLICY} is not valid.", ann, "GetHumanReadableSummary", EntityArn=POLICY)
    elsewhere = f"arn:aws:iam::{A}:delegation-request/{request}"
    said = f"Delegation request {request} cannot be found."
    refused("NoSuchEntity", said, ann, "GetHumanReadableSummary", EntityArn=elsewhere)


def test_there_are_no_role_templates(iam: Iam) -> None:
    arn = "arn:aws:iam::aws:role-template/ecs.amazonaws.com/tasks:1"
    for name in ("AcquireRole", "GetRoleTemplateVersion"):
        refused("NoSuchEntity", f"Role template {arn} cannot be found.", iam, name, TemplateArn=arn)
        refused("InvalidInput", f"ARN {POLICY} is not valid.", iam, name, TemplateArn=POLICY)


def test_the_list_in_pages(partner: Iam, ann: Iam, other: Iam) -> None:
    requests = sorted(ask(partner, RequestorWorkflowId=f"workflow-{number}") for number in range(5))
    ask(partner, OwnerAccountId=B, RequestorWorkflowId="unowned")
    for request in requests[:3]:
        ann("AssociateDelegationRequest", DelegationRequestId=request)
    for request in requests[3:]:
        other("AssociateDelegationRequest", DelegationRequestId=request)
    found, marker = [], {}
    while True:
        page = ann("ListDelegationRequests", MaxItems=2, **marker)
        found += [each["DelegationRequestId"] for each in page["DelegationRequests"]]
        if not page["isTruncated"]:
            break
        marker = {"Marker": page["Marker"]}
    assert found == requests
    own = ann("ListDelegationRequests", OwnerId=ann.caller.principal.arn)["DelegationRequests"]
    assert [each["DelegationRequestId"] for each in own] == requests[:3]
