"""IAM Roles Anywhere: sessions of roles for holders of X.509 certificates."""

from watchword.services.operation import Operation
from watchword.services.rolesanywhere import crls, hosts, profiles, sessions, subjects, tags, trust_anchors

OPERATIONS: dict[str, Operation] = {
    **trust_anchors.OPERATIONS,
    **profiles.OPERATIONS,
    **crls.OPERATIONS,
    **subjects.OPERATIONS,
    **tags.OPERATIONS,
    **sessions.OPERATIONS,
    **hosts.OPERATIONS,
}
