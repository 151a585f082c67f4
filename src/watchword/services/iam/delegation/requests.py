"""Delegation requests: asking, owning, reading. Accepting and rejecting have a file of their own.

1. Any account may ask: AWS has partners that it registered. The policy is made of a managed policy of the
   account that asks, or of AWS (`identity.delegated_policies`).
2. The ARN of an owner is that of aws:PrincipalArn: of a session, that of its role.
3. The permission check is approximate, as at AWS: it tries each action on each resource of the policy. Where
   that isn't all that the policy says (NotAction, wildcards in actions, conditions) the answer is UNSURE.

Source: IAM API Reference, the operations of delegation requests, DelegationRequest.
"""

from collections.abc import Iterator
from itertools import product

from msgspec import structs

from watchword.access import Demand, authorize
from watchword.identity import delegated_policies, delegation, managed_policies
from watchword.identity.arns import given_policy_arn
from watchword.identity.delegation import Move
from watchword.identity.quotas import check_quota
from watchword.identity.refusals import missing, refusal
from watchword.names import fault, nouns
from watchword.names.ids import new_request_id
from watchword.names.principal import Anonymous, RoleSession
from watchword.policy import Policy
from watchword.policy.language.grammar import Effect, Statement
from watchword.policy.language.match import is_wild
from watchword.services.iam import pages
from watchword.services.iam.delegation.demands import (
    on_list,
    on_new_request,
    on_request,
    request_of,
)
from watchword.services.iam.shapes import Shape, present, second
from watchword.services.operation import Call, Operation, Output, reads, writes
from watchword.store.iam import delegation_requests
from watchword.store.iam.delegation_requests import DelegationRequest

MAX_CHECKED = 100
"""Pairs of action and resource that a permission check tries."""


def create_request(call: Call) -> Output:
    """CreateDelegationRequest. There is no console here, so no link to it."""
    given, requestor = call.input, call.account
    delegation_requests.remove_old(call.tx, requestor, call.now - delegation.KEPT)
    if delegation_requests.of_workflow(call.tx, requestor, given["RequestorWorkflowId"]):
        said = f"A delegation request with the workflow id {given['RequestorWorkflowId']} already exists."
        raise refusal("EntityAlreadyExists", said)
    check_quota("DelegationRequestsPerAccount", delegation_requests.count(call.tx, requestor) + 1)
    policy = _policy(call)
    request = DelegationRequest(
        id=new_request_id(call.world.randomness),
        requestor=requestor,
        workflow=given["RequestorWorkflowId"],
        description=given["Description"],
        message=given.get("RequestMessage", ""),
        policy=policy,
        boundaries=delegated_policies.boundaries_in(policy),
        channel=given["NotificationChannel"],
        redirect_url=given.get("RedirectUrl", ""),
        session_seconds=given["SessionDuration"],
        only_by_owner=given.get("OnlySendByOwner", False),
        created=call.now,
        state=delegation.State.UNASSIGNED,
        updated=call.now,
        owner_account=given.get("OwnerAccountId"),
    )
    delegation_requests.insert(call.tx, request)
    return {"DelegationRequestId": request.id}


def associate_request(call: Call) -> Output:
    """AssociateDelegationRequest: the caller becomes the owner."""
    request = delegation.moved(_request(call), Move.ASSOCIATE, call.now)
    owned = structs.replace(
        request,
        owner_account=call.account,
        owner_arn=owner_arn(call),
        owner_id=call.caller.principal.unique_id,
    )
    delegation_requests.replace(call.tx, owned)
    return {}


def get_request(call: Call) -> Output:
    """GetDelegationRequest. A permission check ends at once."""
    request = _request(call)
    output: Shape = {"DelegationRequest": _shape(call, request)}
    if call.input.get("DelegationPermissionCheck"):
        output["PermissionCheckStatus"] = "COMPLETE"  # in the model's enum; its documentation says COMPLETED
        output["PermissionCheckResult"] = _check(call, Policy.parse(request.policy))
    return output


def list_requests(call: Call) -> Output:
    """ListDelegationRequests: those that somebody of the account owns."""
    found, more = delegation_requests.page(
        call.tx,
        call.account,
        owner=call.input.get("OwnerId", ""),
        after=pages.start_of(call),
        limit=pages.size_of(call),
    )
    end = dict(pages.end(found[-1].id if found else "", more=more))
    shown = [_shape(call, request) for request in found]
    return {"DelegationRequests": shown, "isTruncated": end.pop("IsTruncated"), **end}


def update_request(call: Call) -> Output:
    """UpdateDelegationRequest: the request waits for an administrator from now on."""
    request = _request(call)
    moved = delegation.moved(request, Move.UPDATE, call.now)
    delegation_requests.replace(call.tx, structs.replace(moved, notes=call.input.get("Notes", request.notes)))
    return {}


def owner_arn(call: Call) -> str:
    """The caller's ARN as owners have it. Raises ValidationError for callers without an account."""
    principal = call.caller.principal
    if isinstance(principal, Anonymous):
        raise fault("ValidationError", "Nobody without credentials can own a delegation request.")
    return principal.role_arn if isinstance(principal, RoleSession) else principal.arn


def _request(call: Call) -> DelegationRequest:
    return request_of(call, call.input["DelegationRequestId"])


def _policy(call: Call) -> str:
    """The policy that the input asks for. Raises InvalidInput or MalformedPolicyDocument."""
    asked = call.input["Permissions"]
    if "PolicyTemplateArn" not in asked:
        raise refusal("InvalidInput", "The permissions of a delegation request need a policy template.")
    arn = str(given_policy_arn(asked["PolicyTemplateArn"], call.partition))
    template = managed_policies.find(call.tx, call.account, arn)
    if template is None:
        raise refusal("InvalidInput", missing(nouns.POLICY, arn).said)
    version = managed_policies.version(call.tx, template, f"v{template.default_version}")
    parameters = delegated_policies.read_parameters(asked.get("Parameters", ()))
    return delegated_policies.made_of(version.document, parameters, call.partition)


def _shape(call: Call, request: DelegationRequest) -> Shape:
    """DelegationRequest."""
    return {
        "DelegationRequestId": request.id,
        **present("OwnerAccountId", request.owner_account),
        "Description": request.description,
        **present("RequestMessage", request.message),
        "PermissionPolicy": request.policy,
        **present("RolePermissionRestrictionArns", list(request.boundaries)),
        **present("OwnerId", request.owner_arn),
        **present("ApproverId", request.approver_arn),
        "State": str(delegation.state_at(request, call.now)),
        "ExpirationTime": second(delegation.expiry(request)),
        "RequestorId": request.requestor,
        "CreateDate": second(request.created),
        "SessionDuration": request.session_seconds,
        **present("RedirectUrl", request.redirect_url),
        **present("Notes", request.notes),
        **present("RejectionReason", request.rejection),
        "OnlySendByOwner": request.only_by_owner,
        "UpdatedTime": second(request.updated),
    }


# Whether the caller has the permissions.


def _check(call: Call, policy: Policy) -> str:
    """ALLOWED, DENIED or UNSURE."""
    allowing = [each for each in policy.statements if each.effect is Effect.ALLOW]
    pairs = [pair for statement in allowing for pair in _pairs(statement)]
    if len(pairs) > MAX_CHECKED:
        return "UNSURE"
    wanted = tuple(Demand(action, resource, call.account) for action, resource in pairs)
    if not all(each.allowed for each in authorize(call.context, wanted)):
        return "DENIED"
    return "ALLOWED" if all(map(_is_told_by_pairs, allowing)) else "UNSURE"


def _pairs(statement: Statement) -> Iterator[tuple[str, str]]:
    if _is_told_by_pairs(statement) and statement.resource:
        yield from product(statement.action.values, statement.resource.values)


def _is_told_by_pairs(statement: Statement) -> bool:
    plain = not statement.action.negated and not any(map(is_wild, statement.action.values))
    resource = statement.resource
    return plain and resource is not None and not resource.negated and not statement.conditions


OPERATIONS: dict[str, Operation] = {
    "CreateDelegationRequest": writes(create_request, on_new_request),
    "AssociateDelegationRequest": writes(associate_request, on_request),
    "GetDelegationRequest": reads(get_request, on_request),
    "ListDelegationRequests": reads(list_requests, on_list),
    "UpdateDelegationRequest": writes(update_request, on_request),
}
