"""Every service that is served: one row each.

What the models know beyond this answers NotImplemented; tests/golden/not_yet.txt lists it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from watchword.services import (
    accessanalyzer,
    cloudtrail,
    cognito_identity,
    eks,
    eks_auth,
    iam,
    identitystore,
    lambda_,
    organizations,
    rolesanywhere,
    s3,
    s3control,
    signin,
    sso,
    sso_admin,
    sso_oidc,
    states,
    sts,
)
from watchword.services.accessanalyzer.attached import attached as attached_of_accessanalyzer
from watchword.services.cloudtrail.attached import attached as attached_of_cloudtrail
from watchword.services.clusters import attached as attached_of_clusters
from watchword.services.cognito_identity.attached import attached as attached_of_cognito_identity
from watchword.services.iam.attached import attached as attached_of_iam
from watchword.services.identitystore.attached import attached as attached_of_identitystore
from watchword.services.jobs import Job
from watchword.services.lambda_ import upkeep
from watchword.services.lambda_.attached import attached as attached_of_lambda
from watchword.services.operation import Operation
from watchword.services.organizations.attached import attached as attached_of_organizations
from watchword.services.resources import AttachedTo
from watchword.services.rolesanywhere.named import attached as attached_of_rolesanywhere
from watchword.services.s3.access_logs.delivery import DELIVER
from watchword.services.s3.attached import attached as attached_of_s3
from watchword.services.s3.lifecycle.work import EXPIRE
from watchword.services.s3.notifications.notifying import JOB as NOTIFY
from watchword.services.s3.upkeep.sweep import SWEEP
from watchword.services.s3.upkeep.verified import VERIFY
from watchword.services.signin.attached import attached as attached_of_signin
from watchword.services.sso.attached import attached as attached_of_sso
from watchword.services.sso_admin.attached import attached as attached_of_sso_admin
from watchword.services.sso_oidc.attached import attached as attached_of_sso_oidc
from watchword.services.states.attached import attached as attached_of_states
from watchword.services.states.removal import SWEEP as SWEEP_EXECUTIONS
from watchword.services.sts.attached import attached as attached_of_sts
from watchword.services.sts.rotation import ROTATE


@dataclass(frozen=True, slots=True)
class Service:
    """A service by the name of its model."""

    operations: Mapping[str, Operation]
    attached: AttachedTo
    """What is attached to the resources of its actions."""
    jobs: tuple[Job, ...] = ()
    """Its background work, which `gateway.jobs` runs."""
    prefix: str = ""
    """What its actions begin with, where that isn't its name."""


SERVICES: Mapping[str, Service] = {
    "accessanalyzer": Service(
        accessanalyzer.OPERATIONS, attached_of_accessanalyzer, prefix="access-analyzer"
    ),
    "cloudtrail": Service(cloudtrail.OPERATIONS, attached_of_cloudtrail),
    "cognito-identity": Service(cognito_identity.OPERATIONS, attached_of_cognito_identity),
    "eks": Service(eks.OPERATIONS, attached_of_clusters),
    "eks-auth": Service(eks_auth.OPERATIONS, attached_of_clusters),
    "iam": Service(iam.OPERATIONS, attached_of_iam),
    "identitystore": Service(identitystore.OPERATIONS, attached_of_identitystore),
    "lambda": Service(lambda_.OPERATIONS, attached_of_lambda, upkeep.JOBS),
    "organizations": Service(organizations.OPERATIONS, attached_of_organizations),
    "rolesanywhere": Service(rolesanywhere.OPERATIONS, attached_of_rolesanywhere),
    "s3": Service(s3.OPERATIONS, attached_of_s3, (SWEEP, VERIFY, NOTIFY, EXPIRE, DELIVER)),
    "s3control": Service(s3control.OPERATIONS, attached_of_s3, prefix="s3"),
    "signin": Service(signin.OPERATIONS, attached_of_signin),
    "sso-admin": Service(sso_admin.OPERATIONS, attached_of_sso_admin, prefix="sso"),
    "sso": Service(sso.OPERATIONS, attached_of_sso, prefix="awsssoportal"),
    "sso-oidc": Service(sso_oidc.OPERATIONS, attached_of_sso_oidc, prefix="sso-oauth"),
    "stepfunctions": Service(states.OPERATIONS, attached_of_states, (SWEEP_EXECUTIONS,), prefix="states"),
    "sts": Service(sts.OPERATIONS, attached_of_sts, (ROTATE,)),
}
SERVED: Mapping[str, Mapping[str, Operation]] = {
    name: service.operations for name, service in SERVICES.items()
}
PREFIXES: Mapping[str, str] = {name: service.prefix or name for name, service in SERVICES.items()}
"""The prefix of each service's actions."""
BY_PREFIX: Mapping[str, Service] = {service.prefix or name: service for name, service in SERVICES.items()}
"""Every service by the prefix of its actions."""
