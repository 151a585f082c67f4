"""What the token of a pod's service account says of the pod.

The API server of a cluster signs it: the claim `kubernetes.io` has the namespace, the service account and the
pod that the token is bound to. A token that is bound to no pod isn't a pod's.
Source: Kubernetes documentation, "Managing Service Accounts" (schema of bound tokens), "Object Names and IDs"
(RFC 1123); Amazon EKS User Guide, "Grant Pods access to AWS resources based on tags" (session tags).
"""

import re
from collections.abc import Mapping

from msgspec import Struct

from watchword.proofs.identity_token import IdentityToken

CLAIM = "kubernetes.io"
NAMESPACE_FORM = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
NAME_FORM = re.compile(r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?")
"""Of service accounts and pods."""
_UID_FORM = re.compile(r"[A-Za-z0-9-]{1,64}")
_IN_SESSION_NAMES = 10
"""Characters of the cluster's and of the pod's name, since 64 must hold both and a UUID."""


class WrongPodError(Exception):
    """The claims aren't those of a pod; the text says why, for the operator."""


class Pod(Struct, frozen=True):
    """A pod, as the token says it is."""

    namespace: str
    service_account: str
    name: str
    uid: str

    def tags(self, cluster_arn: str, cluster: str) -> Mapping[str, str]:
        """The tags of its sessions."""
        return {
            "eks-cluster-arn": cluster_arn,
            "eks-cluster-name": cluster,
            "kubernetes-namespace": self.namespace,
            "kubernetes-service-account": self.service_account,
            "kubernetes-pod-name": self.name,
            "kubernetes-pod-uid": self.uid,
        }

    def session_name(self, cluster: str, unique: str) -> str:
        """The name of a session; unique: a UUID."""
        return f"eks-{cluster[:_IN_SESSION_NAMES]}-{self.name[:_IN_SESSION_NAMES]}-{unique}"


def pod_of(token: IdentityToken) -> Pod:
    """The pod of a verified token. Raises WrongPodError."""
    said = _object(token.claims, CLAIM)
    account, pod = _object(said, "serviceaccount"), _object(said, "pod")
    found = Pod(
        _text(said, "namespace", NAMESPACE_FORM),
        _text(account, "name", NAME_FORM),
        _text(pod, "name", NAME_FORM),
        _text(pod, "uid", _UID_FORM),
    )
    subject = f"system:serviceaccount:{found.namespace}:{found.service_account}"
    if token.subject != subject:
        raise WrongPodError(f"claim sub: expected {subject!r}, had {token.subject[:300]!r}")
    return found


def _object(claims: Mapping[str, object], name: str) -> Mapping[str, object]:
    found = claims.get(name)
    if not isinstance(found, dict):
        raise WrongPodError(f"claim {CLAIM}: {name} isn't there, so the token isn't bound to a pod")
    return found


def _text(claims: Mapping[str, object], name: str, form: re.Pattern[str]) -> str:
    found = claims.get(name)
    if not isinstance(found, str) or not form.fullmatch(found):
        raise WrongPodError(f"claim {CLAIM}: {name} has a wrong form: {found!r:.300}")
    return found
