"""Credentials for a pod: AssumeRoleForPodIdentity, which the EKS Pod Identity Agent calls.

The agent of a node signs the request with the node's own credentials, and sends the token of the pod's
service account. Both must hold. In this order:

1. The node may call this for the cluster: eks-auth:AssumeRoleForPodIdentity. So a node can't use the token of
   another cluster's pod, and a stolen token is useless without a node's credentials.
2. The cluster is there, of the node's account and Region.
3. The token is signed by the cluster's issuer, which is an OpenID Connect provider of the account, for the
   audience pods.eks.amazonaws.com, and counts now (`access.schemes.web_identity`). The client ids of the
   provider don't count: they would let the token be used as a web identity too. It is bound to a pod
   (`identity.pods`).
4. The pod's service account has an association.
5. EKS assumes its role: the trust policy decides, for pods.eks.amazonaws.com, with the cluster as
   aws:SourceArn and the pod's tags as aws:RequestTag. They are transitive. This is the same decision, and the
   same record, as of any other AssumeRole.
6. Where the association has a target role, it is assumed with that session (role chaining). The same tags are
   aws:RequestTag there too, and sts:ExternalId names the association. A session policy limits the last one.

A session lasts an hour. It can outlast the token, the pod and the association; where the node is a host, it
ends when the host is revoked.
Source: Amazon EKS Auth API Reference, AssumeRoleForPodIdentity; Amazon EKS User Guide, "Learn how EKS Pod
Identity grants pods access to AWS services". AWS documents no sentences, and not how it
shortens the name of a session.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final
from uuid import UUID

from watchword.access import Caller, Demand
from watchword.access.request_context import Via
from watchword.access.schemes import web_identity
from watchword.facts.clusters import ROLE_OF_POD
from watchword.identity.pods import Pod, WrongPodError, pod_of
from watchword.names import AwsError
from watchword.names.principal import Service
from watchword.proofs import identity_token
from watchword.proofs.identity_token import IdentityToken, WrongTokenError
from watchword.services.clusters import POD_PRINCIPAL, look_up_cluster, no_cluster, on_cluster
from watchword.services.operation import Call, Operation, Output, reads
from watchword.store.eks.associations import Association
from watchword.store.eks.clusters import Cluster

OTHER_ISSUER = "The token is not one of the cluster's issuer."
NOT_A_POD = "The token is not one of a pod."
NO_ASSOCIATION = "The service account {} of namespace {} has no pod identity association."
UNABLE = "Unauthorized Exception! EKS does not have permissions to assume the associated role."
CODES: Final[Mapping[str, tuple[str, int]]] = {
    "InvalidIdentityToken": ("InvalidTokenException", 400),
    "ExpiredTokenException": ("ExpiredTokenException", 400),
    "IDPCommunicationError": ("ServiceUnavailableException", 503),
    "AccessDenied": ("AccessDeniedException", 400),
    "ValidationError": ("InvalidRequestException", 400),
    "PackedPolicyTooLarge": ("InvalidRequestException", 400),
}
"""STS's code -> the code and the status of EKS Auth."""


def assume_role_for_pod_identity(call: Call) -> Output:
    """AssumeRoleForPodIdentity: the answer."""
    answer: Output = call.prepared
    return answer


def prepare(call: Call) -> Output:
    """Rules 2 to 5. Keys may have to be fetched, so no transaction is open."""
    cluster = _cluster(call)  # 2.
    pod = _pod(call, cluster)  # 3.
    association = _association(call, cluster, pod)  # 4.
    return _answer(cluster, pod, association, _assume(call, cluster, pod, association))  # 5.


def to_assume(call: Call) -> tuple[Demand, ...]:
    """Rule 1."""
    return (on_cluster(call, "eks-auth"),)


def _cluster(call: Call) -> Cluster:
    found = look_up_cluster(call)
    if found is None:
        raise no_cluster(call.input["clusterName"])
    return found.cluster


def _pod(call: Call, cluster: Cluster) -> Pod:
    """Raises InvalidTokenException, ExpiredTokenException and ServiceUnavailableException."""
    world = call.world
    try:
        token = identity_token.read(call.input["token"])
        _check_issuer(token, cluster)
        provider = web_identity.provider_of(world, cluster.partition, cluster.account, token.issuer)
        web_identity.verify(world, provider, token, (POD_PRINCIPAL,))
        return pod_of(token)
    except WrongTokenError as wrong:
        raise AwsError("InvalidTokenException", 400, web_identity.NOT_A_TOKEN, str(wrong)) from None
    except WrongPodError as wrong:
        raise AwsError("InvalidTokenException", 400, NOT_A_POD, str(wrong)) from None
    except AwsError as refused:
        raise _as_ours(refused) from None


def _check_issuer(token: IdentityToken, cluster: Cluster) -> None:
    if token.issuer != cluster.issuer:
        meant = f"claim iss: expected {cluster.issuer!r}, had {token.issuer!r}"
        raise AwsError("InvalidTokenException", 400, OTHER_ISSUER, meant)


def _association(call: Call, cluster: Cluster, pod: Pod) -> Association:
    where = (cluster.account, cluster.region, cluster.name)
    found = call.world.facts.get(ROLE_OF_POD, *where, pod.namespace, pod.service_account)
    if found is None:
        said = NO_ASSOCIATION.format(pod.service_account, pod.namespace)
        raise AwsError("ResourceNotFoundException", 404, said)
    return found


def _assume(call: Call, cluster: Cluster, pod: Pod, association: Association) -> Mapping[str, Any]:
    """Rules 5 and 6: what the last AssumeRole answers."""
    node = call.caller.session
    via = Via(
        source_arn=cluster.arn,
        source_account=cluster.account,
        invoked_by=POD_PRINCIPAL,
        host=node.host if node else "",
    )
    given = _given(call, cluster, pod, association)
    policy = {"Policy": association.policy} if association.policy else {}
    target = association.target_role_arn
    try:
        if not target:
            return _assumed(call, Caller(Service(POD_PRINCIPAL)), given | policy, via)
        before = {name: value for name, value in given.items() if name != "TransitiveTagKeys"}
        own = _assumed(call, Caller(Service(POD_PRINCIPAL)), before, via)
        chained = {"RoleArn": target, "ExternalId": association.external_id(cluster)}
        acting = Via(invoked_by=POD_PRINCIPAL)
        return _assumed(call, _caller(call, own), given | policy | chained, acting)
    except AwsError as refused:
        raise _as_ours(refused) from refused


def _given(call: Call, cluster: Cluster, pod: Pod, association: Association) -> dict[str, object]:
    """The input of AssumeRole, for the role of the association."""
    unique = str(UUID(bytes=call.world.randomness(16), version=4))
    given: dict[str, object] = {
        "RoleArn": association.role_arn,
        "RoleSessionName": pod.session_name(cluster.name, unique),
    }
    if association.tagged:
        tags = pod.tags(cluster.arn, cluster.name)
        given["Tags"] = [{"Key": key, "Value": value} for key, value in tags.items()]
        given["TransitiveTagKeys"] = list(tags)
    return given


def _assumed(call: Call, caller: Caller, given: Mapping[str, object], via: Via) -> Mapping[str, Any]:
    return call.act(caller, ("sts", "AssumeRole"), given, via)


def _caller(call: Call, assumed: Mapping[str, Any]) -> Caller:
    """The session that was assumed, as it calls."""
    session = call.world.facts.session(assumed["Credentials"]["SessionToken"])
    return Caller(session.principal, session.access_key_id, session)


def _as_ours(refused: AwsError) -> AwsError:
    """A refusal of STS, in a code of this service."""
    if refused.code not in CODES:
        return refused
    code, status = CODES[refused.code]
    if refused.code == "AccessDenied":
        return AwsError(code, status, UNABLE, f"{refused.said} (watchword explain {refused.request_id})")
    return AwsError(code, status, refused.said, refused.meant)


def _answer(cluster: Cluster, pod: Pod, association: Association, assumed: Mapping[str, Any]) -> Output:
    user, credentials = assumed["AssumedRoleUser"], assumed["Credentials"]
    return {
        "subject": {"namespace": pod.namespace, "serviceAccount": pod.service_account},
        "audience": POD_PRINCIPAL,
        "podIdentityAssociation": {
            "associationArn": association.arn(cluster),
            "associationId": association.id,
        },
        "assumedRoleUser": {"arn": user["Arn"], "assumeRoleId": user["AssumedRoleId"]},
        "credentials": {
            "accessKeyId": credentials["AccessKeyId"],
            "secretAccessKey": credentials["SecretAccessKey"],
            "sessionToken": credentials["SessionToken"],
            "expiration": credentials["Expiration"],
        },
    }


OPERATIONS: dict[str, Operation] = {
    "AssumeRoleForPodIdentity": replace(
        reads(assume_role_for_pod_identity, to_assume, mints=True), prepare=prepare
    ),
}
