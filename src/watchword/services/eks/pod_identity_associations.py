"""Pod identity associations: which role the pods of a service account get.

1. A role is passed to pods.eks.amazonaws.com, when an association is made and when it gets another role.
   The resource that gets it is the cluster: an association has no ARN before it is made.
2. A service account has one association at most. Neither it nor its namespace needs to be there.
3. A target role may be of any account: nothing is passed to it, and its trust policy decides. It is assumed
   with the session of the role (`services.eks_auth.pods`).
4. A session policy is one that AssumeRole takes, and goes without session tags only. An empty target role or
   policy takes away the one that was there.

Source: Amazon EKS API Reference, CreatePodIdentityAssociation and its siblings; Service Authorization
Reference, "Amazon Elastic Kubernetes Service".
"""

from msgspec import structs

from watchword.access import Demand
from watchword.identity.pods import NAME_FORM, NAMESPACE_FORM
from watchword.names import AwsError, nouns
from watchword.names.entity_arn import EntityArn
from watchword.policy.checking.validate import DocumentKind, validate
from watchword.services.clusters import (
    POD_PRINCIPAL,
    SERVICE,
    cluster_arn,
    look_up_association,
    on_association,
    on_cluster,
)
from watchword.services.eks import pages
from watchword.services.eks import tags as given_tags
from watchword.services.eks.clusters import current as current_cluster
from watchword.services.eks.errors import in_use, invalid, no_association
from watchword.services.operation import Call, Operation, Output, reads, writes
from watchword.services.pass_role import to_pass_role
from watchword.store import Conflict, tags
from watchword.store.eks import associations
from watchword.store.eks.associations import Association
from watchword.store.eks.clusters import Cluster

KIND = nouns.POD_IDENTITY_ASSOCIATION
LONGEST_POLICY = 2048
"""AWS STS API Reference, AssumeRole, Policy."""
NEEDS_NO_TAGS = "A policy can only be used when disableSessionTags is true."
_LETTERS = "abcdefghijklmnopqrstuvwxyz234567"
_ID_LENGTH = 17


def create_pod_identity_association(call: Call) -> Output:
    """CreatePodIdentityAssociation."""
    given, cluster = call.input, current_cluster(call)
    _check_names(given["namespace"], given["serviceAccount"])
    own = given_tags.given(call, KIND)
    there = associations.of_service_account(call.tx, cluster.id, given["namespace"], given["serviceAccount"])
    if there:
        raise in_use(f"Association already exists: {there.id}")
    association = Association(
        _new_id(call),
        cluster.id,
        given["namespace"],
        given["serviceAccount"],
        given["roleArn"],
        call.now,
        call.now,
        tagged=not given.get("disableSessionTags", False),
        target_role_arn=given.get("targetRoleArn", ""),
        policy=given.get("policy", ""),
    )
    _check_policy(call, association)
    try:
        associations.insert(call.tx, association)
    except Conflict:  # another call was faster
        raise in_use("Association already exists.") from None
    tags.put(call.tx, KIND, association.id, own)
    return _shown(call, cluster, association)


def describe_pod_identity_association(call: Call) -> Output:
    """DescribePodIdentityAssociation."""
    return _shown(call, *_current(call))


def update_pod_identity_association(call: Call) -> Output:
    """UpdatePodIdentityAssociation. Sessions that pods have already go on until they end."""
    cluster, before = _current(call)
    association = structs.replace(
        before,
        role_arn=call.input.get("roleArn", before.role_arn),
        tagged=not call.input.get("disableSessionTags", not before.tagged),
        modified=call.now,
        target_role_arn=call.input.get("targetRoleArn", before.target_role_arn),
        policy=call.input.get("policy", before.policy),
    )
    _check_policy(call, association)
    associations.update(call.tx, association)
    return _shown(call, cluster, association)


def delete_pod_identity_association(call: Call) -> Output:
    """DeletePodIdentityAssociation."""
    cluster, association = _current(call)
    shown = _shown(call, cluster, association)
    associations.remove(call.tx, association)
    return shown


def list_pod_identity_associations(call: Call) -> Output:
    """ListPodIdentityAssociations."""
    cluster, members = current_cluster(call), {"namespace": "namespace", "serviceAccount": "service_account"}
    only = {column: call.input[name] for name, column in members.items() if call.input.get(name)}
    if "\0" in "".join(only.values()):  # no database could have that text
        raise invalid("Names of Kubernetes have no NUL.")
    start, size = pages.start_of(call), pages.size_of(call)
    found, more = associations.page(call.tx, cluster.id, only, after=start, limit=size)
    return {
        "associations": [_summary(cluster, each) for each in found],
        **pages.end(found[-1].id if found else "", more=more),
    }


def to_create(call: Call) -> tuple[Demand, ...]:
    """The action on the cluster, and rule 1."""
    _check_target(call)
    return (on_cluster(call, SERVICE, given_tags.request_keys(call)), _to_pass(call))


def to_update(call: Call) -> tuple[Demand, ...]:
    """The action on the association; rule 1 when the role changes."""
    _check_target(call)
    passed = (_to_pass(call),) if "roleArn" in call.input else ()
    return (on_association(call), *passed)


def to_list(call: Call) -> tuple[Demand, ...]:
    """The action on the cluster."""
    return (on_cluster(call, SERVICE),)


def on_one(call: Call) -> tuple[Demand, ...]:
    """The action on the association."""
    return (on_association(call),)


def _to_pass(call: Call) -> Demand:
    return to_pass_role(call, _role(call.input["roleArn"]), POD_PRINCIPAL, cluster_arn(call))


def _check_target(call: Call) -> None:
    """Rule 3. Raises InvalidParameterException."""
    if call.input.get("targetRoleArn"):
        _role(call.input["targetRoleArn"])


def _role(text: str) -> EntityArn:
    """Raises InvalidParameterException."""
    role = EntityArn.parse(text, nouns.ROLE)
    if role is None:
        raise invalid(f"{text} is not the ARN of a role.")
    return role


def _check_policy(call: Call, association: Association) -> None:
    """Rule 4. Raises InvalidParameterException."""
    if not association.policy:
        return
    if association.tagged:
        raise invalid(NEEDS_NO_TAGS)
    if len(association.policy) > LONGEST_POLICY:
        raise invalid(f"The policy has more than {LONGEST_POLICY} characters.")
    try:
        validate(association.policy, DocumentKind.SESSION, partition=call.partition)
    except AwsError as wrong:
        raise invalid(f"The policy is not valid. {wrong.said}", wrong.meant) from None


def _current(call: Call) -> tuple[Cluster, Association]:
    """The association that was decided on, as it is now, and its cluster.

    Raises ResourceNotFoundException.
    """
    found = look_up_association(call)
    association = associations.by_id(call.tx, found.association.id) if found else None
    if found is None or association is None:
        raise no_association(call.input["associationId"])
    return found.cluster, association


def _check_names(namespace: str, service_account: str) -> None:
    """Raises InvalidParameterException for names that Kubernetes can't have."""
    if not NAMESPACE_FORM.fullmatch(namespace):
        raise invalid("namespace is not a name that Kubernetes allows: lower case, digits and '-'.")
    if not NAME_FORM.fullmatch(service_account):
        raise invalid("serviceAccount is not a name that Kubernetes allows: lower case, digits, '-' and '.'.")


def _new_id(call: Call) -> str:
    return "a-" + "".join(_LETTERS[each % len(_LETTERS)] for each in call.world.randomness(_ID_LENGTH))


def _summary(cluster: Cluster, association: Association) -> dict[str, object]:
    return {
        "clusterName": cluster.name,
        "namespace": association.namespace,
        "serviceAccount": association.service_account,
        "associationArn": association.arn(cluster),
        "associationId": association.id,
    }


def _shown(call: Call, cluster: Cluster, association: Association) -> Output:
    more = {
        "roleArn": association.role_arn,
        "disableSessionTags": not association.tagged,
        "createdAt": association.created,
        "modifiedAt": association.modified,
        "tags": tags.of(call.tx, KIND, association.id),
    }
    if association.target_role_arn:
        more["targetRoleArn"] = association.target_role_arn
        more["externalId"] = association.external_id(cluster)
    if association.policy:
        more["policy"] = association.policy
    return {"association": _summary(cluster, association) | more}


OPERATIONS: dict[str, Operation] = {
    "CreatePodIdentityAssociation": writes(create_pod_identity_association, to_create),
    "DescribePodIdentityAssociation": reads(describe_pod_identity_association, on_one),
    "UpdatePodIdentityAssociation": writes(update_pod_identity_association, to_update),
    "DeletePodIdentityAssociation": writes(delete_pod_identity_association, on_one),
    "ListPodIdentityAssociations": reads(list_pod_identity_associations, to_list),
}
